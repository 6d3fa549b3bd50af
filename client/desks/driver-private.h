/* For the files of the driver's desk only. */
#pragma once

#include "client/desks/jobs.h"
#include "client/desks/record.h"

/* A step that was sent and is not answered: over a lost line it waits, with its key. */
struct driver_step {
    int64_t id;
    const struct catalogue_action *action;
    json_t *values; /* typed for it, to be put right if it is refused; NULL: none */
};

struct driver {
    struct screen screen;
    struct app_context *app;
    struct jobs now, past;
    bool show_past;
    struct record record;
    VEC(struct driver_step) steps;
    int64_t answered_ms; /* when the last step was answered: a second tap does not take the next one */
    int64_t vehicle_id;  /* the one driven now, or last; NIL: not known */
    char vehicle[32];
    int scroll; /* of the details */

    int64_t finish_id; /* the order whose end is being filled in */
    struct field finish_fields[10];
};

static inline struct driver *driver_of(struct screen *screen)
{
    return container_of(screen, struct driver, screen);
}

static inline struct jobs *driver_jobs(struct driver *desk)
{
    return desk->show_past ? &desk->past : &desk->now;
}

/* driver_rows.c */
void driver_init_rows(struct driver *desk);
void driver_name_columns(struct driver *desk);
void driver_row_changed(struct driver *desk);

/* driver_step.c: the flow's next step, and the others. */
const struct catalogue_action *driver_next(struct driver *desk, const struct job *job); /* NULL: none now */
unsigned driver_take(struct driver *desk, const struct catalogue_action *action);
void driver_send(struct driver *desk, int64_t id, const struct catalogue_action *action, json_t *args,
                 json_t *values);
void driver_forget_steps(struct driver *desk);

/* driver_finish.c: the end of a job. `values` to begin with, may be NULL; `words` what was wrong with them, at `field`. */
void driver_finish(struct driver *desk, int64_t id, const json_t *values, const char *field,
                   const char *words);

/* driver_position.c */
bool driver_position_offered(const struct driver *desk);
void driver_ask_vehicle(struct driver *desk);
void driver_report(struct driver *desk);

/* driver_draw.c */
void driver_draw(struct screen *screen, struct canvas *canvas, struct area body);
void driver_linear(struct screen *screen, struct linear *linear);
