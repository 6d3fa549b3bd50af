"""A record as it stood: what E.get answered then is what E.get with that time answers now, through the whole life of records."""
import datetime

import yz

cluster, database = yz.fresh_demo()
cluster.sql("INSERT INTO role (code, name, scope, permissions) VALUES ('only_get', 'Only get', 'all', '{customer.get,customer.list}')", database)
cluster.sql("UPDATE setting SET value = 'no' WHERE name = 'rescue.proof'", database)
server = yz.Server(cluster, database)
admin, clerk, dispatcher, driver, manager = (yz.Client(server, login) for login in ("admin", "order_clerk", "dispatcher", "driver", "branch_manager"))
OF_NOW = {"can", "holders", "as_of", "partial", "late_s"}


def facts(row):
    """What the record itself says: no rights, no words of other records."""
    return {k: v for k, v in row.items() if k not in OF_NOW and not k.endswith("_label")}


def moments(client, entity, id):
    return [row["at"] for row in reversed(client.call(f"{entity}.history", {"id": id})["rows"])]


def differences(a, b):
    return {k: (a.get(k), b.get(k)) for k in a.keys() | b.keys() if a.get(k) != b.get(k)}


def test_a_customer_through_its_changes():
    id = clerk.do("customer.create", {"name": "甲", "kind": "person", "phone": "13511110001", "contacts": [{"name": "王", "phone": "13511110002"}]})["id"]
    seen = [clerk.call("customer.get", {"id": id})]
    for changes in ({"name": "乙", "remarks": "two\nlines"}, {"remarks": None, "phone": "13511110003"},
                    {"contacts": [{"name": "李", "phone": "13511110004"}, {"name": "赵"}]}, {"contacts": None}):
        clerk.do("customer.update", {"id": id, "version": seen[-1]["version"], **changes})
        seen.append(clerk.call("customer.get", {"id": id}))
    times = moments(clerk, "customer", id)
    assert len(times) == len(seen) == 5
    for at, was in zip(times, seen):
        then = clerk.call("customer.get", {"id": id, "at": at})
        assert "can" not in then and "partial" not in then and then["as_of"] == at, then
        now, expected = facts(then), facts(was)
        for lines in (now["contacts"], expected["contacts"]):
            for line in lines:
                line.pop("id", None)
        lines_now, lines_then = ([{k: v for k, v in line.items() if v is not None} for line in row.pop("contacts")] for row in (now, expected))
        assert lines_now == lines_then, (at, lines_now, lines_then)
        assert differences(now, expected) == {}, (at, differences(now, expected))


def test_before_it_was_made():
    before = yz.utc_now(-1)
    id = clerk.do("customer.create", {"name": "later", "kind": "person"})["id"]
    assert clerk.refused("customer.get", {"id": id, "at": before}).code == "not_found"
    assert clerk.refused("customer.get", {"id": id, "at": "yesterday"}).code == "invalid"
    assert clerk.call("customer.get", {"id": id, "at": yz.utc_now(60)})["name"] == "later"


def test_out_of_use_and_back():
    id = admin.do("branch.create", {"code": "ASOF", "name": "As of", "kind": "station", "parent_id": 1})["id"]
    admin.do("branch.disable", {"id": id, "version": 1, "reason": "closed"})
    admin.do("branch.enable", {"id": id, "version": 2, "reason": "again"})
    made, closed, again = moments(admin, "branch", id)
    states = [admin.call("branch.get", {"id": id, "at": at})["disabled_at"] for at in (made, closed, again)]
    assert states[0] is None and states[1] and states[2] is None, states


