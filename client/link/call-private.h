/* What the files of the conversation share: calls waiting for answers, and the link they wait on. */
#pragma once

#include "base/vec.h"
#include "client/link/call.h"
#include "client/link/connection.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RETRY_FIRST_MS = 250,        /* first pause after a lost line */
    RETRY_LONGEST_MS = 10 * 1000 /* pauses double up to here */
};

struct call {
    uint64_t number;
    char tag[24];
    char *verb;
    json_t *args;
    unsigned flags;
    bool sent, session; /* session: may go before login, and dies with the connection */
    int tries;
    unsigned login; /* it was sent behind: the number of the link's */
    int64_t sent_ms, not_before_ms;
    row_handler *row;
    answer_handler *done;
    void *context;
};

struct link {
    struct link_settings settings;
    char *host, *port, *terminal;
    const struct link_ops *ops;
    void *context;
    struct connection *connection;
    enum link_state state;
    const char *broken;       /* why there can be no connection at all */
    VEC(struct call *) calls; /* in the order they were made */
    uint64_t numbers;
    json_t *identity;
    char *token; /* session.resume's, kept in memory only */
    unsigned logins;
    int64_t retry_ms, retry_at_ms, heard_ms, round_trip_ms;
    bool pinged, want_login;
    ev_timer timer; /* one second: retries, pings, postponed calls */
};

struct message_reply;

/* call.c */
struct call *call_create(struct link *link, const char *verb, json_t *args, unsigned flags);
void call_free(struct call *call);
void call_fail(struct call *call, enum error_code code, const char *message); /* answers it, and frees it */
void link_take_out(struct link *link, size_t i); /* of the calls; it is not freed */
void link_pump(struct link *link);               /* sends what may go now */
void link_turn(struct link *link, enum link_state state, const char *why);
void link_answer(struct link *link, const struct message_reply *reply, const json_t *object);

/* session.c */
void link_hello(struct link *link); /* the server has spoken: resume, or ask for a login */
void link_forget_token(struct link *link);
bool call_is_resume(const struct call *call);
void call_forget_login(struct call *call); /* frees what a login call carries, if it is one */

/* line.c */
extern const struct connection_ops line_ops;
void link_lose(struct link *link, const char *why); /* as if the connection had broken: tried again by itself */
void line_tick(struct ev_loop *loop, ev_timer *watcher, int events);
