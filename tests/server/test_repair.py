"""Data repair: what was keyed wrong is put right by two people, in every state of the money; papers go red and come anew, a closed period is never touched."""
import collections
import subprocess
import threading

import company
import yz

co = company.Company()
F1, F2 = co.party["F1"], co.party["F2"]
LABELS = {"F1": "平安保险", "F2": "太平洋保险"}
STATES = ("unaudited", "audited", "priced", "received", "cleared")


def ask(id, user="branch_manager", reason="keyed wrong", **what):
    return co.step(user, "repair", id, reason=reason, **what)["repair"]


def no_ask(id, user="branch_manager", **what):
    return co.refuse(user, "repair", id, reason="keyed wrong", **what)


def approve(asked, user="finance_manager2"):
    return co.as_(user).do("repair.approve", {"id": asked["id"], "version": asked["version"]})


def no_approve(asked, user="finance_manager2"):
    return co.as_(user).refused("repair.approve", {"id": asked["id"], "version": asked["version"]})


def repaired(id, **what):
    approve(ask(id, **what))
    return co.row(id)


def done(state="unaudited", vehicle="VA1", **more):
    return co.order_in(state, vehicle, **more)


def papers(id):
    return [(k, int(n), s) for k, n, s in co.sql(f"SELECT kind, amount_fen, state FROM document WHERE entity = 'rescue' AND row_id = {id} ORDER BY charge_id, sequence")]


def balance(id, account, column=None, value=None):
    """Debits less credits of an order on an account, of one branch, party or employee."""
    more = f" AND l.{column} = {value}" if column else ""
    return int(co.one("SELECT coalesce(sum(CASE l.side WHEN 'D' THEN l.amount_fen ELSE -l.amount_fen END), 0) FROM document d"
                      f" JOIN ledger_line l ON l.entry_id = d.entry_id WHERE d.entity = 'rescue' AND d.row_id = {id} AND l.account LIKE '{account}%'{more}"))


def standing(id):
    return collections.Counter(k for k, n, s in papers(id) if s == "posted" and n > 0)


def good_books(what):
    wrong = co.sql("SELECT severity, what, row_name FROM ledger_check() WHERE severity = 'error' AND what NOT LIKE '%number%'")
    yz.check(co.books()[0] == 0 and wrong == [], f"{what}: the books hold {co.books()} {wrong[:3]}")


# ---------------------------------------------------------------------------------------------------------------- each kind, in each state of the money

def test_the_customer():
    for state in STATES:
        id = done(state)
        before = len(papers(id))
        row = repaired(id, customer_id=F2)
        yz.check((row["customer_id"], row["money_state"]) == (F2, state), f"{state}: the customer is another, the money as far as it was {row['money_state']}")
        yz.check(balance(id, "", "party_id", F1) == 0 and balance(id, "1122", "party_id", F1) == 0, f"{state}: nothing is left with the one before")
        owed = 30000 if state == "priced" else 0
        yz.check(balance(id, "1122", "party_id", F2) == owed, f"{state}: what is owed is owed by the right one {balance(id, '1122', 'party_id', F2)}")
        yz.check(len(papers(id)) == 3 * before, f"{state}: each of {before} papers red and anew {papers(id)}")
        yz.check(row["result"] == ("pending" if state == "unaudited" else "none"), f"{state}: whether he confirms results counts before the audit {row['result']}")
        if state == "unaudited":
            co.step("order_clerk", "confirm_result", id)
    good_books("customers")


def test_the_branch():
    a1 = co.branch["A1"]
    for state in STATES:
        id = done(state)
        row = repaired(id, branch_id=a1)
        yz.check((row["branch_id"], row["money_state"]) == (a1, state), f"{state}: the branch is another")
        wrong = co.sql(f"SELECT sum(CASE l.side WHEN 'D' THEN l.amount_fen ELSE -l.amount_fen END), l.account FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id"
                       f" WHERE d.row_id = {id} AND l.branch_id = {co.branch['A']} GROUP BY l.account HAVING sum(CASE l.side WHEN 'D' THEN l.amount_fen ELSE -l.amount_fen END) <> 0")
        yz.check(wrong == [], f"{state}: nothing is left in the books of the one before {wrong}")
        yz.check(balance(id, "5001", "branch_id", a1) == (-28302 if state in ("priced", "received", "cleared") else 0), f"{state}: its income is there {balance(id, '5001')}")
        yz.check(co.as_("order_clerk_a1").call("rescue.get", {"id": id})["id"] == id, f"{state}: and there it is seen")
        found = co.as_("order_clerk_a1").call("rescue.list", {"q": row["number"]})["rows"]
        yz.check([r["id"] for r in found] == [id], f"{state}: and found")
    yz.check(no_ask(done(), branch_id=co.branch["B"]).field == "branch_id", "a branch out of reach is none")
    good_books("branches")


