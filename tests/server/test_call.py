#!/usr/bin/env python3
"""`yizhan call`: what a script sees of it. One reply a line, one line on stderr for what is wrong, exit codes as sysexits has them."""
import base64
import hashlib
import json
import os
import signal
import socket
import subprocess
import time
import uuid

import yz
from yz import check

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "YIZHAN_PASSWORD": yz.PASSWORD, "LANG": "C.UTF-8"}


def command(*args, user="order_clerk", address=None, ca=None):
    return [yz.YIZHAN, "--server", address or server.address, "--ca", ca or server.ca, "--user", user, "call", *args]


def run(*args, stdin=None, password=None, **where):
    environment = {**ENVIRONMENT, "YIZHAN_PASSWORD": password} if password else ENVIRONMENT
    return subprocess.run(command(*args, **where), input=stdin or "", capture_output=True, text=True, timeout=120, env=environment)


def call(user, verb, **args):
    """One request by a process of its own; its rows and its answer."""
    done = run(verb, json.dumps(args, ensure_ascii=False), user=user)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and done.stderr == "", (verb, args, done)
    return replies[:-1], replies[-1]


def one_line(done):
    return done.stderr.startswith("yizhan: ") and done.stderr.count("\n") == 1


def test_a_reply_is_a_line():
    done = run("session.whoami")
    reply = json.loads(done.stdout)
    check(done.returncode == 0 and done.stderr == "" and done.stdout.count("\n") == 1, "a reply is one line, and nothing else is said")
    check(reply["user"] == "order_clerk", "without arguments {} is sent")
    sessions = int(cluster.sql(f"SELECT count(*) FROM session WHERE ended_at IS NULL AND id = {reply['session_id']}", database)[0][0])
    check(sessions == 0, "it leaves no session behind")
    done = run("customer.list", '{"limit":3,"columns":["code","name"]}')
    check(len(json.loads(done.stdout)["rows"]) == 3, "arguments are taken")
    done = run("session.describe", "{}")
    lines = done.stdout.splitlines()
    check(done.returncode == 0 and len(lines) > 3 and all(isinstance(json.loads(line), dict) for line in lines), f"rows come as lines: {len(lines)}")
    check("hash" in json.loads(lines[-1]) and "fields" in json.loads(lines[0]), "and the answer after them")


def test_chinese_goes_both_ways():
    name = f"顺丰“急救”{uuid.uuid4().hex[:6]}é😀"
    _, made = call("order_clerk", "customer.create", name=name, kind="fleet", phone="02083330000")
    _, row = call("order_clerk", "customer.get", id=made["id"])
    check(row["name"] == name, f"UTF-8 arrives and comes back byte for byte: {row['name']}")
    done = run("customer.list", json.dumps({"limit": 1, "filter": {"id": made["id"]}}))
    check(name in done.stdout, "and is not escaped in the reply")
    done = subprocess.run([os.fsencode(a) for a in command("customer.list")] + [b'{"q":"\xff"}'], capture_output=True, timeout=60, env=ENVIRONMENT, input=b"")
    check(done.returncode == os.EX_DATAERR and done.stderr.count(b"\n") == 1, f"broken UTF-8 is refused: {done.stderr}")


