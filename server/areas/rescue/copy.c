/* Another order with the same particulars: by hand, or because another vehicle takes the job over. */
#include "base/arena.h"
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/step.h"
#include "server/core/change.h"
#include "server/entity/search.h"

static const struct sql sql_next_id = {"rescue_next_id", "SELECT nextval('rescue_order_id_seq')"};
static const struct sql sql_copy = {"rescue_copy",
                                    "INSERT INTO rescue_order (id, created_by, number, linked_id, "
                                    "external_number, sla_dispatch_s, sla_accept_s, sla_arrive_s, "
                                    "due_at, agreement_id, branch_id, customer_id, principal, contact_name, "
                                    "contact_phone, plate, car_model, colour, vin, "
                                    "policy_number, service, road, place, lon, lat, destination, "
                                    "destination_lon, destination_lat, remarks, estimate_km, "
                                    "estimate_fen, estimate_parts) "
                                    "SELECT $2::bigint, $3::bigint, $4::text, CASE WHEN $5 THEN o.id END, "
                                    "CASE WHEN $5 THEN o.external_number END, $6::bigint, "
                                    "$7::bigint, $8::bigint, $9::timestamptz, $10::bigint, o.branch_id, "
                                    "o.customer_id, o.principal, o.contact_name, o.contact_phone, o.plate, "
                                    "o.car_model, o.colour, o.vin, o.policy_number, "
                                    "o.service, o.road, o.place, o.lon, o.lat, o.destination, "
                                    "o.destination_lon, o.destination_lat, o.remarks, o.estimate_km, "
                                    "$11::bigint, $12::jsonb FROM rescue_order o WHERE o.id = $1"};
static const struct sql sql_search = {"rescue_copy_search",
                                      "INSERT INTO search_key (token, entity, branch_id, row_id) "
                                      "SELECT unnest($1::text[]), 'rescue_order', $2::int, $3::bigint"};

/* The copy is found as the first one is, by its own number. */
static void add_search(struct act *act, int64_t id, const char *number)
{
    struct arena *arena = act->request->arena;
    struct search_tokens *tokens = arena_new(arena, struct search_tokens);
    struct rescue found = *(const struct rescue *)act->was;
    found.number = number;
    search_record(tokens, arena, &rescue_entity, &found);
    tx_write(act->request->tx, &sql_search, p_set((struct text_set){tokens->items, tokens->count}),
             p_int(act->branch_id), p_int(id));
}

/* Estimate of the copy: prices may have changed since. */
static int estimate(struct act *act, const struct rescue_facts *facts, struct price_work *work)
{
    const struct rescue *was = act->was;
    int64_t km = was->estimate_km;
    if (km == NIL)
        km = facts_road_km(was->lon, was->lat, was->destination_lon, was->destination_lat);
    return facts_price(act->request, facts,
                       &(struct price_facts){.outcome = PRICE_DONE, .km = km, .charge_fen = NIL}, work);
}

static void tell(struct act *act, const struct copy_of *copy, const char *number)
{
    const struct rescue *was = act->was;
    struct str now;
    str_init(&now, act->request->arena);
    str_add(&now, "{\"number\":");
    str_add_json(&now, number);
    str_addf(&now, ",\"state\":\"new\",\"customer_id\":%lld,\"%s\":%lld", (long long)was->customer_id,
             copy->linked ? "linked_id" : "copy_of", (long long)act->id);
    str_add(&now, ",\"plate\":");
    str_add_json(&now, was->plate);
    str_add(&now, ",\"service\":");
    str_add_json(&now, was->service);
    str_add_char(&now, '}');
    change_add(act->request, &(struct change){.entity = "rescue",
                                              .id = copy->id,
                                              .action = "create",
                                              .version = 1,
                                              .branch_id = act->branch_id,
                                              .old_branch_id = NIL,
                                              .own_id = CHANGE_NOBODY,
                                              .reason = act->reason,
                                              .now = now.data});
    struct str reply;
    str_init(&reply, act->request->arena);
    str_addf(&reply, "{\"id\":%lld,\"version\":1,\"number\":\"%s\"}", (long long)copy->id, number);
    act_reply(act, copy->linked ? "linked" : "copy", reply.data);
}

int copy_order(struct act *act, const struct copy_of *copy)
{
    struct request *request = act->request;
    const struct rescue_facts *facts = copy->facts;
    struct price_work *work = arena_new(request->arena, struct price_work);
    int result = estimate(act, facts, work);
    if (result)
        return result;
    struct str parts;
    str_init(&parts, request->arena);
    price_parts_json(work, &parts);
    const char *number = intake_number(request, copy->id);
    tx_write(request->tx, &sql_copy, p_int(act->id), p_int(copy->id), p_int(request->session->employee_id),
             p_text(number), p_bool(copy->linked), p_int(facts->dispatch_s), p_int(facts->accept_s),
             p_int(facts->arrive_s), p_time(step_due(request->now, facts->dispatch_s)),
             p_int(facts->agreement_id), p_int(facts->source ? work->total_fen : NIL),
             p_text(facts->source ? parts.data : NULL));
    add_search(act, copy->id, number);
    tell(act, copy, number);
    return 0;
}

int copy_load(struct act *act)
{
    struct step *step = step_of(act);
    step->ids = tx_read(act->request->tx, &sql_next_id);
    step->facts = facts_read(act->request, &(struct facts_of){.order_id = act->id,
                                                              .customer_id = NIL,
                                                              .branch_id = NIL,
                                                              .at = act->request->now,
                                                              .entered_now = true});
    return 0;
}

int copy_in_tx(struct act *act)
{
    struct step *step = step_of(act);
    struct rescue_facts facts;
    int result = facts_take(step->facts, &facts);
    if (result)
        return result;
    return copy_order(act, &(struct copy_of){.id = rows_int(step->ids, 0, 0), .facts = &facts});
}
