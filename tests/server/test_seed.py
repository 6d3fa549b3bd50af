"""The demo company is one that could have been: every invariant the running server keeps, its data keep too."""
import hashlib
import os
import subprocess
import uuid

import yz

ROLES = ["call_taker", "order_clerk", "dispatcher", "driver", "agent", "reception", "tour_planner", "product_editor", "channel_editor", "operations",
         "marketing", "counter", "service_desk", "store_accountant", "accountant", "finance_manager", "cashier", "branch_manager", "auditor", "admin", "partner"]
SECOND = ["call_taker", "order_clerk", "dispatcher", "driver", "agent", "reception", "counter", "service_desk", "store_accountant", "accountant", "cashier",
          "branch_manager"]

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database, args=["--demo"])


def sql(text, where=None):
    return cluster.sql(text, where or database)


def one(text, where=None):
    return sql(text, where)[0][0]


def none(text, what):
    rows = sql(text)
    assert not rows, (what, len(rows), rows[:5])


def test_it_is_as_large_as_it_says():
    assert sql("SELECT kind, count(*) FROM branch GROUP BY kind ORDER BY kind") == [["head_office", "1"], ["shop", "1"], ["station", "5"]]
    assert int(one("SELECT count(*) FROM employee WHERE roles <> '{driver}'")) + 2 == 40
    assert one("SELECT count(*) FROM vehicle") == "60"
    assert one("SELECT count(*) FROM party WHERE 'customer' = ANY (roles)") == "300"
    assert one("SELECT count(*) FROM rescue_order") == "2000"
    assert one("SELECT count(*) FROM rescue_order WHERE created_at < now() - interval '92 days' OR created_at > now()") == "0"
    states = {s for s, in sql("SELECT DISTINCT state FROM rescue_order")}
    assert states == {"new", "dispatched", "accepted", "on_the_way", "arrived", "done", "empty", "void"}, states
    money = {s for s, in sql("SELECT DISTINCT money_state FROM rescue_order WHERE money_state IS NOT NULL")}
    assert money == {"unaudited", "audited", "priced", "received", "cleared"}, money
    assert one("SELECT count(DISTINCT branch_id) FROM rescue_order") == "5"
    assert int(one("SELECT count(*) FROM rescue_order WHERE state = 'new' AND appoint_at > now()")) >= 3
    assert int(one("SELECT count(*) FROM rescue_order WHERE state = 'new' AND appoint_at < now()")) >= 2
    assert int(one("SELECT count(*) FROM rescue_order WHERE state = 'new' AND to_confirm")) >= 1


def test_every_role_logs_in():
    first = one("SELECT branch_id FROM employee WHERE login = 'order_clerk'")
    second = one("SELECT branch_id FROM employee WHERE login = 'order_clerk_b'")
    assert first != second
    for login, role in [(r, r) for r in ROLES] + [("accountant2", "accountant")] + [(r + "_b", r) for r in SECOND]:
        with yz.Client(server, login) as client:
            assert client.session.get("must_change_password") is not True, login
        assert one(f"SELECT roles FROM employee WHERE login = '{login}'") == "{%s}" % role
        if login.endswith("_b"):
            assert one(f"SELECT branch_id FROM employee WHERE login = '{login}'") == second
    assert one("SELECT count(DISTINCT branch_id) FROM employee WHERE login IN ('order_clerk', 'dispatcher', 'driver', 'accountant', 'cashier')") == "1"


