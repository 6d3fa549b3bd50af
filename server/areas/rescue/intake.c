/* Taking a call: an order is created, and put right while it lives. */
#include "base/arena.h"
#include "server/areas/rescue/charge.h"
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/step.h"

#include <math.h>
#include <string.h>

int rescue_check(struct act *act)
{
    const struct rescue *order = act->now;
    if (act_is_set(act, "vin") && order->vin && strlen(order->vin) != 17)
        return request_fail(act->request, ERR_INVALID, "vin", N_("A VIN has 17 characters"), NULL);
    return act_is_set(act, "charges") ? charges_check(act->request, &order->charges) : 0;
}

static struct instant price_time(const struct act *act, const struct rescue *order)
{
    return instant_is_nil(order->appoint_at) ? act->request->now : order->appoint_at;
}

/* As the unique index has it: of live orders, one alone has the customer's number. */
static const struct sql sql_other = {
    "rescue_same_case", "SELECT o.id, o.number FROM rescue_order o LEFT JOIN rescue_order t ON t.id = $3 "
                        "WHERE o.customer_id = coalesce($1, t.customer_id) AND o.external_number = "
                        "coalesce($2, t.external_number) "
                        "AND o.linked_id IS NULL AND o.state <> 'void' AND o.id IS DISTINCT FROM $3 LIMIT 1"};

static void look_for_case(struct act *act)
{
    const struct rescue *order = act->now;
    bool given = act_is_set(act, "external_number") && order->external_number;
    if (given || (act->kind == ACT_UPDATE && act_is_set(act, "customer_id")))
        step_of(act)->other =
            tx_read(act->request->tx, &sql_other, p_int(order->customer_id), p_text(order->external_number),
                    p_int(act->kind == ACT_CREATE ? NIL : act->id));
}

/* The other order is named, so that the caller's question is answered at once. */
static int check_case(struct act *act)
{
    struct rows *other = step_of(act)->other;
    struct str detail;
    const struct rescue *order = act->now, *was = act->was;
    if (!other || rows_count(other) == 0 || !order->external_number || (was && was->linked_id != NIL))
        return 0;
    str_init(&detail, act->request->arena);
    str_addf(&detail, "{\"id\":%lld,\"number\":", (long long)rows_int(other, 0, 0));
    str_add_json(&detail, rows_text(other, 0, 1));
    str_add_char(&detail, '}');
    request_fail_detail(act->request, "other", detail.data);
    return request_fail(act->request, ERR_DUPLICATE, "external_number",
                        N_("Order {number} of this customer has the case number {case} already"), "number",
                        rows_text(other, 0, 1), "case", order->external_number, NULL);
}

int rescue_load(struct act *act)
{
    const struct rescue *order = act->now;
    struct step *step = step_of(act);
    struct facts_of of = {
        .order_id = act->kind == ACT_CREATE ? NIL : act->id,
        .customer_id = order->customer_id,
        .branch_id = act->kind == ACT_CREATE ? act->branch_id : order->branch_id,
        .service = order->service,
        .plate = order->plate,
        .no_plate = act_is_set(act, "plate") && !order->plate,
        .policy = order->policy_number,
        .no_policy = act_is_set(act, "policy_number") && !order->policy_number,
        .at = act->kind == ACT_CREATE ? price_time(act, order) : order->appoint_at,
    };
    if (act->kind == ACT_UPDATE)
        step->items = finish_items_queue(act->request, act->id);
    step->facts = facts_read(act->request, &of);
    look_for_case(act);
    return 0;
}

const char *intake_number(struct request *request, int64_t id)
{
    struct day day;
    int year, month, date;
    if (!request->session->time_zone || time_zone_day(request->session->time_zone, request->now, &day) < 0)
        day = day_of(request->now, 0);
    day_split(day, &year, &month, &date);
    return arena_printf(request->arena, "R%02d%02d%02d%05lld", year % 100, month, date, (long long)id);
}

struct instant intake_due(const struct rescue *order, struct instant from)
{
    struct instant due = step_due(from, order->sla_dispatch_s);
    if (instant_is_nil(order->appoint_at) || order->sla_arrive_s == NIL)
        return due;
    struct instant leave = {order->appoint_at.us - order->sla_arrive_s * US_PER_SECOND};
    return leave.us > due.us ? leave : due;
}

