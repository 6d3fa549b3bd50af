"""The list of a million rescue orders in fifty branches, as the server itself asks for it, touches few rows whatever is asked.

A database is filled in bulk (schema/seed). The real list verb is called over the protocol for each scope, order, filter, search and deep page;
the server's statement log tells what it sent. Each of these statements is then explained as the application's role under row-level security,
and the rows that its scans looked at are counted: a count, not a time, so it fails the same on every machine. What cannot be told from few rows goes on
on the long lane: of that, too, everything before is counted.
"""
import base64
import json
import pathlib
import time

import yz

ORDERS = 1_000_000
TOUCHED_MOST = 10_000
PAGES_MOST = 60_000             # of 8 KiB, read again and again where the rows they hold are not counted: within an index
LOG_SQL = "row_to_json(x)"

# A cluster of its own: what is filled in one transaction holds back what servers tell each other everywhere in it.
cluster, database = yz.fresh_demo(yz.Cluster())


def owner(text):
    return cluster.sql(text, database, "yizhan_owner")


def make_branches():
    """Fifty branches: the company's seven, a region of ten, the rest alone; six vehicles each, and three people to look from there."""
    owner("""
        INSERT INTO branch (code, name, kind, parent_id, place_lon, place_lat)
        SELECT 'P' || lpad(n::text, 2, '0'), '测试站' || n, 'station', (SELECT min(id) FROM branch), 113 + n / 50.0, 23 + n / 90.0
        FROM generate_series(1, 43) n;
        UPDATE branch SET parent_id = (SELECT id FROM branch WHERE code = 'P01') WHERE code BETWEEN 'P02' AND 'P10';
        INSERT INTO employee (branch_id, code, name, login, roles, password_hash, must_change_password)
        SELECT b.id, 'D' || b.code || n, '司机' || b.code || n, lower('d' || b.code || n), '{driver}', NULL, false
        FROM branch b, generate_series(1, 6) n WHERE b.code ~ '^P[0-9]';
        INSERT INTO vehicle (branch_id, code, plate, type)
        SELECT b.id, b.code || n, '粤P' || b.code || n, 'flatbed' FROM branch b, generate_series(1, 6) n WHERE b.code ~ '^P[0-9]';
        INSERT INTO vehicle_driver (vehicle_id, driver_id)
        SELECT v.id, e.id FROM vehicle v JOIN employee e ON e.code = 'D' || v.code;
        INSERT INTO employee (branch_id, code, name, login, roles, password_hash, must_change_password)
        SELECT b.id, 'PLAN' || login, login, login, ARRAY[role], (SELECT password_hash FROM employee WHERE login = 'dispatcher'), false
        FROM (VALUES ('plan_ten', 'P01', 'dispatcher'), ('plan_one', 'P20', 'dispatcher'), ('plan_none', 'P20', 'driver')) AS who (login, branch, role)
        JOIN branch b ON b.code = who.branch""")


def make_orders():
    parts = sorted((yz.ROOT / "schema" / "seed").glob("*.sql"))
    assert len(parts) == 3, parts
    settings = (f"SELECT set_config('seed.orders', '{ORDERS}', true), set_config('seed.first', '1', true), "
                "set_config('seed.at', now()::text, true), set_config('seed.days', '720', true);")
    owner("BEGIN;\n" + settings + "\n".join(p.read_text() for p in parts) + "COMMIT; VACUUM (ANALYZE) rescue_order")
    owner("""
        INSERT INTO outbox (gateway, key, about, row_id, body, state, branch_id, created_at)
        SELECT 'kannel', 'plan' || id, 'message', id, '{}', 'sent', branch_id, created_at FROM rescue_order WHERE id % 20 = 0;
        INSERT INTO message (key, channel, address, language, body, state, branch_id, created_at, about, row_id)
        SELECT 'plan' || id, 'sms', contact_phone, 'zh_CN', '已派车，请等候', CASE WHEN id % 100 = 0 THEN 'failed' ELSE 'delivered' END, branch_id,
               created_at, 'rescue', id FROM rescue_order WHERE id % 5 = 0;
        ANALYZE""")


started = time.monotonic()
make_branches()
make_orders()
filled = time.monotonic() - started
log_path = yz.temp_dir() / "statements"
server = yz.Server(cluster, database, settings=[f'statement_log = "{log_path}"'])
# one sees everything, one 10 of 50 branches, one a single branch, one only what he drove, and one nothing at all
scopes = {"all": "auditor", "ten": "plan_ten", "one": "plan_one", "own": "driver", "none": "plan_none"}
clients = {scope: yz.Client(server, login) for scope, login in scopes.items()}
read = [0]


