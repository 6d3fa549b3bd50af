"""Several payers of one order, by amount, share and parts; differences that a second person approves; what drivers and contractors get; and what the check finds."""
import company
import yz

co = company.Company()
F1, F2, PA = co.party["F1"], co.party["F2"], co.party["PA"]
CHECK = "SELECT what, row_name FROM ledger_check() WHERE severity = 'error' AND what NOT LIKE '%guard%'"


def parts_of(id):
    return {c["payer_id"]: c for c in co.row(id)["charges"]}


def papers(id):
    return [(k, int(n)) for k, n in co.sql(f"SELECT kind, amount_fen FROM document WHERE entity = 'rescue' AND row_id = {id} ORDER BY charge_id, sequence")]


def split(charges, price_fen, km=15, items=({"code": "toll", "quantity": 1, "amount_fen": 1500},), hour="02:00"):
    """A priced order of these payers: 15 km, a toll."""
    id = co.order(charges=charges)
    vehicle = co.vehicle["VA1"]
    co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(-60), arrived_at=f"2026-03-10T{hour}:00Z", km=km, items=list(items))
    co.step("accountant", "audit", id)
    co.step("finance_manager", "price", id, **({"price_fen": price_fen} if price_fen is not None else {}))
    return id


def test_by_amount_share_and_part():
    for name, charges, price_fen, wanted in (
            ("an amount and the rest", [{"payer_id": F1, "share_fen": 25000}, {"payer_id": PA}], 31000, {F1: 25000, PA: 6000}),
            ("a share, half a fen up", [{"payer_id": F1, "share_bp": 3333}, {"payer_id": PA}], 30005, {F1: 10001, PA: 20004}),
            ("two shares", [{"payer_id": F1, "share_bp": 5000}, {"payer_id": F2, "share_bp": 2500}, {"payer_id": PA}], 101, {F1: 51, F2: 25, PA: 25}),
            ("all of it", [{"payer_id": F1, "share_bp": 10000}, {"payer_id": PA}], 777, {F1: 777, PA: 0}),
            ("the base by the insurer, km by the owner", [{"payer_id": F1, "parts": ["base"]}, {"payer_id": PA}], None, {F1: 30000, PA: 5500}),
            ("km and tolls", [{"payer_id": F1, "parts": ["km", "toll"]}, {"payer_id": PA}], None, {F1: 5500, PA: 30000}),
            ("what was set by hand is of who takes the rest", [{"payer_id": F1, "parts": ["base"]}, {"payer_id": PA}], 33333, {F1: 30000, PA: 3333}),
            ("all three ways", [{"payer_id": F1, "parts": ["base"]}, {"payer_id": F2, "share_fen": 500}, {"payer_id": PA}], None, {F1: 30000, F2: 500, PA: 5000}),
            ("nothing to pay", [{"payer_id": F1, "share_bp": 5000}, {"payer_id": PA}], 0, {F1: 0, PA: 0})):
        id = split(charges, price_fen)
        got = {p: c["amount_fen"] for p, c in parts_of(id).items()}
        yz.check(got == wanted, f"{name}: {got}")
        yz.check(sorted(n for k, n in papers(id)) == sorted(n for n in wanted.values() if n), f"a receivable each {papers(id)}")
    for name, charges in (("two ways at once", [{"payer_id": F1, "share_fen": 1, "share_bp": 1}, {"payer_id": PA}]), ("a part twice", [{"payer_id": F1, "parts": ["base"]}, {"payer_id": F2, "parts": ["base", "km"]}, {"payer_id": PA}]),
                          ("nobody takes the rest", [{"payer_id": F1, "parts": ["base"]}]), ("a share over the whole", [{"payer_id": F1, "share_bp": 10001}, {"payer_id": PA}])):
        refusal = co.as_("order_clerk").refused("rescue.create", co.order_args(charges=charges))
        yz.check(refusal.field.startswith("charges"), f"{name} {refusal}")
    id = co.order(charges=[{"payer_id": F1, "parts": ["base"]}, {"payer_id": PA}])
    co.walk(id, 5, "VA1", 0)
    co.step("accountant", "audit", id)
    yz.check(co.refuse("finance_manager", "price", id, price_fen=20000).field == "price_fen", "the base alone is more than that price")


