"""Customers and suppliers: found by whatever is known of them, warned of when they come twice; prices agreed with them."""
import yz

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
clerk, other = yz.Client(server, "order_clerk"), yz.Client(server, "order_clerk_b")
admin, manager = yz.Client(server, "admin"), yz.Client(server, "finance_manager")


def found(client, q):
    return {r["id"] for r in client.call("customer.list", {"q": q, "limit": 500})["rows"]}


def test_a_person_is_found_by_anything_known():
    made = clerk.do("customer.create", {"name": "欧阳重庆", "phone": "138 0013 7654", "short_name": "老欧",
                                        "plates": [{"plate": "粵a·88T66", "car_model": "sedan"}],
                                        "contacts": [{"name": "李雷", "phone": "13912348888"}]})
    id = made["id"]
    for q in ("欧阳重庆", "重庆", "歐陽重慶", "ouyang", "oycq", "7654", "13800137654", "老欧", "88T66", "粤A88T66", "粤A·88t66"):
        assert id in found(clerk, q), q
    row = clerk.call("customer.get", {"id": id})
    assert row["code"].startswith("C") and row["branch_id"] and row["roles"] == ["customer"], row
    assert row["plates"][0]["plate"] == "粤A88T66" and row["contacts"][0]["name"] == "李雷", row
    assert id not in found(other, "欧阳重庆")
    assert other.refused("customer.get", {"id": id}).code == "not_found"


def test_a_firm_is_shared():
    made = clerk.do("customer.create", {"name": "平安路上救援有限公司", "kind": "insurer", "phone": "020-83331234"})
    row = other.call("customer.get", {"id": made["id"]})
    assert row["branch_id"] is None, row
    assert made["id"] in found(other, "palsjy")


def test_duplicates_are_told():
    first = clerk.do("customer.create", {"name": "重名测试", "phone": "13700000001"})
    assert "duplicates" not in first, first
    second = clerk.do("customer.create", {"name": "重名测试", "phone": "13700000002"})
    assert [d["id"] for d in second["duplicates"]] == [first["id"]], second
    assert second["duplicates"][0]["same"] == "name"
    taken = clerk.refused("customer.create", {"name": "另一人", "phone": "13700000001"})
    assert (taken.code, taken.field) == ("duplicate", "phone"), taken
    elsewhere = other.do("customer.create", {"name": "重名测试", "phone": "13700000001"})
    assert "duplicates" not in elsewhere, elsewhere


def test_a_customer_is_checked():
    for more, field in (({"name": None}, "name"), ({"kind": "ghost"}, "kind"), ({"phone": "abc"}, "phone"),
                        ({"roles": ["king"]}, "roles"), ({"credit_limit_fen": -1}, "credit_limit_fen"), ({"terms_days": 999}, "terms_days"),
                        ({"place_lat": 23.1}, "place_lon"), ({"plates": [{"plate": "hello"}]}, "plates.1.plate"),
                        ({"contacts": [{"phone": "13900000000"}]}, "contacts.1.name"), ({"name": "a\u202eb"}, "name")):
        refusal = clerk.refused("customer.create", {"name": "检查", **more})
        assert refusal.code in ("invalid", "bad_request") and (refusal.field == field or refusal.code == "bad_request"), (more, refusal)


def test_update_is_versioned_and_null_clears():
    made = clerk.do("customer.create", {"name": "版本测试", "remarks": "x", "plates": [{"plate": "粤B12345"}, {"plate": "粤B12346"}]})
    row = clerk.call("customer.get", {"id": made["id"]})
    keep = [{"id": row["plates"][1]["id"], "colour": "red"}, {"plate": "粤B12347"}]
    clerk.do("customer.update", {"id": made["id"], "version": 1, "remarks": None, "plates": keep})
    row = clerk.call("customer.get", {"id": made["id"]})
    assert row["remarks"] is None and [p["plate"] for p in row["plates"]] == ["粤B12346", "粤B12347"], row
    stale = clerk.refused("customer.update", {"id": made["id"], "version": 1, "remarks": "y"})
    assert stale.code == "conflict" and stale.error["current"]["version"] == 2, stale
    assert made["id"] not in found(clerk, "B12345") and made["id"] in found(clerk, "B12347")


