/* The way of a vehicle, as it is shown: how long it is, where it stood, and the few points that draw it. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/geo.h"
#include "base/time.h"

struct path_point {
    struct instant at;
    struct point place;
    double speed;    /* metres a second; NAN: not known */
    double accuracy; /* metres; NAN: not known */
    bool tracker;    /* a device said so, not the driver's client */
};

/* It stayed within STOP_METRES for STOP_SECONDS at least. */
enum { PATH_STOP_METRES = 80, PATH_STOP_SECONDS = 300 };

struct path_stop {
    struct instant from, to;
    struct point place;
};

/* Leaves out what cannot be: places nobody gets to that fast, and guesses of a kilometre. In order of time; returns how many are left. */
size_t path_clean(struct path_point points[], size_t count);

/* Metres driven: the trembling of a standing device is none. */
double path_metres(const struct path_point points[], size_t count);

/* Fills at most `most`; returns how many there are. */
size_t path_stops(const struct path_point points[], size_t count, struct path_stop stops_r[], size_t most);

/* The `most` points (2 at least) that draw the line best, by Ramer, Douglas and Peucker, the farthest first; in order. Work is bounded by
 * most times count. Returns how many are left; *metres_r is how far one that was left out lies from the line. */
size_t path_thin(struct path_point points[], size_t count, size_t most, double *metres_r);
