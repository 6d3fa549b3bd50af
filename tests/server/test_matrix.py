"""Who may do what: every action of every flow from every state, and every other verb, by every base role, on rows of the own and of another branch.

The tables below were written down for themselves; nothing of them is read from the server. A verb the tables do not know fails.
"""
import collections

import company
import yz

co = company.Company()
ROLES = company.ROLES

# ---------------------------------------------------------------------------------------------------------------- the rights

READ = "list get history"
EDIT = "create update disable enable delete"
CALLS = "create update copy urge contact"
RIGHTS = {
    "call_taker": {"rescue": f"{READ} {CALLS} estimate", "customer": f"{READ} create update", "vehicle": READ},
    "order_clerk": {"rescue": f"{READ} {CALLS} estimate void confirm_result remark resubmit backfill", "customer": f"{READ} create update", "vehicle": READ},
    "dispatcher": {"rescue": f"{READ} suggest dispatch recall replace void empty_run urge contact copy update accept depart arrive complete resubmit proceed",
                   "customer": READ, "vehicle": f"{READ} state", "employee": "list"},
    "driver": {"rescue": f"{READ} accept refuse depart arrive complete collect", "vehicle": "report"},
    "agent": {"customer": READ, "supplier": READ},
    "reception": {"customer": READ},
    "tour_planner": {"supplier": READ},
    "product_editor": {"supplier": READ},
    "channel_editor": {},
    "operations": {"customer": READ, "message": READ},
    "marketing": {"customer": READ},
    "counter": {},
    "service_desk": {},
    "store_accountant": {},
    "accountant": {"rescue": f"{READ} audit return clear", "customer": READ, "supplier": READ, "vehicle": READ, "document": READ,
                   "ledger_entry": READ, "ledger_account": READ, "agreement": READ, "price_list": READ, "period": "list"},
    "finance_manager": {"rescue": f"{READ} price return onestop", "customer": READ, "supplier": READ, "vehicle": READ, "document": READ,
                        "ledger_entry": READ, "ledger_account": READ, "agreement": f"{READ} {EDIT}", "price_list": f"{READ} {EDIT}",
                        "period": f"{READ} create start_closing transfer close abort reopen", "ledger": "trial_balance balance"},
    "cashier": {"rescue": f"{READ} receive", "customer": READ, "supplier": READ, "document": READ, "ledger_account": READ},
    "branch_manager": {"rescue": READ, "vehicle": READ, "customer": READ, "branch": READ, "role": READ,
                       "employee": f"{READ} create update disable enable"},
    "auditor": {**{e: READ for e in ("branch role employee session setting job audit_log base_item district customer supplier vehicle rescue sla_rule"
                                     " price_list agreement ledger_entry ledger_account period document").split()},
                "ledger": "trial_balance balance"},
    "admin": {**{e: f"{READ} {EDIT}" for e in "branch role base_item district customer supplier vehicle sla_rule".split()},
              **{e: READ for e in "audit_log price_list agreement".split()}, "employee": f"{READ} {EDIT} reset_password unlock reset_totp",
              "session": f"{READ} end", "setting": f"{READ} update", "job": f"{READ} run disable enable"},
    "partner": {"rescue": "dispute"},                                                 # what it sees: test_partner.py
}
# Money that drivers hold, what they get, and differences that wait for a second person.
for role, more in {"cashier": {"handin": f"{READ} held create"}, "accountant": {"handin": f"{READ} held reverse", "commission_rule": READ},
                   "finance_manager": {"handin": f"{READ} held", "commission_rule": f"{READ} {EDIT}"},
                   "branch_manager": {"handin": f"{READ} held"}, "auditor": {"handin": f"{READ} held", "commission_rule": READ}}.items():
    RIGHTS[role].update(more)
for role, more in {"accountant": " create reverse", "finance_manager": " create approve decline reverse", "cashier": "", "branch_manager": "", "auditor": ""}.items():
    RIGHTS[role]["shortage"] = RIGHTS[role]["overage"] = READ + more
RIGHTS["driver"]["handin"] = "mine"
RIGHTS["finance_manager"]["rescue"] += " approve decline"
# Orders that are paid together; and customers that are there twice.
for role, verbs in {"accountant": f"{READ} create update add remove send agree dispute settle void", "finance_manager": READ, "auditor": READ}.items():
    RIGHTS[role]["statement"] = verbs
for role in ("branch_manager", "admin"):
    RIGHTS[role]["customer"] += " merge"
for role in ("accountant", "finance_manager"):
    RIGHTS[role]["customer"] += " merge merge_money"
# What was keyed wrong: asked for on the order, decided by finance.
RIGHTS["branch_manager"].update({"repair": READ, "rescue": RIGHTS["branch_manager"]["rescue"] + " repair"})
RIGHTS["finance_manager"]["repair"] = f"{READ} approve reject"
RIGHTS["auditor"]["repair"] = READ
# What forms offer is read by whoever works with forms.
for role in ("call_taker order_clerk dispatcher agent reception tour_planner product_editor channel_editor accountant finance_manager cashier"
             " branch_manager").split():
    RIGHTS[role].update({"base_item": READ, "district": READ})
for role in ("operations", "marketing"):
    RIGHTS[role]["base_item"] = READ
# Who writes to customers sees what was written; an admin keeps the rules and the gateways.
for role in ("call_taker", "order_clerk", "dispatcher", "branch_manager"):
    RIGHTS[role].update({"message": f"{READ} resend cancel", "message_reply": READ, "rating": READ})
    RIGHTS[role]["rescue"] += " sms" * (role != "branch_manager") + " rate" * (role != "dispatcher")
