"""Import: what E.create would take is taken, what it would refuse is named by line and field; again after a kill, in any encoding, from any table."""
import contextlib
import json
import uuid

import company
import upload
import yz

co = company.Company()
clerk, manager, admin = co.as_("order_clerk"), co.as_("finance_manager"), co.as_("admin")
HEAD = ["name", "kind", "phone", "code", "credit_limit_fen", "remarks"]


def customer(n, **more):
    row = {"name": f"客户{n}", "kind": "person", "phone": f"139{n:08d}", "code": f"T{n:06d}", "credit_limit_fen": f"{n}.50", "remarks": f"备注 {n}"}
    return [str({**row, **more}[c]) for c in HEAD]


def bring(rows, client=clerk, entity="customer", name="rows.csv", data=None, **args):
    sent = upload.put(client, upload.csv(rows) if data is None else data, name)
    return client.do(f"{entity}.import", {"upload": sent, **args})


def refused(rows, client=clerk, entity="customer", name="rows.csv", data=None, **args):
    sent = upload.put(client, upload.csv(rows) if data is None else data, name)
    return client.refused(f"{entity}.import", {"upload": sent, **args})


def rows_of(client, verb, args):
    """(bad lines, the final object or the refusal), as they come."""
    tag, rows = client.send(verb, {"key": uuid.uuid4().hex, **args}), []
    while True:
        got, kind, data = client.message()
        if got != tag:
            continue
        if kind == "row":
            rows.append(data)
        elif kind in ("ok", "err"):
            return rows, kind, data


def total(where="true"):
    return int(co.one(f"SELECT count(*) FROM party WHERE {where}"))


def counts(reply):
    return tuple(reply[n] for n in ("created", "updated", "skipped", "bad"))


def test_columns_are_found():
    sent = upload.put(clerk, upload.csv([["Name", "类型", "電話", "Shoe size", " Code * ", "备注"], ["甲", "person", "13100000001", "43", "T1", "x"]]))
    look = clerk.do("customer.import", {"upload": sent, "look": True})
    yz.check([c["field"] for c in look["columns"]] == ["name", "kind", "phone", None, "code", "remarks"], f"by name and by label in three languages {look['columns']}")
    yz.check(look["columns"][1]["samples"] == ["person"] and look["rows"] == 1 and look["encoding"] == "UTF-8", "with samples")
    got = clerk.do("customer.import", {"upload": sent, "dry_run": True, "mapping": {"Shoe size": "terms_days", "备注": None}})
    yz.check([c["field"] for c in got["columns"]] == ["name", "kind", "phone", "terms_days", "code", None], "or as told")
    for mapping, field in (({"Hat": "name"}, "mapping"), ({"Name": "shoe"}, "mapping"), ({"Name": "phone", "電話": "phone"}, "mapping"), ([], "mapping"),
                           ({"Name": 5}, "mapping"), ({"Name": "created_at"}, "mapping"), ({"Name": "id"}, "mapping")):
        got = clerk.refused("customer.import", {"upload": sent, "dry_run": True, "mapping": mapping})
        yz.check((got.code, got.field) == ("invalid", field), f"{mapping}: {got}")
    got = refused([["a", "b"], ["1", "2"]])
    yz.check((got.code, got.field) == ("invalid", "mapping"), f"a file of other things {got}")


