/* The end of a job: done, an empty run, or carried on by another vehicle. */
#include "base/arena.h"
#include "server/areas/finance/area.h"
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/step.h"

#include <string.h>

static const struct sql sql_items = {
    "rescue_items", "SELECT code, quantity, amount_fen FROM rescue_item WHERE order_id = $1 ORDER BY id"};
static const struct sql sql_next_id = {"rescue_next_id", "SELECT nextval('rescue_order_id_seq')"};

struct rows *finish_items_queue(struct request *request, int64_t order_id)
{
    return tx_read(request->tx, &sql_items, p_int(order_id));
}

struct line_set finish_items_read(struct arena *arena, struct rows *rows)
{
    size_t count = rows_count(rows);
    struct rescue_item *items = arena_alloc(arena, count * sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        items[i].code = rows_text(rows, i, 0);
        items[i].quantity = rows_int(rows, i, 1);
        items[i].amount_fen = rows_int(rows, i, 2);
    }
    return (struct line_set){items, count};
}

static const struct price_item *price_items(struct arena *arena, const struct line_set *set)
{
    const struct rescue_item *items = set->items;
    struct price_item *out = arena_alloc(arena, set->count * sizeof(*out));
    for (size_t i = 0; i < set->count; i++)
        out[i] = (struct price_item){items[i].code, items[i].quantity, items[i].amount_fen};
    return out;
}

int finish_propose(struct act *act, const struct rescue_facts *facts, const struct finish *finish)
{
    struct arena *arena = act->request->arena;
    struct price_facts job = {.outcome = finish->outcome,
                              .km = finish->km == NIL ? 0 : finish->km,
                              .charge_fen = finish->charge_fen,
                              .items = price_items(arena, &finish->items),
                              .nitems = finish->items.count};
    struct price_work *work = arena_new(arena, struct price_work);
    int result = facts_price(act->request, facts, &job, work);
    if (result)
        return result;
    bool known = facts->source || finish->outcome == PRICE_EMPTY;
    struct str parts;
    str_init(&parts, arena);
    price_parts_json(work, &parts);
    step_set(act, agreement_id, facts->agreement_id);
    step_set(act, free_times, work->free_times);
    step_set(act, free_km, work->free_km);
    step_set(act, proposal_fen, known ? work->total_fen : NIL);
    step_set(act, price_parts, known ? str_steal(&parts) : NULL);
    return 0;
}

/* A contractor is paid as agreed for his vehicle, whoever pays us. */
static int set_cost(struct act *act, const struct finish *finish)
{
    const struct vehicle_row *vehicle = finish->vehicle;
    int64_t cost;
    if (!vehicle || vehicle->supplier_id == NIL)
        return 0;
    if (price_cost(MAX(vehicle->cost_fen, 0), MAX(vehicle->cost_included_km, 0), MAX(vehicle->cost_km_fen, 0),
                   MAX(finish->km, 0), &cost) < 0)
        return request_fail(act->request, ERR_INVALID, "km",
                            N_("A cost cannot be worked out of these numbers"), NULL);
    step_set(act, supplier_id, vehicle->supplier_id);
    step_set(act, cost_fen, cost);
    return 0;
}

/* Nobody takes back from a note what was handed in of it. */
static int check_handed(struct act *act)
{
    const struct rescue *was = act->was;
    if (finance_method_of_advance(request_text(act->request, "taken_method")))
        return request_fail(act->request, ERR_INVALID, "taken_method",
                            N_("An advance is with us already: nobody takes it on site"), NULL);
    if (request_int(act->request, "taken_fen") >= was->handed_fen)
        return 0;
    return request_fail(act->request, ERR_INVALID, "taken_fen",
                        N_("More than that of this order was handed in already"), NULL);
}

static int set_taken(struct act *act)
{
    struct request *request = act->request;
    int64_t taken = request_int(request, "taken_fen");
    const char *method = request_text(request, "taken_method");
    if (taken == NIL || taken == 0)
        return 0;
    if (!method)
        return request_fail(request, ERR_INVALID, "taken_method", N_("Say how the money was paid"), NULL);
    step_set(act, taken_fen, taken);
    step_set(act, taken_method, method);
    return check_handed(act);
}

