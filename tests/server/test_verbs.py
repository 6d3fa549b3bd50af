"""The gate every verb passes: before login, after logout, without the right any more, with wrong arguments and keys; and the ways in and out."""
import base64
import hashlib
import hmac
import struct
import time
import uuid

import company
import yz

co = company.Company()
VERBS = co.verbs()
OPEN = {"session.login", "session.resume", "session.ping", "session.hello", "session.fault"}       # the last in test builds alone
# Verbs that change nothing, or nothing that a repeat would change again (every other one takes a key, but session's own).
KEYLESS = {"list", "results", "summary", "read", "get", "history", "unmask", "export", "print", "suggest", "overview", "dress", "estimate", "trial_balance", "balance", "report", "track", "token", "counts", "held", "mine", "needs"}
KEYLESS_VERBS = {"call.ringing", "file.chunk", "file.read"}
# Verbs of files name what they are about in their own way.
FILE_ARGS = {"file.begin": {}, "file.chunk": {}, "file.end": {}, "file.list": {"id": 1}, "file.read": {"id": 1}, "file.remove": {"id": 1, "reason": "x"}}


def is_keyed(verb):
    entity, name = verb.split(".")
    return name not in KEYLESS and verb not in KEYLESS_VERBS and (entity != "session" or name == "end")


def key():
    return uuid.uuid4().hex


def code_of(client, verb, args=None):
    try:
        client.call(verb, args)
        return "ok"
    except yz.Refused as refusal:
        return refusal.code


def refusal_of(client, verb, args=None):
    try:
        return client.call(verb, args)
    except yz.Refused as refusal:
        return refusal


NEEDED = {"call.dial": {}, "call.open": {"id": 1}, "call.ringing": {}, "handin.held": {}, "handin.mine": {}, "rescue.needs": {"id": 1}, "tracker.token": {"id": 1, "version": 1},
          "session.hold": {"id": 1}, "session.release": {"id": 1}, "notice.send": {}, "notice.read": {}, "preference.set": {}, "preference.remove": {"id": 1}, "preference.share": {"id": 1}}


def needed(verb):
    """What a verb's row wants before it looks at anything else."""
    if verb in NEEDED:
        return NEEDED[verb]
    if verb in FILE_ARGS:
        return FILE_ARGS[verb]
    name = verb.split(".")[1]
    reading = name in ("get", "history", "suggest", "overview", "print")
    base = {"id": 1} if reading or name in ("report", "track") else {"id": 1, "version": 1, "reason": "x"}
    return base if name not in ("list", "summary", "export", "results", "unmask", "create", "import", "estimate", "trial_balance", "balance", "counts", "dress") else {}


def everything():
    """Somebody with every right there is."""
    if "everything" not in co.employee:
        co.as_("admin").do("role.create", {"code": "the_rest", "name": "The rest", "scope": "all",
                                           "permissions": ["rescue.resubmit", "pii.view"]})
        co.person("everything", [*company.ROLES, "the_rest"])
    return co.as_("everything")


# ---------------------------------------------------------------------------------------------------------------- who is nobody

def test_before_login():
    with yz.Client(co.server) as stranger:
        for verb in VERBS:
            if verb not in OPEN:
                got = [code_of(stranger, verb, args) for args in (None, {"id": 1, "version": 1, "key": key(), "reason": "x"})]
                yz.check(got == ["unauthenticated"] * 2, f"{verb} before login: {got}")
        yz.check(code_of(stranger, "no.such") == "unauthenticated", "whether a verb exists is not said before login")
        yz.check(stranger.call("session.ping") == {}, "ping before login")
        yz.check(stranger.call("session.hello")["protocol"] == 1, "hello before login")


def test_after_logout():
    client = co.new_client("order_clerk")
    client.call("rescue.list", {"limit": 1})
    yz.check(client.call("session.logout") == {}, "logout answers")
    for verb in VERBS:
        if verb not in OPEN:
            got = code_of(client, verb, {"id": 1, "version": 1, "key": key()})
            yz.check(got == "unauthenticated", f"{verb} after logout: {got}")
    again = client.call("session.login", {"user": "dispatcher", "password": yz.PASSWORD})
    yz.check(again["user"] == "dispatcher" and code_of(client, "vehicle.list") == "ok", "somebody else logs in on the same line")
    yz.check(code_of(client, "session.login", {"user": "admin", "password": yz.PASSWORD}) == "conflict", "but not over somebody who is there")
    client.close()


