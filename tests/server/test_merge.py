"""A customer who is there twice becomes one: orders, cars, people, calls and messages go to who stays, and what is open is carried over in the books."""
import threading

import company
import yz

co = company.Company()
manager, clerk = co.as_("branch_manager"), co.as_("order_clerk")
count = iter(range(1000))


def person(name="陈小明", **more):
    n = next(count)
    return clerk.do("customer.create", {"name": name, "kind": "person", "phone": f"1370000{n:04d}", **more})["id"]


def merge(one, into, client=manager, **more):
    return client.do("customer.merge", {"id": one, "version": co.version(one, "party"), "into_id": into, "reason": "there twice", **more})


def refused(one, into, client=manager, **more):
    return client.refused("customer.merge", {"id": one, "version": co.version(one, "party"), "into_id": into, "reason": "there twice", **more})


def merge_money(one, into, client="accountant"):
    return co.as_(client).do("customer.merge_money", {"id": one, "version": co.version(one, "party"), "into_id": into, "reason": "there twice"})


def refused_money(one, into, client=None):
    return (client or co.as_("accountant")).refused("customer.merge_money", {"id": one, "version": co.version(one, "party"), "into_id": into, "reason": "there twice"})


def books(party):
    """What stands open on him, by branch and account, as debits above credits."""
    return {(int(b), a): int(fen) for b, a, fen in co.sql(
        "SELECT branch_id, account, sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) FROM ledger_line"
        f" WHERE party_id = {party} AND account ~ '^(1122|2203)' GROUP BY 1, 2 HAVING sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) <> 0")}


def errors():
    return co.sql("SELECT what, row_name FROM ledger_check() WHERE severity = 'error' AND what NOT LIKE '%guard%'")


def test_one_of_two():
    goes = person(plates=[{"plate": "粤A88001"}, {"plate": "粤A88002"}], contacts=[{"name": "陈太太", "phone": "13900000009"}])
    stays = person(plates=[{"plate": "粤A88002"}])
    phone = co.one(f"SELECT phone FROM party WHERE id = {goes}")
    live, done = co.order(customer_id=goes), co.order_in("cleared", "VA1", customer_id=goes)
    co.as_("finance_manager").do("agreement.create", {"party_id": goes, "service": "tow", "base_fen": 12300})
    rated = co.step("order_clerk", "rate", done, score=5, words="好")
    merge(goes, stays)
    yz.check([co.row(id)["customer_id"] for id in (live, done)] == [stays, stays] and rated, "his orders are the other's")
    row = clerk.call("customer.get", {"id": stays})
    yz.check(sorted(p["plate"] for p in row["plates"]) == ["粤A88001", "粤A88002"] and [c["name"] for c in row["contacts"]] == ["陈太太"], f"cars and people with him {row['plates']}")
    yz.check(row["phone2"] == phone, "the number he called from is kept")
    gone = clerk.call("customer.get", {"id": goes})
    yz.check(gone["disabled_at"] and gone["merged_into"] == stays, "the record says where he went")
    found = [r["id"] for r in clerk.call("customer.list", {"q": phone[-6:]})["rows"] if not r.get("disabled_at")]
    yz.check(stays in found, f"the old number finds who stays {found}")
    yz.check(clerk.call("rescue.estimate", {"customer_id": stays, "service": "tow"})["source"] == "agreement", "the agreement is his")
    view = clerk.call("customer.overview", {"id": stays})
    yz.check({r["id"] for p in view["parts"] if p["entity"] == "rescue" for r in p["rows"]} >= {live, done}, "and his view shows all")
    trail = clerk.call("rescue.history", {"id": live})["rows"]
    yz.check(any(c["verb"] == "customer.merge" for c in trail), "the trail tells of it")
    yz.check(co.version(live) == 2 and not co.sql("SELECT what FROM ledger_check() WHERE severity = 'error' AND what NOT LIKE '%guard%'"), "the books hold")
    yz.check(refused(goes, stays).code == "conflict", "once")


