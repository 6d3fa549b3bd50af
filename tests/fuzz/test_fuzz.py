"""Each fuzz target: its saved corpus, some seconds of new inputs, and a planted bug that it must find."""
import concurrent.futures
import tempfile
import time

import yz  # noqa: F401 - first: the library's folder

import planted
import run

SECONDS = 10
SECONDS_FOR_BUG = 60


def test_each_target_is_small_and_has_a_corpus():
    for target in run.TARGETS:
        lines = (run.HERE / f"fuzz_{target}.c").read_text().count("\n")
        inputs = list(run.seeds(target).iterdir())
        size = sum(p.stat().st_size for p in inputs)
        yz.check(lines < 100 and 5 <= len(inputs) <= 80 and size < 64 * 1024, f"{target}: {lines} lines, {len(inputs)} inputs, {size} bytes")
    assert set(planted.BUGS) == set(run.TARGETS), set(planted.BUGS) ^ set(run.TARGETS)


def try_target(target):
    good, count, said = run.replay(target)
    if not good:
        return False, f"corpus {target}: {said[-3000:]}"
    with tempfile.TemporaryDirectory() as fresh:
        stood, said = run.fuzz(target, SECONDS, fresh)
    return stood, f"{target}: {count} saved inputs, {run.number('stat::number_of_executed_units', said)} runs" if stood else f"{target}: {said[-3000:]}"


def find_planted(target):
    with tempfile.TemporaryDirectory() as fresh:
        try:
            return True, f"{target}: the planted bug was found in {planted.seconds_to_find(target, SECONDS_FOR_BUG, fresh):.1f} s"
        except AssertionError as error:
            return False, f"{target}: {error}"


def all_targets(function):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for good, said in pool.map(function, run.TARGETS):
            yz.check(good, said)


def test_targets_stand():
    all_targets(try_target)


def test_planted_bugs_are_found():
    started = time.monotonic()
    all_targets(find_planted)
    print(f"{time.monotonic() - started:.0f} s for all planted bugs")


run.build()
yz.main(globals())
