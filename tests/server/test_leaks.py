"""Nobody of branch A hears of branch B: a mark stands in every text of B's rows, and no byte of it comes back by any verb, look-up, error or event.

The same run by somebody who may see every branch must find the marks: otherwise the test itself is blind.
"""
import collections
import concurrent.futures
import re
import threading

import company
import yz

co = company.Company()
A, B = co.branch["A"], co.branch["B"]
FOUND = re.compile(r"leakzq([a-z_]{4,}?)\d", re.I)
NUMBER = re.compile(r"7770000\d{8}")
# Who comes to the customer of one's own order is told him by name, whosever he is. A dispatch centre sees every branch's vehicles with their history,
# who drives them by name and code, and what their station is called; nothing more.
ALLOWED = collections.defaultdict(lambda: {"lentdriver"}, {"dispatcher": {"vehicle", "branchname", "drivername", "drivercode", "lentdriver", "change"}})
LIMITED = [r for r in company.ROLES if r not in company.ALL_BRANCHES]


class Listener(yz.Client):
    """Remembers every byte it was sent."""

    def __init__(self, *args):
        self.heard = []
        super().__init__(*args)

    def line(self):
        text = super().line()
        self.heard.append(text)
        return text

    def marks(self):
        """Tables whose mark was heard since the last time it was asked."""
        text = "\n".join(self.heard)
        self.heard.clear()
        return {m.lower() for m in FOUND.findall(text)} | ({"number"} if NUMBER.search(text) else set())


def attempt(client, verb, args):
    try:
        return client.do(verb, args)
    except yz.Refused as refusal:
        return refusal


# ---------------------------------------------------------------------------------------------------------------- planting

WHERE = {"rescue_order": "branch_id = {B}", "vehicle": "branch_id = {B}", "party": "branch_id = {B}", "employee": "branch_id = {B}", "branch": "id = {B}",
         "document": "branch_id = {B}", "ledger_entry": "branch_id = {B}", "ledger_line": "branch_id = {B}", "change": "branch_id = {B}",
         "party_contact": "party_id IN (SELECT id FROM party WHERE branch_id = {B})", "party_plate": "party_id IN (SELECT id FROM party WHERE branch_id = {B})",
         "session": "employee_id IN (SELECT id FROM employee WHERE branch_id = {B})", "price_list": "branch_id = {B}",
         "party_agreement": "party_id IN (SELECT id FROM party WHERE branch_id = {B})"}
# What the rows need to go on working: codes of choices, logins, clocks, references.
KEPT = {"login", "password_hash", "totp_secret", "roles", "state", "kind", "work_days", "work_from", "work_to", "time_zone", "service", "account", "side", "word",
        "money_state", "result", "settlement", "entity", "verb", "owner", "line", "type", "token_hash", "role", "method", "district", "key"}
# Without a mark that a person's text could be, these would not be looked at by anybody (a test of the test).
AT_LEAST = {"rescue_order": 15, "vehicle": 3, "party": 12, "employee": 15, "branch": 6, "document": 3, "ledger_entry": 1, "ledger_line": 1, "change": 3,
            "party_contact": 4, "party_plate": 4, "session": 3}
planted = collections.defaultdict(list)