RIGHTS["auditor"].update({e: READ for e in "message message_template message_rule message_reply message_opt_out rating".split()}, outbox="list get")
RIGHTS["admin"].update({e: f"{READ} {EDIT}" for e in "message_template message_rule message_opt_out".split()}, message=f"{READ} resend cancel",
                       message_reply=READ, outbox="list get")
# Whoever takes calls dials and sees to missed ones; who follows the work sees the log.
for role in ("call_taker", "order_clerk"):
    RIGHTS[role]["call"] = f"{READ} update dial done"
for role in ("agent", "branch_manager", "auditor"):
    RIGHTS[role]["call"] = READ
# Who goes with a vehicle is looked up by who sends it, or says afterwards who went.
for role in ("order_clerk", "dispatcher", "auditor"):
    RIGHTS[role]["driver"] = "list get"
# Who speaks with customers, or works out what they owe, sees all about one at once.
for role in ("call_taker order_clerk dispatcher agent accountant finance_manager branch_manager auditor").split():
    RIGHTS[role]["customer"] += " overview"
# Devices that say where vehicles are, and where these were.
for role, verbs in {"dispatcher": READ, "branch_manager": f"{READ} create update disable enable token", "admin": f"{READ} {EDIT} token", "auditor": READ}.items():
    RIGHTS[role]["tracker"] = verbs
    RIGHTS[role]["vehicle"] += " track"
# A file leaves the house: a right of its own, for who works on lists away from the screen.
EXPORT = {**{role: RIGHTS[role] for role in ("accountant finance_manager cashier branch_manager store_accountant tour_planner product_editor channel_editor"
                                             " operations marketing auditor").split()},
          "admin": "branch role employee session setting job audit_log base_item district vehicle sla_rule".split()}
for role, entities in EXPORT.items():
    RIGHTS[role].update({e: f"{RIGHTS[role][e]} export" for e in entities if "list" in RIGHTS[role].get(e, "").split()})
RIGHTS["finance_manager"]["driver"] = "list get"                                       # to set a commission, not to take along
# Who follows orders counts them; landmarks stand beside districts, to be looked up, not taken along; an admin puts base data in order and sees runs.
for role in ("call_taker", "order_clerk", "dispatcher", "branch_manager", "auditor"):
    RIGHTS[role]["rescue"] += " counts"
for table in RIGHTS.values():
    if "district" in table:
        table["landmark"] = READ
RIGHTS["admin"].update(landmark=f"{READ} {EDIT} export", job_run="list get export", base_item=RIGHTS["admin"]["base_item"] + " up down")
RIGHTS["auditor"].update(landmark=f"{READ} export", job_run="list get export")
# Who may enter records one by one may import them.
for table in RIGHTS.values():
    for entity, verbs in table.items():
        if "create" in verbs.split() and entity != "period":
            table[entity] = f"{verbs} import"
MAY = {role: {f"{entity}.{verb}" for entity, verbs in table.items() for verb in verbs.split()} for role, table in RIGHTS.items()}
for role in MAY:                                                                      # who sees a record may print it
    MAY[role] |= {verb.removesuffix("get") + "print" for verb in MAY[role] if verb.endswith(".get")}
    MAY[role] |= {"rescue.needs"} & {verb.removesuffix("get") + "needs" for verb in MAY[role]}
for role in MAY:                                                                      # who sees a list may count it
    MAY[role] |= {verb.removesuffix("list") + "summary" for verb in MAY[role] if verb.endswith(".list") and verb not in ("file.list", "preference.list", "notice.list")}
BELOW = {"call_taker", "order_clerk", "dispatcher", "agent", "accountant", "cashier", "branch_manager"}
OWN_ROWS = {"driver", "partner"}
# A dispatch centre: vehicles of every branch.
EVERYWHERE = set(company.ALL_BRANCHES)
VEHICLES_EVERYWHERE = EVERYWHERE | {"dispatcher"}
# Every session has these; of the rest of `session` only what RIGHTS says.
SESSION = {f"session.{v}" for v in "login resume logout ping hello whoami password describe help watch unwatch hold release own end_others unlock cancel totp_begin totp_confirm totp_end".split()}
# What is kept for a person is his own (test_preferences).
SESSION |= {f"notice.{v}" for v in "list read send".split()}
# Of these a third party's people have none: what stands around every text message, one's own phone (test_telephone), a word to a colleague.
OURS = {"message.dress", "call.ringing", "call.open", "notice.send"}
SESSION |= OURS
SESSION |= {f"preference.{v}" for v in "list set remove share".split()}
# What a file may be used for is asked of the record it hangs on (test_files.py).
SESSION |= {f"file.{v}" for v in "begin chunk end list read remove".split()}
NOBODY = {"call.unmask", "customer.unmask", "employee.unmask", "rescue.unmask", "supplier.unmask", "message.unmask", "message_reply.unmask"}      # pii.view is in no base role
TEST_ONLY = {"session.fault", "session.popup", "session.clock"}
# Rights that are asked for within other verbs or by yizhanctl, or that stand in roles for what is seen without them.
NOT_VERBS = {"preference.share", "audit_log.history", "audit_log.verify", "document.approve", "document.check", "document.post", "file.export", "file.get",
             "file.history", "ledger.check", "ledger_account.history", "ledger_entry.history", "period.adjust", "repair.request", "rescue.attach", "rescue.photo",
             "setting.create", "setting.delete", "setting.disable", "setting.enable"}
PARTNERS = {"partner", "partner_order", "order_notice"}                               # who may what with these: test_partner.py


