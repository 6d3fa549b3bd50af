#pragma once

#include "base/vec.h"
#include "client/ui/canvas.h"
#include "client/ui/key.h"

/* A list to choose from, hung under a field (look-ups) or in a dialog. Its texts are copies. */
struct choices_item {
    int64_t id;
    char *text;
    char *detail; /* shown dim at the right; may be NULL */
};

enum choices_result { CHOICES_UNUSED, CHOICES_USED, CHOICES_TAKEN, CHOICES_CLOSED };

struct choices {
    VEC(struct choices_item) items;
    size_t cursor;
    size_t scroll;
    int rows; /* shown at the last drawing */
    bool open;
    bool waiting; /* the answer is on its way: shown as `…` */
};

void choices_init(struct choices *choices);
void choices_finish(struct choices *choices);
void choices_clear(struct choices *choices);
void choices_add(struct choices *choices, int64_t id, const char *text, const char *detail);

/* The one under the cursor, or NULL. */
const struct choices_item *choices_current(const struct choices *choices);

/* The only one there is, or NULL: Enter takes a unique hit at once. */
const struct choices_item *choices_unique(const struct choices *choices);

/* Up, Down, PgUp, PgDn; Enter and Tab take; Esc closes. */
enum choices_result choices_key(struct choices *choices, const struct key *key);

/* Fills the area. */
void choices_draw(struct choices *choices, struct canvas *canvas, struct area area);

/* A pop-up below the field at (row, col), or above it where there is no room. `within` is the body. */
void choices_popup(struct choices *choices, struct canvas *canvas, struct area within, int row, int col);
