#include "server/areas/rescue/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Streets are longer than the air line, and a truck in a town averages 36 km/h: a metre of air line is worth 0.13 s. */
enum {
    ROAD_PERCENT = 130,
    METRES_PER_SECOND = 10,
    /* What a fact that is no distance is worth, in seconds of driving. */
    LOAD_SECONDS = 120,
    OFF_SHIFT_SECONDS = 3600,
    REFUSED_SECONDS = 7200,
    STALE_SECONDS = 300,
    OTHER_BRANCH_SECONDS = 300,
    CONTRACTED_SECONDS = 600,
    UNKNOWN_DISTANCE_SECONDS = 5400
};

static const struct {
    unsigned bit;
    const char *text;
    int64_t seconds;
} reasons[] = {
    {RANK_OFF_DUTY, N_("Off duty"), 0},
    {RANK_BUSY, N_("On another job"), 0},
    {RANK_NO_DRIVER, N_("No driver at work"), 0},
    {RANK_DRIVER_BUSY, N_("Driver is on another job"), 0},
    {RANK_NO_SERVICE, N_("Not equipped for this service"), 0},
    {RANK_NO_MODEL, N_("Not for this kind of car"), 0},
    {RANK_NO_ROAD, N_("Not for this road"), 0},
    {RANK_OFF_SHIFT, N_("Outside the driver's hours"), OFF_SHIFT_SECONDS},
    {RANK_REFUSED, N_("Driver refused this order"), REFUSED_SECONDS},
    {RANK_NO_POSITION, N_("Distance is not known"), UNKNOWN_DISTANCE_SECONDS},
    {RANK_STALE, N_("Position is old"), STALE_SECONDS},
    {RANK_OTHER_BRANCH, N_("Of another branch"), OTHER_BRANCH_SECONDS},
    {RANK_CONTRACTED, N_("Contracted vehicle"), CONTRACTED_SECONDS},
};

const char *rank_reason_text(unsigned bit)
{
    for (size_t i = 0; i < array_len(reasons); i++) {
        if (reasons[i].bit == bit)
            return reasons[i].text;
    }
    return NULL;
}

bool rank_supports(const char *const *codes, size_t count, const char *wanted)
{
    if (!wanted || count == 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(codes[i], wanted) == 0)
            return true;
    }
    return false;
}

static void work_out(struct rank_row *row, struct point place)
{
    double metres = geo_distance_m(row->at, place);
    row->distance_m = isnan(metres) ? NIL : llround(metres);
    row->eta_s = isnan(metres) ? NIL : row->distance_m * ROAD_PERCENT / (100 * METRES_PER_SECOND);
    if (row->distance_m == NIL)
        row->reasons |= RANK_NO_POSITION;
    row->fit = !(row->reasons & RANK_UNFIT);
    row->score = (row->eta_s == NIL ? 0 : row->eta_s) + row->load * LOAD_SECONDS;
    for (size_t i = 0; i < array_len(reasons); i++) {
        if (row->reasons & reasons[i].bit)
            row->score += reasons[i].seconds;
    }
}

static int compare(const void *left, const void *right)
{
    const struct rank_row *a = left, *b = right;
    if (a->fit != b->fit)
        return a->fit ? -1 : 1;
    if (a->score != b->score)
        return a->score < b->score ? -1 : 1;
    if (a->vehicle_id != b->vehicle_id)
        return a->vehicle_id < b->vehicle_id ? -1 : 1;
    return (a->driver_id > b->driver_id) - (a->driver_id < b->driver_id);
}

void rank_vehicles(struct rank_row *rows, size_t count, struct point place)
{
    for (size_t i = 0; i < count; i++)
        work_out(&rows[i], place);
    if (count > 1)
        qsort(rows, count, sizeof(*rows), compare);
}
