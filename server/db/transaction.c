#include "server/db/transaction-private.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <string.h>

/* How long a ROLLBACK that nobody waits for may take to leave; a socket that does not take 100 bytes in that time is closed. */
enum { FAREWELL_MS = 1000 };

static const struct sql begin = {"tx.begin", "BEGIN"};
static const struct sql begin_read_only = {"tx.begin_read_only", "BEGIN READ ONLY"};
static const struct sql commit = {"tx.commit", "COMMIT"};
static const struct sql rollback = {"tx.rollback", "ROLLBACK"};
static const struct sql set_scope = {
    "tx.set_scope",
    "SELECT set_config('app.scope', $1, true), set_config('app.scope_vehicle', $2, true), "
    "set_config('app.self', $3, true)",
};

void tx_fail(struct tx *tx, enum tx_fault fault, const char *message)
{
    if (tx->fault != TX_OK)
        return;
    tx->fault = fault;
    tx->message = message;
}

/* The connection is given back; if it was cancelled or is dead, without its socket. */
void tx_end(struct tx *tx)
{
    struct connection *c = tx->connection;
    if (tx->over)
        return;
    tx->over = true;
    if (c->tx != tx)
        return;
    c->tx = NULL;
    pipeline_detach(c);
#ifdef YIZHAN_FAULTS
    connection_plan_fault(c, FAULT_NONE, 0);
    c->cut_after = false;
#endif
    enum phase was = atomic_exchange(&c->phase, PHASE_IDLE);
    if (was == PHASE_CANCELLED && pipeline_waiting(c))
        connection_abandon(c, true);
    else if (was == PHASE_CANCELLED || c->lost || c->stale)
        connection_close(c);
}

void tx_lose(struct tx *tx)
{
    tx->connection->lost = true;
    tx_fail(tx, tx->commit_sent ? TX_UNKNOWN : TX_UNAVAILABLE, "the connection was lost");
    tx_end(tx);
}

/* The deadline passed: what runs is cancelled, save a COMMIT, which is waited for behind the scenes. */
void tx_expire(struct tx *tx)
{
    tx_fail(tx, tx->commit_sent ? TX_UNKNOWN : TX_TIMEOUT, "the deadline passed");
    if (pipeline_waiting(tx->connection))
        connection_abandon(tx->connection, !tx->commit_sent);
    tx_end(tx);
}

struct tx *tx_begin(struct connection *c, struct arena *arena, int64_t deadline_ms)
{
    struct tx *tx = arena_new(arena, struct tx);
    *tx = (struct tx){
        .connection = c, .arena = arena, .deadline_ms = deadline_ms, .constraint = "", .message = ""};
    if (c->tx) {
        log_error("database: %s: a transaction was not ended", c->name);
        c->tx = NULL;
        connection_close(c);
    }
    int rc = time_monotonic_ms() < deadline_ms ? connection_open(c, deadline_ms) : -ETIMEDOUT;
    if (rc) {
        tx->over = true;
        bool late = time_monotonic_ms() >= deadline_ms;
        tx_fail(tx, late ? TX_TIMEOUT : TX_UNAVAILABLE, late ? "the deadline passed" : "no connection");
        return tx;
    }
    c->tx = tx;
    c->phase = PHASE_RUNNING;
    return tx;
}

/* ------------------------------------------------------------------------------------------------- sending */

static bool send_query(struct tx *tx, struct statement *statement, const char *text,
                       const char *const *values, size_t count)
{
    PGconn *pg = tx->connection->pg;
    int n = (int)count;
    if (statement)
        return PQsendQueryPrepared(pg, statement->id, n, values, NULL, NULL, 0);
    return PQsendQueryParams(pg, text, n, NULL, values, NULL, NULL, 0);
}

static bool send_parse(struct tx *tx, struct statement *statement)
{
    struct connection *c = tx->connection;
    if (!statement || statement->state != STATEMENT_NEW)
        return true;
    if (!PQsendPrepare(c->pg, statement->id, statement->text, 0, NULL))
        return false;
    statement->state = STATEMENT_SENT;
    pipeline_expect(c, EXPECT_PARSE, statement, NULL);
    return true;
}