def test_an_order_through_its_life():
    """Written by the flow's own code, not by the generic update: the trail tells it all the same."""
    order = clerk.do("rescue.create", {"customer_id": clerk.call("customer.list", {"limit": 1})["rows"][0]["id"], "service": "tow",
                                       "contact_name": "王", "contact_phone": "13511119999", "plate": "粤A12345", "car_model": "sedan", "place": "天河路 1 号", "road": "city",
                                       "lon": 113.3, "lat": 23.1, "destination": "远处", "destination_lon": 113.4, "destination_lat": 23.2})
    id, seen = order["id"], []

    def look():
        seen.append(dispatcher.call("rescue.get", {"id": id}))
        return seen[-1]["version"]
    look()
    who = driver.session["employee_id"]
    for order_id in [o["id"] for o in driver.call("rescue.list", {"filter": {"state": {"in": ["dispatched", "accepted", "on_the_way", "arrived"]}}})["rows"]]:
        row = dispatcher.call("rescue.get", {"id": order_id})
        if row["state"] == "arrived":
            dispatcher.do("rescue.complete", {"id": order_id, "version": row["version"], "km": 1})
        else:
            dispatcher.do("rescue.recall", {"id": order_id, "version": row["version"], "reason": "too_far"})
    vehicle = driver.call("rescue.list", {"limit": 1, "sort": ["-created_at"]})["rows"][0]["vehicle_id"]
    dispatcher.do("rescue.dispatch", {"id": id, "version": look(), "vehicle_id": vehicle, "driver_id": who})
    dispatcher.do("rescue.recall", {"id": id, "version": look(), "reason": "too_far"})
    dispatcher.do("rescue.dispatch", {"id": id, "version": look(), "vehicle_id": vehicle, "driver_id": who})
    driver.do("rescue.accept", {"id": id, "version": look()})
    driver.do("rescue.depart", {"id": id, "version": look()})
    driver.do("rescue.arrive", {"id": id, "version": look()})
    driver.do("rescue.complete", {"id": id, "version": look(), "km": 12})
    look()
    by_version = {row["version"]: row["at"] for row in dispatcher.call("rescue.history", {"id": id})["rows"]}
    checked, wrong = 0, {}
    for was in seen:
        if was["version"] not in by_version:
            continue
        then = dispatcher.call("rescue.get", {"id": id, "at": by_version[was["version"]]})
        checked += 1
        different = {k: v for k, v in differences(facts(then), facts(was)).items() if k in then and k in was}
        if different or "partial" in then:
            wrong[was["version"]] = (was["state"], different, then.get("partial"))
    assert checked >= 7 and not wrong, (checked, wrong)


def test_moved_between_branches():
    """Who got a record from another branch does not see how it stood there."""
    id = admin.do("employee.create", {"code": "ASOF1", "name": "Mover", "login": "asof1", "branch_id": 1, "roles": ["driver"],
                                      "password": "a first password"})["id"]
    branch = manager.session["branch_id"]
    admin.do("employee.update", {"id": id, "version": 1, "branch_id": branch})
    admin.do("employee.update", {"id": id, "version": 2, "name": "Moved"})
    first, moved, _ = moments(admin, "employee", id)
    assert manager.refused("employee.get", {"id": id, "at": first}).code == "not_found"
    assert manager.call("employee.get", {"id": id, "at": moved})["name"] == "Mover"
    assert admin.call("employee.get", {"id": id, "at": first})["branch_id"] == 1


def test_secrets_and_rights():
    id = admin.do("employee.create", {"code": "ASOF2", "name": "Secret", "login": "asof2", "branch_id": 1, "roles": ["driver"],
                                      "password": "a first password"})["id"]
    text = str(admin.call("employee.get", {"id": id, "at": moments(admin, "employee", id)[0]}))
    assert "a first password" not in text and "argon2" not in text
    admin.do("employee.create", {"code": "ASOF3", "name": "Looker", "login": "asof3", "branch_id": 1, "roles": ["only_get"], "password": "a first password"})
    with yz.Client(server, "asof3", "a first password") as first:
        first.call("session.password", {"old": "a first password", "new": "a second password"})
        some = first.call("customer.list", {"limit": 1})["rows"][0]["id"]
        assert first.refused("customer.get", {"id": some, "at": yz.utc_now()}).code == "forbidden"


def test_loaded_with_the_system():
    """Records without a trail stand as they are; their first change can be undone."""
    row = clerk.call("customer.list", {"limit": 1, "filter": {"kind": "person"}})["rows"][0]
    now = clerk.call("customer.get", {"id": row["id"]})
    before = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    clerk.do("customer.update", {"id": row["id"], "version": now["version"], "remarks": "changed today"})
    then = clerk.call("customer.get", {"id": row["id"], "at": before})
    assert differences({k: v for k, v in facts(then).items() if k != "contacts"}, {k: v for k, v in facts(now).items() if k != "contacts"}) == {}, \
        differences(facts(then), facts(now))


def finish():
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
