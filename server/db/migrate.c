#include "server/db/migrate.h"

#include "base/log.h"
#include "base/time.h"
#include "schema/files.h"
#include "server/db/conninfo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A lock that is not had in 10 s is given up for a moment, so that a waiting ALTER TABLE does not stop everybody behind it. */
#define SETTINGS                                                                                             \
    "-c timezone=UTC -c datestyle=ISO -c search_path=public,pg_temp -c client_min_messages=warning "         \
    "-c lock_timeout=10s -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"

/* Of the whole database; drawn at random once. */
#define LOCK_KEY "4611840329371592773"

enum { PAUSE_US = 200000 };

struct migrator {
    PGconn *pg;
    const struct schema_file *files;
    size_t count, applied; /* files[0 … applied) are in the database */
    int64_t deadline_ms;
};

static bool is_late(const struct migrator *m)
{
    return time_monotonic_ms() >= m->deadline_ms;
}

static void cleanup_result(PGresult **result)
{
    PQclear(*result);
}

static void cleanup_connection(PGconn **pg)
{
    PQfinish(*pg);
}

static void ignore_notice(void *ctx, const PGresult *notice)
{
    (void)ctx;
    (void)notice;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* The database may be starting beside us. */
static PGconn *open_until(const char *conninfo, int64_t deadline_ms)
{
    char *error = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &error);
    PQfreemem(error);
    struct conninfo_words words;
    if (!options || conninfo_words(options, CONNINFO_ALL_HOSTS, "yizhan migrate", SETTINGS, &words) != 0) {
        PQconninfoFree(options);
        log_error("database: the owner's conninfo cannot be read");
        return NULL;
    }
    bool told = false;
    for (;;) {
        PGconn *pg = PQconnectdbParams(words.words, words.values, 0);
        if (PQstatus(pg) == CONNECTION_OK) {
            PQsetNoticeReceiver(pg, ignore_notice, NULL);
            PQconninfoFree(options);
            return pg;
        }
        const char *why = PQerrorMessage(pg);
        if (!told)
            log_warn("database: not there yet: %.*s; trying for %" PRId64 " s", (int)strcspn(why, "\n"), why,
                     (deadline_ms - time_monotonic_ms()) / 1000);
        told = true;
        PQfinish(pg);
        if (time_monotonic_ms() >= deadline_ms) {
            PQconninfoFree(options);
            return NULL;
        }
        usleep(PAUSE_US);
    }
}

static enum migrate_fault broken(struct migrator *m, const char *what)
{
    const char *why = PQerrorMessage(m->pg);
    log_error("database: %s: %.*s", what, (int)strcspn(why, "\n"), why);
    return PQstatus(m->pg) == CONNECTION_OK ? MIGRATE_FAILED : MIGRATE_UNAVAILABLE;
}

/* One server at a time; the lock goes with the connection. */
static enum migrate_fault take_lock(struct migrator *m)
{
    for (bool told = false;; told = true) {
        PGresult *result cleanup(cleanup_result) = PQexec(m->pg, "SELECT pg_try_advisory_lock(" LOCK_KEY ")");
        if (!is_good(result))
            return broken(m, "migration lock");
        if (*PQgetvalue(result, 0, 0) == 't')
            return MIGRATE_OK;
        if (!told)
            log_info("database: another server is migrating; waiting");
        if (is_late(m)) {
            log_error("database: another server is still migrating");
            return MIGRATE_BUSY;
        }
        usleep(PAUSE_US);
    }
}

/* Compares one applied row with the file in its place. */
static enum migrate_fault compare(struct migrator *m, const char *name, const char *sha256)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct schema_file *file = &m->files[i];
        if (strcmp(file->name, name) != 0)
            continue;
        if (strcmp(file->sha256, sha256) != 0) {
            log_error("database: %s was applied with another text than this server's; an applied migration "
                      "is never edited",
                      name);
            return MIGRATE_CHANGED;
        }
        if (i != m->applied) {
            log_error("database: %s is applied already, but %s before it is not", name,
                      m->files[m->applied].name);
            return MIGRATE_DISORDER;
        }
        m->applied++;
        return MIGRATE_OK;
    }
    log_error("database: it has %s, which this server does not know: the database is newer than the server",
              name);
    return MIGRATE_NEWER;
}

/* The table may be missing: nothing is applied then. */
static enum migrate_fault read_applied(struct migrator *m)
{
    PGresult *there cleanup(cleanup_result) =
        PQexec(m->pg, "SELECT to_regclass('public.migration') IS NOT NULL");
    if (!is_good(there))
        return broken(m, "reading the applied migrations");
    if (*PQgetvalue(there, 0, 0) != 't')
        return MIGRATE_OK;
    PGresult *rows cleanup(cleanup_result) =
        PQexec(m->pg, "SELECT name, sha256 FROM migration ORDER BY name COLLATE \"C\"");
    if (!is_good(rows))
        return broken(m, "reading the applied migrations");
    enum migrate_fault fault = MIGRATE_OK;
    for (int i = 0; i < PQntuples(rows) && !fault; i++)
        fault = compare(m, PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1));
    return fault;
}