def test_what_is_wrong_has_an_exit_code_and_a_line():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
    other = yz.temp_dir() / "ca.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", other.parent / "key",
                    "-out", other, "-subj", "/CN=somebody else", "-days", "3"], check=True, capture_output=True)
    absent = {"id": 99999999}
    for what, done, code, word in (
            ("a server that is not there", run("session.whoami", address=nobody), os.EX_UNAVAILABLE, "Connection refused"),
            ("a name nobody has", run("session.whoami", address="no-such-host.invalid:7719"), os.EX_UNAVAILABLE, "no-such-host.invalid"),
            ("somebody else's authority", run("session.whoami", ca=other), os.EX_PROTOCOL, "certificate"),
            ("an authority that is no certificate", run("session.whoami", ca=other.parent / "key"), os.EX_PROTOCOL, str(other.parent / "key")),
            ("an authority that is not there", run("session.whoami", ca="/nowhere/ca.crt"), os.EX_NOINPUT, "/nowhere/ca.crt: No such file"),
            ("a wrong password", run("session.whoami", password="not the password"), os.EX_NOPERM, "password is wrong"),
            ("an unknown user", run("session.whoami", user="nobody"), os.EX_NOPERM, "password is wrong"),
            ("an unknown verb", run("nobody.knows"), os.EX_USAGE, "nobody.knows"),
            ("what cannot be a verb", run("Rescue List"), os.EX_USAGE, "no verb"),
            ("JSON that ends too early", run("rescue.list", '{"limit":'), os.EX_DATAERR, "no JSON"),
            ("JSON that is no object", run("rescue.list", "[1]"), os.EX_DATAERR, "must be a JSON object"),
            ("a member twice", run("rescue.list", '{"limit":1,"limit":2}'), os.EX_DATAERR, "no JSON"),
            ("a wrong argument", run("rescue.list", '{"limit":"many"}'), os.EX_DATAERR, "rescue.list: limit: "),
            ("what is not for one", run("employee.create", '{"code":"X","name":"X"}'), os.EX_NOPERM, "employee.create"),
            ("a record that is not there", run("rescue.get", json.dumps(absent)), os.EX_NOINPUT, "rescue.get")):
        check(done.returncode == code, f"{what}: ends with {code} ({done.returncode})")
        check(one_line(done) and word in done.stderr, f"{what}: one line says it: {done.stderr.strip()}")
    done = subprocess.run([yz.YIZHAN, "--user", "x", "call"], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
    check(done.returncode == os.EX_USAGE and done.stderr.startswith("usage:"), "no verb at all: how it is used")
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "YIZHAN_PASSWORD"}
    done = subprocess.run(command("session.whoami"), capture_output=True, text=True, timeout=60, env=environment)
    check(done.returncode == os.EX_USAGE and "YIZHAN_PASSWORD" in done.stderr, "no password: told where it is looked for")
    secret = yz.temp_dir() / "password"
    secret.write_text(yz.PASSWORD + "\n")
    argv = command("session.whoami")
    argv[1:1] = ["--password-file", secret]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=environment)
    check(done.returncode == 0, f"the password from a file: {done.stderr}")
    argv[2] = "/nowhere/password"
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=environment)
    check(done.returncode == os.EX_NOINPUT and "/nowhere/password" in done.stderr, "a password file that is not there is named")


def test_an_error_is_a_reply_too():
    done = run("rescue.get", '{"id":99999999}')
    check(json.loads(done.stdout)["code"] == "not_found", "the error's object stands on stdout, for the script")


def test_a_key_is_made_where_there_is_none():
    name = f"Key {uuid.uuid4().hex[:8]}"
    args = {"name": name, "kind": "fleet", "phone": "02083330001"}
    _, first = call("order_clerk", "customer.create", **args)
    check(first["id"] > 0, "a changing verb without a key is done")
    kept = uuid.uuid4().hex
    args["phone"] = "02083330002"
    _, second = call("order_clerk", "customer.create", **args, key=kept)
    _, again = call("order_clerk", "customer.create", **args, key=kept)
    check(second == again and second["id"] != first["id"], "with one's own key a repetition gives the first answer")
    count = cluster.sql(f"SELECT count(*) FROM party WHERE name = '{name}'", database)[0][0]
    check(count == "2", "and makes nothing twice")
    done = run("customer.create", json.dumps({**args, "phone": "02083330003", "key": kept}))
    check(done.returncode == os.EX_CANTCREAT and json.loads(done.stdout)["code"] == "conflict", "a key used for something else is a conflict")


def test_lines_of_standard_input():
    good = '{"limit":1,"columns":["code"]}'
    done = run("customer.list", "-", stdin=f"{good}\n\n{good}\r\n{good}")
    check(done.returncode == 0 and len(done.stdout.splitlines()) == 3, "one request a line, the last without its end too")
    done = run("customer.list", "-", stdin=f'{good}\n{{"limit":"x"}}\nnot json\n{good}\n')
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    check([r.get("code") for r in replies] == [None, "invalid", None], f"it goes on after one that is refused {[r.get('code') for r in replies]}")
    check(done.returncode == os.EX_DATAERR and done.stderr.count("\n") == 2, f"and its exit code and a line each tell: {done.stderr}")
    done = run("customer.get", "-", stdin='{"id":99999999}\n{"id":1}\n')
    check(done.returncode == os.EX_NOINPUT, "the code is that of the refused one, though the last was done")
    done = run("customer.list", "-", stdin="")
    check((done.returncode, done.stdout, done.stderr) == (0, "", ""), "nothing asked, nothing answered")
    done = run("customer.list", "-", stdin=f'{{"q":"{"x" * 300000}"}}\n{good}\n')
    check(done.returncode == os.EX_DATAERR and len(done.stdout.splitlines()) == 1 and "too long" in done.stderr, "a line that is too long is left out")


