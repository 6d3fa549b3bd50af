"""ledger_check() must fail when it should: every sort of damage is planted with the guards switched off, and named."""
import store as s
import yz

db = s.Store()
ENTRY = int(db.post(s.two_lines(10600, party_id=1), day="2026-01-10"))
RED = int(db.post(None, red_of=ENTRY, day="2026-01-11"))
DOCUMENT = 700
db.sql(f"BEGIN; INSERT INTO document (id, number, kind, state, branch_id, amount_fen, day, entity, row_id, entry_id) SELECT {DOCUMENT}, "
       "'R700', 'receivable', 'posted', 2, 500, '2026-01-12', 'rescue', 1, "
       + s.post_call(s.two_lines(500, party_id=1), day="2026-01-12", document_id=DOCUMENT) + "; COMMIT;")
db.seal()
db.roll()


def found(damage, what, row, database=None):
    other = db.copy()
    other.tamper(damage)
    errors = other.check()
    assert any(what in w and r == row for w, r in errors), errors


def test_sound_books_have_no_error():
    assert db.check() == []
    assert [r[0] for r in db.sql("SELECT DISTINCT severity FROM ledger_check()")] == ["info"]
    assert db.sql("SELECT count(*) FROM ledger_check()", "app", [3], 4) == [["2"]]      # whoever asks, the whole is looked at


def test_an_entry_out_of_balance():
    found(f"UPDATE ledger_line SET amount_fen = 10601 WHERE entry_id = {ENTRY} AND n = 1", "out by 1 fen", f"ledger_entry {ENTRY}")
    found(f"UPDATE ledger_line SET amount_fen = 10601 WHERE entry_id = {ENTRY} AND n = 1", "of all lines differ by 1 fen", "ledger")
    found(f"UPDATE ledger_entry SET total_fen = 1 WHERE id = {ENTRY}", "says 1 fen", f"ledger_entry {ENTRY}")


def test_an_entry_without_lines_and_lines_without_an_entry():
    found(f"DELETE FROM ledger_line WHERE entry_id = {ENTRY}", "has no lines", f"ledger_entry {ENTRY}")
    found(f"DELETE FROM ledger_line WHERE entry_id = {ENTRY} AND n = 2", "has 1 lines", f"ledger_entry {ENTRY}")
    found(f"DELETE FROM ledger_entry WHERE id = {ENTRY}", "belongs to no entry", f"ledger_line {ENTRY}/1")


def test_a_line_of_another_period_or_day():
    found(f"UPDATE ledger_line SET period_id = 202602 WHERE entry_id = {ENTRY}", "not of its entry's period", f"ledger_line {ENTRY}/1")
    found(f"UPDATE ledger_entry SET day = '2026-03-01' WHERE id = {ENTRY}", "day is not in its period", f"ledger_entry {ENTRY}")


def test_a_false_reversal():
    found(f"UPDATE ledger_line SET account = '5051' WHERE entry_id = {RED} AND n = 2", "not the mirror", f"ledger_entry {RED}")


def test_gaps_and_doubles_in_numbers():
    found("UPDATE ledger_number SET number = 9 WHERE number = 3", "number 记-9 follows 2", "period 202601")
    found(f"DELETE FROM ledger_number WHERE entry_id = {ENTRY}", "number 记-2 follows 0", "period 202601")
    found(f"UPDATE ledger_number SET period_id = 202602 WHERE entry_id = {ENTRY}", "another period or word", f"ledger_entry {ENTRY}")
    found("UPDATE ledger_number SET number = 10 - number; UPDATE ledger_number SET number = number - 6", "not in commit order", "period 202601 记-2")


def test_a_closed_period_with_an_entry_that_has_no_number():
    found(f"DELETE FROM ledger_number; UPDATE period SET state = 'closed' WHERE id = 202601", "its period is closed", f"ledger_entry {ENTRY}")


def test_periods_out_of_order():
    found("UPDATE period SET state = 'closed' WHERE id = 202605", "later one is closed", "period 202604")
    found("UPDATE period SET state = 'closing' WHERE id = 202603", "later one is closing", "period 202602")
    found("DELETE FROM period WHERE id = 202607", "month is missing", "period 202608")


