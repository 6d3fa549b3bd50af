/* Transactions against a real PostgreSQL: what is counted, what is done, and what each failure is called. */
#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "database.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"
#include "thing.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct sql sleep_long = {"t.sleep", "SELECT pg_sleep(30)"};

static void command_takes_two_round_trips(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_set_scope(tx, "{1}", "{1}", 5);
    struct rows *a = tx_read(tx, &thing_lock, p_int(1)), *b = tx_read(tx, &thing_select, p_int(2));
    assert_int_equal(tx_round_trips(tx), 0);
    assert_int_equal(rows_int(a, 0, 0), 1);
    assert_int_equal(rows_int(b, 0, 0), 2);
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    tx_write(tx, &thing_insert, p_int(3), p_text("three"), p_int(3));
    assert_int_equal(tx_commit(tx), TX_OK);
    assert_int_equal(tx_round_trips(tx), 2);
    assert_string_equal(thing_n(1), "7");
    assert_string_equal(thing_n(3), "3");
}

static void blind_write_takes_one_round_trip(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(8));
    assert_int_equal(tx_commit(tx), TX_OK);
    assert_int_equal(tx_round_trips(tx), 1);
}

static void read_takes_one_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct tx *tx = thing_start();
        tx_set_read_only(tx);
        tx_set_scope(tx, "{1}", "{1}", 5);
        assert_int_equal(rows_int(tx_read(tx, &thing_select, p_int(2)), 0, 0), 2);
        assert_int_equal(tx_commit(tx), TX_OK);
        assert_int_equal(tx_round_trips(tx), 1);
    }
    database_wait_value(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test worker' AND state <> 'idle'",
        "0");
}

static void read_only_cannot_write(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    struct tx *tx = thing_start();
    tx_set_read_only(tx);
    tx_write_one(tx, &thing_update, p_int(1), p_int(9));
    assert_int_equal(tx_commit(tx), TX_BROKEN);
    log_set_level(LOG_LEVEL_ERROR);
    assert_string_equal(thing_n(1), "1");
    thing_serves();
}

static void nothing_costs_nothing(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    assert_int_equal(tx_commit(tx), TX_OK);
    assert_int_equal(tx_round_trips(tx), 0);
}

static void missed_write_undoes_all(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    tx_write_one(tx, &thing_update, p_int(99), p_int(7));
    tx_write(tx, &thing_insert, p_int(3), p_text("three"), p_int(3));
    assert_int_equal(tx_commit(tx), TX_MISSED);
    assert_string_equal(tx_sqlstate(tx), "YZ001");
    assert_string_equal(thing_n(1), "1");
    thing_serves();
    /* The insert's Parse was skipped: it is prepared anew. */
    tx = thing_start();
    tx_write(tx, &thing_insert, p_int(3), p_text("three"), p_int(3));
    assert_int_equal(tx_commit(tx), TX_OK);
    assert_string_equal(thing_n(3), "3");
}

static void failure_is_sticky(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(99), p_int(7));
    assert_int_equal(tx_need(tx), TX_MISSED);
    int trips = tx_round_trips(tx);
    struct rows *rows = tx_read(tx, &thing_select, p_int(1));
    assert_int_equal(rows_count(rows), 0);
    assert_int_equal(rows_int(rows, 0, 0), NIL);
    assert_null(rows_text(rows, 0, 0));
    assert_int_equal(tx_need(tx), TX_MISSED);
    assert_int_equal(tx_round_trips(tx), trips);
    assert_int_equal(tx_commit(tx), TX_MISSED);
    thing_serves();
}

static void refusals_have_names(void **state)
{
    (void)state;
    struct {
        int64_t id, n;
        const char *name;
        enum tx_fault fault;
        const char *constraint;
    } cases[] = {
        {3, 3, "one", TX_DUPLICATE, "thing_name"},
        {1, 3, "x", TX_DUPLICATE, "thing_pkey"},
        {3, -1, "x", TX_REFUSED, "thing_n"},
        {3, INT64_C(99999999999), "x", TX_REFUSED, ""},
        {3, 1, "rule of the trigger", TX_REFUSED, "thing_rule"},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct tx *tx = thing_start();
        tx_write(tx, &thing_insert, p_int(cases[i].id), p_text(cases[i].name), p_int(cases[i].n));
        assert_int_equal(tx_commit(tx), cases[i].fault);
        assert_string_equal(tx_constraint(tx), cases[i].constraint);
    }
    assert_string_equal(database_value("SELECT count(*) FROM thing"), "2");
    thing_serves();
}

