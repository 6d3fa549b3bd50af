"""Two dispatchers look at the same orders; a driver loses his line, and his program, in the middle of a job; his phone's programs are asked."""
import pathlib
import signal
import stat

import yz
from screenplay import Stage, Words

cluster, database = yz.fresh_demo()
cluster.sql("UPDATE setting SET value = 'no' WHERE name = 'rescue.proof'", database)
server = yz.Server(cluster, database)
stage = Stage(server)
PLATES = iter(range(101, 199))


def order(plate=None, **more):
    customer = stage.request("order_clerk", "customer.list", {"limit": 1, "filter": {"kind": "person"}})["rows"][0]["id"]
    return stage.request("order_clerk", "rescue.create", {
        "customer_id": customer, "contact_name": "赵六", "contact_phone": "13900001234", "plate": plate or f"粤AQ{next(PLATES)}7", "car_model": "sedan",
        "service": "jump_start", "road": "city", "place": "体育西路", "lon": 113.3245, "lat": 23.1377, **more})["id"]


def row(id):
    return stage.request("auditor", "rescue.get", {"id": id})


def board(words, plate, language, size):
    terminal = stage.terminal("dispatcher", language, *size)
    terminal.wait(words.expand("{Rescue orders}"))
    terminal.type("dp")
    terminal.keys("Enter")
    terminal.wait(words.expand("{Due in}"))
    terminal.keys("F9")
    terminal.wait(words.expand("{Words}"))
    terminal.type(plate)
    terminal.keys("Enter")
    terminal.wait(f"“{plate}”")
    return terminal


def test_two_boards():
    """What one dispatcher does the other sees without a key, and the vehicle is sent once."""
    words, plate = Words("zh_CN"), "粤AZ7777"
    one, two = board(words, plate, "zh_CN", (80, 24)), board(words, plate, "zh_CN", (200, 60))
    id = order(plate)
    for terminal in (one, two):
        terminal.wait(words.expand("{waiting}") + " 1")
        terminal.wait("1 粤")
    yz.check(True, "a new order stands on both, with its best vehicles")
    two.wait(["├─", words.expand("{best}"), words.expand("{Seen}")])
    yz.check(True, "and on the wide one with the map and the vehicles")
    yz.wait_until("the step", lambda: (one.keys("1"), one.quiet(0.6), row(id)["state"] == "dispatched")[-1])
    two.wait([words.expand("{waiting}") + " 0", words.expand("{on the road}") + " 1"])
    sent = row(id)
    two.wait(sent["vehicle_label"])
    yz.check(True, "sent by one, it is on the road for the other at once")
    other = order()
    refusal = stage.people.do("dispatcher", "rescue.get", {"id": other})
    with yz.Client(server, "dispatcher") as client:
        refused = client.refused("rescue.dispatch", {"id": other, "version": refusal["version"], "vehicle_id": sent["vehicle_id"]})
    yz.check((refused.code, refused.field) == ("conflict", "vehicle_id"), "nobody sends that vehicle again")
    one.close()
    two.close()


def driver_at(home, options="", size=(40, 20)):
    return stage.terminal("driver", "zh_CN", *size, options=options, environment={"HOME": str(home), "YIZHAN_PASSWORD": yz.PASSWORD})


def job(state="on_the_way"):
    """A job of the driver's, walked to a state."""
    who = stage.free_driver("driver")
    id = order()
    for action in ("dispatch", "accept", "depart")[:("dispatched", "accepted", "on_the_way").index(state) + 1]:
        step = {"id": id, "version": row(id)["version"]}
        stage.request("dispatcher", f"rescue.{action}", {**step, **(who if action == "dispatch" else {})})
    return id


def test_without_a_line():
    """Arrived and done while the server is away and the program is killed: both go out later, in order, with their times, once."""
    words, home = Words("zh_CN"), yz.temp_dir("yizhan-home-")
    id = job()
    terminal = driver_at(home)
    terminal.wait(words.expand("▸ Enter: {Arrive}"))
    server.kill()
    terminal.wait(words.lost())
    terminal.keys("Enter")
    terminal.wait([words.expand("{to be sent:}"), words.expand("▸ Enter: {Complete}")])
    yz.check(True, "a step without a line waits, and the next one may be taken")
    terminal.quiet(0.9)
    terminal.keys("Enter")
    terminal.wait(words.expand("{Km out}"))
    terminal.type("12")
    terminal.keys("F10")
    terminal.wait_gone(words.expand("{Km out}"))
    terminal.wait("2 ")
    yz.check(words.expand("▸ Enter:") not in terminal.text(), "after the end there is no next step")
    drafts = pathlib.Path(home) / ".local/state/yizhan/drafts"
    yz.wait_until("the file", lambda: list(drafts.glob("*.draft")))
    gone = yz.utc_now()
    terminal.signal(signal.SIGKILL)
    yz.wait_until("the end of the program", terminal.dead)
    terminal.close()
    server.restart()
    yz.check(row(id)["state"] == "on_the_way", "nothing was done before")
    terminal = driver_at(home)
    yz.wait_until("both steps", lambda: row(id)["state"] == "done", 40)
    done = row(id)
    yz.check(done["arrived_at"] < done["done_at"] <= gone, f"with the times they had {done['arrived_at']} {done['done_at']} {gone}")
    yz.check((done["km"], done["km_out"]) == (12, 12), "and what was typed")
    verbs = [r[0] for r in cluster.sql(f"SELECT verb FROM change WHERE entity = 'rescue' AND row_id = {id} ORDER BY id", database)]
    yz.check(verbs.count("rescue.arrive") == 1 and verbs.count("rescue.complete") == 1, "each once")
    yz.wait_until("the file to go", lambda: not list(drafts.glob("*.draft")))
    terminal.close()