def make_rows():
    """Something of every sort at both branches, made by verbs."""
    orders = {}
    for b, tail in ((False, ""), (True, "_b")):
        clerk, vehicle = co.as_("order_clerk" + tail), "VB1" if b else "VA1"
        person = clerk.do("customer.create", {"name": f"韩梅梅{tail}", "phone": "13712340001" if b else "13712340000", "contacts": [{"name": "林涛", "phone": "13812340000"}],
                                              "plates": [{"plate": "粤B77777" if b else "粤A77777", "colour": "red"}]})["id"]
        co.as_("finance_manager").do("agreement.create", {"party_id": person, "service": "tow", "base_fen": 25000})
        co.as_("finance_manager").do("price_list.create", {"service": "fuel", "base_fen": 9000, "branch_id": B if b else A})
        orders[b] = [co.order_in(s, vehicle, b=b, customer_id=person, plate="粤B77777" if b else "粤A77777") for s in ("new", "cleared", "priced", "unaudited")]
        orders[b].append(co.order_in("arrived", vehicle, b=b, customer_id=person))
    # one of A's jobs is done by B's vehicle: its clerk sees his order, and of B nothing but who drives
    id, vehicle = co.order(), co.vehicle["VB2"]
    co.step("dispatcher", "dispatch", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle])
    # and one came from B to A: of the time there A sees nothing
    moved = co.order("order_clerk_b")
    co.as_("admin").do("role.create", {"code": "mover", "name": "Mover", "scope": "all", "permissions": ["rescue.update", "rescue.get"]})
    co.person("mover", ["mover"])
    co.as_("mover").do("rescue.update", {"id": moved, "version": 1, "branch_id": A})
    return orders, id, moved


def columns_of(table):
    rows = co.sql(f"SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
                  " AND is_generated = 'NEVER' AND udt_name IN ('text', '_text', 'jsonb', 'int8')")
    return [(c, t) for c, t in rows if c not in KEPT]


def mark(table, column):
    if (table, column) == ("branch", "name"):
        return "branchname"
    if (table, column) == ("employee", "name"):
        return "drivername"
    if (table, column) == ("employee", "code"):
        return "drivercode"
    return table


def plant():
    for table, where in WHERE.items():
        for column, kind in columns_of(table):
            number = kind == "int8"
            if number and not column.endswith("_fen"):
                continue
            id = "row_number() OVER ()" if table == "ledger_line" else "id"
            text = f"'LEAKZQ{mark(table, column)}' || {'1' if table == 'ledger_line' else id}"
            value = {"text": text, "_text": f"ARRAY[{text}]", "jsonb": f"jsonb_build_object('note', {text})", "int8": "777000012345678"}[kind]
            try:
                # triggers are the application's; checks and unique indexes still hold
                co.cluster.sql(f"SET session_replication_role = replica; UPDATE {table} SET {column} = {value} WHERE {where.format(B=B)}"
                               + (f" AND {column} <> 0" if number else ""), co.database)
                planted[table].append(column)
            except RuntimeError:
                pass        # a rule of the column does not let the mark in, so nobody can type it either
    for entity, table in (("rescue", "rescue_order"), ("vehicle", "vehicle"), ("customer", "party"), ("employee", "employee"), ("branch", "branch")):
        words = mark(table, "name")
        co.sql(f"INSERT INTO search_key (token, entity, branch_id, row_id) SELECT 'leakzq{words}' || id, '{entity}', {B}, id FROM {table}"
               f" WHERE {WHERE[table].format(B=B)} ON CONFLICT DO NOTHING")


orders, lent, moved = make_rows()
plant()
co.sql(f"UPDATE employee SET name = 'LEAKZQlentdriver' || id WHERE id = (SELECT driver_id FROM rescue_order WHERE id = {lent})")


def test_the_marks_are_planted():
    for table, least in AT_LEAST.items():
        texts = [c for c in planted[table] if not c.endswith("_fen")]
        yz.check(len(texts) >= least, f"{table}: {len(texts)} columns {texts if len(texts) < least else ''}")
    yz.check(sum(c.endswith("_fen") for t in planted.values() for c in t) >= 10, "amounts too")
    empty = [t for t, w in WHERE.items() if co.one(f"SELECT count(*) FROM {t} WHERE {w.format(B=B)}") == "0"]
    yz.check(not empty, f"B has rows of every sort {empty}")


# ---------------------------------------------------------------------------------------------------------------- every verb

TABLES = {"rescue": "rescue_order", "vehicle": "vehicle", "customer": "party", "supplier": "party", "employee": "employee", "branch": "branch", "document": "document",
          "ledger_entry": "ledger_entry", "session": "session", "audit_log": "change", "price_list": "price_list", "agreement": "party_agreement"}
