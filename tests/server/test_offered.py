"""What is offered is what would be done: by every role in every state of an order and of a notice, `can` and `cannot` beside what the verb says."""
import company
import yz

co = company.Company()
ME = ("call_taker", "order_clerk", "dispatcher", "driver", "accountant", "finance_manager", "cashier", "branch_manager")
FREE = co.vehicle["VA6"]
# What lets a step through wherever its state and the record do.
ARGS = {"dispatch": {"vehicle_id": FREE, "driver_id": co.driver_of[FREE], "off_shift": True}, "complete": {"km": 10}, "replace": {"outcome": "empty"},
        "backfill": {"vehicle_id": FREE, "driver_id": co.driver_of[FREE], "done_at": yz.utc_now(-60), "km": 10}, "contact": {"note": "tried"},
        "sms": {"recipient": "contact", "body": "tried"}, "rate": {"score": 5}, "collect": {"taken_fen": 100, "taken_method": "cash_on_site"},
        "remark": {"remarks": "tried"}, "update": {"remarks": "tried"}, "audit": {"price_fen": 30000}, "price": {"price_fen": 20000},
        "receive": {"method": "transfer"}, "clear": {"difference_reason": "discount"}, "onestop": {"price_fen": 30000, "method": "transfer"}}
REASONS = ("refuse", "empty_run", "recall", "replace", "void", "proceed", "return", "decline", "withdraw", "reject")
# Whether data may be repaired is a matter of what is asked for.
FLOW = {*ARGS, *REASONS, *"accept depart arrive copy urge confirm_result dispute resubmit approve".split()}
# Done in earnest but for the end: the transaction of whoever goes that far fails.
DRY = """CREATE OR REPLACE FUNCTION dry_run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'YZ999', MESSAGE = 'dry run'; END $$;
CREATE CONSTRAINT TRIGGER dry_run AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dry_run();"""


def outcome(login, verb, args):
    try:
        co.as_(login).do(verb, args)
    except yz.Refused as refusal:
        return ("done", "") if refusal.error.get("msgid") == "This step is not possible now" else (refusal.code, refusal.error.get("msgid"))
    return "done in earnest", ""


def asked(id, fen=25000):
    co.step("cashier", "receive", id, method="transfer", amount_fen=30000 - fen, final=True)
    co.step("accountant", "clear", id, difference_reason="bad_debt")
    return id


def on_statement(**more):
    """Alone of its payer's, so that the statement takes no other order."""
    payer = co.as_("order_clerk").do("customer.create", {"name": "Statement only", "kind": "insurer"})["id"]
    id = co.order_in("priced", customer_id=payer, **more)
    co.as_("accountant").do("statement.create", {"party_id": payer})
    return id


def mine(state, *steps):
    """Walked by one person who has all the money's rights but one-stop."""
    id = co.order("one_for_all")
    co.walk(id, 5, "VA1", 0)
    for action in steps:
        co.step("one_for_all", action, id, **({"price_fen": 30000} if action == "price" else {}))
    assert co.row(id)["money_state"] == state, co.row(id)["money_state"]
    return id


def orders():
    """An order in each state and in each plight that its state does not tell."""
    co.as_("admin").do("role.create", {"code": "all_money", "name": "all", "scope": "branch",
                                       "permissions": [f"rescue.{a}" for a in ("get", "list", "create", "audit", "price", "receive", "clear", "return")] + ["document.approve"]})
    co.person("one_for_all", ["all_money"])
    made = {state: co.order_in(state) for state in ("void", "empty", "done", "audited", "priced", "received", "cleared", "new")}
    made["to be confirmed"] = co.order()
    made["result pending"], made["result disputed"], made["own"] = co.order_in("done"), co.order_in("done"), mine("unaudited")
    made["a difference is asked"] = asked(co.order_in("priced"))
    made["on a statement"] = on_statement()
    made["priced by this one"] = co.order_in("audited")
    co.step("finance_manager", "price", made["priced by this one"], price_fen=30000)
    made["a part of two is paid"] = co.order_in("audited", charges=[{"payer_id": co.party["F2"], "share_fen": 10000}, {"payer_id": co.party["PA"]}])
    co.step("finance_manager", "price", made["a part of two is paid"], price_fen=30000)
    charges = {c["payer_id"]: c["id"] for c in co.row(made["a part of two is paid"])["charges"]}
    co.step("cashier", "receive", made["a part of two is paid"], charge_id=charges[co.party["PA"]], amount_fen=5000, method="cash")
    for vehicle, state in zip(("VA1", "VA2", "VA3", "VA4"), ("dispatched", "accepted", "on_the_way", "arrived")):
        made[state] = co.order_in(state, vehicle)
    co.sql(f"UPDATE rescue_order SET to_confirm = true WHERE id = {made['to be confirmed']}")
    co.sql(f"UPDATE rescue_order SET cancel_at = now() WHERE id = {made['dispatched']}")
    co.sql(f"UPDATE rescue_order SET result = 'pending' WHERE id = {made['result pending']}")
    co.sql(f"UPDATE rescue_order SET result = 'disputed' WHERE id = {made['result disputed']}")
    return made


