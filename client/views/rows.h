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

struct rows_ops {
    unsigned (*flags)(struct rows *rows, const json_t *row); /* of the screen's own: overdue …; may be NULL */
    void (*arrived)(struct rows *rows);                      /* rows were read; may be NULL */
};

struct rows {
    struct app_context *app;
    struct screen *screen;
    const struct catalogue_entity *entity;
    const struct rows_ops *ops; /* may be NULL */
    struct table table;
    VEC(struct rows_record) records;
    VEC(const struct field *) columns;
    json_t *filter;    /* the protocol's, from the typed line; NULL: none */
    json_t *condition; /* holds whatever the person filters by; NULL: none */
    char *line, *q, *sort, *next;
    uint64_t asked;    /* page under way */
    uint64_t patching; /* changed rows under way */
    bool from_top;     /* the page under way replaces what is there */
    bool complete, broken, stale;
    bool missed; /* changes were heard while nobody looked, or while a page was under way */
    int64_t total;       /* NIL: not asked */
    struct arena *arena; /* of the cell drawn last */
};

void rows_init(struct rows *rows, struct app_context *app, struct screen *screen,
               const struct catalogue_entity *entity, const struct rows_ops *ops);
void rows_finish(struct rows *rows);

/* Columns by field name, ended by NULL; NULL: the list's own from the catalogue. */
void rows_set_columns(struct rows *rows, const char *const *names);

/* A typed filter line (model/filter.h); words that name no field are searched for. 0, or -EINVAL with the reason on the message line. Reads anew. */
must_check int rows_set_filter(struct rows *rows, const char *line);
void rows_set_sort(struct rows *rows, const char *sort); /* "-created_at"; reads anew */

/* Takes the reference: {"field": condition}. Before the first reading. */
void rows_set_condition(struct rows *rows, json_t *condition);

/* From the top; what is shown stays until the answer comes. */
void rows_read(struct rows *rows);
void rows_ask_total(struct rows *rows);
void rows_flag(struct rows *rows, int64_t id, unsigned set, unsigned clear);

struct rows_record *rows_current(struct rows *rows); /* NULL: no row */
struct rows_record *rows_find(struct rows *rows, int64_t id);

/* Others changed something: what is in sight is fetched again. From the screen's live_handler. */
void rows_heard(struct rows *rows, const struct live_event events[], size_t count);

/* Fades the marks of changes; SCREEN_REDRAW when one went. From the screen's tick. */
unsigned rows_tick(struct rows *rows, int64_t now_ms);

/* Column titles anew after a change of language. */
void rows_language(struct rows *rows);