def test_its_books_hold():
    for _ in range(20):
        if one("SELECT seal_run(100000)") == "0":
            break
    sql("SELECT balance_roll(1000000)")
    assert not sql("SELECT * FROM ledger_check() WHERE severity = 'error'")
    assert int(one("SELECT count(*) FROM ledger_entry")) > 3000
    none("SELECT o.id FROM rescue_order o WHERE money_state IN ('priced', 'received', 'cleared') AND price_fen > 0 AND price_fen <> "
         "(SELECT coalesce(sum(amount_fen), 0) FROM document WHERE entity = 'rescue' AND row_id = o.id AND kind = 'receivable')", "priced as posted")
    none("SELECT o.id FROM rescue_order o WHERE received_fen <> (SELECT coalesce(sum(amount_fen), 0) FROM document WHERE entity = 'rescue' "
         "AND row_id = o.id AND kind = 'receipt')", "received as posted")
    none("SELECT o.id FROM rescue_order o WHERE money_state = 'cleared' AND price_fen - received_fen <> (SELECT coalesce(sum(amount_fen), 0) FROM document "
         "WHERE entity = 'rescue' AND row_id = o.id AND kind = 'adjustment')", "cleared to nothing")
    none("SELECT o.id FROM rescue_order o JOIN rescue_charge c ON c.order_id = o.id WHERE o.money_state IN ('priced', 'received', 'cleared') "
         "GROUP BY o.id HAVING sum(c.amount_fen) <> o.price_fen OR sum(c.received_fen) <> o.received_fen", "charges add up to the order")
    none("SELECT d.id FROM document d JOIN ledger_entry e ON e.id = d.entry_id WHERE e.day <> d.day", "business day of the entry")
    assert int(one("SELECT count(*) FROM document WHERE state = 'reversed'")) >= 1


def test_messages_left_by_the_outbox():
    none("SELECT m.id FROM message m LEFT JOIN outbox o ON o.id = m.outbox_id AND o.about = 'message' AND o.row_id = m.id "
         "WHERE o.id IS NULL OR (m.state = 'failed') <> (o.state = 'dead')", "what failed can be sent again")


def test_different_people():
    none("SELECT id FROM rescue_order WHERE audited_by = created_by OR priced_by = audited_by OR received_by = priced_by", "segregation")
    none("SELECT a.id FROM document a JOIN document r ON r.entity = 'rescue' AND r.row_id = a.row_id AND r.kind = 'receipt' AND r.maker_id = a.maker_id "
         "WHERE a.kind = 'adjustment'", "who received clears no difference")
    none("SELECT c.id FROM change c JOIN employee e ON e.id = c.who WHERE c.entity = 'rescue' AND c.at <= (SELECT value::timestamptz FROM setting WHERE "
         "name = 'demo.at') AND NOT EXISTS (SELECT FROM employee_permissions(e.id) p WHERE p.permission = c.verb)", "nobody took a step that is not theirs")
    none("SELECT c.id FROM change c JOIN employee e ON e.id = c.who JOIN rescue_order o ON o.id = c.row_id WHERE c.entity = 'rescue' AND NOT EXISTS "
         "(SELECT FROM employee_permissions(e.id) p WHERE p.permission = c.verb AND (o.branch_id = ANY (scope_branches(e.branch_id, p.scope)) "
         "OR p.scope = 'own'))", "nor outside their scope")


def test_times_follow_one_another():
    steps = ["created_at", "dispatched_at", "accepted_at", "departed_at", "arrived_at", "done_at", "audited_at", "priced_at", "received_at", "cleared_at"]
    for i, before in enumerate(steps):
        for after in steps[i + 1:]:
            none(f"SELECT id FROM rescue_order WHERE {before} > {after}", (before, after))
    at = one("SELECT value FROM setting WHERE name = 'demo.at'")
    none(f"SELECT id FROM rescue_order WHERE greatest({', '.join(steps)}) > '{at}'", "nothing of the future")
    none("SELECT a.id FROM rescue_order a JOIN rescue_order b ON b.vehicle_id = a.vehicle_id AND b.id > a.id AND a.done_at IS NOT NULL "
         "AND b.dispatched_at < a.done_at AND b.done_at > a.dispatched_at", "a vehicle is on one job at a time")
    none("SELECT a.id FROM rescue_order a JOIN rescue_order b ON b.driver_id = a.driver_id AND b.id > a.id AND a.done_at IS NOT NULL "
         "AND b.dispatched_at < a.done_at AND b.done_at > a.dispatched_at", "a driver too")


