"""The monitor: live counts, reminders and escalations that come once however many servers run, jobs and their runs, base data in order, landmarks."""
import datetime
import uuid

import company
import yz

co = company.Company(servers=2)


def later(**by):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**by)).strftime("%Y-%m-%dT%H:%M:%SZ")


def counts(user="dispatcher"):
    return co.as_(user).call("rescue.counts")


def told(role, text, order):
    """Notices of an order that people of a role have, by the database."""
    return int(co.one(f"SELECT count(*) FROM notice n JOIN employee e ON e.id = n.employee_id WHERE '{role}' = ANY (e.roles) AND n.row_id = {order}"
                      f" AND n.msgid LIKE '{text}'"))


def people(role):
    """Those of the role at branch A; who is over several is no part of the small company."""
    return int(co.one(f"SELECT count(*) FROM employee WHERE '{role}' = ANY (roles) AND branch_id = {co.branch['A']} AND disabled_at IS NULL"))


# ---------------------------------------------------------------------------------------------------------------- counts

def test_counts_follow_the_orders():
    before = counts()
    new = co.order()
    at = counts()
    yz.check(at["states"].get("new", 0) == before["states"].get("new", 0) + 1, "a new order counts")
    co.sql(f"UPDATE rescue_order SET due_at = now() - interval '1 minute' WHERE id = {new}")
    yz.check(counts()["overdue"] == at["overdue"] + 1, "a late one is counted as late")
    co.order(appoint_at=later(hours=1))
    now = counts()
    yz.check(now["states"]["new"] == at["states"]["new"], "an appointment nobody was sent to is not among the orders")
    yz.check((now["appointments"]["all"], now["appointments"]["soon"]) == (at["appointments"]["all"] + 1, at["appointments"]["soon"] + 1), now)
    yz.check(now["next"] is not None and now["next"] > now["now"], "says when a count changes by itself")
    other = counts("dispatcher_b")
    co.order()
    yz.check(counts("dispatcher_b") | {"now": 0} == other | {"now": 0}, "another branch's orders are not counted")
    yz.check(co.as_("accountant").refused("rescue.counts").code == "forbidden", "who has no monitor counts nothing")


def test_the_monitor_lists_what_it_counts():
    client = co.as_("dispatcher")
    live = {"in": ["new", "dispatched", "accepted", "on_the_way", "arrived"]}
    rows = client.call("rescue.list", {"filter": {"waits": False, "state": live}, "sort": ["-late_s"], "columns": ["number", "late_s", "due_at"],
                                       "limit": 500})["rows"]
    got = counts()
    yz.check(len(rows) == sum(got["states"].get(s, 0) for s in live["in"]), "as many rows as are counted")
    late = [r["late_s"] for r in rows if r["late_s"] is not None]
    yz.check(late == sorted(late, reverse=True) and all(r["late_s"] is None for r in rows[len(late):]), "the latest first, what has no limit last")
    yz.check(len([s for s in late if s >= 0]) == got["overdue"], "and as many late ones")
    waiting = client.call("rescue.list", {"filter": {"waits": True}, "sort": ["-late_s"], "limit": 500})["rows"]
    yz.check(len(waiting) == got["appointments"]["all"] and all(r["appoint_at"] and r["state"] == "new" for r in waiting), "appointments likewise")


def test_counts_under_a_filter():
    """What is typed into the list holds for the numbers above it, whatever it is: columns, words, or both."""
    ours, late, other = co.order(plate="粤A7K001"), co.order(plate="粤A7K002"), co.order()
    co.order(plate="粤A7K003", appoint_at=later(hours=1))
    co.sql(f"UPDATE rescue_order SET due_at = now() - interval '1 minute' WHERE id = {late}")
    client = co.as_("dispatcher")
    for args in ({"filter": {"plate": {"like": "粤A7K"}}}, {"q": "A7K"}, {"filter": {"state": "new"}, "q": "A7K"}):
        got = client.call("rescue.counts", args)
        yz.check((got["states"], got["overdue"], got["appointments"]["all"]) == ({"new": 2}, 1, 1), f"{args}: {got}")
    co.step("order_clerk", "void", ours, reason="duplicate")
    got = client.call("rescue.counts", {"q": "A7K"})
    yz.check(got["states"] == {"new": 1, "void": 1}, f"of the last day likewise: {got}")
    got = client.call("rescue.counts", {"filter": {"state": {"in": []}}})
    yz.check((got["states"], got["overdue"], got["appointments"]["all"], got["next"]) == ({}, 0, 0, None), f"of nothing: {got}")
    refused = client.refused("rescue.counts", {"filter": {"colour_of_money": 1}})
    yz.check((refused.code, refused.field) == ("invalid", "colour_of_money"), "a filter that is none is refused")
    yz.check(client.refused("rescue.counts", {"filters": {}}).code == "invalid", "and so is an argument that is none")
    yz.check(other, "what does not fit is not counted")


