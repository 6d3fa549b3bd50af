/*
 * Hints for the first days: one short line on the message line when a kind of screen is opened for the first and the second time. Kept as the
 * preference `hints`: {"seen": {kind: times}, "off": true}.
 */
#pragma once

#include "client/views/context.h"

void hints_register(void); /* the tool that turns them off and on */

/* The screen is in sight: says its hint, if there is one left and nothing else is said. */
void hints_show(struct app_context *app, const struct screen *screen);
