/* Who goes: a vehicle and one of its drivers, and how they let go of the order again. */
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/step.h"

#include <string.h>

/* One driver on two vehicles, dispatched at once by two people, is caught by the unique index; holding his number first makes that a
 * clear word instead of a broken statement. Of all who drive the vehicle where nobody is named, in one order for everybody. */
static const struct sql sql_lock_driver = {
    "rescue_lock_driver", "SELECT pg_advisory_xact_lock(hashtextextended('rescue.driver', $1))"};
static const struct sql sql_lock_drivers = {
    "rescue_lock_drivers",
    "SELECT pg_advisory_xact_lock(hashtextextended('rescue.driver', d.driver_id)) FROM "
    "(SELECT driver_id FROM vehicle_drivers($1, $2) ORDER BY driver_id) d"};
static const struct sql sql_drivers = {
    "rescue_drivers", "SELECT driver_id, name, works, busy_plate, on_shift FROM vehicle_drivers($1, $2)"};

static const struct sql sql_sign = {"rescue_sign_make", "SELECT rescue_sign_make($1)"};

enum { COL_DRIVER, COL_NAME, COL_WORKS, COL_BUSY, COL_ON_SHIFT };

int vehicle_load(struct act *act)
{
    step_of(act)->vehicle = vehicle_read_of_order(act->request, act->id);
    return 0;
}

int dispatch_load(struct act *act)
{
    struct request *request = act->request;
    struct step *step = step_of(act);
    int64_t vehicle = request_int(request, "vehicle_id");
    step->vehicle = vehicle_read(request, vehicle);
    if (request_int(request, "driver_id") != NIL)
        tx_read(request->tx, &sql_lock_driver, p_int(request_int(request, "driver_id")));
    else
        tx_read(request->tx, &sql_lock_drivers, p_int(vehicle), p_time(request->now));
    step->drivers = tx_read(request->tx, &sql_drivers, p_int(vehicle), p_time(request->now));
    return 0;
}

static int refuse_vehicle(struct act *act, const struct vehicle_row *vehicle, const char *msgid)
{
    return request_fail(act->request, ERR_CONFLICT, "vehicle_id", msgid, "plate", vehicle->plate, NULL);
}

static int check_vehicle(struct act *act, const struct vehicle_row *vehicle)
{
    if (vehicle->disabled)
        return refuse_vehicle(act, vehicle, N_("Vehicle {plate} is disabled"));
    if (vehicle->order_id != NIL)
        return refuse_vehicle(act, vehicle, N_("Vehicle {plate} is on another job"));
    if (strcmp(vehicle->state, "off_duty") == 0)
        return refuse_vehicle(act, vehicle, N_("Vehicle {plate} is off duty"));
    return 0;
}

/* The row of the one named, or else of who can go best: at work and free, on shift, by their place in the vehicle's list. */
static size_t find_driver(struct rows *drivers, int64_t named)
{
    size_t count = rows_count(drivers), best = count, best_score = 0;
    for (size_t i = 0; i < count; i++) {
        bool able = rows_bool(drivers, i, COL_WORKS) && !rows_text(drivers, i, COL_BUSY);
        size_t score = named != NIL ? rows_int(drivers, i, COL_DRIVER) == named
                                    : 1 + 2 * able + rows_bool(drivers, i, COL_ON_SHIFT);
        if (score > best_score) {
            best = i;
            best_score = score;
        }
    }
    return best;
}

static int no_driver(struct act *act, int64_t named, const struct vehicle_row *vehicle)
{
    const char *words = named == NIL ? N_("Nobody drives vehicle {plate}: see its drivers")
                                     : N_("Nobody of that number drives vehicle {plate}");
    return request_fail(act->request, ERR_INVALID, "driver_id", words, "plate", vehicle->plate, NULL);
}

static int check_driver(struct act *act, struct rows *drivers, const struct vehicle_row *vehicle,
                        bool free_now)
{
    struct request *request = act->request;
    int64_t named = request_int(request, "driver_id");
    size_t row = find_driver(drivers, named);
    if (row == rows_count(drivers))
        return no_driver(act, named, vehicle);
    const char *name = rows_text(drivers, row, COL_NAME), *busy = rows_text(drivers, row, COL_BUSY);
    step_of(act)->driver = rows_int(drivers, row, COL_DRIVER);
    if (!free_now)
        return 0;
    if (!rows_bool(drivers, row, COL_WORKS))
        return request_fail(request, ERR_CONFLICT, "driver_id", N_("Driver {name} is not at work"), "name",
                            name, NULL);
    if (busy)
        return request_fail(request, ERR_CONFLICT, "driver_id", N_("Driver {name} is on a job with {plate}"),
                            "name", name, "plate", busy, NULL);
    if (!rows_bool(drivers, row, COL_ON_SHIFT) && !request_bool(request, "off_shift"))
        return request_fail(
            request, ERR_CONFLICT, "off_shift",
            N_("The hours of driver {name} do not cover now: say so, if he comes all the same"), "name", name,
            NULL);
    return 0;
}

