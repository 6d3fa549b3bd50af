#include <string.h>

#include "server/core/change.h"
#include "server/core/own_tx.h"
#include "server/core/request-private.h"
#include "server/db/array.h"

/* RETURNING reads no column, so it needs no right to see the row. */
static const struct sql insert_change = {
    "change_add",
    "INSERT INTO change (who, session_id, terminal, verb, entity, row_id, branch_id, old_branch_id,"
    " version, reason, was, now, own_id, old_own_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    " RETURNING pg_current_xact_id()::text"};

static const char *verb_action(const char *verb)
{
    const char *dot = strchr(verb, '.');
    return dot ? dot + 1 : verb;
}

static void keep_event(struct request *request, const struct change *change, const char *action)
{
    struct request_state *state = request->state;
    if (change->id == NIL) /* about no row: there is nothing to look at again */
        return;
    struct event *event = event_create(change->entity, action);
    event->id = change->id;
    event->version = change->version;
    event->branch_id = change->branch_id;
    event->old_branch_id = change->old_branch_id;
    event->own_id = change->own_id;
    event->old_own_id = change->old_own_id;
    *state->events_end = event;
    state->events_end = &event->next;
}

/* The trail names the verb of the entity, also where another entity's command wrote the row. */
static const char *trail_verb(struct request *request, const struct change *change, const char *action)
{
    size_t len = strlen(change->entity);
    if (!change->action && strncmp(request->verb->name, change->entity, len) == 0 &&
        request->verb->name[len] == '.')
        return request->verb->name;
    return arena_printf(request->arena, "%s.%s", change->entity, action);
}

void change_add(struct request *request, const struct change *change)
{
    const struct session *session = request->session;
    const char *action = change->action ? change->action : verb_action(request->verb->name);
    struct rows *rows = tx_read(
        request->tx, &insert_change, p_int(session ? session->employee_id : NIL),
        p_int(session ? session->id : NIL), p_text(session ? session->terminal : NULL),
        p_text(trail_verb(request, change, action)), p_text(change->entity), p_int(change->id),
        p_int(change->branch_id), p_int(change->old_branch_id), p_int(change->version),
        p_text(change->reason), p_text(change->was), p_text(change->now),
        p_int(change->own_id ? change->own_id : NIL), p_int(change->old_own_id ? change->old_own_id : NIL));
    if (!request->state->own_tx)
        request->state->own_tx = rows;
    keep_event(request, change, action);
}

static const struct sql insert_changes = {
    "change_add_many",
    "WITH added AS (INSERT INTO change (who, session_id, terminal, verb, entity, row_id, branch_id, "
    "old_branch_id,"
    " version, reason, was, now, own_id, old_own_id)"
    " SELECT $1::bigint, $2::bigint, $3::text, $4::text, $5::text, u.id, u.branch, u.old_branch, u.version, "
    "u.reason,"
    " u.was::jsonb, u.now::jsonb, u.own, u.old_own"
    " FROM unnest($6::bigint[], $7::int[], $8::int[], $9::int[], $10::text[], $11::text[], $12::text[],"
    " $13::bigint[], $14::bigint[]) u (id, branch, old_branch, version, reason, was, now, own, old_own)"
    " RETURNING 1) SELECT pg_current_xact_id()::text, count(*) FROM added"};

enum {
    ROW_ID,
    ROW_BRANCH,
    ROW_OLD_BRANCH,
    ROW_VERSION,
    ROW_REASON,
    ROW_WAS,
    ROW_NOW,
    ROW_OWN,
    ROW_OLD_OWN,
    ROW_COLUMNS
};

static void add_change(struct array_text columns[ROW_COLUMNS], const struct change *change)
{
    array_add_int(&columns[ROW_ID], change->id);
    array_add_int(&columns[ROW_BRANCH], change->branch_id);
    array_add_int(&columns[ROW_OLD_BRANCH], change->old_branch_id);
    array_add_int(&columns[ROW_VERSION], change->version);
    array_add_text(&columns[ROW_REASON], change->reason);
    array_add_text(&columns[ROW_WAS], change->was);
    array_add_text(&columns[ROW_NOW], change->now);
    array_add_int(&columns[ROW_OWN], change->own_id ? change->own_id : NIL);
    array_add_int(&columns[ROW_OLD_OWN], change->old_own_id ? change->old_own_id : NIL);
}

void change_add_many(struct request *request, const struct change changes[], size_t count)
{
    const struct session *session = request->session;
    struct array_text columns[ROW_COLUMNS];
    struct param params[5 + ROW_COLUMNS];
    if (!count)
        return;
    const char *action = changes[0].action ? changes[0].action : verb_action(request->verb->name);
    for (size_t i = 0; i < ROW_COLUMNS; i++)
        array_begin(&columns[i], request->arena);
    for (size_t i = 0; i < count; i++) {
        add_change(columns, &changes[i]);
        keep_event(request, &changes[i], action);
    }
    params[0] = p_int(session->employee_id);
    params[1] = p_int(session->id);
    params[2] = p_text(session->terminal);
    params[3] = p_text(trail_verb(request, &changes[0], action));
    params[4] = p_text(changes[0].entity);
    for (size_t i = 0; i < ROW_COLUMNS; i++)
        params[5 + i] = array_end(&columns[i]);
    struct rows *rows = tx_read_params(request->tx, &insert_changes, params, 5 + ROW_COLUMNS);
    if (!request->state->own_tx)
        request->state->own_tx = rows;
}