def sees(role, where, entity=None):
    """Whether a role of branch A reaches a row of A, of A1 below it, or of B."""
    everywhere = VEHICLES_EVERYWHERE if entity in ("vehicle", "tracker", "driver") else EVERYWHERE
    return role in everywhere or where == "A" or (where == "A1" and role in BELOW)


# ---------------------------------------------------------------------------------------------------------------- the flow of a rescue order

LIVE = ["new", "dispatched", "accepted", "on_the_way", "arrived"]
ANY = [*LIVE, "done", "empty", "void"]
MONEY = ["unaudited", "audited", "priced", "received", "cleared"]
# action: (which state it looks at, from, to; None: stays)
FLOW = {
    "dispatch": ("state", ["new"], "dispatched"),
    "accept": ("state", ["dispatched"], "accepted"),
    "refuse": ("state", ["dispatched"], "new"),
    "depart": ("state", ["accepted"], "on_the_way"),
    "arrive": ("state", ["on_the_way"], "arrived"),
    "complete": ("state", ["arrived"], "done"),
    "recall": ("state", ["dispatched", "accepted", "on_the_way"], "new"),
    "replace": ("state", ["arrived"], "done"),
    "empty_run": ("state", ["accepted", "on_the_way", "arrived"], "empty"),
    "void": ("state", ["new", "dispatched", "accepted"], "void"),
    "backfill": ("state", ["new"], "done"),
    "copy": ("state", ANY, None),
    "sms": ("state", ANY, None),
    "rate": ("state", ["done", "empty"], None),
    "urge": ("state", LIVE, None),
    "contact": ("state", ["new"], None),
    "collect": ("state", ["arrived", "done"], None),
    "update": ("state", [*LIVE, "done"], None),
    "confirm_result": ("result", ["pending"], "confirmed"),
    "dispute": ("result", ["pending"], "disputed"),
    "resubmit": ("result", ["disputed"], "pending"),
    "remark": ("result", ["pending", "disputed"], None),
    "proceed": ("withdrawal", [], None),        # nothing was withdrawn here: test_partner.py
    "audit": ("money_state", ["unaudited"], "audited"),
    "price": ("money_state", ["audited", "priced"], "priced"),
    "receive": ("money_state", ["priced"], "received"),
    "clear": ("money_state", ["received"], "cleared"),
    "approve": ("money_state", ["received"], "cleared"),
    "decline": ("money_state", ["received"], "received"),
    "return": ("money_state", ["audited", "priced"], {"audited": "unaudited", "priced": "audited"}),
    "onestop": ("money_state", ["unaudited", "audited", "priced"], "received"),
    "repair": ("state", ANY, None),
}
# situation: (state, money_state, result)
SITUATIONS = {**{s: (s, None, "none") for s in LIVE}, "void": ("void", None, "none"), "empty": ("empty", "unaudited", "none"),
              **{m: ("done", m, "none") for m in MONEY}, "pending": ("done", "unaudited", "pending")}


def arguments(action, situation, vehicle, driver):
    now = {"dispatch": {"vehicle_id": vehicle, "driver_id": driver}, "complete": {"km": 7}, "replace": {"outcome": "done", "km": 7, "reason": "other"},
           "backfill": {"vehicle_id": vehicle, "driver_id": driver, "done_at": yz.utc_now(), "km": 5}, "contact": {"note": "called"},
           "sms": {"recipient": "contact", "body": "x"}, "rate": {"score": 3}, "remark": {"remarks": "x"},
           "collect": {"taken_fen": 100, "taken_method": "cash_on_site"}, "update": {"remarks": f"seen {situation}"}, "price": {"price_fen": 21000},
           "receive": {"method": "transfer"}, "onestop": {"method": "transfer"}}.get(action, {})
    if action == "repair":
        return {"back": True, "reason": "keyed wrong"}
    reasons = {"refuse", "recall", "empty_run", "void", "return", "decline", "proceed"}
    return {**now, **({"reason": "other"} if action in reasons else {})}


def in_state(action, situation):
    """Whether the flow as written above allows the action there."""
    look, froms, _ = FLOW[action]
    state, money, result = SITUATIONS[situation]
    value = {"state": state, "money_state": money, "result": result, "withdrawal": "none"}[look]
    if action in ("update", "collect") and money not in (None, "unaudited"):
        return False                        # on done only until audited
    if action in ("audit", "onestop") and result == "pending":
        return False                        # audit waits for the confirmation
    if action == "repair" and situation == "new":
        return False                        # there is no step before it
    return value in froms


def expected(role, action, situation, where, own=True):
    verb = f"rescue.{action}"
    if verb not in MAY[role]:
        return "forbidden"
    if not (own if role == "driver" else sees(role, where) and role not in OWN_ROWS):
        return "not_found"
    if not in_state(action, situation):
        return "conflict"
    if action == "void" and role == "order_clerk" and situation != "new":
        return "forbidden"                  # an order clerk voids what nobody drives to yet
    return "ok"


def allowed(role, situation):
    """The steps the role may take there, as a conflict names them (less the one refused). Data repair depends on what is asked for; no difference waits."""
    return {a for a in FLOW if f"rescue.{a}" in MAY[role] and a not in ("approve", "decline") and (a == "repair" or in_state(a, situation))
            and not (a == "void" and role == "order_clerk" and situation != "new")}


def make(situation, vehicle, b=False):
    if situation == "pending":
        return co.order_in("done", vehicle, b=b, customer_id=co.party["F2"])
    return co.order_in(situation, vehicle, b=b)


