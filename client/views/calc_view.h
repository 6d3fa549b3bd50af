/* The calculator: a sum is typed, its result shown as it grows, earlier ones above it; Enter hands the result over. */
#pragma once

#include "client/views/context.h"

typedef void calc_done(struct screen *below, const char *result, void *context);

/* Opens over `below`, which outlives it. Results have so many places. done NULL: nobody waits for the result, it is only shown. */
void calc_open(struct app_context *app, struct screen *below, const char *text, int places, calc_done *done,
               void *context);
