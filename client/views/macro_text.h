/*
 * Recorded keys as a text that can be read, changed and kept: `{list}/state=new<Enter>{list}<Down>d{sheet}v07<Enter>`. Letters stand for themselves,
 * other keys by name in <>, and in {} stands what was on top when the keys behind it were typed: replay stops where something else is.
 * A `<` that was typed is <lt>, a `{` <lb>.
 */
#pragma once

#include "base/str.h"
#include "base/vec.h"
#include "client/ui/key.h"

enum { MACRO_STEPS_MAX = 2000, MACRO_PLACE_MAX = 24 };

struct macro_step {
    struct key key;              /* never a paste */
    char place[MACRO_PLACE_MAX]; /* name of the screen it is for; "" wherever it is */
};

struct macro_steps {
    VEC(struct macro_step) items;
};

/* One more key at the end; false: it cannot be recorded, or there are too many. */
bool macro_add(struct macro_steps *steps, const struct key *key, const char *place);
void macro_write(const struct macro_steps *steps, struct str *out);

/* False, with *bad_r at what is not understood. */
bool macro_read(const char *text, struct macro_steps *steps_r, const char **bad_r);
