"""What is missing of a driver's money, and what is too much of it: settled by one up to a limit, by two above it, posted in balance, taken back in red."""
import threading

import company
import yz

co = company.Company()
DRIVER = co.driver_of[co.vehicle["VA1"]]
WAGES, LOSS = "2211", "5711"
LIMIT = 20000                                                                         # of wages, as shipped


def took(fen=20000, vehicle="VA1"):
    id, vehicle = co.order(), co.vehicle[vehicle]
    co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(-60), km=5, taken_fen=fen, taken_method="cash_on_site")
    return id


def receive(id, fen=20000):
    co.step("accountant", "audit", id)
    co.step("finance_manager", "price", id, price_fen=fen)
    co.step("cashier", "receive", id, method="cash_on_site")


def args(*orders, **more):
    lines = [o if isinstance(o, dict) else {"order_id": o} for o in orders]
    return {"lines": lines, "settled_by": "wages", "short_reason": "lost on the way", **more}


def settle(*orders, who="accountant", **more):
    return co.as_(who).do("shortage.create", args(*orders, **more))


def refused(*orders, who="accountant", **more):
    return co.as_(who).refused("shortage.create", args(*orders, **more))


def decide(who, verb, id, **more):
    return co.as_(who).do(f"shortage.{verb}", {"id": id, "version": co.as_("auditor").call("shortage.get", {"id": id})["version"], **more})


def held():
    return {r["order_id"]: r["held_fen"] for r in co.as_("cashier").call("handin.held", {"driver_id": DRIVER})["rows"]}


def lines(id, entity="shortage"):
    return co.sql(f"SELECT d.kind, l.account, l.side, l.amount_fen, l.employee_id = {DRIVER} FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id"
                  f" WHERE d.entity = '{entity}' AND d.row_id = {id} ORDER BY d.id, l.n")


def owes():
    return int(co.one(f"SELECT coalesce(sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END), 0) FROM ledger_line WHERE account = '1221' AND employee_id = {DRIVER}"))


def errors():
    return co.sql("SELECT what, row_name FROM ledger_check() WHERE severity = 'error' AND what NOT LIKE '%guard%'")


def test_one_person_up_to_the_limit():
    id = took()
    receive(id)
    co.as_("cashier").do("handin.create", {"lines": [{"order_id": id, "amount_fen": 15000}], "short_reason": "the rest is lost"})
    yz.check(held() == {id: 5000}, "a shortage stays with the driver")
    made = settle(id)
    yz.check(made["state"] == "posted" and made["number"].startswith("S") and made["amount_fen"] == 5000, f"settled at once {made}")
    yz.check(lines(made["id"]) == [["adjustment", WAGES, "D", "5000", "t"], ["adjustment", "1221", "C", "5000", "t"]], f"his wages / his receivable {lines(made['id'])}")
    driver = next(login for login, who in co.employee.items() if who == DRIVER)
    told = [n["args"]["amount"] for n in co.as_(driver).call("notice.list")["rows"] if "is settled" in (n["msgid"] or "")]
    yz.check(told == ["50.00"], f"he hears of it {told}")
    yz.check(held() == {} and owes() == 0 and errors() == [], f"he holds nothing and owes nothing {errors()[:2]}")
    row = co.as_("auditor").call("shortage.get", {"id": made["id"]})
    yz.check((row["driver_id"], row["settled_by"], row["state"], row["lines"][0]["order_id"]) == (DRIVER, "wages", "posted", id), f"{row}")
    yz.check(co.as_("auditor").refused("handin.get", {"id": made["id"]}).code == "not_found", "it is no hand-in")
    yz.check(refused(id).code == "conflict", "once")


