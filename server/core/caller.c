#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "server/core/caller-private.h"
#include "server/core/core-private.h"
#include "server/core/fail.h"
#include "server/core/gate.h"
#include "server/core/login.h"
#include "server/core/roster.h"
#include "server/core/session_verbs.h"
#include "wire/message.h"

void caller_send(struct caller *caller, const char *bytes, size_t len)
{
    atomic_fetch_add(&caller->outlet->unsent, len);
    peer_send(caller->peer, bytes, len);
}

static void refuse(struct caller *caller, const char *tag, enum error_code code, const char *msgid)
{
    struct str json cleanup(cleanup_str);
    struct str line cleanup(cleanup_str);
    str_init(&json, NULL);
    str_init(&line, NULL);
    fail_write(&json, code, msgid);
    if (tag)
        message_add_reply(&line, tag, MESSAGE_ERR, json.data);
    else
        message_add_event(&line, "err", json.data);
    caller_send(caller, line.data, line.len);
}

void caller_count_violation(struct caller *caller)
{
    if (++caller->violations >= WIRE_FAULTS_MAX)
        peer_close(caller->peer, error_code_name(ERR_BAD_REQUEST), N_("Too many lines that are no messages"));
}

static void say_hello(struct caller *caller)
{
    struct str json cleanup(cleanup_str);
    struct str line cleanup(cleanup_str);
    str_init(&json, NULL);
    str_init(&line, NULL);
    hello_write(&json);
    message_add_event(&line, "hello", json.data);
    caller_send(caller, line.data, line.len);
}

static void on_opened(struct peer *peer)
{
    struct caller *caller = memory_zeroed(1, sizeof(*caller));
    caller->peer = peer;
    caller->outlet = outlet_create(peer_id(peer));
    peer_set_data(peer, caller);
    if (core.draining)
        peer_close(peer, error_code_name(ERR_UNAVAILABLE), N_("The server is going down"));
    else
        say_hello(caller);
}

bool caller_dispatch(struct caller *caller, struct task *task)
{
    enum verb_lane lane = task->lane;
    task->slow = lane == LANE_LONG;
    task->deadline_ms = time_monotonic_ms() +
                        1000 * (lane == LANE_LONG ? core.options.long_seconds : core.options.request_seconds);
    return queue_push(core.lanes[lane], &task->outlet->sources[lane], &task->item) == 0;
}

void caller_forget(struct caller *caller, const struct task *task)
{
    for (size_t i = 0; i < caller->nflight; i++)
        if (caller->flight[i] == task) {
            caller->flight[i] = caller->flight[--caller->nflight];
            break;
        }
    if (task->alone)
        peer_hold(caller->peer, false);
    peer_set_busy(caller->peer, caller->nflight > 0);
}

void caller_refuse_busy(struct caller *caller, struct task *task)
{
    refuse(caller, task->tag, ERR_BUSY, N_("The server is busy; try again"));
    caller_forget(caller, task);
    task_destroy(task);
}

/* The next changing request that waited. */
void caller_advance(struct caller *caller)
{
    caller->changing = NULL;
    while (!caller->changing && caller->nwaiting > 0) {
        struct task *task = caller->waiting[0];
        memmove(caller->waiting, caller->waiting + 1, --caller->nwaiting * sizeof(caller->waiting[0]));
        if (caller_dispatch(caller, task))
            caller->changing = task;
        else
            caller_refuse_busy(caller, task);
    }
}

static void start(struct caller *caller, struct task *task)
{
    caller->flight[caller->nflight++] = task;
    peer_set_busy(caller->peer, true);
    if (task->alone)
        peer_hold(caller->peer, true);
    bool changes = task->verb->flags & VERB_CHANGES;
    if (changes && caller->changing)
        caller->waiting[caller->nwaiting++] = task;
    else if (!caller_dispatch(caller, task))
        caller_refuse_busy(caller, task);
    else if (changes)
        caller->changing = task;
}

static bool tag_in_flight(const struct caller *caller, const char *tag)
{
    for (size_t i = 0; i < caller->nflight; i++)
        if (strcmp(caller->flight[i]->tag, tag) == 0)
            return true;
    return false;
}

static struct task *make_task(struct caller *caller, const struct verb *verb,
                              const struct message_request *message)
{
    struct task *task = task_create(verb, message->tag, message->json, message->json_len);
    const char *address = peer_address(caller->peer), *certificate = peer_terminal(caller->peer);
    task->outlet = outlet_ref(caller->outlet);
    task->session = session_ref(caller->session);
    task->alone = verb->flags & VERB_ALONE;
    memcpy(task->address, address, MIN(strlen(address), sizeof(task->address) - 1));
    task->certificate = certificate ? memory_strdup(certificate) : NULL;
#ifdef YIZHAN_FAULTS
    task->fault = caller->fault;
    task->fault_nth = caller->fault_nth;
    caller->fault = caller->fault_nth = 0;
#endif
    return task;
}

/* It has no place among those under way: all of them may be what it is to stop. */
static void run_here(struct task *task)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    caller_deliver(gate_run(task, NULL, arena));
}

