"""A private cluster with the schema in it, for tests of the database's own truths. No server of ours runs here.

The horizon (the oldest transaction still running) is the cluster's, not the database's, so these tests share no cluster with others.
"""
import atexit
import json
import pathlib
import queue
import re
import subprocess
import sys
import threading
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lib"))
import yz  # noqa: E402

SCHEMA = yz.ROOT / "schema"
LEVELS = {"app": "yizhan_app", "owner": "yizhan_owner", "tail": "yizhan_tail", "super": "postgres"}
TEMPLATE = "t_schema"
_cluster = None

COMPANY = """
INSERT INTO branch (id, code, name, kind) VALUES (1, 'HQ', 'Head office', 'head_office');
INSERT INTO branch (id, parent_id, code, name) VALUES (2, 1, 'A', 'Tianhe'), (3, 1, 'B', 'Panyu'), (4, 2, 'A1', 'Tianhe east');
INSERT INTO employee (id, branch_id, code, name, login, roles) VALUES
    (1, 1, 'E1', 'Ann', 'ann', '{admin}'), (2, 2, 'E2', 'Bob', 'bob', '{driver}'), (3, 2, 'E3', 'Cid', 'cid', '{accountant}'),
    (4, 3, 'E4', 'Dan', 'dan', '{accountant}'), (5, 1, 'E5', 'Eva', 'eva', '{finance_manager}');
INSERT INTO party (id, code, name, branch_id, kind, phone) VALUES
    (1, 'P1', '张三', 2, 'person', '13800000001'), (2, 'P2', '李四', 3, 'person', '13800000002'),
    (3, 'P3', '平安保险', NULL, 'insurer', '95511');
SELECT setval('branch_id_seq', 100), setval('employee_id_seq', 100), setval('party_id_seq', 100);
"""


class Refused(Exception):
    def __init__(self, text):
        super().__init__(text)
        found = re.search(r"(?:ERROR|FATAL):  ([0-9A-Z]{5}):", text)
        self.code = found.group(1) if found else None


def psql(database, level, stop=True):
    return ["psql", "-XAtq", "-v", f"ON_ERROR_STOP={int(stop)}", "-v", "VERBOSITY=verbose", "-F", "|", "-d",
            cluster().conninfo(database, LEVELS[level])]


def cluster():
    global _cluster
    if _cluster is None:
        _cluster = yz.Cluster()
        _cluster.create(TEMPLATE)
        for path in sorted(SCHEMA.glob("[0-9]*.sql")):
            _run(TEMPLATE, "owner", "BEGIN;\n" + path.read_text() + "\nCOMMIT;")
        _run(TEMPLATE, "owner", COMPANY)
    return _cluster


def _run(database, level, text):
    done = subprocess.run(psql(database, level), input=text, capture_output=True, text=True)
    if done.returncode:
        raise Refused(done.stderr)
    return [line.split("|") for line in done.stdout.splitlines()]


def settings(scope=None, self_=None):
    """What the core sets with BEGIN; unset unless asked for, as on a fresh connection."""
    text = ""
    if scope is not None:
        text += f"SET app.scope = '{{{','.join(map(str, scope))}}}'; SET app.scope_vehicle = '{{}}';\n"
    if self_ is not None:
        text += f"SET app.self = '{self_}';\n"
    return text


class Store:
    """One database of its own, with a small company in it."""

    def __init__(self, template=TEMPLATE):
        self.name = "t_" + uuid.uuid4().hex[:12]
        self.sessions = []
        cluster().create(self.name, template=template)
        self.sql((SCHEMA / "setup_database.sql").read_text(), "super")      # rights on the database are not copied

    def copy(self):
        """Another store with the same rows in it, to be spoilt. The sessions of this one end."""
        for session in self.sessions:
            session.close()
        self.sessions.clear()
        yz.wait_until("the sessions to end", lambda: cluster().sql(
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{self.name}'") == [["0"]])
        return Store(self.name)

    def sql(self, text, level="owner", scope=None, self_=None):
        return _run(self.name, level, settings(scope, self_) + text)

    def one(self, text, level="owner", scope=None, self_=None):
        rows = self.sql(text, level, scope, self_)
        assert len(rows) == 1 and len(rows[0]) == 1, rows
        return rows[0][0]

    def refused(self, code, text, level="owner", scope=None, self_=None):
        try:
            self.sql(text, level, scope, self_)
        except Refused as refused:
            assert refused.code == code, f"wanted {code}: {refused}"
            return str(refused)
        raise AssertionError(f"went through: {text}")

    def post(self, lines, key=None, level="owner", **more):
        return self.one("SELECT " + post_call(lines, key, **more), level)

    def seal(self):
        """Seals all there is; the horizon may lag behind other sessions of the test."""
        while int(self.one("SELECT seal_run()")):
            pass

    def roll(self):
        while int(self.one("SELECT balance_roll()")):
            pass

    def check(self):
        """The errors of the whole check."""
        return self.sql("SELECT what, row_name FROM ledger_check() WHERE severity = 'error'")

    def tamper(self, text):
        """As somebody with the superuser's password and no scruples."""
        self.sql("SET session_replication_role = replica;\n" + text, "super")


class Session:
    """One connection that stays, so that a test can hold a transaction open or wait for a lock."""

    def __init__(self, store, level="owner", scope=None, self_=None):
        self.store = store
        self.process = subprocess.Popen(psql(store.name, level, stop=False), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, bufsize=1)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        store.sessions.append(self)
        atexit.register(self.close)
        self.do(settings(scope, self_))
        self.pid = int(self.do("SELECT pg_backend_pid();")[0])

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def send(self, text):
        self.process.stdin.write(text + "\n\\echo =done=\n")
        self.process.stdin.flush()

    def answer(self, seconds=20.0):
        rows = []
        while True:
            line = self.lines.get(timeout=seconds)
            if line is None or line == "=done=":
                break
            rows.append(line)
        text = "\n".join(rows)
        if re.search(r"(ERROR|FATAL):", text):
            raise Refused(text)
        return rows

    def do(self, text):
        self.send(text)
        return self.answer()

    def refused(self, code, text=None):
        if text is not None:
            self.send(text)
        try:
            self.answer()
        except Refused as refused:
            assert refused.code == code, refused
            return
        raise AssertionError("went through")

    def wait_blocked(self):
        yz.wait_until(f"session {self.pid} to wait for a lock", lambda: self.store.one(
            f"SELECT count(*) FROM pg_stat_activity WHERE pid = {self.pid} AND wait_event_type = 'Lock'", "super") == "1")

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()


def post_call(lines, key=None, **more):
    request = {"key": key or uuid.uuid4().hex, "branch_id": 2, "day": "2026-03-05", "maker_id": 3, **more}
    if lines is not None:
        request["lines"] = lines
    return "ledger_post('" + json.dumps(request, ensure_ascii=False).replace("'", "''") + "')"


def two_lines(fen, debit="1122", credit="5001", **more):
    return [{"account": debit, "side": "D", "amount_fen": fen, **more}, {"account": credit, "side": "C", "amount_fen": fen, **more}]
