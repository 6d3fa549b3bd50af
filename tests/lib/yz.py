"""What every test of the running parts uses: a private PostgreSQL cluster, the real server, the line protocol, a terminal.

Nothing here knows a business rule. Everything listens on loopback or a unix socket in a temporary directory, on free ports, and is
stopped by pid. Only the standard library.
"""
import atexit
import contextlib
import fcntl
import json
import os
import pathlib
import pwd
import queue
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("YIZHAN_BUILD", ROOT / "build-checked")).resolve()
PASSWORD = "relay-station-demo"
YIZHAND = BUILD / "server" / "yizhand"
YIZHANCTL = BUILD / "server" / "yizhanctl"
YIZHAN = BUILD / "client" / "yizhan"


PATIENCE = 60.0     # seconds: what comes at once here may take long on a busy machine, and waiting costs only who waits in vain


def wait_until(what, condition, seconds=PATIENCE):
    """Waits for a condition, never for a time; returns what the condition gave."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.01)


def utc_now(seconds=0):
    """The time, so many seconds from now, as the protocol writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


_ports = []


def free_port():
    """A port of this process alone, to be listened at now, later, and again: none that the kernel gives to outgoing connections, and
    claimed by a name that no two processes can hold and that ends with this one."""
    low, high = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    ports = list(range(10240, low)) or list(range(high + 1, 65536))
    random.shuffle(ports)
    for port in ports:
        claim = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            claim.bind(f"\0yizhan-test-port-{port}")
            probe.bind(("127.0.0.1", port))
            _ports.append(claim)
            return port
        claim.close()
    raise RuntimeError("no port is free")


def still_there(look, paths):
    """What `look` gives for each path that is still there: what a process has open, its threads and its children come and go meanwhile."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            yield look(path)


def temp_dir(prefix="yizhan-test-"):
    path = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def pg_bin():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed")
    return found[-1].parent


class Cluster:
    """A PostgreSQL cluster of this test run, run by an unprivileged user. fsync is off unless a test of crashes asks for it."""

    def __init__(self, fsync=False, settings=()):
        self.dir = temp_dir("yizhan-pg-")
        self.socket = self.dir
        self.owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self.dir, entry.pw_uid, entry.pw_gid)
        self.data = self.dir / "db"
        self._as_owner([pg_bin() / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                        "--locale=C.UTF-8", "--no-instructions", "--no-sync"])
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.write(f"listen_addresses=''\nunix_socket_directories='{self.dir}'\nmax_connections=200\n"
                       f"shared_buffers=256MB\nfsync={'on' if fsync else 'off'}\nautovacuum_naptime=20s\nlog_min_messages=warning\n"
                       "max_wal_size=2GB\n" + "".join(f"{s}\n" for s in settings))
        self.start()
        atexit.register(self.stop)

    def _as_owner(self, argv, **kw):
        argv = [str(a) for a in argv]
        if os.getuid() == 0:
            argv = ["runuser", "-u", self.owner, "--", *argv]
        kw.setdefault("stdout", subprocess.DEVNULL)
        return subprocess.run(argv, check=True, cwd="/", **kw)

    def start(self):
        self._as_owner([pg_bin() / "pg_ctl", "-D", self.data, "-l", self.dir / "log", "-w", "-t", "60", "start"])

    def stop(self, mode="immediate"):
        with contextlib.suppress(subprocess.CalledProcessError):
            self._as_owner([pg_bin() / "pg_ctl", "-D", self.data, "-m", mode, "-w", "stop"], stderr=subprocess.DEVNULL)

    def postmaster_pid(self):
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def conninfo(self, database, user):
        return f"host={self.socket} dbname={database} user={user}"

    def sql(self, text, database="postgres", user="postgres"):
        """Runs SQL through psql; returns the rows as lists of text."""
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\x1f", "-d", self.conninfo(database, user)],
                              input=text, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return [line.split("\x1f") for line in done.stdout.splitlines()]

    def session(self, database, user="postgres"):
        return SqlSession(self.conninfo(database, user))

    def create(self, database, template=None):
        if template:
            self.sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
            return
        # Roles belong to the cluster: two that set them at once meet in "tuple concurrently updated".
        with open(self.dir / "roles.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.sql((ROOT / "schema" / "setup_cluster.sql").read_text())
            self.sql(f'CREATE DATABASE "{database}" OWNER yizhan_owner ENCODING \'UTF8\' TEMPLATE template0')
            self.sql((ROOT / "schema" / "setup_database.sql").read_text(), database)


class SqlSession:
    """One psql kept open, for tests that look between every two steps. Not for settings that stay."""

    def __init__(self, conninfo):
        self.process = subprocess.Popen(["psql", "-XAtq", "-F", "\x1f", "-d", conninfo], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.lock = threading.Lock()

    def sql(self, text):
        with self.lock:
            self.process.stdin.write(text.rstrip().rstrip(";") + ";\n\\echo \x1e\n")
            self.process.stdin.flush()
            lines = list(iter(lambda: self.process.stdout.readline().rstrip("\n"), "\x1e"))
        if any(line.startswith(("ERROR:", "FATAL:")) for line in lines):
            raise RuntimeError("\n".join(lines))
        return [line.split("\x1f") for line in lines]

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def shared_cluster():
    """The run's own cluster (made by tests/run.py, found by its environment), or one for this file alone."""
    given = os.environ.get("YIZHAN_TEST_CLUSTER")
    if given:
        cluster = Cluster.__new__(Cluster)
        cluster.dir = cluster.socket = pathlib.Path(given)
        cluster.data = cluster.dir / "db"
        cluster.owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        return cluster
    global _own_cluster
    if _own_cluster is None:
        _own_cluster = Cluster()
    return _own_cluster


