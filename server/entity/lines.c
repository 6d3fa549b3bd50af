/* Line tables of a record: taken from the arguments, read with the record, and the two made one. */
#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <string.h>

void lines_init(struct command *command)
{
    const struct entity *entity = command->act.entity;
    for (size_t i = 0; i < entity->nfields; i++) {
        if (entity->fields[i].storage == STORE_LINES)
            command->lines[command->nlines++] = (struct line_change){.field = &entity->fields[i], .index = i};
    }
}

struct line_change *lines_of(struct command *command, const struct field *field)
{
    for (size_t i = 0; i < command->nlines; i++) {
        if (command->lines[i].field == field)
            return &command->lines[i];
    }
    return NULL;
}

static const char *line_field_name(struct arena *arena, const struct field *field, size_t i, const char *name)
{
    return arena_printf(arena, "%s.%zu.%s", field->name, i + 1, name);
}

/* One value of one line. The id is kept beside the struct, and in it where it has the member. */
static int bind_line_value(struct command *command, const struct field *lines, size_t at, const char *name,
                           const json_t *json, void *record, uint64_t set[2], int64_t *id)
{
    struct request *request = command->act.request;
    const struct entity *line = lines->lines;
    const char *full = line_field_name(request->arena, lines, at, name);
    int index = entity_field_index(line, name);
    bool is_id = !strcmp(name, "id");
    const struct field *field = is_id ? entity_field(line, "id") : index >= 0 ? &line->fields[index] : NULL;
    struct value value;
    if (!field || (!is_id && (field->readonly || field->virtual_)) || !strcmp(name, line->parent))
        return request_fail(request, ERR_INVALID, full, N_("There is no argument {name}"), "name", full,
                            NULL);
    enum field_fault fault = value_read(field, request->arena, json, &value);
    if (fault != FIELD_OK)
        return bind_fault(request, field, full, fault, json);
    int rc = check_base(request, field, full, &value);
    if (rc)
        return rc;
    if (field->ref && !value.null && value.storage == STORE_INT)
        check_ref(command, full, field, value.number);
    if (is_id)
        *id = value.null ? 0 : value.number;
    if (index >= 0) {
        record_set(field, record, &value);
        bit_set(set, (size_t)index);
    }
    return 0;
}

static void line_defaults(struct arena *arena, const struct entity *line, void *record, uint64_t set[2])
{
    for (size_t i = 0; i < line->nfields; i++) {
        const struct field *field = &line->fields[i];
        const char *text;
        if (!field->init || bit_is_set(set, i) || field->virtual_ ||
            field_parse_text(field, arena, field->init, &text) != FIELD_OK)
            continue;
        struct value value = value_of_text(field, arena, text);
        record_set(field, record, &value);
        bit_set(set, i);
    }
}

static int bind_line(struct command *command, const struct field *field, size_t at, json_t *json,
                     void *record, uint64_t set[2], int64_t *id)
{
    const char *name;
    json_t *value;
    if (!json_is_object(json))
        return bind_fault(command->act.request, field, field->name, FIELD_BAD, json);
    record_init(field->lines->fields, field->lines->nfields, record);
    json_object_foreach(json, name, value)
    {
        int rc = bind_line_value(command, field, at, name, value, record, set, id);
        if (rc)
            return rc;
    }
    if (!*id)
        line_defaults(command->act.request->arena, field->lines, record, set);
    return 0;
}

/* Required values of a line that is new; a kept one has them already and must not lose them. */
static int check_line(struct command *command, const struct field *field, size_t at, const void *record,
                      const uint64_t set[2], bool is_new)
{
    const struct entity *line = field->lines;
    for (size_t i = 0; i < line->nfields; i++) {
        const struct field *part = &line->fields[i];
        if (!part->required || part->readonly || !strcmp(part->name, line->parent) ||
            (!is_new && !bit_is_set(set, i)))
            continue;
        struct value value = record_get(part, record);
        if (value.null || (value.storage == STORE_SET && !value.set.count))
            return bind_fault(command->act.request, part,
                              line_field_name(command->act.request->arena, field, at, part->name),
                              FIELD_MISSING, NULL);
    }
    return 0;
}

