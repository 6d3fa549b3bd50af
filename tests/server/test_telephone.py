"""The telephone: from what a call system says to the banner at the right terminal, the log of calls, and dialling by a key."""
import re
import time

import ami
import company
import yz

co = company.Company(servers=2)
first, second = co.servers
admin = co.as_("admin")
pbx = ami.Pbx()


def set_line(branch="A", exchange=pbx, secret=ami.SECRET, **more):
    version = admin.call("branch.get", {"id": co.branch[branch]})["version"]
    return admin.do("branch.update", {"id": co.branch[branch], "version": version, "pbx_address": exchange.address, "pbx_user": ami.USER,
                                      "pbx_secret": secret, **more})


def extension(login, number):
    version = admin.call("employee.get", {"id": co.employee[login]})["version"]
    admin.do("employee.update", {"id": co.employee[login], "version": version, "extension": number})


def wait_up(exchange=pbx, count=1):
    yz.wait_until("the log-in", lambda: len(exchange.peers) == count)
    yz.wait_until("the line to be up", lambda: co.one("SELECT count(*) FROM telephone_line WHERE up") != "0")


def row(linked):
    rows = co.sql(f"SELECT state, direction, coalesce(extension, ''), coalesce(employee_id, 0), duration_s, coalesce(queue, ''), coalesce(recording, '')"
                  f" FROM call WHERE linked_id = '{linked}'")
    return rows[0] if rows else None


def wait_state(linked, state):
    return yz.wait_until(f"{linked} to be {state}", lambda: (row(linked) or [None])[0] == state and row(linked))


def popped(client, number, seconds=yz.PATIENCE):
    return client.wait_event("popup", lambda d: d.get("caller") == number, seconds)


def ended(client, popup):
    return client.wait_event("popup", lambda d: d.get("ended") and d["id"] == popup["id"])


def nothing(client):
    """Nothing came that is not looked at yet."""
    client.call("session.ping")
    return [d for kind, d in client.events if kind == "popup"] == []


set_line()
for login, number in (("call_taker", "8001"), ("order_clerk", "8002"), ("order_clerk2", "8003")):
    extension(login, number)
extension("call_taker_b", "8001")        # of another branch: another house's telephone
wait_up()
taker, other, elsewhere = co.new_client("call_taker"), co.new_client("order_clerk"), co.new_client("call_taker_b")
far = co.new_client("order_clerk2", server=1)


def test_the_right_agent_hears_of_it_and_nobody_else():
    co.order(contact_phone="13800138000", customer_id=co.party["PA"])
    co.order(contact_phone="013800138000", customer_id=co.party["F1"])
    call = pbx.call("+8613800138000")
    pbx.queue(call)
    leg = pbx.ring(call, "8001", queue="rescue")
    pop = popped(taker, "13800138000")
    assert (pop["name"], pop["customer_id"], pop["orders"]) == ("王小明", co.party["PA"], 2), pop
    assert taker.call("call.ringing")["rows"][0]["id"] == pop["id"] and other.call("call.ringing")["rows"] == []
    wait_state(call, "ringing")
    pbx.answer(call, leg, queue="rescue", recording="/var/spool/asterisk/monitor/q-1.wav")
    ended(taker, pop)
    assert nothing(taker) and nothing(other) and nothing(elsewhere) and nothing(far)
    time.sleep(1.1)
    pbx.hang_up(call)
    got = wait_state(call, "answered")
    assert got[1:4] == ["in", "8001", str(co.employee["call_taker"])] and int(got[4]) >= 1 and got[5:] == ["rescue", "/var/spool/asterisk/monitor/q-1.wav"], got
    assert co.one(f"SELECT count(*) FROM call WHERE linked_id = '{call}'") == "1"
    assert co.one("SELECT count(*) FROM call_ring") == "0"


def notice_of(phone, plate):
    """As a third party tells of an order, which waits for us."""
    return int(co.one(f"""INSERT INTO order_notice (branch_id, partner_id, foreign_number, contact_phone, plate, place, how)
        VALUES ({co.branch['A']}, {co.party['F1']}, 'PA-{phone}{plate}', '{phone}', '{plate}', 'a road', 'protocol') RETURNING id"""))


