/* vehicle.track: the way of a vehicle on a day, or between two times, thinned for a map, with its length and where it stood. */
#include <math.h>

#include "base/arena.h"
#include "server/areas/tracks/path.h"
#include "server/areas/tracks/tracks.h"

enum { POINTS_MAX = 60000, STOPS_MAX = 200 };

static const struct sql sql_vehicle = {
    "vehicle_track_of", "SELECT v.plate, b.time_zone FROM vehicle v JOIN branch b ON b.id = v.branch_id "
                        "WHERE v.id = $1 AND v.branch_id = ANY ($2::int[])"};
/* A day is that of the vehicle's branch. */
static const struct sql sql_day = {
    "vehicle_track_day",
    "SELECT k.at, k.lon, k.lat, k.speed::double precision, k.accuracy::double precision, k.tracker FROM "
    "vehicle v JOIN branch b ON b.id = v.branch_id, vehicle_track($1, coalesce($3, $2::date::timestamp AT "
    "TIME ZONE b.time_zone), coalesce($4, ($2::date + 1)::timestamp AT TIME ZONE b.time_zone), $5::int) k "
    "WHERE v.id = $1"};

static int take_times(struct request *request, struct instant *from_r, struct instant *to_r)
{
    const char *from = request_text(request, "from"), *to = request_text(request, "to");
    *from_r = *to_r = INSTANT_NIL;
    if (!!from != !!to || !!from == request_has(request, "day"))
        return request_fail(request, ERR_INVALID, from ? "to" : "day", N_("Say a day, or from when to when"),
                            NULL);
    if (!from)
        return 0;
    if (time_parse(from, from_r) < 0 || time_parse(to, to_r) < 0 || to_r->us <= from_r->us ||
        to_r->us - from_r->us > TRACK_HOURS_MAX * 3600 * US_PER_SECOND)
        return request_fail(request, ERR_INVALID, "to", N_("Between a second and {max} hours"), "max", "72",
                            NULL);
    return 0;
}

static struct path_point *take_points(struct request *request, struct rows *rows, size_t count)
{
    struct path_point *points = arena_alloc(request->arena, (count + 1) * sizeof(*points));
    for (size_t i = 0; i < count; i++)
        points[i] = (struct path_point){.at = rows_time(rows, i, 0),
                                        .place = {rows_real(rows, i, 1), rows_real(rows, i, 2)},
                                        .speed = rows_real(rows, i, 3),
                                        .accuracy = rows_real(rows, i, 4),
                                        .tracker = rows_bool(rows, i, 5)};
    return points;
}

static const char *time_text(struct request *request, struct instant at)
{
    char text[TIME_TEXT_SIZE];
    at.us -= at.us % US_PER_SECOND;
    return arena_strdup(request->arena, time_print(text, sizeof(text), at));
}

static void add_stops(struct request *request, const struct path_point points[], size_t count)
{
    struct str *out = &request->out;
    struct path_stop *stops = arena_alloc(request->arena, STOPS_MAX * sizeof(*stops));
    size_t found = path_stops(points, count, stops, STOPS_MAX);
    str_addf(out, ",\"nstops\":%zu,\"stops\":[", found);
    for (size_t i = 0; i < MIN(found, (size_t)STOPS_MAX); i++)
        str_addf(out, "%s{\"from\":\"%s\",\"to\":\"%s\",\"lon\":%.6f,\"lat\":%.6f}", i ? "," : "",
                 time_text(request, stops[i].from), time_text(request, stops[i].to), stops[i].place.lon,
                 stops[i].place.lat);
    str_add(out, "]");
}

static void add_points(struct request *request, struct path_point points[], size_t count, size_t most)
{
    struct str *out = &request->out;
    double metres;
    count = path_thin(points, count, most, &metres);
    str_addf(out, ",\"off_m\":%.0f,\"points\":[", metres);
    for (size_t i = 0; i < count; i++) {
        str_addf(out, "%s{\"at\":\"%s\",\"lon\":%.6f,\"lat\":%.6f,\"speed\":", i ? "," : "",
                 time_text(request, points[i].at), points[i].place.lon, points[i].place.lat);
        if (isnan(points[i].speed))
            str_add(out, "null");
        else
            str_addf(out, "%.0f", points[i].speed * 3.6);
        str_addf(out, ",\"source\":\"%s\"}", points[i].tracker ? "tracker" : "driver");
    }
    str_add(out, "]}");
}

int vehicle_track(struct request *request)
{
    struct instant from, to;
    int64_t id = request_int(request, "id"), most = request_int(request, "most");
    int result = take_times(request, &from, &to);
    if (result)
        return result;
    struct rows *vehicle = tx_read(request->tx, &sql_vehicle, p_int(id), p_text(request->grant->scope));
    struct rows *rows = tx_read(request->tx, &sql_day, p_int(id), p_text(request_text(request, "day")),
                                p_time(from), p_time(to), p_int(POINTS_MAX + 1));
    result = request_need(request);
    if (result)
        return result;
    if (rows_count(vehicle) == 0)
        return request_fail(request, ERR_NOT_FOUND, "id", N_("There is no such record"), NULL);
    size_t read = MIN(rows_count(rows), (size_t)POINTS_MAX);
    struct path_point *points = take_points(request, rows, read);
    size_t count = path_clean(points, read);
    struct str *out = &request->out;
    str_addf(out, "{\"id\":%lld,\"plate\":", (long long)id);
    str_add_json(out, rows_text(vehicle, 0, 0));
    str_add(out, ",\"zone\":");
    str_add_json(out, rows_text(vehicle, 0, 1));
    str_addf(out, ",\"count\":%zu,\"more\":%s,\"km\":%.1f", read,
             rows_count(rows) > POINTS_MAX ? "true" : "false", path_metres(points, count) / 1000);
    add_stops(request, points, count);
    add_points(request, points, count, most == NIL ? TRACK_MOST_USUAL : (size_t)most);
    return 0;
}
