#!/usr/bin/env python3
"""Runs every ring of tests and ends with the line `N passed, N failed`.

Unit and table tests are meson's (cmocka, TAP); the others are python files that print `ok NAME` or `FAIL NAME` for each check. Files run two
at a time, each in a process of its own, on one private cluster that this script makes and stops.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
RINGS = ("server", "protocol", "screens", "faults", "fuzz", "papers")
FILE_SECONDS = 600
NAMES_SHOWN, LINES_SHOWN = 40, 60


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build-checked")
    parser.add_argument("names", nargs="*", help="run only files whose path contains one of these")
    return parser.parse_args()


def plain_environment():
    """What a person's shell has set for himself must not decide a test: language, where databases are, how programs look and report."""
    for name in list(os.environ):
        if name.startswith(("LC_", "PG", "YIZHAN_", "XDG_", "PYTHON", "GIT_")) and name not in ("YIZHAN_SEED",) or name in (
                "LANG", "LANGUAGE", "NO_COLOR", "COLORTERM", "COLORFGBG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TMUX"):
            del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"
    os.environ["PYTHONUTF8"] = "1"
    os.environ.setdefault("HOME", pathlib.Path(tempfile.gettempdir()).as_posix())


def wanted(path, names):
    return not names or any(n in str(path) for n in names)


def unit_programs(build, names):
    """The cmocka programs meson knows as tests."""
    import json
    out = subprocess.run(["meson", "introspect", "--tests", str(build)], capture_output=True, text=True, check=True).stdout
    return [(t["name"], t["cmd"], t["env"], t["workdir"]) for t in json.loads(out) if wanted("unit/" + t["name"], names)]


def run_unit(name, command, env, workdir):
    started = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FILE_SECONDS, errors="replace", cwd=workdir,
                              env={**os.environ, **env, "CMOCKA_MESSAGE_OUTPUT": "TAP"})
        text, code = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        text, code = "timed out", 1
    passed = len(re.findall(r"^ok ", text, re.M))
    failed = len(re.findall(r"^not ok ", text, re.M))
    if code and not failed:
        failed = 1
    return "unit/" + name, passed, failed, text, time.monotonic() - started


def run_file(path):
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, errors="replace", timeout=FILE_SECONDS, env=environment)
        text, code = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as late:
        text, code = (late.stdout or b"").decode(errors="replace") + "\ntimed out", 1
    passed = len(re.findall(r"^ok ", text, re.M))
    failed = len(re.findall(r"^FAIL ", text, re.M))
    if code and not failed:
        failed = 1
    return str(path.relative_to(ROOT / "tests")), passed, failed, text, time.monotonic() - started


def report(result, totals):
    name, passed, failed, text, seconds = result
    totals[0] += passed
    totals[1] += failed
    print(f"{'FAIL' if failed else 'ok  '} {name:44} {passed:5} passed {failed:3} failed {seconds:7.1f} s", flush=True)
    for line in text.splitlines():
        if line.startswith("note "):
            print(f"     {line[5:]}", flush=True)
    if failed:
        told = [line for line in text.splitlines() if not line.startswith(("ok ", "note "))]
        names = [line for line in told if line.startswith(("FAIL ", "not ok "))][:NAMES_SHOWN]
        print("\n".join("    " + line[:300] for line in names + ["..."] + told[-LINES_SHOWN:]), flush=True)


def main():
    options = arguments()
    plain_environment()
    build = (ROOT / options.build).resolve()
    os.environ["YIZHAN_BUILD"] = str(build)
    sys.path.insert(0, str(ROOT / "tests" / "lib"))
    totals = [0, 0]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(run_unit, *program) for program in unit_programs(build, options.names)]:
            report(future.result(), totals)
    files = [p for ring in RINGS for p in sorted((ROOT / "tests" / ring).rglob("test_*.py")) if wanted(p, options.names)]
    if files:
        import yz
        cluster = yz.Cluster()
        os.environ["YIZHAN_TEST_CLUSTER"] = str(cluster.dir)
        try:
            yz.demo_database(cluster)
        except Exception as error:  # noqa: BLE001 - without the demo company most files fail: say so once, at the top
            print(f"FAIL the demo company could not be made: {error}", flush=True)
            totals[1] += 1
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for future in concurrent.futures.as_completed([pool.submit(run_file, p) for p in files]):
                report(future.result(), totals)
    if not any(totals):
        print(f"no test has {' or '.join(options.names)} in its path", flush=True)
    print(f"{totals[0]} passed, {totals[1]} failed", flush=True)
    return 1 if totals[1] or not totals[0] else 0


if __name__ == "__main__":
    sys.exit(main())
