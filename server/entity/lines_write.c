/* Line tables as they are written: inserts, updates and deletes of what differs; and as the trail has them. */
#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <string.h>

static bool line_is_written(const struct entity *line, const struct field *field)
{
    return field_is_stored(field) && strcmp(field->name, "id") != 0 &&
           strcmp(field_column(field), line->parent) != 0;
}

/* A null of a column that never is null stands for the database's own default. */
static bool written_here(const struct entity *line, const struct field *field, const struct value *value,
                         bool set)
{
    return set && line_is_written(line, field) && !(value->null && field_never_null(line, field));
}

static void set_position(const struct entity *line, void *record, uint64_t set[2], size_t i)
{
    int index = entity_field_index(line, "position");
    if (index < 0)
        return;
    struct value value = {.storage = STORE_INT, .number = (int64_t)i + 1};
    record_set(&line->fields[index], record, &value);
    bit_set(set, (size_t)index);
}

static void queue_insert_line(struct command *command, const struct line_change *change, size_t at)
{
    const struct entity *line = change->field->lines;
    const void *record = line_at(line, change->now, at);
    struct builder b;
    builder_init(&b, command->act.request->arena);
    str_addf(&b.text, "INSERT INTO \"%s\" (\"%s\"", line->table, line->parent);
    for (size_t i = 0; i < line->nfields; i++) {
        struct value value = record_get(&line->fields[i], record);
        if (written_here(line, &line->fields[i], &value, bit_is_set(change->now_set[at], i)))
            str_addf(&b.text, ", \"%s\"", field_column(&line->fields[i]));
    }
    if (line->scope == SCOPE_BRANCH && entity_field_index(line, "branch_id") < 0)
        str_add(&b.text, ", branch_id");
    str_add(&b.text, ") VALUES (");
    builder_param(&b, p_int(command->act.id));
    for (size_t i = 0; i < line->nfields; i++) {
        struct value value = record_get(&line->fields[i], record);
        if (!written_here(line, &line->fields[i], &value, bit_is_set(change->now_set[at], i)))
            continue;
        str_add(&b.text, ", ");
        builder_value(&b, &line->fields[i], &value);
    }
    if (line->scope == SCOPE_BRANCH && entity_field_index(line, "branch_id") < 0) {
        str_add(&b.text, ", ");
        builder_param(&b, p_int(command->act.branch_id));
    }
    str_add_char(&b.text, ')');
    builder_write(&b, command->act.request->tx);
}

static void queue_update_line(struct command *command, const struct line_change *change, size_t at)
{
    const struct entity *line = change->field->lines;
    const void *record = line_at(line, change->now, at);
    const void *old = line_at(line, change->was, (size_t)lines_find(change, change->now_ids[at]));
    bool any = false;
    struct builder b;
    builder_init(&b, command->act.request->arena);
    str_addf(&b.text, "UPDATE \"%s\" SET ", line->table);
    for (size_t i = 0; i < line->nfields; i++) {
        struct value value = record_get(&line->fields[i], record), was = record_get(&line->fields[i], old);
        if (!written_here(line, &line->fields[i], &value, bit_is_set(change->now_set[at], i)) ||
            (value_equal(&value, &was) && !line->fields[i].secret))
            continue;
        str_addf(&b.text, "%s\"%s\" = ", any ? ", " : "", field_column(&line->fields[i]));
        builder_value(&b, &line->fields[i], &value);
        any = true;
    }
    if (!any)
        return;
    str_add(&b.text, " WHERE id = ");
    builder_param(&b, p_int(change->now_ids[at]));
    str_addf(&b.text, " AND \"%s\" = ", line->parent);
    builder_param(&b, p_int(command->act.id));
    str_add(&b.text, " RETURNING 1");
    builder_write_one(&b, command->act.request->tx);
}

static bool is_kept(const struct line_change *change, int64_t id)
{
    for (size_t i = 0; i < change->now.count; i++) {
        if (change->now_ids[i] == id)
            return true;
    }
    return false;
}

/* Lines that are gone go first: what was theirs alone may be another line's now. */
static void queue_delete_lines(struct command *command, const struct line_change *change)
{
    const struct entity *line = change->field->lines;
    for (size_t i = 0; i < change->was.count; i++) {
        if (is_kept(change, change->was_ids[i]))
            continue;
        struct builder b;
        builder_init(&b, command->act.request->arena);
        str_addf(&b.text, "DELETE FROM \"%s\" WHERE id = ", line->table);
        builder_param(&b, p_int(change->was_ids[i]));
        str_addf(&b.text, " AND \"%s\" = ", line->parent);
        builder_param(&b, p_int(command->act.id));
        str_add(&b.text, " RETURNING 1");
        builder_write_one(&b, command->act.request->tx);
    }
}

void lines_queue_writes(struct command *command)
{
    for (size_t i = 0; i < command->nlines; i++) {
        struct line_change *change = &command->lines[i];
        const struct entity *line = change->field->lines;
        if (!change->given)
            continue;
        queue_delete_lines(command, change);
        for (size_t at = 0; at < change->now.count; at++) {
            set_position(line, line_at(line, change->now, at), change->now_set[at], at);
            if (change->now_ids[at])
                queue_update_line(command, change, at);
            else
                queue_insert_line(command, change, at);
        }
    }
}

void lines_write_json(const struct entity *line, struct line_set set, struct str *out)
{
    str_add_char(out, '[');
    for (size_t i = 0; i < set.count; i++) {
        if (i)
            str_add_char(out, ',');
        record_write_json(line, line_at(line, set, i), NULL, out);
    }
    str_add_char(out, ']');
}
