"""Many terminals at once, full queues, late databases, and ends of the line that are not who they say they are."""
import collections
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import uuid
import warnings

import company
import yz

warnings.filterwarnings("ignore", category=DeprecationWarning)     # old versions of TLS are named to see them refused
co = company.Company()
CLIENT_ENV = {**os.environ, "YIZHAN_PASSWORD": yz.PASSWORD, "ASAN_OPTIONS": "detect_leaks=0", "LANG": "C.UTF-8"}


# ---------------------------------------------------------------------------------------------------------------- many

def test_two_hundred_terminals():
    """Two hundred sit there and watch, a hundred never say a word, and those who work are served; every watcher hears of every change."""
    silent = [socket.create_connection((co.server.host, co.server.port)) for _ in range(15)]
    watchers = [yz.Client(co.server, "counter" if n % 4 else "dispatcher") for n in range(200)]
    for n, client in enumerate(watchers):
        if n % 4 == 0:
            client.call("session.watch", {"entities": ["rescue", "vehicle"]})
    slow, made = [], []

    def work(login):
        with co.new_client(login) as client:
            for _ in range(20):
                started = time.monotonic()
                made.append(client.do("rescue.create", co.order_args())["id"])
                client.call("rescue.list", {"limit": 50})
                slow.append(time.monotonic() - started)

    threads = [threading.Thread(target=work, args=(login,)) for login in ("order_clerk", "order_clerk2", "call_taker") * 3]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    yz.check(len(made) == 180 and len(set(made)) == 180, f"180 orders by nine people beside them, the slowest in {max(slow):.2f} s")
    def has_heard(client):
        client.call("session.ping", {})
        return set(made) <= {e["id"] for kind, e in client.events if kind == "event" and e.get("entity") == "rescue"}

    for client in watchers[::4]:
        yz.wait_until("each order to be told", lambda: has_heard(client))
    yz.check(True, "50 watchers heard of each of them")
    descriptors = len(os.listdir(f"/proc/{co.server.process.pid}/fd"))
    for client in watchers + silent:
        client.close()
    yz.wait_until("the descriptors", lambda: len(os.listdir(f"/proc/{co.server.process.pid}/fd")) <= descriptors - 195)
    yz.check(True, "they go, and leave nothing behind")


def test_the_connections_are_counted():
    small = yz.Server(co.cluster, co.database, settings=["connections = 30"])
    kept = [yz.Client(small, "counter") for _ in range(30)]
    extra = socket.create_connection((small.host, small.port), timeout=5)
    extra.settimeout(5)
    yz.check(extra.recv(10) == b"", "one more than the house holds is sent away at once")
    yz.check(all(c.call("session.ping") == {} for c in kept), "those who are in stay")
    kept.pop().close()
    yz.wait_until("a free place", lambda: can_enter(small))
    yz.check(True, "a place that is free is given")
    for client in kept:
        client.close()
    small.stop()


def can_enter(server):
    try:
        with yz.Client(server) as client:
            return client.call("session.ping") == {}
    except (OSError, yz.Closed, AssertionError):
        return False


def test_a_full_queue_says_so():
    small = yz.Server(co.cluster, co.database, settings=["workers = 1", "queue = 16"])
    clients = [yz.Client(small, "order_clerk") for _ in range(8)]
    codes = collections.Counter()
    for client in clients:
        client.send_bytes("".join(f't{n} rescue.list {{"limit":200}}\n' for n in range(16)).encode())
    for client in clients:
        for _ in range(16):
            kind = "row"
            while kind == "row":
                tag, kind, data = client.message()
            codes[kind if kind == "ok" else data["code"]] += 1
    yz.check(sum(codes.values()) == 128 and codes["ok"] >= 16 and codes["busy"] > 0 and set(codes) == {"ok", "busy"}, f"every request is answered: {dict(codes)}")
    yz.check("rows" in clients[0].call("rescue.list", {"limit": 1}), "and served when there is room again")
    small.stop()


def test_who_does_not_read_holds_nobody_up():
    """Sixteen long lists asked for and none read: what does not fit into the line must not keep the only worker, else two such ends stop everybody."""
    small = yz.Server(co.cluster, co.database, settings=["workers = 1"])
    deaf, other = yz.Client(small, "order_clerk"), yz.Client(small, "order_clerk2")
    deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.send_bytes("".join(f't{n} rescue.list {{"limit":500}}\n' for n in range(16)).encode())
    answers = [len(other.call("rescue.list", {"limit": 500})["rows"]) for _ in range(10)]
    yz.check(len(answers) == 10 and min(answers) > 100, "somebody else is answered each time")
    done = collections.Counter()
    while sum(done.values()) < 16:
        tag, kind, data = deaf.message()
        if kind != "row":
            done[kind if kind == "ok" else data["code"]] += 1
    yz.check(done["ok"] > 0 and set(done) <= {"ok", "unavailable"}, f"and he who reads at last has an answer to each {dict(done)}")
    small.stop()


