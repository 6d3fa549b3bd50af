"""One rescue order from ring to cleared, each step by the person whose step it is, with the books looked at in between."""
import json
import uuid

import yz

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
CALLER = {"principal": "王小明", "contact_name": "王小明", "contact_phone": "13800138000", "plate": "粵a·12345", "colour": "white",
          "place": "广州市天河区体育西路 1 号", "lon": 113.3245, "lat": 23.1377, "remarks": "engine does not start"}
clients = {}


def login(user):
    if user not in clients:
        clients[user] = yz.Client(server, user)
    return clients[user]


def base(kind):
    rows = login("admin").call("base_item.list", {"filter": {"kind": kind}})["rows"]
    assert rows, kind
    return rows[0]["code"]


def a_customer():
    rows = login("order_clerk").call("customer.list", {"limit": 1, "filter": {"kind": "insurer", "result_required": False}})["rows"]
    return rows[0]["id"]


def order(**more):
    service = more.pop("service", "tow")
    made = login("order_clerk").do("rescue.create", {**CALLER, "customer_id": a_customer(), "car_model": base("car_model"), "service": service,
                                                     "road": base("road"), "plate": f"粤A{uuid.uuid4().int % 90000 + 10000}", **more})
    return made["id"]


def row(user, id):
    return login(user).call("rescue.get", {"id": id})


def step(user, action, id, **more):
    seen = row(user, id)
    return login(user).do(f"rescue.{action}", {"id": id, "version": seen["version"], **more})


def dispatch(id):
    """The first suggestion that fits and is free; its driver's login."""
    for s in login("dispatcher").call("rescue.suggest", {"id": id})["rows"]:
        found = step_or_refusal("dispatcher", "dispatch", id, vehicle_id=s["vehicle_id"], driver_id=s["driver_id"])
        if not isinstance(found, yz.Refused):
            return s
    raise AssertionError("nobody could be sent")


def step_or_refusal(user, action, id, **more):
    try:
        return step(user, action, id, **more)
    except yz.Refused as refusal:
        return refusal


def trial_balance():
    rows = cluster.sql("SELECT coalesce(sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END), 0), count(*) FROM ledger_line", database)
    return int(rows[0][0]), int(rows[0][1])


def test_whole_flow():
    id = order()
    assert row("order_clerk", id)["state"] == "new"
    assert row("order_clerk", id)["plate"].startswith("粤A")
    dispatch(id)
    assert row("dispatcher", id)["state"] == "dispatched"
    # the dispatcher may take the driver's steps on his behalf
    for action, state in (("accept", "accepted"), ("depart", "on_the_way"), ("arrive", "arrived")):
        step("dispatcher", action, id)
        assert row("dispatcher", id)["state"] == state
    step("dispatcher", "complete", id, km=12)
    done = row("dispatcher", id)
    assert done["state"] == "done" and done["money_state"] == "unaudited", done
    assert all(done[t] for t in ("created_at", "dispatched_at", "accepted_at", "departed_at", "arrived_at", "done_at"))
    before = trial_balance()
    step("accountant", "audit", id)
    step("finance_manager", "price", id, price_fen=48800)
    priced = row("finance_manager", id)
    assert priced["money_state"] == "priced" and priced["price_fen"] == 48800
    after = trial_balance()
    assert after[0] == before[0] == 0 and after[1] > before[1]
    step("cashier", "receive", id, method="transfer", amount_fen=20000)
    assert row("cashier", id)["money_state"] == "priced"
    step("cashier", "receive", id, method="transfer", amount_fen=28800)
    assert row("cashier", id)["money_state"] == "received"
    step("accountant2", "clear", id)
    cleared = row("accountant2", id)
    assert cleared["money_state"] == "cleared" and cleared["received_fen"] == 48800
    assert trial_balance()[0] == 0
    history = login("accountant").call("rescue.history", {"id": id})["rows"]
    verbs = [h["verb"] for h in history]
    for verb in ("create", "dispatch", "accept", "depart", "arrive", "complete", "audit", "price", "receive", "clear"):
        assert f"rescue.{verb}" in verbs, (verb, verbs)


