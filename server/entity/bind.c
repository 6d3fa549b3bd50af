/* Arguments of a command into the struct of its entity: defaults, single fields, what is required of the whole. */
#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <inttypes.h>
#include <string.h>

bool argument_is_reserved(const char *name)
{
    static const char *const reserved[] = {"id", "version", "key", "reason", "items"};
    for (size_t i = 0; i < array_len(reserved); i++) {
        if (!strcmp(reserved[i], name))
            return true;
    }
    return false;
}

/* What was given, short enough for a message. */
static const char *shown(struct arena *arena, const json_t *value)
{
    enum { SHOWN_MAX = 40 };
    if (json_is_string(value))
        return arena_strndup(arena, json_string_value(value), strnlen(json_string_value(value), SHOWN_MAX));
    if (json_is_integer(value))
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return json_is_array(value) ? "[…]" : json_is_object(value) ? "{…}" : "";
}

int bind_fault(struct request *request, const struct field *field, const char *name, enum field_fault fault,
               const json_t *value)
{
    const char *max = arena_printf(request->arena, "%" PRIu32, field_max(field));
    const char *min = arena_printf(request->arena, "%" PRId64, field->min);
    return request_fail(request, ERR_INVALID, name, field_fault_text(fault), "field",
                        field->label ? field->label : field->name, "max", max, "min", min, "value",
                        fault == FIELD_NO_CHOICE ? shown(request->arena, value) : "", NULL);
}

static int unknown_argument(struct request *request, const char *name)
{
    const char *kept = arena_strndup(request->arena, name, strnlen(name, 64));
    return request_fail(request, ERR_INVALID, kept, N_("There is no argument {name}"), "name", kept, NULL);
}

static int not_settable(struct request *request, const struct field *field)
{
    return request_fail(request, ERR_INVALID, field->name, N_("{field} cannot be set"), "field",
                        field->label ? field->label : field->name, NULL);
}

/* The branch of a record whose struct does not hold it. */
static int bind_branch(struct command *command, const json_t *json)
{
    struct request *request = command->act.request;
    const struct field *field = entity_field(command->act.entity, "branch_id");
    struct value value;
    enum field_fault fault = value_read(field, request->arena, json, &value);
    if (fault != FIELD_OK)
        return bind_fault(request, field, "branch_id", fault, json);
    if (value.null && command->act.entity->scope != SCOPE_SHARED)
        return bind_fault(request, field, "branch_id", FIELD_MISSING, json);
    command->act.branch_id = value.number;
    command->branch_given = true;
    return 0;
}

static int bind_one(struct command *command, const char *name, const json_t *json, bool create)
{
    struct act *act = &command->act;
    int index = entity_field_index(act->entity, name);
    if (index < 0) {
        if (!strcmp(name, "branch_id") && entity_is_scoped(act->entity) && !entity_is_branch(act->entity))
            return bind_branch(command, json);
        return unknown_argument(act->request, name);
    }
    const struct field *field = &act->entity->fields[index];
    if (field->readonly || (field->virtual_ && !field->no_column) || (field->create_only && !create))
        return not_settable(act->request, field);
    if (field->storage == STORE_LINES) {
        bit_set(act->set, (size_t)index);
        return lines_bind(command, field, json, create);
    }
    struct value value;
    enum field_fault fault = value_read(field, act->request->arena, json, &value);
    if (fault != FIELD_OK)
        return bind_fault(act->request, field, name, fault, json);
    int rc = check_base(act->request, field, name, &value);
    if (rc)
        return rc;
    if (field->ref && !value.null && field->storage == STORE_INT)
        check_ref(command, field->name, field, value.number);
    record_set(field, act->now, &value);
    bit_set(act->set, (size_t)index);
    return 0;
}

/* What the form shows as default holds for a script, too. */
void bind_defaults(struct command *command)
{
    const struct entity *entity = command->act.entity;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        const char *text;
        if (!field->init || bit_is_set(command->act.set, i) || field->virtual_ ||
            field->storage == STORE_LINES)
            continue;
        if (field_parse_text(field, command->act.request->arena, field->init, &text) != FIELD_OK)
            continue;
        struct value value = value_of_text(field, command->act.request->arena, text);
        record_set(field, command->act.now, &value);
        bit_set(command->act.set, i);
    }
}

