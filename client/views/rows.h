/*
 * The rows of an entity as the server lists them, for a table: paged by keyset with the next page asked for ahead, live, with marks for what
 * others changed. A member of its screen's struct; the desks use it as the generic list does.
 */
#pragma once

#include "client/ui/table.h"
#include "client/views/context.h"
#include "client/views/live.h"
#include "model/field.h"

struct rows_record {
    int64_t id, version;
    json_t *row;
    unsigned flags; /* enum row_flag */
    int64_t changed_ms;
};

struct rows;

/* How many rows there are in all, and their sums: asked for on demand, since a big table takes its time. */
struct rows_count {
    bool wanted;
    bool stale;     /* counted before what was heard since */
    uint64_t asked; /* under way */
    int64_t asked_ms, took_ms;
    int64_t total; /* NIL: not known */
    bool more;     /* than the total, which is as far as was counted */
    bool all;      /* the last count asked for was of all, however many */
    json_t *sums;  /* by column; NULL: not known */
};

struct rows_ops {
    unsigned (*flags)(struct rows *rows, const json_t *row); /* of the screen's own: overdue …; may be NULL */
    void (*arrived)(struct rows *rows);                      /* rows were read; may be NULL */
    /* What a cell says otherwise than its field does; false: as the field. The text goes into `out`. May be NULL. */
    bool (*cell)(struct rows *rows, const json_t *row, const struct field *field, struct str *out,
                 enum role *role);
    const char *const *names; /* fields asked for beside the columns, ended by NULL; may be NULL */
};

struct rows {
    struct app_context *app;
    struct screen *screen;
    const struct catalogue_entity *entity;
    const struct rows_ops *ops; /* may be NULL */
    struct table table;
    VEC(struct rows_record) records;
    VEC(const struct field *) columns;
    VEC(int) widths;   /* of the columns, in cells; 0: as the field has it */
    json_t *filter;    /* the protocol's, from the typed line; NULL: none */
    json_t *condition; /* holds whatever the person filters by; NULL: none */
    char *line, *q, *next;
    char *prev;        /* cursor of the page before the first row at hand; NULL: there is none */
    char *sort;        /* names with a minus before those that fall, parted by spaces */
    char *sort_before; /* the one to go back to if the server refuses this; NULL: none */
    char *from;        /* what the first row was jumped to by; NULL: the list begins at its beginning */
    uint64_t asked;    /* page under way */
    int64_t asked_ms;  /* since when */
    uint64_t patching; /* changed rows under way */
    uint64_t looking;  /* page before the first under way */
    size_t before;     /* rows at hand that lie before the one jumped to */
    void (*most)(struct rows *rows); /* waits for rows_read_most; NULL: nobody does */
    bool from_top;                   /* the page under way replaces what is there */
    bool complete, broken, stale;
    bool missed; /* changes were heard while nobody looked, or while a page was under way */
    struct rows_count counts;
    struct arena *arena; /* of the cell drawn last */
};

void rows_init(struct rows *rows, struct app_context *app, struct screen *screen,
               const struct catalogue_entity *entity, const struct rows_ops *ops);
void rows_finish(struct rows *rows);

/* Columns by field name, ended by NULL; NULL: the list's own from the catalogue. */
void rows_set_columns(struct rows *rows, const char *const *names);

/* The same with widths, as a preference has them: [{"name","width"}]; what names no field is passed over. false: nothing of it is a column. Does
 * not read. */
bool rows_take_columns(struct rows *rows, const json_t *columns);
json_t *rows_columns_json(const struct rows *rows); /* a new reference */

/* A typed filter line (model/filter.h); words that name no field are searched for. 0, or -EINVAL with the reason on the message line. Reads anew. */
must_check int rows_set_filter(struct rows *rows, const char *line);
void rows_set_sort(struct rows *rows, const char *sort); /* "-created_at name"; reads anew */
void rows_use_sort(struct rows *rows, const char *sort); /* the same, without reading */
/* By this column alone; if it is that already, the other way round. */
void rows_sort_by(struct rows *rows, const struct field *field, bool descending);
void rows_sort_words(const struct rows *rows, struct str *out); /* "↓Created ↑Name" */
/* Where a column stands in the order: 1 first, negative where it falls; 0: not in it. */
int rows_sort_place(const char *sort, const char *name);

/* From the first row on whose first sort column has this value or one behind it; NULL: from the beginning. Reads anew. */
void rows_jump(struct rows *rows, const char *from);
/* The first of the order; NULL: not known here. */
const struct field *rows_sort_field(const struct rows *rows);

/* After the cursor moved: asks for rows before the first, where there are. */
void rows_look_back(struct rows *rows);

/* As many rows as the server gives at once, for all of them to be marked. `done` once they are there. */
void rows_read_most(struct rows *rows, void (*done)(struct rows *rows));

/* Takes the reference: {"field": condition}. Before the first reading. */
void rows_set_condition(struct rows *rows, json_t *condition);

/* From the top; what is shown stays until the answer comes. */
void rows_read(struct rows *rows);
void rows_count_all(struct rows *rows);                          /* total and sums, or no more of them */
void rows_count_words(const struct rows *rows, struct str *out); /* "  = 120" */
void rows_count_anew(struct rows *rows);                         /* the filter or the columns are others */
bool rows_has_foot(const struct rows *rows);
/* What is shown, if anything, is not what was asked for last: other rows are to come, and not only what others changed in these. */
bool rows_waiting(const struct rows *rows);
void rows_flag(struct rows *rows, int64_t id, unsigned set, unsigned clear);

struct rows_record *rows_current(struct rows *rows); /* NULL: no row */
struct rows_record *rows_find(struct rows *rows, int64_t id);

/* Others changed something: what is in sight is fetched again. From the screen's live_handler. */
void rows_heard(struct rows *rows, const struct live_event events[], size_t count);

/* Fades the marks of changes; SCREEN_REDRAW when one went. From the screen's tick. */
unsigned rows_tick(struct rows *rows, int64_t now_ms);

/* Column titles anew after a change of language. */
void rows_language(struct rows *rows);
