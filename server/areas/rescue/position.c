/* vehicle.position: a driver's terminal or a tracker says where a vehicle is. */
#include "base/arena.h"
#include "server/areas/rescue/vehicle.h"
#include "server/areas/rescue/verbs.h"
#include "server/core/change.h"

/* A report is always kept; the trail, and so the other terminals, hear of it when it means something. */
enum { TELL_METRES = 200, TELL_SECONDS = 60 };

static const struct sql sql_find = {
    "vehicle_position_find",
    "SELECT v.version, v.branch_id, v.lon, v.lat, v.position_at, v.driver_id FROM vehicle v WHERE v.id = $1 "
    "AND (v.driver_id = $2 OR v.branch_id = ANY ($3::int[])) FOR NO KEY UPDATE OF v"};
static const struct sql sql_move = {"vehicle_position_move",
                                    "UPDATE vehicle SET lon = $2, lat = $3, position_at = $4, version = "
                                    "version + $5 WHERE id = $1 RETURNING 1"};

static double real_of(const struct request *request, const char *name)
{
    const json_t *value = json_object_get(request->args, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool worth_telling(struct rows *rows, struct point at, struct instant when)
{
    double metres = geo_distance_m((struct point){rows_real(rows, 0, 2), rows_real(rows, 0, 3)}, at);
    struct instant last = rows_time(rows, 0, 4);
    return isnan(metres) || metres >= TELL_METRES || instant_is_nil(last) ||
           when.us - last.us >= TELL_SECONDS * US_PER_SECOND;
}

static void tell(struct request *request, struct rows *rows, int64_t id, struct point at)
{
    int64_t driver = rows_int(rows, 0, 5);
    change_add(request, &(struct change){.entity = "vehicle",
                                         .id = id,
                                         .version = rows_int(rows, 0, 0) + 1,
                                         .branch_id = rows_int(rows, 0, 1),
                                         .old_branch_id = NIL,
                                         .own_id = driver == NIL ? CHANGE_NOBODY : driver,
                                         .now = arena_printf(request->arena, "{\"lon\":%.6f,\"lat\":%.6f}",
                                                             at.lon, at.lat)});
}

int vehicle_position(struct request *request)
{
    int64_t id = request_int(request, "id");
    struct point at = {real_of(request, "lon"), real_of(request, "lat")};
    struct instant when = request->now;
    const char *text = request_text(request, "at");
    if (!point_is_valid(at))
        return request_fail(request, ERR_INVALID, "lon", N_("This is not a position"), NULL);
    if (text && (time_parse(text, &when) < 0 || when.us > request->now.us))
        return request_fail(request, ERR_INVALID, "at", N_("This is not a time of a report"), NULL);
    struct rows *rows = tx_read(request->tx, &sql_find, p_int(id), p_int(request->session->employee_id),
                                p_text(request->grant->scope));
    int result = request_need(request);
    if (result)
        return result;
    if (rows_count(rows) == 0)
        return request_fail(request, ERR_NOT_FOUND, "id", N_("There is no such record"), NULL);
    struct instant last = rows_time(rows, 0, 4);
    if (instant_is_nil(last) || when.us > last.us) {
        bool telling = worth_telling(rows, at, when);
        tx_write_one(request->tx, &sql_move, p_int(id), p_real(at.lon), p_real(at.lat), p_time(when),
                     p_int(telling));
        if (telling)
            tell(request, rows, id, at);
    }
    str_addf(&request->out, "{\"id\":%lld}", (long long)id);
    return 0;
}
