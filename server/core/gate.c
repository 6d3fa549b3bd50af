#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "server/core/access.h"
#include "server/core/arguments.h"
#include "server/core/clock.h"
#include "server/core/fail.h"
#include "server/core/gate.h"
#include "server/core/key.h"
#include "server/core/login.h"
#include "server/core/memory.h"
#include "server/core/own_tx.h"
#include "server/core/request-private.h"
#include "server/db/connection.h"
#include "wire/json.h"
#include "wire/limits.h"
#include "wire/message.h"

enum { BATCH_MAX = 100 };

/* By the database's clock, as the session was given its time by it. */
static const struct sql read_gate = {
    "gate", "SELECT epoch, ended_at IS NOT NULL OR expires_at <= now() FROM session WHERE id = $1"};
static const struct sql read_gate_with_key = {
    "gate_key",
    "SELECT s.epoch, s.ended_at IS NOT NULL OR s.expires_at <= now(), k.verb, encode(k.hash, 'hex'), k.answer"
    " FROM session s LEFT JOIN command_key k ON k.user_id = s.employee_id AND k.key = $2 WHERE s.id = $1"};

/* Whom row-level security takes him for. */
static const struct sql set_party = {"gate_party", "SELECT set_config('app.party', $1, true)"};

static void queue_party(struct request *request)
{
    const struct session *session = request->session;
    if (session && session->party_id > 0)
        tx_read(request->tx, &set_party, p_text(arena_printf(request->arena, "%" PRId64, session->party_id)));
}

static void queue_gate(struct request *request)
{
    struct request_state *state = request->state;
    if (!request->session)
        return;
    int64_t id = request->session->id;
    state->gate = request->key ? tx_read(request->tx, &read_gate_with_key, p_int(id), p_text(request->key))
                               : tx_read(request->tx, &read_gate, p_int(id));
}

static void begin(struct request *request, bool cancelled)
{
    const struct session *session = request->session;
    request->state->own_tx = NULL;
    request->tx = tx_begin(request->state->connection, request->arena, request->deadline_ms);
    if (cancelled)
        tx_cancel(request->tx);
    if (!(request->verb->flags & (VERB_CHANGES | VERB_NOTED)))
        tx_set_read_only(request->tx);
    const struct grant *vehicles = session_grant(session, "vehicle.list");
    tx_set_scope(request->tx, request->grant ? request->grant->scope : "{}",
                 vehicles ? vehicles->scope : "{}", session ? session->employee_id : 0);
    queue_party(request);
    queue_gate(request);
}

/* Who cancelled it before this moment found no transaction to stop. */
void request_begin(struct request *request)
{
    begin(request, atomic_load(&request->state->task->cancelled));
}

void request_begin_note(struct request *request)
{
    begin(request, false);
}

static int store_answer(struct request *request)
{
    if (request->out.len == 0)
        str_add(&request->out, "{}");
    if (!(request->verb->flags & VERB_KEYED) || !request->key) /* a step of a command that goes on */
        return 0;
    if (request->out.len > WIRE_ANSWER_KEPT_MAX)
        return fail_internal(request, "the answer is too long to be kept with its key");
    key_store(request);
    return 0;
}

static void committed(struct request *request)
{
    struct request_state *state = request->state;
    const char *tx = state->own_tx ? rows_text(state->own_tx, 0, 0) : NULL;
    for (const struct event *event = state->events; event; event = event->next)
        memory_changed(event->entity);
    if (tx && !own_tx_claim(strtoull(tx, NULL, 10))) /* the tail was faster */
        request_drop_events(request);
    for (struct after_commit *after = state->after; after; after = after->next)
        after->fn(request, after->data);
}

/* A handler may refuse before it read anything, by rights that are not the user's any more, or what was done under this key before. */
static int look_again(struct request *request, int result)
{
    struct request_state *state = request->state;
    if (result <= 0 || result == REQUEST_REPLAY || result == REQUEST_LATER || state->gate_checked ||
        !state->gate || state->failure.of_tx)
        return result;
    struct failure failure = state->failure;
    int need = request_need(request);
    if (need == REQUEST_REPLAY || state->rerun == RERUN_RIGHTS)
        return need;
    state->failure = failure;
    state->rerun = RERUN_NO;
    return result;
}