/* Puts one statement into the pipeline, in front of it its Parse when it is new here. */
static void send(struct tx *tx, const struct sql *sql, const struct param *params, size_t count,
                 enum expect_kind kind, struct rows *rows)
{
    struct connection *c = tx->connection;
    struct statement *statement = sql->name ? connection_statement(c, sql->name, sql->text) : NULL;
    if (sql->name && !statement) {
        tx_fail(tx, TX_BROKEN, "two statements have one name");
        return;
    }
    const char *const *values = params_encode(tx->arena, params, count);
    if (c->log)
        statement_log_query(c->log, sql->name, sql->text, values, count);
    if (!send_parse(tx, statement) || !send_query(tx, statement, sql->text, values, count)) {
        tx_lose(tx);
        return;
    }
    pipeline_expect(c, kind, statement, rows);
    tx->asked = false;
}

bool tx_sync(struct tx *tx)
{
    struct connection *c = tx->connection;
    if (!PQpipelineSync(c->pg))
        return false;
    pipeline_expect(c, EXPECT_SYNC, NULL, NULL);
    if (c->log)
        statement_log_mark(c->log, "sync");
    tx->asked = true;
    return true;
}

static void send_scope(struct tx *tx)
{
    struct param params[] = {p_text(tx->scope), p_text(tx->scope_vehicle), p_int(tx->self)};
    send(tx, &set_scope, params, array_len(params), EXPECT_QUERY, NULL);
}

/* True when a statement may be queued; BEGIN goes in front of the first. */
bool tx_ready(struct tx *tx)
{
    if (tx->fault != TX_OK || tx->over)
        return false;
    if (tx->connection->phase == PHASE_CANCELLED) {
        tx_fail(tx, TX_TIMEOUT, "cancelled");
        return false;
    }
    if (!tx->begun) {
        tx->begun = true;
        send(tx, tx->read_only ? &begin_read_only : &begin, NULL, 0, EXPECT_QUERY, NULL);
        if (tx->scope && tx->fault == TX_OK)
            send_scope(tx);
    }
    return tx->fault == TX_OK;
}

/* ------------------------------------------------------------------------------------------------- faults */

#ifdef YIZHAN_FAULTS
/* What the harness planned for the statement that is about to be queued. */
static enum connection_fault due_fault(struct connection *c)
{
    if (c->fault == FAULT_NONE || ++c->fault_at != c->fault_nth)
        return FAULT_NONE;
    enum connection_fault fault = c->fault;
    c->fault = FAULT_NONE;
    return fault;
}
#endif

/* The statement as it is sent, after what a test may have planned for it; NULL when there is nothing left to send. */
static const struct sql *planned(struct tx *tx, const struct sql *sql, bool one, struct rows *rows)
{
#ifdef YIZHAN_FAULTS
    static const struct sql failing = {NULL, "SELECT 1 / (random() * 0)::int"};
    static const struct sql missing = {NULL, "SELECT must_be_one(0)"};
    struct connection *c = tx->connection;
    switch (due_fault(c)) {
    case FAULT_FAIL: return &failing;
    case FAULT_MISS:
        if (rows)
            rows_miss(rows);
        return one ? &missing : sql == &commit ? &rollback : sql;
    case FAULT_CUT:
        connection_drop(c);
        tx_lose(tx);
        return NULL;
    case FAULT_CUT_AFTER: c->cut_after = true; return sql;
    case FAULT_NONE: break;
    }
#endif
    (void)tx;
    (void)one;
    (void)rows;
    return sql;
}

/* ------------------------------------------------------------------------------------------------- statements */

void tx_set_scope(struct tx *tx, const char *scope, const char *scope_vehicle, int64_t self)
{
    tx->scope = arena_strdup(tx->arena, scope ? scope : "{}");
    tx->scope_vehicle = arena_strdup(tx->arena, scope_vehicle ? scope_vehicle : "{}");
    tx->self = self == NIL ? 0 : self;
    if (tx->begun && tx_ready(tx))
        send_scope(tx);
}

