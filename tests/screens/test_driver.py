"""A driver on the road: whatever he does and types survives the line and the program, is done once, and is put right where the server does not take it."""
import pathlib
import signal

import yz
from screenplay import Stage, Words

cluster, database = yz.fresh_demo()
cluster.sql("UPDATE setting SET value = 'no' WHERE name = 'rescue.proof'", database)     # photos: driver.scr
server = yz.Server(cluster, database)
stage = Stage(server)
words = Words("zh_CN")
PLATES = iter(range(201, 299))
STEPS = ("dispatch", "accept", "depart", "arrive")


def row(id):
    return stage.request("auditor", "rescue.get", {"id": id})


def job(steps):
    """A job of the driver's, so many steps on."""
    who = stage.free_driver("driver")
    customer = stage.request("order_clerk", "customer.list", {"limit": 1, "filter": {"kind": "person"}})["rows"][0]["id"]
    id = stage.request("order_clerk", "rescue.create", {
        "customer_id": customer, "contact_name": "钱七", "contact_phone": "13900004321", "plate": f"粤AW{next(PLATES)}7", "car_model": "sedan",
        "service": "jump_start", "road": "city", "place": "体育西路", "lon": 113.3245, "lat": 23.1377})["id"]
    for action in STEPS[:steps]:
        stage.request("dispatcher", f"rescue.{action}", {"id": id, "version": row(id)["version"], **(who if action == "dispatch" else {})})
    return id


def driver_at(home, size=(40, 20), shows=None):
    terminal = stage.terminal("driver", "zh_CN", *size, environment={"HOME": str(home), "YIZHAN_PASSWORD": yz.PASSWORD})
    if shows:
        terminal.wait(words.expand(shows))
    return terminal


def killed(terminal):
    terminal.signal(signal.SIGKILL)
    yz.wait_until("the end of the program", terminal.dead)
    terminal.close()


def drafts(home):
    return list((pathlib.Path(home) / ".local/state/yizhan/drafts").glob("*.draft"))


def times(id, verb):
    return int(cluster.sql(f"SELECT count(*) FROM change WHERE entity = 'rescue' AND row_id = {id} AND verb = 'rescue.{verb}'", database)[0][0])


def cut(terminal):
    server.kill()
    terminal.wait(words.lost())


def test_refused_by_the_driver():
    """He will not go, without a line; the program dies; it is told once all the same."""
    home, id = yz.temp_dir("yizhan-home-"), job(1)
    terminal = driver_at(home, shows="▸ Enter: {Accept}")
    cut(terminal)
    terminal.keys("f")
    terminal.wait(words.expand("{Reason}"))
    terminal.type("车辆故障")
    terminal.keys("F10")
    terminal.wait(words.expand("{to be sent:} {Refuse}"))
    killed(terminal)
    server.restart()
    terminal = driver_at(home)
    yz.wait_until("the refusal", lambda: row(id)["state"] == "new", 40)
    yz.wait_until("the file to go", lambda: not drafts(home))
    yz.check(times(id, "refuse") == 1, "kept without a line and without a program, and told once")
    terminal.close()


def test_money_taken():
    """Money is noted without a line, the program dies, and dies again with the answer on its way: it is noted once."""
    home, id = yz.temp_dir("yizhan-home-"), job(4)
    terminal = driver_at(home, shows="▸ Enter: {Complete}")
    cut(terminal)
    terminal.keys("m")
    terminal.wait(words.expand("{Money taken}"))
    terminal.type("123")
    terminal.keys("Tab")
    terminal.type("扫码")
    terminal.keys("F10")
    terminal.wait(words.expand("{to be sent:} {Money taken}"))
    killed(terminal)
    server.restart()
    for _ in range(2):
        terminal = driver_at(home)
        killed(terminal)
    terminal = driver_at(home)
    yz.wait_until("the money", lambda: row(id)["taken_fen"] == 12300, 40)
    yz.wait_until("the file to go", lambda: not drafts(home))
    yz.check((times(id, "collect"), row(id)["taken_method"]) == (1, "qr"), "noted once, as it was typed")
    terminal.close()


def test_half_typed():
    home, id = yz.temp_dir("yizhan-home-"), job(4)
    terminal = driver_at(home, shows="▸ Enter: {Complete}")
    terminal.keys("Enter")
    terminal.wait(words.expand("{Km out}"))
    terminal.type("31")
    terminal.keys("Tab")
    terminal.type("7")
    yz.wait_until("the file", lambda: drafts(home))
    terminal.quiet(1.5)
    killed(terminal)
    terminal = driver_at(home, shows="{Km out}")
    terminal.wait("31")
    terminal.keys("F10")
    yz.wait_until("the end of the job", lambda: row(id)["state"] == "done")
    yz.check((row(id)["km_out"], row(id)["km_tow"], row(id)["km"]) == (31, 7, 38), f"what stood half typed in the box is there again, and goes out {row(id)['km']}")
    yz.wait_until("the file to go", lambda: not drafts(home))
    terminal.close()


