"""What the ledger refuses, whoever asks, and what its one door promises."""
import store as s
import yz

db = s.Store()


def entry_sql(fen, day="2026-03-05", period=202603, total=None):
    return (f"INSERT INTO ledger_entry (id, key, hash, period_id, day, branch_id, total_fen) VALUES "
            f"(nextval('ledger_entry_id_seq'), gen_random_uuid()::text, '', {period}, '{day}', 2, {fen if total is None else total});\n")


def line_sql(n, side, fen, account="1001"):
    return (f"INSERT INTO ledger_line (entry_id, n, account, side, amount_fen, branch_id) "
            f"VALUES (currval('ledger_entry_id_seq'), {n}, '{account}', '{side}', {fen}, 2);\n")


BALANCED = entry_sql(500) + line_sql(1, "D", 500) + line_sql(2, "C", 500, "5001")


def test_a_balanced_entry_goes_through_by_hand_of_the_owner():
    db.sql("BEGIN;" + BALANCED + "COMMIT;")


def test_unbalanced_is_refused():
    db.refused("YZ003", "BEGIN;" + entry_sql(500) + line_sql(1, "D", 500) + line_sql(2, "C", 423, "5001") + "COMMIT;")
    db.refused("YZ003", "BEGIN;" + entry_sql(500) + line_sql(1, "D", 500) + line_sql(2, "C", 423, "5001") + "COMMIT;", "super")


def test_a_total_that_is_not_that_of_the_lines_is_refused():
    db.refused("YZ003", "BEGIN;" + entry_sql(501) + line_sql(1, "D", 500) + line_sql(2, "C", 500, "5001") + "COMMIT;")


def test_an_entry_without_lines_is_refused():
    db.refused("YZ003", entry_sql(0))
    db.refused("YZ003", entry_sql(0), "super")


def test_a_single_line_is_refused():
    db.refused("YZ003", "BEGIN;" + entry_sql(0) + line_sql(1, "C", 500) + "COMMIT;")


def test_the_trick_of_immediate_constraints_is_refused():
    db.refused("YZ003", "BEGIN; SET CONSTRAINTS ALL IMMEDIATE;" + entry_sql(0))
    db.refused("YZ003", "BEGIN;" + BALANCED + "SET CONSTRAINTS ALL IMMEDIATE;" + line_sql(3, "D", 77) + "COMMIT;")
    db.refused("YZ003", "BEGIN;" + BALANCED + "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;" + line_sql(3, "D", 77) + "COMMIT;")


def test_a_late_line_is_refused():
    entry = db.post(s.two_lines(100))
    late = f"INSERT INTO ledger_line (entry_id, n, account, side, amount_fen, branch_id) VALUES ({entry}, 3, '1001', 'D', 1, 2)"
    db.refused("YZ007", late)
    db.refused("YZ007", late, "super")


def test_lines_may_come_in_a_savepoint_of_the_same_transaction():
    db.sql("BEGIN;" + entry_sql(9) + "SAVEPOINT a;" + line_sql(1, "D", 9) + line_sql(2, "C", 9, "5001") + "RELEASE a; COMMIT;")


def test_zero_and_strange_sides_are_refused():
    db.refused("23514", "BEGIN;" + entry_sql(0) + line_sql(1, "D", 0))
    db.refused("23514", "BEGIN;" + entry_sql(0) + line_sql(1, "X", 5))


def test_more_than_a_hundred_lines_are_refused():
    lines = [{"account": "1122", "side": "D", "amount_fen": 1}] * 100 + [{"account": "5001", "side": "C", "amount_fen": 100}]
    db.refused("23514", "SELECT " + s.post_call(lines))
    db.sql("SELECT " + s.post_call(lines[1:100] + [{"account": "5001", "side": "C", "amount_fen": 99}]))


def test_no_update_delete_truncate_by_owner_or_superuser():
    for table in ("ledger_entry", "ledger_line", "ledger_number", "seal", "change"):
        column = {"ledger_line": "n", "seal": "n", "ledger_number": "number"}.get(table, "id")
        for level in ("owner", "super"):
            db.refused("YZ002", f"UPDATE {table} SET {column} = {column}", level)
            db.refused("YZ002", f"DELETE FROM {table}", level)
            db.refused("YZ002", f"TRUNCATE {table} CASCADE", level)


