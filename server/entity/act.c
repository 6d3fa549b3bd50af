/* What hooks may say of the record they work on, and the beginning of every generic command. */
#include "server/entity/entity-private.h"

#include "base/arena.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int index_of(const struct act *act, const char *field)
{
    int index = entity_field_index(act->entity, field);
    if (index < 0) {
        log_error("entity %s has no field %s", act->entity->name, field);
        abort();
    }
    return index;
}

void act_mark(struct act *act, const char *field)
{
    bit_set(act->set, (size_t)index_of(act, field));
}

bool act_is_set(const struct act *act, const char *field)
{
    return bit_is_set(act->set, (size_t)index_of(act, field));
}

int64_t act_row_id(const struct act *act)
{
    return act->id;
}

void act_reply(struct act *act, const char *name, const char *json)
{
    struct str *extra = &command_of(act)->extra;
    str_add_char(extra, ',');
    str_add_json(extra, name);
    str_add_char(extra, ':');
    str_add(extra, json);
}

int act_refuse(struct act *act, const char *msgid)
{
    return command_fault_state(command_of(act), msgid);
}

const struct grant *grant_of(const struct session *session, const char *entity, const char *verb)
{
    char permission[128];
    snprintf(permission, sizeof(permission), "%s.%s", entity, verb);
    return session ? session_grant(session, permission) : NULL;
}

const char *session_zone(const struct session *session)
{
    return session && session->time_zone ? session->time_zone : "UTC";
}

struct command *command_create(struct request *request)
{
    const struct entity_verb *verb = entity_verb_of(request);
    struct command *command = arena_new(request->arena, struct command);
    command->verb = verb;
    command->act = (struct act){
        .request = request,
        .entity = verb->entity,
        .action = verb->action,
        .kind = verb->kind,
        .branch_id = NIL,
        .reason = request_text(request, "reason"),
        .now = arena_alloc(request->arena, verb->entity->size),
    };
    command->old_branch_id = NIL;
    record_init(verb->entity->fields, verb->entity->nfields, command->act.now);
    str_init(&command->extra, request->arena);
    lines_init(command);
    return command;
}

static void add_states(struct command *command, struct str *out)
{
    const struct entity *entity = command->act.entity;
    const char *columns[ENTITY_STATES_MAX];
    size_t n = entity_state_columns(entity, columns);
    for (size_t i = 0; i < n; i++) {
        const struct field *field = entity_field(entity, columns[i]);
        struct value value = record_get(field, command->act.now);
        str_add_char(out, ',');
        str_add_json(out, field->name);
        str_add_char(out, ':');
        value_write(out, &value);
    }
}

void command_reply(struct command *command, int64_t version)
{
    struct str *out = &command->act.request->out;
    str_clear(out);
    str_addf(out, "{\"id\":%lld,\"version\":%lld", (long long)command->act.id, (long long)version);
    if (command->act.kind != ACT_DELETE)
        add_states(command, out);
    str_add(out, command->extra.data);
    str_add_char(out, '}');
}

/* The column that the action goes by; NULL: the entity has none. */
static const struct field *state_field(const struct act *act)
{
    const char *column = act->action && act->action->state ? act->action->state : act->entity->state;
    return column ? entity_field(act->entity, column) : NULL;
}

/* In words; a code that is not among the choices stands for itself. */
static const char *state_words(const struct entity *entity, const struct field *field, const char *code)
{
    bool main = entity->state && strcmp(field->name, entity->state) == 0;
    const struct choice *choice = main && entity->states ? entity->states : field->choices;
    while (choice && choice->code && strcmp(choice->code, code) != 0)
        choice++;
    return choice && choice->code && choice->label ? choice->label : code;
}

/* Wrong state: the client learns which, and what is allowed now. */
int command_fault_state(struct command *command, const char *msgid)
{
    struct request *request = command->act.request;
    struct str allowed;
    str_init(&allowed, request->arena);
    const char *refused = strchr(request->verb->name, '.') + 1;
    allowed_write(command->act.entity, request->session, &command->meta, refused, &allowed);
    request_fail_detail(request, "allowed", allowed.data);
    const struct field *field = state_field(&command->act);
    if (!field)
        return request_fail(request, ERR_CONFLICT, NULL, msgid, NULL);
    struct value value = record_get(field, command->act.was);
    const char *code = value.null || !value.text ? "" : value.text;
    return request_fail(request, ERR_CONFLICT, field->name, msgid, "field", field->label, "state",
                        state_words(command->act.entity, field, code), NULL);
}

