#!/usr/bin/env python3
"""Who sees only rows of his own is told of these alone: live, by another server, and after his line dropped."""
import uuid

import yz
from yz import check

cluster, database = yz.fresh_demo()
one, two = yz.Server(cluster, database), yz.Server(cluster, database)
clerk, dispatcher = yz.Client(one, "order_clerk"), yz.Client(one, "dispatcher")


def base(kind):
    return clerk.call("base_item.list", {"filter": {"kind": kind, "disabled_at": None}})["rows"][0]["code"]


def create():
    customer = clerk.call("customer.list", {"limit": 1, "filter": {"kind": "insurer"}})["rows"][0]["id"]
    return clerk.do("rescue.create", {"customer_id": customer, "principal": "王小明", "contact_name": "王小明", "contact_phone": "13800138000",
                                      "plate": f"粤A{uuid.uuid4().int % 90000 + 10000}", "car_model": base("car_model"), "service": "tow",
                                      "road": base("road"), "place": "广州市天河区", "lon": 113.3245, "lat": 23.1377})["id"]


def step(action, id, **more):
    version = dispatcher.call("rescue.get", {"id": id})["version"]
    return dispatcher.do(f"rescue.{action}", {"id": id, "version": version, **more})


def free_driver(id):
    """The first who is suggested and may log in: employee, vehicle, login."""
    for row in dispatcher.call("rescue.suggest", {"id": id})["rows"]:
        login = cluster.sql(f"SELECT e.login FROM employee e WHERE e.id = {row['driver_id']} AND e.login IS NOT NULL AND e.branch_id = "
                            f"(SELECT branch_id FROM rescue_order WHERE id = {id}) AND NOT EXISTS (SELECT FROM rescue_order o WHERE o.driver_id = e.id "
                            "AND o.state IN ('dispatched', 'accepted', 'on_the_way', 'arrived'))", database)
        if login:
            return row["driver_id"], row["vehicle_id"], login[0][0]
    raise AssertionError("no driver is free")


def told(client, id):
    """What a watcher was told of an order up to now. Another server's word is there once a change made after it has come."""
    client.call("session.ping")
    return [data["action"] for kind, data in client.events if kind == "event" and data.get("entity") == "rescue" and data.get("id") == id]


def settle(*watchers):
    """Everything before this is told: the change comes by the same way, and dispatchers see it."""
    id = create()
    for watcher in watchers:
        watcher.wait_event("event", lambda e: e.get("id") == id)


def test_a_driver_is_told_of_his_own():
    order = create()
    driver, vehicle, login = free_driver(order)
    clients = [yz.Client(server, login) for server in (one, two)]
    seers = [yz.Client(server, "dispatcher") for server in (one, two)]
    cursors = [client.call("session.watch", {"entities": ["rescue"]})["cursor"] for client in clients]
    for seer in seers:
        seer.call("session.watch", {"entities": ["rescue"]})
    other = create()
    settle(*seers)
    for name, client in zip(("here", "at another server"), clients):
        check(told(client, other) == [], f"{name}: an order of his branch that is nobody's is not told to him {client.events}")
        check(client.events == [], f"{name}: nor is anything else")
    step("dispatch", order, vehicle_id=vehicle, driver_id=driver)
    for name, client in zip(("here", "at another server"), clients):
        event = client.wait_event("event", lambda e: e.get("id") == order)
        check(event["action"] == "dispatch", f"{name}: his own is told to him {event}")
    step("recall", order, reason="nearer one free")
    for name, client in zip(("here", "at another server"), clients):
        event = client.wait_event("event", lambda e: e.get("id") == order)
        check(event["action"] == "gone", f"{name}: recalled, it is gone {event}")
    step("void", order, reason="customer cancelled")
    settle(*seers)
    for name, client in zip(("here", "at another server"), clients):
        check(told(client, order) == [], f"{name}: what becomes of it is not his")
    for client in clients:
        client.close()
    for name, server, cursor in zip(("here", "at another server"), (one, two), cursors):
        with yz.Client(server, login) as again:
            again.call("session.watch", {"entities": ["rescue"], "since": cursor})
            again.call("session.ping")
            seen = [(data.get("id"), data.get("action")) for kind, data in again.events if kind == "event"]
            check({id for id, _ in seen} == {order} and seen[-1][1] == "gone", f"{name}: after his line dropped he is told the same {seen}")


def finish():
    for server in (one, two):
        server.stop()


if __name__ == "__main__":
    yz.main(globals())
