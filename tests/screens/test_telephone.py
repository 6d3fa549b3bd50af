"""The phone rings: the banner with customer and open orders at the right terminal, nothing at the wrong one, and what is half typed stays as it is."""
import time

import ami
import yz
from screenplay import Stage, Words

PHONE = "13612340987"
cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
beside = yz.Server(cluster, database)       # somebody sits at another server
stage, far = Stage(server), Stage(beside)
pbx = ami.Pbx()
sql = cluster.session(database)


def one(text):
    return sql.sql(text)[0][0]


def employee(login):
    return int(one(f"SELECT id FROM employee WHERE login = '{login}'"))


def sees(terminal, words, *wanted):
    patterns = [words.pattern(words.expand(w)) for w in wanted]
    try:
        yz.wait_until(wanted, lambda: all(any(p.search(line) for line in terminal.screen()) for p in patterns))
    except AssertionError:
        raise AssertionError(f"no {wanted} on the screen:\n{terminal.text()}") from None
    yz.check(True, f"seen: {' · '.join(wanted)}")


def sees_no(terminal, text):
    try:
        terminal.wait_gone(text)
    finally:
        yz.check(text not in terminal.text(), f"not seen: {text}")


def test_set_up():
    """A branch with a call system; two people with extensions, one of them at the other server."""
    branch = int(one("SELECT branch_id FROM employee WHERE login = 'call_taker'"))
    sql.sql("UPDATE employee SET extension = NULL")
    sql.sql("UPDATE employee SET extension = '8001' WHERE login = 'call_taker'")
    sql.sql(f"UPDATE employee SET extension = '8002', branch_id = {branch} WHERE login = 'order_clerk'")
    version = stage.request("admin", "branch.get", {"id": branch})["version"]
    stage.request("admin", "branch.update", {"id": branch, "version": version, "pbx_address": pbx.address, "pbx_user": ami.USER, "pbx_secret": ami.SECRET})
    yz.wait_until("the line", lambda: pbx.peers and one("SELECT bool_or(up) FROM telephone_line") == "t")
    customer = stage.request("call_taker", "customer.create", {"name": "钟响铃", "kind": "person", "phone": PHONE})["id"]
    row = sql.sql("SELECT id FROM rescue_order WHERE state = 'new' LIMIT 2")
    sql.sql(f"UPDATE rescue_order SET customer_id = {customer}, contact_phone = '{PHONE}', branch_id = {branch} WHERE id IN ({', '.join(r[0] for r in row)})")
    assert len(row) == 2


def half_typed(terminal, words):
    sees(terminal, words, "{Take a call}")
    terminal.type("cu+")
    sees(terminal, words, "▸")
    terminal.keys("Enter")
    sees(terminal, words, "[{new}]")
    terminal.type("没写完")
    sees(terminal, words, "没写完")


def test_the_banner():
    words, other_words = Words("zh_CN"), Words("en")
    right, wrong = stage.terminal("call_taker", "zh_CN"), far.terminal("order_clerk", "en", 132, 43)
    half_typed(right, words)
    half_typed(wrong, other_words)
    call = pbx.call("+86" + PHONE)
    pbx.queue(call)
    before = time.monotonic()
    leg = pbx.ring(call, "8001", queue="rescue")
    right.wait("钟响铃")
    print(f"from the ring to the screen: {(time.monotonic() - before) * 1000:.0f} ms")
    sees(right, words, f"{{Call}} {PHONE} 钟响铃, {words.expand('{open orders: {count}}').replace('{count}', '2')}  ^O")
    yz.check("钟响铃" in right.screen()[-2], "it stands on the bell line")
    right.type("的字")
    sees(right, words, "没写完的字")
    yz.check(PHONE not in wrong.text() and "^O" not in wrong.text(), "the other extension shows nothing")
    wrong.keys("C-o")
    sees(wrong, other_words, "没写完")

    # Another one rings at both; each hears of his own.
    second = pbx.call("13612340988")
    mine, his = pbx.ring(second, "8001"), pbx.ring(second, "8002")
    sees(right, words, "钟响铃…^O  +1")
    sees(wrong, other_words, "{Call} 13612340988  ^O")

    # Ctrl-O: the intake of orders with the caller in it; then the next one.
    right.keys("C-o")
    sees(right, words, "{New rescue order}", "…" + PHONE, "{Customer} …钟响铃", "{Contact} …钟响铃", "{Call} 13612340988  ^O")
    yz.wait_until("the server to know", lambda: one(f"SELECT opened_by FROM call WHERE linked_id = '{call}'") == str(employee("call_taker")))
    pbx.answer(second, his)
    sees_no(right, "^O")
    sees_no(wrong, "^O")
    pbx.leave(mine, "CANCEL", 26)
    pbx.answer(call, leg)
    pbx.hang_up(call)
    pbx.hang_up(second)

    # What was half typed is where it was.
    right.keys("F3")
    sees(right, words, "{The order is not saved. Leave it?}")
    right.type("y")
    sees(right, words, "没写完的字", "[{new}]")
    right.close(), wrong.close()


