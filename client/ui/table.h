#pragma once

#include <stdint.h>

#include "base/vec.h"
#include "client/ui/canvas.h"
#include "client/ui/key.h"

/*
 * A table draws rows that somebody else holds. It never waits: it draws what the model has, and asks for more
 * when the cursor comes near the end; the model answers later by table_changed().
 */
struct table_column {
    const char *title; /* translated; the caller's */
    int width;         /* cells it needs */
    int width_max;     /* cells it can use; 0: no more than width */
    enum align align;
    int priority; /* where not all fit, lower ones come first and the others are reached with Right */
};

enum row_flag {
    ROW_CHANGED = 1, /* somebody else just changed it: ~ */
    ROW_PENDING = 2, /* its answer is not here yet: … */
    ROW_FAILED = 4,  /* the last action on it failed: ! */
    ROW_ALARM = 8,   /* overdue and the like: ! and the alarm's role */
    ROW_DIM = 16,    /* done with */
    ROW_HELD = 32,   /* somebody else has it open for editing: @ */
};

enum table_state { TABLE_COMPLETE, TABLE_MORE, TABLE_LOADING };

struct table_model {
    size_t (*count)(void *context); /* rows at hand */
    enum table_state (*state)(void *context);
    void (*more)(void *context); /* ask for the next page; must return at once and turn state to loading. May
                                    be NULL */
    int64_t (*id)(void *context, size_t row);
    unsigned (*flags)(void *context, size_t row); /* may be NULL */
    /* The text of a cell, in the model's own memory or in scratch (emptied before). *role may be changed. */
    const char *(*cell)(void *context, size_t row, size_t column, struct str *scratch, enum role *role);
    const char *(*sum)(void *context, size_t column, struct str *scratch); /* NULL: never a foot */
};

enum table_result { TABLE_UNUSED, TABLE_USED, TABLE_MOVED, TABLE_MARKED, TABLE_OPENED /* Enter */ };

struct table {
    const struct table_model *model;
    void *context;
    VEC(struct table_column) columns;
    VEC(int64_t) marks; /* ids, sorted */
    size_t cursor;      /* row */
    int64_t cursor_id;
    size_t top;    /* first row shown */
    size_t shift;  /* columns scrolled past, without the frozen first */
    bool picks;    /* Left and Right go from column to column, and scroll where these end */
    bool foot;     /* the model's sums are shown */
    size_t column; /* the one picked */
    /* What to do where nothing is found, translated; NULL: nothing. With the model's context. */
    const char *(*none)(void *context);
    int page;      /* rows shown at the last drawing */
    int cols;
    struct str scratch;
};

void table_init(struct table *table, const struct table_model *model, void *context);
void table_finish(struct table *table);
void table_add_column(struct table *table, const struct table_column *column);
void table_clear_columns(struct table *table);

/* The model's rows are others now: the cursor stays on its id where that is still there. Asks for more if
 * needed. */
void table_changed(struct table *table);

/* To the first row (a new filter). Marks are forgotten. */
void table_reset(struct table *table);

/* Rows were put before those there were: what is in sight stays there. */
void table_came_before(struct table *table, size_t rows);

/* Up, Down, PgUp, PgDn, Home, End, Left, Right, Space (mark and go on), * (turn all marks round), Enter. */
enum table_result table_key(struct table *table, const struct key *key);
void table_draw(struct table *table, struct canvas *canvas, struct area area, bool focused);

/* Columns are hidden at the right, or scrolled past. */
bool table_more_right(const struct table *table);
bool table_more_left(const struct table *table);

/* The next column in the order they stand in; false: there is none. It is scrolled into sight. */
bool table_pick(struct table *table, int step);
bool table_has_row(const struct table *table);
int64_t table_current(const struct table *table); /* id; only with a row */
bool table_is_marked(const struct table *table, int64_t id);
void table_mark(struct table *table, int64_t id, bool marked);
void table_unmark_all(struct table *table);
void table_select(struct table *table, int64_t id); /* if it is there */

/* "12/340+": row of rows at hand, + while there are more; marks behind it. */
void table_position(const struct table *table, struct str *out);

/* One line per label and value, for the plain mode: the row under the cursor. */
void table_plain(struct table *table, struct str *out);
