#!/usr/bin/env python3
"""run.py [--seconds N] [--keep] [TARGET…]: builds the fuzz targets with clang and runs each, two at a time, from its saved corpus.

What breaks a target is left under build-fuzz/found, and said. --keep adds what reached new code to the corpus, as few and as small as do.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build-fuzz"
FOUND = BUILD / "found"
TARGETS = sorted(p.stem.removeprefix("fuzz_") for p in HERE.glob("fuzz_*.c"))
LIMITS = ["-timeout=10", "-rss_limit_mb=1500", "-print_final_stats=1"]
QUIET = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1", "UBSAN_OPTIONS": "print_stacktrace=1"}


def say(done, what):
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-2000:])
        raise SystemExit(f"{what} failed")


def build(targets=TARGETS):
    if not (BUILD / "build.ninja").exists():
        say(subprocess.run(["meson", "setup", str(BUILD), "-Dfuzz=true", "-Dtests=false", "-Db_sanitize=address,undefined", "-Db_lundef=false",
                            "-Doptimization=1"], cwd=ROOT, env={**os.environ, "CC": "clang"}, capture_output=True, text=True), "meson setup")
    say(subprocess.run(["ninja", "-C", str(BUILD), *(f"tests/fuzz/fuzz_{t}" for t in targets)], capture_output=True, text=True), "the build")


def program(target):
    return BUILD / "tests/fuzz" / f"fuzz_{target}"


def seeds(target):
    return HERE / "corpus" / target


def fuzz(target, seconds, fresh, binary=None, found=FOUND):
    """Returns (whether it stood, what the fuzzer said)."""
    found.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([str(binary or program(target)), f"-max_total_time={seconds}", "-max_len=4096", f"-artifact_prefix={found}/{target}-", *LIMITS,
                           str(fresh), str(seeds(target))], capture_output=True, text=True, errors="replace", env=QUIET, timeout=seconds + 120)
    return done.returncode == 0, done.stderr


def replay(target):
    """Each saved input once: (whether it stood, how many, what was said)."""
    inputs = sorted(str(p) for p in seeds(target).iterdir())
    done = subprocess.run([str(program(target)), *LIMITS, *inputs], capture_output=True, text=True, errors="replace", env=QUIET, timeout=120)
    return done.returncode == 0, len(inputs), done.stderr


def number(name, text):
    found = re.findall(rf"{name}:?\s+(\d+)", text)
    return found[-1] if found else "-"


def run(target, seconds, keep):
    with tempfile.TemporaryDirectory() as fresh:
        stood, said = fuzz(target, seconds, fresh)
        if keep and stood:
            merge(target, fresh)
    return target, stood, said


def merge(target, fresh):
    with tempfile.TemporaryDirectory() as best:
        subprocess.run([str(program(target)), "-set_cover_merge=1", "-max_len=300", best, str(seeds(target)), str(fresh)], capture_output=True, env=QUIET)
        for path in pathlib.Path(best).iterdir():
            if not any(path.read_bytes() == old.read_bytes() for old in seeds(target).iterdir()):
                shutil.copy(path, seeds(target) / path.name[:10])


def report(target, stood, said):
    print(f"{'ok  ' if stood else 'FAIL'} {target:10} {number('stat::number_of_executed_units', said):>10} runs  {number('cov', said):>6} edges"
          f"  {number('stat::new_units_added', said):>6} new inputs", flush=True)
    if not stood:
        print("\n".join("     " + line for line in said.splitlines() if re.search(r"ERROR|runtime error|#\d+ .*yizhan|#\d+ .*\.c:|Test unit", line)), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("targets", nargs="*", default=TARGETS)
    options = parser.parse_args()
    build(options.targets)
    good = True
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run, t, options.seconds, options.keep) for t in options.targets]):
            report(*done.result())
            good = good and done.result()[1]
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