def test_2000_rows_and_the_bad_ones():
    rows = [customer(n) for n in range(2000)]
    bad = {7: ("name", ""), 100: ("kind", "martian"), 333: ("phone", "call me"), 500: ("credit_limit_fen", "lots"), 777: ("name", "x" * 130),
           1000: ("code", "a b"), 1500: ("credit_limit_fen", "-5"), 1600: ("remarks", "a\u202eb")}
    for n, (field, value) in bad.items():
        rows[n][HEAD.index(field)] = value
    rows[1999][HEAD.index("phone")] = rows[3][HEAD.index("phone")]
    rows[1998][HEAD.index("code")] = "PA"                           # a customer there is
    rows[1997][HEAD.index("code")] = "PB"                           # one of another branch, that must not be seen
    rows[1996][HEAD.index("phone")] = "138 0013-8000"               # PA's, written otherwise
    want = sorted([(n + 2, f) for n, (f, _) in bad.items()] + [(2001, "phone"), (2000, "code"), (1999, "code"), (1998, "phone")])
    sent = upload.put(clerk, upload.csv([HEAD, *rows]))
    before, changes = total(), co.one("SELECT count(*) FROM change")
    got, kind, reply = rows_of(clerk, "customer.import", {"upload": sent, "dry_run": True})
    yz.check(kind == "ok" and sorted((r["line"], r["field"]) for r in got) == want, f"the dry run names exactly those {set((r['line'], r['field']) for r in got) ^ set(want)}")
    yz.check(counts(reply) == (1988, 0, 0, 12) and total() == before and co.one("SELECT count(*) FROM change") == changes, f"and writes nothing {reply}")
    by_line = {r["line"]: r for r in got}
    yz.check([by_line[n]["code"] for n in (9, 2001, 2000, 1999)] == ["invalid", "duplicate", "duplicate", "duplicate"], "codes as E.create would say")
    yz.check(by_line[2001]["args"]["line"] == "5" and by_line[102]["args"]["value"] == "martian" and by_line[9]["msgid"], f"with words and parameters {by_line[2001]}")
    again, kind, reply = rows_of(clerk, "customer.import", {"upload": sent})
    yz.check(kind == "err" and reply["code"] == "invalid" and again == got and total() == before, f"all or nothing: nothing {reply}")
    again, kind, reply = rows_of(clerk, "customer.import", {"upload": sent, "bad": "skip"})
    yz.check(kind == "ok" and again == got and counts(reply) == (1988, 0, 0, 12), f"the others alone {reply}")
    yz.check(total() == before + 1988 and total("code LIKE 'T00%' AND branch_id IS NOT NULL AND created_by IS NOT NULL") == 1988, "they are there")
    row = co.sql("SELECT name, phone, credit_limit_fen, remarks, roles, version, settlement FROM party WHERE code = 'T000042'")[0]
    yz.check(row == ["客户42", "13900000042", "4250", "备注 42", "{customer}", "1", "per_order"], f"with defaults and what hooks add {row}")
    yz.check(co.one("SELECT count(*) FROM change WHERE entity = 'customer' AND verb = 'customer.create' AND reason LIKE 'rows.csv:%'") == "1988", "one row in the trail each")
    yz.check(co.sql("SELECT reason, now ->> 'name', now ->> 'phone', who IS NOT NULL, terminal IS NULL FROM change c WHERE row_id = (SELECT id FROM party WHERE code = 'T000042')")[0][:2]
             == ["rows.csv:44", "客户42"], "that names the line")
    yz.check([r["code"] for r in clerk.call("customer.list", {"q": "kehu1234"})["rows"]] == ["T001234"], "found by pinyin")
    same = co.sql("SELECT array_agg(token ORDER BY token) FROM search_key WHERE entity = 'party' AND row_id = (SELECT id FROM party WHERE code = 'T000042')")
    yz.check(len(same[0][0]) > 50, "with the keys of a search")


def test_the_same_keys_as_by_hand():
    made = clerk.do("customer.create", {"name": "重庆Bank-of 长安", "kind": "person", "phone": "13712345678", "code": "KEYS1"})["id"]
    bring([HEAD[:4], ["重庆Bank-of 长安", "person", "13712345679", "KEYS2"]])
    hand, file = (co.one(f"SELECT string_agg(token, ' ' ORDER BY token) FROM search_key WHERE entity = 'party' AND row_id = {id}") for id in
                  (made, co.one("SELECT id FROM party WHERE phone = '13712345679'")))
    yz.check(file.replace("5679", "5678").replace("keys2", "keys1") == hand and hand, f"an imported record is found as one that was typed {set(file.split()) ^ set(hand.split())}")


