#!/usr/bin/env python3
"""The real client at a terminal, with a form half typed, while the server is killed under it: nothing typed is lost, it comes back by
itself, and what is saved then is saved once."""
import os
import re
import signal

import checker
import company
import load
import proxy
import yz
from yz import check

cluster, database = company.fresh()
store = load.Store.of_cluster(cluster, database)
server = yz.Server(cluster, database)
between = proxy.Proxy(server)
terminal = None
record = load.Record()


def at_the_desk():
    """The client, logged in, with an empty order form."""
    global terminal
    terminal = yz.Terminal([yz.YIZHAN, "--server", f"{between.host}:{between.port}", "--ca", str(server.ca), "--user", "order_clerk"],
                           columns=100, lines=32, env={"YIZHAN_PASSWORD": yz.PASSWORD})
    terminal.wait("Take a call")
    terminal.type("ca")
    terminal.wait("> ca")
    terminal.keys("Enter")
    terminal.wait(["New rescue order", "F10 Save"])


def stands(label, value):
    """Waits until a field of the form holds it; what is beside the form does not count."""
    pattern = re.compile(rf"^{label} +{value}", re.M)
    yz.wait_until(f"{label} {value} on\n{terminal.text()}", lambda: pattern.search(terminal.text()), 30)


STEPS = (("Phone", "13800138000", "Tab", "13800138000"), ("Customer", None, "Tab", "王小明"), ("Contact", None, "Tab", "王小明"),
         ("Plate", None, "Tab", None), ("Car model", "sedan", "Enter", "Sedan"), ("Colour", "white", "Tab", "white"),
         ("Place", "天河路208号", "Tab", "天河路208号"), ("Coordinates", None, "Tab", None), ("Road", "city", "Enter", "City road"),
         ("Service", "tow", "Enter", "Tow"))


def fill(plate, first="Phone", last="Service"):
    """Types an order, from one field to another; who calls is known by his phone, and the names come by themselves."""
    labels = [step[0] for step in STEPS]
    for label, text, key, seen in STEPS[labels.index(first):labels.index(last) + 1]:
        if label == "Plate":
            text = seen = plate
        if label in ("Customer", "Contact"):
            stands(label, seen)
        if text:
            terminal.type(text)
        terminal.keys(key)
        if seen:
            stands(label, seen)


def all_stands(plate, last="Place"):
    for label, _, _, seen in STEPS:
        if label == "Plate" or seen:
            stands(label, plate if label == "Plate" else seen)
        if label == last:
            return True


def orders(plate):
    return store.sql(f"SELECT id FROM rescue_order WHERE plate = '{plate}'")


def is_connected():
    return terminal.wait("●", 60)


def saved_once(plate):
    terminal.wait("is saved", 60)
    terminal.wait_gone(plate)
    return len(orders(plate)) == 1


def test_half_typed_through_kill_and_restart():
    at_the_desk()
    fill("粤A10001", last="Plate")
    server.kill()
    terminal.wait("RETRY")
    check(True, "the screen says that the line is down")
    fill("粤A10001", first="Car model", last="Place")
    check(all_stands("粤A10001"), "what was typed stays, and typing goes on")
    server.restart()
    check(is_connected(), "it comes back by itself, without a password")
    check(all_stands("粤A10001"), "nothing typed is lost")
    check("order_clerk" in terminal.text() and orders("粤A10001") == [], "and nothing was sent")
    fill("粤A10001", first="Coordinates")
    terminal.wait("Estimate")
    terminal.keys("F10")
    check(saved_once("粤A10001"), "saved, once")


def test_saved_while_the_server_is_away():
    fill("粤A10002")
    server.kill()
    terminal.wait("RETRY")
    terminal.keys("F10")
    terminal.wait("being saved")
    check(all_stands("粤A10002", "Service"), "the form stays while it waits")
    server.restart()
    check(saved_once("粤A10002"), "it goes out by itself when the server is back, once")


def test_killed_while_it_saves():
    fill("粤A10003")
    terminal.wait("Estimate")
    os.kill(server.process.pid, signal.SIGSTOP)
    terminal.keys("F10")
    terminal.wait("being saved")
    server.kill()
    server.restart()
    check(saved_once("粤A10003"), "killed with the command in its hands: saved once")


def test_reply_lost():
    for n, kind in enumerate(proxy.KINDS):
        plate = f"粤A2000{n}"
        fill(plate)
        terminal.wait("Estimate")
        between.arm_next(kind)
        terminal.keys("F10")
        check(saved_once(plate), f"cut {kind}: saved once")
    check(between.cuts() == len(proxy.KINDS), f"each line was cut {between.done}")


def test_killed_again_and_again():
    """Ten times, at whatever moment; one form, saved at the end."""
    fill("粤A10004", last="Place")
    for _ in range(10):
        server.kill()
        terminal.wait("RETRY", 30)
        server.restart()
        check(is_connected(), "back by itself")
    check(all_stands("粤A10004"), "after ten kills nothing typed is lost")
    fill("粤A10004", first="Coordinates")
    terminal.wait("Estimate")
    terminal.keys("F10")
    check(saved_once("粤A10004"), "saved, once")


def test_the_books_hold():
    """The client's own keys are not in our record: the checker looks at everything else."""
    judge = checker.Checker(store, record, others=("admin", "order_clerk"))
    crowd = load.Crowd(store, [server], record=record, logins=("order_clerk2", "dispatcher", "driver", "accountant", "cashier", "finance_manager"))
    crowd.start()
    crowd.wait_done(30)
    crowd.stop()
    judge.seal()
    counts = judge.must_hold()
    check(counts["orders"] >= 8, f"the checker agrees: {counts}")
    double = store.one("SELECT count(*) FROM (SELECT plate FROM rescue_order WHERE plate ~ '^粤A[12]000' GROUP BY plate HAVING count(*) > 1) twice")
    check(double == "0", "no order was made twice")


def finish():
    terminal.keys("F3")
    terminal.close()
    between.close()
    server.stop()
    check(load.defects_in_log(server.log_path) == [], f"the server met no fault of its own {load.defects_in_log(server.log_path)[:3]}")


if __name__ == "__main__":
    yz.main(globals())