_own_cluster = None
DEMO = "yizhan_demo"


def demo_database(cluster):
    """The demo company, made once per cluster by the server itself; tests copy it."""
    if cluster.sql(f"SELECT 1 FROM pg_database WHERE datname = '{DEMO}_ready'"):
        return DEMO
    cluster.create(DEMO)
    server = Server(cluster, DEMO, args=["--demo"], start_seconds=300)
    server.stop()
    cluster.sql(f'CREATE DATABASE "{DEMO}_ready" TEMPLATE template0')
    return DEMO


def fresh_demo(cluster=None):
    """A copy of the demo company for one test file. Its drivers are at work at any hour, and no hour or day costs more: a test must not go by the
    clock on the wall."""
    cluster = cluster or shared_cluster()
    name = copy_database(cluster, demo_database(cluster))
    cluster.sql("UPDATE employee SET work_from = '00:00', work_to = '00:00', work_days = '{1,2,3,4,5,6,7}' WHERE 'driver' = ANY (roles);"
                " UPDATE setting SET value = '00:00' WHERE name IN ('rescue.night_from', 'rescue.night_to');"
                " UPDATE base_item SET disabled_at = now() WHERE kind = 'holiday' AND code::date BETWEEN current_date - 1 AND current_date + 1", name)
    return cluster, name


