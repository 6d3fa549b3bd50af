/* The record before or behind one, in the list a form was opened from. */
#pragma once

#include "client/views/context.h"

bool neighbour_is_there(struct app_context *app, const struct screen *screen,
                        const struct catalogue_entity *entity, int64_t id, int step);

/* Moves that list's cursor there, too. 0: there is none. */
int64_t neighbour_of(struct app_context *app, const struct screen *screen,
                     const struct catalogue_entity *entity, int64_t id, int step);
