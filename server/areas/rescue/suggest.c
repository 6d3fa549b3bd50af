/* rescue.suggest: which vehicle to send, ranked, with what speaks against each. Changes nothing. */
#include "base/arena.h"
#include "server/areas/rescue/rank.h"
#include "server/areas/rescue/verbs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUGGEST_MAX = 100 };

static const struct sql sql_order = {
    "rescue_suggest_order", "SELECT o.branch_id, o.service, o.car_model, o.road, o.lon, o.lat, o.refused_by "
                            "FROM rescue_order o WHERE o.id = $1 AND o.branch_id = ANY ($2::int[])"};
static const struct sql sql_candidates = {"rescue_candidates", "SELECT * FROM vehicle_candidates($1)"};

/* Columns of vehicle_candidates. */
enum {
    COL_ID,
    COL_CODE,
    COL_PLATE,
    COL_TYPE,
    COL_BRANCH,
    COL_BRANCH_NAME,
    COL_STATE,
    COL_CONTRACTED,
    COL_SERVICES,
    COL_MODELS,
    COL_ROADS,
    COL_LON,
    COL_LAT,
    COL_POSITION_AT,
    COL_STALE,
    COL_LOAD,
    COL_DRIVER,
    COL_DRIVER_NAME,
    COL_WORKS,
    COL_ON_SHIFT,
    COL_DRIVER_BUSY
};

struct job {
    int64_t branch_id, refused_by;
    const char *service, *car_model, *road;
    struct point place;
};

static bool job_take(struct rows *rows, struct job *job)
{
    *job = (struct job){
        .branch_id = rows_int(rows, 0, 0),
        .service = rows_text(rows, 0, 1),
        .car_model = rows_text(rows, 0, 2),
        .road = rows_text(rows, 0, 3),
        .place = {rows_real(rows, 0, 4), rows_real(rows, 0, 5)},
        .refused_by = rows_int(rows, 0, 6),
    };
    return rows_count(rows) > 0;
}

static bool supports(struct rows *rows, size_t row, int column, const char *wanted)
{
    struct text_set set = rows_set(rows, row, column);
    return rank_supports(set.items, set.count, wanted);
}

static unsigned vehicle_reasons(struct rows *rows, size_t row, const struct job *job)
{
    const char *state = rows_text(rows, row, COL_STATE);
    unsigned reasons = 0;
    if (strcmp(state, "off_duty") == 0)
        reasons |= RANK_OFF_DUTY;
    else if (strcmp(state, "idle") != 0)
        reasons |= RANK_BUSY;
    if (!supports(rows, row, COL_SERVICES, job->service))
        reasons |= RANK_NO_SERVICE;
    if (!supports(rows, row, COL_MODELS, job->car_model))
        reasons |= RANK_NO_MODEL;
    if (!supports(rows, row, COL_ROADS, job->road))
        reasons |= RANK_NO_ROAD;
    if (rows_bool(rows, row, COL_STALE))
        reasons |= RANK_STALE;
    if (rows_int(rows, row, COL_BRANCH) != job->branch_id)
        reasons |= RANK_OTHER_BRANCH;
    return reasons | (rows_bool(rows, row, COL_CONTRACTED) ? RANK_CONTRACTED : 0);
}

static unsigned driver_reasons(struct rows *rows, size_t row, const struct job *job)
{
    int64_t driver = rows_int(rows, row, COL_DRIVER);
    if (driver == NIL || !rows_bool(rows, row, COL_WORKS))
        return RANK_NO_DRIVER;
    unsigned reasons = rows_bool(rows, row, COL_ON_SHIFT) ? 0 : RANK_OFF_SHIFT;
    if (driver == job->refused_by)
        reasons |= RANK_REFUSED;
    /* busy on this very vehicle is said by the vehicle already */
    return reasons | (rows_bool(rows, row, COL_DRIVER_BUSY) ? RANK_DRIVER_BUSY : 0);
}

