#!/usr/bin/env python3
"""A server with a PostgreSQL of its own under a state directory: started, stopped, killed, adopted, drained, asked to read its settings again."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import time

import checker
import load
import yz
from yz import check

ROOT = os.getuid() == 0
USER = "postgres" if ROOT else pwd.getpwuid(os.getuid()).pw_name


def closed_home():
    """As root's home is: nobody else walks in, PostgreSQL's user neither."""
    home = yz.temp_dir("yizhan-home-")
    home.chmod(0o700)
    state = home / "inner" / "state"
    state.parent.mkdir()
    return state


def start(state, **more):
    state.mkdir(exist_ok=True)
    return load.own_server(state, **more)


def inside(state):
    """Every process that works in the data directory, with its parent."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(state / "db"):
                found[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return found


def postmasters(state):
    """Those that nobody in there started."""
    found = inside(state)
    return [pid for pid, parent in found.items() if parent not in found]


def admin_of(server, store):
    load.first_admin(store)
    return yz.Client(server, "admin")


def gone(state):
    yz.wait_until("PostgreSQL to be gone", lambda: not inside(state), 30)
    return True


home = closed_home()
store = load.Store.of_state(home)
server = start(home)


def test_start_under_a_closed_home():
    check(server.port > 0, "port 0 picks a free port and says which")
    check(len(postmasters(home)) == 1, "one postmaster")
    owner = pwd.getpwuid(pathlib.Path(f"/proc/{postmasters(home)[0]}").stat().st_uid).pw_name
    check(owner == USER, f"PostgreSQL is {owner}'s")
    with admin_of(server, store) as admin:
        check(admin.session["user"] == "admin", "the first administrator comes in")
        admin.do("branch.create", {"code": "KEPT", "name": "Kept", "kind": "station"})
    check((home / "tls" / "server.key").stat().st_mode & 0o077 == 0 and (home / "tls" / "ca.key").stat().st_mode & 0o077 == 0, "keys are closed")
    check(store.one("SHOW listen_addresses") == "", "the database is not on the network")


def is_kept():
    with yz.Client(server, "admin") as admin:
        return len(admin.call("branch.list", {"filter": {"code": "KEPT"}})["rows"]) == 1


def test_stop_and_start():
    server.stop()
    check(gone(home), "SIGTERM stops both")
    check(not (home / "db" / "postmaster.pid").exists(), "PostgreSQL was shut down, not cut off")
    server.start()
    check(is_kept(), "the second start finds the data")
    server.process.send_signal(signal.SIGINT)
    check(server.process.wait(60) == 0 and gone(home), "SIGINT is as good")
    server.start()


def test_killed_and_adopted():
    was = postmasters(home)
    for n in range(3):
        server.kill()
        check(postmasters(home) == was, "kill -9 of the server leaves PostgreSQL running")
        server.restart()
        check(postmasters(home) == was and is_kept(), f"adopted, no second one ({n})")
    server.kill()
    os.kill(was[0], signal.SIGKILL)
    server.restart()
    check(len(postmasters(home)) == 1 and postmasters(home) != was and is_kept(), "both killed: one new postmaster, nothing lost")


def test_killed_while_it_starts():
    """At whatever moment the start is cut off, the next one ends with one postmaster and the data."""
    server.stop()
    for delay in (0.02, 0.1, 0.2, 0.4, 0.8):
        process = subprocess.Popen([str(yz.YIZHAND), "--state", str(home), "--listen", "127.0.0.1:0"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        if len(postmasters(home)) > 1:
            check(False, f"two postmasters after {delay} s: {postmasters(home)}")
    server.start()
    check(len(postmasters(home)) == 1 and is_kept(), "five starts cut off, one postmaster, nothing lost")


def test_first_start_cut_off():
    """While the cluster is being made: it is made anew."""
    state = closed_home()
    for delay in (0.3, 1.0, 2.0):
        state.mkdir(exist_ok=True)
        process = subprocess.Popen([str(yz.YIZHAND), "--state", str(state), "--listen", "127.0.0.1:0"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
    other = start(state)
    with admin_of(other, load.Store.of_state(state)) as admin:
        check(admin.session["user"] == "admin" and len(postmasters(state)) == 1, "three first starts cut off, one sound cluster")
    other.stop()
    check(gone(state), "and it stops")


def test_another_server_on_the_same_state():
    """The same address is refused with a word. At another address it shares the one PostgreSQL, as servers may."""
    done = subprocess.run([str(yz.YIZHAND), "--state", str(home), "--listen", server.address], capture_output=True, text=True, timeout=60)
    check(done.returncode == os.EX_UNAVAILABLE and done.stdout == "", f"a second server at the same address ends with {done.returncode}")
    check(f"cannot listen at {server.address}: Address already in use" in done.stderr, f"and says why: {done.stderr.strip().splitlines()[-1]}")
    check(is_kept() and len(postmasters(home)) == 1, "the first one is as it was")
    second = start(home)
    check(len(postmasters(home)) == 1 and second.port != server.port, "at another address it shares the one postmaster")
    with yz.Client(second, "admin") as admin:
        check(admin.session["user"] == "admin", "and serves")
    was = postmasters(home)
    server.kill()
    os.kill(was[0], signal.SIGKILL)
    server.restart()
    with yz.Client(second) as client:
        yz.wait_until("the second server to find it", lambda: logs_in(client), 30)
    check(len(postmasters(home)) == 1 and postmasters(home) != was, "the first and PostgreSQL killed and started at once: the second finds it again")
    second.stop()
    check(len(postmasters(home)) == 1 and is_kept(), "leaving, it lets the first one's PostgreSQL run")


def logs_in(client):
    try:
        return client.call("session.login", {"user": "admin", "password": yz.PASSWORD})
    except yz.Refused as refused:
        assert refused.code == "unavailable", refused
        return None


def test_plain_user():
    """Everything, PostgreSQL too, as somebody without rights."""
    if not ROOT:
        return
    place = yz.temp_dir("yizhan-plain-")
    program = shutil.copy(yz.YIZHAND, place / "yizhand")
    wrapper = place / "run"
    wrapper.write_text(f'#!/bin/sh\nexec setpriv --reuid nobody --regid nogroup --clear-groups {program} "$@"\n')
    for path, mode in ((program, 0o755), (wrapper, 0o755)):
        os.chmod(path, mode)
    state = place / "home" / "state"
    state.mkdir(parents=True)
    for path in (place / "home", state):
        shutil.chown(path, "nobody")
        path.chmod(0o700)
    root_program, yz.YIZHAND = yz.YIZHAND, wrapper
    try:
        (state / "test.conf").touch(0o644)
        mask = os.umask(0o022)
        other = start(state)
        os.umask(mask)
        users = set(yz.still_there(lambda pid: pwd.getpwuid(pathlib.Path(f"/proc/{pid}").stat().st_uid).pw_name, inside(state)))
        check(users == {"nobody"} and pwd.getpwuid(pathlib.Path(f"/proc/{other.process.pid}").stat().st_uid).pw_name == "nobody",
              f"server and PostgreSQL are the plain user's: {users}")
        was = postmasters(state)
        other.kill()
        other.restart()
        check(postmasters(state) == was, "adopted by him too")
        other.stop()
        check(gone(state), "and stopped")
    finally:
        yz.YIZHAND = root_program


# ------------------------------------------------------------------------------------------------- going down

def locked(where):
    """Somebody who holds a row for a second."""
    process = subprocess.Popen(["psql", "-XAtq", "-d", store.conninfo("postgres", "yizhan")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, cwd="/", stderr=subprocess.DEVNULL)
    process.stdin.write(f"BEGIN; SELECT 'held' FROM {where} FOR UPDATE;\n")
    process.stdin.flush()
    assert process.stdout.readline() == "held\n"
    return process


def test_a_request_under_way_is_finished():
    with yz.Client(server, "admin") as admin, yz.Client(server, "admin") as idle:
        row = admin.call("branch.list", {"filter": {"code": "KEPT"}})["rows"][0]
        holder = locked(f"branch WHERE id = {row['id']}")
        tag = admin.send("branch.update", {"id": row["id"], "version": row["version"], "name": "Renamed", "key": "under-way-at-the-end"})
        yz.wait_until("the command to wait", lambda: store.one("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == "1")
        server.process.send_signal(signal.SIGTERM)
        check(bye_of(idle), "who has nothing under way gets a bye at once")
        refused = False
        try:
            socket.create_connection((server.host, server.port), timeout=5).close()
        except OSError:
            refused = True
        check(refused, "nobody new is let in")
        check(server.process.poll() is None, "it waits for what is under way")
        late = admin.send("session.whoami")
        holder.communicate("COMMIT;\n")
        answers = {}
        while tag not in answers:
            got, kind, data = admin.message()
            answers[got] = (kind, data)
        check(answers[tag][0] == "ok" and answers[tag][1]["version"] == row["version"] + 1, "the answer arrives")
        check(late not in answers or (answers[late][0] == "err" and answers[late][1]["code"] == "unavailable"), "what comes later is refused")
        check("*" in answers and answers["*"][0] == "bye" or bye_of(admin), "and then the bye")
    check(server.process.wait(30) == 0, "the end is clean")
    server.restart()
    check(store.one("SELECT name FROM branch WHERE code = 'KEPT'") == "Renamed", "what was answered is kept")


def bye_of(client):
    try:
        client.line_ = client.message()
    except yz.Closed:
        return False
    return client.line_[:2] == ("*", "bye") and client.line_[2]["code"] == "unavailable"


def test_asked_twice_it_ends_at_once():
    with yz.Client(server, "admin") as admin:
        row = admin.call("branch.list", {"filter": {"code": "KEPT"}})["rows"][0]
        holder = locked(f"branch WHERE id = {row['id']}")
        admin.send("branch.update", {"id": row["id"], "version": row["version"], "name": "Again", "key": "at-once-it-ends"})
        yz.wait_until("the command to wait", lambda: store.one("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == "1")
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        server.process.send_signal(signal.SIGTERM)
        check(server.process.wait(30) == 0, "a second SIGTERM ends it at once")
        holder.communicate("COMMIT;\n")
    server.restart()
    check(is_kept(), "and it starts again")


def test_restarts_under_load():
    load.make_company(server, store)
    crowd = load.Crowd(store, [server])
    crowd.start()
    for _ in range(3):
        crowd.wait_done(40)
        crowd.wait_busy(3)
        server.stop()
        server.restart()
    crowd.wait_done(40)
    crowd.stop()
    judge = checker.Checker(store, crowd.record)
    judge.seal()
    counts = judge.must_hold()
    check(counts["open"] == 0, f"three restarts under load: nothing acknowledged is lost: {counts}; {crowd.summary()}")
    check(crowd.counts["bye"] >= 16, f"people were told: {crowd.counts['bye']} byes")
    check(crowd.surprises == [], f"nobody met what he must not meet {crowd.surprises[:3]}")


# ------------------------------------------------------------------------------------------------- settings

def certificate():
    context = ssl.create_default_context(cafile=str(server.ca))
    with context.wrap_socket(socket.create_connection((server.host, server.port), timeout=10), server_hostname=server.host) as line:
        return line.getpeercert()["serialNumber"]


def logged(text, count=1):
    return yz.wait_until(text, lambda: server.log_path.read_text().count(text) >= count)


def test_settings_are_read_again():
    conf = server.state / "test.conf"
    was, text = certificate(), conf.read_text()
    with yz.Client(server, "admin") as admin:
        (server.state / "tls" / "server.crt").unlink()
        conf.write_text(text + 'log_level = "debug"\n')
        server.process.send_signal(signal.SIGHUP)
        logged("configuration read again")
        check(certificate() != was, "new connections see the new certificate")
        check(admin.call("session.whoami")["user"] == "admin", "those that stand go on")
        logged("debug: session.whoami: ok")
        check(True, "the log says more")
        conf.write_text(text + 'log_level = "loud"\n')
        server.process.send_signal(signal.SIGHUP)
        logged("the configuration stays as it was")
        conf.write_text(text + "no_such_setting = 1\n")
        server.process.send_signal(signal.SIGHUP)
        logged("the configuration stays as it was", 2)
        check(admin.call("session.whoami")["user"] == "admin" and server.process.poll() is None, "a wrong one changes nothing and harms nobody")
    conf.write_text(text)
    server.process.send_signal(signal.SIGHUP)
    logged("configuration read again", 2)


def check_config(text):
    conf = yz.temp_dir() / "yizhand.conf"
    conf.write_text(text)
    done = subprocess.run([str(yz.YIZHAND), "--config", str(conf), "--check-config"], capture_output=True, text=True, timeout=60)
    return done, str(conf)


def test_settings_are_judged():
    done, _ = check_config('# all is well\nlisten = "127.0.0.1:7719"\nworkers = 4\ntls_12 = false\n')
    check(done.returncode == 0 and "the settings are good" in done.stdout, "good settings are called so")
    for line, why in (("no_such_setting = 1", "no such option"), ("workers = many", "invalid integer"), ("workers = 1000", "between 0 and 256"),
                      ("idle_seconds = 1", "between 60 and 86400"), ('tls_12 = "perhaps"', "invalid boolean"), ('log_level = "loud"', "log_level must be"),
                      ('listen = "127.0.0.1:7719', "end of file"), ("listen", "end of file")):
        done, path = check_config(f"# a comment\n\nqueue = 100\n{line}\n")
        named = f"{path}:4:" in done.stderr or ("end of file" in done.stderr and f"{path}:5:" in done.stderr)
        check(done.returncode == os.EX_CONFIG and named and why in done.stderr, f"{line}: refused, with file and line: {done.stderr.strip()}")
    done = subprocess.run([str(yz.YIZHAND), "--config", "/nowhere/yizhand.conf", "--check-config"], capture_output=True, text=True)
    check(done.returncode == os.EX_CONFIG and "/nowhere/yizhand.conf: No such file" in done.stderr, "a file that is not there is named")
    done, path = check_config('tls_cert = "/etc/x.crt"\n')
    check(done.returncode == os.EX_CONFIG and "go together" in done.stderr, "halves of a pair are refused")


def finish():
    server.stop()
    check(gone(home), "nothing is left running")
    check(load.defects_in_log(server.log_path) == [], f"the server met no fault of its own {load.defects_in_log(server.log_path)[:3]}")


if __name__ == "__main__":
    yz.main(globals())
