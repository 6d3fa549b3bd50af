"""E.summary: what is counted is what E.list would show, and no more; steps of time go by the branch's clock."""
import time
import uuid

import yz

HASH = "$argon2id$v=19$m=19456,t=2,p=1$EJXaNSKBJtRS9FhU02hjYA$kpbb0YYJptzmpHh6GUQxvP58iSgctkqWFUjKpECNgrI"
PEOPLE = [(1, "admin", "admin"), (2, "clerk", "order_clerk"), (3, "clerk_b", "order_clerk"), (1, "auditor", "auditor"), (2, "driver", "driver")]

cluster = yz.shared_cluster()
database = "t_" + uuid.uuid4().hex[:12]
cluster.create(database)
server = yz.Server(cluster, database)


def sql(text):
    return cluster.sql(text, database)


sql("INSERT INTO branch (code, name, kind) VALUES ('HQ', '总部', 'head_office');"
    "INSERT INTO branch (code, name, kind, parent_id) VALUES ('GZ', '广州站', 'station', 1), ('FS', '佛山站', 'station', 1);"
    + "".join(f"INSERT INTO employee (branch_id, code, name, login, password_hash, must_change_password, roles) VALUES "
              f"({b}, 'S{i}', 'Staff {i}', '{login}', '{HASH}', false, '{{{role}}}');" for i, (b, login, role) in enumerate(PEOPLE)))
admin, clerk, clerk_b, auditor = (yz.Client(server, login) for login in ("admin", "clerk", "clerk_b", "auditor"))
# 12 cars in Guangzhou, 5 in Foshan
TYPES = ["flatbed"] * 6 + ["van"] * 3 + ["crane"] * 2 + ["motorbike"]
sql("".join(f"INSERT INTO vehicle (branch_id, code, plate, type) VALUES (2, 'G{i}', '粤A1{i:03d}', '{t}');" for i, t in enumerate(TYPES))
    + "".join(f"INSERT INTO vehicle (branch_id, code, plate, type) VALUES (3, 'F{i}', '粤E1{i:03d}', 'flatbed');" for i in range(5)))


def summary(entity="vehicle", client=auditor, **args):
    return client.call(f"{entity}.summary", args)


def counts(answer):
    return {g["value"]: g["count"] for g in answer["groups"]}


def refused(entity="vehicle", client=auditor, **args):
    return client.refused(f"{entity}.summary", args)


def test_counts_by_a_choice_largest_first():
    answer = summary(by="type")
    assert [(g["value"], g["count"]) for g in answer["groups"]] == [("flatbed", 11), ("van", 3), ("crane", 2), ("motorbike", 1)], answer
    assert answer["rest"] == {"groups": 0, "count": 0} and answer["total"] == {"count": 17}
    assert "label" not in answer["groups"][0]


def test_other_branches_are_never_counted():
    assert counts(summary(client=clerk, by="type")) == {"flatbed": 6, "van": 3, "crane": 2, "motorbike": 1}
    assert counts(summary(client=clerk_b, by="type")) == {"flatbed": 5}
    assert counts(summary(client=clerk_b, by="branch_id")) == {3: 5}
    assert summary(client=clerk_b, by="type", filter={"branch_id": 2})["total"] == {"count": 0}
    assert summary(client=clerk_b, by="type", q="粤A1")["groups"] == []
    assert summary(client=clerk_b, by="branch_id", **{"and": "type"})["total"]["count"] == 5


def test_it_is_held_to_the_permission_of_the_list():
    driver = yz.Client(server, "driver")
    for entity in ("vehicle", "employee", "entry", "role"):
        may = entity + ".list" in driver.call("session.whoami").get("permissions", [])
        if not may:
            assert refused(entity, driver, by="id").code in ("forbidden", "unknown_verb"), entity


def test_references_have_their_words():
    groups = summary(by="branch_id")["groups"]
    assert [(g["value"], g["label"], g["count"]) for g in groups] == [(2, "广州站", 12), (3, "佛山站", 5)]


