#!/usr/bin/env python3
"""The dispatcher's evening: three hundred calls between six and midnight, by everybody of a dispatch centre at two servers, over lines that break.

Afterwards each order is what the script's own model says, each message went out once, the books hold, and no vehicle is on a job.
"""
import collections
import contextlib
import re
import subprocess
import time
import zlib

import company
import evening as e
import gateways as g
import people
import proxy
import yz
from yz import check

SEED = int(yz.os.environ.get("YIZHAN_SEED", "20261122"))
CALLS, NOTICES, VEHICLES, MINUTES, LOST = 300, 45, 28, 360, 0.03
LOGINS = ("call_taker", "order_clerk", "dispatcher", "dispatcher2", "driver", "driver2", "accountant", "accountant2", "finance_manager",
          "finance_manager2", "cashier", "branch_manager", "partner")
# What is told whom after which step, and the letter the text begins with.
RULES = (("rescue.create", "contact", "C"), ("rescue.dispatch", "contact", "D"), ("rescue.dispatch", "driver", "J"), ("rescue.complete", "contact", "E"),
         ("rescue.empty_run", "contact", "X"), ("rescue.void", "contact", "V"))

sendsms = g.Sendsms()
co = company.Company(servers=2, settings=g.settings(sendsms.url))
began = time.monotonic()


def set_up():
    admin = co.as_("admin")
    people.cheap_passwords(co.cluster, co.database)
    co.sql("UPDATE setting SET value = '00:00' WHERE name IN ('message.quiet_from', 'message.quiet_to')")
    co.sql("UPDATE setting SET value = '1000' WHERE name = 'message.per_second'")
    for event, recipient, letter in RULES:
        body = letter + " {number}"
        template = admin.do("message_template.create", {"code": f"evening_{letter.lower()}", "channel": "sms", "about": "rescue", "body_en": body, "body_zh_cn": body, "body_zh_tw": body})["id"]
        admin.do("message_rule.create", {"event": event, "recipient": recipient, "template_id": template, "urgent": True})
    partner = admin.do("customer.create", {"code": "PX", "name": "平台公司", "kind": "insurer", "phone": "02083330000", "result_required": True})["id"]
    admin.do("partner.create", {"party_id": partner, "code": "platform", "branch_id": co.branch["A"], "minute_max": 10000, "day_max": 10000})
    admin.do("employee.update", {"id": co.employee["partner"], "version": co.version(co.employee["partner"], "employee"), "party_id": partner})
    for n in range(company.VEHICLES_A + 1, VEHICLES + 1):
        driver = company._person(admin, f"night{n}", co.branch["A"], "driver")
        co.vehicle[f"VA{n}"] = company._vehicle(admin, f"VA{n}", f"粤A9{n:04d}", co.branch["A"], driver)
        co.driver_of[co.vehicle[f"VA{n}"]] = driver
    co.sql("UPDATE employee SET phone = '137' || lpad(id::text, 8, '0'), work_days = '{1,2,3,4,5,6,7}', work_from = '00:00', work_to = '00:00'"
           " WHERE 'driver' = ANY (roles)")
    fleet = [(v, co.driver_of[v], f"137{co.driver_of[v]:08d}") for code, v in sorted(co.vehicle.items()) if code.startswith("VA")]
    return partner, fleet


def clock(clients, zero):
    """All servers' clocks are moved by the same, and never back: or somebody would set out before he had accepted."""
    told = 0

    def move(minute):
        nonlocal told
        ahead = int(zero + minute * 60 - time.time())
        if ahead > told:
            told = ahead
            for client in clients:
                client.call("session.clock", {"seconds": ahead})
    return move


def play():
    partner, fleet = set_up()
    ends = [proxy.Proxy(server) for server in co.servers]
    staff = {login: e.Person(login, ends, SEED, LOST) for login in LOGINS}
    movers = [co.new_client("admin", n) for n in range(2)]
    zero = time.time()
    evening = e.Evening(SEED, staff, e.Fleet(fleet), clock(movers, zero))
    evening.company = e.Company([co.party["F1"], co.party["PA"]], partner)
    evening.drivers = {login: co.employee[login] for login in ("driver", "driver2")}
    evening.notices, evening.cash = {}, collections.defaultdict(bool, {n: n % 25 == 0 for n in range(1, CALLS + 1)})
    evening.at = lambda minute: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(zero + minute * 60))
    evening.add(0, e.waits(evening, 2 * MINUTES))
    for n, minute in enumerate(e.minutes_of(SEED, CALLS, MINUTES), 1):
        evening.add(minute, e.call(evening, n))
    for n, minute in enumerate(e.minutes_of(f"{SEED} notices", NOTICES, MINUTES), 1):
        evening.add(minute, e.pushed(evening, 1000 + n))
    evening.run()
    hand_in(evening, staff["cashier"])
    e.close(staff)
    for client in movers:
        client.close()
    for end in ends:
        end.close()
    return evening, staff, ends


