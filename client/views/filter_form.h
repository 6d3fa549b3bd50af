/* The filter as a form: one line a field, with what is asked of it and its value. Writes the same line that `/` takes. */
#pragma once

#include "client/views/rows.h"

/* Over the screen that holds `rows`. `line`: the filter to begin with. */
void filter_form_open(struct rows *rows, const char *line);
