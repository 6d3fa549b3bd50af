/* Asks for the name of a file on this machine, in a box: Tab goes on as far as the names there are agree, and shows them. */
#pragma once

#include "client/ui/input.h"
#include "client/views/context.h"

enum path_kind { PATH_TO_READ, PATH_TO_WRITE };

/* The path as the system takes it. The box is closed. */
typedef void path_done(struct screen *below, const char *path, void *context);

/* Over `below`, which outlives it. `start` stands in the field; may be NULL. A file to read must be there; one to write is never overwritten
 * unasked. `cancelled` may be NULL. Returns its id. */
uint64_t path_ask(struct app_context *app, struct screen *below, const char *title, const char *text,
              const char *start, enum path_kind kind, path_done *done, void (*cancelled)(void *context),
              void *context);

/* The line it asks for; NULL: the screen is another. Borrowed. */
const struct input *path_line(struct screen *screen);
