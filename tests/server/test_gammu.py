"""Text messages by a modem: through the tables of gammu-smsd and back, and through a real one with its dummy phone, killed in between."""
import company
import modem as m
import yz

cluster = yz.shared_cluster()
modem = m.Modem(cluster, "modem_" + company.key()[:12])
co = company.Company(settings=[f'gammu_database = "{modem.conninfo}"'])
admin = co.as_("admin")
co.sql("UPDATE setting SET value = '00:00' WHERE name IN ('message.quiet_from', 'message.quiet_to')")


def rule(event, code, body, asks="nothing"):
    template = admin.do("message_template.create", {"code": code, "channel": "sms", "about": "rescue", "body_en": body, "body_zh_cn": body, "body_zh_tw": body, "asks": asks})["id"]
    return admin.do("message_rule.create", {"event": event, "recipient": "contact", "template_id": template})["id"]


def disable(id):
    admin.do("message_rule.disable", {"id": id, "version": 1})


def messages(rule_id):
    return admin.call("message.list", {"filter": {"rule_id": rule_id}, "sort": ["id"]})["rows"]


def wait_state(rule_id, state, count=1, seconds=30):
    yz.wait_until(f"{count} messages to be {state}", lambda: [x["state"] for x in messages(rule_id)] == [state] * count, seconds)
    return messages(rule_id)


def in_outbox():
    return int(modem.sql("SELECT count(*) FROM outbox")[0][0])


def modem_takes(status, **more):
    """What gammu-smsd does with a message: each part goes from the outbox to the sent items."""
    modem.sql(f"""
        INSERT INTO sentitems ("ID", "SequencePosition", "DestinationNumber", "TextDecoded", "Text", "Coding", "UDH", "SenderID", "CreatorID", "Status")
        SELECT "ID", 1, "DestinationNumber", "TextDecoded", '', "Coding", coalesce("UDH", ''), 'modem', "CreatorID", '{status}' FROM outbox
        UNION ALL
        SELECT p."ID", p."SequencePosition", o."DestinationNumber", p."TextDecoded", '', p."Coding", p."UDH", 'modem', o."CreatorID", '{status}'
        FROM outbox_multipart p JOIN outbox o ON o."ID" = p."ID";
        DELETE FROM outbox; DELETE FROM outbox_multipart""")


def came(number, text, udh="", age="0"):
    modem.sql(f"""INSERT INTO inbox ("Text", "SenderNumber", "UDH", "TextDecoded", "RecipientID", "ReceivingDateTime")
                  VALUES ('', '{number}', '{udh}', '{text}', 'modem', LOCALTIMESTAMP - interval '{age} minutes')""")


def test_a_short_one_is_one_row_and_its_report_turns_it():
    id = rule("rescue.create", "short", "救援单{number}已受理")
    order = co.order(contact_phone="13900000001")
    [message] = wait_state(id, "sent")
    number = co.one(f"SELECT number FROM rescue_order WHERE id = {order}")
    [row] = modem.sql('SELECT "DestinationNumber", "TextDecoded", "Coding", "MultiPart", "DeliveryReport", "UDH" FROM outbox')
    assert row == ["13900000001", f"【驿站】救援单{number}已受理", "Unicode_No_Compression", "f", "yes", ""], row
    modem_takes("SendingOK")
    modem.sql("UPDATE sentitems SET \"Status\" = 'DeliveryOK'")
    wait_state(id, "delivered")
    yz.wait_until("it to be marked", lambda: modem.sql("SELECT count(*) FROM sentitems WHERE \"CreatorID\" LIKE '%.'") == [["1"]])
    disable(id)


