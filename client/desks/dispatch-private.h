/* For the files of the dispatch desk only. */
#pragma once

#include "client/desks/board_map.h"
#include "client/desks/fleet.h"
#include "client/desks/jobs.h"
#include "client/desks/offers.h"
#include "client/desks/record.h"

enum dispatch_focus { FOCUS_LIST, FOCUS_MAP, FOCUS_FLEET };

struct dispatch {
    struct screen screen;
    struct app_context *app;
    struct jobs waiting, live;
    struct offers offers;
    struct record record; /* of the row that has the cursor */
    struct fleet fleet;
    /* The place of the order under the cursor: what distances are measured from; NAN: nothing. */
    struct point from;
    struct board_map map;
    enum dispatch_focus focus;
    bool road;     /* the list that has the cursor is that of the orders on the road */
    bool show_map; /* asked for, where there is no room for it beside the rest */
    size_t late;   /* orders overdue when last counted: one more rings */
    char *filter;
    struct area map_area; /* of the last drawing; rows 0: there was none */
    int64_t sending_order;
    int64_t unfit_vehicle, unfit_order; /* asked about in a dialog … */
    uint64_t question;                  /* … of this id; 0: none. It may be answered already */
};

static inline struct dispatch *dispatch_of(struct screen *screen)
{
    return container_of(screen, struct dispatch, screen);
}

static inline struct jobs *dispatch_jobs(struct dispatch *desk)
{
    return desk->road ? &desk->live : &desk->waiting;
}

/* dispatch_rows.c: what stands in the two lists. */
void dispatch_init_rows(struct dispatch *desk);
void dispatch_name_columns(struct dispatch *desk);
void dispatch_row_changed(struct dispatch *desk); /* the cursor may be on another order */

/* board_fleet.c */
void board_fleet_init(struct dispatch *desk);
void board_fleet_measure(struct dispatch *desk, struct point from); /* distances, and the order they make */
void board_fleet_count_text(const struct dispatch *desk, struct str *out); /* "12 idle of 40" */

/* dispatch_draw.c */
void dispatch_draw(struct screen *screen, struct canvas *canvas, struct area body);
void dispatch_linear(struct screen *screen, struct linear *linear);
size_t dispatch_overdue(const struct jobs *jobs);
void dispatch_crumb(struct screen *screen, struct str *out);

/* dispatch_key.c */
unsigned dispatch_key(struct screen *screen, const struct key *key);
void dispatch_keys(struct screen *screen, struct key_bar *bar);
unsigned dispatch_refresh(struct dispatch *desk);

unsigned dispatch_say(struct dispatch *desk, const char *why); /* nothing is done, and why; screen flags */

/* dispatch_send.c */
/* Why nobody is sent to it now, translated; NULL: one may be. */
const char *dispatch_why_not(const struct job *job);
/* Rows or vehicles are others: what is asked may be no question any more. */
void dispatch_check_question(struct dispatch *desk);
unsigned dispatch_send(struct dispatch *desk, int digit);