static int bind_all(struct command *command, const struct field *field, const json_t *json,
                    struct line_set *set_r, int64_t **ids_r, uint64_t (**sets_r)[2])
{
    struct arena *arena = command->act.request->arena;
    size_t count = json_array_size(json);
    if (!json_is_array(json) && !json_is_null(json))
        return bind_fault(command->act.request, field, field->name, FIELD_BAD, json);
    if (count > field_max(field))
        return bind_fault(command->act.request, field, field->name, FIELD_TOO_LONG, json);
    *set_r = (struct line_set){arena_alloc(arena, (count + 1) * field->lines->size), count};
    *ids_r = arena_alloc(arena, (count + 1) * sizeof(**ids_r));
    *sets_r = arena_alloc(arena, (count + 1) * sizeof(**sets_r));
    for (size_t i = 0; i < count; i++) {
        void *record = line_at(field->lines, *set_r, i);
        int rc = bind_line(command, field, i, json_array_get(json, i), record, (*sets_r)[i], &(*ids_r)[i]);
        if (!rc)
            rc = check_line(command, field, i, record, (*sets_r)[i], !(*ids_r)[i]);
        if (rc)
            return rc;
    }
    return 0;
}

int lines_bind(struct command *command, const struct field *field, const json_t *json, bool create)
{
    struct line_change *change = lines_of(command, field);
    int rc = bind_all(command, field, json, &change->now, &change->now_ids, &change->now_set);
    if (rc)
        return rc;
    change->given = true;
    for (size_t i = 0; create && i < change->now.count; i++) {
        if (change->now_ids[i])
            return request_fail(command->act.request, ERR_INVALID, field->name,
                                N_("A line of a new record has no id yet"), NULL);
    }
    memcpy((char *)command->act.now + field->offset, &change->now, sizeof(change->now));
    return 0;
}

int lines_bind_argument(struct command *command, const struct field *field, const json_t *json,
                        struct line_set *set_r)
{
    int64_t *ids;
    uint64_t(*sets)[2];
    return bind_all(command, field, json, set_r, &ids, &sets);
}

struct line_set act_arg_lines(struct act *act, const char *name)
{
    struct line_set set = {0};
    const struct action *action = act->action;
    json_t *json = json_object_get(act->request->args, name);
    for (size_t i = 0; action && json && i < action->nargs; i++) {
        if (!strcmp(action->args[i].name, name) &&
            lines_bind_argument(command_of(act), &action->args[i], json, &set))
            set.count = 0; /* cannot be: the same lines were bound before */
    }
    return set;
}

static const char *line_order(const struct entity *line)
{
    return entity_field_index(line, "position") >= 0 ? "t.\"position\", t.id" : "t.id";
}

static bool line_is_read(const struct field *field)
{
    return field_is_readable(field) && !field->virtual_;
}

static void queue_read(struct command *command, struct line_change *change)
{
    const struct entity *line = change->field->lines;
    struct builder b;
    builder_init(&b, command->act.request->arena);
    str_add(&b.text, "SELECT t.id");
    for (size_t i = 0; i < line->nfields; i++) {
        if (!line_is_read(&line->fields[i]))
            continue;
        str_add(&b.text, ", ");
        sql_value(&b.text, &line->fields[i]);
    }
    str_addf(&b.text, " FROM \"%s\" t WHERE t.\"%s\" = ", line->table, line->parent);
    builder_param(&b, p_int(command->act.id));
    str_addf(&b.text, " ORDER BY %s", line_order(line));
    change->read = builder_read(&b, command->act.request->tx);
}

void lines_queue_read(struct command *command)
{
    for (size_t i = 0; i < command->nlines; i++)
        queue_read(command, &command->lines[i]);
}

static void fill_was(struct command *command, struct line_change *change)
{
    const struct entity *line = change->field->lines;
    struct arena *arena = command->act.request->arena;
    size_t count = rows_count(change->read);
    change->was = (struct line_set){arena_alloc(arena, (count + 1) * line->size), count};
    change->was_ids = arena_alloc(arena, (count + 1) * sizeof(*change->was_ids));
    for (size_t row = 0; row < count; row++) {
        void *record = line_at(line, change->was, row);
        int column = 0;
        change->was_ids[row] = rows_int(change->read, row, column++);
        record_init(line->fields, line->nfields, record);
        for (size_t i = 0; i < line->nfields; i++) {
            if (!line_is_read(&line->fields[i]))
                continue;
            struct value value = rows_value(change->read, row, column++, &line->fields[i]);
            record_set(&line->fields[i], record, &value);
        }
    }
}

