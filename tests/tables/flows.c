#include "tests/tables/tables.h"

#include <string.h>

static const char *column_of(const struct entity *entity, const struct action *action)
{
    return action->state ? action->state : entity->state;
}

static const struct choice *states_of(const struct entity *entity, const char *column)
{
    const struct field *field = column ? entity_field(entity, column) : NULL;
    if (field && field->choices)
        return field->choices;
    return column && entity->state && !strcmp(column, entity->state) ? entity->states : NULL;
}

static bool is_state(const struct choice *states, const char *name, size_t len)
{
    for (; states && states->code; states++) {
        if (strlen(states->code) == len && !strncmp(states->code, name, len))
            return true;
    }
    return false;
}

static bool from_any(const struct action *action)
{
    return !action->from || !strcmp(action->from, "*");
}

static bool from_state(const struct action *action, const char *state)
{
    size_t want = strlen(state);
    if (from_any(action))
        return true;
    for (const char *at = action->from; *at;) {
        size_t len = strcspn(at, " ");
        if (len == want && !strncmp(at, state, len))
            return true;
        at += len + strspn(at + len, " ");
    }
    return false;
}

static const struct action *action_named(const struct entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->nactions; i++)
        if (!strcmp(entity->actions[i].name, name))
            return &entity->actions[i];
    return NULL;
}

static void look_states(const struct entity *entity, const struct action *action)
{
    const char *column = column_of(entity, action);
    const struct choice *states = states_of(entity, column);
    for (const char *at = from_any(action) ? "" : action->from; *at;) {
        size_t len = strcspn(at, " ");
        if (!is_state(states, at, len))
            fault(entity, "from no state:", action->name);
        at += len + strspn(at + len, " ");
    }
    if (action->to && !is_state(states, action->to, strlen(action->to)))
        fault(entity, "to no state:", action->name);
    if (action->undo && !action_named(entity, action->undo))
        fault(entity, "taken back by no action:", action->name);
    if (action->undo && action->bulk && !action_named(entity, action->undo)->bulk)
        fault(entity, "done to many, taken back from one:", action->name);
    if (action->danger && !action->confirm && !action->reason)
        fault(entity, "dangerous, but asks nothing:", action->name);
}

/* Two actions that a record may offer at once must differ in their letter. Of two columns any two states may meet. */
static void look_keys(const struct entity *entity, const struct action *a, const struct action *b)
{
    const char *column = column_of(entity, a);
    const struct choice *states = states_of(entity, column);
    bool same_column = column && column_of(entity, b) && !strcmp(column, column_of(entity, b));
    bool meet = !same_column || from_any(a) || from_any(b);
    if (!a->key || a->key != b->key)
        return;
    for (; !meet && states && states->code; states++)
        meet = from_state(a, states->code) && from_state(b, states->code);
    if (meet)
        fault(entity, "two actions on one key:", b->name);
}

/* A hook may set any state, so only a flow without such steps is known whole. */
static bool by_hook(const struct entity *entity, const char *column)
{
    for (size_t i = 0; i < entity->nactions; i++) {
        const char *own = column_of(entity, &entity->actions[i]);
        if (own && !strcmp(own, column) && !entity->actions[i].to && entity->actions[i].in_tx)
            return true;
    }
    return false;
}

static bool reached(const struct entity *entity, const char *column, const char *state)
{
    const struct field *field = entity_field(entity, column);
    if (field && field->init && !strcmp(field->init, state))
        return true;
    for (size_t i = 0; i < entity->nactions; i++) {
        const struct action *action = &entity->actions[i];
        const char *own = column_of(entity, action);
        if (action->to && own && !strcmp(own, column) && !strcmp(action->to, state))
            return true;
    }
    return false;
}

static void look_reachable(const struct entity *entity)
{
    const struct choice *states = states_of(entity, entity->state);
    bool moves = false;
    for (size_t i = 0; i < entity->nactions; i++)
        moves |= entity->actions[i].to != NULL;
    if (!entity->state || !moves || by_hook(entity, entity->state))
        return;
    for (; states && states->code; states++) {
        if (!reached(entity, entity->state, states->code))
            fault(entity, "no step leads to the state", states->code);
    }
}

void look_flow(const struct entity *entity)
{
    for (size_t i = 0; i < entity->nactions; i++) {
        const struct action *action = &entity->actions[i];
        look_states(entity, action);
        for (size_t j = 0; j < i; j++) {
            if (!strcmp(entity->actions[j].name, action->name))
                fault(entity, "declared twice:", action->name);
            look_keys(entity, &entity->actions[j], action);
        }
    }
    if (entity->state && !states_of(entity, entity->state))
        fault(entity, "has a state but no states", NULL);
    look_reachable(entity);
}
