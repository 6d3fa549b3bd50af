/*
 * One transaction on one connection, sticky and lazy: statements are queued in libpq's pipeline and flushed when a result is looked at
 * or at commit; after the first failure the rest are no-ops and commit says what failed. Handlers therefore read straight down.
 * Owned by one worker thread.
 */
#pragma once

#include "base/time.h"
#include "base/util.h"
#include "model/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct connection;
struct tx;
struct rows;

/* A statement. Literals are static rows with a name and are prepared at first use on a connection; without a name it is sent unnamed
 * (generated list statements, whose text varies). Parameters are $1…$n, always. */
struct sql {
    const char *name;
    const char *text;
};

enum param_kind {
    PARAM_NULL,
    PARAM_TEXT,
    PARAM_INT,
    PARAM_BOOL,
    PARAM_REAL,
    PARAM_TIME,
    PARAM_DATE,
    PARAM_SET,
    PARAM_IDS
};

struct param {
    enum param_kind kind;
    union {
        const char *text;
        int64_t number;
        bool truth;
        double real;
        struct instant time;
        struct day day;
        struct text_set set;
        struct {
            const int64_t *items;
            size_t count;
        } ids;
    };
};

/* Constructors; the null of each storage (NULL, NIL, NAN …) becomes SQL NULL. Text lives until the next flush: use the request's arena. */
struct param p_null(void);
struct param p_text(const char *text);
struct param p_int(int64_t value);
struct param p_bool(bool value);
struct param p_real(double value);
struct param p_time(struct instant value);
struct param p_date(struct day value);
struct param p_set(struct text_set value);              /* text[]; an empty set is {}, never NULL */
struct param p_ids(const int64_t *items, size_t count); /* bigint[]; the same */

/* What became of a transaction. Everything but TX_OK means: nothing was done, save TX_UNKNOWN. */
enum tx_fault {
    TX_OK,
    TX_MISSED,    /* a write that had to hit exactly one row did not (SQLSTATE YZ001) */
    TX_DUPLICATE, /* unique violation; tx_constraint() names the index */
    TX_REFUSED, /* check, foreign key, not null, exclusion or a rule's own SQLSTATE (class YZ); tx_constraint(), tx_sqlstate() */
    TX_RETRY,   /* serialization failure or deadlock: run the handler again */
    TX_BUSY,    /* lock_timeout */
    TX_TIMEOUT, /* the deadline passed before COMMIT was flushed, or the statement was cancelled */
    TX_UNAVAILABLE, /* no connection, or lost before COMMIT was flushed */
    TX_UNKNOWN,     /* lost, or warned, between flushing COMMIT and its answer: done or not, nobody knows */
    TX_BROKEN       /* a statement that can never work: our bug */
};

/* Starts a transaction: BEGIN and the settings go out with the first flush. `deadline_ms` is monotonic (time_monotonic_ms).
 * Connects first when the connection is not usable; never NULL, the fault is in it. It must be ended by tx_commit or tx_rollback before
 * the arena is reset. The arena owns results and copies of parameters. scope: int array literal "{1,2}", self: employee id or 0; without
 * them a statement under row-level security fails. */
struct tx *tx_begin(struct connection *connection, struct arena *arena, int64_t deadline_ms);
void tx_set_scope(struct tx *tx, const char *scope, const char *scope_vehicle, int64_t self);

/* Right after tx_begin: nothing will be written and no row locked; the database holds us to it. Then tx_commit waits for no answer, so a
 * list or a get is one round trip. */
void tx_set_read_only(struct tx *tx);

/* Queues a read; nothing is sent yet. Looking at the rows (any rows_…) flushes. Never NULL. */
#define tx_read(tx, sql, ...) tx_read_params(tx, sql, TX_PARAMS(__VA_ARGS__))
struct rows *tx_read_params(struct tx *tx, const struct sql *sql, const struct param *params, size_t count);

/* Queues a write whose row count does not matter (INSERTs, upserts). */
#define tx_write(tx, sql, ...) tx_write_params(tx, sql, TX_PARAMS(__VA_ARGS__))
void tx_write_params(struct tx *tx, const struct sql *sql, const struct param *params, size_t count);

/* Queues an UPDATE or DELETE … that must hit exactly one row. The text given is the bare statement ending in RETURNING 1;
 * it is wrapped so that the database itself raises YZ001 otherwise: to hit nothing is no error of SQL's, and a COMMIT queued behind would go
 * through. */
#define tx_write_one(tx, sql, ...) tx_write_one_params(tx, sql, TX_PARAMS(__VA_ARGS__))
void tx_write_one_params(struct tx *tx, const struct sql *sql, const struct param *params, size_t count);

#define TX_PARAMS(...)                                                                                       \
    &((const struct param[]){{.kind = PARAM_NULL}, __VA_ARGS__})[1],                                         \
        sizeof((const struct param[]){{.kind = PARAM_NULL}, __VA_ARGS__}) / sizeof(struct param) - 1

/* Runs COPY (query) TO STDOUT (options) at once, on the snapshot of a statement of its own: the database writes the rows as text and they
 * come as they are made, however many. The query has its parameters as $1…$n like any other. Then tx_copy_row until it gives 0, and the
 * transaction goes on; tx_fault() says whether the rows were all. */
must_check enum tx_fault tx_copy_open(struct tx *tx, const char *query, const struct param *params,
                                      size_t count, const char *options);

/* Bytes of the next row, which *row_r then holds, to be freed by tx_copy_free; 0: there is none. */
must_check int tx_copy_row(struct tx *tx, char **row_r);
void tx_copy_free(char *row);

/* Gives the rest up, and the transaction and its connection with it. */
void tx_copy_drop(struct tx *tx);

/* Flushes and waits until every queued result is in. Returns at once on a failed transaction. */
enum tx_fault tx_need(struct tx *tx);

/* Queues COMMIT behind the writes, flushes, waits. On any fault the transaction is rolled back (or, on TX_UNKNOWN, may have happened). */
must_check enum tx_fault tx_commit(struct tx *tx);
void tx_rollback(struct tx *tx);

/* It was cancelled before it began (TX_TIMEOUT): its statements are no-ops. */
void tx_cancel(struct tx *tx);

enum tx_fault tx_fault(const struct tx *tx);
const char *tx_sqlstate(const struct tx *tx);
const char *tx_constraint(const struct tx *tx); /* "" when none */
const char *tx_message(const struct tx *tx);    /* for the log only: may hold data */
int tx_round_trips(const struct tx *tx);        /* how often it waited for the database */
struct arena *tx_arena(struct tx *tx);

/* Results. row and column from 0. A null, a missing row, or a failed transaction gives the null of the type (bool: false). */
size_t rows_count(struct rows *rows);
const char *rows_text(struct rows *rows, size_t row, int column);
int64_t rows_int(struct rows *rows, size_t row, int column);
bool rows_bool(struct rows *rows, size_t row, int column);
double rows_real(struct rows *rows, size_t row, int column);
struct instant rows_time(struct rows *rows, size_t row, int column);
struct day rows_date(struct rows *rows, size_t row, int column);
struct text_set rows_set(struct rows *rows, size_t row, int column);
bool rows_null(struct rows *rows, size_t row, int column);