int finish_order(struct act *act, const struct rescue_facts *facts, const struct finish *finish)
{
    struct request *request = act->request;
    int result = facts_price_items(request, facts, &finish->items);
    if (result == 0)
        result = finish_propose(act, facts, finish);
    if (result == 0)
        result = set_cost(act, finish);
    if (result == 0)
        result = set_taken(act);
    if (result)
        return result;
    if (finish->items.count > 0)
        act_set_lines(act, "items", finish->items.items, finish->items.count);
    step_set(act, km, finish->km);
    step_set(act, km_out, request_int(request, "km_out"));
    step_set(act, km_tow, request_int(request, "km_tow"));
    step_set(act, done_at, finish->at);
    step_set(act, due_at, INSTANT_NIL);
    step_set(act, result, facts->result_required ? "pending" : "none");
    step_set(act, money_state, "unaudited");
    return 0;
}

int finish_load(struct act *act)
{
    struct step *step = step_of(act);
    step->vehicle = vehicle_read_of_order(act->request, act->id);
    facts_lock_entitlement(act->request, act->id);
    step->facts = facts_read(
        act->request,
        &(struct facts_of){.order_id = act->id, .customer_id = NIL, .branch_id = NIL, .at = INSTANT_NIL});
    return 0;
}

/* The latest step that was taken: the end comes after it. */
static struct instant last_step(const struct rescue *order)
{
    const struct instant times[] = {order->arrived_at, order->departed_at, order->accepted_at};
    for (size_t i = 0; i < array_len(times); i++) {
        if (!instant_is_nil(times[i]))
            return times[i];
    }
    return INSTANT_NIL;
}

/* Ends the order and sets its vehicle free; `at_place`: it stands now where this says. */
static int end_job(struct act *act, enum price_outcome outcome, struct point at_place)
{
    const struct rescue *was = act->was;
    struct request *request = act->request;
    struct rescue_facts facts;
    struct vehicle_row vehicle;
    struct finish finish = {.outcome = outcome,
                            .vehicle = &vehicle,
                            .km = request_int(request, "km"),
                            .charge_fen = request_int(request, "charge_fen"),
                            .items = act_arg_lines(act, "items")};
    int result = facts_take(step_of(act)->facts, &facts);
    if (result == 0)
        result = step_vehicle(act, &vehicle);
    if (result == 0)
        result = step_time(act, "at", last_step(was), &finish.at);
    if (result == 0)
        result = finish_order(act, &facts, &finish);
    if (result)
        return result;
    vehicle_follow(request, &vehicle, "idle", NIL, was->driver_id, at_place);
    return 0;
}

int complete_load(struct act *act)
{
    int result = finish_load(act);
    step_of(act)->proof = proof_read(act->request, act->id);
    return result;
}

int complete_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    int result = proof_check(act, step_of(act)->proof);
    if (result)
        return result;
    return end_job(act, PRICE_DONE, (struct point){was->destination_lon, was->destination_lat});
}

int empty_run_in_tx(struct act *act)
{
    return end_job(act, PRICE_EMPTY, POINT_NIL);
}

int replace_load(struct act *act)
{
    int result = finish_load(act);
    step_of(act)->ids = tx_read(act->request->tx, &sql_next_id);
    return result;
}

int replace_in_tx(struct act *act)
{
    const char *outcome = request_text(act->request, "outcome");
    bool empty = outcome && strcmp(outcome, "empty") == 0;
    if (!empty && request_int(act->request, "km") == NIL)
        return request_fail(act->request, ERR_INVALID, "km", N_("Say how many kilometres are charged"), NULL);
    struct rescue_facts facts;
    int result = end_job(act, empty ? PRICE_EMPTY : PRICE_DONE, POINT_NIL);
    if (result == 0)
        result = facts_take(step_of(act)->facts, &facts);
    if (result)
        return result;
    step_set(act, state, empty ? "empty" : "done");
    int64_t id = rows_int(step_of(act)->ids, 0, 0);
    return copy_order(act, &(struct copy_of){.id = id, .facts = &facts, .linked = true});
}

int collect_in_tx(struct act *act)
{
    int result = check_handed(act);
    if (result)
        return result;
    step_set(act, taken_fen, request_int(act->request, "taken_fen"));
    step_set(act, taken_method, request_text(act->request, "taken_method"));
    return 0;
}
