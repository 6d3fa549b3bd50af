/* A month to choose a day from, for fields that hold a date or a time; what is typed into it is shorthand, and the calendar follows. */
#pragma once

#include "base/time.h"
#include "client/views/context.h"

typedef void datepick_done(struct screen *below, struct day day, void *context);
typedef void timepick_done(struct screen *below, struct instant at, void *context);

/* Opens over `below`, which outlives it; `done` is called only when a day was chosen. */
void datepick_open(struct app_context *app, struct screen *below, struct day day, datepick_done *done,
                   void *context);

/* The same for a moment, by the clock of the branch. */
void timepick_open(struct app_context *app, struct screen *below, struct instant at, timepick_done *done,
                   void *context);