def test_the_estimate_says_who_pays_what():
    asked = {"customer_id": F1, "service": "tow", "estimate_km": 15}
    clerk = co.as_("order_clerk")
    whole = clerk.call("rescue.estimate", asked)
    yz.check("charges" not in whole, "nobody asked")
    for name, charges, wanted in (("an amount", [{"payer_id": F1, "share_fen": 25000}, {"payer_id": PA}], [25000, whole["estimate_fen"] - 25000]),
                                  ("a part", [{"payer_id": PA}, {"payer_id": F1, "parts": ["base"]}], [whole["estimate_fen"] - 30000, 30000]),
                                  ("one for all", [{"payer_id": F2}], [whole["estimate_fen"]])):
        told = clerk.call("rescue.estimate", {**asked, "charges": charges})
        yz.check([c["amount_fen"] for c in told["charges"]] == wanted and [c["payer_id"] for c in told["charges"]] == [c["payer_id"] for c in charges], f"{name} {told['charges']}")
    told = clerk.call("rescue.estimate", {**asked, "charges": [{"payer_id": F1, "share_fen": 10**9}, {"payer_id": PA}]})
    yz.check(told["charges"] is None and told["estimate_fen"] == whole["estimate_fen"], "more than it costs: the price is told all the same")
    for name, charges in (("nobody takes the rest", [{"payer_id": F1, "share_fen": 1}]), ("nobody is named", [{"share_fen": 1}, {"payer_id": PA}]),
                          ("no payer at all", [1]), ("a share of words", [{"payer_id": F1, "share_bp": "half"}])):
        yz.check(clerk.refused("rescue.estimate", {**asked, "charges": charges}).field == "charges", name)


def test_each_payer_goes_his_way():
    id = split([{"payer_id": F1, "parts": ["base"], "method": "transfer"}, {"payer_id": PA, "method": "cash"}], None)
    charge = {p: c["id"] for p, c in parts_of(id).items()}
    yz.check(co.refuse("cashier", "receive", id, method="cash").field == "charge_id", "whose money must be said")
    co.step("cashier", "receive", id, charge_id=charge[PA], amount_fen=2000)
    co.step("cashier", "receive", id, charge_id=charge[PA], amount_fen=4000)
    row, parts = co.row(id), parts_of(id)
    yz.check(row["money_state"] == "priced" and parts[PA]["money_state"] == "received" and parts[PA]["received_fen"] == 6000, f"he paid in parts, too much; the order shows the other {row['money_state']}")
    advance = co.one(f"SELECT sum(l.amount_fen) FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id WHERE d.row_id = {id} AND d.entity = 'rescue' AND l.account = '2203' AND l.party_id = {PA}")
    yz.check(advance == "500", f"what is too much is his advance {advance}")
    yz.check(co.refuse("cashier", "receive", id, charge_id=charge[PA], amount_fen=1).field == "charge_id", "nothing more is due of him")
    co.step("cashier", "receive", id, charge_id=charge[F1], amount_fen=29000, final=True)
    yz.check(co.refuse("accountant", "clear", id, charge_id=charge[F1]).field == "difference_reason", "what is left has a reason")
    yz.check(co.refuse("finance_manager", "return", id, reason="other").code == "conflict", "what was paid is not returned")


def test_onestop_of_several():
    id = co.order(charges=[{"payer_id": F1, "share_bp": 5000, "method": "transfer"}, {"payer_id": PA, "method": "cash"}])
    co.walk(id, 5, "VA1", 0)
    co.step("finance_manager", "onestop", id, price_fen=20000)
    row = co.row(id)
    yz.check(row["money_state"] == "received" and row["received_fen"] == 20000 and row["onestop"], f"each paid his part by his own way {row['money_state']}")
    yz.check(sorted(papers(id)) == [("receipt", 10000), ("receipt", 10000), ("receivable", 10000), ("receivable", 10000)], f"one paper each {papers(id)}")


def test_a_bad_debt_has_two_people():
    co.step("accountant", "clear", small := left(4000), difference_reason="bad_debt")
    yz.check(co.row(small)["money_state"] == "cleared", "up to the limit who clears may give it up")
    id = left(20000)
    co.step("accountant", "clear", id, difference_reason="bad_debt")
    row = co.row(id)
    yz.check(row["money_state"] == "received" and row["asked_reason"] == "bad_debt" and "adjustment" not in dict(papers(id)), "above it the money stays due and nothing is posted")
    listed = co.as_("finance_manager").call("rescue.list", {"filter": {"asked_reason": "bad_debt"}})["rows"]
    yz.check([r["id"] for r in listed] == [id], "and whoever approves finds it")
    yz.check(co.refuse("accountant", "approve", id).code == "forbidden", "not who asked")
    co.step("finance_manager", "decline", id, reason="call him again")
    yz.check(co.row(id)["asked_reason"] is None and co.refuse("finance_manager", "approve", id).code == "conflict", "declined: nothing waits")
    co.step("accountant", "clear", id, difference_reason="bad_debt")
    co.step("finance_manager", "approve", id)
    row = co.row(id)
    yz.check((row["money_state"], row["clear_reason"], row["asked_reason"]) == ("cleared", "bad_debt", None) and papers(id)[-1] == ("adjustment", 20000), f"approved: given up {papers(id)}")
    maker, checker = co.sql(f"SELECT maker_id, checker_id FROM document WHERE row_id = {id} AND kind = 'adjustment'")[0]
    yz.check((int(maker), int(checker)) == (co.employee["accountant"], co.employee["finance_manager"]), "the paper tells who asked and who approved")
    co.person("both", ["accountant", "finance_manager", "cashier"])
    own = left(20000)
    co.step("both", "clear", own, difference_reason="bad_debt")
    yz.check(co.row(own)["money_state"] == "cleared", "who has the role needs nobody")
    received = left(20000, "both")
    yz.check(co.refuse("both", "clear", received, difference_reason="bad_debt").code == "forbidden", "but for money he received himself")
    co.step("accountant", "clear", received, difference_reason="bad_debt")
    yz.check(co.refuse("both", "approve", received).code == "forbidden", "nor does he approve it")


