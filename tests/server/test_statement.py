"""Statements: the priced orders of one payer, sent, agreed and paid together; and the customer's advance as a way to pay. In whatever order it comes, an order is paid once."""
import itertools
import threading
import uuid

import company
import yz

co = company.Company(servers=2)
F1, F2, PA = co.party["F1"], co.party["F2"], co.party["PA"]
accountant = co.as_("accountant")
ended = itertools.count(-3600)


def priced(fen, payer=None, **more):
    """An order whose price is agreed; all of it is the payer's. Each job ends a second after the one before: ids do not tell which is older."""
    id = co.order(**({"customer_id": payer} if payer else {}), **more)
    vehicle = co.vehicle["VA3"]
    co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(next(ended)), km=5)
    if payer == F2:
        co.step("order_clerk", "confirm_result", id)
    co.step("accountant", "audit", id)
    co.step("finance_manager", "price", id, price_fen=fen)
    return id


def create(party, **more):
    return accountant.do("statement.create", {"party_id": party, **more})


def step(name, id, client=accountant, **more):
    return client.do(f"statement.{name}", {"id": id, "version": co.version(id, "statement"), **more})


def refuse(name, id, client=accountant, **more):
    return client.refused(f"statement.{name}", {"id": id, "version": co.version(id, "statement"), **more})


def row(id):
    return accountant.call("statement.get", {"id": id})


def money(id):
    order = co.row(id)
    return order["money_state"], order["received_fen"]


def sent_and_agreed(party, **more):
    id = create(party, **more)["id"]
    step("send", id)
    step("agree", id)
    return id


def errors():
    return co.sql("SELECT what, row_name FROM ledger_check() WHERE severity = 'error' AND what NOT LIKE '%guard%'")


def posted(id):
    return [tuple(r) for r in co.sql(f"""SELECT l.account, l.side, l.amount_fen FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id
        WHERE d.entity = 'statement' AND d.row_id = {id} ORDER BY d.sequence, l.n""")]


def test_from_draft_to_settled():
    orders = [priced(10000), priced(20000), priced(5000)]
    other = priced(700, PA)
    reply = create(F1)
    id = reply["id"]
    yz.check(reply["orders"] == 3 and reply["amount_fen"] == 35000 and reply["number"].startswith("S"), f"it takes all that are due of this payer {reply}")
    got = row(id)
    yz.check([line["order_id"] for line in got["lines"]] == orders and [line["amount_fen"] for line in got["lines"]] == [10000, 20000, 5000], f"the oldest first {got['lines']}")
    yz.check(all(line["plate"] and line["service"] == "tow" and line["done_on"] for line in got["lines"]), "with what the customer wants to know of each")
    yz.check(accountant.refused("statement.create", {"party_id": F1}).field == "party_id", "nothing else is due")
    for name, user, more in (("receive", "cashier", {"method": "transfer"}), ("price", "finance_manager", {"price_fen": 9000}), ("return", "finance_manager", {"reason": "other"}),
                             ("onestop", "finance_manager", {"method": "transfer"})):
        refusal = co.refuse(user, name, orders[0], **more)
        yz.check(refusal.code == "conflict" and "statement" in refusal.error["message"], f"{name}: what is on a statement leaves it first {refusal}")
    yz.check(refuse("agree", id).code == "conflict" and refuse("settle", id, method="transfer").code == "conflict", "one step after the other")
    co.sql(f"UPDATE party SET terms_days = 30 WHERE id = {F1}")
    step("send", id)
    got = row(id)
    yz.check(got["state"] == "sent" and got["due_day"] is not None and got["sent_by"] == co.employee["accountant"], f"sent: due by the customer's terms {got['due_day']}")
    yz.check(refuse("dispute", id).field == "reason", "why not")
    step("dispute", id, reason="the second is not ours")
    yz.check(row(id)["state"] == "draft" and row(id)["dispute_reason"] == "the second is not ours", "back in our hands")
    step("remove", id, order_id=orders[1])
    yz.check(row(id)["amount_fen"] == 15000 and refuse("remove", id, order_id=orders[1]).field == "order_id", "taken off, once")
    co.step("finance_manager", "price", orders[1], price_fen=18000)
    step("add", id, order_id=orders[1])
    yz.check(row(id)["amount_fen"] == 33000, "priced anew and put on again")
    yz.check(refuse("add", id, order_id=orders[1]).code == "conflict" and refuse("add", id, order_id=other).field == "order_id", "once, and of this payer")
    step("send", id)
    step("agree", id)
    yz.check(refuse("settle", id, method="cash_on_site").field == "method" and refuse("settle", id).field == "method", "no driver pays it")
    step("settle", id, method="transfer", remarks="6 月")
    yz.check(row(id)["state"] == "settled" and [money(o) for o in orders] == [("cleared", 10000), ("cleared", 18000), ("cleared", 5000)], f"all are cleared {[money(o) for o in orders]}")
    yz.check(posted(id) == [("1002", "D", "33000"), ("1122", "C", "33000")], f"one receipt {posted(id)}")
    steps = [c["action"] if "action" in c else c["verb"] for c in accountant.call("rescue.history", {"id": orders[0]})["rows"]]
    yz.check(sum("statement" in s for s in steps) >= 2, f"the order's trail tells of it {steps}")
    yz.check(money(other)[0] == "priced" and errors() == [], f"another's order stays {errors()[:2]}")


