"""Text messages and mail: from a step of an order to the gateway's wire, and what comes back from there."""
import threading
import time

import company
import gateways as g
import yz

HOOK = yz.free_port()
sendsms, mail = g.Sendsms(), g.Mail()
co = company.Company(settings=g.settings(sendsms.url, mail.url, HOOK))
admin = co.as_("admin")
co.sql("UPDATE setting SET value = '00:00' WHERE name IN ('message.quiet_from', 'message.quiet_to')")


def template(code, body, channel="sms", **more):
    subjects = {f"subject_{n}": "关于订单 {number} 的一封很长很长很长很长很长很长的信" for n in ("en", "zh_cn", "zh_tw")} if channel == "mail" else {}
    return admin.do("message_template.create", {"code": code, "channel": channel, "about": "rescue", "body_en": body, "body_zh_cn": body,
                                                "body_zh_tw": body, **subjects, **more})["id"]


def rule(event, recipient, template_id, **more):
    return admin.do("message_rule.create", {"event": event, "recipient": recipient, "template_id": template_id, **more})["id"]


def disable(id):
    admin.do("message_rule.disable", {"id": id, "version": 1})


def messages(rule_id):
    return admin.call("message.list", {"filter": {"rule_id": rule_id}, "sort": ["id"]})["rows"]


def wait_state(rule_id, state, count=1):
    yz.wait_until(f"{count} messages to be {state}", lambda: [m["state"] for m in messages(rule_id)] == [state] * count)
    return messages(rule_id)


def test_an_order_is_told_to_the_person_at_the_car():
    id = rule("rescue.create", "contact", template("placed", "救援单{number}（{plate}）已受理"))
    order = co.order(contact_phone="13800138000", plate="粤A12345")
    [message] = wait_state(id, "sent")
    number = co.one(f"SELECT number FROM rescue_order WHERE id = {order}")
    sent = [h for h in sendsms.heard if h["X-Kannel-To"] == "13800138000"]
    assert [h["body"] for h in sent] == [f"【驿站】救援单{number}（粤A12345）已受理"], sent
    assert sent[0]["X-Kannel-Username"] == "yizhan" and sent[0]["X-Kannel-Coding"] == "2" and sent[0]["X-Kannel-From"] == "10690000"
    assert sent[0]["X-Kannel-DLR-Url"].startswith(f"http://127.0.0.1:{HOOK}/sms/report?token=") and f"message={message['id']}" in sent[0]["X-Kannel-DLR-Url"]
    assert message["rescue_id"] == order and message["segments"] == 1
    # the gateway reports; a later contrary word changes nothing
    for status, state in ((1, "delivered"), (2, "delivered")):
        assert g.call_hook(HOOK, "/sms/report", message=message["id"], status=status) == 200
        assert messages(id)[0]["state"] == state
    verbs = [h["verb"] for h in admin.call("message.history", {"id": message["id"]})["rows"]]
    assert {"message.create", "message.sent", "message.delivered"} <= set(verbs), verbs
    disable(id)


def test_a_reply_comes_back_once_and_opts_out():
    before = len(admin.call("message_reply.list")["rows"])
    for _ in range(2):
        assert g.call_hook(HOOK, "/sms/reply", **{"from": "13800138000", "text": "5 很好，谢谢\u202e!", "reference": "mo-1"}) == 200
    rows = admin.call("message_reply.list")["rows"]
    assert len(rows) == before + 1 and rows[0]["body"].startswith("5 很好，谢谢") and "\u202e" not in rows[0]["body"], rows
    assert rows[0]["message_id"] and rows[0]["rescue_id"], rows
    assert g.call_hook(HOOK, "/sms/reply", **{"from": "13800138000", "text": "4\r\n师傅好", "reference": "mo-lines"}) == 200
    assert admin.call("message_reply.list")["rows"][0]["body"] == "4  师傅好", "several lines are one"
    g.call_hook(HOOK, "/sms/reply", **{"from": "13800138000", "text": "退订", "reference": "mo-2"})
    assert "13800138000" in [r["address"] for r in admin.call("message_opt_out.list")["rows"]]


