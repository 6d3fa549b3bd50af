/* The order under the cursor in full, asked for when the cursor rests, and again when its version is another. */
#pragma once

#include "client/desks/later.h"

struct record {
    struct app_context *app;
    struct screen *screen;
    int64_t id, version; /* meant; id NIL: none */
    json_t *row;         /* as last answered; may be of the version before */
    char *trouble;       /* why it cannot be had, translated */
    uint64_t asked;
    struct later later;
    void (*came)(struct screen *screen, const json_t *row); /* may be NULL */
};

void record_init(struct record *record, struct app_context *app, struct screen *screen,
                 void (*came)(struct screen *screen, const json_t *row));
void record_finish(struct record *record);
void record_want(struct record *record, int64_t id, int64_t version);
void record_again(struct record *record); /* whatever version is known */

/* NULL: not here yet. */
const json_t *record_row(const struct record *record);