def test_the_vehicle():
    admin, hired = co.as_("admin"), co.vehicle["VA6"]
    admin.do("vehicle.update", {"id": hired, "version": co.version(hired, "vehicle"), "owner": "contracted", "supplier_id": co.party["S1"], "cost_fen": 12000, "cost_included_km": 5, "cost_km_fen": 400})
    for state in STATES:
        id = done(state)
        row = repaired(id, vehicle_id=hired)
        posted = state in ("priced", "received", "cleared")
        yz.check((row["vehicle_id"], row["driver_id"], row["supplier_id"], row["cost_fen"]) == (hired, co.driver_of[hired], co.party["S1"], 14000),
                 f"{state}: a contractor's vehicle went, with its driver, at its cost {row['cost_fen']}")
        yz.check(balance(id, "2202", "party_id", co.party["S1"]) == (-14000 if posted else 0), f"{state}: he is owed it {papers(id)}")
        back = repaired(id, vehicle_id=co.vehicle["VA2"])
        yz.check(back["supplier_id"] is None and back["cost_fen"] is None and balance(id, "2202") == 0, f"{state}: and of our own nothing")
    id = done()
    yz.check(no_ask(id, driver_id=co.employee["driver3"]).field == "driver_id", "who does not drive it did not drive it")
    yz.check(no_ask(co.order(), vehicle_id=hired).field == "vehicle_id", "nobody was sent yet: that is no repair")
    busy, live = co.order_in("dispatched", "VA3"), co.order_in("accepted", "VA1")
    yz.check(no_ask(live, vehicle_id=co.vehicle["VA3"]).code == "conflict", "on a job under way it must be free")
    row = repaired(live, vehicle_id=co.vehicle["VA4"])
    state = {int(v): (s, o) for v, s, o in co.sql("SELECT id, state, coalesce(order_id, 0) FROM vehicle")}
    yz.check(state[co.vehicle["VA1"]] == ("idle", "0") and state[co.vehicle["VA4"]] == ("assigned", str(live)), "the one lets go, the other has the job")
    for vehicle in ("VA3", "VA4"):
        co.free(co.vehicle[vehicle])
    good_books("vehicles")


def test_the_times():
    id = done("cleared")
    early, late = yz.utc_now(-7200), yz.utc_now(-3600)
    count = len(papers(id))
    row = repaired(id, dispatched_at=yz.utc_now(-7300), accepted_at=yz.utc_now(-7250), departed_at=yz.utc_now(-7240), arrived_at=early, done_at=late)
    yz.check(row["arrived_at"][:19] == early[:19] and row["done_at"][:19] == late[:19] and len(papers(id)) == count, "times are others, the money is as it was")
    for what, field in (({"done_at": yz.utc_now(3600)}, "done_at"), ({"arrived_at": yz.utc_now(-60), "done_at": early}, "done_at"), ({"accepted_at": yz.utc_now(-10)}, "departed_at")):
        yz.check(no_ask(id, **what).field == field, f"times that cannot be: {what}")
    askew = done()
    co.sql(f"UPDATE rescue_order SET departed_at = accepted_at - interval '10 ms' WHERE id = {askew}")
    yz.check(repaired(askew, customer_id=F2)["customer_id"] == F2, "what clocks noted the other way round hinders nobody from putting something else right")
    yz.check(no_ask(askew, departed_at=early).field == "departed_at", "who asks for a time is told")
    live = co.order_in("accepted", "VA1")
    yz.check(no_ask(live, arrived_at=early).code == "conflict", "a step that was not taken has no time")
    co.free(co.vehicle["VA1"])


def test_the_price():
    id = done()
    yz.check(no_ask(id, price_fen=100).code == "conflict", "before the audit there is none")
    for state in STATES[1:]:
        id = done(state)
        row = repaired(id, price_fen=25000)
        posted, paid = state != "audited", state in ("received", "cleared")
        yz.check((row["price_fen"], row["money_state"]) == (25000, state), f"{state}: less {row['money_state']}")
        yz.check(balance(id, "5001") + balance(id, "2221") == (-25000 if posted else 0), f"{state}: is the income and its tax")
        yz.check(balance(id, "2203") == (-5000 if paid else 0) and balance(id, "1122") == (25000 if state == "priced" else 0), f"{state}: what came in too much is an advance {balance(id, '2203')}")
        row = repaired(id, price_fen=34000)
        yz.check((row["price_fen"], row["money_state"]) == (34000, "priced" if paid else state), f"{state}: more, and what is due is due again {row['money_state']}")
        yz.check(balance(id, "1122") == (4000 if paid else 34000 if posted else 0) and balance(id, "2203") == 0, f"{state}: by as much {balance(id, '1122')}")
    row = repaired(done("cleared"), price_fen=0)
    yz.check((row["money_state"], row["clear_reason"]) == ("cleared", "no_charge") and balance(row["id"], "1122") == 0 and balance(row["id"], "2203") == -30000, "nothing at all: what was paid is an advance")
    free = done("audited")
    co.step("finance_manager", "price", free, price_fen=0)
    row = repaired(free, price_fen=9000)
    yz.check(row["money_state"] == "priced" and row["clear_reason"] is None and balance(free, "1122") == 9000, f"what was free is owed {row['money_state']}")
    good_books("prices")