int lines_find(const struct line_change *change, int64_t id)
{
    for (size_t i = 0; i < change->was.count; i++) {
        if (change->was_ids[i] == id)
            return (int)i;
    }
    return -1;
}

static int find_id_member(const struct entity *line)
{
    int index = entity_field_index(line, "id");
    return index >= 0 && line->fields[index].storage == STORE_INT ? index : -1;
}

static bool any_id(const struct line_change *change)
{
    for (size_t i = 0; i < change->now.count; i++) {
        if (change->now_ids[i])
            return true;
    }
    return false;
}

/* Lines without any id take the places of those there are, in order: what is not named in them goes back to nothing. */
static void match_by_position(struct line_change *change)
{
    const struct entity *line = change->field->lines;
    for (size_t i = 0; i < change->now.count && i < change->was.count; i++) {
        change->now_ids[i] = change->was_ids[i];
        for (size_t f = 0; f < line->nfields; f++) {
            if (field_is_stored(&line->fields[f]) && !line->fields[f].readonly)
                bit_set(change->now_set[i], f);
        }
    }
}

/* Checks the ids sent, and completes the kept lines with what was not sent of them. */
static int merge(struct command *command, struct line_change *change)
{
    const struct entity *line = change->field->lines;
    int member = find_id_member(line);
    if (!any_id(change))
        match_by_position(change);
    for (size_t i = 0; i < change->now.count; i++) {
        void *record = line_at(line, change->now, i);
        if (!change->now_ids[i])
            continue;
        int at = lines_find(change, change->now_ids[i]);
        if (at < 0)
            return request_fail(command->act.request, ERR_INVALID,
                                line_field_name(command->act.request->arena, change->field, i, "id"),
                                N_("There is no such line in this record"), NULL);
        for (size_t j = 0; j < i; j++) {
            if (change->now_ids[j] == change->now_ids[i])
                return request_fail(command->act.request, ERR_INVALID, change->field->name,
                                    N_("A line is named twice"), NULL);
        }
        const void *old = line_at(line, change->was, (size_t)at);
        for (size_t f = 0; f < line->nfields; f++) {
            if (!bit_is_set(change->now_set[i], f))
                record_copy_field(&line->fields[f], record, old);
        }
        if (member >= 0)
            *(int64_t *)(void *)((char *)record + line->fields[member].offset) = change->now_ids[i];
    }
    return 0;
}

int lines_merge(struct command *command)
{
    for (size_t i = 0; i < command->nlines; i++) {
        struct line_change *change = &command->lines[i];
        if (change->read)
            fill_was(command, change);
        if (command->act.was)
            memcpy((char *)(uintptr_t)command->act.was + change->field->offset, &change->was,
                   sizeof(change->was));
        if (!change->given)
            change->now = change->was;
        else if (change->read) {
            int rc = merge(command, change);
            if (rc)
                return rc;
        }
        memcpy((char *)command->act.now + change->field->offset, &change->now, sizeof(change->now));
    }
    return 0;
}

void act_set_lines(struct act *act, const char *name, void *items, size_t count)
{
    struct command *command = command_of(act);
    struct line_change *change = lines_of(command, entity_field(act->entity, name));
    const struct entity *line = change->field->lines;
    struct arena *arena = act->request->arena;
    int member = find_id_member(line);
    change->now = (struct line_set){items, count};
    change->given = change->by_hook = true;
    change->now_ids = arena_alloc(arena, (count + 1) * sizeof(*change->now_ids));
    change->now_set = arena_alloc(arena, (count + 1) * sizeof(*change->now_set));
    for (size_t i = 0; i < count; i++) {
        int64_t id = member < 0 ? 0 : record_get(&line->fields[member], line_at(line, change->now, i)).number;
        change->now_ids[i] = id > 0 && lines_find(change, id) >= 0 ? id : 0;
        for (size_t f = 0; f < line->nfields; f++)
            bit_set(change->now_set[i], f);
    }
    memcpy((char *)act->now + change->field->offset, &change->now, sizeof(change->now));
    act_mark(act, name);
}