# ---------------------------------------------------------------------------------------------------------------- rights that change

def mine(client):
    return [v for v in client.call("session.whoami")["permissions"] if v in VERBS]


def test_a_role_taken_away():
    co.person("mover", ["order_clerk"])
    client = co.new_client("mover")
    had = mine(client)
    yz.check(len(had) > 15 and all(code_of(client, v, needed(v)) != "forbidden" for v in had if not is_keyed(v)), "has an order clerk's verbs")
    change_employee("mover", roles=[])
    for verb in had:
        got = code_of(client, verb, {**needed(verb), **({"key": key()} if is_keyed(verb) else {})})
        yz.check(got == "forbidden", f"{verb} after the role was taken: {got}")
    change_employee("mover", roles=["dispatcher"])
    yz.wait_until("the new role", lambda: code_of(client, "vehicle.list") == "ok")
    yz.check(code_of(client, "rescue.create", {"key": key()}) == "forbidden", "and soon has the new role's, no more")
    client.close()


def change_employee(login, **more):
    id = co.employee[login]
    co.as_("admin").do("employee.update", {"id": id, "version": co.version(id, "employee"), **more})


def test_a_role_edited_or_disabled():
    made = co.as_("admin").do("role.create", {"code": "watcher", "name": "Watcher", "scope": "below", "permissions": ["rescue.list", "vehicle.list"]})["id"]
    co.person("watcher", ["watcher"])
    client = co.new_client("watcher")
    yz.check(code_of(client, "vehicle.list") == "ok", "a role of one's own making grants")
    co.as_("admin").do("role.update", {"id": made, "version": 1, "permissions": ["rescue.list"]})
    yz.check(code_of(client, "vehicle.list") == "forbidden" and code_of(client, "rescue.list") == "ok", "a permission taken out is gone at once")
    co.as_("admin").do("role.update", {"id": made, "version": 2, "scope": "own"})
    yz.check(client.call("rescue.list", {"total": True})["total"] == 0, "a narrower reach holds at once")
    co.as_("admin").do("role.disable", {"id": made, "version": 3})
    yz.check(code_of(client, "rescue.list") == "forbidden", "a disabled role grants nothing")
    client.close()


def test_another_branch():
    order = co.order()
    co.person("traveller", ["order_clerk"])
    client = co.new_client("traveller")
    yz.check(code_of(client, "rescue.get", {"id": order}) == "ok", "sees the orders of A")
    change_employee("traveller", branch_id=co.branch["B"])
    yz.check(code_of(client, "rescue.get", {"id": order}) == "not_found", "moved to B, not any more")
    made = client.do("rescue.create", co.order_args())
    yz.check(co.one(f"SELECT branch_id FROM rescue_order WHERE id = {made['id']}") == str(co.branch["B"]), "and enters orders at B")
    client.close()


def test_who_is_disabled_is_out():
    for what, change in (("disabled", lambda id: co.as_("admin").do("employee.disable", {"id": id, "version": co.version(id, "employee")})),
                         ("left", lambda id: co.as_("admin").do("employee.update", {"id": id, "version": co.version(id, "employee"), "state": "left"}))):
        login = f"leaver_{what}"
        co.person(login, ["order_clerk"])
        active, idle = co.new_client(login), co.new_client(login)
        active.call("rescue.list", {"limit": 1})
        token = active.session["token"]
        change(co.employee[login])
        try:
            got = code_of(active, "rescue.list")
        except yz.Closed:
            got = "unauthenticated"
        yz.check(got == "unauthenticated", f"{what}: the next command is refused {got}")
        yz.check(bye_of(idle) == "unauthenticated", f"{what}: who types nothing is thrown out by itself")
        with yz.Client(co.server) as client:
            yz.check(code_of(client, "session.login", {"user": login, "password": yz.PASSWORD}) == "unauthenticated", f"{what}: no login")
            yz.check(code_of(client, "session.resume", {"token": token}) == "unauthenticated", f"{what}: no resume")
        rows = co.sql(f"SELECT count(*) FROM session WHERE employee_id = {co.employee[login]} AND ended_at IS NULL")
        yz.check(rows == [["0"]], f"{what}: no session is left {rows}")
        history = co.as_("admin").call("employee.history", {"id": co.employee[login]})["rows"]
        yz.check(len(history) >= 2, f"{what}: the history stays")