/* In which line of the file, as far as PostgreSQL says; 0 when it does not. Positions count characters. */
static int line_of(const char *text, const PGresult *result)
{
    const char *at = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    int line = 1;
    if (!at)
        return 0;
    for (long left = strtol(at, NULL, 10) - 1; *text && left > 0; text++) {
        left -= (text[1] & 0xC0) != 0x80;
        line += *text == '\n';
    }
    return line;
}

static enum migrate_fault file_failed(struct migrator *m, const struct schema_file *file,
                                      const PGresult *result)
{
    if (PQstatus(m->pg) != CONNECTION_OK)
        return broken(m, file->name);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    if (state && strcmp(state, "55P03") == 0)
        return MIGRATE_BUSY;
    int line = line_of(file->text, result);
    char where[32] = "";
    if (line)
        snprintf(where, sizeof(where), ", line %d", line);
    log_error("database: %s%s: %s (%s)%s%s", file->name, where, message ? message : "failed",
              state ? state : "?", context ? ": " : "", context ? context : "");
    return MIGRATE_FAILED;
}

static bool run(struct migrator *m, const char *sql)
{
    PGresult *result cleanup(cleanup_result) = PQexec(m->pg, sql);
    return is_good(result);
}

static bool record(struct migrator *m, const struct schema_file *file)
{
    const char *values[] = {file->name, file->sha256};
    PGresult *result cleanup(cleanup_result) = PQexecParams(
        m->pg, "INSERT INTO migration (name, sha256) VALUES ($1, $2)", 2, NULL, values, NULL, NULL, 0);
    return is_good(result);
}

/* MIGRATE_BUSY: a lock was not had in time, nothing happened, try again. */
static enum migrate_fault apply_once(struct migrator *m, const struct schema_file *file)
{
    if (!run(m, "BEGIN"))
        return broken(m, file->name);
    enum migrate_fault fault = MIGRATE_OK;
    PGresult *result = PQexec(m->pg, file->text);
    if (!is_good(result))
        fault = file_failed(m, file, result);
    PQclear(result);
    if (!fault && PQtransactionStatus(m->pg) != PQTRANS_INTRANS) {
        log_error("database: %s ends its transaction itself", file->name);
        return MIGRATE_FAILED;
    }
    if (!fault && !record(m, file))
        fault = broken(m, file->name);
    if (!fault && !run(m, "COMMIT"))
        fault = broken(m, file->name);
    if (fault && PQstatus(m->pg) == CONNECTION_OK)
        run(m, "ROLLBACK");
    return fault;
}

static enum migrate_fault apply(struct migrator *m, const struct schema_file *file)
{
    int64_t began = time_monotonic_ms();
    enum migrate_fault fault = apply_once(m, file);
    while (fault == MIGRATE_BUSY && !is_late(m)) {
        log_warn("database: %s waits for a lock", file->name);
        usleep(PAUSE_US);
        fault = apply_once(m, file);
    }
    if (fault == MIGRATE_OK)
        log_info("database: applied %s in %" PRId64 " ms", file->name, time_monotonic_ms() - began);
    return fault;
}

static enum migrate_fault apply_missing(struct migrator *m)
{
    if (!run(m, "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL, "
                "at timestamptz NOT NULL DEFAULT now()); GRANT SELECT ON migration TO PUBLIC"))
        return broken(m, "the table of migrations");
    enum migrate_fault fault = MIGRATE_OK;
    while (!fault && m->applied < m->count) {
        fault = apply(m, &m->files[m->applied]);
        m->applied += fault == MIGRATE_OK;
    }
    return fault;
}

/* After a restore into another cluster transaction ids start anew: the schema keeps eras for that and asks for this call. */
static enum migrate_fault open_era(struct migrator *m)
{
    PGresult *there cleanup(cleanup_result) =
        PQexec(m->pg, "SELECT to_regprocedure('era_open()') IS NOT NULL");
    if (!is_good(there))
        return broken(m, "era");
    if (*PQgetvalue(there, 0, 0) == 't' && !run(m, "SELECT era_open()"))
        return broken(m, "era");
    return MIGRATE_OK;
}

enum migrate_fault migrate_run(const char *conninfo, const struct schema_file *files, size_t count,
                               int64_t deadline_ms)
{
    PGconn *pg cleanup(cleanup_connection) = open_until(conninfo, deadline_ms);
    if (!pg)
        return MIGRATE_UNAVAILABLE;
    struct migrator m = {.pg = pg, .files = files, .count = count, .deadline_ms = deadline_ms};
    enum migrate_fault fault = take_lock(&m);
    if (!fault)
        fault = read_applied(&m);
    if (!fault && m.applied < m.count)
        fault = apply_missing(&m);
    return fault ? fault : open_era(&m);
}

enum migrate_fault migrate_check(const char *conninfo, const struct schema_file *files, size_t count,
                                 int64_t deadline_ms)
{
    PGconn *pg cleanup(cleanup_connection) = open_until(conninfo, deadline_ms);
    if (!pg)
        return MIGRATE_UNAVAILABLE;
    struct migrator m = {.pg = pg, .files = files, .count = count, .deadline_ms = deadline_ms};
    enum migrate_fault fault = read_applied(&m);
    if (!fault && m.applied < m.count) {
        log_error("database: %s is not applied", files[m.applied].name);
        fault = MIGRATE_BEHIND;
    }
    return fault;
}