def test_what_cannot_be_one():
    goes, stays = person(), person()
    yz.check(refused(goes, goes).field == "into_id" and refused(goes, 999999).field == "into_id", "with another, who is there")
    yz.check(refused(goes, co.party["F1"]).field == "into_id", "a person is no firm")
    yz.check(refused(goes, co.party["PB"]).field == "into_id", "nor does one reach another branch's")
    yz.check(refused(goes, stays, client=clerk).code == "forbidden", "by who has the right")
    yz.check(manager.refused("customer.merge", {"id": goes, "version": 1, "into_id": stays}).field == "reason", "with a reason")
    order = co.order_in("priced", "VA1", customer_id=goes)
    yz.check("open" in refused(goes, stays).error["message"], "money that is open is settled first, or carried over by who may")
    yz.check(refused_money(goes, stays, client=manager).code == "forbidden", "which he may not")
    co.step("cashier", "receive", order, method="cash")
    co.step("accountant", "clear", order)
    for one in (goes, stays):
        co.order(customer_id=one, external_number="C-1")
    yz.check(refused(goes, stays).code == "conflict", "one case number, one order")
    co.step("order_clerk", "void", co.order(customer_id=goes), reason="other")
    co.sql(f"UPDATE rescue_order SET external_number = 'C-2' WHERE customer_id = {goes} AND external_number = 'C-1'")
    merge(goes, stays)
    third = person()
    yz.check(refused(third, goes).field == "into_id", "nobody goes into who is gone")


def test_open_money_goes_along():
    goes, stays, branch = person(), person(), co.branch["A"]
    part, whole, again = (co.order_in("priced", "VA1", customer_id=goes) for _ in range(3))
    co.step("cashier", "receive", part, method="cash", amount_fen=10000)
    paid = co.order_in("priced", "VA1", customer_id=goes)
    co.step("cashier", "receive", paid, method="cash", amount_fen=35000)
    short = co.order_in("priced", "VA1", customer_id=goes)
    co.step("cashier", "receive", short, method="cash", amount_fen=29000, final=True)
    shared = co.order(charges=[{"payer_id": co.party["F1"]}, {"payer_id": goes, "share_fen": 4000}])
    co.walk(shared, 7, "VA1", 30000, "")
    yz.check(books(goes) == {(branch, "1122"): 20000 + 30000 + 30000 + 1000 + 4000, (branch, "2203"): -5000}, f"he owes and has {books(goes)}")
    yz.check(errors() == [], f"by his orders and by the ledger {errors()[:3]}")
    before, version = books(goes), co.version(shared)
    merge_money(goes, stays)
    yz.check(books(goes) == {} and books(stays) == before, f"all of it is the other's now {books(goes)} {books(stays)}")
    paper = co.sql(f"SELECT kind, amount_fen, party_id, maker_id, reason FROM document WHERE entity = 'customer' AND row_id = {goes}")
    yz.check(paper == [["adjustment", str(85000 + 5000), str(stays), str(co.employee["accountant"]), "there twice"]], f"by one paper {paper}")
    yz.check(co.version(shared) == version + 1 and any(c["verb"] == "customer.merge" for c in clerk.call("rescue.history", {"id": shared})["rows"]), "the order he paid a part of tells so")
    yz.check(errors() == [], f"the books hold {errors()[:3]}")
    co.step("cashier", "receive", part, method="advance", amount_fen=5000)
    co.step("cashier", "receive", part, method="cash")
    co.step("accountant", "clear", part)
    co.step("accountant", "clear", short, difference_reason="discount")
    co.step("finance_manager", "price", again, price_fen=27000)
    co.step("accountant", "return", whole, reason="other")
    co.step("cashier", "receive", shared, method="cash", amount_fen=4000, charge_id=next(int(r[0]) for r in co.sql(f"SELECT id FROM rescue_charge WHERE order_id = {shared} AND payer_id = {stays}")))
    yz.check(books(goes) == {} and books(stays) == {(branch, "1122"): 27000} and errors() == [], f"what comes after is his, red or black {books(stays)} {errors()[:3]}")
    third = person()
    merge_money(stays, third)
    co.step("accountant", "return", again, reason="other")
    yz.check(books(goes) == books(stays) == books(third) == {} and errors() == [], f"and then the next one's {books(third)} {errors()[:3]}")


def test_a_statement_says_who_owes():
    goes, stays = person(), person()
    co.order_in("priced", "VA1", customer_id=goes)
    made = co.as_("accountant").do("statement.create", {"party_id": goes})
    yz.check("statement" in refused_money(goes, stays).error["message"], "what he was told he owes is settled first")
    co.as_("accountant").do("statement.void", {"id": made["id"], "version": co.version(made["id"], "statement"), "reason": "there twice"})
    merge_money(goes, stays)
    again = co.as_("accountant").do("statement.create", {"party_id": stays})
    yz.check(again["amount_fen"] == 30000 and errors() == [], "and then is on one of who stays")


