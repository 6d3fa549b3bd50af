/* vehicle.report: the driver's client says where a vehicle is. Takes no key: the same report twice is one. */
#include <math.h>

#include "server/areas/tracks/tracks.h"

static const struct sql sql_look = {
    "vehicle_report_look",
    "SELECT (SELECT value::int FROM setting WHERE name = 'track.late_days') FROM vehicle v WHERE v.id = $1 "
    "AND (v.driver_id = $2 OR v.branch_id = ANY ($3::int[]))"};
static const struct sql sql_put = {"vehicle_report", "SELECT track_report($1, $2, $3, $4, $5, $6, $7)"};

static double real_of(const struct request *request, const char *name)
{
    const json_t *value = json_object_get(request->args, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double number_of(const struct request *request, const char *name)
{
    int64_t value = request_int(request, name);
    return value == NIL ? NAN : (double)value;
}

int vehicle_report(struct request *request)
{
    int64_t id = request_int(request, "id");
    struct point at = {real_of(request, "lon"), real_of(request, "lat")};
    struct instant when = request->now;
    const char *text = request_text(request, "at");
    if (!point_is_valid(at))
        return request_fail(request, ERR_INVALID, "lon", N_("This is not a position"), NULL);
    if (text &&
        (time_parse(text, &when) < 0 || when.us > request->now.us + TRACK_AHEAD_SECONDS * US_PER_SECOND))
        return request_fail(request, ERR_INVALID, "at", N_("This is not a time of a report"), NULL);
    struct rows *rows = tx_read(request->tx, &sql_look, p_int(id), p_int(request->session->employee_id),
                                p_text(request->grant->scope));
    int result = request_need(request);
    if (result)
        return result;
    if (rows_count(rows) == 0)
        return request_fail(request, ERR_NOT_FOUND, "id", N_("There is no such record"), NULL);
    if (request->now.us - when.us > rows_int(rows, 0, 0) * 86400 * US_PER_SECOND)
        return request_fail(request, ERR_INVALID, "at", N_("This is not a time of a report"), NULL);
    tx_read(request->tx, &sql_put, p_int(id), p_time(when), p_real(at.lon), p_real(at.lat),
            p_real(number_of(request, "speed") / 3.6), p_real(number_of(request, "bearing")),
            p_real(number_of(request, "accuracy")));
    str_addf(&request->out, "{\"id\":%lld}", (long long)id);
    return 0;
}
