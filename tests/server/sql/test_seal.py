"""The chain over the trail and the ledger: complete under concurrent writers, and an edited row is named."""
import subprocess
import threading

import store as s
import yz

db = s.Store()


def change(**more):
    row = {"who": 3, "verb": "customer.update", "entity": "customer", "row_id": 1, "branch_id": 2, **more}
    values = ", ".join("NULL" if v is None else f"'{v}'" for v in row.values())
    return f"INSERT INTO change ({', '.join(row)}) VALUES ({values});"


def verify(database=None, head="NULL"):
    row = (database or db).sql(f"SELECT seals, rows, unsealed, bad_seal, bad_entity, bad_row, problem FROM seal_verify({head})", "app")[0]
    return dict(zip(("seals", "rows", "unsealed", "bad_seal", "bad_entity", "bad_row", "problem"), row))


def whole(database=None):
    found = verify(database)
    assert not found["problem"], found
    return found


def test_an_empty_chain_is_whole():
    assert whole() == {"seals": "0", "rows": "0", "unsealed": "0", "bad_seal": "", "bad_entity": "", "bad_row": "", "problem": ""}


def test_the_pool_may_not_say_when_or_in_which_transaction():
    db.sql(change(), "app")
    db.refused("42501", change(tx="5"), "app")
    db.refused("42501", change(at="2020-01-01"), "app")
    db.refused("42501", change(era="9"), "app")


def test_rows_are_sealed_in_commit_order():
    early, late = s.Session(db), s.Session(db)
    early.do("BEGIN;" + change(row_id=10))
    late.do("BEGIN;" + change(row_id=11) + "COMMIT;")
    db.seal()
    assert verify()["unsealed"] != "0"          # the later one committed first, and waits for the earlier transaction
    early.do("COMMIT;")
    db.seal()
    assert whole()["unsealed"] == "0"
    assert db.one("SELECT (SELECT count(*) FROM change) = (SELECT sum(rows) FROM seal)") == "t"


def test_an_aborted_transaction_leaves_no_gap_in_the_chain():
    session = s.Session(db)
    session.do("BEGIN;" + change(row_id=12))
    session.do("ROLLBACK;")
    db.sql(change(row_id=13))
    db.seal()
    whole()


def test_entries_get_numbers_without_gaps_per_period_and_word():
    for day, word in (("2026-03-01", "记"), ("2026-04-01", "记"), ("2026-03-02", "收"), ("2026-03-03", "记")):
        db.post(s.two_lines(5), day=day, word=word)
    db.seal()
    db.post(s.two_lines(5), day="2026-03-09", word="记")
    db.seal()
    assert db.sql("SELECT period_id, word, number FROM ledger_number ORDER BY 1, 2, 3") == [
        ["202603", "收", "1"], ["202603", "记", "1"], ["202603", "记", "2"], ["202603", "记", "3"], ["202604", "记", "1"]]
    assert db.one("SELECT voucher FROM ledger_entry_list WHERE day = '2026-03-09'") == "记-3"


def test_nothing_is_missed_under_concurrent_writers_and_two_sealers():
    """Writers with transactions of mixed length; two sealers and an event tail run all the while."""
    stop, seen, tail_from = threading.Event(), [], [db.one("SELECT pg_snapshot_xmin(pg_current_snapshot())")]
    start = int(db.one("SELECT count(*) FROM change"))

    def write(n):
        session = s.Session(db)
        for i in range(60):
            session.do("BEGIN;" + change(row_id=n * 1000 + i) + ("SELECT pg_sleep(0.004);" if i % 3 == n % 3 else ""))
            if i % 4 == 0:
                session.do("SELECT " + s.post_call(s.two_lines(1), day="2026-05-05") + ";")
            session.do("ROLLBACK;" if i % 10 == 9 else "COMMIT;")

    def seal():
        session = s.Session(db, "tail")
        while not stop.is_set():
            session.do("SELECT seal_run(7);")

    def follow():
        session = s.Session(db, "tail")
        while True:
            last = stop.is_set()
            to = session.do("SELECT pg_snapshot_xmin(pg_current_snapshot());")[0]
            seen.extend(session.do(f"SELECT id FROM change WHERE tx >= '{tail_from[0]}' AND tx < '{to}' ORDER BY tx, id;"))
            tail_from[0] = to
            if last:
                return

    writers = [threading.Thread(target=write, args=(n,)) for n in range(1, 7)]
    helpers = [threading.Thread(target=f) for f in (seal, seal, follow)]
    for thread in writers + helpers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in helpers:
        thread.join()
    follow()  # what a sealer's own transaction had held back
    db.seal()
    found = whole()
    made = 6 * 54
    assert found["unsealed"] == "0", found
    assert db.one("SELECT count(*) FROM change") == str(start + made)
    assert len(seen) == len(set(seen)) == made, (len(seen), made)
    assert int(found["rows"]) == int(db.one("SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM ledger_entry)"))
    assert not db.check()