def test_paid_in_parts_and_too_much():
    orders = [priced(1000, F2), priced(2000, F2), priced(4000, F2)]
    id = sent_and_agreed(F2)
    yz.check(step("settle", id, method="transfer", amount_fen=1500)["rest_fen"] == 5500, "what is left is told")
    yz.check([money(o) for o in orders] == [("cleared", 1000), ("priced", 500), ("priced", 0)] and row(id)["state"] == "agreed", "from the oldest; the rest stays on it")
    yz.check(row(id)["rest_fen"] == 5500 and errors() == [], f"and the books hold {errors()[:2]}")
    yz.check(co.refuse("cashier", "receive", orders[1], method="cash").code == "conflict", "what is paid in part still is not paid by itself")
    step("settle", id, method="transfer", amount_fen=6000)
    yz.check([money(o) for o in orders] == [("cleared", 1000), ("cleared", 2000), ("cleared", 4000)] and row(id)["state"] == "settled", "then the rest")
    yz.check(posted(id)[-1] == ("2203", "C", "500") and errors() == [], f"what is too much is his advance {posted(id)} {errors()[:2]}")
    next_one = priced(800, F2)
    yz.check(co.refuse("cashier", "receive", next_one, method="advance").field == "amount_fen", "more than there is of it")
    co.step("cashier", "receive", next_one, method="advance", amount_fen=500)
    yz.check(money(next_one) == ("priced", 500), "the advance pays the next order")
    used = co.sql(f"SELECT l.account, l.side, l.amount_fen, e.word FROM document d JOIN ledger_entry e ON e.id = d.entry_id JOIN ledger_line l ON l.entry_id = e.id WHERE d.entity = 'rescue' AND d.row_id = {next_one} AND d.kind = 'receipt' ORDER BY l.n")
    yz.check(used == [["2203", "D", "500", "转"], ["1122", "C", "500", "转"]], f"without touching the bank {used}")
    yz.check(co.refuse("cashier", "receive", next_one, method="advance", amount_fen=1).code == "conflict", "it is used up")
    last = sent_and_agreed(F2)
    yz.check(row(last)["amount_fen"] == 300, "only what is still due comes on a statement")
    yz.check(refuse("settle", last, method="advance").field == "amount_fen", "nor does a statement use what is not there")
    step("settle", last, method="qr")
    yz.check(money(next_one) == ("cleared", 800) and errors() == [], f"{errors()[:2]}")