def statements():
    """What the server sent since the last call: (text, params)."""
    lines = pathlib.Path(log_path).read_bytes()[read[0]:]
    read[0] += len(lines)
    return [(s["text"], s["params"]) for s in map(json.loads, lines.decode().splitlines()) if "text" in s]


def quoted(value):
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


KEYS_READ = "(SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index WHERE indrelid = 'search_key'::regclass)"


def executed(text, params):
    call = f"EXECUTE s{'(' + ', '.join(map(quoted, params)) + ')' if params else ''};\n"
    prepared = "DEALLOCATE ALL; PREPARE s AS " + text + ";\n"
    if "search_few" not in text:
        return prepared + "EXPLAIN (ANALYZE, BUFFERS, VERBOSE false, TIMING OFF, FORMAT JSON) " + call
    return (prepared + f"SELECT {KEYS_READ} AS before \\gset\n\\o /dev/null\n" + call + "\\o\n"         # a function's plan is not shown
            f"""SELECT '[{{"Plan": {{"Node Type": "Index Scan", "Actual Loops": 1, "Actual Rows": ' || {KEYS_READ} - :before || '}}}}]';\n""")


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def touched(node):
    """Rows that the scans of a plan looked at, those thrown away included."""
    loops = node.get("Actual Loops", 0)
    seen = 0
    if "Scan" in node["Node Type"] and node["Node Type"] not in ("Subquery Scan", "Function Scan", "CTE Scan", "Values Scan", "WorkTable Scan"):
        seen = sum(node.get(k, 0) for k in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")) * loops
    return seen + sum(touched(child) for child in node.get("Plans", ()))


class Case:
    def __init__(self, name, scope, args, verb="rescue.list", mark=LOG_SQL, most=TOUCHED_MOST):
        self.name, self.scope, self.args, self.most = name, scope, args, most
        self.short = verb.endswith(".list") and "total" not in args
        reply = clients[scope].call(verb, args)
        self.reply, self.rows, self.next = reply, len(reply.get("rows", ())), reply.get("next")
        sent = statements()
        self.setting = [(t, p) for t, p in sent if "set_config" in t][-1:]
        walks = [i for i, (t, _) in enumerate(sent) if '"~hit"' in t]
        self.far = len(walks) > 1       # once more, on the long lane
        if self.far:
            sent = sent[:walks[0] + 1]
        table = {"rescue": "rescue_order"}.get(verb.split(".")[0], verb.split(".")[0])
        self.sql = [(t, p) for t, p in sent if "search_few" in t or mark in t and f'"{table}"' in t]
        assert self.sql and self.setting, (name, sent)

    def script(self):
        setup = "".join(f"SELECT set_config('{k}', {quoted(v)}, true);" for k, v in zip(("app.scope", "app.scope_vehicle", "app.self"), self.setting[0][1]))
        processes = f"SET LOCAL max_parallel_workers_per_gather = {0 if self.short else 2};"      # as its lane has it
        return "BEGIN READ ONLY;" + processes + setup + "\n" + "\\echo =====\n" + "".join(executed(*s) for s in self.sql) + "\\echo =====\nCOMMIT;\n"


cases = []


def add(name, scope, args):
    case = Case(f"{scope}: {name}", scope, {"limit": 50, **args})
    cases.append(case)
    return case


def add_summary(name, scope, most, args):
    case = Case(f"{scope}: summary {name}", scope, args, "rescue.summary", "WITH g AS", most)
    cases.append(case)
    return case.reply


def catalogue():
    answer = clients["all"].call("session.describe", {"have": {}})
    return next(row for row in answer["rows"] if row.get("name") == "rescue")


entity = catalogue()
sortable = [f["name"] for f in entity["fields"] if f.get("sortable")]
choices = {f["name"]: [c["code"] for c in f["choices"]] for f in entity["fields"] if f.get("choices")}


def cursor_at(case, key, values):
    """The case's own cursor, moved to other values: as if somebody had paged there."""
    plain = json.loads(base64.urlsafe_b64decode(case.next))
    assert len(plain["v"]) == len(values), plain
    return base64.urlsafe_b64encode(json.dumps({**plain, "v": values}).encode()).decode()


def visible(scope):
    return {"all": "true", "ten": "branch_id IN (SELECT unnest(branch_and_below((SELECT id FROM branch WHERE code = 'P01'))))",
            "one": "branch_id = (SELECT id FROM branch WHERE code = 'P20')", "own": "driver_id = (SELECT id FROM employee WHERE login = 'driver')"}[scope]


def deep(column, scope):
    """Values of that column and the id, in the middle of what a scope sees."""
    where = visible(scope)
    if column == "id":
        return deep("created_at", scope)[1:]
    value = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')" if column.endswith("_at") else column
    rows = owner(f"SELECT {value}, id FROM rescue_order WHERE {where} ORDER BY {column}, id OFFSET (SELECT count(*) / 2 FROM rescue_order WHERE {where}) LIMIT 1")
    return [rows[0][0], int(rows[0][1])]


def test_bulk_is_what_the_server_would_write():
    """A sample of the bulk rows: numbers by the server's scheme, keys of search as its own code makes them."""
    rows = owner("SELECT id, number, plate, contact_phone FROM rescue_order WHERE id % 99991 = 7 OR plate LIKE '%港' AND id % 7 = 0 LIMIT 40")
    assert len(rows) >= 10
    for id, number, plate, phone in rows:
        wanted = {number.lower(), number[-4:]}
        for text in (plate.lower(), phone):
            wanted |= {text} | {text[-n:] for n in range(4, 9) if n <= len(text)}
        have = {token for token, in owner(f"SELECT token FROM search_key WHERE entity = 'rescue_order' AND row_id = {id}")}
        assert have == wanted, (id, have ^ wanted)
    numbers = owner("SELECT count(*) FROM rescue_order o JOIN branch b ON b.id = o.branch_id WHERE number <> 'R' || "
                    "to_char(o.created_at AT TIME ZONE b.time_zone, 'YYMMDD') || CASE WHEN o.id < 100000 THEN lpad(o.id::text, 5, '0') ELSE o.id::text END")
    assert numbers == [["0"]], numbers


def test_every_order_of_every_scope():
    assert sortable, entity
    for scope in scopes:
        for column in sortable:
            for sign in ("", "-"):
                first = add(f"sort {sign}{column}", scope, {"sort": [sign + column]})
                assert first.rows == (0 if scope == "none" else 50) or scope == "own", (scope, first.rows)
                if first.next:
                    add(f"sort {sign}{column}, deep", scope, {"sort": [sign + column], "after": cursor_at(first, column, deep(column, scope))})


def test_every_state_of_every_scope():
    for scope in scopes:
        for field in ("state", "money_state", "result"):
            for value in choices[field]:
                first = add(f"{field} {value}", scope, {"filter": {field: value}})
                if first.next:
                    add(f"{field} {value}, deep", scope, {"filter": {field: value}, "after": cursor_at(first, "created_at", deep("created_at", scope))})
        add("live", scope, {"filter": {"state": {"in": ["dispatched", "accepted", "on_the_way", "arrived"]}}})
        add("over", scope, {"filter": {"state": {"in": ["done", "empty"]}}})
        add("not void", scope, {"filter": {"state": {"not": "void"}}})
        add("appointments", scope, {"filter": {"state": "new", "appoint_at": {"null": False}}})


# What many have, but not nearly all; and what none of the newest have, or none at all though many have a part of it.
COMMON = ["123", "1380", "138 粤b", "粤ab", "13 zzzz"]
FAR = [*(time.strftime(form, time.gmtime(time.time() - days * 86400)) for form, days in (("R%y%m", 300), ("R%y", 600))), "粤a 粤b", "13 粤a 123"]


def test_search_of_every_scope():
    number, plate, phone = owner("SELECT number, plate, contact_phone FROM rescue_order WHERE branch_id = (SELECT id FROM branch WHERE code = 'P20') "
                                 "ORDER BY id DESC OFFSET 200 LIMIT 1")[0]
    texts = [number, number[:9], number[:7], plate, plate[:4], plate[-5:], plate[-4:], phone, phone[:3], phone[:5], phone[-8:], phone[-4:],
             "R26", "13", "1", "粤a", "zzzz", "13 粤a", *COMMON, *FAR]
    for scope in scopes:
        for text in texts:
            found = add(f"q {text}", scope, {"q": text})
            if scope in ("all", "one") and text in (number, plate, phone, phone[-4:]):
                assert found.rows, (scope, text)
            assert not found.far or text in FAR or text == number[:7], (scope, text)
        add("q and a state", scope, {"q": phone[-4:], "filter": {"state": "done"}})


def having(q):
    return " AND ".join(f"EXISTS (SELECT FROM search_key k WHERE k.row_id = o.id AND k.entity || '' = 'rescue_order' AND k.token ^@ '{word.lower()}')"
                        for word in q.split())


def test_pages_of_a_search_hold_each_row_once():
    """Page by page, on and back, what is found is what there is, in its order, however short a page is."""
    for scope in ("all", "ten", "one"):
        for q in (*COMMON[:4], FAR[0]):
            for sort, order in ("-created_at", "created_at DESC, id DESC"), ("created_at", "created_at, id"):
                there = [int(id) for id, in owner(f"SELECT id FROM rescue_order o WHERE {visible(scope)} AND {having(q)} ORDER BY {order} LIMIT 150")]
                found, after, prev, short = [], {}, None, 0
                while len(found) < 150:
                    page = clients[scope].call("rescue.list", {"q": q, "sort": [sort], "limit": 40, "columns": ["id"], **after})
                    found += [row["id"] for row in page["rows"]]
                    short += len(page["rows"]) < 40 and bool(page["next"])
                    after, prev = {"after": page["next"]}, page.get("prev")
                    if not page["next"]:
                        break
                yz.check(found[:150] == there and len(found) >= len(there), f"{scope}: {q} by {sort}, {short} pages were short")
                back = []
                for _ in range(3):
                    if prev:
                        page = clients[scope].call("rescue.list", {"q": q, "sort": [sort], "limit": 40, "columns": ["id"], "before": prev})
                        back, prev = [row["id"] for row in page["rows"]] + back, page.get("prev")
                begin = [row["id"] for row in clients[scope].call("rescue.list", {"q": q, "sort": [sort], "limit": 1, "columns": ["id"]})["rows"]]
                yz.check(begin == there[:1] and "".join(f",{id}" for id in back) in "".join(f",{id}" for id in found), f"{scope}: {q} by {sort}, and back")
    statements()


def test_counts_of_a_search():
    for scope in ("all", "ten", "one"):
        for q in ("1234", "粤ab 138", "粤ab", "粤a 粤b"):
            count = int(owner(f"SELECT count(*) FROM rescue_order o WHERE {visible(scope)} AND {having(q)}")[0][0])
            answer = clients[scope].call("rescue.list", {"q": q, "limit": 1, "total": True})
            yz.check(answer["total"] == count, f"{scope}: {q} counts {answer['total']} of {count}")
    statements()


def test_narrow_filters():
    customer, vehicle, driver = owner("SELECT customer_id, vehicle_id, driver_id FROM rescue_order WHERE vehicle_id IS NOT NULL AND branch_id = "
                                      "(SELECT id FROM branch WHERE code = 'P20') ORDER BY id DESC OFFSET 5000 LIMIT 1")[0]
    branch = int(owner("SELECT id FROM branch WHERE code = 'P03'")[0][0])
    for scope in ("all", "one"):
        add("a vehicle", scope, {"filter": {"vehicle_id": int(vehicle)}})
        add("a driver", scope, {"filter": {"driver_id": int(driver)}})
    for scope in ("all", "ten", "one"):
        add("a customer", scope, {"filter": {"customer_id": int(customer)}})
        add("a branch", scope, {"filter": {"branch_id": branch}})
        add("a branch and a state", scope, {"filter": {"branch_id": branch, "state": "void"}})
        add("two branches", scope, {"filter": {"branch_id": {"in": [branch, branch + 1]}}})
        add("a day", scope, {"filter": {"created_at": {"gte": "2026-01-10T00:00:00Z", "lt": "2026-01-11T00:00:00Z"}}})
        add("since", scope, {"filter": {"created_at": {"gte": "2026-01-10T00:00:00Z"}, "state": "done"}})


def test_what_is_within_a_text():
    for scope in scopes:
        for text, far in ("号", False), ("9 号", False), ("没有", True):
            found = add(f"place contains {text}", scope, {"filter": {"place": {"contains": text}}})
            assert found.far == (far and scope not in ("own", "none")), (scope, text)
            assert scope in ("own", "none") or bool(found.rows) != far, (scope, text)
            add(f"done, place contains {text}", scope, {"filter": {"place": {"contains": text}, "state": "done"}})


def test_messages():
    """What is written of orders is as much as they are."""
    for scope in ("all", "ten", "one"):
        for args in {}, {"filter": {"state": "failed"}}, {"filter": {"state": "queued"}}, {"sort": ["created_at"]}, {"q": "1234"}, {"q": "1"}:
            case = Case(f"{scope}: messages {args}", scope, {"limit": 50, **args}, "message.list")
            assert len(case.reply["rows"]) == (0 if "queued" in str(args) else 50) or "q" in args, (case.name, case.rows)
            cases.append(case)
    for args in {}, {"filter": {"state": "dead"}}:
        cases.append(Case(f"all: outbox {args}", "all", {"limit": 50, **args}, "outbox.list"))


def test_summaries_read_each_row_once():
    """A count of everything is a walk through everything, once; of one branch or of a month no more than what is there, in index and table."""
    branch = "branch_id = (SELECT id FROM branch WHERE code = 'P20')"
    month = "created_at >= '2026-01-01T00:00:00Z' AND created_at < '2026-02-01T00:00:00Z'"
    in_branch = int(owner(f"SELECT count(*) FROM rescue_order WHERE {branch}")[0][0])
    in_month = int(owner(f"SELECT count(*) FROM rescue_order WHERE {branch} AND {month}")[0][0])
    january = {"created_at": {"gte": "2026-01-01T00:00:00Z", "lt": "2026-02-01T00:00:00Z"}}
    for scope, most in (("all", ORDERS * 1.05), ("ten", ORDERS * 1.05), ("one", in_branch * 2.05), ("none", TOUCHED_MOST)):
        answer = add_summary("by state", scope, most, {"by": "state"})
        add_summary("by state and service", scope, most, {"by": "state", "and": "service"})
        add_summary("by month, price", scope, most, {"by": "created_at", "step": "month", "sum": ["price_fen"]})
        count = Case(f"{scope}: a count", scope, {"limit": 1, "total": True}, mark="SELECT count(*)", most=most)
        cases.append(count)
        cases.append(Case(f"{scope}: a count up to 9,000", scope, {"limit": 1, "total": 9000}, mark="SELECT count(*)", most=ORDERS / 20))
        counted = count.reply["total"]
        assert answer["total"]["count"] == counted == sum(g["count"] for g in answer["groups"]), (scope, answer["total"], counted)
    sort = Case("all: a whole sort", "all", {"limit": 50, "sort": ["plate"]}, most=ORDERS * 1.05)
    sort.short = False
    cases.append(sort)
    assert in_branch > 1000 and in_month > 100, (in_branch, in_month)
    assert add_summary("by day of a month", "one", in_month * 1.5 + 1000, {"by": "created_at", "filter": january})["total"]["count"] == in_month
    add_summary("by state of a month", "one", in_month * 1.5 + 1000, {"by": "state", "filter": january})


def test_touched():
    """The statements of all the cases above, explained in one go as the application's role."""
    done = cluster.sql("SET jit = off;\n" + "".join(case.script() for case in cases), database, "yizhan_app")
    text = "\n".join("\x1f".join(row) for row in done).split("=====")[1::2]
    assert len(text) == len(cases), (len(text), len(cases))
    seen_by_case, together = [], set()
    for case, plans in zip(cases, text):
        decoder, at, seen, pages = json.JSONDecoder(), 0, 0, 0
        while plans[at:].strip():
            at += len(plans[at:]) - len(plans[at:].lstrip())
            plan, at = decoder.raw_decode(plans, at)
            seen += touched(plan[0]["Plan"])
            pages += sum(plan[0]["Plan"].get(k, 0) for k in ("Shared Hit Blocks", "Shared Read Blocks"))
            if any(node["Node Type"].startswith("Gather") for node in nodes(plan[0]["Plan"])):
                together.add(case)
        seen_by_case.append((seen, case.name))
        yz.check(seen <= case.most, f"plan {case.name}" + (f" touches {seen:.0f} rows" if seen > case.most else ""))
        if case.most == TOUCHED_MOST:
            yz.check(pages <= PAGES_MOST, f"plan {case.name} reads {pages} pages")
    alone = {"all: summary by state", "all: a whole sort", "all: a count"} - {case.name for case in together}
    yz.check(not alone, f"what walks through a million orders is shared by several {alone or ''}")
    most = ", ".join(f"{seen:.0f} by {name}" for seen, name in sorted(seen_by_case, reverse=True)[:6])
    print(f"filled in {filled:.0f} s; {len(cases)} statements; most rows touched: {most}")


def finish():
    server.stop()



yz.main(globals())
