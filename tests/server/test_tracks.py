"""Where vehicles are: what devices say over HTTP and drivers by the protocol, what is kept of it, who is told."""
import concurrent.futures
import datetime
import http.client
import json
import math
import threading
import time
import urllib.parse
import uuid

import company
import gateways as g
import yz

HOOKS = [yz.free_port(), yz.free_port()]
co = company.Company(settings=g.settings(hook=HOOKS[0]))
other = yz.Server(co.cluster, co.database, settings=g.settings(hook=HOOKS[1]))
boss, admin = co.as_("branch_manager"), co.as_("admin")
VA1, VA2, VB1 = (co.vehicle[code] for code in ("VA1", "VA2", "VB1"))


def say(values=None, token=None, hook=0, method="GET", body=None, kind=None):
    """The status a device hears."""
    return hear(values, token, hook, method, body, kind)[0]


def hear(values=None, token=None, hook=0, method="GET", body=None, kind=None):
    """Status and words of it."""
    line = http.client.HTTPConnection("127.0.0.1", HOOKS[hook], timeout=20)
    query = urllib.parse.urlencode({**({"token": token} if token else {}), **(values or {})})
    line.request(method, f"/track?{query}", body, {"Content-Type": kind} if kind else {})
    reply = line.getresponse()
    words = reply.read().decode()
    line.close()
    return reply.status, words


def device(vehicle=VA1, login=None, **more):
    """(code, token, id) of a new device."""
    login, code = login or boss, "dev-" + uuid.uuid4().hex[:8]
    made = login.do("tracker.create", {"code": code, "vehicle_id": vehicle, "branch_id": co.branch["A"], **more})
    return code, login.call("tracker.token", {"id": made["id"], "version": made["version"]})["token"], made["id"]


def code_of(client, verb, args):
    """What a verb without a key is refused with."""
    try:
        client.call(verb, args)
        return "ok"
    except yz.Refused as refusal:
        return refusal.code


def place(vehicle):
    row = admin.call("vehicle.get", {"id": vehicle})
    return row["lon"], row["lat"]


def kept(vehicle):
    return [(int(at), float(lon)) for at, lon in co.sql(f"SELECT extract(epoch FROM at)::bigint, lon FROM track WHERE vehicle_id = {vehicle} ORDER BY at")]


NOW = int(time.time())
CODE, TOKEN, ID = device()


def test_a_device_says_where_it_is_in_every_form():
    assert say({"id": CODE, "lat": "23.1", "lon": "113.1", "timestamp": NOW - 60, "speed": "20", "bearing": "90.5", "altitude": "12", "accuracy": "8.5", "batt": "81.0"}, TOKEN) == 200
    row = admin.call("vehicle.get", {"id": VA1})
    assert (row["lon"], row["lat"], row["speed"], row["position_by"]) == (113.1, 23.1, 37, "tracker") and row["stale_after"] == 300, row
    seen = boss.call("tracker.get", {"id": ID})
    assert seen["battery"] == 81 and seen["seen_at"] and "token_hash" not in seen, seen
    for n, at in enumerate((str((NOW - 50) * 1000), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - 49)), time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(NOW - 48)))):
        assert say({"deviceid": CODE, "lat": "23.2", "lon": f"113.2{n}", "timestamp": at}, TOKEN, method="POST") == 200
        assert place(VA1)[0] == float(f"113.2{n}"), at
    form = urllib.parse.urlencode({"id": CODE, "lat": "23.3", "lon": "113.3", "timestamp": NOW - 40})
    assert say(token=TOKEN, method="POST", body=form, kind="application/x-www-form-urlencoded") == 200
    assert place(VA1) == (113.3, 23.3)
    form = urllib.parse.urlencode({"token": TOKEN, "id": CODE, "lat": "23.35", "lon": "113.35", "timestamp": f"{NOW - 35}.5"})
    assert say(method="POST", body=form) == 200 and place(VA1) == (113.35, 23.35), "with its token in the form"
    assert say(method="POST", body=form.replace(TOKEN, "x")) == 403
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(NOW - 30)) + ".250Z"
    body = {"location": {"timestamp": stamp, "coords": {"latitude": 23.4, "longitude": 113.4, "accuracy": 5, "speed": 10, "heading": 180, "altitude": 3},
                         "is_moving": True, "odometer": 1234.5, "event": "motionchange", "battery": {"level": 0.5, "is_charging": False},
                         "activity": {"type": "in_vehicle"}, "extras": {}}, "device_id": CODE}
    assert say(token=TOKEN, method="POST", body=json.dumps(body), kind="application/json") == 200
    row = admin.call("vehicle.get", {"id": VA1})
    assert (row["lon"], row["speed"]) == (113.4, 36) and boss.call("tracker.get", {"id": ID})["battery"] == 50, row
    assert say({"id": CODE, "batt": "40"}, TOKEN) == 200 and say({"id": CODE, "lat": "0", "lon": "0"}, TOKEN) == 200       # no fix: heard, and no place
    assert place(VA1) == (113.4, 23.4) and boss.call("tracker.get", {"id": ID})["battery"] == 40
    assert [h["verb"] for h in admin.call("vehicle.history", {"id": VA1})["rows"]] == ["vehicle.create"], "reports leave no word in the trail"


