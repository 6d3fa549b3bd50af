#!/usr/bin/env python3
"""Third parties: what they may tell and see, what becomes of their notices whoever else is at them, and how they hear of their orders."""
import threading
import uuid

import company
import yz
from yz import check

house = company.Company(servers=2)
admin, clerk = house.as_("admin"), house.as_("order_clerk")
for code, party in (("pingan", "F1"), ("cpic", "F2")):
    admin.do("partner.create", {"party_id": house.party[party], "code": code, "branch_id": house.branch["A"], "minute_max": 1000, "day_max": 10000})
for login, party in (("pingan1", "F1"), ("pingan2", "F1"), ("cpic1", "F2")):
    house.person(login, ["partner"], party_id=house.party[party])
pingan, cpic = house.as_("pingan1"), house.as_("cpic1")


def args(**more):
    return {"foreign_number": f"PA{uuid.uuid4().int % 10**12}", "contact_name": "赵先生", "contact_phone": "13912345678",
            "plate": f"粤A{uuid.uuid4().int % 90000 + 10000}", "car_model": "sedan", "service": "tow", "road": "city", **company.PLACE, **more}


def notice(partner=pingan, **more):
    return partner.do("order_notice.create", args(**more))["id"]


def version(id):
    return house.version(id, "order_notice")


def step(who, action, id, **more):
    return who.do(f"order_notice.{action}", {"id": id, "version": version(id), **more})


def refuse(who, action, id, **more):
    return who.refused(f"order_notice.{action}", {"id": id, "version": version(id), **more})


def converted(partner=pingan, **more):
    id = notice(partner, **more)
    return id, step(clerk, "convert", id)["order"]["id"]


def of(id, who=clerk):
    return who.call("order_notice.get", {"id": id})


def finish_job(order, vehicle="VA1"):
    house.step("dispatcher", "contact", order, note="已联系")
    for action, more in (("dispatch", {"vehicle_id": house.vehicle[vehicle]}), ("accept", {}), ("depart", {}), ("arrive", {})):
        house.step("dispatcher", action, order, **more)
    return house.step("dispatcher", "complete", order, km=12)


# ---------------------------------------------------------------------------------------------------------------- the flow

def test_a_notice_becomes_an_order():
    given = args(remarks="有小孩", destination="广州南站", policy_number="POL-1")
    with house.new_client("order_clerk") as watcher:
        watcher.call("session.watch", {"entities": ["order_notice", "rescue"]})
        id = pingan.do("order_notice.create", given)["id"]
        watcher.wait_event("event", lambda e: e["entity"] == "order_notice" and e["id"] == id and e["action"] == "create")
        row = of(id)
        check(row["state"] == "received" and row["open"] and row["how"] == "protocol" and row["partner_id"] == house.party["F1"]
              and row["branch_id"] == house.branch["A"] and row["received_at"], "a notice stands in the queue of its branch")
        step(house.as_("call_taker"), "contact", id, note="赵先生说车在路边")
        check(of(id)["state"] == "received" and of(id)["contacted_at"], "a call about it is noted")
        reply = step(clerk, "convert", id)
        order = reply["order"]["id"]
        check(reply["state"] == "converted" and reply["order"]["number"].startswith("R"), "the answer names the order")
        watcher.wait_event("event", lambda e: e["entity"] == "rescue" and e["id"] == order and e["action"] == "create")
    made = house.row(order)
    for name in ("contact_name", "contact_phone", "plate", "car_model", "service", "road", "place", "lon", "lat", "remarks", "destination", "policy_number"):
        check(made[name] == given[name], f"the order has the notice's {name}")
    check(made["external_number"] == given["foreign_number"] and made["customer_id"] == house.party["F1"] and made["notice_id"] == id
          and made["state"] == "new" and made["to_confirm"] and made["due_at"] and made["estimate_fen"], "it is a whole order, to be confirmed")
    check(of(id)["order_id"] == order and of(id)["handled_at"] and not of(id)["open"], "the notice knows its order")
    refused = house.refuse("dispatcher", "dispatch", order, vehicle_id=house.vehicle["VA1"])
    check(refused.code == "conflict" and "contacted" in refused.error["message"].lower(), f"nobody is sent before the person was called: {refused.error['message']}")
    house.step("dispatcher", "contact", order, note="确认需要拖车")
    check(not house.row(order)["to_confirm"], "the call confirms it")
    house.step("dispatcher", "dispatch", order, vehicle_id=house.vehicle["VA1"])
    house.free(house.vehicle["VA1"])
    found = clerk.call("order_notice.list", {"q": given["foreign_number"]})["rows"]
    check([r["id"] for r in found] == [id], "our people find it by its number")


