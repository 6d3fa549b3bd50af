"""What proves a job: photos of the kinds its service wants, the customer's signature; and the steps of a driver who was without a line."""
import base64
import hashlib
import os
import uuid

import company
import yz

yz.UNKEYED |= {"chunk", "needs"}
co = company.Company()
driver, dispatcher, admin = (co.as_(u) for u in ("driver", "dispatcher", "admin"))
co.sql("UPDATE setting SET value = 'driver' WHERE name = 'rescue.proof'")
VEHICLE = co.vehicle["VA1"]


def service(**more):
    row = admin.call("base_item.list", {"filter": {"kind": "service", "code": "tow"}})["rows"][0]
    admin.do("base_item.update", {"id": row["id"], "version": row["version"], **more})


def photo(order, kind=None, client=driver, data=None):
    data = data or b"\xff\xd8\xff\xe0" + os.urandom(3000)
    upload = client.do("file.begin", {"name": "p.jpg", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})["upload"]
    client.call("file.chunk", {"upload": upload, "offset": 0, "data": base64.b64encode(data).decode()})
    return client.do("file.end", {"upload": upload, "entity": "rescue", "id": order, **({"kind": kind} if kind else {})})["id"]


def arrived(**more):
    order = co.order(service="tow", **more)
    for action in ("dispatch", "accept", "depart", "arrive"):
        co.step("dispatcher", action, order, **({"vehicle_id": VEHICLE} if action == "dispatch" else {}))
    return order


def code_of(order):
    return co.one(f"SELECT code FROM rescue_sign WHERE order_id = {order}")


def test_photos():
    service(photos=2, photo_kinds=["scene", "loaded"])
    order = arrived()
    needs = driver.call("rescue.needs", {"id": order})
    yz.check((needs["photos"], needs["have"], needs["missing"], needs["bound"]) == (2, 0, ["scene", "loaded"], True), f"{needs}")
    yz.check([k["code"] for k in needs["kinds"]][:2] == ["scene", "plate"] and needs["kinds"][0]["zh_TW"] == "現場", "with the words of the kinds")
    refusal = co.refuse("driver", "complete", order, km=5)
    yz.check((refusal.code, refusal.field, refusal.error["missing"]) == ("invalid", "photos", ["scene", "loaded"]), f"{refusal.error}")
    yz.check("Scene, Loaded" in refusal.error["message"], "named one by one")
    photo(order, "scene")
    refusal = co.refuse("driver", "complete", order, km=5)
    yz.check(refusal.error["missing"] == ["loaded"] and "Scene" not in refusal.error["message"], "only what is missing still")
    gone = photo(order, "loaded")
    driver.do("file.remove", {"id": gone, "reason": "blurred"})
    yz.check(co.refuse("driver", "complete", order, km=5).error["missing"] == ["loaded"], "a photo that was removed is none")
    photo(order, "loaded")
    done = co.step("driver", "complete", order, km=14, km_out=9, km_tow=5, items=[{"code": "toll", "quantity": 1, "amount_fen": 1500}])
    row = co.row(order)
    yz.check(done["state"] == "done" and (row["km"], row["km_out"], row["km_tow"]) == (14, 9, 5), "done, with kilometres by leg")
    listed = driver.call("file.list", {"entity": "rescue", "id": order})["rows"]
    yz.check([f["kind"] for f in listed if not f["removed_at"]] == ["scene", "loaded"], f"{listed}")


def test_how_many():
    service(photos=3, photo_kinds=[])
    order = arrived()
    photo(order)
    refusal = co.refuse("driver", "complete", order, km=5)
    yz.check(refusal.error["left"] == 2 and "2 more" in refusal.error["message"], f"{refusal.error}")
    photo(order, "signature")
    yz.check(co.refuse("driver", "complete", order, km=5).error["left"] == 2, "the signature is none of them")
    yz.check(co.step("dispatcher", "complete", order, km=5)["state"] == "done", "the dispatcher may end it for him without")
    co.sql("UPDATE setting SET value = 'all' WHERE name = 'rescue.proof'")
    order = arrived()
    yz.check(co.refuse("dispatcher", "complete", order, km=5).field == "photos", "unless the company says all")
    for _ in range(3):
        photo(order, client=dispatcher)
    co.step("dispatcher", "complete", order, km=5)
    co.sql("UPDATE setting SET value = 'driver' WHERE name = 'rescue.proof'")


def test_whose_photos():
    order = arrived()
    other = co.as_("driver2")
    yz.check(other.refused("rescue.needs", {"id": order}).code == "not_found", "another's job is not there for him")
    upload = other.do("file.begin", {"name": "p.jpg", "size": 3, "sha256": hashlib.sha256(b"abc").hexdigest()})["upload"]
    other.call("file.chunk", {"upload": upload, "offset": 0, "data": base64.b64encode(b"abc").decode()})
    yz.check(other.refused("file.end", {"upload": upload, "entity": "rescue", "id": order}).code in ("not_found", "forbidden"), "nor is it for his photos")
    co.step("dispatcher", "complete", order, km=5)


