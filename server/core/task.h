/*
 * One request line between the loop and a worker, and what goes back. The loop makes the task, a worker runs it and sends parcels; the
 * last one gives the task back to the loop, which frees it. So a task lives as long as anybody may look at it.
 */
#pragma once

#include "base/time.h"
#include "server/core/outlet.h"
#include "server/core/session.h"
#include "server/core/verb.h"
#include "wire/limits.h"

#include <ev.h>
#include <stdatomic.h>

struct watch;
struct connection;

/* Test builds: what happens to a request (session.fault). The first as enum connection_fault; then an allocation that fails: a library's or ours
 * in the worker, a library's in the loop from now on. */
enum task_fault {
    TASK_FAULT_NONE,
    TASK_FAULT_FAIL,
    TASK_FAULT_MISS,
    TASK_FAULT_CUT,
    TASK_FAULT_CUT_AFTER,
    TASK_FAULT_MEMORY,
    TASK_FAULT_OUR_MEMORY,
    TASK_FAULT_LOOP_MEMORY
};

struct task {
    struct queue_item item;
    struct outlet *outlet;   /* a reference */
    struct session *session; /* a reference; NULL before login */
    const struct verb *verb;
    enum verb_lane lane; /* the verb's, or the long one where a handler found that it will take long */
    int64_t deadline_ms; /* monotonic */
    int64_t arrived_ms;
    atomic_bool cancelled;
    bool alone;   /* the lines behind it wait */
    bool slow;    /* was given to the long lane; the loop's own, as the lane itself may change in a worker */
    bool delayed; /* it has waited its time (EFFECT_LATER) */
#ifdef YIZHAN_FAULTS
    int fault, fault_nth; /* enum task_fault */
#endif
    char tag[WIRE_TAG_MAX + 1];
    char address[46];
    char *certificate; /* name in the terminal's certificate, NULL: none */
    size_t json_len;
    char json[];
};

/* What else a parcel does at the connection it goes to. */
enum effect {
    EFFECT_NONE,
    EFFECT_SESSION,   /* the session in the parcel is its own from now on */
    EFFECT_END,       /* nobody is logged in any more */
    EFFECT_WATCH,     /* the watch in the parcel replaces the old one */
    EFFECT_CANCEL,    /* stop the request with this tag */
    EFFECT_LATER,     /* hand the task out again after delay_ms */
    EFFECT_VIOLATION, /* the line was no message */
    EFFECT_FAULT      /* test builds: for the next request */
};

/* Something that happened to a row, told to whoever watches. */
struct event {
    struct event *next;
    int64_t id, version;
    int64_t branch_id, old_branch_id; /* NIL: none, or it did not move */
    int64_t own_id, old_own_id;       /* whose row it is, 0: not known */
    const char *entity, *action;      /* in text */
    char *more;                       /* further members as JSON, or NULL */
    char text[];
};

enum parcel_kind {
    PARCEL_REPLY,
    PARCEL_EVENTS,
    PARCEL_RESYNC,
    PARCEL_SESSION_ENDED,
    PARCEL_SESSION_STALE,
    PARCEL_NOTICES,
    PARCEL_FEED
};

struct parcel {
    struct parcel *next;
    enum parcel_kind kind;
    enum effect effect;
    bool last;         /* of its task */
    struct task *task; /* PARCEL_REPLY */
    char *bytes;       /* whole lines, malloc'd */
    size_t len;
    struct session *session;    /* EFFECT_SESSION: a reference */
    struct watch *watch;        /* EFFECT_WATCH: owned; NULL: watches nothing */
    struct event *events;       /* PARCEL_EVENTS, PARCEL_FEED: a list, owned */
    int64_t session_id;         /* PARCEL_SESSION_… */
    int64_t delay_ms;           /* EFFECT_LATER */
    char tag[WIRE_TAG_MAX + 1]; /* EFFECT_CANCEL */
    int fault, fault_nth;       /* EFFECT_FAULT: enum task_fault */
};

/* Asks a running request to stop; any thread, does not block. */
void task_cancel(struct task *task);

/* Tag and JSON are copied; an empty tag is the loop's own, of which nobody hears the answer. Destroying gives back its outlet and session. */
struct task *task_create(const struct verb *verb, const char *tag, const char *json,
                         size_t json_len) must_check;
void task_destroy(struct task *task);

struct parcel *parcel_create(enum parcel_kind kind, struct task *task) must_check;
void parcel_destroy(struct parcel *parcel); /* and what it still owns, but not its task */

/* Both names are copied; of no branch until the maker says so. */
struct event *event_create(const char *entity, const char *action) must_check;
void event_list_destroy(struct event *events);

/* The post from all threads to the loop. deliver is called in the loop for each parcel in the order they came. */
void post_init(struct ev_loop *loop, void (*deliver)(struct parcel *parcel));
void post_finish(void);
void post_send(struct parcel *parcel);