def test_a_small_screen_and_a_number_that_is_withheld():
    words = Words("en")
    terminal = stage.terminal("call_taker", "en", 40, 20)
    sees(terminal, words, "{Take a call}")
    call = pbx.call("anonymous")
    pbx.ring(call, "8001")
    sees(terminal, words, "{Call} {number withheld}  ^O")
    pbx.hang_up(call)
    sees_no(terminal, "^O")
    terminal.close()


def test_what_rings_already_when_somebody_logs_in():
    words, call = Words("zh_TW"), pbx.call(PHONE)
    pbx.ring(call, "8002")
    yz.wait_until("the ring", lambda: one("SELECT count(*) FROM call_ring") == "1")
    terminal = far.terminal("order_clerk", "zh_TW")
    sees(terminal, words, f"{{Call}} {PHONE}…^O")
    pbx.hang_up(call)
    sees_no(terminal, "^O")
    terminal.close()


def test_dialling_by_a_key():
    words = Words("zh_CN")
    terminal = stage.terminal("call_taker", "zh_CN")
    sees(terminal, words, "{Take a call}")
    terminal.type("cu")
    sees(terminal, words, "▸")
    terminal.keys("Enter")
    sees(terminal, words, "{Customers}")
    terminal.type("/")
    terminal.type("钟响铃")
    terminal.keys("Enter")
    sees(terminal, words, "1/1", "…钟响铃")
    terminal.type("D")
    sees(terminal, words, "{Your phone rings: take it up and the number is dialled}")
    asked = yz.wait_until("the call system to be asked", lambda: pbx.asked("Originate"))[-1]
    yz.check((asked["Channel"], asked["Exten"]) == ("PJSIP/8001", PHONE), f"{asked['Channel']} dials {asked['Exten']}")
    pbx.tell("OriginateResponse", ActionID=asked["ActionID"], Response="Failure", Channel="PJSIP/8001", Context="from-internal", Exten=PHONE, Reason="0",
             Uniqueid="<null>")
    sees(terminal, words, "^N…136****0987")
    pbx.drop()
    yz.wait_until("the line to be down", lambda: one("SELECT bool_or(up) FROM telephone_line") == "f")
    terminal.type("D")
    sees(terminal, words, "{The call system of your branch cannot be reached}")
    terminal.keys("C-k")
    terminal.type("tl")
    sees(terminal, words, "▸")
    terminal.keys("Enter")
    sees(terminal, words, "{Telephone calls}", "{Failed}", "136****0987", "{Missed}")
    terminal.close()


def test_a_line_that_is_down_is_told_of():
    words = Words("zh_CN")
    terminal = stage.terminal("call_taker", "zh_CN")
    half_typed(terminal, words)
    sql.sql("UPDATE setting SET value = '1' WHERE name = 'telephone.down_seconds'")
    name = one("SELECT branch.name FROM branch JOIN employee e ON e.branch_id = branch.id WHERE login = 'call_taker'")
    down = words.expand("{The telephone of {branch} is down: {trouble}}").split("{trouble}")[0].replace("{branch}", name)
    sees(terminal, words, "没写完", f"^N…{down}")
    pbx.start()
    yz.wait_until("the line", lambda: one("SELECT bool_or(up) FROM telephone_line") == "t", 70)
    sees(terminal, words, "没写完", "^N…" + words.expand("{The telephone of {branch} works again}").replace("{branch}", name))
    terminal.close()


def test_a_notice_rings():
    """At who may convert it, over what is half typed; Ctrl-N goes to it, and back."""
    words = Words("zh_TW")
    terminal = far.terminal("order_clerk", "zh_TW")
    half_typed(terminal, words)
    stage.request("partner", "order_notice.create", {"foreign_number": "RING-1", "contact_phone": PHONE, "place": "站前路 1 號"})
    sees(terminal, words, "没写完", "^N…RING-1")
    terminal.keys("C-n")
    sees(terminal, words, "{Order notice} RING-1")
    terminal.keys("F3")
    sees(terminal, words, "没写完")
    terminal.close()


def finish():
    faults = stage.faults() + far.faults()
    assert not faults, faults[-3000:]
    server.stop()
    beside.stop()


yz.main(globals())
