/* What a tracker says over HTTP, read out of its query, form or JSON. Pure: no sockets, no database. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/geo.h"
#include "base/time.h"

enum {
    TRACK_CODE_MAX = 64,
    TRACK_TOKEN_MAX = 128,
    TRACK_AHEAD_SECONDS = 300, /* a device's clock may be ahead by so much */
    TRACK_VALUES_MAX = 64      /* of a form */
};

struct track_report {
    char code[TRACK_CODE_MAX + 1]; /* of the device */
    struct instant at;
    struct point place; /* null: the device does not know where it is */
    double speed;       /* metres a second; NAN like the others: not said, or not to be believed */
    double bearing, accuracy, battery; /* degrees, metres, per cent */
    const char *fault;                 /* a line on what is wrong with it, static; NULL: nothing */
};

/* A parameter by its name, decoded; NULL: it is not there. */
typedef const char *track_value(void *context, const char *name);

/* 0, or -EINVAL: not what a tracker says; the report's fault says why. `now` stands in where no time is said. */
int track_read_values(track_value *value, void *context, struct instant now, struct track_report *report_r);
int track_read_json(const char *text, size_t len, struct instant now, struct track_report *report_r);

/* "a=1&b=%20", decoded in place; the names and values point into it. */
struct track_form {
    struct {
        const char *name, *value;
    } items[TRACK_VALUES_MAX];
    size_t count;
};
int track_form_parse(char *text, struct track_form *form_r);
const char *track_form_value(void *form, const char *name);
