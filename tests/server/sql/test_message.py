"""Messages as the database makes them: by rule, once, in the right words, at the right hour; and the outbox they leave by."""
import store as s
import yz

db = s.Store()
APP = ("app", [1, 2, 3, 4], 3)
ORDER = """INSERT INTO rescue_order (id, branch_id, number, customer_id, contact_name, contact_phone, plate, car_model, service, road, place{cols})
VALUES ({id}, 2, 'R{id}', 1, '王{{driver}}', '13700000001', '粤A12345', 'sedan', 'tow', 'city', '体育西路'{values})"""


def order(id, **more):
    db.sql(ORDER.format(id=id, cols="".join(f", {k}" for k in more), values="".join(f", {v}" for v in more.values())))


def happened(verb, id, branch=2):
    db.sql(f"INSERT INTO change (verb, entity, row_id, branch_id) VALUES ('{verb}', 'rescue', {id}, {branch})", *APP)


def rule(event, recipient, body, code, channel="sms", urgent="true", marketing="false", branch="NULL", minutes="NULL"):
    template = db.one(f"INSERT INTO message_template (code, channel, marketing, subject_en, body_en, body_zh_cn, body_zh_tw) VALUES "
                      f"('{code}', '{channel}', {marketing}, 'About {{number}}', 'EN {body}', '{body}', 'TW {body}') RETURNING id")
    return db.one(f"INSERT INTO message_rule (event, recipient, template_id, urgent, branch_id, minutes) VALUES "
                  f"('{event}', '{recipient}', {template}, {urgent}, {branch}, {minutes}) RETURNING id")


def work():
    return int(db.one("SELECT message_work(1000)", "tail"))


def messages(where="true"):
    return db.sql(f"SELECT state, address, body, segments FROM message WHERE {where} ORDER BY id")


def off():
    work()
    db.sql("UPDATE message_rule SET disabled_at = now() WHERE disabled_at IS NULL")


def test_a_rule_writes_one_message_for_one_step():
    id = rule("rescue.dispatch", "contact", "Order {number} {plate} {nonsense}, {contact}", "t1")
    order(101)
    happened("rescue.dispatch", 101)
    happened("rescue.update", 101)
    assert work() == 1
    assert messages(f"rule_id = {id}") == [["queued", "13700000001", "【驿站】Order R101 粤A12345 , 王{driver}", "1"]]
    assert work() == 0, "the same step gave another message"
    assert db.sql("SELECT gateway, state FROM outbox") == [["sms", "waiting"]]
    off()


def test_two_servers_share_the_events():
    id = rule("rescue.arrive", "contact", "x", "t2")
    for n in range(40):
        happened("rescue.arrive", 101)
    first, second = s.Session(db, "tail"), s.Session(db, "tail")
    first.do("BEGIN;")
    assert int(first.do("SELECT message_work(10);")[0]) == 10
    assert second.do("SELECT message_work(10);") == ["0"], "both were at it"
    first.do("COMMIT;")
    while work():
        pass
    assert len(messages(f"rule_id = {id}")) == 40
    first.close(), second.close()
    off()


def test_language_of_the_customer_and_of_others():
    id = rule("rescue.complete", "contact", "{number}", "t3")
    db.sql("UPDATE party SET language = 'en' WHERE id = 1")
    order(103)
    happened("rescue.complete", 103)
    assert work() == 1 and messages(f"rule_id = {id}")[0][2] == "【驿站】EN R103"
    db.sql("UPDATE party SET language = 'zh_TW' WHERE id = 1")
    happened("rescue.complete", 103)
    assert work() == 1 and messages(f"rule_id = {id}")[1][2] == "【驿站】TW R103"
    db.sql("UPDATE party SET language = 'zh_CN' WHERE id = 1")
    off()


def test_no_address_no_message_and_no_rule_of_another_branch():
    rule("rescue.void", "driver", "x", "t4")
    rule("rescue.void", "contact", "x", "t5", branch="3")
    order(104)
    happened("rescue.void", 104)
    assert work() == 0
    off()


def test_marketing_is_signed_off_and_spares_who_does_not_want_it():
    id = rule("rescue.copy", "contact", "x", "t6", marketing="true")
    happened("rescue.copy", 101)
    assert work() == 1 and messages(f"rule_id = {id}")[0][2] == "【驿站】x，回复TD退订"
    db.sql("SELECT message_receive('sms', 'r1', '13700000001', ' td。')", "tail")
    happened("rescue.copy", 101)
    assert work() == 1 and messages(f"rule_id = {id}")[1][0] == "suppressed"
    assert db.one("SELECT count(*) FROM message_opt_out") == "1"
    db.sql("DELETE FROM message_opt_out")
    off()


