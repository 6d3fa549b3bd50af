"""Branches, roles, employees, sessions, the trail: who may what, and that nobody widens their own."""
import yz

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
admin = yz.Client(server, "admin")


def employee(login, client=admin):
    return client.call("employee.list", {"filter": {"login": login}})["rows"][0]


def role(code):
    row = admin.call("role.list", {"filter": {"code": code}})["rows"][0]
    return admin.call("role.get", {"id": row["id"]})


def make_branch(code, **more):
    return admin.do("branch.create", {"code": code, "name": f"Branch {code}", "kind": "station", **more})["id"]


def make_employee(login, **more):
    branch = more.pop("branch_id", None) or employee("call_taker")["branch_id"]
    return admin.do("employee.create", {"code": login.upper(), "name": login, "login": login, "branch_id": branch,
                                        "password": "a first password", **more})["id"]


def change(verb, id, client=admin, **more):
    entity = verb.split(".")[0]
    return client.do(verb, {"id": id, "version": admin.call(f"{entity}.get", {"id": id})["version"], **more})


def refused(verb, id, client=admin, **more):
    entity = verb.split(".")[0]
    return client.refused(verb, {"id": id, "version": admin.call(f"{entity}.get", {"id": id})["version"], **more})


def test_branches_form_a_tree_without_circles():
    top = make_branch("T1")
    middle = make_branch("T2", parent_id=top)
    low = make_branch("T3", parent_id=middle)
    for parent in (top, middle, low):
        refusal = refused("branch.update", top, parent_id=parent)
        assert (refusal.code, refusal.field) == ("invalid", "parent_id"), refusal
    change("branch.update", low, parent_id=top)
    assert admin.call("branch.get", {"id": low})["parent_id"] == top


def test_a_branch_is_checked():
    good = {"code": "T9", "name": "Nine", "kind": "shop"}
    for more, field in (({"kind": "palace"}, "kind"), ({"time_zone": "Mars/Olympus"}, "time_zone"), ({"place_lon": 113.2}, "place_lat"),
                        ({"place_lon": 200.5, "place_lat": 1}, "place_lon"), ({"pbx_address": "a b;c"}, "pbx_address"),
                        ({"phone": "\u0007"}, "phone"), ({"parent_id": 999999}, "parent_id"), ({"name": None}, "name")):
        refusal = admin.refused("branch.create", {**good, **more})
        assert refusal.field == field or refusal.code == "bad_request", (more, refusal)
    assert admin.refused("branch.create", {**good, "code": "T1"}).code == "duplicate"


def test_a_branch_in_use_stays():
    top = make_branch("U1")
    low = make_branch("U2", parent_id=top)
    assert refused("branch.disable", top).code == "conflict"
    person = make_employee("u1_person", branch_id=low)
    assert refused("branch.disable", low).code == "conflict"
    assert refused("branch.delete", low).code == "conflict"
    change("employee.disable", person)
    change("branch.disable", low)
    change("branch.disable", top)
    change("branch.enable", top)


def test_scope_follows_the_tree():
    """A manager of a branch sees what moves under it at once, in the session that is open."""
    top, other = make_branch("S1"), make_branch("S2")
    make_employee("s1_manager", branch_id=top, roles=["branch_manager"])
    manager = first_login("s1_manager")
    assert {r["id"] for r in manager.call("branch.list", {"limit": 500})["rows"]} == {top}
    assert manager.refused("branch.get", {"id": other}).code == "not_found"
    change("branch.update", other, parent_id=top)
    assert {r["id"] for r in manager.call("branch.list", {"limit": 500})["rows"]} == {top, other}
    change("branch.update", other, parent_id=None)
    assert {r["id"] for r in manager.call("branch.list", {"limit": 500})["rows"]} == {top}


def first_login(login, password="a first password"):
    client = yz.Client(server, login, password)
    assert client.session["must_change_password"] is True, client.session
    assert client.refused("branch.list").code == "forbidden"
    client.call("session.password", {"old": password, "new": "a second password"})
    return client


