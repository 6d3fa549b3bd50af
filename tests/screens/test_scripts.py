"""Plays every case of the *.scr of this folder, in each of its languages and sizes, against one server on a copy of the demo company.

    python3 tests/screens/test_scripts.py [NAME…]     only those files, or cases (FILE/CASE)
"""
import concurrent.futures
import pathlib
import sys
import time

import people
import yz
from screenplay import Run, Stage, read_scripts

AT_ONCE = 4


def play(script, language, size, stage):
    try:
        run = Run(script, language, size, stage)
    except (yz.Refused, yz.Closed, OSError) as fault:
        return [(f"{script.name} {language} {size}: the stage", fault)]
    try:
        return list(run.checks())
    finally:
        run.close()


def wanted(script):
    return not sys.argv[1:] or script.name in sys.argv[1:] or script.path.stem in sys.argv[1:]


def main():
    here = pathlib.Path(__file__).parent
    scripts = [script for path in sorted(here.glob("*.scr")) for script in read_scripts(path) if wanted(script)]
    cluster, database = yz.fresh_demo()
    people.cheap_passwords(cluster, database)
    server = yz.Server(cluster, database)
    # Whoever may convert a notice would hear of every other case's (test_telephone.py has these bells).
    cluster.sql("UPDATE job SET disabled_at = now() WHERE name = 'order_notice_ring'", database)
    stage = Stage(server)
    failed, started = False, time.monotonic()
    runs = [(script, language, size) for script in scripts for language in script.languages() for size in script.sizes()]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for future in [pool.submit(play, *run, stage) for run in runs]:
            for name, fault in future.result():
                failed |= not yz.check(fault is None, name)
                if fault:
                    print(fault, flush=True)
    stage.people.close()
    print(f"note {len(scripts)} cases, {len(runs)} runs in their languages and sizes, {time.monotonic() - started:.0f} s", flush=True)
    server.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
