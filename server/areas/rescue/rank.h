/*
 * Which vehicle to send: a pure ranking of vehicles with one of their drivers. Everything asked of the database is in the rows given;
 * what speaks against a vehicle is said in words, and such a vehicle comes after all that fit.
 */
#pragma once

#include "base/geo.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What speaks against a vehicle, or is worth knowing. The first group makes it unfit. */
enum rank_reason {
    RANK_OFF_DUTY = 1 << 0,
    RANK_BUSY = 1 << 1,        /* on another job */
    RANK_NO_DRIVER = 1 << 2,   /* nobody drives it, or whoever does is away */
    RANK_DRIVER_BUSY = 1 << 3, /* its driver is on a job with another vehicle */
    RANK_NO_SERVICE = 1 << 4,
    RANK_NO_MODEL = 1 << 5,
    RANK_NO_ROAD = 1 << 6,
    RANK_UNFIT = (1 << 7) - 1,
    RANK_OFF_SHIFT = 1 << 7,   /* outside the driver's hours */
    RANK_REFUSED = 1 << 8,     /* this driver refused this order */
    RANK_NO_POSITION = 1 << 9, /* of the vehicle or the place: the distance is not known */
    RANK_STALE = 1 << 10,      /* the position is old */
    RANK_OTHER_BRANCH = 1 << 11,
    RANK_CONTRACTED = 1 << 12,
    RANK_REASONS = 13 /* how many bits there are */
};

/* msgid of one reason bit. */
const char *rank_reason_text(unsigned bit);

struct rank_row {
    /* given */
    int64_t vehicle_id, driver_id; /* driver NIL: none */
    struct point at;
    int64_t load;     /* jobs done today */
    unsigned reasons; /* what the facts say, as bits; ranking adds RANK_NO_POSITION */
    /* worked out */
    int64_t distance_m; /* NIL: not known */
    int64_t eta_s;      /* NIL: not known */
    int64_t score;      /* seconds and what stands for them; smaller is better */
    bool fit;
    const void *data; /* the caller's */
};

/* Works out and sorts: fit ones first, then by score, then by id. Of several drivers of one vehicle the caller gives each a row. */
void rank_vehicles(struct rank_row *rows, size_t count, struct point place);

/* Is `wanted` one of the codes a vehicle supports? Nothing wanted, or no list, is no restriction. */
bool rank_supports(const char *const *codes, size_t count, const char *wanted);