def bye_of(client, seconds=yz.PATIENCE):
    """The code the server says goodbye with."""
    client.socket.settimeout(seconds)
    try:
        while True:
            tag, kind, data = client.message()
            if (tag, kind) == ("*", "bye"):
                return data["code"]
    except (yz.Closed, TimeoutError) as error:
        return str(error)


def test_an_admin_ends_a_session():
    client = co.new_client("cashier")
    id = client.session["session_id"]
    rows = co.as_("admin").call("session.list", {"filter": {"employee_id": co.employee["cashier"], "state": "live"}})["rows"]
    yz.check(id in [r["id"] for r in rows], "an admin sees the session")
    yz.check(all("token" not in str(k) for r in rows for k in r), "but no token of it")
    yz.check(code_of(co.as_("dispatcher"), "session.end", {"id": id, "version": 1, "reason": "x", "key": key()}) == "forbidden", "others do not")
    co.as_("admin").do("session.end", {"id": id, "version": co.version(id, "session"), "reason": "unattended"})
    yz.check(bye_of(client) == "unauthenticated", "and ends it at once")
    yz.check(co.one(f"SELECT end_reason FROM session WHERE id = {id}") == "unattended", "with the reason")


# ---------------------------------------------------------------------------------------------------------------- arguments and keys

def test_unknown_arguments():
    client = everything()
    for verb in VERBS:
        if verb in ("session.logout", "session.login", "session.resume", "session.ping", "session.popup"):
            continue
        args = {**needed(verb), **({"key": key()} if is_keyed(verb) else {}), "no_such_argument": 1}
        if verb.startswith("session.") and verb not in ("session.list", "session.get", "session.history", "session.print", "session.end", "session.hold", "session.release"):
            args = {"no_such_argument": 1}
        got = refusal_of(client, verb, args)
        yz.check(isinstance(got, yz.Refused) and (got.code, got.field) == ("invalid", "no_such_argument"), f"{verb} with an unknown argument: {got}")


def test_keys():
    client = everything()
    for verb in VERBS:
        if not is_keyed(verb):
            if not verb.startswith("session."):
                got = refusal_of(client, verb, {**needed(verb), "key": key()})
                yz.check(isinstance(got, yz.Refused) and (got.code, got.field) == ("invalid", "key"), f"{verb} takes no key: {got}")
            continue
        bad = []
        for given in ({}, {"key": None}, {"key": ""}, {"key": "short"}, {"key": "x" * 65}, {"key": "with a space"}, {"key": "ключключ"}, {"key": 12345678},
                      {"key": ["12345678"]}):
            got = refusal_of(client, verb, {**needed(verb), **given})
            if not isinstance(got, yz.Refused) or (got.code, got.field) != ("invalid", "key"):
                bad.append((given, str(got)))
        yz.check(not bad, f"{verb} without a good key {bad or ''}")


def test_the_same_key():
    clerk, other = co.as_("order_clerk"), co.as_("order_clerk2")
    k = key()
    args = co.order_args(key=k)
    first = clerk.call("rescue.create", args)
    yz.check(clerk.call("rescue.create", args) == first, "a repeat gives the first answer")
    shuffled = dict(reversed(list(args.items())))
    yz.check(clerk.call("rescue.create", shuffled) == first, "in whatever order the arguments come")
    orders = int(co.one("SELECT count(*) FROM rescue_order"))
    got = refusal_of(clerk, "rescue.create", {**args, "remarks": "another"})
    yz.check((got.code, got.field) == ("conflict", "key"), f"for another request it is refused {got}")
    got = refusal_of(clerk, "rescue.update", {"id": first["id"], "version": 1, "remarks": "x", "key": k})
    yz.check((got.code, got.field) == ("conflict", "key"), f"for another verb too {got}")
    theirs = other.call("rescue.create", args)
    yz.check(theirs["id"] != first["id"] and int(co.one("SELECT count(*) FROM rescue_order")) == orders + 1, "another user's same key is another key")
    update = {"id": first["id"], "version": 1, "remarks": "one", "key": key()}
    done = clerk.call("rescue.update", update)
    clerk.do("rescue.update", {"id": first["id"], "version": 2, "remarks": "two"})
    yz.check(clerk.call("rescue.update", update) == done, "an old answer is given again though the row went on")
    yz.check(co.one(f"SELECT remarks FROM rescue_order WHERE id = {first['id']}") == "two", "and nothing is done")
    refused = {"id": first["id"], "version": 1, "remarks": "three", "key": key()}
    yz.check(refusal_of(clerk, "rescue.update", refused).code == "conflict", "a refusal is not kept:")
    yz.check(clerk.call("rescue.update", {**refused, "version": 3})["version"] == 4, "the key is good for the command put right")