def rung(number, exten="8001", client=None):
    call = pbx.call(number)
    pbx.ring(call, exten)
    pop = popped(client or taker, number.removeprefix("+86"))
    pbx.hang_up(call)
    ended(client or taker, pop)
    return pop


def test_a_waiting_notice_of_the_caller_is_named():
    third = co.one(f"SELECT name FROM party WHERE id = {co.party['F1']}")
    id, later = notice_of("+8613612340001", "粤A77001"), notice_of("013612340001", "粤A77002")
    pop = rung("+8613612340001")
    assert (pop["entity"], pop["row_id"]) == ("order_notice", id) and pop["notice"].startswith(third), pop
    assert co.as_("call_taker").call("order_notice.get", {"id": pop["row_id"]})["id"] == id, "and it may be opened"
    co.sql(f"UPDATE order_notice SET state = 'withdrawn' WHERE id IN ({id}, {later})")
    assert "notice" not in rung("+8613612340001"), "what does not wait is not told"
    customer = co.as_("order_clerk").do("customer.create", {"name": "车主", "kind": "person", "phone": "13612340002", "plates": [{"plate": "粤A77003"}]})["id"]
    id = notice_of("13600000000", "粤A77003")
    assert rung("13612340002")["row_id"] == id, "by the car of a customer one knows"
    part = next(p for p in co.as_("call_taker").call("customer.overview", {"id": customer})["parts"] if p["entity"] == "order_notice")
    assert [r["id"] for r in part["rows"]] == [id], part
    permissions = co.one("SELECT permissions FROM role WHERE code = 'call_taker'")
    co.sql("UPDATE role SET permissions = array_remove(permissions, 'order_notice.get') WHERE code = 'call_taker'")
    assert "notice" not in rung("13612340002"), "nor is it to who may not see it"
    co.sql(f"UPDATE role SET permissions = '{permissions}' WHERE code = 'call_taker'")
    co.sql(f"UPDATE order_notice SET state = 'withdrawn' WHERE id = {id}")


def test_one_call_pops_once_whatever_legs_it_has():
    call = pbx.call("13700000001")
    pbx.queue(call)
    leg = pbx.ring(call, "8001", queue="rescue", local=True)
    for _ in range(3):
        pbx.tell("DialBegin", **pbx._named(pbx.channels[call]), **pbx._named(leg, "Dest"), DialString="8001")
    pop = popped(taker, "13700000001")
    assert "customer_id" not in pop and pop["orders"] == 0
    pbx.leave(leg)
    ended(taker, pop)
    second_leg = pbx.ring(call, "8002", queue="rescue")
    pop = popped(other, "13700000001")
    assert nothing(taker)
    pbx.leave(second_leg)
    ended(other, pop)
    pbx.hang_up(call)
    got = wait_state(call, "missed")
    assert got[2] == "8002", got
    assert nothing(taker) and nothing(other)
    notice = other.wait_event("notice", lambda n: n["entity"] == "call")
    assert notice["args"] == {"number": "137****0001"}, notice


def test_whoever_sits_at_another_server_hears_of_it_too():
    held = co.one("SELECT held_by FROM telephone_line")
    assert len(pbx.peers) == 1, "one server speaks to a call system"
    call = pbx.call("13700000002")
    leg = pbx.ring(call, "8003")
    pop = popped(far, "13700000002")
    assert nothing(taker) and nothing(other)
    pbx.answer(call, leg)
    ended(far, pop)
    pbx.hang_up(call)
    wait_state(call, "answered")
    assert co.one("SELECT held_by FROM telephone_line") == held


def test_an_extension_of_nobody_is_only_logged():
    for ext in ("8999", "8001x", "800"):
        call = pbx.call("13700000003")
        pbx.hang_up(call) if not pbx.ring(call, ext) else pbx.hang_up(call, 19)
        got = wait_state(call, "missed")
        assert got[2:4] == [ext, "0"], got
    assert nothing(taker) and nothing(other) and nothing(elsewhere)
    taker.wait_event("notice", lambda n: n["entity"] == "call")      # then those who take calls hear that one was missed


