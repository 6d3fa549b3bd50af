/* A record as it stood, and what changed between two moments. */
#pragma once

#include "base/time.h"
#include "client/views/context.h"

/* At `at`. `changes` are the rows of E.history, the newest first, to go older and newer by; borrowed. */
void as_of_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id, const char *title,
                const json_t *changes, struct instant at);

/* The earlier first; NIL: as it is now. */
void difference_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                     const char *title, struct instant first, struct instant second);

/* Asks for a moment in shorthand. `done` gets it; the screen below is the one that asked. */
typedef void as_of_typed(struct screen *asker, struct instant at);
void as_of_ask(struct app_context *app, struct screen *asker, as_of_typed *done);
