/* For the files of the action only. */
#pragma once

#include "client/views/action.h"
#include "model/field.h"

/* An action under way, from the first question to the answer. */
struct doing {
    struct doing *next;
    struct app_context *app;
    uint64_t screen;
    const struct catalogue_entity *entity;
    const char *name, *label, *confirm;
    char *title;                           /* of the one record; NULL: not told */
    const struct catalogue_action *action; /* NULL: a generic verb */
    struct action_target *targets;
    size_t count;
    json_t *values; /* the arguments given */
    uint64_t dialog;
    json_t *draft; /* what is known of the arguments already; NULL: nothing */
    bool sent;     /* and not answered */
    struct field reason;

    /* of several: what came of each, as far as they were sent */
    bool *did;
    char **words;      /* of a refusal */
    int64_t *versions; /* after it was done */
    size_t next_item, good;
    bool stop; /* no more of them */
    action_done *done;
    void *context;
};

/* Tells who asked, and ends it. answer NULL: nothing was asked of the server. */
void doing_finish(struct doing *doing, const struct answer *answer);

/* Words of a refusal at the field of the box they belong to; false: there is no such box. */
bool doing_accuse(struct doing *doing, const struct answer *answer);
void doing_free_items(struct doing *doing);

/* action_draft.c: what is typed into its box is kept */
void doing_keep(const struct doing *doing, const char *title);

/* action_many.c: sends them some at a time, and goes on until all are answered */
void doing_send_many(struct doing *doing);