def test_several_rings_wait_and_each_ends_by_itself():
    one, two = pbx.call("13700000004"), pbx.call("13700000005")
    legs = pbx.ring(one, "8001"), pbx.ring(two, "8001")
    pops = popped(taker, "13700000004"), popped(taker, "13700000005")
    assert [r["caller"] for r in taker.call("call.ringing")["rows"]] == ["13700000004", "13700000005"]
    pbx.leave(legs[0])
    ended(taker, pops[0])
    assert [r["caller"] for r in taker.call("call.ringing")["rows"]] == ["13700000005"]
    pbx.hang_up(one), pbx.hang_up(two)
    ended(taker, pops[1])


def test_a_number_that_is_withheld():
    call = pbx.call("anonymous")
    pbx.ring(call, "8001")
    pop = popped(taker, "")
    assert "name" not in pop and pop["orders"] == 0, pop
    pbx.hang_up(call)
    ended(taker, pop)
    assert wait_state(call, "missed") and co.one(f"SELECT number IS NULL FROM call WHERE linked_id = '{call}'") == "t"


def test_calls_out_and_inside_are_logged_and_pop_nowhere():
    call = pbx.call_out("8002", "13800138000")
    trunk = pbx.ring(call, "", peer="PJSIP/trunk-gz")
    wait_state(call, "ringing")
    pbx.answer(call, trunk)
    wait_state(call, "talking")
    pbx.hang_up(call)
    got = wait_state(call, "answered")
    assert got[1:4] == ["out", "8002", str(co.employee["order_clerk"])], got
    assert co.one(f"SELECT party_id FROM call WHERE linked_id = '{call}'") == str(co.party["PA"])
    busy = pbx.call_out("8002", "13800138001")
    pbx.leave(pbx.ring(busy, "", peer="PJSIP/trunk-gz"), "BUSY", 17)
    pbx.hang_up(busy, 17)
    wait_state(busy, "busy")
    inside = pbx.call_out("8002", "8001")
    pbx.answer(inside, pbx.ring(inside, "8001"))
    pbx.hang_up(inside)
    assert wait_state(inside, "answered")[1] == "internal"
    assert nothing(taker) and nothing(other)


def test_an_order_made_on_the_phone_is_linked():
    call = pbx.call("13700000006")
    leg = pbx.ring(call, "8001")
    pop = popped(taker, "13700000006")
    taker.do("call.open", {"id": pop["call_id"]})
    assert other.refused("call.open", {"id": pop["call_id"]}).code == "not_found"
    pbx.answer(call, leg)
    made = taker.do("rescue.create", co.order_args(contact_phone="13711112222"))["id"]        # to be called back at another number
    assert taker.call("call.get", {"id": pop["call_id"]})["rescue_id"] == made
    pbx.hang_up(call)
    call = pbx.call("013700000007")
    pbx.answer(call, pbx.ring(call, "8001"))
    pbx.hang_up(call)
    wait_state(call, "answered")
    unlike, like = taker.do("rescue.create", co.order_args(contact_phone="13700000099"))["id"], taker.do("rescue.create", co.order_args(contact_phone="13700000007"))["id"]
    linked = co.one(f"SELECT rescue_id FROM call WHERE linked_id = '{call}'")
    assert linked == str(like) and unlike, linked
    rows = taker.call("call.list", {"filter": {"rescue_id": like}})["rows"]
    history = taker.call("call.history", {"id": rows[0]["id"]})["rows"]
    assert "call.link" in [h["verb"] for h in history], history


def test_the_log_is_seen_and_worked_by_whom_it_concerns():
    call = pbx.call("13800138000")
    pbx.ring(call, "8001")
    pbx.hang_up(call, 19)
    wait_state(call, "missed")
    [missed] = taker.call("call.list", {"filter": {"state": "missed", "handled_at": {"null": True}}, "limit": 1})["rows"]
    assert missed["number"] == "138****8000" and missed["party_id"] == co.party["PA"], missed
    assert co.as_("call_taker_b").call("call.list", {"total": True})["total"] == 0
    for login in ("driver", "cashier"):
        assert co.as_(login).refused("call.list").code == "forbidden"
    taker.do("call.done", {"id": missed["id"], "version": missed["version"]})
    got = taker.call("call.get", {"id": missed["id"]})
    assert got["handled_at"] and got["handled_by"] == co.employee["call_taker"], got
    order = co.order()
    taker.do("call.update", {"id": missed["id"], "version": got["version"], "rescue_id": order, "remarks": "第二次来电"})
    assert taker.refused("call.update", {"id": missed["id"], "version": got["version"] + 1, "number": "1"}).code == "invalid"
    answered = co.sql("SELECT id, version FROM call WHERE state = 'answered' AND branch_id = " + str(co.branch["A"]) + " LIMIT 1")[0]
    assert taker.refused("call.done", {"id": int(answered[0]), "version": int(answered[1])}).code == "conflict"