def test_a_vehicle_without_a_named_driver_goes_with_one_who_is_free():
    id = order()
    for s in login("dispatcher").call("rescue.suggest", {"id": id})["rows"]:
        found = step_or_refusal("dispatcher", "dispatch", id, vehicle_id=s["vehicle_id"])
        if not isinstance(found, yz.Refused):
            break
    sent = row("dispatcher", id)
    assert sent["state"] == "dispatched" and sent["vehicle_id"] == s["vehicle_id"], sent
    drivers = cluster.sql(f"SELECT driver_id FROM vehicle_driver WHERE vehicle_id = {s['vehicle_id']}", database)
    assert [str(sent["driver_id"])] in [[str(d[0])] for d in drivers], (sent["driver_id"], drivers)
    nobody = cluster.sql("INSERT INTO vehicle (branch_id, code, plate, type) SELECT branch_id, 'X01', '粤A00X01', type FROM vehicle WHERE id = "
                         f"{s['vehicle_id']} RETURNING id", database)[0][0]
    other = order()
    refusal = step_or_refusal("dispatcher", "dispatch", other, vehicle_id=int(nobody))
    assert (refusal.code, refusal.field) == ("invalid", "driver_id") and "Nobody drives" in refusal.error["message"], refusal


def test_a_driver_outside_his_hours_goes_only_when_that_is_said():
    id = order()
    one = next(s for s in login("dispatcher").call("rescue.suggest", {"id": id})["rows"] if s["fit"] and s["on_shift"])
    days = cluster.sql(f"SELECT work_days FROM employee WHERE id = {one['driver_id']}", database)[0][0]
    cluster.sql(f"UPDATE employee SET work_days = '{{}}' WHERE id = {one['driver_id']}", database)
    pair = {"vehicle_id": one["vehicle_id"], "driver_id": one["driver_id"]}
    refusal = step_or_refusal("dispatcher", "dispatch", id, **pair)
    assert (refusal.code, refusal.field) == ("conflict", "off_shift") and row("dispatcher", id)["state"] == "new", refusal
    step("dispatcher", "dispatch", id, **pair, off_shift=True)
    assert row("dispatcher", id)["driver_id"] == one["driver_id"]
    cluster.sql(f"UPDATE employee SET work_days = '{days}' WHERE id = {one['driver_id']}", database)


def test_a_driver_of_another_branch_has_a_name():
    id = order()
    dispatch(id)
    stranger = cluster.sql("SELECT e.id, e.name FROM employee e, rescue_order o WHERE o.id = "
                           f"{id} AND e.branch_id <> o.branch_id AND e.id IN (SELECT driver_id FROM vehicle_driver) AND NOT e.id IN (SELECT driver_id FROM vehicle WHERE order_id > 0) LIMIT 1", database)[0]
    cluster.sql(f"UPDATE rescue_order SET driver_id = {stranger[0]} WHERE id = {id}", database)
    assert row("dispatcher", id)["driver_label"] == stranger[1], row("dispatcher", id)


def test_wrong_state_names_what_is_allowed():
    id = order()
    refusal = step_or_refusal("dispatcher", "arrive", id)
    assert refusal.code == "conflict" and "dispatch" in refusal.error["allowed"], refusal
    assert (refusal.field, refusal.error["args"]) == ("state", {"field": "State", "state": "New"}), refusal.error
    early = step_or_refusal("accountant", "audit", id)
    assert (early.code, early.field) == ("conflict", "money_state") and "while Money is empty" in early.error["message"], early.error


