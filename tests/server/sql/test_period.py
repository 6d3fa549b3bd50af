"""Periods: which one an entry falls in, the order of the steps, and that closing waits for postings and lets none slip in."""
import threading

import store as s
import yz

db = s.Store()


def step(call, level="owner"):
    return db.one(f"SELECT period_{call}", level)


def state(period):
    return db.one(f"SELECT state FROM period WHERE id = {period}")


def version(period):
    return int(db.one(f"SELECT version FROM period WHERE id = {period}"))


def close(period):
    step(f"start_closing({period}, {version(period)}, 5)")
    db.seal()
    step(f"close({period}, {version(period)}, 5)")


def where(entry):
    return db.sql(f"SELECT period_id, day FROM ledger_entry WHERE id = {entry}")[0]


def test_the_months_of_three_years_are_there():
    assert db.one("SELECT count(*) FROM period") == "36"
    assert db.sql("SELECT state, count(*), min(code), max(code) FROM period GROUP BY 1 ORDER BY 1") == [
        ["closed", "12", "2025-01", "2025-12"], ["open", "24", "2026-01", "2027-12"]]
    assert step("make_year(2028)") == "12" and step("make_year(2028)") == "0"
    db.refused("23514", "INSERT INTO period (id, code, first_day, last_day) VALUES (203001, '2030-01', '2030-01-02', '2030-01-31')")


def test_the_day_chooses_the_period():
    assert where(db.post(s.two_lines(1), day="2026-02-28")) == ["202602", "2026-02-28"]
    assert where(db.post(s.two_lines(1), day="2027-12-31")) == ["202712", "2027-12-31"]


def test_a_closed_or_missing_period_gives_the_earliest_open_one_on_its_first_day():
    assert where(db.post(s.two_lines(1), day="2025-06-15")) == ["202601", "2026-01-01"]
    assert where(db.post(s.two_lines(1), day="2040-06-15")) == ["202601", "2026-01-01"]


def test_without_a_day_it_is_today_where_the_branch_is():
    db.sql("UPDATE branch SET time_zone = 'Pacific/Kiritimati' WHERE id = 2")
    entry = db.one("SELECT " + s.post_call(s.two_lines(1), day=None))
    assert db.one(f"SELECT day = (now() AT TIME ZONE 'Pacific/Kiritimati')::date FROM ledger_entry WHERE id = {entry}") == "t"
    db.sql("UPDATE branch SET time_zone = 'Asia/Shanghai' WHERE id = 2")


def test_a_direct_insert_into_a_closed_period_is_refused():
    head = ("INSERT INTO ledger_entry (key, hash, period_id, day, branch_id, total_fen) VALUES ('late', '', {}, '{}', 2, 1)")
    for level in ("owner", "super"):
        db.refused("YZ005", head.format(202506, "2025-06-15"), level)
        db.refused("YZ005", head.format(999, "2025-06-15"), level)
        db.refused("YZ003", head.format(202603, "2026-04-01"), level)