def spoilt(how, entity, row, problem):
    other = db.copy()
    other.tamper(how)
    found = verify(other)
    assert (found["bad_entity"], found["bad_row"], found["problem"]) == (entity, str(row), problem), found
    assert any(found["problem"] == what for what, _ in other.check()), other.check()


def test_an_edited_row_of_the_trail_is_named():
    row = db.one("SELECT id FROM change WHERE row_id = 1003")
    spoilt(f"UPDATE change SET who = 4 WHERE id = {row}", "change", row, "the row is not what was sealed")
    spoilt(f"UPDATE change SET now = '{{}}' WHERE id = {row}", "change", row, "the row is not what was sealed")
    spoilt(f"UPDATE change SET at = at + interval '1 microsecond' WHERE id = {row}", "change", row, "the row is not what was sealed")


def test_a_deleted_row_is_named():
    row = db.one("SELECT id FROM change WHERE row_id = 2005")
    spoilt(f"DELETE FROM change WHERE id = {row}", "change", row, "the row is gone")


def test_a_row_put_in_afterwards_is_named():
    spoilt("INSERT INTO change (id, tx, verb, entity) SELECT 999999, tx, 'x.y', 'x' FROM change WHERE row_id = 3006",
           "change", 999999, "the row was put in afterwards")


def test_an_edited_entry_line_or_number_is_named():
    entry = db.one("SELECT max(id) FROM ledger_entry")
    for how in (f"UPDATE ledger_line SET amount_fen = amount_fen + 5 WHERE entry_id = {entry}",
                f"UPDATE ledger_entry SET poster_id = 1 WHERE id = {entry}",
                f"UPDATE ledger_number SET number = number + 900 WHERE entry_id = {entry}",
                f"DELETE FROM ledger_line WHERE entry_id = {entry} AND n = 2"):
        spoilt(how, "ledger_entry", entry, "the row is not what was sealed")


def test_an_edited_or_removed_seal_is_named():
    middle = int(db.one("SELECT max(n) / 2 FROM seal"))
    other = db.copy()
    other.tamper(f"UPDATE seal SET hash = sha256('x') WHERE n = {middle}")
    assert verify(other)["bad_seal"] == str(middle) and verify(other)["problem"] == "the seal itself was changed"
    other = db.copy()
    other.tamper(f"DELETE FROM seal WHERE n = {middle}")
    assert verify(other)["bad_seal"] == str(middle + 1)


def test_a_chain_cut_short_does_not_hold_the_noted_head():
    head = db.one("SELECT encode(hash, 'hex') FROM seal ORDER BY n DESC LIMIT 1")
    noted = f"decode('{head}', 'hex')"
    assert not verify(head=noted)["problem"]
    other = db.copy()
    other.tamper("DELETE FROM seal WHERE n = (SELECT max(n) FROM seal)")
    assert not verify(other)["problem"] and int(verify(other)["unsealed"]) > 0
    assert verify(other, noted)["problem"] == "the chain does not hold the seal that was noted elsewhere"


def test_the_hash_does_not_depend_on_the_session():
    settings = "SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET extra_float_digits = 0; SET bytea_output = 'escape'; "
    assert db.sql(settings + "SELECT problem FROM seal_verify()", "super") == [[""]]


