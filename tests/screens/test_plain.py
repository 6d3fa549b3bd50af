"""The main flow from the call to the books through --plain, by `expect`, which reads lines and knows of no screen; in each language."""
import json
import re
import subprocess
import time

import people
import yz
from screenplay import LANGUAGES, Stage, Words

FLOW = yz.ROOT / "tests" / "screens" / "plain_flow.exp"

cluster, database = yz.fresh_demo()
people.cheap_passwords(cluster, database)
cluster.sql("UPDATE setting SET value = 'no' WHERE name = 'rescue.proof'", database)     # photos: test_board.py
server = yz.Server(cluster, database)
stage = Stage(server)


def tcl(text):
    return "{" + text + "}"


def facts(language, n):
    """What the story is about, and its words, for expect to read."""
    driver = stage.free_driver("driver")
    plate, phone = f"粤A6P88{n}", f"1390000777{n}"
    customer = stage.request("order_clerk", "customer.create", {"name": f"线性客户{n}", "kind": "person", "phone": phone})
    vehicle = stage.request("dispatcher", "vehicle.get", {"id": driver["vehicle_id"]})
    known = {"phone": phone, "plate": plate, "customer": f"线性客户{n}", "vehicle": vehicle["plate"], "number": "R"}
    words = Words(language)
    text = FLOW.read_text()
    msgids = set(re.findall(r"\[w \{([^}]*)\}\]", text)) | {w for line in re.findall(r"^foreach .*$", text, re.M) for w in
                                                           re.findall(r"\{([A-Z][^{}]*)\}|\b([A-Z][a-z]+)\b", line) for w in w if w}
    told = {m: max(words.of(m).split("…"), key=len).strip() for m in msgids if m[0] != "a"}
    path = yz.temp_dir() / "facts.tcl"
    path.write_text("\n".join([f"array set fact {tcl(' '.join(f'{k} {tcl(v)}' for k, v in known.items()))}",
                               f"array set words {tcl(' '.join(f'{tcl(k)} {tcl(v)}' for k, v in told.items()))}",
                               "proc w {msgid} { return $::words($msgid) }"]) + "\n")
    return path, plate, customer


def tell(language, n):
    path, plate, customer = facts(language, n)
    argv, environment = stage.command("-", language, "--plain")
    environment["YIZHAN_PASSWORD"] = yz.PASSWORD
    environment["HOME"] = str(yz.temp_dir("yizhan-home-"))
    done = subprocess.run(["expect", str(FLOW), str(path), *map(str, argv)], capture_output=True, text=True, errors="replace", timeout=300,
                          env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment})
    for line in done.stdout.splitlines():
        print(line.replace("ok plain", f"ok plain {language}").replace("FAIL plain", f"FAIL plain {language}"))
    yz.check(done.returncode == 0, f"the story is told to its end in {language}: {done.stderr[-300:]}{stage.faults()}")
    rows = stage.request("auditor", "rescue.list", {"filter": {"plate": plate}})["rows"]
    yz.check(len(rows) == 1 and rows[0]["state"] == "done" and rows[0]["money_state"] == "cleared", f"and the order is in the books: {json.dumps(rows)[:300]}")
    yz.check(bool(rows) and rows[0]["received_fen"] == rows[0]["price_fen"] and rows[0]["km"] == 21, "with its kilometres and its money")


def test_the_main_flow():
    for n, language in enumerate(LANGUAGES):
        started = time.monotonic()
        tell(language, n)
        print(f"note the main flow through --plain in {language}: {time.monotonic() - started:.0f} s")


def finish():
    stage.people.close()
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