# ------------------------------------------------------------------------------------------------- dialling

def test_dialling_rings_the_own_phone_first():
    last = pbx.call("13700000020")
    pbx.ring(last, "8001")
    ended(taker, popped_and_left(last, "13700000020"))      # what rang before has been told
    taker.events.clear()
    done = taker.do("call.dial", {"party_id": co.party["PA"]})
    asked = yz.wait_until("the call system to be asked", lambda: pbx.asked("Originate"))[-1]
    assert asked["Channel"] == "PJSIP/8001" and asked["Exten"] == "13800138000" and asked["ChannelId"] == asked["ActionID"] == f"yizhan-{done['id']}", asked
    assert asked["Context"] == "from-internal" and asked["Async"] == "true"
    linked = asked["ChannelId"]
    mine = pbx._channel("PJSIP/8001", number="13800138000", exten="", unique=linked)
    pbx.channels[linked] = mine
    pbx.tell("Newchannel", **pbx._named(mine))
    pbx.tell("DialBegin", **pbx._named(mine, "Dest"), DialString="8001")
    pbx.tell("DialEnd", **pbx._named(mine, "Dest"), DialStatus="ANSWER")
    wait_state(linked, "ringing")
    assert nothing(taker), "one's own dialling rings at no banner"
    trunk = pbx.ring(linked, "", peer="PJSIP/trunk-gz")
    pbx.answer(linked, trunk)
    wait_state(linked, "talking")
    pbx.hang_up(linked)
    got = wait_state(linked, "answered")
    assert got[1:4] == ["out", "8001", str(co.employee["call_taker"])], got
    log = taker.call("call.get", {"id": done["id"]})
    assert log["party_id"] == co.party["PA"] and log["number"].endswith("8000"), log


def originated():
    return len(pbx.asked("Originate"))


def test_the_same_key_dials_once():
    before = originated()
    args = {"number": "13900000001", "key": "dial-once-123"}
    assert taker.call("call.dial", args) == taker.call("call.dial", args)
    yz.wait_until("the one call", lambda: originated() == before + 1)
    taker.do("call.dial", {"number": "13900000002"})
    yz.wait_until("the next one", lambda: originated() == before + 2)
    assert [a["Exten"] for a in pbx.asked("Originate")][before:] == ["13900000001", "13900000002"]


