#!/usr/bin/env python3
"""The checker of the tests of faults, proved able to fail: what is planted is found, and the row is named."""
import pathlib
import re

import checker
import company
import load
import yz
from yz import check

cluster, database = company.fresh()
store = load.Store.of_cluster(cluster, database)
server = yz.Server(cluster, database)
crowd = load.Crowd(store, [server]).start()
PAST = "SET session_replication_role = replica; "  # as somebody does who goes round every trigger and reference


def test_sound_work_holds():
    crowd.wait_done(15, what="cleared")
    crowd.stop()
    sound = checker.Checker(store, crowd.record)
    sound.seal()
    store.sql("SELECT balance_roll()")
    counts = sound.must_hold()
    check(crowd.surprises == [], f"nobody met what he must not meet {crowd.surprises[:3]}")
    check(counts["acknowledged"] > 200 and counts["documents"] > 30 and counts["open"] == 0, f"there was something to look at: {counts}")
    server.stop()


def planted(name, sql, *words, record=None, head=None):
    """A copy of the data with something wrong in it: each of the words must be in one of the problems."""
    copy = yz.copy_database(cluster, database)
    found = checker.Checker(load.Store.of_cluster(cluster, copy), record or crowd.record)
    found.head = head
    rows = found.store.sql(sql)
    words = [re.sub(r"\{(\d+)\}", lambda m: rows[-1][int(m[1])], w) for w in words]
    problems = found.problems()
    told = [w for w in words if not any(w in p for p in problems)]
    check(problems and not told, f"found: {name}" + (f"; but nobody said {told}: {problems[:5]}" if told else ""))
    yz.drop_database(cluster, copy)


CLEARED = "(SELECT max(id) FROM rescue_order WHERE money_state = 'cleared' AND received_fen > 0)"


def test_lost_work():
    planted("an acknowledged order that is gone", PAST + f"DELETE FROM rescue_order WHERE id = {CLEARED} RETURNING id",
            "rescue {0} was acknowledged at version", "rescue {0} was acknowledged under key")
    planted("an order put back a step", PAST + f"UPDATE rescue_order SET version = version - 1 WHERE id = {CLEARED} RETURNING id",
            "rescue {0} was acknowledged at version", "rescue {0} is at version")
    planted("an order in another state", PAST + "UPDATE rescue_order SET state = 'void' WHERE id = (SELECT max(id) FROM rescue_order WHERE"
            " state = 'new') RETURNING id", "rescue {0} was acknowledged as new")
    planted("a change that is gone", PAST + f"DELETE FROM change WHERE id = (SELECT max(id) FROM change WHERE entity = 'rescue' AND row_id = {CLEARED})"
            " RETURNING row_id, version, id", "of rescue {0} to version {1}", "rescue {0} is at version", "change {2}: the row is gone")
    planted("a key that is gone", "DELETE FROM command_key WHERE key = (SELECT max(key) FROM command_key WHERE verb = 'rescue.price') RETURNING key",
            "rescue.price key {0}", "has no key")
    planted("an answer that is another", "UPDATE command_key SET answer = '{\"id\":1,\"version\":77}' WHERE key = (SELECT max(key) FROM command_key"
            " WHERE verb = 'rescue.audit') RETURNING key", "rescue.audit key {0} was answered")
    planted("a receipt that is gone", PAST + "DELETE FROM document WHERE id = (SELECT max(id) FROM document WHERE kind = 'receipt') RETURNING"
            " row_id, replace(reason, 'key ', ''), number", "rescue {0} took", "receive key {1}")