def test_what_the_clerk_knows_better():
    id = notice(service=None, road=None, car_model=None, contact_name=None)
    refused = refuse(clerk, "convert", id)
    check(refused.code == "invalid" and refused.field in ("service", "road", "car_model", "contact_name") and of(id)["state"] == "received",
          f"an order needs what the notice lacks ({refused.field})")
    order = step(clerk, "convert", id, service="jump_start", road="city", car_model="sedan", contact_name="钱女士",
                 branch_id=house.branch["A1"])["order"]["id"]
    made = house.row(order)
    check((made["service"], made["contact_name"], made["branch_id"]) == ("jump_start", "钱女士", house.branch["A1"]), "the clerk fills it in, and says which station")


def test_rejected_and_withdrawn():
    id = notice()
    check(refuse(clerk, "reject", id).code == "invalid", "a rejection needs a reason")
    step(clerk, "reject", id, reason="out_of_area")
    check(of(id, pingan)["state"] == "rejected" and of(id, pingan)["state_reason"] == "out_of_area", "the third party reads why")
    check(refuse(clerk, "convert", id).code == "conflict" and refuse(pingan, "withdraw", id, reason="x").code == "conflict", "and that is its end")
    id = notice()
    step(pingan, "withdraw", id, reason="客户自行解决")
    check(of(id)["state"] == "withdrawn" and refuse(clerk, "convert", id).code == "conflict", "what was withdrawn is not converted")


def test_a_number_is_taken_once():
    given = args()
    id = pingan.do("order_notice.create", given)["id"]
    again = pingan.refused("order_notice.create", given)
    check(again.code == "duplicate" and again.field == "foreign_number", "the same number again is a duplicate")
    check(cpic.do("order_notice.create", given)["id"] != id, "another third party has numbers of its own")
    step(clerk, "reject", id, reason="other")
    check(pingan.refused("order_notice.create", given).code == "duplicate", "also once it was rejected: for good")
    same = {**args(foreign_number="KEYED-1"), "key": company.key()}
    one, two = pingan.do("order_notice.create", same), pingan.do("order_notice.create", same)
    check(one == two, "a repeated key gives the first answer")


def test_an_order_of_that_number_is_there():
    number = f"TEL{uuid.uuid4().int % 10**9}"
    house.order(external_number=number)
    id = notice(foreign_number=number)
    refused = refuse(clerk, "convert", id)
    check(refused.code == "duplicate" and refused.field == "external_number" and of(id)["state"] == "received",
          "what was entered by phone already is not made again; the clerk rejects it")


# ---------------------------------------------------------------------------------------------------------------- races

def at_once(*jobs):
    results = [None] * len(jobs)

    def run(i):
        try:
            results[i] = jobs[i]()
        except yz.Refused as refusal:
            results[i] = refusal
    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(jobs))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return results


def test_two_clerks_convert():
    with house.new_client("order_clerk") as one, house.new_client("order_clerk2", server=1) as two:
        for _ in range(8):
            id = notice()
            seen = version(id)
            got = at_once(*[lambda c=c: c.do("order_notice.convert", {"id": id, "version": seen}) for c in (one, two)])
            done = [r for r in got if isinstance(r, dict)]
            check(len(done) == 1 and all(r.code == "conflict" for r in got if not isinstance(r, dict)), "one of two converts, at two servers")
            check(house.one(f"SELECT count(*) FROM rescue_order WHERE notice_id = {id}") == "1", "one order")


