#include "server/gateway/ami_call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"

/* Causes of Q.850 that dial states stand for. */
enum {
    CAUSE_NORMAL = 16,
    CAUSE_BUSY = 17,
    CAUSE_NO_ANSWER = 19,
    CAUSE_UNREACHABLE = 20,
    CAUSE_CONGESTION = 34
};

struct leg {
    char linked[AMI_NAME_MAX], peer[AMI_NAME_MAX], bridge[AMI_NAME_MAX];
    bool local, origin, ringing;
};

struct call {
    size_t legs;
    int cause; /* of the last leg that was dialled in vain; 0: none */
    bool begun;
};

void ami_calls_init(struct ami_calls *calls, void *context,
                    void (*tell)(void *context, const struct telephone_event *event),
                    bool (*has_extension)(void *context, const char *extension))
{
    *calls = (struct ami_calls){.context = context, .tell = tell, .has_extension = has_extension};
    map_init(&calls->legs);
    map_init(&calls->calls);
}

static void forget(struct map *map)
{
    void *value;
    for (size_t at = 0; map_next(map, &at, NULL, &value);)
        free(value);
    map_clear(map);
}

void ami_calls_finish(struct ami_calls *calls)
{
    forget(&calls->legs);
    forget(&calls->calls);
    map_finish(&calls->legs);
    map_finish(&calls->calls);
}

void ami_calls_list(struct ami_calls *calls)
{
    forget(&calls->legs);
    forget(&calls->calls);
    calls->listing = true;
}

/* While the list comes in nothing is told: what it leaves open is told at its end. */
static void tell(struct ami_calls *calls, const struct telephone_event *event)
{
    if (!calls->listing)
        calls->tell(calls->context, event);
}

static bool known(const struct ami_calls *calls, const char *extension)
{
    return calls->has_extension(calls->context, extension);
}

/* ------------------------------------------------------------------------------------------------- legs */

static void copy(char *out, const char *text)
{
    size_t n = strnlen(text, AMI_NAME_MAX - 1);
    memcpy(out, text, n);
    out[n] = '\0';
}

static struct call *call_of(struct ami_calls *calls, const char *linked)
{
    struct call *call = map_get(&calls->calls, linked);
    if (!call) {
        call = memory_zeroed(1, sizeof(*call));
        map_put(&calls->calls, linked, call);
    }
    return call;
}

static void leave_call(struct ami_calls *calls, const char *linked, int cause, const char *words)
{
    struct call *call = map_get(&calls->calls, linked);
    if (!call || --call->legs > 0)
        return;
    struct telephone_event event = {
        .kind = TELEPHONE_END, .call = linked, .cause = call->cause ? call->cause : cause, .error = words};
    map_remove(&calls->calls, linked);
    if (call->begun)
        tell(calls, &event);
    free(call);
}

/* A leg may come to belong to another call: two are joined, and go by the older one's name. */
static void join(struct ami_calls *calls, struct leg *leg, const char *linked)
{
    char before[AMI_NAME_MAX];
    if (!*linked || strlen(linked) >= AMI_NAME_MAX || strcmp(leg->linked, linked) == 0)
        return;
    memcpy(before, leg->linked, sizeof(before));
    copy(leg->linked, linked);
    call_of(calls, linked)->legs++;
    if (*before)
        leave_call(calls, before, CAUSE_NORMAL, NULL);
}

static struct leg *leg_of(struct ami_calls *calls, const char *unique, const char *linked,
                          const char *channel)
{
    struct leg *leg = map_get(&calls->legs, unique);
    if (!leg) {
        if (!*unique || !*linked || strlen(unique) >= AMI_NAME_MAX || strlen(linked) >= AMI_NAME_MAX)
            return NULL;
        if (map_count(&calls->legs) >= AMI_LEGS_MAX) {
            calls->dropped++;
            return NULL;
        }
        leg = memory_zeroed(1, sizeof(*leg));
        leg->origin = strcmp(unique, linked) == 0;
        map_put(&calls->legs, unique, leg);
    }
    if (*channel) {
        ami_peer(channel, leg->peer, sizeof(leg->peer));
        leg->local = ami_is_local(channel);
    }
    join(calls, leg, linked);
    return leg;
}