def copy_database(cluster, source):
    """A database of one's own, dropped at the end. Two copies of one source wait for each other."""
    name = "t_" + uuid.uuid4().hex[:12]
    with open(cluster.dir / f"{source}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster.create(name, template=source)
    atexit.register(drop_database, cluster, name)
    return name


def drop_database(cluster, name):
    with contextlib.suppress(RuntimeError):
        cluster.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Server:
    """yizhand on a database of the cluster (or, with cluster None, on its own embedded one under `state`)."""

    def __init__(self, cluster, database=None, args=(), env=None, settings=(), state=None, start_seconds=120, listen=None):
        self.cluster, self.database = cluster, database
        self.state = pathlib.Path(state) if state else temp_dir("yizhan-state-")
        self.log_path = self.state / "yizhand.log"
        self.args, self.env, self.settings, self.listen = list(args), dict(env or {}), list(settings), listen or f"127.0.0.1:{free_port()}"
        self.start_seconds = start_seconds
        self.process = None
        self.start()
        atexit.register(self.kill)

    def start(self, listen=None):
        conf = self.state / "test.conf"
        lines = list(self.settings)
        if self.cluster:
            lines += [f'database = "{self.cluster.conninfo(self.database, "yizhan_app")}"',
                      f'database_owner = "{self.cluster.conninfo(self.database, "yizhan_owner")}"',
                      f'database_tail = "{self.cluster.conninfo(self.database, "yizhan_tail")}"']
            if os.getuid() == 0 and not any(line.startswith("user ") for line in lines):
                lines.append(f'user = "{self.cluster.owner}"')
        conf.write_text("\n".join(lines) + "\n")
        env = {**os.environ, "ASAN_OPTIONS": "abort_on_error=0:detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1", **self.env}
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen([str(YIZHAND), "--config", str(conf), "--state", str(self.state), "--listen", listen or self.listen,
                                         *self.args], stdout=subprocess.PIPE, stderr=self.log, env=env)
        ready = self._ready_line()
        if not ready.startswith("ready "):
            self.process.wait()
            raise RuntimeError(f"yizhand did not start:\n{self.log_tail()}")
        host, port = ready.split()[1].rsplit(":", 1)
        self.host, self.port = host, int(port)
        self.ca = self.state / "tls" / "ca.crt"

    def _ready_line(self):
        box = queue.Queue()
        threading.Thread(target=lambda: box.put(self.process.stdout.readline().decode()), daemon=True).start()
        try:
            return box.get(timeout=self.start_seconds)
        except queue.Empty:
            self.process.kill()
            return ""

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    def log_tail(self, lines=40):
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, seconds=60):
        """SIGTERM, and the exit must be clean: a sanitizer's report is a failure."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        if code != 0:
            raise AssertionError(f"yizhand ended with {code}:\n{self.log_tail(80)}")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self):
        """Starts again on the same port, as an operator would after a crash."""
        self.start(listen=f"127.0.0.1:{self.port}")


def keyed(verb):
    """Whether a command wants a key: what session.* calls so may be a step of a flow elsewhere."""
    entity, name = verb.split(".", 1)
    return name not in UNKEYED or entity != "session" and name in ("cancel", "unlock")


class Refused(Exception):
    """An `err` reply. A test decides by code alone, as a client does."""

    def __init__(self, verb, error):
        super().__init__(f"{verb}: {error.get('code')}: {error.get('message')} {({k: v for k, v in error.items() if k not in ('code', 'message')})}")
        self.code, self.error, self.field = error.get("code"), error, error.get("field")


class Closed(Exception):
    """The server closed the connection."""


# The last words of verbs that want no key.
UNKEYED = set("""
    balance cancel counts describe dress end_others estimate export fault get held hello help history hold list login logout mine needs overview
    own password ping popup print read release report results resume ringing suggest summary token totp_begin totp_confirm totp_end track
    trial_balance unmask unwatch watch whoami
