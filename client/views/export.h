/* Files of lists and records: asked for in a box, fetched beside whatever else is done. */
#pragma once

#include "client/views/context.h"

/* At the end of the program: what is under way is given up and its parts removed. */
void export_finish(void);

/* For export.c and export_fetch.c. Fetches what the verb sends into a file. Takes over args. `what` names it for the person. 0, or -errno: it
 * cannot be written there. */
must_check int export_fetch(struct app_context *app, const char *verb, json_t *args, const char *path,
                            bool replace, const char *what);

/* Why a file could not be written, in the person's language. */
const char *export_fault_words(int failed);

/* At the end, by export_finish. */
void export_fetch_finish(void);
