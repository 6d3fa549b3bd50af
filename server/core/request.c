#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/core/fail.h"
#include "server/core/request-private.h"
#include "wire/json.h"
#include "wire/limits.h"
#include "wire/message.h"

void request_drop_events(struct request *request)
{
    struct request_state *state = request->state;
    event_list_destroy(state->events);
    state->events = NULL;
    state->events_end = &state->events;
}

void request_reset(struct request *request)
{
    struct request_state *state = request->state;
    request_drop_events(request);
    state->after = NULL;
    state->after_end = &state->after;
    state->gate = state->own_tx = NULL;
    state->gate_checked = false;
    state->rerun = RERUN_NO;
    state->failure = (struct failure){0};
    str_clear(&request->out);
}

void request_next(struct request *request, bool done)
{
    struct request_state *state = request->state;
    if (done && state->events) {
        struct parcel *parcel = parcel_create(PARCEL_EVENTS, NULL);
        parcel->events = state->events;
        state->events = NULL;
        post_send(parcel);
    }
    request_reset(request);
}

void request_forgive(struct request *request)
{
    request->state->failure = (struct failure){0};
}

void request_use_arena(struct request *request, struct arena *arena)
{
    struct failure *failure = &request->state->failure;
    failure->field = arena_strdup(arena, failure->field);
    for (size_t i = 0; i < failure->nargs; i++) {
        failure->names[i] = arena_strdup(arena, failure->names[i]);
        failure->values[i] = arena_strdup(arena, failure->values[i]);
    }
    if (failure->details.data) {
        struct str details;
        str_init(&details, arena);
        str_add_n(&details, failure->details.data, failure->details.len);
        failure->details = details;
    }
    request->arena = arena;
}

static int take_stored_answer(struct request *request)
{
    struct request_state *state = request->state;
    const char *verb = rows_text(state->gate, 0, 2);
    if (!request->key || !verb)
        return 0;
    if (strcmp(verb, request->verb->name) != 0 || strcmp(rows_text(state->gate, 0, 3), state->hash) != 0)
        return request_fail(request, ERR_CONFLICT, "key", N_("This key was used for another request"), NULL);
    str_clear(&request->out);
    str_add(&request->out, rows_text(state->gate, 0, 4));
    return REQUEST_REPLAY;
}

int request_need(struct request *request)
{
    struct request_state *state = request->state;
    if (tx_need(request->tx) != TX_OK)
        return request_tx_failed(request);
    if (atomic_load(&state->task->cancelled))
        return request_fail(request, ERR_UNAVAILABLE, NULL, N_("Cancelled; nothing was done"), NULL);
    if (state->gate_checked)
        return 0;
    state->gate_checked = true;
    if (!state->gate)
        return 0;
    bool same = rows_count(state->gate) == 1 && !rows_bool(state->gate, 0, 1) &&
                rows_int(state->gate, 0, 0) == request->session->epoch;
    if (!same) {
        state->rerun = RERUN_RIGHTS;
        return request_fail(request, ERR_UNAUTHENTICATED, NULL, N_("The session has ended"), NULL);
    }
    return take_stored_answer(request);
}

struct parcel *request_parcel(struct request *request)
{
    return parcel_create(PARCEL_REPLY, request->state->task);
}

static int send_line(struct request *request, enum message_kind kind, const char *json, size_t len)
{
    struct task *task = request->state->task;
    /* A list may fill the queue; what can be endless waits earlier. */
    size_t most = task->lane == LANE_LONG ? WIRE_EXPORT_PAUSE : WIRE_ROWS_PAUSE;
    int failed = outlet_wait(task->outlet, most, WIRE_STALLED_READER_MS);
    if (failed)
        return failed;
    if (atomic_load(&task->cancelled))
        return -ECANCELED;
    struct str line;
    str_init(&line, NULL);
    str_addf(&line, "%s %s ", task->tag, message_kind_name(kind));
    str_add_n(&line, json, len);
    str_add_char(&line, '\n');
    struct parcel *parcel = request_parcel(request);
    parcel->len = line.len;
    parcel->bytes = str_steal(&line);
    atomic_fetch_add(&task->outlet->unsent, parcel->len);
    request->state->streamed = true;
    post_send(parcel);
    return 0;
}

int request_send_row(struct request *request, const char *json, size_t len)
{
    return send_line(request, MESSAGE_ROW, json, len);
}

int request_send_progress(struct request *request, int64_t done, int64_t total)
{
    char json[80];
    int len =
        snprintf(json, sizeof(json), "{\"done\":%lld,\"total\":%lld}", (long long)done, (long long)total);
    return send_line(request, MESSAGE_PROGRESS, json, (size_t)len);
}

bool request_cancelled(const struct request *request)
{
    const struct task *task = request->state->task;
    bool gone = atomic_load(&task->outlet->gone) && !(request->verb->flags & VERB_CHANGES);
    return gone || atomic_load(&task->cancelled);
}

void request_after_commit(struct request *request, void (*fn)(struct request *request, void *data),
                          void *data)
{
    struct after_commit *after = arena_new(request->arena, struct after_commit);
    *after = (struct after_commit){.fn = fn, .data = data};
    *request->state->after_end = after;
    request->state->after_end = &after->next;
}

int request_take_long(struct request *request)
{
    struct task *task = request->state->task;
    if (task->lane == LANE_LONG)
        return 0;
    task->lane = LANE_LONG;
    request->state->later_ms = 0;
    return REQUEST_LATER;
}

int64_t request_int(const struct request *request, const char *name)
{
    int64_t value;
    return json_get_int(request->args, name, &value) == JSON_GET_FOUND ? value : NIL;
}

const char *request_text(const struct request *request, const char *name)
{
    const char *value;
    return json_get_text(request->args, name, &value) == JSON_GET_FOUND ? value : NULL;
}

bool request_bool(const struct request *request, const char *name)
{
    bool value;
    return json_get_bool(request->args, name, &value) == JSON_GET_FOUND && value;
}

bool request_has(const struct request *request, const char *name)
{
    return json_object_get(request->args, name) != NULL;
}