""".split())


class Client:
    """The line protocol, spoken by hand."""

    def __init__(self, server, user=None, password=PASSWORD, timeout=PATIENCE, **login):
        context = ssl.create_default_context(cafile=str(server.ca))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        raw = socket.create_connection((server.host, server.port), timeout=timeout)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(raw, server_hostname=server.host)
        self.socket.settimeout(timeout)
        self.buffer = b""
        self.events = []
        self.n = 0
        self.hello = self._next_event("hello")
        self.session = None
        if user:
            self.session = self.call("session.login", {"user": user, "password": password, **login})

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send_bytes(self, data):
        self.socket.sendall(data)

    def line(self):
        while b"\n" not in self.buffer:
            try:
                data = self.socket.recv(65536)
            except (ConnectionError, ssl.SSLError) as error:
                if isinstance(error, (TimeoutError, socket.timeout)):
                    raise
                raise Closed(str(error)) from error
            if not data:
                raise Closed("end of stream")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def message(self):
        """(tag or '*', kind or event, object)"""
        tag, kind, text = self.line().split(" ", 2)
        return tag, kind, json.loads(text)

    def _next_event(self, name):
        tag, kind, data = self.message()
        assert tag == "*" and kind == name, (tag, kind, data)
        return data

    def send(self, verb, args=None, tag=None):
        self.n += 1
        tag = tag or f"t{self.n}"
        text = f"{tag} {verb}" + (f" {json.dumps(args, ensure_ascii=False)}" if args is not None else "")
        self.send_bytes(text.encode() + b"\n")
        return tag

    def answer(self, tag, verb="?"):
        """Waits for the final reply to a tag; rows on the way are collected into result['rows']."""
        rows = []
        while True:
            got, kind, data = self.message()
            if got == "*":
                self.events.append((kind, data))
                if kind == "bye":
                    raise Closed(json.dumps(data))
            elif got != tag:
                raise AssertionError(f"unexpected reply {got} {kind} {data}")
            elif kind == "row":
                rows.append(data)
            elif kind == "ok":
                if rows and "rows" not in data:
                    data["rows"] = rows
                return data
            elif kind == "err":
                raise Refused(verb, data)

    def call(self, verb, args=None, **more):
        args = {**(args or {}), **more}
        return self.answer(self.send(verb, args), verb)

    def do(self, verb, args=None, **more):
        """A changing command: adds a key, as every client must."""
        args = {**(args or {}), **more}
        if keyed(verb):
            args.setdefault("key", uuid.uuid4().hex)
        return self.call(verb, args)

    def refused(self, verb, args=None, **more):
        """The refusal of a command that must not go through."""
        try:
            data = self.do(verb, args, **more)
        except Refused as refusal:
            return refusal
        raise AssertionError(f"{verb} was done: {data}")

    def wait_event(self, name, match=lambda data: True, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while True:
            for i, (kind, data) in enumerate(self.events):
                if kind == name and match(data):
                    del self.events[i]
                    return data
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"no event {name}")
            self.socket.settimeout(left)
            try:
                tag, kind, data = self.message()
            except (TimeoutError, socket.timeout):
                raise AssertionError(f"no event {name}; had {self.events[-5:]}") from None
            finally:
                self.socket.settimeout(PATIENCE)
            assert tag == "*", (tag, kind, data)
            self.events.append((kind, data))


class Terminal:
    """A real terminal (tmux) of a given size with a program in it: keys in, screen out."""

    def __init__(self, argv, columns=80, lines=24, env=None, name=None, term="tmux-256color"):
        self.socket = "yz" + uuid.uuid4().hex[:10]
        self.columns, self.lines = columns, lines
        environment = {"LANG": "C.UTF-8", "TERM": term, "HOME": str(temp_dir("yizhan-home-")),
                       "ASAN_OPTIONS": "detect_leaks=0", **(env or {})}
        prefix = " ".join(f"{k}={_quote(v)}" for k, v in environment.items())
        command = f"exec env {prefix} " + " ".join(_quote(str(a)) for a in argv)
        conf = temp_dir() / "tmux.conf"
        conf.write_text("set -g default-terminal tmux-256color\nset -g escape-time 0\nset -g status off\nset -g remain-on-exit on\nset -g history-limit 0\n")
        subprocess.run(["tmux", "-L", self.socket, "-f", str(conf), "-u", "new-session", "-d", "-x", str(columns), "-y", str(lines), command],
                       check=True, env={**os.environ, "LANG": "C.UTF-8"})
        atexit.register(self.close)

    def tmux(self, *argv):
        return subprocess.run(["tmux", "-L", self.socket, "-u", *argv], capture_output=True, text=True, env={**os.environ, "LANG": "C.UTF-8"})

    def close(self):
        self.tmux("kill-server")

    def keys(self, *keys):
        """tmux's names for keys: Enter, Escape, Up, F10, C-k …"""
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", "--", text)

    def screen(self):
        return self.tmux("capture-pane", "-p").stdout.rstrip("\n").split("\n")

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen())

    def wait(self, what, seconds=PATIENCE):
        """Waits until the text (or all of several) is on the screen; returns the screen."""
        wanted = [what] if isinstance(what, str) else list(what)
        try:
            return wait_until(wanted, lambda: (lambda t: t if all(w in t for w in wanted) else None)(self.text()), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen was:\n{self.text()}") from None

    def wait_gone(self, what, seconds=PATIENCE):
        try:
            return wait_until(f"{what} to go", lambda: (lambda t: t if what not in t else None)(self.text()), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen was:\n{self.text()}") from None

    def resize(self, columns, lines):
        self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def dead(self):
        return self.tmux("display-message", "-p", "#{pane_dead}").stdout.strip() == "1"


def _quote(text):
    return "'" + str(text).replace("'", "'\\''") + "'"


_results = {"ok": 0, "fail": 0}


def check(condition, name):
    """One named check, counted on its own."""
    _results["ok" if condition else "fail"] += 1
    print(f"{'ok' if condition else 'FAIL'} {name}", flush=True)
    return bool(condition)


def main(module):
    """Runs the test_… functions of a file in order (those named on the command line, or all)."""
    only = sys.argv[1:]
    for name, function in list(module.items()):
        if not name.startswith("test_") or not callable(function) or (only and name not in only):
            continue
        try:
            function()
        except Exception:  # noqa: BLE001 - a test's failure is reported, whatever it is
            traceback.print_exc(file=sys.stdout)
            check(False, name)
        else:
            check(True, name)
    finish = module.get("finish")
    if finish:
        try:
            finish()
        except Exception:
            traceback.print_exc(file=sys.stdout)
            check(False, "finish")
    sys.exit(1 if _results["fail"] else 0)
