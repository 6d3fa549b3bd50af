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

/* One row for the command. disabled: the member disabled_at that disable and enable change, as JSON; NULL: not touched. */
void trail_add(struct command *command, const char *disabled)
{
    struct act *act = &command->act;
    const struct entity *entity = act->entity;
    bool undeclared = entity_is_scoped(entity) && entity_field_index(entity, "branch_id") < 0;
    bool moved = act->kind != ACT_CREATE && command->old_branch_id != act->branch_id;
    struct str was, now;
    str_init(&was, act->request->arena);
    str_init(&now, act->request->arena);
    if (act->kind == ACT_DELETE) {
        record_write_json(entity, act->was, NULL, &was);
    } else {
        if (act->was)
            record_write_json(entity, act->was, act->set, &was);
        record_write_json(entity, act->now, act->set, &now);
    }
    if (undeclared && (moved || act->kind == ACT_CREATE) && now.len) {
        str_truncate(&now, now.len - 1);
        add_branch(&now, act->branch_id);
        str_add_char(&now, '}');
    }
    if (undeclared && moved && was.len) {
        str_truncate(&was, was.len - 1);
        add_branch(&was, command->old_branch_id);
        str_add_char(&was, '}');
    }
    if (disabled) {
        str_clear(&now);
        str_addf(&now, "{\"disabled_at\":%s}", disabled);
        str_clear(&was);
        str_add(&was, act->kind == ACT_DISABLE ? "{\"disabled_at\":null}" : "{}");
    }
    struct change change = {
        .entity = entity->name,
        .id = act->id,
        .action = command->as,
        .version = command->meta.version + 1,
        .branch_id = entity_is_scoped(entity) ? act->branch_id : NIL,
        .old_branch_id = moved ? command->old_branch_id : NIL,
        .own_id = entity_owner(entity, act->id, act->now),
        .old_own_id = old_owner(act),
        .reason = act->reason,
        .was = was.len ? was.data : NULL,
        .now = now.len ? now.data : NULL,
    };
    change_add(act->request, &change);
}
