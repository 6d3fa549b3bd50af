#!/usr/bin/env python3
"""100,000 customers with 137 bad lines, by the client: the dry run names exactly those, the rest is imported in one sitting, and what is exported then
is what was in the file.

    python3 tests/bench/import_back.py [--build build-release] [--rows 100000]
"""
import argparse
import csv
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
parser = argparse.ArgumentParser()
parser.add_argument("--build", default="build-release")
parser.add_argument("--rows", type=int, default=100_000)
options = parser.parse_args()
os.environ["YIZHAN_BUILD"] = str((ROOT / options.build).resolve())
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(ROOT / "tests" / "lib")]
import company  # noqa: E402
import imports  # noqa: E402
import upload  # noqa: E402
import yz  # noqa: E402

BAD = 137
WRONG = (("name", ""), ("name", "x" * 121), ("kind", "martian"), ("phone", "call me"), ("code", "a b"), ("credit_limit_fen", "lots"), ("credit_limit_fen", "-1"),
         ("remarks", "a\u202eb"), ("phone", None), ("code", None))        # None: that of another line


def spoiled(rows):
    """The file with its bad lines: {line: field}."""
    dice, head, bad = random.Random(11), imports.HEAD, {}
    for number, at in enumerate(sorted(dice.sample(range(2000, len(rows)), BAD))):
        field, value = WRONG[number % len(WRONG)]
        rows[at][head.index(field)] = rows[number][head.index(field)] if value is None else value
        bad[at + 2] = field
    return bad


def client(server, home, *words):
    started = time.monotonic()
    done = subprocess.run([str(yz.YIZHAN), "--server", server.address, "--ca", str(server.ca), "--user", "keeper", *words], cwd=home, capture_output=True,
                          env={**os.environ, "YIZHAN_PASSWORD": yz.PASSWORD, "LANG": "C.UTF-8", "HOME": str(home)})
    return done.returncode, done.stdout.decode(), time.monotonic() - started


def main():
    co = company.Company()
    co.as_("admin").do("role.create", {"code": "keeper", "name": "Keeper", "scope": "branch",
                                       "permissions": ["customer.list", "customer.get", "customer.create", "customer.export", "pii.view"]})
    co.person("keeper", ["keeper"])
    home = yz.temp_dir()
    rows = [list(row) for row in imports.customers(options.rows)]
    bad = spoiled(rows)
    (home / "customers.csv").write_bytes(upload.csv([imports.HEAD, *rows]))
    code, said, dry = client(co.server, home, "import", "customer", "customers.csv", "--dry-run", "--quiet")
    lines = {r["line"]: r["field"] for r in map(json.loads, said.splitlines()) if "line" in r}
    yz.check(code == 65 and lines == bad, f"the dry run names exactly the {len(bad)} bad lines ({dry:.1f} s) {set(lines.items()) ^ set(bad.items()) or ''}")
    code, said, took = client(co.server, home, "import", "customer", "customers.csv", "--bad", "skip", "--quiet")
    end = json.loads(said.splitlines()[-1])
    yz.check(code == 0 and end["created"] == options.rows - BAD and end["bad"] == BAD, f"the rest is imported in one sitting ({took:.1f} s) {end}")
    code, _, out = client(co.server, home, "export", "customer", "-C", ",".join(imports.HEAD), "-S", "code", "-f", "code^B", "-o", "back.csv")
    back = list(csv.reader(io.StringIO((home / "back.csv").read_bytes().decode("utf-8-sig"), newline="")))
    kind = back[0].index("kind")                                        # words stand before it; the code is what was in the file
    columns = [0, 1, kind, kind + 1, kind + 2, kind + 3, kind + 4]
    same = sorted([row[c] for c in columns] for row in back[1:] if row[0].startswith("B"))
    want = sorted(row for number, row in enumerate(rows) if number + 2 not in bad)
    yz.check(code == 0 and same == want, f"and comes back equal, {len(same)} rows ({out:.1f} s) {[x for x in zip(same, want) if x[0] != x[1]][:2] or ''}")
    co.stop()


if __name__ == "__main__":
    main()
