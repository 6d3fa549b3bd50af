"""Events and two servers on one database: who is told of what, once, and that a session ends wherever it is."""
import uuid

import bare
import yz

cluster = yz.shared_cluster()
database = bare.make_database(cluster)
one, two = yz.Server(cluster, database), yz.Server(cluster, database)
admin = bare.client(one, "admin")
there = bare.client(two, "admin")
OTHER = "a second password"


def make_branch(client=admin, **more):
    return client.do("branch.create", {"code": "E" + uuid.uuid4().hex[:8], "name": "A branch", "kind": "station", **more})["id"]


def told(client, id, action, entity="branch"):
    return client.wait_event("event", lambda e: e.get("entity") == entity and e.get("id") == id and e.get("action") == action)


def test_a_change_is_told_here_and_there():
    admin.call("session.watch", {"entities": ["branch", "employee"]})
    there.call("session.watch", {"entities": ["branch"]})
    id = make_branch()
    assert told(admin, id, "create")["version"] == 1
    assert told(there, id, "create")["branch_id"] == id
    back = make_branch(there)
    told(admin, back, "create")
    told(there, back, "create")


def test_each_change_is_told_once():
    for client in (admin, there):
        client.events.clear()
    ids = {make_branch() for _ in range(20)}

    def seen(client):
        client.call("session.ping")
        return [e["id"] for kind, e in client.events if kind == "event" and e.get("entity") == "branch" and e["id"] in ids]
    last = make_branch()
    for client in (admin, there):
        told(client, last, "create")        # what was before it has been told, or is on its way
        yz.wait_until("all of them", lambda: set(seen(client)) == ids)
        assert sorted(seen(client)) == sorted(ids), (len(seen(client)), len(ids))


def test_only_what_one_may_list_is_told():
    branch = make_branch()
    bare.make_employee(admin, "anna", ["branch_manager"], branch_id=branch)
    for server in (one, two):
        anna = bare.client(server, "anna", OTHER)
        anna.call("session.watch", {"entities": ["employee"]})
        elsewhere = admin.do("employee.create", {"code": uuid.uuid4().hex[:8].upper(), "name": "X", "login": "x" + uuid.uuid4().hex[:8], "branch_id": 1})["id"]
        here = admin.do("employee.create", {"code": uuid.uuid4().hex[:8].upper(), "name": "Y", "login": "y" + uuid.uuid4().hex[:8], "branch_id": branch})["id"]
        told(anna, here, "create", "employee")
        assert all(e.get("id") != elsewhere for _, e in anna.events)
        row = admin.call("employee.get", {"id": here})
        admin.do("employee.update", {"id": here, "version": row["version"], "branch_id": 1})
        gone = told(anna, here, "gone", "employee")
        assert gone["branch_id"] == branch
        assert bare.refusal(anna.call, "session.watch", {"entities": ["ledger_entry"]}).code == "forbidden"


def test_filters_narrow():
    id, other = make_branch(), make_branch()
    with bare.client(two, "admin") as client:
        client.call("session.watch", {"entities": ["branch"], "filter": {"branch_id": [id]}})
        for row in (other, id):
            admin.do("branch.update", {"id": row, "version": 1, "name": "Renamed"})
        told(client, id, "update")
        assert all(e.get("id") == id for kind, e in client.events)
        for bad in ({"colour": 1}, {"id": "x"}, [1], "x"):
            assert bare.refusal(client.call, "session.watch", {"entities": ["branch"], "filter": bad}).field == "filter"
        for bad in ([], [1], ["branch"] * 0):
            assert bare.refusal(client.call, "session.watch", {"entities": bad}).field == "entities"
        client.call("session.unwatch")
        client.events.clear()
        admin.do("branch.update", {"id": id, "version": 2, "name": "Again"})
        last = make_branch()
        told(there, last, "create")         # at the same server
        client.call("session.ping")
        assert client.events == []


def test_what_was_missed_is_told_after_the_line_dropped():
    with bare.client(one, "admin") as client:
        cursor = client.call("session.watch", {"entities": ["branch"]})["cursor"]
    ids = [make_branch(), make_branch(there)]
    with bare.client(two, "admin") as client:
        client.call("session.watch", {"entities": ["branch"], "since": cursor})
        seen = [e["id"] for kind, e in client.events if kind == "event"]
        assert set(ids) <= set(seen), (ids, seen)
    era, tx, at = cursor.split(".")
    with bare.client(two, "admin") as client:
        client.call("session.watch", {"entities": ["branch"], "since": f"{era}.{tx}.{int(at) - 700}"})
        assert client.events == [("event", {"resync": True})]
        assert bare.refusal(client.call, "session.watch", {"entities": ["branch"], "since": "yesterday"}).field == "since"


def test_a_session_ends_at_the_other_server():
    bare.make_employee(admin, "bert", ["branch_manager"])
    bert = bare.client(two, "bert", OTHER)
    id = bert.session["session_id"]
    admin.do("session.end", {"id": id, "version": admin.call("session.get", {"id": id})["version"], "reason": "lost"})
    bare.closed(bert)


def test_a_session_goes_on_at_the_other_server():
    first = bare.client(one, "bert", OTHER)
    first.close()
    with bare.client(two) as second:
        session = second.call("session.resume", {"token": first.session["token"]})
        assert session["user"] == "bert" and session["session_id"] == first.session["session_id"]


def test_a_killed_server_loses_nothing_acknowledged():
    with bare.client(two, "admin") as client:
        keys = [(uuid.uuid4().hex, "Z" + uuid.uuid4().hex[:8]) for _ in range(16)]
        for key, code in keys:
            client.send("branch.create", {"code": code, "name": "N", "kind": "station", "key": key}, tag=key)
        done = {client.message()[0] for _ in range(4)}
        two.kill()
    for key, code in keys:
        rows = cluster.sql(f"SELECT count(*) FROM branch WHERE code = '{code}'", database)
        assert key not in done or rows == [["1"]]
        admin.call("branch.create", {"code": code, "name": "N", "kind": "station", "key": key})
        assert cluster.sql(f"SELECT count(*) FROM branch WHERE code = '{code}'", database) == [["1"]]


def finish():
    one.stop()


if __name__ == "__main__":
    yz.main(globals())
