/*
 * All vehicles in sight: read page by page, kept right by events a few at a time, their places by the events that carry them, and the table they
 * stand in. A member of its desk's struct; which of them are shown, in which columns and in which order is the desk's own.
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

struct fleet;

struct vehicle_item {
    int64_t id, version;
    json_t *row;     /* as the server sent it; the place below is newer */
    struct point at; /* NAN: not known */
    struct instant position_at;
    double speed;     /* km/h; NAN: not known */
    double rank;      /* by the desk's rank() when it was put into its place; NAN: behind all that have one */
    unsigned pending; /* commands under way */
    bool failed;      /* the last one was refused */
    bool mine;        /* the change to come is this person's own */
    bool read;        /* by the reading under way */
    int64_t changed_ms; /* somebody else changed it then; 0: no */
};

struct fleet_column {
    const char *title; /* msgid */
    const char *field; /* shown as lists show it; NULL: by `cell` */
    /* Its text, in the fleet's arena or static. NULL: the field's. */
    const char *(*cell)(struct fleet *fleet, const struct vehicle_item *item, enum role *role);
    int width, width_max, priority; /* as of a table's column */
    enum align align;
};

struct fleet_ops {
    const struct fleet_column *columns;
    size_t ncolumns;
    /* The smallest comes first, equal ones by code. A vehicle keeps its place while it moves, until it is read again or fleet_sort. NULL: all by
     * code. */
    double (*rank)(const struct fleet *fleet, const struct vehicle_item *item);
    bool (*wanted)(const struct fleet *fleet, const struct vehicle_item *item); /* is shown; NULL: all are */
    void (*changed)(struct fleet *fleet); /* vehicles, their places, their ages, or which are shown */
};

struct fleet {
    struct app_context *app;
    struct screen *screen;
    const struct fleet_ops *ops;
    const struct catalogue_entity *entity; /* NULL: this person may not see vehicles */
    VEC(struct vehicle_item) items;        /* in the desk's order */
    VEC(size_t) shown;                     /* of items: those the table has */
    struct table table;
    char *match;        /* words a vehicle must hold to be shown; NULL: any */
    struct instant now; /* what ages are measured by */
    int64_t old_after;  /* seconds after which a place is old */
    VEC(int64_t) stale; /* ids to be read again: */
    size_t asking;      /* so many of the first are asked for just now */
    uint64_t asked;     /* of them, or of a page */
    bool answered;      /* all pages were here once */
    struct later later;
    struct arena *arena; /* texts of the cell being drawn */
};

/* fleet.c: the vehicles. */
void fleet_init(struct fleet *fleet, struct app_context *app, struct screen *screen,
                const struct fleet_ops *ops);
void fleet_finish(struct fleet *fleet);
void fleet_read(struct fleet *fleet); /* what is shown stays until the answers are here */
void fleet_sort(struct fleet *fleet); /* what rank() measures by is something else */

/* From the screen's live handler for vehicles; count 0: everything is read again. */
void fleet_heard(struct fleet *fleet, const struct live_event events[], size_t count);
/* Places that came with an event: nothing is asked for them. */
void fleet_moved(struct fleet *fleet, const json_t *rows);

/* A command on the vehicle was sent, or its answer came. */
void fleet_begin(struct fleet *fleet, int64_t id);
void fleet_end(struct fleet *fleet, int64_t id, bool refused);

/* Ages grow, marks of changes fade. Screen flags. */
unsigned fleet_tick(struct fleet *fleet, int64_t now_ms);

struct vehicle_item *fleet_find(const struct fleet *fleet, int64_t id);
const char *fleet_state(const struct vehicle_item *item); /* "idle", "off_duty" … */
bool fleet_is_old(const struct fleet *fleet, const struct vehicle_item *item);

/* fleet_table.c: what is seen of them. */
extern const struct table_model fleet_model;
void fleet_name_columns(struct fleet *fleet); /* at first, and again in another language */
void fleet_show(struct fleet *fleet);         /* vehicles or what lets them through are others */
void fleet_set_match(struct fleet *fleet, const char *words);  /* "": all */
void fleet_ask_match(struct fleet *fleet);                     /* the person types them */
struct vehicle_item *fleet_current(const struct fleet *fleet); /* NULL: there is no row */

/* What lists show of a field, in the arena until the next cell. */
const char *fleet_text(struct fleet *fleet, const struct vehicle_item *item, const char *field);
/* A column: how long ago the place was told, with a question mark where it is old. */
const char *fleet_seen_cell(struct fleet *fleet, const struct vehicle_item *item, enum role *role);