def test_the_same_number_from_two_lines():
    with house.new_client("pingan1") as one, house.new_client("pingan2", server=1) as two:
        for _ in range(6):
            given = args()
            got = at_once(*[lambda c=c: c.do("order_notice.create", dict(given)) for c in (one, two)])
            check(sorted(isinstance(r, dict) for r in got) == [False, True] and [r.code for r in got if not isinstance(r, dict)] == ["duplicate"],
                  "told twice at the same moment, taken once")


def test_withdraw_against_convert():
    with house.new_client("order_clerk") as one, house.new_client("pingan2", server=1) as two:
        outcomes = set()
        for _ in range(10):
            id = notice()
            seen = version(id)
            got = at_once(lambda: one.do("order_notice.convert", {"id": id, "version": seen}),
                          lambda: two.do("order_notice.withdraw", {"id": id, "version": seen, "reason": "不需要了"}))
            states = [isinstance(r, dict) for r in got]
            check(sum(states) == 1 and all(r.code == "conflict" for r in got if not isinstance(r, dict)), "one of the two goes through")
            state = of(id)["state"]
            check(state == ("converted" if states[0] else "withdrawn"), "and the notice is what that one made it")
            check(int(house.one(f"SELECT count(*) FROM rescue_order WHERE notice_id = {id}")) == (1 if states[0] else 0), "with an order or without")
            outcomes.add(state)
        print("   seen:", outcomes)


# ---------------------------------------------------------------------------------------------------------------- cancelled afterwards

def test_withdrawn_after_conversion():
    id, order = converted()
    with house.new_client("dispatcher") as dispatcher, house.new_client("dispatcher", server=1) as elsewhere:
        for client in (dispatcher, elsewhere):
            client.call("session.watch", {"entities": ["rescue"]})
        reply = step(pingan, "withdraw", id, reason="车主已自行离开")
        check(reply["state"] == "converted" and of(id)["cancel_at"], "the notice stays converted, and says that it was withdrawn")
        for client in (dispatcher, elsewhere):
            told = client.wait_event("notice", lambda n: n.get("entity") == "rescue" and n.get("row_id") == order)
            check(told["level"] == "alarm" and told["args"]["reason"] == "车主已自行离开", "it rings at the dispatchers', at every server")
            client.wait_event("event", lambda e: e["entity"] == "rescue" and e["id"] == order and e["action"] == "cancel")
    row = house.row(order)
    check(row["state"] == "new" and row["cancel_at"] and row["cancel_reason"] == "车主已自行离开", "the order goes on, flagged")
    check(refuse(pingan, "withdraw", id, reason="again").code == "conflict", "once is enough")
    house.step("dispatcher", "void", order, reason="customer_cancel" if "customer_cancel" in house.one(
        "SELECT string_agg(code, ' ') FROM base_item WHERE kind = 'void_reason'") else "other")
    check(house.row(order)["state"] == "void" and pingan.call("partner_order.get", {"id": order})["state"] == "void", "a dispatcher voids it, by hand")
    id, order = converted()
    house.step("dispatcher", "void", order, reason="other")
    check(refuse(pingan, "withdraw", id, reason="x").code == "conflict", "a job that is over is not cancelled")