def test_an_old_snapshot_may_not_post():
    db.refused("YZ005", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT " + s.post_call(s.two_lines(1)))
    db.refused("YZ005", "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT " + s.post_call(s.two_lines(1)))
    db.refused("YZ006", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT period_start_closing(202601, 1, 5)")


def test_the_steps_come_in_order():
    db.refused("YZ006", f"SELECT period_start_closing(202602, {version(202602)}, 5)")      # not the earliest
    db.refused("YZ006", f"SELECT period_close(202601, {version(202601)}, 5)")              # not closing
    db.refused("YZ001", "SELECT period_start_closing(202601, 77, 5)")                      # a stale version
    db.refused("YZ001", "SELECT period_start_closing(190001, 1, 5)")                       # no such period
    assert int(step(f"start_closing(202601, {version(202601)}, 5)", "app")) == version(202601)
    db.refused("YZ006", f"SELECT period_start_closing(202602, {version(202602)}, 5)")      # the earlier is not closed yet
    step(f"abort(202601, {version(202601)}, 5)")
    assert state(202601) == "open"
    close(202601)
    assert state(202601) == "closed"
    db.refused("YZ006", f"SELECT period_reopen(202512, {version(202512)}, 5, 1, 'no')")    # not the latest closed


def test_reopening_takes_two_people_and_a_reason():
    db.refused("YZ006", f"SELECT period_reopen(202601, {version(202601)}, 5, 5, 'why')")
    db.refused("YZ006", f"SELECT period_reopen(202601, {version(202601)}, 5, NULL, 'why')")
    db.refused("YZ006", f"SELECT period_reopen(202601, {version(202601)}, 5, 1, '')")
    step(f"reopen(202601, {version(202601)}, 5, 1, 'wrong payer')")
    assert state(202601) == "open"


def test_in_closing_only_adjustments_post():
    step(f"start_closing(202601, {version(202601)}, 5)")
    assert where(db.post(s.two_lines(1), day="2026-01-20")) == ["202602", "2026-02-01"]
    assert where(db.post(s.two_lines(1), day="2026-01-20", kind="adjust")) == ["202601", "2026-01-20"]
    db.refused("YZ005", "INSERT INTO ledger_entry (key, hash, period_id, day, branch_id, total_fen) VALUES ('x', '', 202601, '2026-01-20', 2, 1)", "super")
    db.refused("YZ005", "SELECT " + s.post_call(s.two_lines(1), day="2025-01-20", kind="adjust"))
    step(f"abort(202601, {version(202601)}, 5)")


def test_closing_waits_until_every_entry_has_its_number():
    step(f"start_closing(202601, {version(202601)}, 5)")
    db.post(s.two_lines(1), day="2026-01-20", kind="adjust")
    db.refused("YZ006", f"SELECT period_close(202601, {version(202601)}, 5)")
    db.seal()
    step(f"close(202601, {version(202601)}, 5)")
    step(f"reopen(202601, {version(202601)}, 5, 1, 'more to do')")


def test_closing_waits_for_a_posting_under_way_and_keeps_it():
    poster, closer = s.Session(db), s.Session(db)
    poster.do("BEGIN;")
    entry = poster.do("SELECT " + s.post_call(s.two_lines(7), day="2026-01-21") + ";")[0]
    closer.send(f"SELECT period_start_closing(202601, {version(202601)}, 5);")
    closer.wait_blocked()
    assert state(202601) == "open"
    poster.do("COMMIT;")
    closer.answer()
    assert state(202601) == "closing"
    assert where(entry) == ["202601", "2026-01-21"]


def test_a_posting_that_comes_during_closing_waits_and_falls_into_the_next_period():
    step(f"abort(202601, {version(202601)}, 5)")
    poster, closer = s.Session(db), s.Session(db)
    closer.do("BEGIN;")
    closer.do(f"SELECT period_start_closing(202601, {version(202601)}, 5);")
    poster.send("SELECT " + s.post_call(s.two_lines(8), day="2026-01-22") + ";")
    poster.wait_blocked()
    closer.do("COMMIT;")
    assert where(poster.answer()[0]) == ["202602", "2026-02-01"]
    step(f"abort(202601, {version(202601)}, 5)")


def test_two_steps_at_once_are_one_after_the_other():
    one, two = s.Session(db), s.Session(db)
    at = version(202601)
    one.do("BEGIN;")
    one.do(f"SELECT period_start_closing(202601, {at}, 5);")
    two.send(f"SELECT period_start_closing(202601, {at}, 5);")
    two.wait_blocked()
    one.do("COMMIT;")
    two.refused("YZ001")
    step(f"abort(202601, {version(202601)}, 5)")


def test_none_slips_in_under_load():
    """Writers post into the first month without pause while it is closed and reopened: what landed there did so while it was open."""
    stop, trouble = threading.Event(), []

    def write():
        session = s.Session(db)
        while not stop.is_set():
            try:
                session.do("SELECT " + s.post_call(s.two_lines(3), day="2026-01-25") + ";")
            except Exception as error:  # noqa: BLE001 - handed to the test
                trouble.append(error)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(10):
            step(f"start_closing(202601, {version(202601)}, 5)")
            before = db.one("SELECT count(*) FROM ledger_entry WHERE period_id = 202601")
            yz.wait_until("a posting to land in the next month", lambda: db.one(
                "SELECT EXISTS (SELECT FROM ledger_entry WHERE period_id = 202602 AND created_at > (SELECT updated_at FROM period WHERE id = 202601))") == "t")
            assert db.one("SELECT count(*) FROM ledger_entry WHERE period_id = 202601") == before
            step(f"abort(202601, {version(202601)}, 5)")
            yz.wait_until("a posting to land in the month again", lambda: db.one(
                "SELECT count(*) FROM ledger_entry WHERE period_id = 202601") != before)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not trouble, trouble[:3]
    assert not db.check()


def test_the_transfer_empties_income_and_cost_and_reopening_takes_it_back():
    db.post(s.two_lines(5000, debit="5401", credit="2202", party_id=3), day="2026-01-11", branch_id=3)
    db.refused("YZ006", "SELECT period_transfer(202601, 3, 5, 5)")
    step(f"start_closing(202601, {version(202601)}, 5)")
    assert step("transfer(202601, 3, 4, 5)") == "2"
    left = ("SELECT coalesce(sum(abs(d)), 0) FROM (SELECT sum(debit_fen - credit_fen) AS d FROM balance_now JOIN ledger_account a "
            "ON code = account WHERE a.kind IN ('income', 'expense') AND period_id <= 202601 GROUP BY branch_id, account) x")
    assert db.one(left) == "0"
    assert step("transfer(202601, 3, 4, 5)") == "0"
    db.post(s.two_lines(900, debit="5602", credit="1002"), day="2026-01-31", kind="adjust")
    assert step("transfer(202601, 3, 4, 5)") == "1"         # what an adjustment brought afterwards
    assert db.one(left) == "0"
    profit = int(db.one("SELECT balance_at('3103', '2026-01-31')"))
    assert profit != 0
    db.seal()
    step(f"close(202601, {version(202601)}, 5)")
    step(f"reopen(202601, {version(202601)}, 5, 1, 'forgot one')")
    assert db.one("SELECT balance_at('3103', '2026-01-31')") == "0"
    assert db.one(left) != "0"
    close(202601)
    assert not db.check()


if __name__ == "__main__":
    yz.main(globals())
