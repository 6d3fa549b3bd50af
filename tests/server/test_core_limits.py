"""Slow, silent, greedy and hostile connections: each ends by its own timer or bound, and the others go on."""
import json
import os
import socket
import ssl
import subprocess
import threading
import time

import bare
import yz

server = bare.make_server(settings=["connections_per_address = 400", "idle_seconds = 60"])
left, leave = {}, threading.Event()


def sit(name, client, verb):
    """Asks once a second until the line ends, beside all that follows: notes after how long that was, and with which words."""
    began = time.monotonic()
    try:
        while not leave.wait(1):
            client.call(verb)
    except (yz.Closed, OSError) as end:
        left[name] = time.monotonic() - began, str(end)


idle, busy, stranger = bare.client(server, "admin"), bare.client(server, "admin"), bare.client(server)
sitting = {name: threading.Thread(target=sit, args=(name, client, verb), daemon=True)
           for name, client, verb in (("idle", idle, "session.ping"), ("busy", busy, "session.whoami"), ("stranger", stranger, "session.hello"))}
for thread in sitting.values():
    thread.start()


def raw():
    return socket.create_connection((server.host, server.port), timeout=30)


def seconds_until_closed(connection, since=None):
    started = since or time.monotonic()
    with_data = b""
    try:
        while True:
            data = connection.recv(65536)
            if not data:
                break
            with_data += data
    except (ConnectionError, ssl.SSLError):
        pass
    return time.monotonic() - started, with_data


def descriptors():
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def status(name):
    with open(f"/proc/{server.process.pid}/status") as lines:
        return int(next(line for line in lines if line.startswith(name)).split()[1])


def test_timers_of_the_named_states():
    slow = bare.client(server, "admin")
    began = {"handshake": time.monotonic()}
    silent = raw()
    began["login"] = time.monotonic()
    greeted = bare.client(server)
    began["line"] = time.monotonic()
    slow.send_bytes(b"half a line that never")
    waited = {}

    def wait(name, connection):
        waited[name] = seconds_until_closed(connection, began[name])

    threads = [threading.Thread(target=wait, args=(n, c)) for n, c in (("handshake", silent), ("login", greeted.socket), ("line", slow.socket))]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert 4 < waited["handshake"][0] < 9, waited["handshake"]
    assert 9 < waited["login"][0] < 20 and b'* bye {"code":"unauthenticated"' in waited["login"][1], waited["login"]
    assert 14 < waited["line"][0] < 40 and b'* bye {"code":"limit"' in waited["line"][1], waited["line"]


def test_a_crowd_of_slow_ones_does_not_hinder():
    before = descriptors() + 24  # what the pool may still open
    crowd = []
    for i in range(300):
        connection = raw()
        crowd.append(connection)
        connection.sendall(b"\x16\x03\x01" if i % 2 else b"GET / HTTP/1.0\r\n\r\n")
    times = []
    admin = bare.client(server, "admin")
    for _ in range(100):
        started = time.monotonic()
        admin.call("branch.list", {})
        times.append(time.monotonic() - started)
    assert max(times) < 5.0, f"nobody waited until the crowd was cut {sorted(times)[-5:]}"
    [c.close() for c in crowd]
    yz.wait_until("descriptors to come back", lambda: descriptors() <= before + 2)


def test_who_does_not_read_is_cut():
    greedy = bare.client(server, "admin")
    started, sent = time.monotonic(), 0
    greedy.socket.settimeout(1)
    try:
        while time.monotonic() - started < 60:
            greedy.send_bytes(b"".join(b"g%d session.help {\"entity\":\"session\"}\n" % (sent + i) for i in range(16)))
            sent += 16
    except (OSError, ssl.SSLError):
        pass
    # the server stopped reading long before it would have kept all the answers
    yz.wait_until("the greedy one to be cut", lambda: "does not read: cut" in server.log_path.read_text(errors="replace")
                  or "unsent, cut" in server.log_path.read_text(errors="replace"), 60)
    assert bare.client(server, "admin").call("session.ping") == {}
    assert status("VmRSS") < 1_500_000


def test_connections_of_an_address_before_login():
    small = bare.make_server()
    kept = [socket.create_connection((small.host, small.port), timeout=5) for _ in range(20)]
    one_more = socket.create_connection((small.host, small.port), timeout=30)
    assert seconds_until_closed(one_more)[0] < 4.5, "before the handshake's timer"
    [k.close() for k in kept]
    yz.wait_until("a place", lambda: can_enter(small))
    users = [bare.client(small, "admin") for _ in range(30)]  # logged in, they do not count
    assert all(u.call("session.ping") == {} for u in users)
    small.stop()


def can_enter(at):
    try:
        with bare.client(at) as client:
            return client.call("session.ping") == {}
    except (OSError, yz.Closed):
        return False


def test_tls():
    for version, good in ((ssl.TLSVersion.TLSv1_2, False), (ssl.TLSVersion.TLSv1_3, True)):
        context = ssl.create_default_context(cafile=str(server.ca))
        context.minimum_version = context.maximum_version = version
        try:
            with context.wrap_socket(raw(), server_hostname=server.host) as wrapped:
                assert good and wrapped.recv(100).startswith(b"* hello ")
        except ssl.SSLError:
            assert not good