def slow(*args, **where):
    return subprocess.Popen(command(*args, **where), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def test_signals():
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = slow("customer.list", "-")
        process.stdin.write('{"limit":1}\n')
        process.stdin.flush()
        check(json.loads(process.stdout.readline())["rows"], "an answer comes while the next line is waited for")
        process.send_signal(number)
        out, said = process.communicate(timeout=20)
        check((process.returncode, out, said) == (code, "", "yizhan: ended\n"), f"signal {int(number)} ends it at once: {process.returncode} {said!r}")
    process = slow("session.describe")
    process.stdout.close()
    code = process.wait(20)
    said = process.stderr.read()
    check(code == os.EX_IOERR and said.startswith("yizhan: standard output") and said.count("\n") == 1, f"nobody reads any more: {said!r}")


def test_a_signal_while_something_is_done():
    row = json.loads(run("customer.list", '{"limit":1}').stdout)["rows"][0]
    holder = cluster.session(database)
    holder.sql(f"BEGIN; SELECT 1 FROM party WHERE id = {row['id']} FOR UPDATE")
    process = slow("customer.update", json.dumps({"id": row["id"], "version": row["version"], "remarks": "x", "key": uuid.uuid4().hex}))
    yz.wait_until("the command to wait", lambda: cluster.sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = "
                                                            "'Lock'")[0][0] == "1")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    check(process.returncode == 130 and "may have been done" in said, f"who is cut off in a change is told: {said}")
    holder.sql("COMMIT")
    holder.close()


def test_the_line_is_made_again():
    global server
    process = slow("customer.list", "-")
    process.stdin.write('{"limit":1}\n')
    process.stdin.flush()
    process.stdout.readline()
    server.kill()
    server.restart()
    process.stdin.write('{"limit":2}\n')
    process.stdin.flush()
    check(len(json.loads(process.stdout.readline())["rows"]) == 2, "a server killed and back: the script goes on")
    out, said = process.communicate(timeout=60)
    check((process.returncode, said) == (0, ""), f"and ends well {said}")
    process = slow("customer.list", "-")
    process.stdin.write('{"limit":1}\n')
    process.stdin.flush()
    process.stdout.readline()
    server.kill()
    started = time.monotonic()
    process.stdin.write('{"limit":1}\n')
    process.stdin.flush()
    code = process.wait(60)
    said = process.stderr.read()
    check(code == os.EX_UNAVAILABLE and "away for 30 seconds" in said and said.count("\n") == 1 and time.monotonic() - started > 25,
          f"a server that stays away: the script is told {said!r}")
    server.restart()


# ------------------------------------------------------------------------------------------------- one order, from the ring to the cleared receivable

def intake(base):
    return {"principal": "王小明", "contact_name": "王小明", "contact_phone": "13800138000", "plate": f"粤A{uuid.uuid4().int % 90000 + 10000}",
            "car_model": base("car_model"), "service": "tow", "road": base("road"), "place": "广州市天河区体育西路 1 号", "lon": 113.3245, "lat": 23.1377,
            "remarks": "engine does not start"}


def driver_of(rows):
    """The first suggestion whose driver is free and may log in."""
    for row in rows:
        login = cluster.sql(f"SELECT e.login FROM employee e WHERE e.id = {row['driver_id']} AND e.login IS NOT NULL AND NOT EXISTS (SELECT FROM rescue_order o"
                            " WHERE o.driver_id = e.id AND o.state IN ('dispatched', 'accepted', 'on_the_way', 'arrived'))", database)
        if login:
            return row, login[0][0]
    raise AssertionError("no driver is free")


