/* For the files of the driver's desk only. */
#pragma once

#include "client/desks/driver_queue.h"
#include "client/desks/helper.h"
#include "client/desks/jobs.h"
#include "client/desks/record.h"

struct driver {
    struct screen screen;
    struct app_context *app;
    struct jobs now, past;
    bool show_past;
    struct record record;
    driver_steps steps;
    uint64_t serials; /* of them */
    json_t *needs;    /* what the job under the cursor wants before it is done; NULL: not known */
    json_t *kinds;    /* of photos, with their words; NULL: not known */
    char photo_kind[40];
    int64_t photo_id; /* the order a photo is being taken for */
    struct helper camera, place;
    bool off_duty;             /* no positions are sent */
    int64_t placed_ms;         /* when the helper program was asked last; 0: never */
    struct instant told_at;    /* the last position the server has */
    unsigned places;           /* reports under way */
    const char *place_trouble; /* why there is none; static, or of strerror */
    int64_t answered_ms;       /* when the last step was answered: a second tap does not take the next one */
    int64_t vehicle_id;        /* the one driven now, or last; NIL: not known */
    char vehicle[32];
    int scroll; /* of the details */

    int64_t finish_id; /* the order whose end is being filled in */
    struct field finish_fields[12];
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

/* driver_photo.c: photos of a job, and what it needs before it is done. */
bool driver_photo_offered(const struct driver *desk);
unsigned driver_photo(struct driver *desk);
bool driver_photo_send(struct driver *desk,
                       struct driver_step *step);         /* false: it cannot be sent and is gone */
void driver_photo_forget(const struct driver_step *step); /* it is sent: the camera's file goes */
void driver_ask_needs(struct driver *desk);
void driver_needs_text(const struct driver *desk, struct arena *arena, const char **photos_r,
                       const char **signature_r); /* "" where nothing is wanted */
const char *driver_refusal(const struct driver *desk, struct arena *arena, const struct answer *answer);

/* driver_finish.c: the end of a job. `values` to begin with, may be NULL; `words` what was wrong with them, at `field`. */
void driver_finish(struct driver *desk, int64_t id, const json_t *values, const char *field,
                   const char *words);

/* driver_position.c */
bool driver_position_offered(const struct driver *desk);
void driver_ask_vehicle(struct driver *desk);
void driver_report(struct driver *desk);

/* driver_place.c */
void driver_position_tick(struct driver *desk, int64_t now_ms); /* asks the helper program when it is time */
void driver_position_crumb(const struct driver *desk, struct str *out);
unsigned driver_position_duty(struct driver *desk); /* begins and ends the reporting */

/* driver_draw.c */
void driver_draw(struct screen *screen, struct canvas *canvas, struct area body);
void driver_linear(struct screen *screen, struct linear *linear);
