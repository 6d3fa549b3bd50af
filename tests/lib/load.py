"""The people of the small company at work, all at once: what every test of faults runs its faults against.

Each person is a thread with a terminal of its own. He does what a proper client must: every changing command has a key, the key goes out
again after a lost reply, `busy`, `unavailable` or `unknown_outcome`, a dropped line is taken up by resume, or by a login where the token
is gone. What goes out and what is acknowledged stands in a Record before the next request leaves; tests/lib/checker.py holds the
database against it.
"""
import atexit
import collections
import contextlib
import json
import os
import pathlib
import queue
import random
import signal
import subprocess
import threading
import time
import uuid

import company
import yz

THINK = 0.005  # seconds a person thinks between two commands


class Store:
    """The data as it lies, past every rule of the server: for checkers, and for planting what a checker must find."""

    def __init__(self, conninfo, database, ctl):
        self.conninfo, self.database, self.ctl = conninfo, database, [str(a) for a in ctl]

    @classmethod
    def of_cluster(cls, cluster, database):
        return cls(lambda user, name: cluster.conninfo(name, user), database,
                   ["--database", cluster.conninfo(database, "yizhan_app")])

    @classmethod
    def of_state(cls, state):
        """A server's own cluster; where its socket is stands in postmaster.pid, and may move at a start."""
        def conninfo(user, name):
            return f"host={postmaster_lines(state)[4]} dbname={name} user={user}"
        return cls(conninfo, "yizhan", ["--state", state])

    def sql(self, text, database=None):
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\x1f", "-d", self.conninfo("postgres", database or self.database)],
                              input=text, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return [line.split("\x1f") for line in done.stdout.splitlines()]

    def one(self, text):
        return self.sql(text)[0][0]

    def answers(self):
        try:
            return self.sql("SELECT 1") == [["1"]]
        except (RuntimeError, OSError, IndexError):
            return False

    def command(self, *words, **more):
        """yizhanctl on this data."""
        return subprocess.run([str(yz.YIZHANCTL), *self.ctl, *words], capture_output=True, text=True, cwd="/",
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1"}, **more)


def own_server(state=None, **more):
    """A server with its own PostgreSQL. Whatever becomes of the test, nothing of it is left running."""
    state = pathlib.Path(state) if state else yz.temp_dir("yizhan-state-")
    atexit.register(_clear, state)  # after the server's own end, which is registered later
    return yz.Server(None, state=state, start_seconds=120, **more)


def _clear(state):
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(state / "db"):
                os.kill(int(entry.name), signal.SIGKILL)


def postmaster_lines(state):
    return (pathlib.Path(state) / "db" / "postmaster.pid").read_text().split("\n")


def first_admin(store):
    """Who lets the others in. A password that somebody else set must be changed, except the very first."""
    if store.one("SELECT count(*) FROM employee WHERE login = 'admin' AND password_hash IS NOT NULL") == "1":
        return
    done = store.command("passwd", "admin", input=yz.PASSWORD + "\n")
    if done.returncode:
        raise RuntimeError(done.stderr)


def make_company(server, store):
    """The small company in an empty database that a server runs on: for a cluster that company.py cannot copy into."""
    first_admin(store)

    class Cluster:
        @staticmethod
        def sql(text, database=None):
            return store.sql(text)
    with yz.Client(server, "admin") as admin:
        company._fill(admin, Cluster, store.database)


class Record:
    """The acknowledgement file: one line per thing that happened, appended and out of this process before the next request leaves."""

    def __init__(self, path=None):
        self.path = pathlib.Path(path) if path else yz.temp_dir("yizhan-record-") / "acknowledged"
        self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, what, **more):
        line = json.dumps({"what": what, **more}, ensure_ascii=False).encode() + b"\n"
        if os.write(self.file, line) != len(line):
            raise OSError("the acknowledgement file cannot be written")


class Order:
    def __init__(self, id, version):
        self.id, self.version = id, version
        self.vehicle = None  # (vehicle id, login of its driver)


class Abandoned(Exception):
    """The load was told to give up: whether the command was done stays open, and the record says so."""


