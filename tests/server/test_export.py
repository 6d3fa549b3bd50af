"""Files of lists and records: what is in them, what is not, who may, what the trail says, and that a slow or a vanished reader costs nothing."""
import base64
import csv
import hashlib
import io
import json
import re
import time
import zipfile

import yz

cluster, database = yz.fresh_demo()
# What is freed is given back at once, or the sanitizer's own keeping would be measured.
server = yz.Server(cluster, database, env={"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=1:thread_local_quarantine_size_kb=64"})
admin, accountant, clerk, auditor, finance = (yz.Client(server, login) for login in ("admin", "accountant", "order_clerk", "auditor", "finance_manager"))


def fetch(client, verb, _cancel_after=None, **args):
    """(reply, bytes of the file)"""
    tag = client.send(verb, args)
    data, progress = b"", []
    while True:
        got, kind, body = client.message()
        if got == "*":
            client.events.append((kind, body))
        elif got != tag:
            continue
        elif kind == "row":
            data += body["text"].encode() if "text" in body else base64.b64decode(body["data"])
            if _cancel_after is not None and len(data) > _cancel_after:
                client.send("session.cancel", {"tag": tag}, tag="stop")
                _cancel_after = None
        elif kind == "progress":
            progress.append(body)
        elif kind == "err":
            raise yz.Refused(verb, body)
        else:
            assert body["size"] == len(data) and body["sha256"] == hashlib.sha256(data).hexdigest(), body
            body["progress"] = progress
            return body, data


def table(client, entity, **args):
    """Rows by title."""
    reply, data = fetch(client, f"{entity}.export", **args)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert reply["rows"] == len(rows), (reply, len(rows))
    return rows


def listed(client, entity, **args):
    rows, after = [], None
    while True:
        page = client.call(f"{entity}.list", {"limit": 500, "after": after, **args})
        rows += page["rows"]
        after = page["next"]
        if not after:
            return rows


def sheet(data):
    """(cells by reference, the text of the workbook's parts)"""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        text = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    cells = {}
    for reference, attributes, body in re.findall(r'<c r="([A-Z]+\d+)"([^>]*)>(.*?)</c>', text):
        value = re.search(r"<(?:v|t[^>]*)>([^<]*)<", body)
        cells[reference] = (value.group(1) if value else None, "inlineStr" in attributes, re.search(r"<f>([^<]*)", body))
    return cells, text, styles


def trail(verb):
    return [(who, json.loads(now)) for who, now in
            cluster.sql(f"SELECT e.login, c.now FROM change c JOIN employee e ON e.id = c.who WHERE c.verb = '{verb}' ORDER BY c.at, c.id", database)]


def test_a_file_holds_the_list():
    reply, _ = fetch(accountant, "customer.export")
    assert re.fullmatch(r"customer-\d{8}\.csv", reply["name"]) and reply["type"] == "text/csv; charset=utf-8"
    rows = table(accountant, "customer")
    for row, one in zip(rows, listed(accountant, "customer"), strict=True):
        assert int(row["Id"]) == one["id"] and row["Name"].removeprefix("'") == one["name"], (row, one)
        assert row["branch_id"] == str(one["branch_id"] or "") and row["Branch"] == (one.get("branch_label") or "")
        assert row["Phone"] == (one["phone"] or ""), "masked as in the list"


def test_words_are_the_readers_language():
    for language, kind, person in (("en", "Type", "Person"), ("zh_CN", "类型", "个人"), ("zh_TW", "類型", "個人")):
        rows = table(accountant, "customer", language=language, filter={"kind": "person"}, columns=["name", "kind"])
        assert rows and all(row[kind] == person and row["kind"] == "person" for row in rows), (language, rows[0])
    # base data bring their own words
    for language, word in (("en", "Tow"), ("zh_CN", "拖车"), ("zh_TW", "拖車")):
        rows = table(accountant, "rescue", language=language, filter={"service": "tow"}, columns=["service"])
        assert {row["service"] for row in rows} == {"tow"} and all(word in row.values() for row in rows), (language, rows[0])
    refusal = accountant.refused("customer.export", {"language": "tlh"})
    assert (refusal.code, refusal.field) == ("invalid", "language")


