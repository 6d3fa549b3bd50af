/* For the files of finance's one-stop desk only. */
#pragma once

#include "client/desks/jobs.h"
#include "client/desks/record.h"

/* What is to be done with an order, by its money state. */
struct onestop_stage {
    char key;
    const char *state;
    const char *action; /* that takes it on; NULL: nothing is to be done */
};

enum { ONESTOP_STAGES = 5, ONESTOP_COUNTED = 4, ONESTOP_FIELDS = 10, ONESTOP_PAYERS = 10 };
extern const struct onestop_stage onestop_stages[ONESTOP_STAGES];

/* A step being asked for, then under way. */
struct onestop_step {
    const struct catalogue_action *action;
    int64_t id, version;
    uint64_t dialog; /* 0: none was needed */
    bool sent;       /* and not answered */
    struct field fields[ONESTOP_FIELDS];
    struct choice payers[ONESTOP_PAYERS + 1];
    struct arena *arena; /* of the payers' words */
};

struct onestop {
    struct screen screen;
    struct app_context *app;
    size_t stage;
    struct jobs jobs;
    struct record record;
    json_t *documents; /* of the record; NULL: not here yet */
    int64_t documents_of;
    uint64_t asked_documents;
    int64_t counts[ONESTOP_COUNTED]; /* NIL: not known */
    size_t counting;                 /* the stage asked about now */
    struct later count_later;
    struct onestop_step step;
    bool in_panel; /* the cursor is in the facts: keys scroll them */
    int scroll;
};

static inline struct onestop *onestop_of(struct screen *screen)
{
    return container_of(screen, struct onestop, screen);
}

/* onestop_rows.c */
void onestop_init_rows(struct onestop *desk);
void onestop_name_columns(struct onestop *desk);
void onestop_set_stage(struct onestop *desk, size_t stage);
void onestop_row_changed(struct onestop *desk);
void onestop_count(struct onestop *desk); /* soon */

/* onestop_step.c */
void onestop_init_step(struct onestop *desk);
void onestop_finish_step(struct onestop *desk);
/* NULL: none is meant. */
const struct catalogue_action *onestop_action(struct onestop *desk, const struct key *key);
const struct catalogue_action *onestop_next(struct onestop *desk);
unsigned onestop_take(struct onestop *desk, const struct catalogue_action *action);
bool onestop_allowed(struct onestop *desk, const struct catalogue_action *action);

/* onestop_pay.c */
unsigned onestop_pay(struct onestop *desk); /* the code the customer pays by */

/* onestop_draw.c */
void onestop_draw(struct screen *screen, struct canvas *canvas, struct area body);
void onestop_linear(struct screen *screen, struct linear *linear);
void onestop_ask_documents(struct screen *screen, const json_t *row);
