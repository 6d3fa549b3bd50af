"""Each statement of each command is made to fail, to hit nothing, or to lose the connection: afterwards all or nothing, the reply says which, and
the same key again gives exactly one effect.

A command's effect is what a clean run of it adds to and changes in every table. After a fault the rows are those from before, byte for byte, or
the whole effect is there.
"""
import collections
import subprocess
import time
import uuid

import company
import yz

co = company.Company()
# What the server does beside any command: sealing, balances, jobs, sessions.
BESIDE = {"seal", "job", "session", "era", "migration", "ledger_number", "ledger_head", "ledger_counter", "message_cursor"}
TABLES = [t for (t,) in co.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1")
          if t not in BESIDE and not t.startswith(("balance", "seal"))]
NOW = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
# These write nothing else; all other jobs would write beside a command what is taken for its effect.
JOBS = "('seal', 'balance_roll')"
NOTHING_DONE = {"unavailable", "internal", "busy", "conflict", "not_found", "invalid", "forbidden", "duplicate", "unauthenticated"}


def pause_jobs():
    """None but JOBS run from now on, and these leave no row of a run for the next hour."""
    co.sql(f"UPDATE job SET disabled_at = now() WHERE name NOT IN {JOBS}")
    co.sql("DELETE FROM job_run")
    until = time.monotonic() + 60
    while co.one(f"SELECT (SELECT count(*) FROM job WHERE name NOT IN {JOBS} AND claimed_by IS NOT NULL) +"
                 f" (SELECT count(*) FROM job j WHERE name IN {JOBS} AND NOT EXISTS (SELECT FROM job_run r WHERE r.job_id = j.id))") != "0":
        assert time.monotonic() < until, "the jobs come to rest"
        time.sleep(0.1)


def snapshot():
    """(the transaction that comes next, rows of each table)"""
    counts = co.sql(" UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in TABLES))
    return int(co.one(NOW)), {t: int(n) for t, n in counts}


def grown(before):
    """What was done since: table → (rows more or less, rows written). A row that nobody wrote is the row it was, byte for byte."""
    since, counts = before
    rows = co.sql(" UNION ALL ".join(f"SELECT '{t}', count(*), count(*) FILTER (WHERE xmin::text::bigint >= {since}) FROM {t}" for t in TABLES))
    more = {t: (int(n) - counts[t], int(written)) for t, n, written in rows}
    return {t: done if t != "search_key" else "some" for t, done in more.items() if done != (0, 0)}


def key():
    return uuid.uuid4().hex


def attempt(client, verb, args):
    try:
        return "ok", client.call(verb, args)
    except yz.Refused as refusal:
        return refusal.code, refusal.error


# ---------------------------------------------------------------------------------------------------------------- the commands

def on(id, table="rescue_order", **more):
    return {"id": id, "version": co.version(id, table), "key": key(), **more}


def job(state, **more):
    """An order in a state of the job, on a free vehicle."""
    vehicle = co.vehicle["VA1"]
    co.free(vehicle)
    return co.order_in(state, "VA1", **more)


def money(state, price_fen=20000):
    """An order in a state of the money, by the short way."""
    vehicle = co.vehicle["VA5"]
    id = co.order()
    co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(), km=5)
    for action, user, more, reached in (("audit", "accountant", {}, "audited"), ("price", "finance_manager", {"price_fen": price_fen}, "priced"),
                                        ("receive", "cashier", {"method": "transfer"}, "received")):
        if state in ("unaudited",):
            return id
        co.step(user, action, id, **more)
        if state == reached:
            return id
    return id


def held():
    """An order whose driver holds 200 yuan, half of them received."""
    id = money("unaudited")
    co.step("driver", "collect", id, taken_fen=20000, taken_method="cash_on_site") if co.row(id)["driver_id"] == co.employee["driver"] else co.sql(
        f"UPDATE rescue_order SET taken_fen = 20000, taken_method = 'cash_on_site' WHERE id = {id}")
    return id


def handin():
    return {"key": key(), "method": "cash", "lines": [{"order_id": held(), "amount_fen": 15000}, {"order_id": held()}], "short_reason": "the rest tomorrow"}


def handed():
    return {"id": co.as_("cashier").do("handin.create", {k: v for k, v in handin().items() if k != "key"})["id"], "version": 1, "key": key(), "reason": "miscounted"}


