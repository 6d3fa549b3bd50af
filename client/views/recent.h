/*
 * What was open last, and what was typed on the command line last: offered first there. Kept in memory, and for the next time as a preference
 * when the command line is used.
 */
#pragma once

#include "client/views/context.h"

struct recent {
    char *code;  /* that leads there */
    char *label; /* its title */
};

enum { RECENT_SCREENS = 12, RECENT_LINES = 30 };

/* The screen is in sight under this code. */
void recent_note(struct app_context *app, uint64_t screen, const char *code, const char *label);
void recent_typed(struct app_context *app, const char *line);

/* The last one first; NULL: there are no more. Borrowed. */
const struct recent *recent_at(struct app_context *app, size_t index);
const char *recent_line(struct app_context *app, size_t index);

/* For the next time. */
void recent_keep(struct app_context *app);
