"""What drivers take on site: noted, held, handed in, received, taken back. In whatever order it comes, the driver owes what he holds, and nothing is handed in twice."""
import threading
import uuid

import company
import yz

co = company.Company(servers=2)
DRIVER = co.driver_of[co.vehicle["VA1"]]
cashier = co.as_("cashier")


def took(fen=20000, vehicle="VA1", method="cash_on_site"):
    id = co.order()
    vehicle = co.vehicle[vehicle]
    co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(-60), km=5, taken_fen=fen, taken_method=method)
    return id


def receive(id, fen=20000, **more):
    co.step("accountant", "audit", id)
    co.step("finance_manager", "price", id, price_fen=fen)
    co.step("cashier", "receive", id, **{"method": "cash_on_site", **more})


def hand(*orders, client=cashier, **more):
    lines = [o if isinstance(o, dict) else {"order_id": o} for o in orders]
    return client.do("handin.create", {"lines": lines, **more})


def refused(*orders, client=cashier, **more):
    lines = [o if isinstance(o, dict) else {"order_id": o} for o in orders]
    return client.refused("handin.create", {"lines": lines, **more})


def held(driver=DRIVER):
    return {r["order_id"]: r["held_fen"] for r in cashier.call("handin.held", {"driver_id": driver})["rows"]}


def owes(driver=DRIVER):
    return int(co.one(f"SELECT coalesce(sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END), 0) FROM ledger_line WHERE account = '1221' AND employee_id = {driver}"))


def errors():
    return co.sql("SELECT what, row_name FROM ledger_check() WHERE severity = 'error' AND what NOT LIKE '%guard%'")


def test_received_then_handed_in():
    one, two = took(), took(5000)
    receive(one)
    yz.check(held() == {one: 20000, two: 5000} and owes() == 20000, f"noted money is held, received money is owed {held()} {owes()}")
    drivers = cashier.call("handin.held")["rows"]
    yz.check([(r["driver_id"], r["orders"], r["held_fen"]) for r in drivers] == [(DRIVER, 2, 25000)], f"a row for each driver {drivers}")
    made = hand(one, two, counted_fen=25000, method="cash")
    row = cashier.call("handin.get", {"id": made["id"]})
    yz.check((row["driver_id"], row["branch_id"], row["amount_fen"], row["state"]) == (DRIVER, co.branch["A"], 25000, "posted") and made["number"].startswith("H"), f"one paper over both {made}")
    got = co.sql(f"SELECT d.kind, d.amount_fen, d.employee_id, l.account, l.side, l.amount_fen, l.employee_id FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id WHERE d.entity = 'handin' AND d.row_id = {made['id']} ORDER BY l.n")
    who = str(DRIVER)
    yz.check(got == [["receipt", "25000", who, "1001", "D", "25000", who], ["receipt", "25000", who, "1221", "C", "25000", who]], f"till / receivable of the driver {got}")
    yz.check(held() == {} and co.row(one)["handed_fen"] == 20000 and co.row(two)["handed_fen"] == 5000, "he holds nothing more")
    yz.check(co.refuse("cashier", "receive", two, method="cash", amount_fen=1).code == "conflict", "what is not priced is not received")
    co.step("accountant", "audit", two)
    co.step("finance_manager", "price", two, price_fen=5000)
    yz.check(co.refuse("cashier", "receive", two, method="cash").field == "method", "money that is in the till does not go there a second time")
    co.step("cashier", "receive", two, method="cash_on_site")
    yz.check(owes() == 0 and errors() == [], f"handed in before it was received comes to the same {owes()} {errors()[:2]}")


def test_parts_reasons_and_refusals():
    id = took(10000)
    yz.check(refused({"order_id": id, "amount_fen": 10001}).code == "conflict", "not more than he holds")
    yz.check(refused({"order_id": id, "amount_fen": 4000}).field == "short_reason", "less has a reason")
    yz.check(refused(id, counted_fen=9999).field == "counted_fen", "what was counted is what the orders make")
    yz.check(refused(id, id).field == "lines" and refused().field == "lines" and refused(999999).field, "each order once, one at least, and one that is there")
    for method in ("cash_on_site", "nothing"):
        yz.check(refused(id, method=method).field == "method", f"{method} is no way to hand in")
    hand({"order_id": id, "amount_fen": 4000}, short_reason="change for tomorrow")
    yz.check(held() == {id: 6000}, f"the rest stays with him {held()}")
    yz.check(co.refuse("driver" if DRIVER == co.employee["driver"] else "dispatcher", "collect", id, taken_fen=3999, taken_method="cash_on_site").field in ("taken_fen", None), "nor does he note less than he handed in")
    hand(id)
    yz.check(held() == {} and refused(id).code == "conflict", "nothing is handed in twice")
    other = took(100, "VA2")
    mine = took(100)
    yz.check(refused(other, mine).field == "lines", "one paper, one driver")
    yz.check(co.as_("cashier_b").refused("handin.create", {"lines": [{"order_id": mine}]}).field is not None, "another branch's money is another's")
    yz.check(took(500, method="qr") not in held(), "what was paid to the company's code he does not hold")
    co.person("two_hats", ["driver", "cashier"])
    co.sql(f"UPDATE rescue_order SET driver_id = {co.employee['two_hats']} WHERE id = {mine}")
    yz.check(refused(mine, client=co.as_("two_hats")).code == "forbidden", "nobody takes a hand-in from himself")
    co.sql(f"UPDATE rescue_order SET driver_id = {DRIVER} WHERE id = {mine}")
    hand(other), hand(mine)