def test_a_new_employee_logs_in_once_with_the_first_password():
    id = make_employee("newcomer", roles=["call_taker"])
    client = first_login("newcomer")
    assert client.call("session.whoami")["user"] == "newcomer"
    row = admin.call("employee.get", {"id": id})
    assert "password" not in row and "password_hash" not in row, row
    was_now = str(admin.call("employee.history", {"id": id})["rows"])
    assert "argon2" not in was_now and "a first password" not in was_now and "***" in was_now


def test_an_employee_is_checked():
    branch = employee("call_taker")["branch_id"]
    good = {"code": "X1", "name": "X", "login": "x1", "branch_id": branch}
    for more, field in (({"login": "X 1"}, "login"), ({"password": "short"}, "password"), ({"work_from": "25:00"}, "work_from"),
                        ({"work_to": "noon"}, "work_to"), ({"roles": ["emperor"]}, "roles"), ({"state": "asleep"}, "state"),
                        ({"work_days": ["8"]}, "work_days"), ({"branch_id": 999999}, "branch_id"), ({"birth_on": "1990-02-30"}, "birth_on")):
        refusal = admin.refused("employee.create", {**good, **more})
        assert (refusal.code, refusal.field) == ("invalid", field), (more, refusal)
    taken = admin.refused("employee.create", {**good, "login": "call_taker"})
    assert (taken.code, taken.field) == ("duplicate", "login"), taken
    assert refused("employee.update", employee("driver")["id"], password="another password").field == "password"


def test_disabling_ends_the_sessions_and_keeps_the_history():
    id = make_employee("leaver", roles=["call_taker"])
    client = first_login("leaver")
    client.call("rescue.list", {"limit": 1})
    change("employee.disable", id, reason="left us")
    try:
        refusal = client.refused("rescue.list", {"limit": 1})
        assert refusal.code == "unauthenticated", refusal
    except yz.Closed:
        pass
    try:
        yz.Client(server, "leaver", "a second password")
        raise AssertionError("a disabled employee logged in")
    except yz.Refused as refusal:
        assert refusal.code == "unauthenticated"
    assert len(admin.call("employee.history", {"id": id})["rows"]) >= 2


def test_reset_password_and_unlock():
    id = make_employee("forgetful", roles=["call_taker"])
    client = first_login("forgetful")
    assert refused("employee.reset_password", id, password="short").field == "password"
    change("employee.reset_password", id, password="a third password")
    try:
        assert client.refused("rescue.list").code == "unauthenticated"
    except yz.Closed:
        pass
    again = yz.Client(server, "forgetful", "a third password")
    assert again.session["must_change_password"] is True
    cluster.sql(f"UPDATE employee SET locked_until = now() + interval '1 hour', failed_logins = 3 WHERE id = {id}", database)
    change("employee.unlock", id)
    row = admin.call("employee.get", {"id": id})
    assert (row["locked_until"], row["failed_logins"]) == (None, 0), row


def test_nobody_widens_their_own_rights():
    me = employee("admin")["id"]
    assert refused("employee.update", me, roles=["admin", "finance_manager"]).code == "forbidden"
    assert refused("employee.update", me, state="leave").code == "forbidden"
    assert refused("employee.disable", me).code == "forbidden"
    own = role("admin")
    assert refused("role.update", own["id"], permissions=own["permissions"] + ["rescue.price"]).code == "forbidden"
    assert refused("role.update", own["id"], name="King").code == "forbidden"
    assert refused("role.disable", own["id"]).code == "forbidden"