int intake_estimate(struct act *act, const struct rescue_facts *facts)
{
    struct rescue *order = act->now;
    step_set(act, agreement_id, facts->agreement_id);
    step_set(act, estimate_fen, NIL);
    step_set(act, estimate_parts, NULL);
    if (!facts->source)
        return 0;
    int64_t km = order->estimate_km;
    if (km == NIL)
        km = facts_road_km(order->lon, order->lat, order->destination_lon, order->destination_lat);
    struct price_facts job = {.outcome = PRICE_DONE, .km = km, .charge_fen = NIL};
    struct price_work *work = arena_new(act->request->arena, struct price_work);
    int result = facts_price(act->request, facts, &job, work);
    if (result)
        return result;
    struct str parts;
    str_init(&parts, act->request->arena);
    price_parts_json(work, &parts);
    step_set(act, estimate_fen, work->total_fen);
    step_set(act, estimate_parts, str_steal(&parts));
    return 0;
}

static int check_places(struct act *act)
{
    const struct rescue *order = act->now;
    const char *field = isnan(order->lon) != isnan(order->lat)                           ? "lon"
                        : isnan(order->destination_lon) != isnan(order->destination_lat) ? "destination_lon"
                                                                                         : NULL;
    if (!field)
        return 0;
    return request_fail(act->request, ERR_INVALID, field,
                        N_("Longitude and latitude are given together or not at all"), NULL);
}

static int check_customer(struct act *act, const struct rescue_facts *facts)
{
    if (facts->customer_live)
        return 0;
    return request_fail(
        act->request, ERR_INVALID, "customer_id",
        facts->customer_known ? N_("This customer is disabled") : N_("There is no such customer"), NULL);
}

/* They are put right on a done order; before that there are none. */
static int check_km(struct act *act)
{
    static const char *const names[] = {"km", "km_out", "km_tow"};
    for (size_t i = 0; i < array_len(names); i++) {
        if (act_is_set(act, names[i]))
            return request_fail(act->request, ERR_INVALID, names[i],
                                N_("Kilometres are entered when the job is done"), NULL);
    }
    return 0;
}

static int create(struct act *act, const struct rescue_facts *facts)
{
    struct request *request = act->request;
    int result = check_customer(act, facts);
    if (result)
        return result;
    result = check_km(act);
    if (result)
        return result;
    const char *number = intake_number(request, act_row_id(act));
    step_set(act, number, number);
    act_reply(act, "number", arena_printf(request->arena, "\"%s\"", number));
    step_set(act, state, "new");
    step_set(act, sla_dispatch_s, facts->dispatch_s);
    step_set(act, sla_accept_s, facts->accept_s);
    step_set(act, sla_arrive_s, facts->arrive_s);
    step_set(act, due_at, intake_due(act->now, request->now));
    return intake_estimate(act, facts);
}

/* The job is done and not yet audited: corrected facts make another proposal. */
static int update_done(struct act *act, const struct rescue_facts *facts)
{
    struct finish finish = {.outcome = PRICE_DONE,
                            .km = ((struct rescue *)act->now)->km,
                            .charge_fen = NIL,
                            .items = finish_items_read(act->request->arena, step_of(act)->items)};
    return finish_propose(act, facts, &finish);
}

static int update(struct act *act, const struct rescue_facts *facts)
{
    const struct rescue *was = act->was;
    int result = act_is_set(act, "customer_id") ? check_customer(act, facts) : 0;
    if (result)
        return result;
    if (strcmp(was->state, "done") == 0)
        return update_done(act, facts);
    result = check_km(act);
    if (result)
        return result;
    if (act_is_set(act, "customer_id") || act_is_set(act, "service")) {
        step_set(act, sla_dispatch_s, facts->dispatch_s);
        step_set(act, sla_accept_s, facts->accept_s);
        step_set(act, sla_arrive_s, facts->arrive_s);
    }
    if (strcmp(was->state, "new") == 0)
        step_set(act, due_at, intake_due(act->now, was->created_at));
    return intake_estimate(act, facts);
}

int rescue_in_tx(struct act *act)
{
    struct rescue_facts facts;
    int result = facts_take(step_of(act)->facts, &facts);
    if (result == 0)
        result = check_places(act);
    if (result == 0)
        result = check_case(act);
    if (result)
        return result;
    return act->kind == ACT_CREATE ? create(act, &facts) : update(act, &facts);
}
