"""Settings of the company: every one that anything reads is on the screen with its words and its range, and counts from the moment it is saved."""
import pathlib
import re

import company
import yz

ROOT = pathlib.Path(yz.__file__).resolve().parents[2]
co = company.Company(servers=2)
admin = co.as_("admin")
SCREEN = next(r for r in admin.call("session.describe")["rows"] if r.get("name") == "setting")
FIELDS = {f["name"]: f for f in SCREEN["fields"]}


def codes(field):
    return {c["code"] for c in FIELDS[field]["choices"]}


def rows():
    return {r["name"]: r for r in admin.call("setting.list", {"limit": 100})["rows"]}


def get(name):
    return admin.call("setting.get", {"id": rows()[name]["id"]})


def put(name, value, client=admin):
    row = get(name)
    return client.do("setting.update", {"id": row["id"], "version": row["version"], "value": value})


def refused(name, value):
    row = get(name)
    return admin.refused("setting.update", {"id": row["id"], "version": row["version"], "value": value})


def read_somewhere():
    """Names of settings in code and migrations: read by name, or begun by a migration."""
    found, prefixes = set(), set()
    texts = [p.read_text() for p in [*ROOT.glob("server/**/*.[ch]"), *ROOT.glob("schema/*.sql")]]
    for text in texts:
        text = re.sub(r'"\s*\n\s*"', "", text)                  # a statement over several lines of C
        found |= set(re.findall(r"setting(?: s)?\s+(?:WHERE|ON)\s+(?:s\.)?name\s*=\s*'([a-z_.]+)'", text))
        found |= set(re.findall(r"setting_value\('([a-z_.]+)'\)", text))
        prefixes |= set(re.findall(r"(?:setting_value\(|ON s\.name = )'([a-z_.]+_)'\s*\|\|", text))
        for block in re.findall(r"INSERT INTO setting \(name, value, help\) VALUES(.*?);", text, re.S):
            found |= set(re.findall(r"\(\s*'([a-z_]+\.[a-zA-Z_]+)',", block))
    return {name for name in found if not name.endswith("_")}, prefixes


def shipped():
    """As the migrations wrote them first."""
    return dict(re.findall(r"\(\s*'([a-z_]+\.[a-zA-Z_]+)',\s*'([^']*)',", "".join(
        block for p in sorted(ROOT.glob("schema/*.sql")) for block in re.findall(r"INSERT INTO setting \(name, value, help\) VALUES(.*?);\n", p.read_text(), re.S))))


def test_none_is_forgotten():
    found, prefixes = read_somewhere()
    shown = set(rows())
    yz.check(len(found) > 20 and found - {"demo.at", "demo.times"} <= shown, f"each that is read is on the screen {found - shown}")
    yz.check({n for n in shown if not any(n.startswith(p) for p in prefixes)} <= found, f"and each on the screen is read {shown - found}")
    yz.check(prefixes == {"message.opt_out_ending_"} and len([n for n in shown if n.startswith("message.opt_out_ending_")]) == 3, f"those by language in every language {prefixes}")
    for field in ("label", "meaning"):
        yz.check(codes(field) == shown, f"{field}: each has its words, and there are none of what is not there {codes(field) ^ shown}")


def test_each_says_what_it_may_hold():
    for name, row in rows().items():
        row = get(name)
        yz.check(row["kind"] in codes("kind") and (row["unit"] is None or row["unit"] in codes("unit")), f"{name} has a kind and a unit {row}")
        yz.check(row["kind"] != "number" or (row["least"] is not None and row["most"] > row["least"] and row["unit"]), f"{name} has a range and a unit")
        yz.check(row["initial"] == shipped()[name], f"{name} knows how it was shipped")
        changed = put(name, row["value"])           # what stands is what may stand
        yz.check(changed["id"] == row["id"], f"{name} takes the value it has")


