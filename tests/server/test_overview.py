"""customer.overview: everything about a customer in one answer, no more than one may see, one round trip, never a walk through a table."""
import json

import company
import yz

LOG = yz.temp_dir() / "statements"
co = company.Company(settings=[f'statement_log = "{LOG}"'])
F1, PA = co.party["F1"], co.party["PA"]


def overview(login, id, **more):
    return co.as_(login).call("customer.overview", {"id": id, **more})


def refused(login, args):
    try:
        co.as_(login).call("customer.overview", args)
    except yz.Refused as refusal:
        return refusal.code


def part(answer, entity):
    return next(p for p in answer["parts"] if p["entity"] == entity)


def test_orders_messages_and_ratings_of_a_customer_newest_first():
    orders = [co.order(customer_id=PA, contact_phone="13800138000") for _ in range(3)]
    clerk = co.as_("order_clerk")
    clerk.do("rescue.sms", {"id": orders[0], "version": co.version(orders[0]), "recipient": "contact", "body": "我们十分钟后到"})
    done = co.order_in("done", "VA1", customer_id=PA)
    co.step("order_clerk", "rate", done, score=4, words="快")
    answer = overview("order_clerk", PA)
    assert answer["customer"]["name"] == "王小明" and answer["customer"]["phone"] == "13800138000"
    assert [r["id"] for r in part(answer, "rescue")["rows"]] == [done, *reversed(orders)]
    assert part(answer, "rescue")["rows"][0]["state"] == "done" and part(answer, "rescue")["more"] is False
    [message] = part(answer, "message")["rows"]
    assert "我们十分钟后到" in message["body"] and "*" in message["address"]
    [rating] = part(answer, "rating")["rows"]
    assert (rating["score"], rating["words"], rating["driver_label"]) == (4, "快", "driver")
    assert all(name in part(answer, "rescue")["columns"] for name in ("number", "state", "created_at"))


def test_more_than_a_screen_is_said():
    for _ in range(22):
        co.order(customer_id=co.party["F2"])
    rescue = part(overview("order_clerk", co.party["F2"]), "rescue")
    assert len(rescue["rows"]) == 20 and rescue["more"] is True
    listed = co.as_("order_clerk").call("rescue.list", {"filter": {rescue["by"]: co.party["F2"]}, "limit": 20})["rows"]
    assert [r["id"] for r in listed] == [r["id"] for r in rescue["rows"]]


def test_another_branchs_orders_are_a_line_each():
    here = co.order(customer_id=F1)
    there = co.order("order_clerk_b", customer_id=F1)
    rescue = part(overview("order_clerk", F1), "rescue")
    assert [r["id"] for r in rescue["rows"]] == [here]
    [line] = rescue["elsewhere"]
    assert sorted(line) == ["at", "branch", "state"] and line["state"] == "new", line
    assert line["branch"] == co.one(f"SELECT name FROM branch WHERE id = {co.branch['B']}")
    assert [r["id"] for r in part(overview("order_clerk_b", F1), "rescue")["rows"]] == [there]
    whole = part(overview("auditor", F1), "rescue")
    assert {r["id"] for r in whole["rows"]} == {here, there} and whole["elsewhere"] == []


def test_a_person_of_another_branch_is_not_there():
    for login, id in (("order_clerk_b", PA), ("order_clerk", 999999), ("order_clerk", co.party["S1"])):
        assert refused(login, {"id": id}) == "not_found", (login, id)
    assert refused("order_clerk", {}) == "invalid"
    for login in ("driver", "counter", "partner", "admin"):
        assert refused(login, {"id": PA}) == "forbidden", login


def test_a_part_is_there_for_who_may_list_it():
    assert {p["entity"] for p in overview("accountant", F1)["parts"]} & {"rescue", "message"} == {"rescue"}


def test_the_balance_is_the_ledgers():
    before = overview("accountant", F1)["balance"]
    co.order_in("priced", "VA2", price_fen=12300, customer_id=F1)
    after = overview("accountant", F1)["balance"]
    assert after["receivable_fen"] - before["receivable_fen"] == 12300 and after["advance_fen"] == before["advance_fen"], (before, after)
    assert overview("order_clerk_b", F1)["balance"]["receivable_fen"] == 0, "another branch's books"


