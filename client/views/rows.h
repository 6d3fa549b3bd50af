/*
 * The rows of an entity as the server lists them, for a table: paged by keyset with the next page asked for ahead, live, with marks for what
 * others changed. A member of its screen's struct; the desks use it as the generic list does.
 */
#pragma once

#include "client/ui/table.h"
#include "client/views/context.h"
#include "client/views/live.h"

struct rows_record {
    int64_t id, version;
    json_t *row;
    unsigned flags; /* enum row_flag */
    int64_t changed_ms;
};

struct rows {
    struct app_context *app;
    struct screen *screen;
    const struct catalogue_entity *entity;
    struct table table;
    VEC(struct rows_record) records;
    VEC(const struct field *) columns;
    json_t *filter; /* the protocol's; NULL: none */
    char *q, *sort, *line, *next;
    json_t *more_args; /* further arguments of the list verb; NULL: none */
    uint64_t asked;
    bool complete, replacing, asked_total, failed;
    int64_t total; /* NIL: not asked */
    json_t *sum;
    size_t fresh; /* rows that came in since, and are not shown */
    unsigned (*row_flags)(struct rows *rows, const json_t *row); /* the screen's own: overdue … ; may be NULL */
    void (*arrived)(struct rows *rows); /* rows were read; may be NULL */
};

void rows_init(struct rows *rows, struct app_context *app, struct screen *screen, const struct catalogue_entity *entity);
void rows_finish(struct rows *rows);

/* Columns by field name, ended by NULL; NULL: the list's own from the catalogue. */
void rows_set_columns(struct rows *rows, const char *const *names);

/* A typed filter line (model/filter.h); words that name no field become q. 0, or -EINVAL with the reason said on the message line. */
must_check int rows_set_filter(struct rows *rows, const char *line);
void rows_set_sort(struct rows *rows, const char *sort); /* "-created_at" */

/* A condition that stands whatever the person filters by. Takes the reference. */
void rows_set_condition(struct rows *rows, const char *field, json_t *condition);

/* From the top; what is shown stays until the answer comes. */
void rows_read(struct rows *rows);
void rows_ask_total(struct rows *rows);
void rows_flag(struct rows *rows, int64_t id, unsigned set, unsigned clear);

struct rows_record *rows_current(struct rows *rows); /* NULL: no row */
struct rows_record *rows_find(struct rows *rows, int64_t id);

/* Fades the marks of changes; SCREEN_REDRAW when one went. From the screen's tick. */
unsigned rows_tick(struct rows *rows, int64_t now_ms);

/* Column titles anew after a change of language. */
void rows_language(struct rows *rows);