def test_the_pool_can_only_read_and_call():
    scope = [1, 2, 3, 4]
    for table in ("ledger_entry", "ledger_line", "ledger_number", "balance", "balance_fold", "period", "seal", "era", "ledger_account"):
        for attempt in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            db.refused("42501", attempt, "app", scope, 3)
    db.refused("42501", "UPDATE ledger_line SET amount_fen = 1", "app", scope, 3)
    db.refused("42501", "UPDATE period SET state = 'open'", "app", scope, 3)
    db.refused("42501", "ALTER TABLE ledger_line DISABLE TRIGGER ALL", "app", scope, 3)
    db.refused("42501", "SET session_replication_role = replica", "app", scope, 3)
    db.refused("42501", "CREATE TABLE mine (x int)", "app", scope, 3)
    db.refused("42501", "CREATE TEMP TABLE ledger_account (x int)", "app", scope, 3)
    db.refused("42501", "SET ROLE yizhan_owner", "app", scope, 3)
    db.refused("42501", "SELECT era_open()", "app", scope, 3)
    db.refused("42501", "SELECT ledger_give_numbers(1, '0', '9')", "app", scope, 3)
    assert int(db.one("SELECT " + s.post_call(s.two_lines(77)), "app", scope, 3)) > 0


def test_a_temporary_table_cannot_stand_in_for_a_real_one():
    db.sql(f'GRANT TEMP ON DATABASE "{db.name}" TO yizhan_app', "super")
    db.sql("CREATE TEMP TABLE period (id int, state text, first_day date, last_day date);"
           "INSERT INTO period VALUES (202501, 'open', '2025-01-01', '2025-01-31'); SELECT "
           + s.post_call(s.two_lines(5), key="shadow-0001", day="2025-01-15"), "app", [2], 3)
    assert db.one("SELECT period_id FROM ledger_entry WHERE key = 'shadow-0001'") == "202601"
    db.sql(f'REVOKE TEMP ON DATABASE "{db.name}" FROM yizhan_app', "super")


def test_the_tail_can_only_read_and_call():
    for table in ("change", "ledger_entry", "ledger_line", "seal", "balance"):
        db.refused("42501", f"DELETE FROM {table}", "tail")
    db.refused("42501", "SELECT * FROM employee", "tail")
    db.refused("42501", "SELECT " + s.post_call(s.two_lines(77)), "tail")


def test_a_repeated_key_gives_the_first_entry():
    first = db.post(s.two_lines(100), key="again-0001")
    assert db.post(s.two_lines(100), key="again-0001") == first
    assert db.one("SELECT count(*) FROM ledger_entry WHERE key = 'again-0001'") == "1"
    db.refused("YZ004", "SELECT " + s.post_call(s.two_lines(101), key="again-0001"))
    db.refused("23505", "BEGIN;" + BALANCED.replace("gen_random_uuid()::text", "'again-0001'") + "COMMIT;")


def test_the_same_key_in_two_sessions_at_once_makes_one_entry():
    one, two = s.Session(db), s.Session(db)
    one.do("BEGIN;")
    first = one.do("SELECT " + s.post_call(s.two_lines(100), key="race-0001") + ";")
    two.send("SELECT " + s.post_call(s.two_lines(100), key="race-0001") + ";")
    two.wait_blocked()
    one.do("COMMIT;")
    assert two.answer() == first
    one.do("BEGIN;")
    one.do("SELECT " + s.post_call(s.two_lines(100), key="race-0002") + ";")
    two.send("SELECT " + s.post_call(s.two_lines(999), key="race-0002") + ";")
    two.wait_blocked()
    one.do("COMMIT;")
    two.refused("YZ004")


def test_a_missing_key_branch_or_account_is_refused():
    db.refused("YZ003", "SELECT " + s.post_call(s.two_lines(1), key=" ").replace('"key": " "', '"key": ""'))
    db.refused("23502", "SELECT " + s.post_call(s.two_lines(1), branch_id=None))
    db.refused("YZ011", "SELECT " + s.post_call(s.two_lines(1, debit="9999")))
    db.refused("YZ011", "SELECT " + s.post_call(s.two_lines(1, debit="2221")))      # a heading
    db.refused("23503", "SELECT " + s.post_call(s.two_lines(1, party_id=99999)))
    db.refused("23503", "SELECT " + s.post_call(s.two_lines(1), branch_id=77))
    db.refused("22P02", "SELECT " + s.post_call([{"account": "1122", "side": "D", "amount_fen": "1.5"}]))
    db.refused("YZ003", "SELECT " + s.post_call([]))