def left(fen, cashier="cashier"):
    """An order with so much of it unpaid."""
    id = co.order_in("audited", "VA1")
    co.step("finance_manager", "price", id, price_fen=fen + 100)
    co.step(cashier, "receive", id, method="cash", amount_fen=100, final=True)
    return id


def test_what_drivers_get():
    manager = co.as_("finance_manager")
    driver = co.driver_of[co.vehicle["VA1"]]
    manager.do("commission_rule.create", {"job_fen": 1000})
    manager.do("commission_rule.create", {"service": "tow", "job_fen": 500, "km_fen": 100, "share_bp": 1000})
    yz.check(manager.refused("commission_rule.create", {"job_fen": 1}).code == "duplicate", "one rule of a kind at a time")
    id = co.order_in("unaudited", "VA1")
    co.step("accountant", "audit", id, price_fen=30000)         # at night, or on a holiday, more would be proposed
    row = co.row(id)
    yz.check(row["commission_fen"] == 500 + 1000 + 3000, f"a job, its km, a tenth of the price {row['commission_fen']}")
    co.step("finance_manager", "price", id)
    got = co.sql(f"SELECT l.account, l.side, l.amount_fen, l.employee_id, d.employee_id FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id WHERE d.row_id = {id} AND d.entity = 'rescue' AND d.kind = 'payable' ORDER BY l.n")
    yz.check(got == [["540102", "D", "4500", str(driver), str(driver)], ["221101", "C", "4500", str(driver), str(driver)]], f"owed with the price {got}")
    co.step("finance_manager", "return", id, reason="price_wrong")
    owed = co.one(f"SELECT sum(amount_fen) FROM ledger_line WHERE account = '221101' AND employee_id = {driver}")
    yz.check(owed == "0", "and taken back with it")
    co.step("finance_manager", "return", id, reason="facts_wrong")
    co.step("accountant", "audit", id, commission_fen=99)
    yz.check(co.row(id)["commission_fen"] == 99, "who audits may set another")
    manager.do("commission_rule.create", {"driver_id": driver, "job_fen": 7700})
    free = co.order_in("unaudited", "VA1", service="fuel")
    co.step("accountant", "audit", free, price_fen=0)
    co.step("finance_manager", "price", free)
    row = co.row(free)
    yz.check(row["money_state"] == "cleared" and papers(free) == [("payable", 7700)], f"a free job posts nothing but its cost, by the driver's own rule {papers(free)}")


def test_the_check_holds_and_finds():
    yz.check(co.sql(CHECK) == [], f"all of it is right {co.sql(CHECK)[:3]}")
    last = "(SELECT max(id) FROM rescue_order WHERE money_state = 'cleared' AND price_fen > 0)"
    charge = f"(SELECT max(id) FROM rescue_charge WHERE order_id = {last})"
    for name, damage, words in (
            ("a payer's part", f"UPDATE rescue_charge SET amount_fen = amount_fen + 1 WHERE id = {charge}", "payers' parts make"),
            ("what a payer paid", f"UPDATE rescue_charge SET received_fen = received_fen + 1 WHERE id = {charge}", "his receipts make"),
            ("what came in", f"UPDATE rescue_order SET received_fen = received_fen + 1 WHERE id = {last}", "its payers paid"),
            ("a state", f"UPDATE rescue_charge SET money_state = 'priced' WHERE id = {charge}", "least advanced payer"),
            ("a commission", f"UPDATE rescue_order SET commission_fen = coalesce(commission_fen, 0) + 1 WHERE id = {last}", "the driver gets"),
            ("a receipt that is gone", f"DELETE FROM document WHERE kind = 'receipt' AND row_id = {last}", "his receipts make")):
        found = co.sql(f"BEGIN; SET LOCAL session_replication_role = replica; {damage}; {CHECK}")
        co.sql("ROLLBACK")
        yz.check(any(words in row[0] for row in found), f"{name} is found {found[:2]}")


def finish():
    co.stop()


yz.main(globals())
