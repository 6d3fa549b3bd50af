"""What an order is worth and where it is booked: VAT, parts, several payers, driver's cash, contractors, differences, red ones, nothing to pay."""
import company
import yz

co = company.Company()


def lines(id):
    """(kind of paper, account, side, amount) of all that was posted for an order, in order."""
    return [(k, a, s, int(n)) for k, a, s, n in co.sql(f"SELECT d.kind, l.account, l.side, l.amount_fen FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id"
                                                       f" WHERE d.entity = 'rescue' AND d.row_id = {id} ORDER BY d.sequence, l.n")]


def papers(id):
    return [(k, int(n), s) for k, n, s in co.sql(f"SELECT kind, amount_fen, state FROM document WHERE entity = 'rescue' AND row_id = {id} ORDER BY sequence")]


def money(id, price_fen, **audit):
    co.step("accountant", "audit", id, **audit)
    co.step("finance_manager", "price", id, price_fen=price_fen)


def done(**more):
    return co.order_in("done", **more)


def test_a_price_is_income_and_tax():
    id = done()
    money(id, 31800)
    got = lines(id)
    yz.check(got == [("receivable", "1122", "D", 31800), ("receivable", "5001", "C", 30000), ("receivable", "222101", "C", 1800)] or sorted(got) == sorted(
        [("receivable", "1122", "D", 31800), ("receivable", "5001", "C", 30000), ("receivable", "222101", "C", 1800)]), f"6 % of a tow are tax: {got}")
    repair = done(service="site_repair")
    money(repair, 11300)
    yz.check(("receivable", "222101", "C", 1300) in lines(repair), f"13 % of a repair {lines(repair)}")
    odd = done()
    money(odd, 9999)
    net, tax = [n for k, a, s, n in lines(odd) if s == "C"]
    yz.check(net + tax == 9999 and abs(tax - 9999 * 6 / 106) <= 0.5, f"rounded once, nothing lost: {net} + {tax}")
    who = co.sql(f"SELECT l.branch_id, l.party_id, l.line FROM ledger_line l JOIN document d ON d.entry_id = l.entry_id WHERE d.row_id = {id} AND l.account = '1122'")
    yz.check(who == [[str(co.branch["A"]), str(co.party["F1"]), "rescue"]], f"of which branch, from whom, of which line of work {who}")


def test_parts_and_an_advance():
    id = done()
    money(id, 30000)
    for amount, method, account in ((10000, "cash", "1001"), (5000, "qr", "1012"), (20000, "transfer", "1002")):
        co.step("cashier", "receive", id, method=method, amount_fen=amount)
        yz.check(("receipt", account, "D", amount) in lines(id), f"{method} goes to {account}")
    row = co.row(id)
    yz.check(row["money_state"] == "received" and row["received_fen"] == 35000, "the state turns when nothing is due")
    yz.check(("receipt", "2203", "C", 5000) in lines(id) and ("receipt", "1122", "C", 15000) in lines(id), f"what is too much is the customer's advance {lines(id)}")
    co.step("accountant", "clear", id)
    yz.check(papers(id)[-1][0] == "receipt", "nothing is left, so nothing is posted to clear it")
    owed = co.one(f"SELECT sum(CASE side WHEN 'D' THEN l.amount_fen ELSE -l.amount_fen END) FROM ledger_line l JOIN document d ON d.entry_id = l.entry_id WHERE d.row_id = {id} AND account = '1122'")
    yz.check(owed == "0", "the receivable is closed")


def test_a_difference():
    for reason, account in (("discount", "5601"), ("bank_charge", "5603"), ("other", "5711")):
        id = done()
        money(id, 20000)
        co.step("cashier", "receive", id, method="transfer", amount_fen=19900, final=True)
        co.step("accountant", "clear", id, difference_reason=reason)
        yz.check(("adjustment", account, "D", 100) in lines(id) and ("adjustment", "1122", "C", 100) in lines(id), f"{reason} is booked at {account} {lines(id)[-2:]}")
    id = done()
    money(id, 20000)
    co.step("cashier", "receive", id, amount_fen=0, final=True)
    yz.check(co.refuse("accountant", "clear", id, difference_reason="whim").field == "difference_reason", "nor a reason nobody knows")


def test_nothing_to_pay():
    id = done()
    money(id, 0)
    row = co.row(id)
    yz.check(row["money_state"] == "cleared" and row["clear_reason"] == "no_charge" and papers(id) == [], f"priced at nothing: cleared, and nothing posted {row['money_state']} {papers(id)}")


