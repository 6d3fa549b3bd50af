"""The generic verbs on every real entity: filters against an own reckoning, paging among inserts, search, totals, the life of a record, secrets."""
import collections
import threading
import uuid

import company
import yz

co = company.Company()
admin, auditor = co.as_("admin"), co.as_("auditor")


def key():
    return uuid.uuid4().hex


def whole(client, entity, **args):
    rows, after = [], None
    while True:
        page = client.call(f"{entity}.list", {"limit": 500, **args, **({"after": after} if after else {})})
        rows += page["rows"]
        after = page["next"]
        if not after:
            return rows


def some_data():
    """Enough of each sort that filters part it."""
    for n in range(40):
        admin.do("customer.create", {"name": ["欧阳重庆", "张三", "Anna O'Neil", "長樂貿易", "50%_off"][n % 5] + str(n), "kind": ["insurer", "fleet"][n % 2], "phone": f"0208{n:07d}",
                                     "credit_limit_fen": n * 1000 if n % 3 else None, "terms_days": n if n % 2 else None, "result_required": n % 4 == 0,
                                     "remarks": None if n % 2 else f"r{n}"})
    for n, state in enumerate(["new", "new", "void", "dispatched", "done", "priced", "cleared", "empty"]):
        co.order_in(state, "VA1", price_fen=10000 + n, remarks=f"order {n}", plate=f"粤A8000{n}")
        co.free(co.vehicle["VA1"])
    co.order_in("cleared", "VB1", b=True)
    for entity, args in (("agreement", {"party_id": co.party["F1"], "service": "tow", "base_fen": 20000}), ("price_list", {"service": "tow", "base_fen": 30000, "branch_id": co.branch["A"]})):
        co.as_("finance_manager").do(f"{entity}.create", args)
    admin.do("sla_rule.create", {"customer_id": co.party["F1"], "service": "tow"})
    for more in ({"job_fen": 100}, {"service": "tow", "share_bp": 500}):
        co.as_("finance_manager").do("commission_rule.create", more)
    for (held,) in co.sql("SELECT id FROM rescue_order WHERE state = 'done' AND driver_id IS NOT NULL ORDER BY id LIMIT 2"):
        co.sql(f"UPDATE rescue_order SET taken_fen = 10{held}, taken_method = 'cash_on_site' WHERE id = {held}")
        co.as_("cashier").do("handin.create", {"lines": [{"order_id": int(held), "amount_fen": 100}], "short_reason": "a part"})
        co.as_("accountant").do("shortage.create", {"lines": [{"order_id": int(held)}], "settled_by": "wages", "short_reason": "lost"})
        co.sql(f"UPDATE rescue_order SET taken_fen = taken_fen + 50 WHERE id = {held}")
        above = co.as_("cashier").do("handin.create", {"lines": [{"order_id": int(held)}], "over_fen": 10, "short_reason": "nobody knows whose"})["id"]
        co.as_("accountant").do("overage.create", {"handin_id": above, "settled_by": "driver", "short_reason": "his own"})
    co.order_in("priced", "VA2", price_fen=7000)
    co.as_("accountant").do("statement.create", {"party_id": co.party["F1"], "remarks": "for March"})
    for n, order in enumerate(co.sql(f"SELECT id FROM rescue_order WHERE state IN ('done', 'empty')")):
        co.sql(f"SELECT rating_put({order[0]}, {n % 5 + 1}, 'words {n}', '{['sms', 'agent'][n % 2]}', NULL)")
    for code, party in (("pingan", "F1"), ("cpic", "F2")):
        admin.do("partner.create", {"party_id": co.party[party], "code": code, "branch_id": co.branch["A"], "remarks": None if party == "F1" else "x"})
        co.person(code, ["partner"], party_id=co.party[party])
        for n in range(4):
            co.as_(code).do("order_notice.create", {"foreign_number": f"N{n}", "contact_phone": f"1390000000{n}", "place": f"p{n}", "service": ["tow", None][n % 2]})
    for n, branch in enumerate("AABB"):
        admin.do("tracker.create", {"code": f"T{n}", "branch_id": co.branch[branch], "vehicle_id": co.vehicle[f"V{branch}1"] if n % 2 else None, "remarks": ["x", None][n % 2]})
    admin.do("message_opt_out.create", {"address": "13900000000"})
    for n in range(6):
        co.sql(f"""INSERT INTO call (branch_id, linked_id, direction, state, number, party_id, employee_id, started_at, duration_s, remarks)
            VALUES ({co.branch["AB"[n % 2]]}, 'L{n}', '{["in", "out"][n % 2]}', '{["answered", "missed", "failed"][n % 3]}', '0208000000{n}',
                    {co.party["F1"] if n % 2 else "NULL"}, {co.employee["call_taker"] if n % 3 else "NULL"}, now() - interval '{n} hours', {n * 10},
                    {"NULL" if n % 2 else "'x'"})""")
    for n, (order,) in enumerate(co.sql(f"""SELECT id FROM rescue_order o WHERE state IN ('done', 'empty') AND taken_fen IS NULL AND branch_id = {co.branch['A']}
                                     AND NOT EXISTS (SELECT FROM statement_line l WHERE l.order_id = o.id) ORDER BY id LIMIT 3""")):
        co.step("branch_manager", "repair", int(order), reason=f"keyed wrong {n}", customer_id=co.party["F2"])
    for n in range(6):
        co.cluster.sql(f"""SELECT message_put('{{"key": "k{n}", "branch_id": {co.branch["A"]}, "channel": "sms", "address": "1390000000{n}",
            "language": "zh_CN", "body": "{n}", "state": "{["queued", "suppressed"][n % 2]}"}}');
            SELECT message_receive('sms', 'r{n}', '1390000000{n}', 'ok {n}')""", co.database)


