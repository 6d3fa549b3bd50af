"""Coming and going: passwords, one-time codes, locks, resume tokens, rights that change under a live session."""
import base64
import json
import time

import bare
import yz

server = bare.make_server()
admin = bare.client(server, "admin")
OTHER = "a second password"


def version(entity, id):
    return admin.call(f"{entity}.get", {"id": id})["version"]


def test_the_answer_says_who_one_is():
    session = admin.session
    assert (session["user"], session["roles"], session["must_change_password"]) == ("admin", ["admin"], False)
    assert "employee.create" in session["permissions"] and "rescue.price" not in session["permissions"]
    assert len(session["token"]) == 64 and session["lock_seconds"] > 0
    who = admin.call("session.whoami")
    assert who["employee_id"] == session["employee_id"] and "token" not in who
    assert session["role_names"] == who["role_names"] == ["Administrator"], session["role_names"]
    bare.make_employee(admin, "rolf", ["dispatcher", "call_taker"])
    with bare.client(server, "rolf", OTHER) as rolf:
        assert (rolf.session["roles"], rolf.session["role_names"]) == (["dispatcher", "call_taker"], ["Dispatcher", "Call-taker"]), rolf.session


def test_drafts_have_a_key_per_person_and_device():
    def key(user, password, device):
        with bare.client(server, user, password, **({"terminal": device} if device else {})) as there:
            assert "draft_key" not in there.call("session.whoami")
            return base64.b64decode(there.session["draft_key"], validate=True)
    bare.make_employee(admin, "draga", ["call_taker"])
    bare.make_employee(admin, "drago", ["call_taker"])
    keys = [key("draga", OTHER, "desk-1"), key("draga", OTHER, "desk-2"), key("draga", OTHER, None), key("drago", OTHER, "desk-1")]
    assert len(set(keys)) == 4 and all(len(k) == 32 for k in keys)
    assert key("draga", OTHER, "desk-1") == keys[0] and key("draga", OTHER, None) == keys[2]
    first = bare.client(server, "draga", OTHER, terminal="desk-2")
    first.close()
    with bare.client(server) as again:
        resumed = again.call("session.resume", {"token": first.session["token"], "terminal": "desk-2"})
        assert base64.b64decode(resumed["draft_key"]) == keys[1]


def test_before_login_three_verbs_are_heard():
    with bare.client(server) as stranger:
        assert stranger.call("session.ping") == {}
        assert stranger.call("session.hello")["protocol"] == 1
        for verb in ("session.whoami", "branch.list", "nobody.knows", "session.password"):
            assert bare.refusal(stranger.call, verb, {}).code == "unauthenticated", verb


def test_unknown_verbs_and_arguments():
    assert bare.refusal(admin.call, "nobody.knows", {}).code == "unknown_verb"
    unknown = bare.refusal(admin.call, "session.help", {"entity": "branch", "colour": 1})
    assert (unknown.code, unknown.field) == ("invalid", "colour")
    assert bare.refusal(admin.call, "session.ping", {"x": 1}).field == "x"
    assert bare.refusal(admin.call, "rescue.create", {"key": "12345678"}).code == "forbidden"


def test_a_first_password_must_be_changed():
    bare.make_employee(admin, "anna", ["call_taker"], final=None)
    anna = bare.client(server, "anna", "a first password")
    assert anna.session["must_change_password"] is True
    assert bare.refusal(anna.call, "customer.list", {}).code == "forbidden"
    for new in ("too short", "a first password"):
        assert bare.refusal(anna.call, "session.password", {"old": "a first password", "new": new}).field == "new"
    assert bare.refusal(anna.call, "session.password", {"old": "not this one", "new": OTHER}).field == "old"
    other = bare.client(server, "anna", "a first password")
    anna.call("session.password", {"old": "a first password", "new": OTHER})
    assert anna.call("customer.list", {})["rows"] == []
    assert anna.call("session.whoami")["must_change_password"] is False
    bare.closed(other)
    bare.client(server, "anna", OTHER).close()


def test_wrong_passwords_lock_and_nobody_learns_who_exists():
    bare.make_employee(admin, "bert", ["call_taker"])
    texts = set()
    for name in ("bert", "nobody-at-all"):
        with bare.client(server) as guesser:
            for _ in range(10):
                refused = bare.refusal(guesser.call, "session.login", {"user": name, "password": "wrong"})
                texts.add(json.dumps(refused.error))
            # the right password now finds the account locked, and the answer is the same again
            texts.add(json.dumps(bare.refusal(guesser.call, "session.login", {"user": name, "password": OTHER}).error))
    assert len(texts) == 1 and '"unauthenticated"' in texts.pop()
    locked = server.cluster.sql("SELECT login FROM employee WHERE locked_until > now()", server.database)
    assert locked == [["bert"]], locked


def test_a_lock_ends():
    server.cluster.sql("UPDATE employee SET locked_until = now() - interval '1 s' WHERE login = 'bert'", server.database)
    bare.client(server, "bert", OTHER).close()


def test_one_time_codes():
    bare.make_employee(admin, "carl", ["call_taker"])
    carl = bare.client(server, "carl", OTHER)
    assert bare.refusal(carl.call, "session.totp_confirm", {"otp": "123456"}).code == "conflict"
    assert bare.refusal(carl.call, "session.totp_begin", {"password": "not this one"}).field == "password"
    begun = carl.call("session.totp_begin", {"password": OTHER})
    assert begun["secret"] in begun["uri"] and begun["uri"].startswith("otpauth://totp/")
    bare.client(server, "carl", OTHER).close()  # not confirmed: not asked for
    assert bare.refusal(carl.call, "session.totp_confirm", {"otp": "000000"}).field == "otp"
    carl.call("session.totp_confirm", {"otp": bare.totp(begun["secret"])})
    asked = bare.refusal(bare.client, server, "carl", OTHER)
    assert (asked.code, asked.field) == ("unauthenticated", "otp")
    code = bare.totp(begun["secret"])
    bare.client(server, "carl", OTHER, otp=code).close()
    assert bare.refusal(bare.client, server, "carl", OTHER, otp=code).code == "unauthenticated"
    carl.call("session.totp_end", {"password": OTHER})
    bare.client(server, "carl", OTHER).close()