def test_duplicates():
    rows = [HEAD, *(customer(n) for n in range(3000, 3100))]
    yz.check(counts(bring(rows)) == (100, 0, 0, 0), "once")
    again = [HEAD, *(customer(n, remarks="changed", credit_limit_fen="") for n in range(3050, 3150))]
    got = refused(again)
    yz.check(got.error["args"] == {"bad": "50", "rows": "100"}, f"again: refused {got}")
    yz.check(counts(bring(again, duplicates="skip")) == (50, 0, 50, 0), "or passed over")
    yz.check(total("remarks = 'changed'") == 50, "and left as it is")
    yz.check(counts(bring(again, duplicates="update")) == (0, 100, 0, 0), "or changed")
    yz.check(total("remarks = 'changed'") == 100 and total("remarks = 'changed' AND version = 2") == 50, "what is the same already is not touched")
    yz.check(total("credit_limit_fen = 305050 AND code = 'T003050'") == 1, "an empty cell changes nothing")
    yz.check(co.one("SELECT count(*) FROM change WHERE verb = 'customer.update' AND reason LIKE 'rows.csv:%'") == "50", "in the trail as changes")
    twice = [HEAD, customer(3200), customer(3200, name="other")]
    yz.check(refused(twice).error["args"]["bad"] == "1" and counts(bring(twice, duplicates="skip")) == (1, 0, 1, 0), "two lines of one file")
    yz.check(refused(twice, duplicates="update").error["args"]["bad"] == "1", "must not both change a record")
    viewer = co.as_("call_taker")
    yz.check(viewer.refused("agreement.import", {"upload": 1}).code == "forbidden", "who may not create, may not import")


def test_encodings_and_separators():
    for n, (encoding, delimiter, end) in enumerate((("utf-8-sig", ",", "\r\n"), ("gb18030", ";", "\n"), ("utf-8", "\t", "\r\n"), ("gb18030", "\t", "\n"),
                                                   ("utf-8", ";", "\r"))):
        rows = [["姓名,全", "kind", "phone", "remarks"], ["张,三\"丰\"", "个人", f"1361111000{n}", "第一行\n第二行"], ["", "", "", ""], ["李 四 𠮷", "person", f"1361112000{n}", " x "]]
        rows[0][0] = "名称"
        got = bring(None, data=upload.csv(rows, encoding, delimiter, end), name=f"n{n}.csv")
        yz.check((got["encoding"], got["delimiter"]) == ("GB18030" if encoding == "gb18030" else "UTF-8", delimiter), f"{encoding} {delimiter!r} is guessed and said {got}")
        yz.check(co.one(f"SELECT name || '|' || replace(remarks, E'\\n', '/') || '|' || kind FROM party WHERE phone = '1361111000{n}'") == '张,三"丰"|第一行/第二行|person',
                 "quotes, separators and line breaks in cells")
        yz.check(co.one(f"SELECT name FROM party WHERE phone = '1361112000{n}'") == "李 四 𠮷", "rare characters")
    lines = [["name", "kind", "phone"], ["甲", "person", "13500000001"], ["多\n行", "person", "13500000002"], ["", "", ""], ["乙", "martian", "13500000003"]]
    got, _, _ = rows_of(clerk, "customer.import", {"upload": upload.put(clerk, upload.csv(lines)), "dry_run": True})
    yz.check([(r["line"], r["field"]) for r in got] == [(3, "name"), (6, "kind")], f"lines are counted as an editor counts them {got}")
    for data, code in ((b"name,kind\n\"open", "invalid"), (b"", None), (b"name,kind\n", "invalid"), (b"name\xff\xff\xff,kind\nx\n", None)):
        if code:
            got = refused(None, data=data)
            yz.check((got.code, got.field) == (code, "upload"), f"{data!r}: {got}")