def test_gone_on_with_as_agreed():
    id, order = converted()
    dispatcher = house.as_("dispatcher")
    check("proceed" not in dispatcher.call("rescue.get", {"id": order})["can"] and house.refuse("dispatcher", "proceed", order, reason="x").code == "conflict",
          "there is nothing to go on with before")
    _, cursor = to_end(pingan)
    step(pingan, "withdraw", id, reason="车主说已有人帮忙")
    row = dispatcher.call("rescue.get", {"id": order})
    check(row["withdrawal"] == "asked" and "proceed" in row["can"], "the flag waits for a dispatcher")
    check(house.refuse("dispatcher", "proceed", order).code == "invalid" and house.refuse("order_clerk", "proceed", order, reason="x").code == "forbidden",
          "a dispatcher goes on, with a reason")
    with house.new_client("pingan1") as here, house.new_client("pingan1", server=1) as there:
        for client in (here, there):
            client.call("session.watch", {"entities": ["partner_order", "order_notice"]})
        house.step("dispatcher", "proceed", order, reason="与平安王先生商定继续")
        for client in (here, there):
            client.wait_event("event", lambda e: e["entity"] == "partner_order" and e["id"] == order and e["action"] == "proceed")
            client.wait_event("event", lambda e: e["entity"] == "order_notice" and e["id"] == id and e["action"] == "proceed")
    row = house.row(order)
    check(row["state"] == "new" and row["cancel_at"] is None and row["withdrawal"] == "none" and row["proceed_reason"] == "与平安王先生商定继续", "the flag is gone, and why stands there")
    told = [r for r in to_end(pingan, cursor)[0] if r["order_id"] == order]
    check([r["what"] for r in told] == ["update", "proceed"] and told[1]["proceed_reason"] == "与平安王先生商定继续" and "cancel_at" not in told[1],
          f"its third party fetches it {[r['what'] for r in told]}")
    check(pingan.call("partner_order.get", {"id": order})["proceed_at"] and of(id)["cancel_at"] is None, "and sees it")
    step(pingan, "withdraw", id, reason="这次是真的")
    check(house.row(order)["withdrawal"] == "asked", "it may think again")
    house.step("dispatcher", "void", order, reason="other")
    row = dispatcher.call("rescue.get", {"id": order})
    check(row["withdrawal"] == "settled" and "proceed" not in row["can"], "and voided, there is nothing to decide")


# ---------------------------------------------------------------------------------------------------------------- bells

def bells(id, level):
    return [r[0] for r in house.sql(f"SELECT e.login FROM notice n JOIN employee e ON e.id = n.employee_id WHERE n.entity = 'order_notice' AND n.row_id = {id} AND n.level = '{level}' ORDER BY 1")]


def ring(on):
    """The job that rings, held back or let go; by the database, as an admin would by its switch."""
    house.sql(f"UPDATE job SET disabled_at = {'NULL' if on else 'now()'} WHERE name = 'order_notice_ring'")
    yz.wait_until("the job to be free", lambda: house.one("SELECT coalesce(claimed_by, '') FROM job WHERE name = 'order_notice_ring'") == "")


def ring_once_more():
    house.run_job("order_notice_ring")


def quiet():
    """What waited before has rung: the next one rings alone."""
    yz.wait_until("the bells of before", lambda: house.one("SELECT count(*) FROM order_notice n WHERE state = 'received' AND NOT EXISTS (SELECT FROM order_notice_told t WHERE t.notice_id = n.id)") == "0", 30)


MAY_CONVERT = ["dispatcher", "dispatcher2", "order_clerk", "order_clerk2"]


def test_who_may_convert_hears_of_each():
    quiet()
    with house.new_client("order_clerk") as here, house.new_client("dispatcher", server=1) as there:
        id = notice()
        for client in (here, there):
            told = client.wait_event("notice", lambda n: n.get("entity") == "order_notice" and n.get("row_id") == id)
            check(told["level"] == "warning" and told["args"]["partner"] and told["args"]["number"] == of(id)["foreign_number"], "it rings at every server")
    ring_once_more()
    check(bells(id, "warning") == MAY_CONVERT, f"at those who may convert it, and nobody else, once each {bells(id, 'warning')}")
    check(bells(id, "alarm") == [], "not again before it waits too long")


def test_what_waits_too_long_rings_again():
    house.sql("UPDATE order_notice_told SET late = true")
    house.sql("UPDATE setting SET value = '2' WHERE name = 'order_notice.wait_seconds'")
    try:
        quiet()
        with house.new_client("order_clerk") as clerk_there:
            id = notice()
            told = clerk_there.wait_event("notice", lambda n: n.get("row_id") == id and n["level"] == "alarm", 30)
            check("minutes" in told["args"], "what waits too long rings as an alarm")
        ring_once_more()
        check(bells(id, "alarm") == MAY_CONVERT and of(id)["late_at"], f"once each {bells(id, 'alarm')}")
        house.sql("UPDATE setting SET value = '0' WHERE name = 'order_notice.wait_seconds'")
        quiet()
        other = notice()
        ring_once_more()
        check(bells(other, "warning") == MAY_CONVERT and bells(other, "alarm") == [] and of(other)["late_at"] is None, f"where the setting is 0 it does not {bells(other, 'warning')} {bells(other, 'alarm')} {of(other)['late_at']}")
    finally:
        house.sql("UPDATE setting SET value = '300' WHERE name = 'order_notice.wait_seconds'")