/* The handler is done and the transaction open: commits or rolls back. */
int request_end(struct request *request, int result)
{
    struct tx *tx = request->tx;
    result = look_again(request, result);
    if (result == 0 &&
        !request->state->gate_checked) /* otherwise the writes go out with COMMIT, not before it */
        result = request_need(request);
    if (result == 0)
        result = store_answer(request);
    if (result == 0) {
        if (tx_commit(tx) != TX_OK)
            result = request_tx_failed(request);
        else
            committed(request);
    } else {
        /* A handler that looked at the empty rows of a failed transaction drew the wrong conclusion. */
        bool by_handler = tx_fault(tx) == TX_REFUSED && !*tx_sqlstate(tx); /* it rolled back itself */
        bool misled = result > 0 && result != REQUEST_REPLAY && tx_fault(tx) != TX_OK && !by_handler;
        if (misled && !request->state->failure.of_tx)
            result = request_tx_failed(request);
        tx_rollback(tx);
    }
    request->state->round_trips += tx_round_trips(tx);
    request->tx = NULL;
    return result;
}

static void plan_fault(struct request_state *state)
{
#ifdef YIZHAN_FAULTS
    if (state->task->fault_nth > 0 && state->task->fault < TASK_FAULT_MEMORY)
        connection_plan_fault(state->connection, (enum connection_fault)state->task->fault,
                              state->task->fault_nth);
    state->task->fault_nth = 0;
#endif
}

/* Somebody stopped it, or nobody takes its rows any more: no fault of ours. */
static bool was_stopped(const struct request *request, int result)
{
    bool unread = result == -ETIMEDOUT || result == -EPIPE;
    return request_cancelled(request) || (unread && request->state->streamed);
}

/* One run of the handler in its transaction. 0 answered, or an error code. */
static int run_once(struct request *request)
{
    struct request_state *state = request->state;
    int result;
    plan_fault(state);
    if (request->verb->flags & VERB_NO_TX) {
        result = request->verb->run(request);
    } else {
        request_begin(request);
        result = request_end(request, request->verb->run(request));
    }
    if (result == REQUEST_REPLAY) {
        request_drop_events(request);
        return 0;
    }
    if (result < 0)
        return was_stopped(request, result)
                   ? request_fail(request, ERR_UNAVAILABLE, NULL, N_("Cancelled; nothing was done"), NULL)
                   : fail_internal(request, strerror(-result));
    return result;
}

static int check_permission(struct request *request);

/* Rights changed since they were read: reads them again, also for the loop, and asks for the permission anew. */
static int refresh_rights(struct request *request)
{
    struct request_state *state = request->state;
    enum tx_fault fault;
    struct session *fresh =
        access_reload(state->connection, request->arena, request->deadline_ms, request->session, &fault);
    if (fault == TX_UNAVAILABLE) /* the connection may have died unnoticed; the next is new */
        fresh =
            access_reload(state->connection, request->arena, request->deadline_ms, request->session, &fault);
    if (fault != TX_OK)
        return request_fail(request, ERR_UNAVAILABLE, NULL, N_("The database is away; nothing was done"),
                            NULL);
    struct parcel *parcel = request_parcel(request);
    parcel->effect = fresh ? EFFECT_SESSION : EFFECT_END;
    parcel->session = session_ref(fresh);
    post_send(parcel);
    if (!fresh)
        return request_fail(request, ERR_UNAUTHENTICATED, NULL, N_("The session has ended"), NULL);
    session_unref(state->task->session);
    state->task->session = request->session = fresh;
    return check_permission(request);
}

int request_reread(struct request *request, int result)
{
    if (request->state->rerun != RERUN_RIGHTS)
        return result;
    request_reset(request);
    return refresh_rights(request);
}

static bool may_rerun(const struct request *request, int runs)
{
    const struct request_state *state = request->state;
    return state->rerun != RERUN_NO && runs <= RERUNS_MAX && !state->streamed &&
           !(state->rerun == RERUN_CONNECTION && state->reconnected) &&
           time_monotonic_ms() < request->deadline_ms && !request_cancelled(request);
}

/* They changed each time we looked: that is no end of the session. */
static int rights_unsettled(struct request *request)
{
    return request_fail(request, ERR_BUSY, NULL, N_("Rights are changing; try again"), NULL);
}

static int run_command(struct request *request)
{
    for (int runs = 1;; runs++) {
        request_reset(request);
        int result = run_once(request);
        if (result == 0 || !may_rerun(request, runs))
            return result && request->state->rerun == RERUN_RIGHTS ? rights_unsettled(request) : result;
        if (request->state->rerun == RERUN_CONNECTION)
            request->state->reconnected = true;
        if (request->state->rerun == RERUN_RIGHTS) {
            result = refresh_rights(request);
            if (result)
                return result;
        }
    }
}