def test_a_reversal_is_the_mirror_and_happens_once():
    first = db.post(s.two_lines(1000, party_id=1, line="rescue"))
    red = db.post(None, key="red-00000001", red_of=int(first))
    assert db.sql(f"SELECT account, side, amount_fen, party_id, line FROM ledger_line WHERE entry_id = {red} ORDER BY n") == [
        ["1122", "D", "-1000", "1", "rescue"], ["5001", "C", "-1000", "1", "rescue"]]
    assert db.post(None, key="red-00000001", red_of=int(first)) == red
    db.refused("23505", "SELECT " + s.post_call(None, red_of=int(first)))
    db.refused("YZ003", "SELECT " + s.post_call(None, red_of=int(red)))


def test_a_reversal_with_other_lines_is_refused():
    first = int(db.post(s.two_lines(1000)))
    db.refused("YZ003", "SELECT " + s.post_call(s.two_lines(-999), red_of=first))
    db.refused("YZ003", "SELECT " + s.post_call(s.two_lines(-1000, credit="5051"), red_of=first))
    db.refused("YZ003", "SELECT " + s.post_call(s.two_lines(-1000, party_id=1), red_of=first))
    db.post(s.two_lines(-1000), red_of=first)


def test_a_line_is_stamped_by_its_entry_whatever_it_says():
    db.sql("BEGIN;" + entry_sql(5) + line_sql(1, "D", 5).replace("branch_id)", "branch_id, period_id, day, era, tx)").replace(
        ", 2);", ", 2, 202501, '2025-01-01', 9, '3');") + line_sql(2, "C", 5, "5001") + "COMMIT;")
    assert db.one("SELECT count(*) FROM ledger_line l JOIN ledger_entry e ON e.id = entry_id "
                  "WHERE (l.period_id, l.day, l.era, l.tx) IS DISTINCT FROM (e.period_id, e.day, e.era, e.tx)") == "0"


def test_a_false_transaction_id_cannot_be_given():
    db.sql("BEGIN;" + BALANCED.replace("total_fen)", "total_fen, tx)").replace(", 500);", ", 500, '3');") + "COMMIT;")
    assert db.one("SELECT count(*) FROM ledger_entry WHERE tx = '3'") == "0"


def test_a_posted_document_stays_as_it_was():
    entry = db.one("SELECT nextval('document_id_seq')")
    made = db.post(s.two_lines(100), document_id=None)
    db.sql(f"INSERT INTO document (id, number, kind, state, branch_id, amount_fen, day, entity, row_id, charge_id, entry_id) VALUES "
           f"({entry}, 'D1', 'receivable', 'posted', 2, 100, '2026-03-05', 'rescue', 1, 1, {made})")
    for change in ("amount_fen = 99", "state = 'draft'", "entry_id = NULL", "branch_id = 3", "party_id = 1", "state = 'void'"):
        db.refused("YZ002", f"UPDATE document SET {change} WHERE id = {entry}", "app", [2, 3], 3)
    db.refused("YZ002", f"DELETE FROM document WHERE id = {entry}", "app", [2], 3)
    db.sql(f"UPDATE document SET state = 'reversed', version = 2 WHERE id = {entry}", "app", [2], 3)
    db.refused("YZ002", f"UPDATE document SET state = 'posted' WHERE id = {entry}", "app", [2], 3)


def test_one_document_per_money_step():
    insert = ("INSERT INTO document (number, kind, branch_id, amount_fen, day, entity, row_id, charge_id, sequence) "
              "VALUES (gen_random_uuid()::text, 'receipt', 2, 5, '2026-03-05', 'rescue', 7, {charge}, {sequence})")
    db.sql(insert.format(charge="NULL", sequence=1))
    db.refused("23505", insert.format(charge="NULL", sequence=1))
    db.sql(insert.format(charge="NULL", sequence=2))
    db.sql(insert.format(charge="1", sequence=1))
    db.refused("23505", insert.format(charge="1", sequence=1))
    by_hand = "INSERT INTO document (number, kind, branch_id, amount_fen, day) VALUES (gen_random_uuid()::text, 'receipt', 2, 5, '2026-03-05')"
    db.sql(by_hand + ";" + by_hand)
    db.refused("23514", by_hand.replace("day)", "day, state)").replace("05')", "05', 'posted')"))   # posted without an entry


def test_an_entry_and_its_document_may_name_each_other_in_either_order():
    db.sql("BEGIN; INSERT INTO document (id, number, kind, state, branch_id, amount_fen, day, entry_id) SELECT 900, 'D900', 'receipt', "
           "'posted', 2, 100, '2026-03-05', " + s.post_call(s.two_lines(100, debit="1001", credit="1122"), document_id=900) + "; COMMIT;")
    db.refused("23503", "SELECT " + s.post_call(s.two_lines(100), document_id=123456))


if __name__ == "__main__":
    yz.main(globals())
