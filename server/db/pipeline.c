/* libpq's pipeline: what is expected, sending and reading under a deadline. */
#include "server/db/connection-private.h"

#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <poll.h>

void pipeline_expect(struct connection *c, enum expect_kind kind, struct statement *statement,
                     struct rows *rows)
{
    if (!pipeline_waiting(c)) {
        vec_clear(&c->expected);
        c->answered = 0;
    }
    vec_push(&c->expected, ((struct expect){.kind = kind, .statement = statement, .rows = rows}));
}

void pipeline_detach(struct connection *c)
{
    for (size_t i = c->answered; i < c->expected.count; i++)
        c->expected.items[i].rows = NULL;
}

void pipeline_clear(struct connection *c)
{
    vec_clear(&c->expected);
    c->answered = 0;
}

static void take_failure(struct connection *c, const struct expect *e, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (e->kind == EXPECT_PARSE)
        e->statement->state = STATEMENT_NEW;
    if (!state) /* libpq's own words: the connection is gone */
        c->lost = true;
    else if (refusal_is_stale(state, PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION)))
        c->stale = true;
    if (state && c->tx)
        tx_take_error(c->tx, e->statement ? e->statement->name : "(unnamed)", result,
                      e->kind == EXPECT_COMMIT);
    else if (state)
        log_warn("database: %s: %s after the end of a transaction", c->name, state);
}

static void take_success(struct connection *c, const struct expect *e, const PGresult *result)
{
    if (e->kind == EXPECT_PARSE)
        e->statement->state = STATEMENT_READY;
    else if (e->kind == EXPECT_QUERY && e->rows)
        rows_take(e->rows, result);
    else if (e->kind == EXPECT_COMMIT && c->tx)
        tx_take_commit(c->tx, result, c->warned);
}

/* One answer, which libpq has ready. Every statement's end with a NULL; a Sync has none after it. */
static void take_one(struct connection *c)
{
    struct expect *e = &c->expected.items[c->answered];
    PGresult *result = PQgetResult(c->pg);
    if (!result) {
        c->lost |= e->kind == EXPECT_SYNC; /* out of step, or dead */
        c->warned = false;
        c->answered++;
        return;
    }
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY: take_success(c, e, result); break;
    case PGRES_PIPELINE_SYNC:
        c->lost |= e->kind != EXPECT_SYNC;
        c->answered++;
        break;
    case PGRES_PIPELINE_ABORTED:
        if (e->kind == EXPECT_PARSE)
            e->statement->state = STATEMENT_NEW;
        break;
    case PGRES_FATAL_ERROR: take_failure(c, e, result); break;
    default: /* COPY and its like have no place in a pipeline */ c->lost = true; break;
    }
    PQclear(result);
}

/* Waits for the socket; 0, -ETIMEDOUT, -EPIPE. */
static int wait_socket(struct connection *c, bool read, bool write, int64_t deadline_ms)
{
    int64_t left = deadline_ms - time_monotonic_ms();
    if (left <= 0)
        return -ETIMEDOUT;
    struct pollfd p = {.fd = PQsocket(c->pg), .events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0))};
    int n = poll(&p, 1, (int)MIN(left, 60000));
    if (n < 0)
        return errno == EINTR ? 0 : -EPIPE;
    if (n > 0 && (p.revents & ~POLLOUT) && !PQconsumeInput(c->pg)) {
        c->lost = true;
        return -EPIPE;
    }
    return 0;
}

/* PQflush, once: 0 all sent, 1 some left, -EPIPE. */
static int flush_once(struct connection *c)
{
    int rc = PQflush(c->pg);
    if (rc >= 0)
        return rc;
    c->lost = true;
    return -EPIPE;
}

/* While sending we also read, or both ends could wait for the other's buffer to empty. */
int pipeline_flush(struct connection *c, int64_t deadline_ms)
{
    for (;;) {
        int rc = flush_once(c);
        if (rc <= 0)
            return rc;
        rc = wait_socket(c, true, true, deadline_ms);
        if (rc)
            return rc;
    }
}

#ifdef YIZHAN_FAULTS
/* The database has answered, and the line is cut before we hear it. */
static int cut_answer(struct connection *c, int64_t deadline_ms)
{
    int rc = pipeline_flush(c, deadline_ms);
    struct pollfd p = {.fd = PQsocket(c->pg), .events = POLLIN};
    while (rc == 0 && poll(&p, 1, 100) <= 0)
        rc = time_monotonic_ms() < deadline_ms ? 0 : -ETIMEDOUT;
    connection_drop(c);
    c->lost = true;
    return -EPIPE;
}
#endif

int pipeline_wait(struct connection *c, int64_t deadline_ms)
{
#ifdef YIZHAN_FAULTS
    if (c->cut_after) {
        c->cut_after = false;
        return cut_answer(c, deadline_ms);
    }
#endif
    while (pipeline_waiting(c) && !c->lost) {
        if (!PQisBusy(c->pg)) {
            take_one(c);
            continue;
        }
        int unsent = flush_once(c);
        int rc = unsent < 0 ? unsent : wait_socket(c, true, unsent > 0, deadline_ms);
        if (rc)
            return rc;
    }
    return c->lost ? -EPIPE : 0;
}