def test_several_at_once():
    ids = [co.order() for _ in range(3)]
    co.step("order_clerk", "void", ids[1], reason="other")
    items = [{"id": id, "version": co.version(id) - (id == ids[2])} for id in ids]
    reply = co.as_("order_clerk").do("rescue.void", {"items": items, "reason": "duplicate"})
    yz.check(["ok" if "ok" in r else r["err"]["code"] for r in reply["items"]] == ["ok", "conflict", "conflict"],
             f"each has its own result: {reply}")
    urged = co.order()
    reply = co.as_("order_clerk").do("rescue.urge", {"items": [{"id": urged, "version": co.version(urged)}]})
    yz.check(co.row(urged)["urges"] == 1, "urged in a batch")


# ---------------------------------------------------------------------------------------------------------------- the clock

def test_an_appointment_is_reminded_of_once():
    order = co.order(appoint_at=later(minutes=30))
    far = co.order(appoint_at=later(hours=5))
    co.run_job("rescue_remind", 3)
    yz.check(told("dispatcher", "Appointment%", order) == people("dispatcher"), "everybody who dispatches there hears once")
    yz.check(told("dispatcher", "Appointment%", far) == 0, "what is far off waits")
    args = co.sql(f"SELECT args ->> 'number', args ->> 'place' FROM notice WHERE row_id = {order} AND msgid LIKE 'Appointment%' LIMIT 1")[0]
    yz.check(args[0] == co.row(order)["number"] and args[1], "it names the order and the place")
    co.step("order_clerk", "update", order, appoint_at=later(minutes=40))
    co.run_job("rescue_remind")
    yz.check(told("dispatcher", "Appointment%", order) == 2 * people("dispatcher"), "and once more, since it was moved")


def test_what_stays_late_reaches_the_manager():
    co.person("manager_a", ["branch_manager"])
    party = co.party["F1"]
    co.as_("admin").do("sla_rule.create", {"customer_id": party, "service": "tow", "dispatch_s": 60, "accept_s": 60, "arrive_s": 600, "escalate_s": 120})
    fresh, stale = co.order(), co.order()
    co.sql(f"UPDATE rescue_order SET due_at = now() - interval '1 minute' WHERE id = {fresh}")
    co.sql(f"UPDATE rescue_order SET due_at = now() - interval '3 minutes' WHERE id = {stale}")
    co.run_job("rescue_escalate")
    yz.check(told("branch_manager", "%minutes late%", stale) == people("branch_manager"), "the manager hears, once")
    yz.check(told("branch_manager", "%minutes late%", fresh) == 0, "what is within the second limit is no news")


# ---------------------------------------------------------------------------------------------------------------- jobs

def job(name):
    return co.as_("admin").call("job.list", {"filter": {"name": name}})["rows"][0]


def runs(name):
    return co.as_("admin").call("job_run.list", {"filter": {"job_id": job(name)["id"]}})["rows"]