def test_several_payers_and_void():
    id = co.order(charges=[{"payer_id": F1, "share_fen": 3000}, {"payer_id": PA}])
    vehicle = co.vehicle["VA3"]
    co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(-60), km=5)
    co.step("accountant", "audit", id)
    co.step("finance_manager", "price", id, price_fen=5000)
    first = create(F1)["id"]
    charge = {c["payer_id"]: c["id"] for c in co.row(id)["charges"]}
    co.step("cashier", "receive", id, charge_id=charge[PA], method="cash")
    yz.check(co.refuse("cashier", "receive", id, charge_id=charge[F1], method="cash").code == "conflict", "the one payer's part is on it, the other's not")
    yz.check(refuse("void", first).field == "reason", "void has a reason")
    step("void", first, reason="made twice")
    second = sent_and_agreed(F1)
    yz.check([line["order_id"] for line in row(second)["lines"]] == [id], "what was on the void one comes on the next")
    step("settle", second, method="transfer")
    yz.check(money(id) == ("received", 5000), f"the order shows its least advanced payer {money(id)}")
    co.step("accountant", "clear", id)
    yz.check(money(id) == ("cleared", 5000) and errors() == [], f"{errors()[:2]}")


def test_who_may():
    id = priced(1000)
    co.person("priced_it", ["accountant", "cashier"])
    statement = sent_and_agreed(F1)
    co.sql(f"UPDATE rescue_order SET priced_by = {co.employee['priced_it']} WHERE id = {id}")
    yz.check(refuse("settle", statement, client=co.as_("priced_it"), method="transfer").code == "forbidden", "who priced an order does not take its money")
    co.sql(f"UPDATE rescue_order SET priced_by = {co.employee['finance_manager']} WHERE id = {id}")
    yz.check(co.as_("cashier").refused("statement.list", {}).code == "forbidden" and co.as_("finance_manager").call("statement.list", {})["rows"], "by the roles")
    yz.check(co.as_("accountant_b").refused("statement.get", {"id": statement}).code == "not_found", "another branch's is not there")
    co.sql("UPDATE rescue_order SET done_at = now() - interval '40 days' WHERE id = %d" % (old := priced(90)))
    yz.check(create(F1, from_day="2020-01-01", to_day=co.one("SELECT (now() - interval '20 days')::date"))["orders"] == 1 and money(old)[0] == "priced", "those of some days alone")
    yz.check(accountant.refused("statement.create", {"party_id": F1, "from_day": "2026-06-02", "to_day": "2026-06-01"}).field == "to_day", "days in their order")
    step("settle", statement, method="transfer")
    yz.check(co.as_("driver").refused("rescue.collect", {"id": id, "version": co.version(id), "taken_fen": 1, "taken_method": "advance"}) is not None, "nobody takes an advance on site")


