"""A customer who is there twice becomes one: orders, cars, people, calls and messages go to who stays; what is posted stays as it was posted."""
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
    yz.check("posted" in refused(goes, stays).error["message"], "what is posted and open is settled first")
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


def finish():
    co.stop()


yz.main(globals())