def test_the_price_of_several_and_a_difference():
    id = co.order(charges=[{"payer_id": F1, "share_fen": 20000}, {"payer_id": co.party["PA"]}])
    co.walk(id, 5, "VA1", 0)
    co.step("accountant", "audit", id)
    co.step("finance_manager", "price", id, price_fen=30000)
    one = next(c["id"] for c in co.row(id)["charges"] if c["payer_id"] == co.party["PA"])
    co.step("cashier", "receive", id, charge_id=one, method="cash")
    row = repaired(id, price_fen=28000)
    yz.check({c["payer_id"]: (c["amount_fen"], c["money_state"]) for c in row["charges"]} == {F1: (20000, "priced"), co.party["PA"]: (8000, "received")}, f"the fixed part stays {row['charges']}")
    yz.check(standing(id) == {"receivable": 2, "receipt": 1} and balance(id, "1122", "party_id", F1) == 20000 and len([p for p in papers(id) if p[1] == 20000]) == 1, f"and its paper was not touched {papers(id)}")
    yz.check(no_ask(id, price_fen=19000).field == "price_fen" and no_ask(id, customer_id=co.party["PA"]).field == "customer_id", "nor is it more than the price, nor two payers one")
    short = done("priced")
    co.step("cashier", "receive", short, method="transfer", amount_fen=29000, final=True)
    co.step("accountant", "clear", short, difference_reason="discount")
    row = repaired(short, price_fen=29500)
    yz.check(row["money_state"] == "cleared" and balance(short, "5601") == 500 and balance(short, "1122") == 0, f"a difference is as large as it is {papers(short)}")
    row = repaired(short, price_fen=29000)
    yz.check(row["money_state"] == "cleared" and row["clear_reason"] is None and balance(short, "5601") == 0, "or is none")
    good_books("parts")


def test_how_it_was_paid():
    for state in STATES:
        id = done(state)
        row = repaired(id, method="qr")
        paid = state in ("received", "cleared")
        yz.check((row["method"], row["money_state"]) == ("qr", state) and (balance(id, "1012"), balance(id, "1002")) == ((30000, 0) if paid else (0, 0)), f"{state}: where it really is {papers(id)}")
    several = done("priced")
    co.step("cashier", "receive", several, method="cash", amount_fen=100)
    co.step("cashier", "receive", several, method="qr", amount_fen=100)
    yz.check(no_ask(several, method="transfer").field == "method", "of money that came in several ways the last is taken back")
    meant = done()
    co.step("accountant", "audit", meant, method="transfer")
    co.step("finance_manager", "price", meant, price_fen=30000)
    co.step("cashier", "receive", meant, method="cash")
    asked = ask(meant, method="transfer")
    row = co.as_("finance_manager").call("repair.get", {"id": asked["id"]})
    yz.check((row["before"]["method"], row["after"]["method"]) == ("cash", "transfer"), f"how it came is what its receipt says {row['before']}")
    approve(asked)
    yz.check((balance(meant, "1001"), balance(meant, "1002")) == (0, 30000) and co.row(meant)["method"] == "transfer", "whatever was meant before")
    cash = done("received")
    row = repaired(cash, method="cash_on_site")
    yz.check(row["driver_fen"] == 30000 and balance(cash, "1221", "employee_id", row["driver_id"]) == 30000 and balance(cash, "1002") == 0, "the driver has it")
    co.as_("cashier").do("handin.create", {"lines": [{"order_id": cash}]})
    for what in ({"back": True}, {"method": "qr"}, {"vehicle_id": co.vehicle["VA2"]}):
        yz.check(no_ask(cash, **what).code == "conflict", f"what he has handed in is not taken from him: {what}")
    yz.check(repaired(cash, customer_id=F2)["customer_id"] == F2, "what does not touch it goes on")
    taken = co.order_in("arrived")
    co.step("dispatcher", "complete", taken, km=5, taken_fen=5000, taken_method="cash_on_site")
    co.as_("cashier").do("handin.create", {"lines": [{"order_id": taken}]})
    yz.check(no_ask(taken, back=True).code == "conflict", "nor is the job undone that it was taken for")
    good_books("methods")