# Of other branches a dispatch centre sees the vehicles and who may drive them.
LENT = {"vehicle", "driver"}
IDS = {e: [int(r[0]) for r in co.sql(f"SELECT id FROM {t} WHERE {WHERE[t].format(B=B)} ORDER BY id DESC LIMIT 6")] for e, t in TABLES.items()}
IDS["driver"] = [co.driver_of[co.vehicle[v]] for v in ("VB1", "VB2")]
ABSENT = 987654321
# Verbs that look at one record by its number alone.
READING = ("get", "history", "suggest", "overview", "needs", "print")
TODAY = yz.utc_now()[:10]
REPORT = {"lon": 1.0, "lat": 1.0}


def fields_of(client, entity):
    for row in client.call("session.describe").get("rows", []):
        if row["name"] == entity:
            return row["fields"]
    return []


def list_requests(fields):
    names = [f["name"] for f in fields if f["type"] != "lines" and not f.get("secret")]
    numbers = [f["name"] for f in fields if f["type"] in ("int", "fen") and not f.get("secret")]
    yield {}
    yield {"limit": 500, "total": True, "columns": names}
    yield {"limit": 500, "total": True, "sum": numbers[:16]}
    for q in ("leakzq", "LEAKZQ", "韩梅梅", "hmm", "0001", "77777", "b77777", "粤B77777"):
        yield {"q": q, "limit": 500, "total": True}
    for name in names:
        yield {"filter": {name: {"null": False}}, "sort": ["-" + name], "limit": 100, "total": True}
        for term in ((B, {"gte": 777000012345678}) if name in numbers or name.endswith("_id") else ({"like": "LEAKZQ"}, {"contains": "EAKZ"}, {"in": ["LEAKZQ"]})):
            yield {"filter": {name: term}, "total": True, "limit": 5}


def sweep(client, verbs):
    """Every verb this client has, in every way that might tell something. Returns what lists by the mark counted."""
    counted = 0
    for verb in sorted(verbs):
        entity, name = verb.split(".")
        ids = IDS.get(entity, []) + [ABSENT]
        if name in ("list", "unmask"):
            for args in list_requests(fields_of(client, entity)):
                got = attempt(client, verb, args)
                if isinstance(got, dict) and asks_for_mark(args) and entity not in LENT:
                    counted += got.get("total", 0)
        elif name in READING:
            for id in [*ids, lent, moved] if entity == "rescue" else ids:
                attempt(client, verb, {"id": id})
        elif name == "track":
            for id in ids:
                attempt(client, verb, {"id": id, "day": TODAY})
        elif name == "report":
            for id in ids:
                attempt(client, verb, {"id": id, **REPORT})
        elif name == "counts":
            attempt(client, verb, {})
        elif name == "create":
            for args in creations(entity):
                attempt(client, verb, args)
        elif name in ("estimate", "trial_balance", "balance"):
            for args in ({"customer_id": co.party["PB"], "service": "tow"}, {"customer_id": co.party["F1"], "service": "tow", "plate": "粤B77777", "contact_phone": "13800138000"},
                         {"customer_id": co.party["F1"], "service": "tow", "branch_id": B}, {"period": "2026-11", "branch_id": B}, {"account": "1122", "day": "2026-12-31", "branch_id": B}):
                attempt(client, verb, args)
        elif entity != "session":
            for id in ids[:3] + ids[-1:]:
                for version in (1, 2):
                    attempt(client, verb, {"id": id, "version": version, "reason": "other", **changes(entity, name)})
    return counted


def asks_for_mark(args):
    return "EAKZ" in str(args).upper() and "gte" not in str(args)