/* Another server may have done this very command while we waited for its lock: then its answer is ours, not the conflict that it left. */
static int look_for_answer(struct request *request, int result)
{
    struct request_state *state = request->state;
    bool left_by_it = result == ERR_CONFLICT || result == ERR_NOT_FOUND || result == ERR_DUPLICATE;
    if (!left_by_it || !state->gate_checked)
        return result;
    struct failure failure = state->failure;
    request_reset(request);
    request_begin(request);
    int need = request_need(request);
    tx_rollback(request->tx);
    state->round_trips += tx_round_trips(request->tx);
    request->tx = NULL;
    if (need == REQUEST_REPLAY)
        return 0;
    str_clear(&request->out);
    state->failure = failure;
    return result;
}

static int run_keyed(struct request *request)
{
    if (!request->key)
        return run_command(request);
    request->state->hash = key_hash(request);
    if (!key_enter(request->session->employee_id, request->key))
        return request_fail(request, ERR_BUSY, "key", N_("A request with this key is under way"), NULL);
    int result = look_for_answer(request, run_command(request));
    key_leave(request->session->employee_id, request->key);
    return result;
}

/* ------------------------------------------------------------------------------------------------- batches */

static json_t *item_args(const struct request *request, json_t *item, const char *key)
{
    json_t *args = json_copy(request->args);
    json_object_del(args, "items");
    json_object_update(args, item);
    json_object_set_new(args, "key", json_string(key));
    return args;
}

static int check_item(struct request *request, json_t *item)
{
    const char *name;
    json_t *value;
    if (!json_is_object(item))
        return request_fail(request, ERR_INVALID, "items", N_("An item is an object of id and version"),
                            NULL);
    json_object_foreach(item, name, value)
    {
        if (strcmp(name, "id") != 0 && strcmp(name, "version") != 0)
            return request_fail(request, ERR_INVALID, "items", N_("An item is an object of id and version"),
                                NULL);
    }
    return 0;
}

/* Each item in its own transaction under its own key; writes {"id":…,"ok":{…}} or {"id":…,"err":{…}}. */
static void run_item(struct request *request, json_t *item, struct str *results)
{
    struct request_state *state = request->state;
    json_t *all = request->args;
    const char *key = request->key;
    int64_t id = NIL;
    json_get_int(item, "id", &id);
    request_reset(request);
    int result = check_item(request, item);
    if (!result) {
        char *item_key = arena_printf(request->arena, "%s:%" PRId64, key, id);
        request->args = item_args(request, item, key);
        result = arguments_check(request);
        request->key = item_key;
        if (!result)
            result = run_keyed(request);
    }
    str_addf(results, "%s{\"id\":%" PRId64 ",", results->len > 1 ? "," : "", id == NIL ? 0 : id);
    str_add(results, result ? "\"err\":" : "\"ok\":");
    if (result)
        fail_write_request(results, request);
    else
        str_add(results, request->out.data);
    str_add_char(results, '}');
    if (!result && state->events) {
        struct parcel *parcel = parcel_create(PARCEL_EVENTS, NULL);
        parcel->events = state->events;
        state->events = NULL;
        post_send(parcel);
    }
    request->args = all;
    request->key = key;
}

static int run_batch(struct request *request, json_t *items)
{
    size_t n = json_array_size(items);
    if (!json_is_array(items) || request_has(request, "id") || request_has(request, "version"))
        return request_fail(request, ERR_INVALID, "items", N_("Either items, or id and version"), NULL);
    int failed = arguments_check_key(request);
    if (failed)
        return failed;
    if (n == 0 || n > BATCH_MAX)
        return request_fail(request, ERR_INVALID, "items", N_("Between 1 and {max} items"), "max", "100",
                            NULL);
    struct str results;
    str_init(&results, request->arena);
    str_add_char(&results, '[');
    for (size_t i = 0; i < n && !request_cancelled(request); i++)
        run_item(request, json_array_get(items, i), &results);
    request_reset(request);
    str_addf(&request->out, "{\"items\":%s]}", results.data);
    return 0;
}

/* ------------------------------------------------------------------------------------------------- the gate */

static int check_session(struct request *request)
{
    const struct session *session = request->session;
    if (!session)
        return 0;
    if (session->must_change_password && !login_allows_old_password(request->verb))
        return request_fail(request, ERR_FORBIDDEN, NULL, N_("Change the password first"), NULL);
    return 0;
}