def test_quiet_hours_hold_back_until_they_end():
    zone = "Asia/Shanghai"
    local = f"(now() AT TIME ZONE '{zone}')"
    db.sql(f"UPDATE setting SET value = to_char({local} - interval '1 hour', 'HH24:MI') WHERE name = 'message.quiet_from'")
    db.sql(f"UPDATE setting SET value = to_char({local} + interval '1 hour', 'HH24:MI') WHERE name = 'message.quiet_to'")
    id = rule("rescue.urge", "contact", "x", "t7", urgent="false")
    happened("rescue.urge", 101)
    assert work() == 1 and messages(f"rule_id = {id}")[0][0] == "held"
    late = db.one(f"SELECT due_at BETWEEN now() + interval '58 minutes' AND now() + interval '61 minutes' FROM outbox WHERE row_id = "
                  f"(SELECT id FROM message WHERE rule_id = {id})")
    assert late == "t", db.sql("SELECT due_at, now() FROM outbox ORDER BY id DESC LIMIT 1")
    for name, hours in (("from", 2), ("to", 3)):
        db.sql(f"UPDATE setting SET value = to_char({local} + interval '{hours} hours', 'HH24:MI') WHERE name = 'message.quiet_{name}'")
    happened("rescue.urge", 101)
    assert work() == 1 and messages(f"rule_id = {id}")[1][0] == "queued"
    off()


def test_a_time_that_comes_is_told_once():
    id = rule("rescue.appointment", "contact", "{appointment}", "t8", minutes="60")
    order(105, appoint_at="now() + interval '50 minutes'")
    order(106, appoint_at="now() + interval '3 hours'")
    for _ in range(3):
        db.sql("UPDATE message_cursor SET timed_at = now()")
        work()
    assert len(messages(f"rule_id = {id}")) == 1
    db.sql("UPDATE rescue_order SET appoint_at = appoint_at + interval '5 minutes' WHERE id = 105")
    db.sql("UPDATE message_cursor SET timed_at = now()")
    assert work() == 1, "another time, another message"
    off()


def test_what_is_due_goes_by_the_clock_of_who_works():
    id = rule("rescue.appointment", "contact", "{appointment}", "t11", minutes="60", urgent="false")
    order(107, appoint_at="now() + interval '5 hours'")
    zone = "now() AT TIME ZONE 'Asia/Shanghai'"
    db.sql(f"UPDATE setting SET value = to_char({zone} + interval '4 hours', 'HH24:MI') WHERE name = 'message.quiet_from'")
    db.sql(f"UPDATE setting SET value = to_char({zone} + interval '6 hours', 'HH24:MI') WHERE name = 'message.quiet_to'")
    for clock, written in (("now()", 0), ("now() + interval '270 minutes'", 1)):
        db.sql("UPDATE message_cursor SET timed_at = now()")
        db.one(f"SELECT message_work(1000, {clock})", "tail")
        assert len(messages(f"rule_id = {id} AND row_id = 107")) == written, clock
    assert messages(f"rule_id = {id} AND row_id = 107")[0][0] == "held", "it is night by that clock"
    held = db.one(f"SELECT due_at BETWEEN now() + interval '88 minutes' AND now() + interval '91 minutes' FROM outbox WHERE row_id = "
                  f"(SELECT id FROM message WHERE rule_id = {id} AND row_id = 107)")
    assert held == "t", "for as long as the night still lasts"
    db.sql("UPDATE setting SET value = '00:00' WHERE name IN ('message.quiet_from', 'message.quiet_to')")
    off()


def test_an_example_for_each_word():
    for language in ("en", "zh_CN", "zh_TW"):
        missing = db.sql(f"SELECT w FROM unnest(message_words('rescue')) w WHERE NOT coalesce(rescue_message_sample('{language}') ->> w <> '', false)")
        assert missing == [], (language, missing)
    assert db.sql("SELECT w FROM jsonb_object_keys(rescue_message_sample('en')) w WHERE w <> ALL (message_words('rescue'))") == []


def test_messages_are_found_by_the_end_of_their_number():
    id = db.one("SELECT message_put('{\"key\": \"found\", \"channel\": \"sms\", \"address\": \"+86 137-0000-4321\", \"language\": \"en\","
                                         " \"body\": \"x\", \"state\": \"queued\", \"branch_id\": 2}')")
    tokens = {t for (t,) in db.sql(f"SELECT token FROM search_key WHERE entity = 'message' AND row_id = {id}")}
    assert tokens == {"8613700004321", "4321", "04321", "004321", "0004321", "00004321"}, tokens
    assert db.sql("SELECT * FROM message_tokens('Desk@Example.Test')") == [["deskexampletest"]]