def test_nobody_is_told_what_was_wrong():
    code, token, id = device(VA2)
    here = {"lat": "23.1", "lon": "113.1"}
    for values, wrong in (({"id": code, **here}, None), ({"id": code, **here}, ""), ({"id": code, **here}, TOKEN), ({"id": code, **here}, token[:-1]), ({"id": code, **here}, g.TOKEN),
                          ({"id": "nobody", **here}, token), ({"id": CODE, **here}, token), ({"id": code, **here}, "x" * 500)):
        assert say(values, wrong) == 403, (values, wrong)
    assert place(VA2) == (None, None)
    assert say({"id": code, **here}, token) == 200
    version = boss.call("tracker.get", {"id": id})["version"]
    fresh = boss.call("tracker.token", {"id": id, "version": version})
    assert say({"id": code, **here}, token) == 403 and say({"id": code, **here}, fresh["token"]) == 200, "the token before counts no more"
    boss.do("tracker.disable", {"id": id, "version": fresh["version"]})
    assert say({"id": code, **here}, fresh["token"]) == 403
    boss.do("tracker.enable", {"id": id, "version": fresh["version"] + 1})
    assert say({"id": code, **here}, fresh["token"], hook=1) == 200, "at any server"
    text = "\n".join(str(r) for r in co.sql("SELECT was::text, now::text FROM change") + co.sql("SELECT answer FROM command_key") + co.sql("SELECT encode(token_hash, 'hex') FROM tracker"))
    assert token not in text and fresh["token"] not in text, "it is kept nowhere as it is"


def test_what_is_no_report_is_refused():
    good = {"id": CODE, "lat": "23.1", "lon": "113.1"}
    for bad in ({"id": ""}, {"id": "a b"}, {"id": "x" * 65}, {"lat": "91"}, {"lon": "181"}, {"lat": "nan"}, {"lat": "0x10"}, {"lat": ""}, {"lon": "inf"}, {"lat": "1e400"},
                {"timestamp": "yesterday"}, {"timestamp": NOW + 3600}, {"timestamp": str((NOW + 3600) * 1000)}, {"timestamp": "9" * 13}, {"timestamp": "2026-13-01T00:00:00Z"}):
        assert say({**good, **bad}, TOKEN) == 400, bad
    assert say({"lat": "1", "lon": "2"}, TOKEN) == 400
    for body in ("", "{", "[]", "{}", '{"device_id":"x"}', '{"device_id":5,"location":{}}', '{"device_id":"x","location":{"coords":{"latitude":"1"}}}', "a", "a=%zz", "id=%00", "x=1&" * 100, "id=" + "x" * 9000):
        assert say(token=TOKEN, method="POST", body=body) == 400, body[:40]
    assert say(token=TOKEN, method="POST", body="x" * 20000) == 413
    assert say({**good, "speed": "fast", "bearing": "-1", "accuracy": "nan", "batt": "200"}, TOKEN) == 200, "what only makes it better is left out"


