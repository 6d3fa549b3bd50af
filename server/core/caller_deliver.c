/* What workers and the tail post to a connection: answers, effects on its session, events. */
#include <stdlib.h>
#include <string.h>

#include "base/memory_fault.h"
#include "server/core/caller-private.h"
#include "server/core/core-private.h"
#include "server/core/login.h"
#include "server/core/notice.h"
#include "server/core/roster.h"
#include "server/core/session-private.h"
#include "wire/error.h"

static struct caller *find_caller(struct peer_id id)
{
    struct peer *peer = net_find(core.net, id);
    return peer ? peer_data(peer) : NULL;
}

/* Its connection, if it is here. */
static void end_session(int64_t session_id, const char *message)
{
    struct roster_entry entry;
    if (!roster_find(session_id, &entry))
        return;
    struct caller *caller = find_caller(entry.peer);
    if (!caller)
        return;
    caller_leave_session(caller);
    peer_close(caller->peer, error_code_name(ERR_UNAUTHENTICATED), message);
}

/* A session belongs to one connection: the one that came last. */
static void take_session(struct caller *caller, struct session *session)
{
    bool same = caller->session && caller->session->id == session->id;
    if (!same) {
        end_session(session->id, "the session goes on at another connection");
        caller_leave_session(caller);
        peer_logged_in(caller->peer, 1000 * session->private_->idle_seconds);
    }
    session_unref(caller->session);
    caller->session = session_ref(session);
    roster_put(session->id, session->epoch, caller->outlet->peer);
}

/* Rights that a request under way read anew may come when the session is over: only who logs in begins one. */
static bool comes_in_time(const struct caller *caller, const struct parcel *parcel)
{
    return parcel->task->verb->flags & VERB_OPEN ||
           (caller->session && caller->session->id == parcel->session->id);
}

/* What was still under way for the one before learns that it is over: that is no end of the one after it. */
static bool is_of_another_session(const struct caller *caller, const struct parcel *parcel)
{
    const struct session *session = parcel->task->session;
    return session && caller->session && session->id != caller->session->id;
}

static void cancel_request(struct caller *caller, const char *tag)
{
    for (size_t i = 0; i < caller->nflight; i++)
        if (strcmp(caller->flight[i]->tag, tag) == 0)
            task_cancel(caller->flight[i]);
}

#ifdef YIZHAN_FAULTS
static void plan_fault(struct caller *caller, const struct parcel *parcel)
{
    bool of_loop = parcel->fault == TASK_FAULT_LOOP_MEMORY;
    memory_fault_plan(MEMORY_THEIRS, of_loop ? parcel->fault_nth : 0);
    caller->fault = of_loop ? TASK_FAULT_NONE : parcel->fault;
    caller->fault_nth = of_loop ? 0 : parcel->fault_nth;
}
#endif

static void apply(struct caller *caller, struct parcel *parcel)
{
    switch (parcel->effect) {
    case EFFECT_NONE:
    case EFFECT_LATER: break;
    case EFFECT_SESSION:
        if (comes_in_time(caller, parcel))
            take_session(caller, parcel->session);
        break;
    case EFFECT_END:
        if (is_of_another_session(caller, parcel))
            break;
        caller_leave_session(caller);
        peer_logged_out(caller->peer);
        break;
    case EFFECT_WATCH:
        if (caller->session) {
            event_watch(caller, parcel->watch);
            parcel->watch = NULL;
        }
        break;
    case EFFECT_CANCEL: cancel_request(caller, parcel->tag); break;
    case EFFECT_VIOLATION: caller_count_violation(caller); break;
    case EFFECT_FAULT:
#ifdef YIZHAN_FAULTS
        plan_fault(caller, parcel);
#endif
        break;
    }
}

static void say_bye_if_drained(struct caller *caller)
{
    if (core.draining && caller->nflight == 0)
        peer_close(caller->peer, error_code_name(ERR_UNAVAILABLE), N_("The server is going down"));
}

/* A task that waits its turn outside the workers. */
struct later {
    ev_timer timer;
    struct task *task;
};

static void on_later(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct later *later = container_of(timer, struct later, timer);
    struct task *task = later->task;
    struct caller *caller = find_caller(task->outlet->peer);
    free(later);
    if (!caller) {
        task_destroy(task);
    } else if (!caller_dispatch(caller, task)) {
        bool was_changing = caller->changing == task;
        caller_refuse_busy(caller, task);
        if (was_changing)
            caller_advance(caller);
    }
}

static void deliver_later(struct parcel *parcel)
{
    struct later *later = memory_zeroed(1, sizeof(*later));
    later->task = parcel->task;
    later->task->delayed = true;
    ev_timer_init(&later->timer, on_later, (ev_tstamp)parcel->delay_ms / 1e3, 0);
    ev_timer_start(core.loop, &later->timer);
}

static void publish(const struct event *events)
{
    for (const struct event *event = events; event; event = event->next)
        event_publish(event);
}

static void deliver_reply(struct parcel *parcel)
{
    struct task *task = parcel->task;
    struct caller *caller = find_caller(task->outlet->peer);
    if (parcel->effect == EFFECT_LATER) {
        deliver_later(parcel);
        return;
    }
    if (caller) {
        bool violation = parcel->effect == EFFECT_VIOLATION;
        if (!violation)
            apply(caller, parcel);
        if (parcel->len > 0)
            peer_send(caller->peer, parcel->bytes, parcel->len);
        if (violation)
            apply(caller, parcel);
    }
    publish(parcel->events);
    if (!parcel->last)
        return;
    if (caller) {
        caller_forget(caller, task);
        if (caller->changing == task)
            caller_advance(caller);
        say_bye_if_drained(caller);
    }
    task_destroy(task);
}

static void deliver_stale(int64_t session_id)
{
    struct roster_entry entry;
    struct caller *caller = roster_find(session_id, &entry) ? find_caller(entry.peer) : NULL;
    if (!caller || !caller->session || caller->nflight >= WIRE_IN_FLIGHT_MAX)
        return;
    struct task *task = task_create(&session_reload_verb, "", "{}", 2);
    task->outlet = outlet_ref(caller->outlet);
    task->session = session_ref(caller->session);
    if (!caller_dispatch(caller, task))
        task_destroy(task);
}

void caller_deliver(struct parcel *parcel)
{
    switch (parcel->kind) {
    case PARCEL_REPLY: deliver_reply(parcel); break;
    case PARCEL_EVENTS: publish(parcel->events); break;
    case PARCEL_RESYNC: event_resync(); break;
    case PARCEL_SESSION_ENDED: end_session(parcel->session_id, "the session was ended"); break;
    case PARCEL_SESSION_STALE: deliver_stale(parcel->session_id); break;
    case PARCEL_NOTICES: notices_deliver(parcel->events); break;
    case PARCEL_FEED: event_publish_feed(parcel->events); break;
    }
    parcel_destroy(parcel);
}

static void drain_one(struct peer *peer, void *context)
{
    struct caller *caller = peer_data(peer);
    if (!caller)
        peer_close(peer, NULL, NULL);
    else if (caller->nflight == 0)
        peer_close(peer, error_code_name(ERR_UNAVAILABLE), N_("The server is going down"));
}

void caller_drain_all(struct net *net)
{
    net_each(net, drain_one, NULL);
}