void tx_set_read_only(struct tx *tx)
{
    if (tx->begun)
        tx_fail(tx, TX_BROKEN, "read only comes before the first statement");
    tx->read_only = true;
}

static void queue(struct tx *tx, const struct sql *sql, const struct param *params, size_t count, bool one,
                  struct rows *rows)
{
    if (!tx_ready(tx))
        return;
    const struct sql *sent = planned(tx, sql, one, rows);
    if (!sent)
        return;
    send(tx, sent, params, sent == sql ? count : 0, EXPECT_QUERY, rows);
}

struct rows *tx_read_params(struct tx *tx, const struct sql *sql, const struct param *params, size_t count)
{
    struct rows *rows = rows_create(tx, tx->arena);
    queue(tx, sql, params, count, false, rows);
    return rows;
}

void tx_write_params(struct tx *tx, const struct sql *sql, const struct param *params, size_t count)
{
    queue(tx, sql, params, count, false, NULL);
}

void tx_write_one_params(struct tx *tx, const struct sql *sql, const struct param *params, size_t count)
{
    if (!tx_ready(tx))
        return;
    struct sql one = {
        sql->name ? arena_printf(tx->arena, "one:%s", sql->name) : NULL,
        arena_printf(tx->arena, "WITH u AS (%s) SELECT must_be_one(count(*)) FROM u", sql->text),
    };
    queue(tx, &one, params, count, true, NULL);
}

/* ------------------------------------------------------------------------------------------------- answers */

/* Our bug: say which statement. Only messages of class 42 are sure to name tables and columns and no person's data. */
static void report_bug(const char *statement, const char *state, const PGresult *result)
{
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    bool safe = message && strncmp(state, "42", 2) == 0;
    log_error("database: statement %s: SQLSTATE %s%s%s", statement, state, safe ? ": " : "",
              safe ? message : "");
}

void tx_take_error(struct tx *tx, const char *statement, const PGresult *result, bool commit_failed)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    if (tx->fault != TX_OK)
        return;
    enum tx_fault fault = refusal_fault(state, function, tx->read_only);
    /* An ERROR at COMMIT rolled back; a backend that dies there may have committed. */
    if (commit_failed && severity && strcmp(severity, "ERROR") != 0)
        fault = TX_UNKNOWN;
    if (fault == TX_BROKEN)
        report_bug(statement, state, result);
    tx_fail(tx, fault, arena_strdup(tx->arena, PQresultErrorMessage(result)));
    tx->constraint = constraint ? arena_strdup(tx->arena, constraint) : "";
    snprintf(tx->sqlstate, sizeof(tx->sqlstate), "%s", state);
}

/* COMMIT of a failed transaction succeeds too; its tag then is ROLLBACK. */
void tx_take_commit(struct tx *tx, const PGresult *result, bool warned)
{
    if (strcmp(PQcmdStatus((PGresult *)result), "COMMIT") != 0)
        tx_fail(tx, TX_BROKEN, "COMMIT rolled back");
    else if (warned)
        tx_fail(tx, TX_UNKNOWN, "COMMIT came with a warning");
    else
        tx->committed = true;
}

/* Waits for everything that is queued; faults end up in tx. */
void tx_wait(struct tx *tx)
{
    struct connection *c = tx->connection;
    if (!pipeline_waiting(c))
        return;
    tx->round_trips++;
    if (tx->connection->log)
        statement_log_mark(tx->connection->log, "wait");
    int rc = pipeline_wait(c, tx->deadline_ms);
    if (rc == -ETIMEDOUT)
        tx_expire(tx);
    else if (rc)
        tx_lose(tx);
}

/* Cancelled before it was sent: whoever did that found nothing running, so it is not to be sent any more, with the farewell of a connection
 * neither. */
static void give_up(struct tx *tx)
{
    tx_fail(tx, TX_TIMEOUT, "cancelled");
    connection_drop(tx->connection);
    connection_close(tx->connection);
    tx_end(tx);
}