def test_nothing_gets_into_the_line_but_digits():
    before = originated()
    for number in ("138\r\nAction: Command", "138\nChannel: x", "abc", "*97", "138#1", "13800138000&SIP/8002", "", "+", "12", "1" * 30, "１３８\r00138000", "138 0013;x"):
        with co.new_client("call_taker") as client:          # a line's end within a text is a breach of the protocol: nobody does so often
            refusal = client.refused("call.dial", {"number": number})
        assert refusal.code in ("invalid", "bad_request"), (number, refusal)
    assert taker.refused("call.dial", {}).code == "invalid"
    assert taker.refused("call.dial", {"number": "13800138000", "party_id": co.party["PA"]}).code == "invalid"
    assert taker.refused("call.dial", {"party_id": co.party["PB"]}).code == "not_found", "another branch's customer"
    assert taker.refused("call.dial", {"rescue_id": 999999999}).code == "not_found"
    for field, value in (("pbx_context", "a\r\nAction: x"), ("pbx_context", "a,b"), ("pbx_prefix", "9w"), ("pbx_user", "u\r\nx"), ("pbx_secret", "s\r\nx"), ("pbx_address", "h\r\n")):
        with co.new_client("admin") as client:
            version = client.call("branch.get", {"id": co.branch["A"]})["version"]
            assert client.refused("branch.update", {"id": co.branch["A"], "version": version, field: value}).code in ("invalid", "bad_request"), field
    # what gets by all that, by way of the database, stops at the driver
    for ext, number in (("8001\r\nX: y", "13800138000"), ("8001", "138\r\nX: y"), ("8001&8002", "13800138000")):
        id = co.one("SELECT nextval('call_id_seq')")
        co.sql(f"INSERT INTO call (id, branch_id, linked_id, direction, state, number) VALUES ({id}, {co.branch['A']}, 'yizhan-{id}', 'out', 'dialling', '1')")
        co.psql.sql("INSERT INTO call_dial (call_id, branch_id, extension, number) VALUES (%s, %d, E'%s', E'%s')" %
                    (id, co.branch["A"], ext.replace("\r", "\\r").replace("\n", "\\n"), number.replace("\r", "\\r").replace("\n", "\\n")))
        wait_state(f"yizhan-{id}", "failed")
    assert originated() == before
    assert all(set(a) <= {"Action", "ActionID", "ChannelId", "Channel", "Context", "Exten", "Priority", "CallerID", "Timeout", "Async"} for a in pbx.asked("Originate"))


def test_who_cannot_dial_is_told_why():
    none = co.as_("order_clerk_a1")
    refusal = none.refused("call.dial", {"number": "13800138000"})
    assert refusal.code == "conflict" and "extension" in refusal.error["message"], refusal.error
    refusal = elsewhere.refused("call.dial", {"number": "13800138000"})
    assert refusal.code == "conflict" and "no call system" in refusal.error["message"], refusal.error
    assert co.as_("dispatcher").refused("call.dial", {"number": "13800138000"}).code == "forbidden"


def test_what_the_call_system_refuses_reaches_the_user():
    pbx.answers["originate"] = ("Error", "Extension does not exist.")
    done = taker.do("call.dial", {"number": "13900000003"})
    notice = taker.wait_event("notice", lambda n: n["row_id"] == done["id"])
    assert notice["args"] == {"number": "139****0003", "trouble": "Extension does not exist."}, notice
    got = taker.call("call.get", {"id": done["id"]})
    assert (got["state"], got["error"]) == ("failed", "Extension does not exist."), got
    del pbx.answers["originate"]
    done = taker.do("call.dial", {"number": "13900000004"})
    yz.wait_until("the call system to be asked", lambda: pbx.asked("Originate")[-1]["Exten"] == "13900000004")
    pbx.tell("OriginateResponse", ActionID=f"yizhan-{done['id']}", Response="Failure", Channel="PJSIP/8001", Context="from-internal", Exten="13900000004",
             Reason="5", Uniqueid="<null>", CallerIDNum="<unknown>", CallerIDName="<unknown>")
    wait_state(f"yizhan-{done['id']}", "busy")


# ------------------------------------------------------------------------------------------------- trouble

def test_the_secret_is_shown_nowhere():
    answers = [admin.call("branch.get", {"id": co.branch["A"]}), admin.call("branch.list"), admin.call("branch.history", {"id": co.branch["A"]})]
    assert ami.SECRET not in str(answers)
    assert ami.SECRET not in co.one("SELECT string_agg(c::text, '') FROM change c WHERE entity = 'branch'")
    for server in co.servers:
        assert ami.SECRET not in server.log_tail(100000)
    denied = co.cluster.session(co.database, "yizhan_app")
    try:
        denied.sql("SELECT secret FROM branch_pbx")
        raise AssertionError("the pool can read the secret")
    except RuntimeError as error:
        assert "permission denied" in str(error)