/* ------------------------------------------------------------------------------------------------- numbers */

/* Digits, with a + before them; "" for what is none. */
static void clean_number(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (; *text && n + 1 < size; text++) {
        if ((*text >= '0' && *text <= '9') || (*text == '+' && !n))
            out[n++] = *text;
        else if (!strchr(" -().", *text))
            break;
    }
    out[*text ? 0 : n] = '\0';
}

/* A short number, as phones of the house have. */
static bool is_inside(const struct ami_calls *calls, const char *number)
{
    size_t digits = strspn(number, "0123456789");
    return known(calls, number) || (digits && !number[digits] && digits <= 5);
}

static void begin(struct ami_calls *calls, const struct leg *leg, const char *from, const char *dialled)
{
    char number[40];
    struct call *call = map_get(&calls->calls, leg->linked);
    struct telephone_event event = {
        .kind = TELEPHONE_CALL, .call = leg->linked, .extension = leg->peer, .number = number};
    if (!call || call->begun || leg->local)
        return;
    bool inside = known(calls, leg->peer) || (strcmp(leg->peer, from) == 0 && is_inside(calls, from));
    clean_number(inside ? dialled : from, number, sizeof(number));
    if (!inside)
        event.extension = NULL;
    event.direction = !inside                                ? TELEPHONE_IN
                      : *number && !is_inside(calls, number) ? TELEPHONE_OUT
                                                             : TELEPHONE_INTERNAL;
    call->begun = true;
    calls->tell(calls->context, &event);
}

/* ------------------------------------------------------------------------------------------------- messages */

typedef const struct ami_message message_t;

static const char *linked_of(message_t *m)
{
    const char *linked = ami_value(m, "Linkedid");
    return *linked ? linked : ami_value(m, "DestLinkedid");
}

static struct leg *own_leg(struct ami_calls *calls, message_t *m)
{
    return leg_of(calls, ami_value(m, "Uniqueid"), ami_value(m, "Linkedid"), ami_value(m, "Channel"));
}

static struct leg *dest_leg(struct ami_calls *calls, message_t *m)
{
    const char *linked = ami_value(m, "DestLinkedid");
    return leg_of(calls, ami_value(m, "DestUniqueid"), *linked ? linked : ami_value(m, "Linkedid"),
                  ami_value(m, "DestChannel"));
}

static void tell_leg(struct ami_calls *calls, enum telephone_kind kind, const char *linked,
                     const char *extension)
{
    if (*linked && *extension)
        tell(calls, &(struct telephone_event){.kind = kind, .call = linked, .extension = extension});
}

static void on_new(struct ami_calls *calls, message_t *m)
{
    struct leg *leg = own_leg(calls, m);
    if (leg && leg->origin)
        begin(calls, leg, ami_value(m, "CallerIDNum"), ami_value(m, "Exten"));
}

/* A leg within the call system rings nobody; the one behind it does. */
static void on_dial(struct ami_calls *calls, message_t *m)
{
    struct leg *leg = dest_leg(calls, m);
    if (!leg || leg->local)
        return;
    leg->ringing = true;
    tell_leg(calls, TELEPHONE_RING, leg->linked, leg->peer);
}

static int cause_of(const char *status)
{
    static const struct {
        const char *status;
        int cause;
    } causes[] = {{"BUSY", CAUSE_BUSY},
                  {"NOANSWER", CAUSE_NO_ANSWER},
                  {"CONGESTION", CAUSE_CONGESTION},
                  {"CHANUNAVAIL", CAUSE_UNREACHABLE},
                  {"CANCEL", CAUSE_NORMAL}};
    for (size_t i = 0; i < array_len(causes); i++)
        if (strcasecmp(status, causes[i].status) == 0)
            return causes[i].cause;
    return 0;
}