def test_each_is_served_in_turn():
    """Somebody who asks for much does not keep others waiting behind all of it: one worker, held up while the two queue."""
    small = yz.Server(co.cluster, co.database, settings=["workers = 1"])
    greedy, modest = yz.Client(small, "order_clerk"), yz.Client(small, "order_clerk2")
    id, times = co.order(), {"greedy": [], "modest": []}

    def listen(name, client, count):
        while len(times[name]) < count:
            kind = client.message()[1]
            if kind in ("ok", "err"):
                times[name].append(time.monotonic())

    with co.cluster.session(co.database) as other:
        other.sql(f"BEGIN; SELECT 1 FROM rescue_order WHERE id = {id} FOR UPDATE")
        lines = [f'u rescue.update {{"id":{id},"version":1,"remarks":"x","key":"{uuid.uuid4().hex}"}}'] + [f't{n} rescue.list {{"limit":200}}' for n in range(15)]
        threads = [threading.Thread(target=listen, args=("greedy", greedy, 16)), threading.Thread(target=listen, args=("modest", modest, 1))]
        threads[0].start()
        greedy.send_bytes("\n".join(lines).encode() + b"\n")
        yz.wait_until("the worker to be held up", lambda: co.one("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") != "0")
        modest.send_bytes(b'm rescue.list {"limit":1}\nm rescue.list {"limit":1}\n')
        tag, kind, refusal = modest.message()
        assert (tag, kind, refusal["code"]) == ("m", "err", "bad_request"), refusal      # the tag is taken: the first stands in the queue
        threads[1].start()
        other.sql("ROLLBACK")
        for t in threads:
            t.join()
    behind = sum(t > times["modest"][0] for t in times["greedy"])
    yz.check(behind >= 10, f"the modest one is answered while {behind} of the greedy one's sixteen still wait")
    small.stop()


def test_a_database_that_makes_wait():
    small = yz.Server(co.cluster, co.database, settings=["request_seconds = 1"])
    id = co.order()
    client = yz.Client(small, "order_clerk")
    args = {"id": id, "version": 1, "remarks": "late", "key": uuid.uuid4().hex}
    with co.cluster.session(co.database) as other:
        other.sql(f"BEGIN; SELECT 1 FROM rescue_order WHERE id = {id} FOR UPDATE")
        started = time.monotonic()
        try:
            client.call("rescue.update", args)
            code = "ok"
        except yz.Refused as refusal:
            code = refusal.code
        waited = time.monotonic() - started
        yz.check(code in ("unavailable", "busy") and waited < 20, f"a row that somebody holds: {code} after {waited:.1f} s")
        yz.check(client.call("session.whoami")["user"] == "order_clerk", "the connection goes on meanwhile")
        other.sql("ROLLBACK")
    yz.check(co.one(f"SELECT version FROM rescue_order WHERE id = {id}") == "1", "nothing was done")
    yz.check(client.call("rescue.update", args)["version"] == 2, "the same key again does it")
    small.stop()


def read_answers(client, count, done):
    while sum(done.values()) < count:
        tag, kind, text = client.line().split(" ", 2)
        if kind in ("ok", "err"):
            done["ok" if kind == "ok" else json.loads(text)["code"]] += 1


def test_who_reads_slowly_is_answered_and_hinders_nobody():
    """Sixteen long lists at once over a line that takes them slowly: what does not come in time is refused, but he is not taken for dead, and the
    workers are not all his."""
    slow, done, waited = co.new_client("order_clerk"), collections.Counter(), []
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    for _ in range(16):
        slow.send("rescue.list", {"limit": 500})
    reader = threading.Thread(target=read_answers, args=(slow, 16, done))
    with co.new_client("order_clerk2") as other:
        reader.start()
        while reader.is_alive():
            started = time.monotonic()
            other.call("rescue.list", {"limit": 1})
            waited.append(time.monotonic() - started)
            reader.join(0.2)
    yz.check(sum(done.values()) == 16 and done["ok"] > 0 and set(done) <= {"ok", "unavailable", "busy"}, f"every list is answered: {dict(done)}")
    yz.check(max(waited) < 20, f"others are served beside him, {len(waited)} times, the slowest in {max(waited):.2f} s")
    yz.check(slow.call("session.whoami")["user"] == "order_clerk", "and he goes on")
    slow.close()


# ---------------------------------------------------------------------------------------------------------------- who is at the other end

def openssl(dir, *args):
    subprocess.run(["openssl", *[str(a) for a in args]], cwd=dir, check=True, capture_output=True)


