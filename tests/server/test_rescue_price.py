"""What a job costs by what was agreed: night, holidays, midnight and validity by the branch's clock, items and tolls, free services, kept versions. Through the real verbs."""
import datetime

import company
import yz

co = company.Company()
manager, clerk = co.as_("finance_manager"), co.as_("order_clerk")
FIRM = clerk.do("customer.create", {"name": "协议保险", "kind": "insurer"})["id"]
AGREED = {"base_fen": 26000, "included_km": 10, "per_km_fen": 700, "night_bp": 2500, "holiday_bp": 5000, "empty_fen": 8000,
          "item_prices": [{"code": "dolly", "each_fen": 6000}]}
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def local(text):
    """A time of the branch's clock, as the protocol wants it."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def agree(service="tow", firm=None, **more):
    return manager.do("agreement.create", {"party_id": firm or FIRM, "service": service, "valid_from": "2026-01-01", **AGREED, **more})["id"]


def done(at, km=10, firm=None, service="tow", items=None, outcome="done", plate=None, **more):
    """A job done outside at that time and entered afterwards: {part: fen}, the row."""
    order = co.order(customer_id=firm or FIRM, service=service, **({"plate": plate} if plate else {}), **more)
    vehicle = co.vehicle["VA1"]
    args = {"vehicle_id": vehicle, "driver_id": co.driver_of[vehicle], "arrived_at": local(at), "done_at": local(at), "outcome": outcome}
    if outcome == "done":
        args["km"] = km
    co.step("order_clerk", "backfill", order, **args, **({"items": items} if items else {}))
    row = co.row(order)
    parts = {}
    for part in row["price_parts"] or []:
        parts[part["kind"]] = parts.get(part["kind"], 0) + part["amount_fen"]
    return parts, row


def priced(name, wanted, at, **more):
    parts, row = done(at, **more)
    yz.check(parts == wanted and row["proposal_fen"] == sum(wanted.values()), f"{name}: {parts}")
    return row


def test_by_the_branchs_clock():
    agree()
    for name, at, wanted in (
            ("a weekday at noon", "2026-03-10 12:00", {"base": 26000}),
            ("a minute before night", "2026-03-10 21:59", {"base": 26000}),
            ("night begins", "2026-03-10 22:00", {"base": 26000, "night": 6500}),
            ("midnight itself", "2026-03-11 00:00", {"base": 26000, "night": 6500}),
            ("the last minute of night", "2026-03-11 05:59", {"base": 26000, "night": 6500}),
            ("night is over", "2026-03-11 06:00", {"base": 26000}),
            ("a holiday at noon", "2026-05-01 12:00", {"base": 26000, "holiday": 13000}),
            ("the holiday's first minute is night too", "2026-05-01 00:00", {"base": 26000, "night": 6500, "holiday": 13000}),
            ("the evening before is no holiday, though it is that day in Greenwich's tomorrow", "2026-04-30 23:59", {"base": 26000, "night": 6500}),
            ("the last holiday's night", "2026-05-05 23:59", {"base": 26000, "night": 6500, "holiday": 13000}),
            ("the minute after it", "2026-05-06 00:00", {"base": 26000, "night": 6500}),
            ("a Sunday worked for a holiday", "2026-05-09 12:00", {"base": 26000})):
        priced(name, wanted, at)


def test_km_items_and_tolls():
    toll = {"code": "toll", "quantity": 1, "amount_fen": 1500}
    priced("inside the included km", {"base": 26000}, "2026-03-10 12:00", km=3)
    priced("a km beyond", {"base": 26000, "km": 700}, "2026-03-10 12:00", km=11)
    priced("tolls are passed on, night takes no share of them", {"base": 26000, "km": 3500, "night": 7375, "toll": 1500}, "2026-03-10 23:00", km=15, items=[toll])
    priced("an item at the agreed price", {"base": 26000, "item": 12000}, "2026-03-10 12:00", items=[{"code": "dolly", "quantity": 2}])
    priced("an item at another price", {"base": 26000, "item": 100}, "2026-03-10 12:00", items=[{"code": "dolly", "quantity": 2, "amount_fen": 100}])
    order, vehicle = co.order(customer_id=FIRM), co.vehicle["VA1"]
    refusal = co.refuse("order_clerk", "backfill", order, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=local("2026-03-10 12:00"), km=1, items=[{"code": "winch", "quantity": 1}])
    yz.check(refusal.field == "items", f"what nothing is agreed for has its amount {refusal}")
    priced("an empty run as agreed", {"empty": 8000}, "2026-03-10 23:00", outcome="empty")
    agree("fuel", tolls_included=True, night_bp=0)
    priced("tolls that are in the price", {"base": 26000, "toll": 1500, "free_toll": -1500}, "2026-03-10 12:00", service="fuel", items=[toll])
    agree("water", night_bp=0, night_fen=5000, night_from="20:00", night_to="23:00", holiday_bp=0, holiday_fen=3000)
    priced("a night of its own", {"base": 26000, "night": 5000}, "2026-03-10 20:00", service="water")
    priced("that ends before midnight", {"base": 26000}, "2026-03-10 23:00", service="water")
    priced("fixed amounts", {"base": 26000, "night": 5000, "holiday": 3000}, "2026-05-01 21:00", service="water")
    agree("battery", base_fen=25, night_bp=2000, holiday_bp=1000)
    priced("half a fen is rounded up, once for both", {"base": 25, "night": 5, "holiday": 3}, "2026-05-01 23:00", service="battery")
    agree("unlock", base_fen=0, per_km_fen=0)
    row = priced("a price of nothing", {"base": 0}, "2026-03-10 23:00", service="unlock")
    yz.check(row["proposal_fen"] == 0, "is a price")


def test_validity():
    agree("crane", base_fen=100000, valid_to="2026-03-31")
    agree("crane", base_fen=120000, valid_from="2026-04-01", valid_to="2026-06-30")
    for name, at, wanted in (("the first one's last day", "2026-03-31 21:00", {"base": 100000}), ("the second's first minute", "2026-04-01 00:00", {"base": 120000, "night": 30000}),
                             ("its last minute", "2026-06-30 12:00", {"base": 120000}), ("after it the list counts", "2026-07-01 12:00", {"base": 120000})):
        priced(name, wanted, at, service="crane")
    parts, row = done("2026-07-01 12:00", service="crane", km=11)
    yz.check(parts["km"] == 1500 and row["agreement_id"] is None, "by the company's km")
    for more in ({"valid_from": "2026-03-31", "valid_to": "2026-03-31"}, {"valid_from": "2025-01-01"}, {"valid_from": "2026-06-30"}):
        refusal = manager.refused("agreement.create", {"party_id": FIRM, "service": "crane", **AGREED, **more})
        yz.check((refusal.code, refusal.field) == ("duplicate", "valid_from"), f"two may not hold on one day {refusal}")
    later = manager.do("agreement.create", {"party_id": FIRM, "service": "crane", **AGREED, "valid_from": "2026-08-01"})
    manager.do("agreement.disable", {"id": later["id"], "version": 1, "reason": "x"})
    again = agree("crane", valid_from="2026-08-01")
    yz.check(manager.refused("agreement.enable", {"id": later["id"], "version": 2}).code == "duplicate", "nor is a disabled one taken up beside another")
    manager.do("agreement.update", {"id": again, "version": 1, "valid_to": "2026-08-31"})
    yz.check(manager.refused("agreement.create", {"party_id": FIRM, "service": "transport", **AGREED, "night_from": "25:00", "night_to": "06:00"}).field == "night_from", "25:00 is no time")
    yz.check(manager.refused("agreement.create", {"party_id": FIRM, "service": "transport", **AGREED, "night_from": "22:00"}).field == "night_to", "a night ends")
    branch = manager.do("price_list.create", {"service": "extraction", "base_fen": 55500, "branch_id": co.branch["A"], "item_prices": [{"code": "winch", "each_fen": 900}]})
    priced("a branch's own list", {"base": 55500, "item": 2700}, "2026-03-10 12:00", service="extraction", items=[{"code": "winch", "quantity": 3}])
    yz.check(manager.call("price_list.get", {"id": branch["id"]})["item_prices"][0]["each_fen"] == 900, "with its items")


def test_free_services():
    firm = clerk.do("customer.create", {"name": "免费险", "kind": "insurer"})["id"]
    agree("tow", firm, free_times=2, free_km=5, valid_from="2025-06-15")
    car = {"firm": firm, "plate": "粤A77001"}
    km = {"km": 20}
    row = priced("the first free one, night and all; km beyond the free ones are paid", {"base": 26000, "km": 7000, "free_times": -26000, "free_km": -3500, "night": 875}, "2026-03-10 23:00", **car, **km)
    yz.check((row["free_times"], row["free_km"]) == (1, 5), "is counted")
    priced("the second", {"base": 26000, "free_times": -26000}, "2026-03-11 12:00", **car)
    priced("the third is paid", {"base": 26000}, "2026-03-12 12:00", **car)
    priced("another car has its own", {"base": 26000, "free_times": -26000}, "2026-03-12 12:00", firm=firm, plate="粤A77002")
    priced("on the last day of the agreement's year it is paid still", {"base": 26000}, "2026-06-14 12:00", **car)
    priced("with the new year they come back", {"base": 26000, "free_times": -26000}, "2026-06-15 12:00", **car)
    parts, row = done("2026-03-12 12:00", outcome="empty", firm=firm, plate="粤A77003")
    yz.check(row["free_times"] == 0 and parts == {"empty": 8000}, "an empty run takes none")
    asked = clerk.call("rescue.estimate", {"customer_id": firm, "service": "tow", "plate": "粤A77001", "estimate_km": 12, "appoint_at": local("2026-06-16 12:00")})
    yz.check(asked["free_times"] == 1 and {p["kind"] for p in asked["parts"]} == {"base", "km", "free_times", "free_km"}, f"intake shows what is left {asked['free_times']}")

    asked = clerk.call("rescue.estimate", {"customer_id": firm, "service": "tow", "plate": "粤A77001", "appoint_at": local("2026-03-13 12:00")})
    yz.check((asked["free_times"], asked["free_of"], asked["free_per"]) == (0, 2, "plate"), f"and that there were two, when none is left {asked}")
    agree("fuel", firm, free_times=1, free_per="policy", holiday_bp=0, night_bp=0)
    priced("by the policy, whatever the car", {"base": 26000, "free_times": -26000}, "2026-03-10 12:00", firm=firm, service="fuel", plate="粤A77004", policy_number="P-1")
    priced("used with another car", {"base": 26000}, "2026-03-11 12:00", firm=firm, service="fuel", plate="粤A77005", policy_number="P-1")
    priced("another policy", {"base": 26000, "free_times": -26000}, "2026-03-11 12:00", firm=firm, service="fuel", plate="粤A77005", policy_number="P-2")
    priced("none without a policy", {"base": 26000}, "2026-03-11 12:00", firm=firm, service="fuel", plate="粤A77006")


def test_versions_are_kept():
    firm = clerk.do("customer.create", {"name": "改价险", "kind": "insurer"})["id"]
    id = agree("tow", firm)
    before = co.order(customer_id=firm)
    first = co.row(before)
    manager.do("agreement.update", {"id": id, "version": 1, "base_fen": 99900, "item_prices": [{"code": "dolly", "each_fen": 1}]})
    after = co.order(customer_id=firm)
    for order, base, dolly in ((before, 26000, 6000), (after, 99900, 1)):
        vehicle = co.vehicle["VA1"]
        co.step("order_clerk", "backfill", order, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], arrived_at=local("2026-03-10 12:00"), done_at=local("2026-03-10 13:00"), km=1, items=[{"code": "dolly", "quantity": 1}])
        parts = {p["kind"]: p["amount_fen"] for p in co.row(order)["price_parts"]}
        yz.check(parts == {"base": base, "item": dolly}, f"an order keeps the price it was entered under {parts}")
    yz.check(co.row(before)["estimate_fen"] == first["estimate_fen"] and co.row(before)["estimate_parts"] == first["estimate_parts"], "estimate and proposal are both kept")
    co.step("order_clerk", "update", before, km=11)
    yz.check({p["kind"]: p["amount_fen"] for p in co.row(before)["price_parts"]} == {"base": 26000, "km": 700, "item": 6000}, "a correction afterwards, too")
    copy = co.step("order_clerk", "copy", before)["copy"]["id"]
    yz.check(co.row(copy)["estimate_parts"][0]["amount_fen"] == 99900, "a copy is a new order")
    yz.check(co.sql(f"SELECT version, body ->> 'base_fen' FROM tariff_version WHERE source = 'agreement' AND tariff_id = {id} ORDER BY 1") == [["1", "26000"], ["2", "99900"]], "both versions stand")
    yz.check(manager.refused("agreement.delete", {"id": id, "version": 2}).code == "conflict", "what priced an order is not deleted")


def finish():
    co.stop()


yz.main(globals())