def test_a_file_of_many_rings_once():
    ring(False)
    try:
        many, gone = [notice() for _ in range(4)], notice()
        step(pingan, "withdraw", gone, reason="x")
        theirs = notice(cpic)
    finally:
        ring(True)
    yz.wait_until("the bells", lambda: bells(min(many), "warning") and bells(theirs, "warning"), 30)
    rows = house.sql(f"SELECT n.args ->> 'count', count(*) FROM notice n WHERE entity = 'order_notice' AND row_id = ANY ('{{{','.join(map(str, [*many, gone]))}}}') GROUP BY 1")
    check(rows == [["4", str(len(MAY_CONVERT))]], f"four of one third party are one ring, and what is withdrawn is none {rows}")


# ---------------------------------------------------------------------------------------------------------------- rights

def test_a_third_party_sees_its_own():
    mine, theirs = notice(pingan), notice(cpic)
    check({r["id"] for r in pingan.call("order_notice.list", {"limit": 500})["rows"]} >= {mine}
          and theirs not in {r["id"] for r in pingan.call("order_notice.list", {"limit": 500})["rows"]}, "own notices only")
    check(pingan.refused("order_notice.get", {"id": theirs}).code == "not_found", "another's is not there")
    check(pingan.refused("order_notice.withdraw", {"id": theirs, "version": version(theirs), "reason": "x"}).code == "not_found", "nor to be withdrawn")
    check(pingan.refused("order_notice.create", args(partner_id=house.party["F2"])).field == "partner_id", "nobody tells for another")
    _, order = converted(pingan)
    _, other = converted(cpic)
    rows = pingan.call("partner_order.list", {"limit": 500})["rows"]
    check(order in {r["id"] for r in rows} and other not in {r["id"] for r in rows}, "own orders only")
    row = pingan.call("partner_order.get", {"id": order})
    hidden = {"cost_fen", "supplier_id", "estimate_fen", "estimate_parts", "proposal_fen", "price_parts", "taken_fen", "driver_id", "vehicle_id", "received_fen",
              "audited_by", "agreement_id", "remarks"}
    check(row["state"] == "new" and not hidden & set(row) and not row.get("created_by_label") and "holders" not in row, f"an order as a third party may see it {sorted(hidden & set(row))}")
    check(pingan.refused("partner_order.get", {"id": other}).code == "not_found", "another's order is not there")
    for column in ("cost_fen", "price_fen"):
        check(pingan.refused("partner_order.list", {"columns": [column]}).code == "invalid" and pingan.refused("partner_order.list", {"filter": {column: 1}}).code == "invalid",
              f"{column} is neither shown nor asked by")


def test_all_else_is_denied():
    allowed = {"order_notice.create", "order_notice.withdraw", "order_notice.list", "order_notice.get", "order_notice.results", "order_notice.summary", "order_notice.print", "partner_order.print",
               "partner_order.list", "partner_order.get", "partner_order.dispute", "partner_order.summary", "rescue.dispute"}
    _, order = converted()
    told = set()
    for verb in house.verbs():
        entity = verb.split(".")[0]
        if entity in ("session", "preference", "file", "command") or verb in allowed or verb in ("notice.list", "notice.read"):
            continue
        refused = pingan.refused(verb, {"id": order, "version": 1, "reason": "other"})
        if refused.code != "forbidden":
            told.add((verb, refused.code))
    check(not told, f"every other verb is refused to a third party {sorted(told)[:8]}")
    check(pingan.refused("notice.send", {"role": "dispatcher", "text": "hello"}).code == "forbidden", "nor do they write to our people")
    watched = pingan.refused("session.watch", {"entities": ["rescue"]})
    check(watched.code == "forbidden", "nor watch orders as ours")
    alone = house.person("nobody1", ["partner"])
    with house.new_client("nobody1") as nobody:
        check(alone and nobody.call("order_notice.list")["rows"] == [] and nobody.call("partner_order.list")["rows"] == [], "who works for nobody sees nothing")
        check(nobody.refused("order_notice.create", args(partner_id=house.party["F1"])).code in ("forbidden", "invalid"), "and tells nothing")
        check(nobody.refused("order_notice.results").code == "forbidden", "nor fetches")


