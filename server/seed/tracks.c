/* The last two hours of every vehicle up to where it is: along streets that cross at right angles, with a stop or two. */
#include <math.h>

#include "server/seed/seed-private.h"

enum { POINTS = 120, STEP_SECONDS = 60, STAND_MOST = 12 };

static const double degree = 111195;

/* A generator of its own: what else is drawn does not change by it. */
static void walk(struct seed *seed, const struct van *van)
{
    struct rng rng;
    struct str *rows = &seed->tables[TABLE_TRACK].rows;
    double lon = van->row.lon, lat = van->row.lat, wide = degree * cos(lat * M_PI / 180);
    int standing = 0, east = 1, north = 0;
    rng_seed(&rng, (uint64_t)van->id);
    for (int i = 0; i < POINTS; i++) {
        double metres = standing ? 0 : (double)rng_range(&rng, 300, 800);
        struct instant at = van->row.position_at;
        at.us -= i * STEP_SECONDS * US_PER_SECOND;
        row_begin(rows);
        row_int(rows, van->id);
        row_time(rows, at);
        row_int(rows, 0);
        row_real(rows, lon);
        row_real(rows, lat);
        row_real(rows, metres / STEP_SECONDS);
        row_end(rows);
        lon -= east * metres / wide;
        lat -= north * metres / degree;
        standing = standing ? standing - 1 : rng_range(&rng, 1, 40) == 1 ? STAND_MOST : 0;
        if (rng_range(&rng, 1, 6) == 1) { /* round a corner, never back */
            int turn = rng_range(&rng, 0, 1) ? 1 : -1, was = east;
            east = north * turn;
            north = -was * turn;
        }
    }
}

/* After all the rest, when it is known where they are. */
int tracks_make(struct seed *seed)
{
    int result =
        sink_run(seed, "SELECT track_make((p.at AT TIME ZONE 'UTC')::date - n) FROM vehicle_position p, "
                       "generate_series(0, 1) n");
    seed->tables[TABLE_TRACK].columns = "vehicle_id, at, tracker_id, lon, lat, speed";
    for (size_t i = 0; i < VEHICLES; i++)
        walk(seed, &seed->vans[i]);
    return result ? result : seed_write(seed, TABLE_TRACK);
}