# ---------------------------------------------------------------------------------------------------------------- one step back

def test_the_money_one_step_back():
    id = done("cleared")
    for state, owed in (("received", 0), ("priced", 30000), ("audited", 0), ("unaudited", 0)):
        row = repaired(id, back=True)
        yz.check(row["money_state"] == state and balance(id, "1122") == owed, f"back to {state} {row['money_state']} {balance(id, '1122')}")
    yz.check(row["audited_by"] is None and row["received_fen"] == 0 and standing(id) == {}, "as if nothing had been posted")
    for action, user, more in (("audit", "accountant", {}), ("price", "finance_manager", {"price_fen": 20000}), ("receive", "cashier", {"method": "cash"}), ("clear", "accountant", {})):
        co.step(user, action, id, **more)
    yz.check(co.row(id)["money_state"] == "cleared" and standing(id) == {"receivable": 1, "receipt": 1}, f"and it goes on from there {papers(id)}")
    parts = done("priced")
    for amount in (10000, 20000):
        co.step("cashier", "receive", parts, method="cash", amount_fen=amount)
    row = repaired(parts, back=True)
    yz.check((row["money_state"], row["received_fen"]) == ("priced", 10000), f"of money in parts the last {row['received_fen']}")
    row = repaired(parts, back=True)
    yz.check((row["money_state"], row["received_fen"]) == ("priced", 0), "and the one before")
    short = done("priced")
    co.step("cashier", "receive", short, method="cash", amount_fen=29000)
    co.step("cashier", "receive", short, amount_fen=0, final=True)
    co.step("accountant", "clear", short, difference_reason="discount")
    row = repaired(short, back=True)
    yz.check(row["money_state"] == "received" and row["clear_reason"] is None and balance(short, "5601") == 0, "a difference goes with the clearing")
    row = repaired(short, back=True)
    yz.check((row["money_state"], row["received_fen"]) == ("priced", 29000), "waited for in vain, that alone ends")
    good_books("steps back")


def test_the_job_one_step_back():
    id = done(external_number="CASE-BACK-1")
    vehicle = co.vehicle["VA1"]
    for state, of_vehicle in (("arrived", "working"), ("on_the_way", "on_the_way"), ("accepted", "assigned"), ("dispatched", "assigned"), ("new", "idle")):
        row = repaired(id, back=True)
        yz.check(row["state"] == state and co.one(f"SELECT state FROM vehicle WHERE id = {vehicle}") == of_vehicle, f"back to {state}, the vehicle with it")
    yz.check(row["vehicle_id"] is None and row["money_state"] is None and row["done_at"] is None and row["km"] is None, "as new as on the first day")
    yz.check(no_ask(id, back=True).field == "back", "and before that there is nothing")
    co.walk(id, 5, "VA1", 0)
    yz.check(co.row(id)["state"] == "done", "and the job is done anew")
    void = co.order_in("accepted", "VA1")
    co.step("dispatcher", "void", void, reason="other")
    row = repaired(void, back=True)
    yz.check(row["state"] == "accepted" and row["voided_at"] is None and co.one(f"SELECT order_id FROM vehicle WHERE id = {vehicle}") == str(void), "a void one lives again, where it was")
    co.free(vehicle)
    over = done()
    other = co.order_in("dispatched", "VA1")
    yz.check(no_ask(over, back=True).code == "conflict", "a vehicle that has gone on does not come back")
    co.free(vehicle)
    yz.check(no_ask(over, back=True, customer_id=F2).field == "back", "a step back is asked for alone")
    empty = co.order_in("empty")
    yz.check(repaired(empty, back=True)["state"] == "accepted", "an empty run was none")
    co.free(vehicle)
    carried = co.order_in("arrived")
    co.step("dispatcher", "replace", carried, reason="unfit", outcome="empty")
    yz.check(no_ask(carried, back=True).code == "conflict", "what another vehicle took over stays ended")
    filled = co.order()
    co.step("order_clerk", "backfill", filled, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], arrived_at=yz.utc_now(-60), done_at=yz.utc_now(-30), km=5)
    row = repaired(filled, back=True)
    yz.check(row["state"] == "new" and row["vehicle_id"] is None and row["arrived_at"] is None, "what was entered afterwards was new before")


# ---------------------------------------------------------------------------------------------------------------- two people, one time, nothing closed