/* The vehicle named in the arguments, with its driver; `free_now`: for a job that begins now. */
static int take_vehicle(struct act *act, bool free_now, struct vehicle_row *vehicle)
{
    struct step *step = step_of(act);
    if (!vehicle_take(step->vehicle, vehicle))
        return request_fail(act->request, ERR_INVALID, "vehicle_id", N_("There is no such vehicle"), NULL);
    int result = free_now ? check_vehicle(act, vehicle) : 0;
    return result ? result : check_driver(act, step->drivers, vehicle, free_now);
}

int dispatch_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    struct vehicle_row vehicle;
    struct instant at;
    int result = take_vehicle(act, true, &vehicle);
    if (result == 0)
        result = step_time(act, "at", was->created_at, &at);
    if (result)
        return result;
    int64_t driver = step_of(act)->driver;
    step_set(act, vehicle_id, vehicle.id);
    step_set(act, driver_id, driver);
    step_set(act, dispatched_at, at);
    step_set(act, due_at, step_due(at, was->sla_accept_s));
    vehicle_follow(act->request, &vehicle, "assigned", act->id, driver, POINT_NIL);
    tx_write(act->request->tx, &sql_sign, p_int(act->id));
    step_tell_driver(act, driver, "warning", N_("Job {number} is yours: {plate}, {place}"));
    return 0;
}

/* The order waits for another vehicle, as on the first day. */
static int let_go(struct act *act)
{
    const struct rescue *was = act->was;
    int result = step_follow(act, "idle", POINT_NIL);
    if (result)
        return result;
    step_set(act, vehicle_id, NIL);
    step_set(act, driver_id, NIL);
    step_set(act, dispatched_at, INSTANT_NIL);
    step_set(act, accepted_at, INSTANT_NIL);
    step_set(act, departed_at, INSTANT_NIL);
    step_set(act, due_at, step_due(act->request->now, was->sla_dispatch_s));
    return 0;
}

int refuse_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    step_set(act, refused_by, was->driver_id);
    int result = let_go(act);
    if (result == 0)
        step_tell_dispatchers(act, "warning", N_("{name} refused job {number}"));
    return result;
}

int recall_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    int result = let_go(act);
    if (result == 0)
        step_tell_driver(act, was->driver_id, "warning", N_("Job {number} was taken from you"));
    return result;
}

int backfill_load(struct act *act)
{
    struct request *request = act->request;
    struct step *step = step_of(act);
    struct instant at = INSTANT_NIL;
    const char *done = request_text(request, request_text(request, "arrived_at") ? "arrived_at" : "done_at");
    if (done && time_parse(done, &at) < 0)
        return request_fail(request, ERR_INVALID, "done_at", N_("This is not a time"), NULL);
    int64_t vehicle = request_int(request, "vehicle_id");
    step->vehicle = vehicle_read(request, vehicle);
    step->drivers = tx_read(request->tx, &sql_drivers, p_int(vehicle), p_time(request->now));
    facts_lock_entitlement(request, act->id);
    step->facts = facts_read(
        request, &(struct facts_of){.order_id = act->id, .customer_id = NIL, .branch_id = NIL, .at = at});
    return 0;
}

/* The times in their order; those not given stay empty. */
static int backfill_times(struct act *act, struct instant *done_r)
{
    static const char *const names[] = {"dispatched_at", "accepted_at", "departed_at", "arrived_at"};
    struct instant *const members[] = {
        &((struct rescue *)act->now)->dispatched_at, &((struct rescue *)act->now)->accepted_at,
        &((struct rescue *)act->now)->departed_at, &((struct rescue *)act->now)->arrived_at};
    struct instant last = INSTANT_NIL;
    for (size_t i = 0; i < array_len(names); i++) {
        if (!request_text(act->request, names[i]))
            continue;
        int result = step_time(act, names[i], last, members[i]);
        if (result)
            return result;
        last = *members[i];
        act_mark(act, names[i]);
    }
    return step_time(act, "done_at", last, done_r);
}

int backfill_in_tx(struct act *act)
{
    struct request *request = act->request;
    const char *outcome = request_text(request, "outcome");
    struct rescue_facts facts;
    struct vehicle_row vehicle;
    struct instant done;
    int result = facts_take(step_of(act)->facts, &facts);
    if (result == 0)
        result = take_vehicle(act, false, &vehicle);
    if (result == 0)
        result = backfill_times(act, &done);
    if (result)
        return result;
    bool empty = outcome && strcmp(outcome, "empty") == 0;
    step_set(act, vehicle_id, vehicle.id);
    step_set(act, driver_id, step_of(act)->driver);
    step_set(act, state, empty ? "empty" : "done");
    return finish_order(act, &facts,
                        &(struct finish){.outcome = empty ? PRICE_EMPTY : PRICE_DONE,
                                         .at = done,
                                         .vehicle = &vehicle,
                                         .km = request_int(request, "km"),
                                         .charge_fen = request_int(request, "charge_fen"),
                                         .items = act_arg_lines(act, "items")});
}
