"""Lists: where a page begins, orders of several columns, what is counted, what a search finds."""
import itertools

import yz

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
clerk, admin, auditor = (yz.Client(server, login) for login in ("order_clerk", "admin", "auditor"))
count = itertools.count(1)


def customer(name, client=clerk, **more):
    return client.do("customer.create", {"name": name, "kind": "person", "phone": f"1371{next(count):07d}", **more})["id"]


def names(client=clerk, entity="customer", **more):
    return [row["name"] for row in client.call(f"{entity}.list", {"sort": ["name"], "limit": 3, **more})["rows"]]


def all_pages(client, verb, **more):
    rows, after = [], {}
    while True:
        page = client.call(verb, {**more, **after})
        rows += page["rows"]
        if not page["next"]:
            return rows
        after = {"after": page["next"]}


def test_a_page_begins_where_it_is_asked_to():
    for name in ("Wagner Motors", "Warburg", "王小跳", "汪小跳", "韦小跳", "张小跳", "Zeta 跳"):
        customer(name)
    yz.check(names(**{"from": "War"})[0] == "Warburg", "letters begin at the first name that begins so")
    yz.check(names(**{"from": "wag"})[0] == "Wagner Motors", "small letters, too")
    yz.check(names(**{"from": "wang"})[0][0] in "汪王", "where no name begins so, at the Chinese names read so")
    yz.check(names(**{"from": "wei"})[0][0] in "韦魏卫", "at a later syllable")
    found = names(**{"from": "王小"})
    yz.check(found[0] == "王小跳", f"characters of the name: {found}")
    down = names(sort=["-name"], **{"from": "wang"})
    yz.check(down[0][0] in "汪王", f"downwards at the last of them: {down}")
    yz.check(names(**{"from": "\u9fa5"}) is not None, "behind the last there may be nothing")