def test_a_long_one_goes_in_parts_and_has_arrived_when_all_have():
    body = "长" * 100 + "{number}😀" + "短" * 40
    id = rule("rescue.create", "long", body)
    co.order(contact_phone="13900000002")
    [message] = wait_state(id, "sent")
    parts = modem.sql('SELECT "TextDecoded", "UDH" FROM outbox UNION ALL SELECT * FROM (SELECT "TextDecoded", "UDH" FROM outbox_multipart ORDER BY "SequencePosition") p')
    assert "".join(p[0] for p in parts) == message["body"], parts
    assert len(parts) == message["segments"] == 3 and [p[1][:6] for p in parts] == ["050003"] * 3 and [p[1][8:] for p in parts] == ["0301", "0302", "0303"]
    assert all(len(p[0].encode("utf-16-le")) // 2 <= 67 for p in parts)
    modem_takes("SendingOK")
    modem.sql("UPDATE sentitems SET \"Status\" = 'DeliveryOK' WHERE \"SequencePosition\" < 3 AND \"CreatorID\" NOT LIKE '%.'")
    yz.wait_until("another look", lambda: modem.sql('SELECT count(*) FROM sentitems WHERE "SequencePosition" < 3') != [["0"]])
    assert messages(id)[0]["state"] == "sent"
    modem.sql("UPDATE sentitems SET \"Status\" = 'DeliveryOK' WHERE \"SequencePosition\" = 3")
    wait_state(id, "delivered")
    disable(id)


def test_what_the_modem_gives_up_failed_and_goes_again_by_hand():
    id = rule("rescue.create", "given", "x {number}")
    co.order(contact_phone="13900000003")
    wait_state(id, "sent")
    assert modem.sql('SELECT "Coding" FROM outbox') == [["Unicode_No_Compression"]]      # the signature
    modem_takes("SendingError")
    [message] = wait_state(id, "failed")
    assert "gammu" in message["error"]
    co.as_("dispatcher").do("message.resend", {"id": message["id"], "version": message["version"]})
    wait_state(id, "sent")
    assert in_outbox() == 1
    modem_takes("DeliveryFailed")
    wait_state(id, "undelivered")
    disable(id)


def test_the_same_parcel_twice_is_there_once():
    id = rule("rescue.create", "twice", "x {number}")
    co.order(contact_phone="13900000004")
    [message] = wait_state(id, "sent")
    for takes in (lambda: None, lambda: modem_takes("SendingOK")):
        takes()
        co.sql(f"UPDATE outbox SET state = 'waiting', due_at = now() WHERE id = {message['outbox_id']}; UPDATE message SET state = 'queued' WHERE id = {message['id']}")
        wait_state(id, "sent")
    assert [to for to, _ in modem.sent()].count("13900000004") == 1 and in_outbox() == 0
    modem.sql("UPDATE sentitems SET \"Status\" = 'DeliveryOK'")
    wait_state(id, "delivered")
    disable(id)


def replies(number):
    return [r["body"] for r in co.as_("order_clerk").call("message_reply.list", {"sort": ["id"]})["rows"] if r["phone"].endswith(number[-4:])]


def test_replies_come_whole_and_once_whatever_the_prefix():
    id = rule("rescue.complete", "rated", "1 to 5? {number}", "rating")
    order = co.order_in("done", "VA1", contact_phone="13900000005")
    co.free(co.vehicle["VA1"])
    wait_state(id, "sent")
    modem_takes("SendingOKNoReport")
    came("+8613900000005", "很满意，", "050003AA0202")
    came("+8613900000005", "5 ", "050003AA0201")
    yz.wait_until("the reply", lambda: replies("13900000005"))
    assert replies("13900000005") == ["5 很满意，"], replies("13900000005")
    [rating] = co.as_("order_clerk").call("rating.list", {"filter": {"rescue_id": order}})["rows"]
    assert (rating["score"], rating["source"]) == (5, "sms")
    came("13900000005", "half of it ", "050003BB0201")                # its other half never comes
    came("13900000005", "old half", "050003CC0201", age="20")
    for header in ("0500030000", "05", "zz", "050003AA0103"):
        came("13900000005", f"odd {header}", header)
    yz.wait_until("the rest", lambda: len(replies("13900000005")) == 6)
    assert replies("13900000005")[1] == "old half" and modem.sql('SELECT count(*) FROM inbox WHERE NOT "Processed"') == [["1"]]
    modem.sql('UPDATE inbox SET "Processed" = true')
    disable(id)


def test_its_database_away_loses_nothing():
    id = rule("rescue.create", "away", "x {number}")
    modem.sql("ALTER TABLE outbox RENAME TO outbox_away")
    co.order(contact_phone="13900000006")
    yz.wait_until("a try", lambda: messages(id) and messages(id)[0]["attempts"] > 0 and messages(id)[0]["state"] == "queued")
    modem.sql("ALTER TABLE outbox_away RENAME TO outbox")

    def sent():
        co.sql("UPDATE outbox SET due_at = now() WHERE state = 'waiting'")
        return messages(id)[0]["state"] == "sent"

    yz.wait_until("it to go", sent, 40)
    assert in_outbox() == 1
    modem_takes("SendingOKNoReport")
    disable(id)


def test_the_real_one_killed_in_between_loses_and_doubles_nothing():
    if not m.program():
        print("note no gammu-smsd on this machine")
        return
    id = rule("rescue.create", "real", "订单 {number}，电话 {contact_phone}。" + "很长的说明" * 20)
    phones = [f"1380099{n:04d}" for n in range(6)]
    modem.start()
    for n, phone in enumerate(phones):
        if n == 2:
            modem.kill()
        if n == 4:
            modem.start()
        co.order(contact_phone=phone)
    wait_state(id, "sent", len(phones))
    bodies = sorted((x["address"][-4:], x["body"]) for x in messages(id))
    left = lambda: sorted((to[-4:], text) for to, text in modem.sent() if to in phones)        # noqa: E731
    yz.wait_until("the modem to have sent them, all of each", lambda: left() == bodies, 60)
    modem.kill()
    assert left() == bodies
    disable(id)


def finish():
    modem.kill()
    co.stop()


yz.main(globals())
