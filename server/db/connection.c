#include "server/db/connection-private.h"

#include "base/log.h"
#include "base/time.h"
#include "server/db/conninfo.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Said in the start-up packet, so they cost no round trip. A lock not had in 2 s is answered with busy; a server that
 * died in the middle of a transaction must not hold its locks. */
#define SETTINGS                                                                                             \
    "-c timezone=UTC -c datestyle=ISO -c search_path=public,pg_temp -c jit=off -c lock_timeout=2s "          \
    "-c idle_in_transaction_session_timeout=60s -c client_connection_check_interval=10s "                    \
    "-c default_transaction_isolation=read\\ committed -c bytea_output=hex"
#define SETTINGS_ALONE SETTINGS " -c max_parallel_workers_per_gather=0"

enum { SERVER_VERSION_MIN = 150000, HOST_PATIENCE_MS = 1000 };

static atomic_int abandoned_limit = 32;

void connection_set_abandoned_limit(int limit)
{
    abandoned_limit = limit;
}

struct connection *connection_create(const char *conninfo, const char *name)
{
    struct connection *c = memory_zeroed(1, sizeof(*c));
    c->name = memory_strdup(name);
    char *error = NULL;
    c->options = PQconninfoParse(conninfo, &error);
    if (!c->options)
        log_error("database: conninfo: %s", error ? error : "out of memory");
    PQfreemem(error);
    map_init(&c->statements);
    pthread_mutex_init(&c->cancel_lock, NULL);
    return c;
}

void connection_share_work(struct connection *c)
{
    c->shares_work = true;
}

void connection_destroy(struct connection *c)
{
    if (!c)
        return;
    connection_close(c);
    map_finish(&c->statements);
    vec_finish(&c->expected);
    PQconninfoFree(c->options);
    pthread_mutex_destroy(&c->cancel_lock);
    free(c->name);
    free(c);
}

bool connection_usable(const struct connection *c)
{
    return c->pg && !c->lost && !c->stale;
}

static void forget_statements(struct connection *c)
{
    size_t at = 0;
    void *value;
    while (map_next(&c->statements, &at, NULL, &value)) {
        struct statement *statement = value;
        free(statement->name);
        free(statement->text);
        free(statement);
    }
    map_clear(&c->statements);
}

/* Nothing of the old socket is left; returns its cancel handle, if nobody took it. */
static PGcancel *forget_socket(struct connection *c)
{
    pthread_mutex_lock(&c->cancel_lock);
    PGcancel *cancel = c->cancel;
    c->cancel = NULL;
    pthread_mutex_unlock(&c->cancel_lock);
    c->pg = NULL;
    c->lost = c->stale = c->warned = false;
    pipeline_clear(c);
    forget_statements(c);
    return cancel;
}

void connection_close(struct connection *c)
{
    PGconn *pg = c->pg;
    if (!pg)
        return;
    PQfreeCancel(forget_socket(c));
    PQfinish(pg);
}

void connection_abandon(struct connection *c, bool cancel)
{
    PGconn *pg = c->pg;
    if (!pg)
        return;
    bool synced = pipeline_waiting(c) && vec_last(&c->expected).kind == EXPECT_SYNC;
    PGcancel *handle = forget_socket(c);
    if (!cancel) {
        PQfreeCancel(handle);
        handle = NULL;
    }
    abandoned_add(pg, handle, synced);
}

void connection_cancel(struct connection *c)
{
    pthread_mutex_lock(&c->cancel_lock);
    enum phase running = PHASE_RUNNING;
    PGcancel *cancel = NULL;
    if (atomic_compare_exchange_strong(&c->phase, &running, PHASE_CANCELLED)) {
        cancel = c->cancel;
        c->cancel = NULL;
    }
    pthread_mutex_unlock(&c->cancel_lock);
    if (!cancel)
        return;
    char why[256];
    if (!PQcancel(cancel, why, sizeof(why)))
        log_warn("database: cancel: %s", why);
    PQfreeCancel(cancel);
}

void connection_drop(struct connection *c)
{
    if (c->pg && PQsocket(c->pg) >= 0)
        shutdown(PQsocket(c->pg), SHUT_RDWR);
}

void connection_set_log(struct connection *c, FILE *log)
{
    c->log = log;
}

/* A wait for a standby that was cancelled ends with a WARNING and then `COMMIT`: that commit is not sure. */
static void take_notice(void *ctx, const PGresult *notice)
{
    struct connection *c = ctx;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *mild[] = {"NOTICE", "INFO", "LOG", "DEBUG"};
    for (size_t i = 0; severity && i < array_len(mild); i++)
        if (strcmp(severity, mild[i]) == 0)
            return;
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    c->lost |=
        severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0); /* a farewell */
    log_warn("database: %s: notice %s %s", c->name, severity ? severity : "?", state ? state : "");
    if (pipeline_waiting(c) && c->expected.items[c->answered].kind == EXPECT_COMMIT)
        c->warned = true;
}

