"""Two at once: one vehicle, one order, one key, one balance. Each round has one winner and one clear refusal, and leaves one effect."""
import collections
import threading
import uuid

import company
import yz

ROUNDS = 200
co = company.Company(servers=2)


def attempt(client, verb, args):
    try:
        return "ok", client.call(verb, args)
    except yz.Refused as refusal:
        return refusal.code, refusal.error


class Pair:
    """Two people who press the key at the same moment, round after round."""

    def __init__(self, one, two):
        self.clients = (one, two)
        self.barrier = threading.Barrier(3)
        self.jobs, self.results = [None, None], [None, None]
        self.threads = [threading.Thread(target=self._run, args=(i,), daemon=True) for i in (0, 1)]
        for thread in self.threads:
            thread.start()

    def _run(self, i):
        while True:
            self.barrier.wait()
            if self.jobs[i] is None:
                return
            try:
                self.results[i] = attempt(self.clients[i], *self.jobs[i])
            except Exception as error:  # noqa: BLE001 - told by the round's result
                self.results[i] = ("broken", {"message": repr(error)})
            self.barrier.wait()

    def round(self, one, two):
        self.jobs = [one, two]
        self.barrier.wait()
        self.barrier.wait()
        return list(self.results)

    def end(self):
        self.jobs = [None, None]
        self.barrier.wait()
        for client in self.clients:
            client.close()


def key():
    return uuid.uuid4().hex


def both_servers(one, two):
    return Pair(co.new_client(one, 0), co.new_client(two, 1))


def tally(results):
    return collections.Counter(code for code, _ in results)


def dispatch_args(id, vehicle, driver, version=1):
    return {"id": id, "version": version, "vehicle_id": vehicle, "driver_id": driver, "key": key()}


# ---------------------------------------------------------------------------------------------------------------- one vehicle

