"""Branches, roles, employees and sessions: the tree, rights that bite at once, logging in without a scope, secrets the pool cannot read."""
import store as s
import yz

db = s.Store()
ALL = [1, 2, 3, 4]


def permissions(login):
    return {tuple(r) for r in db.sql(f"SELECT p.* FROM login_find('{login}') l, employee_permissions(l.employee_id) p", "app")}


def session_of(employee, expires="1 hour", token="NULL", device="'d1'"):
    return db.one(f"INSERT INTO session (employee_id, expires_at, token_hash, device) VALUES ({employee}, now() + interval '{expires}', "
                  f"{token}, {device}) RETURNING id", "app")


def test_the_tree_below_a_branch():
    assert db.sql("SELECT branch_and_below(1), branch_and_below(2), branch_and_below(3), branch_all()", "app") == [
        ["{1,2,3,4}", "{2,4}", "{3}", "{1,2,3,4}"]]
    assert db.sql("SELECT scope_branches(2, 'own'), scope_branches(2, 'branch'), scope_branches(2, 'below'), scope_branches(2, 'all')", "app") == [
        ["{}", "{2}", "{2,4}", "{1,2,3,4}"]]
    assert db.one("SELECT branch_and_below(77)") == "{}"


def test_the_tree_cannot_have_a_circle():
    db.refused("YZ008", "UPDATE branch SET parent_id = 4 WHERE id = 2")
    db.refused("23514", "UPDATE branch SET parent_id = 2 WHERE id = 2")
    one, two = s.Session(db), s.Session(db)
    db.sql("UPDATE branch SET parent_id = 1 WHERE id = 4")
    one.do("BEGIN; UPDATE branch SET parent_id = 3 WHERE id = 2;")
    two.send("UPDATE branch SET parent_id = 2 WHERE id = 3;")        # each alone is right, both together are a circle
    two.wait_blocked()
    one.do("COMMIT;")
    two.refused("YZ008")
    db.sql("UPDATE branch SET parent_id = 1 WHERE id = 2; UPDATE branch SET parent_id = 2 WHERE id = 4")


def test_an_unknown_time_zone_is_refused():
    db.refused("22023", "UPDATE branch SET time_zone = 'Asia/Atlantis' WHERE id = 2")


def test_a_new_branch_needs_its_parent_in_scope_and_is_read_back_by_its_maker():
    insert = "INSERT INTO branch (code, name, parent_id) VALUES ('{}', 'x', {}) RETURNING code"
    assert db.sql(insert.format("N1", 2), "app", [2], 3) == [["N1"]]
    db.refused("42501", insert.format("N2", 3), "app", [2], 3)
    assert db.sql("SELECT code FROM branch WHERE code = 'N1'", "app", [2], 3) == []      # another transaction: not in scope yet
    db.refused("42501", "UPDATE branch SET parent_id = 3 WHERE id = 2", "tail")
    db.refused("23503", "DELETE FROM branch WHERE id = 3")                               # used


def test_a_role_is_checked():
    db.refused("23514", "INSERT INTO role (code, name, permissions) VALUES ('x', 'x', '{rescue}')")
    db.refused("23514", "INSERT INTO role (code, name, permissions) VALUES ('x', 'x', '{rescue.list@moon}')")
    db.refused("YZ011", "UPDATE employee SET roles = '{wizard}' WHERE id = 2")
    db.refused("23503", "DELETE FROM role WHERE code = 'driver'")
    db.refused("23503", "UPDATE role SET code = 'chauffeur' WHERE code = 'driver'")
    db.sql("INSERT INTO role (code, name) VALUES ('x', 'x')", "app", ALL, 1)
    db.sql("DELETE FROM role WHERE code = 'x'", "app", ALL, 1)


def test_nobody_widens_their_own_rights():
    db.refused("YZ010", "UPDATE employee SET roles = roles || '{cashier}' WHERE id = 1", "app", ALL, 1)
    db.refused("YZ010", "UPDATE role SET permissions = permissions || '{rescue.receive}' WHERE code = 'admin'", "app", ALL, 1)
    db.sql("UPDATE role SET permissions = permissions || '{campaign.list}' WHERE code = 'admin'", "app", ALL, 1)
    db.sql("UPDATE employee SET roles = '{admin,cashier}' WHERE id = 1", "app", ALL, 5)
    db.sql("UPDATE employee SET roles = '{admin}' WHERE id = 1", "app", ALL, 1)          # giving up is free