static bool is_of_update(const char *name)
{
    return !strcmp(name, "id") || !strcmp(name, "version") || !strcmp(name, "reason");
}

int bind_arguments(struct command *command, bool create)
{
    const char *name;
    json_t *value;
    json_object_foreach(command->act.request->args, name, value)
    {
        if (!strcmp(name, "key") || (!create && is_of_update(name)))
            continue;
        int rc = bind_one(command, name, value, create);
        if (rc)
            return rc;
    }
    if (create)
        bind_defaults(command);
    return 0;
}

static const char *value_now(void *context, const char *name)
{
    struct command *command = context;
    int index = entity_field_index(command->act.entity, name);
    if (index < 0)
        return NULL;
    struct value value = record_get(&command->act.entity->fields[index], command->act.now);
    return value_text(command->act.request->arena, &value);
}

static bool is_empty(struct command *command, const struct field *field)
{
    if (field->storage == STORE_LINES) {
        const struct line_change *lines = lines_of(command, field);
        return lines->given && lines->now.count == 0;
    }
    struct value value = record_get(field, command->act.now);
    return value.storage == STORE_SET ? value.set.count == 0 : value.null;
}

int bind_finish(struct command *command, bool create)
{
    const struct entity *entity = command->act.entity;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        bool wanted =
            field->required || (!create && field->filled); /* what was filled is not emptied again */
        if (!wanted || field->readonly || field->virtual_ || (!create && !bit_is_set(command->act.set, i)))
            continue;
        bool empty = is_empty(command, field) ||
                     (create && field->storage == STORE_LINES && !lines_of(command, field)->given);
        if (empty && strcmp(field->name, "branch_id") != 0 && field_shown(field->show_if, value_now, command))
            return bind_fault(command->act.request, field, field->name, FIELD_MISSING, NULL);
    }
    return 0;
}

static const struct field *find_argument(const struct action *action, const char *name)
{
    for (size_t i = 0; i < action->nargs; i++) {
        if (!strcmp(action->args[i].name, name))
            return &action->args[i];
    }
    return NULL;
}

/* Arguments stay in the request as JSON; what has a stored form of its own (plates, phones, codes) is put there in that form. */
static int bind_argument(struct command *command, const struct field *field, const char *name, json_t *json)
{
    struct request *request = command->act.request;
    struct value value;
    if (field_type_of(field) == FIELD_LINES) {
        struct line_set lines;
        return json_is_null(json) ? 0 : lines_bind_argument(command, field, json, &lines);
    }
    enum field_fault fault = value_read(field, request->arena, json, &value);
    if (fault != FIELD_OK)
        return bind_fault(request, field, name, fault, json);
    int rc = check_base(request, field, name, &value);
    if (rc)
        return rc;
    if (field->ref && !value.null && value.storage == STORE_INT)
        check_ref(command, field->name, field, value.number);
    if (value.storage == STORE_TEXT &&
        (value.null ? !json_is_null(json) : strcmp(value.text, json_string_value(json)) != 0))
        json_object_set_new(request->args, field->name, value.null ? json_null() : json_string(value.text));
    return 0;
}

static const char *argument_now(void *context, const char *name)
{
    struct command *command = context;
    return json_string_value(json_object_get(command->act.request->args, name));
}

int bind_action_arguments(struct command *command, const struct action *action)
{
    struct request *request = command->act.request;
    const char *name;
    json_t *value;
    void *next;
    json_object_foreach_safe(request->args, next, name, value)
    {
        if (argument_is_reserved(name) && !find_argument(action, name))
            continue;
        const struct field *field = find_argument(action, name);
        if (!field)
            return unknown_argument(request, name);
        int rc = bind_argument(command, field, field->name, value);
        if (rc)
            return rc;
    }
    for (size_t i = 0; i < action->nargs; i++) {
        const struct field *field = &action->args[i];
        json_t *given = json_object_get(request->args, field->name);
        if (field->required && (!given || json_is_null(given)) &&
            field_shown(field->show_if, argument_now, command))
            return bind_fault(request, field, field->name, FIELD_MISSING, NULL);
    }
    return 0;
}
