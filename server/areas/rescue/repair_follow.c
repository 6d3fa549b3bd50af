/* What follows from a repair on the order itself: its vehicle and driver, the proposal, and what a step back undoes. */
#include <string.h>

#include "base/arena.h"
#include "server/areas/rescue/repair.h"

static const struct sql sql_drivers = {
    "rescue_repair_drivers", "SELECT driver_id, name, works, busy_plate FROM vehicle_drivers($1, $2)"};

enum { COL_DRIVER, COL_NAME, COL_WORKS, COL_BUSY };

static bool is(const char *state, const char *wanted)
{
    return state && strcmp(state, wanted) == 0;
}

static bool moves_vehicle(const struct act *record)
{
    return repair_asks(record, "vehicle_id") || repair_asks(record, "driver_id") ||
           repair_asks(record, "state");
}

/* What the proposal hangs on. The end of an empty run was priced by hand, or as agreed: it stays. */
static bool proposes(const struct act *record)
{
    static const char *const names[] = {"customer_id", "branch_id", "departed_at", "arrived_at"};
    for (size_t i = 0; i < array_len(names); i++) {
        if (repair_asks(record, names[i]))
            return is(((const struct rescue *)record->was)->state, "done");
    }
    return false;
}

static struct instant price_time(const struct rescue *order)
{
    const struct instant at[] = {order->arrived_at, order->departed_at, order->appoint_at, order->created_at};
    size_t i = 0;
    while (i + 1 < array_len(at) && instant_is_nil(at[i]))
        i++;
    return at[i];
}

/* Vehicles are locked in the order of their ids, after the order. */
static void load_vehicles(struct act *record)
{
    struct repair_rows *rows = repair_rows_of(record);
    struct request *request = record->request;
    const struct rescue *was = record->was, *now = record->now;
    if (now->vehicle_id == NIL)
        return;
    bool two = was->vehicle_id != NIL && was->vehicle_id != now->vehicle_id;
    if (two && was->vehicle_id < now->vehicle_id)
        rows->vehicle = vehicle_read(request, was->vehicle_id);
    rows->other = vehicle_read(request, now->vehicle_id);
    if (two && was->vehicle_id > now->vehicle_id)
        rows->vehicle = vehicle_read(request, was->vehicle_id);
    rows->drivers = tx_read(request->tx, &sql_drivers, p_int(now->vehicle_id), p_time(request->now));
}

void follow_load(struct act *record)
{
    struct repair_rows *rows = repair_rows_of(record);
    const struct rescue *now = record->now;
    if (moves_vehicle(record))
        load_vehicles(record);
    if (!proposes(record))
        return;
    facts_lock_entitlement(record->request, record->id);
    rows->items = finish_items_queue(record->request, record->id);
    rows->facts = facts_read(record->request, &(struct facts_of){.order_id = record->id,
                                                                 .customer_id = now->customer_id,
                                                                 .branch_id = now->branch_id,
                                                                 .service = now->service,
                                                                 .plate = now->plate,
                                                                 .no_plate = !now->plate,
                                                                 .at = price_time(now)});
}

/* ---- vehicle and driver */

static size_t driver_row(struct rows *drivers, int64_t driver)
{
    size_t row = 0;
    while (row < rows_count(drivers) && rows_int(drivers, row, COL_DRIVER) != driver)
        row++;
    return row;
}

/* Who really drove must be somebody who drives that vehicle. Left open, it is the one on the order, or the first of the vehicle. */
static int judge_driver(struct act *record, const struct vehicle_row *vehicle)
{
    struct repair_rows *rows = record->data;
    const struct rescue *now = record->now;
    size_t row = driver_row(rows->drivers, now->driver_id);
    if (row == rows_count(rows->drivers) && !repair_asks(record, "driver_id") && row > 0) {
        row = 0;
        step_set(record, driver_id, rows_int(rows->drivers, 0, COL_DRIVER));
    }
    if (row == rows_count(rows->drivers))
        return request_fail(record->request, ERR_INVALID, "driver_id",
                            N_("Nobody of that number drives vehicle {plate}"), "plate", vehicle->plate,
                            NULL);
    return 0;
}

