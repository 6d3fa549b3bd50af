#!/usr/bin/env python3
"""assemble.py YIZHANCTL INPUT OUTPUT: puts the sections that yizhanctl(8) prints from the server's tables in place of `.\\" @SECTION@`."""
import pathlib
import re
import subprocess
import sys


def section(program, name):
    return subprocess.run([program, "man", name], check=True, stdout=subprocess.PIPE, text=True).stdout.rstrip("\n")


def main():
    program, source, output = sys.argv[1:]
    text = pathlib.Path(source).read_text()
    page, count = re.subn(r'^\.\\" @(\w+)@$', lambda found: section(program, found.group(1)), text, flags=re.M)
    if not count:
        raise SystemExit(f"{source}: no section to fill in")
    pathlib.Path(output).write_text(page)


main()