def test_not_taken():
    """A wrong code of the customer's, typed without a line: it is told when the line is back, kept through a crash, and put right."""
    home, id = yz.temp_dir("yizhan-home-"), job(4)
    terminal = driver_at(home, shows="▸ Enter: {Complete}")
    cut(terminal)
    terminal.keys("Enter")
    terminal.wait(words.expand("{Km out}"))
    terminal.type("5")
    for _ in range(7):
        terminal.keys("Tab")
    terminal.type("000000")
    terminal.keys("F10")
    terminal.wait(words.expand("{to be sent:} {Complete}"))
    server.restart()
    terminal.wait(words.expand("{This is not the customer's code}"), 40)
    terminal.wait(words.expand("{Km out}"))
    terminal.keys("Escape")
    terminal.wait(words.expand("▸ Enter: {Correct it}"))
    yz.check(row(id)["state"] == "arrived", "it is told, and the job is where it was")
    killed(terminal)
    terminal = driver_at(home, shows="▸ Enter: {Correct it}")
    terminal.keys("Enter")
    terminal.wait(words.expand("{This is not the customer's code}"))
    terminal.keys("C-u", "F10")
    yz.wait_until("the end of the job", lambda: row(id)["state"] == "done")
    yz.check(row(id)["km"] == 5 and times(id, "complete") == 1, "put right, it is done once, with what was typed at first")
    terminal.close()


def test_taken_away_for_good():
    """What he typed for a job that is not his any more is listed, and dropped by his own word only."""
    home, id = yz.temp_dir("yizhan-home-"), job(4)
    terminal = driver_at(home, shows="▸ Enter: {Complete}")
    cut(terminal)
    terminal.keys("m")
    terminal.wait(words.expand("{Money taken}"))
    terminal.type("88")
    terminal.keys("Tab")
    terminal.type("扫码")
    terminal.keys("F10")
    terminal.wait(words.expand("{to be sent:} {Money taken}"))
    cluster.sql(f"UPDATE vehicle SET state = 'idle', order_id = NULL, version = version + 1 WHERE order_id = {id}", database)
    cluster.sql(f"UPDATE rescue_order SET state = 'new', vehicle_id = NULL, driver_id = NULL, version = version + 1 WHERE id = {id}", database)
    server.restart()
    terminal.wait(words.of(" · %zu not taken").split("…")[-1].strip(), 40)
    terminal.keys("w")
    terminal.wait([words.expand("{Not taken yet}"), words.expand("{Money taken}")])
    terminal.keys("Enter")
    terminal.wait(words.expand("{Drop it}"))
    terminal.keys("d")
    terminal.wait(words.expand("{Forget what was typed for it?}"))
    terminal.keys("y")
    yz.wait_until("the file to go", lambda: not drafts(home))
    yz.check(row(id)["taken_fen"] in (None, 0), "nothing was noted, and nothing vanished unseen")
    terminal.close()


def test_what_he_holds():
    home, id = yz.temp_dir("yizhan-home-"), job(4)
    stage.request("driver", "rescue.collect", {"id": id, "version": row(id)["version"], "taken_fen": 45600, "taken_method": "cash_on_site"})
    terminal = driver_at(home, shows="▸ Enter: {Complete}")
    terminal.keys("i")
    terminal.wait([words.expand("{You hold}"), row(id)["number"], "456.00"])
    cashier = stage.request("cashier", "handin.create", {"lines": [{"order_id": id, "amount_fen": 45000}], "short_reason": "x"})
    terminal.wait([cashier["number"], "450.00", "6.00"])
    yz.check(True, "what he holds, and what he handed in a moment ago")
    terminal.close()


def test_pays_by_code():
    """The code fills a telephone's screen, says so where it cannot, and where there is no link."""
    home, id = yz.temp_dir("yizhan-home-"), job(4)
    terminal = driver_at(home, shows="▸ Enter: {Complete}")
    terminal.keys("l")
    terminal.wait(words.expand("{This branch has no payment link, and none above it. An admin writes it down with the branch.}")[:12])
    terminal.keys("Escape")
    branch = stage.request("admin", "branch.get", {"id": row(id)["branch_id"]})
    stage.request("admin", "branch.update", {"id": branch["id"], "version": branch["version"], "pay_link": "https://pay.example.com/cashier/{order}?amount={fen}"})
    terminal.keys("l")                          # found at once: nobody has to read anew first
    asked = words.expand("{What the customer is to pay now.}")
    terminal.until("the code, or the question for its amount", lambda: "▀" in terminal.text() or asked in terminal.text())
    if asked not in terminal.text():
        terminal.keys("a")                                                       # a price was proposed
        terminal.wait(asked)
        terminal.keys("C-u")
    terminal.type("35")
    terminal.keys("Enter")
    terminal.wait(["35.00", "▀", words.expand("{Enter paid · a amount · Esc back}")])
    rows = sum(len(set("█▀▄") & set(line)) > 0 for line in terminal.text().split("\n"))
    yz.check(rows >= 15 and words.expand("{Pay by code}") not in terminal.text(), f"the code takes the rows of the status as well {rows}")
    terminal.resize(30, 12)
    terminal.wait_gone("▀")
    terminal.resize(40, 20)
    terminal.wait(["35.00", "▀"])
    terminal.keys("Enter")
    terminal.wait(words.expand("{Taken by}"))
    terminal.keys("F10")
    yz.wait_until("the money", lambda: row(id)["taken_fen"] == 3500)
    yz.check(row(id)["taken_method"] == "qr", "what was paid is noted with two keys")
    terminal.close()


def test_the_end():
    stage.people.close()
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
