#include "client/link/call-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "base/uuid.h"
#include "wire/json.h"
#include "wire/limits.h"
#include "wire/message.h"

enum { RETRY_BUSY_MAX = 8 }; /* times a busy or unknown answer is asked again */

void link_turn(struct link *link, enum link_state state, const char *why)
{
    link->state = state;
    link->ops->state(link->context, state, why);
}

void call_free(struct call *call)
{
    json_decref(call->args);
    free(call->verb);
    free(call);
}

void link_take_out(struct link *link, size_t i)
{
    memmove(&link->calls.items[i], &link->calls.items[i + 1],
            (link->calls.count - i - 1) * sizeof(struct call *));
    link->calls.count--;
}

static struct call *link_find(struct link *link, const char *tag, size_t *index_r)
{
    for (size_t i = 0; i < link->calls.count; i++) {
        if (strcmp(link->calls.items[i]->tag, tag) == 0) {
            *index_r = i;
            return link->calls.items[i];
        }
    }
    return NULL;
}

static void call_answer(struct call *call, enum error_code code, const json_t *object)
{
    const char *message = "";
    if (code)
        json_get_text(object, "message", &message);
    struct answer answer = {.code = code, .object = object, .message = message};
    if (call->done)
        call->done(call->context, &answer);
}

/* An answer of our own making: nothing was done. */
void call_fail(struct call *call, enum error_code code, const char *message)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s}", "code", error_code_name(code), "message", message, "msgid", message);
    call_answer(call, code, object);
    json_decref(object);
    call_free(call);
}

static void call_send(struct link *link, struct call *call)
{
    struct str line, args;
    str_init(&line, NULL);
    str_init(&args, NULL);
    if (call->args)
        json_write(call->args, &args);
    message_add_request(&line, call->tag, call->verb, call->args ? args.data : NULL);
    call->sent = true;
    call->login = link->logins;
    call->sent_ms = time_monotonic_ms();
    connection_send(link->connection, line.data, line.len);
    if (strcmp(call->verb, "session.login") == 0)
        explicit_bzero(line.data, line.len), explicit_bzero(args.data, args.len);
    str_finish(&line);
    str_finish(&args);
}

/* Sends what may go now: 16 in flight, one changing at a time, session verbs ahead of the rest while there is no login. */
void link_pump(struct link *link)
{
    if (connection_state(link->connection) != CONNECTION_OPEN)
        return;
    size_t in_flight = 0;
    bool changing = false;
    int64_t now = time_monotonic_ms();
    for (size_t i = 0; i < link->calls.count; i++) {
        in_flight += link->calls.items[i]->sent;
        changing |= link->calls.items[i]->sent && (link->calls.items[i]->flags & CALL_CHANGES);
    }
    for (size_t i = 0; i < link->calls.count && in_flight < WIRE_IN_FLIGHT_MAX; i++) {
        struct call *call = link->calls.items[i];
        bool changes = call->flags & CALL_CHANGES;
        if (call->sent || call->not_before_ms > now || (!call->session && link->state != LINK_READY))
            continue;
        if (changes && changing)
            continue;
        changing |= changes;
        in_flight++;
        call_send(link, call);
    }
}

struct call *call_create(struct link *link, const char *verb, json_t *args, unsigned flags)
{
    struct call *call = memory_zeroed(1, sizeof(*call));
    call->number = ++link->numbers;
    snprintf(call->tag, sizeof call->tag, "c%llx", (unsigned long long)call->number);
    call->verb = memory_strdup(verb);
    call->args = args;
    call->flags = flags;
    if (flags & CALL_CHANGES) {
        char key[37];
        uuid_v7(key);
        if (!call->args)
            call->args = json_object();
        if (!json_object_get(call->args, "key"))
            json_object_set_new(call->args, "key", json_string(key));
    }
    vec_push(&link->calls, call);
    return call;
}

/* Asked again later with the same key: the server was busy, or a commit's answer was lost between it and the database. */
static bool call_postpone(struct link *link, struct call *call, enum error_code code, const json_t *object)
{
    const char *retry = "";
    json_get_text(object, "retry", &retry);
    bool again = code == ERR_BUSY || (code == ERR_UNKNOWN_OUTCOME && strcmp(retry, "same_key") == 0) ||
                 (code == ERR_UNAVAILABLE && call->tries < 3);
    if (!again || call->session || call->tries >= RETRY_BUSY_MAX)
        return false;
    call->sent = false;
    call->not_before_ms = time_monotonic_ms() + ((int64_t)100 << MIN(call->tries, 5));
    call->tries++;
    ev_timer_stop(link->settings.loop, &link->timer);
    ev_timer_set(&link->timer, 0.1, 0.25);
    ev_timer_start(link->settings.loop, &link->timer);
    return true;
}

/* The session has ended under it: it waits for the next login, or goes out again where that has come already. */
static bool link_expired(struct link *link, struct call *call, enum error_code code, const json_t *object)
{
    const char *message = "";
    if (code != ERR_UNAUTHENTICATED || call->session)
        return false;
    call->sent = false;
    if (call->login != link->logins) {
        link_pump(link);
        return true;
    }
    link_forget_token(link);
    json_get_text(object, "message", &message);
    if (link->state == LINK_READY)
        link_turn(link, LINK_LOGIN, message);
    return true;
}

