/*
 * The conversation with the server: requests with tags and keys, their answers, events, login, and coming back after a loss. A call made while
 * the line is down waits; a call whose answer was lost is sent again, a changing one with the same key, so that it is done once.
 */
#pragma once

#include "base/util.h"
#include "wire/error.h"

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct link;

enum link_state {
    LINK_CONNECTING,
    LINK_LOGIN,   /* connected, and wants a user and a password (link_login) */
    LINK_READY,   /* logged in */
    LINK_WAITING, /* lost; tries again by itself */
    LINK_REFUSED  /* no use to try: the certificate does not fit, or the CA cannot be read */
};

struct answer {
    enum error_code code; /* ERR_NONE: ok */
    const json_t *object; /* the reply's object, or the error's; borrowed; never NULL */
    const char *message;  /* of an error, in English; "" else */
};

typedef void answer_handler(void *context, const struct answer *answer);
typedef void row_handler(void *context, const json_t *row); /* `row` and `progress` lines before the answer */

struct link_ops {
    /* `why` is English; in LINK_LOGIN why it wants a login ("" at the first), in LINK_WAITING why the line was lost. */
    void (*state)(void *context, enum link_state state, const char *why);
    void (*event)(void *context, const char *name, const json_t *object);
};

struct link_settings {
    struct ev_loop *loop;
    const char *host, *port;
    const char *ca;       /* NULL: the system's */
    const char *terminal; /* name of this device for the trail; may be NULL */
};

/* The settings' texts are copied. Nothing is resolved or opened before link_start; from then on ops are called from the loop. Destroying calls
 * nobody: calls under way are forgotten. */
struct link *link_create(const struct link_settings *settings, const struct link_ops *ops, void *context);
void link_destroy(struct link *link);
void link_start(struct link *link);
enum link_state link_state(const struct link *link);

/* Seconds until the next try, for the status line; 0 when none is waiting. */
int link_retry_seconds(const struct link *link);
void link_retry_now(struct link *link);

/* The password is wiped after sending. `done` gets session.login's answer; on ok the state has become LINK_READY before. */
void link_login(struct link *link, char *user, char *password, const char *otp, answer_handler *done,
                void *context);

/* Ends the session; the state becomes LINK_LOGIN. Calls that wait go on when the same person logs in again, and fail when another does. */
void link_logout(struct link *link);

/* What session.login or session.resume answered: user, roles, permissions, branch … NULL before. Borrowed. */
const json_t *link_identity(const struct link *link);
bool link_may(const struct link *link, const char *permission);

enum call_flags {
    CALL_READ = 0,        /* may be repeated at will */
    CALL_CHANGES = 1 << 0 /* gets a `key` unless args has one; one at a time; repeated with the same key */
};

/* Takes over args (may be NULL). done is called once, unless the call is cancelled or the link destroyed. The number names it in link_cancel. */
uint64_t link_call(struct link *link, const char *verb, json_t *args, unsigned flags, row_handler *row,
                   answer_handler *done, void *context);

/* Asks the server to stop (session.cancel) when it runs, forgets the call. `done` is not called any more. */
void link_cancel(struct link *link, uint64_t call);

/* Asks the server to stop a call that runs; `done` is called with what came of it: at once for one that only reads and waits for the line. */
void link_stop(struct link *link, uint64_t call);

/* Milliseconds from sending to the answer of the last call. */
int64_t link_round_trip_ms(const struct link *link);
