/*
 * Doing a step of the flow, or any action of an entity: confirms what is dangerous, asks for its reason and arguments, sends it, and tells how it
 * ended. The row keeps its state until the server has said so.
 */
#pragma once

#include "client/views/context.h"
#include "model/field.h"

struct catalogue_action;

struct action_target {
    int64_t id, version; /* version NIL: the verb takes none */
    /* Of the record, for the box that asks; NULL: it is in sight. Only action_run… reads it. */
    const char *title;
};

struct action_outcome {
    const struct catalogue_entity *entity;
    const char *action, *label;
    const char *undo;                    /* the action that takes it back; NULL: none */
    bool cancelled;                      /* by the person: nothing was asked */
    const struct answer *answer;         /* NULL when cancelled */
    size_t count;                        /* targets */
    const struct action_target *targets; /* valid during the call */
    const bool *done;                    /* of several: which were done. NULL: as the answer says */
    const char *const *words; /* of several: why one was refused; NULL: it was done, or stopped before */
    const int64_t *versions;  /* of several: after they were done */
};

/* What went wrong, or that it is done, stands on the message line already. */
typedef void action_done(struct screen *screen, const struct action_outcome *outcome, void *context);

/* The context lives as long as the screen; done may be NULL. */
void action_run(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                const struct catalogue_action *action, const struct action_target targets[], size_t count,
                action_done *done, void *context);

/* For one record, with what is known of the arguments (a draft for sheet_restore) in the box; an action that asks nothing asks `question`, so
 * that nothing is done unseen. Both are copied. */
void action_run_filled(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                       const struct catalogue_action *action, const struct action_target *target,
                       const char *question, const json_t *draft);

/* The box of an action on records, as it was left in the middle (`draft`, for sheet_restore); false: there is no such action any more. */
bool action_go_on(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                  const char *name, const struct action_target targets[], size_t count, const json_t *draft);
void action_register(void);

/* "disable", "enable", "delete" */
void action_run_generic(struct app_context *app, struct screen *screen, const struct catalogue_entity *entity,
                        const char *verb, const struct action_target *target, action_done *done,
                        void *context);

/* disable and enable for several */
void action_run_generic_many(struct app_context *app, struct screen *screen,
                             const struct catalogue_entity *entity, const char *verb,
                             const struct action_target targets[], size_t count, action_done *done,
                             void *context);

/* Several are sent some at a time: no more of them. What is under way is finished. */
bool action_under_way(void);
void action_stop_all(void);

/* What is asked first where an action wants its reason: one of these, or with NULL in words. */
struct field action_reason(const struct choice *reasons);

/* What the box of this id asks for. */
struct action_box {
    const struct catalogue_entity *entity;
    const struct catalogue_action *action;
    uint64_t screen; /* it works for */
    int64_t id;      /* of the first record */
    size_t count;
};
bool action_box_of(uint64_t dialog, struct action_box *box_r);

/* Whether it may be done to this row: named in `can` (the names E.get gives), or without it by the row's state. */
bool action_allowed(struct app_context *app, const struct catalogue_entity *entity,
                    const struct catalogue_action *action, const json_t *row, const json_t *can);

/* For a list of rows: that they say what keeps an action from them (`cannot`), where there is any that more than the state may. */
void action_ask_cannot(const struct catalogue_entity *entity, json_t *list_args);
/* A key whose action something else than the state keeps from the row: what, is said. False: it is none. */
bool action_say_why_not(struct app_context *app, const struct catalogue_entity *entity, const json_t *row,
                        const struct key *key);

/* The keys of those that are allowed. row NULL: none. */
void action_keys(struct app_context *app, const struct catalogue_entity *entity, const json_t *row,
                 const json_t *can, struct key_bar *bar);
const struct catalogue_action *action_of_key(struct app_context *app, const struct catalogue_entity *entity,
                                             const json_t *row, const json_t *can, const struct key *key);
