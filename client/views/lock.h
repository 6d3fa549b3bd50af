/* The lock of this terminal: covers everything that is open, keeps the session, and opens by the password, which the server checks. */
#pragma once

#include "client/views/context.h"

struct lock_ops {
    void (*opened)(struct app_context *app); /* the password was right */
    void (*leave)(struct app_context *app);  /* somebody else wants to log in */
};

/* Returns the screen's id. `why` is translated; may be "". */
uint64_t lock_open(struct app_context *app, const struct lock_ops *ops, const char *why);
