/* A record made by another's step, in the same transaction, as E.create would make it: the same checks, hooks, trail and events. */
#pragma once

#include "server/entity/entity.h"

/* Once the arguments are taken: sets what no client may. */
typedef void within_fill(struct act *act, void *data);

/* `args`: those of E.create without a key; `request` is the other step's, whose grant says where the record may stand. Reads once more. 0, or what is
 * to be returned; *reply_r is what E.create answers. */
must_check int entity_create_within(struct request *request, const struct entity *entity, json_t *args,
                                    within_fill *fill, void *data, const char **reply_r, int64_t *id_r);

/* Sets and marks a member of the record as it will be, by its name: of an entity whose struct is not known here. */
void within_set_int(struct act *act, const char *field, int64_t number);
void within_set_bool(struct act *act, const char *field, bool truth);

/* The same command under the name of another entity's verb that stands on the same table: runs it, and answers what it answers. */
must_check int entity_run_as(struct request *request, const char *verb);