def test_the_party_of_a_person_changes_at_once():
    id = house.person("mover", ["partner"], party_id=house.party["F1"])
    mine, theirs = notice(pingan), notice(cpic)
    with house.new_client("mover") as mover:
        check(mover.call("order_notice.get", {"id": mine})["id"] == mine, "he sees his third party's")
        admin.do("employee.update", {"id": id, "version": house.version(id, "employee"), "party_id": house.party["F2"]})
        check(mover.call("order_notice.get", {"id": theirs})["id"] == theirs and mover.refused("order_notice.get", {"id": mine}).code == "not_found", "and another's once he works there")


def test_quota():
    row = admin.call("partner.list", {"filter": {"code": "cpic"}})["rows"][0]
    house.sql(f"UPDATE order_notice SET received_at = received_at - interval '2 minutes' WHERE partner_id = {house.party['F2']}")

    def limits(**more):
        admin.do("partner.update", {"id": row["id"], "version": house.version(row["id"], "partner"), **more})
    limits(minute_max=2)
    for _ in range(2):
        notice(cpic)
    refused = cpic.refused("order_notice.create", args())
    check(refused.code == "limit", "so many a minute and no more")
    notice(pingan)
    limits(minute_max=1000, day_max=int(house.one(f"SELECT count(*) FROM order_notice WHERE partner_id = {house.party['F2']}")))
    check(cpic.refused("order_notice.create", args()).code == "limit", "nor more a day")
    with house.new_client("cpic1") as one, house.new_client("cpic1", server=1) as two:
        limits(day_max=int(house.one(f"SELECT count(*) FROM order_notice WHERE partner_id = {house.party['F2']}")) + 1)
        got = at_once(*[lambda c=c: c.do("order_notice.create", args()) for c in (one, two)])
        check(sorted(isinstance(r, dict) for r in got) == [False, True], "the limit holds between two servers")
    limits(day_max=10000)
    admin.do("partner.disable", {"id": row["id"], "version": house.version(row["id"], "partner"), "reason": "contract ended"})
    check(cpic.refused("order_notice.create", args()).code == "forbidden", "from who is disabled nothing is taken")
    admin.do("partner.enable", {"id": row["id"], "version": house.version(row["id"], "partner"), "reason": "again"})


# ---------------------------------------------------------------------------------------------------------------- results

def results(client, after=None, **more):
    return client.call("order_notice.results", {**({"after": after} if after else {}), **more})


def to_end(client, after=None):
    rows = []
    while True:
        answer = results(client, after)
        rows += answer["rows"]
        after = answer["next"]
        if not answer["more"]:
            return rows, after