def test_spreadsheets():
    rows = [["名称", "类型", "电话", "信用额度", "结算方式", "result_required", "账期天数"],
            ["表一", "个人", 13411110001, 12.5, "月结", True, 30], ["表二", "insurer", "13411110002", None, "monthly", False, None]]
    labels = {r[0]: r[0] for r in rows}
    mapping = {"信用额度": "credit_limit_fen", "结算方式": "settlement", "账期天数": "terms_days"}
    rows[1][4] = "monthly"
    for n, data in enumerate((upload.xlsx(rows), upload.xlsx([[c if not isinstance(c, (int, float)) or isinstance(c, bool) or c != 13411110001 else 13411110003 for c in r] if i else r
                                                              for i, r in enumerate([[c if c != "13411110002" else "13411110004" for c in r] for r in rows])], inline=True))):
        got = bring(None, data=data, name="t.xlsx", mapping=mapping)
        yz.check(counts(got) == (2, 0, 0, 0) and got["format"] == "xlsx" and got["delimiter"] is None, f"a workbook {got}")
    yz.check(co.sql("SELECT name, kind, credit_limit_fen, settlement, result_required, terms_days FROM party WHERE phone = '13411110001'")[0]
             == ["表一", "person", "1250", "monthly", "t", "30"], "numbers, truths and words")
    assert labels
    days = [["party_id", "service", "base_fen", "valid_from", "valid_to"], ["PA", "拖车", 300, 46023, "2026-12-31"], ["王小明", "jump_start", "1,200.00", 46023.0, "20261231"]]
    got = bring(None, client=manager, entity="agreement", data=upload.xlsx(days, dates=(3,)), name="a.xlsx")
    yz.check(counts(got) == (2, 0, 0, 0), f"references by code and by name {got}")
    yz.check(co.sql(f"SELECT service, base_fen, valid_from, valid_to FROM party_agreement WHERE party_id = {co.party['PA']} ORDER BY base_fen")
             == [["tow", "30000", "2026-01-01", "2026-12-31"], ["jump_start", "120000", "2026-01-01", "2026-12-31"]], "dates a spreadsheet keeps as numbers")
    bomb = upload.xlsx([["name", "kind"], *([["x" * 30000, "person"]] * 3000)], inline=True)
    got = refused(None, data=bomb, name="b.xlsx")
    yz.check(len(bomb) < 500_000 and got.code == "invalid", f"90 MB in {len(bomb)} bytes are judged line by line {got}")
    huge = upload.xlsx([["name", "kind"], *([["x" * 32000, "person"]] * 9000)], inline=True)
    got = refused(None, data=huge, name="b.xlsx")
    yz.check((got.code, got.field) == ("limit", "upload"), f"288 MB in {len(huge)} bytes are not read {got}")


def test_references():
    head = ["party_id", "service", "base_fen", "valid_from"]
    co.sql("UPDATE party SET name = '同名' WHERE code IN ('F1', 'F2')")
    rows = [head, ["F1", "tow", "1", "2026-02-01"], [str(co.party["F2"]), "tow", "2", "2026-02-01"], ["同名", "tow", "3", "2026-02-01"], ["nobody", "tow", "4", "2026-02-01"],
            ["", "tow", "5", "2026-02-01"], ["F1", "fly", "6", "2026-02-01"], ["F1", "tow", "7", "2026-02-01"], ["F2", "tow", "8", "2026-13-01"]]
    sent = upload.put(manager, upload.csv(rows))
    got, kind, reply = rows_of(manager, "agreement.import", {"upload": sent, "dry_run": True})
    want = [(4, "party_id", "invalid"), (5, "party_id", "invalid"), (6, "party_id", "invalid"), (7, "service", "invalid"), (9, "valid_from", "invalid")]
    have = [(r["line"], r["field"], r["code"]) for r in got if r["line"] != 8]
    yz.check(have == want, f"by code, by number, never by a name of two {have}")
    yz.check([r["code"] for r in got if r["line"] == 8] == ["duplicate"], f"a rule of the database is told by its line, too {got}")
    got, kind, reply = rows_of(manager, "agreement.import", {"upload": sent, "bad": "skip"})
    yz.check(counts(reply) == (2, 0, 0, 6) and [r["line"] for r in got] == [4, 5, 6, 7, 8, 9], f"narrowed down to the line {reply}")
    hidden = co.as_("order_clerk_b")
    got = [r for r in rows_of(hidden, "customer.import", {"upload": upload.put(hidden, upload.csv([["name", "kind", "branch_id"], ["x", "person", "A"], ["y", "person", "B"]])),
                                                          "dry_run": True})[0]]
    yz.check([(r["line"], r["field"]) for r in got] == [(2, "branch_id")], f"a branch out of sight is as one that is not there {got}")