def test_who_has_not_paid_is_reminded_once_for_each_price():
    id = rule("rescue.unpaid", "customer", "{rest}", "t9", minutes="60")
    done = {"state": "'done'", "money_state": "'priced'", "price_fen": "30000", "received_fen": "10000"}
    order(110, priced_at="now() - interval '2 hours'", **done)
    order(111, priced_at="now() - interval '10 minutes'", **done)
    order(112, priced_at="now() - interval '3 days'", **done)
    order(113, priced_at="now() - interval '2 hours'", method="'statement'", **done)
    order(114, priced_at="now() - interval '2 hours'", **{**done, "received_fen": "30000"})
    for _ in range(3):
        db.sql("UPDATE message_cursor SET timed_at = now()")
        work()
    assert [m[1:3] for m in messages(f"rule_id = {id}")] == [["13800000001", "【驿站】200.00"]], messages(f"rule_id = {id}")
    db.sql("UPDATE party SET settlement = 'monthly' WHERE id = 1; UPDATE rescue_order SET priced_at = now() - interval '90 minutes' WHERE id = 110")
    db.sql("UPDATE message_cursor SET timed_at = now()")
    assert work() == 0, "by statement"
    db.sql("UPDATE party SET settlement = 'per_order' WHERE id = 1; UPDATE message_cursor SET timed_at = now()")
    assert work() == 1, "another price"
    off()


def test_a_number_and_a_customer_have_their_quota():
    db.sql("UPDATE setting SET value = '3' WHERE name = 'message.per_number_day'")
    id = rule("rescue.urge", "contact", "x", "t10")
    db.sql(ORDER.format(id=120, cols="", values="").replace("13700000001", "13700000120"))
    for _ in range(5):
        happened("rescue.urge", 120)
    work()
    found = db.sql(f"SELECT state, error, outbox_id IS NULL FROM message WHERE rule_id = {id} ORDER BY id")
    assert found == [["queued", "", "f"]] * 3 + [["suppressed", "over the quota of a number for a day", "t"]] * 2, found
    assert put("hand-over-quota").isdigit() and state(db.one("SELECT id FROM message WHERE key = 'hand-over-quota'")) == "queued", "by hand there is none"
    db.sql("UPDATE message SET created_at = created_at - interval '1 day' WHERE address = '13700000120'")
    happened("rescue.urge", 120)
    assert work() == 1 and messages(f"rule_id = {id}")[-1][0] == "queued", "another day"
    db.sql("UPDATE setting SET value = '' WHERE name = 'message.per_number_day'; UPDATE setting SET value = '2' WHERE name = 'message.per_customer_day'")
    happened("rescue.urge", 120)
    work()
    assert db.one(f"SELECT error FROM message WHERE rule_id = {id} ORDER BY id DESC LIMIT 1") == "over the quota of a customer for a day"
    db.sql("UPDATE setting SET value = '' WHERE name = 'message.per_customer_day'")
    off()


def test_a_number_is_one_however_it_is_written():
    for number, plain in (("+8613800138000", "13800138000"), ("008613800138000", "13800138000"), ("8613800138000", "13800138000"), ("138 0013-8000", "13800138000"),
                          ("+886912345678", "0912345678"), ("00886912345678", "0912345678"), ("10690000", "10690000"), ("+85291234567", "+85291234567"),
                          ("02083331234", "02083331234"), ("861380013800", "861380013800"), ("", "")):
        assert db.one(f"SELECT message_number('{number}')") == plain, number


def test_what_a_gateway_gives_up_afterwards_failed_and_may_go_again():
    empty()
    id = put("k8")
    box = claim()[0][0]
    settle(box, "sent")
    assert db.one(f"SELECT message_refuse({id}, 'no credit')", "tail") == "t" and state(id) == "failed"
    assert db.sql(f"SELECT state, error FROM outbox WHERE id = {box}") == [["dead", "no credit"]]
    assert db.one(f"SELECT outbox_resend({box})", *APP) == "1" and len(claim()) == 1
    settle(box, "sent")
    db.sql(f"SELECT message_report({id}, true, NULL)", "tail")
    db.sql(f"SELECT message_refuse({id}, 'late')", "tail")
    assert state(id) == "delivered", "a report stands"
    assert db.one("SELECT message_refuse(999999999, 'x')", "tail") == "f"


def test_segments():
    for text, parts in (("'x'", 1), ("repeat('x', 160)", 1), ("repeat('x', 161)", 2), ("repeat('x', 306)", 2), ("repeat('x', 307)", 3),
                        ("repeat('中', 70)", 1), ("repeat('中', 71)", 2), ("repeat('中', 134)", 2), ("repeat('中', 135)", 3),
                        ("repeat('😀', 35)", 1), ("repeat('😀', 36)", 2), ("''", 1)):
        assert db.one(f"SELECT message_segments({text})") == str(parts), text