void link_answer(struct link *link, const struct message_reply *reply, const json_t *object)
{
    size_t index = 0;
    struct call *call = link_find(link, reply->tag, &index);
    if (!call)
        return; /* cancelled meanwhile */
    if (reply->kind == MESSAGE_ROW || reply->kind == MESSAGE_PROGRESS) {
        if (call->row)
            call->row(call->context, object);
        return;
    }
    const char *name = "";
    enum error_code code = ERR_NONE;
    if (reply->kind == MESSAGE_ERR) {
        json_get_text(object, "code", &name);
        code = error_code_parse(name);
        if (!code)
            code = ERR_INTERNAL;
        if (call_postpone(link, call, code, object) || link_expired(link, call, code, object))
            return;
    }
    link->round_trip_ms = time_monotonic_ms() - call->sent_ms;
    link_take_out(link, index);
    call_answer(call, code, object);
    call_free(call);
    link_pump(link);
}

struct link *link_create(const struct link_settings *settings, const struct link_ops *ops, void *context)
{
    struct link *link = memory_zeroed(1, sizeof(*link));
    *link = (struct link){.settings = *settings, .ops = ops, .context = context, .retry_ms = RETRY_FIRST_MS};
    link->connection = connection_create(settings->loop, settings->host, settings->port, settings->ca,
                                         &line_ops, link, &link->broken);
    link->terminal = settings->terminal ? memory_strdup(settings->terminal) : NULL;
    ev_timer_init(&link->timer, line_tick, 0.25, 0.25);
    link->timer.data = link;
    return link;
}

void link_destroy(struct link *link)
{
    if (!link)
        return;
    ev_timer_stop(link->settings.loop, &link->timer);
    connection_destroy(link->connection);
    for (size_t i = 0; i < link->calls.count; i++) {
        call_forget_login(link->calls.items[i]);
        call_free(link->calls.items[i]);
    }
    vec_finish(&link->calls);
    link_forget_token(link);
    json_decref(link->identity);
    free(link->terminal);
    free(link);
}

void link_start(struct link *link)
{
    if (!link->connection) {
        link_turn(link, LINK_REFUSED, link->broken);
        return;
    }
    ev_timer_start(link->settings.loop, &link->timer);
    link_retry_now(link);
}

void link_retry_now(struct link *link)
{
    if (!link->connection || connection_state(link->connection) != CONNECTION_OFF)
        return;
    link_turn(link, LINK_CONNECTING, "");
    connection_open(link->connection);
}

enum link_state link_state(const struct link *link)
{
    return link->state;
}

int link_retry_seconds(const struct link *link)
{
    if (link->state != LINK_WAITING)
        return 0;
    int64_t left = link->retry_at_ms - time_monotonic_ms();
    return left > 0 ? (int)((left + 999) / 1000) : 0;
}

const json_t *link_identity(const struct link *link)
{
    return link->identity;
}

bool link_may(const struct link *link, const char *permission)
{
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(link->identity, "permissions"), i, name)
    {
        if (strcmp(json_string_value(name), permission) == 0)
            return true;
    }
    return false;
}

uint64_t link_call(struct link *link, const char *verb, json_t *args, unsigned flags, row_handler *row,
                   answer_handler *done, void *context)
{
    struct call *call = call_create(link, verb, args, flags);
    call->row = row;
    call->done = done;
    call->context = context;
    uint64_t number = call->number;
    link_pump(link);
    return number;
}

/* A call that is under way stays until its answer, for nobody: the server counts it among those in flight. */
void link_cancel(struct link *link, uint64_t number)
{
    for (size_t i = 0; i < link->calls.count; i++) {
        struct call *call = link->calls.items[i];
        if (call->number != number)
            continue;
        if (call->sent && link->state == LINK_READY) {
            call->row = NULL;
            call->done = NULL;
            call->session = true; /* neither asked again nor carried to another connection */
            call_create(link, "session.cancel", json_pack("{s:s}", "tag", call->tag), CALL_READ)->session =
                true;
        } else {
            link_take_out(link, i);
            call_free(call);
        }
        link_pump(link);
        return;
    }
}

/* What is stopped is not asked again, though the answer sounds like a server that is away. */
void link_stop(struct link *link, uint64_t number)
{
    for (size_t i = 0; i < link->calls.count; i++) {
        struct call *call = link->calls.items[i];
        if (call->number != number)
            continue;
        call->tries = RETRY_BUSY_MAX;
        if (!call->sent && !(call->flags & CALL_CHANGES)) {
            link_take_out(link, i);
            call_fail(call, ERR_UNAVAILABLE, N_("Cancelled; nothing was done"));
            return;
        }
        if (!call->sent || link->state != LINK_READY)
            return;
        struct call *cancel =
            call_create(link, "session.cancel", json_pack("{s:s}", "tag", call->tag), CALL_READ);
        cancel->session = true;
        link_pump(link);
        return;
    }
}

int64_t link_round_trip_ms(const struct link *link)
{
    return link->round_trip_ms;
}