def test_results_are_told():
    _, cursor = to_end(cpic)
    with house.new_client("cpic1") as here, house.new_client("cpic1", server=1) as there, house.new_client("pingan1") as stranger:
        for client in (here, there, stranger):
            client.call("session.watch", {"entities": ["partner_order", "order_notice"]})
        id, order = converted(cpic)
        for client in (here, there):
            client.wait_event("event", lambda e: e["entity"] == "partner_order" and e["id"] == order and e["action"] == "create")
            client.wait_event("event", lambda e: e["entity"] == "order_notice" and e["id"] == id and e["action"] == "convert")
        finish_job(order, "VA2")
        check(house.row(order)["result"] == "pending", "the finished order waits for its third party's word")
        for client in (here, there):
            client.wait_event("event", lambda e: e["entity"] == "partner_order" and e["id"] == order and e["action"] == "done")
        refused = house.refuse("accountant", "audit", order)
        check(refused.code == "conflict", f"and is not audited before: {refused.error['message']}")
        house.step("order_clerk", "remark", order, remarks="12 公里，已拖至广州南站")
        check(house.row(order)["result"] == "pending" and house.row(order)["result_remarks"].startswith("12"), "the return remarks are written")
        current = there.call("partner_order.get", {"id": order})
        stale = there.refused("rescue.dispute", {"id": order, "version": current["version"] - 1, "remarks": "x"})
        check(stale.code == "conflict" and "current" not in stale.error, "a stale dispute is told nothing of the order")
        with house.new_client("order_clerk") as watching:
            there.do("partner_order.dispute", {"id": order, "version": current["version"], "remarks": "公里数不对"})
            told = watching.wait_event("notice", lambda n: n.get("row_id") == order)
            check(told["level"] == "warning", "a dispute rings at the clerks'")
        check(house.row(order)["result"] == "disputed" and house.refuse("accountant", "audit", order).code == "conflict", "disputed, and not audited")
        house.step("order_clerk", "resubmit", order, remarks="10 公里")
        here.do("rescue.dispute", {"id": order, "version": house.version(order)})
        house.step("dispatcher", "resubmit", order)
        house.step("order_clerk", "confirm_result", order, remarks="双方确认 10 公里")
        for client in (here, there):
            client.wait_event("event", lambda e: e["entity"] == "partner_order" and e["id"] == order and e["action"] == "result")
        house.step("accountant", "audit", order)
        stranger.call("session.ping")
        check(not [e for k, e in stranger.events if k == "event" and e.get("id") in (order, id)], "another third party hears nothing")
    rows = [r for r in to_end(cpic, cursor)[0] if r["order_id"] == order]
    check([r["what"] for r in rows if r["what"] not in ("update", "result")] == ["create", "dispatched", "accepted", "on_the_way", "arrived", "done"],
          f"each step in order {[r['what'] for r in rows]}")
    check([r["result"] for r in rows if r["what"] in ("done", "result")] == ["pending", "disputed", "pending", "disputed", "pending", "confirmed"], "and each result")
    check(rows[-1]["result_remarks"] == "双方确认 10 公里" and rows[-1]["foreign_number"] and rows[-1]["notice_id"] == id, "with the return remarks and their number")
    check([r for r in rows if r["what"] == "dispatched"][0]["vehicle"] == "粤A00002" and "driver_id" not in rows[-1], "and the vehicle that goes")


def test_results_after_lost_replies():
    _, cursor = to_end(pingan)
    orders = [converted(pingan)[1] for _ in range(5)]
    seen, after, lost = [], cursor, 0
    while True:
        answer = results(pingan, after, limit=2)
        if lost < 2:
            lost += 1                              # the answer went astray: nothing was read, the old cursor asks again
            continue
        seen += answer["rows"]
        after = answer["next"]
        if not answer["more"]:
            break
    check([r["order_id"] for r in seen if r["what"] == "create"] == orders, "asked again after lost answers, each comes, in order")
    check(results(pingan, after)["rows"] == [] and results(pingan, after)["next"] == after, "and then nothing more, under the same cursor")
    check(pingan.refused("order_notice.results", {"after": "rubbish"}).code == "invalid" and pingan.refused("order_notice.results", {"after": "1.2"}).code == "invalid", "a cursor is one of ours")


def test_results_pass_nothing_over():
    """A transaction that began before and commits behind another is not passed over by who read in between."""
    _, cursor = to_end(pingan)
    (_, first), (_, second) = converted(pingan), converted(pingan)
    _, cursor = to_end(pingan, cursor)
    with house.cluster.session(house.database) as slow:
        slow.sql("BEGIN")
        slow.sql(f"UPDATE rescue_order SET state = 'void', voided_at = now(), version = version + 1 WHERE id = {first}")
        house.step("dispatcher", "void", second, reason="other")
        between = results(pingan, cursor)
        slow.sql("COMMIT")
    rows, _ = to_end(pingan, between["next"] or cursor)
    got = [r["order_id"] for r in between["rows"] + rows if r["what"] == "void"]
    check(sorted(got) == sorted([first, second]), f"both come, each once {got}")


def test_who_resubmits():
    for login, right in (("order_clerk", True), ("dispatcher", True), ("call_taker", False), ("driver", False)):
        has = house.one(f"SELECT count(*) FROM employee e, employee_permissions(e.id) p WHERE e.login = '{login}' AND p.permission = 'rescue.resubmit'") == "1"
        check(has == right, f"{login} {'may' if right else 'may not'} resubmit")


def finish():
    house.stop()


if __name__ == "__main__":
    yz.main(globals())
