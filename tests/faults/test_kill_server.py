#!/usr/bin/env python3
"""kill -9 of the server, ten times under load, started again on the same port."""
import checker
import company
import load
import yz
from yz import check

KILLS = 10
cluster, database = company.fresh()
store = load.Store.of_cluster(cluster, database)
server = yz.Server(cluster, database)
crowd = load.Crowd(store, [server])
judge = checker.Checker(store, crowd.record)


def test_killed_under_load():
    crowd.start()
    for n in range(KILLS):
        crowd.wait_done(100)
        crowd.wait_busy(4)
        server.kill()
        server.restart()
        if n % 3 == 2:
            crowd.rest(judge)
    crowd.wait_done(100)
    crowd.stop()
    judge.seal()
    counts = judge.must_hold()
    check(counts["open"] == 0 and counts["acknowledged"] > KILLS * 100, f"nothing acknowledged is lost, no key has two effects: {counts}")
    check(crowd.counts["lost"] >= KILLS * 4, f"each kill hit people at work: {crowd.summary()}")
    check(crowd.counts["resumed"] >= KILLS, "lines were taken up by resume")
    check(crowd.surprises == [], f"nobody met what he must not meet {crowd.surprises[:3]}")


def test_what_was_stopped_in_a_killed_server_is_free():
    """No lock, no vehicle, no claim of a dead server stands in anybody's way."""
    with yz.Client(server, "order_clerk") as clerk:
        key = "before-and-after-the-kill"
        args = crowd.order_args(key=key, remarks="a kill between two asks")
        clerk.send("rescue.create", args)
        server.kill()
        server.restart()
        with yz.Client(server, "order_clerk") as again:
            id = again.call("rescue.create", args)["id"]
        check(store.sql("SELECT id FROM rescue_order WHERE remarks = 'a kill between two asks'") == [[str(id)]], "one order, killed or not")
    yz.wait_until("the jobs to go on", lambda: store.one("SELECT bool_and(next_at > now() - interval '30 seconds') FROM job WHERE name IN"
                                                         " ('seal', 'balance_roll')") == "t", 30)
    check(store.one("SELECT count(*) FROM job WHERE failures > 0") == "0", "the jobs go on")


def finish():
    server.stop()
    check(load.defects_in_log(server.log_path) == [], f"the server met no fault of its own {load.defects_in_log(server.log_path)[:3]}")


if __name__ == "__main__":
    yz.main(globals())