static void deferred_key_fails_at_commit(void **state)
{
    (void)state;
    static const struct sql adopt = {"t.adopt", "UPDATE thing SET parent = $2 WHERE id = $1 RETURNING 1"};
    struct tx *tx = thing_start();
    tx_write_one(tx, &adopt, p_int(1), p_int(77));
    assert_int_equal(tx_need(tx), TX_OK);
    assert_int_equal(tx_commit(tx), TX_REFUSED);
    assert_string_equal(tx_constraint(tx), "thing_parent");
    thing_serves();
}

static void other_states(void **state)
{
    (void)state;
    struct {
        const char *text;
        enum tx_fault fault;
    } cases[] = {
        {"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$", TX_RETRY},
        {"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$", TX_RETRY},
        {"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'YZ005'; END $$", TX_REFUSED},
        {"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$", TX_UNAVAILABLE},
        {"SELECT nobody_has_this", TX_BROKEN},
        {"SELEC", TX_BROKEN},
        {"SELECT 1; SELECT 2", TX_BROKEN},
    };
    log_set_level(LOG_LEVEL_ERROR + 1);
    for (size_t i = 0; i < array_len(cases); i++) {
        struct tx *tx = thing_start();
        struct sql sql = {NULL, cases[i].text};
        tx_write(tx, &sql);
        assert_int_equal(tx_commit(tx), cases[i].fault);
        thing_serves();
    }
    log_set_level(LOG_LEVEL_ERROR);
}

static void lock_makes_busy(void **state)
{
    (void)state;
    struct connection *other = connection_create(database_conninfo("yizhan_app"), "holder");
    struct tx *holder = tx_begin(other, thing_arena, time_monotonic_ms() + 10000);
    tx_read(holder, &thing_lock, p_int(1));
    assert_int_equal(tx_need(holder), TX_OK);
    struct tx *tx = thing_start();
    tx_read(tx, &thing_lock, p_int(1));
    int64_t began = time_monotonic_ms();
    assert_int_equal(tx_need(tx), TX_BUSY);
    int64_t took = time_monotonic_ms() - began;
    assert_in_range(took, 1900, 4000);
    tx_rollback(tx);
    tx_rollback(holder);
    thing_serves();
    connection_destroy(other);
}

static void deadline_cancels_and_closes(void **state)
{
    (void)state;
    struct tx *tx = thing_start_within(300);
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    tx_read(tx, &sleep_long);
    int64_t began = time_monotonic_ms();
    assert_int_equal(tx_need(tx), TX_TIMEOUT);
    assert_in_range(time_monotonic_ms() - began, 250, 2000);
    assert_false(connection_usable(thing_connection));
    assert_int_equal(tx_commit(tx), TX_TIMEOUT);
    database_wait_value(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()",
        "0");
    for (int i = 0; i < 500 && connections_abandoned(); i++)
        usleep(10000);
    assert_int_equal(connections_abandoned(), 0);
    assert_string_equal(thing_n(1), "1");
    thing_serves();
}

static void deadline_before_anything_is_sent(void **state)
{
    (void)state;
    struct tx *tx = thing_start_within(-1);
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    assert_int_equal(tx_commit(tx), TX_TIMEOUT);
    tx = thing_start_within(50);
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    usleep(60000);
    assert_int_equal(tx_commit(tx), TX_TIMEOUT);
    assert_string_equal(thing_n(1), "1");
    thing_serves();
}

static void deadline_in_commit_is_unknown(void **state)
{
    (void)state;
    struct tx *tx = thing_start_within(400);
    tx_write(tx, &thing_insert, p_int(3), p_text("slow"), p_int(3));
    assert_int_equal(tx_commit(tx), TX_UNKNOWN);
    assert_false(connection_usable(thing_connection));
    assert_int_equal(connections_abandoned(), 1);
    database_wait_value("SELECT n FROM thing WHERE id = 3", "3"); /* it was not cancelled */
    for (int i = 0; i < 500 && connections_abandoned(); i++)
        usleep(10000);
    assert_int_equal(connections_abandoned(), 0);
    thing_serves();
}

