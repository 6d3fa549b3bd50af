/* Which steps are possible now, by state, grant and permission: `allowed` in refusals, `can` in answers. */
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

/* Where the conditions of an action begin among those of its entity. */
static size_t first_condition(const struct entity *entity, const struct action *action)
{
    size_t first = 0;
    for (const struct action *before = entity->actions; before < action; before++)
        first += before->nconditions;
    return first;
}

const struct condition *action_unmet(const struct entity *entity, const struct session *session,
                                     const struct meta *meta, const struct action *action)
{
    size_t first = first_condition(entity, action);
    for (size_t i = 0; i < action->nconditions; i++) {
        const struct condition *condition = &action->conditions[i];
        bool holds = meta->holds >> (first + i) & 1;
        if (!holds &&
            (!condition->unless || !permitted(entity, session, meta, action->name, condition->unless)))
            return condition;
    }
    return NULL;
}

/* In its state, permitted, and not kept from it by what else there is. */
static bool is_possible(const struct entity *entity, const struct session *session, const struct meta *meta,
                        const struct action *action)
{
    return action_from(action, state_of(entity, action, meta)) &&
           permitted(entity, session, meta, action->name, action->permission);
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
    if (!(entity->verbs & bit) || (limits && (!action_from(limits, state_of(entity, limits, meta)) ||
                                              action_unmet(entity, session, meta, limits))))
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
                is_possible(entity, session, meta, action) && !action_unmet(entity, session, meta, action))
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

void cannot_write(const struct entity *entity, const struct session *session, const struct meta *meta,
                  struct str *out)
{
    bool any = false;
    for (size_t i = 0; i < entity->nactions && !meta->disabled; i++) {
        const struct action *action = &entity->actions[i];
        const struct condition *unmet = action_unmet(entity, session, meta, action);
        if (!unmet || !is_possible(entity, session, meta, action))
            continue;
        str_add(out, any ? "," : ",\"cannot\":{");
        str_add_json(out, action->name);
        str_add_char(out, ':');
        str_add_json(out, unmet->why);
        any = true;
    }
    str_add(out, any ? "}" : "");
}

/* ---- of many rows at once */

/* `unless` is held over the row's branch; a grant over all of them leaves no condition. */
static void add_unless(struct builder *b, const struct grant *grant)
{
    if (!grant || grant->count == 0)
        return;
    str_add(&b->text, " OR t.branch_id = ANY (");
    builder_param(b, p_text(grant->scope));
    str_add(&b->text, "::int[])");
}

static const struct grant *unless_of(const struct session *session, const struct condition *condition)
{
    return condition->unless ? session_grant(session, condition->unless) : NULL;
}

static bool matters(const struct session *session, const struct condition *condition)
{
    const struct grant *grant = unless_of(session, condition);
    return !grant || !grant->all;
}

/* NULL where the action is not kept from its state. */
static void add_why(struct builder *b, const struct entity *entity, const struct session *session,
                    const struct action *action)
{
    const char *column = action->state ? action->state : entity->state;
    bool any_state = !action->from || !strcmp(action->from, "*");
    str_add(&b->text, "CASE");
    for (size_t i = 0; i < action->nconditions; i++) {
        const struct condition *condition = &action->conditions[i];
        if (!matters(session, condition))
            continue;
        str_add(&b->text, " WHEN ");
        if (!any_state)
            str_addf(&b->text, "t.\"%s\" = ANY (string_to_array('%s', ' ')) AND ", column, action->from);
        str_addf(&b->text, "NOT coalesce(%s", condition->holds);
        add_unless(b, unless_of(session, condition));
        str_add(&b->text, ", false) THEN ");
        builder_param(b, p_text(condition->why));
        str_add(&b->text, "::text");
    }
    str_add(&b->text, " END");
}

static bool any_matters(const struct entity *entity, const struct session *session,
                        const struct action *action)
{
    char full[128];
    snprintf(full, sizeof(full), "%s.%s", entity->name, action->name);
    bool any = false;
    for (size_t i = 0; i < action->nconditions; i++)
        any |= matters(session, &action->conditions[i]);
    return any && session_grant(session, action->permission ? action->permission : full);
}

bool cannot_add(struct builder *b, const struct entity *entity, const struct session *session)
{
    bool any = false;
    for (size_t i = 0; i < entity->nactions; i++) {
        const struct action *action = &entity->actions[i];
        if (!any_matters(entity, session, action))
            continue;
        str_addf(&b->text, "%s'%s', ", any ? ", " : "json_strip_nulls(json_build_object(", action->name);
        add_why(b, entity, session, action);
        any = true;
    }
    str_add(&b->text, any ? "))" : "");
    return any;
}