def test_a_key_does_not_outlive_the_right():
    co.person("past", ["order_clerk"])
    client = co.new_client("past")
    args = co.order_args(key=key())
    client.call("rescue.create", args)
    change_employee("past", roles=["counter"])
    yz.check(code_of(client, "rescue.create", args) == "forbidden", "permission comes before the key")
    client.close()


def test_batches():
    ids = [co.order_in("unaudited", v) for v in ("VA1", "VA2", "VA3")]
    accountant = co.as_("accountant")
    items = [{"id": i, "version": co.version(i)} for i in ids]
    items[1]["version"] += 5
    args = {"items": [*items, {"id": 999999999, "version": 1}], "key": key()}
    result = accountant.call("rescue.audit", args)["items"]
    yz.check([("ok" in r, r.get("err", {}).get("code")) for r in result] == [(True, None), (False, "conflict"), (True, None), (False, "not_found")], "a result per item")
    again = accountant.call("rescue.audit", args)["items"]
    yz.check([r.get("ok") for r in again] == [r.get("ok") for r in result], "a repeat gives each item's first answer")
    yz.check(co.one(f"SELECT money_state FROM rescue_order WHERE id = {ids[1]}") == "unaudited", "the stale one is as it was")
    for bad in ({"items": []}, {"items": items, "id": 1}, {"items": {}}, {"items": [{"id": 1, "version": 1}] * 101}):
        got = refusal_of(accountant, "rescue.audit", {**bad, "key": key()})
        yz.check(isinstance(got, yz.Refused) and (got.code, got.field) == ("invalid", "items"), f"no batch: {str(bad)[:60]} {got}")
    mixed = accountant.call("rescue.audit", {"items": [{"id": ids[1], "version": 1, "price_fen": 1}], "key": key()})["items"]
    yz.check(mixed[0]["err"]["code"] == "invalid", "an item is id and version alone")
    yz.check(refusal_of(accountant, "rescue.audit", {"items": items}).field == "key", "a batch has a key, too")


# ---------------------------------------------------------------------------------------------------------------- the ways in

def test_wrong_arguments_of_login():
    with yz.Client(co.server) as client:
        for args, field in (({}, "user"), ({"user": "admin"}, "password"), ({"user": "admin", "password": 5}, "password"), ({"user": ["admin"], "password": "x"}, "user"),
                            ({"user": "admin", "password": "x", "role": "king"}, "role"), ({"user": "a" * 65, "password": "x"}, "user")):
            got = refusal_of(client, "session.login", args)
            yz.check(isinstance(got, yz.Refused) and (got.code, got.field) == ("invalid", field), f"login {args}: {got}")


def test_nobody_learns_who_is_there():
    """The same words for an unknown user, a wrong password, one without a password, one who left."""
    co.person("no_password", ["counter"])
    co.sql("UPDATE employee SET password_hash = NULL WHERE login = 'no_password'")
    said = {}
    for user, password in (("admin2", "wrong password"), ("nobody_at_all", "wrong password"), ("no_password", yz.PASSWORD), ("' OR 1=1 --", "x"), ("leaver_left", yz.PASSWORD)):
        with yz.Client(co.server) as client:
            said[user] = refusal_of(client, "session.login", {"user": user, "password": password}).error
    yz.check(len({str(e) for e in said.values()}) == 1, f"one answer for all {said}")
    yz.check(co.new_client("ADMIN2").session["user"] == "admin2", "user names are typed in any case")


