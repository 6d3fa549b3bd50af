/*
 * A request in the name of a screen. When the screen is gone before the answer comes, the answer is dropped; a command that changes something
 * is done all the same. Over a lost line requests wait and are repeated (client/link/call.h).
 */
#pragma once

#include "client/views/context.h"

typedef void ask_done(struct screen *screen, const struct answer *answer, void *context);
typedef void ask_row(struct screen *screen, const json_t *row, void *context);

/* screen NULL: the answer comes whatever is shown. Takes over args. The context lives as long as the screen. row may be NULL. Returns the number for link_cancel. */
uint64_t ask(struct app_context *app, struct screen *screen, const char *verb, json_t *args, unsigned flags,
             ask_row *row, ask_done *done, void *context);

/* "entity.verb", in a static buffer. */
const char *verb_of(const char *entity, const char *verb);

/* Whether something this screen asked for is under way. */
bool ask_runs(const struct app_context *app, const struct screen *screen);

/* Forgets it: done is not called any more, and the server is asked to stop. */
void ask_cancel(struct app_context *app, uint64_t number);

/* Asks the server to stop everything that runs; false: nothing does. */
bool ask_stop_all(struct app_context *app);

/* At the end, after the link is gone. */
void ask_finish(struct app_context *app);