def test_garbage_stops_nothing():
    for junk in (b"\x00\xff\xfe\r\n\r\n", b"A" * 200000 + b"\r\n\r\n", b"Event: Newchannel\r\n\r\n", b"Event: Hangup\r\nUniqueid: nobody\r\n\r\n",
                 b"Event: DialBegin\r\nDestUniqueid: x\r\nDestLinkedid: " + b"y" * 3000 + b"\r\n\r\n", b":\r\n: x\r\n\r\nEvent\r\n\r\n",
                 b"Event: Newchannel\r\n" + b"".join(b"K%d: v\r\n" % n for n in range(5000)) + b"\r\n",
                 b"Event: Newchannel\r\nUniqueid: \xff\xfe\r\nLinkedid: \xff\xfe\r\nChannel: PJSIP/\xff\x00\x01\r\nCallerIDNum: \xe5\r\n\r\n",
                 b"Event: VarSet\r\nVariable: MIXMONITOR_FILENAME\r\nLinkedid: none\r\nValue: " + b"z" * 4000 + b"\r\n\r\n",
                 b"Event: CoreShowChannelsComplete\r\n\r\nResponse: Error\r\nActionID: yizhan-1\r\nMessage: \x1b[2J\r\n\r\n",
                 "".join(f"Event: Newchannel\r\nUniqueid: u{n}\r\nLinkedid: l{n}\r\nChannel: PJSIP/x-{n}\r\n\r\n" for n in range(9000)).encode()):
        pbx.raw(junk)
    pbx.raw(b"\r\n\r\n")
    pbx.tell("FullyBooted")
    for n in range(9000):                        # what was opened above is given back
        pbx.raw(f"Event: Hangup\r\nUniqueid: u{n}\r\nCause: 16\r\n\r\n".encode())
    call = pbx.call("13700000010")
    pbx.ring(call, "8001")
    ended(taker, popped_and_left(call, "13700000010"))
    assert pbx.logins == 1, "the line stood through all of it"


def popped_and_left(call, number):
    pop = popped(taker, number)
    pbx.hang_up(call)
    return pop


def test_a_call_system_that_goes_and_comes_back():
    lives, dies = pbx.call("13700000011"), pbx.call("13700000012")
    pbx.answer(lives, pbx.ring(lives, "8001"))
    pbx.ring(dies, "8002")
    pop = popped(other, "13700000012")
    pbx.drop()
    yz.wait_until("the line to be down", lambda: co.one("SELECT count(*) FROM telephone_line WHERE up") == "0")
    refusal = taker.refused("call.dial", {"number": "13800138000"})
    assert refusal.code == "unavailable", refusal
    pbx.silently_end(dies)
    pbx.start()
    wait_up()
    ended(other, pop)
    wait_state(dies, "missed")
    assert row(lives)[0] == "talking"
    pbx.hang_up(lives)
    wait_state(lives, "answered")
    log = first.log_tail(100000) + second.log_tail(100000)
    assert "it hung up" in log and len(re.findall("Connection refused", log)) <= 3, "the same trouble is told once"


def told_of_line(level):
    return {r[0] for r in co.sql(f"SELECT e.login FROM notice n JOIN employee e ON e.id = n.employee_id WHERE n.entity = 'branch' AND n.level = '{level}'")}


def test_a_line_that_is_down_is_told_of():
    co.sql("UPDATE setting SET value = '1' WHERE name = 'telephone.down_seconds'")
    co.sql("DELETE FROM notice WHERE entity = 'branch'")
    line = admin.call("branch.get", {"id": co.branch["A"]})
    assert line["line"] == "up" and line["line_trouble"] is None and line["line_since"], line
    pbx.drop()
    try:
        down = taker.wait_event("notice", lambda n: n.get("entity") == "branch", 30)
        assert down["level"] == "warning" and down["args"]["branch"] == line["name"], down
        line = admin.call("branch.get", {"id": co.branch["A"]})
        assert line["line"] == "down" and line["line_trouble"], line
    finally:
        pbx.start()
    yz.wait_until("the log-in, after a pause that has grown", lambda: pbx.peers, 70)
    up = taker.wait_event("notice", lambda n: n.get("entity") == "branch" and n["level"] == "info", 30)
    assert up["settles"] == [down["id"]], "that it works again settles that it did not"
    left = co.one("SELECT count(*) FROM notice WHERE entity = 'branch' AND level = 'warning' AND read_at IS NULL")
    assert left == "0", f"nobody's bell stays for it {left}"
    who = told_of_line("warning")
    assert who == told_of_line("info") and {"call_taker", "order_clerk", "admin"} <= who and not who & {"call_taker_b", "driver", "partner", "auditor"}, who
    counts = co.sql("SELECT count(*) FROM notice WHERE entity = 'branch' GROUP BY employee_id, level")
    assert all(r == ["1"] for r in counts), f"once each {counts}"
    co.sql("UPDATE setting SET value = '30' WHERE name = 'telephone.down_seconds'")
    assert admin.call("branch.get", {"id": co.branch["B"]})["line"] is None, "a branch without a call system has no line"