def creations(entity):
    if entity == "rescue":
        for more in ({"customer_id": co.party["PB"]}, {"branch_id": B}, {"external_number": "X-77"}, {"plate": "粤B77777", "contact_phone": "13712340001"},
                     {"charges": [{"payer_id": co.party["PB"]}]}):
            yield co.order_args(**more)
    if entity == "customer":
        yield {"name": "韩梅梅_b", "phone": "13712340001", "plates": [{"plate": "粤B77777"}]}
        yield {"name": "韩梅梅", "branch_id": B}
        yield {"name": "somebody", "code": "PB"}
        yield {"name": "another insurer", "kind": "insurer"}
    if entity == "employee":
        yield {"code": "X9", "name": "x", "login": "driver_b", "branch_id": A}
        yield {"code": "X9", "name": "x", "login": "x9", "branch_id": B}
    if entity == "vehicle":
        yield {"code": "VX", "plate": "粤B00001", "type": "flatbed"}


def changes(entity, name):
    if name == "update":
        return {"rescue": {"customer_id": co.party["PB"]}, "customer": {"phone": "13712340001"}, "employee": {"branch_id": B}}.get(entity, {"remarks": "x"})
    return {"dispatch": {"vehicle_id": co.vehicle["VB1"], "driver_id": co.employee["driver_b"]}, "complete": {"km": 1}, "state": {"state": "idle"},
            "backfill": {"vehicle_id": co.vehicle["VB1"], "driver_id": co.employee["driver_b"], "done_at": yz.utc_now()}, "contact": {"note": "x"},
            "price": {"price_fen": 1}, "receive": {"method": "cash"}, "replace": {"outcome": "done", "km": 1}, "collect": {"taken_fen": 1, "taken_method": "cash_on_site"},
            "sms": {"recipient": "contact", "body": "x"}, "rate": {"score": 1}, "remark": {"remarks": "x"}, "merge": {"into_id": co.party["F1"]}, "merge_money": {"into_id": co.party["F1"]}}.get(name, {})


def verbs_of(client):
    have = set(client.call("session.whoami")["permissions"])
    return {v for v in co.verbs() if v in have or (v == "rescue.estimate" and "rescue.create" in have) or v.startswith("session.")}


def test_look_ups_tell_nothing():
    clerk = Listener(co.server, "order_clerk")
    for more, field in (({"customer_id": co.party["PB"]}, "customer_id"), ({"branch_id": B}, "branch_id"), ({"charges": [{"payer_id": co.party["PB"]}]}, "charges")):
        hidden = attempt(clerk, "rescue.create", co.order_args(**more))
        absent = attempt(clerk, "rescue.create", co.order_args(**{k: [{"payer_id": ABSENT}] if k == "charges" else ABSENT for k in more}))
        yz.check(isinstance(hidden, yz.Refused) and hidden.code == "invalid" and hidden.field.startswith(field) and hidden.error == absent.error,
                 f"{field} of B is refused like one that is not there {hidden}")
    made = attempt(clerk, "customer.create", {"name": "韩梅梅_b", "phone": "13712340001", "plates": [{"plate": "粤B77777"}]})
    yz.check(isinstance(made, dict) and "duplicates" not in made, f"B's customer is nobody's duplicate here, nor his phone and plate {made}")
    live = clerk.call("rescue.estimate", {"customer_id": co.party["F1"], "service": "tow", "plate": "粤B77777", "contact_phone": "13712340001"})["live"]
    yz.check(live == [], "nor is a live order of B warned of")
    yz.check(not clerk.marks(), "and no mark was told")
    clerk.close()


def sweep_as(role):
    with Listener(co.server, role) as client:
        verbs = verbs_of(client)
        return role, len(verbs), sweep(client, verbs), client.marks() - ALLOWED[role]


def test_no_verb_tells():
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for role, verbs, counted, told in pool.map(sweep_as, LIMITED):
            yz.check(not told, f"{role}: {verbs} verbs tell nothing of B {told or ''}")
            yz.check(counted == 0, f"{role}: no list by the mark counts a row ({counted})")