def test_a_branch_manager_gives_no_role_that_reaches_over_every_branch():
    branch = make_branch("M1")
    make_employee("m1_manager", branch_id=branch, roles=["branch_manager"])
    person = make_employee("m1_person", branch_id=branch)
    manager = first_login("m1_manager")
    refusal = refused("employee.update", person, client=manager, roles=["admin"])
    assert (refusal.code, refusal.field) == ("forbidden", "roles"), refusal
    change("employee.update", person, client=manager, roles=["call_taker"])
    refusal = manager.refused("employee.create", {"code": "M9", "name": "M", "login": "m9", "roles": ["auditor"]})
    assert (refusal.code, refusal.field) == ("forbidden", "roles"), refusal


def test_roles():
    made = admin.do("role.create", {"code": "night_desk", "name": "Night desk", "scope": "branch",
                                    "permissions": ["rescue.list", "rescue.get", "vehicle.list@all"]})
    for permissions in (["rescue.fly"], ["rescue.list@moon"], ["rescue"], [""]):
        refusal = refused("role.update", made["id"], permissions=permissions)
        assert (refusal.code, refusal.field) == ("invalid", "permissions"), (permissions, refusal)
    assert admin.refused("role.create", {"code": "Night", "name": "N"}).field == "code"
    shipped = role("reception")
    change("role.update", shipped["id"], help="Receives guests.")    # permissions of work not built yet stay where they stand
    assert refused("role.delete", shipped["id"]).code == "conflict"
    person = make_employee("night_owl", roles=["night_desk"])
    owl = first_login("night_owl")
    owl.call("rescue.list", {"limit": 1})
    assert refused("role.delete", made["id"]).code == "conflict"
    change("role.update", made["id"], permissions=["vehicle.list@all"])
    assert owl.refused("rescue.list", {"limit": 1}).code == "forbidden"        # in the session that is open
    change("employee.update", person, roles=[])
    change("role.delete", made["id"])


def test_sessions_are_seen_and_ended():
    id = make_employee("thrown_out", roles=["call_taker"])
    client = first_login("thrown_out")
    rows = admin.call("session.list", {"filter": {"employee_id": id, "state": "live"}})["rows"]
    assert len(rows) == 1 and rows[0]["address"], rows
    assert admin.refused("session.end", {"id": rows[0]["id"], "version": rows[0]["version"]}).field == "reason"
    admin.do("session.end", {"id": rows[0]["id"], "version": rows[0]["version"], "reason": "unattended"})
    try:
        assert client.refused("rescue.list").code == "unauthenticated"
    except yz.Closed:
        pass
    row = admin.call("session.get", {"id": rows[0]["id"]})
    assert (row["state"], row["end_reason"]) == ("ended", "unattended"), row
    assert "token_hash" not in row
    assert admin.refused("session.end", {"id": row["id"], "version": row["version"], "reason": "again"}).code == "conflict"
    assert yz.Client(server, "call_taker").refused("session.list").code == "forbidden"


def test_the_trail_is_read_only_and_has_no_secrets():
    rows = admin.call("audit_log.list", {"filter": {"entity": "employee"}, "limit": 50})["rows"]
    assert rows and all("argon2" not in str(r) for r in rows)
    assert all(r["who"] and r["verb"].startswith("employee.") for r in rows if r["who"])
    for verb in ("create", "update", "delete", "disable"):
        try:
            admin.do(f"audit_log.{verb}", {"id": rows[0]["id"], "version": 1})
            raise AssertionError(verb)
        except yz.Refused as refusal:
            assert refusal.code == "unknown_verb", refusal
    assert yz.Client(server, "auditor").call("audit_log.list", {"limit": 1})["rows"]
    assert yz.Client(server, "dispatcher").refused("audit_log.list").code == "forbidden"


def test_jobs():
    rows = admin.call("job.list")["rows"]
    assert {"seal", "balance_roll"} <= {r["name"] for r in rows}, rows
    purge = next(r for r in rows if r["name"] == "command_key_purge")
    assert purge["every_seconds"] == 3600, purge
    admin.do("job.run", {"id": purge["id"], "version": purge["version"]})


yz.main(globals())
