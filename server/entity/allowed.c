#include "server/entity/entity-private.h"

#include <stdio.h>
#include <string.h>

bool action_from(const struct action *action, const char *state)
{
    if (!action->from || !strcmp(action->from, "*"))
        return true;
    if (!state)
        return false;
    size_t len = strlen(state);
    for (const char *at = action->from; *at;) {
        size_t word = strcspn(at, " ");
        if (word == len && !strncmp(at, state, len))
            return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

/* Whether a grant reaches over a record that stands there. */
bool grant_reaches(const struct grant *grant, const struct entity *entity, const struct meta *meta)
{
    if (!grant)
        return false;
    if (grant->all || (grant->own && meta->own))
        return true;
    if (entity->scope == SCOPE_COMPANY)
        return !entity->own_column || grant->count > 0;
    return grant->count > 0 && grant_covers(grant, meta->branch_id);
}

static const char *state_of(const struct entity *entity, const struct action *action, const struct meta *meta)
{
    const char *columns[ENTITY_STATES_MAX];
    size_t n = entity_state_columns(entity, columns);
    const char *wanted = action->state ? action->state : entity->state;
    for (size_t i = 0; wanted && i < n; i++) {
        if (!strcmp(columns[i], wanted))
            return meta->states[i];
    }
    return NULL;
}

static bool permitted(const struct entity *entity, const struct session *session, const struct meta *meta,
                      const char *verb, const char *permission)
{
    char full[128];
    if (!permission) {
        snprintf(full, sizeof(full), "%s.%s", entity->name, verb);
        permission = full;
    }
    return grant_reaches(session_grant(session, permission), entity, meta);
}

static void add_name(struct str *out, const char *name)
{
    if (out->data[out->len - 1] != '[')
        str_add_char(out, ',');
    str_add_json(out, name);
}

/* A generic verb, within the states its row names where there is one. */
static void add_generic(const struct entity *entity, const struct session *session, const struct meta *meta,
                        unsigned bit, const char *name, struct str *out)
{
    const struct action *limits = entity_action(entity, name);
    if (!(entity->verbs & bit) || (limits && !action_from(limits, state_of(entity, limits, meta))))
        return;
    if (permitted(entity, session, meta, name, NULL))
        add_name(out, name);
}

static bool is_generic(const char *name)
{
    return !strcmp(name, "update") || !strcmp(name, "disable") || !strcmp(name, "enable") ||
           !strcmp(name, "delete");
}

static bool is_same(const char *without, const char *name)
{
    return without && !strcmp(without, name);
}

void allowed_write(const struct entity *entity, const struct session *session, const struct meta *meta,
                   const char *without, struct str *out)
{
    str_add_char(out, '[');
    if (!meta->disabled) {
        for (size_t i = 0; i < entity->nactions; i++) {
            const struct action *action = &entity->actions[i];
            if (!is_same(without, action->name) && !is_generic(action->name) &&
                action_from(action, state_of(entity, action, meta)) &&
                permitted(entity, session, meta, action->name, action->permission))
                add_name(out, action->name);
        }
        if (!is_same(without, "update"))
            add_generic(entity, session, meta, VERB_UPDATE, "update", out);
        add_generic(entity, session, meta, VERB_DISABLE, "disable", out);
    } else {
        add_generic(entity, session, meta, VERB_DISABLE, "enable", out);
    }
    add_generic(entity, session, meta, VERB_DELETE, "delete", out);
    str_add_char(out, ']');
}
