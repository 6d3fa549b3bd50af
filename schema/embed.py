#!/usr/bin/env python3
"""Writes the SQL files of this folder as a C source, since an installed server has no source tree beside it.

The output is left alone when nothing changed, so that running this in every build costs nothing after it.
"""
import hashlib
import pathlib
import re
import sys

MIGRATION = re.compile(r"\d{3}_[a-z0-9_]+\.sql")


def literal(text):
    lines = text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?").split("\n")
    return "\n".join(f'     "{line}\\n"' for line in lines[:-1]) + (f'\n     "{lines[-1]}"' if lines[-1] else "") or '     ""'


def row(path):
    data = path.read_bytes()
    text = data.decode("utf-8")
    if "\0" in text or "\r" in text:
        raise SystemExit(f"{path}: NUL or carriage return")
    return f'    {{"{path.name}", "{hashlib.sha256(data).hexdigest()}",\n{literal(text)}}},\n'


def table(name, paths):
    return (f"const struct schema_file {name}[] = {{\n{''.join(row(p) for p in paths)}    {{0}},\n}};\n"
            f"const size_t {name}_count = {len(paths)};\n")


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files = sorted(folder.glob("*.sql"), key=lambda p: p.name)
    migrations = [p for p in files if MIGRATION.fullmatch(p.name)]
    numbers = [p.name[:3] for p in migrations]
    for path in files:
        if path not in migrations and not path.name.startswith("setup_"):
            raise SystemExit(f"{path.name}: neither NNN_name.sql nor setup_name.sql")
    if len(set(numbers)) != len(numbers):
        raise SystemExit("two migrations have one number: " + " ".join(sorted({n for n in numbers if numbers.count(n) > 1})))
    text = '#include "schema/files.h"\n\n' + table("schema_migrations", migrations) + "\n"
    text += table("schema_setups", [p for p in files if p not in migrations]) + "\n"
    text += table("schema_seeds", sorted((folder / "seed").glob("*.sql"), key=lambda p: p.name))
    if not out.exists() or out.read_text() != text:
        out.write_text(text)


main()