class Person(threading.Thread):
    """Somebody at a terminal."""

    def __init__(self, crowd, login, first=0):
        super().__init__(name=login, daemon=True)
        self.crowd, self.login = crowd, login
        self.random = random.Random(f"{crowd.seed} {login}")
        self.turn = first  # which server is next
        self.client = self.token = None

    # ---- the line

    def connect(self):
        end = self.crowd.ends[self.turn % len(self.crowd.ends)]
        self.client = yz.Client(end, timeout=20.0)
        self.client.end = end
        try:
            session = self._resume() if self.token else None
            session = session or self._call("session.login", {"user": self.login, "password": yz.PASSWORD, "terminal": self.name})
        except BaseException:
            self.drop()
            raise
        self.token = session["token"]
        self.crowd.record.note("session", id=session["session_id"], who=self.login)

    def _resume(self):
        """A token is good once: when the answer to it was lost, the password is asked for again."""
        token, self.token = self.token, None
        try:
            session = self._call("session.resume", {"token": token, "terminal": self.name})
        except yz.Refused as refused:
            if refused.code != "unauthenticated":
                self.token = token
                raise
            return None
        self.crowd.count("resumed")
        return session

    def _call(self, verb, args):
        return self.client.call(verb, args)

    def drop(self):
        if self.client:
            self.client.close()
            self.client = None

    def _lost(self):
        self.drop()
        self.turn += 1

    def _pause(self, tries):
        self.crowd.wait(min(0.02 * tries, 0.3) * (0.5 + self.random.random()))

    # ---- commands

    def command(self, verb, **args):
        """Done exactly once, or refused (yz.Refused). Goes on through whatever happens to server, database and line."""
        self.crowd.enter()
        try:
            key = args.setdefault("key", uuid.uuid4().hex)
            self.crowd.record.note("sent", key=key, who=self.login, verb=verb, args=args)
            try:
                answer = self._insist(verb, args)
            except yz.Refused as refused:
                self.crowd.record.note("refused", key=key, code=refused.code)
                self.crowd.count("refused")
                raise
            self.crowd.record.note("ok", key=key, answer=answer)
            self.crowd.count("acknowledged")
            return answer
        finally:
            self.crowd.leave()

    def read(self, verb, **args):
        self.crowd.enter()
        try:
            answer = self._insist(verb, args)
            self.crowd.count("read")
            return answer
        finally:
            self.crowd.leave()

    def _insist(self, verb, args):
        for tries in range(1, 1000000):
            if self.crowd.abandoned.is_set():
                raise Abandoned()
            try:
                if not self.client:
                    self.connect()
                if self.crowd.cutter and tries == 1:
                    self.crowd.cutter(self, verb)
                return self._call(verb, args)
            except yz.Refused as refused:
                if refused.code == "internal":
                    self.crowd.surprise(f"{self.login} {verb}: {refused}")
                elif refused.code == "unauthenticated":
                    self._lost()
                elif refused.code not in ("busy", "unavailable", "unknown_outcome", "limit"):
                    raise
                if refused.code == "unknown_outcome" and refused.error.get("retry") != "same_key":
                    self.crowd.surprise(f"{self.login} {verb}: {refused}")
                self.crowd.count(refused.code)
            except (yz.Closed, OSError) as error:
                if '"code"' in str(error):
                    self.crowd.count("bye")
                self._lost()
                self.crowd.count("lost")
            self.crowd.count("repeated")
            self._pause(tries)
        raise Abandoned()

    def step(self, order, action, **args):
        """A step of an order with the version known; somebody else's change in between is read and the step asked for anew."""
        while True:
            try:
                answer = self.command(f"rescue.{action}", id=order.id, version=order.version, **args)
                order.version = answer["version"]
                return answer
            except yz.Refused as refused:
                current = refused.error.get("current") or {}
                if refused.code != "conflict" or current.get("version", order.version) == order.version:
                    raise
                order.version = current["version"]

    # ---- the day's work

    def run(self):
        work = getattr(self, "work_" + self.login.rstrip("0123456789_"), None)
        try:
            while not self.crowd.ending.is_set():
                try:
                    work()
                except queue.Empty:
                    pass
                except yz.Refused as refused:
                    self.crowd.surprise(f"{self.login} {refused}")
                self.crowd.wait(self.crowd.think * 2 * self.random.random())
            if self.crowd.log_out and self.client and not self.crowd.abandoned.is_set():
                self._log_out()
        except Abandoned:
            pass
        except Exception as error:  # noqa: BLE001 - a person who fell over is a finding, not a silence
            self.crowd.surprise(f"{self.login} fell over: {type(error).__name__} {error}")
        finally:
            self.drop()

    def _log_out(self):
        session = self.read("session.whoami")["session_id"]
        try:
            self._call("session.logout", {})
        except (yz.Closed, OSError):
            return  # whether it was heard is not known
        self.crowd.record.note("out", id=session, who=self.login)

    def take(self, pile):
        return self.crowd.piles[pile].get(timeout=0.05)

    def put(self, pile, order):
        self.crowd.piles[pile].put(order)

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def work_order_clerk(self):
        if self.crowd.piles["new"].qsize() >= self.crowd.backlog:
            self.crowd.wait(0.02)
            return
        key = uuid.uuid4().hex
        answer = self.command("rescue.create", key=key, **self.crowd.order_args(remarks="key " + key))
        order = Order(answer["id"], answer["version"])
        self.crowd.orders.append(order.id)
        if self.chance(8):
            self.step(order, "void", reason="duplicate")
            return
        if self.chance(10):
            self.step(order, "contact", note="called, key " + key)
        if self.chance(10):
            self.step(order, "update", destination="黄埔大道 100 号", colour="white")
        self.put("new", order)
        if self.chance(15):
            self._urge(self.random.choice(self.crowd.orders))

    def _urge(self, id):
        """Of somebody else's order: he may be quicker, and the order may be done."""
        version = self.read("rescue.get", id=id)["version"]
        try:
            self.command("rescue.urge", id=id, version=version)
        except yz.Refused as refused:
            if refused.code != "conflict":
                raise

    def work_dispatcher(self):
        try:
            order = self.take("empty")
        except queue.Empty:
            pass
        else:
            self.step(order, "empty_run", reason="not_found", charge_fen=self.random.randrange(1, 90) * 100)
            self._free(order)
            self.put("done", order)
            return
        order = self.take("new")
        try:
            order.vehicle = self.take("vehicles")
        except queue.Empty:
            self.put("new", order)
            return
        if self.chance(10):
            assert self.read("rescue.suggest", id=order.id)["rows"]
        vehicle_id, driver = order.vehicle
        self.step(order, "dispatch", vehicle_id=vehicle_id, driver_id=self.crowd.employees[driver])
        if self.chance(5):
            self.step(order, "recall", reason="wrong_vehicle")
            self._free(order)
            self.put("new", order)
        else:
            self.put(driver, order)

    def _free(self, order):
        self.put("vehicles", order.vehicle)
        order.vehicle = None

    def work_driver(self):
        order = self.take(self.login)
        if self.chance(5):
            self.step(order, "refuse", reason="unfit")
            self._free(order)
            self.put("new", order)
            return
        self.step(order, "accept")
        self.step(order, "depart")
        if self.chance(6):
            self.put("empty", order)
            return
        self.step(order, "arrive")
        self.step(order, "complete", km=self.random.randrange(1, 60), items=[{"code": "toll", "quantity": 1, "amount_fen": 1500}])
        self._free(order)
        self.put("done", order)

    def work_accountant(self):
        if self.chance(50):
            order = self.take("received")
            left = order.price_fen - order.received_fen
            self.step(order, "clear", **({"difference_reason": "rounding"} if left > 0 else {}))
            self.crowd.count("cleared")
            return
        order = self.take("done")
        self.step(order, "audit", price_fen=self.random.randrange(1, 1000) * 100)
        self.put("audited", order)

    def work_finance_manager(self):
        order = self.take("audited")
        if self.chance(5):
            self.step(order, "price", price_fen=0)
            return
        order.price_fen = self.random.randrange(100, 90000)
        self.step(order, "price", price_fen=order.price_fen)
        if self.chance(10):
            order.price_fen += 700
            self.step(order, "price", price_fen=order.price_fen)
        elif self.chance(10):
            self.step(order, "return", reason="other")
            self.put("audited", order)
            return
        order.received_fen = 0
        self.put("priced", order)

    def work_cashier(self):
        order = self.take("priced")
        while order.received_fen < order.price_fen:
            part = order.price_fen - order.received_fen
            if order.received_fen == 0 and self.chance(30):
                part = max(part // 2, 1)
            short = order.received_fen > 0 and part > 1 and self.chance(30)
            part -= short
            key = uuid.uuid4().hex
            self.step(order, "receive", key=key, method="transfer", amount_fen=part, remarks="key " + key, **({"final": True} if short else {}))
            order.received_fen += part
            if short:
                break
        self.put("received", order)


LOGINS = ("order_clerk", "order_clerk2", "dispatcher", "dispatcher2", "driver", "driver2", "driver3", "driver4", "driver5", "driver6",
          "accountant", "accountant2", "finance_manager", "finance_manager2", "cashier", "cashier2")


class Crowd:
    """All of them. `ends` are where the servers are (a yz.Server, or a proxy in front of one); people spread over them."""

    def __init__(self, store, ends, record=None, seed=1, think=THINK, backlog=12, log_out=True, logins=LOGINS):
        self.store, self.ends, self.record = store, list(ends), record or Record()
        self.seed, self.think, self.backlog, self.log_out = seed, think, backlog, log_out
        self.lock = threading.Condition()
        self.counts = collections.Counter()
        self.surprises, self.orders = [], []
        self.ending, self.abandoned = threading.Event(), threading.Event()
        self.paused, self.under_way = False, 0
        self.cutter = None  # called by each person before a command goes out for the first time
        self.employees = {login: int(id) for login, id in store.sql("SELECT login, id FROM employee")}
        self.customers = [int(r[0]) for r in store.sql("SELECT id FROM party WHERE branch_id IS NULL AND kind = 'insurer' AND NOT result_required")]
        self.piles = collections.defaultdict(queue.Queue)
        for vehicle, driver in store.sql("SELECT DISTINCT ON (v.id) v.id, e.login FROM vehicle v JOIN vehicle_driver d ON d.vehicle_id = v.id"
                                         " JOIN employee e ON e.id = d.driver_id WHERE v.order_id IS NULL AND v.disabled_at IS NULL"
                                         " ORDER BY v.id, d.position"):
            if driver in logins:
                self.piles["vehicles"].put((int(vehicle), driver))
        self.piles = {pile: self.piles[pile] for pile in ("vehicles", "new", "empty", "done", "audited", "priced", "received", *logins)}
        self.people = [Person(self, login, n) for n, login in enumerate(logins)]

    def order_args(self, **more):
        n = uuid.uuid4().int
        return {"customer_id": self.customers[n % len(self.customers)], "principal": "王小明", "contact_name": "王小明", "contact_phone": "13800138000",
                "plate": f"粤A{n % 90000 + 10000}", "car_model": "sedan", "service": "tow", "road": "city", **company.PLACE, **more}

    def start(self):
        for person in self.people:
            person.start()
        return self

    # ---- what the people say

    def count(self, what):
        with self.lock:
            self.counts[what] += 1
            self.lock.notify_all()

    def surprise(self, what):
        """Something a proper client must never meet."""
        with self.lock:
            self.surprises.append(what)

    def wait(self, seconds):
        self.abandoned.wait(seconds)

    def enter(self):
        with self.lock:
            while self.paused and not self.abandoned.is_set():
                self.lock.wait(0.2)
            self.under_way += 1

    def leave(self):
        with self.lock:
            self.under_way -= 1
            self.lock.notify_all()

    # ---- what a test says

    def wait_done(self, more, seconds=60.0, what="acknowledged"):
        """Waits until so many more commands are acknowledged."""
        goal = self.counts[what] + more
        with self.lock:
            if not self.lock.wait_for(lambda: self.counts[what] >= goal, seconds):
                raise AssertionError(f"the work stands still: {dict(self.counts)} {self.surprises[-3:]}")

    def wait_busy(self, least=3, seconds=30.0):
        """Waits until so many commands are under way, so that a fault hits something."""
        with self.lock:
            if not self.lock.wait_for(lambda: self.under_way >= least, seconds):
                raise AssertionError(f"nobody works: {dict(self.counts)}")

    def pause(self, seconds=60.0):
        """Everybody finishes what is under way and waits; then every key is settled."""
        with self.lock:
            self.paused = True
            if not self.lock.wait_for(lambda: self.under_way == 0, seconds):
                raise AssertionError(f"{self.under_way} commands do not end: {dict(self.counts)}")

    def rest(self, judge):
        """Everybody waits while the checker looks."""
        self.pause()
        try:
            return judge.must_hold()
        finally:
            self.go_on()

    def go_on(self):
        with self.lock:
            self.paused = False
            self.lock.notify_all()

    def stop(self, seconds=60.0):
        """Everybody finishes what he is at, logs out and goes."""
        self.ending.set()
        self.go_on()
        end = time.monotonic() + seconds
        for person in self.people:
            person.join(max(end - time.monotonic(), 0.1))
        late = [p.name for p in self.people if p.is_alive()]
        self.abandoned.set()
        for person in self.people:
            person.join(30)
        if late:
            raise AssertionError(f"never ended: {late}; {dict(self.counts)}")
        return self

    def summary(self):
        words = ("acknowledged", "cleared", "refused", "repeated", "lost", "unavailable", "unknown_outcome", "busy", "resumed")
        return ", ".join(f"{self.counts[w]} {w}" for w in words)


def defects_in_log(path):
    """What a server must never write, whatever happened around it."""
    bad = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "incident ")
    return [line for line in pathlib.Path(path).read_text(errors="replace").splitlines() if any(b in line for b in bad)]
