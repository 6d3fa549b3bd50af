/*
 * Macros: keys recorded with Ctrl-R and replayed with @ or by their code on the command line, over the marked rows of a list one after the other.
 * Replay waits for each answer before the next key, and stops at the first refusal, at a key nothing takes, and where another screen is on top
 * than was when it was recorded; any key of the person stops it. What is typed into secret fields is never recorded. They are kept as
 * preferences of the kind `macro`: {"keys": text, "code": quick code}.
 */
#pragma once

#include "client/views/context.h"

struct key;

void macro_register(void); /* its tools */

/* For ui.watch: before a key is handed to the screen (true: it is swallowed), and after. */
bool macro_watch(struct app_context *app, const struct key *key, bool after);

void macro_toggle(struct app_context *app); /* Ctrl-R */
void macro_choose(struct app_context *app); /* @ */

/* "@name", or the code of one; false: there is none such. */
bool macro_run(struct app_context *app, const char *line);

/* Forgets what is recorded and stops what is replayed: somebody else sits down. */
void macro_stop(struct app_context *app);
