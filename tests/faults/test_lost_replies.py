#!/usr/bin/env python3
"""200 replies lost on the way: the line is cut after the work was done, the command goes out again with its key, and is done once."""
import random

import checker
import company
import load
import proxy
import yz
from yz import check

LOST = 200
cluster, database = company.fresh()
store = load.Store.of_cluster(cluster, database)
server = yz.Server(cluster, database)
between = proxy.Proxy(server)
crowd = load.Crowd(store, [between])
dice = random.Random(7)


lost_verbs = set()


def cut_sometimes(person, verb):
    """A third of the commands lose their reply; a few are cut earlier. Of each verb the first reply is lost."""
    kind = proxy.REPLY if verb not in lost_verbs else dice.choices(proxy.KINDS, (1, 2, 4, 4))[0] if dice.random() < 0.3 else None
    lost_verbs.add(verb)
    if kind:
        between.arm(person.client, kind)


def test_lost_replies():
    crowd.cutter = cut_sometimes
    crowd.start()
    proxy.wait_cuts(between, LOST, 120)
    crowd.cutter = None
    crowd.wait_done(20)
    crowd.stop()
    judge = checker.Checker(store, crowd.record)
    judge.seal()
    counts = judge.must_hold()
    check(between.cuts(*proxy.ANSWERED) >= LOST, f"replies were lost {between.done}; {crowd.summary()}")
    check(crowd.counts["lost"] >= LOST and counts["open"] == 0, f"every command was settled by its key: {counts}")
    check(crowd.counts["resumed"] > LOST // 2, "most lines were taken up by resume, without a password")
    check(crowd.surprises == [], f"nobody met what he must not meet {crowd.surprises[:3]}")


def test_every_step_of_the_flow_lost_a_reply():
    wanted = {f"rescue.{a}" for a in ("create", "dispatch", "accept", "depart", "arrive", "complete", "audit", "price", "receive", "clear")}
    check(wanted <= lost_verbs, f"each step lost its reply once at least {wanted - lost_verbs}")


def test_the_first_answer_again_and_again():
    """One command, its reply lost in each way in turn, and at last heard: one order, and the answer stored with the first."""
    with yz.Client(between, "order_clerk") as one:
        args = crowd.order_args(key="the-same-key-again", remarks="again and again")
        for kind in proxy.KINDS * 3:
            line = yz.Client(between)
            line.call("session.login", {"user": "order_clerk", "password": yz.PASSWORD})
            between.arm(line, kind)
            try:
                line.call("rescue.create", args)
                check(False, f"the line was cut {kind}")
            except (yz.Closed, OSError):
                pass
            line.close()
        answers = [answer_of(one, args) for _ in range(3)]
    check(answers[0] == answers[1] == answers[2], "the first answer, whenever it is asked for")
    check(store.sql("SELECT id FROM rescue_order WHERE remarks = 'again and again'") == [[str(answers[0]["id"])]], "one order of twelve cut lines")


def answer_of(client, args):
    """`busy` while a cut one is still under way."""
    def ask():
        try:
            return client.call("rescue.create", args)
        except yz.Refused as refused:
            assert refused.code == "busy", refused
            return None
    return yz.wait_until("an answer", ask)


def finish():
    between.close()
    server.stop()
    check(load.defects_in_log(server.log_path) == [], f"the server met no fault of its own {load.defects_in_log(server.log_path)[:3]}")


if __name__ == "__main__":
    yz.main(globals())
