#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/vec.h"

/* As it was before a change. */
struct edit_state {
    char *text;
    size_t cursor;
};

/*
 * A text with a cursor that stands between graphemes: what a field and a text area share. The text is always
 * valid, normalised (NFC) and free of control and hidden characters.
 */
struct edit {
    struct str text;
    size_t cursor;   /* byte offset */
    size_t max;      /* characters (code points); 0: EDIT_MAX */
    bool multi_line; /* \n is allowed */
    bool secret;     /* wiped when freed, never copied */
    char *cleared;   /* what the last edit_clear() took away; ours */

    VEC(struct edit_state) before; /* what edit_undo() goes back through; none of a secret */
    int run;                       /* changes that are one with the last: letters typed, letters taken away */
    size_t run_at;                 /* while the cursor stands here */
};

enum { EDIT_MAX = 32 * 1024, EDIT_UNDO_MAX = 40 };

void edit_init(struct edit *edit, size_t max, bool multi_line, bool secret);
void edit_finish(struct edit *edit);

/* Sets the text, clipped to max, cursor at the end. NULL is empty. */
void edit_set(struct edit *edit, const char *text);

/* Inserts what is left of text after cleaning, as far as it fits. Returns false when something had to be left
 * out. */
bool edit_insert(struct edit *edit, const char *text, size_t len);

/* The same in the place of all there is; of what cleaning leaves nothing, all stays. What is typed behind it is one change with it. */
bool edit_replace(struct edit *edit, const char *text, size_t len);
bool edit_left(struct edit *edit);
bool edit_right(struct edit *edit);
bool edit_home(struct edit *edit); /* of the line */
bool edit_end(struct edit *edit);
bool edit_backspace(struct edit *edit);
bool edit_delete(struct edit *edit);

/* By words: letters and digits, characters of a script without spaces up to a sign, signs. */
bool edit_word_left(struct edit *edit);
bool edit_word_right(struct edit *edit);
bool edit_delete_word(struct edit *edit); /* the one before the cursor */

/* Takes back the last change; letters typed in a row are one. False: there is none. */
bool edit_undo(struct edit *edit);

/* Empties the text; on an empty text brings back what the last one took. */
bool edit_clear(struct edit *edit);