def test_the_lock():
    co.person("forgetful", ["counter"])
    with yz.Client(co.server) as client:
        started = time.monotonic()
        codes = [code_of(client, "session.login", {"user": "forgetful", "password": "wrong password"}) for _ in range(10)]
        yz.check(set(codes) == {"unauthenticated"}, f"ten wrong tries {codes}")
        yz.check(time.monotonic() - started > 5, "each slower than the one before")
        yz.check(code_of(client, "session.login", {"user": "forgetful", "password": yz.PASSWORD}) == "unauthenticated", "then the right one does not help")
    row = co.as_("admin").call("employee.list", {"filter": {"login": "forgetful"}})["rows"][0]
    yz.check(row["locked_until"] > yz.utc_now(20 * 60), f"locked for half an hour {row['locked_until']}")
    yz.check(row["locked_until"] < yz.utc_now(31 * 60), "and no longer")
    co.as_("admin").do("employee.unlock", {"id": row["id"], "version": row["version"]})
    yz.check(co.new_client("forgetful").session["user"] == "forgetful", "an admin lifts it")
    row = co.as_("admin").call("employee.get", {"id": row["id"]})
    yz.check(row["failed_logins"] == 0 and row["locked_until"] is None, "a good login counts from nothing again")


def test_the_first_password_must_be_changed():
    id = co.as_("admin").do("employee.create", {"code": "NEW1", "name": "new", "login": "newcomer", "branch_id": co.branch["A"], "roles": ["order_clerk"],
                                                "password": "the first password"})["id"]
    client = yz.Client(co.server, "newcomer", "the first password")
    yz.check(client.session["must_change_password"] is True, "said at login")
    for verb in VERBS:
        entity, name = verb.split(".")
        if entity == "session" and name not in ("list", "get", "history", "end", "watch", "unwatch", "totp_begin", "totp_confirm", "totp_end", "cancel", "fault"):
            continue
        got = code_of(client, verb, {**needed(verb), **({"key": key()} if is_keyed(verb) else {})})
        yz.check(got == "forbidden", f"{verb} with the first password: {got}")
    yz.check(client.call("session.whoami")["user"] == "newcomer", "whoami is answered")
    for new, field in (("short", "new"), ("newcomer", "new"), ("the first password", "new"), ("", "new")):
        got = refusal_of(client, "session.password", {"old": "the first password", "new": new})
        yz.check(isinstance(got, yz.Refused) and (got.code, got.field) == ("invalid", field), f"no new password: {new!r} {got}")
    yz.check(refusal_of(client, "session.password", {"old": "not it, surely", "new": "a second password"}).field == "old", "the old one must be right")
    client.call("session.password", {"old": "the first password", "new": "a second password"})
    yz.check(code_of(client, "rescue.list") == "ok", "then the session is like any other")
    yz.check(client.call("session.whoami")["must_change_password"] is False, "and says so")
    client.close()
    with yz.Client(co.server) as again:
        yz.check(code_of(again, "session.login", {"user": "newcomer", "password": "the first password"}) == "unauthenticated", "the old password is gone")
    changed = yz.Client(co.server, "newcomer", "a second password")
    version = co.version(id, "employee")
    co.as_("admin").do("employee.reset_password", {"id": id, "version": version, "password": "a third password"})
    yz.check(bye_of(changed) == "unauthenticated", "a reset by the admin ends the sessions")
    trail = str(co.as_("admin").call("employee.history", {"id": id})["rows"])
    yz.check("password" in trail and "argon2" not in trail and "third password" not in trail and "***" in trail, "the trail says that, not what")


def test_changing_the_password_ends_other_sessions():
    co.person("changer", ["counter"])
    one, two = co.new_client("changer"), co.new_client("changer")
    token = two.session["token"]
    one.call("session.password", {"old": yz.PASSWORD, "new": "quite another one"})
    yz.check(code_of(one, "session.whoami") == "ok", "the session it was changed in goes on")
    try:
        got = code_of(two, "session.whoami")
    except yz.Closed:
        got = "unauthenticated"
    yz.check(got == "unauthenticated", "the others do not")
    with yz.Client(co.server) as three:
        yz.check(code_of(three, "session.resume", {"token": token}) == "unauthenticated", "nor come back by their token")


