/*
 * The pages of help: one for each entity, desk and tool, put together from what their rows say, and some about the program itself. Links lead from one
 * to the other (`topic:entity:rescue`) or do what they say (`run:ro state=new`).
 */
#pragma once

#include "client/views/context.h"

struct help_lines;

struct topic {
    const char *name;  /* "index", "words", "keys", "entity:rescue", "desk:call", "tool:export" */
    const char *title; /* translated */
};

/* Those this person has use for, from 0; texts in the arena. False: there are no more. */
bool topic_at(struct app_context *app, struct arena *arena, size_t index, struct topic *topic_r);
bool topic_open(struct app_context *app, const char *name); /* false: there is no such page */

/* For ui.more_help and ui.follow. */
void topic_more(struct app_context *app, struct screen *screen, struct help_lines *lines);
void topic_follow(struct app_context *app, const char *link);