def test_red_and_again():
    id = done()
    money(id, 20000)
    co.step("finance_manager", "price", id, price_fen=18000)
    yz.check([p[:2] for p in papers(id)] == [("receivable", 20000), ("receivable", -20000), ("receivable", 18000)] and [p[2] for p in papers(id)] == ["reversed", "posted", "posted"],
             f"a new price: red, and anew {papers(id)}")
    first, red = (sorted((a, s, abs(n)) for k, a, s, n in lines(id)[i:i + 3]) for i in (0, 3))
    yz.check(first == red and all(n < 0 for k, a, s, n in lines(id)[3:6]), "the red one has the same accounts and sides, negative")
    co.step("accountant", "return", id, reason="price_wrong")
    row = co.row(id)
    yz.check(row["money_state"] == "audited" and papers(id)[-1][:2] == ("receivable", -18000), "a return takes it back")
    co.step("accountant", "return", id, reason="facts_wrong")
    yz.check(co.row(id)["money_state"] == "unaudited" and len(papers(id)) == 4, "and again, to the start")
    co.step("order_clerk", "update", id, km=20)
    money(id, 21000)
    co.step("cashier", "receive", id, method="cash")
    yz.check(co.refuse("accountant", "return", id, reason="other").code == "conflict" and co.refuse("finance_manager", "price", id, price_fen=1).code == "conflict", "what was paid is not priced away")
    yz.check(co.books()[0] == 0, "the books balance")


def test_several_payers():
    id = co.order(charges=[{"payer_id": co.party["F1"], "share_fen": 25000, "method": "transfer"}, {"payer_id": co.party["PA"], "method": "cash"}])
    co.walk(id, 5, "VA1", 0)
    money(id, 31000)
    charges = {c["payer_id"]: c for c in co.row(id)["charges"]}
    yz.check(charges[co.party["F1"]]["amount_fen"] == 25000 and charges[co.party["PA"]]["amount_fen"] == 6000, "one pays his part, the other the rest")
    yz.check(sorted(p[:2] for p in papers(id)) == [("receivable", 6000), ("receivable", 25000)], f"a receivable each {papers(id)}")
    yz.check(co.refuse("cashier", "receive", id, amount_fen=6000, method="cash").field == "charge_id", "whose money must be said")
    co.step("cashier", "receive", id, amount_fen=6000, method="cash", charge_id=charges[co.party["PA"]]["id"])
    yz.check(co.row(id)["money_state"] == "priced", "the order shows its least advanced charge")
    co.step("cashier", "receive", id, method="transfer", charge_id=charges[co.party["F1"]]["id"])
    yz.check(co.row(id)["money_state"] == "received" and co.row(id)["received_fen"] == 31000, "until all have paid")
    co.step("accountant", "clear", id)
    yz.check({c["money_state"] for c in co.row(id)["charges"]} == {"cleared"}, "and all are cleared")
    for bad, why in (([{"payer_id": co.party["F1"], "share_fen": 1}], "nobody takes the rest"), ([{"payer_id": co.party["F1"]}, {"payer_id": co.party["PA"]}], "two take the rest"),
                     ([{"payer_id": co.party["F1"]}, {"payer_id": co.party["F1"], "share_fen": 1}], "a payer twice")):
        yz.check(co.as_("order_clerk").refused("rescue.create", co.order_args(charges=bad)).field == "charges", why)
    more = co.order(charges=[{"payer_id": co.party["F1"], "share_fen": 25000}, {"payer_id": co.party["PA"]}])
    co.walk(more, 5, "VA1", 0)
    co.step("accountant", "audit", more)
    yz.check(co.refuse("finance_manager", "price", more, price_fen=20000).field == "price_fen", "fixed parts over the price are refused")


def test_the_drivers_cash():
    id = co.order_in("arrived")
    co.step("driver", "collect", id, taken_fen=20000, taken_method="cash_on_site")
    co.step("driver", "complete", id, km=5, taken_fen=20000, taken_method="cash_on_site")
    money(id, 20000)
    co.step("cashier", "receive", id, method="cash_on_site")
    got = co.sql(f"SELECT l.account, l.side, l.amount_fen, l.employee_id FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id WHERE d.row_id = {id} AND d.kind = 'receipt' ORDER BY l.n")
    yz.check([g[:3] for g in got] == [["1221", "D", "20000"], ["1122", "C", "20000"]] and got[0][3] == str(co.employee["driver"]), f"a receivable on the driver until handed in {got}")


