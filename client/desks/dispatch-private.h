/* For the files of the dispatch desk only. */
#pragma once

#include "client/desks/jobs.h"
#include "client/desks/offers.h"
#include "client/desks/record.h"

enum dispatch_focus { FOCUS_WAITING, FOCUS_LIVE };

struct dispatch {
    struct screen screen;
    struct app_context *app;
    struct jobs waiting, live;
    struct offers offers;
    struct record record; /* of the row that has the cursor */
    enum dispatch_focus focus;
    char *filter;
    int64_t sending_order;
    int64_t unfit_vehicle, unfit_order; /* asked about in a dialog */
};

static inline struct dispatch *dispatch_of(struct screen *screen)
{
    return container_of(screen, struct dispatch, screen);
}

static inline struct jobs *dispatch_jobs(struct dispatch *desk)
{
    return desk->focus == FOCUS_LIVE ? &desk->live : &desk->waiting;
}

/* dispatch_rows.c: what stands in the two lists. */
void dispatch_init_rows(struct dispatch *desk);
void dispatch_name_columns(struct dispatch *desk);
void dispatch_row_changed(struct dispatch *desk); /* the cursor may be on another order */

/* dispatch_draw.c */
void dispatch_draw(struct screen *screen, struct canvas *canvas, struct area body);
void dispatch_linear(struct screen *screen, struct linear *linear);
size_t dispatch_overdue(const struct jobs *jobs);
void dispatch_crumb(struct screen *screen, struct str *out);

/* dispatch_send.c */
unsigned dispatch_send(struct dispatch *desk, int digit);