def totp(secret, at=None):
    counter = int((at or time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7fffffff) % 1000000:06d}"


def test_one_time_codes():
    co.person("careful", ["cashier"])
    client = co.new_client("careful")
    yz.check(code_of(client, "session.totp_confirm", {"otp": "123456"}) == "conflict", "nothing to confirm yet")
    yz.check(refusal_of(client, "session.totp_begin", {"password": "not mine at all"}).field == "password", "setting up asks for the password")
    begun = client.call("session.totp_begin", {"password": yz.PASSWORD})
    yz.check(begun["uri"].startswith("otpauth://totp/") and begun["secret"] in begun["uri"], "a secret and the URI of its QR code")
    wrong = f"{(int(totp(begun['secret'])) + 1) % 1000000:06d}"
    yz.check(refusal_of(client, "session.totp_confirm", {"otp": wrong}).field == "otp", "a wrong code does not confirm it")
    with yz.Client(co.server, "careful"):
        pass
    client.call("session.totp_confirm", {"otp": totp(begun["secret"])})
    with yz.Client(co.server) as other:
        login = {"user": "careful", "password": yz.PASSWORD}
        got = refusal_of(other, "session.login", login)
        yz.check((got.code, got.field) == ("unauthenticated", "otp"), f"then a login without one is told that it is needed {got}")
        yz.check(refusal_of(other, "session.login", {**login, "password": "wrong password"}).field is None, "but only who has the password")
        yz.check(code_of(other, "session.login", {**login, "otp": wrong}) == "unauthenticated", "a wrong code is refused")
        code = totp(begun["secret"], time.time() + 30)      # the step of the confirmation is used up
        yz.check(other.call("session.login", {**login, "otp": code})["user"] == "careful", "the right one opens")
    with yz.Client(co.server) as other:
        yz.check(code_of(other, "session.login", {**login, "otp": code}) == "unauthenticated", "once only")
    secret = co.one("SELECT totp_secret FROM employee WHERE login = 'careful'")
    yz.check(secret != "", "it is kept")
    for row in co.as_("admin").call("employee.list", {"filter": {"login": "careful"}})["rows"]:
        yz.check(secret not in str(row) and begun["secret"] not in str(row), "and shown to nobody")
    client.call("session.totp_end", {"password": yz.PASSWORD})
    yz.check(co.new_client("careful").session["user"] == "careful", "without it the password is enough again")


def test_resume():
    first = yz.Client(co.server, "dispatcher", terminal="desk-7")
    token, session = first.session["token"], first.session["session_id"]
    yz.check(len(token) == 64 and token not in str(co.sql("SELECT * FROM session")), "the token is kept by its hash alone")
    second = yz.Client(co.server)
    yz.check(code_of(second, "session.resume", {"token": token, "terminal": "desk-8"}) == "unauthenticated", "another device cannot use it")
    taken = second.call("session.resume", {"token": token, "terminal": "desk-7"})
    yz.check(taken["session_id"] == session and taken["user"] == "dispatcher" and taken["token"] != token, "it goes on with the session, and gives the next token")
    yz.check(bye_of(first) == "unauthenticated", "a session belongs to one connection: the other is closed")
    yz.check(code_of(second, "vehicle.list") == "ok", "and works")
    third = yz.Client(co.server)
    yz.check(code_of(third, "session.resume", {"token": token, "terminal": "desk-7"}) == "unauthenticated", "a token is good once")
    yz.check(code_of(third, "session.resume", {"token": "0" * 64, "terminal": "desk-7"}) == "unauthenticated", "a guess is not")
    second.close()
    third.call("session.resume", {"token": taken["token"], "terminal": "desk-7"})
    last = third.call("session.whoami")
    yz.check("token" not in last, "whoami tells no token")
    co.sql(f"UPDATE session SET expires_at = now() - interval '1 second' WHERE id = {session}")
    third.close()
    fourth = yz.Client(co.server)
    yz.check(code_of(fourth, "session.resume", {"token": taken["token"], "terminal": "desk-7"}) == "unauthenticated", "nor after the session's end")