def test_vehicles_follow_their_orders():
    none("SELECT o.id FROM rescue_order o JOIN vehicle v ON v.id = o.vehicle_id WHERE o.state IN ('dispatched', 'accepted', 'on_the_way', 'arrived') AND "
         "(v.order_id IS DISTINCT FROM o.id OR v.driver_id <> o.driver_id OR v.state <> CASE o.state WHEN 'on_the_way' THEN 'on_the_way' WHEN 'arrived' "
         "THEN 'working' ELSE 'assigned' END)", "live orders")
    none("SELECT v.id FROM vehicle v WHERE order_id IS NOT NULL AND NOT EXISTS (SELECT FROM rescue_order o WHERE o.id = v.order_id AND o.vehicle_id = v.id "
         "AND o.state IN ('dispatched', 'accepted', 'on_the_way', 'arrived'))", "busy vehicles")
    none("SELECT id FROM vehicle v WHERE NOT EXISTS (SELECT FROM vehicle_driver d JOIN employee e ON e.id = d.driver_id WHERE d.vehicle_id = v.id AND "
         "'driver' = ANY (e.roles) AND e.branch_id = v.branch_id)", "a driver for every vehicle")
    for login in ("driver", "driver_b"):
        rows = yz.Client(server, login).call("rescue.list", {"filter": {"state": {"in": ["dispatched", "accepted", "on_the_way", "arrived"]}}})["rows"]
        assert len(rows) == 1, (login, rows)


def test_history_tells_all():
    none("SELECT o.id FROM rescue_order o LEFT JOIN change c ON c.entity = 'rescue' AND c.row_id = o.id GROUP BY o.id "
         "HAVING count(c.id) <> o.version OR max(c.version) <> o.version", "every version of an order")
    none("SELECT v.id FROM vehicle v LEFT JOIN change c ON c.entity = 'vehicle' AND c.row_id = v.id GROUP BY v.id "
         "HAVING count(c.id) <> v.version OR max(c.version) <> v.version", "every version of a vehicle")
    none("SELECT c.id FROM change c JOIN rescue_order o ON o.id = c.row_id WHERE c.entity = 'rescue' AND c.version = o.version AND c.now ->> 'state' IS NOT NULL "
         "AND c.now ->> 'state' <> o.state", "and what it came to")
    none("SELECT x.id FROM (SELECT id, at, lag(at) OVER (ORDER BY id) AS before FROM change WHERE at <= (SELECT value::timestamptz FROM setting "
         "WHERE name = 'demo.at')) x WHERE at < before", "in the order of time")
    for entity, table in (("branch", "branch"), ("employee", "employee"), ("customer", "party"), ("document", "document")):
        none(f"SELECT t.id FROM {table} t WHERE NOT EXISTS (SELECT FROM change c WHERE c.entity IN ('{entity}', 'supplier') AND c.row_id = t.id)", entity)


def test_the_telephone_has_a_past():
    assert int(one("SELECT count(*) FROM call")) > 1500 and one("SELECT count(DISTINCT branch_id) FROM call") == "5"
    states = {s for s, in sql("SELECT DISTINCT state FROM call")}
    assert states == {"answered", "missed", "unanswered", "busy", "failed"}, states
    assert {d for d, in sql("SELECT DISTINCT direction FROM call")} == {"in", "out", "internal"}
    none("SELECT id FROM call WHERE ended_at > now() OR ended_at < started_at OR (answered_at IS NULL) <> (state <> 'answered')", "times")
    none("SELECT id FROM call WHERE duration_s <> coalesce(extract(epoch FROM ended_at - answered_at)::bigint, 0)", "durations")
    none("SELECT id FROM call WHERE (recording IS NULL) <> (state <> 'answered')", "what was said is recorded")
    none("SELECT c.id FROM call c LEFT JOIN employee e ON e.id = c.employee_id WHERE e.extension IS DISTINCT FROM c.extension OR e.branch_id <> c.branch_id", "extensions")
    none("SELECT c.id FROM call c JOIN rescue_order o ON o.id = c.rescue_id WHERE o.branch_id <> c.branch_id OR o.customer_id <> c.party_id OR o.contact_phone <> c.number", "orders")
    none("SELECT c.id FROM call c LEFT JOIN change t ON t.entity = 'call' AND t.row_id = c.id GROUP BY c.id HAVING count(t.id) <> c.version", "their trail")
    waits = one("SELECT count(*) FROM call WHERE state = 'missed' AND handled_at IS NULL")
    assert waits == "5", f"and some nobody has seen to: {waits}"
    with yz.Client(server, "order_clerk") as clerk:
        id = clerk.call("call.list", {"filter": {"rescue_id": {"null": False}, "party_id": {"null": False}}})["rows"][0]["party_id"]
        assert "call" in str(clerk.call("customer.overview", {"id": id})), "a customer's calls are in sight"
        assert clerk.call("call.list")["rows"][0]["state"], "and the log"


