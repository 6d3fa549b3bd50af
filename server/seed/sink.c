/* The owner's connection while seeding: plain statements and COPY, one transaction. */
#include "server/seed/seed-private.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

enum { COPY_PIECE = 1 << 20 };

static int fail(struct seed *seed, const char *what)
{
    const char *why = PQerrorMessage(seed->pg);
    log_error("seed: %s: %.*s", what, (int)strcspn(why, "\n"), why);
    return -EIO;
}

static void ignore_notice(void *ctx, const PGresult *notice)
{
    (void)ctx;
    (void)notice;
}

int sink_open(struct seed *seed, const char *owner)
{
    seed->pg = PQconnectdb(owner);
    if (PQstatus(seed->pg) != CONNECTION_OK)
        return fail(seed, "no connection of the owner");
    PQsetNoticeReceiver(seed->pg, ignore_notice, NULL);
    return sink_run(seed,
                    "SET timezone = 'UTC'; SET datestyle = ISO; SET search_path = public, pg_temp; "
                    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET jit = off");
}

int sink_rows(struct seed *seed, const char *sql, PGresult **rows_r)
{
    *rows_r = PQexec(seed->pg, sql);
    ExecStatusType status = PQresultStatus(*rows_r);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return 0;
    PQclear(*rows_r);
    *rows_r = NULL;
    return fail(seed, "a statement failed");
}

int sink_run(struct seed *seed, const char *sql)
{
    PGresult *rows;
    int result = sink_rows(seed, sql, &rows);
    PQclear(rows);
    return result;
}

const char *sink_ask(struct seed *seed, const char *sql, bool *failed_r)
{
    PGresult *rows;
    const char *text = NULL;
    *failed_r = sink_rows(seed, sql, &rows) < 0;
    if (!*failed_r && PQntuples(rows) > 0 && !PQgetisnull(rows, 0, 0))
        text = arena_strdup(seed->arena, PQgetvalue(rows, 0, 0));
    PQclear(rows);
    return text;
}

static int put_all(struct seed *seed, const struct str *rows)
{
    for (size_t at = 0; at < rows->len; at += COPY_PIECE) {
        if (PQputCopyData(seed->pg, rows->data + at, (int)MIN(rows->len - at, (size_t)COPY_PIECE)) != 1)
            return -EIO;
    }
    return PQputCopyEnd(seed->pg, NULL) == 1 ? 0 : -EIO;
}

int sink_copy(struct seed *seed, const char *table, const char *columns, const struct str *rows)
{
    PGresult *result = PQexec(seed->pg, arena_printf(seed->arena, "COPY %s (%s) FROM STDIN", table, columns));
    bool good = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    if (!good || put_all(seed, rows) < 0)
        return fail(seed, table);
    while ((result = PQgetResult(seed->pg))) {
        good = good && PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    return good ? 0 : fail(seed, table);
}

void sink_close(struct seed *seed)
{
    PQfinish(seed->pg);
    seed->pg = NULL;
}