def attempt(login, verb, args):
    try:
        return "ok", co.as_(login).do(verb, args)
    except yz.Refused as refusal:
        return refusal.code, refusal.error


wrong = collections.defaultdict(list)       # (role, verb) → what was not as expected
tried = collections.Counter()


def note(role, verb, what, want, got):
    tried[role, verb] += 1
    if want != got:
        wrong[role, verb].append(f"{what}: expected {want}, got {got}")


def try_refused(role, login, action, situation, where, id, version, want, args):
    code, data = attempt(login, f"rescue.{action}", {"id": id, "version": version, **args})
    note(role, f"rescue.{action}", f"{situation} at {where}", want, code)
    if want == code == "conflict" and "allowed" in data:
        note(role, f"rescue.{action}", f"{situation}: named as allowed", sorted(allowed(role, situation) - {action}), sorted(data["allowed"]))


def ask_difference(vehicle, b):
    """Nearly all of an order is unpaid, and somebody asked to give it up."""
    id, tail = co.order_in("priced", vehicle, b=b), "_b" if b else ""
    co.step("cashier" + tail, "receive", id, method="cash", amount_fen=100, final=True)
    co.step("accountant" + tail, "clear", id, difference_reason="bad_debt")
    return id


def try_allowed(role, login, action, situation, b, vehicle):
    id = ask_difference(vehicle, b) if action in ("approve", "decline") else make(situation, vehicle, b)
    vehicle_id = co.vehicle[vehicle]
    free = co.vehicle["VB2" if b else "VA6"]
    code, data = attempt(login, f"rescue.{action}", {"id": id, "version": co.version(id),
                                                     **arguments(action, situation, free, co.driver_of[free])})
    note(role, f"rescue.{action}", f"{situation}{' of B' if b else ''}", "ok", code if code == "ok" else f"{code} {data}")
    look, _, to = FLOW[action]
    if code == "ok" and to:
        got = co.one(f"SELECT {look} FROM rescue_order WHERE id = {id}")
        note(role, f"rescue.{action}", f"{situation} leads to", to[situation] if isinstance(to, dict) else to, got)
    co.free(vehicle_id)
    co.free(free)


def test_every_step_of_a_rescue_order():
    """One order per situation stands for all refusals; each allowed step is taken on an order of its own."""
    for situation in SITUATIONS:
        shared = {"A": make(situation, "VA1"), "B": make(situation, "VB1", b=True)}
        free = co.vehicle["VA5"]
        for where, id in shared.items():
            version = co.version(id)
            for role in ROLES:
                login, driver_of_it = role, where == "A" and situation not in ("new", "void")
                for action in FLOW:
                    want = expected(role, action, situation, where, own=driver_of_it)
                    if want == "ok":
                        try_allowed(role, "driver2" if role == "driver" else role, action, situation, where == "B", "VB2" if where == "B" else "VA2")
                    else:
                        try_refused(role, login, action, situation, where, id, version, want, arguments(action, situation, free, co.driver_of[free]))
            note("nobody", "rescue.*", f"{situation} at {where}: version after all refusals", version, co.version(id))
        # another driver's order is not there for a driver
        for action in FLOW:
            if f"rescue.{action}" in MAY["driver"]:
                try_refused("driver", "driver3", action, situation, "A", shared["A"], co.version(shared["A"]), "not_found",
                            arguments(action, situation, free, co.driver_of[free]))
        co.free(co.vehicle["VA1"])
        co.free(co.vehicle["VB1"])
    for role in ROLES:
        for action in FLOW:
            at = (role, f"rescue.{action}")
            yz.check(tried[at] >= len(SITUATIONS) and not wrong[at], f"{role} rescue.{action}: {tried[at]} tries" + "".join(f"\n    {w}" for w in wrong[at][:5]))
    yz.check(not wrong["nobody", "rescue.*"], "a refused step leaves the order as it was" + str(wrong["nobody", "rescue.*"][:3]))


def test_the_tree_below():
    """“Own branch and below” goes down, never up."""
    below = co.order("order_clerk_a1")
    above = co.order("order_clerk")
    for role in ROLES:
        can_list = "rescue.get" in MAY[role]
        want = "forbidden" if not can_list else "ok" if sees(role, "A1") and role not in OWN_ROWS else "not_found"
        yz.check(attempt(role, "rescue.get", {"id": below})[0] == want, f"{role} of A gets an order of A1: {want}")
    yz.check(attempt("order_clerk_a1", "rescue.get", {"id": above})[0] == "not_found", "a clerk of A1 does not see A")
    yz.check(attempt("order_clerk_a1", "rescue.update", {"id": above, "version": 1, "remarks": "x"})[0] == "not_found", "nor change it")
    yz.check(attempt("order_clerk_a1", "rescue.create", co.order_args(branch_id=co.branch["A"]))[0] == "invalid", "nor enter one there")
    yz.check(attempt("order_clerk", "rescue.create", co.order_args(branch_id=co.branch["A1"]))[0] == "ok", "a clerk of A enters one at A1")
    yz.check(attempt("order_clerk", "rescue.create", co.order_args(branch_id=co.branch["B"]))[0] == "invalid", "but not at B")
    yz.check(attempt("order_clerk", "rescue.update", {"id": above, "version": 1, "branch_id": co.branch["B"]})[0] == "invalid", "nor moves one to B")