def test_resume_after_logout():
    client = co.new_client("dispatcher2")
    token = client.session["token"]
    client.call("session.logout")
    yz.check(code_of(client, "session.resume", {"token": token}) == "unauthenticated", "a logout ends the token")


def test_a_session_has_an_end():
    co.sql("UPDATE setting SET value = '0' WHERE name = 'session.absolute_hours'")
    client = yz.Client(co.server, "counter")
    co.sql("UPDATE setting SET value = '12' WHERE name = 'session.absolute_hours'")
    yz.check(code_of(client, "session.whoami") == "unauthenticated", "an expired session is refused, whatever it did before")
    expires = co.new_client("counter").session["expires_at"]
    yz.check(yz.utc_now(11 * 3600) < expires < yz.utc_now(13 * 3600), f"twelve hours {expires}")


# ---------------------------------------------------------------------------------------------------------------- the other verbs of a session

def test_help_and_describe():
    clerk = co.as_("order_clerk")
    verbs = [v["name"] for v in clerk.call("session.help", {"entity": "rescue"})["verbs"]]
    yz.check("rescue.create" in verbs and "rescue.price" not in verbs, "help tells of one's own verbs only")
    yz.check(code_of(clerk, "session.help", {"entity": "ledger_entry"}) == "not_found" == code_of(clerk, "session.help", {"entity": "no_such"}), "of others as if they were not")
    described = clerk.call("session.describe")
    names = {r["name"] for r in described["rows"]}
    may = {p.split(".")[0] for p in clerk.call("session.whoami")["permissions"]}
    yz.check("rescue" in names and names <= may | {n for n in names if n.endswith(("_item", "_charge", "_contact", "_plate", "_driver"))}, f"the catalogue is one's own {names - may}")
    yz.check("ledger_entry" not in str(described["menu"]) and "role" not in [m.get("entity") for m in flat(described["menu"])], "the menu, too")
    for bad in ({"have": 5}, {"have": ["rescue"]}):
        yz.check(code_of(clerk, "session.describe", bad) == "invalid", f"describe {bad}")
    have = {r["name"]: r["hash"] for r in described["rows"]}
    again = clerk.call("session.describe", {"have": have})
    yz.check(again.get("rows", []) == [] and again["hash"] == described["hash"], "nothing is sent twice")


def flat(menu):
    for item in menu:
        yield item
        yield from flat(item.get("children", []))


def test_watch_is_judged():
    clerk = co.as_("order_clerk")
    for args, code in (({"entities": ["ledger_entry"]}, "forbidden"), ({"entities": ["no_such"]}, "forbidden"), ({"entities": []}, "invalid"), ({}, "invalid"),
                       ({"entities": ["rescue"], "filter": {"plate": "x"}}, "invalid"), ({"entities": ["rescue"], "since": "yesterday"}, "invalid"),
                       ({"entities": [5]}, "invalid"), ({"entities": ["rescue"], "filter": 5}, "invalid"), ({"entities": ["rescue"], "more": 1}, "invalid")):
        yz.check(code_of(clerk, "session.watch", args) == code, f"watch {args}: {code}")
    yz.check("cursor" in clerk.call("session.watch", {"entities": ["rescue"]}), "a good one gives a cursor")
    yz.check(clerk.call("session.unwatch") == {}, "and can be ended")
    yz.check(clerk.call("session.cancel", {"tag": "nothing"}) == {}, "cancelling what is not under way is no error")


def test_events_while_away():
    clerk = co.as_("order_clerk")
    with co.new_client("dispatcher") as one:
        cursor = one.call("session.watch", {"entities": ["rescue"]})["cursor"]
    made = clerk.do("rescue.create", co.order_args())["id"]
    with co.new_client("dispatcher") as two:
        two.call("session.watch", {"entities": ["rescue"], "since": cursor})
        event = two.wait_event("event", lambda e: e.get("id") == made)
        yz.check(event["action"] == "create" and event["version"] == 1, "what happened meanwhile is told on return")
        old = cursor.rsplit(".", 1)[0] + ".1"
        two.call("session.watch", {"entities": ["rescue"], "since": old})
        yz.check(two.wait_event("event", lambda e: "resync" in e)["resync"] is True, "after too long: fetch everything anew")


def finish():
    co.stop()


yz.main(globals())