def walk(entity, plights, people, actions, args_of):
    """Every difference between what is offered and what would be done."""
    for plight, id in plights.items():
        for login in people:
            try:
                row = co.as_(login).call(f"{entity}.get", {"id": id})
            except yz.Refused as refusal:
                assert refusal.code in ("forbidden", "not_found"), refusal
                continue
            lies = []
            for action in actions:
                got, why = outcome(login, f"{entity}.{action}", {"id": id, "version": row["version"], **args_of(action, id)})
                offered = action in row["can"]
                if got not in ("done", "forbidden", "conflict", "not_found"):
                    lies.append(f"{action}: {got} {why}")
                elif offered != (got == "done"):
                    lies.append(f"{action} is{'' if offered else ' not'} offered, and {got} {why}")
                elif action in row.get("cannot", {}) and row["cannot"][action] != why:
                    lies.append(f"{action}: it is said {row['cannot'][action]!r} and refused with {why!r}")
            yz.check(not lies, f"{login}, {plight}: {len(row['can'])} offered{'; ' if lies else ''}{'; '.join(lies)}")


def args_of(action, id):
    more = {"reason": "other"} if action in REASONS else {"charge_id": unpaid(id)} if action == "receive" else {}
    return {**ARGS.get(action, {}), **more}


def unpaid(id):
    rows = co.sql(f"SELECT id FROM rescue_charge WHERE order_id = {id} AND money_state = 'priced' ORDER BY id LIMIT 1")
    return int(rows[0][0]) if rows else 1


def notices():
    """A third party's notices: one that waits, orders of them under way, withdrawn already, over; rejected and taken back ones."""
    co.as_("admin").do("partner.create", {"party_id": co.party["F1"], "code": "pingan", "branch_id": co.branch["A"]})
    co.person("pingan", ["partner"], party_id=co.party["F1"])
    told = {**company.PLACE, "contact_name": "赵", "contact_phone": "13912345678", "car_model": "sedan", "service": "tow", "road": "city"}
    made = {p: co.as_("pingan").do("order_notice.create", {**told, "foreign_number": p.replace(" ", "-")})["id"]
            for p in ("received", "converted", "converted and withdrawn", "the job is over", "rejected", "withdrawn")}

    def step(login, action, plight, **more):
        return co.as_(login).do(f"order_notice.{action}", {"id": made[plight], "version": co.version(made[plight], "order_notice"), **more})

    for plight in ("converted", "converted and withdrawn", "the job is over"):
        order = step("order_clerk", "convert", plight)["order"]["id"]
    co.step("order_clerk", "void", order, reason="other")
    step("pingan", "withdraw", "converted and withdrawn", reason="other")
    step("pingan", "withdraw", "withdrawn", reason="other")
    step("order_clerk", "reject", "rejected", reason="other")
    return made


def test_notices():
    made = notices()
    co.cluster.sql(DRY % "order_notice", co.database)
    walk("order_notice", made, ("call_taker", "order_clerk", "dispatcher", "pingan"), ("contact", "convert", "reject", "withdraw"), args_of)


def same_in_lists(made, people):
    """A row of a list says what the record does, whatever columns are wanted."""
    for login in people:
        args = {"filter": {"id": {"in": list(made.values())}}, "columns": ["state"], "limit": 100}
        try:
            rows = co.as_(login).call("rescue.list", {**args, "cannot": True})["rows"]
        except yz.Refused as refusal:
            assert refusal.code == "forbidden", refusal
            continue
        wrong = [(r["id"], r.get("cannot"), there) for r in rows
                 if (there := co.as_(login).call("rescue.get", {"id": r["id"]}).get("cannot", {})) != r.get("cannot", {})]
        yz.check(not wrong, f"{login}: {len(rows)} rows of a list say what the records do {wrong[:2] or ''}")
        yz.check(all("cannot" not in r for r in co.as_(login).call("rescue.list", args)["rows"]), f"{login}: only when asked")
    yz.check(co.as_("dispatcher").refused("rescue.list", {"cannot": "yes"}).field == "cannot", "yes or no")


def test_orders():
    made = orders()
    actions = sorted(v.split(".")[1] for v in co.verbs() if v.startswith("rescue.") and v.split(".")[1] in FLOW)
    people = (*ME, "one_for_all")
    same_in_lists(made, people)
    co.cluster.sql(DRY % "rescue_order", co.database)
    walk("rescue", made, people, actions, args_of)


def finish():
    co.stop()


yz.main(globals())