/* On a job that is under way: free both, but for this very job. */
static int judge_free(struct act *record, const struct vehicle_row *vehicle)
{
    struct repair_rows *rows = record->data;
    const struct rescue *was = record->was, *now = record->now;
    size_t row = driver_row(rows->drivers, now->driver_id);
    bool here = vehicle->order_id == record->id;
    bool drives = repair_is_live(was->state) && was->driver_id == now->driver_id;
    if (!here && (vehicle->disabled || vehicle->order_id != NIL || is(vehicle->state, "off_duty")))
        return request_fail(record->request, ERR_CONFLICT, "vehicle_id",
                            N_("Vehicle {plate} is not free for the job"), "plate", vehicle->plate, NULL);
    if (!drives && rows_text(rows->drivers, row, COL_BUSY))
        return request_fail(
            record->request, ERR_CONFLICT, "driver_id", N_("Driver {name} is on a job with {plate}"), "name",
            rows_text(rows->drivers, row, COL_NAME), "plate", rows_text(rows->drivers, row, COL_BUSY), NULL);
    return 0;
}

/* A contractor is paid for his vehicle when it was that which went, and its driver by him. */
static int set_cost(struct act *record, const struct vehicle_row *vehicle)
{
    const struct rescue *was = record->was;
    int64_t cost = NIL;
    if (!was->money_state || !repair_asks(record, "vehicle_id"))
        return 0;
    if (vehicle->supplier_id != NIL &&
        price_cost(MAX(vehicle->cost_fen, 0), MAX(vehicle->cost_included_km, 0), MAX(vehicle->cost_km_fen, 0),
                   MAX(was->km, 0), &cost) < 0)
        return request_fail(record->request, ERR_INVALID, "vehicle_id",
                            N_("A cost cannot be worked out of these numbers"), NULL);
    step_set(record, supplier_id, vehicle->supplier_id);
    step_set(record, cost_fen, cost);
    if (vehicle->supplier_id != NIL)
        step_set(record, commission_fen, NIL);
    return 0;
}

int follow_judge(struct act *record)
{
    struct repair_rows *rows = record->data;
    const struct rescue *was = record->was, *now = record->now;
    struct vehicle_row vehicle;
    bool asked = repair_asks(record, "vehicle_id") || repair_asks(record, "driver_id");
    if (asked && was->vehicle_id == NIL)
        return request_fail(record->request, ERR_CONFLICT, "vehicle_id",
                            N_("No vehicle was sent yet: dispatch one"), NULL);
    if (!rows->other)
        return 0;
    if (!vehicle_take(rows->other, &vehicle))
        return request_fail(record->request, ERR_INVALID, "vehicle_id", N_("There is no such vehicle"), NULL);
    int result = asked ? judge_driver(record, &vehicle) : 0;
    if (result == 0 && repair_is_live(now->state))
        result = judge_free(record, &vehicle);
    return result ? result : set_cost(record, &vehicle);
}

static const char *vehicle_state(const char *state)
{
    return is(state, "arrived") ? "working" : is(state, "on_the_way") ? "on_the_way" : "assigned";
}

/* The one that was on the job lets go of it, the one that is to be takes it up. */
static void move_vehicles(struct act *record)
{
    struct repair_rows *rows = record->data;
    const struct rescue *was = record->was, *now = record->now;
    struct vehicle_row vehicle;
    if (rows->vehicle && vehicle_take(rows->vehicle, &vehicle) && vehicle.order_id == record->id)
        vehicle_follow(record->request, &vehicle, "idle", NIL, was->driver_id, POINT_NIL);
    if (!rows->other || !vehicle_take(rows->other, &vehicle))
        return;
    if (repair_is_live(now->state))
        vehicle_follow(record->request, &vehicle, vehicle_state(now->state), record->id, now->driver_id,
                       POINT_NIL);
    else if (vehicle.order_id == record->id)
        vehicle_follow(record->request, &vehicle, "idle", NIL, was->driver_id, POINT_NIL);
}