def keys(table, id):
    return {t for t, in sql(f"SELECT token FROM search_key WHERE entity = '{table}' AND row_id = {id}")}


def test_keys_are_the_servers_own():
    """What the server writes for the same texts, made anew by its commands."""
    clerk = yz.Client(server, "order_clerk")
    branch = one("SELECT branch_id FROM employee WHERE login = 'order_clerk'")
    for id, name in sql(f"SELECT id, name FROM party WHERE branch_id = {branch} ORDER BY md5(name) LIMIT 12"):
        made = clerk.do("customer.create", {"name": name, "kind": "person"})["id"]
        code = one(f"SELECT lower(code) FROM party WHERE id = {made}")
        assert keys("party", made) - {code} <= keys("party", id), name
        assert keys("party", id) - keys("party", made), name
    for id, number in sql(f"SELECT id, lower(number) FROM rescue_order WHERE branch_id = {branch} AND plate IS NOT NULL ORDER BY md5(number) LIMIT 12"):
        copy = clerk.do("rescue.copy", {"id": int(id), "version": int(one(f"SELECT version FROM rescue_order WHERE id = {id}"))})["copy"]
        told = lambda n: {n.lower(), n[-4:]}       # noqa: E731 - the number, and its last digits
        assert keys("rescue_order", copy["id"]) - told(copy["number"]) == keys("rescue_order", id) - told(number), number
    none("SELECT o.id FROM rescue_order o WHERE NOT EXISTS (SELECT FROM search_key k WHERE k.entity = 'rescue_order' AND k.row_id = o.id)", "keys of orders")
    none("SELECT k.row_id FROM search_key k JOIN rescue_order o ON o.id = k.row_id AND k.entity = 'rescue_order' WHERE k.branch_id <> o.branch_id", "their branch")


def test_numbers_go_on():
    clerk = yz.Client(server, "order_clerk")
    none("SELECT o.id FROM rescue_order o JOIN branch b ON b.id = o.branch_id WHERE o.id <= 2000 AND number <> 'R' || "
         "to_char(o.created_at AT TIME ZONE b.time_zone, 'YYMMDD') || lpad(o.id::text, 5, '0')", "numbers by the server's scheme")
    id = int(one("SELECT max(id) FROM rescue_order WHERE branch_id = (SELECT branch_id FROM employee WHERE login = 'order_clerk')"))
    copy = clerk.do("rescue.copy", {"id": id, "version": int(one(f"SELECT version FROM rescue_order WHERE id = {id}"))})["copy"]
    assert copy["id"] > 2000 and one(f"SELECT number FROM rescue_order WHERE id = {copy['id']}") == copy["number"]


def facts(name):
    """A digest of what was made, without what differs by its nature: salts, and the real time of an entry."""
    digest = hashlib.sha256()
    for table, columns in (("branch", "*"), ("party", "*"), ("party_plate", "party_id, plate, car_model, colour"), ("vehicle", "*"), ("rescue_order", "*"), ("rescue_charge", "*"),
                           ("employee", "id, branch_id, code, name, login, roles, phone"), ("search_key", "*"), ("call", "*"),
                           ("document", "id, number, kind, state, amount_fen, day, posted_at"), ("change", "at, who, verb, row_id, version, was, now")):
        digest.update("\n".join("\x1f".join(r) for r in sql(f"SELECT x::text FROM (SELECT {columns} FROM {table}) x ORDER BY 1", name)).encode())
    return digest.hexdigest()