def statement():
    """An agreed one over two orders of a firm of its own."""
    firm, vehicle = customer(), co.vehicle["VA5"]
    for n in range(2):
        id = co.order(customer_id=firm)
        co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(), km=5)
        co.step("accountant", "audit", id)
        co.step("finance_manager", "price", id, price_fen=9000)
    id = co.as_("accountant").do("statement.create", {"party_id": firm})["id"]
    for name in ("send", "agree"):
        co.as_("accountant").do(f"statement.{name}", {"id": id, "version": co.version(id, "statement")})
    return id


def missing(fen=15000):
    """Of one order all of it, of another a part."""
    return {"key": key(), "settled_by": "wages", "lines": [{"order_id": held(), "amount_fen": fen - 5000}, {"order_id": held(), "amount_fen": 5000}], "short_reason": "lost"}


def settled(fen=15000):
    made = co.as_("accountant").do("shortage.create", {k: v for k, v in missing(fen).items() if k != "key"})
    return {"id": made["id"], "version": 1, "key": key()}


def above(settled_by="driver", fen=700):
    """A hand-in with so much above it, of a driver who holds nothing else."""
    id, vehicle = co.order(), co.vehicle["VA6"]
    co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(), km=5, taken_fen=1000, taken_method="cash_on_site")
    made = co.as_("cashier").do("handin.create", {"lines": [{"order_id": id}], "over_fen": fen, "short_reason": "nobody knows whose"})
    return {"key": key(), "handin_id": made["id"], "settled_by": settled_by, "short_reason": "his own"}


def above_settled(settled_by, fen):
    made = co.as_("accountant").do("overage.create", {k: v for k, v in above(settled_by, fen).items() if k != "key"})
    return {"id": made["id"], "version": 1, "key": key()}


def owing():
    """Twice there, and the one who goes owes a part of an order and has paid another too well."""
    goes, vehicle = customer(), co.vehicle["VA5"]
    for received in (4000, 12000):
        id = co.order(customer_id=goes)
        co.step("order_clerk", "backfill", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle], done_at=yz.utc_now(), km=5)
        co.step("accountant", "audit", id)
        co.step("finance_manager", "price", id, price_fen=9000)
        co.step("cashier", "receive", id, method="transfer", amount_fen=received)
    return on(goes, "party", into_id=customer(), reason="there twice")


def bad_debt():
    id = money("priced")
    co.step("cashier", "receive", id, amount_fen=0, final=True)
    return id


def asked_for():
    id = bad_debt()
    co.step("accountant", "clear", id, difference_reason="bad_debt")
    return id


def agreed():
    """Of a customer who has none: two that hold at once are refused."""
    return {"party_id": customer(), "service": "tow", "base_fen": 20000, "item_prices": [{"code": "dolly", "each_fen": 500}], "key": key()}


def short_paid():
    id = money("priced")
    co.step("cashier", "receive", id, method="transfer", amount_fen=15000, final=True)
    return id


def dispatch():
    vehicle = co.vehicle["VA1"]
    co.free(vehicle)
    return on(co.order(), vehicle_id=vehicle, driver_id=co.driver_of[vehicle])


def customer():
    return co.as_("admin").do("customer.create", {"name": f"客户 {key()}", "kind": "insurer", "contacts": [{"name": "林涛"}], "plates": [{"plate": "粤A55555"}]})["id"]


def employee():
    n = key()[:12]
    return co.as_("admin").do("employee.create", {"code": n, "name": n, "login": "e" + n, "branch_id": co.branch["A"]})["id"]


def period():
    first = int(co.one("SELECT min(id) FROM period WHERE state <> 'closed'"))
    if co.one(f"SELECT state FROM period WHERE id = {first}") == "closing":
        co.as_("finance_manager").do("period.abort", {"id": first, "version": co.version(first, "period")})
    return first


def for_nothing():
    """An order that costs nothing, and its driver gets his part all the same."""
    id = money("unaudited")
    co.step("accountant", "audit", id, commission_fen=700)
    co.step("finance_manager", "price", id, price_fen=0)
    return id


def asked(of=lambda: money("priced"), **what):
    """A repair that waits, of an order in the middle of its money."""
    id = of()
    made = co.step("branch_manager", "repair", id, reason="keyed wrong", **what)["repair"]
    return {"id": made["id"], "version": 1, "key": key()}


