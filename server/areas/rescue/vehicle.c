#include "server/areas/rescue/vehicle.h"

#include "server/core/change.h"

#include <math.h>
#include <string.h>

static const struct choice owners[] = {
    {"own", N_("Own")},
    {"contracted", N_("Contracted")},
    {NULL},
};

static const struct choice states[] = {
    {"idle", N_("Idle")},
    {"assigned", N_("Assigned")},
    {"on_the_way", N_("On the way")},
    {"working", N_("Working")},
    {"off_duty", N_("Off duty"), .side = true},
    {NULL},
};

static const struct choice duties[] = {
    {"idle", N_("On duty")},
    {"off_duty", N_("Off duty")},
    {NULL},
};

static const struct choice reporters[] = {
    {"tracker", N_("Tracker")},
    {"driver", N_("Driver")},
    {"order", N_("Place of the order")},
    {NULL},
};

/* Where it is stands in a row of its own: reports do not touch the vehicle's. */
#define PLACE(value) "(SELECT " value " FROM vehicle_position p WHERE p.vehicle_id = t.id)"

static const struct field driver_fields[] = {
    FIELD(vehicle_driver, driver_id, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Driver"), .required = true, .width = 16,
          .help = N_("Somebody who may drive this vehicle.")),
    FIELD(vehicle_driver, position, .filled = true, .label = N_("Position"), .readonly = true, .width = 4,
          .help = N_("The first is offered first.")),
};

static const char *const driver_columns[] = {"driver_id", NULL};

const struct entity vehicle_driver_entity = {
    .name = "vehicle_driver",
    .area = "rescue",
    .table = "vehicle_driver",
    .label = N_("Driver"),
    .plural = N_("Drivers"),
    .help = N_("Who may drive the vehicle."),
    .size = sizeof(struct vehicle_driver),
    .scope = SCOPE_COMPANY,
    .parent = "vehicle_id",
    .title = "driver_id",
    .columns = driver_columns,
    .sort = "position",
    .fields = driver_fields,
    .nfields = array_len(driver_fields),
    .flags = ENTITY_HIDDEN,
};

static const struct field fields[] = {
    FIELD(vehicle, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .width = 10,
          .help = N_("The station the vehicle belongs to.")),
    FIELD(vehicle, code, .type = FIELD_CODE, .label = N_("Code"), .max = 16, .required = true, .unique = true,
          .search = true, .sortable = true, .width = 8, .help = N_("A short number used on the radio.")),
    FIELD(vehicle, plate, .type = FIELD_PLATE, .label = N_("Plate"), .max = 16, .required = true,
          .unique = true, .search = true, .width = 10,
          .help = N_("In any form: 粤A·12345, new-energy, Hong Kong and Macau.")),
    FIELD(vehicle, type, .type = FIELD_CHOICE, .base = "vehicle_type", .label = N_("Type"), .required = true,
          .width = 12, .help = N_("What kind of rescue vehicle it is.")),
    FIELD(vehicle, owner, .type = FIELD_CHOICE, .choices = owners, .label = N_("Owner"), .required = true,
          .init = "own", .width = 10, .help = N_("Our own, or a contractor's.")),
    FIELD(vehicle, supplier_id, .type = FIELD_REF, .ref = "supplier", .label = N_("Contractor"),
          .show_if = "owner=contracted", .help = N_("Whose vehicle it is.")),
    FIELD(vehicle, cost_fen, .type = FIELD_FEN, .label = N_("Cost of a job"), .min = 0, .max = 1000000000,
          .show_if = "owner=contracted", .help = N_("Agreed with the contractor, for each job.")),
    FIELD(vehicle, cost_included_km, .label = N_("Included km"), .min = 0, .max = 9999, .init = "0",
          .show_if = "owner=contracted", .help = N_("Kilometres the cost of a job includes.")),
    FIELD(vehicle, cost_km_fen, .type = FIELD_FEN, .label = N_("Cost of a km"), .min = 0, .max = 1000000,
          .init = "0", .show_if = "owner=contracted",
          .help = N_("Agreed with the contractor, for each kilometre beyond those.")),
    FIELD(vehicle, car_models, .type = FIELD_SET, .base = "car_model", .label = N_("Cars"), .max = 50,
          .help = N_("Which cars it can carry. None ticked: any.")),
    FIELD(vehicle, roads, .type = FIELD_SET, .base = "road", .label = N_("Roads"), .max = 50,
          .help = N_("Where it can work. None ticked: anywhere.")),
    FIELD(vehicle, services, .type = FIELD_SET, .base = "service", .label = N_("Services"), .max = 50,
          .help = N_("What it is equipped for. None ticked: everything.")),
    FIELD(vehicle, drivers, .type = FIELD_LINES, .lines = &vehicle_driver_entity, .label = N_("Drivers"),
          .max = 20, .help = N_("Who may drive it; the first is offered first.")),
    FIELD(vehicle, state, .type = FIELD_CHOICE, .choices = states, .readonly = true, .init = "idle",
          .label = N_("State"), .width = 10,
          .help = N_("Follows the order it is on; off duty is set by hand.")),
    FIELD(vehicle, order_id, .type = FIELD_REF, .ref = "rescue", .label = N_("Order"), .readonly = true,
          .width = 13, .help = N_("The order it is on now.")),
    FIELD(vehicle, driver_id, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("At the wheel"), .readonly = true, .width = 8,
          .help = N_("Who drives it now, or did last.")),
    FIELD(vehicle, lon, .label = N_("Longitude"), .virtual_ = true, .readonly = true, .sql = PLACE("p.lon"),
          .help = N_("Last known position (WGS 84).")),
    FIELD(vehicle, lat, .label = N_("Latitude"), .virtual_ = true, .readonly = true, .sql = PLACE("p.lat"),
          .help = N_("Last known position (WGS 84).")),
    FIELD(vehicle, position_at, .label = N_("Position of"), .virtual_ = true, .readonly = true,
          .sql = PLACE("p.at"), .width = 11, .help = N_("When it was there.")),
    FIELD(vehicle, position_by, .type = FIELD_CHOICE, .choices = reporters, .label = N_("Reported by"),
          .virtual_ = true, .readonly = true, .sql = PLACE("p.source"), .width = 9,
          .help = N_("Who said that it is there.")),
    FIELD(vehicle, speed, .label = N_("Speed (km/h)"), .virtual_ = true, .readonly = true,
          .sql = PLACE("round(p.speed * 3.6)::bigint"), .width = 6, .help = N_("At its last position.")),
    FIELD(vehicle, stale_after, .type = FIELD_DURATION, .label = N_("Position counts for"), .virtual_ = true,
          .readonly = true,
          .sql = "(SELECT value::bigint FROM setting WHERE name = 'rescue.position_stale_seconds')",
          .help = N_("A position older than this is marked as old.")),
    FIELD(vehicle, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 1000,
          .help = N_("What dispatchers should know of it.")),
};