def test_taken_away_meanwhile():
    """Recalled while he was away: what he did is not taken, and he is told."""
    words, home = Words("zh_CN"), yz.temp_dir("yizhan-home-")
    id = job("accepted")
    terminal = driver_at(home)
    terminal.wait(words.expand("▸ Enter: {Depart}"))
    server.kill()
    terminal.wait(words.lost())
    terminal.keys("Enter")
    terminal.wait(words.expand("▸ Enter: {Arrive}"))
    cluster.sql(f"UPDATE rescue_order SET state = 'new', vehicle_id = NULL, driver_id = NULL, version = version + 1 WHERE id = {id}", database)
    cluster.sql(f"UPDATE vehicle SET state = 'idle', order_id = NULL, version = version + 1 WHERE order_id = {id}", database)
    server.restart()
    terminal.wait_gone(words.lost(), 40)
    terminal.wait(words.expand("{%s %s was not taken: %s}").split("…")[-2].strip())
    yz.check(row(id)["state"] == "new", "told, and nothing was done")
    terminal.close()


def program(home, name, text):
    path = pathlib.Path(home) / name
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_phones_programs():
    words, home = Words("zh_CN"), yz.temp_dir("yizhan-home-")
    id = job("accepted")
    where = program(home, "where", 'echo \'{"latitude": 23.4567, "longitude": 113.4321, "accuracy": 9}\'\n')
    camera = program(home, "camera", "printf '\\377\\330\\377\\340'; head -c 5000 /dev/zero\nsleep 300 &\n")
    terminal = driver_at(home, f"--position-command {where} --position-every 1 --photo-command {camera}")
    vehicle = row(id)["vehicle_id"]
    at = lambda: [stage.request("auditor", "vehicle.get", {"id": vehicle})[name] for name in ("lon", "lat")]
    yz.wait_until("the position", lambda: at() == [113.4321, 23.4567])
    yz.check(True, "where the phone is stands in the vehicle's record")
    terminal.wait("0 / 2")                              # what is wanted is known, and so the kinds
    terminal.type("o")
    terminal.wait(words.expand("{Photo of}"))
    terminal.keys("Enter")
    files = lambda: stage.request("driver", "file.list", {"entity": "rescue", "id": id})["rows"]
    yz.wait_until("the photo", lambda: len(files()) == 1)
    yz.check((files()[0]["size"], files()[0]["type"], files()[0]["kind"]) == (5004, "jpeg", "scene"), f"the picture of the phone's camera {files()}")
    yz.wait_until("its file to go", lambda: not list((pathlib.Path(home) / ".local/state/yizhan/photos").glob("*")))
    driver = cluster.sql(f"UPDATE vehicle SET driver_id = NULL WHERE id = {vehicle} RETURNING (SELECT driver_id FROM vehicle WHERE id = {vehicle})", database)[0][0]
    terminal.wait(words.expand("{no position}"))
    cluster.sql(f"UPDATE vehicle SET driver_id = {driver} WHERE id = {vehicle}", database)
    terminal.wait_gone(words.expand("{no position}"))
    yz.check(True, "that the server does not take it is told, until it does")
    terminal.type("z")
    terminal.wait(words.expand("{off duty}"))
    terminal.close()


def test_a_program_that_hangs():
    words, home = Words("zh_CN"), yz.temp_dir("yizhan-home-")
    job("accepted")
    where = program(home, "where", f"echo $$ > {home}/pid\nsleep 300\n")
    terminal = driver_at(home, f"--position-command '{where}'".replace("'", ""))
    yz.wait_until("its start", lambda: (pathlib.Path(home) / "pid").exists() and (pathlib.Path(home) / "pid").read_text().strip())
    pid = int((pathlib.Path(home) / "pid").read_text())
    yz.check(pathlib.Path(f"/proc/{pid}").exists(), "it runs")
    terminal.signal(signal.SIGKILL)
    yz.wait_until("its end", lambda: not pathlib.Path(f"/proc/{pid}").exists() or " Z " in pathlib.Path(f"/proc/{pid}/stat").read_text())
    yz.check(True, "and never longer than the client")
    terminal.close()
    terminal = driver_at(home, "--position-command /nowhere/at/all --position-every 1")
    terminal.wait(words.expand("{no position}"))
    yz.check(True, "one that is not there is told")
    terminal.close()


def test_the_end():
    stage.people.close()
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
