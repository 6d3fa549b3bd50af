#pragma once

#include "client/ui/screen.h"

/*
 * The linear mode: after every key the lines that are new, one label and value each, without boxes; for
 * screen readers and dumb terminals.
 */
struct plain {
    struct str shown;
};

void plain_init(struct plain *plain);
void plain_finish(struct plain *plain);

/* Adds to out the lines that were not there the last time. */
void plain_print(struct plain *plain, struct ui *ui, struct str *out);