def test_amounts_times_and_columns():
    args = {"filter": {"price_fen": {"null": False}}, "sort": ["-created_at"]}
    rows = table(accountant, "rescue", columns=["price_fen", "number", "created_at", "branch_id"], **args)
    lines = fetch(accountant, "rescue.export", columns=["price_fen", "number"], **args)[1].decode("utf-8-sig").splitlines()
    assert lines[0] == "Price,Number"
    zone = cluster.sql("SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') FROM rescue_order"
                       f" WHERE number = '{rows[0]['Number']}'", database)[0][0]
    assert rows[0]["Entered"] == zone
    for row, one in zip(rows, listed(accountant, "rescue", **args), strict=True):
        assert row["Price"] == f"{one['price_fen'] / 100:.2f}" and row["Number"] == one["number"]
    for more, field in (({"columns": ["password"]}, "columns"), ({"sum": ["number"]}, "sum"), ({"format": "doc"}, "format"), ({"shoe": 1}, "shoe"),
                        ({"filter": {"nothing": 1}}, "nothing"), ({"sort": ["phone"]}, "sort"), ({"limit": 5}, "limit")):
        assert accountant.refused("customer.export", more).field == field, more


def test_no_cell_becomes_a_formula():
    bad = ["=1+1", "+8613800000000", "-1-1", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"a, b\")", "-12.5", "-", "plain", "a\nb", "  =x", "\"q\", r", "'=x", "-.", "-7"]
    for text in bad:
        clerk.do("customer.create", {"name": "formula", "kind": "person", "remarks": text})
    rows = table(accountant, "customer", filter={"name": "formula"}, columns=["remarks"], sort=["created_at"])
    got = [row["Remarks"] for row in rows]
    want = [f"'{text}" if text[0] in "=+@" or text in ("-1-1", "-", "-.") else text for text in bad]
    assert got == want, (got, want)
    cells, _, _ = sheet(fetch(accountant, "customer.export", format="xlsx", filter={"name": "formula"}, columns=["remarks"])[1])
    assert cells["A2"][1] and not cells["A2"][2], "text in a sheet is text, whatever it begins with"


def test_persons_data_only_for_who_may_see_them():
    admin.do("role.create", {"code": "seer", "name": "Seer", "scope": "below", "permissions": ["pii.view", "customer.list", "customer.export"]})
    someone = listed(admin, "employee", filter={"login": "cashier"})[0]
    admin.do("employee.update", {"id": someone["id"], "version": someone["version"], "roles": ["seer"]})
    with yz.Client(server, "cashier") as seer:
        rows = table(seer, "customer", columns=["id", "phone"])
    assert rows and not any("*" in row["Phone"] for row in rows)
    assert all("*" in row["Phone"] for row in table(accountant, "customer", columns=["id", "phone"]) if row["Phone"])
    noted = {who: now["full"] for who, now in trail("customer.export")}
    assert noted["cashier"] is True and noted["accountant"] is False, noted


def test_who_takes_what_is_in_the_trail():
    fetch(accountant, "rescue.export", filter={"state": "done"}, q="广州", columns=["number"])
    who, began = trail("rescue.export")[-1]
    assert (who, began["filter"], began["q"], began["columns"], began["format"]) == ("accountant", {"state": {"eq": "done"}}, "广州", ["number"], "csv"), began
    who, ended = yz.wait_until("the end in the trail", lambda: trail("rescue.exported"))[-1]
    found = accountant.call("rescue.list", {"filter": {"state": "done"}, "q": "广州", "total": True, "limit": 1})["total"]
    assert ended == {"format": "csv", "rows": found, "ended": "complete"}