def seeded(now, args=("seed", "1")):
    name = "t_" + uuid.uuid4().hex[:12]
    cluster.create(name)
    run_ctl(name, args, now)
    return name


def run_ctl(name, args, now=None):
    done = subprocess.run([str(yz.YIZHANCTL), "--database", cluster.conninfo(name, "yizhan_app"), *args], capture_output=True, text=True,
                          env={**os.environ, **({"YIZHAN_NOW": now} if now else {})})
    assert done.returncode == 0, done.stderr
    return done


def test_same_moment_same_company():
    a, b = seeded("2026-05-20T03:00:00Z"), seeded("2026-05-20T03:00:00Z")
    try:
        assert facts(a) == facts(b)
        assert one("SELECT count(*) FROM ledger_check() WHERE severity = 'error'", a) == "0"
        assert one("SELECT count(*) FROM rescue_order WHERE created_at BETWEEN '2026-02-18' AND '2026-05-20T03:00:00Z'", a) == "2000"
    finally:
        sql(f"DROP DATABASE {a}"), sql(f"DROP DATABASE {b}")


def test_a_second_start_changes_nothing():
    before = one("SELECT count(*) || '/' || max(id) FROM change")
    yz.Server(cluster, database, args=["--demo"]).stop()
    assert one("SELECT count(*) || '/' || max(id) FROM change") == before
    assert one("SELECT value FROM setting WHERE name = 'demo.times'") == "1"


def test_another_company_is_left_alone():
    name = "t_" + uuid.uuid4().hex[:12]
    cluster.create(name)
    run_ctl(name, ["migrate"])
    sql("INSERT INTO branch (code, name) VALUES ('X', 'Somebody else')", name)
    try:
        yz.Server(cluster, name, args=["--demo"])
    except RuntimeError as error:
        assert "not empty" in str(error), error
    else:
        raise AssertionError("a company that is there was mixed with the demo's")
    assert one("SELECT count(*) FROM branch", name) == "1"
    sql(f"DROP DATABASE {name}")


def test_so_many_times():
    name = "t_" + uuid.uuid4().hex[:12]
    cluster.create(name, template=yz.demo_database(cluster))
    run_ctl(name, ["seed", "3"])
    assert sql("SELECT (SELECT count(*) FROM rescue_order), (SELECT count(*) FROM party WHERE 'customer' = ANY (roles))", name) == [["6000", "900"]]
    before = sql("SELECT count(*), max(id) FROM rescue_order", name)
    run_ctl(name, ["seed", "3"])
    run_ctl(name, ["seed", "2"])
    assert sql("SELECT count(*), max(id) FROM rescue_order", name) == before
    run_ctl(name, ["seed", "40"])
    assert sql("SELECT count(*), count(DISTINCT number) FROM rescue_order", name) == [["80000", "80000"]]
    indexes = "SELECT indexdef FROM pg_indexes WHERE tablename IN ('rescue_order', 'search_key') ORDER BY indexname"
    constraints = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN ('rescue_order'::regclass, 'search_key'::regclass) ORDER BY 1"
    assert sql(indexes, name) == sql(indexes) and sql(constraints, name) == sql(constraints)
    assert one("SELECT count(*) FROM ledger_check() WHERE severity = 'error'", name) == "0"
    none_wrong = "SELECT count(*) FROM rescue_order WHERE audited_by = created_by OR created_at > dispatched_at OR dispatched_at > done_at OR done_at > audited_at"
    assert one(none_wrong, name) == "0"
    assert one("SELECT count(*) FROM party p WHERE NOT EXISTS (SELECT FROM search_key k WHERE k.entity = 'party' AND k.row_id = p.id)", name) == "0"
    sql(f"DROP DATABASE {name}")


def finish():
    server.stop()


yz.main(globals())