static void abandoned_backends_are_limited(void **state)
{
    (void)state;
    connection_set_abandoned_limit(1);
    struct tx *tx = thing_start_within(400);
    tx_write(tx, &thing_insert, p_int(3), p_text("slow"), p_int(3));
    assert_int_equal(tx_commit(tx), TX_UNKNOWN);
    tx = thing_start();
    assert_int_equal(tx_fault(tx), TX_UNAVAILABLE);
    assert_int_equal(tx_commit(tx), TX_UNAVAILABLE);
    connection_set_abandoned_limit(32);
    thing_serves();
}

static void warned_commit_is_unknown(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_write(tx, &thing_insert, p_int(3), p_text("warn"), p_int(3));
    assert_int_equal(tx_commit(tx), TX_UNKNOWN);
    assert_string_equal(thing_n(3), "3");
    thing_serves();
}

static void warning_of_a_statement_is_not_of_the_commit(void **state)
{
    (void)state;
    static const struct sql warn = {NULL, "DO $$ BEGIN RAISE WARNING 'early'; END $$"};
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    tx_write(tx, &warn);
    assert_int_equal(tx_commit(tx), TX_OK);
    assert_string_equal(thing_n(1), "7");
}

static void lost_before_commit_is_unavailable(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    assert_int_equal(tx_need(tx), TX_OK);
    database_run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test worker'");
    tx_read(tx, &thing_select, p_int(1));
    assert_int_equal(tx_need(tx), TX_UNAVAILABLE);
    assert_int_equal(tx_commit(tx), TX_UNAVAILABLE);
    assert_string_equal(thing_n(1), "1");
    thing_serves();
}

static void idle_loss_is_not_noticed(void **state)
{
    (void)state;
    thing_serves();
    database_run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test worker'");
    database_wait_value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test worker'", "0");
    thing_serves();
    connection_drop(thing_connection);
    thing_serves();
}

static void no_server_is_unavailable(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    struct connection *nowhere = connection_create("host=/nonexistent dbname=x", "nowhere");
    struct tx *tx = tx_begin(nowhere, thing_arena, time_monotonic_ms() + 1000);
    assert_int_equal(tx_fault(tx), TX_UNAVAILABLE);
    assert_int_equal(rows_int(tx_read(tx, &thing_select, p_int(1)), 0, 0), NIL);
    tx_rollback(tx);
    connection_destroy(nowhere);
    struct connection *nonsense = connection_create("no such thing", "nonsense");
    assert_int_not_equal(connection_open(nonsense, time_monotonic_ms() + 100), 0);
    connection_destroy(nonsense);
    log_set_level(LOG_LEVEL_ERROR);
}

static void second_host_answers(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    const char *good = database_conninfo("yizhan_app");
    char conninfo[512];
    const char *host = strstr(good, "host='");
    assert_non_null(host);
    snprintf(conninfo, sizeof(conninfo), "%.*shost='/nonexistent,%s", (int)(host - good), good, host + 6);
    struct connection *two = connection_create(conninfo, "two hosts");
    assert_int_equal(connection_open(two, time_monotonic_ms() + 5000), 0);
    connection_destroy(two);
    log_set_level(LOG_LEVEL_ERROR);
}

static void *cancel_soon(void *arg)
{
    usleep(300000);
    connection_cancel(arg);
    return NULL;
}

static void cancel_from_another_thread(void **state)
{
    (void)state;
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_soon, thing_connection);
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    tx_read(tx, &sleep_long);
    int64_t began = time_monotonic_ms();
    assert_int_equal(tx_need(tx), TX_TIMEOUT);
    assert_in_range(time_monotonic_ms() - began, 200, 3000);
    pthread_join(thread, NULL);
    tx_rollback(tx);
    assert_false(connection_usable(thing_connection));
    assert_string_equal(thing_n(1), "1");
    thing_serves();
    connection_cancel(thing_connection); /* nothing runs: nothing happens */
    assert_true(connection_usable(thing_connection));
}

static void cancel_between_flushes(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    assert_int_equal(tx_need(tx), TX_OK);
    connection_cancel(thing_connection);
    assert_int_equal(tx_commit(tx), TX_TIMEOUT);
    assert_string_equal(thing_n(1), "1");
    thing_serves();
}