def test_jobs_are_seen_paused_and_run_by_hand():
    admin = co.as_("admin")
    seen = job("command_key_purge")
    yz.check(seen["what"] == "command_key_purge" and seen["health"] in ("waiting", "running") and seen["every_seconds"] == 3600, seen)
    yz.wait_until("it ran at the start", lambda: job("command_key_purge")["outcome"] == "done" and runs("command_key_purge"))
    before = len(runs("command_key_purge"))
    seen = job("command_key_purge")
    admin.do("job.run", {"id": seen["id"], "version": seen["version"]})
    yz.wait_until("a run by hand", lambda: len(runs("command_key_purge")) == before + 1)
    last = runs("command_key_purge")[0]
    yz.check((last["outcome"], last["asked_by"]) == ("done", co.employee["admin"]) and last["took_ms"] >= 0 and last["server"], last)
    yz.check(job("command_key_purge")["took_ms"] is not None, "the last run's time stands beside the job")
    seen = job("command_key_purge")
    admin.do("job.disable", {"id": seen["id"], "version": seen["version"]})
    yz.check(job("command_key_purge")["health"] == "paused", "paused")
    co.sql("UPDATE job SET next_at = now() - interval '1 hour' WHERE name = 'command_key_purge'")
    co.run_job("session_expire")        # was due after it
    yz.check(len(runs("command_key_purge")) == before + 1, "and does not run")
    seen = job("command_key_purge")
    admin.do("job.enable", {"id": seen["id"], "version": seen["version"]})
    yz.wait_until("until it goes on", lambda: job("command_key_purge")["health"] != "paused" and job("command_key_purge")["next_at"] > later())


def test_a_failure_is_kept_with_its_words():
    co.sql("INSERT INTO job (name, every) VALUES ('no_such_work', '1 hour')")
    yz.wait_until("it was tried", lambda: job("no_such_work")["outcome"] == "failed")
    row = runs("no_such_work")[0]
    yz.check(row["outcome"] == "failed" and "does not know" in row["result"], row)
    co.sql("DELETE FROM job WHERE name = 'no_such_work'")


# ---------------------------------------------------------------------------------------------------------------- base data

def item(kind, code):
    return co.as_("admin").call("base_item.list", {"filter": {"kind": kind, "code": code}})["rows"][0]


def order_of(kind):
    return [r["code"] for r in co.as_("admin").call("base_item.list", {"filter": {"kind": kind}, "sort": ["position", "code"], "limit": 500})["rows"]]


def move(verb, kind, code):
    row = item(kind, code)
    return co.as_("admin").do(f"base_item.{verb}", {"id": row["id"], "version": row["version"]})


def test_entries_change_places():
    was = order_of("road")
    move("down", "road", was[0])
    yz.check(order_of("road") == [was[1], was[0], *was[2:]], "down")
    move("up", "road", was[0])
    yz.check(order_of("road") == was, "and up again")
    row = item("road", was[0])
    yz.check(co.as_("admin").refused("base_item.up", {"id": row["id"], "version": row["version"]}).code == "conflict", "the first goes no further up")
    trail = [r["verb"] for r in co.as_("admin").call("base_item.history", {"id": item("road", was[1])["id"]})["rows"]]
    yz.check(len(trail) == 2, f"the one that gave way has it in its history: {trail}")
    made = co.as_("admin").do("base_item.create", {"kind": "road", "code": "roof", "label_en": "Roof", "label_zh_cn": "屋顶", "label_zh_tw": "屋頂"})
    yz.check(order_of("road")[-1] == "roof", "a new one stands last")
    co.sql(f"UPDATE base_item SET position = {item('road', was[-1])['position']} WHERE id = {made['id']}")
    before = order_of("road")
    move("up", "road", before[-1])
    yz.check(order_of("road") == [*before[:-2], before[-1], before[-2]], "two at one place part")


def test_what_is_used_cannot_be_deleted():
    co.order(service="jump_start")
    row = item("service", "jump_start")
    refusal = co.as_("admin").refused("base_item.delete", {"id": row["id"], "version": row["version"], "reason": "x"})
    yz.check(refusal.code == "conflict" and "jump_start" in str(refusal), refusal)
    made = co.as_("admin").do("base_item.create", {"kind": "service", "code": f"s{uuid.uuid4().hex[:8]}", "label_en": "X", "label_zh_cn": "某",
                                                   "label_zh_tw": "某"})
    co.as_("admin").do("base_item.delete", {"id": made["id"], "version": 1, "reason": "x"})
    city = co.as_("admin").call("district.list", {"filter": {"code": "440106"}})["rows"][0]
    refusal = co.as_("admin").refused("district.delete", {"id": city["id"], "version": city["version"], "reason": "x"})
    yz.check(refusal.code == "conflict", refusal)


