"""A small company made through the protocol itself: a head office, two stations and one below the first; one login per base role at each station.

Tests of rights, races and failures need to know exactly who and what is there. It is made once per cluster; each test file gets a copy.
"""
import fcntl
import subprocess
import uuid

import yz

NAME = "yizhan_small"
ROLES = ("call_taker", "order_clerk", "dispatcher", "driver", "agent", "reception", "tour_planner", "product_editor", "channel_editor",
         "operations", "marketing", "counter", "service_desk", "store_accountant", "accountant", "finance_manager", "cashier",
         "branch_manager", "auditor", "admin", "partner")
ALL_BRANCHES = ("tour_planner", "product_editor", "channel_editor", "operations", "marketing", "finance_manager", "auditor", "admin")
VEHICLES_A, VEHICLES_B = 6, 2
PLACE = {"place": "广州市天河区体育西路 1 号", "lon": 113.3245, "lat": 23.1377}


def key():
    return uuid.uuid4().hex


def fresh(cluster=None):
    """A copy of the small company: (cluster, database)."""
    cluster = cluster or yz.shared_cluster()
    with open(cluster.dir / "small.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not cluster.sql(f"SELECT 1 FROM pg_database WHERE datname = '{NAME}'"):
            _make(cluster)
    return cluster, yz.copy_database(cluster, NAME)


def _make(cluster):
    draft = NAME + "_draft"
    yz.drop_database(cluster, draft)
    cluster.create(draft)
    server = yz.Server(cluster, draft)
    first_admin(server)
    with yz.Client(server, "admin") as admin:
        _fill(admin, cluster, draft)
    server.stop()
    cluster.sql(f'ALTER DATABASE "{draft}" RENAME TO "{NAME}"')


def first_admin(server, login="admin", password=yz.PASSWORD):
    """The way in when nobody can log in yet."""
    done = subprocess.run([str(yz.YIZHANCTL), "--config", str(server.state / "test.conf"), "passwd", login], input=password + "\n",
                          capture_output=True, text=True, env={**yz.os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    if done.returncode:
        raise RuntimeError(done.stderr)


def _fill(admin, cluster, database):
    head = admin.call("branch.list")["rows"][0]["id"]
    a = admin.do("branch.create", {"code": "A", "name": "天河救援站", "parent_id": head, "place_lon": 113.36, "place_lat": 23.12})["id"]
    below = admin.do("branch.create", {"code": "A1", "name": "天河东分站", "parent_id": a, "place_lon": 113.40, "place_lat": 23.13})["id"]
    b = admin.do("branch.create", {"code": "B", "name": "福田救援站", "parent_id": head, "place_lon": 114.05, "place_lat": 22.54})["id"]
    for role in ROLES:
        if role != "admin":
            _person(admin, role, a, role)
        if role not in ALL_BRANCHES:
            _person(admin, role + "_b", b, role)
    for extra in ("order_clerk", "dispatcher", "accountant", "cashier", "finance_manager", "admin"):
        _person(admin, extra + "2", a, extra)
    _person(admin, "order_clerk_a1", below, "order_clerk")
    drivers_a = [_driver(admin, "driver", a)] + [_person(admin, f"driver{n}", a, "driver") for n in range(2, VEHICLES_A + 1)]
    drivers_b = [_driver(admin, "driver_b", b), _person(admin, "driver2_b", b, "driver")]
    # everybody's first password is the same one: hashing it for each would take the whole run
    cluster.sql("UPDATE employee SET password_hash = (SELECT password_hash FROM employee WHERE login = 'admin'), password_at = now(),"
                " must_change_password = false, work_days = '{1,2,3,4,5,6,7}', work_from = '00:00', work_to = '00:00'", database)
    # photos and signatures are the matter of one test: the others' drivers take none
    cluster.sql("UPDATE setting SET value = 'no' WHERE name = 'rescue.proof'", database)
    for n, driver in enumerate(drivers_a, 1):
        _vehicle(admin, f"VA{n}", f"粤A0000{n}", a, driver)
    for n, driver in enumerate(drivers_b, 1):
        _vehicle(admin, f"VB{n}", f"粤B0000{n}", b, driver)
    admin.do("customer.create", {"code": "F1", "name": "平安保险", "kind": "insurer", "phone": "02083331234"})
    admin.do("customer.create", {"code": "F2", "name": "太平洋保险", "kind": "insurer", "phone": "02083335678", "result_required": True})
    admin.do("customer.create", {"code": "PA", "name": "王小明", "kind": "person", "branch_id": a, "phone": "13800138000"})
    admin.do("customer.create", {"code": "PB", "name": "李雷", "kind": "person", "branch_id": b, "phone": "13900139000"})
    admin.do("supplier.create", {"code": "S1", "name": "顺达拖车行", "kind": "other_firm", "phone": "02083339999"})


def _person(admin, login, branch, role):
    return admin.do("employee.create", {"code": login.upper(), "name": login, "login": login, "branch_id": branch, "roles": [role]})["id"]


def _driver(admin, login, branch):
    return admin.call("employee.list", {"filter": {"login": login, "branch_id": branch}})["rows"][0]["id"]


def _vehicle(admin, code, plate, branch, driver):
    return admin.do("vehicle.create", {"code": code, "plate": plate, "type": "flatbed", "branch_id": branch, "drivers": [{"driver_id": driver}]})["id"]


class Company:
    """A server on a copy of the small company, with a client per login opened when it is first asked for."""

    def __init__(self, servers=1, **options):
        self.cluster, self.database = fresh()
        self.servers = [yz.Server(self.cluster, self.database, **options) for _ in range(servers)]
        self.server = self.servers[0]
        self.clients = {}
        self.psql = self.cluster.session(self.database)
        rows = self.sql("SELECT code, id FROM branch")
        self.branch = {code: int(id) for code, id in rows}
        self.vehicle = {code: int(id) for code, id in self.sql("SELECT code, id FROM vehicle")}
        self.party = {code: int(id) for code, id in self.sql("SELECT code, id FROM party")}
        self.employee = {login: int(id) for login, id in self.sql("SELECT login, id FROM employee")}
        self.driver_of = {int(v): int(d) for v, d in self.sql("SELECT vehicle_id, driver_id FROM vehicle_driver")}

    def verbs(self):
        """Every verb there is, as the manual lists them."""
        text = subprocess.run([str(yz.YIZHANCTL), "man", "verbs"], capture_output=True, text=True, check=True,
                              env={**yz.os.environ, "ASAN_OPTIONS": "detect_leaks=0"}).stdout
        return [line.split()[2] for line in text.splitlines() if line.startswith(".It Ic ")]

    def sql(self, text):
        return self.psql.sql(text)

    def one(self, text):
        return self.sql(text)[0][0]

    def as_(self, login):
        if login not in self.clients:
            self.clients[login] = yz.Client(self.server, login)
        return self.clients[login]

    def new_client(self, login, server=0):
        return yz.Client(self.servers[server], login)

    def person(self, login, roles, branch="A", **more):
        """Somebody new, who logs in with the password of all."""
        id = self.as_("admin").do("employee.create", {"code": login.upper(), "name": login, "login": login, "branch_id": self.branch[branch],
                                                      "roles": list(roles), **more})["id"]
        self.sql(f"UPDATE employee SET password_hash = (SELECT password_hash FROM employee WHERE login = 'admin'), password_at = now(),"
                 f" must_change_password = false WHERE id = {id}")
        self.employee[login] = id
        return id

    def stop(self):
        for client in self.clients.values():
            client.close()
        self.psql.close()
        for server in self.servers:
            server.stop()

    def run_job(self, name, times=2):
        """Waits until a job has begun and ended so often from now on, without waiting for its pace."""
        for _ in range(times):
            at = self.one("SELECT clock_timestamp()")
            self.sql(f"UPDATE job SET next_at = now() WHERE name = '{name}'")
            yz.wait_until(f"the job {name}", lambda: self.one(
                f"SELECT started_at > '{at}' AND claimed_by IS NULL FROM job WHERE name = '{name}'") == "t")

    # ---- rescue orders

    def order_args(self, **more):
        return {"customer_id": self.party["F1"], "principal": "王小明", "contact_name": "王小明", "contact_phone": "13800138000",
                "plate": f"粤A{uuid.uuid4().int % 90000 + 10000}", "car_model": "sedan", "service": "tow", "road": "city", **PLACE, **more}

    def order(self, clerk="order_clerk", **more):
        return self.as_(clerk).do("rescue.create", self.order_args(**more))["id"]

    def row(self, id, user="auditor"):
        return self.as_(user).call("rescue.get", {"id": id})

    def version(self, id, table="rescue_order"):
        return int(self.one(f"SELECT version FROM {table} WHERE id = {id}"))

    def step(self, user, action, id, **more):
        """One step with the version as it is now."""
        return self.as_(user).do(f"rescue.{action}", {"id": id, "version": self.version(id), **more})

    def refuse(self, user, action, id, **more):
        return self.as_(user).refused(f"rescue.{action}", {"id": id, "version": self.version(id), **more})

    def free(self, vehicle):
        """Takes a vehicle off whatever it is on, by the dispatcher's hand."""
        for id, state, version in self.sql(f"SELECT o.id, o.state, o.version FROM rescue_order o WHERE o.vehicle_id = {vehicle} AND o.state IN"
                                           " ('dispatched', 'accepted', 'on_the_way', 'arrived')"):
            dispatcher = self.as_("dispatcher" if int(id) in self.ids_of("A") else "dispatcher_b")
            action = "empty_run" if state == "arrived" else "recall"
            dispatcher.do(f"rescue.{action}", {"id": int(id), "version": int(version), "reason": "other"})

    def ids_of(self, branch):
        return {int(r[0]) for r in self.sql(f"SELECT id FROM rescue_order WHERE branch_id = {self.branch[branch]}")}

    ROAD = ("dispatch", "accept", "depart", "arrive", "complete")
    MONEY = ("audit", "price", "receive", "clear")
    WHO = {"audit": "accountant", "price": "finance_manager", "receive": "cashier", "clear": "accountant"}

    def order_in(self, state, vehicle="VA1", price_fen=30000, b=False, **more):
        """A new order walked to a state of the job or of the money. The vehicle must be free."""
        tail = "_b" if b else ""
        id = self.order("order_clerk" + tail, **more)
        stages = {"new": 0, "dispatched": 1, "accepted": 2, "on_the_way": 3, "arrived": 4, "unaudited": 5, "done": 5, "audited": 6,
                  "priced": 7, "received": 8, "cleared": 9}
        if state == "void":
            self.step("order_clerk" + tail, "void", id, reason="other")
            return id
        if state == "empty":
            self.walk(id, 2, vehicle, price_fen, tail)
            self.step("dispatcher" + tail, "empty_run", id, reason="other", charge_fen=price_fen)
            return id
        self.walk(id, stages[state], vehicle, price_fen, tail)
        return id

    def walk(self, id, upto, vehicle, price_fen, tail=""):
        vehicle_id = self.vehicle[vehicle]
        args = {"dispatch": {"vehicle_id": vehicle_id, "driver_id": self.driver_of[vehicle_id]}, "complete": {"km": 10},
                "price": {"price_fen": price_fen}, "receive": {"method": "transfer", "amount_fen": price_fen}}
        version = self.version(id)
        for action in (self.ROAD + self.MONEY)[:upto]:
            user = self.WHO.get(action, "dispatcher")
            user += "" if user in ALL_BRANCHES else tail
            version = self.as_(user).do(f"rescue.{action}", {"id": id, "version": version, **args.get(action, {})})["version"]

    # ---- the books

    def books(self):
        """(debits less credits, lines, documents)"""
        row = self.sql("SELECT coalesce(sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END), 0), count(*),"
                       " (SELECT count(*) FROM document) FROM ledger_line")[0]
        return tuple(int(v) for v in row)
