/*
 * The vehicles the server suggests for one order, ranked, with what speaks against each. Asked for again whenever the order under the cursor is
 * another, a vehicle's state changed, or time has passed; an answer for an order that is not meant any more is dropped.
 */
#pragma once

#include "base/geo.h"
#include "base/vec.h"
#include "client/desks/later.h"
#include "client/ui/canvas.h"
#include "client/views/context.h"

enum { OFFERS_KEYS = 3 }; /* digits that send: the best three, and by pages the next ones */

struct offer {
    int64_t vehicle_id, driver_id;   /* driver NIL: nobody */
    int64_t distance_m, eta_s, load; /* NIL: not known */
    bool fit, on_shift;
    bool stale;      /* where it stands is not known for sure */
    struct point at; /* NAN: not known */
    char *code, *plate, *type, *state, *branch, *driver;
    char *reasons, *brief; /* translated, joined; in full and in a word each */
};

struct offers {
    struct app_context *app;
    struct screen *screen;
    int64_t order_id;  /* NIL: none meant */
    int64_t shown_for; /* whose rows these are; NIL: none */
    VEC(struct offer) rows;
    size_t first;                 /* the one under key 1 */
    int64_t came_ms[OFFERS_KEYS]; /* since when a digit means the vehicle it means */
    int64_t sending;              /* vehicle a dispatch is under way with; NIL */
    uint64_t asked;
    int64_t asked_ms; /* last time */
    struct later later;
    char *trouble;                          /* why there are none, translated; NULL */
    void (*changed)(struct offers *offers); /* they are others now; may be NULL */
};

void offers_init(struct offers *offers, struct app_context *app, struct screen *screen);
void offers_finish(struct offers *offers);

/* The order meant now; asks a moment later, so that running down a list asks once. NIL: none. */
void offers_want(struct offers *offers, int64_t order_id);

/* What they are made of changed: asks soon, but not more than once in a while. */
void offers_stale(struct offers *offers);
void offers_now(struct offers *offers); /* asks at once */

/* The one under a digit, 1 … 3. NULL: none. */
const struct offer *offers_at(const struct offers *offers, int digit);

/* Whether the person could have read what the digit means now: a list that has just changed sends nobody. */
bool offers_settled(const struct offers *offers, int digit);
/* Shows the next three, or the ones before; false: there are none. */
bool offers_page(struct offers *offers, int by);

/* Takes the rows of an answer; for offers.c and tests. */
void offers_take(struct offers *offers, const json_t *rows);

/* "350 m", "4.2 km", "12 km"; "?" when not known. Returns buf. */
const char *offer_distance(char *buf, size_t size, int64_t metres);

/* offers_draw.c. "vehicle 1: …": the digit sends it. */
void offers_plain(const struct offers *offers, struct str *out);
void offers_draw(const struct offers *offers, struct canvas *canvas, struct area area);
