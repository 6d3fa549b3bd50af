"""What every command leans on: writes that must hit, the append-only trail, keys, scope, jobs."""
import re
import threading

import store as s
import yz

db = s.Store()
ALL = [1, 2, 3, 4]


def test_a_write_that_hits_nothing_raises():
    update = "WITH u AS (UPDATE party SET version = version + 1 WHERE id = {} RETURNING 1) SELECT must_be_one(count(*)) FROM u"
    assert db.one(update.format(1), "app", [2], 3) == "1"
    db.refused("YZ001", update.format(999), "app", [2], 3)
    db.refused("YZ001", update.format(2), "app", [2], 3)            # another branch's
    db.refused("YZ001", update.format("ANY ('{1,3}')"), "app", [2], 3)         # two
    db.refused("YZ001", "SELECT must_be_one(NULL)", "app")


def test_the_trail_is_append_only_and_stamped_by_the_database():
    db.sql("INSERT INTO change (verb, entity, row_id, branch_id) VALUES ('a.b', 'a', 1, 2)", "app")
    assert db.one("SELECT era = 1 AND tx > '0' AND at <= now() FROM change WHERE verb = 'a.b'") == "t"
    for text in ("UPDATE change SET verb = 'x'", "DELETE FROM change", "TRUNCATE change"):
        db.refused("42501", text, "app", ALL, 3)
        db.refused("YZ002", text, "owner")
        db.refused("YZ002", text, "super")


def test_a_key_is_ones_own_and_taken_once():
    add = "INSERT INTO command_key (user_id, key, verb, hash, answer) VALUES (3, 'key-00000001', 'a.b', 'x', '{}')"
    db.sql(add, "app", ALL, 3)
    db.refused("23505", add, "app", ALL, 3)
    db.refused("42501", add, "app", ALL, 4)
    assert db.sql("SELECT answer FROM command_key", "app", ALL, 4) == []
    assert db.sql("SELECT answer FROM command_key", "app", ALL, 3) == [["{}"]]
    db.refused("42501", "UPDATE command_key SET answer = ''", "app", ALL, 3)
    db.refused("42501", "DELETE FROM command_key", "app", ALL, 3)
    db.refused("23514", add.replace("'key-00000001'", "'short'"), "app", ALL, 3)
    db.refused("23514", add.replace("0001'", "0002'").replace("'{}'", "repeat('x', 4097)"), "app", ALL, 3)


def test_old_keys_go_and_young_ones_stay():
    db.sql("INSERT INTO command_key SELECT 9, 'purge-' || i, 'a.b', 'x', '', now() - i * interval '1 day' + interval '1 hour' FROM generate_series(85, 95) i")
    assert db.one("SELECT command_key_purge(3)", "tail") == "3"
    assert db.one("SELECT command_key_purge()", "tail") == "2"
    assert db.one("SELECT count(*) FROM command_key WHERE user_id = 9") == "6"


def test_without_a_scope_there_is_an_error_not_silence():
    for table in ("party", "branch", "document", "ledger_entry", "ledger_line", "balance"):
        db.refused("42704", f"SELECT * FROM {table}", "app")
        db.refused("22P02", f"SET app.scope = ''; SELECT * FROM {table}", "app")    # as on a reused connection