def test_two_persons_above_it():
    id = took(LIMIT + 1)
    made = settle(id)
    yz.check(made["state"] == "asked" and lines(made["id"]) == [] and held() == {id: LIMIT + 1}, f"nothing is posted before it is approved {made}")
    yz.check(refused(id).code == "conflict", "it is asked for once")
    asked = co.as_("cashier").call("handin.held", {"driver_id": DRIVER})["rows"][0]
    yz.check(asked["asked_fen"] == LIMIT + 1, f"the cashier sees it waits {asked}")
    notices = co.as_("finance_manager").call("notice.list")["rows"]
    yz.check([n["row_id"] for n in notices if n["entity"] == "shortage"] == [made["id"]], f"who approves hears of it {notices[:2]}")
    for who in ("accountant", "cashier", "driver", "branch_manager"):
        yz.check(co.as_(who).refused("shortage.approve", {"id": made["id"], "version": 1}).code == "forbidden", f"{who} does not approve")
    decide("finance_manager", "approve", made["id"])
    yz.check(held() == {} and errors() == [], f"approved, it is posted {errors()[:2]}")
    row = co.sql(f"SELECT maker_id, checker_id, poster_id FROM document WHERE entity = 'shortage' AND row_id = {made['id']}")[0]
    yz.check([int(i) for i in row] == [co.employee["accountant"], co.employee["finance_manager"], co.employee["finance_manager"]], f"the paper names both {row}")
    yz.check(co.as_("finance_manager2").refused("shortage.approve", {"id": made["id"], "version": 2}).code == "conflict", "once")


def test_declined_and_out_of_date():
    id = took(6000)
    own = settle(id, who="finance_manager", settled_by="loss")
    yz.check(own["state"] == "asked", "a loss of the company above 50 yuan is approved by a second person, whoever asks")
    yz.check(co.as_("finance_manager").refused("shortage.approve", {"id": own["id"], "version": 1}).code == "forbidden", "not by who asked")
    decide("finance_manager2", "decline", own["id"], reason="he must find it")
    row = co.as_("auditor").call("shortage.get", {"id": own["id"]})
    yz.check((row["state"], row["decline_reason"]) == ("declined", "he must find it") and held() == {id: 6000}, f"declined: he owes it still {row}")
    again = settle(id, settled_by="loss")
    co.as_("cashier").do("handin.create", {"lines": [{"order_id": id, "amount_fen": 1000}], "short_reason": "found some"})
    refusal = co.as_("finance_manager").refused("shortage.approve", {"id": again["id"], "version": 1})
    yz.check(refusal.code == "conflict" and held() == {id: 5000}, "what he handed in meanwhile is not settled once more")
    decide("finance_manager", "decline", again["id"], reason="some was found")
    made = settle(id, settled_by="loss")
    yz.check(made["state"] == "posted" and lines(made["id"])[0][1] == LOSS and errors() == [], f"50 yuan are decided by one {made} {errors()[:2]}")


def test_taken_back():
    id, before = took(3000), owes()
    made = settle(id, settled_by="commission")
    yz.check(lines(made["id"])[0][1] == "221101", "deducted from his commission")
    yz.check(co.as_("accountant").refused("shortage.reverse", {"id": made["id"], "version": 1, "reason": "x"}).code == "forbidden", "not by who made it")
    decide("finance_manager", "reverse", made["id"], reason="the envelope was found")
    got = lines(made["id"])
    yz.check(sorted(l[3] for l in got) == ["-3000", "-3000", "3000", "3000"] and held() == {id: 3000} and owes() == before, f"a red one beside it {got}")
    yz.check(errors() == [], f"and the books hold {errors()[:2]}")
    co.as_("cashier").do("handin.create", {"lines": [{"order_id": id}]})


def test_who_may():
    id = took(1000)
    yz.check(refused(id, who="cashier").code == "forbidden", "a cashier settles nothing")
    yz.check(refused(id, who="accountant_b").field is not None, "nor does another branch")
    yz.check(refused(id, settled_by="nothing").field == "settled_by", "there must be somebody who bears it")
    yz.check(refused(id, short_reason=None).field == "short_reason", "and a reason")
    yz.check(refused({"order_id": id, "amount_fen": 1001}).code == "conflict", "not more than he holds")
    co.person("three_hats", ["cashier", "accountant", "driver"])
    hats = co.as_("three_hats")
    hats.do("handin.create", {"lines": [{"order_id": id, "amount_fen": 400}], "short_reason": "a part"})
    refusal = refused(id, who="three_hats")
    yz.check(refusal.code == "forbidden", f"who took money of the order in does not settle the rest {refusal}")
    own = took(500)
    co.sql(f"UPDATE rescue_order SET driver_id = {co.employee['three_hats']} WHERE id = {own}")
    yz.check(refused(own, who="three_hats").code == "forbidden", "nobody settles his own")
    co.sql(f"UPDATE rescue_order SET driver_id = {DRIVER} WHERE id = {own}")
    settle(id), settle(own)