def at_once(*calls):
    """Each (client, verb, args) at the same moment; what came of them, sorted."""
    results, barrier = [], threading.Barrier(len(calls))

    def run(client, verb, args):
        barrier.wait()
        try:
            client.call(verb, {"key": uuid.uuid4().hex, **args})
            results.append("ok")
        except yz.Refused as refusal:
            results.append(refusal.code)

    threads = [threading.Thread(target=run, args=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_at_once():
    """Two who make a statement, and one who receives what another settles, at two servers: an order is paid once, an advance used once."""
    with co.new_client("accountant", 0) as one, co.new_client("accountant2", 1) as two, co.new_client("cashier", 1) as till:
        for n in range(6):
            id = priced(1000)
            got = at_once((one, "statement.create", {"party_id": F1}), (two, "statement.create", {"party_id": F1}))
            yz.check(got.count("ok") == 1, f"one statement has it {got}")
            statement = int(co.one(f"SELECT statement_id FROM statement_line WHERE order_id = {id} AND live"))
            step("send", statement)
            step("agree", statement)
            args = {"id": statement, "version": co.version(statement, "statement"), "method": "transfer"}
            got = at_once((one, "statement.settle", args), (two, "statement.settle", args), (till, "rescue.receive", {"id": id, "version": co.version(id), "method": "cash"}))
            yz.check(got.count("ok") == 1 and money(id) == ("cleared", 1000), f"paid once {got} {money(id)}")
        first, second = priced(500, PA), priced(500, PA)
        co.step("cashier", "receive", priced(100, PA), method="cash", amount_fen=600)
        with co.new_client("cashier2", 0) as till2:
            got = at_once(*((client, "rescue.receive", {"id": id, "version": co.version(id), "method": "advance"}) for client, id in ((till, first), (till2, second))))
        yz.check(got == ["conflict", "ok"], f"one advance, one order {got}")
    yz.check(errors() == [], f"and the books hold {errors()[:2]}")


def test_the_check_finds():
    for name, damage, words in (
            ("a line", "UPDATE statement_line SET amount_fen = amount_fen + 1 WHERE id = (SELECT max(id) FROM statement_line)", "its lines make"),
            ("money", "UPDATE statement SET received_fen = received_fen + 1 WHERE id = (SELECT max(id) FROM statement WHERE state = 'settled')", "its papers make"),
            ("a payer's part", "UPDATE statement_line SET received_fen = received_fen - 1 WHERE id = (SELECT max(id) FROM statement_line WHERE received_fen > 0)", "his receipts make"),
            ("a line that lives on", "UPDATE statement_line SET live = true WHERE id = (SELECT max(id) FROM statement_line WHERE received_fen > 0)", "a line lives")):
        found = co.sql(f"BEGIN; SET LOCAL session_replication_role = replica; {damage}; SELECT what FROM ledger_check() WHERE severity = 'error'")
        co.sql("ROLLBACK")
        yz.check(any(words in r[0] for r in found), f"{name} is found {found[:3]}")


def test_beyond_the_credit_limit():
    """Whoever asks what an order costs, or enters a price, is told when it goes beyond it; it is entered all the same."""
    firm = co.as_("admin").do("customer.create", {"name": "众诚保险", "kind": "insurer", "credit_limit_fen": 50000})["id"]
    manager, clerk = co.as_("finance_manager"), co.as_("order_clerk")
    manager.do("agreement.create", {"party_id": firm, "service": "tow", "base_fen": 30000})
    asks = {"customer_id": firm, "service": "tow"}
    yz.check(clerk.call("rescue.estimate", asks)["credit"] == [], "the first is within it")
    first = clerk.do("rescue.create", co.order_args(customer_id=firm))
    told = [{"party_id": firm, "name": "众诚保险", "limit_fen": 50000, "owed_fen": 0, "coming_fen": 30000, "order_fen": 30000, "over_fen": 10000}]
    yz.check(clerk.call("rescue.estimate", asks)["credit"] == told, f"the second is not {clerk.call('rescue.estimate', asks)['credit']}")
    second = clerk.do("rescue.create", co.order_args(customer_id=firm))
    yz.check(second["id"] and "credit" not in second, f"it is made all the same {second}")
    co.step("order_clerk", "void", second["id"], reason="other")
    co.walk(first["id"], 6, "VA4", 30000)
    priced = co.step("finance_manager", "price", first["id"], price_fen=60000)
    yz.check(priced["credit"][0]["over_fen"] == 10000 and priced["credit"][0]["coming_fen"] == 0, f"a price, too {priced}")
    yz.check("credit" not in co.step("finance_manager", "price", first["id"], price_fen=45000), "which counts once when it is changed")
    other = co.order(charges=[{"payer_id": F1}, {"payer_id": firm, "share_fen": 6000}])
    co.walk(other, 6, "VA4", 30000)
    payer = co.step("finance_manager", "price", other, price_fen=30000)["credit"]
    yz.check([(c["party_id"], c["owed_fen"], c["order_fen"], c["over_fen"]) for c in payer] == [(firm, 45000, 6000, 1000)], f"and of each payer {payer}")
    co.step("cashier", "receive", first["id"], method="transfer", amount_fen=45000)
    yz.check(clerk.call("rescue.estimate", asks)["credit"] == [], "what is paid is owed no more")


def finish():
    co.stop()


yz.main(globals())