def certificate(name, names="IP:127.0.0.1", ca=None, days=2):
    """A key and certificate; signed by our own server's authority unless another is given."""
    dir = yz.temp_dir()
    tls = co.server.state / "tls"
    openssl(dir, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
    (dir / "ext").write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n")
    if ca == "self":
        openssl(dir, "x509", "-req", "-in", f"{name}.csr", "-signkey", f"{name}.key", "-out", f"{name}.crt", "-extfile", "ext", "-days", str(days))
    else:
        authority = ca or (tls / "ca.crt", tls / "ca.key")
        openssl(dir, "x509", "-req", "-in", f"{name}.csr", "-CA", authority[0], "-CAkey", authority[1], "-CAcreateserial", "-out", f"{name}.crt", "-extfile", "ext", "-days", str(days))
    return dir / f"{name}.crt", dir / f"{name}.key"


def other_authority():
    dir = yz.temp_dir()
    openssl(dir, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=somebody", "-days", "2")
    return dir / "ca.crt", dir / "ca.key"


class Impostor:
    """Greets like the server and writes down what it is told."""

    def __init__(self, pair, version=None):
        self.told = b""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if version:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        context.load_cert_chain(*[str(p) for p in pair])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.context = context
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                raw, _ = self.listener.accept()
                raw.settimeout(5)
                with self.context.wrap_socket(raw, server_side=True) as line:
                    line.sendall(b'* hello {"server":"yizhand","version":"0","protocol":1,"time":"2026-01-01T00:00:00Z"}\n')
                    self.told += line.recv(65536)
                    line.sendall(b'1 ok {}\n')
            except OSError:
                if self.listener.fileno() < 0:
                    return


def call(address, ca=None):
    return subprocess.run([str(yz.YIZHAN), "--server", address, "--ca", str(ca or co.server.ca), "--user", "order_clerk", "call", "session.whoami"],
                          capture_output=True, text=True, timeout=60, env=CLIENT_ENV)


def test_our_client_knows_our_server():
    done = call(co.server.address)
    yz.check(done.returncode == 0 and '"user":"order_clerk"' in done.stdout.replace(" ", ""), f"the true one is spoken to {done.stderr[:200]}")
    good = Impostor(certificate("twin"))
    call(f"127.0.0.1:{good.port}")
    yz.check(b"relay-station-demo" in good.told, "an end with a right certificate is told the password (or the next ones prove nothing)")
    for name, pair, version in (("another name", certificate("elsewhere", "DNS:elsewhere.example"), None), ("another address", certificate("address", "IP:127.0.0.2"), None),
                                ("an expired certificate", certificate("expired", days=-1), None), ("a certificate of its own", certificate("own", ca="self"), None),
                                ("somebody else's authority", certificate("foreign", ca=other_authority()), None), ("TLS 1.1", certificate("old"), ssl.TLSVersion.TLSv1_1)):
        impostor = Impostor(pair, version)
        done = call(f"127.0.0.1:{impostor.port}")
        yz.check(done.returncode != 0 and impostor.told == b"", f"{name}: refused, and told nothing (exit {done.returncode})")
        impostor.listener.close()
    done = call(co.server.address, ca=other_authority()[0])
    yz.check(done.returncode != 0, f"who trusts somebody else does not come in (exit {done.returncode})")


def shake(server, low, high, ciphers=None):
    context = ssl.create_default_context(cafile=str(server.ca))
    context.minimum_version, context.maximum_version = getattr(ssl.TLSVersion, low), getattr(ssl.TLSVersion, high)
    if ciphers:
        context.set_ciphers(ciphers)
    try:
        with socket.create_connection((server.host, server.port), timeout=5) as raw, context.wrap_socket(raw, server_hostname=server.host) as line:
            return line.version(), line.cipher()[0]
    except (ssl.SSLError, ConnectionError) as error:
        return None, str(error)


def test_versions_of_tls():
    yz.check(shake(co.server, "TLSv1_3", "TLSv1_3")[0] == "TLSv1.3", "1.3 is spoken")
    yz.check(shake(co.server, "TLSv1_2", "TLSv1_2")[0] is None, "1.2 is not, by default")
    older = yz.Server(co.cluster, co.database, settings=["tls_12 = true"])
    version, cipher = shake(older, "TLSv1_2", "TLSv1_2")
    yz.check(version == "TLSv1.2" and ("GCM" in cipher or "CHACHA20" in cipher) and cipher.startswith("ECDHE"), f"1.2 by a setting, with AEAD and forward secrecy alone: {cipher}")
    for ciphers in ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES256-SHA", "ECDHE-ECDSA-AES128-SHA256"):
        yz.check(shake(older, "TLSv1_2", "TLSv1_2", ciphers + ":@SECLEVEL=0")[0] is None, f"not {ciphers}")
    yz.check(shake(older, "TLSv1", "TLSv1_1", "ALL:@SECLEVEL=0")[0] is None, "nothing below, ever")
    older.stop()
    plain = socket.create_connection((co.server.host, co.server.port), timeout=10)
    plain.sendall(b'a session.login {"user":"admin","password":"x"}\n')
    try:
        heard = plain.recv(1000)
    except ConnectionError:
        heard = b""
    yz.check(b"ok" not in heard and b"hello" not in heard, "no word in plain text")


def finish():
    co.stop()


yz.main(globals())
