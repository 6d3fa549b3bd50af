#!/usr/bin/env python3
"""No memory at the Nth allocation of a request, for N from 1 on.

A library's allocation (libpq's, OpenSSL's, argon2's) comes back empty to it: the request is refused and nothing of it was done, or it is done and
answered as ever; the line may be closed; the next request works. (libpq without memory for the answer to a Sync forgets that one came: then the
deadline of the request ends it, so that is short here.) One of ours ends the server: it is started again, and the same key has one effect,
as after a kill -9. What the parsers do is tried without a server, in tests/unit/core/test_memory_fault.c.
"""
import collections
import contextlib
import signal
import subprocess
import uuid

import company
import load
import yz
from yz import check

MOST = 300
NOTHING_DONE = {"unavailable", "busy", "unknown_outcome"}
cluster, database = company.fresh()
store = load.Store.of_cluster(cluster, database)
store.sql("UPDATE job SET disabled_at = now() WHERE name NOT IN ('seal', 'balance_roll')")  # what they do is no command's doing
server = yz.Server(cluster, database, settings=["request_seconds = 2", "long_seconds = 2"])
look = cluster.session(database)
hands = {}


def as_(login):
    if login not in hands:
        hands[login] = yz.Client(server, login)
    return hands[login]


def drop(login):
    if login in hands:
        hands.pop(login).close()


def failed():
    """How many allocations failed so far; plans nothing more."""
    return as_("order_clerk").call("session.fault", {"kind": "none", "nth": 0})["memory_faults"]


def order_args(**more):
    with_customer = {"customer_id": customer, "principal": "王小明", "contact_name": "王小明", "contact_phone": "13800138000",
                     "plate": f"粤A{uuid.uuid4().int % 90000 + 10000}", "car_model": "sedan", "service": "tow", "road": "city"}
    return {**with_customer, **company.PLACE, "key": uuid.uuid4().hex, **more}


customer = int(store.one("SELECT id FROM party WHERE code = 'PA'"))
orders = [as_("order_clerk").call("rescue.create", order_args())["id"] for _ in range(3)]


def effects():
    """What commands leave behind, counted."""
    return tuple(look.sql("SELECT (SELECT count(*) FROM rescue_order), (SELECT count(*) FROM change), (SELECT count(*) FROM command_key),"
                           " (SELECT count(*) FROM search_key), (SELECT count(*) FROM party), (SELECT sum(version) FROM rescue_order)")[0])


def grown(before):
    return tuple(int(b) - int(a) for a, b in zip(before, effects()))


def ask(client, verb, args):
    """(code, answer) as a person's terminal gets it; `closed` where the line ended."""
    try:
        return "ok", client.call(verb, args)
    except yz.Refused as refused:
        return refused.code, refused.error
    except (yz.Closed, OSError) as error:
        return "closed", str(error)


def insist(client, verb, args):
    """As a proper client does: what was not done, or may have been, is asked for again."""
    for _ in range(5):
        code, answer = ask(client, verb, args)
        if code not in NOTHING_DONE:
            break
    return code, answer


# ---------------------------------------------------------------------------------------------------------------- reads

def still(answer):
    """Without what goes on by itself: how late an order is."""
    if isinstance(answer, dict):
        return {k: still(v) for k, v in answer.items() if k != "late_s"}
    return [still(v) for v in answer] if isinstance(answer, list) else answer


def same(name, answer, usual):
    if name == "login":
        return answer.keys() == usual.keys() and answer["permissions"] == usual["permissions"] and answer["roles"] == usual["roles"]
    return still(answer) == still(usual)


def others(answer, usual):
    return {k: (answer.get(k), usual.get(k)) for k in {*answer, *usual} if answer.get(k) != usual.get(k)}


READS = {
    "list": ("order_clerk", "rescue.list", {"limit": 50, "sort": ["id"], "total": True}),
    "get": ("order_clerk", "rescue.get", {"id": orders[0]}),
    "export": ("finance_manager", "rescue.export", {"format": "csv", "sort": ["id"], "columns": ["number", "plate", "principal"]}),
    "login": ("dispatcher", "session.login", {"user": "dispatcher", "password": yz.PASSWORD}),
    "unlock": ("dispatcher", "session.unlock", {"password": yz.PASSWORD}),
}


def reader(name):
    login, verb, args = READS[name]
    return (yz.Client(server) if name == "login" else as_(login)), login, verb, args


def try_read(name):
    client, login, verb, args = reader(name)
    code, usual = insist(client, verb, args)
    assert code == "ok", (code, usual)
    outcomes = collections.Counter()
    wrong, nth, before = [], 1, failed()
    while nth <= MOST:
        client, login, verb, args = reader(name)
        client.call("session.fault", {"kind": "memory", "nth": nth})
        code, answer = ask(client, verb, args)
        if name == "login" or code == "closed":
            client.close()
            drop(login)
        died = code == "closed" and revive()
        now = failed()
        if now == before and not died:
            break
        before = now
        outcomes["ended" if died else code] += 1
        if code == "ok" and not same(name, answer, usual):
            wrong.append(f"{nth}: another answer: {others(answer, usual)}")
        elif code not in NOTHING_DONE | {"ok", "closed"}:
            wrong.append(f"{nth}: {code} {answer}")
        client, login, verb, args = reader(name)
        code, answer = insist(client, verb, args)
        if code != "ok" or not same(name, answer, usual):
            wrong.append(f"{nth}: the next request: {code} {others(answer, usual)}")
        nth += 1
    return nth - 1, outcomes, wrong


