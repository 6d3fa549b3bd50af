/*
 * Doing a step of the flow, or any action of an entity: asks for its arguments and reason, confirms what is dangerous, sends it, and tells how it
 * ended. The row keeps its state until the server has said so.
 */
#pragma once

#include "client/views/context.h"

struct catalogue_action;

struct action_target {
    int64_t id, version;
};

struct action_outcome {
    const struct catalogue_entity *entity;
    const char *action;
    bool cancelled;                      /* by the person: nothing was asked */
    const struct answer *answer;         /* NULL when cancelled */
    size_t count;                        /* targets */
    const struct action_target *targets; /* valid during the call */
    /* Of several: whether each one was done. NULL: as the answer says for all. */
    const bool *done;
};

typedef void action_done(struct screen *screen, const struct action_outcome *outcome, void *context);

/* `record` is the row as known (may be NULL): arguments of the same name begin with its values where the action says so by no default of its
 * own. The context lives as long as the screen. What went wrong has been said already when `done` is called. */
void action_run(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                const struct catalogue_action *action, const struct action_target targets[], size_t count, const json_t *record,
                action_done *done, void *context);

/* Adds the keys of the actions that are allowed: those named in `can` (a JSON array of names), or without it those whose states fit the row. */
void action_keys(struct app_context *app, const struct catalogue_entity *entity, const json_t *row, const json_t *can,
                 struct key_bar *bar);
const struct catalogue_action *action_of_key(struct app_context *app, const struct catalogue_entity *entity, const json_t *row,
                                             const json_t *can, const struct key *key);
