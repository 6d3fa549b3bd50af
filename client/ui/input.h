#pragma once

#include "client/ui/canvas.h"
#include "client/ui/edit.h"
#include "client/ui/key.h"

/* A single-line input. */
enum input_kind {
    INPUT_TEXT,
    INPUT_DIGITS, /* digits only: ids, quantities */
    INPUT_CODE,   /* printable ASCII after folding: codes, plates are text */
    INPUT_PHONE,  /* digits + - ( ) # * and spaces */
    INPUT_AMOUNT, /* digits . , - and what a calculator needs: + * / ( ) = */
    INPUT_DATE,   /* digits - / . : + and space */
    INPUT_SECRET, /* shown as *, wiped, no undo */
};

enum input_result { INPUT_UNUSED, INPUT_USED, INPUT_CHANGED, INPUT_REFUSED /* wrong character, or full */ };

struct input {
    struct edit edit;
    enum input_kind kind;
    size_t scroll; /* byte offset of the first grapheme shown */
    bool required; /* marked * while empty */
    bool invalid;  /* marked ! */
    bool readonly;
    bool cut;      /* of what was put in last not all had room */
    bool selected; /* all of it: what is typed takes its place, and a key that moves begins to edit it */
};

/* max is in characters; 0 is the most an edit takes. */
void input_init(struct input *field, enum input_kind kind, size_t max);
void input_finish(struct input *field);
void input_set(struct input *field, const char *text);
void input_select(struct input *field); /* nothing, where nothing stands */
const char *input_text(const struct input *field);
bool input_empty(const struct input *field);

/* Whether a key went to a secret input since this was asked last. */
bool input_touched_secret(void);

/* Text, paste, Left, Right, Home, End, by words with Ctrl, Backspace, Delete, Ctrl-W (word), Ctrl-U (all), Ctrl-Y (undo). Everything else is INPUT_UNUSED. */
enum input_result input_key(struct input *field, const struct key *key);

/*
 * Draws into `width` cells: the text over a line of underscores, one more cell behind it for the mark. Moves
 * scroll as needed and puts the canvas cursor here when focused.
 */
void input_draw(struct input *field, struct canvas *canvas, int row, int col, int width, bool focused);

/* A label, padded to `width`, in the role of the field's state. */
void input_label(struct canvas *canvas, int row, int col, int width, const char *label, bool focused);