def test_the_base_roles_are_as_told():
    names = [r[0] for r in db.sql("SELECT code FROM role WHERE shipped ORDER BY position")]
    assert names == ["call_taker", "order_clerk", "dispatcher", "driver", "agent", "reception", "tour_planner", "product_editor",
                     "channel_editor", "operations", "marketing", "counter", "service_desk", "store_accountant", "accountant",
                     "finance_manager", "cashier", "branch_manager", "auditor", "admin", "partner"]
    assert db.one("SELECT count(*) FROM role r, unnest(permissions) p GROUP BY code, p ORDER BY 1 DESC LIMIT 1") == "1"
    assert db.one("SELECT count(*) FROM role, unnest(permissions) p WHERE code = 'admin' AND permission_is_money(p)") == "0"
    assert db.one("SELECT count(*) FROM role, unnest(permissions) p WHERE code = 'auditor' AND p !~ '\\.(list|get|history|export|check|verify|"
                  "trial_balance|balance|counts|overview|track|held)$'") == "0"
    holders = dict(db.sql("SELECT p, string_agg(code, ' ' ORDER BY position) FROM role, unnest(permissions) p WHERE p ~ '^rescue\\.' GROUP BY p"))
    for verb, roles in {"create": "call_taker order_clerk", "dispatch": "dispatcher", "suggest": "dispatcher", "accept": "dispatcher driver",
                        "refuse": "driver", "complete": "dispatcher driver", "void": "order_clerk dispatcher", "backfill": "order_clerk",
                        "audit": "accountant", "clear": "accountant", "return": "accountant finance_manager", "price": "finance_manager",
                        "onestop": "finance_manager", "receive": "cashier", "dispute": "partner", "confirm_result": "order_clerk"}.items():
        assert holders["rescue." + verb] == roles, (verb, holders["rescue." + verb])
    assert [c for c, in db.sql("SELECT code FROM role WHERE scope = 'own' ORDER BY position")] == ["driver", "partner"]


def test_permissions_are_the_union_with_their_scopes():
    db.sql("UPDATE employee SET roles = '{dispatcher,driver}' WHERE id = 2")
    have = permissions("bob")
    assert {("vehicle.list", "all"), ("rescue.accept", "below"), ("rescue.accept", "own"), ("rescue.refuse", "own")} <= have
    assert ("rescue.refuse", "below") not in have
    db.sql("UPDATE role SET disabled_at = now() WHERE code = 'dispatcher'")
    assert ("vehicle.list", "all") not in permissions("bob")
    db.sql("UPDATE role SET disabled_at = NULL WHERE code = 'dispatcher'")


def test_the_pool_cannot_read_secrets_but_the_login_can():
    db.sql("SELECT employee_password_set(3, '$argon2id$one', false)", "app", ALL, 1)
    db.sql("SELECT employee_totp_set(3, 'BASE32')", "app", ALL, 1)
    for column in ("password_hash", "totp_secret", "totp_last_step", "*"):
        db.refused("42501", f"SELECT {column} FROM employee", "app", ALL, 1)
    assert db.sql("SELECT employee_id, branch_id, password_hash, totp_secret, time_zone FROM login_find('CID')", "app") == [
        ["3", "2", "$argon2id$one", "BASE32", "Asia/Shanghai"]]
    assert db.sql("SELECT * FROM login_find('nobody')", "app") == []
    assert db.sql("SELECT login FROM employee", "app", [], 3) == [["cid"]]          # one's own row, whatever the scope


def test_wrong_tries_are_counted_and_lock():
    for i in range(1, 10):
        assert db.sql("SELECT failed, locked_until FROM login_failed(3)", "app") == [[str(i), ""]]
    assert db.sql("SELECT failed, locked_until > now() + interval '29 minutes' FROM login_failed(3)", "app") == [["0", "t"]]
    assert db.one("SELECT login_succeeded(3)", "app") == "t"
    assert db.sql("SELECT failed_logins, locked_until FROM login_find('cid')", "app") == [["0", ""]]