def test_one_party_in_two_roles():
    made = admin.do("supplier.create", {"name": "顺达拖车行", "kind": "other_firm", "roles": ["customer"]})
    for entity in ("supplier", "customer"):
        row = admin.call(f"{entity}.get", {"id": made["id"]})
        assert sorted(row["roles"]) == ["customer", "supplier"], row
        rows = admin.call(f"{entity}.list", {"q": "shunda"})["rows"]
        assert made["id"] in {r["id"] for r in rows}, entity
    only = admin.do("supplier.create", {"name": "只供不销", "kind": "other_firm"})
    assert admin.refused("customer.get", {"id": only["id"]}).code == "not_found"


def test_disable_enable_delete():
    made = admin.do("customer.create", {"name": "来去匆匆"})
    id, version = made["id"], 1
    for verb in ("disable", "enable", "delete"):
        version = admin.do(f"customer.{verb}", {"id": id, "version": version, "reason": "tried"}).get("version", version + 1)
    assert admin.refused("customer.get", {"id": id}).code == "not_found"
    assert not found(admin, "来去匆匆")
    used = admin.do("customer.create", {"name": "有协议的客户", "kind": "insurer"})
    manager.do("agreement.create", {"party_id": used["id"], "service": "tow", "base_fen": 30000})
    assert admin.refused("customer.delete", {"id": used["id"], "version": 1}).code == "conflict"
    assert clerk.refused("customer.delete", {"id": used["id"], "version": 1}).code == "forbidden"


def test_pages_hold_every_row_once():
    """Shared firms and the branches' own persons are read from different indexes; together they are one order."""
    for n in range(7):
        clerk.do("customer.create", {"name": f"分页{n}"})
        other.do("customer.create", {"name": f"分页{n}b"})
        admin.do("customer.create", {"name": f"分页公司{n}", "kind": "fleet"})
    for client in (clerk, admin):
        for sort in ("-created_at", "created_at", "name", "-name", "code"):
            at_once = [r["id"] for r in client.call("customer.list", {"sort": [sort], "limit": 500})["rows"]]
            paged, after = [], None
            while len(paged) < 60:
                page = client.call("customer.list", {"sort": [sort], "limit": 7, **({"after": after} if after else {})})
                paged += [r["id"] for r in page["rows"]]
                after = page["next"]
                if not after:
                    break
            assert paged == at_once[:len(paged)] and len(paged) == min(len(at_once), len(paged)), sort
            assert len(set(at_once)) == len(at_once)


def test_price_agreements():
    firm = clerk.do("customer.create", {"name": "协议保险公司", "kind": "insurer"})["id"]
    good = {"party_id": firm, "service": "tow", "base_fen": 28000, "included_km": 15, "per_km_fen": 700, "valid_from": "2026-01-01"}
    assert admin.refused("agreement.create", good).code == "forbidden"       # prices are money
    made = manager.do("agreement.create", good)
    row = manager.call("agreement.get", {"id": made["id"]})
    assert (row["base_fen"], row["valid_to"], row["free_times"]) == (28000, "9999-12-31", 0), row
    assert manager.refused("agreement.create", good).code == "duplicate"
    for more, field in (({"service": "flying"}, "service"), ({"base_fen": -1}, "base_fen"), ({"valid_to": "2025-01-01"}, "valid_to"),
                        ({"party_id": 999999999}, "party_id"), ({"base_fen": None}, "base_fen")):
        refusal = manager.refused("agreement.create", {**good, "valid_from": "2026-02-01", **more})
        assert (refusal.code, refusal.field) == ("invalid", field), (more, refusal)
    assert manager.call("customer.get", {"id": firm})["agreements"][0]["base_fen"] == 28000
    assert "agreements" not in clerk.call("customer.get", {"id": firm})


def test_price_list():
    rows = manager.call("price_list.list", {"filter": {"branch_id": {"null": True}}})["rows"]
    assert {"tow", "fuel"} <= {r["service"] for r in rows}, rows
    made = manager.do("price_list.create", {"service": "tow", "base_fen": 31000, "branch_id": rows_branch()})
    assert manager.call("price_list.get", {"id": made["id"]})["base_fen"] == 31000


def rows_branch():
    return admin.call("branch.list", {"limit": 1})["rows"][0]["id"]


yz.main(globals())