static const struct field state_args[] = {
    ARG(state, FIELD_CHOICE, .choices = duties, .label = N_("Duty"), .required = true,
        .help = N_("On duty it is offered for jobs; off duty it is not.")),
};

static int check(struct act *act)
{
    const struct vehicle *vehicle = act->now;
    for (size_t i = 0; act_is_set(act, "drivers") && i < vehicle->drivers.count; i++) {
        const struct vehicle_driver *drivers = vehicle->drivers.items;
        for (size_t j = 0; j < i; j++) {
            if (drivers[i].driver_id == drivers[j].driver_id)
                return request_fail(act->request, ERR_INVALID, "drivers", N_("A driver stands there twice"),
                                    NULL);
        }
    }
    return 0;
}

static int in_tx(struct act *act)
{
    struct vehicle *vehicle = act->now;
    if (vehicle->owner && strcmp(vehicle->owner, "own") == 0 && vehicle->supplier_id != NIL) {
        vehicle->supplier_id = NIL;
        act_mark(act, "supplier_id");
    }
    if (vehicle->owner && strcmp(vehicle->owner, "contracted") == 0 &&
        (vehicle->supplier_id == NIL || vehicle->cost_fen == NIL)) {
        const char *missing = vehicle->supplier_id == NIL ? "supplier_id" : "cost_fen";
        return request_fail(act->request, ERR_INVALID, missing,
                            N_("A contracted vehicle needs its contractor and the agreed cost"), NULL);
    }
    return 0;
}

static int guard(struct act *act)
{
    const struct vehicle *vehicle = act->was;
    if (act->kind == ACT_ENABLE || vehicle->order_id == NIL)
        return 0;
    return request_fail(act->request, ERR_CONFLICT, NULL, N_("Vehicle {plate} is on a job"), "plate",
                        vehicle->plate, NULL);
}

static int state_in_tx(struct act *act)
{
    struct vehicle *vehicle = act->now;
    vehicle->state = request_text(act->request, "state");
    act_mark(act, "state");
    return 0;
}

static const struct action actions[] = {
    {.name = "state",
     .key = 's',
     .label = N_("On or off duty"),
     .from = "idle off_duty",
     .undo = "state",
     .args = state_args,
     .nargs = array_len(state_args),
     .bulk = true,
     .in_tx = state_in_tx,
     .help = N_("Takes the vehicle off duty, or puts it back.")},
};

static const char *const columns[] = {"code",     "plate",     "type",        "branch_id", "owner", "state",
                                      "order_id", "driver_id", "position_at", "services",  NULL};
static const char *const main_tab[] = {"code",        "plate",       "type",      "branch_id", "drivers",
                                       "state",       "order_id",    "driver_id", "lon",       "lat",
                                       "position_at", "position_by", "speed",     "remarks",   NULL};
static const char *const fit_tab[] = {"services", "car_models", "roads", NULL};
static const char *const owner_tab[] = {"owner",       "supplier_id", "cost_fen", "cost_included_km",
                                        "cost_km_fen", NULL};
static const struct tab tabs[] = {
    {N_("Vehicle"), main_tab},
    {N_("Fit for"), fit_tab},
    {N_("Owner and cost"), owner_tab},
    {NULL},
};