# name: (login, verb, what makes its arguments)
COMMANDS = {
    "create an order": ("order_clerk", "rescue.create", lambda: {**co.order_args(), "key": key()}),
    "create a customer": ("order_clerk", "customer.create", lambda: {"name": f"王 {key()}", "kind": "person", "plates": [{"plate": "粤A66666"}], "contacts": [{"name": "甲"}], "key": key()}),
    "create an employee": ("admin", "employee.create", lambda: (lambda n: {"code": n, "name": n, "login": "e" + n, "branch_id": co.branch["A"], "roles": ["counter"],
                                                                            "password": "a first password", "key": key()})(key()[:12])),
    "update an order": ("order_clerk", "rescue.update", lambda: on(co.order(), remarks="changed", contact_phone="13911112222")),
    "update lines": ("order_clerk", "customer.update", lambda: on(customer(), "party", contacts=[{"name": "韩梅梅"}, {"name": "李雷"}], plates=[])),
    "disable": ("admin", "customer.disable", lambda: on(customer(), "party", reason="tried")),
    "disable an employee": ("admin", "employee.disable", lambda: on(employee(), "employee")),
    "delete": ("admin", "customer.delete", lambda: on(customer(), "party")),
    "dispatch": ("dispatcher", "rescue.dispatch", dispatch),
    "accept": ("dispatcher", "rescue.accept", lambda: on(job("dispatched"))),
    "refuse": ("driver", "rescue.refuse", lambda: on(job("dispatched"), reason="busy")),
    "depart": ("dispatcher", "rescue.depart", lambda: on(job("accepted"))),
    "arrive": ("dispatcher", "rescue.arrive", lambda: on(job("on_the_way"))),
    "complete": ("dispatcher", "rescue.complete", lambda: on(job("arrived"), km=5, items=[{"code": "toll", "quantity": 1, "amount_fen": 1500}])),
    "empty run": ("dispatcher", "rescue.empty_run", lambda: on(job("accepted"), reason="other", charge_fen=5000)),
    "recall": ("dispatcher", "rescue.recall", lambda: on(job("accepted"), reason="other")),
    "replace": ("dispatcher", "rescue.replace", lambda: on(job("arrived"), reason="other", outcome="done", km=3)),
    "void": ("dispatcher", "rescue.void", lambda: on(job("dispatched"), reason="other")),
    "copy": ("order_clerk", "rescue.copy", lambda: on(co.order())),
    "backfill": ("order_clerk", "rescue.backfill", lambda: on(co.order(), vehicle_id=co.vehicle["VA5"], driver_id=co.driver_of[co.vehicle["VA5"]], done_at=yz.utc_now(), km=4)),
    "audit": ("accountant", "rescue.audit", lambda: on(money("unaudited"))),
    "price": ("finance_manager", "rescue.price", lambda: on(money("audited"), price_fen=20000)),
    "price again": ("finance_manager", "rescue.price", lambda: on(money("priced"), price_fen=18000)),
    "return": ("finance_manager", "rescue.return", lambda: on(money("priced"), reason="other")),
    "receive": ("cashier", "rescue.receive", lambda: on(money("priced"), method="transfer")),
    "receive a part": ("cashier", "rescue.receive", lambda: on(money("priced"), method="qr", amount_fen=7000)),
    "clear": ("accountant", "rescue.clear", lambda: on(money("received"))),
    "clear a difference": ("accountant", "rescue.clear", lambda: on(short_paid(), difference_reason="discount")),
    "one-stop": ("finance_manager", "rescue.onestop", lambda: on(money("unaudited"), price_fen=9900, method="qr")),
    "ask for a repair": ("branch_manager", "rescue.repair", lambda: on(money("priced"), reason="keyed wrong", customer_id=co.party["F2"])),
    "approve a repair": ("finance_manager2", "repair.approve", lambda: asked(customer_id=co.party["F2"], price_fen=18000)),
    "approve a step back": ("finance_manager2", "repair.approve", lambda: asked(back=True)),
    "approve a step back of no charge": ("finance_manager2", "repair.approve", lambda: asked(of=for_nothing, back=True)),
    "reject a repair": ("finance_manager", "repair.reject", lambda: {**asked(price_fen=18000), "reason": "no"}),
    "receive the driver's money": ("cashier", "rescue.receive", lambda: on(money("priced"), method="cash_on_site")),
    "hand in": ("cashier", "handin.create", handin),
    "take a hand-in back": ("accountant", "handin.reverse", handed),
    "settle a statement": ("accountant", "statement.settle", lambda: on(statement(), "statement", method="transfer", amount_fen=10000)),
    "merge a customer": ("branch_manager", "customer.merge", lambda: on(customer(), "party", into_id=customer(), reason="there twice")),
    "merge a customer who owes": ("accountant", "customer.merge_money", owing),
    "settle a shortage": ("accountant", "shortage.create", missing),
    "ask for a shortage": ("accountant", "shortage.create", lambda: missing(25000)),
    "approve a shortage": ("finance_manager", "shortage.approve", lambda: settled(25000)),
    "decline a shortage": ("finance_manager", "shortage.decline", lambda: {**settled(25000), "reason": "look for it"}),
    "take a shortage back": ("finance_manager", "shortage.reverse", lambda: {**settled(), "reason": "found"}),
    "settle an overage": ("accountant", "overage.create", above),
    "approve an overage": ("finance_manager", "overage.approve", lambda: above_settled("income", 6000)),
    "take an overage back": ("finance_manager", "overage.reverse", lambda: {**above_settled("driver", 700), "reason": "an order's"}),
    "ask to give up": ("accountant", "rescue.clear", lambda: on(bad_debt(), difference_reason="bad_debt")),
    "approve giving up": ("finance_manager", "rescue.approve", lambda: on(asked_for())),
    "decline giving up": ("finance_manager", "rescue.decline", lambda: on(asked_for(), reason="try again")),
    "create an agreement": ("finance_manager", "agreement.create", agreed),
    "start closing": ("finance_manager", "period.start_closing", lambda: on(period(), "period")),
}