def test_codes_numbers_and_days():
    first = clerk.call("customer.list", {"sort": ["code"], "limit": 5})["rows"]
    code = first[3]["code"]
    found = clerk.call("customer.list", {"sort": ["code"], "limit": 2, "from": code.lower()})["rows"]
    yz.check(found[0]["code"] == code, "a code is found in small letters")
    rows = auditor.call("rescue.list", {"limit": 200})["rows"]
    day = rows[len(rows) // 2]["created_at"][:10]
    down = auditor.call("rescue.list", {"sort": ["-created_at"], "limit": 5, "from": day})["rows"]
    yz.check(down and all(row["created_at"] < day + "T16:00:00Z" for row in down), f"a day downwards begins at its end: {day}")
    up = auditor.call("rescue.list", {"sort": ["created_at"], "limit": 5, "from": day})["rows"]
    yz.check(up and up[0]["created_at"] <= day + "T16:00:00Z" and up == sorted(up, key=lambda row: row["created_at"]), "and upwards at its beginning")
    money = auditor.call("rescue.list", {"sort": ["-estimate_fen"], "limit": 3, "from": "300.00"})["rows"]
    yz.check(money and all(row["estimate_fen"] <= 30000 for row in money), "an amount as it is typed")
    same = auditor.call("rescue.list", {"sort": ["-estimate_fen"], "limit": 3, "from": 30000})["rows"]
    yz.check([row["id"] for row in same] == [row["id"] for row in money], "or in fen")


def test_pages_go_on_from_there():
    whole = [row["id"] for row in all_pages(clerk, "customer.list", sort=["code"], limit=500)]
    middle = clerk.call("customer.list", {"sort": ["code"], "limit": 1, "from": "C0002"})["rows"][0]["id"]
    rest = [row["id"] for row in all_pages(clerk, "customer.list", sort=["code"], limit=7, **{"from": "C0002"})]
    yz.check(rest == whole[whole.index(middle):], "by keyset")
    whole = [row["id"] for row in all_pages(clerk, "customer.list", sort=["kind", "-name"], limit=500)]
    rest = [row["id"] for row in all_pages(clerk, "customer.list", sort=["kind", "-name"], limit=7, **{"from": "person"})]
    yz.check(rest and whole[-len(rest):] == rest, "by offset")
    cursor = clerk.call("customer.list", {"sort": ["kind"], "limit": 2, "from": "person"})["next"]
    error = clerk.refused("customer.list", {"sort": ["kind"], "limit": 2, "from": "insurer", "after": cursor})
    yz.check(error.field == "after", "a cursor belongs to where it began")


def test_pages_before():
    whole = [row["id"] for row in all_pages(auditor, "rescue.list", sort=["-created_at"], limit=500)]
    page = auditor.call("rescue.list", {"sort": ["-created_at"], "limit": 5})
    yz.check("prev" not in page, "nothing is before the first page")
    for sort, start in ((["-created_at"], "created_at"), (["created_at"], "created_at")):
        there = [row["id"] for row in all_pages(auditor, "rescue.list", sort=sort, limit=500)]
        day = auditor.call("rescue.get", {"id": whole[len(whole) // 2]})[start][:10]
        page = auditor.call("rescue.list", {"sort": sort, "limit": 5, "from": day})
        seen, before = [row["id"] for row in page["rows"]], page["prev"]
        at = there.index(seen[0])
        while before and at - 40 < there.index(seen[0]):
            page = auditor.call("rescue.list", {"sort": sort, "limit": 7, "from": day, "before": before})
            seen, before = [row["id"] for row in page["rows"]] + seen, page.get("prev")
        yz.check(seen == there[there.index(seen[0]):][:len(seen)], f"{sort}: in the list's order, none left out, none twice")
        back = auditor.call("rescue.list", {"sort": sort, "limit": 7, "from": day, "after": page["next"]})
        yz.check([row["id"] for row in back["rows"]] == seen[7:14], f"{sort}: and forth again")
    first = auditor.call("rescue.list", {"sort": ["created_at"], "limit": 3, "from": "2000-01-01"})
    page = auditor.call("rescue.list", {"sort": ["created_at"], "limit": 3, "from": "2000-01-01", "before": first["prev"]})
    yz.check(not page["rows"] and not page.get("prev"), "before the first there are none")
    for more in ({"before": "x"}, {"before": 5}, {"before": first["prev"]}, {"before": first["prev"], "after": first["next"]}):
        error = auditor.refused("rescue.list", {"sort": ["created_at"], "limit": 3, **more})
        yz.check(error.code == "invalid", f"refused: {sorted(more)}")


def test_from_that_is_none():
    for value in ("", {"a": 1}, ["x"], True, "a\u001bb"):
        error = clerk.refused("customer.list", {"sort": ["name"], "from": value})
        yz.check(error.code in ("invalid", "bad_request"), f"refused: {value!r}")
    for value in ("yesterday", 5.5, {}):
        error = clerk.refused("rescue.list", {"sort": ["created_at"], "from": value})
        yz.check(error.code == "invalid" and error.field == "from", f"no time: {value!r}")
    yz.check(clerk.call("customer.list", {"sort": ["name"], "from": None, "limit": 1})["rows"], "null is none")


def test_orders_of_several_columns():
    rows = all_pages(clerk, "customer.list", sort=["-kind", "name"], limit=40, columns=["kind", "name"])
    kinds = [row["kind"] for row in rows]
    yz.check(kinds == sorted(kinds, reverse=True), "the first column downwards")
    yz.check(len({row["id"] for row in rows}) == len(rows), "each row once")
    byname = clerk.call("customer.list", {"sort": ["name"], "limit": 500, "filter": {"kind": "person"}, "columns": ["name"]})["rows"]
    persons = [row["id"] for row in rows if row["kind"] == "person"]
    yz.check([row["id"] for row in byname] == persons[:len(byname)], "within it the second upwards")
    error = clerk.refused("customer.list", {"sort": ["kind", "name", "code", "city", "phone"]})
    yz.check(error.field == "sort", "not by any number of columns")


def test_what_is_counted():
    whole = all_pages(auditor, "rescue.list", limit=500, columns=["estimate_fen"])
    counted = auditor.call("rescue.list", {"limit": 1, "total": True, "sum": ["estimate_fen"]})
    yz.check(counted["total"] == len(whole), "all rows")
    yz.check(counted["sum"]["estimate_fen"] == sum(row["estimate_fen"] or 0 for row in whole), "and their amounts")
    part = auditor.call("rescue.list", {"limit": 1, "total": True, "sum": ["estimate_fen"], "sort": ["created_at"], "from": "2099-01-01"})
    yz.check(not part["rows"] and part["total"] == len(whole), "where the page begins does not matter to them")


def test_a_count_may_stop_early():
    whole = auditor.call("rescue.list", {"limit": 1, "total": True, "sum": ["estimate_fen"]})
    for most, ended in ((1, True), (whole["total"] - 1, True), (whole["total"], False), (100_000, False)):
        counted = auditor.call("rescue.list", {"limit": 1, "total": most, "sum": ["estimate_fen"]})
        yz.check(counted["total"] == min(most, whole["total"]) and counted.get("more", False) == ended, f"up to {most}: {counted['total']}")
        yz.check(counted.get("sum") == (None if ended else whole["sum"]), "sums are of all rows or none")
    found = auditor.call("rescue.list", {"limit": 1, "total": 2, "q": "粤", "filter": {"state": "done"}})
    yz.check(found["total"] == 2 and found["more"], "also of what a search and a filter leave")
    for wrong in (0, -1):
        yz.check(auditor.refused("rescue.list", {"total": wrong}).field == "total", f"not up to {wrong}")


def test_a_count_ends_with_who_wanted_it():
    """The names of drivers take a minute each here: so long would go on what nobody waits for."""
    name = "employee_name(bigint)"
    as_it_was = "\n".join(row[0] for row in cluster.sql(f"SELECT pg_get_functiondef('{name}'::regprocedure)", database))
    cluster.sql("CREATE OR REPLACE FUNCTION employee_name(p_employee bigint) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER "
                "SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$", database, "yizhan_owner")

    def asleep():
        return cluster.sql(f"SELECT 1 FROM pg_stat_activity WHERE datname = '{database}' AND wait_event = 'PgSleep'")

    try:
        for leave in (lambda c: c.close(), lambda c: c.send("session.logout")):
            with yz.Client(server, "auditor") as client:
                client.send("rescue.list", {"limit": 1, "total": True, "filter": {"driver_id": {"null": False}}})
                yz.wait_until("the list to be under way", asleep)
                leave(client)
                yz.wait_until("its end", lambda: not asleep())
    finally:
        cluster.sql(as_it_was, database, "yizhan_owner")


def test_many_are_disabled_and_enabled_again():
    made = [admin.call("customer.get", {"id": customer(f"停用{n}")}) for n in range(3)]
    items = [{"id": row["id"], "version": row["version"]} for row in made]
    items[1]["version"] += 1
    results = admin.do("customer.disable", {"items": items, "reason": "a trial"})["items"]
    yz.check(["ok" in item for item in results] == [True, False, True] and results[1]["err"]["code"] == "conflict", "each has a result of its own")
    again = [{"id": item["id"], "version": item["ok"]["version"]} for item in results if "ok" in item]
    results = admin.do("customer.enable", {"items": again})["items"]
    yz.check(all("ok" in item for item in results), "by the versions given they are taken into use again")
    yz.check(all(admin.call("customer.get", {"id": row["id"]})["disabled_at"] is None for row in made), "and are in use")
    error = admin.refused("customer.delete", {"items": again})
    yz.check(error.code == "invalid", "deleting is for one at a time")


def test_the_catalogue_says_what_takes_back():
    with yz.Client(server, "dispatcher") as dispatcher:
        rows = dispatcher.call("session.describe", {})["rows"]
    actions = {(row["name"], action["name"]): action for row in rows for action in row.get("actions", [])}
    yz.check(actions["rescue", "dispatch"].get("undo") == "recall", "a dispatch is taken back by a recall")
    yz.check(actions["rescue", "recall"].get("bulk"), "also for several")
    yz.check("undo" not in actions["rescue", "recall"], "a recall by nothing")


def test_what_a_search_finds():
    name = "广东省粤海道路救援服务有限责任公司深圳市南山区科技园分公司"
    id = customer(name, kind="insurer", phone="13800067531")
    for q in ("粤海道路", "科技园分公司", "nanshan", "kjyfgs", "7531", "067531", "粤海 7531"):
        found = [row["id"] for row in clerk.call("customer.list", {"q": q})["rows"]]
        yz.check(id in found, f"by {q}")
    row = clerk.call("customer.get", {"id": id})
    yz.check(id in [r["id"] for r in clerk.call("customer.list", {"q": row["code"].lower()})["rows"]], "by its code")
    order = auditor.call("rescue.list", {"limit": 1, "filter": {"plate": {"null": False}}})["rows"][0]
    for q in (order["number"].lower(), order["plate"][-4:], order["plate"]):
        found = [row["id"] for row in auditor.call("rescue.list", {"q": q, "limit": 500})["rows"]]
        yz.check(order["id"] in found, f"an order by {q}")


def finish():
    for client in (clerk, admin, auditor):
        client.close()
    server.stop()


yz.main(globals())