static void answer(struct ami_calls *calls, struct leg *leg)
{
    struct call *call = map_get(&calls->calls, leg->linked);
    if (call)
        call->cause = 0;
    leg->ringing = false;
    tell_leg(calls, TELEPHONE_ANSWER, leg->linked, leg->peer);
}

static void end_ring(struct ami_calls *calls, struct leg *leg)
{
    if (leg->ringing)
        tell_leg(calls, TELEPHONE_RING_END, leg->linked, leg->peer);
    leg->ringing = false;
}

static void on_dial_end(struct ami_calls *calls, message_t *m)
{
    struct leg *leg = dest_leg(calls, m);
    const char *status = ami_value(m, "DialStatus");
    if (!leg || leg->local)
        return;
    if (strcasecmp(status, "ANSWER") == 0) {
        answer(calls, leg);
        return;
    }
    end_ring(calls, leg);
    struct call *call = map_get(&calls->calls, leg->linked);
    if (call)
        call->cause = cause_of(status);
}

static void on_queue(struct ami_calls *calls, message_t *m)
{
    const char *linked = linked_of(m), *queue = ami_value(m, "Queue");
    own_leg(calls, m);
    if (*linked && *queue)
        tell(calls, &(struct telephone_event){.kind = TELEPHONE_QUEUE, .call = linked, .queue = queue});
}

static void on_agent_called(struct ami_calls *calls, message_t *m)
{
    on_queue(calls, m);
    if (*ami_value(m, "DestChannel"))
        on_dial(calls, m);
}

static void on_agent_connect(struct ami_calls *calls, message_t *m)
{
    char peer[AMI_NAME_MAX];
    struct leg *leg = dest_leg(calls, m);
    on_queue(calls, m);
    if (leg && !leg->local) {
        answer(calls, leg);
        return;
    }
    ami_peer(ami_value(m, "Interface"), peer, sizeof(peer));
    tell_leg(calls, TELEPHONE_ANSWER, linked_of(m), peer);
}

static void on_agent_gone(struct ami_calls *calls, message_t *m)
{
    struct leg *leg = dest_leg(calls, m);
    if (leg && !leg->local)
        end_ring(calls, leg);
}

/* Two in a bridge speak with each other. */
static void answer_bridge(struct ami_calls *calls, const char *bridge, const char *linked)
{
    void *value;
    for (size_t at = 0; map_next(&calls->legs, &at, NULL, &value);) {
        struct leg *leg = value;
        if (!leg->origin && !leg->local && strcmp(leg->bridge, bridge) == 0 &&
            strcmp(leg->linked, linked) == 0)
            answer(calls, leg);
    }
}

static void on_bridge(struct ami_calls *calls, message_t *m)
{
    struct leg *leg = own_leg(calls, m);
    const char *bridge = ami_value(m, "BridgeUniqueid");
    if (!leg || strlen(bridge) >= AMI_NAME_MAX)
        return;
    copy(leg->bridge, bridge);
    if (*bridge && strtol(ami_value(m, "BridgeNumChannels"), NULL, 10) >= 2)
        answer_bridge(calls, bridge, leg->linked);
}

static void on_bridge_leave(struct ami_calls *calls, message_t *m)
{
    struct leg *leg = own_leg(calls, m);
    if (leg)
        *leg->bridge = '\0';
}

static void on_hangup(struct ami_calls *calls, message_t *m)
{
    const char *unique = ami_value(m, "Uniqueid");
    struct leg *leg = map_remove(&calls->legs, unique);
    long cause = strtol(ami_value(m, "Cause"), NULL, 10);
    if (!leg)
        return;
    end_ring(calls, leg);
    leave_call(calls, leg->linked, cause > 0 && cause < 128 ? (int)cause : 0, ami_value(m, "Cause-txt"));
    free(leg);
}

static void on_variable(struct ami_calls *calls, message_t *m)
{
    const char *linked = ami_value(m, "Linkedid"), *value = ami_value(m, "Value");
    if (strcasecmp(ami_value(m, "Variable"), "MIXMONITOR_FILENAME") != 0 || !*linked || !*value)
        return;
    tell(calls, &(struct telephone_event){.kind = TELEPHONE_RECORDING, .call = linked, .recording = value});
}

