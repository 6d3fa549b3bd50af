"""Notices: who hears, on which server, that they wait for who is away, and what is refused."""
import uuid

import bare
import company
import yz

co = company.Company(servers=2)


def heard(client, text=None, **wanted):
    """Waits for a notice on this connection."""
    def seen():
        client.call("session.whoami")
        for kind, data in client.events:
            if kind == "notice" and (text is None or text in (data["text"] or data["msgid"])) and all(data.get(k) == v for k, v in wanted.items()):
                return data
        return None
    return yz.wait_until(f"notice {text} {wanted}", seen)


def not_heard(client, text):
    client.call("session.whoami")
    return not [data for kind, data in client.events if kind == "notice" and text in (data["text"] or data["msgid"])]


def test_a_colleague_hears_on_every_server():
    li, wang, there = co.as_("order_clerk"), co.new_client("dispatcher"), co.new_client("dispatcher", 1)
    order = co.order()
    told = li.do("notice.send", {"employee_id": co.employee["dispatcher"], "text": "客户又打电话来了", "entity": "rescue", "row_id": order})
    assert told == {"told": 1}
    for client in (wang, there):
        notice = heard(client, "客户又打电话来了")
        assert (notice["level"], notice["from"], notice["entity"], notice["row_id"], notice["msgid"], notice["read"]) == (
            "info", li.session["name"], "rescue", order, None, False), notice
    assert not_heard(li, "客户")
    rows = wang.call("notice.list", {"unread": True})
    assert rows["rows"][0]["text"] == "客户又打电话来了" and rows["unread"] >= 1, rows
    id = rows["rows"][0]["id"]
    assert wang.call("notice.read", {"id": id}) == {"read": 1}
    assert wang.call("notice.read", {"id": [id]}) == {"read": 0}, "once"
    assert id not in [r["id"] for r in there.call("notice.list", {"unread": True})["rows"]], "read everywhere"
    assert [r["read"] for r in there.call("notice.list")["rows"] if r["id"] == id] == [True]
    assert li.call("notice.read", {"id": id}) == {"read": 0}, "nobody reads another's"
    for client in (wang, there):
        client.close()


def test_it_waits_for_who_is_away():
    co.as_("order_clerk").do("notice.send", {"employee_id": co.employee["cashier"], "text": "待你回来"})
    cashier = co.new_client("cashier")
    assert [r["text"] for r in cashier.call("notice.list", {"unread": True})["rows"]] == ["待你回来"]
    cashier.call("notice.read", {"up_to": cashier.call("notice.list")["rows"][0]["id"]})
    assert cashier.call("notice.list", {"unread": True}) == {"rows": [], "unread": 0, "alarms": 0}
    cashier.close()


def test_a_crowd_hears_as_well():
    """More at once than the tail takes in one look: the rest comes with the next, each once."""
    li = co.new_client("call_taker")
    co.sql(f"INSERT INTO notice (employee_id, level, text) SELECT {co.employee['call_taker']}, 'info', 'crowd ' || g FROM generate_series(1, 6001) g")

    def told():
        li.call("session.whoami")
        return [data["text"] for kind, data in li.events if kind == "notice" and (data["text"] or "").startswith("crowd ")]
    yz.wait_until("all of them", lambda: len(told()) >= 6001, 30)
    assert told() == [f"crowd {n}" for n in range(1, 6002)], len(told())
    li.call("notice.read", {"up_to": li.call("notice.list")["rows"][0]["id"]})
    li.close()


def test_a_role_and_a_branch():
    near, far = co.new_client("accountant"), co.new_client("accountant_b")
    told = co.as_("order_clerk").do("notice.send", {"role": "accountant", "branch_id": co.branch["A"], "text": "对账"})
    assert told["told"] == 2, told     # accountant, accountant2
    heard(near, "对账")
    co.as_("order_clerk").do("notice.send", {"branch_id": co.branch["B"], "text": "全站"})
    heard(far, "全站")
    assert not_heard(far, "对账") and not_heard(near, "全站")
    co.as_("order_clerk").do("notice.send", {"role": "accountant", "text": "所有会计"})
    heard(near, "所有会计"), heard(far, "所有会计")
    near.close(), far.close()


