/*
 * What runs for long beside the screens (an export, an upload) says how far it is, on the progress place of the screen.
 */
#pragma once

#include "base/str.h"
#include "client/views/context.h"

/* Adds the words; *permille_r stays -1 when nobody knows. */
typedef void busy_look(void *context, struct str *words, int *permille_r);

void busy_begin(busy_look *look, void *context);
void busy_end(void *context);

/* The newest one; false: nothing runs. */
bool busy_words(struct str *words, int *permille_r);