def test_other_entities():
    got = bring([["code", "name", "kind", "parent_id"], ["I1", "导入一站", "station", "A"], ["I2", "导入二站", "救援站", "HQ"], ["I3", "x", "shop", "I1"]],
                client=admin, entity="branch", bad="skip")
    yz.check(got["created"] >= 1, f"branches {got}")
    got = bring([["code", "车牌", "type", "branch_id"], ["IV1", "粤 a·12345", "flatbed", "A"], ["IV2", "bad plate", "flatbed", "A"]], client=admin, entity="vehicle", bad="skip")
    yz.check(counts(got) == (1, 0, 0, 1) and co.one("SELECT plate FROM vehicle WHERE code = 'IV1'") == "粤A12345", f"vehicles {got}")
    got = bring([["name", "login", "code", "branch_id", "roles", "password_hash"], ["导入员", "imported", "IMP1", "A", "order_clerk, call_taker", "x"]], client=admin,
                entity="employee")
    yz.check(counts(got) == (1, 0, 0, 0) and co.one("SELECT roles FROM employee WHERE login = 'imported'") == "{order_clerk,call_taker}", f"employees {got}")
    yz.check(co.one("SELECT password_hash IS NULL OR password_hash = '' FROM employee WHERE login = 'imported'") == "t", "without secrets")
    args = co.order_args()
    keys = [k for k in args if not isinstance(args[k], (dict, list))]
    got = bring([keys, [args[k] for k in keys]], entity="rescue")
    yz.check(counts(got) == (1, 0, 0, 0), f"rescue orders, with their number from the hook {got}")


def test_keys_runs_and_ends():
    sent = upload.put(clerk, upload.csv([HEAD, customer(5000)]))
    args = {"upload": sent, "key": uuid.uuid4().hex}
    first = clerk.do("customer.import", args)
    yz.check(clerk.do("customer.import", args) == first and total("code = 'T005000'") == 1, "the same key gives the first answer")
    yz.check(clerk.refused("customer.import", {**args, "bad": "skip"}).code == "conflict", "and is no other request's")
    yz.check(clerk.refused("customer.import", {"upload": sent}).code == "not_found", "what is imported is used up")
    yz.check(clerk.refused("customer.import", {"upload": sent, "run": first["run"]}).code == "conflict", "an ended run does not go on")
    yz.check(clerk.refused("customer.import", {"run": 10**9}).code == "not_found", "nor one that never was")
    yz.check(co.as_("order_clerk2").refused("customer.import", {"run": first["run"]}).code == "not_found", "nor another's")
    theirs = upload.put(co.as_("order_clerk2"), upload.csv([HEAD, customer(5001)]))
    yz.check(clerk.refused("customer.import", {"upload": theirs}).code == "not_found", "nor is another's upload there")
    yz.check(clerk.refused("customer.import", {"upload": upload.put(clerk, b"\x89PNG\r\n\x1a\n123", "x.csv")}).field == "upload", "a picture is no table")
    for more in ({"bad": "maybe"}, {"duplicates": 5}, {"dry_run": "yes"}, {"upload": "x"}, {"run": -1}, {"fields": 1}):
        yz.check(clerk.refused("customer.import", more).code == "invalid", f"{more}")


@contextlib.contextmanager
def in_no_hurry(code):
    """So that each chunk of these is seen by whoever looks for it."""
    co.sql(f"""CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;
        CREATE TRIGGER take_time BEFORE INSERT ON party FOR EACH ROW WHEN (NEW.code LIKE '{code}%500') EXECUTE FUNCTION take_time()""")
    yield
    co.sql("DROP TRIGGER take_time ON party; DROP FUNCTION take_time()")