def test_resume_is_good_once_and_bound_to_the_device():
    first = bare.client(server, "anna", OTHER, terminal="till-7")
    token = first.session["token"]
    first.close()
    with bare.client(server) as other:
        assert bare.refusal(other.call, "session.resume", {"token": token}).code == "unauthenticated"
        assert bare.refusal(other.call, "session.resume", {"token": token, "terminal": "till-8"}).code == "unauthenticated"
        assert bare.refusal(other.call, "session.resume", {"token": "0" * 64, "terminal": "till-7"}).code == "unauthenticated"
    again = bare.client(server)
    session = again.call("session.resume", {"token": token, "terminal": "till-7"})
    assert session["role_names"] == first.session["role_names"] == ["Call-taker"], session
    assert session["user"] == "anna" and session["session_id"] == first.session["session_id"] and session["token"] != token
    with bare.client(server) as late:
        assert bare.refusal(late.call, "session.resume", {"token": token, "terminal": "till-7"}).code == "unauthenticated"
    again.call("session.logout")
    assert bare.refusal(again.call, "session.whoami").code == "unauthenticated"
    assert bare.refusal(again.call, "session.resume", {"token": session["token"], "terminal": "till-7"}).code == "unauthenticated"


def test_a_session_belongs_to_one_connection():
    first = bare.client(server, "anna", OTHER)
    second = bare.client(server)
    second.call("session.resume", {"token": first.session["token"]})
    bare.closed(first)
    assert second.call("session.whoami")["user"] == "anna"


def test_nobody_logs_in_twice_on_one_connection():
    with bare.client(server, "anna", OTHER) as anna:
        assert bare.refusal(anna.call, "session.login", {"user": "admin", "password": yz.PASSWORD}).code == "conflict"
        anna.call("session.logout")
        assert anna.call("session.login", {"user": "admin", "password": yz.PASSWORD})["user"] == "admin"


def test_rights_bite_at_once():
    id = bare.make_employee(admin, "dora", ["call_taker"])
    dora = bare.client(server, "dora", OTHER)
    dora.call("session.watch", {"entities": ["customer"]})
    assert dora.call("customer.list", {})["rows"] == []
    admin.do("employee.update", {"id": id, "version": version("employee", id), "roles": ["driver"]})
    assert bare.refusal(dora.call, "customer.list", {}).code == "forbidden"
    assert bare.refusal(dora.call, "session.watch", {"entities": ["customer"]}).code == "forbidden"


def test_disabled_is_out_at_once():
    id = bare.make_employee(admin, "emil", ["call_taker"])
    one, two = bare.client(server, "emil", OTHER), bare.client(server, "emil", OTHER)
    admin.do("employee.disable", {"id": id, "version": version("employee", id), "reason": "left"})
    bare.closed(one), bare.closed(two)
    assert bare.refusal(bare.client, server, "emil", OTHER).code == "unauthenticated"


def test_an_admin_sees_and_ends_sessions():
    idle = bare.client(server, "anna", OTHER)
    id = idle.session["session_id"]
    assert any(row["id"] == id for row in admin.call("session.list", {"limit": 100})["rows"])
    admin.do("session.end", {"id": id, "version": version("session", id), "reason": "lost terminal"})
    kind, data = "", {}
    while kind != "bye":
        _, kind, data = idle.message()
    assert data["code"] == "unauthenticated"
    with bare.client(server) as again:
        assert bare.refusal(again.call, "session.resume", {"token": idle.session["token"]}).code == "unauthenticated"


def test_a_session_ends_with_its_time():
    anna = bare.client(server, "anna", OTHER)
    server.cluster.sql(f"UPDATE session SET expires_at = now() - interval '1 s' WHERE id = {anna.session['session_id']}", server.database)
    bare.closed(anna)


def test_login_may_be_piped():
    with bare.client(server) as piped:
        login = json.dumps({"user": "anna", "password": OTHER})
        piped.send_bytes(f"a session.login {login}\nb session.whoami\nc customer.list {{}}\n".encode())
        assert piped.answer("a")["user"] == "anna"
        got = {tag: kind for tag, kind, _ in (piped.message(), piped.message())}
        assert got == {"b": "ok", "c": "ok"}


def test_what_ends_late_ends_only_its_own_session():
    """Requests still under way at a log-out hear that it is over; who has come after it on the same line stays."""
    bare.make_employee(admin, "latecomer", ["dispatcher"])
    late = 0
    for n in range(12):
        line = bare.client(server, "latecomer", OTHER)
        left = {line.send("session.whoami") for _ in range(6)}
        left |= {line.send("session.logout"), line.send("session.login", {"user": "latecomer", "password": OTHER, "terminal": "t"})}
        while left:
            tag, kind, data = line.message()
            left.discard(tag)
            late += kind == "err"
        assert line.call("session.whoami")["user"] == "latecomer", n
        line.close()
    print(f"note {late} requests came late")


def test_secrets_are_in_no_log_and_no_trail():
    text = server.log_path.read_text(errors="replace")
    trail = str(server.cluster.sql("SELECT was, now FROM change", server.database))
    for secret in (OTHER, "a first password", yz.PASSWORD):
        assert secret not in text and secret not in trail
    assert '"password": "***"' in trail


def finish():
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
