/* Something to be done a moment later, once, however often it is asked for: typing and running down a list do not ask the server at each key. */
#pragma once

#include <ev.h>

#include "client/views/context.h"

struct later {
    ev_timer timer;
    struct app_context *app;
    void (*run)(void *context);
    void *context;
};

void later_init(struct later *later, struct app_context *app, void (*run)(void *context), void *context);
void later_finish(struct later *later);

/* In so many milliseconds from now, whatever was set before. */
void later_set(struct later *later, int ms);

/* In so many milliseconds at the latest. */
void later_by(struct later *later, int ms);
void later_stop(struct later *later);
