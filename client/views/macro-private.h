/* For the files of macros only: macro.c (recording), macro_play.c (replay), macro_list.c (choosing and managing). */
#pragma once

#include "client/views/macro.h"
#include "client/views/macro_text.h"
#include "client/views/preference.h"

bool macro_playing(void);
bool macro_feeding(void); /* the key at hand comes from the replay */
void macro_play(struct app_context *app, const char *name, const char *keys);
void macro_play_stop(struct app_context *app, const char *why); /* why: translated, NULL: it is done */

/* By name, or by code with `code`; false: none. Borrowed like preference_get. */
bool macro_find(struct app_context *app, const char *name, bool code, struct preference *out);
const char *macro_keys(const struct preference *macro);
const char *macro_code(const struct preference *macro);
