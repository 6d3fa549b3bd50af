#pragma once

#include "client/ui/canvas.h"
#include "client/ui/edit.h"
#include "client/ui/key.h"

/* A single-line input. */
enum field_kind {
    FIELD_TEXT,
    FIELD_DIGITS, /* digits only: ids, quantities */
    FIELD_CODE,   /* printable ASCII after folding: codes, plates are text */
    FIELD_PHONE,  /* digits + - ( ) # * and spaces */
    FIELD_AMOUNT, /* digits . , - and what a calculator needs: + * / ( ) = */
    FIELD_DATE,   /* digits - / . : + and space */
    FIELD_SECRET, /* shown as *, wiped, no undo */
};

enum field_result { FIELD_UNUSED, FIELD_USED, FIELD_CHANGED, FIELD_REFUSED /* wrong character, or full */ };

struct field {
    struct edit edit;
    enum field_kind kind;
    size_t scroll; /* byte offset of the first grapheme shown */
    bool required; /* marked * while empty */
    bool invalid;  /* marked ! */
    bool readonly;
};

/* max is in characters; 0 is the most an edit takes. */
void field_init(struct field *field, enum field_kind kind, size_t max);
void field_finish(struct field *field);
void field_set(struct field *field, const char *text);
const char *field_text(const struct field *field);
bool field_empty(const struct field *field);

/* Text, paste, Left, Right, Home, End, Backspace, Delete, Ctrl-U. Everything else is FIELD_UNUSED. */
enum field_result field_key(struct field *field, const struct key *key);

/*
 * Draws into `width` cells: the text over a line of underscores, one more cell behind it for the mark. Moves
 * scroll as needed and puts the canvas cursor here when focused.
 */
void field_draw(struct field *field, struct canvas *canvas, int row, int col, int width, bool focused);

/* A label, padded to `width`, in the role of the field's state. */
void field_label(struct canvas *canvas, int row, int col, int width, const char *label, bool focused);