def test_hooks_take_nothing_from_who_does_not_know_the_token():
    for token in (None, "", "wrong", g.TOKEN[:-1], g.TOKEN + "x"):
        assert g.call_hook(HOOK, "/sms/report", token=token, message=1, status=1) == 403, token
    assert g.call_hook(HOOK, "/", ) == 404 and g.call_hook(HOOK, "/sms/reports") == 404
    for values in ({}, {"message": "x", "status": 1}, {"message": -1, "status": 1}, {"message": 1, "status": 4}, {"message": 1}, {"message": "1x", "status": 1},
                   {"message": 1, "status": "1x"}, {"message": 2**70, "status": 1}):
        assert g.call_hook(HOOK, "/sms/report", **values) == 400, values
    # A reference too long for its index would be told for ever.
    for values in ({}, {"from": "1"}, {"from": "13800138000", "text": "x"}, {"from": "1" * 41, "text": "x", "reference": "1"},
                   {"from": "13800138000", "text": "x", "reference": "\ufffd" * 500}):
        assert g.call_hook(HOOK, "/sms/reply", **values) == 400, values
    assert g.call_hook(HOOK, "/sms/report", message=2**62, status=1) == 200      # nobody's: Kannel need not ask again
    import socket
    for hostile in (b"\x00\xff" * 100, b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n\r\n", b"GET /sms/report?token=%00%ff HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"POST /sms/reply?token=" + g.TOKEN.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 9000):
        with socket.create_connection(("127.0.0.1", HOOK), timeout=5) as s:
            s.sendall(hostile)
    assert g.call_hook(HOOK, "/sms/report", message=2**62, status=1) == 200


def test_mail_is_a_letter_with_the_subject_whole():
    co.sql(f"UPDATE party SET email = 'insurer@example.test' WHERE id = {co.party['F1']}")
    id = rule("rescue.dispatch", "customer", template("mailed", "订单{number}：\n车辆 {vehicle}，司机 {driver}。\n" + "长" * 300, channel="mail"))
    co.order_in("dispatched", "VA1", customer_id=co.party["F1"])
    co.free(co.vehicle["VA1"])
    wait_state(id, "sent")
    [(to, letter)] = mail.letters
    number = admin.call("message.list", {"filter": {"rule_id": id}})["rows"][0]["subject"].split(" ")[1]
    assert to == ["insurer@example.test"] and letter["From"] == "<desk@yizhan.test>"
    assert g.subject_of(letter) == f"关于订单 {number} 的一封很长很长很长很长很长很长的信", g.subject_of(letter)
    assert g.text_of(letter).startswith(f"订单{number}：\n车辆 ") and g.text_of(letter).endswith("长" * 300)
    disable(id)


def test_a_statement_goes_out_line_by_line():
    firm = admin.do("customer.create", {"name": "众诚保险", "kind": "insurer", "email": "money@example.test", "language": "en", "terms_days": 10})["id"]
    orders = [co.order_in("priced", "VA1", price_fen=fen, customer_id=firm, plate=plate) for fen, plate in ((12300, "粤A55501"), (45600, "粤A55502"))]
    [shipped] = admin.call("message_rule.list", {"filter": {"event": "statement.send"}})["rows"]
    admin.do("message_rule.enable", {"id": shipped["id"], "version": shipped["version"]})
    accountant = co.as_("accountant")
    made = accountant.do("statement.create", {"party_id": firm, "remarks": "with thanks"})
    accountant.do("statement.send", {"id": made["id"], "version": co.version(made["id"], "statement")})
    wait_state(shipped["id"], "sent")
    [letter] = [l for to, l in mail.letters if to == ["money@example.test"]]
    day, due = co.sql(f"SELECT done_on, due_day FROM statement_line l JOIN statement s ON s.id = l.statement_id WHERE s.id = {made['id']}")[0]
    number = co.sql(f"SELECT id, number FROM rescue_order WHERE id IN ({orders[0]}, {orders[1]})")
    assert g.subject_of(letter) == f"Statement {made['number']}, {day} to {day}", g.subject_of(letter)
    text = g.text_of(letter)
    assert f"these 2 orders of {day} to {day} come to 579.00 yuan, of which 579.00 are to be paid, by {due}" in text and "with thanks" in text, text
    for (_, name), plate, money in zip(sorted(number, key=lambda r: orders.index(int(r[0]))), ("粤A55501", "粤A55502"), ("123.00", "456.00")):
        assert f"{day}  {name}  {plate}  Tow  {money}" in text.splitlines(), text
    refusal = admin.refused("message_rule.create", {"event": "statement.send", "recipient": "customer", "template_id": template("of_an_order", "{number}")})
    assert refusal.field == "template_id", refusal
    admin.do("message_rule.disable", {"id": shipped["id"], "version": shipped["version"] + 1})


