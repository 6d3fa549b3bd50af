"""The books as people read them: accounts, entries, documents, balances; and the steps of a period."""
import yz

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
manager, second = yz.Client(server, "finance_manager"), yz.Client(server, "finance_manager_b")
auditor = yz.Client(server, "auditor")


def period(code):
    return manager.call("period.list", {"filter": {"code": code}})["rows"][0]


def read_refused(client, verb, args):
    try:
        data = client.call(verb, args)
    except yz.Refused as refusal:
        return refusal
    raise AssertionError(f"{verb} was answered: {data}")


def step(client, verb, code, **more):
    row = period(code)
    return client.do(f"period.{verb}", {"id": row["id"], "version": row["version"], **more})


def step_refused(client, verb, code, **more):
    row = period(code)
    return client.refused(f"period.{verb}", {"id": row["id"], "version": row["version"], **more})


def test_chart_of_accounts():
    rows = manager.call("ledger_account.list", {"limit": 500, "sort": ["code"]})["rows"]
    codes = {r["code"]: r for r in rows}
    assert codes["1122"]["side"] == "D" and codes["222101"]["parent_code"] == "2221" and codes["2221"]["postable"] is False
    for verb in ("create", "update", "delete", "disable"):
        assert manager.refused(f"ledger_account.{verb}", {"id": rows[0]["id"], "version": 1}).code == "unknown_verb"


def test_entries_balance_and_name_their_document():
    rows = manager.call("ledger_entry.list", {"limit": 20, "sort": ["-day"]})["rows"]
    assert rows
    for row in rows:
        entry = manager.call("ledger_entry.get", {"id": row["id"]})
        lines = entry["lines"]
        assert len(lines) >= 2
        debit = sum(l["amount_fen"] for l in lines if l["side"] == "D")
        assert debit == sum(l["amount_fen"] for l in lines if l["side"] == "C") == entry["total_fen"], entry
        document = manager.call("document.get", {"id": entry["document_id"]})
        assert document["entry_id"] == entry["id"] and document["state"] in ("posted", "reversed"), document
    for verb in ("create", "update", "delete"):
        assert manager.refused(f"ledger_entry.{verb}", {"id": rows[0]["id"], "version": 1}).code == "unknown_verb"


def test_trial_balance_adds_up():
    code, last_day = cluster.sql("SELECT code, last_day FROM period WHERE id = (SELECT max(period_id) FROM ledger_entry)", database)[0]
    months = {"from": "2026-01", "to": code}
    report = manager.call("ledger.trial_balance", months)
    total = report["sum"]
    assert report["rows"] and total["debit_fen"] == total["credit_fen"], total
    assert total["closing_debit_fen"] == total["closing_credit_fen"], total
    for name in total:
        assert total[name] == sum(r[name] for r in report["rows"]), name
    branches = auditor.call("branch.list", {"limit": 500})["rows"]
    parts = [manager.call("ledger.trial_balance", {**months, "branch_id": b["id"]}) for b in branches]
    assert sum(p["sum"]["debit_fen"] for p in parts) == total["debit_fen"]
    receivable = next(r for r in report["rows"] if r["account"] == "1122")
    at = manager.call("ledger.balance", {"account": "1122", "day": last_day})
    assert at["balance_fen"] == receivable["closing_debit_fen"] - receivable["closing_credit_fen"], (at, receivable)


def test_trial_balance_refuses_nonsense():
    for args, field in (({}, "period"), ({"period": "2026"}, "period"), ({"period": "2026-13"}, "period"), ({"from": "2026-03"}, "to"),
                        ({"from": "2026-03", "to": "2026-01"}, "to"), ({"period": "2026-01", "colour": 1}, "colour")):
        refusal = read_refused(manager, "ledger.trial_balance", args)
        assert (refusal.code, refusal.field) == ("invalid", field), (args, refusal)
    assert read_refused(manager, "ledger.trial_balance", {"period": "2026-01", "branch_id": 999999}).code == "not_found"
    assert read_refused(manager, "ledger.balance", {"account": "12x"}).field == "account"
    assert read_refused(yz.Client(server, "dispatcher"), "ledger.trial_balance", {"period": "2026-01"}).code == "forbidden"


def test_a_period_closes_in_its_order():
    refusal = step_refused(manager, "start_closing", "2026-02")
    assert refusal.code == "conflict", refusal
    refusal = step_refused(manager, "close", "2026-01")
    assert refusal.code == "conflict" and refusal.error["allowed"] == ["start_closing"], refusal
    stale = manager.refused("period.start_closing", {"id": period("2026-01")["id"], "version": 99})
    assert stale.code == "conflict" and stale.error["current"]["state"] == "open", stale
    done = step(manager, "start_closing", "2026-01")
    assert (done["state"], period("2026-01")["state"]) == ("closing", "closing")
    assert step(manager, "abort", "2026-01")["state"] == "open"
    step(manager, "start_closing", "2026-01")
    step(manager, "transfer", "2026-01")
    yz.wait_until("the numbers of the entries", lambda: closed("2026-01"))
    assert manager.refused("period.start_closing", {"id": 209901, "version": 1}).code == "not_found"
    states = [r["now"].get("state") for r in manager.call("period.history", {"id": period("2026-01")["id"]})["rows"]]
    assert states[0] == "closed" and "closing" in states, states


def closed(code):
    """The sealer numbers the last entries first; until then closing is refused."""
    try:
        return step(manager, "close", code)["state"] == "closed"
    except yz.Refused as refusal:
        assert refusal.code == "conflict", refusal
        return False


def test_reopening_takes_two_people():
    assert step_refused(manager, "reopen", "2026-01").field == "reason"
    asked = step(manager, "reopen", "2026-01", reason="an invoice came late")
    assert (asked["state"], asked["waiting"]) == ("closed", "second_person"), asked
    again = step(manager, "reopen", "2026-01", reason="me again")
    assert again["state"] == "closed", again
    done = step(second, "reopen", "2026-01", reason="agreed")
    assert done["state"] == "open", done
    row = manager.call("period.get", {"id": period("2026-01")["id"]})
    assert row["reopened_by"] != row["reopened_with"] and row["reopen_reason"] in ("an invoice came late", "me again"), row
    assert step_refused(yz.Client(server, "accountant"), "start_closing", "2026-01").code == "forbidden"


def test_a_year_is_set_up_once():
    first = manager.do("period.create", {"year": 2031})
    assert first["made"] == 12 and period("2031-12")["state"] == "open", first
    assert manager.do("period.create", {"year": 2031})["made"] == 0
    assert manager.refused("period.create", {"year": 1}).field == "year"


def test_same_key_same_answer():
    args = {"year": 2032, "key": "same-key-twice"}
    assert manager.call("period.create", args) == manager.call("period.create", args)
    assert manager.refused("period.create", {"year": 2033, "key": "same-key-twice"}).code == "conflict"


yz.main(globals())
