/*
 * What the driver did and the server has not answered yet, in the order it was done: steps of his jobs and photos, each with its key and the time it
 * happened. Of one job one goes at a time, for the next needs the version the one before it made. Over a lost line they wait here, and on this
 * machine's disk (client/views/draft.h): after a crash they go out at the next login, and none twice. What the server refuses although something was
 * typed for it stays, too, until it is put right or dropped; nothing waits behind it.
 */
#pragma once

#include <string.h>

#include "base/time.h"
#include "base/vec.h"
#include "client/views/context.h"
#include "model/catalogue.h"

struct driver;

struct driver_step {
    uint64_t serial;
    int64_t id;      /* of the order */
    char number[24]; /* as people know it */
    char action[16]; /* "accept" … "complete"; DRIVER_PHOTO */
    json_t *args;    /* with the key; of a photo: path, kind, key */
    json_t *values;  /* typed for it, to be put right if it is refused; NULL: none */
    struct instant at;
    int64_t version; /* of the order for it; NIL: found out before it goes */
    bool asked;      /* under way */
    bool late;       /* it waited: the server is told when it was */
    bool untimed;    /* the server would not believe that */
    int tries;
    int64_t again_ms; /* the server could not then: not before; 0: at once */
    bool refused;     /* for good; kept for what was typed */
    char *why;        /* the last refusal, translated; NULL: none */
    char *field;      /* it was about; NULL: none */
};

#define DRIVER_PHOTO "photo"

typedef VEC(struct driver_step *) driver_steps;

static inline bool driver_step_is_photo(const struct driver_step *step)
{
    return strcmp(step->action, DRIVER_PHOTO) == 0;
}

/* Takes over args and values. */
void driver_queue_add(struct driver *desk, int64_t id, const char *action, json_t *args, json_t *values);

/* In place of what was refused: the same step, as it happened then, with a key of its own. Takes over both. */
void driver_queue_correct(struct driver *desk, struct driver_step *step, json_t *args, json_t *values);

/* Sends what may go. Whenever something was added, answered, or the line is back. */
void driver_queue_pump(struct driver *desk);

struct driver_step *driver_queue_find(const struct driver *desk, uint64_t serial);
struct driver_step *driver_queue_refused(const struct driver *desk, int64_t id); /* of one job; NULL: none */
void driver_queue_drop(struct driver *desk, struct driver_step *step);           /* and frees it */
void driver_queue_keep(struct driver *desk);                                     /* on the disk, now */

/* Those that are refused are not counted, nor shown, nor do they lead anywhere. */
size_t driver_queue_waiting(const struct driver *desk);           /* of all jobs */
size_t driver_queue_count(const struct driver *desk, int64_t id); /* of one job; photos too */
size_t driver_queue_steps(const struct driver *desk, int64_t id); /* without photos */

/* From whoever sent it: a photo is there, or will never be, and why. */
void driver_queue_ended(struct driver *desk, uint64_t serial, bool done, const char *why);

/* The state the job will be in when they are done; `now` where none waits. Never shown: what may be done next follows from it. */
const char *driver_queue_state(const struct driver *desk, int64_t id, const char *now);

/* "Depart 14:03, Arrive 14:21" */
void driver_queue_text(const struct driver *desk, int64_t id, struct str *out);
const char *driver_step_words(const struct driver *desk, const struct driver_step *step); /* "Depart" */
void driver_step_text(const struct driver *desk, const struct driver_step *step, struct str *out);

/* For the drafts: NULL where nothing waits; and those of a program that ended before they were answered. */
json_t *driver_queue_save(const struct driver *desk);
void driver_queue_take(struct driver *desk, const json_t *saved);
void driver_queue_finish(struct driver *desk);