def test_the_catalogue_offers_it():
    for login, there in (("order_clerk", True), ("admin", False)):
        rows = co.as_(login).call("session.describe", {"have": {}})["rows"]
        verbs = [v["name"] for row in rows if row.get("name") == "customer" for v in row["verbs"]]
        assert ("customer.overview" in verbs) == there, (login, verbs)


SCANS = ("Subquery Scan", "Function Scan", "CTE Scan", "Values Scan", "WorkTable Scan")


def touched(node):
    """Rows that the scans of a plan looked at, those thrown away included."""
    seen = 0
    if "Scan" in node["Node Type"] and node["Node Type"] not in SCANS:
        seen = sum(node.get(k, 0) for k in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")) * node.get("Actual Loops", 0)
    return seen + sum(touched(child) for child in node.get("Plans", ()))


def quoted(value):
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


def test_no_table_is_walked_through():
    """Thousands of orders and messages of this customer's and ten times as many of others: what is looked at stays some pages a branch."""
    a, b, f2 = co.branch["A"], co.branch["B"], co.party["F2"]
    co.sql(f"""INSERT INTO rescue_order (branch_id, number, customer_id, contact_name, contact_phone, car_model, service, road, place, created_at)
               SELECT CASE n % 3 WHEN 0 THEN {b} ELSE {a} END, 'RP' || n, CASE n % 10 WHEN 0 THEN {F1} ELSE {f2} END,
                      'x', '13700000000', 'sedan', 'tow', 'city', 'x', now() - n * interval '1 minute' FROM generate_series(1, 30000) n;
               INSERT INTO message (branch_id, key, channel, address, language, body, state, party_id, created_at)
               SELECT {a}, 'plan' || n, 'sms', '137', 'zh_CN', 'x', 'sent', CASE n % 10 WHEN 0 THEN {F1} ELSE {f2} END,
                      now() - n * interval '1 minute' FROM generate_series(1, 20000) n;
               INSERT INTO call (branch_id, linked_id, direction, state, number, party_id, created_at)
               SELECT {a}, 'plan' || n, 'in', 'answered', '137', CASE n % 10 WHEN 0 THEN {F1} ELSE {f2} END, now() - n * interval '1 minute'
               FROM generate_series(1, 20000) n""")
    co.sql("ANALYZE")
    size = LOG.stat().st_size
    overview("order_clerk", F1)
    said = [json.loads(line) for line in LOG.read_bytes()[size:].decode().splitlines()]
    assert len([s for s in said if s.get("mark") == "wait"]) == 1, "more than one round trip"
    setting = next(s for s in said if "set_config" in s.get("text", ""))
    asked = [s for s in said if any(w in s.get("text", "") for w in ("row_to_json(x)", "rescue_elsewhere", "customer_balance"))]
    assert len(asked) >= 5, [s.get("name") for s in said]
    setup = "".join(f"SELECT set_config('{k}', {quoted(v)}, true);" for k, v in zip(("app.scope", "app.scope_vehicle", "app.self"), setting["params"]))
    for statement in asked:
        given = f"({', '.join(map(quoted, statement['params']))})" if statement["params"] else ""
        out = co.cluster.sql(f"BEGIN READ ONLY; {setup} DEALLOCATE ALL; PREPARE s AS {statement['text']}; SELECT '=====';"
                             f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE s{given}; COMMIT", co.database, "yizhan_app")
        plan = json.loads("\n".join("|".join(row) for row in out[[row[0] for row in out].index("=====") + 1:]))[0]["Plan"]
        assert touched(plan) < 1000, (touched(plan), statement["text"], json.dumps(plan))


def test_several_contacts_on_one_line():
    """An answer is one line of the wire, however many people a firm has."""
    id = co.as_("order_clerk").do("customer.create", {"name": "两位联系人", "kind": "insurer", "contacts": [{"name": "甲", "phone": "13511110011"}, {"name": "乙", "phone": "13511110012"}]})["id"]
    shown = co.as_("order_clerk").call("customer.overview", {"id": id})["contacts"]
    yz.check([c["name"] for c in shown] == ["甲", "乙"], f"both are shown {shown}")


def finish():
    co.stop()


yz.main(globals())
