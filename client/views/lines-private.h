/* For the files of the line tables only: lines.c (screen, rows), lines_edit.c (a row in place), lines_draw.c. */
#pragma once

#include "client/ui/table.h"
#include "client/views/sheet-private.h"

struct lines {
    struct screen screen;
    struct app_context *app;
    struct sheet *sheet; /* of the record */
    size_t entry;
    const struct field *field;
    json_t *rows; /* our copy; each change goes into the record's sheet at once */
    struct table table;
    size_t edited; /* row under edit, or the count for a new one */
    bool readonly;
    bool wide;    /* by the last drawing: a row is edited in its place, else in a box */
    bool editing; /* `cells` is the row's */
    uint64_t box; /* the row was opened in last; 0: none */
    struct sheet cells;
    struct arena *arena;
};

static inline struct lines *lines_of(struct screen *screen)
{
    return container_of(screen, struct lines, screen);
}

size_t lines_count(const struct lines *lines);
bool lines_full(const struct lines *lines);
void lines_put(struct lines *lines); /* into the record's sheet */
/* As the edited row: changes, or the whole of a new one; takes it. */
void lines_store(struct lines *lines, json_t *values);
void lines_forget_fault(struct lines *lines, size_t row);

/* What the server found wrong in a cell; NULL: nothing. */
const char *lines_fault(const struct lines *lines, size_t row, const char *field);

/* The sum of a column in words; NULL: it has none. In the arena. */
const char *lines_sum(const struct lines *lines, struct arena *arena, const struct field *field);

/* lines_edit.c */
void lines_edit_row(struct lines *lines, size_t row); /* in its place or in a box */
void lines_edit_box(struct lines *lines, size_t row);
unsigned lines_edit_key(struct lines *lines, const struct key *key);
void lines_edit_keys(struct lines *lines, struct key_bar *bar);
/* What is typed of the row: {"row", "sheet"}; NULL: nothing. And gone on with. */
json_t *lines_edit_typed(struct lines *lines);
void lines_edit_half(struct lines *lines, struct sheet_entry *entry);
void lines_edit_finish(struct lines *lines); /* forgets the cells */

/* lines_draw.c */
void lines_draw(struct screen *screen, struct canvas *canvas, struct area body);