def test_a_vehicle_of_another_branch():
    """A dispatcher sends vehicles of every branch; its driver then sees that order, and no other of A."""
    id = co.order()
    vehicle = co.vehicle["VB2"]
    co.step("dispatcher", "dispatch", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle])
    for user, want in (("driver2_b", "ok"), ("driver_b", "not_found"), ("dispatcher_b", "not_found"), ("order_clerk_b", "not_found"), ("driver", "not_found")):
        yz.check(attempt(user, "rescue.get", {"id": id})[0] == want, f"{user}: {want}")
    for action, user in (("accept", "driver2_b"), ("depart", "dispatcher"), ("arrive", "driver2_b")):
        yz.check(attempt(user, f"rescue.{action}", {"id": id, "version": co.version(id)})[0] == "ok", f"{user} {action}")
    yz.check(attempt("driver2_b", "rescue.complete", {"id": id, "version": co.version(id), "km": 3})[0] == "ok", "its driver completes it")
    row = co.sql(f"SELECT state, order_id FROM vehicle WHERE id = {vehicle}")[0]
    yz.check(row == ["idle", ""], f"the vehicle is free again {row}")


# ---------------------------------------------------------------------------------------------------------------- vehicles and periods

def test_every_step_of_a_vehicle():
    states = ("idle", "assigned", "on_the_way", "working", "off_duty")
    for where, code in (("A", "VA5"), ("B", "VB2")):
        id = co.vehicle[code]
        for state in states:
            co.sql(f"UPDATE vehicle SET state = '{state}' WHERE id = {id}") if state in ("idle", "off_duty") else put_on_job(code, state, where)
            for role in ROLES:
                for to in ("idle", "off_duty"):
                    want = "forbidden" if "vehicle.state" not in MAY[role] else "ok" if state in ("idle", "off_duty") else "conflict"
                    code_, data = attempt(role, "vehicle.state", {"id": id, "version": co.version(id, "vehicle"), "state": to})
                    note(role, "vehicle.state", f"{state} → {to} at {where}", want, code_)
                    if code_ == "ok":
                        note(role, "vehicle.state", "the state then", to, co.one(f"SELECT state FROM vehicle WHERE id = {id}"))
            co.free(id)
        co.sql(f"UPDATE vehicle SET state = 'idle' WHERE id = {id}")
    for role in ROLES:
        yz.check(not wrong[role, "vehicle.state"], f"{role} vehicle.state {wrong[role, 'vehicle.state'][:3]}")
    for login, code, want in (("driver3", "VA3", "not_found"), ("driver_b", "VA3", "not_found"), ("dispatcher", "VA3", "forbidden"), ("admin", "VA3", "forbidden")):
        got = attempt(login, "vehicle.report", {"id": co.vehicle[code], "lon": 113.3, "lat": 23.1})[0]
        yz.check(got == want, f"{login} reports the position of {code}, nobody at its wheel: {want} {got}")
    id = co.order_in("dispatched", "VA1")
    yz.check(attempt("driver", "vehicle.report", {"id": co.vehicle["VA1"], "lon": 113.3, "lat": 23.1})[0] == "ok", "who is at the wheel reports it")
    yz.check(attempt("driver2", "vehicle.report", {"id": co.vehicle["VA1"], "lon": 113.3, "lat": 23.1})[0] == "not_found", "another does not")
    co.free(co.vehicle["VA1"])
    assert id


def put_on_job(code, state, where):
    stage = {"assigned": "dispatched", "on_the_way": "on_the_way", "working": "arrived"}[state]
    co.sql(f"UPDATE vehicle SET state = 'idle' WHERE code = '{code}'")
    co.order_in(stage, code, b=where == "B")


def test_every_step_of_a_period():
    steps = {"start_closing": ("open", "closing"), "transfer": ("closing", "closing"), "close": ("closing", "closed"), "abort": ("closing", "open"),
             "reopen": ("closed", "closed")}
    first = int(co.one("SELECT min(id) FROM period WHERE state = 'open'"))

    def step(login, name, id=None, **more):
        id = id or first
        return attempt(login, f"period.{name}", {"id": id, "version": co.version(id, "period"), **({"reason": "a late bill"} if name == "reopen" else {}), **more})

    def all_refused(state):
        for role in ROLES:
            for name, (source, _) in steps.items():
                may = f"period.{name}" in MAY[role]
                if may and source == state:
                    continue
                note(role, f"period.{name}", f"while {state}", "conflict" if may else "forbidden", step(role, name)[0])

    all_refused("open")
    yz.check(step("finance_manager", "start_closing", id=first + 1)[0] == "conflict", "only the earliest open can be closed")
    for name, _, state in (("start_closing", "open", "closing"), ("abort", "closing", "open"), ("start_closing", "open", "closing"),
                           ("transfer", "closing", "closing"), ("close", "closing", "closed")):
        code, data = step("finance_manager", name)
        yz.check(code == "ok" and co.one(f"SELECT state FROM period WHERE id = {first}") == state, f"finance_manager period.{name} {code} {data}")
        if name in ("start_closing", "close"):
            all_refused(state)
    yz.check(step("finance_manager", "reopen")[0] == "ok" and co.one(f"SELECT state FROM period WHERE id = {first}") == "closed",
             "one person alone does not reopen a period")
    yz.check(step("finance_manager", "reopen")[0] == "ok" and co.one(f"SELECT state FROM period WHERE id = {first}") == "closed", "nor by asking twice")
    yz.check(step("accountant", "reopen")[0] == "forbidden", "nor with somebody who has no right to")
    yz.check(step("finance_manager2", "reopen")[0] == "ok" and co.one(f"SELECT state FROM period WHERE id = {first}") == "open", "two people do")
    for role in ROLES:
        for name in steps:
            yz.check(not wrong[role, f"period.{name}"], f"{role} period.{name} {wrong[role, f'period.{name}'][:3]}")


