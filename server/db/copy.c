/* COPY … TO STDOUT inside a transaction. It has no place in a pipeline, so the pipeline is left for as long as it runs. */
#include "server/db/transaction-private.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

static bool add_literal(struct str *out, PGconn *pg, const char *value)
{
    char *literal = value ? PQescapeLiteral(pg, value, strlen(value)) : NULL;
    if (value && !literal)
        return false;
    str_add(out, value ? literal : "NULL");
    PQfreemem(literal);
    return true;
}

/* Past a quoted text or name, which is copied as it stands. */
static const char *add_quoted(struct str *out, const char *at)
{
    const char *end = strchr(at + 1, *at);
    size_t len = end ? (size_t)(end - at) + 1 : strlen(at);
    str_add_n(out, at, len);
    return at + len;
}

/* COPY takes no parameters: each $n becomes the literal of its value, as libpq quotes it for this very connection. A literal without a
 * type means to the database what a parameter without one does. False: a value that cannot be quoted. */
static bool fill_in(struct str *out, PGconn *pg, const char *text, const char *const *values, size_t count)
{
    for (const char *at = text; *at;) {
        if (*at == '\'' || *at == '"') {
            at = add_quoted(out, at);
        } else if (*at == '$' && isdigit((unsigned char)at[1])) {
            char *end;
            size_t n = strtoul(at + 1, &end, 10);
            if (n < 1 || n > count || !add_literal(out, pg, values[n - 1]))
                return false;
            at = end;
        } else {
            str_add_char(out, *at++);
        }
    }
    return true;
}

/* One look at the socket; false when the transaction failed over it. */
static bool wait_readable(struct tx *tx)
{
    struct connection *c = tx->connection;
    int64_t left = tx->deadline_ms - time_monotonic_ms();
    if (left <= 0) {
        tx_fail(tx, TX_TIMEOUT, "the deadline passed");
        tx_copy_drop(tx);
        return false;
    }
    int unsent = PQflush(c->pg);
    struct pollfd p = {.fd = PQsocket(c->pg), .events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0))};
    int n = unsent < 0 ? -1 : poll(&p, 1, (int)MIN(left, 60000));
    bool dead =
        unsent < 0 || (n < 0 && errno != EINTR) || (n > 0 && p.revents & ~POLLOUT && !PQconsumeInput(c->pg));
    if (dead)
        tx_lose(tx);
    return !dead;
}

/* The next result of the statement: NULL at its end, and when the transaction failed meanwhile. */
static PGresult *next_result(struct tx *tx)
{
    while (!tx->over && PQisBusy(tx->connection->pg)) {
        if (!wait_readable(tx))
            return NULL;
    }
    return tx->over ? NULL : PQgetResult(tx->connection->pg);
}

/* Reads what is left of the statement and goes back to the pipeline. */
static void finish(struct tx *tx)
{
    PGresult *result;
    while ((result = next_result(tx))) {
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR && !PQresultErrorField(result, PG_DIAG_SQLSTATE))
            tx->connection->lost = true;
        else if (status == PGRES_FATAL_ERROR)
            tx_take_error(tx, "copy", result, false);
        bool stuck = status == PGRES_COPY_OUT || status == PGRES_COPY_IN || tx->connection->lost;
        PQclear(result);
        if (stuck)
            break;
    }
    if (tx->over)
        return;
    if (tx->connection->lost || !PQenterPipelineMode(tx->connection->pg))
        tx_lose(tx);
}

/* The answers so far are in and the pipeline is left. */
static bool leave_pipeline(struct tx *tx)
{
    if (!tx_ready(tx))
        return false;
    if (!tx_sync(tx))
        tx_lose(tx);
    else
        tx_wait(tx);
    if (tx->fault == TX_OK && !PQexitPipelineMode(tx->connection->pg))
        tx_lose(tx);
    return tx->fault == TX_OK;
}

enum tx_fault tx_copy_open(struct tx *tx, const char *query, const struct param *params, size_t count,
                           const char *options)
{
    const char *const *values = params_encode(tx->arena, params, count);
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (!leave_pipeline(tx))
        return tx->fault;
    str_add(&text, "COPY (");
    bool filled = fill_in(&text, tx->connection->pg, query, values, count);
    str_addf(&text, ") TO STDOUT (%s)", options);
    if (!filled)
        tx_fail(tx, TX_BROKEN, "a parameter of COPY cannot be quoted");
    if (tx->connection->log && filled)
        statement_log_query(tx->connection->log, "copy", text.data, NULL, 0);
    if (!filled || !PQsendQuery(tx->connection->pg, text.data)) {
        tx_lose(tx);
        return tx->fault;
    }
    tx->round_trips++;
    PGresult *result = next_result(tx);
    bool copying = PQresultStatus(result) == PGRES_COPY_OUT;
    if (!copying && result && PQresultErrorField(result, PG_DIAG_SQLSTATE))
        tx_take_error(tx, "copy", result, false);
    PQclear(result);
    if (!copying && !tx->over)
        finish(tx);
    if (!copying)
        tx_fail(tx, TX_BROKEN, "COPY did not begin");
    return tx->fault;
}

int tx_copy_row(struct tx *tx, char **row_r)
{
    *row_r = NULL;
    while (!tx->over) {
        int len = PQgetCopyData(tx->connection->pg, row_r, 1);
        if (len > 0)
            return len;
        if (len < 0) {
            finish(tx);
            return 0;
        }
        if (!wait_readable(tx))
            return 0;
    }
    return 0;
}

void tx_copy_free(char *row)
{
    PQfreemem(row);
}

void tx_copy_drop(struct tx *tx)
{
    if (tx->over)
        return;
    tx_fail(tx, TX_REFUSED, "given up");
    tx->connection->stale = true;
    tx_end(tx);
}
