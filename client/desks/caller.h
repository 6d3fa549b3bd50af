/*
 * Who is calling, as far as phone and plate tell: customers with them, orders of the same phone or car, the live ones as a warning and the
 * last one to copy from, and notices of third parties that wait, for they may be of this very job. Asked for a moment after the facts changed; answers to other facts are dropped.
 */
#pragma once

#include "client/desks/later.h"

enum { CALLER_PHONE_LEAST = 7 }; /* digits before it is worth asking */

enum caller_fact { CALLER_PHONE, CALLER_PLATE, CALLER_FACTS };

struct caller_known {
    struct caller *caller;
    char *fact;        /* normalised; NULL: not enough yet */
    json_t *orders;    /* the latest first; NULL: not answered */
    json_t *customers; /* likewise */
    json_t *notices;   /* likewise, those that wait */
    uint64_t asked_orders, asked_customers, asked_notices;
};

struct caller {
    struct app_context *app;
    struct screen *screen;
    struct caller_known known[CALLER_FACTS];
    char *typed[CALLER_FACTS]; /* as in the form now */
    struct later later;
    void (*changed)(struct screen *screen); /* something was learned */
};

void caller_init(struct caller *caller, struct app_context *app, struct screen *screen,
                 void (*changed)(struct screen *screen));
void caller_finish(struct caller *caller);

/* What stands in the form now, also half typed; NULL: nothing. */
void caller_tell(struct caller *caller, const char *phone, const char *plate);
void caller_ask_again(struct caller *caller); /* others changed orders */

/* The only customer that phone, else plate, stands for; NULL: none or several. */
const json_t *caller_customer(const struct caller *caller);

/* The last order of the phone, else of the car; NULL: none. */
const json_t *caller_last(const struct caller *caller);

/* A phone was typed and what is known of it has not come yet. */
bool caller_is_asked(const struct caller *caller);

/* The live orders of phone and car, each once: calls back with the fact they share. Returns their number. */
size_t caller_live(const struct caller *caller,
                   void (*each)(void *context, const json_t *order, enum caller_fact same), void *context);

/* The notices that wait, of phone and car, each once. Returns their number. */
size_t caller_notices(const struct caller *caller, void (*each)(void *context, const json_t *notice),
                      void *context);

/* The digits of a phone, with its +; NULL when there are too few. In the arena. */
const char *caller_phone(struct arena *arena, const char *typed);