some_data()
CATALOGUE = {r["name"]: r for r in auditor.call("session.describe")["rows"]}
ENTITIES = [e for e in CATALOGUE if f"{e}.list" in auditor.call("session.whoami")["permissions"]]


# ---------------------------------------------------------------------------------------------------------------- filters

def reckon(op, value, given):
    """What a filter means, said once more."""
    if op == "null":
        return (value in (None, [])) == given
    if op == "not":
        return value != given
    if value is None:
        return False
    if isinstance(value, list):
        return given in value if op == "eq" else bool(set(given) & set(value))
    return {"eq": lambda: value == given, "in": lambda: value in given, "gte": lambda: value >= given, "gt": lambda: value > given, "lte": lambda: value <= given,
            "lt": lambda: value < given, "like": lambda: value.startswith(given), "contains": lambda: given.lower() in value.lower()}[op]()


def terms_of(field, values):
    """Filters of a column worth trying: on a value in the middle of those it has."""
    known = sorted((v for v in values if v is not None and not isinstance(v, (list, dict))), key=lambda v: (str(type(v)), v))
    yield "null", True
    yield "null", False
    if any(isinstance(v, list) for v in values):
        items = sorted({i for v in values if v for i in v})
        if items:
            yield "eq", items[0]
            yield "in", items[:2]
        return
    if not known or field["type"] in ("file", "lines"):
        return
    middle = known[len(known) // 2]
    if "*" in str(middle):
        return          # masked in lists: what it is compared with is not what is seen
    yield "eq", middle
    if not isinstance(middle, bool):
        yield "in", [known[0], middle]
        yield "not", middle
    if field["type"] in ("int", "fen", "id", "ref", "date", "time", "duration"):
        for op in ("gte", "gt", "lte", "lt"):
            yield op, middle
    if field["type"] in ("text", "code", "note") and isinstance(middle, str):
        yield "like", middle[:2]
        yield "contains", middle[1:3] or middle


DOCUMENTS = {"was", "now", "estimate_parts", "price_parts", "extra"}     # kept as JSON, shown whole
CLOCKS = {"late_s", "waited_s"}     # measured from now: others a moment later


def test_filters():
    for entity in ENTITIES:
        rows = whole(auditor, entity)
        wrong, tried = [], 0
        for field in CATALOGUE[entity]["fields"]:
            name = field["name"]
            if field["type"] == "lines" or field.get("secret") or not rows or name not in rows[0] or name in DOCUMENTS or name in CLOCKS:
                continue
            for op, given in terms_of(field, [r[name] for r in rows]):
                tried += 1
                want = {r["id"] for r in rows if reckon(op, r[name], given)}
                try:
                    got = auditor.call(f"{entity}.list", {"filter": {name: given if op == "eq" else {op: given}}, "limit": 500, "total": True, "columns": ["id"]})
                except yz.Refused as refusal:
                    wrong.append(f"{name} {op} {given!r}: {refusal}")
                    continue
                ids = {r["id"] for r in got["rows"]}
                if entity in ("audit_log", "session", "job"):
                    want = {w for w in want if w <= max((r["id"] for r in rows), default=0)}
                    ids &= {r["id"] for r in rows}
                    if entity == "job":
                        continue
                if len(rows) <= 500 and (ids != want or got["total"] < len(want)):
                    wrong.append(f"{name} {op} {given!r}: {len(ids - want)} too many, {len(want - ids)} missing")
        yz.check(tried > 0 and not wrong, f"{entity}: {tried} filters over {len(rows)} rows" + "".join("\n    " + w[:200] for w in wrong[:5]))


def test_totals_and_sums():
    for entity in ENTITIES:
        fields = [f["name"] for f in CATALOGUE[entity]["fields"] if f["type"] in ("fen", "int") and not f.get("secret")]
        rows = whole(auditor, entity)
        fields = [f for f in fields if rows and f in rows[0]][:10]
        if entity in ("audit_log", "session", "job") or not rows:
            continue
        got = auditor.call(f"{entity}.list", {"limit": 1, "total": True, "sum": fields})
        want = {f: sum(r[f] or 0 for r in rows) for f in fields}
        yz.check(got["total"] == len(rows) and got.get("sum", {}) == want, f"{entity}: {len(rows)} rows counted, {len(fields)} columns added up {[(f, want[f], got['sum'][f]) for f in fields if got['sum'][f] != want[f]][:2]}")


# ---------------------------------------------------------------------------------------------------------------- order and pages

def paged(client, entity, size, **args):
    ids, after = [], None
    while True:
        page = client.call(f"{entity}.list", {"limit": size, "columns": ["id"], **args, **({"after": after} if after else {})})
        ids += [r["id"] for r in page["rows"]]
        after = page["next"]
        if not after:
            return ids


PERSONS = {"customer", "supplier", "employee", "rescue", "order_notice", "partner_order"}
MASKED = {"phone", "phone2", "email", "id_number", "bank_account", "contact_phone", "licence_number", "birth_on", "emergency_contact", "emergency_phone"}


def test_every_order():
    """Any column may order a list, both ways; pages of seven are the whole list, and one way is the other backwards where values differ."""
    for entity in ENTITIES:
        if entity in ("audit_log", "session", "job", "district"):
            continue
        rows = whole(auditor, entity)
        wrong, tried = [], 0
        size = max(7, len(rows) // 6)
        for field in CATALOGUE[entity]["fields"]:
            name = field["name"]
            if field["type"] in ("lines", "set", "file") or field.get("secret") or not rows or name not in rows[0] or (name, entity) == ("address", "employee"):
                continue
            if name in CLOCKS:
                continue
            masked = name in MASKED and entity in PERSONS or (entity, name) in (("message", "address"), ("message_reply", "phone"), ("call", "number"))
            for sort in (name, "-" + name):
                tried += 1
                if masked:
                    refusal = auditor.refused(f"{entity}.list", {"sort": [sort]})
                    if (refusal.code, refusal.field) != ("invalid", "sort"):
                        wrong.append(f"{sort}: an order would tell what is masked")
                    continue
                try:
                    at_once = [r["id"] for r in auditor.call(f"{entity}.list", {"sort": [sort], "limit": 500, "columns": ["id"]})["rows"]]
                    pages = paged(auditor, entity, size, sort=[sort])
                except yz.Refused as refusal:
                    wrong.append(f"{sort}: {refusal}")
                    continue
                if sorted(pages) != sorted(r["id"] for r in rows) or pages[:len(at_once)] != at_once:
                    wrong.append(f"{sort}: {len(pages)} rows in pages, {len(rows)} in all")
                by_id = {r["id"]: r[name] for r in rows}
                values = [by_id[i] for i in pages if by_id[i] is not None]
                if field["type"] in ("int", "fen", "id", "date", "time", "duration", "ref") and values != sorted(values, reverse=sort[0] == "-"):
                    wrong.append(f"{sort}: not in order")
        yz.check(tried > 0 and not wrong, f"{entity}: {tried} orders" + "".join("\n    " + w[:200] for w in wrong[:5]))


def test_pages_among_inserts():
    """Rows come, change and go while somebody turns pages: those that were there all the time are each seen once."""
    stop, faults = threading.Event(), []

    def disturb():
        with co.new_client("admin2") as client:
            n = 0
            while not stop.is_set():
                n += 1
                id = client.do("customer.create", {"name": f"{'啊周m'[n % 3]} disturbing {n}", "kind": "insurer"})["id"]
                if n % 3 == 0:
                    client.do("customer.delete", {"id": id, "version": 1})
                if n % 5 == 0:
                    client.do("customer.update", {"id": id if n % 3 else co.party["F2"], "version": 1 if n % 3 else co.version(co.party["F2"], "party"), "remarks": str(n)})

    there = {r["id"] for r in whole(auditor, "customer")}
    thread = threading.Thread(target=lambda: run(disturb, faults))
    thread.start()
    for sort in ("-created_at", "created_at", "name", "-name", "code", "-code"):
        for client in (auditor, co.as_("order_clerk")):
            seen = collections.Counter(paged(client, "customer", 5, sort=[sort]))
            mine = there if client is auditor else there - {co.party["PB"]}
            missing, twice = mine - set(seen), [i for i, n in seen.items() if n > 1]
            yz.check(not missing and not twice, f"by {sort} as {'auditor' if client is auditor else 'order_clerk'}: {len(seen)} rows, {len(missing)} missing, {len(twice)} twice")
    stop.set()
    thread.join()
    yz.check(not faults, f"who disturbed was not disturbed {faults[:1]}")


def run(function, faults):
    try:
        function()
    except Exception as error:  # noqa: BLE001 - told by a check
        faults.append(repr(error))


# ---------------------------------------------------------------------------------------------------------------- search

def test_search():
    person = co.as_("order_clerk").do("customer.create", {"name": "歐陽重慶汽車", "short_name": "老欧", "kind": "person", "phone": "13812347654",
                                                          "plates": [{"plate": "粵B·A88T6"}], "contacts": [{"name": "单雄信", "phone": "13900005555"}]})["id"]
    for client, tries in ((co.as_("order_clerk"), {"customer": (person, ["欧阳", "歐陽", "重庆", "重慶汽車", "ouyang", "oycq", "oyzq", "cqqc", "老欧", "laoou", "7654", "12347654", "13812347654", "88T6", "粤BA88T6",
                                                                          "粵b·a88t6", "单雄信", "sxx", "danxiongxin", "5555"])}),
                          (auditor, {"vehicle": (co.vehicle["VA3"], ["VA3", "va3", "粤A00003", "粵a·00003", "0003"]), "branch": (co.branch["A1"], ["天河东", "thd", "tianhedong", "A1"]),
                                     "employee": (co.employee["cashier_b"], ["cashier_b", "CASHIER_B"])})):
        for entity, (id, words) in tries.items():
            missed = [q for q in words if id not in {r["id"] for r in client.call(f"{entity}.list", {"q": q, "limit": 500, "columns": ["id"]})["rows"]}]
            yz.check(not missed, f"{entity} found by {len(words)} words {missed or ''}")
    order = co.order(plate="粤S9Z8Y7", contact_phone="13566668888")
    number = co.row(order)["number"]
    missed = [q for q in (number, number.lower(), number[:9], "9Z8Y7", "粤S9Z8Y7", "8888") if order not in {r["id"] for r in auditor.call("rescue.list", {"q": q, "limit": 500})["rows"]}]
    yz.check(not missed, f"an order by number, plate, phone {missed or ''}")
    yz.check(person not in {r["id"] for r in co.as_("order_clerk_b").call("customer.list", {"q": "7654"})["rows"]}, "not at another branch")
    version = co.version(person, "party")
    co.as_("order_clerk").do("customer.update", {"id": person, "version": version, "name": "改名了", "plates": []})
    for q, there in (("欧阳", False), ("改名", True), ("gml", True), ("88T6", False), ("7654", True)):
        got = person in {r["id"] for r in co.as_("order_clerk").call("customer.list", {"q": q})["rows"]}
        yz.check(got == there, f"after the change {q}: {there}")
    admin.do("customer.delete", {"id": person, "version": version + 1})
    yz.check(co.one(f"SELECT count(*) FROM search_key WHERE entity = 'customer' AND row_id = {person}") == "0", "a deleted record leaves no keys")
    yz.check(auditor.call("customer.list", {"q": "zzzzzz", "total": True})["total"] == 0 and auditor.call("customer.list", {"q": "改名 不存在", "total": True})["total"] == 0, "nothing is found by what nothing has")


# ---------------------------------------------------------------------------------------------------------------- the life of a record

NAMES = {"admin": "Administrator"}


def life_table():
    n = key()[:8]
    b = co.branch["A"]
    # entity: (who, arguments of create, a change, a unique field or None)
    return {"branch": ("admin", {"code": f"B{n}", "name": "新站", "parent_id": b}, {"name": "新新站"}, "code"),
            "role": ("admin", {"code": f"r{n}", "name": "Role", "permissions": ["rescue.list"]}, {"name": "Other"}, "code"),
            "employee": ("admin", {"code": f"E{n}", "name": "新人", "login": f"e{n}", "branch_id": b, "password": "a first password"}, {"job_title": "主管"}, "login"),
            "customer": ("admin", {"code": f"C{n}", "name": "新客户", "kind": "insurer"}, {"address": "天河路 9 号"}, "code"),
            "supplier": ("admin", {"code": f"S{n}", "name": "新供应商", "kind": "other_firm"}, {"terms_days": 30}, "code"),
            "vehicle": ("admin", {"code": f"V{n}"[:16], "plate": f"粤X{int(n, 16) % 100000:05d}", "type": "flatbed", "branch_id": b}, {"services": ["tow", "crane"]}, "plate"),
            "base_item": ("admin", {"kind": "void_reason", "code": f"c{n}", "label_en": "New", "label_zh_cn": "新", "label_zh_tw": "新"}, {"label_en": "Newer"}, None),
            "district": ("admin", {"code": f"{int(n, 16) % 900000 + 100000}", "name_en": "X", "name_zh_cn": "某区", "name_zh_tw": "某區", "place_lon": 113.0, "place_lat": 23.0}, {"name_en": "Y"}, "code"),
            "price_list": ("finance_manager", {"service": "crane", "base_fen": 50000, "branch_id": b, "valid_from": f"2030-01-{int(n, 16) % 28 + 1:02d}"}, {"base_fen": 60000}, None),
            "agreement": ("finance_manager", {"party_id": co.party["F2"], "service": "crane", "base_fen": 50000}, {"base_fen": 55000}, None),
            "sla_rule": ("admin", {"customer_id": co.party["F2"], "service": "crane"}, {"arrive_s": 999}, None)}


def test_the_life_of_a_record():
    for entity, (who, args, change, unique) in life_table().items():
        client, id = co.as_(who), None

        def refused(verb, more):
            return client.refused(f"{entity}.{verb}", {"id": id, **more})

        made = client.do(f"{entity}.create", args)
        id = made["id"]
        yz.check(made["version"] == 1, f"{entity} is made")
        row = client.call(f"{entity}.get", {"id": id})
        same = {k: v for k, v in args.items() if k not in ("password",)}
        yz.check({k: row[k] for k in same} == same and row["created_by_label"] == NAMES.get(who, who) and row["disabled_at"] is None, f"{entity} reads as it was written {[(k, row[k], v) for k, v in same.items() if row[k] != v]}")
        yz.check({"update", "disable", "delete"} <= set(row["can"]) and "enable" not in row["can"], f"{entity} says what may be done {row['can']}")
        if unique:
            other = {**args, **{k: v + "9" for k, v in args.items() if k in ("code", "login") and k != unique}}
            if entity == "vehicle":
                other["code"] = "W" + key()[:6]
            twin = client.refused(f"{entity}.create", other)
            yz.check((twin.code, twin.field) == ("duplicate", unique), f"{entity}: {unique} is taken {twin}")
        done = client.do(f"{entity}.update", {"id": id, "version": 1, **change})
        row = client.call(f"{entity}.get", {"id": id})
        yz.check(done["version"] == 2 == row["version"] and {k: row[k] for k in change} == change and row["updated_at"], f"{entity} is changed")
        stale = refused("update", {"version": 1, **change})
        yz.check(stale.code == "conflict" and {k: stale.error["current"][k] for k in change} == change, f"{entity}: a stale change is shown the row")
        yz.check(refused("enable", {"version": 2}).code == "conflict", f"{entity} is not disabled")
        client.do(f"{entity}.disable", {"id": id, "version": 2, "reason": "tried"})
        row = client.call(f"{entity}.get", {"id": id})
        yz.check(row["disabled_at"] and "enable" in row["can"] and "update" not in row["can"], f"{entity} is disabled")
        yz.check(refused("update", {"version": 3, **change}).code == "conflict", f"{entity}: what is disabled rests")
        client.do(f"{entity}.enable", {"id": id, "version": 3})
        yz.check(client.call(f"{entity}.get", {"id": id})["disabled_at"] is None, f"{entity} is enabled")
        history = client.call(f"{entity}.history", {"id": id})["rows"]
        yz.check([h["verb"] for h in history] == [f"{entity}.{v}" for v in ("enable", "disable", "update", "create")], f"{entity} tells its history {[h['verb'] for h in history]}")
        yz.check([h["version"] for h in history] == [4, 3, 2, 1] and history[1]["reason"] == "tried" and all(h["who_label"] == NAMES.get(who, who) for h in history), f"{entity}: by whom and why")
        told = history[2]
        yz.check({k: told["now"].get(k) for k in change} == change and set(told["was"]) == set(told["now"]), f"{entity}: before and after {told['was']} {told['now']}")
        yz.check(refused("delete", {"version": 3}).code == "conflict", f"{entity}: a stale delete is refused")
        client.do(f"{entity}.delete", {"id": id, "version": 4})
        yz.check(refused("get", {}).code == "not_found" and refused("update", {"version": 4, **change}).code == "not_found", f"{entity} is gone")
        told = client.call(f"{entity}.history", {"id": id})["rows"] if entity not in ("employee",) or who == "admin" else []
        yz.check(told and told[0]["verb"] == f"{entity}.delete" and told[0]["was"], f"{entity}: its history stays, with what it was")


def test_what_is_used_stays():
    order = co.order()
    for entity, id, table in (("branch", co.branch["A"], "branch"), ("customer", co.party["F1"], "party"), ("employee", co.employee["order_clerk"], "employee"), ("vehicle", co.vehicle["VA1"], "vehicle"),
                              ("employee", co.employee["driver"], "employee")):
        refusal = admin.refused(f"{entity}.delete", {"id": id, "version": co.version(id, table)})
        yz.check(refusal.code == "conflict", f"{entity} {id} is used: {refusal}")
    role = co.one("SELECT id FROM role WHERE code = 'cashier'")
    yz.check(admin.refused("role.delete", {"id": int(role), "version": 1}).code == "conflict", "a shipped role stays")
    yz.check(co.row(order)["id"] == order, "and so does what used them")


def test_what_is_disabled_is_not_offered():
    firm = admin.do("customer.create", {"name": "not for long", "kind": "insurer"})["id"]
    admin.do("customer.disable", {"id": firm, "version": 1})
    refusal = co.as_("order_clerk").refused("rescue.create", co.order_args(customer_id=firm))
    yz.check((refusal.code, refusal.field) == ("invalid", "customer_id"), f"a disabled customer orders nothing {refusal}")
    item = admin.do("base_item.create", {"kind": "road", "code": "ferry", "label_en": "Ferry", "label_zh_cn": "渡轮", "label_zh_tw": "渡輪"})["id"]
    clerk = co.as_("order_clerk")

    def on_a_ferry():
        try:
            return clerk.do("rescue.create", co.order_args(road="ferry"))["id"]
        except yz.Refused as refusal:
            return refusal.field

    yz.wait_until("the new code to be taken", lambda: isinstance(on_a_ferry(), int))
    yz.check(True, "a new code is taken at once")
    order = on_a_ferry()
    admin.do("base_item.disable", {"id": item, "version": 1})
    yz.wait_until("the disabled code to be refused", lambda: on_a_ferry() == "road")
    yz.check(True, "a disabled code is not")
    clerk.do("rescue.update", {"id": order, "version": 1, "remarks": "still there"})
    yz.check(co.row(order)["road"] == "ferry", "but stays on old records, which can be edited")
    vehicle = co.vehicle["VA6"]
    admin.do("vehicle.disable", {"id": vehicle, "version": co.version(vehicle, "vehicle")})
    refusal = co.refuse("dispatcher", "dispatch", order, vehicle_id=vehicle, driver_id=co.driver_of[vehicle])
    yz.check(refusal.code in ("conflict", "invalid") and refusal.field == "vehicle_id", f"a disabled vehicle is not sent {refusal}")
    suggested = {r["vehicle_id"] for r in co.as_("dispatcher").call("rescue.suggest", {"id": order})["rows"]}
    yz.check(vehicle not in suggested and len(suggested) >= 5, "nor suggested")
    admin.do("vehicle.enable", {"id": vehicle, "version": co.version(vehicle, "vehicle")})


def test_secrets():
    id = admin.do("employee.create", {"code": "SEC1", "name": "secret", "login": "sec1", "branch_id": co.branch["A"], "password": "open sesame 1"})["id"]
    admin.do("employee.reset_password", {"id": id, "version": 1, "password": "open sesame 2"})
    hash = co.one(f"SELECT password_hash FROM employee WHERE id = {id}")
    yz.check(hash.startswith("$argon2id$"), "a password is kept as its argon2id hash")
    said = str([admin.call("employee.get", {"id": id}), admin.call("employee.history", {"id": id}), admin.call("employee.list", {"filter": {"id": id}}),
                auditor.call("audit_log.list", {"filter": {"entity": "employee", "row_id": id}}), admin.call("session.describe")])
    yz.check("open sesame" not in said and "argon2id" not in said and hash[-20:] not in said and '"password": "***"' in said.replace("'", '"').replace('\\"', '"'), "it is shown nowhere; the trail says *** ")
    yz.check("open sesame" not in str(co.sql("SELECT was, now FROM change")) + str(co.sql("SELECT answer FROM command_key")), "nor kept in the trail or with a key")
    log = co.server.log_path.read_text(errors="replace")
    yz.check("open sesame" not in log and yz.PASSWORD not in log, "nor in the log")


def test_the_trail_is_complete():
    """Each command left one row for each record it changed, and the trail as a list tells them in order."""
    id = co.order_in("cleared", "VA2")
    verbs = [v for (v,) in co.sql(f"SELECT verb FROM change WHERE entity = 'rescue' AND row_id = {id} ORDER BY version")]
    yz.check(verbs == [f"rescue.{v}" for v in ("create", *company.Company.ROAD, *company.Company.MONEY)], f"an order's life in the trail {verbs}")
    who = co.sql(f"SELECT verb, entity, row_id, who FROM change WHERE tx IN (SELECT tx FROM change WHERE entity = 'rescue' AND row_id = {id})"
                 " AND (who IS NULL OR session_id IS NULL) AND entity <> 'partner_order'")       # third parties are told no names
    yz.check(who == [], f"everything has who and from which session {who}")
    rows = auditor.call("audit_log.list", {"filter": {"entity": "rescue", "row_id": id}, "sort": ["-at"]})["rows"]
    yz.check([r["verb"] for r in rows] == verbs[::-1], "the auditor lists it")
    yz.check(auditor.refused("rescue.update", {"id": id, "version": 1, "remarks": "x"}).code == "forbidden", "and changes nothing")
    yz.wait_until("the trail to be sealed", lambda: co.one("SELECT seal_count_unsealed()") == "0")


def finish():
    co.stop()


yz.main(globals())