enum tx_fault tx_need(struct tx *tx)
{
    if (tx->fault != TX_OK || tx->over || !pipeline_waiting(tx->connection))
        return tx->fault;
    struct connection *c = tx->connection;
    if (!tx->asked && c->phase == PHASE_CANCELLED) {
        give_up(tx);
        return tx->fault;
    }
    if (!tx->asked && !PQsendFlushRequest(c->pg)) {
        tx_lose(tx);
        return tx->fault;
    }
    if (c->log && !tx->asked)
        statement_log_mark(c->log, "flush");
    tx->asked = true;
    tx_wait(tx);
    return tx->fault;
}

/* ------------------------------------------------------------------------------------------------- the end */

/* Sends what is queued without waiting for answers; the next transaction reads them. */
static void leave(struct tx *tx)
{
    if (!tx->over && pipeline_flush(tx->connection, time_monotonic_ms() + FAREWELL_MS) != 0)
        tx->connection->lost = true;
    tx_end(tx);
}

static void send_rollback(struct tx *tx)
{
    if (!tx->over)
        send(tx, &rollback, NULL, 0, EXPECT_QUERY, NULL);
    if (!tx->over && !tx_sync(tx))
        tx_lose(tx);
}

/* Everything up to the first Sync may be aborted, a ROLLBACK with it: it stands in a segment of its own. */
void tx_rollback(struct tx *tx)
{
    if (tx->over)
        return;
    tx_fail(tx, TX_REFUSED, "rolled back");
    struct connection *c = tx->connection;
    if (tx->begun && !c->lost && c->phase != PHASE_CANCELLED) {
        if (!tx_sync(tx))
            tx_lose(tx);
        send_rollback(tx);
        leave(tx);
    }
    tx_end(tx);
}

/* From here nobody may cancel; false when somebody did before. */
static bool claim_commit(struct tx *tx)
{
    enum phase running = PHASE_RUNNING;
    if (atomic_compare_exchange_strong(&tx->connection->phase, &running, PHASE_COMMITTING))
        return true;
    tx_fail(tx, TX_TIMEOUT, "cancelled");
    return false;
}

static void send_commit(struct tx *tx)
{
    const struct sql *sql = planned(tx, &commit, false, NULL);
    if (!sql)
        return;
    tx->commit_sent = !tx->read_only;
    send(tx, sql, NULL, 0, EXPECT_COMMIT, NULL);
    if (!tx->over && !tx_sync(tx))
        tx_lose(tx);
}

/* The segment with COMMIT is answered; a transaction that failed in it is still open. */
static void close_failed(struct tx *tx)
{
    if (!tx->over && PQtransactionStatus(tx->connection->pg) != PQTRANS_IDLE)
        send_rollback(tx);
    leave(tx);
}

enum tx_fault tx_commit(struct tx *tx)
{
    if (tx->over)
        return tx->fault;
    if (tx->read_only)
        tx_need(tx);
    if (tx->begun && tx->fault == TX_OK && time_monotonic_ms() >= tx->deadline_ms)
        tx_fail(tx, TX_TIMEOUT, "the deadline passed");
    if (tx->fault != TX_OK || (tx->begun && !claim_commit(tx))) {
        tx_rollback(tx);
        return tx->fault;
    }
    if (!tx->begun) {
        tx_end(tx);
        return TX_OK;
    }
    send_commit(tx);
    if (tx->over)
        return tx->fault;
    if (tx->read_only) {
        leave(tx);
        return tx->fault;
    }
    tx_wait(tx);
    if (tx->fault == TX_OK && !tx->committed)
        tx_fail(tx, TX_UNKNOWN, "COMMIT was not answered");
    close_failed(tx);
    return tx->fault;
}

void tx_cancel(struct tx *tx)
{
    tx_fail(tx, TX_TIMEOUT, "cancelled");
}

enum tx_fault tx_fault(const struct tx *tx)
{
    return tx->fault;
}

const char *tx_sqlstate(const struct tx *tx)
{
    return tx->sqlstate;
}

const char *tx_constraint(const struct tx *tx)
{
    return tx->constraint;
}

const char *tx_message(const struct tx *tx)
{
    return tx->message;
}

int tx_round_trips(const struct tx *tx)
{
    return tx->round_trips;
}

struct arena *tx_arena(struct tx *tx)
{
    return tx->arena;
}
