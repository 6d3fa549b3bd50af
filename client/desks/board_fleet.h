/*
 * The vehicles of the dispatch desk: all in sight, read once and kept right by events a few at a time, in a table of their own and as points for
 * the map. A member of its desk's struct.
 */
#pragma once

#include "base/arena.h"
#include "base/geo.h"
#include "base/vec.h"
#include "client/desks/later.h"
#include "client/ui/table.h"
#include "client/views/context.h"
#include "client/views/live.h"
#include "model/catalogue.h"

struct fleet_row {
    int64_t id;
    json_t *row;
    struct point at; /* NAN: not known */
    struct instant position_at;
};

struct fleet {
    struct app_context *app;
    struct screen *screen;
    const struct catalogue_entity *entity; /* NULL: this person may not see vehicles */
    VEC(struct fleet_row) rows;            /* nearest first */
    struct table table;
    struct point from;  /* what the distances are measured from; NAN: nothing */
    VEC(int64_t) stale; /* to be read again */
    VEC(int64_t) asked_for;
    uint64_t asked;
    bool replacing; /* the answer stands in place of what there is */
    struct later later;
    struct instant now;
    int64_t old_after;   /* seconds after which a place is old */
    struct arena *arena; /* texts of the cell being drawn */
    void (*changed)(struct fleet *fleet);
};

void fleet_init(struct fleet *fleet, struct app_context *app, struct screen *screen,
                void (*changed)(struct fleet *fleet));
void fleet_finish(struct fleet *fleet);
void fleet_name_columns(struct fleet *fleet); /* again in another language */
void fleet_read(struct fleet *fleet);

/* Distances are measured from here, and the rows put in their order; NAN: from nowhere. */
void fleet_measure(struct fleet *fleet, struct point from);

/* From the screen's live handler for vehicles; count 0: everything is read again. */
void fleet_heard(struct fleet *fleet, const struct live_event events[], size_t count);
/* Places that came with an event: nothing is asked for them. */
void fleet_moved(struct fleet *fleet, const json_t *rows);
void fleet_tick(struct fleet *fleet); /* positions grow old */

const struct fleet_row *fleet_current(const struct fleet *fleet); /* NULL: there is none */
const struct fleet_row *fleet_find(const struct fleet *fleet, int64_t id);
const char *fleet_state(const struct fleet_row *row); /* "idle", "off_duty" … */
bool fleet_is_old(const struct fleet *fleet, const struct fleet_row *row);
void fleet_count_text(const struct fleet *fleet, struct str *out); /* "12 idle of 40" */