static void run_after_commit(struct request *request, void *data)
{
    struct act *act = data;
    entity_hook *hook = act->kind == ACT_ACTION ? act->action->after_commit : act->entity->after_commit;
    (void)request;
    (void)hook(act);
}

void command_after_commit(struct command *command)
{
    struct act *act = &command->act;
    entity_hook *hook = act->kind == ACT_ACTION                              ? act->action->after_commit
                        : act->kind == ACT_CREATE || act->kind == ACT_UPDATE ? act->entity->after_commit
                                                                             : NULL;
    if (hook)
        request_after_commit(act->request, run_after_commit, act);
}

/* Columns that a create or update writes: what is set, but for a null where the database has a default of its own. */
bool command_writes(const struct command *command, size_t index)
{
    const struct entity *entity = command->act.entity;
    const struct field *field = &entity->fields[index];
    static const char *const kept[] = {"id",         "version",    "created_at",
                                       "created_by", "updated_at", "disabled_at"};
    if (!bit_is_set(command->act.set, index) || !field_is_stored(field))
        return false;
    for (size_t i = 0; i < array_len(kept); i++) {
        if (!strcmp(field->name, kept[i]) && (i == 0 || entity_has_version(entity)))
            return false;
    }
    if (!strcmp(field->name, "branch_id") && entity_is_branch(entity))
        return false;
    struct value value = record_get(field, command->act.now);
    return !(value.null && field_never_null(entity, field));
}

/* The branch of an undeclared branch_id is written beside the fields. */
static bool writes_branch(const struct command *command)
{
    const struct entity *entity = command->act.entity;
    return entity_is_scoped(entity) && !entity_is_branch(entity) &&
           entity_field_index(entity, "branch_id") < 0;
}

void queue_insert(struct command *command)
{
    const struct entity *entity = command->act.entity;
    struct builder b;
    builder_init(&b, command->act.request->arena);
    str_addf(&b.text, "INSERT INTO \"%s\" (id%s%s", entity->table,
             entity_has_version(entity) ? ", created_by" : "", writes_branch(command) ? ", branch_id" : "");
    for (size_t i = 0; i < entity->nfields; i++) {
        if (command_writes(command, i))
            str_addf(&b.text, ", \"%s\"", field_column(&entity->fields[i]));
    }
    str_add(&b.text, ") VALUES (");
    builder_param(&b, p_int(command->act.id));
    if (entity_has_version(entity)) {
        str_add(&b.text, ", ");
        builder_param(&b, p_int(command->act.request->session->employee_id));
    }
    if (writes_branch(command)) {
        str_add(&b.text, ", ");
        builder_param(&b, p_int(command->act.branch_id));
    }
    for (size_t i = 0; i < entity->nfields; i++) {
        if (!command_writes(command, i))
            continue;
        struct value value = record_get(&entity->fields[i], command->act.now);
        str_add(&b.text, ", ");
        builder_value(&b, &entity->fields[i], &value);
    }
    str_add_char(&b.text, ')');
    builder_write(&b, command->act.request->tx);
}

void queue_update(struct command *command)
{
    const struct entity *entity = command->act.entity;
    struct builder b;
    builder_init(&b, command->act.request->arena);
    str_addf(&b.text, "UPDATE \"%s\" SET version = version + 1, updated_at = now()", entity->table);
    for (size_t i = 0; i < entity->nfields; i++) {
        if (!command_writes(command, i))
            continue;
        struct value value = record_get(&entity->fields[i], command->act.now);
        str_addf(&b.text, ", \"%s\" = ", field_column(&entity->fields[i]));
        builder_value(&b, &entity->fields[i], &value);
    }
    if (writes_branch(command) && command->branch_given) {
        str_add(&b.text, ", branch_id = ");
        builder_param(&b, p_int(command->act.branch_id));
    }
    if (command->act.kind == ACT_DISABLE)
        str_add(&b.text, ", disabled_at = now()");
    if (command->act.kind == ACT_ENABLE)
        str_add(&b.text, ", disabled_at = NULL");
    str_add(&b.text, " WHERE id = ");
    builder_param(&b, p_int(command->act.id));
    str_add(&b.text, " AND version = ");
    builder_param(&b, p_int(command->meta.version));
    str_add(&b.text, " RETURNING 1");
    builder_write_one(&b, command->act.request->tx);
}
