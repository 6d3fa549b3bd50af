/* Commands that look: check, jobs, sessions, migrate, seed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "server/ctl.h"
#include "server/db/connection.h"
#include "server/place.h"
#include "server/seed/seed.h"

static const struct sql check = {NULL, "SELECT severity, what, row_name FROM ledger_check()"};
static const struct sql jobs = {
    NULL,
    "SELECT name, extract(epoch FROM every)::bigint, next_at, finished_at,"
    " CASE WHEN last_ok IS NULL THEN '-' WHEN last_ok THEN 'ok' ELSE 'failed' END, coalesce(last_result, ''),"
    " failures, disabled_at IS NOT NULL FROM job ORDER BY name"};
static const struct sql open_scope = {
    NULL, "SELECT set_config('app.scope', branch_all()::text, true), set_config('app.self', '0', true)"};
static const struct sql sessions = {NULL, "SELECT s.id, e.login, coalesce(s.terminal, s.device, ''), "
                                          "coalesce(s.address, ''), s.started_at, s.expires_at"
                                          " FROM session s JOIN employee e ON e.id = s.employee_id WHERE "
                                          "s.ended_at IS NULL AND s.expires_at > now()"
                                          " ORDER BY s.started_at"};

/* Runs one read as a user and hands its rows over; the pool's user sees what its scope lets it see, so that is opened. */
static int read_rows(struct ctl *ctl, const char *conninfo, const struct sql *sql,
                     int (*show)(struct rows *rows))
{
    struct connection *connection = ctl_connect(conninfo);
    struct tx *tx = ctl_begin(ctl, connection);
    tx_set_read_only(tx);
    if (conninfo == ctl->place->app)
        tx_read(tx, &open_scope);
    struct rows *rows = tx_read(tx, sql);
    int result = tx_commit(tx) == TX_OK ? show(rows) : ctl_tx_failed(tx);
    connection_destroy(connection);
    return result;
}

/* What cannot be read cannot be right: no rows at all is a failure too. */
static int show_check(struct rows *rows)
{
    size_t wrong = 0;
    for (size_t i = 0; i < rows_count(rows); i++) {
        const char *severity = rows_text(rows, i, 0);
        bool bad = strcmp(severity, "error") == 0;
        printf("%s: %s: %s\n", bad ? "WRONG" : severity, rows_text(rows, i, 2), rows_text(rows, i, 1));
        wrong += bad;
    }
    if (rows_count(rows) == 0)
        fputs("yizhanctl: nothing could be checked\n", stderr);
    return wrong > 0 || rows_count(rows) == 0 ? 1 : EX_OK;
}

int ctl_check(struct ctl *ctl)
{
    return read_rows(ctl, ctl->place->tail, &check, show_check);
}

static const char *time_text(struct rows *rows, size_t row, int column, char *buffer)
{
    return time_print(buffer, TIME_TEXT_SIZE, rows_time(rows, row, column));
}

static int show_jobs(struct rows *rows)
{
    char next[TIME_TEXT_SIZE], finished[TIME_TEXT_SIZE];
    for (size_t i = 0; i < rows_count(rows); i++)
        printf("%s\tevery %" PRId64 " s\tnext %s\tlast %s\t%s\t%s\t%" PRId64 " failed in a row%s\n",
               rows_text(rows, i, 0), rows_int(rows, i, 1), time_text(rows, i, 2, next),
               time_text(rows, i, 3, finished), rows_text(rows, i, 4), rows_text(rows, i, 5),
               rows_int(rows, i, 6), rows_bool(rows, i, 7) ? "\tdisabled" : "");
    return EX_OK;
}

int ctl_jobs(struct ctl *ctl)
{
    return read_rows(ctl, ctl->place->app, &jobs, show_jobs);
}

static int show_sessions(struct rows *rows)
{
    char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
    for (size_t i = 0; i < rows_count(rows); i++)
        printf("%" PRId64 "\t%s\t%s\t%s\tsince %s\tuntil %s\n", rows_int(rows, i, 0), rows_text(rows, i, 1),
               rows_text(rows, i, 2), rows_text(rows, i, 3), time_text(rows, i, 4, from),
               time_text(rows, i, 5, until));
    return EX_OK;
}

int ctl_sessions(struct ctl *ctl)
{
    return read_rows(ctl, ctl->place->app, &sessions, show_sessions);
}

int ctl_migrate(struct ctl *ctl)
{
    if (place_migrate(ctl->place) < 0)
        return EX_UNAVAILABLE;
    puts("the schema is up to date");
    return EX_OK;
}

int ctl_seed(struct ctl *ctl)
{
    int times = ctl->argc == 1 ? atoi(ctl->argv[0]) : 0;
    if (times < 1) {
        fputs("yizhanctl: seed N: how many times as much?\n", stderr);
        return EX_USAGE;
    }
    if (place_migrate(ctl->place) < 0)
        return EX_UNAVAILABLE;
    return seed_times(ctl->place->owner, times) == 0 ? EX_OK : EX_SOFTWARE;
}
