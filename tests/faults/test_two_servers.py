#!/usr/bin/env python3
"""Two servers on one database: one is killed and people go on at the other; changes cross; each job runs once at a time."""
import os
import signal
import statistics
import time

import checker
import company
import load
import yz
from yz import check

cluster, database = company.fresh()
store = load.Store.of_cluster(cluster, database)
store.sql("UPDATE job SET lease = '3 seconds'")  # what a frozen server claimed is taken over after that
one, two = yz.Server(cluster, database), yz.Server(cluster, database)
crowd = load.Crowd(store, [one, two])
judge = checker.Checker(store, crowd.record, others=("admin", "order_clerk_b", "dispatcher_b"))


def test_changes_cross():
    with yz.Client(one, "order_clerk_b") as clerk, yz.Client(two, "dispatcher_b") as dispatcher:
        dispatcher.call("session.watch", {"entities": ["rescue"]})
        late = []
        for n in range(11):
            id = clerk.do("rescue.create", crowd.order_args(remarks="crosses"))["id"]
            began = time.monotonic()
            event = dispatcher.wait_event("event", lambda e: e.get("entity") == "rescue" and e.get("id") == id)
            late.append(time.monotonic() - began)
            assert event["action"] == "create", event
    check(True, f"a change at one server is told at the other: half of them within {statistics.median(late):.2f} s, {max(late):.2f} s at most")


def test_one_is_killed_and_people_go_on_at_the_other():
    crowd.start()
    for gone, left in ((one, two), (two, one)) * 2:
        crowd.wait_done(60)
        crowd.wait_busy(4)
        resumed = crowd.counts["resumed"]
        gone.kill()
        crowd.wait_done(150)
        yz.wait_until("everybody to have had something to do", lambda: all(p.client and p.client.end is left for p in crowd.people))
        check(True, f"all {len(crowd.people)} work at the other server")
        check(crowd.counts["resumed"] > resumed, f"{crowd.counts['resumed'] - resumed} took their session up there")
        gone.restart()
        spread()
    crowd.stop()
    judge.seal()
    counts = judge.must_hold()
    check(counts["open"] == 0, f"nothing acknowledged is lost, no key has two effects: {counts}; {crowd.summary()}")
    check(crowd.surprises == [], f"nobody met what he must not meet {crowd.surprises[:3]}")


def spread():
    """Every second person moves to the server that is back."""
    crowd.pause()
    for n, person in enumerate(crowd.people):
        if n % 2:
            person._lost()
    crowd.go_on()


def test_a_token_is_good_once_wherever():
    with yz.Client(one) as first:
        session = first.call("session.login", {"user": "cashier", "password": yz.PASSWORD, "terminal": "till"})
    with yz.Client(two) as second:
        again = second.call("session.resume", {"token": session["token"], "terminal": "till"})
        check(again["session_id"] == session["session_id"] and again["token"] != session["token"], "the session goes on at the other server")
        for server in (one, two):
            with yz.Client(server) as thief:
                check(thief.refused("session.resume", {"token": session["token"], "terminal": "till"}).code == "unauthenticated", "the old token is dead")
                check(thief.refused("session.resume", {"token": again["token"], "terminal": "another"}).code == "unauthenticated",
                      "the new one is of no use at another terminal")
        check(second.call("session.whoami")["user"] == "cashier", "and nobody was thrown out by trying")


LOG = """CREATE TABLE job_seen (n serial, name text, by text, what text, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION job_see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF NEW.claimed_by IS DISTINCT FROM OLD.claimed_by OR NEW.started_at IS DISTINCT FROM OLD.started_at THEN
        INSERT INTO public.job_seen (name, by, what) VALUES (NEW.name, coalesce(NEW.claimed_by, OLD.claimed_by),
            CASE WHEN NEW.claimed_by IS NULL THEN 'end' ELSE 'begin' END);
    END IF;
    RETURN NEW; END $$;
CREATE TRIGGER job_see AFTER UPDATE ON job FOR EACH ROW EXECUTE FUNCTION job_see();
UPDATE job SET every = '200 milliseconds', next_at = now() WHERE name IN ('seal', 'balance_roll', 'session_expire');"""


def seen():
    return store.sql("SELECT name, by, what FROM job_seen ORDER BY n")


def test_each_job_runs_once_at_a_time():
    store.sql(LOG)
    yz.wait_until("both servers to have run jobs", lambda: len({by for _, by, what in seen() if what == "begin"}) == 2 and len(seen()) > 60, 60)
    at_it, doubled, runs = {}, [], 0
    for name, by, what in seen():
        if what == "begin":
            doubled += [(name, by, at_it[name])] if name in at_it else []
            at_it[name] = by
            runs += 1
        else:
            doubled += [(name, by, "ended by another")] if at_it.pop(name, by) != by else []
    check(not doubled, f"{runs} runs, none twice at once {doubled[:3]}")


def test_a_dead_servers_job_is_taken_over():
    """The job sleeps under the one that claimed it until that one is killed; its claim ends with its session, long before its lease."""
    store.sql("ALTER FUNCTION command_key_purge(int) RENAME TO command_key_purge_real; CREATE FUNCTION command_key_purge(most int DEFAULT 10000) RETURNS"
              " bigint LANGUAGE sql AS $$ SELECT pg_sleep(2); SELECT 0::bigint $$; GRANT EXECUTE ON FUNCTION command_key_purge(int) TO yizhan_tail;"
              " UPDATE job SET next_at = now(), lease = '1 hour' WHERE name = 'command_key_purge'")
    by = yz.wait_until("a claim", lambda: store.one("SELECT coalesce(claimed_by, '') FROM job WHERE name = 'command_key_purge'"))
    gone, left = (one, two) if by.endswith(f"/{one.process.pid}") else (two, one)
    check(by.endswith(f"/{gone.process.pid}"), "a claim names the server that has it")
    gone.kill()
    other = yz.wait_until("another server to take it over", lambda: [r[0] for r in store.sql(
        f"SELECT by FROM job_seen WHERE name = 'command_key_purge' AND what = 'begin' AND by <> '{by}'")], 30)
    check(other[0].endswith(f"/{left.process.pid}"), "the other one took it over")
    yz.wait_until("its end", lambda: store.one("SELECT claimed_by IS NULL AND last_ok FROM job WHERE name = 'command_key_purge'") == "t", 30)
    check(True, "and ended it well")
    gone.restart()


def test_a_frozen_server_harms_nobody():
    """Stopped in the middle of what it does, for as long as another needs to do the same, and woken up."""
    with yz.Client(one, "order_clerk") as here, yz.Client(two, "order_clerk") as there:
        args = crowd.order_args(key="frozen-and-woken", remarks="frozen")
        os.kill(one.process.pid, signal.SIGSTOP)
        tag = here.send("rescue.create", args)
        first = there.call("rescue.create", args)
        os.kill(one.process.pid, signal.SIGCONT)
        check(here.answer(tag) == first, "the answer is the other server's")
    check(store.one("SELECT count(*) FROM rescue_order WHERE remarks = 'frozen'") == "1", "and there is one order")


def finish():
    crowd.abandoned.set()
    for server in (one, two):
        server.stop()
        check(load.defects_in_log(server.log_path) == [], f"the server met no fault of its own {load.defects_in_log(server.log_path)[:3]}")


if __name__ == "__main__":
    yz.main(globals())