def test_who_made_the_device_is_told_what_is_wrong():
    good = {"id": CODE, "lat": "23.1", "lon": "113.1"}
    for bad, word in (({"id": ""}, "id"), ({"id": "车"}, "id"), ({"lat": "23,1"}, "lat"), ({"lon": "200"}, "lon"), ({"timestamp": "soon"}, "timestamp"), ({"timestamp": NOW + 28800}, "timestamp: more than")):
        status, words = hear({**good, **bad}, TOKEN)
        assert status == 400 and word in words, (bad, words)
    body = {"device_id": CODE, "location": {"timestamp": NOW - 20, "coords": {"latitude": 23.1, "longitude": 113.5}}}
    assert say(token=TOKEN, method="POST", body=json.dumps(body)) == 200 and (NOW - 20, 113.5) in kept(VA1), "seconds in JSON, too"
    for bad, word in (({**body, "device_id": None}, "device_id"), ({"device_id": CODE}, "location"), ({"device_id": CODE, "location": {"coords": {"latitude": 1}}}, "coords"),
                      ({"device_id": CODE, "location": {"timestamp": NOW * 1000000}}, "timestamp"), ([], "JSON")):
        status, words = hear(token=TOKEN, method="POST", body=json.dumps(bad))
        assert status == 400 and word in words, (bad, words)
    assert hear(token=TOKEN, method="POST", body="<gpx/>") == (400, "the body is neither a form nor JSON\n")
    assert hear(good, "wrong") == hear({**good, "id": "nobody"}, TOKEN) == (403, "the token is not right\n"), "but not of tokens"
    for method in ("PUT", "DELETE", "OPTIONS"):
        assert say(good, TOKEN, method=method) == 405, method