# ---------------------------------------------------------------------------------------------------------------- every other verb

def records():
    """entity → (id of a row of A, id of one of B; the same where rows belong to the company)"""
    one = {where: co.order_in("cleared", v, b=where == "B") for where, v in (("A", "VA1"), ("B", "VB1"))}
    co.as_("finance_manager").do("price_list.create", {"service": "tow", "base_fen": 31000, "branch_id": co.branch["A"]})
    co.as_("finance_manager").do("price_list.create", {"service": "tow", "base_fen": 32000, "branch_id": co.branch["B"]})
    for party in ("PA", "PB"):
        co.as_("finance_manager").do("agreement.create", {"party_id": co.party[party], "service": "tow", "base_fen": 1000})
        co.as_("admin").do("sla_rule.create", {"customer_id": co.party[party], "service": "tow"})

    co.as_("finance_manager").do("commission_rule.create", {"job_fen": 1})
    for where, tail in (("A", ""), ("B", "_b")):
        co.sql(f"UPDATE rescue_order SET taken_fen = 100, taken_method = 'cash_on_site' WHERE id = {one[where]}")
        co.as_("cashier" + tail).do("handin.create", {"lines": [{"order_id": one[where], "amount_fen": 60}], "short_reason": "a part"})
        co.as_("accountant" + tail).do("shortage.create", {"lines": [{"order_id": one[where]}], "settled_by": "wages", "short_reason": "lost"})
        co.sql(f"UPDATE rescue_order SET taken_fen = 150 WHERE id = {one[where]}")
        above = co.as_("cashier" + tail).do("handin.create", {"lines": [{"order_id": one[where]}], "over_fen": 10, "short_reason": "nobody knows whose"})["id"]
        co.as_("accountant" + tail).do("overage.create", {"handin_id": above, "settled_by": "driver", "short_reason": "his own"})

    for v, tail in (("VA1", ""), ("VB1", "_b")):
        co.order_in("priced", v, b=bool(tail))
        co.as_("accountant" + tail).do("statement.create", {"party_id": co.party["F1"]})

    for where, tail in (("A", ""), ("B", "_b")):
        co.step("branch_manager" + tail, "repair", one[where], reason="keyed wrong", back=True)


    def of_branch(table, where, column="branch_id"):
        return int(co.one(f"SELECT max(id) FROM {table} WHERE {column} = {where}"))

    def pair(table, column="branch_id"):
        return of_branch(table, co.branch["A"], column), of_branch(table, co.branch["B"], column)

    def handins(column):
        return tuple(int(co.one(f"SELECT max(id) FROM handin WHERE branch_id = {co.branch[b]} AND {column} IS NOT NULL")) for b in "AB")

    def shared(table):
        id = int(co.one(f"SELECT max(id) FROM {table} WHERE disabled_at IS NULL"))
        return id, id

    account = int(co.one("SELECT min(id) FROM ledger_account")), int(co.one("SELECT min(id) FROM ledger_account"))
    return {"branch": (co.branch["A"], co.branch["B"]), "employee": (co.employee["counter"], co.employee["counter_b"]),
            "customer": (co.party["PA"], co.party["PB"]), "supplier": (co.party["S1"], co.party["S1"]), "vehicle": (co.vehicle["VA4"], co.vehicle["VB2"]),
            "rescue": (one["A"], one["B"]), "document": pair("document"), "ledger_entry": pair("ledger_entry"), "ledger_account": account,
            "price_list": pair("price_list"), "agreement": tuple(of_branch("party_agreement", co.party[p], "party_id") for p in ("PA", "PB")),
            "sla_rule": tuple(of_branch("sla_rule", co.party[p], "customer_id") for p in ("PA", "PB")),
            "session": tuple(of_branch("session", co.employee[e], "employee_id") for e in ("dispatcher", "dispatcher_b")),
            "statement": pair("statement"), "tracker": trackers(), "call": calls(), "driver": tuple(co.driver_of[co.vehicle[v]] for v in ("VA1", "VB1")), "handin": handins("method"), "shortage": handins("settled_by"), "overage": pair("overage"), "repair": pair("repair"), "commission_rule": shared("commission_rule"),
            **messages(),
            "audit_log": tuple(int(co.one(f"SELECT max(id) FROM change WHERE branch_id = {co.branch[b]}")) for b in "AB"),
            **{e: shared(e) for e in ("role", "base_item", "district", "landmark", "job", "period", "setting")}, "job_run": (int(co.one("SELECT max(id) FROM job_run")),) * 2}


def trackers():
    return tuple(co.as_("admin").do("tracker.create", {"code": f"matrix-{b}", "branch_id": co.branch[b]})["id"] for b in "AB")


def calls():
    """A missed one of A and of B, as the call systems tell of them."""
    return tuple(int(co.one(f"""INSERT INTO call (branch_id, linked_id, direction, state, number, ended_at)
        VALUES ({co.branch[b]}, 'matrix-{b}', 'in', 'missed', '13900000001', now()) RETURNING id""")) for b in "AB")