def test_taken_back():
    one, two, before = took(), took(3000), owes()
    receive(one)
    made = hand(one, {"order_id": two, "amount_fen": 1000}, short_reason="the rest tomorrow", method="transfer")
    yz.check(cashier.refused("handin.reverse", {"id": made["id"], "version": 1, "reason": "x"}).code == "forbidden", "a cashier does not take back")
    co.as_("accountant").do("handin.reverse", {"id": made["id"], "version": 1, "reason": "another driver's envelope"})
    yz.check(held() == {one: 20000, two: 3000} and owes() == before + 20000, f"he holds it again {held()} {owes()}")
    papers = co.sql(f"SELECT amount_fen, state, red_of IS NOT NULL FROM document WHERE entity = 'handin' AND row_id = {made['id']} ORDER BY sequence")
    yz.check(papers == [["21000", "reversed", "f"], ["-21000", "posted", "t"]], f"a red one beside it {papers}")
    yz.check(co.as_("accountant").refused("handin.reverse", {"id": made["id"], "version": 2, "reason": "x"}).code == "conflict", "once")
    hand(one, two)
    receive(two, 3000)
    yz.check(errors() == [] and owes() == before, f"and in again {errors()[:2]}")


def test_two_cashiers_one_envelope():
    wrong = []
    for n in range(30):
        id = took(1000)
        results, barrier = [], threading.Barrier(2)

        def take(server):
            with co.new_client("cashier" if server else "cashier2", server) as client:
                barrier.wait()
                try:
                    results.append(("ok", client.call("handin.create", {"key": uuid.uuid4().hex, "lines": [{"order_id": id}]})))
                except yz.Refused as refusal:
                    results.append((refusal.code, refusal))

        threads = [threading.Thread(target=take, args=(server,)) for server in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        codes = sorted(code for code, _ in results)
        if codes != ["conflict", "ok"] or co.one(f"SELECT handed_fen FROM rescue_order WHERE id = {id}") != "1000":
            wrong.append((codes, results))
    yz.check(not wrong, f"30 rounds at two servers: one hand-in each {str(wrong[:1])[:300]}")
    yz.check(errors() == [], f"and the books hold {errors()[:2]}")


def test_two_cashiers_one_charge():
    """Both receive the same charge's money at once: one does, the other is told."""
    wrong = []
    for n in range(30):
        id = co.order(charges=[{"payer_id": co.party["F1"], "share_bp": 5000}, {"payer_id": co.party["PA"]}])
        co.walk(id, 7, "VA2", 20000)
        charge, version = co.row(id)["charges"][0]["id"], co.version(id)
        results, barrier = [], threading.Barrier(2)

        def take(server):
            with co.new_client("cashier" if server else "cashier2", server) as client:
                barrier.wait()
                try:
                    client.call("rescue.receive", {"key": uuid.uuid4().hex, "id": id, "version": version, "charge_id": charge, "method": "cash"})
                    results.append("ok")
                except yz.Refused as refusal:
                    results.append(refusal.code)

        threads = [threading.Thread(target=take, args=(server,)) for server in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        paid = co.one(f"SELECT received_fen FROM rescue_charge WHERE id = {charge}")
        if sorted(results) != ["conflict", "ok"] or paid != "10000":
            wrong.append((results, paid))
    yz.check(not wrong, f"30 rounds: one receipt each {wrong[:2]}")
    yz.check(errors() == [], "and the books hold")


def test_the_check_finds():
    last = "(SELECT max(order_id) FROM handin_line)"
    for name, damage, words in (
            ("money handed in", f"UPDATE rescue_order SET handed_fen = handed_fen - 1 WHERE id = {last}", "the hand-ins make"),
            ("money by way of the driver", f"UPDATE rescue_order SET driver_fen = driver_fen + 1 WHERE id = {last}", "his receipts make"),
            ("a line", f"UPDATE handin_line SET amount_fen = amount_fen + 1 WHERE order_id = {last}", "its orders make"),
            ("a hand-in's paper", "DELETE FROM document WHERE entity = 'handin' AND row_id = (SELECT max(id) FROM handin)", "its papers 0"),
            ("a driver's entry", "UPDATE ledger_line SET amount_fen = amount_fen + 1 WHERE account = '1221' AND entry_id = (SELECT max(entry_id) FROM ledger_line WHERE account = '1221')", "by the ledger")):
        found = co.sql(f"BEGIN; SET LOCAL session_replication_role = replica; {damage}; SELECT what FROM ledger_check() WHERE severity = 'error'")
        co.sql("ROLLBACK")
        yz.check(any(words in row[0] for row in found), f"{name} is found {found[:2]}")


def finish():
    co.stop()


yz.main(globals())