def test_who_may_see_does():
    """The same sweep finds the marks where they may be seen: the test is not blind."""
    with Listener(co.server, "auditor") as client:
        counted = sweep(client, verbs_of(client))
        told = client.marks()
    for table in sorted(set(AT_LEAST) - {"ledger_line"} | {"branchname", "drivername", "number"}):
        yz.check(table in told, f"the auditor sees the mark of {table}")
    yz.check(counted > 0, "and lists by the mark count rows")
    with Listener(co.server, "dispatcher") as client:
        sweep(client, verbs_of(client))
        told = client.marks()
    yz.check({"vehicle", "branchname", "drivername"} <= told, f"the dispatcher sees vehicles of B, and who drives them: {told}")


def test_hidden_is_as_if_absent():
    """Not one byte of the refusal differs, so nobody learns which numbers are taken."""
    for role in LIMITED:
        with yz.Client(co.server, role) as client:
            for verb in sorted(verbs_of(client)):
                entity, name = verb.split(".")
                if entity not in IDS or entity == "session" or name in ("list", "create", "estimate", "unmask", "export", "summary", "import", "counts") or (role == "dispatcher" and entity in LENT):
                    continue
                args = {} if name in READING else {"version": 1, "reason": "other", **changes(entity, name)}
                args = {"report": REPORT, "track": {"day": TODAY}}.get(name, args)
                said = {str(attempt(client, verb, {"id": id, **args}).__dict__.get("error")) for id in (IDS[entity][0], ABSENT)}
                yz.check(len(said) == 1 and "not_found" in said.pop(), f"{role} {verb}: hidden and absent are told alike")


def test_what_was_lent_and_what_was_moved():
    clerk = Listener(co.server, "order_clerk")
    row = clerk.call("rescue.get", {"id": lent})
    yz.check(row["vehicle_id"] == co.vehicle["VB2"], "A's order shows that a vehicle was sent")
    yz.check(clerk.marks() == {"lentdriver"}, "and who drives it, but not whose it is")
    history = clerk.call("rescue.history", {"id": moved})["rows"]
    yz.check([h["verb"] for h in history] == ["rescue.update"] and not clerk.marks(), f"of an order that came from B its time there is not told {[h['verb'] for h in history]}")
    clerk.close()
    client = Listener(co.server, "order_clerk_b")
    refusal = attempt(client, "rescue.history", {"id": moved})
    yz.check(isinstance(refusal, yz.Refused) and refusal.code == "not_found", "and B does not see where it went")
    client.close()


# ---------------------------------------------------------------------------------------------------------------- events

def deeds_at_b():
    """Everything B may do that makes an event, with the mark in its texts."""
    clerk = co.as_("order_clerk_b")
    text = "LEAKZQevents1"
    id = clerk.do("rescue.create", co.order_args(customer_id=co.party["F1"], contact_name=text, principal=text, place=text, remarks=text))["id"]
    clerk.do("rescue.update", {"id": id, "version": 1, "remarks": text + "2"})
    clerk.do("rescue.contact", {"id": id, "version": 2, "note": text})
    clerk.do("rescue.void", {"id": id, "version": 3, "reason": text})
    person = clerk.do("customer.create", {"name": text, "phone": f"139{int(id):08d}"})["id"]
    clerk.do("customer.update", {"id": person, "version": 1, "remarks": text})
    co.order_in("priced", "VB1", b=True) if not co.free(co.vehicle["VB1"]) else None
    admin = co.as_("admin")
    admin.do("employee.update", {"id": co.employee["counter_b"], "version": co.version(co.employee["counter_b"], "employee"), "remarks": text})
    admin.do("branch.update", {"id": B, "version": co.version(B, "branch"), "remarks": text})
    admin.do("vehicle.update", {"id": co.vehicle["VB1"], "version": co.version(co.vehicle["VB1"], "vehicle"), "remarks": text})
    return id


