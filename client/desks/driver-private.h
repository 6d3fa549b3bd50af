/* For the files of the driver's desk only. */
#pragma once

#include "client/desks/driver_queue.h"
#include "client/desks/helper.h"
#include "client/desks/jobs.h"
#include "client/desks/record.h"

enum { DRIVER_FIELDS = 12 };

/* What is being asked of a step. */
struct driver_box {
    uint64_t dialog; /* 0: none was opened, or it is closed */
    int64_t id;      /* of the order */
    const struct catalogue_action *action;
    uint64_t serial; /* of the refused step that is put right; 0: a new one */
    struct field fields[DRIVER_FIELDS];
};

struct driver {
    struct screen screen;
    struct app_context *app;
    struct jobs now, past;
    bool show_past;
    struct record record;
    driver_steps steps;
    uint64_t serials; /* of them */
    uint64_t chosen;  /* the one looked at in the list of them */
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
    const char *place_refused; /* why the server did not take the last one; static */
    int64_t answered_ms;       /* when the last step was answered: a second tap does not take the next one */
    int64_t vehicle_id;        /* the one driven now, or last; NIL: not known */
    char vehicle[32];
    int scroll; /* of the details */
    struct driver_box box;
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
const struct job *driver_job(struct driver *desk, int64_t id); /* of either list; NULL: in none */
void driver_job_begin(struct driver *desk, int64_t id);        /* a step of it waits or is under way … */
void driver_job_end(struct driver *desk, int64_t id, bool refused);
void driver_init_rows(struct driver *desk);
void driver_name_columns(struct driver *desk);
void driver_row_changed(struct driver *desk);

/* driver_step.c: the flow's next step, and the others. */
const struct catalogue_action *driver_next(struct driver *desk, const struct job *job); /* NULL: none now */
bool driver_may(struct driver *desk, const struct job *job, const struct catalogue_action *action);
unsigned driver_take(struct driver *desk, const struct catalogue_action *action);

/* driver_photo.c: photos of a job, and what it needs before it is done. */
bool driver_photo_offered(const struct driver *desk);
unsigned driver_photo(struct driver *desk);
bool driver_photo_send(struct driver *desk,
                       struct driver_step *step);         /* false: it cannot be sent and is gone */
void driver_photo_forget(const struct driver_step *step); /* it is sent: the camera's file goes */
void driver_ask_needs(struct driver *desk);
const json_t *driver_needs(const struct driver *desk, int64_t id); /* NULL: not known */
void driver_needs_text(const struct driver *desk, struct arena *arena, const char **photos_r,
                       const char **signature_r); /* "" where nothing is wanted */
const char *driver_refusal(const struct driver *desk, struct arena *arena, const struct answer *answer);

/* driver_box.c */
void driver_ask(struct driver *desk, int64_t id, const struct catalogue_action *action, const json_t *values);
void driver_correct(struct driver *desk, struct driver_step *step); /* that was refused */
bool driver_box_is_open(const struct driver *desk);
json_t *driver_box_save(const struct driver *desk); /* NULL: none is open */
void driver_box_restore(struct driver *desk, const json_t *saved);

/* driver_finish.c: the end of a job. */
size_t driver_finish_fields(const struct catalogue_action *action,
                            struct field fields[]); /* DRIVER_FIELDS at most */
bool driver_finish_args(json_t *args); /* what was typed as the server takes it; false: no kilometres */

/* driver_waiting.c: what is not taken yet, and what never was. */
unsigned driver_show_waiting(struct driver *desk);

/* driver_pay.c */
unsigned driver_pay(struct driver *desk); /* the code the customer pays by */

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
