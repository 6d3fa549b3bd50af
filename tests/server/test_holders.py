"""Who is editing what: shown to colleagues on every server, in the reach of their rights, and gone with whoever it was."""
import signal

import bare
import company
import yz

co = company.Company()
second = yz.Server(co.server.cluster, co.server.database)
ORDER = co.order()


def client_at(server, login):
    return yz.Client(server, login, yz.PASSWORD)


def holders(client, id=ORDER, entity="rescue"):
    return [h["name"] for h in client.call(f"{entity}.get", {"id": id}).get("holders", [])]


def wait_event(client, **wanted):
    def seen():
        client.call("session.whoami")
        for kind, data in client.events:
            if kind == "event" and all(data.get(k) == v for k, v in wanted.items()):
                return data
        return None
    return yz.wait_until(f"event {wanted}", seen, 30)


def test_colleagues_on_both_servers_see_it():
    li, wang, zhao = client_at(co.server, "order_clerk"), client_at(co.server, "dispatcher"), client_at(second, "dispatcher")
    for client in (wang, zhao):
        assert client.call("session.watch", {"entities": ["rescue"]})["held"] == {"rescue": {}}
    assert holders(zhao) == []
    assert li.call("session.hold", {"entity": "rescue", "id": ORDER}) == {"holders": []}
    name = li.session["name"]
    for client in (wang, zhao):
        event = wait_event(client, entity="rescue", id=ORDER, action="held")
        assert event["name"] == name and event["since"].endswith("Z") and event["session_id"] == li.session["session_id"], event
        assert holders(client) == [name]
        held = client.call("rescue.list", {"filter": {"id": ORDER}})["held"]
        assert [h["name"] for h in held[str(ORDER)]] == [name], held
        again = client.call("session.watch", {"entities": ["rescue"]})["held"]
        assert list(again["rescue"]) == [str(ORDER)], again
    assert holders(li) == [], "nobody is told of himself"
    assert "held" not in li.call("rescue.list", {"limit": 1})
    answer = zhao.call("session.hold", {"entity": "rescue", "id": ORDER})
    assert [h["name"] for h in answer["holders"]] == [name], answer
    yz.wait_until("the second holder", lambda: len(holders(li)) == 1)
    zhao.call("session.release", {"entity": "rescue", "id": ORDER})
    li.call("session.release", {"entity": "rescue", "id": ORDER})
    wait_event(wang, entity="rescue", id=ORDER, action="released", name=name)
    yz.wait_until("nobody", lambda: holders(wang) == holders(zhao) == [])
    for client in (li, wang, zhao):
        client.close()


def test_it_leaves_no_trail():
    rows = co.sql("SELECT count(*) FROM change WHERE verb LIKE 'session.hold%' OR verb LIKE 'session.release%' OR entity = 'hold'")
    assert rows == [["0"]], rows


def test_other_branches_are_not_told():
    far, near = client_at(co.server, "dispatcher_b"), client_at(co.server, "order_clerk")
    assert bare.refusal(far.call, "session.hold", {"entity": "rescue", "id": ORDER}).code == "not_found"
    far.call("session.watch", {"entities": ["rescue"]})
    near.call("session.hold", {"entity": "rescue", "id": ORDER})
    yz.wait_until("the hold", lambda: holders(co.as_("dispatcher")) != [])
    assert "held" not in far.call("rescue.list", {"limit": 1}) and far.call("session.watch", {"entities": ["rescue"]})["held"] == {"rescue": {}}
    assert not [e for e in far.events if e[0] == "event" and e[1].get("action") == "held"]
    near.call("session.release", {"entity": "rescue", "id": ORDER})
    for client in (far, near):
        client.close()


def test_what_it_refuses():
    client = co.as_("order_clerk")
    assert bare.refusal(client.call, "session.hold", {"entity": "nothing", "id": 1}).code == "forbidden"
    assert bare.refusal(client.call, "session.hold", {"entity": "employee", "id": 1}).code == "forbidden"
    assert bare.refusal(client.call, "session.hold", {"entity": "rescue", "id": 10**12}).code == "not_found"
    assert bare.refusal(client.call, "session.hold", {"entity": "rescue"}).field == "id"
    assert client.call("session.release", {"entity": "rescue", "id": ORDER}) == {}, "what is not held is as good as released"


def test_it_ends_with_the_session():
    looks = co.as_("dispatcher")
    li = client_at(second, "order_clerk")
    li.call("session.hold", {"entity": "rescue", "id": ORDER})
    yz.wait_until("the hold", lambda: holders(looks) == [li.session["name"]])
    li.call("session.logout")
    yz.wait_until("its end", lambda: holders(looks) == [], 5)
    li.close()


def test_it_outlives_a_dropped_line_but_not_for_long():
    looks = co.as_("dispatcher")
    li = client_at(second, "order_clerk")
    token = li.session["token"]
    li.call("session.hold", {"entity": "rescue", "id": ORDER})
    yz.wait_until("the hold", lambda: holders(looks) == [li.session["name"]])
    li.close()
    back = yz.Client(co.server)
    back.call("session.resume", {"token": token})
    assert holders(looks) == [li.session["name"]], "resumed at another server, it stands"
    back.close()
    yz.wait_until("its end", lambda: holders(looks) == [], 30)


def test_it_ends_after_its_server_was_killed():
    looks = co.as_("dispatcher")
    third = yz.Server(co.server.cluster, co.server.database)
    li = client_at(third, "order_clerk")
    li.call("session.hold", {"entity": "rescue", "id": ORDER})
    yz.wait_until("the hold", lambda: holders(looks) == [li.session["name"]])
    third.process.send_signal(signal.SIGKILL)
    third.process.wait()
    yz.wait_until("its end", lambda: holders(looks) == [], 30)


yz.main(globals())