/* What is queued and was not sent when it was cancelled would run uncancelled: the database had nothing to stop yet. */
static void cancel_before_a_flush(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    tx_read(tx, &sleep_long);
    connection_cancel(thing_connection);
    int64_t began = time_monotonic_ms();
    assert_int_equal(tx_need(tx), TX_TIMEOUT);
    assert_true(time_monotonic_ms() - began < 1000);
    assert_int_equal(tx_commit(tx), TX_TIMEOUT);
    assert_int_equal(connections_abandoned(), 0);
    assert_string_equal(thing_n(1), "1");
    thing_serves();
}

static void commit_cannot_be_cancelled(void **state)
{
    (void)state;
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_soon, thing_connection);
    struct tx *tx = thing_start();
    tx_write(tx, &thing_insert, p_int(3), p_text("slow"), p_int(3));
    assert_int_equal(tx_commit(tx), TX_OK);
    pthread_join(thread, NULL);
    assert_string_equal(thing_n(3), "3");
}

static void scope_must_be_set(void **state)
{
    (void)state;
    static const struct sql ids = {"t.ids", "SELECT id FROM scoped ORDER BY id"};
    log_set_level(LOG_LEVEL_ERROR + 1);
    struct tx *tx = thing_start();
    tx_read(tx, &ids);
    assert_int_equal(tx_need(tx), TX_BROKEN);
    tx_rollback(tx);
    tx = thing_start();
    tx_set_scope(tx, "{1,3}", NULL, 5);
    struct rows *rows = tx_read(tx, &ids);
    assert_int_equal(rows_count(rows), 2);
    assert_int_equal(rows_int(rows, 1, 0), 3);
    assert_int_equal(tx_commit(tx), TX_OK);
    tx = thing_start(); /* it does not leak into the next */
    tx_read(tx, &ids);
    assert_int_equal(tx_need(tx), TX_BROKEN);
    tx_rollback(tx);
    log_set_level(LOG_LEVEL_ERROR);
    static const struct sql move = {"t.move", "UPDATE scoped SET branch_id = 2 WHERE id = 1 RETURNING 1"};
    tx = thing_start();
    tx_set_scope(tx, "{1,3}", "{}", 5);
    tx_write_one(tx, &move);
    assert_int_equal(tx_commit(tx), TX_REFUSED);
    assert_string_equal(tx_sqlstate(tx), "42501");
}

static void values_survive_the_journey(void **state)
{
    (void)state;
    static const struct sql echo = {
        "t.echo", "SELECT $1::text, $2::bigint, $3::bool, $4::float8, $5::timestamptz, $6::date, "
                  "$7::text[], $8::bigint[], $9::text"};
    const char *items[] = {"plain", "", "NULL", "a,b", "q\"uo\\te", "{x}", "拖车", " pad ", NULL};
    const int64_t ids[] = {-3, INT64_MAX, NIL};
    const char *text = "it's 粤A·12345 \\ \"x\" $1 %s";
    struct instant at = {INT64_C(1772353800123456)};
    struct tx *tx = thing_start();
    struct rows *r = tx_read(tx, &echo, p_text(text), p_int(INT64_MIN + 1), p_bool(true), p_real(0.1),
                             p_time(at), p_date((struct day){20513}),
                             p_set((struct text_set){items, array_len(items)}), p_ids(ids, 3), p_text(NULL));
    assert_string_equal(rows_text(r, 0, 0), text);
    assert_true(rows_int(r, 0, 1) == INT64_MIN + 1);
    assert_true(rows_bool(r, 0, 2));
    assert_true(rows_real(r, 0, 3) == 0.1);
    assert_true(rows_time(r, 0, 4).us == at.us);
    assert_int_equal(rows_date(r, 0, 5).n, 20513);
    struct text_set set = rows_set(r, 0, 6);
    assert_int_equal(set.count, array_len(items));
    for (size_t i = 0; i + 1 < array_len(items); i++)
        assert_string_equal(set.items[i], items[i]);
    assert_null(set.items[array_len(items) - 1]);
    assert_string_equal(rows_text(r, 0, 7), "{-3,9223372036854775807,NULL}");
    assert_true(rows_null(r, 0, 8));
    assert_null(rows_text(r, 1, 0));
    assert_null(rows_text(r, 0, 9));
    assert_int_equal(tx_commit(tx), TX_OK);
    assert_string_equal(rows_text(r, 0, 0), text); /* rows live as long as the arena */
}

