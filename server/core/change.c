#include <string.h>

#include "server/core/change.h"
#include "server/core/own_tx.h"
#include "server/core/request-private.h"

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