def test_plain_text_is_answered_by_silence():
    connection = raw()
    connection.sendall(b"a session.ping\n")
    waited, data = seconds_until_closed(connection)
    assert waited < 4.5 and b"hello" not in data and b"ok" not in data, data


def test_tls_sessions_resume():
    kept = server.state / "sess"

    def connect(option):
        """Until the server has greeted, which is after it gave its ticket."""
        with subprocess.Popen(["openssl", "s_client", "-connect", server.address, "-CAfile", server.ca, option, kept], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as program:
            heard = ""
            while "* hello " not in heard and (line := program.stdout.readline()):
                heard += line
            return heard + program.communicate(timeout=30)[0]

    assert "New, TLSv1.3" in connect("-sess_out") and kept.exists()
    assert "Reused, TLSv1.3" in connect("-sess_in")


def test_a_terminals_certificate_names_it():
    dir = yz.temp_dir()

    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=dir)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=tills", "-days", "2")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "till.key", "-out", "till.csr", "-subj", "/CN=till-0007")
    openssl("x509", "-req", "-in", "till.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-out", "till.crt", "-days", "2", "-CAcreateserial")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "bad.key", "-out", "bad.crt", "-subj", "/CN=till-0007", "-days", "2")
    tills = bare.make_server(settings=[f'tls_client_ca = "{dir}/ca.crt"'])

    def connect(name):
        context = ssl.create_default_context(cafile=str(tills.ca))
        if name:
            context.load_cert_chain(dir / f"{name}.crt", dir / f"{name}.key")
        wrapped = context.wrap_socket(socket.create_connection((tills.host, tills.port), timeout=10), server_hostname=tills.host)
        wrapped.sendall(f"a session.login {json.dumps({'user': 'admin', 'password': yz.PASSWORD, 'terminal': 'dev'})}\n".encode())
        answer = b""
        while answer.count(b"\n") < 2:
            answer += wrapped.recv(65536) or (_ for _ in ()).throw(ConnectionError())
        return json.loads(answer.split(b"\n")[1].split(b" ", 2)[2])

    with_one, without = connect("till"), connect(None)
    rows = dict(tills.cluster.sql("SELECT id, coalesce(terminal, '-') FROM session", tills.database))
    assert rows[str(with_one["session_id"])] == "till-0007" and rows[str(without["session_id"])] == "-"
    try:
        connect("bad")
        raise AssertionError("a strange certificate was taken")
    except (ssl.SSLError, ConnectionError):
        pass
    tills.stop()


def test_the_end_does_not_wait_for_ever():
    """What still runs when the time for it is over is cancelled, requests and scheduled work: the server is gone long before them."""
    late = bare.make_server(settings=["drain_seconds = 1"])
    client = bare.client(late, "admin")
    late.cluster.sql("CREATE POLICY slow ON branch AS RESTRICTIVE FOR SELECT TO yizhan_app USING ((SELECT true FROM pg_sleep(60)))", late.database)
    late.cluster.sql("CREATE OR REPLACE FUNCTION seal_run(p_most int DEFAULT 5000) RETURNS bigint LANGUAGE sql SECURITY DEFINER"
                     " SET search_path = pg_catalog, public, pg_temp AS 'SELECT 0::bigint FROM pg_sleep(60)'", late.database)
    client.send("branch.export", {"format": "csv"})
    asleep = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{late.database}' AND wait_event = 'PgSleep'"
    yz.wait_until("both to run", lambda: len(late.cluster.sql(asleep)) == 2)
    started = time.monotonic()
    late.stop()
    assert time.monotonic() - started < 30, time.monotonic() - started
    yz.wait_until("both to be cancelled", lambda: not late.cluster.sql(asleep))


def test_what_is_noted_of_statements_is_nobodys_to_read():
    log = yz.temp_dir() / "statements"
    noted = bare.make_server(settings=[f'statement_log = "{log}"'])
    bare.client(noted, "admin").close()
    yz.wait_until("statements", lambda: log.stat().st_size > 0)
    assert log.stat().st_mode & 0o777 == 0o600, oct(log.stat().st_mode)
    noted.stop()


def test_a_session_may_be_idle_only_so_long():
    """A ping does not count; and who does not log in at all may ask for a minute."""
    for name, words in (("idle", "Idle"), ("stranger", "No login in time")):
        sitting[name].join(120)
        seconds, end = left[name]
        assert 50 < seconds < 100 and words in end, (name, seconds, end)
    leave.set()
    sitting["busy"].join()
    assert "busy" not in left and busy.call("session.whoami")["user"] == "admin"
    with bare.client(server) as again:
        assert bare.refusal(again.call, "session.resume", {"token": idle.session["token"]}).code == "unauthenticated"
    assert server.cluster.sql(f"SELECT end_reason FROM session WHERE id = {idle.session['session_id']}", server.database) == [["idle"]]


def finish():
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