static struct rank_row *rank_rows(struct request *request, struct rows *rows, const struct job *job)
{
    struct rank_row *ranked = arena_alloc(request->arena, rows_count(rows) * sizeof(*ranked));
    for (size_t i = 0; i < rows_count(rows); i++) {
        size_t *row = arena_new(request->arena, size_t);
        *row = i;
        ranked[i] = (struct rank_row){
            .vehicle_id = rows_int(rows, i, COL_ID),
            .driver_id = rows_int(rows, i, COL_DRIVER),
            .at = {rows_real(rows, i, COL_LON), rows_real(rows, i, COL_LAT)},
            .load = rows_int(rows, i, COL_LOAD),
            .reasons = vehicle_reasons(rows, i, job) | driver_reasons(rows, i, job),
            .data = row,
        };
    }
    rank_vehicles(ranked, rows_count(rows), job->place);
    return ranked;
}

static void add_text(struct str *out, const char *name, const char *text)
{
    str_addf(out, ",\"%s\":", name);
    str_add_json(out, text);
}

static void add_number(struct str *out, const char *name, int64_t value)
{
    if (value == NIL)
        str_addf(out, ",\"%s\":null", name);
    else
        str_addf(out, ",\"%s\":%lld", name, (long long)value);
}

static void add_reasons(struct str *out, unsigned reasons)
{
    const char *comma = "";
    str_add(out, ",\"reasons\":[");
    for (unsigned bit = 1; bit < 1U << RANK_REASONS; bit <<= 1) {
        if (!(reasons & bit))
            continue;
        str_add(out, comma);
        str_add_json(out, rank_reason_text(bit));
        comma = ",";
    }
    str_add_char(out, ']');
}

static void add_row(struct str *out, struct rows *rows, const struct rank_row *rank)
{
    size_t row = *(const size_t *)rank->data;
    str_addf(out, "{\"vehicle_id\":%lld", (long long)rank->vehicle_id);
    add_number(out, "driver_id", rank->driver_id);
    add_number(out, "distance_m", rank->distance_m);
    str_addf(out, ",\"fit\":%s", rank->fit ? "true" : "false");
    add_reasons(out, rank->reasons);
    add_number(out, "eta_s", rank->eta_s);
    add_number(out, "load", rank->load);
    str_addf(out, ",\"on_shift\":%s,\"stale\":%s", rows_bool(rows, row, COL_ON_SHIFT) ? "true" : "false",
             rows_bool(rows, row, COL_STALE) ? "true" : "false");
    if (point_is_valid(rank->at))
        str_addf(out, ",\"lon\":%.6f,\"lat\":%.6f", rank->at.lon, rank->at.lat);
    if (!instant_is_nil(rows_time(rows, row, COL_POSITION_AT)))
        str_addf(
            out, ",\"position_at\":\"%s\"",
            time_print((char[TIME_TEXT_SIZE]){0}, TIME_TEXT_SIZE, rows_time(rows, row, COL_POSITION_AT)));
    add_text(out, "code", rows_text(rows, row, COL_CODE));
    add_text(out, "plate", rows_text(rows, row, COL_PLATE));
    add_text(out, "type", rows_text(rows, row, COL_TYPE));
    add_text(out, "state", rows_text(rows, row, COL_STATE));
    add_text(out, "branch", rows_text(rows, row, COL_BRANCH_NAME));
    add_text(out, "driver", rows_text(rows, row, COL_DRIVER_NAME));
    str_add_char(out, '}');
}

/* Of a vehicle's drivers only the best is offered; they are sorted, so that is the first. */
static bool seen(const struct rank_row *ranked, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (ranked[i].vehicle_id == ranked[at].vehicle_id)
            return true;
    }
    return false;
}

int rescue_suggest(struct request *request)
{
    struct rows *order =
        tx_read(request->tx, &sql_order, p_int(request_int(request, "id")), p_text(request->grant->scope));
    struct rows *candidates = tx_read(request->tx, &sql_candidates, p_time(request->now));
    struct job job;
    int result = request_need(request);
    if (result)
        return result;
    if (!job_take(order, &job))
        return request_fail(request, ERR_NOT_FOUND, "id", N_("There is no such record"), NULL);
    struct rank_row *ranked = rank_rows(request, candidates, &job);
    size_t given = 0;
    str_add(&request->out, "{\"rows\":[");
    for (size_t i = 0; i < rows_count(candidates) && given < SUGGEST_MAX; i++) {
        if (seen(ranked, i))
            continue;
        str_add(&request->out, given++ ? "," : "");
        add_row(&request->out, candidates, &ranked[i]);
    }
    str_add(&request->out, "]}");
    return 0;
}