def test_goes_on_after_a_kill():
    rows = [customer(n) for n in range(10000, 18000)]
    rows[1500][HEAD.index("kind")] = "martian"
    rows[7500][HEAD.index("kind")] = "martian"
    client = co.new_client("order_clerk2")
    args = {"upload": upload.put(client, upload.csv([HEAD, *rows])), "bad": "skip", "key": uuid.uuid4().hex}
    with in_no_hurry("T01"):
        client.send("customer.import", args)
        yz.wait_until("some chunks", lambda: total("code LIKE 'T01%'") >= 2000)
        co.server.kill()
    client.close()
    part = total("code LIKE 'T01%'")
    yz.check(part < 7998 and part == int(co.one("SELECT created FROM import_run ORDER BY id DESC LIMIT 1")), f"killed after {part} rows, and the count is right")
    co.server.restart()
    co.clients.clear()
    client = co.new_client("order_clerk2")
    got, kind, reply = rows_of(client, "customer.import", args)
    yz.check(kind == "ok" and counts(reply) == (7998, 0, 0, 2) and [r["line"] for r in got] == [1502, 7502], f"the same key goes on, and tells all bad lines {reply}")
    yz.check(total("code LIKE 'T01%'") == 7998 and co.one("SELECT count(*) FROM change WHERE entity = 'customer' AND now ->> 'code' LIKE 'T01%'") == "7998",
             "nothing twice, nothing left out")
    client.close()


def test_stops_between_chunks():
    rows = [customer(n) for n in range(20000, 28000)]
    client = co.new_client("order_clerk")
    args = {"upload": upload.put(client, upload.csv([HEAD, *rows])), "bad": "skip"}
    with in_no_hurry("T02"):
        tag = client.send("customer.import", {**args, "key": uuid.uuid4().hex})
        yz.wait_until("some chunks", lambda: total("code LIKE 'T02%'") >= 1000)
        client.send("session.cancel", {"tag": tag}, tag="stop")
    end, stopped = {}, False
    while not end or not stopped:
        got, kind, data = client.message()
        stopped = stopped or got == "stop"
        if got == tag and kind in ("ok", "err"):
            end = data
    yz.check(end.get("code") == "unavailable" and end["result"]["created"] == total("code LIKE 'T02%'") and end["result"]["created"] % 1000 == 0, f"stopped {end}")
    last = client.do("customer.import", {"run": end["result"]["run"], "bad": "skip"})
    yz.check(counts(last) == (8000, 0, 0, 0) and total("code LIKE 'T02%'") == 8000, f"and gone on with {last}")
    client.close()


def test_an_export_comes_back():
    """What E.export wrote is read again as it was."""
    text, admin = "", co.as_("admin")
    auditor = co.as_("auditor")
    tag = auditor.send("customer.export", {"format": "csv", "language": "zh_CN", "filter": {"code": {"like": "T003"}}, "sort": ["code"]})
    while True:
        got, kind, data = auditor.message()
        if got == tag and kind == "row":
            text += data["text"]
        elif got == tag and kind in ("ok", "err"):
            break
    sent = upload.put(admin, text.encode())
    got, kind, reply = rows_of(admin, "customer.import", {"upload": sent, "dry_run": True, "duplicates": "update", "mapping": {"电话": None}})
    yz.check(kind == "ok" and reply["updated"] == text.count("\n") - 1 and not got, f"every line is known again {reply} {got[:2]}")
    versions = co.one("SELECT sum(version) FROM party WHERE code LIKE 'T003%'")
    reply = admin.do("customer.import", {"upload": sent, "duplicates": "update", "mapping": {"电话": None}})
    yz.check(co.one("SELECT sum(version) FROM party WHERE code LIKE 'T003%'") == versions, f"and nothing of it is new {json.dumps(reply)[:200]}")


def finish():
    co.stop()


if __name__ == "__main__":
    yz.main(globals())