def test_a_wrong_secret_is_not_tried_for_ever():
    set_line(secret="wrong")
    yz.wait_until("the refusal", lambda: co.one("SELECT trouble FROM telephone_line").startswith("log-in refused"))
    logins = len(pbx.asked("Login"))
    set_line()                                  # another secret is tried at once
    wait_up()
    assert len(pbx.asked("Login")) <= logins + 2


def test_the_server_that_holds_the_line_is_killed():
    call = pbx.call("13700000013")
    leg = pbx.ring(call, "8003")
    holder = co.one("SELECT held_by FROM telephone_line")
    killed = next(s for s in co.servers if re.search(rf"\D{s.process.pid}$", holder))
    standing = next(s for s in co.servers if s is not killed)
    with yz.Client(standing, "order_clerk2") as client:
        ringing = yz.wait_until("the call to ring", lambda: client.call("call.ringing")["rows"])
        assert ringing[0]["caller"] == "13700000013"
        killed.kill()
        yz.wait_until("the other to take over", lambda: co.one("SELECT held_by FROM telephone_line") not in (holder, ""), 30)
        wait_up()
        pbx.answer(call, leg)
        wait_state(call, "talking")
        pbx.hang_up(call)
        wait_state(call, "answered")
        again = pbx.call("13700000014")
        pbx.ring(again, "8003")
        popped(client, "13700000014")
        pbx.hang_up(again)
        wait_state(again, "missed")
    killed.start()


def test_many_branches_at_once():
    exchange = ami.Pbx()
    globals().update(admin=yz.Client(first, "admin"))
    set_line("B", exchange)
    wait_up(exchange)
    with yz.Client(first, "call_taker_b") as b, yz.Client(second, "call_taker") as a:
        one, two = exchange.call("13700000015"), pbx.call("13700000016")
        exchange.ring(one, "8001"), pbx.ring(two, "8001")
        popped(b, "13700000015"), popped(a, "13700000016")
        assert nothing(a) and nothing(b), "8001 is another phone in each house"
        exchange.hang_up(one), pbx.hang_up(two)
        wait_state(one, "missed"), wait_state(two, "missed")

        # A call system that is taken away leaves nothing that rings.
        last = exchange.call("13700000017")
        exchange.ring(last, "8001")
        pop = popped(b, "13700000017")
        version = admin.call("branch.get", {"id": co.branch["B"]})["version"]
        admin.do("branch.update", {"id": co.branch["B"], "version": version, "pbx_user": None})
        ended(b, pop)
        wait_state(last, "missed")
        yz.wait_until("nobody to be logged in", lambda: not exchange.peers)
    exchange.stop()


def test_a_hundred_calls_at_once():
    with yz.Client(first, "call_taker") as client:
        calls = [pbx.call(f"137001{n:05d}") for n in range(100)]
        began = time.monotonic()
        for call in calls:
            pbx.ring(call, "8001", queue="rescue")
        for n in range(100):
            popped(client, f"137001{n:05d}")
        print(f"a hundred rings were told within {(time.monotonic() - began) * 1000:.0f} ms")
        for call in calls:
            pbx.hang_up(call)
        yz.wait_until("all to be over", lambda: co.one("SELECT count(*) FROM call WHERE number LIKE '137001%' AND state = 'missed'") == "100")
        assert client.call("call.ringing")["rows"] == []
        assert client.call("call.list", {"filter": {"number": "13700100042"}, "total": True})["total"] == 1
        versions = co.sql("SELECT max(c.version), count(t.id) FROM call c JOIN change t ON t.entity = 'call' AND t.row_id = c.id WHERE c.number = '13700100042'")
        assert versions[0][0] == versions[0][1], "each version is in the trail"


def finish():
    pbx.stop()
    co.stop()


yz.main(globals())