def send_photo(say, driver, order):
    data = b"\xff\xd8\xff\xe0" + os.urandom(500)
    begun = say(driver, "file.begin", {"name": "scene.jpg", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "key": uuid.uuid4().hex})
    say(driver, "file.chunk", {"upload": begun["upload"], "offset": 0, "data": base64.b64encode(data).decode()})
    say(driver, "file.end", {"upload": begun["upload"], "entity": "rescue", "id": order, "key": uuid.uuid4().hex})


def walk(say):
    """The whole flow; `say(user, verb, args)` answers. The steps' states on the way, and the order."""
    def base(kind):
        return say("order_clerk", "base_item.list", {"filter": {"kind": kind}})["rows"][0]["code"]

    customer = say("order_clerk", "customer.list", {"limit": 1, "filter": {"kind": "insurer", "result_required": False}})["rows"][0]["id"]
    made = say("order_clerk", "rescue.create", {**intake(base), "customer_id": customer, "key": uuid.uuid4().hex})
    states = []

    def step(user, action, **more):
        version = say(user, "rescue.get", {"id": made["id"]})["version"]
        done = say(user, f"rescue.{action}", {"id": made["id"], "version": version, "key": uuid.uuid4().hex, **more})
        states.append(done["money_state"] or done["state"])

    offer, driver = driver_of(say("dispatcher", "rescue.suggest", {"id": made["id"]})["rows"])
    step("dispatcher", "dispatch", vehicle_id=offer["vehicle_id"], driver_id=offer["driver_id"])
    step(driver, "accept")
    step(driver, "depart")
    step(driver, "arrive")
    for _ in range(say(driver, "rescue.needs", {"id": made["id"]})["photos"]):
        send_photo(say, driver, made["id"])
    step(driver, "complete", km=12)
    step("accountant", "audit")
    step("finance_manager", "price", price_fen=30000)
    step("cashier", "receive", method="transfer", amount_fen=30000)
    step("accountant2", "clear")
    return made["id"], states


STATES = ["dispatched", "accepted", "on_the_way", "arrived", "unaudited", "audited", "priced", "received", "cleared"]


def is_settled(id):
    kinds = cluster.sql(f"SELECT kind, sum(amount_fen) FROM document WHERE entity = 'rescue' AND row_id = {id} AND kind IN ('receivable', 'receipt') GROUP BY 1 "
                        "ORDER BY 1", database)
    sides = cluster.sql("SELECT side, sum(amount_fen) FROM ledger_line GROUP BY 1", database)
    return kinds == [["receipt", "30000"], ["receivable", "30000"]] and len({amount for _, amount in sides}) == 1


def test_an_order_by_calls_alone():
    def say(user, verb, args):
        rows, answer = call(user, verb, **args)
        return {**answer, "rows": rows} if rows else answer

    id, states = walk(say)
    check(states == STATES, f"from create to clear by calls alone: {states}")
    check(is_settled(id), "the receivable is met and the books balance")


class Typed:
    """Somebody at a keyboard with openssl s_client and nothing else."""

    def __init__(self, user):
        argv = ["timeout", "120", "openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile", str(server.ca), "-connect", server.address]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.n = 0
        assert self.process.stdout.readline().startswith("* hello ")
        assert "token" in self.type(f'session.login {{"user": "{user}", "password": "{yz.PASSWORD}"}}')

    def type(self, text):
        self.n += 1
        self.process.stdin.write(f"{self.n} {text}\n")
        self.process.stdin.flush()
        rows = []
        while True:
            tag, kind, data = self.process.stdout.readline().split(" ", 2)
            if tag == str(self.n) and kind == "row":
                rows.append(json.loads(data))
            elif tag == str(self.n):
                assert kind == "ok", (text, kind, data)
                return {**json.loads(data), **({"rows": rows} if rows else {})}

    def leave(self):
        self.type("session.logout")
        self.process.stdin.close()
        self.process.terminate()
        return self.process.wait(20)


def test_an_order_typed_by_hand():
    people = {}

    def say(user, verb, args):
        if user not in people:
            people[user] = Typed(user)
        return people[user].type(f"{verb} {json.dumps(args, ensure_ascii=False)}")

    id, states = walk(say)
    check(states == STATES, f"from create to clear through openssl s_client: {states}")
    check(is_settled(id), "the receivable is met and the books balance")
    for person in people.values():
        person.leave()


def finish():
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