def test_doubled_work():
    columns = "customer_id, contact_name, contact_phone, car_model, service, road, place, remarks, branch_id"
    planted("an order made twice", f"INSERT INTO rescue_order ({columns}, number) SELECT {columns}, 'R-again' FROM rescue_order WHERE id = {CLEARED}"
            " RETURNING replace(remarks, 'key ', '')", "rescue.create key {0} made 2 orders")
    planted("a change made twice", "INSERT INTO change (who, verb, entity, row_id, branch_id, version, now) SELECT who, verb, entity, row_id, branch_id,"
            f" version, now FROM change WHERE id = (SELECT max(id) FROM change WHERE entity = 'rescue' AND row_id = {CLEARED}) RETURNING row_id,"
            " version", "rescue {0} has 2 changes to version {1}")
    double = (PAST + "WITH one AS (SELECT * FROM document WHERE id = (SELECT max(id) FROM document WHERE kind = '{kind}' AND state = 'posted' AND red_of IS NULL)),"
              " entry AS (INSERT INTO ledger_entry (id, key, hash, period_id, day, branch_id, word, text, total_fen, document_id) SELECT -7, 'again', hash,"
              " period_id, day, branch_id, word, text, total_fen, -7 FROM ledger_entry WHERE id = (SELECT entry_id FROM one)),"
              " lines AS (INSERT INTO ledger_line (entry_id, n, account, side, amount_fen, branch_id, party_id, line, period_id, day, era, tx) SELECT -7, n,"
              " account, side, amount_fen, branch_id, party_id, line, period_id, day, 1, pg_current_xact_id() FROM ledger_line WHERE entry_id ="
              " (SELECT entry_id FROM one)) INSERT INTO document (id, number, kind, state, branch_id, party_id, entity, row_id, charge_id, sequence,"
              " amount_fen, tax_fen, day, method, reason, entry_id) SELECT -7, 'D-again', kind, state, branch_id, party_id, entity, row_id, charge_id, 99,"
              " amount_fen, tax_fen, day, method, reason, -7 FROM one RETURNING row_id, replace(reason, 'key ', '')")
    planted("a receipt posted twice, in books that balance", double.replace("{kind}", "receipt"), "steps that make a receipt", "D-again",
            "rescue {0} received", "2 documents were made by key {1}")
    planted("a receivable posted twice", double.replace("{kind}", "receivable"), "steps that make a receivable", "D-again",
            "standing receivables")
    planted("one key with two rows", "INSERT INTO command_key SELECT user_id, 'another-key', verb, hash, answer FROM command_key WHERE key ="
            " (SELECT max(key) FROM command_key WHERE verb = 'rescue.clear') RETURNING key", "key {0} of", "2 keys say rescue.clear")


def test_books():
    planted("a line that was altered", PAST + "UPDATE ledger_line SET amount_fen = amount_fen + 77 WHERE (entry_id, n) = (SELECT max(entry_id), 1 FROM"
            " ledger_line) RETURNING entry_id", "ledger_entry {0} with", "yizhanctl: WRONG", "ledger_entry {0}: the row is not what was sealed")
    planted("a balance that was altered", "UPDATE balance SET debit_fen = debit_fen + 1 WHERE ctid = (SELECT min(ctid) FROM balance) RETURNING account",
            "balance {0} branch", "yizhanctl: WRONG: balance {0}")
    planted("an entry without a document", PAST + "UPDATE ledger_entry SET document_id = NULL WHERE id = (SELECT max(id) FROM ledger_entry) RETURNING id",
            "ledger_entry {0} belongs to no document", "do not name each other")
    planted("a payer's part that was altered", f"UPDATE rescue_charge SET amount_fen = amount_fen + 1 WHERE order_id = {CLEARED} RETURNING order_id, id",
            "yizhanctl: WRONG: rescue {0}", "yizhanctl: WRONG: rescue_charge {1}")
    planted("money handed in that nobody took", f"UPDATE rescue_order SET handed_fen = handed_fen + 1 WHERE id = {CLEARED} RETURNING id",
            "yizhanctl: WRONG: rescue {0}: 1 fen are handed in", "more was handed in")
    planted("a driver's receipt that no order tells", f"UPDATE rescue_order SET driver_fen = driver_fen + 1 WHERE id = {CLEARED} RETURNING id, driver_id",
            "yizhanctl: WRONG: rescue {0}: 1 fen came by way", "yizhanctl: WRONG: employee {1}")
    planted("a guard that was switched off", "ALTER TABLE change DISABLE TRIGGER change_append_only", "trigger change_append_only on change")