def test_who_may():
    id = done("priced")
    yz.check(no_ask(id, user="order_clerk", customer_id=F2).code == "forbidden" and no_ask(id, user="finance_manager", customer_id=F2).code == "forbidden", "who may not ask")
    yz.check(no_ask(id, user="branch_manager_b", customer_id=F2).code == "not_found", "nor of another branch's order")
    co.person("both", ["branch_manager", "finance_manager"])
    mine = ask(id, user="both", customer_id=F2)
    yz.check(no_approve(mine, "both").code == "forbidden", "who asked does not approve")
    yz.check(no_approve(mine, "branch_manager").code == "forbidden", "nor who may not")
    approve(mine)
    co.person("maker", ["order_clerk", "finance_manager"])
    made = co.order("maker")
    co.walk(made, 5, "VA1", 0)
    yz.check(no_approve(ask(made, customer_id=F2), "maker").code == "forbidden", "who entered an order does not approve its repair")
    priced = done("priced")
    asked = ask(priced, method="qr")
    approve(asked, "finance_manager")
    yz.check(co.row(priced)["onestop"] is True, "who priced it and approves how it is paid does so by a right that shows")
    yz.check(co.as_("branch_manager_b").call("repair.list", {"total": True})["total"] == 0 and co.as_("order_clerk").refused("repair.list").code == "forbidden", "and who sees nothing sees nothing")


def test_it_is_all_told():
    id = done("priced")
    number = co.row(id)["number"]
    watcher = co.new_client("finance_manager")
    watcher.call("session.watch", {"entities": ["repair", "rescue"]})
    asked = ask(id, customer_id=F2, method="qr", reason="two firms of one name")
    watcher.wait_event("event", lambda e: e["entity"] == "repair" and e["id"] == asked["id"] and e["action"] == "request")
    rows = co.as_("finance_manager").call("repair.list", {"filter": {"state": "requested", "row_id": id}})["rows"]
    yz.check([(r["number"], r["title"], r["parts"], r["reason"]) for r in rows] == [(asked["number"], number, ["customer_id", "method"], "two firms of one name")], f"it stands in the list {rows}")
    row = co.as_("finance_manager").call("repair.get", {"id": asked["id"]})
    yz.check(row["before"]["customer_label"] == LABELS["F1"] and row["after"]["customer_label"] == LABELS["F2"] and row["after"]["method"] == "qr" and row["before"]["method"] is None, f"side by side {row['before']} {row['after']}")
    yz.check(set(row["can"]) == {"approve", "reject"} and row["rescue_id"] == id and row["rescue_label"] == number, "with the order and what can be done")
    refused = no_ask(id, price_fen=1)
    yz.check(refused.code == "duplicate" and refused.error["args"]["number"] == asked["number"], f"one at a time, and which that is {refused}")
    approve(asked)
    event = watcher.wait_event("event", lambda e: e["entity"] == "rescue" and e["id"] == id and e["action"] == "repaired")
    watcher.wait_event("event", lambda e: e["entity"] == "repair" and e["action"] == "approve")
    last, before = co.as_("auditor").call("rescue.history", {"id": id})["rows"][:2]
    yz.check(last["verb"] == "rescue.repaired" and last["reason"] == f"{asked['number']}: two firms of one name" and last["was"]["customer_id"] == F1 and last["now"]["customer_id"] == F2, f"the order's history names it {last}")
    yz.check(before["verb"] == "rescue.repair" and before["reason"] == "two firms of one name" and event["version"] == last["version"], "and who asked")
    row = co.as_("auditor").call("repair.get", {"id": asked["id"]})
    yz.check(row["state"] == "applied" and row["decided_by_label"] == "finance_manager2" and row["created_by_label"] == "branch_manager", "and the repair who decided")
    makers = co.sql(f"SELECT DISTINCT maker_id, checker_id, poster_id FROM document WHERE row_id = {id} AND entity = 'rescue' AND reason LIKE '{asked['number']}%'")
    yz.check(makers == [[str(co.employee["branch_manager"]), str(co.employee["finance_manager2"]), str(co.employee["finance_manager2"])]], f"the papers are theirs {makers}")
    rejected = ask(id, price_fen=100)
    co.as_("finance_manager").do("repair.reject", {"id": rejected["id"], "version": 1, "reason": "no proof"})
    row = co.as_("branch_manager").call("repair.get", {"id": rejected["id"]})
    yz.check((row["state"], row["answer"]) == ("rejected", "no proof") and co.row(id)["price_fen"] == 30000, "rejected, and nothing happened")
    yz.check(no_approve({"id": rejected["id"], "version": 2}).code == "conflict", "nor can it be afterwards")
    heard = {n["row_id"]: n["args"] for n in co.as_("finance_manager").call("notice.list", {})["rows"] if n["entity"] == "repair"}
    yz.check(heard.get(asked["id"]) == {"number": asked["number"], "record": number, "name": "branch_manager"}, f"who decides hears of it {heard.get(asked['id'])}")
    told = [n for n in co.as_("branch_manager").call("notice.list", {})["rows"] if n["entity"] == "repair"]
    yz.check({n["row_id"] for n in told} >= {asked["id"], rejected["id"]}, "who asked is told")
    watcher.close()