def test_a_driver_hears_of_his_job_and_the_dispatchers_of_a_refusal():
    dispatcher, driver, other = co.as_("dispatcher"), co.new_client("driver", 1), co.new_client("dispatcher2")
    far = co.new_client("dispatcher_b")
    order = co.order()
    number = co.row(order)["number"]
    go = {"id": order, "vehicle_id": co.vehicle["VA1"], "driver_id": co.employee["driver"]}
    dispatcher.do("rescue.dispatch", {**go, "version": co.version(order)})
    notice = heard(driver, "is yours", row_id=order)
    assert notice["args"]["number"] == number and notice["level"] == "warning" and notice["entity"] == "rescue", notice
    driver.do("rescue.refuse", {"id": order, "version": co.version(order), "reason": "vehicle_broken"})
    for client in (dispatcher, other):
        notice = heard(client, "refused", row_id=order)
        assert notice["args"]["number"] == number and notice["args"]["name"] == driver.session["name"]
    assert not_heard(far, "refused")
    dispatcher.do("rescue.dispatch", {**go, "version": co.version(order)})
    dispatcher.do("rescue.recall", {"id": order, "version": co.version(order), "reason": "too_far"})
    heard(driver, "was taken from you", row_id=order)
    dispatcher.do("rescue.dispatch", {**go, "version": co.version(order)})
    dispatcher.do("rescue.void", {"id": order, "version": co.version(order), "reason": "customer_cancelled"})
    heard(driver, "was voided", row_id=order)
    for client in (driver, other, far):
        client.close()


def test_limits_of_time():
    dispatcher = co.as_("dispatcher")
    order = co.order()
    co.sql(f"UPDATE rescue_order SET due_at = now() + interval '60 seconds' WHERE id = {order}")
    co.run_job("rescue_due", 1)
    notice = heard(dispatcher, "is due", row_id=order)
    assert notice["level"] == "warning" and notice["args"] == {"number": co.row(order)["number"]}, notice
    co.sql(f"UPDATE rescue_order SET due_at = now() - interval '1 second' WHERE id = {order}")
    co.run_job("rescue_due", 1)
    assert heard(dispatcher, "is late", row_id=order)["level"] == "alarm"
    assert dispatcher.call("notice.list", {"unread": True})["alarms"] >= 1
    co.run_job("rescue_due")
    late = co.one(f"SELECT count(*) FROM notice WHERE employee_id = {co.employee['dispatcher']} AND row_id = {order} AND msgid LIKE '%late%'")
    assert late == "1", f"once, not each time: {late}"


def test_what_it_refuses():
    client = co.as_("order_clerk")
    for args in ({"text": "x"}, {"text": "x", "employee_id": 1, "role": "driver"}, {"employee_id": 1}, {"employee_id": 1, "text": "x", "entity": "rescue"},
                 {"employee_id": 1, "text": "x", "level": "panic"}, {"employee_id": 1, "text": "x" * 501}, {"employee_id": 1, "text": "x", "y": 1}):
        assert client.refused("notice.send", args).code == "invalid", args
    assert client.refused("notice.send", {"employee_id": 10**12, "text": "x"}).code == "not_found"
    assert client.refused("notice.send", {"employee_id": co.employee["order_clerk"], "text": "x"}).code == "not_found", "nobody tells himself"
    assert bare.refusal(client.call, "notice.read", {"id": "x"}).code == "invalid"
    key = uuid.uuid4().hex
    args = {"employee_id": co.employee["dispatcher"], "text": "once", "key": key}
    assert client.call("notice.send", args) == client.call("notice.send", args)
    assert co.one("SELECT count(*) FROM notice WHERE text = 'once'") == "1"
    sender = co.new_client("counter")
    for n in range(30):
        sender.do("notice.send", {"employee_id": co.employee["dispatcher"], "text": f"n{n}"})
    assert sender.refused("notice.send", {"employee_id": co.employee["dispatcher"], "text": "one more"}).code == "limit"
    sender.close()


yz.main(globals())