def test_more_than_he_holds():
    one, two = took(10000), took(5000)
    cashier = co.as_("cashier")
    paper = {"lines": [{"order_id": one}, {"order_id": two}], "counted_fen": 16000, "over_fen": 1000}
    yz.check(cashier.refused("handin.create", paper).field == "short_reason", "more has a reason, too")
    alone = {**paper, "lines": paper["lines"][:1], "counted_fen": 11000, "short_reason": "x"}
    yz.check(cashier.refused("handin.create", alone).field == "over_fen", "what is above one order is another's first")
    part = {**paper, "lines": [{"order_id": one, "amount_fen": 9000}, {"order_id": two}], "counted_fen": 15000, "short_reason": "x"}
    yz.check(cashier.refused("handin.create", part).field == "over_fen", "and of the same order")
    yz.check(cashier.refused("handin.create", {**paper, "counted_fen": 15000, "short_reason": "x"}).field == "counted_fen", "what was counted is all of it")
    yz.check(cashier.refused("handin.create", {**paper, "over_fen": -1, "short_reason": "x"}).field == "over_fen", "nothing below nothing")
    made = cashier.do("handin.create", {**paper, "short_reason": "nobody knows whose"})
    yz.check((made["amount_fen"], made["over_fen"]) == (15000, 1000), f"{made}")
    yz.check(lines(made["id"], "handin") == [["receipt", "1001", "D", "15000", "t"], ["receipt", "1221", "C", "15000", "t"],
                                             ["receipt", "1001", "D", "1000", "t"], ["receipt", "190101", "C", "1000", "t"]], f"till / pending over and short {lines(made['id'], 'handin')}")
    yz.check(held() == {} and errors() == [], f"the books hold {errors()[:2]}")
    co.as_("accountant").do("handin.reverse", {"id": made["id"], "version": 1, "reason": "counted anew"})
    yz.check(held() == {one: 10000, two: 5000} and co.one("SELECT sum(amount_fen) FROM ledger_line WHERE account = '190101'") == "0" and errors() == [], f"taken back whole {errors()[:2]}")
    cashier.do("handin.create", {"lines": [{"order_id": one}, {"order_id": two}]})


def handed_in_above(over):
    """A hand-in with so much above it, of a driver who holds nothing else."""
    id = took(1000)
    made = co.as_("cashier").do("handin.create", {"lines": [{"order_id": id}], "counted_fen": 1000 + over, "over_fen": over, "short_reason": "nobody knows whose"})
    return made["id"]


def over(handin, who="accountant", **more):
    return co.as_(who).do("overage.create", {"handin_id": handin, "settled_by": "driver", "short_reason": "it was his own", **more})


def over_refused(handin, who="accountant", **more):
    return co.as_(who).refused("overage.create", {"handin_id": handin, "settled_by": "driver", "short_reason": "it was his own", **more})


def waits(handin):
    return co.as_("auditor").call("handin.get", {"id": handin})["over_left_fen"]


def over_step(verb, id, who="finance_manager", **more):
    return co.as_(who).do(f"overage.{verb}", {"id": id, "version": co.version(id, "overage"), **more})