def test_a_mailbox_that_is_not_there_is_given_up_and_sent_again_by_hand():
    mail.refuse["nobody@example.test"] = "550 no such mailbox"
    co.sql(f"UPDATE party SET email = 'nobody@example.test' WHERE id = {co.party['F1']}")
    id = rule("rescue.arrive", "customer", template("arrived", "x", channel="mail"))
    co.order_in("arrived", "VA1", customer_id=co.party["F1"])
    co.free(co.vehicle["VA1"])
    [message] = wait_state(id, "failed")
    assert "550" in message["error"], message
    mail.refuse.clear()
    clerk = co.as_("dispatcher")
    clerk.do("message.resend", {"id": message["id"], "version": message["version"]})
    wait_state(id, "sent")
    disable(id)


def test_a_gateway_that_is_busy_or_hangs_up_is_tried_again():
    sendsms.answers = [(503, "Temporal failure, try again later."), "cut", (202, "0: Accepted for delivery")]
    id = rule("rescue.create", "contact", template("urged", "busy {number}"))
    order = co.order(contact_phone="13800138009")
    yz.wait_until("the first try", lambda: messages(id) and messages(id)[0]["attempts"] == 1 and messages(id)[0]["state"] == "queued")
    assert "503" in messages(id)[0]["error"]

    def tried_until_sent():
        co.sql("UPDATE outbox SET due_at = now() WHERE state = 'waiting'")
        return messages(id)[0]["state"] == "sent"

    yz.wait_until("it to go out", tried_until_sent)
    assert len([h for h in sendsms.heard if h["X-Kannel-To"] == "13800138009"]) == 3
    wait_state(id, "sent")
    disable(id)


def test_a_number_that_is_none_is_given_up_at_once():
    sendsms.answers = [(400, "Malformed recipient"), (202, "0: Accepted for delivery")]
    id = rule("rescue.void", "contact", template("voided", "x"))
    order = co.order(contact_phone="13800138008")
    co.as_("order_clerk").do("rescue.void", {"id": order, "version": 1, "reason": "x"})
    [message] = wait_state(id, "failed")
    assert message["attempts"] == 1 and "400" in message["error"]
    disable(id)


def test_what_waits_can_be_called_off():
    id = rule("rescue.create", "contact", template("late", "x"), urgent=False)
    co.sql("UPDATE setting SET value = to_char(now() AT TIME ZONE 'Asia/Shanghai' - interval '1 hour', 'HH24:MI') WHERE name = 'message.quiet_from'")
    co.sql("UPDATE setting SET value = to_char(now() AT TIME ZONE 'Asia/Shanghai' + interval '1 hour', 'HH24:MI') WHERE name = 'message.quiet_to'")
    co.order(contact_phone="13800138007")
    [message] = wait_state(id, "held")
    co.as_("dispatcher").do("message.cancel", {"id": message["id"], "version": message["version"]})
    assert messages(id)[0]["state"] == "cancelled"
    refusal = co.as_("dispatcher").refused("message.cancel", {"id": message["id"], "version": message["version"] + 1})
    assert refusal.code == "conflict", refusal
    co.sql("UPDATE setting SET value = '00:00' WHERE name IN ('message.quiet_from', 'message.quiet_to')")
    disable(id)


def test_templates_are_checked_when_they_are_saved():
    for body, bad in (("{nubmer}", "{nubmer}"), ("{number", "{number"), ("number}", "}"), ("{}", "{}"), ("{{number}}", "{")):
        refusal = admin.refused("message_template.create", {"code": "bad", "channel": "sms", "about": "rescue", "body_en": "x", "body_zh_cn": body, "body_zh_tw": "x"})
        assert (refusal.code, refusal.field) == ("invalid", "body_zh_cn") and refusal.error["args"]["word"] == bad, (body, refusal.error)
    refusal = admin.refused("message_template.create", {"code": "bad", "channel": "mail", "about": "rescue", "body_en": "x", "body_zh_cn": "x", "body_zh_tw": "x"})
    assert refusal.field.startswith("subject"), refusal
    id = template("good", "{number} {branch_phone}")
    assert "driver_phone" in admin.call("message_template.get", {"id": id})["words"]
    refusal = admin.refused("message_rule.create", {"event": "rescue.appointment", "recipient": "contact", "template_id": id})
    assert refusal.field == "minutes", refusal