/* ---- the proposal */

static int propose(struct act *record)
{
    struct repair_rows *rows = record->data;
    const struct rescue *was = record->was;
    struct rescue_facts facts;
    if (!rows->facts)
        return 0;
    int result = facts_take(rows->facts, &facts);
    if (result)
        return result;
    if (repair_asks(record, "customer_id") && is(was->money_state, "unaudited"))
        step_set(record, result, facts.result_required ? "pending" : "none");
    return finish_propose(record, &facts,
                          &(struct finish){.outcome = PRICE_DONE,
                                           .at = was->done_at,
                                           .km = was->km,
                                           .charge_fen = NIL,
                                           .items = finish_items_read(record->request->arena, rows->items)});
}

/* ---- a step of the job taken back */

/* The end of it: as if it had not been entered. */
static void forget_end(struct act *record)
{
    step_set(record, done_at, INSTANT_NIL);
    step_set(record, km, NIL);
    step_set(record, km_out, NIL);
    step_set(record, km_tow, NIL);
    step_set(record, taken_fen, NIL);
    step_set(record, taken_method, NULL);
    step_set(record, proposal_fen, NIL);
    step_set(record, price_fen, NIL);
    step_set(record, price_parts, NULL);
    step_set(record, free_times, 0);
    step_set(record, free_km, 0);
    step_set(record, supplier_id, NIL);
    step_set(record, cost_fen, NIL);
    step_set(record, commission_fen, NIL);
    step_set(record, signed_by, NULL);
    step_set(record, result, "none");
    step_set(record, result_remarks, NULL);
    step_set(record, money_state, NULL);
    act_set_lines(record, "items", NULL, 0);
}

static int rank_of(const char *state)
{
    int rank = 0;
    while (rescue_states[rank].code && strcmp(rescue_states[rank].code, state) != 0)
        rank++;
    return rank;
}

static void forget_times(struct act *record)
{
    const struct rescue *now = record->now;
    int reached = rank_of(now->state);
    if (reached < rank_of("arrived"))
        step_set(record, arrived_at, INSTANT_NIL);
    if (reached < rank_of("on_the_way"))
        step_set(record, departed_at, INSTANT_NIL);
    if (reached < rank_of("accepted"))
        step_set(record, accepted_at, INSTANT_NIL);
    if (reached >= rank_of("dispatched"))
        return;
    step_set(record, dispatched_at, INSTANT_NIL);
    step_set(record, vehicle_id, NIL);
    step_set(record, driver_id, NIL);
}

static struct instant due_of(const struct rescue *order)
{
    if (is(order->state, "new"))
        return intake_due(order, order->created_at);
    if (is(order->state, "dispatched"))
        return step_due(order->dispatched_at, order->sla_accept_s);
    if (is(order->state, "accepted") || is(order->state, "on_the_way")) {
        struct instant due = step_due(order->accepted_at, order->sla_arrive_s);
        return !instant_is_nil(order->appoint_at) && order->appoint_at.us > due.us ? order->appoint_at : due;
    }
    return INSTANT_NIL;
}

static void step_back(struct act *record)
{
    const struct rescue *was = record->was;
    if (was->money_state)
        forget_end(record);
    step_set(record, voided_at, INSTANT_NIL);
    forget_times(record);
}

int follow_apply(struct act *record)
{
    const struct rescue *now = record->now;
    if (moves_vehicle(record))
        move_vehicles(record);
    if (repair_asks(record, "state"))
        step_back(record);
    int result = propose(record);
    if (result == 0 && !now->money_state)
        step_set(record, due_at, due_of(now));
    return result;
}