/* What the loop can refuse without looking into the JSON; ERR_NONE: on it goes. */
static enum error_code judge(const struct caller *caller, const struct message_request *message,
                             const struct verb *verb, const char **msgid_r)
{
    if (core.draining) {
        *msgid_r = N_("The server is going down");
        return ERR_UNAVAILABLE;
    }
    if (tag_in_flight(caller, message->tag)) {
        *msgid_r = N_("A request with this tag is not answered yet");
        return ERR_BAD_REQUEST;
    }
    if (caller->nflight >= WIRE_IN_FLIGHT_MAX && !(verb && verb->flags & VERB_IN_LOOP)) {
        *msgid_r = N_("Too many requests are not answered yet");
        return ERR_LIMIT;
    }
    if (!caller->session && !(verb && verb->flags & VERB_OPEN)) {
        *msgid_r = N_("Log in first");
        return ERR_UNAUTHENTICATED;
    }
    *msgid_r = N_("There is no such verb");
    return verb ? ERR_NONE : ERR_UNKNOWN_VERB;
}

static void on_line(struct peer *peer, char *line, size_t len)
{
    struct caller *caller = peer_data(peer);
    struct message_request message = {0};
    enum message_fault fault = message_parse_request(line, len, &message);
    if (fault) {
        refuse(caller, message.tag, ERR_BAD_REQUEST, message_fault_text(fault));
        caller_count_violation(caller);
        return;
    }
    const struct verb *verb = verb_find(message.verb);
    const char *msgid = NULL;
    enum error_code code = judge(caller, &message, verb, &msgid);
    if (code) {
        refuse(caller, message.tag, code, msgid);
        return;
    }
    if (verb->flags & VERB_AT_ONCE && strcmp(message.json, "{}") == 0) {
        struct str reply cleanup(cleanup_str);
        str_init(&reply, NULL);
        message_add_reply(&reply, message.tag, MESSAGE_OK, "{}");
        caller_send(caller, reply.data, reply.len);
        return;
    }
    if (!(verb->flags & VERB_AT_ONCE))
        peer_touch(peer);
    struct task *task = make_task(caller, verb, &message);
    if (verb->flags & VERB_IN_LOOP)
        run_here(task);
    else
        start(caller, task);
}

static void on_line_too_long(struct peer *peer)
{
    struct caller *caller = peer_data(peer);
    refuse(caller, NULL, ERR_LIMIT, N_("The line is too long"));
    caller_count_violation(caller);
}

static void resume_lanes(struct caller *caller)
{
    for (int lane = 0; lane < LANES; lane++)
        queue_resume(core.lanes[lane], &caller->outlet->sources[lane]);
}

static void on_sent(struct peer *peer, size_t bytes)
{
    struct caller *caller = peer_data(peer);
    outlet_sent(caller->outlet, bytes);
    if (atomic_load(&caller->outlet->unsent) <= WIRE_BEGIN_PAUSE)
        resume_lanes(caller);
    if (!caller->resync || atomic_load(&caller->outlet->unsent) > 0)
        return;
    caller->resync = false;
    struct str line cleanup(cleanup_str);
    str_init(&line, NULL);
    message_add_event(&line, "event", "{\"resync\":true}");
    caller_send(caller, line.data, line.len);
}

/* Idle for too long is the end of the session, not only of the connection: its token must not open it again. */
static void on_expired(struct peer *peer, enum peer_state state)
{
    struct caller *caller = peer_data(peer);
    if (state != PEER_IDLE || !caller || !caller->session)
        return;
    struct task *task = task_create(&session_idle_verb, "", "{}", 2);
    task->outlet = outlet_ref(caller->outlet);
    task->session = session_ref(caller->session);
    if (!caller_dispatch(caller, task))
        task_destroy(task);
}

/* What changes something goes on though nobody waits for it; a long look at a big table would only keep the next one waiting. */
static void cancel_long_reads(struct caller *caller)
{
    for (size_t i = 0; i < caller->nflight; i++)
        if (caller->flight[i]->slow && !(caller->flight[i]->verb->flags & VERB_CHANGES))
            task_cancel(caller->flight[i]);
}

void caller_leave_session(struct caller *caller)
{
    if (!caller->session)
        return;
    cancel_long_reads(caller);
    event_watch(caller, NULL);
    roster_remove(caller->session->id, caller->outlet->peer);
    session_unref(caller->session);
    caller->session = NULL;
}

static void on_closed(struct peer *peer)
{
    struct caller *caller = peer_data(peer);
    caller_leave_session(caller);
    outlet_close(caller->outlet);
    resume_lanes(caller);
    for (size_t i = 0; i < caller->nwaiting; i++)
        task_destroy(caller->waiting[i]);
    outlet_unref(caller->outlet);
    free(caller);
}

const struct net_ops caller_ops = {
    .opened = on_opened,
    .line = on_line,
    .line_too_long = on_line_too_long,
    .sent = on_sent,
    .expired = on_expired,
    .closed = on_closed,
};
