"""Kept balances: folded behind the horizon, exact at every moment, equal to the lines."""
import threading

import store as s
import yz

db = s.Store()

BY_LINES = ("SELECT account, branch_id, coalesce(party_id, 0), period_id, coalesce(sum(amount_fen) FILTER (WHERE side = 'D'), 0), "
            "coalesce(sum(amount_fen) FILTER (WHERE side = 'C'), 0) FROM ledger_line GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4")
BY_BALANCES = ("SELECT account, branch_id, party_id, period_id, sum(debit_fen), sum(credit_fen) FROM {} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4")


def equal():
    lines = db.sql(BY_LINES)
    assert lines and db.sql(BY_BALANCES.format("balance_now")) == lines


def test_a_read_is_exact_before_and_after_folding():
    db.post(s.two_lines(10600, party_id=1), day="2026-01-10")
    db.post(s.two_lines(300, party_id=2), day="2026-02-10", branch_id=3)
    equal()
    db.roll()
    assert db.one("SELECT count(*) FROM balance") != "0"
    equal()
    db.post(s.two_lines(-600, party_id=1), day="2026-02-11")
    equal()
    db.roll()
    equal()
    assert db.one("SELECT balance_roll()") == "0"


def test_a_line_of_a_running_transaction_is_not_folded_and_not_lost():
    early = s.Session(db)
    early.do("BEGIN;")
    early.do("SELECT " + s.post_call(s.two_lines(11)) + ";")
    db.post(s.two_lines(22))
    db.roll()
    assert db.one("SELECT coalesce(sum(debit_fen), 0) FROM balance WHERE period_id = 202603") == "0"
    assert db.one("SELECT balance_at('1122', '2026-03-31') - balance_at('1122', '2026-02-28')") == "22"
    early.do("COMMIT;")
    assert db.one("SELECT balance_at('1122', '2026-03-31') - balance_at('1122', '2026-02-28')") == "33"
    db.roll()
    assert db.one("SELECT sum(debit_fen) FROM balance WHERE period_id = 202603") == "33"


def test_small_steps_fold_the_same():
    for i in range(1, 30):
        db.post(s.two_lines(i), day="2026-06-15")
    steps = 0
    while int(db.one("SELECT balance_roll(4)")):
        steps += 1
    assert steps > 5, steps
    equal()
    assert not db.check()


def test_balances_hold_while_writers_and_two_rollers_run():
    stop, wrong = threading.Event(), []

    def write(n):
        session = s.Session(db)
        for i in range(50):
            session.do("BEGIN;")
            session.do("SELECT " + s.post_call(s.two_lines(n * 100 + i, party_id=3), day="2026-07-07") + ";")
            session.do("SELECT pg_sleep(0.003);" if i % 5 == n else "SELECT 1;")
            session.do("ROLLBACK;" if i % 10 == 9 else "COMMIT;")

    def roll():
        session = s.Session(db, "tail")
        while not stop.is_set():
            session.do("SELECT balance_roll(20);")

    def read():
        session = s.Session(db)
        while not stop.is_set():
            answer = session.do("SELECT (SELECT sum(debit_fen - credit_fen) FROM balance_now), (SELECT sum(debit_fen) FROM balance_now) = "
                                "(SELECT sum(amount_fen) FROM ledger_line WHERE side = 'D');")
            if answer != ["0|t"]:
                wrong.append(answer)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(1, 6)]
    helpers = [threading.Thread(target=f) for f in (roll, roll, read)]
    for thread in writers + helpers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in helpers:
        thread.join()
    assert not wrong, wrong[:3]
    equal()
    db.roll()
    assert db.sql(BY_BALANCES.format("balance")) == db.sql(BY_LINES)
    assert not db.check()


def test_balance_at_a_day_by_branch_party_and_sub_account():
    other = s.Store()
    other.post(s.two_lines(100, party_id=1), day="2026-01-31")
    other.post(s.two_lines(30, debit="112201", party_id=3), day="2026-02-01", branch_id=3)
    other.post(s.two_lines(5, party_id=1), day="2026-02-15")
    for folded in (False, True):
        if folded:
            other.roll()
        assert other.one("SELECT balance_at('1122', '2026-01-30')") == "0"
        assert other.one("SELECT balance_at('1122', '2026-01-31')") == "100"
        assert other.one("SELECT balance_at('1122', '2026-02-14')") == "130"
        assert other.one("SELECT balance_at('1122', '2026-02-28', 2)") == "105"
        assert other.one("SELECT balance_at('1122', '2026-02-28', NULL, 3)") == "30"
        assert other.one("SELECT balance_at('5001', '2026-02-28')") == "-135"
        assert other.one("SELECT balance_at('1122', '2026-02-28')", "app", [3]) == "30"


def test_the_trial_balance_balances_and_keeps_to_the_scope():
    other = s.Store()
    other.post(s.two_lines(100, party_id=1), day="2026-01-31")
    other.post(s.two_lines(40, debit="1001", credit="1122", party_id=1), day="2026-02-01")
    other.post(s.two_lines(7), day="2026-02-02", branch_id=3)
    columns = "account, opening_debit_fen, opening_credit_fen, debit_fen, credit_fen, closing_debit_fen, closing_credit_fen"
    for folded in (False, True):
        if folded:
            other.roll()
        assert other.sql(f"SELECT {columns} FROM trial_balance(202602, 202602)", "app", [1, 2, 3, 4]) == [
            ["1001", "0", "0", "40", "0", "40", "0"],
            ["1122", "100", "0", "7", "40", "67", "0"],
            ["5001", "0", "100", "0", "7", "0", "107"]]
        assert other.sql(f"SELECT {columns} FROM trial_balance(202602, 202602)", "app", [3]) == [
            ["1122", "0", "0", "7", "0", "7", "0"], ["5001", "0", "0", "0", "7", "0", "7"]]
        assert other.sql(f"SELECT {columns} FROM trial_balance(202601, 202612, '{{3}}')", "app", [1, 2, 3, 4]) == [
            ["1122", "0", "0", "7", "0", "7", "0"], ["5001", "0", "0", "0", "7", "0", "7"]]


def test_the_tail_is_found_by_its_index():
    """200,000 lines folded, a few not: a read must not walk the folded ones."""
    other = s.Store()
    other.tamper("INSERT INTO ledger_entry (id, key, hash, period_id, day, branch_id, total_fen, tx) SELECT i, 'bulk' || i, '', 202601, '2026-01-02', "
                 "2, 1, i::text::xid8 FROM generate_series(1, 100000) i; INSERT INTO ledger_line SELECT i, n, '1001', substr('DC', n, 1), 1, 2, "
                 "NULL, NULL, NULL, NULL, 202601, '2026-01-02', 1, i::text::xid8 FROM generate_series(1, 100000) i, generate_series(1, 2) n; "
                 "UPDATE balance_fold SET to_tx = '99990'; ANALYZE ledger_line;")
    plan = "\n".join(r[0] for r in other.sql("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) SELECT sum(debit_fen) FROM balance_now", "app", [2]))
    assert "ledger_line_tail" in plan and "rows=22 " in plan, plan


if __name__ == "__main__":
    yz.main(globals())