def test_taking_away_is_a_right_of_its_own():
    assert clerk.refused("customer.export").code == "forbidden"
    described = {row["name"]: row for row in clerk.call("session.describe")["rows"]}
    assert not any(v["name"] == "customer.export" for v in described["customer"]["verbs"])
    described = {row["name"]: row for row in accountant.call("session.describe")["rows"]}
    assert any(v["name"] == "customer.export" for v in described["customer"]["verbs"])
    admin.do("role.create", {"code": "blind", "name": "Blind", "scope": "all", "permissions": ["customer.export"]})
    someone = listed(admin, "employee", filter={"login": "call_taker"})[0]
    admin.do("employee.update", {"id": someone["id"], "version": someone["version"], "roles": ["blind"]})
    with yz.Client(server, "call_taker") as blind:
        assert blind.refused("customer.export").code == "forbidden", "who may not list may not take away"


def test_other_branches_are_never_in_it():
    for entity in ("rescue", "customer", "document", "vehicle"):
        seen = {row["id"] for row in listed(accountant, entity)}
        everything = {row["id"] for row in listed(auditor, entity)}
        got = {int(row["Id"]) for row in table(accountant, entity, columns=["id"])}
        assert got == seen, entity
        assert {int(row["Id"]) for row in table(auditor, entity, columns=["id"])} == everything
    own, = [b for b, in cluster.sql("SELECT branch_id FROM employee WHERE login = 'accountant'", database)]
    other = [row["branch_id"] for row in listed(auditor, "rescue") if str(row["branch_id"]) != own][:1]
    if other:
        assert table(accountant, "rescue", filter={"branch_id": other[0]}) == []


def test_a_sheet_reckons():
    args = {"filter": {"price_fen": {"null": False}}}
    rows = listed(accountant, "rescue", **args)
    reply, data = fetch(accountant, "rescue.export", format="xlsx", language="zh_CN", columns=["number", "price_fen", "created_at"], **args)
    cells, text, styles = sheet(data)
    assert reply["name"].endswith(".xlsx") and reply["rows"] == len(rows)
    assert cells["A1"][0] == "单号" and cells["A2"][:2] == (rows[0]["number"], True)
    assert float(cells["B2"][0]) == rows[0]["price_fen"] / 100 and not cells["B2"][1]
    assert float(cells["C2"][0]) > 40000 and not cells["C2"][1] and "yyyy" in styles, "a time is a number with a format"
    last = f"B{len(rows) + 2}"
    assert cells[last][2].group(1) == f"SUM(B2:B{len(rows) + 1})"
    assert abs(float(cells[last][0]) - sum(row["price_fen"] for row in rows) / 100) < 0.005
    assert 'state="frozen"' in text and "<cols>" in text


def pages(data):
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    return len(re.findall(rb"/Type /Page\b", data))


def test_paper():
    reply, data = fetch(accountant, "rescue.export", format="pdf", language="zh_TW", title="=標題")
    assert reply["type"] == "application/pdf" and pages(data) > 5
    reply, data = fetch(accountant, "customer.export", format="pdf", filter={"name": "nobody at all"})
    assert reply["rows"] == 0 and pages(data) == 1
    columns = [c.split(",")[0] for c in ["id", "name"]] * 13
    assert accountant.refused("customer.export", {"format": "pdf", "columns": columns}).field == "columns"
    order = listed(accountant, "rescue", filter={"state": "done"})[0]
    reply, data = fetch(accountant, "rescue.print", id=order["id"], language="zh_CN")
    assert reply["name"].startswith(f"rescue-{order['id']}-") and pages(data) >= 1
    assert trail("rescue.print")[-1] == ("accountant", {"id": order["id"]})
    assert accountant.refused("rescue.print", {"id": 10**12}).code == "not_found"
    mine = {row["id"] for row in listed(accountant, "rescue")}
    hidden = [row["id"] for row in listed(auditor, "rescue") if row["id"] not in mine][:1]
    if hidden:
        assert accountant.refused("rescue.print", {"id": hidden[0]}).code == "not_found"