def test_each_scoped_table_shows_its_scope_only():
    db.post(s.two_lines(5), branch_id=2)
    db.post(s.two_lines(6), branch_id=3)
    db.roll()
    db.sql("INSERT INTO party_contact (party_id, name) VALUES (1, 'a'), (2, 'b'), (3, 'firm');"
           "INSERT INTO party_plate (party_id, plate) VALUES (1, '粤A12345'), (2, '粤B12345');"
           "INSERT INTO party_agreement (party_id, service, base_fen) VALUES (1, 'tow', 1), (2, 'tow', 2);"
           "INSERT INTO price_list (branch_id, service, base_fen) VALUES (2, 'tow', 20), (3, 'tow', 30);"
           "INSERT INTO document (number, kind, branch_id, amount_fen, day) VALUES ('A', 'receipt', 2, 1, '2026-01-01'), ('B', 'receipt', 3, 1, '2026-01-01');"
           "INSERT INTO search_key (token, entity, branch_id, row_id) VALUES ('zs', 'party', 2, 1), ('ls', 'party', 3, 2), ('pa', 'party', NULL, 3);"
           "INSERT INTO change (verb, entity, branch_id) VALUES ('s.a', 'scope', 2), ('s.b', 'scope', 3), ('s.n', 'scope', NULL)")
    seen = {"party": "code", "party_contact": "name", "party_plate": "plate", "party_agreement": "base_fen", "document": "number",
            "ledger_entry": "total_fen", "ledger_line": "amount_fen", "balance": "branch_id", "balance_now": "branch_id",
            "ledger_entry_list": "total_fen", "employee": "code", "branch": "code", "search_key": "token"}
    wanted = {"party": ["P2", "P3"], "party_contact": ["b", "firm"], "party_plate": ["粤B12345"], "party_agreement": ["2"], "document": ["B"],
              "ledger_entry": ["6"], "ledger_line": ["6"], "balance": ["3"], "balance_now": ["3"], "ledger_entry_list": ["6"],
              "employee": ["E4"], "branch": ["B"], "search_key": ["ls", "pa"]}
    for table, column in seen.items():
        rows = db.sql(f"SELECT DISTINCT {column} FROM {table} ORDER BY 1", "app", [3], 4)
        assert [r[0] for r in rows] == wanted[table], (table, rows)
    assert db.sql("SELECT verb FROM change WHERE entity = 'scope' ORDER BY 1", "app", [3], 4) == [["s.b"], ["s.n"]]
    assert db.sql("SELECT base_fen FROM price_list WHERE service = 'tow' ORDER BY 1", "app", [3], 4) == [["30"], ["30000"]]
    assert db.sql("SELECT * FROM party UNION ALL SELECT * FROM party WHERE branch_id = 2", "app", [], 2) != []      # firms only
    assert db.sql("SELECT * FROM party WHERE branch_id IS NOT NULL", "app", [], 2) == []


def test_a_driver_sees_the_trail_of_his_own_orders():
    db.sql("INSERT INTO vehicle (id, branch_id, code, plate, type) VALUES (1, 2, 'V1', '粤A10001', 'flatbed')")
    columns = "branch_id, number, customer_id, contact_name, contact_phone, service, place, car_model, road"
    order = db.one(f"INSERT INTO rescue_order ({columns}, state, vehicle_id, driver_id, done_at, money_state) VALUES "
                   "(2, 'R1', 1, 'x', '1', 'tow', 'x', 'sedan', 'city', 'done', 1, 2, now(), 'unaudited') RETURNING id")
    other = db.one(f"INSERT INTO rescue_order ({columns}) VALUES (2, 'R2', 1, 'x', '1', 'tow', 'x', 'sedan', 'city') RETURNING id")
    db.sql(f"INSERT INTO change (verb, entity, row_id, branch_id) VALUES ('rescue.own', 'rescue', {order}, 2), ('rescue.other', 'rescue', {other}, 2)")
    trail = "SELECT verb FROM change WHERE verb LIKE 'rescue.%'"
    assert db.sql(trail, "app", [], 2) == [["rescue.own"]]
    assert db.sql(trail, "app", [], 4) == []


def test_every_table_with_a_branch_is_under_row_level_security():
    open_ = db.sql("SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'branch_id' "
                   "AND NOT a.attisdropped WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity")
    assert open_ == [], open_
    views = db.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' "
                   "AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)")
    # Who may be sent is told across branches, by the scope on vehicles that stands in the view itself.
    assert views == [["driver"]], views
    assert db.sql("SELECT 1 FROM driver", "app", []) == []


# Policies that may read a setting for each row: of tables that stay small, or of which a row is looked up by its key alone.
READ_BY_ROW = {"branch", "employee", "vehicle", "tracker", "partner", "price_list", "message_rule", "commission_rule",
               "preference", "hold", "file", "import_run", "command_key"}


def worked_out_by_row(text):
    """An expression without its SELECTs that read no table: those are worked out once for a statement."""
    out, at = "", 0
    while at < len(text):
        if not text.startswith("( SELECT", at):
            out += text[at]
            at += 1
            continue
        depth, end = 1, at + 1
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        inside = worked_out_by_row(text[at + 1:end - 1])
        out += f"({inside})" if re.search(r"\bFROM\b", inside) else "()"
        at = end
    return out


def test_policies_read_settings_once_for_a_statement():
    once, each = "(a = ANY (ARRAY( SELECT unnest((current_setting('x'::text))::integer[]) AS unnest)))", "(a = (current_setting('x'::text))::bigint)"
    assert "current_setting" not in worked_out_by_row(once) and "current_setting" in worked_out_by_row(each)
    assert "current_setting" in worked_out_by_row(f"(EXISTS ( SELECT\n   FROM t\n  WHERE {each}))")
    assert "current_setting" not in worked_out_by_row(f"(EXISTS ( SELECT\n   FROM t\n  WHERE {once}))")
    policies = db.sql("SELECT polrelid::regclass, polname, replace(pg_get_expr(polqual, polrelid), E'\\n', ' ') FROM pg_policy WHERE polqual IS NOT NULL")
    assert len(policies) > 30, policies
    slow = [(table, name) for table, name, text in policies
            if table not in READ_BY_ROW and re.search(r"current_setting|self_party", worked_out_by_row(text))]
    assert slow == [], slow


