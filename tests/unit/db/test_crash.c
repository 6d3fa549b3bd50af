/*
 * What a transaction's word is worth when PostgreSQL dies under it: TX_OK is there, TX_UNKNOWN may be, anything else is not.
 * On a cluster of its own, whose postmaster and backends are killed, and which waits for a standby that is not there.
 */
#include "base/arena.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/time.h"
#include "database.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORKERS = 6, MOST = 20000, KILLS = 6, SOON_MS = 30000 };

static const struct sql look = {"c.look", "SELECT count(*) FROM fact WHERE id = $1"};
static const struct sql insert = {"c.insert", "INSERT INTO fact (id) VALUES ($1)"};
static const struct sql update = {"c.update", "UPDATE fact SET n = n + 1 WHERE id = $1 RETURNING 1"};

static int setup(void **state)
{
    log_set_level(LOG_LEVEL_ERROR + 1);
    if (database_setup_own(state))
        return -1;
    database_run("CREATE FUNCTION must_be_one(hits bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN"
                 "  IF hits IS DISTINCT FROM 1 THEN RAISE EXCEPTION USING ERRCODE = 'YZ001'; END IF; RETURN "
                 "hits; END $$;"
                 "CREATE TABLE fact (id bigint PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                 "GRANT ALL ON fact TO yizhan_app");
    return 0;
}

static _Atomic(unsigned char) outcome[MOST]; /* 0: not tried; else 1 + enum tx_fault */
static atomic_int next_id, done;
static atomic_bool enough;

static enum tx_fault write_fact(struct connection *connection, struct arena *arena, int64_t id, int64_t ms)
{
    struct tx *tx = tx_begin(connection, arena, time_monotonic_ms() + ms);
    struct rows *rows = tx_read(tx, &look, p_int(id));
    if (rows_int(rows, 0, 0) != 0)
        tx_rollback(tx);
    tx_write(tx, &insert, p_int(id));
    tx_write_one(tx, &update, p_int(id));
    return tx_commit(tx);
}

static void *work(void *arg)
{
    struct connection *connection = connection_create(arg, "crash worker");
    struct arena *arena = arena_create(0);
    int id;
    while (!enough && (id = next_id++) < MOST) {
        arena_reset(arena);
        enum tx_fault fault = write_fact(connection, arena, id, 2000);
        outcome[id] = (unsigned char)(1 + fault);
        done += fault == TX_OK;
        if (fault != TX_OK)
            usleep(20000);
    }
    connection_destroy(connection);
    arena_destroy(arena);
    return NULL;
}

static void wait_progress(int more)
{
    int until = done + more;
    for (int64_t end = time_monotonic_ms() + SOON_MS; done < until; usleep(2000))
        assert_true(time_monotonic_ms() < end);
}

/* Odd rounds one backend, which makes PostgreSQL restart by itself; even rounds the postmaster, which the supervisor restarts. */
static void kill_something(int round, struct rng *rng)
{
    wait_progress(20 + (int)rng_range(rng, 0, 50));
    pid_t postmaster = database_postmaster(), victim = postmaster;
    if (round % 2)
        victim = (pid_t)atoi(database_value(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'crash worker' ORDER BY "
            "xact_start DESC NULLS LAST LIMIT 1"));
    if (victim > 1)
        kill(victim, SIGKILL);
    usleep(100000); /* until the postmaster has noticed too */
    database_reconnect();
}

static void acknowledged_is_there_and_refused_is_not(void **state)
{
    (void)state;
    pthread_t threads[WORKERS];
    char conninfo[512];
    struct rng rng;
    rng_seed(&rng, 7);
    snprintf(conninfo, sizeof(conninfo), "%s", database_conninfo("yizhan_app"));
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, work, conninfo);
    for (int round = 0; round < KILLS; round++)
        kill_something(round, &rng);
    wait_progress(20);
    enough = true;
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);

    int counts[TX_BROKEN + 1] = {0};
    for (int id = 0; id < MOST && outcome[id]; id++) {
        char sql[64];
        snprintf(sql, sizeof(sql), "SELECT n FROM fact WHERE id = %d", id);
        const char *n = database_value(sql);
        enum tx_fault fault = outcome[id] - 1;
        counts[fault]++;
        if (fault == TX_OK)
            assert_string_equal(n, "1");
        else if (fault == TX_UNKNOWN)
            assert_true(!*n || strcmp(n, "1") == 0);
        else
            assert_string_equal(n, "");
    }
    assert_true(counts[TX_OK] > 100);
    assert_true(counts[TX_UNAVAILABLE] + counts[TX_UNKNOWN] > 0);
    assert_int_equal(counts[TX_BROKEN], 0);
    assert_int_equal(counts[TX_REFUSED], 0);
    printf("%d done, %d unknown, %d unavailable\n", counts[TX_OK], counts[TX_UNKNOWN],
           counts[TX_UNAVAILABLE]);
}

static void without_standby(bool on)
{
    database_run(on ? "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
                    : "ALTER SYSTEM RESET synchronous_standby_names");
    database_run("SELECT pg_reload_conf()");
    database_wait_value("SHOW synchronous_standby_names", on ? "nobody" : "");
}

/* statement_timeout does not end such a wait, nor does a client that goes away: only our own deadline does. */
static void lost_standby_makes_unknown(void **state)
{
    (void)state;
    struct connection *connection = connection_create(database_conninfo("yizhan_app"), "standby worker");
    struct arena *arena = arena_create(0);
    database_run("SET synchronous_commit = local");
    without_standby(true);
    int64_t began = time_monotonic_ms();
    assert_int_equal(write_fact(connection, arena, 100001, 700), TX_UNKNOWN);
    assert_in_range(time_monotonic_ms() - began, 600, 3000);
    assert_int_equal(connections_abandoned(), 1);
    without_standby(false);
    for (int i = 0; i < 1000 && connections_abandoned(); i++)
        usleep(10000);
    assert_int_equal(connections_abandoned(), 0);
    database_wait_value("SELECT n FROM fact WHERE id = 100001", "1");
    assert_int_equal(write_fact(connection, arena, 100002, 5000), TX_OK);
    connection_destroy(connection);
    arena_destroy(arena);
}

static void *cancel_waiting(void *arg)
{
    (void)arg;
    database_wait_value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", "1");
    database_run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    return NULL;
}

/* The wait is cancelled by an operator: WARNING, then COMMIT. */
static void warning_of_the_standby_makes_unknown(void **state)
{
    (void)state;
    struct connection *connection = connection_create(database_conninfo("yizhan_app"), "standby worker");
    struct arena *arena = arena_create(0);
    database_run("SET synchronous_commit = local");
    without_standby(true);
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_waiting, NULL);
    assert_int_equal(write_fact(connection, arena, 100003, 20000), TX_UNKNOWN);
    pthread_join(thread, NULL);
    assert_true(connection_usable(connection));
    without_standby(false);
    database_wait_value("SELECT n FROM fact WHERE id = 100003", "1");
    assert_int_equal(write_fact(connection, arena, 100004, 5000), TX_OK);
    connection_destroy(connection);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledged_is_there_and_refused_is_not),
        cmocka_unit_test(lost_standby_makes_unknown),
        cmocka_unit_test(warning_of_the_standby_makes_unknown),
    };
    return cmocka_run_group_tests_name("crash", tests, setup, database_teardown);
}
