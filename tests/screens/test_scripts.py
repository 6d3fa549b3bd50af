"""Plays every *.scr of this folder, in each of its languages, against one server on a copy of the demo company.

    python3 tests/screens/test_scripts.py [NAME…]     only those scripts
"""
import concurrent.futures
import pathlib
import sys

import yz
from screenplay import Run, Script, Stage

AT_ONCE = 2


def play(script, language, stage):
    run = Run(script, language, stage)
    try:
        return list(run.checks())
    finally:
        run.close()


def main():
    here = pathlib.Path(__file__).parent
    scripts = [Script(path) for path in sorted(here.glob("*.scr")) if not sys.argv[1:] or path.stem in sys.argv[1:]]
    cluster, database = yz.fresh_demo()
    server = yz.Server(cluster, database)
    stage = Stage(server)
    failed = False
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for future in [pool.submit(play, script, language, stage) for script in scripts for language in script.languages()]:
            for name, fault in future.result():
                failed |= not yz.check(fault is None, name)
                if fault:
                    print(fault, flush=True)
    server.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
