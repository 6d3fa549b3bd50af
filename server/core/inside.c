#include "server/core/inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "server/core/clock.h"
#include "server/core/fail.h"
#include "server/core/memory.h"
#include "server/core/request-private.h"
#include "server/core/session-private.h"
#include "server/db/connection.h"
#include "wire/json.h"

enum { PATIENCE_MS = 10 * 1000, RUNS_MAX = 4 };

struct inside {
    struct connection *connection;
    struct arena *arena;
    struct request_state state; /* of a task whose answer nobody waits for */
    struct request request;
    struct session session;
    struct session_private private_;
    struct grant grant; /* own rows only */
};

static const struct sql set_party = {"inside_party", "SELECT set_config('app.party', $1, true)"};

struct inside *inside_create(const char *conninfo, const char *name)
{
    struct inside *inside = memory_zeroed(1, sizeof(*inside));
    inside->connection = connection_create(conninfo, name);
    inside->arena = arena_create(0);
    inside->grant = (struct grant){.own = true, .scope = "{}"};
    inside->state.task = task_create(NULL, "", "", 0);
    inside->state.connection = inside->connection;
    inside->request.state = &inside->state;
    inside->session.private_ = &inside->private_;
    return inside;
}

void inside_destroy(struct inside *inside)
{
    if (!inside)
        return;
    event_list_destroy(inside->state.events);
    connection_destroy(inside->connection);
    arena_destroy(inside->arena);
    task_destroy(inside->state.task);
    free(inside);
}

struct request *inside_request(struct inside *inside, const char *verb, const struct inside_who *who)
{
    struct request *request = &inside->request;
    struct session *session = &inside->session;
    if (!memory_refresh(inside->connection, inside->arena))
        return NULL;
    arena_reset(inside->arena);
    session->party_id = who->party_id;
    session->name = who->name;
    session->time_zone = who->time_zone;
    session->terminal = who->source;
    session->id = NIL;
    session->employee_id = NIL;
    session->branch_id = NIL;
    request->arena = inside->arena;
    request->verb = verb_find(verb);
    request->session = session;
    request->grant = &inside->grant;
    request->now = clock_now();
    str_init(&request->out, inside->arena);
    request_reset(request);
    return request;
}

static int run_once(struct inside *inside)
{
    struct request *request = &inside->request;
    request_reset(request);
    request->deadline_ms = time_monotonic_ms() + PATIENCE_MS;
    request->tx = tx_begin(inside->connection, inside->arena, request->deadline_ms);
    tx_set_scope(request->tx, "{}", "{}", 0);
    tx_read(request->tx, &set_party,
            p_text(arena_printf(inside->arena, "%" PRId64, inside->session.party_id)));
    int result = request->verb->run(request);
    if (result == 0 && tx_commit(request->tx) != TX_OK)
        result = request_tx_failed(request);
    else if (result != 0)
        tx_rollback(request->tx);
    request->tx = NULL;
    return result < 0 ? fail_internal(request, strerror(-result)) : result;
}

int inside_run(struct inside *inside)
{
    struct arena *before = json_use_arena(inside->arena);
    int result = run_once(inside);
    for (int runs = 1; result && runs < RUNS_MAX; runs++) {
        enum rerun rerun = inside->state.rerun;
        if (rerun != RERUN_CLASH && rerun != RERUN_CONNECTION && result != ERR_BUSY)
            break;
        result = run_once(inside);
    }
    json_use_arena(before);
    return result;
}

struct rows *inside_read(struct inside *inside, int64_t party_id, const struct sql *sql,
                         const struct param *params, size_t count)
{
    arena_reset(inside->arena);
    struct tx *tx = tx_begin(inside->connection, inside->arena, time_monotonic_ms() + PATIENCE_MS);
    tx_set_scope(tx, "{}", "{}", 0);
    if (party_id > 0)
        tx_read(tx, &set_party, p_text(arena_printf(inside->arena, "%" PRId64, party_id)));
    struct rows *rows = tx_read_params(tx, sql, params, count);
    return tx_commit(tx) == TX_OK ? rows : NULL;
}

const char *inside_refusal(struct inside *inside)
{
    const struct failure *failure = &inside->state.failure;
    struct str words;
    str_init(&words, inside->arena);
    if (failure->field)
        str_addf(&words, "%s: ", failure->field);
    fail_fill(&words, failure->msgid ? failure->msgid : "", failure->names, failure->values, failure->nargs);
    return words.data;
}