def test_nothing_that_changed_meanwhile():
    id = done("priced")
    asked = ask(id, price_fen=20000)
    co.step("cashier", "receive", id, method="cash", amount_fen=100)
    refusal = no_approve(asked)
    yz.check((refusal.code, refusal.field) == ("conflict", "row_version") and co.row(id)["price_fen"] == 30000, f"the order went on: {refusal}")
    co.as_("finance_manager").do("repair.reject", {"id": asked["id"], "version": 1, "reason": "stale"})
    yz.check(repaired(id, price_fen=20000)["price_fen"] == 20000, "asked anew, it is applied")
    yz.check(no_ask(id).code == "invalid" and no_ask(id, price_fen=20000).code == "invalid", "what is as it should be is no repair")
    yz.check(no_ask(id, vehicle_id=999999).code == "invalid" and no_ask(id, method="whim").code == "invalid", "nor what is not there")
    live = co.order()
    for what in ({"customer_id": F2}, {"branch_id": co.branch["A1"]}, {"method": "qr"}):
        yz.check(no_ask(live, **what).code == "conflict", f"before its end an order is edited {what}")


def test_two_approve_at_once():
    for n in range(4):
        asked = ask(done("priced"), customer_id=F2)
        clients = [co.new_client(u) for u in ("finance_manager", "finance_manager2")]
        got, start = [], threading.Barrier(2)

        def decide(client):
            start.wait()
            try:
                got.append(client.do("repair.approve", {"id": asked["id"], "version": 1})["state"])
            except yz.Refused as refusal:
                got.append(refusal.code)

        threads = [threading.Thread(target=decide, args=(c,)) for c in clients]
        [t.start() for t in threads]
        [t.join() for t in threads]
        [c.close() for c in clients]
        yz.check(sorted(got) == ["applied", "conflict"], f"race {n}: one of two {got}")
    good_books("races")


def test_a_closed_period():
    id, other = done("priced"), done("unaudited")
    asked = ask(id, price_fen=20000)
    held = co.sql("SELECT id FROM period WHERE state = 'open' AND id <= (SELECT max(period_id) FROM ledger_entry)")
    ids = ", ".join(r[0] for r in held)
    count = len(papers(id))
    for state in ("closed", "closing"):
        co.sql(f"UPDATE period SET state = '{state}' WHERE id IN ({ids})")
        refusal = no_approve(asked)
        yz.check(refusal.code == "conflict" and "closed period" in refusal.error["message"], f"{state}: approved too late {refusal}")
        yz.check(no_ask(id, customer_id=F2).code in ("conflict", "duplicate"), f"{state}: nor asked")
        told = subprocess.run(["psql", "-XAtq", "-d", co.cluster.conninfo(co.database, "yizhan_app"), "-c",
                               f"BEGIN; SELECT set_config('app.scope', '{{{co.branch['A']}}}', true), set_config('app.self', '0', true); UPDATE repair SET state = 'applied',"
                               f" decided_by = {co.employee['finance_manager']}, decided_at = now() WHERE id = {asked['id']}"], capture_output=True, text=True)
        yz.check("which is not open" in told.stderr, f"{state}: the database says so by itself {told.stderr[:120]}")
    yz.check(repaired(other, customer_id=F2)["customer_id"] == F2, "an order without papers is repaired all the same")
    co.sql(f"UPDATE period SET state = 'open' WHERE id IN ({ids})")
    yz.check(len(papers(id)) == count and co.row(id)["price_fen"] == 30000, "nothing was touched")
    approve(asked)
    yz.check(co.row(id)["price_fen"] == 20000, "open again, it is")


def test_what_is_asked_stays():
    asked = ask(done("priced"), price_fen=20000)
    for change in ("now = '{\"price_fen\": 1}'", "created_by = created_by + 1", "reason = 'x'", "row_version = 99"):
        try:
            co.cluster.sql(f"UPDATE repair SET {change} WHERE id = {asked['id']}", co.database)
            yz.check(False, f"{change} went through")
        except RuntimeError as error:
            yz.check("was asked so" in str(error), f"nobody changes {change} afterwards")
    for change in (f"state = 'applied', decided_by = created_by, decided_at = now()",):
        try:
            co.cluster.sql(f"UPDATE repair SET {change} WHERE id = {asked['id']}", co.database)
            yz.check(False, "one person went through")
        except RuntimeError as error:
            yz.check("repair_second_person" in str(error), "one person is not two, past the server as well")


