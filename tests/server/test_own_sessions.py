"""Where one is logged in, ending that elsewhere, and the one-time code from first to last."""
import bare
import yz

server = bare.make_server()
admin = bare.client(server, "admin")
bare.make_employee(admin, "li", ["call_taker"])
PASSWORD = "a second password"


def login(**more):
    return bare.client(server, "li", PASSWORD, **more)


def test_where_one_is_logged_in():
    here, there = login(terminal="desk 1"), login(terminal="desk 2")
    own = here.call("session.own")
    assert [(r["terminal"], r["current"]) for r in own["rows"][:2]] == [("desk 1", True), ("desk 2", False)], own
    assert own["rows"][0]["id"] == here.session["session_id"] and own["rows"][0]["address"].startswith("127.")
    assert own["totp"] is False and own["password_at"].endswith("Z")
    assert here.call("session.end_others") == {"ended": len(own["rows"]) - 1}
    bare.closed(there)
    assert [r["current"] for r in here.call("session.own")["rows"]] == [True]
    assert here.call("session.end_others") == {"ended": 0}
    trail = server.cluster.sql(f"SELECT verb, now->>'end_reason' FROM change WHERE entity = 'session' AND row_id = {there.session['session_id']}",
                               server.database)
    assert trail == [["session.end", "elsewhere"]], trail
    assert bare.refusal(bare.client(server).call, "session.resume", {"token": there.session["token"], "terminal": "desk 2"}).code == "unauthenticated"
    assert {r["id"] for r in admin.call("session.own")["rows"]} & {r["id"] for r in own["rows"]} == set(), "nobody else's"
    here.close()


def test_the_one_time_code_from_first_to_last():
    li = login()
    assert bare.refusal(li.call, "session.totp_begin", {"password": "wrong password"}).field == "password"
    begun = li.call("session.totp_begin", {"password": PASSWORD})
    assert begun["uri"] == f"otpauth://totp/Yizhan:li?secret={begun['secret']}&issuer=Yizhan" and len(begun["secret"]) == 32
    assert li.call("session.own")["totp"] is False, "not before it is confirmed"
    assert bare.refusal(li.call, "session.totp_confirm", {"otp": "000000"}).code == "invalid"
    li.call("session.totp_confirm", {"otp": bare.totp(begun["secret"])})
    assert li.call("session.own")["totp"] is True
    assert bare.refusal(login).field == "otp"
    li.call("session.totp_end", {"password": PASSWORD})
    assert li.call("session.own")["totp"] is False
    login().close()
    begun = li.call("session.totp_begin", {"password": PASSWORD})
    li.call("session.totp_confirm", {"otp": bare.totp(begun["secret"])})
    row = admin.call("employee.list", {"filter": {"login": "li"}})["rows"][0]
    admin.do("employee.reset_totp", {"id": row["id"], "version": admin.call("employee.get", {"id": row["id"]})["version"], "reason": "lost phone"})
    login().close()


yz.main(globals())
