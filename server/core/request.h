/*
 * One request on its way through the house. A worker owns it; it lives in its arena. Handlers queue reads, call request_need() once,
 * decide, queue writes, and answer; the core adds permission, key, trail, events and commit.
 */
#pragma once

#include "base/str.h"
#include "base/time.h"
#include "base/util.h"
#include "server/core/session.h"
#include "server/core/verb.h"
#include "server/db/transaction.h"
#include "wire/error.h"

#include <jansson.h>

struct arena;

struct request {
    struct arena *arena;
    const struct verb *verb;
    const char *tag;
    json_t *args; /* an object, never NULL */
    const char *key;
    struct session *session;   /* NULL before login */
    const struct grant *grant; /* scope of this verb's permission; NULL before login */
    const char *address;       /* of the peer */
    struct instant now;        /* business time */
    int64_t deadline_ms;       /* monotonic */
    struct tx *tx;
    struct str out; /* the reply object's JSON, when answered */
    /* The rest belongs to core. */
    struct request_state *state;
};

/* What handlers return: 0 answered; positive enum error_code after request_fail(); REQUEST_REPLAY when the stored answer of the key was put
 * into out; negative fatal (logged, answered `internal`). */
enum { REQUEST_REPLAY = 1000 };

/* Flushes the queued reads together with the gate's own (session epoch, stored answer of the key) and checks those. Anything but 0 must be
 * returned at once. Call it before looking at the first result; core calls it before commit otherwise. */
must_check int request_need(struct request *request);

/* The gate's own transaction, for handlers that open theirs (VERB_NO_TX), one after another: with scope and session check; ended by
 * request_end, which commits when result is 0 and gives what is to be returned. */
void request_begin(struct request *request);
void request_begin_note(struct request *request); /* though it was cancelled: for what is to be known of that */
must_check int request_end(struct request *request, int result);

/* Between two of them: what the last one did is told (`done`; otherwise forgotten), and nothing of it is left for the next. A keyed command puts its
 * key aside meanwhile: it is stored with the answer, by the transaction that has it. */
void request_next(struct request *request, bool done);

/* The result of such a transaction; where it failed since the user's rights are others now, they are read again: 0 says that it may be tried
 * once more, with another session and another grant. */
must_check int request_reread(struct request *request, int result);

/* What request_fail() said is settled otherwise: the request goes on. */
void request_forgive(struct request *request);

/* The request goes on in this arena; what it refused is kept there, so that the one before may be freed. */
void request_use_arena(struct request *request, struct arena *arena);

/* The refusal for a failed transaction: maps enum tx_fault to an error code and returns it. */
int request_tx_failed(struct request *request);

/* Refuses: `field` may be NULL; then pairs of parameter name and text, ended by NULL. The English message is the msgid filled in.
 *   return request_fail(r, ERR_CONFLICT, "vehicle_id", N_("Vehicle {plate} is on another job"), "plate", plate, NULL);   */
int request_fail(struct request *request, enum error_code code, const char *field, const char *msgid, ...)
    __attribute__((sentinel));

/* Calls back once the transaction is committed, before the answer goes out; not on a replay. A rerun of the handler starts with none. It
 * must not fail and may not use the database. */
void request_after_commit(struct request *request, void (*call)(struct request *request, void *data),
                          void *data);

/* For a handler that sees from its arguments, before it queues anything, that this may take long: anything but 0 must be returned at once, the
 * request then comes again on the long lane. */
must_check int request_take_long(struct request *request);

/* Adds a member with JSON text to the error object (`current`, `allowed`). Before or after request_fail. */
void request_fail_detail(struct request *request, const char *name, const char *json);

/* Streams `row` lines before the final ok (lists above 256 KiB, describe, exports). Negative when the peer is gone or stalled. */
must_check int request_send_row(struct request *request, const char *json, size_t len);
must_check int request_send_progress(struct request *request, int64_t done, int64_t total);
bool request_cancelled(const struct request *request);

/* Typed looks at arguments that the gate has already checked against the verb's rows; the null of the type when absent. */
int64_t request_int(const struct request *request, const char *name);
const char *request_text(const struct request *request, const char *name);
bool request_bool(const struct request *request, const char *name);
bool request_has(const struct request *request, const char *name); /* present, null included */