def test_two_dispatchers_one_vehicle():
    """Half the rounds at one server, half at two."""
    vehicle = co.vehicle["VA1"]
    driver = co.driver_of[vehicle]
    wins, unclear, other = 0, [], []
    for pair, rounds in ((Pair(co.new_client("dispatcher"), co.new_client("dispatcher2")), ROUNDS // 2), (both_servers("dispatcher", "dispatcher2"), ROUNDS // 2)):
        for _ in range(rounds):
            orders = [co.order(), co.order()]
            results = pair.round(*(("rescue.dispatch", dispatch_args(id, vehicle, driver)) for id in orders))
            codes = tally(results)
            wins += codes["ok"] == 1
            for code, error in results:
                if code == "conflict" and not ("粤A00001" in error["message"] and error.get("field") in ("vehicle_id", "driver_id")):
                    unclear.append(error)
                elif code not in ("ok", "conflict"):
                    other.append((code, error))
            live = co.sql(f"SELECT id FROM rescue_order WHERE vehicle_id = {vehicle} AND state = 'dispatched'")
            if len(live) != 1 or co.one(f"SELECT order_id FROM vehicle WHERE id = {vehicle}") != live[0][0]:
                other.append(("state", live))
            winner = int(live[0][0])
            co.as_("dispatcher").do("rescue.recall", {"id": winner, "version": co.version(winner), "reason": "other"})
        pair.end()
    yz.check(wins == ROUNDS, f"{ROUNDS} rounds, {wins} winners")
    yz.check(not other, f"every loser is told of a conflict {other[:3]}")
    yz.check(not unclear, f"and by which vehicle {unclear[:2]}")


def test_one_driver_two_vehicles():
    """The driver is one, too."""
    admin = co.as_("admin")
    for code in ("VA3", "VA4"):
        id = co.vehicle[code]
        row = admin.call("vehicle.get", {"id": id})
        admin.do("vehicle.update", {"id": id, "version": row["version"], "drivers": [{"driver_id": co.employee["driver6"]}]})
    pair, wins, bad = both_servers("dispatcher", "dispatcher2"), 0, []
    for _ in range(50):
        orders = [co.order(), co.order()]
        results = pair.round(*(("rescue.dispatch", dispatch_args(id, co.vehicle[code], co.employee["driver6"])) for id, code in zip(orders, ("VA3", "VA4"))))
        wins += tally(results) == {"ok": 1, "conflict": 1}
        bad += [e for c, e in results if c == "conflict" and e.get("field") != "driver_id"]
        for code in ("VA3", "VA4"):
            co.free(co.vehicle[code])
    pair.end()
    yz.check(wins == 50, f"50 rounds, {wins} with one winner and one conflict")
    yz.check(not bad, f"and the driver is named {bad[:1]}")


def test_two_dispatchers_one_order():
    """Each with a vehicle of his own."""
    pair, wins, left = both_servers("dispatcher", "dispatcher2"), 0, 0
    vehicles = [co.vehicle["VA1"], co.vehicle["VA2"]]
    for _ in range(50):
        id = co.order()
        results = pair.round(*(("rescue.dispatch", dispatch_args(id, v, co.driver_of[v])) for v in vehicles))
        wins += tally(results) == {"ok": 1, "conflict": 1}
        left += int(co.one("SELECT count(*) FROM vehicle WHERE order_id IS NOT NULL")) != 1
        for v in vehicles:
            co.free(v)
    pair.end()
    yz.check(wins == 50 and left == 0, f"50 rounds, {wins} with one winner, {left} with a vehicle left hanging")


# ---------------------------------------------------------------------------------------------------------------- money

def orders_in(state, count):
    """Many orders in one state of the money, quickly: walked by batches where the flow has them."""
    ids = [co.order() for _ in range(count)]
    clerk = co.as_("order_clerk")
    vehicle = co.vehicle["VA5"]
    for id in ids:
        clerk.do("rescue.backfill", {"id": id, "version": 1, "vehicle_id": vehicle, "driver_id": co.driver_of[vehicle], "done_at": yz.utc_now(), "km": 5})
    for action, user, more in (("audit", "accountant", {}), ("price", "finance_manager", {"price_fen": 20000}), ("receive", "cashier", {"method": "transfer"})):
        if {"audit": "unaudited", "price": "audited", "receive": "priced"}[action] == state:
            break
        for at in range(0, count, 20):
            items = [{"id": i, "version": co.version(i)} for i in ids[at:at + 20]]
            done = co.as_(user).do(f"rescue.{action}", {"items": items, **more})["items"]
            assert all("ok" in d for d in done), done
    return ids


MONEY = {"audit": ("unaudited", "audited", ("accountant", "accountant2"), {}, {}),
         "price": ("audited", "priced", ("finance_manager", "finance_manager2"), {"price_fen": 20000}, {"receivable": 1}),
         "receive": ("priced", "received", ("cashier", "cashier2"), {"method": "transfer"}, {"receipt": 1}),
         "clear": ("received", "cleared", ("accountant", "accountant2"), {}, {})}


def test_two_people_one_money_step():
    """Each money step, 200 rounds: one of the two does it, one document and one entry come of it."""
    for action, (source, to, people, more, papers) in MONEY.items():
        ids = orders_in(source, ROUNDS)
        before = documents()
        pair = both_servers(*people)
        wins, bad = 0, []
        for id in ids:
            version = co.version(id)
            results = pair.round(*(("rescue." + action, {"id": id, "version": version, "key": key(), **more}) for _ in people))
            wins += tally(results) == {"ok": 1, "conflict": 1}
            bad += [(c, e) for c, e in results if c not in ("ok", "conflict") or (c == "conflict" and "current" not in e and "allowed" not in e)]
        pair.end()
        made = documents()
        made.subtract(before)
        yz.check(wins == ROUNDS and not bad, f"{action}: {ROUNDS} rounds, {wins} with one winner {bad[:2] or ''}")
        yz.check(+made == collections.Counter({k: n * ROUNDS for k, n in papers.items()}), f"{action}: one posting each {dict(+made)}")
        state = co.sql(f"SELECT money_state, count(*) FROM rescue_order WHERE id IN ({', '.join(map(str, ids))}) GROUP BY 1")
        yz.check(state == [[to, str(ROUNDS)]], f"{action}: all are {to} {state}")
        yz.check(co.books()[0] == 0 and orphans() == 0, f"{action}: the books balance, each document has its entry")


def test_two_part_payments():
    """Both cashiers record a part of the same money: the sum never grows over what was priced."""
    ids = orders_in("priced", 50)
    pair, over = both_servers("cashier", "cashier2"), 0
    for id in ids:
        version = co.version(id)
        pair.round(*(("rescue.receive", {"id": id, "version": version, "key": key(), "method": "cash", "amount_fen": 15000}) for _ in (0, 1)))
        over += int(co.one(f"SELECT received_fen FROM rescue_order WHERE id = {id}")) != 15000
    pair.end()
    yz.check(over == 0, f"one part each round ({over} had another sum)")
    yz.check(co.books()[0] == 0, "the books balance")


def documents():
    return collections.Counter({k: int(n) for k, n in co.sql("SELECT kind, count(*) FROM document GROUP BY 1")})


def orphans():
    return int(co.one("SELECT (SELECT count(*) FROM document d WHERE d.amount_fen <> 0 AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = d.entry_id)) +"
                      " (SELECT count(*) FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM document d WHERE d.entry_id = e.id))"))


# ---------------------------------------------------------------------------------------------------------------- one key

def same_key(pair, rounds, make, effect):
    """The same request twice at once: one effect; who was told `busy` asks again and gets the same answer."""
    wrong = []
    for _ in range(rounds):
        verb, args = make()
        before = effect()
        results = pair.round((verb, args), (verb, args))
        for i, (code, data) in enumerate(results):
            for _ in range(200):
                if code != "busy":
                    break
                code, data = attempt(pair.clients[i], verb, args)
            results[i] = (code, data)
        if results[0] != results[1] or results[0][0] != "ok" or effect() != before + 1:
            wrong.append((results, before, effect()))
    pair.end()
    return wrong


def count(table):
    return lambda: int(co.one(f"SELECT count(*) FROM {table}"))


def test_one_key_on_two_connections():
    wrong = same_key(Pair(co.new_client("order_clerk"), co.new_client("order_clerk")), ROUNDS,
                     lambda: ("rescue.create", co.order_args(key=key())), count("rescue_order"))
    yz.check(not wrong, f"one server: {ROUNDS} rounds, one order and one answer each {str(wrong[:1])[:300] if wrong else ''}")


def test_one_key_at_two_servers():
    wrong = same_key(both_servers("order_clerk", "order_clerk"), ROUNDS, lambda: ("rescue.create", co.order_args(key=key())), count("rescue_order"))
    yz.check(not wrong, f"two servers: {ROUNDS} rounds, one order and one answer each {str(wrong[:1])[:300] if wrong else ''}")


def test_one_key_of_money_at_two_servers():
    ids = iter(orders_in("priced", 100))

    def receive():
        id = next(ids)
        return "rescue.receive", {"id": id, "version": co.version(id), "key": key(), "method": "qr"}

    wrong = same_key(both_servers("cashier", "cashier"), 100, receive, count("document"))
    yz.check(not wrong, f"money, two servers: 100 rounds, one posting and one answer each {str(wrong[:1])[:300] if wrong else ''}")
    yz.check(co.books()[0] == 0 and orphans() == 0, "the books balance")


def test_one_key_a_hundred_times():
    """Ten connections at two servers repeat one line ten times each."""
    args = co.order_args(key=key())
    before = count("rescue_order")()
    answers, broken = [], []

    def repeat(n):
        with co.new_client("order_clerk", n % 2) as client:
            for _ in range(10):
                code, data = attempt(client, "rescue.create", args)
                while code == "busy":
                    code, data = attempt(client, "rescue.create", args)
                (answers if code == "ok" else broken).append(str(data))

    threads = [threading.Thread(target=repeat, args=(n,)) for n in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    yz.check(len(answers) == 100 and len(set(answers)) == 1 and not broken, f"100 equal answers {set(answers)} {broken[:2]}")
    yz.check(count("rescue_order")() == before + 1, "one order")


# ---------------------------------------------------------------------------------------------------------------- the rest

def test_a_free_service_is_used_once():
    """One free service is left for a plate; two orders of it are finished at once: one is free."""
    firm = co.as_("order_clerk").do("customer.create", {"name": "免费一次", "kind": "insurer"})["id"]
    pair, wrong = both_servers("dispatcher", "dispatcher2"), []
    co.as_("finance_manager").do("agreement.create", {"party_id": firm, "service": "tow", "base_fen": 30000, "free_times": 1})
    for n in range(20):
        plate = f"粤F{n:05d}"
        ids = []
        for code in ("VA1", "VA2"):
            id = co.order(customer_id=firm, plate=plate)
            co.walk(id, 4, code, 0)
            ids.append(id)
        results = pair.round(*(("rescue.complete", {"id": id, "version": co.version(id), "km": 5, "key": key()}) for id in ids))
        free = sorted(int(r[0]) for r in co.sql(f"SELECT free_times FROM rescue_order WHERE id IN ({ids[0]}, {ids[1]})"))
        if free != [0, 1] or tally(results)["ok"] != 2:
            wrong.append((free, results))
    pair.end()
    yz.check(not wrong, f"20 rounds, one free each {wrong[:1]}")


def test_two_edits():
    """Two save the same form: one is told what the other wrote."""
    pair, wins, told = both_servers("order_clerk", "order_clerk2"), 0, 0
    for n in range(100):
        id = co.order()
        results = pair.round(*(("rescue.update", {"id": id, "version": 1, "remarks": f"{who} {n}", "key": key()}) for who in ("one", "two")))
        wins += tally(results) == {"ok": 1, "conflict": 1}
        stored = co.one(f"SELECT remarks FROM rescue_order WHERE id = {id}")
        told += any(c == "conflict" and e["current"]["remarks"] == stored for c, e in results)
    pair.end()
    yz.check(wins == 100 and told == 100, f"100 rounds: {wins} with one winner, {told} losers were shown the row")


def test_edit_and_delete():
    """Somebody is named in an order while they are deleted: never an order of nobody."""
    pair, wrong = both_servers("order_clerk", "admin"), []
    for n in range(50):
        id = co.as_("admin").do("customer.create", {"name": f"leaving {n}", "kind": "insurer"})["id"]
        results = pair.round(("rescue.create", co.order_args(customer_id=id, key=key())), ("customer.delete", {"id": id, "version": 1, "key": key()}))
        there = co.one(f"SELECT count(*) FROM party WHERE id = {id}"), co.one(f"SELECT count(*) FROM rescue_order WHERE customer_id = {id}")
        if there not in (("1", "1"), ("0", "0")) or tally(results)["ok"] != 1:
            wrong.append((there, results))
    pair.end()
    yz.check(not wrong, f"50 rounds {str(wrong[:1])[:300] if wrong else ''}")


def test_the_period_closes_while_money_comes():
    """A period starts closing among postings: each lands in an open period or is refused, and the books balance."""
    ids = orders_in("audited", 40)
    first = int(co.one("SELECT min(id) FROM period WHERE state = 'open'"))
    results, manager = [], co.new_client("finance_manager2", 1)

    def post():
        with co.new_client("finance_manager") as client:
            for id in ids:
                results.append(attempt(client, "rescue.price", {"id": id, "version": co.version(id), "price_fen": 10000, "key": key()}))

    thread = threading.Thread(target=post)
    thread.start()
    codes = []
    while thread.is_alive():
        for step in ("start_closing", "abort"):
            codes.append(attempt(manager, f"period.{step}", {"id": first, "version": co.version(first, "period"), "key": key()})[0])
    thread.join()
    manager.close()
    yz.check(tally(results) == {"ok": 40}, f"all priced {tally(results)}")
    yz.check(set(codes) == {"ok"}, f"the period closed and opened {len(codes)} times beside it {set(codes)}")
    yz.check(co.books()[0] == 0 and orphans() == 0, "the books balance")


def finish():
    co.stop()


yz.main(globals())
