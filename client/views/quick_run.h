/* Doing what a quick code means: finding the record and what the arguments name, asking where there are several, opening the screen or the box. */
#pragma once

#include "client/views/context.h"
#include "client/views/quick.h"

/* Works on after it returned; what goes wrong stands on the message line. An action is sent only when its box is confirmed. */
void quick_run(struct app_context *app, const struct quick *quick);

/* What it would do, in words: for the command line to show while it is typed. In the arena. */
const char *quick_words(struct arena *arena, const struct quick *quick);