/* Waits for what PQconnectPoll asks; 0, -ETIMEDOUT or -EIO. */
static int connect_wait(PGconn *pg, int64_t deadline_ms)
{
    PostgresPollingStatusType want = PGRES_POLLING_WRITING;
    while (want != PGRES_POLLING_OK) {
        if (want == PGRES_POLLING_FAILED)
            return -EIO;
        int64_t left = deadline_ms - time_monotonic_ms();
        if (left <= 0)
            return -ETIMEDOUT;
        struct pollfd p = {.fd = PQsocket(pg), .events = want == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        int n = poll(&p, 1, (int)MIN(left, 60000));
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            want = PQconnectPoll(pg);
    }
    return 0;
}

static void complain(struct connection *c, const char *why)
{
    if (!c->complaining)
        log_warn("database: %s cannot connect: %.*s", c->name, (int)strcspn(why, "\n"), why);
    c->complaining = true;
}

static int start(struct connection *c, PGconn *pg)
{
    if (PQserverVersion(pg) < SERVER_VERSION_MIN) {
        complain(c, "PostgreSQL 15 or later is needed");
        return -ENOTSUP;
    }
    if (PQsetnonblocking(pg, 1) != 0 || !PQenterPipelineMode(pg))
        return -EIO;
    PQsetNoticeReceiver(pg, take_notice, c);
    c->pg = pg;
    pthread_mutex_lock(&c->cancel_lock);
    c->cancel = PQgetCancel(pg);
    pthread_mutex_unlock(&c->cancel_lock);
    if (c->complaining)
        log_info("database: %s is connected again", c->name);
    c->complaining = false;
    return 0;
}

static int connect_host(struct connection *c, size_t host, int64_t deadline_ms)
{
    struct conninfo_words words;
    int rc = conninfo_words(c->options, host, c->name, c->shares_work ? SETTINGS : SETTINGS_ALONE, &words);
    if (rc) {
        complain(c, "the conninfo is too long");
        return rc;
    }
    PGconn *pg = PQconnectStartParams(words.words, words.values, 0);
    if (!pg) {
        complain(c, "out of memory");
        return -ENOMEM;
    }
    rc = PQstatus(pg) == CONNECTION_BAD ? -EIO : connect_wait(pg, deadline_ms);
    if (rc)
        complain(c, rc == -ETIMEDOUT ? "no answer in time" : PQerrorMessage(pg));
    else
        rc = start(c, pg);
    if (rc)
        PQfinish(pg);
    return rc;
}

/* Each host gets its share of the time that is left, at least a second, so that a dead first one does not use all of it. */
static int connect_any(struct connection *c, int64_t deadline_ms)
{
    size_t hosts = conninfo_hosts(c->options);
    int rc = -EIO;
    for (size_t i = 0; i < hosts; i++) {
        size_t host = (c->last_host + i) % hosts;
        int64_t now = time_monotonic_ms(), share = (deadline_ms - now) / (int64_t)(hosts - i);
        rc = connect_host(c, host, MIN(deadline_ms, now + MAX(share, HOST_PATIENCE_MS)));
        if (rc == 0) {
            c->last_host = host;
            return 0;
        }
    }
    return rc;
}

/* Reads the answers nobody waited for (the COMMIT of a read, a ROLLBACK) and notices a socket that died meanwhile. */
static int settle(struct connection *c, int64_t deadline_ms)
{
    if (!connection_usable(c))
        return -EPIPE;
    if (pipeline_waiting(c)) {
        int rc = pipeline_wait(c, deadline_ms);
        if (rc == -ETIMEDOUT)
            connection_abandon(c, true);
        if (rc)
            return rc;
    }
    /* Unasked for, there is only a farewell or a changed parameter. */
    struct pollfd p = {.fd = PQsocket(c->pg), .events = POLLIN};
    while (poll(&p, 1, 0) > 0)
        if (!PQconsumeInput(c->pg) || PQisBusy(c->pg) || c->lost || PQstatus(c->pg) != CONNECTION_OK)
            return -EPIPE;
    return PQtransactionStatus(c->pg) == PQTRANS_IDLE ? 0 : -EPROTO;
}

int connection_open(struct connection *c, int64_t deadline_ms)
{
    if (settle(c, deadline_ms) == 0)
        return 0;
    connection_close(c);
    if (!c->options)
        return -EINVAL;
    if (connections_abandoned() >= abandoned_limit) {
        complain(c, "too many statements were left behind unfinished");
        return -EBUSY;
    }
    return connect_any(c, deadline_ms);
}

struct statement *connection_statement(struct connection *c, const char *name, const char *text)
{
    struct statement *statement = map_get(&c->statements, name);
    if (statement && strcmp(statement->text, text) == 0)
        return statement;
    if (statement) {
        log_error("database: two statements are called %s", name);
        return NULL;
    }
    statement = memory_zeroed(1, sizeof(*statement));
    statement->name = memory_strdup(name);
    statement->text = memory_strdup(text);
    snprintf(statement->id, sizeof(statement->id), "s%u", c->nstatements++);
    map_put(&c->statements, name, statement);
    return statement;
}

#ifdef YIZHAN_FAULTS
void connection_plan_fault(struct connection *c, enum connection_fault fault, int nth)
{
    c->fault = nth > 0 ? fault : FAULT_NONE;
    c->fault_nth = nth;
    c->fault_at = 0;
}
#endif