# ---------------------------------------------------------------------------------------------------------------- what goes with it, and what is told before

# Tables with a branch of their own that refer to an order. Those that hang on it go with it; of the others, why they stay.
GO = {"rating", "message", "message_reply", "outbox", "call", "order_notice"}
STAY = {"rescue_order": "itself, and one that another vehicle took over is an order of its own", "vehicle": "it has a branch of its own", "change": "the past",
        "search_key": "by what it is a key of", "hold": "ends with its session", "document": "posted papers stay: they go red and come anew",
        "repair": "says where the record stood when it was asked"}


def hanging(table, id, branch):
    """A row of the table that hangs on the order."""
    values = {
        "rating": f"(branch_id, rescue_id, score, source) VALUES ({branch}, {id}, 5, 'agent')",
        "message": f"(branch_id, key, channel, address, language, body, state, about, row_id) VALUES ({branch}, 'k{id}', 'sms', '13800138123', 'en', 'x', 'sent', 'rescue', {id})",
        "message_reply": f"(branch_id, gateway, reference, phone, body, about, row_id) VALUES ({branch}, 'sms', 'r{id}', '13800138123', 'x', 'rescue', {id})",
        "outbox": f"(branch_id, gateway, key, about, row_id, body) VALUES ({branch}, 'mail', 'o{id}', 'message', (SELECT max(id) FROM message WHERE row_id = {id}), '{{}}')",
        "call": f"(branch_id, linked_id, direction, state, rescue_id, ended_at) VALUES ({branch}, 'l{id}', 'in', 'answered', {id}, now())",
        "order_notice": f"(branch_id, partner_id, foreign_number, contact_phone, place, state, how, order_id) VALUES ({branch}, {F1}, 'f{id}', '1', 'x', 'converted', 'csv', {id})"}
    return int(co.cluster.sql(f"INSERT INTO {table} {values[table]} RETURNING id", co.database)[0][0])


def test_what_hangs_on_it_goes_with_it():
    tables = {t for (t,) in co.sql("""
        SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'branch_id' AND NOT a.attisdropped)
          AND (EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid = 'rescue_order'::regclass)
               OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('rescue_id', 'order_id', 'row_id') AND NOT a.attisdropped))""")}
    yz.check(tables == GO | set(STAY), f"each table that refers to an order goes with it, or it is said why it stays: {sorted(tables ^ (GO | set(STAY)))}")
    a, a1, id = co.branch["A"], co.branch["A1"], done()
    own = {table: hanging(table, id, a) for table in ("rating", "message", "message_reply", "outbox", "call", "order_notice")}
    here, there = co.as_("order_clerk_a1"), co.as_("order_clerk")
    seen = {"rating": "rating", "message": "message", "message_reply": "message_reply", "call": "call", "order_notice": "order_notice"}
    asked = ask(id, branch_id=a1)
    told = next(f for f in co.as_("finance_manager2").call("repair.get", {"id": asked["id"]})["follows"] if f["what"] == "moves")
    yz.check((told["ratings"], told["calls"]) == (1, 1) and told["messages"] >= 1, f"who decides is told what goes with it {told}")
    approve(asked)
    for table in GO:
        yz.check(int(co.one(f"SELECT branch_id FROM {table} WHERE id = {own[table]}")) == a1, f"{table} goes with it")
    for entity, table in seen.items():
        row = here.call(f"{entity}.get", {"id": own[table]})
        yz.check(row["branch_id"] == a1 and row["version"] == 2, f"{entity} is seen where the order is {row}")
        trail = co.sql(f"SELECT verb, branch_id, old_branch_id, who FROM change WHERE entity = '{entity}' AND row_id = {own[table]} ORDER BY version DESC LIMIT 1")
        yz.check(trail == [[f"{entity}.moved", str(a1), str(a), str(co.employee['finance_manager2'])]], f"{entity}: and the trail says so {trail}")
    found = here.call("message.list", {"q": "8123"})["rows"]
    yz.check(own["message"] in [r["id"] for r in found], "and found by the end of its number")
    yz.check(there.call("message.get", {"id": own["message"]})["id"] == own["message"], "the branch above sees it, too")
    live = co.cluster.sql(f"INSERT INTO call (branch_id, linked_id, direction, state, rescue_id) VALUES ({a1}, 'live{id}', 'in', 'talking', {id}) RETURNING id", co.database)[0][0]
    repaired(id, branch_id=a)
    yz.check(int(co.one(f"SELECT branch_id FROM call WHERE id = {live}")) == a1, "a call that is on stays with its telephones")
    co.cluster.sql(f"DELETE FROM call WHERE id = {live}; DELETE FROM order_notice WHERE id = {own['order_notice']}", co.database)