static void on_other(struct ami_calls *calls, message_t *m)
{
    if (map_get(&calls->legs, ami_value(m, "Uniqueid")))
        own_leg(calls, m);
}

/* Ours are named by the call. The reasons are Asterisk's own frames of control. */
static void on_originated(struct ami_calls *calls, message_t *m)
{
    static const struct {
        int cause;
        const char *words;
    } reasons[] = {[0] = {CAUSE_UNREACHABLE, "the extension cannot be reached"},
                   [1] = {CAUSE_NO_ANSWER, "the extension was not taken up"},
                   [3] = {CAUSE_NO_ANSWER, "the extension was not taken up"},
                   [5] = {CAUSE_BUSY, "the extension is busy"},
                   [8] = {CAUSE_CONGESTION, "the extension cannot be reached"}};
    long reason = strtol(ami_value(m, "Reason"), NULL, 10);
    if (strcasecmp(ami_value(m, "Response"), "Failure") != 0)
        return;
    if (reason < 0 || reason >= (long)array_len(reasons) || !reasons[reason].words)
        reason = 0;
    calls->tell(calls->context, &(struct telephone_event){.kind = TELEPHONE_REFUSED,
                                                          .call = ami_value(m, "ActionID"),
                                                          .cause = reasons[reason].cause,
                                                          .error = reasons[reason].words});
}

/* ------------------------------------------------------------------------------------------------- the list of all legs */

static void on_listed(struct ami_calls *calls, message_t *m)
{
    struct leg *leg = calls->listing ? own_leg(calls, m) : NULL;
    const char *bridge = ami_value(m, "BridgeId");
    if (!leg)
        return;
    if (leg->origin)
        begin(calls, leg, ami_value(m, "CallerIDNum"), ami_value(m, "Exten"));
    leg->ringing = !leg->origin && strcasecmp(ami_value(m, "ChannelStateDesc"), "Ringing") == 0;
    copy(leg->bridge, bridge);
}

static void tell_all(struct ami_calls *calls)
{
    VEC(const char *) names = {0};
    const char *name;
    for (size_t at = 0; map_next(&calls->calls, &at, &name, NULL);)
        vec_push(&names, name);
    tell(calls,
         &(struct telephone_event){.kind = TELEPHONE_LIVE, .calls = names.items, .ncalls = names.count});
    vec_finish(&names);
}

static void on_list_end(struct ami_calls *calls, message_t *m)
{
    void *value;
    (void)m;
    if (!calls->listing)
        return;
    calls->listing = false;
    tell_all(calls);
    for (size_t at = 0; map_next(&calls->legs, &at, NULL, &value);) {
        struct leg *leg = value;
        if (leg->origin || leg->local)
            continue;
        if (leg->ringing)
            tell_leg(calls, TELEPHONE_RING, leg->linked, leg->peer);
        else if (*leg->bridge)
            answer(calls, leg);
    }
}

static const struct {
    const char *event;
    void (*take)(struct ami_calls *calls, message_t *m);
} events[] = {
    {"Newchannel", on_new},
    {"DialBegin", on_dial},
    {"DialEnd", on_dial_end},
    {"QueueCallerJoin", on_queue},
    {"AgentCalled", on_agent_called},
    {"AgentRingNoAnswer", on_agent_gone},
    {"AgentConnect", on_agent_connect},
    {"BridgeEnter", on_bridge},
    {"BridgeLeave", on_bridge_leave},
    {"Hangup", on_hangup},
    {"VarSet", on_variable},
    {"OriginateResponse", on_originated},
    {"CoreShowChannel", on_listed},
    {"CoreShowChannelsComplete", on_list_end},
};

void ami_calls_take(struct ami_calls *calls, const struct ami_message *message)
{
    const char *event = ami_value(message, "Event");
    for (size_t i = 0; *event && i < array_len(events); i++)
        if (strcasecmp(event, events[i].event) == 0) {
            events[i].take(calls, message);
            return;
        }
    if (*event)
        on_other(calls, message);
}