def test_the_code():
    service(photos=0, photo_kinds=[], sign="code")
    order = arrived()
    code = code_of(order)
    yz.check(len(code) == 6 and code.isdigit(), "six digits")
    row = driver.call("rescue.get", {"id": order})
    yz.check(code not in str(row), "the driver does not see it")
    yz.check(co.refuse("driver", "complete", order, km=5).field == "code", "asked for")
    wrong = "000000" if code != "000000" else "111111"
    refusal = co.refuse("driver", "complete", order, km=5, code=wrong)
    yz.check((refusal.code, refusal.field) == ("invalid", "code"), "a wrong one is refused")
    for _ in range(4):
        co.refuse("driver", "complete", order, km=5, code=wrong)
    yz.check(co.refuse("driver", "complete", order, km=5, code=wrong).code == "limit", "and not for ever")
    photo(order, "signature")
    yz.check(co.refuse("driver", "complete", order, km=5).field == "code", "a photo will not do where the code is wanted")
    co.step("dispatcher", "complete", order, km=5)
    order = arrived()
    co.step("driver", "complete", order, km=5, code=code_of(order))
    yz.check(co.row(order)["signed_by"] == "code", "signed by code")


def test_the_same_code_for_another_vehicle():
    order = co.order()
    co.step("dispatcher", "dispatch", order, vehicle_id=VEHICLE)
    code = code_of(order)
    co.step("dispatcher", "recall", order, reason="other")
    co.step("dispatcher", "dispatch", order, vehicle_id=co.vehicle["VA2"])
    yz.check(code_of(order) == code, "what the customer was sent stays good")
    co.step("dispatcher", "recall", order, reason="other")


def test_on_a_photo():
    service(sign="any")
    order = arrived()
    refusal = co.refuse("driver", "complete", order, km=5)
    yz.check(refusal.field == "code" and "photo of his signature" in refusal.error["message"], f"{refusal.error}")
    photo(order, "signature")
    co.step("driver", "complete", order, km=5)
    yz.check(co.row(order)["signed_by"] == "photo", "signed on a photo")
    service(sign=None)


def test_in_messages():
    words = admin.call("message_template.list", {"filter": {"code": "rescue_sign"}})["rows"][0]
    yz.check("sign_code" in admin.call("message_template.get", {"id": words["id"]})["words"], "a word of templates")
    order = arrived()
    values = co.one(f"SELECT rescue_message_values({order}, 'en') ->> 'sign_code'")
    yz.check(values == code_of(order), "filled in")
    co.step("dispatcher", "complete", order, km=5)


def test_steps_of_a_driver_without_a_line():
    """True times, in order, each with its key; the same again changes nothing."""
    order = co.order()
    co.sql(f"UPDATE rescue_order SET created_at = now() - interval '2 hours' WHERE id = {order}")
    co.step("dispatcher", "dispatch", order, vehicle_id=VEHICLE, at=yz.utc_now(-3600))
    times = {"accept": -3000, "depart": -2900, "arrive": -1200}
    version, answers = co.version(order), {}
    for action, seconds in times.items():
        args = {"id": order, "version": version, "at": yz.utc_now(seconds), "key": uuid.uuid4().hex}
        answers[action] = (args, driver.call(f"rescue.{action}", args))
        version = answers[action][1]["version"]
    for action, (args, first) in answers.items():
        yz.check(driver.call(f"rescue.{action}", args) == first, f"{action} again is the first answer")
    early = co.refuse("driver", "complete", order, km=3, at=yz.utc_now(-2000))
    yz.check((early.code, early.field) == ("invalid", "at"), "the end does not lie before the arrival")
    co.sql("UPDATE base_item SET extra = extra - 'photos' WHERE kind = 'service' AND code = 'tow'")
    co.step("driver", "complete", order, km=3, at=yz.utc_now(-600))
    row = co.row(order)
    yz.check(row["accepted_at"] < row["departed_at"] < row["arrived_at"] < row["done_at"] < yz.utc_now(-500), "with the times they had")


def test_drivers_to_look_up():
    rows = dispatcher.call("driver.list", {})["rows"]
    yz.check({"driver", "driver_b"} <= {r["name"] for r in rows}, "those of other branches, too, whose vehicles he sees")
    found = dispatcher.call("driver.list", {"q": "driver_b"})["rows"]
    yz.check([r["name"] for r in found] == ["driver_b"] and "粤B00001" in found[0]["vehicles"], f"found by name {found}")
    yz.check(co.as_("driver").refused("driver.list", {}).code == "forbidden", "not for everybody")
    order = co.order()
    refusal = co.refuse("dispatcher", "dispatch", order, vehicle_id=VEHICLE, driver_id=co.employee["cashier"])
    yz.check((refusal.code, refusal.field) == ("invalid", "driver_id"), f"who is no driver is none to be sent {refusal.error}")
    row = dispatcher.call("rescue.suggest", {"id": order})["rows"][0]
    yz.check({"on_shift", "stale", "lon", "lat", "load", "eta_s"} <= set(row), f"what the board shows of each {sorted(row)}")


def test_nothing_is_left():
    co.stop()


if __name__ == "__main__":
    yz.main(globals())