# ---------------------------------------------------------------------------------------------------------------- the harness

class Case:
    statements = 0

    def __init__(self, name, login, verb, make):
        self.name, self.login, self.verb, self.make = name, login, verb, make
        self.wrong = []
        self.effect = None
        self.outcomes = collections.Counter()

    def say(self, where, what):
        self.wrong.append(f"{where}: {what}")

    def clean(self):
        """The effect of a run without a fault, and that a repeat adds nothing to it."""
        args, client = self.make(), co.as_(self.login)
        before = snapshot()
        code, answer = attempt(client, self.verb, args)
        self.effect = grown(before)
        again = attempt(client, self.verb, args)
        if code != "ok" or not self.effect or again != (code, answer) or grown(before) != self.effect:
            self.say("clean run", f"{code} {answer} {self.effect} {again}")
        return not self.wrong

    def run(self, kind, nth):
        """False when the command has no such statement: nothing happened to it."""
        args = self.make()
        client = co.as_(self.login)
        before = snapshot()
        client.call("session.fault", {"kind": kind, "nth": nth})
        code, answer = attempt(client, self.verb, args)
        self.outcomes[kind, code] += 1
        self.judge(kind, f"{kind} {nth}", code, answer, grown(before))
        self.repeat(kind, f"{kind} {nth}", args, code, answer, before)
        return code != "ok"

    def same(self, kind, effect):
        """A read of lines that finds none cannot be told from there being none: then other lines are written, but one command."""
        if kind == "miss" and self.verb == "customer.update":
            return {k: v for k, v in effect.items() if not k.startswith("party_")} == {k: v for k, v in self.effect.items() if not k.startswith("party_")}
        return effect == self.effect

    def judge(self, kind, where, code, answer, effect):
        if code == "ok":
            if not self.same(kind, effect):
                self.say(where, f"said done, and did {effect}, not {self.effect}")
        elif code == "unknown_outcome":
            if answer.get("retry") != "same_key":
                self.say(where, f"does not say what to do {answer}")
            if effect and effect != self.effect:
                self.say(where, f"a part was done: {effect}, not {self.effect}")
        elif code not in NOTHING_DONE:
            self.say(where, f"answered {code}")
        elif effect:
            self.say(where, f"said {code}, and did {effect}")

    def repeat(self, kind, where, args, code, answer, before):
        again = attempt(co.as_(self.login), self.verb, args)
        effect = grown(before)
        if again[0] != "ok":
            self.say(where, f"the same key again after {code}: {again}")
        elif code == "ok" and again[1] != answer:
            self.say(where, f"another answer to the same key: {answer} {again[1]}")
        elif not self.same(kind, effect):
            self.say(where, f"after the repeat: {effect}, not {self.effect}")


def try_everything(name):
    case = Case(name, *COMMANDS[name])
    if not case.clean():
        return case
    last = 1
    while case.run("fail", last) and last < 60:
        last += 1
    case.statements = last - 1
    for nth in range(1, last):
        case.run("miss", nth)
        case.run("cut" if nth % 2 else "cut_after", nth)
    for kind in ("cut", "cut_after"):
        case.run(kind, last - 1)
    return case