def test_what_is_above_it_is_settled():
    handin = handed_in_above(9000)
    yz.check(waits(handin) == 9000, "it waits until it is known whose it is")
    back = over(handin, amount_fen=4000)
    yz.check((back["state"], back["amount_fen"], back["number"][0]) == ("posted", 4000, "E") and waits(handin) == 5000, f"a part is paid back {back}")
    yz.check(lines(back["id"], "overage") == [["payment", "190101", "D", "4000", "t"], ["payment", "1001", "C", "4000", "t"]], f"over and short / till {lines(back['id'], 'overage')}")
    yz.check(over_refused(handin, amount_fen=5001).field == "amount_fen", "not more than waits")
    taken = over(handin, settled_by="income")
    yz.check((taken["state"], taken["amount_fen"]) == ("posted", 5000) and waits(handin) == 0, f"the rest is income {taken}")
    yz.check(lines(taken["id"], "overage") == [["adjustment", "190101", "D", "5000", "t"], ["adjustment", "530101", "C", "5000", "t"]], f"{lines(taken['id'], 'overage')}")
    yz.check(over_refused(handin).field == "amount_fen" and errors() == [], f"once, and the books hold {errors()[:2]}")
    driver = next(login for login, who in co.employee.items() if who == DRIVER)
    told = [n["args"]["amount"] for n in co.as_(driver).call("notice.list")["rows"] if "too much" in (n["msgid"] or "")]
    yz.check(sorted(told) == ["40.00", "50.00"], f"he hears of it {told}")
    undo = {"id": handin, "version": co.version(handin, "handin"), "reason": "counted anew"}
    yz.check(co.as_("accountant").refused("handin.reverse", undo).code == "conflict", "while it is settled the hand-in stands")
    yz.check(co.as_("accountant").refused("overage.reverse", {"id": back["id"], "version": 1, "reason": "x"}).code == "forbidden", "who made it does not take it back")
    for paper in (back, taken):
        over_step("reverse", paper["id"], reason="it was an order's")
    yz.check(waits(handin) == 9000 and errors() == [], f"taken back, it waits again {errors()[:2]}")
    yz.check(sorted(l[3] for l in lines(back["id"], "overage")) == ["-4000", "-4000", "4000", "4000"], "in red")
    co.as_("accountant").do("handin.reverse", undo)
    yz.check(over_refused(handin).field == "handin_id" and errors() == [], f"of a hand-in that stands {errors()[:2]}")
    co.as_("cashier").do("handin.create", {"lines": [{"order_id": o} for o in held()]})


def test_two_persons_settle_much():
    handin = handed_in_above(5001)
    asked = over(handin, settled_by="income")
    yz.check(asked["state"] == "asked" and lines(asked["id"], "overage") == [] and waits(handin) == 0, "above the limit it is asked for")
    yz.check(over_refused(handin).field == "amount_fen", "and by nobody else")
    told = [n["row_id"] for n in co.as_("finance_manager").call("notice.list")["rows"] if n["entity"] == "overage"]
    yz.check(told == [asked["id"]], f"who approves hears of it {told}")
    for who in ("accountant", "cashier", "driver", "branch_manager"):
        yz.check(co.as_(who).refused("overage.approve", {"id": asked["id"], "version": 1}).code == "forbidden", f"{who} does not approve")
    over_step("decline", asked["id"], reason="ask him first")
    yz.check(waits(handin) == 5001, "declined, it waits still")
    asked = over(handin, settled_by="income")
    over_step("approve", asked["id"])
    row = co.sql(f"SELECT maker_id, checker_id, poster_id FROM document WHERE entity = 'overage' AND row_id = {asked['id']}")[0]
    yz.check([int(i) for i in row] == [co.employee["accountant"], co.employee["finance_manager"], co.employee["finance_manager"]], f"the paper names both {row}")
    yz.check(errors() == [] and over_refused(handin).field == "amount_fen", f"{errors()[:2]}")


def test_who_settles_what_is_above():
    handin = handed_in_above(700)
    yz.check(over_refused(handin, who="cashier").code == "forbidden", "a cashier settles nothing")
    yz.check(over_refused(handin, who="accountant_b").field == "handin_id", "nor does another branch")
    yz.check(over_refused(handin, settled_by="nothing").field == "settled_by", "it goes somewhere")
    yz.check(over_refused(handin, settled_by="income", method="cash").field == "method", "income is no payment")
    yz.check(over_refused(handin, method="cash_on_site").field == "method", "what the driver holds is no till")
    yz.check(over_refused(handin, short_reason=None).field == "short_reason", "there is a reason")
    yz.check(over_refused(999999).field == "handin_id", "and a hand-in")
    co.person("two_hats", ["cashier", "accountant"])
    id = took(100)
    own = co.as_("two_hats").do("handin.create", {"lines": [{"order_id": id}], "counted_fen": 150, "over_fen": 50, "short_reason": "x"})
    yz.check(over_refused(own["id"], who="two_hats").code == "forbidden", "who took the money does not")
    with_both = [over(one) for one in (handin, own["id"])]
    yz.check([p["state"] for p in with_both] == ["posted"] * 2 and errors() == [], f"{errors()[:2]}")


