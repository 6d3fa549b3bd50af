/* E.update, disable, enable, delete and the steps of a flow: one way for all that change a record that is there. */
#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <string.h>

static bool field_is_loaded(const struct field *field)
{
    return field_is_readable(field) && field_is_stored(field);
}

/* The record, locked, within the grant: decisions are made on what this gives. */
static void queue_record(struct command *command)
{
    struct act *act = &command->act;
    const struct entity *entity = act->entity;
    const struct session *session = act->request->session;
    struct builder b;
    builder_init(&b, act->request->arena);
    str_add(&b.text, "SELECT ");
    sql_meta(&b, entity, session);
    str_add(&b.text, "t.id");
    for (size_t i = 0; i < entity->nfields; i++) {
        if (!field_is_loaded(&entity->fields[i]))
            continue;
        str_add(&b.text, ", ");
        sql_value(&b.text, &entity->fields[i]);
    }
    str_addf(&b.text, " FROM \"%s\" t WHERE t.id = ", entity->table);
    builder_param(&b, p_int(act->id));
    sql_scope(&b, entity, act->request->grant, session);
    str_add(&b.text, act->kind == ACT_DELETE ? " FOR UPDATE OF t" : " FOR NO KEY UPDATE OF t");
    command->row = builder_read(&b, act->request->tx);
}

static const char *state_value(struct command *command, const char *column)
{
    return column ? record_get(entity_field(command->act.entity, column), command->act.was).text : NULL;
}

static void fill_record(struct command *command)
{
    struct act *act = &command->act;
    const struct entity *entity = act->entity;
    void *was = arena_alloc(act->request->arena, entity->size);
    int column = meta_read(entity, command->row, 0, &command->meta) + 1;
    record_init(entity->fields, entity->nfields, was);
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (!field_is_loaded(field))
            continue;
        struct value value = rows_value(command->row, 0, column++, field);
        record_set(field, was, &value);
    }
    act->was = was;
    act->version = command->meta.version;
    act->state = state_value(command, entity->state);
    command->old_branch_id = command->meta.branch_id;
    if (!command->branch_given)
        act->branch_id = command->meta.branch_id;
}

/* What was not given stays as it is. */
static void complete_record(struct command *command)
{
    const struct entity *entity = command->act.entity;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (field->storage != STORE_LINES && !bit_is_set(command->act.set, i))
            record_copy_field(field, command->act.now, command->act.was);
    }
}

static int stale(struct command *command)
{
    struct request *request = command->act.request;
    const struct entity *entity = command->act.entity;
    struct str current;
    /* Not who may take this step alone: he may not see the whole record. */
    if (grant_reaches(grant_of(request->session, entity->name, "get"), entity, &command->meta)) {
        str_init(&current, request->arena);
        current_write_json(command, &current);
        request_fail_detail(request, "current", current.data);
    }
    return request_fail(request, ERR_CONFLICT, NULL, N_("Somebody else changed the record meanwhile"), NULL);
}

static int judge_record(struct command *command)
{
    struct act *act = &command->act;
    const struct action *action = act->action;
    if (rows_count(command->row) == 0)
        return request_fail(act->request, ERR_NOT_FOUND, NULL, N_("There is no such record"), NULL);
    fill_record(command);
    if (act->version != request_int(act->request, "version"))
        return stale(command);
    if (action) {
        const char *column = action->state ? action->state : act->entity->state;
        const char *state = state_value(command, column);
        if (!action_from(action, state))
            return command_fault_state(command, state ? N_("This is not possible while {field} is {state}")
                                                      : N_("This is not possible while {field} is empty"));
    }
    const struct condition *unmet =
        action ? action_unmet(act->entity, act->request->session, &command->meta, action) : NULL;
    if (unmet && unmet->person)
        return request_fail(act->request, ERR_FORBIDDEN, NULL, unmet->why, NULL);
    if (unmet)
        return command_fault_state(command, unmet->why);
    if (command->meta.disabled && act->kind != ACT_ENABLE && act->kind != ACT_DELETE)
        return command_fault_state(command, N_("The record is disabled"));
    if (!command->meta.disabled && act->kind == ACT_ENABLE)
        return command_fault_state(command, N_("The record is not disabled"));
    return 0;
}

/* A record may be moved to a branch that is in scope, too. */
static int judge_move(struct command *command)
{
    struct act *act = &command->act;
    const struct entity *entity = act->entity;
    int index = entity_field_index(entity, "branch_id");
    if (!entity_is_scoped(entity) || entity_is_branch(entity))
        return 0;
    if (index >= 0)
        act->branch_id = record_get(&entity->fields[index], act->now).number;
    if (act->branch_id == command->old_branch_id || act->branch_id == NIL ||
        grant_covers(act->request->grant, act->branch_id))
        return 0;
    return request_fail(act->request, ERR_INVALID, "branch_id",
                        N_("{field}: there is no such record, or it is disabled"), "field", N_("Branch"),
                        NULL);
}

/* Bits of fields whose value is the old one are taken back: neither written nor in the trail. Secrets and arguments were not read. */
static bool drop_unchanged(struct command *command)
{
    struct act *act = &command->act;
    bool any = command->branch_given && act->branch_id != command->old_branch_id;
    for (size_t i = 0; i < act->entity->nfields; i++) {
        const struct field *field = &act->entity->fields[i];
        if (!bit_is_set(act->set, i))
            continue;
        if (field->storage != STORE_LINES && !field->secret && !field->no_column) {
            struct value was = record_get(field, act->was), now = record_get(field, act->now);
            if (value_equal(&was, &now)) {
                bit_clear(act->set, i);
                continue;
            }
        }
        any = true;
    }
    return any;
}

