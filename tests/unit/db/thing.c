#include "thing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "database.h"
#include "server/db/connection.h"

static const char schema[] =
    "CREATE FUNCTION must_be_one(hits bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN"
    "  IF hits IS DISTINCT FROM 1 THEN RAISE EXCEPTION USING ERRCODE = 'YZ001', MESSAGE = 'hit'; END IF;"
    "  RETURN hits; END $$;"
    "CREATE TABLE thing (id bigint PRIMARY KEY, name text CONSTRAINT thing_name UNIQUE, n int CONSTRAINT "
    "thing_n CHECK (n >= 0),"
    "  parent bigint CONSTRAINT thing_parent REFERENCES thing DEFERRABLE INITIALLY DEFERRED);"
    "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    "  IF NEW.name LIKE 'warn%' THEN RAISE WARNING 'careful'; END IF;"
    "  IF NEW.name LIKE 'slow%' THEN PERFORM pg_sleep(1.5); END IF;"
    "  IF NEW.name LIKE 'rule%' THEN RAISE EXCEPTION USING ERRCODE = 'YZ003', MESSAGE = 'rule', CONSTRAINT = "
    "'thing_rule'; END IF;"
    "  RETURN NULL; END $$;"
    "CREATE CONSTRAINT TRIGGER thing_commit AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
    "EXECUTE FUNCTION at_commit();"
    "CREATE TABLE scoped (id bigint, branch_id int);"
    "INSERT INTO scoped VALUES (1, 1), (2, 2), (3, 3);"
    "ALTER TABLE scoped ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY scoped_branch ON scoped USING (branch_id = ANY (current_setting('app.scope')::int[]));"
    "GRANT ALL ON thing, scoped TO yizhan_app;";

const struct sql thing_insert = {"t.insert", "INSERT INTO thing (id, name, n) VALUES ($1, $2, $3)"};
const struct sql thing_update = {"t.update", "UPDATE thing SET n = $2 WHERE id = $1 RETURNING 1"};
const struct sql thing_select = {"t.select", "SELECT n FROM thing WHERE id = $1"};
const struct sql thing_lock = {"t.lock", "SELECT n FROM thing WHERE id = $1 FOR UPDATE"};

struct connection *thing_connection;
struct arena *thing_arena;

int thing_setup_all(void **state)
{
    log_set_level(LOG_LEVEL_ERROR);
    if (database_setup(state))
        return -1;
    database_run(schema);
    return 0;
}

void thing_reset(void)
{
    database_run("TRUNCATE thing; INSERT INTO thing (id, name, n) VALUES (1, 'one', 1), (2, 'two', 2)");
}

int thing_setup(void **state)
{
    (void)state;
    thing_reset();
    thing_connection = connection_create(database_conninfo("yizhan_app"), "test worker");
    thing_arena = arena_create(0);
    return 0;
}

int thing_teardown(void **state)
{
    (void)state;
    connection_destroy(thing_connection);
    arena_destroy(thing_arena);
    return 0;
}

struct tx *thing_start_within(int64_t ms)
{
    return tx_begin(thing_connection, thing_arena, time_monotonic_ms() + ms);
}

struct tx *thing_start(void)
{
    return thing_start_within(10000);
}

const char *thing_n(int id)
{
    char sql[64];
    snprintf(sql, sizeof(sql), "SELECT n FROM thing WHERE id = %d", id);
    return database_value(sql);
}

void thing_serves(void)
{
    struct tx *tx = thing_start();
    struct rows *rows = tx_read(tx, &thing_select, p_int(2));
    assert_int_equal(rows_int(rows, 0, 0), 2);
    assert_int_equal(tx_commit(tx), TX_OK);
}
