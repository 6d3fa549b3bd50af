"""Base data and districts: lists that forms offer, kept by an admin, with what stands beside a code."""
import yz

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
admin = yz.Client(server, "admin")


def find(kind, code):
    rows = admin.call("base_item.list", {"filter": {"kind": kind, "code": code}})["rows"]
    return rows[0] if rows else None


def test_shipped_lists_are_filled_in_order():
    for kind in ("service", "car_model", "road", "vehicle_type", "customer_type", "payment_method", "void_reason"):
        rows = admin.call("base_item.list", {"filter": {"kind": kind}, "sort": ["position"]})["rows"]
        assert len(rows) >= 5, kind
        assert all(r["label_en"] and r["label_zh_cn"] and r["label_zh_tw"] for r in rows), kind
        assert [r["position"] for r in rows] == sorted(r["position"] for r in rows), kind


def test_what_stands_beside_a_code():
    tow = admin.call("base_item.get", {"id": find("service", "tow")["id"]})
    assert tow["vat_bp"] == 600, tow
    assert tow["photos"] == 3, tow


def test_create_update_disable_enable_delete():
    made = admin.do("base_item.create", {"kind": "service", "code": "ice", "label_en": "Ice", "label_zh_cn": "除冰",
                                         "label_zh_tw": "除冰", "vat_bp": 900, "photos": 1})
    row = admin.call("base_item.get", {"id": made["id"]})
    assert (row["vat_bp"], row["photos"], row["position"]) == (900, 1, 150), row
    changed = admin.do("base_item.update", {"id": made["id"], "version": row["version"], "vat_bp": 600})
    row = admin.call("base_item.get", {"id": made["id"]})
    assert (row["vat_bp"], row["photos"]) == (600, 1), row
    assert row["version"] == changed["version"]
    for verb in ("disable", "enable", "delete"):
        row = admin.call("base_item.get", {"id": made["id"]})
        admin.do(f"base_item.{verb}", {"id": made["id"], "version": row["version"], "reason": "tried"})
    assert admin.refused("base_item.get", {"id": made["id"]}).code == "not_found"
    verbs = [r["verb"] for r in admin.call("base_item.history", {"id": made["id"]})["rows"]]
    assert verbs == ["base_item.delete", "base_item.enable", "base_item.disable", "base_item.update", "base_item.create"], verbs


def test_refusals_name_the_field():
    good = {"kind": "road", "code": "ice_road", "label_en": "Ice road", "label_zh_cn": "冰路", "label_zh_tw": "冰路"}
    for change, field in (({"kind": "roads"}, "kind"), ({"code": "ice road"}, "code"), ({"code": None}, "code"),
                          ({"label_en": ""}, "label_en"), ({"colour": "white"}, "colour"), ({"position": -1}, "position"),
                          ({"extra": "{}"}, "extra")):
        refusal = admin.refused("base_item.create", {**good, **change})
        assert (refusal.code, refusal.field) == ("invalid", field), (change, refusal)
    assert admin.refused("base_item.create", {**good, "kind": "holiday", "code": "new_year"}).field == "code"
    assert admin.refused("base_item.create", {**good, "kind": "service", "code": "tow"}).code == "duplicate"
    assert yz.Client(server, "call_taker").refused("base_item.create", good).code == "forbidden"


def test_a_new_code_may_be_used_at_once_and_a_disabled_one_not():
    made = admin.do("base_item.create", {"kind": "customer_type", "code": "zoo", "label_en": "Zoo", "label_zh_cn": "动物园",
                                         "label_zh_tw": "動物園"})
    admin.do("customer.create", {"name": "长隆动物园", "kind": "zoo"})
    admin.do("base_item.disable", {"id": made["id"], "version": 1})
    refusal = admin.refused("customer.create", {"name": "广州动物园", "kind": "zoo"})
    assert (refusal.code, refusal.field) == ("invalid", "kind"), refusal


def test_districts():
    rows = admin.call("district.list", {"filter": {"level": "city"}, "limit": 500})["rows"]
    assert any(r["name_zh_cn"].startswith("广州") for r in rows), rows
    assert all(70 < r["place_lon"] < 140 and 0 < r["place_lat"] < 60 for r in rows)
    guangzhou = next(r for r in rows if r["name_zh_cn"].startswith("广州"))
    parts = admin.call("district.list", {"filter": {"parent_code": guangzhou["code"]}, "limit": 500})["rows"]
    assert len(parts) >= 5, parts
    assert admin.refused("district.create", {"code": "44010", "name_en": "X", "name_zh_cn": "某", "name_zh_tw": "某",
                                             "place_lon": 113, "place_lat": 23}).field == "code"


yz.main(globals())