def test_shipped_names_are_found_by_pinyin():
    admin = co.as_("admin")
    yz.wait_until("search keys", lambda: admin.call("base_item.list", {"q": "tuoche"})["rows"])
    yz.wait_until("all of them", lambda: int(co.one("SELECT count(*) FROM search_missing(1)")) == 0)
    for q in ("tuoche", "tc", "拖車", "拖车"):
        yz.check("tow" in [r["code"] for r in admin.call("base_item.list", {"q": q, "limit": 100})["rows"]], f"a service by {q}")
    for q in ("guangzhouta", "gzt", "廣州塔", "canton"):
        rows = co.as_("call_taker").call("landmark.list", {"q": q})["rows"]
        yz.check("广州塔" in [r["name_zh_cn"] for r in rows], f"a landmark by {q}")
    yz.check("440106" in [r["code"] for r in admin.call("district.list", {"q": "tianhe"})["rows"]], "a district")


def test_landmarks_are_kept_like_other_base_data():
    admin = co.as_("admin")
    made = admin.do("landmark.create", {"name_en": "Lighthouse", "name_zh_cn": "灯塔", "name_zh_tw": "燈塔", "district_code": "440106",
                                        "place_lon": 113.3, "place_lat": 23.1})
    yz.check(admin.call("landmark.list", {"q": "dengta"})["rows"][0]["id"] == made["id"], "found at once")
    twice = {"name_en": "L", "name_zh_cn": "灯塔", "name_zh_tw": "燈塔", "district_code": "440106", "place_lon": 113.3, "place_lat": 23.1}
    yz.check(admin.refused("landmark.create", twice).code == "duplicate", "once in a district")
    admin.do("landmark.create", {**twice, "district_code": "440104"})
    yz.check(admin.refused("landmark.create", {**twice, "name_zh_cn": "远", "place_lat": 91}).field == "place_lat", "on earth")
    admin.do("landmark.delete", {"id": made["id"], "version": 1, "reason": "x"})


# ---------------------------------------------------------------------------------------------------------------- intake

def test_a_case_number_names_the_other_order():
    number = f"PICC{uuid.uuid4().hex[:10].upper()}"
    first = co.order(external_number=number)
    refusal = co.as_("order_clerk").refused("rescue.create", co.order_args(external_number=number))
    yz.check((refusal.code, refusal.field, refusal.error.get("other")) == ("duplicate", "external_number",
                                                                         {"id": first, "number": co.row(first)["number"]}), refusal)
    second = co.order()
    yz.check(co.refuse("order_clerk", "update", second, external_number=number).code == "duplicate", "nor by an edit")
    co.step("order_clerk", "update", first, external_number=number, remarks="same again")
    co.step("order_clerk", "void", first, reason="other")
    co.step("order_clerk", "update", second, external_number=number)


def test_plates_in_every_form_are_one():
    clerk = co.as_("order_clerk")
    tail = uuid.uuid4().int % 90000 + 10000
    for typed, stored in ((f"粤A·{tail}", f"粤A{tail}"), (f"粵a{tail}", f"粤A{tail}"), (f"粤ａ　{tail}", f"粤A{tail}"), (f"粤AD{tail}", f"粤AD{tail}"),
                          (f"粤Z{tail % 10000:04}港", f"粤Z{tail % 10000:04}港"), (f"粤z·{tail % 10000:04}澳", f"粤Z{tail % 10000:04}澳"),
                          (f"临粤A{tail}", f"粤A{tail}临"), (f"粤A{tail}臨", f"粤A{tail}临"), ("无牌", None), ("無牌", None), ("none", None)):
        made = clerk.do("rescue.create", co.order_args(plate=typed))
        yz.check(co.row(made["id"])["plate"] == stored, f"{typed} is {stored}: {co.row(made['id'])['plate']}")


yz.main(globals())
