#!/usr/bin/env python3
"""kill -9 of PostgreSQL under load: ten times the postmaster, ten times the backend of a worker, and ten workers' connections ended.

The server keeps its own cluster here, as at a small company: it is the server that starts PostgreSQL again. fsync is on, as always there.
"""
import os
import signal
import time

import checker
import load
import yz
from yz import check

KILLS = 10
server = load.own_server()
store = load.Store.of_state(server.state)
load.make_company(server, store)
crowd = load.Crowd(store, [server])
judge = checker.Checker(store, crowd.record)
WORKER = "application_name LIKE 'yizhand short%' AND backend_type = 'client backend'"


def postmaster():
    return int(load.postmaster_lines(server.state)[0])


def back(pid):
    """Another postmaster answers."""
    def other():
        try:
            return postmaster() != pid and store.answers()
        except (OSError, ValueError, IndexError):
            return False
    yz.wait_until("PostgreSQL to be back", other, 60)


def hold(what):
    counts = crowd.rest(judge)
    check(counts["open"] == 0, f"{what}: nothing acknowledged is lost, no key has two effects {counts}")


def test_settings_that_keep_promises():
    check(store.one("SHOW fsync") == "on" and store.one("SHOW full_page_writes") == "on" and store.one("SHOW synchronous_commit") == "on",
          "what is acknowledged is on the disk")


def test_postmaster_killed():
    crowd.start()
    longest = 0
    for n in range(KILLS):
        crowd.wait_done(60)
        crowd.wait_busy(4)
        pid = postmaster()
        began = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        back(pid)
        crowd.wait_done(1)
        longest = max(longest, time.monotonic() - began)
        if n == KILLS // 2:
            hold("half-way")
    hold(f"{KILLS} dead postmasters, each back by itself within {longest:.1f} s")
    check(crowd.counts["unavailable"] + crowd.counts["unknown_outcome"] > KILLS, f"each kill hit people at work: {crowd.summary()}")
    check(crowd.counts["lost"] == 0, "the terminals kept their lines")


def test_backends_killed():
    """PostgreSQL throws all its backends out and recovers when one of them is killed."""
    for _ in range(KILLS):
        crowd.wait_done(40)
        pid = yz.wait_until("a worker in the middle of something", busy_backend)
        os.kill(pid, signal.SIGKILL)
        yz.wait_until("PostgreSQL to be back", store.answers, 60)
    hold(f"{KILLS} backends killed")


def busy_backend():
    try:
        rows = store.sql(f"SELECT pid FROM pg_stat_activity WHERE {WORKER} AND state <> 'idle' ORDER BY random() LIMIT 1")
    except RuntimeError:
        return None
    return int(rows[0][0]) if rows else None


def test_connections_ended():
    """One worker loses its connection, the others go on."""
    before = crowd.counts["repeated"]
    ended = 0
    while ended < KILLS:
        crowd.wait_done(10)
        ended += len(store.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {WORKER} AND state <> 'idle' LIMIT 1"))
    crowd.wait_done(30)
    hold(f"{ended} connections ended, {crowd.counts['repeated'] - before} commands asked for again")


def test_sealed_and_settled():
    crowd.stop()
    judge.seal()
    counts = judge.must_hold()
    check(counts["open"] == 0 and counts["acknowledged"] > 20 * KILLS, f"at the end: {counts}; {crowd.summary()}")
    check(crowd.surprises == [], f"nobody met what he must not meet {crowd.surprises[:3]}")
    log = server.log_path.read_text()
    check(log.count("starting it again") == KILLS, "the supervisor started PostgreSQL ten times, and only after a dead postmaster")


def finish():
    crowd.abandoned.set()
    state = server.state
    server.stop()
    check(load.defects_in_log(server.log_path) == [], f"the server met no fault of its own {load.defects_in_log(server.log_path)[:3]}")
    check(not (state / "db" / "postmaster.pid").exists(), "PostgreSQL was stopped with the server")


if __name__ == "__main__":
    yz.main(globals())