def hand_in(evening, cashier):
    """At the end of the night each driver brings what he took."""
    held = collections.defaultdict(list)
    for order in evening.orders:
        if order.method == "cash_on_site" and order.money in ("received", "cleared"):
            held[order.vehicle[1]].append(order)
    for orders in held.values():
        cashier.do("handin.create", {"method": "cash", "lines": [{"order_id": o.id} for o in orders]})
        for order in orders:
            order.version += 1
    evening.counts["hand-ins"] = len(held)


evening = staff = ends = None


def test_the_evening():
    global evening, staff, ends
    evening, staff, ends = play()
    sums = sum((person.counts for person in staff.values()), collections.Counter())
    end = zlib.crc32(repr([(o.number, o.state, o.money, o.result, o.urges, o.price, o.received, o.version) for o in sorted(evening.orders, key=lambda o: o.number)]).encode())
    print(f"note seed {SEED}, which ends as {end:08x}: {', '.join(f'{n} {what}' for what, n in sorted(evening.counts.items()))}")
    print(f"note {len(evening.orders)} orders, {sums['commands']} commands by {len(staff)} people at two servers until minute {evening.minute}, {sums['lines broken']} lines broken,"
          f" {sums['sent again']} commands sent again; {time.monotonic() - began:.0f} s")
    check(len(evening.orders) >= CALLS and sum(end.cuts() for end in ends) > 20, "everybody rang, and lines broke")
    for what in ("refusals", "recalls", "replaced vehicles", "empty runs", "duplicates", "cancellations", "appointments", "repairs", "one-stops", "priced again", "returned"):
        check(evening.counts[what] > 0, f"there were {what}: {evening.counts[what]}")


def test_every_order_is_what_it_must_be():
    rows = {int(r[0]): r[1:] for r in co.sql("SELECT id, number, state, coalesce(money_state, ''), result, version, urges, customer_id, coalesce(price_fen, -1), received_fen,"
                                             " coalesce(vehicle_id, 0) FROM rescue_order")}
    check(set(rows) == {o.id for o in evening.orders}, f"there are {len(rows)} orders and no other")
    wrong = []
    for o in evening.orders:
        want = [o.name, o.state, o.money or "", o.result, str(o.version), str(o.urges), str(o.customer)]
        got = rows[o.id][:7]
        if got != want:
            wrong.append((o.number, got, want))
        if o.money in ("audited", "priced", "received", "cleared") and rows[o.id][7:9] != [str(o.price), str(o.received)]:
            wrong.append((o.number, rows[o.id][7:9], o.price, o.received))
        if o.state in ("done", "empty") and rows[o.id][9] != str(o.vehicle[0]):
            wrong.append((o.number, "vehicle", rows[o.id][9], o.vehicle))
    check(not wrong, f"state, money, result, version and vehicle of each {wrong[:4]}")
    live = [o.number for o in evening.orders if o.state not in ("done", "empty", "void")]
    check(not live, f"none is left in the middle {live}")
    told = {int(id): state for id, state in co.sql("SELECT id, state FROM order_notice")}
    check(told == evening.notices, f"{len(told)} notices, each as it was handled")


def test_no_vehicle_is_on_a_job():
    check(co.sql("SELECT code, state, order_id FROM vehicle WHERE order_id IS NOT NULL OR state <> 'idle'") == [], "all stand idle")
    twice = co.sql("SELECT a.id, b.id FROM rescue_order a JOIN rescue_order b ON a.vehicle_id = b.vehicle_id AND a.id < b.id AND a.state IN ('done', 'empty') AND b.state IN ('done', 'empty')"
                   " AND a.accepted_at < b.done_at AND b.accepted_at < a.done_at WHERE a.accepted_at IS NOT NULL AND b.accepted_at IS NOT NULL")
    check(twice == [], f"and none was on two at once {twice[:3]}")