def make_test(name):
    def test():
        case = try_everything(name)
        yz.check(not case.wrong, f"{name}: {case.verb}, all or nothing" + "".join("\n    " + w[:400] for w in case.wrong[:6]))
        outcomes = case.outcomes
        yz.check(case.statements >= 4, f"{name}: {case.statements} statements each failed, hit nothing, were lost")
        yz.check(outcomes["fail", "unavailable"] + outcomes["fail", "internal"] >= case.statements - 1,
                 f"{name}: a statement that fails is our fault, and said so { {c: n for (k, c), n in outcomes.items() if k == 'fail'} }")
        after = {c: n for (k, c), n in outcomes.items() if k == "cut_after"}
        yz.check(set(after) == {"ok", "unknown_outcome"}, f"{name}: what was lost behind COMMIT is unknown, whatever was lost before it is done anew {after}")
        yz.check(set(c for k, c in outcomes if k == "cut") == {"ok"}, f"{name}: a connection lost before the end costs nothing { {c: n for (k, c), n in outcomes.items() if k == 'cut'} }")
    test.__name__ = "test_" + name.replace(" ", "_").replace("-", "_")
    return test


for command in COMMANDS:
    globals()["test_" + command.replace(" ", "_").replace("-", "_")] = make_test(command)


FAULTS = {
    "connections that died": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'yizhan_app'",
    "a statement that fails": "CREATE TRIGGER broken BEFORE INSERT ON session FOR EACH ROW EXECUTE FUNCTION broken()",
    "a COMMIT that fails": "CREATE CONSTRAINT TRIGGER broken AFTER INSERT ON session DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION broken()",
    "a COMMIT that is refused after all": "CREATE CONSTRAINT TRIGGER broken AFTER UPDATE ON employee DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION broken()",
}


def test_login():
    """A login has no key: whatever happens, nobody is half in, and the next one works."""
    co.sql("CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$")
    mine = f"SELECT count(*) FROM session WHERE employee_id = {co.employee['service_desk']} AND ended_at IS NULL"
    login = {"user": "service_desk", "password": yz.PASSWORD}
    for name, fault in FAULTS.items():
        with yz.Client(co.server) as client:
            before = int(co.one(mine))
            co.sql(fault)
            code = attempt(client, "session.login", login)[0]
            inside = attempt(client, "session.whoami", {})[0]
            made = int(co.one(mine)) - before
            co.sql("DROP TRIGGER IF EXISTS broken ON session; DROP TRIGGER IF EXISTS broken ON employee")
            good = (code, inside, made) == (("ok", "ok", 1) if "died" in name else ("internal", "unauthenticated", 0))
            yz.check(good, f"login, {name}: {code}, then {inside}, {made} sessions")
            if inside != "ok":
                yz.check(attempt(client, "session.login", login)[0] == "ok", f"login, {name}: the next one works")
    with co.cluster.session(co.database) as other, yz.Client(co.server) as client:
        other.sql("BEGIN; LOCK TABLE session")
        code = attempt(client, "session.login", login)[0]
        other.sql("ROLLBACK")
        yz.check(code == "busy", f"login, while others hold the table: {code}")
        yz.check(attempt(client, "session.login", login)[0] == "ok", "login, once they let go")


def test_the_books():
    yz.check(co.books()[0] == 0, "debits are credits")
    orphans = co.one("SELECT (SELECT count(*) FROM document d WHERE d.amount_fen <> 0 AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = d.entry_id)) +"
                     " (SELECT count(*) FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM document d WHERE d.entry_id = e.id))")
    yz.check(orphans == "0", f"each document has its entry, each entry its document ({orphans})")
    hanging = co.one("SELECT count(*) FROM vehicle v FULL JOIN rescue_order o ON o.id = v.order_id"
                     " WHERE coalesce(o.state IN ('dispatched', 'accepted', 'on_the_way', 'arrived'), false) <> (v.order_id IS NOT NULL)")
    yz.check(hanging == "0", f"vehicles and orders agree ({hanging})")
    done = subprocess.run([str(yz.YIZHANCTL), "--config", str(co.server.state / "test.conf"), "check"], capture_output=True, text=True,
                          env={**yz.os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    yz.check(done.returncode == 0, f"yizhanctl check {done.stdout[-500:] if done.returncode else ''}{done.stderr[-500:] if done.returncode else ''}")


def finish():
    co.stop()


pause_jobs()
# Where a vehicle stands for the first time is a row more, and later that row changed.
co.sql("SELECT vehicle_stand(id, 113.2644, 23.1291, now() - interval '1 day') FROM vehicle")
yz.main(globals())