def test_two_at_once_settle_it_once():
    handin, results = handed_in_above(600), []
    clients = [co.new_client("accountant"), co.new_client("accountant2")]

    def go(client):
        try:
            results.append(client.do("overage.create", {"handin_id": handin, "settled_by": "driver", "short_reason": "his"})["state"])
        except yz.Refused as refused:
            results.append(refused.code)
    threads = [threading.Thread(target=go, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yz.check(sorted(results) == ["conflict", "posted"] and waits(handin) == 0 and errors() == [], f"{results} {errors()[:2]}")
    for client in clients:
        client.close()


def test_mine():
    """A driver sees what he holds and what he handed in, and nobody else's."""
    driver = next(login for login, id in co.employee.items() if id == DRIVER)
    other = next(login for login, id in co.employee.items() if id == co.driver_of[co.vehicle["VA2"]])
    one, two, theirs = took(3000), took(2000), took(700, "VA2")
    told = co.as_(driver).call("handin.mine")
    yz.check({r["order_id"]: r["held_fen"] for r in told["orders"]} == {one: 3000, two: 2000} and told["held_fen"] == 5000 and told["since"] == told["orders"][0]["since"], f"by order, with since when {told['orders']}")
    co.as_("cashier").do("handin.create", {"lines": [{"order_id": one, "amount_fen": 2500}], "short_reason": "the rest tomorrow"})
    settle(one)
    told = co.as_(driver).call("handin.mine")
    first = [(p["amount_fen"], p["state"], (p["settled"] or {}).get("zh_CN"), p["orders"]) for p in told["papers"][:2]]
    yz.check(first == [(500, "posted", "从工资扣回", 1), (2500, "posted", None, 1)] and told["held_fen"] == 2000, f"and what became of it {first}")
    strange = co.as_(other).call("handin.mine")
    yz.check([r["order_id"] for r in strange["orders"]] == [theirs] and strange["papers"] == [], f"another driver sees his own {strange}")
    for verb in ("handin.list", "handin.held", "shortage.list"):
        yz.check(co.as_(driver).refused(verb).code == "forbidden", f"{verb} is not his")
    yz.check(co.as_("cashier").refused("handin.mine").code == "forbidden", "who drives nothing has no such money")


def test_the_check_finds():
    last = "(SELECT max(id) FROM handin WHERE settled_by IS NOT NULL AND state = 'posted')"
    for name, damage, words in (
            ("a shortage's paper", f"DELETE FROM document WHERE entity = 'shortage' AND row_id = {last}", "its papers 0"),
            ("an overage's paper", "UPDATE overage SET amount_fen = amount_fen + 1 WHERE id = (SELECT max(id) FROM overage WHERE state = 'posted')", "its papers make"),
            ("what is settled of too little", "UPDATE handin SET over_fen = 1 WHERE id = (SELECT max(handin_id) FROM overage WHERE state = 'posted')", "are settled"),
            ("what waits", "UPDATE overage SET state = 'declined' WHERE id = (SELECT max(id) FROM overage WHERE state = 'posted')", "wait by the papers"),
            ("one that was never approved", f"UPDATE handin SET state = 'asked' WHERE id = {last}", "the hand-ins make"),
            ("what is above a hand-in", "UPDATE handin SET over_fen = 7 WHERE id = (SELECT max(id) FROM handin WHERE method IS NOT NULL)", "its papers")):
        found = co.sql(f"BEGIN; SET LOCAL session_replication_role = replica; {damage}; SELECT what FROM ledger_check() WHERE severity = 'error'")
        co.sql("ROLLBACK")
        yz.check(any(words in row[0] for row in found), f"{name} is found {found[:2]}")


def finish():
    co.stop()


yz.main(globals())