def test_functions_that_run_as_the_owner_are_closed():
    loose = db.sql("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef AND NOT "
                   "coalesce('search_path=pg_catalog, public, pg_temp' = ANY (proconfig), false)")
    assert loose == [], loose
    public = db.sql("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
                    "AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))")
    assert public == [], public
    owned = db.sql("SELECT relname FROM pg_class WHERE relowner IN ('yizhan_app'::regrole, 'yizhan_tail'::regrole)")
    assert owned == [], owned


def test_no_table_is_open_to_the_public():
    assert db.sql("SELECT relname FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace AND grantee = 0") == []
    db.refused("42501", "CREATE TABLE public.x (x int)", "tail")


def test_nothing_is_written_outside_the_scope():
    db.refused("42501", "INSERT INTO party (code, name, branch_id) VALUES ('X', 'x', 3)", "app", [2], 3)
    db.refused("42501", "UPDATE party SET branch_id = 3 WHERE id = 1", "app", [2], 3)       # nor moved out of it
    db.refused("42501", "INSERT INTO party_contact (party_id, name) VALUES (2, 'x')", "app", [2], 3)
    db.refused("42501", "INSERT INTO document (number, kind, branch_id, amount_fen, day) VALUES ('C', 'receipt', 3, 1, '2026-01-01')", "app", [2], 3)
    db.refused("42501", "INSERT INTO employee (branch_id, code, name, login) VALUES (3, 'X', 'x', 'x')", "app", [2], 3)
    db.refused("42501", "INSERT INTO search_key VALUES ('x', 'party', 3, 9)", "app", [2], 3)
    for table in ("party", "document", "search_key"):
        db.sql(f"DELETE FROM {table} WHERE branch_id = 3", "app", [2], 3)
        assert db.one(f"SELECT count(*) > 0 FROM {table} WHERE branch_id = 3") == "t"


def test_a_phone_is_taken_within_a_branch_only():
    insert = "INSERT INTO party (code, name, branch_id, phone) VALUES ('{}', 'x', {}, '{}')"
    db.refused("23505", insert.format("Q1", 2, "13800000001"), "app", [2], 3)
    db.sql(insert.format("Q2", 3, "13800000001"), "app", [3], 4)
    db.refused("23505", insert.format("Q3", "NULL", "95511").replace("'x'", "'x', 'insurer'").replace("name,", "name, kind,"), "app", [3], 4)
    db.sql("UPDATE party SET disabled_at = now() WHERE id = 1", "app", [2], 3)
    db.sql(insert.format("Q4", 2, "13800000001"), "app", [2], 3)
    db.refused("23505", "UPDATE party SET disabled_at = NULL WHERE id = 1", "app", [2], 3)
    db.refused("23514", "INSERT INTO party (code, name) VALUES ('Q5', 'a person of no branch')", "app", [2], 3)
    db.refused("23514", "UPDATE party SET roles = '{}' WHERE id = 3", "app", [2], 3)
    db.refused("23514", "UPDATE party SET roles = '{friend}' WHERE id = 3", "app", [2], 3)


def test_the_price_is_of_the_agreement_the_branch_or_the_company():
    other = s.Store()
    other.sql("INSERT INTO party_agreement (party_id, service, base_fen, valid_from, valid_to) VALUES (1, 'tow', 100, '2026-01-01', '2026-02-28'), "
              "(1, 'tow', 90, '2026-03-01', '2026-06-30'); INSERT INTO price_list (branch_id, service, base_fen) VALUES (2, 'tow', 200)")
    price = "SELECT source, base_fen FROM price_for({}, {}, 'tow', '{}')"
    for party, branch, day, wanted in ((1, 2, "2026-02-01", ["agreement", "100"]), (1, 2, "2026-03-15", ["agreement", "90"]),
                                       (1, 2, "2026-07-01", ["branch_list", "200"]), (3, 2, "2026-02-01", ["branch_list", "200"]),
                                       ("NULL", 4, "2026-02-01", ["company_list", "30000"])):
        assert other.sql(price.format(party, branch, day), "app", ALL) == [wanted], (party, branch, day)
    assert other.sql("SELECT source FROM price_for(1, 2, 'nonsense', '2026-01-01')", "app", ALL) == []