def test_late_and_twice():
    """In every order the newest is where it is, and each is kept once."""
    code, token, _ = device(VA2)
    co.sql(f"DELETE FROM track WHERE vehicle_id = {VA2}; DELETE FROM vehicle_position WHERE vehicle_id = {VA2}")
    times = [NOW - 1000 + n * 10 for n in range(20)]
    shuffled = [times[(n * 7) % 20] for n in range(20)]
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        got = list(pool.map(lambda t: say({"id": code, "lat": "23", "lon": f"113.{t % 1000:03}", "timestamp": t}, token, hook=t // 10 % 2), shuffled * 2))
    assert got == [200] * 40 and [at for at, _ in kept(VA2)] == times, kept(VA2)
    assert place(VA2)[0] == float(f"113.{times[-1] % 1000:03}")
    assert say({"id": code, "lat": "24", "lon": "114", "timestamp": NOW - 3 * 86400}, token) == 200 and place(VA2)[0] != 114
    assert len(kept(VA2)) == 21, "kept though days late"
    assert say({"id": code, "lat": "24", "lon": "114", "timestamp": NOW - 30 * 86400}, token) == 200 and len(kept(VA2)) == 21, "weeks late it is not"


def test_a_device_that_moves_to_another_vehicle():
    code, token, id = device(VA2)
    version = boss.call("tracker.get", {"id": id})["version"]
    before = int(time.time()) - 5
    boss.do("tracker.update", {"id": id, "version": version, "vehicle_id": co.vehicle["VA3"]})
    assert say({"id": code, "lat": "22.5", "lon": "112.5", "timestamp": int(time.time() * 1000) + 1}, token) == 200
    assert say({"id": code, "lat": "22.6", "lon": "112.6", "timestamp": before}, token) == 200
    assert kept(co.vehicle["VA3"])[0][1] == 112.5 and (before, 112.6) in kept(VA2), "what was kept back belongs to the one it sat in then"
    row = boss.call("tracker.get", {"id": id})
    boss.do("tracker.update", {"id": id, "version": row["version"], "vehicle_id": None})
    assert say({"id": code, "lat": "22.7", "lon": "112.7"}, token) == 200 and len(kept(co.vehicle["VA3"])) == 1, "without a vehicle it is only heard"
    refusal = co.as_("branch_manager_b").refused("tracker.create", {"code": "mine", "vehicle_id": VA1, "branch_id": co.branch["B"]})
    assert refusal.code in ("invalid", "not_found"), refusal
    assert code_of(co.as_("branch_manager_b"), "tracker.token", {"id": id, "version": row["version"] + 1}) == "not_found"
    assert code_of(co.as_("dispatcher"), "tracker.token", {"id": id, "version": row["version"] + 1}) == "forbidden"


def test_a_flood_is_held_back_and_others_are_heard():
    code, token, _ = device(VA2)
    line = http.client.HTTPConnection("127.0.0.1", HOOKS[0], timeout=20)
    got, began = [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        while got.count(429) < 50 and len(got) < 20000:
            got += pool.map(lambda n: say({"id": code, "lat": "23", "lon": "113", "timestamp": NOW - n}, token), range(450))
    most = 300 + 5 * (time.monotonic() - began + 1)
    assert 300 <= got.count(200) <= most and got.count(429) >= 50 and set(got) == {200, 429}, {s: got.count(s) for s in set(got)}
    assert say({"id": CODE, "lat": "23.5", "lon": "113.5"}, TOKEN) == 200, "another is not held back"
    assert say({"id": code, "lat": "23.5", "lon": "113.5"}, "wrong") == 403, "nor does it use up what is the device's to guess at it"
    line.close()


def test_watchers_are_told_on_every_server():
    code, token, _ = device(VA1)
    here, there = co.new_client("dispatcher"), yz.Client(other, "dispatcher")
    strange = yz.Client(other, "call_taker_b")        # sees the vehicles of branch B
    for client in (here, there, strange):
        client.call("session.watch", {"entities": ["vehicle"]})
    began = time.monotonic()
    for n in range(8):
        assert say({"id": code, "lat": "23.6", "lon": f"113.6{n}"}, token, hook=n % 2) == 200
    for client in (here, there):
        told = client.wait_event("event", lambda e: any(r["id"] == VA1 and r["lon"] == 113.67 for r in e.get("rows", [])))
        assert told["entity"] == "vehicle" and told["action"] == "position", told
        lines = [e for kind, e in client.events if kind == "event" and "rows" in e]
        assert len(lines) <= 3 + (time.monotonic() - began), "no more than one a second"
    strange.call("session.ping")
    assert not [e for _, e in strange.events if "rows" in e], "others' vehicles are not told"
    for client in (here, there, strange):
        client.close()


def test_the_driver_reports_too():
    co.order_in("accepted", "VA1")
    driver = co.as_("driver")
    at = yz.utc_now(1)
    driver.call("vehicle.report", {"id": VA1, "lon": 113.9, "lat": 23.9, "at": at, "speed": 50, "bearing": 10, "accuracy": 12})
    row = admin.call("vehicle.get", {"id": VA1})
    assert (row["lon"], row["speed"], row["position_by"]) == (113.9, 50, "driver"), row
    driver.call("vehicle.report", {"id": VA1, "lon": 113.8, "lat": 23.8, "at": yz.utc_now(-7200)})
    assert place(VA1) == (113.9, 23.9) and (113.8 in [lon for _, lon in kept(VA1)]), "what is late is kept and not shown"
    for bad in ({"at": yz.utc_now(3600)}, {"at": yz.utc_now(-30 * 86400)}, {"speed": -1}, {"lon": 181}, {"bearing": 400}):
        assert code_of(driver, "vehicle.report", {"id": VA1, "lon": 113.8, "lat": 23.8, **bad}) == "invalid", bad
    assert code_of(driver, "vehicle.report", {"id": VA2, "lon": 113.8, "lat": 23.8}) == "not_found"
    assert code_of(driver, "vehicle.track", {"id": VA1, "day": "2026-01-01"}) == "forbidden"


def metres(lon):
    return lon * math.pi / 180 * 6371000 * math.cos(23 * math.pi / 180)


def test_the_way_of_a_day():
    """Ten kilometres east in an hour, half an hour of standing with a trembling device, one place that cannot be; thinned to a few points."""
    vehicle, start = co.vehicle["VA4"], datetime.datetime(2026, 3, 2, 1, 0, tzinfo=datetime.timezone.utc)
    rows, lon = [], 113.0
    for n in range(1080):
        if n < 360 or n >= 720:
            lon += 10000 / metres(1) / 720
        at = start + datetime.timedelta(seconds=5 * n)
        shake = 0.00005 * math.sin(n * 1.7) if 360 <= n < 720 else 0
        rows.append((at, 120.0 if n == 100 else lon + shake, 23 + shake))
    co.sql("SELECT track_make('2026-03-02')")
    co.sql("INSERT INTO track (vehicle_id, at, tracker_id, lon, lat) VALUES " + ",".join(f"({vehicle}, '{a.isoformat()}', 1, {x}, {y})" for a, x, y in rows))
    clerk = co.as_("dispatcher")
    got = clerk.call("vehicle.track", {"id": vehicle, "day": "2026-03-02", "most": 20})
    assert got["count"] == 1080 and not got["more"] and 9.8 < got["km"] < 10.2, (got["count"], got["km"])
    assert got["nstops"] == len(got["stops"]) == 1 and got["stops"][0]["from"][11:16] in ("01:29", "01:30") and got["stops"][0]["to"][11:16] in ("02:00", "01:59", "02:01"), got["stops"]
    points = got["points"]
    assert 2 <= len(points) <= 20 and points[0]["at"] == "2026-03-02T01:00:00Z" and points[-1]["at"] == "2026-03-02T02:29:55Z" and max(p["lon"] for p in points) < 114, points
    part = clerk.call("vehicle.track", {"id": vehicle, "from": "2026-03-02T01:00:00Z", "to": "2026-03-02T01:10:00Z"})
    assert part["count"] == 120 and part["points"][-1]["at"] == "2026-03-02T01:09:55Z", part["count"]
    # a day is that of its branch: Shanghai's ends at 16:00 UTC
    assert clerk.call("vehicle.track", {"id": vehicle, "day": "2026-03-01"})["count"] == 0
    for bad in ({}, {"day": "2026-03-02", "from": "2026-03-02T01:00:00Z"}, {"from": "2026-03-02T01:00:00Z"}, {"from": "2026-03-02T01:00:00Z", "to": "2026-03-02T01:00:00Z"},
                {"from": "2026-03-02T01:00:00Z", "to": "2026-03-09T01:00:00Z"}, {"day": "2026-03-02", "most": 1}):
        assert code_of(clerk, "vehicle.track", {"id": vehicle, **bad}) == "invalid", bad
    assert code_of(co.as_("branch_manager_b"), "vehicle.track", {"id": vehicle, "day": "2026-03-02"}) == "not_found"


def test_old_days_are_dropped():
    co.sql("SELECT track_make('2026-03-02')")
    assert co.one("SELECT to_regclass('track_20260302') IS NOT NULL") == "t"
    co.sql("SELECT track_days()")
    assert co.one("SELECT to_regclass('track_20260302') IS NULL") == "t", "its time was over"
    days = int(co.one("SELECT count(*) FROM pg_inherits WHERE inhparent = 'track'::regclass"))
    assert days >= 3 and int(co.one("SELECT track_days()")) == 0, "and those to come are there"


def test_what_was_taken_outlives_the_server():
    code, token, _ = device(VA2)
    stopping, got = threading.Event(), {}

    def report(n):
        while not stopping.is_set():
            at = int(time.time() * 1000)
            try:
                if say({"id": code, "lat": "23.7", "lon": f"113.{n}", "timestamp": at}, token, hook=1) == 200:
                    got[at] = n
            except OSError:
                stopping.wait(0.05)

    threads = [threading.Thread(target=report, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    yz.wait_until("some reports", lambda: len(got) > 5)
    other.process.kill()
    other.process.wait()
    taken = set(got)
    other.start()
    yz.wait_until("more of them", lambda: len(got) > len(taken) + 5)
    stopping.set()
    for thread in threads:
        thread.join()
    there = {int(at) for (at,) in co.sql(f"SELECT (extract(epoch FROM at) * 1000)::bigint FROM track WHERE vehicle_id = {VA2}")}
    assert set(got) <= there, f"{len(set(got) - there)} of {len(got)} that were answered 200 are gone"
    other.stop()
    assert say({"id": code, "lat": "23.7", "lon": "113.7"}, token) == 200


yz.main(globals())