def test_many_at_once_each_once():
    """Forty orders of four clerks, two servers working: each person gets one message."""
    other = yz.Server(co.cluster, co.database, settings=g.settings(sendsms.url, mail.url))
    id = rule("rescue.create", "contact", template("many", "many {number}"))

    def clerk(n):
        with co.new_client("order_clerk") as client:
            for i in range(10):
                client.do("rescue.create", co.order_args(contact_phone=f"1390000{n}0{i:02d}"))

    threads = [threading.Thread(target=clerk, args=(n,)) for n in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    wait_state(id, "sent", 40)
    sent = [h["X-Kannel-To"] for h in sendsms.heard if "many" in h["body"]]
    assert sorted(sent) == sorted(f"1390000{n}0{i:02d}" for n in range(4) for i in range(10)), len(sent)
    other.stop()
    disable(id)


def test_the_server_killed_in_between_loses_nothing():
    id = rule("rescue.create", "contact", template("killed", "killed {number}"))
    for n in range(3):
        co.order(contact_phone=f"1391111000{n}")
    co.server.kill()
    co.clients.clear()
    co.server.start()
    globals()["admin"] = co.as_("admin")
    co.sql("UPDATE outbox SET claimed_until = now() WHERE state = 'sending'")     # not to wait for the claims of the dead one
    wait_state(id, "sent", 3)
    sent = [h["X-Kannel-To"] for h in sendsms.heard if "killed" in h["body"]]
    assert set(sent) == {f"1391111000{n}" for n in range(3)}, sent
    disable(id)


def test_a_mail_server_killed_in_between_loses_and_doubles_nothing():
    """It hangs up in the middle of letters, is gone for a while, and comes back: each letter is taken once."""
    co.sql(f"UPDATE party SET email = 'many@example.test' WHERE id = {co.party['F1']}")
    id = rule("rescue.create", "customer", template("manymails", "信 {number}", channel="mail"))
    before = len(mail.letters)
    for n in range(8):
        if n == 2:
            mail.kill()
        if n == 5:
            mail.start()
        co.order(customer_id=co.party["F1"])

    def gone():
        co.sql("UPDATE outbox SET due_at = now() WHERE state = 'waiting'")
        return [m["state"] for m in messages(id)] == ["sent"] * 8

    yz.wait_until("all to have gone", gone, 60)
    texts = [g.text_of(letter).strip() for _, letter in mail.letters[before:]]
    assert sorted(texts) == sorted(m["body"] for m in messages(id)) and len(set(texts)) == 8, texts
    disable(id)


def test_a_customer_reads_his_own_language():
    id = rule("rescue.void", "customer", template("tongues", "x"))
    co.sql("UPDATE message_template SET body_en = 'EN {number}', body_zh_cn = '简 {number}', body_zh_tw = '繁 {number}' WHERE code = 'tongues'")
    for language, begins in (("en", "【驿站】EN R"), ("zh_TW", "【驿站】繁 R"), ("zh_CN", "【驿站】简 R")):
        co.sql(f"UPDATE party SET language = '{language}' WHERE id = {co.party['F1']}")
        order = co.order(customer_id=co.party["F1"])
        co.step("order_clerk", "void", order, reason="other")
        [message] = yz.wait_until(language, lambda: [m for m in messages(id) if m["rescue_id"] == order and m["state"] == "sent"])
        assert message["language"] == language and message["body"].startswith(begins), message
    disable(id)


def test_the_list_is_asked_by_phone_date_and_state():
    asked = lambda **filter: admin.call("message.list", {"filter": filter, "limit": 500})["rows"]         # noqa: E731
    everything, today = asked(), co.one("SELECT current_date - 1")
    assert {m["state"] for m in asked(state="cancelled")} == {"cancelled"} and len(asked(state={"in": ["sent", "delivered"]})) > 5
    assert 0 < len(asked(address="13800138000")) < len(everything)
    assert len(asked(created_at={"gte": f"{today}T00:00:00Z"})) == len(everything) and asked(created_at={"lt": f"{today}T00:00:00Z"}) == []


def test_several_failed_ones_go_again_at_once():
    sendsms.answers = [(400, "Malformed recipient")]
    id = rule("rescue.create", "contact", template("bulk", "x {number}"))
    for n in range(3):
        co.order(contact_phone=f"1380013910{n}")
    failed = wait_state(id, "failed", 3)
    sendsms.answers = [(202, "0: Accepted for delivery")]
    done = co.as_("dispatcher").do("message.resend", {"items": [{"id": m["id"], "version": m["version"]} for m in failed]})
    assert len(done["items"]) == 3 and not any("error" in i for i in done["items"]), done
    wait_state(id, "sent", 3)
    disable(id)


def test_by_hand_from_an_order():
    order, clerk = co.order(contact_phone="13800138006"), co.as_("order_clerk")
    version = lambda: clerk.call("rescue.get", {"id": order})["version"]       # noqa: E731
    clerk.do("rescue.sms", {"id": order, "version": version(), "recipient": "contact", "body": "我们十分钟后到"})
    yz.wait_until("it to go out", lambda: [h["body"] for h in sendsms.heard if h["X-Kannel-To"] == "13800138006"] == ["【驿站】我们十分钟后到"])
    good = template("byhand", "单号{number}")
    key = "a-key-of-the-test-1"
    args = {"id": order, "version": version(), "recipient": "contact", "template_id": good, "key": key}
    assert clerk.call("rescue.sms", args) == clerk.call("rescue.sms", args)
    number = clerk.call("rescue.get", {"id": order})["number"]
    yz.wait_until("the second", lambda: [h["body"] for h in sendsms.heard if h["X-Kannel-To"] == "13800138006"][1:] == [f"【驿站】单号{number}"])
    for args, field in (({"recipient": "contact"}, "body"), ({"recipient": "contact", "body": "x", "template_id": good}, "body"),
                        ({"recipient": "driver", "body": "x"}, "recipient"), ({"recipient": "aunt", "body": "x"}, "recipient"),
                        ({"recipient": "contact", "template_id": 999999}, "template_id")):
        refusal = clerk.refused("rescue.sms", {"id": order, "version": version(), **args})
        assert (refusal.code, refusal.field) == ("invalid", field), (args, refusal)
    assert "rescue.sms" in [h["verb"] for h in clerk.call("rescue.history", {"id": order})["rows"]]
    assert clerk.refused("rescue.sms", {"id": order, "version": version(), "recipient": "contact", "body": "x", "key": key}).code == "conflict"


def test_ratings_come_by_answer_and_by_hand():
    id = rule("rescue.complete", "contact", template("rate", "1 to 5? {number}", asks="rating"))
    clerk, phone = co.as_("order_clerk"), "13800138005"
    order = co.order_in("done", "VA1", contact_phone=phone)
    co.free(co.vehicle["VA1"])
    wait_state(id, "sent")
    ratings = lambda: [(r["score"], r["words"], r["source"]) for r in clerk.call("rating.list", {"filter": {"rescue_id": order}})["rows"]]     # noqa: E731
    for n, (text, want) in enumerate((("不知道", []), ("10", []), ("6", []), ("0", []), ("４分，来得快！", [(4, "来得快！", "sms")]), ("5", [(5, "来得快！", "sms")]))):
        g.call_hook(HOOK, "/sms/reply", **{"from": phone, "text": text, "reference": f"rate-{n}"})
        assert ratings() == want, (text, ratings())
    version = clerk.call("rescue.get", {"id": order})["version"]
    assert clerk.refused("rescue.rate", {"id": order, "version": version, "score": 6}).field == "score"
    clerk.do("rescue.rate", {"id": order, "version": version, "score": 2, "words": "迟到"})
    assert ratings() == [(2, "迟到", "agent")]
    new = co.order()
    assert clerk.refused("rescue.rate", {"id": new, "version": 1, "score": 2}).code == "conflict"
    assert co.as_("order_clerk_b").call("rating.list")["rows"] == []
    disable(id)


def test_who_may_not_sees_nothing():
    for login in ("driver", "cashier"):
        assert co.as_(login).refused("message.list").code == "forbidden"
    other = co.as_("order_clerk_b").call("message.list", {"total": True})
    assert other["total"] == 0, other
    assert co.as_("order_clerk").call("message.list", {"limit": 1})["rows"][0]["address"].count("*") >= 3, "numbers are masked in lists"


def finish():
    co.stop()


yz.main(globals())