static void nulls_are_nulls(void **state)
{
    (void)state;
    static const struct sql echo = {
        "t.nulls",
        "SELECT $1::text, $2::bigint, $3::float8, $4::timestamptz, $5::date, $6::text[], NULL::bool, "
        "'infinity'::timestamptz, 'x'::text"};
    struct tx *tx = thing_start();
    struct rows *r = tx_read(tx, &echo, p_text(NULL), p_int(NIL), p_real(NAN), p_time(INSTANT_NIL),
                             p_date(DAY_NIL), p_set((struct text_set){NULL, 0}));
    for (int i = 0; i < 5; i++)
        assert_true(rows_null(r, 0, i));
    assert_true(isnan(rows_real(r, 0, 2)));
    assert_true(instant_is_nil(rows_time(r, 0, 3)));
    assert_true(day_is_nil(rows_date(r, 0, 4)));
    assert_string_equal(rows_text(r, 0, 5), "{}");
    assert_int_equal(rows_set(r, 0, 5).count, 0);
    assert_false(rows_bool(r, 0, 6));
    assert_true(instant_is_nil(rows_time(r, 0, 7)));
    assert_int_equal(rows_int(r, 0, 8), NIL);
    assert_true(instant_is_nil(rows_time(r, 0, 8)));
    assert_int_equal(tx_commit(tx), TX_OK);
}

/* Both directions at once, far over every buffer: a blocking client would wait for ever. */
static void large_both_ways(void **state)
{
    (void)state;
    static const struct sql echo = {"t.large", "SELECT $1::text"};
    size_t size = 3000000;
    char *text = malloc(size + 1);
    memset(text, 'x', size);
    text[size] = '\0';
    struct tx *tx = thing_start();
    struct rows *r[4];
    for (size_t i = 0; i < array_len(r); i++)
        r[i] = tx_read(tx, &echo, p_text(text));
    for (size_t i = 0; i < array_len(r); i++)
        assert_int_equal(strlen(rows_text(r[i], 0, 0)), size);
    assert_int_equal(tx_commit(tx), TX_OK);
    free(text);
}

static void many_in_one_flush(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    struct rows *last = NULL;
    for (int i = 0; i < 2000; i++)
        last = tx_read(tx, &thing_select, p_int(2));
    assert_int_equal(rows_int(last, 0, 0), 2);
    assert_int_equal(tx_round_trips(tx), 1);
    assert_int_equal(tx_commit(tx), TX_OK);
}

static void one_name_one_text(void **state)
{
    (void)state;
    static const struct sql other = {"t.select", "SELECT 1"};
    log_set_level(LOG_LEVEL_ERROR + 1);
    struct tx *tx = thing_start();
    tx_read(tx, &thing_select, p_int(1));
    tx_read(tx, &other);
    assert_int_equal(tx_commit(tx), TX_BROKEN);
    log_set_level(LOG_LEVEL_ERROR);
    thing_serves();
}

static void changed_table_means_retry(void **state)
{
    (void)state;
    static const struct sql all = {"t.all", "SELECT * FROM thing WHERE id = $1"};
    struct tx *tx = thing_start();
    tx_read(tx, &all, p_int(1));
    assert_int_equal(tx_commit(tx), TX_OK);
    database_run("ALTER TABLE thing ADD COLUMN more text");
    tx = thing_start();
    tx_read(tx, &all, p_int(1));
    assert_int_equal(tx_commit(tx), TX_RETRY);
    tx = thing_start();
    assert_int_equal(rows_count(tx_read(tx, &all, p_int(1))), 1);
    assert_int_equal(tx_commit(tx), TX_OK);
    database_run("ALTER TABLE thing DROP COLUMN more");
}

static void cancel_and_rollback(void **state)
{
    (void)state;
    struct tx *tx = thing_start();
    tx_cancel(tx);
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    assert_int_equal(tx_need(tx), TX_TIMEOUT);
    assert_int_equal(tx_commit(tx), TX_TIMEOUT);
    assert_true(connection_usable(thing_connection));
    tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    assert_int_equal(tx_need(tx), TX_OK);
    tx_rollback(tx);
    tx_rollback(tx);
    assert_int_equal(tx_commit(tx), TX_REFUSED);
    thing_serves();
    assert_string_equal(thing_n(1), "1");
    assert_string_equal(thing_n(2), "2");
}