def test_trail():
    planted("a change row that was altered", PAST + "UPDATE change SET who = 1 WHERE id = (SELECT min(id) FROM change WHERE verb = 'rescue.receive')"
            " RETURNING id", "change {0}: the row is not what was sealed")
    planted("a change that was put in afterwards", PAST + "INSERT INTO change (id, tx, verb, entity) SELECT -7, tx, 'rescue.clear', 'x' FROM change"
            " ORDER BY id LIMIT 1", "change -7: the row was put in afterwards")
    planted("the order of the chain", PAST + "DELETE FROM seal WHERE n = 1", "does not follow")
    head = cluster.sql("SELECT encode(hash, 'hex') FROM seal ORDER BY n DESC LIMIT 1", database)[0][0]
    planted("a chain cut short", PAST + "DELETE FROM seal WHERE n = (SELECT max(n) FROM seal)", "does not hold the seal that was noted elsewhere", head=head)


def test_vehicles_and_sessions():
    planted("a vehicle on two orders", "DROP INDEX rescue_order_live_vehicle, rescue_order_live_driver; UPDATE rescue_order SET state = 'arrived',"
            " vehicle_id = (SELECT min(id) FROM vehicle), driver_id = (SELECT min(driver_id) FROM vehicle_driver) WHERE id IN (SELECT id FROM"
            " rescue_order WHERE state = 'new' ORDER BY id LIMIT 2) RETURNING vehicle_id, driver_id", "vehicle {0} is on several live orders",
            "driver {1} is on several live orders")
    planted("a vehicle that was not let go", "UPDATE vehicle SET state = 'working', order_id = 5 WHERE id = (SELECT max(id) FROM vehicle) RETURNING id",
            "vehicle {0} is on order 5")
    planted("somebody who is in after he left", PAST + "UPDATE session SET ended_at = NULL WHERE employee_id = (SELECT id FROM employee WHERE login ="
            " 'cashier'); UPDATE employee SET state = 'left' WHERE login = 'cashier'", "cashier may not log in any more and is in", "logged out and is in")
    planted("somebody who never logged in", "INSERT INTO session (employee_id, expires_at) SELECT id, now() + interval '1 hour' FROM employee WHERE login ="
            " 'partner'", "partner never logged in and is in")
    planted("a session past its time", "INSERT INTO session (employee_id, expires_at) SELECT id, now() - interval '1 hour' FROM employee WHERE login ="
            " 'admin'", "has expired and was not ended")


def test_what_cannot_be_read_is_not_right():
    planted("a table that is gone", "DROP TABLE balance CASCADE", "cannot be read")
    gone = checker.Checker(load.Store.of_cluster(cluster, "no_such_database"), crowd.record)
    check("cannot be read" in gone.problems()[0], "found: a database that is away")
    empty = load.Record()
    planted("an acknowledgement file without a word", "SELECT 1", "nothing was acknowledged", record=empty)
    torn = load.Record()
    torn.path.write_bytes(crowd.record.path.read_bytes()[:-9])
    planted("an acknowledgement file that was torn", "SELECT 1", "mid-line", record=torn)
    missing = load.Record(torn.path)
    missing.path = pathlib.Path("/nowhere/at/all")
    planted("no acknowledgement file", "SELECT 1", "cannot be read", record=missing)
    more = load.Record()
    more.path.write_bytes(crowd.record.path.read_bytes())
    more.note("sent", key="k" * 32, who="cashier", verb="rescue.receive", args={})
    more.note("ok", key="k" * 32, answer={"id": 1, "version": 9})
    planted("an acknowledgement that is nowhere", "SELECT 1", "key " + "k" * 32, "rescue 1", record=more)


def finish():
    server.kill()


if __name__ == "__main__":
    yz.main(globals())