static int run_hook(entity_hook *hook, struct act *act)
{
    return hook ? hook(act) : 0;
}

static int prepare(struct command *command)
{
    struct act *act = &command->act;
    if (act->kind == ACT_UPDATE)
        return bind_arguments(command, false);
    if (act->kind == ACT_ACTION)
        return bind_action_arguments(command, act->action);
    return 0;
}

static int queue_reads(struct command *command)
{
    struct act *act = &command->act;
    queue_record(command);
    if (act->kind != ACT_DISABLE && act->kind != ACT_ENABLE)
        lines_queue_read(command);
    checks_queue(command);
    if (act->kind == ACT_ACTION)
        return run_hook(act->action->load, act);
    return act->kind == ACT_UPDATE ? run_hook(act->entity->load, act) : 0;
}

static int judge(struct command *command)
{
    struct act *act = &command->act;
    int rc = judge_record(command);
    if (!rc)
        rc = checks_judge(command);
    if (rc)
        return rc;
    complete_record(command);
    rc = lines_merge(command);
    if (rc || act->kind == ACT_ACTION)
        return rc;
    if (act->kind != ACT_UPDATE)
        return run_hook(act->entity->guard, act);
    rc = judge_move(command);
    if (!rc)
        rc = bind_finish(command, false);
    return rc ? rc : run_hook(act->entity->check, act);
}

static void step(struct command *command)
{
    struct act *act = &command->act;
    const char *column = act->action->state ? act->action->state : act->entity->state;
    if (!act->action->to || !column)
        return;
    const struct field *field = entity_field(act->entity, column);
    struct value value = {.storage = STORE_TEXT, .text = act->action->to};
    record_set(field, act->now, &value);
    act_mark(act, column);
}

static void write_changed(struct command *command, const char *disabled)
{
    queue_update(command);
    lines_queue_writes(command);
    if (!disabled)
        search_update(command);
    trail_add(command, disabled);
    command_after_commit(command);
    command_reply(command, command->meta.version + 1);
}

static int finish_update(struct command *command)
{
    struct act *act = &command->act;
    bool action = act->kind == ACT_ACTION;
    if (action)
        step(command);
    int rc = run_hook(action ? act->action->in_tx : act->entity->in_tx, act);
    if (!rc)
        rc = judge_move(command);
    if (rc)
        return rc;
    if (!drop_unchanged(command) && !action) { /* nothing to do is done */
        command_reply(command, command->meta.version);
        return 0;
    }
    write_changed(command, NULL);
    return 0;
}

static void finish_disable(struct command *command)
{
    char at[TIME_TEXT_SIZE + 2];
    struct str json;
    str_init(&json, command->act.request->arena);
    if (command->act.kind == ACT_DISABLE)
        str_add_json(&json, time_print(at, sizeof(at), command->act.request->now));
    else
        str_add(&json, "null");
    write_changed(command, json.data);
}

/* Its own lines go with it; whatever else points to it keeps it (the database refuses). */
static void finish_delete(struct command *command)
{
    struct act *act = &command->act;
    struct builder b;
    for (size_t i = 0; i < command->nlines; i++) {
        command->lines[i].given = true;
        command->lines[i].now = (struct line_set){0};
    }
    lines_queue_writes(command);
    search_delete(command);
    builder_init(&b, act->request->arena);
    str_addf(&b.text, "DELETE FROM \"%s\" WHERE id = ", act->entity->table);
    builder_param(&b, p_int(act->id));
    str_add(&b.text, " AND version = ");
    builder_param(&b, p_int(command->meta.version));
    str_add(&b.text, " RETURNING 1");
    builder_write_one(&b, act->request->tx);
    trail_add(command, NULL);
    command_reply(command, command->meta.version + 1);
}

int entity_run_change(struct request *request)
{
    struct command *command = command_create(request);
    struct act *act = &command->act;
    act->id = request_int(request, "id");
    int rc = prepare(command);
    if (!rc)
        rc = queue_reads(command);
    if (!rc)
        rc = request_need(request);
    if (!rc)
        rc = judge(command);
    if (rc)
        return rc;
    switch (act->kind) {
    case ACT_DISABLE:
    case ACT_ENABLE: finish_disable(command); return 0;
    case ACT_DELETE: finish_delete(command); return 0;
    default: return finish_update(command);
    }
}

/* ---- another record in the same command */

struct act *act_beside(struct request *request, const struct entity *entity, int64_t id, const char *as)
{
    struct command *command = arena_new(request->arena, struct command);
    command->act = (struct act){
        .request = request,
        .entity = entity,
        .kind = ACT_UPDATE,
        .id = id,
        .branch_id = NIL,
        .now = arena_alloc(request->arena, entity->size),
    };
    command->as = as;
    command->old_branch_id = NIL;
    record_init(entity->fields, entity->nfields, command->act.now);
    str_init(&command->extra, request->arena);
    lines_init(command);
    queue_record(command);
    lines_queue_read(command);
    return &command->act;
}

int act_beside_take(struct act *beside)
{
    struct command *command = command_of(beside);
    if (tx_need(beside->request->tx) != TX_OK)
        return request_tx_failed(beside->request);
    if (rows_count(command->row) == 0)
        return request_fail(beside->request, ERR_NOT_FOUND, NULL, N_("There is no such record"), NULL);
    fill_record(command);
    complete_record(command);
    return lines_merge(command);
}

int act_beside_write(struct act *beside)
{
    struct command *command = command_of(beside);
    int rc = judge_move(command);
    if (rc || !drop_unchanged(command))
        return rc;
    queue_update(command);
    lines_queue_writes(command);
    search_update(command);
    trail_add(command, NULL);
    return 0;
}