def test_documents_that_do_not_match():
    found(f"UPDATE document SET amount_fen = 499 WHERE id = {DOCUMENT}", "says 499 fen and its entry 500", "document R700")
    found(f"UPDATE document SET tax_fen = 28 WHERE id = {DOCUMENT}", "says 28 fen of tax", "document R700")
    found(f"UPDATE document SET entry_id = {ENTRY} WHERE id = {DOCUMENT}", "do not name each other", "document R700")
    found(f"UPDATE document SET state = 'reversed' WHERE id = {DOCUMENT}", "no posted mirror", "document R700")
    found(f"UPDATE document SET state = 'draft' WHERE id = {DOCUMENT}", "not posted and has an entry", "document R700")
    found(f"UPDATE document SET entry_id = 99999 WHERE id = {DOCUMENT}", "posted and has no entry", "document R700")


def test_a_balance_that_is_not_what_the_lines_make():
    found("UPDATE balance SET debit_fen = debit_fen + 1 WHERE account = '1122' AND party_id = 1", "kept balance is D 501",
          "balance 1122 branch 2 party 1 period 202601")
    found("DELETE FROM balance WHERE account = '5001'", "kept balance is D", "balance 5001 branch 2 party 1 period 202601")
    found("INSERT INTO balance VALUES ('1001', 2, 0, 202601, 5, 0)", "kept balance is D 5", "balance 1001 branch 2 party 0 period 202601")
    found("UPDATE balance_fold SET to_tx = '5'", "kept balance is D", "balance 1122 branch 2 party 1 period 202601")


def test_guards_that_were_taken_down():
    found("ALTER TABLE ledger_line DISABLE TRIGGER ledger_line_weigh", "guard", "trigger ledger_line_weigh on ledger_line")
    found("DROP TRIGGER change_append_only ON change", "guard", "trigger change_append_only on change")
    found("ALTER TABLE ledger_line DISABLE ROW LEVEL SECURITY", "row-level security is off", "ledger_line")
    found("GRANT UPDATE ON ledger_line TO yizhan_app", "right it must not have", "yizhan_app: UPDATE on ledger_line")
    found("GRANT DELETE ON change TO yizhan_app", "right it must not have", "yizhan_app: DELETE on change")


PLANTED = """CREATE FUNCTION till_check() RETURNS TABLE (severity text, what text, row_name text) LANGUAGE sql STABLE AS $$
    SELECT 'error', 'the till is empty', 'till ' || 7 $$;"""


def test_a_check_is_one_row():
    other = db.copy()
    other.sql(PLANTED)
    assert other.check() == [["a check is not run", "function till_check"]], other.check()
    other.sql("INSERT INTO ledger_check_part (name, position) VALUES ('till_check', 105)")
    assert other.check() == [["the till is empty", "till 7"]], other.check()
    assert other.sql("SELECT what, row_name FROM ledger_check() WHERE severity = 'error'", "app", [3], 4) == other.check()
    other.sql("DROP FUNCTION till_check()")
    assert other.check() == [["a check is not there", "function till_check"]], other.check()
    listed = other.sql("DELETE FROM ledger_check_part RETURNING name")
    assert len(other.check()) == len(listed) - 1 and {w for w, _ in other.check()} == {"a check is not run"}, other.check()


def test_a_guard_is_one_row_and_only_the_owner_adds_one():
    for table in ("ledger_check_part", "ledger_guard"):
        for level in ("app", "tail"):
            db.refused("42501", f"SELECT * FROM {table}", level, [2], 4)
            db.refused("42501", f"INSERT INTO {table} SELECT * FROM {table}", level, [2], 4)
    other = db.copy()
    other.tamper("INSERT INTO ledger_guard VALUES ('party', 'party_is_kept'), ('till', 'till_is_kept'); GRANT INSERT ON ledger_guard TO yizhan_app; "
                 "GRANT DELETE ON ledger_check_part TO yizhan_tail")
    assert sorted(row for _, row in other.check()) == ["trigger party_is_kept on party", "trigger till_is_kept on till",
                                                       "yizhan_app: INSERT on ledger_guard", "yizhan_tail: DELETE on ledger_check_part"], other.check()


if __name__ == "__main__":
    yz.main(globals())
