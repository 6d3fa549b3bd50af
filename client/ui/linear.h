#pragma once

#include "base/arena.h"
#include "client/ui/choices.h"
#include "client/ui/input.h"
#include "client/ui/table.h"

/*
 * What the linear mode must know of a screen to be able to speak of it: its rows by number, its fields by
 * name, the line it waits for. A screen fills in what it has; the rest stays zero.
 */
enum linear_kind {
    LINEAR_TEXT,
    LINEAR_NOTE,   /* several lines */
    LINEAR_CHOICE, /* one of a list that K_LOOKUP hangs under the field */
    LINEAR_RECORD, /* found by letters: what fits comes to hang under the field */
    LINEAR_OPENED  /* K_LOOKUP opens a screen of its own */
};

struct linear_field {
    const char *name, *label, *value, *help, *trouble; /* any but label may be NULL */
    enum linear_kind kind;
    bool required, secret;
    bool fixed; /* cannot be changed here and now */
};

struct linear_form {
    size_t (*count)(void *context);
    /* false: it is not shown now. Texts are in the arena, or live until the next key. */
    bool (*field)(void *context, struct arena *arena, size_t index, struct linear_field *field_r);
    size_t (*at)(void *context); /* the one with the cursor */
    void (*go)(void *context, size_t index);
    const struct choices *(*hung)(void *context); /* NULL: nothing hangs under a field; may be NULL itself */
    void (*done)(void *context); /* the last one has been filled in; may be NULL: nothing is sent by itself */
};

struct linear_rows {
    size_t (*count)(void *context);
    size_t (*cursor)(void *context);
    int64_t (*id)(void *context, size_t row);
    void (*text)(void *context, size_t row, struct str *out);
    void (*go)(void *context, size_t row);
    bool (*heading)(void *context, size_t row); /* has no number; may be NULL */
    bool (*more)(void *context);                /* there are more than are at hand; may be NULL */
};

struct linear {
    struct arena *arena;
    struct str text; /* a label and a value by line: what is neither field nor row */
    const struct linear_form *form;
    void *form_context;
    bool asks; /* its fields are asked for from the beginning, without being told to */
    const struct linear_rows *rows;
    void *rows_context;
    struct table *table; /* of the rows, where they are a table's: its rows can be read by label */
    int take;            /* the key that takes a row; 0: Enter */
    bool looks;          /* … but its number only goes there: it is taken by a word */
    struct input *line;  /* a line is waited for, and Enter behind it */
    const char *line_label;
    bool sure;  /* Enter would do the one thing the line can mean */
    bool waits; /* for an answer that is none of the screen's own requests */
};

void linear_table(struct linear *linear, struct table *table);
void linear_choices(struct linear *linear, struct choices *choices);
