"""What the server keeps for a person: whose it is, who else sees it, how much of it there may be."""
import json
import threading
import uuid

import bare
import yz

server = bare.make_server()
admin = bare.client(server, "admin")
bare.make_employee(admin, "taker", ["call_taker"])
bare.make_employee(admin, "lead", ["branch_manager"])
taker = bare.client(server, "taker", "a second password")
lead = bare.client(server, "lead", "a second password")


def rows(client, **args):
    return client.call("preference.list", args).get("rows", [])


def keep(client, kind, name="", body=None, **more):
    return client.do("preference.set", {"kind": kind, "name": name, "body": body or {}, **more})["id"]


def test_what_is_kept_comes_back():
    body = {"columns": ["number", "客户"], "width": {"number": 12}, "big": 2**53 + 1, "deep": [[1, None, True]]}
    id = keep(taker, "columns", body=body, about="rescue")
    (row,) = rows(taker)
    assert row == {"id": id, "version": 1, "kind": "columns", "about": "rescue", "name": "", "body": body, "shared": False,
                   "mine": True, "owner": "taker"}, row
    again = taker.do("preference.set", {"kind": "columns", "about": "rescue", "body": {"columns": []}})
    assert again == {"id": id, "version": 2}
    (row,) = rows(taker)
    assert row["body"] == {"columns": []} and row["version"] == 2
    keep(taker, "filter", "mine", {"a": 1}, about="rescue")
    keep(taker, "settings", "", {"theme": "light"})
    assert len(rows(taker)) == 3
    assert [row["name"] for row in rows(taker, kind="filter")] == ["mine"]
    assert len(rows(taker, about="rescue")) == 2 and len(rows(taker, about="rescue", kind="columns")) == 1
    assert rows(lead) == [] and rows(admin) == []
    for row in rows(taker):
        taker.do("preference.remove", {"id": row["id"]})
    assert rows(taker) == []


def test_it_is_the_same_at_another_terminal_and_another_server():
    keep(taker, "macro", "one", {"keys": "abc"})
    second = yz.Server(server.cluster, server.database)
    with bare.client(second, "taker", "a second password") as there:
        assert [row["body"] for row in rows(there)] == [{"keys": "abc"}]
        keep(there, "macro", "one", {"keys": "abcd"})
    second.stop()
    assert [row["body"] for row in rows(taker)] == [{"keys": "abcd"}]
    taker.do("preference.remove", {"id": rows(taker)[0]["id"]})


def test_a_repeat_is_done_once():
    args = {"kind": "filter", "about": "rescue", "name": "x", "body": {"n": 1}, "key": uuid.uuid4().hex}
    first = taker.call("preference.set", args)
    assert taker.call("preference.set", args) == first == {"id": first["id"], "version": 1}
    assert bare.refusal(taker.call, "preference.set", {**args, "body": {"n": 2}}).code == "conflict"
    gone = {"id": first["id"], "key": uuid.uuid4().hex}
    assert taker.call("preference.remove", gone) == taker.call("preference.remove", gone) == {"id": first["id"]}
    assert bare.refusal(taker.do, "preference.remove", {"id": first["id"]}).code == "not_found"


def test_what_is_shared_is_seen_by_who_may_list_it():
    refused = bare.refusal(keep, taker, "filter", "all", {"n": 1}, about="rescue", shared=True)
    assert (refused.code, refused.field) == ("forbidden", "shared")
    assert bare.refusal(taker.do, "preference.share", {"id": 1, "shared": True}).code == "forbidden"
    id = keep(lead, "filter", "ours", {"n": 1}, about="rescue", shared=True)
    people = keep(lead, "filter", "people", {"n": 2}, about="employee", shared=True)
    assert [(row["id"], row["mine"], row["owner"], row["body"]) for row in rows(taker)] == [(id, False, "lead", {"n": 1})]
    assert {row["id"] for row in rows(lead)} == {id, people}
    assert bare.refusal(taker.do, "preference.remove", {"id": id}).code == "not_found"
    assert bare.refusal(admin.do, "preference.share", {"id": id, "shared": False}).code == "not_found"
    own = keep(taker, "filter", "ours", {"n": 3}, about="rescue")
    assert [row["id"] for row in rows(taker)] == [own, id], "one's own come first"
    lead.do("preference.share", {"id": id, "shared": False})
    assert [row["id"] for row in rows(taker)] == [own]
    lead.do("preference.share", {"id": id, "shared": True})
    assert [row["id"] for row in rows(taker)] == [own, id]
    trail = server.cluster.sql("SELECT verb, now->>'shared' FROM change WHERE entity = 'preference' AND row_id = %d ORDER BY at" % id,
                               server.database)
    assert trail == [["preference.set", "true"], ["preference.share", "false"], ["preference.share", "true"]], trail
    for client in (lead, taker):
        for row in rows(client):
            if row["mine"]:
                client.do("preference.remove", {"id": row["id"]})


def test_what_it_refuses():
    for args, field in (({"body": {}}, "kind"), ({"kind": "spell", "body": {}}, "kind"), ({"kind": "filter"}, "body"),
                        ({"kind": "filter", "body": []}, "body"), ({"kind": "filter", "body": "x"}, "body"),
                        ({"kind": "filter", "body": {}, "about": "x" * 65}, "about"),
                        ({"kind": "filter", "body": {}, "name": "x" * 101}, "name"),
                        ({"kind": "filter", "body": {}, "shared": "yes"}, "shared"),
                        ({"kind": "filter", "body": {}, "colour": 1}, "colour")):
        refused = bare.refusal(taker.do, "preference.set", args)
        assert (refused.code, refused.field) == ("invalid", field), (args, refused)
    most = {"t": "x" * (16 * 1024 - 8)}
    assert len(json.dumps(most, separators=(",", ":"))) == 16 * 1024
    id = keep(taker, "macro", "large", most)
    assert rows(taker)[0]["body"] == most
    most["t"] += "x"
    assert bare.refusal(keep, taker, "macro", "large", most).code == "limit"
    taker.do("preference.remove", {"id": id})


def test_five_hundred_and_no_more():
    ids = [keep(lead, "macro", f"m{i}", {"i": i}) for i in range(500)]
    assert len(rows(lead)) == 500
    assert bare.refusal(keep, lead, "macro", "one more", {}).code == "limit"
    assert keep(lead, "macro", "m7", {"i": "seven"}) == ids[7], "what is there may be replaced"
    lead.do("preference.remove", {"id": ids[0]})
    keep(lead, "macro", "one more", {})
    server.cluster.sql("DELETE FROM preference", server.database)


def test_two_terminals_keep_the_same_thing_at_once():
    terminals = [bare.client(server, "taker", "a second password") for _ in range(4)]
    results = [None] * 4

    def go(i):
        results[i] = [keep(terminals[i], "settings", "", {"who": i, "n": n}) for n in range(20)]

    threads = [threading.Thread(target=go, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id for ids in results for id in ids}) == 1, results
    (row,) = rows(taker)
    assert row["version"] == 80
    for terminal in terminals:
        terminal.close()


yz.main(globals())