def messages():
    """One of each sort in A and in B, as rules would write them."""
    for where in "AB":
        branch, order = co.branch[where], co.one(f"SELECT max(id) FROM rescue_order WHERE branch_id = {co.branch[where]} AND state = 'done'")
        co.cluster.sql(f"""SELECT message_put('{{"key": "matrix-{where}", "branch_id": {branch}, "channel": "sms", "address": "1390000000{branch}", "language": "zh_CN",
            "body": "x", "state": "queued"}}'); UPDATE message SET state = 'sent' WHERE key = 'matrix-{where}';
            SELECT message_receive('sms', 'matrix-{where}', '1390000000{branch}', 'ok'); SELECT rating_put({order}, 5, 'x', 'agent', NULL)""", co.database)
    co.as_("admin").do("message_opt_out.create", {"address": "13911111111"})

    def pair(table):
        return tuple(int(co.one(f"SELECT max(id) FROM {table} WHERE branch_id = {co.branch[b]}")) for b in "AB")

    return {**{e: pair(e) for e in ("message", "message_reply", "rating", "outbox")},
            **{e: (int(co.one(f"SELECT max(id) FROM {e}")),) * 2 for e in ("message_template", "message_rule", "message_opt_out")}}


def reaches(role, entity, where):
    if role in OWN_ROWS:
        # the driver's own order is the one of A; a third party's people have none
        return entity == "rescue" and role == "driver" and where == "A"
    return where == "A" or sees(role, where, entity) or entity in ("supplier", "ledger_account", "role", "base_item", "district", "landmark", "job", "job_run", "period", "setting", "message_template", "message_rule",
                                                             "message_opt_out", "commission_rule")


OTHER = {"ledger.trial_balance": {"period": "2026-06"}, "ledger.balance": {"account": "1122", "day": "2026-06-30"}, "period.create": {},
         "rescue.estimate": {"customer_id": 1, "service": "tow"}, "vehicle.report": None, "vehicle.state": None, "vehicle.track": None}
EXTRA = {"employee.reset_password": {"password": "another password"}, "session.end": {"reason": "tried"},
         "employee.reset_totp": {"reason": "tried"}, "repair.reject": {"reason": "tried"}, "handin.reverse": {"reason": "tried"},
         "shortage.reverse": {"reason": "tried"}, "shortage.decline": {"reason": "tried"}, "overage.reverse": {"reason": "tried"}, "overage.decline": {"reason": "tried"}, "statement.void": {"reason": "tried"}, "statement.dispute": {"reason": "tried"}, "statement.settle": {"method": "transfer"}}


def want_of(role, verb, where, found):
    if verb not in MAY[role]:
        return {"forbidden"}
    return found if reaches(role, verb.split(".")[0], where) else {"not_found"}


def test_every_other_verb():
    """By rows of both branches, with a version nobody can have: who may act learns that it is stale, who may not learns nothing."""
    rows = records()
    EXTRA.update({"statement.add": {"order_id": rows["rescue"][0]}, "statement.remove": {"order_id": rows["rescue"][0]},
                  **{f"customer.{name}": {"into_id": co.party["F2"], "reason": "tried"} for name in ("merge", "merge_money")}})
    known = set.union(*MAY.values()) | SESSION | NOBODY | TEST_ONLY
    verbs = co.verbs()
    verbs = [v for v in verbs if v.split(".")[0] not in PARTNERS]
    yz.check(sorted(set(verbs) - known) == [], f"every verb is in the tables {sorted(set(verbs) - known)}")
    for role in ROLES:
        for verb in verbs:
            entity, name = verb.split(".")
            if verb in SESSION | TEST_ONLY or (entity in ("rescue", "period") and name in FLOW) or verb in OTHER and OTHER[verb] is None:
                continue
            if entity == "period" and name not in ("list", "get", "history", "create"):
                continue
            if name in ("list", "summary", "export", "unmask", "create", "import", "trial_balance", "balance", "estimate", "held", "mine", "counts"):
                code = attempt(role, verb, OTHER.get(verb, {}))[0]
                want = {"forbidden"} if verb not in MAY[role] else {"ok"} if name in ("list", "export", "estimate", "trial_balance", "balance", "held", "mine", "counts") else {"invalid"}
                yz.check(code in want, f"{role} {verb}: {want} {code}")
                continue
            got = []
            for where, id in zip("AB", rows[entity]):
                reading = name in ("get", "history", "suggest", "print", "overview", "needs")
                args = {"id": id} if reading else {"call_id": id} if name == "dial" else {"id": id, "version": 9999, **EXTRA.get(verb, {})}
                code = attempt(role, verb, args)[0]
                if code not in want_of(role, verb, where, {"ok"} if reading else {"conflict"}):
                    got.append(f"{where}: {code}, expected {want_of(role, verb, where, {'ok'} if reading else {'conflict'})}")
            yz.check(not got, f"{role} {verb} {got or ''}")


def test_what_every_session_has():
    """Those that would end or change the session itself are in test_verbs and test_own_sessions."""
    own = {f"session.{v}" for v in "login resume logout ping hello password unlock cancel end_others totp_begin totp_confirm totp_end".split()} | TEST_ONLY
    there = set(co.verbs())
    yz.check(SESSION - {"preference.share"} <= there, f"each is there {sorted(SESSION - there)}")
    for role in ROLES:
        refused = {v for v in SESSION & there if v not in own and attempt(role, v, {"row_id": 0})[0] == "forbidden"}
        want = OURS if role == "partner" else set()
        yz.check(refused - {"preference.share"} == want, f"{role} has every session's verbs {sorted(refused ^ want) or ''}")
    listed = {v["name"] for e in ("call", "message", "notice") for v in attempt("partner", "session.help", {"entity": e})[1].get("verbs", [])}
    yz.check(not listed & OURS, f"nor is a third party told of them {sorted(listed)}")