# ---------------------------------------------------------------------------------------------------------------- commands

def create_order():
    return "order_clerk", "rescue.create", order_args()


def update_order():
    order = orders[1]
    return "order_clerk", "rescue.update", {"id": order, "version": int(store.one(f"SELECT version FROM rescue_order WHERE id = {order}")),
                                            "destination": "黄埔大道 " + uuid.uuid4().hex, "key": uuid.uuid4().hex}


def create_customer():
    return "admin", "customer.create", {"code": uuid.uuid4().hex[:8].upper(), "name": "长沙重庆行", "kind": "person", "key": uuid.uuid4().hex}


COMMANDS = {"create": create_order, "action": update_order, "customer": create_customer}


def command_once(make, kind, nth):
    """(code, what the request did, what it had done when it was repeated, the repeat)"""
    login, verb, args = make()
    before = effects()
    as_(login).call("session.fault", {"kind": kind, "nth": nth})
    code, answer = ask(as_(login), verb, args)
    died = False
    if code == "closed":
        drop(login)
        died = revive()
    did = grown(before)
    again = insist(as_(login), verb, args)
    return "ended" if died else code, answer, did, grown(before), again


def revive():
    """A server that ended for want of memory said so, and is started again; False: it is there."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.process.wait(3)
    if server.process.poll() is None:
        return False
    assert server.process.returncode == -signal.SIGABRT and "out of memory" in server.log_tail(5).split("\n"), server.log_tail(30)
    hands.clear()
    server.restart()
    return True


def try_command(name, kind, step=1):
    make = COMMANDS[name]
    *_, usual, again = command_once(make, "none", 0)
    assert again[0] == "ok" and any(usual), (again, usual)
    outcomes, wrong, nth, before = collections.Counter(), [], 1, failed()
    while nth <= MOST:
        code, answer, did, had, again = command_once(make, kind, nth)
        now = failed()
        if now == before and code != "ended":
            break
        before = now
        outcomes[code] += 1
        if code == "ok" and did != usual or did not in (usual, (0,) * len(usual)):
            wrong.append(f"{nth}: {code}, and did {did}, not {usual}")
        if code not in NOTHING_DONE | {"ok", "closed", "ended"} or code in ("busy", "unavailable") and any(did):
            wrong.append(f"{nth}: {code} {answer}, and did {did}")
        if again[0] != "ok" or had != usual or code == "ok" and again[1] != answer:
            wrong.append(f"{nth}: {code}; the same key again: {again}, in all {had}, not {usual}")
        nth += step
    return nth - 1, outcomes, wrong


# ---------------------------------------------------------------------------------------------------------------- the tests

def told(name, result, least):
    tries, outcomes, wrong = result
    check(not wrong, f"{name}: {tries} allocations fail one by one: {dict(outcomes)} {wrong[:3]}")
    check(tries >= least, f"{name}: {tries} allocations are enough to go by")


def test_reads_without_a_librarys_memory():
    for name, least in (("list", 2), ("get", 5), ("export", 10), ("login", 20), ("unlock", 5)):
        told(name, try_read(name), least)


def test_commands_without_a_librarys_memory():
    for name in COMMANDS:
        told(name, try_command(name, "memory"), 15)


def test_commands_without_our_memory():
    """The server ends, and has lost nothing and done nothing by halves. Each time it is started again, so it is not done at every allocation."""
    for name in ("create", "action"):
        told(name + ", ours", try_command(name, "our_memory", step=7), 20)


def test_nobody_was_locked_out():
    """A password that could not be looked at for want of memory was not a wrong one."""
    check(store.sql("SELECT login FROM employee WHERE failed_logins > 0 OR locked_until IS NOT NULL") == [], "no password counts as wrong")


def test_the_loop_without_a_librarys_memory():
    """TLS: who comes while there is none is sent away, the others stay or come again."""
    outcomes, before, nth = collections.Counter(), failed(), 1
    while nth <= MOST:
        if ask(as_("order_clerk"), "session.fault", {"kind": "loop_memory", "nth": nth})[0] == "closed":
            drop("order_clerk")
            outcomes["cut at once"] += 1
        try:
            with yz.Client(server) as stranger:
                stranger.call("session.ping")
            outcomes["heard"] += 1
        except (yz.Closed, OSError):
            outcomes["sent away"] += 1
        if ask(as_("order_clerk"), "session.ping", {})[0] == "closed":
            drop("order_clerk")
            outcomes["cut"] += 1
        now = failed()
        if now == before:
            break
        before = now
        with yz.Client(server) as stranger:
            assert stranger.call("session.ping") == {}
        nth += 1
    check(nth > 50 and server.process.poll() is None, f"{nth - 1} allocations of the loop fail one by one: {dict(outcomes)}")


def test_the_trail_is_whole():
    done = store.command("check")
    check(done.returncode == 0, f"the books and the trail are whole {done.stdout[-300:]}{done.stderr[-300:]}")


def finish():
    look.close()
    server.stop()  # a leak, or whatever else a sanitizer saw, is a failure


if __name__ == "__main__":
    yz.main(globals())
