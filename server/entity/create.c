/* E.create: one record, with its lines, keys to search by and its row of the trail, in two round trips. */
#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <string.h>

/* The id is drawn with the first reads, so that children and the trail need no second look. */
static void queue_id(struct command *command)
{
    const struct entity *entity = command->act.entity;
    struct builder b;
    builder_init(&b, command->act.request->arena);
    if (entity->sequence)
        str_addf(&b.text, "SELECT nextval('%s')", entity->sequence);
    else
        str_addf(&b.text, "SELECT nextval('%s_id_seq')", entity->table);
    command->drawn = builder_read(&b, command->act.request->tx);
}

static int out_of_scope(struct command *command)
{
    return request_fail(command->act.request, ERR_INVALID, "branch_id",
                        N_("{field}: there is no such record, or it is disabled"), "field", N_("Branch"),
                        NULL);
}

/* Where a new record stands: as given, else the user's own branch. A branch out of scope is told like one that is not there. */
int create_settle_branch(struct command *command)
{
    struct act *act = &command->act;
    const struct entity *entity = act->entity;
    const struct grant *grant = act->request->grant;
    int index = entity_field_index(entity, "branch_id");
    if (!entity_is_scoped(entity) || entity_is_branch(entity))
        return 0;
    if (index >= 0 && bit_is_set(act->set, (size_t)index)) {
        act->branch_id = record_get(&entity->fields[index], act->now).number;
        command->branch_given = true;
    }
    if (!command->branch_given && entity->scope == SCOPE_BRANCH)
        act->branch_id = act->request->session->branch_id;
    if (act->branch_id == NIL && entity->scope == SCOPE_BRANCH)
        act->branch_id = act->request->session->branch_id;
    if (act->branch_id != NIL && !grant_covers(grant, act->branch_id))
        return command->branch_given
                   ? out_of_scope(command)
                   : request_fail(act->request, ERR_FORBIDDEN, "branch_id",
                                  N_("Name a branch: yours is not among those you may use here"), NULL);
    if (index >= 0) {
        struct value value = {.storage = STORE_INT, .null = act->branch_id == NIL, .number = act->branch_id};
        record_set(&entity->fields[index], act->now, &value);
        bit_set(act->set, (size_t)index);
    }
    return 0;
}

static int run_hook(entity_hook *hook, struct act *act)
{
    return hook ? hook(act) : 0;
}

int create_prepare(struct command *command)
{
    int rc = bind_arguments(command, true);
    if (!rc)
        rc = create_settle_branch(command);
    if (!rc)
        rc = bind_finish(command, true);
    if (!rc)
        rc = run_hook(command->act.entity->check, &command->act);
    return rc;
}

static void write_all(struct command *command)
{
    queue_insert(command);
    lines_queue_writes(command);
    search_update(command);
    trail_add(command, NULL);
    command_after_commit(command);
}

static void fill_member(struct command *command, const char *name, int64_t number)
{
    int index = entity_field_index(command->act.entity, name);
    struct value value = {.storage = STORE_INT, .number = number};
    if (index >= 0 && command->act.entity->fields[index].storage == STORE_INT)
        record_set(&command->act.entity->fields[index], command->act.now, &value);
}

/* Hooks find the id, and who makes the record, where their struct has a place for it. */
void create_identify(struct command *command, int64_t id)
{
    struct act *act = &command->act;
    act->id = id;
    if (entity_is_branch(act->entity))
        act->branch_id = act->id;
    fill_member(command, "id", act->id);
    if (entity_has_version(act->entity))
        fill_member(command, "created_by", act->request->session->employee_id);
}

/* The hook may have put the record elsewhere: search keys and trail follow. */
void create_take_branch(struct command *command)
{
    struct act *act = &command->act;
    int index = entity_field_index(act->entity, "branch_id");
    if (index >= 0 && entity_is_scoped(act->entity) && !entity_is_branch(act->entity))
        act->branch_id = record_get(&act->entity->fields[index], act->now).number;
}

int create_finish(struct command *command)
{
    struct act *act = &command->act;
    queue_id(command);
    checks_queue(command);
    int rc = run_hook(act->entity->load, act);
    if (!rc)
        rc = request_need(act->request);
    if (rc)
        return rc;
    create_identify(command, rows_int(command->drawn, 0, 0));
    rc = checks_judge(command);
    if (!rc)
        rc = run_hook(act->entity->in_tx, act);
    if (rc)
        return rc;
    create_take_branch(command);
    write_all(command);
    command_reply(command, 1);
    return 0;
}

int entity_run_create(struct request *request)
{
    struct command *command = command_create(request);
    int rc = create_prepare(command);
    return rc ? rc : create_finish(command);
}
