/* For the files of this room. */
#pragma once

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "base/vec.h"
#include "server/gateway/gateway.h"

struct arena;
struct connection;
struct tx;

/* One thing taken from the outbox, while it is on its way. */
struct parcel {
    int64_t id;     /* in the outbox */
    int64_t row_id; /* of what it is about */
    int attempts;   /* this one counted */
    json_t *body;   /* what the gateway needs; see the writer of the row */
    const struct gateway *gateway;
};

enum outcome {
    OUTCOME_SENT,
    OUTCOME_RETRY, /* may go well another time: nobody there, overload, a wrong password of ours */
    OUTCOME_DEAD   /* never will */
};

/* A way out. Everything is called in the gateways' loop. */
struct gateway {
    const char *name;  /* in the outbox */
    int at_once;       /* on their way at most */
    int lease_seconds; /* longer than any try takes: then another server may take it for lost */
    int look_ms;       /* between two looks */
    bool (*init)(const struct gateway_options *options); /* false: not set up */
    void (*send)(struct parcel *parcel);                 /* ends in parcel_done(), at once or later */
    /* Fetches what the other side does not bring by itself; `house` is our database. Negative: that is away. NULL: there is nothing to fetch. */
    int (*look)(struct connection *house, struct arena *arena);
    bool (*away)(
        void); /* the other side was not there a moment ago: nothing is claimed for it now. NULL: each try tells */
    void (*finish)(void);
};

extern const struct gateway sms_gateway, gammu_gateway, mail_gateway;

/* What became of it; frees the parcel. Texts may be NULL. */
void parcel_done(struct parcel *parcel, enum outcome outcome, const char *reference, const char *error);

/* ---- outbox.c: in a transaction each, at most some seconds long; negative when the database is away */
int outbox_claim(struct connection *connection, struct arena *arena, const char *server,
                 const struct gateway *gateway, int most, void (*take)(struct parcel *parcel));
int outbox_settle(struct connection *connection, struct arena *arena, const char *server, int64_t id,
                  enum outcome outcome, const char *reference, const char *error);
/* Messages by rule, for what has happened since; and how many text messages and mails a second the house allows itself. */
struct outbox_rates {
    int sms, mail;
};
int outbox_work(struct connection *connection, struct arena *arena, struct outbox_rates *rates_r);

/* ---- transfer.c: HTTP and SMTP by libcurl in the loop */
struct transfer;

struct transfer_reply {
    int fault;         /* 0, or a CURLcode */
    const char *words; /* of the fault */
    long status;       /* HTTP's or SMTP's */
    const char *body;  /* what came, at most TRANSFER_BODY_MAX of it */
};

enum { TRANSFER_BODY_MAX = 16 * 1024, TRANSFER_SECONDS = 20 };

typedef void transfer_done(void *context, const struct transfer_reply *reply);

struct transfer_order {
    const char *url, *user, *password;
    const char *const *headers;      /* "Name: value", ended by NULL; NULL: none */
    const char *body;                /* posted; of mail the whole letter */
    const char *mail_from, *mail_to; /* mail: with <> */
    transfer_done *done;             /* called once, unless the loop ends before */
    void *context;
};

void transfer_init(struct ev_loop *loop);
void transfer_finish(void); /* what is under way is given up: `done` is called with a fault */
void transfer_start(const struct transfer_order *order);

/* ---- hook.c */
/* Whom to answer, when a hook has said HOOK_LATER. */
struct hook_later {
    void *http, *visit;
};

struct hook_call {
    void *http;
    struct arena *arena;
    struct connection *connection;
    char *body; /* of hooks that take one; ended by NUL. NULL: none came */
    size_t body_len;
    struct hook_later later;
    /* From the hook, static: a line on what is wrong with the call; NULL: nothing more is said. */
    const char *fault;
};

enum { HOOK_LATER = 1 };

/* What is called by a path. 0, a negative errno where the caller should try again, -EINVAL where that is of no use, -EACCES, -EUSERS (too
 * often), or HOOK_LATER: hook_later_begin() was called, and hook_answer() will be, by any thread. Hooks run one after another. */
struct hook {
    const char *path;
    int (*run)(struct hook_call *call);
    bool own_token; /* asks for another than the house's */
    bool takes_body;
};

void hook_later_begin(struct hook_call *call);
void hook_answer(struct hook_later *later, int result);

/* hook_track.c: a thread of its own writes what comes. */
extern const struct hook hook_track;
void hook_track_start(const char *conninfo);
void hook_track_stop(void);   /* everybody who waits has been answered, and who comes later is at once */
void hook_track_finish(void); /* once no hook runs any more */

extern const struct hook hook_sms_report, hook_sms_reply;

const char *hook_value(const struct hook_call *call, const char *name); /* of the query; NULL: not there */
int hook_start(const struct gateway_options *options);
void hook_stop(void);
