/* The inside of a connection, for the files of this folder. One worker owns it; only connection_cancel comes from elsewhere. */
#pragma once

#include "base/map.h"
#include "base/util.h"
#include "base/vec.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

/* Prepared only when the result of its Parse came: one skipped in an aborted segment was never looked at. */
enum statement_state { STATEMENT_NEW, STATEMENT_SENT, STATEMENT_READY };

struct statement {
    enum statement_state state;
    char id[16]; /* its name in the database; short, since it goes over the wire with every call */
    char *name, *text;
};

/* What the pipeline will answer, in order. */
enum expect_kind { EXPECT_PARSE, EXPECT_QUERY, EXPECT_COMMIT, EXPECT_SYNC };

struct expect {
    enum expect_kind kind;
    struct statement *statement; /* NULL for an unnamed one */
    struct rows *rows;           /* those of an EXPECT_QUERY, when they are wanted */
};

/* Who may cancel, and until when: a cancel from another thread wins or loses against COMMIT by one exchange. */
enum phase { PHASE_IDLE, PHASE_RUNNING, PHASE_COMMITTING, PHASE_CANCELLED };

struct connection {
    char *name;
    PQconninfoOption *options; /* NULL: the conninfo could not be read */
    size_t last_host;          /* the one that answered last is tried first */
    PGconn *pg;                /* NULL: not connected */
    bool lost;                 /* the socket is dead; pg is still there until it is closed */
    bool stale;                /* to be closed when this transaction is over */
    bool warned;               /* a WARNING came while COMMIT was the next answer */
    bool complaining;          /* the last attempt to connect failed and was logged */
    bool shares_work;          /* its statements may be planned for several processes */
    struct map statements;     /* name → struct statement */
    unsigned nstatements;
    VEC(struct expect) expected;
    size_t answered; /* of expected; the rest is still to come */
    struct tx *tx;   /* the current transaction; never looked into here when its arena may be gone */
    FILE *log;
    _Atomic(enum phase) phase;
    pthread_mutex_t cancel_lock;
    PGcancel *cancel; /* taken by who cancels first */
#ifdef YIZHAN_FAULTS
    enum connection_fault fault;
    int fault_nth, fault_at;
    bool cut_after; /* the answer must not be read */
#endif
};

/* Closes at once; what was open is rolled back by the database. */
void connection_close(struct connection *connection);

/* Gives the socket to a thread that cancels (unless COMMIT was flushed) and waits for the database to be done with it. */
void connection_abandon(struct connection *connection, bool cancel);

/* The statement of this name, made when new; NULL (and a line in the log) when the name stands for another text. */
struct statement *connection_statement(struct connection *connection, const char *name, const char *text);

/* abandoned.c. Takes over both; cancel may be NULL. */
void abandoned_add(PGconn *pg, PGcancel *cancel, bool synced);

/* pipeline.c */
static inline bool pipeline_waiting(const struct connection *c)
{
    return c->answered < c->expected.count;
}

/* An answer will come for what was just queued; statement and rows may be NULL. */
void pipeline_expect(struct connection *c, enum expect_kind kind, struct statement *statement,
                     struct rows *rows);

/* Forgets whose rows are expected: they are read and dropped. */
void pipeline_detach(struct connection *c);
void pipeline_clear(struct connection *c);

/* 0, -ETIMEDOUT, or -EPIPE (lost). Sends all that is queued. */
must_check int pipeline_flush(struct connection *c, int64_t deadline_ms);

/* The same, and reads every expected answer. */
must_check int pipeline_wait(struct connection *c, int64_t deadline_ms);

/* transaction.c: answers as they come */
void tx_take_error(struct tx *tx, const char *statement, const PGresult *result, bool commit_failed);
void tx_take_commit(struct tx *tx, const PGresult *result, bool warned);

/* rows.c */
struct rows *rows_create(struct tx *tx, struct arena *arena);
void rows_take(struct rows *rows, const PGresult *result);
#ifdef YIZHAN_FAULTS
void rows_miss(struct rows *rows); /* test builds: whatever comes, there are none */
#endif

/* param.c: text forms for libpq, in the arena; NULL for SQL NULL. */
const char *const *params_encode(struct arena *arena, const struct param *params, size_t count);

/* refusal.c: what an SQLSTATE means; `function` is the source function of the message, may be NULL. */
enum tx_fault refusal_fault(const char *sqlstate, const char *function, bool read_only);

/* The error says that this connection's prepared statements are not what they were. */
bool refusal_is_stale(const char *sqlstate, const char *function);

/* statement_log.c */
void statement_log_query(FILE *log, const char *name, const char *text, const char *const *values,
                         size_t count);
void statement_log_mark(FILE *log, const char *what);