def test_permissions_are_of_verbs():
    """What a base role has of an entity that is there."""
    there = set(co.verbs())
    entities = {v.split(".")[0] for v in there}
    given = {r[0] for r in co.sql("SELECT DISTINCT split_part(p, '@', 1) FROM role, unnest(permissions) p WHERE shipped")}
    yz.check(not {p for p in given if p.split(".")[0] in entities} - there - NOT_VERBS,
             f"no permission without a verb {sorted({p for p in given if p.split('.')[0] in entities} - there - NOT_VERBS)}")


def test_lists_hold_what_the_scope_says():
    tables = {"rescue": "rescue_order", "vehicle": "vehicle", "employee": "employee", "document": "document", "ledger_entry": "ledger_entry",
              "customer": "party"}
    for role in ROLES:
        for entity, table in tables.items():
            if f"{entity}.list" not in MAY[role]:
                continue
            got = {r["id"] for r in pages(role, entity)}
            reach = [b for b in ("A", "A1", "B", "HQ") if sees(role, b, entity) and role not in OWN_ROWS]
            where = f"branch_id IN ({', '.join(str(co.branch[b]) for b in reach) or '0'})"
            if entity == "customer":
                where = f"'customer' = ANY (roles) AND (branch_id IS NULL OR {where})"
            if role == "driver":
                where = f"driver_id = {co.employee['driver']}"
            want = {int(r[0]) for r in co.sql(f"SELECT id FROM {table} WHERE {where}")}
            yz.check(got == want, f"{role} {entity}.list: {len(want)} rows" + (f", {len(got - want)} too many, {len(want - got)} missing" if got != want else ""))


def pages(login, entity):
    after = None
    while True:
        page = co.as_(login).call(f"{entity}.list", {"limit": 500, "columns": ["branch_id"], **({"after": after} if after else {})})
        yield from page["rows"]
        after = page["next"]
        if not after:
            return


# ---------------------------------------------------------------------------------------------------------------- different people

def test_one_order_is_several_people():
    admin = co.as_("admin")
    for code, permissions in (("pricer", ["rescue.price", "rescue.get"]), ("receiver", ["rescue.receive", "rescue.get"]),
                              ("clearer", ["rescue.clear", "rescue.get"]), ("auditing", ["rescue.audit", "rescue.get"])):
        refusal = attempt("admin", "role.create", {"code": code, "name": code, "scope": "branch", "permissions": permissions})
        assert refusal[0] == "ok", refusal
    co.person("clerk_auditor", ["order_clerk", "auditing"])
    co.person("audit_price", ["auditing", "pricer"])
    co.person("price_receive", ["pricer", "receiver"])
    co.person("receive_clear", ["receiver", "clearer"])
    co.person("boss", ["auditing", "pricer", "receiver", "clearer", "finance_manager"])
    assert admin

    mine = co.order("clerk_auditor")
    co.walk(mine, 5, "VA1", 0)
    yz.check(co.refuse("clerk_auditor", "audit", mine).code == "forbidden", "who entered an order does not audit it")
    yz.check(attempt("accountant", "rescue.audit", {"id": mine, "version": co.version(mine)})[0] == "ok", "another does")

    id = co.order_in("done")
    co.step("audit_price", "audit", id)
    yz.check(co.refuse("audit_price", "price", id, price_fen=100).code == "forbidden", "who audited does not price")
    co.step("price_receive", "price", id, price_fen=20000)
    yz.check(co.refuse("price_receive", "receive", id, method="transfer").code == "forbidden", "who priced does not receive")
    yz.check(co.row(id)["onestop"] is False, "and the order says so")
    co.step("receive_clear", "receive", id, method="transfer", amount_fen=12000, final=True)
    yz.check(co.refuse("receive_clear", "clear", id, difference_reason="discount").code == "forbidden", "who received does not clear a difference")
    yz.check(co.refuse("accountant", "clear", id).code == "invalid", "a difference needs a reason")
    co.step("accountant", "clear", id, difference_reason="bad_debt")
    yz.check(co.row(id)["money_state"] == "received", "a bad debt is not an accountant's to give: it waits")
    co.step("accountant", "clear", id, difference_reason="discount")
    row = co.row(id)
    yz.check(row["money_state"] == "cleared" and row["clear_reason"] == "discount", "another clears it with a reason")

    id = co.order_in("done")
    for action, more in (("audit", {}), ("price", {"price_fen": 20000}), ("receive", {"method": "transfer", "amount_fen": 12000, "final": True})):
        code, data = attempt("boss", f"rescue.{action}", {"id": id, "version": co.version(id), **more})
        yz.check(code == "ok", f"with the right of one-stop one person does {action} too {data if code != 'ok' else ''}")
    yz.check(co.row(id)["onestop"] is True, "and it shows on the order")
    yz.check(co.refuse("boss", "clear", id, difference_reason="discount").code == "forbidden", "but never clears a difference of what they received")
    yz.check(co.books()[0] == 0, "the books balance")

    id = co.order_in("done")
    code, data = attempt("finance_manager", "rescue.onestop", {"id": id, "version": co.version(id), "price_fen": 9900, "method": "qr", "amount_fen": 9900})
    row = co.row(id)
    yz.check(code == "ok" and row["money_state"] == "received" and row["onestop"] is True, f"one-stop takes all three at once {data}")
    mine = co.order("clerk_auditor")
    co.walk(mine, 5, "VA1", 0)
    co.sql(f"UPDATE rescue_order SET created_by = {co.employee['finance_manager']} WHERE id = {mine}")
    yz.check(co.refuse("finance_manager", "onestop", mine, price_fen=1, method="qr").code == "forbidden", "but not of an order they entered")


def finish():
    co.stop()


yz.main(globals())
