#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "base/vec.h"
#include "server/core/core.h"
#include "server/core/schedule.h"
#include "server/core/thread.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

enum {
    LOOK_MS = 250,
    RETRY_MS = 2000,
    PATIENCE_MS = 10 * 1000, /* claiming and finishing */
    ROUNDS_MAX = 100,        /* of one claim; the rest comes with the next */
    STOP_PATIENCE_MS = 5000, /* for the job under way when the server ends */
    STOP_LOOK_MS = 20
};

static const struct scheduled own_jobs[] = {
    {.name = "seal", .statement = "SELECT seal_run()", .again = 5000},
    {.name = "balance_roll", .statement = "SELECT balance_roll()", .again = 100000},
    {.name = "command_key_purge", .statement = "SELECT command_key_purge()", .again = 10000},
    {.name = "notice_purge", .statement = "SELECT notice_purge()", .again = 10000},
    {.name = "session_expire", .statement = "SELECT session_expire()"},
};

static VEC(const struct scheduled *) jobs;

static struct {
    pthread_t thread;
    atomic_bool stopping, ended;
    struct connection *connection;
    struct arena *arena;
} schedule;

static const struct sql claim = {"job_claim",
                                 "SELECT name, extract(epoch FROM lease)::bigint FROM job_claim($1)"};
/* The session has the job's lock while it runs it, so that the claim of one that is gone is nobody's. */
static const struct sql finish = {"job_finish",
                                  "SELECT job_finish($1, $2, $3, $4), pg_advisory_unlock_all()"};

void schedule_register(const struct scheduled *scheduled)
{
    vec_push(&jobs, scheduled);
}

static const struct scheduled *find(const char *name)
{
    for (size_t i = 0; i < jobs.count; i++)
        if (strcmp(jobs.items[i]->name, name) == 0)
            return jobs.items[i];
    return NULL;
}

static int run_statement(const struct scheduled *job, int64_t deadline_ms, struct str *result)
{
    const struct sql sql = {job->name, job->statement};
    int64_t total = 0, count = 0;
    for (int i = 0; i < ROUNDS_MAX && !atomic_load(&schedule.stopping); i++) {
        struct tx *tx = tx_begin(schedule.connection, schedule.arena, deadline_ms);
        struct rows *rows = tx_read(tx, &sql);
        /* Not in one flush with COMMIT: what is on its way together with that cannot be cut short any more. */
        tx_need(tx);
        if (tx_commit(tx) != TX_OK) {
            /* Only our own rules' words are sure to name nobody. */
            bool ours = strncmp(tx_sqlstate(tx), "YZ", 2) == 0;
            str_addf(result, "SQLSTATE %s %s", tx_sqlstate(tx), ours ? tx_message(tx) : "");
            return -1;
        }
        count = rows_int(rows, 0, 0);
        total += count == NIL ? 0 : count;
        if (job->again == 0 || count < job->again)
            break;
    }
    str_addf(result, "%" PRId64, total);
    return 0;
}

static int run_job(const char *name, int64_t lease_seconds, struct str *result)
{
    const struct scheduled *job = find(name);
    /* Well before another server may take it for dead. */
    int64_t deadline_ms = time_monotonic_ms() + lease_seconds * 900;
    if (!job) {
        str_add(result, "this server does not know the job");
        return -1;
    }
    if (job->run)
        return job->run(schedule.connection, schedule.arena, deadline_ms, result);
    return run_statement(job, deadline_ms, result);
}

static void end_job(const char *name, bool ok, const char *result)
{
    struct tx *tx = tx_begin(schedule.connection, schedule.arena, time_monotonic_ms() + PATIENCE_MS);
    tx_read(tx, &finish, p_text(name), p_text(core_server_name()), p_bool(ok), p_text(result));
    if (tx_commit(tx) != TX_OK)
        log_warn("job %s: its end could not be written", name);
}

/* 1 a job was run, 0 none is due, negative: no database. */
static int run_next(void)
{
    struct tx *tx = tx_begin(schedule.connection, schedule.arena, time_monotonic_ms() + PATIENCE_MS);
    struct rows *rows = tx_read(tx, &claim, p_text(core_server_name()));
    if (tx_commit(tx) != TX_OK)
        return -1;
    if (rows_count(rows) == 0)
        return 0;
    const char *name = rows_text(rows, 0, 0);
    struct str result;
    str_init(&result, schedule.arena);
    bool ok = run_job(name, rows_int(rows, 0, 1), &result) == 0;
    if (!ok && atomic_load(&schedule.stopping)) {
        str_clear(&result);
        str_add(&result, "cut short: the server ended");
    }
    if (!ok)
        log_warn("job %s failed: %s", name, result.data);
    end_job(name, ok, result.data);
    return 1;
}

static void nap(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static void *run(void *argument)
{
    while (!atomic_load(&schedule.stopping)) {
        arena_reset(schedule.arena);
        int done = run_next();
        if (done <= 0)
            nap(done < 0 ? RETRY_MS : LOOK_MS);
    }
    atomic_store(&schedule.ended, true);
    return NULL;
}

void schedule_start(const char *conninfo)
{
    for (size_t i = 0; i < array_len(own_jobs); i++)
        schedule_register(&own_jobs[i]);
    schedule.connection = connection_create(conninfo, "yizhand jobs");
    schedule.arena = arena_create(0);
    thread_start(&schedule.thread, "jobs", run, NULL);
}

/* A job may take as long as its lease. What is cancelled was not done, and has its turn again. */
static void cut_short(void)
{
    int64_t until_ms = time_monotonic_ms() + STOP_PATIENCE_MS;
    while (!atomic_load(&schedule.ended)) {
        nap(STOP_LOOK_MS);
        if (time_monotonic_ms() >= until_ms)
            connection_cancel(schedule.connection);
    }
}

void schedule_stop(void)
{
    if (!schedule.connection)
        return;
    atomic_store(&schedule.stopping, true);
    cut_short();
    pthread_join(schedule.thread, NULL);
    connection_destroy(schedule.connection);
    arena_destroy(schedule.arena);
    schedule.connection = NULL;
}