def test_what_is_over_the_limit_is_the_rest():
    answer = summary(by="plate", limit=5)
    assert len(answer["groups"]) == 5 and answer["rest"] == {"groups": 12, "count": 12} and answer["total"]["count"] == 17
    assert refused(by="plate", limit=201).code == "limit" and refused(by="plate", limit=0).code == "invalid"


def test_a_second_field_takes_the_groups_apart():
    answer = summary(by="branch_id", **{"and": "type"})
    assert [p["value"] for p in answer["and"]] == ["flatbed", "van", "crane", "motorbike"]
    assert [p["count"] for p in answer["and"]] == [11, 3, 2, 1]
    assert [[p and p["count"] for p in g["parts"]] for g in answer["groups"]] == [[6, 3, 2, 1], [5, None, None, None]]


def test_the_filter_and_the_search_are_those_of_the_list():
    assert counts(summary(by="type", filter={"type": {"in": ["van", "crane"]}})) == {"van": 3, "crane": 2}
    assert summary(by="type", filter={"plate": {"like": "粤E"}})["total"]["count"] == 5
    listed = auditor.call("vehicle.list", {"q": "E1", "total": True, "limit": 1})["total"]
    assert summary(by="type", q="E1")["total"]["count"] == listed
    fault = refused(by="type", filter={"nosuch": 1})
    assert (fault.code, fault.field) == ("invalid", "nosuch")


def test_wrong_arguments_are_named():
    for args, field in (({}, "by"), ({"by": "nosuch"}, "by"), ({"by": 7}, "by"), ({"by": "type", "and": "nosuch"}, "and"),
                        ({"by": "type", "sum": ["type"]}, "sum"), ({"by": "type", "sum": "type"}, "sum"), ({"by": "type", "shoe": 1}, "shoe"),
                        ({"by": "created_at", "step": "fortnight"}, "step"), ({"by": "version"}, "by"), ({"by": "type", "limit": "x"}, "limit")):
        fault = refused(**args)
        assert (fault.code, fault.field) == ("invalid", field), (args, fault.error)


def test_masked_fields_are_not_counted_by():
    assert refused("customer", by="phone").field == "by"
    assert refused("employee", admin, by="birth_on").field == "by"


def test_steps_of_time_go_by_the_branch():
    """Branches keep Shanghai's time: 16:00 UTC is the next day there."""
    sql("UPDATE vehicle SET created_at = CASE WHEN code IN ('G0', 'G1') THEN '2026-01-31T15:59:59Z' WHEN code = 'G2' THEN '2026-01-31T16:00:00Z' "
        "WHEN code LIKE 'F%' THEN '2026-02-09T03:00:00Z' ELSE '2026-03-01T12:30:00Z' END::timestamptz")
    assert counts(summary(by="created_at")) == {"2026-01-31": 2, "2026-02-01": 1, "2026-02-09": 5, "2026-03-01": 9}
    assert [g["value"] for g in summary(by="created_at")["groups"]] == ["2026-01-31", "2026-02-01", "2026-02-09", "2026-03-01"]
    assert counts(summary(by="created_at", step="week")) == {"2026-01-26": 3, "2026-02-09": 5, "2026-02-23": 9}
    assert counts(summary(by="created_at", step="month")) == {"2026-01-01": 2, "2026-02-01": 6, "2026-03-01": 9}
    assert counts(summary(by="created_at", step="year")) == {"2026-01-01": 17}
    assert counts(summary(by="created_at", step="hour")) == {"2026-01-31T15:00:00Z": 2, "2026-01-31T16:00:00Z": 1,
                                                              "2026-02-09T03:00:00Z": 5, "2026-03-01T12:00:00Z": 9}
    latest = summary(by="created_at", step="month", limit=2)
    assert [g["value"] for g in latest["groups"]] == ["2026-02-01", "2026-03-01"] and latest["rest"] == {"groups": 1, "count": 2}


def test_every_group_is_what_the_list_shows_when_it_is_filtered_by_it():
    for group in summary(by="created_at", step="month")["groups"]:
        month = group["value"][:7]
        after = f"{month[:5]}{int(month[5:]) + 1:02d}-01"
        listed = auditor.call("vehicle.list", {"filter": {"created_at": {"gte": group["value"], "lt": after}}, "total": True, "limit": 1})
        assert listed["total"] == group["count"], group