def test_what_is_on_a_statement_stays():
    id = done("priced")
    charge = co.one(f"SELECT id FROM rescue_charge WHERE order_id = {id}")
    statement = co.cluster.sql(f"INSERT INTO statement (number, branch_id, party_id, created_by) VALUES ('S{id}', {co.branch['A']}, {F1}, {co.employee['accountant']}) RETURNING id", co.database)[0][0]
    co.cluster.sql(f"INSERT INTO statement_line (statement_id, order_id, charge_id, amount_fen) VALUES ({statement}, {id}, {charge}, 30000)", co.database)
    yz.check("statement" in str(no_ask(id, price_fen=100)) and no_ask(id, customer_id=F2).code == "conflict", "its money is put right there")
    co.cluster.sql(f"DELETE FROM statement_line WHERE statement_id = {statement}; DELETE FROM statement WHERE id = {statement}", co.database)
    yz.check(repaired(id, price_fen=25000)["price_fen"] == 25000, "taken off it, it is repaired")


def test_a_rating_is_of_who_drove():
    id = done("unaudited")
    rating = hanging("rating", id, co.branch["A"])
    other = co.driver_of[co.vehicle["VA2"]]
    repaired(id, vehicle_id=co.vehicle["VA2"], customer_id=F2)
    row = co.as_("order_clerk").call("rating.get", {"id": rating})
    yz.check((row["driver_id"], row["customer_id"]) == (other, F2), f"another drove, for another {row}")


def test_what_follows_is_told_before():
    manager = co.as_("finance_manager2")

    def follows(id, **what):
        asked = ask(id, **what)
        row = manager.call("repair.get", {"id": asked["id"]})
        co.as_("finance_manager").do("repair.reject", {"id": asked["id"], "version": 1, "reason": "only to see"})
        yz.check(not any(f["what"] == "period" for f in manager.call("repair.get", {"id": asked["id"]})["follows"]), "decided, nothing is to come any more")
        return row["follows"]

    id = done("priced")
    told = follows(id, customer_id=F2)
    paper = next(f for f in told if f["what"] == "paper" and f["kind"] == "receivable")
    yz.check((paper["fen"], paper["again"], paper["party_label"], paper["again_label"]) == (30000, 30000, LABELS["F1"], LABELS["F2"]), f"who owed, and who will {paper}")
    period = next(f for f in told if f["what"] == "period")
    yz.check(period["code"] == co.one("SELECT code FROM period WHERE state = 'open' ORDER BY (now() AT TIME ZONE 'Asia/Shanghai')::date BETWEEN first_day AND last_day DESC, id LIMIT 1"), f"into which period {period}")
    told = follows(done("received"), price_fen=34000)
    yz.check({"what": "money", "state": "received", "again": "priced"} in told, f"what is due again {told}")
    yz.check([(f["fen"], f["again"]) for f in told if f["what"] == "paper" and f["kind"] == "receivable"] == [(30000, 34000)], f"how much {told}")
    told = follows(done("priced"), back=True)
    yz.check(all("again" not in f for f in told if f["what"] == "paper") and any(f["what"] == "paper" for f in told), f"what is taken back comes not anew {told}")
    told = follows(done("unaudited"), customer_id=F2)
    yz.check([f["what"] for f in told] == ["proposal"], f"of one that is not audited no paper, but the proposal {told}")
    live = co.order_in("accepted", "VA1")
    told = follows(live, vehicle_id=co.vehicle["VA4"])
    yz.check({(f["what"], f["plate"]) for f in told} == {("leaves", "粤A00001"), ("takes", "粤A00004")}, f"which vehicle is free, which has the job {told}")
    co.free(co.vehicle["VA1"])


def finish():
    good_books("at the end")
    checked = subprocess.run([str(yz.YIZHANCTL), "--database", co.cluster.conninfo(co.database, "yizhan_app"), "check"], capture_output=True, text=True,
                             env={**yz.os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    wrong = [line for line in checked.stdout.splitlines() if line.startswith("WRONG")]
    yz.check(not wrong and "were added up" in checked.stdout, f"the operator's check is clean {wrong[:3]} {checked.stderr[-200:]}")
    co.stop()


yz.main(globals())