def test_every_message_went_out_once():
    want = collections.Counter()
    for o in evening.orders:
        for (letter, phone), n in o.told.items():
            want[(phone, f"【驿站】{letter} {o.name}")] += n
    waiting = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')"
    with contextlib.suppress(AssertionError):       # what is missing then is told below
        yz.wait_until("the last message", lambda: len(sendsms.heard) >= sum(want.values()) and co.one(waiting) == "0", 40)
    heard = collections.Counter((h["X-Kannel-To"], h["body"]) for h in sendsms.heard)
    check(heard == want, f"{sum(want.values())} messages, each once by its rule; too few {list((want - heard).items())[:4]}, too many {list((heard - want).items())[:4]}")
    states = dict(co.sql("SELECT state, count(*) FROM message GROUP BY 1"))
    check(states == {"sent": str(sum(want.values()))}, f"and each is known to be sent {states}")


def test_every_posting_balances():
    check(co.books()[0] == 0, f"debits are credits {co.books()}")
    uneven = co.sql("SELECT entry_id FROM ledger_line GROUP BY entry_id HAVING sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) <> 0")
    check(uneven == [], "in each entry")
    side = "CASE l.side WHEN 'D' THEN l.amount_fen ELSE -l.amount_fen END"
    of = collections.defaultdict(dict)
    for id, account, sum_ in co.sql(f"SELECT d.row_id, l.account, sum({side}) FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id WHERE d.entity = 'rescue' GROUP BY 1, 2"):
        of[int(id)][account] = int(sum_)
    wrong = [(o.number, of[o.id], what) for o in evening.orders for what in faults_of(o, of[o.id])]
    check(not wrong, f"of each order what is owed, earned and paid is as it must be {wrong[:3]}")
    with_drivers = co.one(f"SELECT coalesce(sum({side}), 0) FROM ledger_line l WHERE l.account = '1221'")
    check(with_drivers == "0" and evening.counts["hand-ins"] > 2, f"what drivers took is handed in {with_drivers} {evening.counts['hand-ins']}")
    checked = subprocess.run([str(yz.YIZHANCTL), "--database", co.cluster.conninfo(co.database, "yizhan_app"), "check"], capture_output=True, text=True,
                             env={**yz.os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    bad = [line for line in checked.stdout.splitlines() if line.startswith("WRONG")]
    check(not bad and "were added up" in checked.stdout, f"the operator's check is clean {bad[:3]} {checked.stderr[-200:]}")


MONEY = {"cash": "1001", "transfer": "1002", "qr": "1012", "cash_on_site": "1221"}


def faults_of(order, accounts):
    """What the accounts of one order say that the model does not."""
    posted = order.money in ("priced", "received", "cleared")
    price = order.price if posted else 0
    paid, left = min(order.received, price), max(price - order.received, 0) - order.difference
    want = {"1122": left, "2203": -(order.received - paid), "5601": order.difference}
    if order.received:
        want[MONEY[order.method]] = order.received
    if accounts.get("5001", 0) + accounts.get("222101", 0) != -price:
        yield f"earned {accounts.get('5001', 0)} of {price}"
    for account in {"1122", "2203", "5601", *MONEY.values()}:
        if accounts.get(account, 0) != want.get(account, 0):
            yield f"{account}: {accounts.get(account, 0)} and not {want.get(account, 0)}"


def test_the_trail_is_whole():
    trail = collections.defaultdict(list)
    for id, version in co.sql("SELECT row_id, version FROM change WHERE entity = 'rescue' ORDER BY version"):
        trail[int(id)].append(int(version))
    wrong = [o.number for o in evening.orders if trail[o.id] != list(range(1, o.version + 1))]
    check(not wrong, f"each version of each order was made by one change {wrong[:4]}")
    counts = dict(co.sql(f"SELECT verb, count(*) FROM command_key k JOIN employee m ON m.id = k.user_id WHERE m.login IN ({', '.join(repr(login) for login in LOGINS)}) GROUP BY 1"))
    effects = dict(co.sql(f"SELECT c.verb, count(*) FROM change c JOIN employee m ON m.id = c.who WHERE m.login IN ({', '.join(repr(login) for login in LOGINS)})"
                          " AND c.entity = 'rescue' GROUP BY 1"))
    odd = {verb: (n, effects.get(verb)) for verb, n in counts.items() if re.match(r"rescue\.(?!create)", verb) and effects.get(verb) != n}
    check(not odd, f"one key, one effect {odd}")


def finish():
    co.stop()
    sendsms.stop()
    log = "".join(server.log_path.read_text(errors="replace") for server in co.servers)
    broken = [line for line in log.splitlines() if re.search(r"incident|SQLSTATE|runtime error|AddressSanitizer", line)]
    check(not broken, f"the servers met no fault of their own {broken[:3]}")
    print(f"note the whole evening took {time.monotonic() - began:.0f} s")


yz.main(globals())