def test_a_money_step_in_the_wrong_state_names_that_state():
    id = finished(30000)
    again = step_or_refusal("accountant", "audit", id)
    assert (again.code, again.field) == ("conflict", "money_state"), again.error
    assert again.error["args"] == {"field": "Money", "state": "Priced"}, again.error
    assert again.error["message"] == "This is not possible while Money is Priced", again.error
    assert isinstance(again.error["allowed"], list), again.error


def test_stale_version_gets_the_current_row():
    id = order()
    login("order_clerk").do("rescue.update", {"id": id, "version": 1, "remarks": "one"})
    refusal = login("order_clerk").refused("rescue.update", {"id": id, "version": 1, "remarks": "two"})
    assert refusal.code == "conflict" and refusal.error["current"]["remarks"] == "one", refusal


def test_same_key_is_one_order():
    key = uuid.uuid4().hex
    args = {**CALLER, "customer_id": a_customer(), "car_model": base("car_model"), "service": "tow", "road": base("road"), "key": key}
    first = login("order_clerk").call("rescue.create", args)
    again = login("order_clerk").call("rescue.create", args)
    assert first == again
    assert login("order_clerk").refused("rescue.create", {**args, "remarks": "another"}).code == "conflict"


def test_unknown_and_wrong_arguments_are_named():
    id = order()
    for more, field in (({"colours": "red"}, "colours"), ({"lon": "east"}, "lon"), ({"service": "no_such"}, "service"),
                        ({"contact_phone": "x" * 300}, "contact_phone"), ({"remarks": "a\u0007b"}, "remarks")):
        refusal = step_or_refusal("order_clerk", "update", id, **more)
        assert refusal.code in ("invalid", "bad_request") and (refusal.code == "bad_request" or refusal.field == field), (more, refusal)


def test_nobody_takes_a_step_that_is_not_his():
    id = order()
    for user, action, more in (("order_clerk", "dispatch", {"vehicle_id": 1, "driver_id": 1}), ("call_taker", "void", {"reason": "x"}),
                               ("driver", "audit", {}), ("admin", "price", {"price_fen": 1}), ("auditor", "update", {"remarks": "x"}),
                               ("cashier", "audit", {}), ("dispatcher", "receive", {"method": "cash", "amount_fen": 1})):
        args = {"id": id, "version": 1, **more}
        assert login(user).refused(f"rescue.{action}", args).code == "forbidden", (user, action)


def finished(price=30000):
    id = order()
    dispatch(id)
    for action in ("accept", "depart", "arrive"):
        step("dispatcher", action, id)
    step("dispatcher", "complete", id, km=3)
    step("accountant", "audit", id)
    step("finance_manager", "price", id, price_fen=price)
    return id


def test_return_posts_red_and_reprice_posts_again():
    id = finished(30000)
    step("finance_manager", "return", id, reason="wrong price")
    assert row("accountant", id)["money_state"] == "audited"
    step("finance_manager", "price", id, price_fen=25000)
    rows = cluster.sql(f"SELECT amount_fen FROM document WHERE entity = 'rescue' AND row_id = {id} AND kind = 'receivable' ORDER BY sequence", database)
    assert [int(r[0]) for r in rows] == [30000, -30000, 25000], rows
    assert trial_balance()[0] == 0


def test_a_difference_needs_a_reason_and_another_person():
    id = finished(30000)
    step("cashier", "receive", id, method="transfer", amount_fen=29000)
    assert row("cashier", id)["money_state"] == "priced"
    refusal = step_or_refusal("accountant2", "clear", id)
    assert isinstance(refusal, yz.Refused), refusal


def test_events_reach_who_watches():
    with yz.Client(server, "dispatcher") as watcher:
        watcher.call("session.watch", {"entities": ["rescue"]})
        id = order()
        event = watcher.wait_event("event", lambda e: e.get("entity") == "rescue" and e.get("id") == id)
        assert event["action"] == "create" and event["version"] == 1, json.dumps(event)


def finish():
    for client in clients.values():
        client.close()
    server.stop()


yz.main(globals())
