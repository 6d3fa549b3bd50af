/* For the files of the customer's view only. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "client/desks/customer_view.h"
#include "client/ui/table.h"
#include "model/catalogue.h"

/* One record, or a line about one of a branch that is not seen. */
struct customer_line {
    const struct catalogue_entity *entity;
    const json_t *row; /* of the answer */
    size_t part;
    int64_t id;
    bool elsewhere;
    bool open; /* an order under way, or a notice that waits: before all others */
    struct instant at;
};

struct customer_view {
    struct screen screen;
    struct app_context *app;
    int64_t id;
    const struct catalogue_entity *entity; /* customer */

    json_t *answer; /* NULL: none yet */
    char *trouble;  /* why there is none, translated */
    uint64_t asked;
    bool stale;
    int64_t read_ms;

    VEC(struct customer_line) lines; /* of the part shown */
    size_t part;                     /* from 1; 0: all of them */
    struct table table;
    struct arena *arena; /* of the cells in sight */
    bool facts_only;     /* F11: what is known of him has the whole screen */
    int scroll;          /* of it */
};

static inline struct customer_view *customer_view_of(struct screen *screen)
{
    return container_of(screen, struct customer_view, screen);
}

/* ---- customer_view_rows.c */
extern const struct table_model customer_model;
const json_t *customer_part(const struct customer_view *view, size_t index); /* NULL: there are no more */
const struct catalogue_entity *customer_part_entity(const struct customer_view *view, size_t index);
void customer_name_columns(struct customer_view *view);
void customer_build_lines(struct customer_view *view);
const struct customer_line *customer_current(const struct customer_view *view); /* NULL: there is none */

/* ---- customer_view_draw.c */
void customer_draw(struct screen *screen, struct canvas *canvas, struct area body);
void customer_linear(struct screen *screen, struct linear *linear);
void customer_plain(struct screen *screen, struct str *out);