const struct entity vehicle_entity = {
    .name = "vehicle",
    .area = "rescue",
    .table = "vehicle",
    .label = N_("Vehicle"),
    .plural = N_("Vehicles"),
    .help =
        N_("Rescue vehicles with their drivers and what they are fit for. Their state follows their orders."),
    .code = "ve",
    .quick = "v",
    .size = sizeof(struct vehicle),
    .scope = SCOPE_BRANCH,
    .own_column = "driver_id",
    .fields = fields,
    .nfields = array_len(fields),
    .title = "plate",
    .columns = columns,
    .sort = "code",
    .tabs = tabs,
    .state = "state",
    .states = states,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_ALL,
    .check = check,
    .in_tx = in_tx,
    .guard = guard,
};

/* ---- as a part of the steps of an order */

#define VEHICLE_COLUMNS                                                                                      \
    "v.id, v.version, v.branch_id, v.plate, v.state, v.order_id, v.driver_id, "                              \
    "CASE WHEN v.owner = 'contracted' THEN v.supplier_id END, v.cost_fen, v.cost_included_km, "              \
    "v.cost_km_fen, "                                                                                        \
    "v.disabled_at IS NOT NULL"

static const struct sql sql_of_order = {"vehicle_of_order",
                                        "SELECT " VEHICLE_COLUMNS
                                        " FROM vehicle v JOIN rescue_order o ON o.vehicle_id = v.id "
                                        "WHERE o.id = $1 FOR NO KEY UPDATE OF v"};
static const struct sql sql_vehicle = {
    "vehicle_lock", "SELECT " VEHICLE_COLUMNS " FROM vehicle v WHERE v.id = $1 FOR NO KEY UPDATE OF v"};
static const struct sql sql_follow = {"vehicle_follow",
                                      "UPDATE vehicle SET state = $3, order_id = $4, driver_id = $5, version "
                                      "= version + 1, updated_at = now() "
                                      "WHERE id = $1 AND version = $2 RETURNING 1"};
static const struct sql sql_stand = {"vehicle_stand", "SELECT vehicle_stand($1, $2, $3, $4)"};

struct rows *vehicle_read_of_order(struct request *request, int64_t order_id)
{
    return tx_read(request->tx, &sql_of_order, p_int(order_id));
}

struct rows *vehicle_read(struct request *request, int64_t vehicle_id)
{
    return tx_read(request->tx, &sql_vehicle, p_int(vehicle_id));
}

bool vehicle_take(struct rows *rows, struct vehicle_row *vehicle)
{
    if (rows_count(rows) == 0)
        return false;
    *vehicle = (struct vehicle_row){
        .id = rows_int(rows, 0, 0),
        .version = rows_int(rows, 0, 1),
        .branch_id = rows_int(rows, 0, 2),
        .plate = rows_text(rows, 0, 3),
        .state = rows_text(rows, 0, 4),
        .order_id = rows_int(rows, 0, 5),
        .driver_id = rows_int(rows, 0, 6),
        .supplier_id = rows_int(rows, 0, 7),
        .cost_fen = rows_int(rows, 0, 8),
        .cost_included_km = rows_int(rows, 0, 9),
        .cost_km_fen = rows_int(rows, 0, 10),
        .disabled = rows_bool(rows, 0, 11),
    };
    return true;
}

static void add_side(struct str *out, const char *state, int64_t order_id, int64_t driver_id)
{
    str_addf(out, "{\"state\":\"%s\",\"order_id\":", state);
    if (order_id == NIL)
        str_add(out, "null");
    else
        str_addf(out, "%lld", (long long)order_id);
    str_add(out, ",\"driver_id\":");
    if (driver_id == NIL)
        str_add(out, "null}");
    else
        str_addf(out, "%lld}", (long long)driver_id);
}

void vehicle_follow(struct request *request, const struct vehicle_row *vehicle, const char *state,
                    int64_t order_id, int64_t driver_id, struct point at)
{
    struct str was, now;
    tx_write_one(request->tx, &sql_follow, p_int(vehicle->id), p_int(vehicle->version), p_text(state),
                 p_int(order_id), p_int(driver_id));
    if (point_is_valid(at))
        tx_write(request->tx, &sql_stand, p_int(vehicle->id), p_real(at.lon), p_real(at.lat),
                 p_time(request->now));
    str_init(&was, request->arena);
    str_init(&now, request->arena);
    add_side(&was, vehicle->state, vehicle->order_id, vehicle->driver_id);
    add_side(&now, state, order_id, driver_id);
    change_add(request,
               &(struct change){.entity = "vehicle",
                                .id = vehicle->id,
                                .version = vehicle->version + 1,
                                .branch_id = vehicle->branch_id,
                                .old_branch_id = NIL,
                                .own_id = driver_id == NIL ? CHANGE_NOBODY : driver_id,
                                .old_own_id = vehicle->driver_id == NIL || vehicle->driver_id == driver_id
                                                  ? 0
                                                  : vehicle->driver_id,
                                .was = was.data,
                                .now = now.data});
}