def test_a_value_is_checked():
    for name, bad in {"login.tries": ("0", "2", "101", "ten", "-5", "5.5", "1e9", "99999999999999999999", "", None, " "),
                      "message.quiet_from": ("24:00", "7", "7:60", "noon", "07:00:00", "-1:00", ""),
                      "rescue.proof": ("some", "driver all", "", None),
                      "file.types": ("png exe", "PNG,pdf", ""),
                      "company.name": ("", "x" * 81),
                      "message.signature": ("【驿站】", "长" * 21)}.items():
        for value in bad:
            refusal = refused(name, value)
            yz.check((refusal.code, refusal.field) == ("invalid", "value"), f"{name} is not {value!r}: {refusal}")
    refusal = refused("login.tries", "2")
    yz.check(refusal.error["args"]["min"] == "3" and refusal.error["args"]["max"] == "100", f"and the range is told {refusal.error}")
    for name, typed, kept in (("login.tries", " １２ ", "12"), ("message.quiet_to", "7:05", "07:05"), ("file.types", "png  pdf", "png pdf"), ("message.per_number_day", "", None),
                              ("message.per_number_day", "150", "150"), ("rescue.proof", "no", "no"), ("company.name", "驿站救援 公司", "驿站救援 公司")):
        put(name, typed)
        yz.check(get(name)["value"] == kept, f"{name}: {typed!r} is {kept!r} {get(name)['value']!r}")
    for name, initial in (("login.tries", "10"), ("message.quiet_to", "07:00"), ("file.types", get("file.types")["initial"]), ("message.per_number_day", "200")):
        put(name, initial)
    row = get("login.tries")
    for field in ("most", "kind", "name", "optional"):
        yz.check(admin.refused("setting.update", {"id": row["id"], "version": row["version"], field: "1000"}).code == "invalid", f"{field} is no clerk's")
    for verb in ("create", "delete", "disable"):
        yz.check(admin.refused(f"setting.{verb}", {"id": row["id"], "version": row["version"]}).code in ("unknown_verb", "bad_request", "forbidden", "not_found"), f"no {verb}")


def test_the_database_refuses_what_cannot_be_read():
    app = f"SET ROLE yizhan_app;"
    for name, value in (("login.tries", "many"), ("message.quiet_from", "25:00"), ("rescue.proof", "x"), ("login.tries", "")):
        try:
            co.cluster.sql(f"UPDATE setting SET value = '{value}' WHERE name = '{name}'", co.database)
            yz.check(False, f"{name} = {value} went through")
        except RuntimeError as error:
            yz.check("setting_shaped" in str(error), f"{name} = {value!r} past the server as well")
    for statement in ("INSERT INTO setting (name, value) VALUES ('x.y', '1')", "UPDATE setting SET most = 1000 WHERE name = 'login.tries'"):
        try:
            co.cluster.sql(app + statement, co.database)
            yz.check(False, f"{statement} went through")
        except RuntimeError as error:
            yz.check("permission denied" in str(error), f"workers cannot: {statement}")


def test_it_counts_at_once_on_every_server():
    other = co.new_client("admin", server=1)
    put("message.signature", "远山")
    yz.check(other.call("message.dress")["signature"] == "【远山】", f"the other server signs so {other.call('message.dress')}")
    put("message.signature", "")
    yz.check(other.call("message.dress")["signature"] == "", "and with nothing where there is none")
    put("message.signature", "驿站")
    put("file.max_bytes", "65536")
    begin = {"name": "x.txt", "size": 70000, "sha256": "0" * 64}
    yz.check(other.refused("file.begin", begin).code == "limit", "the other server takes no larger file")
    put("file.max_bytes", "20971520")
    yz.check(other.do("file.begin", begin)["upload"], "and takes it again")
    watcher = co.new_client("admin", server=1)
    watcher.call("session.watch", {"entities": ["setting"]})
    id = get("login.tries")["id"]
    put("login.tries", "12")
    event = watcher.wait_event("event", lambda e: e["entity"] == "setting" and e["id"] == id)
    yz.check(event["action"] == "update", "lists on other servers follow")
    put("login.tries", "10")
    watcher.close()
    other.close()


def test_it_is_told_and_it_is_an_admins():
    put("rescue.remind_minutes", "45")
    last = admin.call("setting.history", {"id": get("rescue.remind_minutes")["id"]})["rows"][0]
    yz.check((last["was"], last["now"], last["verb"]) == ({"value": "60"}, {"value": "45"}, "setting.update"), f"who changed what from what {last}")
    put("rescue.remind_minutes", "60")
    yz.check(co.as_("auditor").call("setting.list")["rows"], "an auditor looks on")
    row = get("login.tries")
    for who in ("auditor", "branch_manager", "finance_manager", "dispatcher", "driver"):
        yz.check(co.as_(who).refused("setting.update", {"id": row["id"], "version": row["version"], "value": "12"}).code == "forbidden", f"{who} changes nothing")
    yz.check(co.as_("dispatcher").refused("setting.list").code == "forbidden", "nor does everybody look")
    stale = admin.refused("setting.update", {"id": row["id"], "version": row["version"] - 1, "value": "12"})
    yz.check(stale.code == "conflict", "who saw an older one is told so")


def finish():
    co.stop()


yz.main(globals())
