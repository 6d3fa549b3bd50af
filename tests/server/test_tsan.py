"""Threads under ThreadSanitizer: the tests of queue and pool, and a whole server with many callers at once. A build of its own, of these alone."""
import os
import random
import signal
import subprocess
import threading

import bare
import yz

BUILD = yz.ROOT / "build-tsan"
UNITS = ("base/test_base_threads", "core/test_core_queue", "core/test_core_threads", "core/test_core_throttle", "core/test_core_event")
OPTIONS = {"TSAN_OPTIONS": "exitcode=66:halt_on_error=0"}
CALLERS, ROUNDS = 12, 25

RACY = """
#include <pthread.h>
static int n;
static void *add(void *a) { for (int i = 0; i < 1000; i++) n++; return a; }
int main(void) { pthread_t t; pthread_create(&t, 0, add, 0); add(0); pthread_join(t, 0); return n == 0; }
"""


def test_build():
    if not (BUILD / "build.ninja").exists():
        done = subprocess.run(["meson", "setup", str(BUILD), "-Db_sanitize=thread", "-Db_lundef=false"], cwd=yz.ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    targets = [f"tests/unit/{unit}" for unit in UNITS] + ["server/yizhand", "server/yizhanctl"]
    done = subprocess.run(["ninja", "-C", str(BUILD), *targets], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_race_is_seen():
    folder = yz.temp_dir()
    (folder / "racy.c").write_text(RACY)
    subprocess.run(["cc", "-fsanitize=thread", "-g", "-o", str(folder / "racy"), str(folder / "racy.c")], check=True)
    done = subprocess.run([str(folder / "racy")], capture_output=True, text=True, env={**os.environ, **OPTIONS})
    assert done.returncode == 66 and "data race" in done.stderr, (done.returncode, done.stderr[:500])


def test_units():
    for unit in UNITS:
        done = subprocess.run([str(BUILD / "tests/unit" / unit)], capture_output=True, text=True, env={**os.environ, **OPTIONS}, timeout=300)
        yz.check(done.returncode == 0 and "ThreadSanitizer" not in done.stderr, f"{unit} {(done.stdout + done.stderr)[-3000:] if done.returncode else ''}")


def work(server, login, number, faults):
    """What terminals do, in any order, and sometimes they are just gone."""
    dice = random.Random(number)
    try:
        client = bare.client(server, login, "a second password")
        for n in range(ROUNDS):
            step = dice.randrange(8)
            if step == 0:
                client.do("branch.create", {"code": f"B{number}-{n}", "name": f"网点 {number} {n}"})
            elif step == 1:
                client.call("session.watch", {"entities": ["branch", "employee"]})
            elif step == 2:
                client.call("session.describe")
            elif step == 3:
                tags = [client.send("branch.list", {"limit": 50}) for _ in range(8)]
                client.send("session.cancel", {"tag": tags[-1]})
                client.close()
                client = bare.client(server, login, "a second password")
            elif step == 4:
                row = dice.choice(client.call("branch.list", {"sort": ["code"]})["rows"])
                try:
                    client.do("branch.update", {"id": row["id"], "version": row["version"], "remarks": f"{number} {n}"})
                except yz.Refused as refused:
                    assert refused.code in ("conflict", "busy"), refused
            elif step == 5:
                assert client.refused("branch.get", {"id": 999999}).code == "not_found"
            elif step == 6:
                client.call("session.ping")
            else:
                client.call("employee.list", {"q": "a"})
        client.close()
    except Exception as error:  # noqa: BLE001 - told by the main thread
        faults.append(f"{login}: {error!r}")


def test_a_whole_server():
    yz.YIZHAND, yz.YIZHANCTL = BUILD / "server" / "yizhand", BUILD / "server" / "yizhanctl"
    server = bare.make_server(env=OPTIONS, settings=["workers = 8", "connections_per_address = 1000"])
    faults = []
    with bare.client(server, "admin") as admin:
        for number in range(CALLERS // 2):
            bare.make_employee(admin, f"worker{number}", ["admin"])
        threads = [threading.Thread(target=work, args=(server, f"worker{n // 2}", n, faults)) for n in range(CALLERS)]
        for thread in threads:
            thread.start()
        server.process.send_signal(signal.SIGHUP)
        admin.call("session.describe")
        for thread in threads:
            thread.join()
    assert not faults, faults
    server.stop()
    assert "ThreadSanitizer" not in server.log_path.read_text(errors="replace"), server.log_tail(80)


yz.main(globals())
