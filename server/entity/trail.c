/* The row of the trail that a change leaves: what was, what is, whose it is. */
#include "server/entity/entity-private.h"

#include <stdio.h>
#include <string.h>

static void add_member(struct str *out, const char *name)
{
    if (out->data[out->len - 1] != '{')
        str_add_char(out, ',');
    str_add_json(out, name);
    str_add_char(out, ':');
}

static void add_field(const struct field *field, const void *record, struct str *out)
{
    add_member(out, field->name);
    if (field->storage == STORE_LINES) {
        struct line_set lines;
        memcpy(&lines, (const char *)record + field->offset, sizeof(lines));
        lines_write_json(field->lines, lines, out);
        return;
    }
    struct value value = record_get(field, record);
    if (field->secret && !value.null)
        str_add(out, "\"***\"");
    else
        value_write(out, &value);
}

void record_write_json(const struct entity *entity, const void *record, const uint64_t *set, struct str *out)
{
    str_add_char(out, '{');
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (field->virtual_ || (set && !bit_is_set(set, i)))
            continue;
        if (!set && field->storage != STORE_LINES && record_get(field, record).null)
            continue;
        add_field(field, record, out);
    }
    str_add_char(out, '}');
}

/* The record as it stands, for a conflict: what get would show, without labels. */
void current_write_json(struct command *command, struct str *out)
{
    const struct entity *entity = command->act.entity;
    str_addf(out, "{\"id\":%lld,\"version\":%lld", (long long)command->act.id,
             (long long)command->meta.version);
    if (entity_is_scoped(entity) && entity_field_index(entity, "branch_id") < 0) {
        str_add(out, ",\"branch_id\":");
        if (command->meta.branch_id == NIL)
            str_add(out, "null");
        else
            str_addf(out, "%lld", (long long)command->meta.branch_id);
    }
    for (size_t i = 0; i < entity->nfields; i++) {
        if (entity->fields[i].virtual_ || entity->fields[i].secret || entity->fields[i].no_column ||
            !strcmp(entity->fields[i].name, "version"))
            continue;
        add_field(&entity->fields[i], command->act.was, out);
    }
    str_add_char(out, '}');
}

static void add_branch(struct str *out, int64_t branch_id)
{
    add_member(out, "branch_id");
    if (branch_id == NIL)
        str_add(out, "null");
    else
        str_addf(out, "%lld", (long long)branch_id);
}

int64_t entity_owner(const struct entity *entity, int64_t id, const void *record)
{
    const char *column = entity->own_column ? entity->own_column : entity->party_column;
    if (!column || !record)
        return 0;
    if (strcmp(column, "id") == 0)
        return id;
    const struct field *field = entity_field(entity, column);
    if (!field || field->storage != STORE_INT)
        return 0;
    struct value value = record_get(field, record);
    if (value.null)
        return CHANGE_NOBODY;
    return entity->own_column ? value.number : change_party(value.number);
}

/* Whose it was, when that was somebody else. */
static int64_t old_owner(const struct act *act)
{
    int64_t was = entity_owner(act->entity, act->id, act->was);
    bool somebody = was != 0 && was != CHANGE_NOBODY;
    return somebody && was != entity_owner(act->entity, act->id, act->now) ? was : 0;
}

/* A record's branch that is no field of it, beside its fields. */
static void add_undeclared(const struct entity *entity, struct str *record, int64_t branch_id)
{
    bool undeclared = entity_is_scoped(entity) && entity_field_index(entity, "branch_id") < 0;
    if (!undeclared || !record->len)
        return;
    str_truncate(record, record->len - 1);
    add_branch(record, branch_id);
    str_add_char(record, '}');
}

/* What was in the changed columns, and what is; of a row that is gone, all that was. Either may stay empty. */
static void write_difference(const struct command *command, bool moved, struct str *was, struct str *now)
{
    const struct act *act = &command->act;
    bool gone = act->kind == ACT_DELETE;
    if (act->was)
        record_write_json(act->entity, act->was, gone ? NULL : act->set, was);
    if (!gone)
        record_write_json(act->entity, act->now, act->set, now);
    if (moved)
        add_undeclared(act->entity, was, command->old_branch_id);
    if (moved || act->kind == ACT_CREATE)
        add_undeclared(act->entity, now, act->branch_id);
}

/* One row for the command. disabled: the member disabled_at that disable and enable change, as JSON; NULL: not touched. */
void trail_add(struct command *command, const char *disabled)
{
    struct act *act = &command->act;
    bool moved = act->kind != ACT_CREATE && command->old_branch_id != act->branch_id;
    struct str was, now;
    str_init(&was, act->request->arena);
    str_init(&now, act->request->arena);
    if (disabled) {
        str_add(&was, act->kind == ACT_DISABLE ? "{\"disabled_at\":null}" : "{}");
        str_addf(&now, "{\"disabled_at\":%s}", disabled);
    } else {
        write_difference(command, moved, &was, &now);
    }
    struct change change = {
        .entity = act->entity->name,
        .id = act->id,
        .action = command->as,
        .version = command->meta.version + 1,
        .branch_id = entity_is_scoped(act->entity) ? act->branch_id : NIL,
        .old_branch_id = moved ? command->old_branch_id : NIL,
        .own_id = entity_owner(act->entity, act->id, act->now),
        .old_own_id = old_owner(act),
        .reason = act->reason,
        .was = was.len ? was.data : NULL,
        .now = now.len ? now.data : NULL,
    };
    change_add(act->request, &change);
}