def test_a_contractors_vehicle():
    admin = co.as_("admin")
    id = co.vehicle["VA6"]
    admin.do("vehicle.update", {"id": id, "version": co.version(id, "vehicle"), "owner": "contracted", "supplier_id": co.party["S1"], "cost_fen": 12000, "cost_included_km": 10, "cost_km_fen": 500})
    order = co.order()
    co.walk(order, 4, "VA6", 0)
    co.step("dispatcher", "complete", order, km=14)
    row = co.row(order)
    yz.check(row["supplier_id"] == co.party["S1"] and row["cost_fen"] == 14000, f"the agreed cost: base and four km {row['cost_fen']}")
    money(order, 30000)
    yz.check(("payable", "540101", "D", 14000) in lines(order) and ("payable", "2202", "C", 14000) in lines(order), f"is owed with the price {lines(order)}")
    co.step("finance_manager", "return", order, reason="other")
    yz.check(("payable", "2202", "C", -14000) in lines(order), "and taken back with it")
    refusal = admin.refused("vehicle.update", {"id": id, "version": co.version(id, "vehicle"), "supplier_id": None})
    yz.check(refusal.field == "supplier_id", "a contracted vehicle has its contractor")


def test_an_empty_run_and_a_replacement():
    id = co.order_in("accepted")
    co.step("dispatcher", "empty_run", id, reason="customer_left", charge_fen=8000)
    row = co.row(id)
    yz.check(row["state"] == "empty" and row["proposal_fen"] == 8000 and row["money_state"] == "unaudited", f"an empty run may be charged {row['proposal_fen']}")
    money(id, 8000)
    yz.check(papers(id) == [("receivable", 8000, "posted")], "and is")
    id = co.order_in("arrived")
    linked = co.step("dispatcher", "replace", id, reason="unfit", outcome="empty")["linked"]["id"]
    row = co.row(linked)
    yz.check(co.row(id)["state"] == "empty" and row["state"] == "new" and row["linked_id"] == id and row["vehicle_id"] is None, "another vehicle goes on with a linked order")
    copy = co.step("order_clerk", "copy", id)["copy"]["id"]
    row, old = co.row(copy), co.row(id)
    yz.check(row["state"] == "new" and row["plate"] == old["plate"] and row["done_at"] is None and row["money_state"] is None and row["linked_id"] is None, "a copy has the particulars, no times, no money")


def test_estimate_and_proposal():
    manager = co.as_("finance_manager")
    firm = co.as_("order_clerk").do("customer.create", {"name": "协议客户", "kind": "insurer"})["id"]
    manager.do("agreement.create", {"party_id": firm, "service": "tow", "base_fen": 26000, "included_km": 10, "per_km_fen": 600, "free_times": 1, "free_km": 20})
    clerk = co.as_("order_clerk")
    asked = clerk.call("rescue.estimate", {"customer_id": firm, "service": "tow", "plate": "粤A12312", "estimate_km": 25})
    yz.check(asked["source"] == "agreement" and asked["free_times"] == 1, f"the agreement holds, one is free {asked}")
    first = co.order(customer_id=firm, plate="粵a·12312")
    live = clerk.call("rescue.estimate", {"customer_id": firm, "service": "tow", "plate": "粤A·12312"})["live"]
    yz.check([x["id"] for x in live] == [first], "a live order of the same car is warned of, however the plate is written")
    co.walk(first, 4, "VA1", 0)
    co.step("dispatcher", "complete", first, km=25, items=[{"code": "toll", "quantity": 1, "amount_fen": 1500}])
    row = co.row(first)
    yz.check(row["free_times"] == 1 and row["proposal_fen"] == 1500, f"the free service is used first, the toll is not free {row['proposal_fen']}")
    second = co.order(customer_id=firm, plate="粤A12312")
    co.walk(second, 4, "VA1", 0)
    co.step("dispatcher", "complete", second, km=25)
    row = co.row(second)
    kinds = {p["kind"]: p["amount_fen"] for p in row["price_parts"]}
    yz.check(row["free_times"] == 0 and kinds.get("base") == 26000 and kinds.get("km") == 9000, f"the next one is paid: base and 15 km {kinds}")