def test_at_two_branches():
    firms = [co.as_("admin").do("customer.create", {"name": f"大地保险 {n}", "kind": "insurer"})["id"] for n in range(2)]
    co.order_in("priced", "VA1", customer_id=firms[0])
    co.order_in("priced", "VB1", b=True, customer_id=firms[0], price_fen=12000)
    yz.check("do not see" in refused_money(*firms).error["message"], "who sees one of two branches carries over neither")
    before = books(firms[0])
    merge_money(*firms, client="finance_manager")
    papers = co.sql(f"SELECT branch_id, amount_fen, sequence FROM document WHERE entity = 'customer' AND row_id = {firms[0]} ORDER BY sequence")
    yz.check(len(before) == 2 and books(firms[1]) == before and books(firms[0]) == {} and errors() == [], f"{before} {errors()[:3]}")
    yz.check(papers == [[str(co.branch["A"]), "30000", "1"], [str(co.branch["B"]), "12000", "2"]], f"one paper for each {papers}")


def test_a_payment_under_way_is_waited_for():
    goes, stays = person(), person()
    order = co.order_in("priced", "VA1", customer_id=goes)
    holds = co.cluster.session(co.database)
    holds.sql("BEGIN")
    holds.sql(f"SELECT FROM rescue_order WHERE id = {order} FOR NO KEY UPDATE")
    done = []
    thread = threading.Thread(target=lambda: done.append(merge_money(goes, stays)))
    thread.start()
    yz.wait_until("the merging to wait", lambda: co.one("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%customer_merge_lock%' AND wait_event_type = 'Lock'") != "0")
    holds.sql(f"SELECT ledger_post(jsonb_build_object('key', 'late', 'branch_id', {co.branch['A']}, 'maker_id', 1, 'lines', jsonb_build_array("
              f"jsonb_build_object('account', '1001', 'side', 'D', 'amount_fen', 300), jsonb_build_object('account', '2203', 'side', 'C', 'amount_fen', 300, 'party_id', {goes}))))")
    holds.sql("COMMIT")
    thread.join()
    yz.check(books(goes) == {} and books(stays) == {(co.branch["A"], "1122"): 30000, (co.branch["A"], "2203"): -300}, f"and is carried over with the rest {done} {books(stays)}")
    co.sql(f"SELECT ledger_post(jsonb_build_object('key', 'later', 'branch_id', {co.branch['A']}, 'maker_id', 1, 'lines', jsonb_build_array("
           f"jsonb_build_object('account', '1001', 'side', 'D', 'amount_fen', 50), jsonb_build_object('account', '2203', 'side', 'C', 'amount_fen', 50, 'party_id', {goes}))))")
    yz.check(books(goes) == {} and books(stays)[co.branch["A"], "2203"] == -350 and errors() == [], "what names the old one afterwards is the new one's")
    holds.close()


def test_the_check_finds():
    for name, damage, words in (
            ("money of one who was merged", "UPDATE ledger_line SET party_id = (SELECT min(id) FROM party WHERE merged_into IS NOT NULL) WHERE account = '2203' AND party_id IS NOT NULL", "was merged and has"),
            ("his part of an order", "UPDATE rescue_charge SET payer_id = (SELECT min(id) FROM party WHERE merged_into IS NOT NULL) WHERE id = (SELECT max(id) FROM rescue_charge)", "pays for 1 orders still"),
            ("an order paid beside the ledger", "UPDATE rescue_charge SET received_fen = amount_fen WHERE money_state = 'priced' AND id = (SELECT max(id) FROM rescue_charge WHERE money_state = 'priced')", "by the ledger"),
            ("the guard", "ALTER TABLE ledger_line DISABLE TRIGGER ledger_line_stays", "guard is missing")):
        found = co.sql(f"BEGIN; SET LOCAL session_replication_role = replica; {damage}; SELECT what FROM ledger_check() WHERE severity = 'error'")
        co.sql("ROLLBACK")
        yz.check(any(words in row[0] for row in found), f"{name} is found {found[:2]}")


def finish():
    co.stop()


yz.main(globals())