def test_no_event_tells():
    watchers = {role: Listener(co.server, role) for role in [*LIMITED, "auditor"]}
    for role, client in watchers.items():
        entities = [v.split(".")[0] for v in verbs_of(client) if v.endswith(".list") and v != "session.list"]
        if entities:
            client.call("session.watch", {"entities": entities})
        client.entities = entities
        client.heard.clear()
    before = deeds_at_b()
    last = co.order()       # one of A comes after them all: who has heard of it has heard everything
    for role, client in watchers.items():
        if "rescue" in client.entities and role not in ("driver", "partner"):
            client.wait_event("event", lambda e: e.get("entity") == "rescue" and e.get("id") == last)
        else:
            client.call("session.ping", {})
        events = [e for kind, e in client.events if kind == "event"]
        of_b = [e for e in events if e.get("branch_id") == B and not (role == "dispatcher" and e["entity"] == "vehicle")]
        if role == "auditor":
            yz.check(len(of_b) >= 8 and any(e["id"] == before for e in of_b), f"the auditor hears of B: {len(of_b)} events")
        else:
            yz.check(not of_b, f"{role} hears nothing of B {of_b[:2] or ''}")
            yz.check(not client.marks(), f"{role}: no mark in any event")
        client.close()


def test_an_order_that_leaves():
    """Who loses a row hears that it is gone, not where it is; who gets it hears of it."""
    id = co.order()
    here, there = Listener(co.server, "order_clerk"), Listener(co.server, "order_clerk_b")
    for client in (here, there):
        client.call("session.watch", {"entities": ["rescue"]})
    co.as_("mover").do("rescue.update", {"id": id, "version": 1, "branch_id": B})
    gone = here.wait_event("event", lambda e: e.get("id") == id)
    come = there.wait_event("event", lambda e: e.get("id") == id)
    yz.check(gone["action"] == "gone" and gone.get("branch_id") in (A, None), f"gone, and not said where to {gone}")
    yz.check(come["action"] == "update" and come["branch_id"] == B, f"the other branch sees it come {come}")
    here.close(), there.close()


def test_events_of_a_second_server():
    """The tail of the trail is under no row-level security: what it publishes is judged for each watcher."""
    second = yz.Server(co.cluster, co.database)
    watchers = {role: Listener(second, role) for role in ("order_clerk", "dispatcher", "branch_manager", "driver", "accountant", "auditor")}
    for client in watchers.values():
        client.call("session.watch", {"entities": [v.split(".")[0] for v in verbs_of(client) if v.endswith(".list") and v != "session.list"]})
        client.heard.clear()
    deeds_at_b()
    last = co.order()
    for role, client in watchers.items():
        if role != "driver":
            client.wait_event("event", lambda e: e.get("entity") == "rescue" and e.get("id") == last)
        of_b = [e for kind, e in client.events if e.get("branch_id") == B and not (role == "dispatcher" and e["entity"] == "vehicle")]
        yz.check(bool(of_b) == (role == "auditor"), f"{role} at another server: {len(of_b)} events of B")
        yz.check(role == "auditor" or not client.marks(), f"{role} at another server: no mark")
        client.close()
    second.stop()


def test_at_the_same_time():
    """Scope belongs to the request, not to the database connection it happens to get."""
    told, stop = collections.Counter(), threading.Event()

    def look(role):
        with Listener(co.server, role) as client:
            while not stop.is_set():
                client.call("rescue.list", {"limit": 100})
                client.call("customer.list", {"limit": 100})
                told[role] += len(client.marks() - ALLOWED[role])

    threads = [threading.Thread(target=look, args=(r,)) for r in ("order_clerk", "auditor", "dispatcher", "order_clerk_b", "call_taker", "accountant")]
    for t in threads:
        t.start()
    threading.Event().wait(3)
    stop.set()
    for t in threads:
        t.join()
    for role in ("order_clerk", "dispatcher", "call_taker", "accountant"):
        yz.check(told[role] == 0, f"{role} beside others: nothing of B ({told[role]})")
    yz.check(told["auditor"] > 0 and told["order_clerk_b"] > 0, "who may, did see it meanwhile")


def finish():
    co.stop()


yz.main(globals())
