"""A message through a real Kannel to a phone and back: the text in Chinese, the report, the answer, and Kannel killed in between."""
import sys
import time

import company
import gateways as g
import yz

if not g.Kannel.is_there():
    print("ok - no Kannel on this machine")
    sys.exit(0)

HOOK = yz.free_port()
kannel = g.Kannel(HOOK)
co = company.Company(settings=g.settings(kannel.url, None, HOOK))
admin = co.as_("admin")
co.sql("UPDATE setting SET value = '00:00' WHERE name IN ('message.quiet_from', 'message.quiet_to')")


def rule(event, code, body, asks="nothing"):
    template = admin.do("message_template.create", {"code": code, "channel": "sms", "about": "rescue", "body_en": body, "body_zh_cn": body, "body_zh_tw": body, "asks": asks})["id"]
    return admin.do("message_rule.create", {"event": event, "recipient": "contact", "template_id": template})["id"]


def messages(rule_id):
    return admin.call("message.list", {"filter": {"rule_id": rule_id}, "sort": ["id"]})["rows"]


def wait_state(rule_id, state, count=1):
    yz.wait_until(f"{count} messages to be {state}", lambda: [m["state"] for m in messages(rule_id)] == [state] * count, 40)


def test_there_and_reported():
    kannel.phones()
    id = rule("rescue.create", "placed", "救援单{number}已受理，车牌{plate}")
    order = co.order(contact_phone="13800138000", plate="粤A12345")
    wait_state(id, "delivered")
    number = co.one(f"SELECT number FROM rescue_order WHERE id = {order}")
    yz.wait_until("the phone to have it", kannel.heard)
    assert kannel.heard() == [("13800138000", f"【驿站】救援单{number}已受理，车牌粤A12345")], kannel.heard()
    admin.do("message_rule.disable", {"id": id, "version": 1})


def test_an_answer_becomes_a_rating():
    id = rule("rescue.complete", "done", "救援单{number}已完成，请回复1至5评分", "rating")
    order = co.order_in("done", "VA1", contact_phone="13800138000")
    co.free(co.vehicle["VA1"])
    wait_state(id, "delivered")

    def came():
        return [r for r in admin.call("message_reply.list")["rows"] if r["body"] == "5 thanks"]

    def written_again_until_it_came():
        """The centre drops what it is given before the boxes know each other."""
        kannel.phones("13800138000 10690000 text 5 thanks")
        end = time.monotonic() + 4
        while not came() and time.monotonic() < end:
            time.sleep(0.1)
        return came()

    kannel.kill()
    kannel.start()
    yz.wait_until("the reply", written_again_until_it_came, 60)
    assert came()[0]["rescue_id"] == order, came()
    [rating] = co.as_("order_clerk").call("rating.list", {"filter": {"rescue_id": order}})["rows"]
    assert (rating["score"], rating["words"], rating["source"]) == (5, "thanks", "sms"), rating
    admin.do("message_rule.disable", {"id": id, "version": 1})


def test_kannel_killed_in_between_loses_and_doubles_nothing():
    id = rule("rescue.create", "killed", "order {number} for {contact_phone}")
    phones = [f"1395555{n:04d}" for n in range(12)]
    for n, phone in enumerate(phones):
        if n == 4:
            kannel.kill()
        if n == 8:
            kannel.start()
            kannel.phones()
        co.order(contact_phone=phone)

    def delivered():
        co.sql("UPDATE outbox SET due_at = now() WHERE state = 'waiting'")      # not to wait for the pauses
        return sum(m["state"] in ("delivered", "sent") for m in messages(id)) == len(phones)

    yz.wait_until("all to have gone", delivered, 60)
    yz.wait_until("the phones", lambda: set(phones[4:]) <= {to for to, _ in kannel.heard()}, 40)
    twice = [to for to in phones if [h[0] for h in kannel.heard()].count(to) > 1]
    assert not twice, twice


def finish():
    kannel.kill()
    co.stop()


yz.main(globals())
