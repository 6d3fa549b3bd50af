#include "server/entity/within.h"

#include <stdio.h>

#include "base/arena.h"
#include "server/entity/entity-private.h"

static struct request *inner_request(struct request *request, const char *verb, json_t *args)
{
    struct request *inner = arena_memdup(request->arena, request, sizeof(*request));
    inner->verb = verb_find(verb);
    inner->args = args;
    str_init(&inner->out, request->arena);
    return inner;
}

int entity_create_within(struct request *request, const struct entity *entity, json_t *args,
                         within_fill *fill, void *data, const char **reply_r, int64_t *id_r)
{
    char verb[128];
    snprintf(verb, sizeof(verb), "%s.create", entity->name);
    struct request *inner = inner_request(request, verb, args);
    struct command *command = command_create(inner);
    int rc = create_prepare(command);
    if (rc)
        return rc;
    fill(&command->act, data);
    rc = create_finish(command);
    *reply_r = inner->out.data;
    *id_r = command->act.id;
    return rc;
}

static void set(struct act *act, const char *name, const struct value *value)
{
    record_set(entity_field(act->entity, name), act->now, value);
    act_mark(act, name);
}

void within_set_int(struct act *act, const char *field, int64_t number)
{
    set(act, field, &(struct value){.storage = STORE_INT, .number = number});
}

void within_set_bool(struct act *act, const char *field, bool truth)
{
    set(act, field, &(struct value){.storage = STORE_BOOL, .truth = truth});
}

int entity_run_as(struct request *request, const char *verb)
{
    struct request *inner = inner_request(request, verb, request->args);
    inner->grant = session_grant(request->session, inner->verb->permission);
    if (!inner->grant)
        return request_fail(request, ERR_FORBIDDEN, NULL, N_("This is not for you"), NULL);
    int rc = inner->verb->run(inner);
    str_clear(&request->out);
    if (inner->out.len)
        str_add(&request->out, inner->out.data);
    return rc;
}