def test_what_is_hashed_is_what_it_always_was():
    """The text of a row, as the first seals were made of it: the elements of one JSON array, as jsonb writes them."""
    texts = ["", "a\"b\\c/d", "\t\n\r\b\f\x01\x7f", "京\u2028é😀", "null", "</x>", "{}"]
    odd = {"text": "\u0001\"\\/é😀", "n": 1e20, "small": -0.000001, "big": 9223372036854775807, "list": [1, None, True, {"b": 1, "a": []}], "": {}}
    for text in texts:
        quoted = "E'" + "".join(f"\\U{ord(c):08x}" for c in text) + "'"
        db.sql(f"INSERT INTO change (who, session_id, terminal, verb, entity, row_id, branch_id, version, reason, was, now) VALUES (NULL, 7, {quoted}, 'x.y',"
               f" 'x', NULL, 2, 3, {quoted}, '{s.json.dumps(odd)}', to_jsonb({quoted}::text)), (1, NULL, NULL, 'x.y', 'x', -5, NULL, NULL, NULL, 'null', NULL)", "super")
    db.post(s.two_lines(7), day="2026-03-10", word="记", text="an \"odd\" text")
    first = ("jsonb_build_array('change', c.id, c.era, c.tx::text, (extract(epoch FROM c.at) * 1000000)::bigint, c.who, c.session_id, c.terminal, c.verb, c.entity,"
             " c.row_id, c.branch_id, c.old_branch_id, c.version, c.reason, c.was, c.now)::text")
    compared = db.sql(f"SELECT count(*) > 14, bool_and(r.content = {first}) FROM change c JOIN seal_rows(1, '0', NULL) r ON r.kind = 'c' AND r.id = c.id")
    assert compared == [["t", "t"]], compared
    entry = ("jsonb_build_array('ledger_entry', e.id, e.era, e.tx::text, (extract(epoch FROM e.created_at) * 1000000)::bigint, e.created_by, e.key, encode(e.hash, 'hex'),"
             " e.period_id, e.day - date '1970-01-01', e.branch_id, e.word, e.kind, e.text, e.total_fen, e.attachments, e.document_id, e.red_of, e.maker_id,"
             " e.checker_id, e.poster_id, (SELECT jsonb_build_array(num.period_id, num.word, num.number) FROM ledger_number num WHERE num.entry_id = e.id),"
             " (SELECT jsonb_agg(jsonb_build_array(l.n, l.account, l.side, l.amount_fen, l.branch_id, l.party_id, l.employee_id, l.line, l.text, l.period_id,"
             " l.day - date '1970-01-01', l.era, l.tx::text) ORDER BY l.n) FROM ledger_line l WHERE l.entry_id = e.id))::text")
    compared = db.sql(f"SELECT count(*) > 3, bool_and(r.content = {entry}) FROM ledger_entry e JOIN seal_rows(1, '0', NULL) r ON r.kind = 'e' AND r.id = e.id")
    assert compared == [["t", "t"]], compared
    db.seal()
    whole()


def moved():
    """The same data dumped and restored into a new cluster, whose transaction ids begin low again."""
    dump = subprocess.run(["pg_dump", "-d", s.cluster().conninfo(db.name, "postgres")], capture_output=True, text=True, check=True).stdout
    there = yz.Cluster()
    there.create("moved")
    there.sql(dump, "moved")
    return there


def test_data_restored_into_another_cluster_open_a_new_era():
    db.sql(change(row_id=77001))                # not sealed when the data move, from a transaction far ahead of the new cluster
    db.tamper("UPDATE change SET tx = (tx::text::bigint + 5000000)::text::xid8 WHERE row_id = 77001")
    seals = int(db.one("SELECT count(*) FROM seal"))
    there = moved()

    def sql(text, level="owner"):
        return there.sql(text, "moved", s.LEVELS[level])

    try:
        sql("SELECT seal_run()")
        raise AssertionError("sealed in an era that is not open")
    except RuntimeError as refused:
        assert "run era_open() first" in str(refused)
    assert sql("SELECT era_open()") == [["2"]] and sql("SELECT era_open()") == [["2"]]
    sql(change(row_id=77002), "app")
    sql("SELECT " + s.post_call(s.two_lines(5), day="2026-03-20"), "app")
    assert sql("SELECT row_id || ' ' || era FROM change WHERE row_id > 77000 ORDER BY 1") == [["77001 1"], ["77002 2"]]
    assert sql("SELECT era FROM ledger_entry WHERE day = '2026-03-20'") == [["2"]]
    while sql("SELECT seal_run()") != [["0"]] or sql("SELECT balance_roll()") != [["0"]]:
        pass
    assert sql("SELECT count(*) - %d FROM seal" % seals) == [["2"]]
    assert sql("SELECT era || ' ' || rows FROM seal ORDER BY n DESC LIMIT 2") == [["2 2"], ["1 1"]]
    assert sql("SELECT coalesce(problem, ''), unsealed FROM seal_verify()") == [["", "0"]]
    assert sql("SELECT what FROM ledger_check() WHERE severity = 'error'") == []
    row = sql("SELECT id FROM change WHERE row_id = 77002")
    sql("SET session_replication_role = replica; UPDATE change SET verb = 'a.b' WHERE row_id = 77002", "super")
    assert sql("SELECT bad_row FROM seal_verify()") == row
    there.stop()


if __name__ == "__main__":
    yz.main(globals())