static void forgotten_end_is_rolled_back(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    struct tx *tx = thing_start();
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    assert_int_equal(tx_need(tx), TX_OK);
    thing_serves();
    log_set_level(LOG_LEVEL_ERROR);
    assert_string_equal(thing_n(1), "1");
}

static void log_tells_statements_and_flushes(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *log = open_memstream(&text, &size);
    connection_set_log(thing_connection, log);
    struct tx *tx = thing_start();
    tx_read(tx, &thing_lock, p_int(1));
    assert_int_equal(tx_need(tx), TX_OK);
    tx_write_one(tx, &thing_update, p_int(1), p_int(NIL));
    assert_int_equal(tx_commit(tx), TX_OK);
    connection_set_log(thing_connection, NULL);
    fclose(log);
    assert_string_equal(text, "{\"name\": \"tx.begin\", \"text\": \"BEGIN\", \"params\": []}\n"
                              "{\"name\": \"t.lock\", \"text\": \"SELECT n FROM thing WHERE id = $1 FOR "
                              "UPDATE\", \"params\": [\"1\"]}\n"
                              "{\"mark\": \"flush\"}\n"
                              "{\"mark\": \"wait\"}\n"
                              "{\"name\": \"one:t.update\", \"text\": \"WITH u AS (UPDATE thing SET n = $2 "
                              "WHERE id = $1 RETURNING 1) SELECT "
                              "must_be_one(count(*)) FROM u\", \"params\": [\"1\", null]}\n"
                              "{\"name\": \"tx.commit\", \"text\": \"COMMIT\", \"params\": []}\n"
                              "{\"mark\": \"sync\"}\n"
                              "{\"mark\": \"wait\"}\n");
    free(text);
}

static void session_is_set_up(void **state)
{
    (void)state;
    static const struct sql settings = {
        NULL, "SELECT current_setting('timezone'), current_setting('lock_timeout'), "
              "current_setting('search_path'), "
              "current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'), "
              "current_setting('transaction_isolation'), current_setting('client_encoding')"};
    const char *expected[] = {"UTC", "2s", "public,pg_temp", "1min", "test worker", "read committed", "UTF8"};
    struct tx *tx = thing_start();
    struct rows *r = tx_read(tx, &settings);
    for (size_t i = 0; i < array_len(expected); i++)
        assert_string_equal(rows_text(r, 0, (int)i), expected[i]);
    assert_int_equal(tx_commit(tx), TX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        thing_test(command_takes_two_round_trips),
        thing_test(blind_write_takes_one_round_trip),
        thing_test(read_takes_one_round_trip),
        thing_test(read_only_cannot_write),
        thing_test(nothing_costs_nothing),
        thing_test(missed_write_undoes_all),
        thing_test(failure_is_sticky),
        thing_test(refusals_have_names),
        thing_test(deferred_key_fails_at_commit),
        thing_test(other_states),
        thing_test(lock_makes_busy),
        thing_test(deadline_cancels_and_closes),
        thing_test(deadline_before_anything_is_sent),
        thing_test(deadline_in_commit_is_unknown),
        thing_test(abandoned_backends_are_limited),
        thing_test(warned_commit_is_unknown),
        thing_test(warning_of_a_statement_is_not_of_the_commit),
        thing_test(lost_before_commit_is_unavailable),
        thing_test(idle_loss_is_not_noticed),
        thing_test(no_server_is_unavailable),
        thing_test(second_host_answers),
        thing_test(cancel_from_another_thread),
        thing_test(cancel_between_flushes),
        thing_test(cancel_before_a_flush),
        thing_test(commit_cannot_be_cancelled),
        thing_test(scope_must_be_set),
        thing_test(values_survive_the_journey),
        thing_test(nulls_are_nulls),
        thing_test(large_both_ways),
        thing_test(many_in_one_flush),
        thing_test(one_name_one_text),
        thing_test(changed_table_means_retry),
        thing_test(cancel_and_rollback),
        thing_test(forgotten_end_is_rolled_back),
        thing_test(log_tells_statements_and_flushes),
        thing_test(session_is_set_up),
    };
    return cmocka_run_group_tests_name("transaction", tests, thing_setup_all, database_teardown);
}