def put(key, state="queued"):
    return db.one("SELECT message_put('" + '{"key": "%s", "branch_id": 2, "channel": "sms", "address": "13900000000", "language": "zh_CN", '
                  '"body": "你好", "state": "%s"}' % (key, state) + "')", "app", [2], 3)


def claim(server="one", most=100, lease="1 minute"):
    return db.sql(f"SELECT id, row_id, attempts, body FROM outbox_claim('{server}', 'sms', {most}, '{lease}')", "tail")


def settle(id, outcome, server="one", reference="NULL"):
    return db.one(f"SELECT outbox_settle({id}, '{server}', '{outcome}', {reference}, 'words')", "tail")


def state(id):
    return db.one(f"SELECT state FROM message WHERE id = {id}")


def empty():
    db.sql("UPDATE outbox SET state = 'cancelled'")


def test_the_same_key_is_one_message():
    empty()
    first = put("k1")
    assert first and put("k1") == ""
    assert [row[1] for row in claim()] == [first] and claim("two") == []
    assert state(first) == "sending"
    settle(claim() and 0 or int(db.one(f"SELECT outbox_id FROM message WHERE id = {first}")), "sent", reference="'kannel-1'")
    assert state(first) == "sent" and db.one(f"SELECT reference FROM message WHERE id = {first}") == "kannel-1"


def test_what_failed_is_tried_again_ever_later_and_lies_dead_at_last():
    empty()
    id = put("k2")
    box = db.one(f"SELECT outbox_id FROM message WHERE id = {id}")
    pauses = []
    for attempt in range(1, 10):
        assert [row[2] for row in claim()] == [str(attempt)]
        assert settle(box, "retry") == "t"
        pauses.append(float(db.one(f"SELECT extract(epoch FROM due_at - now()) FROM outbox WHERE id = {box}")))
        assert claim() == [], "tried again at once"
        db.sql(f"UPDATE outbox SET due_at = now() WHERE id = {box}")
    assert pauses[:8] == sorted(pauses[:8]) and pauses[0] > 3, pauses
    assert state(id) == "failed" and db.one(f"SELECT state FROM outbox WHERE id = {box}") == "dead"
    assert db.one(f"SELECT outbox_resend({box})", *APP) == "1" and db.one(f"SELECT outbox_resend({box})", *APP) == "0"
    assert len(claim()) == 1
    settle(box, "sent")
    assert state(id) == "sent"


def test_what_a_dead_server_held_is_taken_up_and_its_word_counts_no_more():
    empty()
    id = put("k3")
    box = claim("dead", lease="-1 second")[0][0]
    assert [row[0] for row in claim("alive")] == [box]
    assert settle(box, "dead", "dead") == "f", "a claim that ran out settled"
    assert settle(box, "sent", "alive") == "t" and settle(box, "sent", "alive") == "f"
    assert state(id) == "sent"


def test_reports_come_in_any_order_and_twice():
    empty()
    id = put("k4")
    box = claim()[0][0]
    report = "SELECT message_report({}, {}, 'words')".format
    assert db.one(report(id, "false"), "tail") == "t" and state(id) == "undelivered"     # before the gateway's own answer
    settle(box, "sent")
    assert state(id) == "undelivered"
    db.sql(report(id, "true"), "tail")
    db.sql(report(id, "false"), "tail")
    assert state(id) == "delivered"
    assert db.one(report(999999999, "true"), "tail") == "f"


def test_replies_find_what_they_answer_and_come_once():
    empty()
    id = put("k5")
    settle(claim()[0][0], "sent")
    reply = "SELECT coalesce(message_receive('sms', 'ref-7', '13900000000', '5 很好'), 0)"
    assert db.one(reply, "tail") != "0" and db.one(reply, "tail") == "0"
    assert db.sql("SELECT message_id, body FROM message_reply WHERE reference = 'ref-7'") == [[id, "5 很好"]]


def test_other_branches_see_nothing():
    put("k6")
    for table in ("message", "outbox"):
        assert db.one(f"SELECT count(*) FROM {table}", "app", [3], 4) == "0", table
        assert db.one(f"SELECT count(*) FROM {table}", "app", [2], 3) != "0", table


def test_the_application_moves_nothing_but_by_the_doors():
    for text in ("UPDATE outbox SET state = 'sent'", "DELETE FROM message", "INSERT INTO outbox (gateway) VALUES ('sms')",
                 "UPDATE message SET body = 'x'", "SELECT message_work(1)", "UPDATE message_cursor SET tx = '1'"):
        db.refused("42501", text, *APP)


if __name__ == "__main__":
    yz.main(globals())