def test_an_empty_value_is_a_group():
    answer = summary("customer", by="district")
    assert answer["groups"] == [] and answer["total"] == {"count": 0}
    sql("UPDATE vehicle SET disabled_at = now() WHERE code = 'G0'")
    values = counts(summary(by="disabled_at", step="year"))
    assert values[None] == 16 and len(values) == 2


def test_sums_are_exact():
    for i, (kind, fen) in enumerate((("person", 9007199254740993), ("person", 7), ("company", 100), ("company", -1 + 1))):
        sql(f"INSERT INTO party (branch_id, code, name, kind, credit_limit_fen) VALUES (2, 'S{i}', '客户{i}', '{kind}', {fen})")
    answer = summary("customer", by="kind", sum=["credit_limit_fen"])
    assert [(g["value"], g["count"], g["sum"]["credit_limit_fen"]) for g in answer["groups"]] == [("person", 2, 9007199254741000), ("company", 2, 100)]
    assert answer["total"]["sum"] == {"credit_limit_fen": 9007199254741100}
    rest = summary("customer", by="kind", sum=["credit_limit_fen"], limit=1)["rest"]
    assert rest == {"groups": 1, "count": 2, "sum": {"credit_limit_fen": 100}}
    parts = summary("customer", by="branch_id", sum=["credit_limit_fen"], **{"and": "kind"})["groups"][0]["parts"]
    assert [p["sum"]["credit_limit_fen"] for p in parts] == [9007199254741000, 100]


def test_averages_are_over_those_that_have_a_value():
    sql("INSERT INTO party (code, name, kind, credit_limit_fen) VALUES ('AV1', 'x', 'repair_shop', 100), ('AV2', 'x', 'repair_shop', 201),"
        " ('AV3', 'x', 'repair_shop', NULL), ('AV4', 'x', 'other_firm', NULL), ('AV5', 'x', 'fleet', 50)")
    args = {"by": "kind", "average": ["credit_limit_fen"], "filter": {"code": {"like": "AV"}}}
    answer = summary("customer", admin, **args)
    assert [(g["value"], g["count"], g["average"]["credit_limit_fen"]) for g in answer["groups"]] == \
        [("repair_shop", 3, 150.5), ("fleet", 1, 50), ("other_firm", 1, None)], answer
    assert answer["total"]["average"] == {"credit_limit_fen": 117} and "sum" not in answer["total"]
    rest = summary("customer", admin, limit=1, **args)["rest"]
    assert rest == {"groups": 2, "count": 2, "average": {"credit_limit_fen": 50}}, rest
    both = summary("customer", admin, sum=["credit_limit_fen"], **args)["groups"][0]
    assert both["sum"] == {"credit_limit_fen": 301} and both["average"] == {"credit_limit_fen": 150.5}
    parts = summary("customer", admin, **{**args, "and": "settlement"})["groups"][0]["parts"]
    assert parts == [{"count": 3, "average": {"credit_limit_fen": 150.5}}], parts
    for wrong in (["name"], ["nosuch"], "credit_limit_fen", [1]):
        assert refused("customer", admin, by="kind", average=wrong).field == "average", wrong


def test_it_can_be_cancelled():
    with cluster.session(database) as other:
        other.sql("BEGIN; LOCK TABLE vehicle IN ACCESS EXCLUSIVE MODE")
        client = yz.Client(server, "auditor")
        tag = client.send("vehicle.summary", {"by": "type"})
        yz.wait_until("it to be under way", lambda: cluster.sql(f"SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '{database}'"))
        client.call("session.cancel", {"tag": tag})
        try:
            client.answer(tag)
            raise AssertionError("it was answered")
        except yz.Refused as refusal:
            assert refusal.code in ("busy", "unavailable", "limit", "unknown_outcome", "invalid", "conflict"), refusal.error
        other.sql("ROLLBACK")


def finish():
    for client in (admin, clerk, clerk_b, auditor):
        client.close()
    server.stop()
    cluster.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


yz.main(globals())