def test_a_one_time_code_is_good_once():
    assert db.one("SELECT login_succeeded(3, 100)", "app") == "t"
    assert db.one("SELECT login_succeeded(3, 100)", "app") == "f"
    assert db.one("SELECT login_succeeded(3, 99)", "app") == "f"
    assert db.one("SELECT login_succeeded(3, 101)", "app") == "t"


def test_rights_bite_at_once():
    live = session_of(2)
    epoch = f"SELECT epoch FROM session WHERE id = {live}"
    assert db.one(epoch) == "1"
    db.sql("UPDATE employee SET roles = '{driver}' WHERE id = 2", "app", ALL, 1)
    assert db.one(epoch) == "2"
    db.sql("UPDATE role SET permissions = permissions || '{vehicle.list}' WHERE code = 'driver'", "app", ALL, 1)
    assert db.one(epoch) == "3"
    db.sql("UPDATE role SET permissions = permissions || '{vehicle.list}' WHERE code = 'cashier'", "app", ALL, 1)
    db.sql("UPDATE employee SET remarks = 'x' WHERE id = 2", "app", ALL, 1)
    assert db.one(epoch) == "3"                                         # nothing of theirs
    db.sql("UPDATE branch SET parent_id = 3 WHERE id = 4")
    assert db.one(epoch) == "4"                                         # "below" is another set now
    db.sql("UPDATE branch SET parent_id = 2 WHERE id = 4")


def test_disabling_or_leaving_ends_the_sessions():
    for how, back in (("disabled_at = now()", "disabled_at = NULL"), ("state = 'left'", "state = 'active'")):
        live = session_of(2, token=f"sha256('{how[:8]}')")
        db.sql(f"UPDATE employee SET {how} WHERE id = 2", "app", ALL, 1)
        assert db.sql(f"SELECT ended_at IS NOT NULL, end_reason, token_hash FROM session WHERE id = {live}") == [["t", "disabled", ""]]
        assert db.one("SELECT login_succeeded(2)", "app") == "f"
        db.sql(f"UPDATE employee SET {back} WHERE id = 2", "app", ALL, 1)


def test_a_new_password_ends_the_other_sessions():
    here, there = session_of(3), session_of(3)
    assert db.one(f"SELECT employee_password_set(3, '$argon2id$two', true, {here})", "app", ALL, 3) == "t"
    assert sorted(db.sql(f"SELECT id, end_reason FROM session WHERE id IN ({here}, {there})")) == sorted([[here, ""], [there, "password"]])
    assert db.one("SELECT employee_password_set(999, 'x', true)", "app", ALL, 3) == "f"


def test_a_resume_token_is_good_once_on_its_device():
    live = session_of(4, token="sha256('one')")
    resume = "SELECT session_id FROM session_resume(sha256('{}'), {}, sha256('{}'), '10.0.0.1')"
    assert db.sql(resume.format("one", "'other'", "two"), "app") == []
    assert db.sql(resume.format("one", "'d1'", "two"), "app") == [[live]]
    assert db.sql(resume.format("one", "'d1'", "three"), "app") == []
    db.sql("UPDATE employee SET locked_until = now() + interval '1 minute' WHERE id = 4")
    assert db.sql(resume.format("two", "'d1'", "three"), "app") == []
    db.sql("UPDATE employee SET locked_until = NULL WHERE id = 4")
    assert db.sql(resume.format("two", "'d1'", "three"), "app") == [[live]]
    db.sql(f"UPDATE session SET expires_at = now() WHERE id = {live}")
    assert db.sql(resume.format("three", "'d1'", "four"), "app") == []
    assert int(db.one("SELECT session_expire()", "tail")) >= 1
    assert db.one(f"SELECT end_reason FROM session WHERE id = {live}") == "expired"


def test_two_resumes_of_one_token_at_once_have_one_winner():
    session_of(4, token="sha256('race')")
    one, two = s.Session(db, "app"), s.Session(db, "app")
    resume = "SELECT session_id FROM session_resume(sha256('race'), 'd1', sha256('{}'), 'x');"
    one.do("BEGIN;")
    assert len(one.do(resume.format("a"))) == 1
    two.send(resume.format("b"))
    two.wait_blocked()
    one.do("COMMIT;")
    assert two.answer() == []


if __name__ == "__main__":
    yz.main(globals())