def test_a_job_is_claimed_by_one_server():
    other = s.Store()
    claimed, lock = [], threading.Lock()

    def claim(n):
        session = s.Session(other, "tail")
        while True:
            rows = session.do(f"SELECT name FROM job_claim('server-{n}');")
            if not rows:
                return
            with lock:
                claimed.extend(rows)

    threads = [threading.Thread(target=claim, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs = other.one("SELECT count(*) FROM job")
    assert len(claimed) == len(set(claimed)) == int(jobs), claimed


def test_a_claim_ends_and_a_dead_servers_is_taken_over():
    other = s.Store()
    other.sql("DELETE FROM job WHERE name <> 'command_key_purge'; UPDATE job SET next_at = '2026-01-01 02:00Z', every = '1 day'")
    one = s.Session(other, "tail")
    assert one.do("SELECT name FROM job_claim('one');") == ["command_key_purge"]
    assert one.do("SELECT name FROM job_claim('one');") == []            # not a second time either
    assert other.sql("SELECT name FROM job_claim('two')", "tail") == []
    assert other.one("SELECT job_finish('command_key_purge', 'two', true, '')", "tail") == "f"
    other.sql("UPDATE job SET claimed_until = now() - interval '1 second'")
    assert other.sql("SELECT name FROM job_claim('two')", "tail") == [["command_key_purge"]]
    # The first one's session is there still and has the lock: then only the lease counts.
    assert other.sql("SELECT tied, claimed_until > now() FROM job") == [["f", "t"]]
    assert other.sql("SELECT name FROM job_claim('three')", "tail") == []
    assert one.do("SELECT job_finish('command_key_purge', 'one', true, '');") == ["f"]
    assert other.one("SELECT job_finish('command_key_purge', 'two', false, 'disk full')", "tail") == "t"
    assert other.sql("SELECT last_ok, last_result, failures, next_at > now(), to_char(next_at AT TIME ZONE 'UTC', 'HH24:MI'), "
                     "next_at < now() + interval '1 day' FROM job") == [["f", "disk full", "1", "t", "02:00", "t"]]
    other.sql("UPDATE job SET disabled_at = now(), next_at = now()")
    assert other.sql("SELECT name FROM job_claim('one')", "tail") == []


def test_a_claim_ends_with_its_session():
    """However long its lease: who is gone does nothing any more."""
    other = s.Store()
    other.sql("DELETE FROM job WHERE name <> 'seal'; UPDATE job SET lease = '1 day', next_at = now()")
    one = s.Session(other, "tail")
    assert one.do("SELECT name FROM job_claim('one');") == ["seal"]
    assert other.sql("SELECT name FROM job_claim('two')", "tail") == []
    other.sql(f"SELECT pg_terminate_backend({one.pid}, 5000)", "super")
    two = s.Session(other, "tail")
    assert two.do("SELECT name FROM job_claim('two');") == ["seal"]
    assert other.one("SELECT job_finish('seal', 'one', true, '')", "tail") == "f"
    assert two.do("SELECT job_finish('seal', 'two', true, ''), pg_advisory_unlock_all();") == ["t|"]
    assert other.one("SELECT job_is_held(id) FROM job") == "f"
    other.sql("UPDATE job SET next_at = now()")
    assert other.sql("SELECT name FROM job_claim('three')", "tail") == [["seal"]]


def test_base_data_is_complete():
    assert db.one("SELECT count(*) FROM base_item WHERE label_en = '' OR label_zh_cn = '' OR label_zh_tw = ''") == "0"
    assert db.one("SELECT count(*) FROM base_item s WHERE kind = 'service' AND (extra ->> 'vat_bp')::int NOT IN (600, 900, 1300)") == "0"
    assert db.one("SELECT count(*) FROM base_item s WHERE kind = 'service' AND NOT EXISTS (SELECT FROM price_list WHERE service = s.code)") == "0"
    assert db.one("SELECT count(*) FROM base_item WHERE kind IN ('payment_method', 'clear_difference') AND NOT EXISTS "
                  "(SELECT FROM ledger_account WHERE code = extra ->> 'account' AND postable)") == "0"
    assert db.sql("SELECT level, count(*) FROM district WHERE level IN ('province', 'city') GROUP BY 1 ORDER BY 1") == [["city", "21"], ["province", "1"]]
    assert db.one("SELECT count(DISTINCT parent_code) FROM district WHERE level IN ('district', 'town')") == "7"
    assert db.one("SELECT count(*) FROM district WHERE place_lon NOT BETWEEN 109.6 AND 117.4 OR place_lat NOT BETWEEN 20.1 AND 25.6") == "0"
    assert db.sql("SELECT day_is_holiday(d) FROM unnest('{2026-10-01,2026-10-10,2026-10-12,2025-01-29}'::date[]) d", "app") == [["t"], ["f"], ["f"], ["t"]]


if __name__ == "__main__":
    yz.main(globals())