static int check_permission(struct request *request)
{
    const struct verb *verb = request->verb;
    request->grant = session_grant(request->session, verb->permission);
    if (session_may(request->session, verb))
        return 0;
    log_info("refused: employee %" PRId64 " may not %s", request->session ? request->session->employee_id : 0,
             verb->name);
    return request_fail(request, ERR_FORBIDDEN, NULL, N_("This is not for you"), NULL);
}

static int read_args(struct request *request)
{
    struct task *task = request->state->task;
    struct json_fault fault;
    request->args = json_read(task->json, task->json_len, &fault);
    if (request->args && json_is_object(request->args))
        return 0;
    request->state->answer->effect = EFFECT_VIOLATION;
    return request_fail(request, ERR_BAD_REQUEST, NULL,
                        request->args ? N_("The arguments are no object") : json_fault_text(fault.kind),
                        NULL);
}

static int pass(struct request *request)
{
    int result = check_session(request);
    if (!result)
        result = check_permission(request);
    if (!result)
        result = read_args(request);
    if (result)
        return result;
    json_t *items = request->verb->flags & VERB_BATCH ? json_object_get(request->args, "items") : NULL;
    if (items)
        return run_batch(request, items);
    result = arguments_check(request);
    return result ? result : run_keyed(request);
}

static struct parcel *answer(struct request *request, int result)
{
    struct request_state *state = request->state;
    struct parcel *parcel = state->answer;
    struct str json cleanup(cleanup_str);
    str_init(&json, NULL);
    if (result)
        fail_write_request(&json, request);
    struct str line;
    str_init(&line, NULL);
    if (*state->task->tag) /* the loop's own tasks have none, and nobody waits for their answer */
        message_add_reply(&line, state->task->tag, result ? MESSAGE_ERR : MESSAGE_OK,
                          result ? json.data : request->out.data);
    if (!result) {
        parcel->events = state->events;
        state->events = NULL;
    } else if (parcel->effect == EFFECT_SESSION || parcel->effect == EFFECT_WATCH) {
        parcel->effect = EFFECT_NONE;
    }
    event_list_destroy(state->events);
    parcel->len = line.len;
    parcel->bytes = str_steal(&line);
    parcel->last = true;
    atomic_fetch_add(&state->task->outlet->unsent, parcel->len);
    log_debug("%s: %s, %d round trips, %" PRId64 " ms", request->verb->name,
              result ? error_code_name((enum error_code)result) : "ok", state->round_trips,
              time_monotonic_ms() - state->task->arrived_ms);
    return parcel;
}

static struct parcel *give_up(struct task *task)
{
    struct parcel *parcel = parcel_create(PARCEL_REPLY, task);
    parcel->last = true;
    return parcel;
}

static struct parcel *ask_again(struct request *request)
{
    struct parcel *parcel = request->state->answer;
    parcel->effect = EFFECT_LATER;
    parcel->delay_ms = request->state->later_ms;
    return parcel;
}

struct parcel *gate_run(struct task *task, struct connection *connection, struct arena *arena)
{
    bool wanted = task->verb->flags & VERB_CHANGES && !(task->verb->flags & VERB_OPEN);
    if (atomic_load(&task->outlet->gone) && !wanted)
        return give_up(task);
    bool known = !connection || memory_refresh(connection, arena) || task->verb->flags & VERB_OPEN;
    arena_reset(arena);
    json_use_arena(arena);
    struct request_state state = {
        .task = task, .connection = connection, .answer = parcel_create(PARCEL_REPLY, task)};
    struct request request = {.arena = arena,
                              .verb = task->verb,
                              .tag = task->tag,
                              .session = task->session,
                              .address = task->address,
                              .now = clock_now(),
                              .deadline_ms = task->deadline_ms,
                              .state = &state};
    state.terminal = task->certificate;
    str_init(&request.out, arena);
    request_reset(&request);
    int result = 0;
    if (atomic_load(&task->cancelled))
        result = request_fail(&request, ERR_UNAVAILABLE, NULL, N_("Cancelled; nothing was done"), NULL);
    else if (!known)
        result =
            request_fail(&request, ERR_UNAVAILABLE, NULL, N_("The database is away; nothing was done"), NULL);
    else
        result = pass(&request);
    struct parcel *last = result == REQUEST_LATER ? ask_again(&request) : answer(&request, result);
    json_use_arena(NULL);
    return last;
}