def grow():
    """100,000 customers of one branch, once."""
    if cluster.sql("SELECT 1 FROM party WHERE name LIKE '很多%' LIMIT 1", database):
        return
    cluster.sql("INSERT INTO party (branch_id, code, name, kind, roles, phone, remarks) SELECT b.branch_id, 'M' || i, '很多客户' || i, 'person', '{customer}',"
                " '139' || lpad(i::text, 8, '0'), 'a remark of some length, with a comma, and =more ' || i"
                " FROM generate_series(1, 100000) i, (SELECT branch_id FROM employee WHERE login = 'accountant') b", database)
    cluster.sql("ANALYZE party", database)


def resident():
    """KiB"""
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{server.process.pid}/status").read()).group(1))


def test_many_rows_need_no_more_memory():
    grow()
    fetch(accountant, "customer.export", columns=["id"])
    before = resident()
    reply, data = fetch(accountant, "customer.export", total=True)
    assert reply["rows"] >= 100000 and len(data) > 10_000_000
    assert resident() - before < len(data) / 1024 / 3, (before, resident(), len(data))
    assert all(p["done"] <= p["total"] == reply["rows"] for p in reply["progress"]) and reply["progress"], "it says how far it is"
    before = resident()
    reply, data = fetch(accountant, "customer.export", format="xlsx", columns=["id", "name", "phone", "remarks", "created_at"])
    assert reply["rows"] >= 100000 and resident() - before < 60_000, (before, resident())
    limit = accountant.refused("customer.export", {"format": "pdf"})
    assert limit.code == "limit" and limit.field == "format", limit


def test_it_stops_when_told():
    grow()
    with yz.Client(server, "finance_manager") as other:
        try:
            fetch(other, "customer.export", _cancel_after=100_000)
            raise AssertionError("it went on")
        except yz.Refused as refusal:
            assert refusal.code == "unavailable", refusal
    yz.wait_until("the end in the trail", lambda: trail("customer.exported")[-1][1]["ended"] == "cancelled")
    assert 0 < trail("customer.exported")[-1][1]["rows"] < 100000
    assert accountant.call("customer.list", {"limit": 1})["rows"], "the worker goes on"


def test_commands_need_not_wait_for_it():
    grow()
    with yz.Client(server, "finance_manager") as other:
        tag = other.send("customer.export")
        while other.message()[1] != "row":
            pass
        done = other.send("session.ping", {}, tag="ping")
        changed = other.send("price_list.create", {"key": "export-waits-not"}, tag="create")
        seen = []
        while tag not in seen:
            got, kind, _ = other.message()
            if kind in ("ok", "err"):
                seen.append(got)
        assert seen.index(done) < seen.index(tag) and seen.index(changed) < seen.index(tag), seen


def test_a_vanished_reader_is_noticed():
    grow()
    gone = yz.Client(server, "finance_manager")
    gone.send("customer.export")
    while gone.message()[1] != "row":
        pass
    gone.close()
    yz.wait_until("the end in the trail", lambda: trail("customer.exported")[-1][1]["ended"] in ("the reader is gone", "cancelled"))


def test_a_slow_reader_holds_up_little():
    """Nothing is read: the server stops at its limit, and goes on when it is read again."""
    grow()
    with yz.Client(server, "finance_manager") as slow:
        before = resident()
        tag = slow.send("customer.export")
        time.sleep(2)
        assert resident() - before < 20_000, (before, resident())
        assert accountant.call("customer.list", {"limit": 1})["rows"]
        rows = 0
        while True:
            got, kind, body = slow.message()
            rows += kind == "row"
            if got == tag and kind == "ok":
                break
        assert body["rows"] >= 100000 and rows > 100


def test_the_server_ends_clean():
    server.stop()


yz.main(globals())