def test_a_result_to_be_confirmed():
    id = co.order_in("done", customer_id=co.party["F2"])
    yz.check(co.row(id)["result"] == "pending" and co.refuse("accountant", "audit", id).code == "conflict", "finance waits for the customer's word")
    co.step("order_clerk", "confirm_result", id, remarks="all well")
    co.step("accountant", "audit", id)
    yz.check(co.row(id)["money_state"] == "audited" and co.row(id)["result_remarks"] == "all well", "then goes on")


def test_the_customers_number_is_entered_once():
    clerk = co.as_("order_clerk")
    id = clerk.do("rescue.create", co.order_args(external_number="CASE-77"))["id"]
    refusal = clerk.refused("rescue.create", co.order_args(external_number="CASE-77"))
    yz.check((refusal.code, refusal.field) == ("duplicate", "external_number"), f"one case, one order {refusal}")
    yz.check(clerk.do("rescue.create", co.order_args(customer_id=co.party["F2"], external_number="CASE-77"))["id"] > 0, "another customer's case may have that number")
    co.step("order_clerk", "void", id, reason="duplicate")
    yz.check(clerk.do("rescue.create", co.order_args(external_number="CASE-77"))["id"] > 0, "and a void order frees it")


def test_plates_and_phones_are_one():
    clerk = co.as_("order_clerk")
    for typed, stored in (("粤A·12345", "粤A12345"), ("粵a12345", "粤A12345"), ("粤 A 1234 5", "粤A12345"), ("粤AD12345", "粤AD12345"), ("粤Z1234港", "粤Z1234港"), ("ｙ", None), ("hello world", None)):
        try:
            row = co.row(clerk.do("rescue.create", co.order_args(plate=typed))["id"])["plate"]
        except yz.Refused as refusal:
            row = None if refusal.field == "plate" else refusal
        yz.check(row == stored, f"{typed}: {row}")
    id = clerk.do("rescue.create", co.order_args(plate=None, contact_phone="+86 138-0013-8000"))["id"]
    yz.check(co.row(id)["plate"] is None, "a car may have none")


def test_appointments_and_true_times():
    later = co.order(appoint_at=yz.utc_now(86400))
    yz.check(co.row(later)["state"] == "new" and co.row(later)["due_at"] > yz.utc_now(3600), "an appointment is due in time for it")
    id = co.order()
    vehicle = co.vehicle["VA5"]
    early, late = yz.utc_now(-7200), yz.utc_now(-3600)
    co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], dispatched_at=early, arrived_at=early, done_at=late, km=8)
    row = co.row(id)
    yz.check(row["state"] == "done" and row["done_at"][:19] == late[:19] and row["arrived_at"][:19] == early[:19] and co.sql(f"SELECT state FROM vehicle WHERE id = {vehicle}") == [["idle"]], f"what was done outside is entered with its true times {row['state']} {row['done_at']} {row['arrived_at']}")
    id = co.order()
    for more, field in (({"done_at": yz.utc_now(9000)}, "done_at"), ({"arrived_at": late, "done_at": early}, "done_at"), ({"done_at": late, "driver_id": co.employee["cashier"]}, "driver_id")):
        refusal = co.refuse("order_clerk", "backfill", id, **{"vehicle_id": vehicle, "driver_id": co.driver_of[vehicle], "km": 1, **more})
        yz.check(refusal.field == field, f"times that cannot be: {refusal}")
    id = co.order_in("dispatched")
    yz.check(co.refuse("dispatcher", "accept", id, at=yz.utc_now(-86400)).field == "at", "nor a step before the one before it")


def test_the_books_at_the_end():
    balance, count, documents = co.books()
    yz.check(balance == 0 and count > 40, f"{count} lines of {documents} papers balance")
    gaps = co.one("SELECT count(*) FROM document WHERE entry_id IS NULL AND amount_fen <> 0")
    yz.check(gaps == "0", "each paper is posted")
    trial = co.as_("finance_manager").call("ledger.trial_balance", {"period": co.one("SELECT max(code) FROM period p JOIN ledger_entry e ON e.period_id = p.id")})
    rows = trial["rows"]
    debit, credit = (sum(r[k] for r in rows if k in r and not r.get("parent_code")) for k in ("debit_fen", "credit_fen"))
    yz.check(rows and debit == credit, f"the trial balance is right: {debit} and {credit} {list(rows[0])}")


def finish():
    co.stop()


yz.main(globals())
