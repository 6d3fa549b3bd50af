/* rescue.estimate: what intake shows before saving: the price with its parts, the entitlement left, a credit limit that is passed, live orders of the
 * same car or caller. */
#include "base/arena.h"
#include "server/areas/rescue/charge.h"
#include "server/areas/rescue/credit.h"
#include "server/areas/rescue/facts.h"
#include "server/areas/rescue/verbs.h"
#include "server/core/arguments.h"
#include "server/entity/record.h"

#include <math.h>

enum { LIVE_MAX = 10 };

static const struct sql sql_live = {
    "rescue_live",
    "SELECT o.id, o.number, o.state, o.plate, o.contact_name, o.place, "
    "to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), o.plate IS NOT DISTINCT "
    "FROM $1 "
    "FROM rescue_order o "
    "WHERE (o.plate = $1 OR o.contact_phone = $2) AND o.branch_id = ANY ($3::int[]) "
    "AND o.state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived') ORDER BY o.id DESC LIMIT $4"};

/* What the agreement grants in a year, where nothing is left of it or it cannot be counted yet. */
static const struct sql sql_granted = {"rescue_granted",
                                       "SELECT free_times, free_per FROM party_agreement WHERE id = $1"};

static double real_of(const struct request *request, const char *name)
{
    const json_t *value = json_object_get(request->args, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static int64_t km_of(const struct request *request)
{
    int64_t km = request_int(request, "estimate_km");
    if (km != NIL)
        return km;
    return facts_road_km(real_of(request, "lon"), real_of(request, "lat"),
                         real_of(request, "destination_lon"), real_of(request, "destination_lat"));
}

static void add_live(struct str *out, struct rows *rows)
{
    static const char *const names[] = {"number", "state", "plate", "contact_name", "place", "created_at"};
    str_add(out, ",\"live\":[");
    for (size_t i = 0; i < rows_count(rows); i++) {
        str_addf(out, "%s{\"id\":%lld", i ? "," : "", (long long)rows_int(rows, i, 0));
        for (size_t j = 0; j < array_len(names); j++) {
            str_addf(out, ",\"%s\":", names[j]);
            str_add_json(out, rows_text(rows, i, (int)j + 1));
        }
        str_addf(out, ",\"same\":\"%s\"}", rows_bool(rows, i, 7) ? "plate" : "phone");
    }
    str_add_char(out, ']');
}

/* ---- who pays what of it */

static int read_charge(struct request *request, json_t *given, struct rescue_charge *charge)
{
    const struct entity *entity = &rescue_charge_entity;
    record_init(entity->fields, entity->nfields, charge);
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        struct value value;
        if (field->readonly)
            continue;
        int result = argument_check(request, given, field, "charges");
        if (result)
            return result;
        if (value_read(field, request->arena, json_object_get(given, field->name), &value) == FIELD_OK)
            record_set(field, charge, &value);
    }
    return 0;
}

static int read_charges(struct request *request, struct line_set *set_r)
{
    const json_t *given = json_object_get(request->args, "charges");
    json_t *line;
    struct rescue_charge *charges =
        arena_alloc(request->arena, (json_array_size(given) + 1) * sizeof(*charges));
    size_t i;
    *set_r = (struct line_set){charges, json_array_size(given)};
    json_array_foreach(given, i, line)
    {
        int result = read_charge(request, line, &charges[i]);
        if (result)
            return result;
    }
    return charges_check(request, set_r);
}

/* null: their fixed parts are more than the estimate. */
static int add_charges(struct request *request, int64_t total_fen, const char *parts)
{
    struct line_set set;
    int result = read_charges(request, &set);
    if (result || set.count == 0)
        return result;
    const struct rescue_charge *given = set.items;
    struct charge *charges = arena_alloc(request->arena, set.count * sizeof(*charges));
    for (size_t i = 0; i < set.count; i++)
        charges[i] = (struct charge){.payer_id = given[i].payer_id,
                                     .share_fen = given[i].share_fen,
                                     .share_bp = given[i].share_bp,
                                     .parts = given[i].parts};
    bool fit = charges_split(charges, set.count, total_fen, parts) == 0;
    str_add(&request->out, fit ? ",\"charges\":[" : ",\"charges\":null");
    for (size_t i = 0; fit && i < set.count; i++)
        str_addf(&request->out, "%s{\"payer_id\":%lld,\"amount_fen\":%lld}", i ? "," : "",
                 (long long)charges[i].payer_id, (long long)charges[i].amount_fen);
    str_add(&request->out, fit ? "]" : "");
    return 0;
}

static void add_credit(struct request *request, struct rows *credit, int64_t customer_id, int64_t fen)
{
    str_add(&request->out, ",\"credit\":");
    str_add(&request->out, credit_beyond(request->arena, credit, &(struct credit_more){customer_id, fen}, 1));
}

/* *total_r: NIL where nothing has a price for it. */
static int add_price(struct request *request, const struct rescue_facts *facts, int64_t *total_r)
{
    struct str *out = &request->out;
    int64_t km = km_of(request);
    struct price_work *work = arena_new(request->arena, struct price_work);
    int result = facts_price(request, facts,
                             &(struct price_facts){.outcome = PRICE_DONE, .km = km, .charge_fen = NIL}, work);
    if (result)
        return result;
    *total_r = facts->source ? work->total_fen : NIL;
    str_add(out, "{\"estimate_fen\":");
    if (facts->source)
        str_addf(out, "%lld", (long long)work->total_fen);
    else
        str_add(out, "null");
    str_addf(out, ",\"km\":%lld,\"source\":", (long long)km);
    str_add_json(out, facts->source);
    struct str parts;
    str_init(&parts, request->arena);
    if (facts->source)
        price_parts_json(work, &parts);
    else
        str_add(&parts, "[]");
    str_addf(out, ",\"parts\":%s,\"free_times\":%lld,\"free_km\":%lld", parts.data,
             (long long)facts->agreement.free_times, (long long)facts->agreement.free_km);
    return facts->source ? add_charges(request, work->total_fen, parts.data) : 0;
}

/* What is asked, with the plate in its normal form; refused when the time is none or the branch is not in scope. */
static int read_asked(struct request *request, struct facts_of *of)
{
    char plate[64];
    const char *typed = request_text(request, "plate"), *when = request_text(request, "appoint_at");
    *of = (struct facts_of){.order_id = NIL,
                            .customer_id = request_int(request, "customer_id"),
                            .branch_id = request_int(request, "branch_id"),
                            .service = request_text(request, "service"),
                            .plate = typed,
                            .policy = request_text(request, "policy_number"),
                            .at = request->now};
    if (when && time_parse(when, &of->at) < 0)
        return request_fail(request, ERR_INVALID, "appoint_at", N_("This is not a time"), NULL);
    if (typed && plate_normalise(typed, plate, sizeof(plate)))
        of->plate = arena_strdup(request->arena, plate);
    if (of->branch_id == NIL)
        of->branch_id = request->session->branch_id;
    if (!grant_covers(request->grant, of->branch_id))
        return request_fail(request, ERR_INVALID, "branch_id", N_("There is no such branch"), NULL);
    return 0;
}

/* To a caller who asks why he pays: it is said that there were free ones, and by what they are counted. */
static int add_granted(struct request *request, const struct rescue_facts *facts)
{
    if (facts->agreement_id == NIL || facts->agreement.free_times > 0)
        return 0;
    struct rows *granted = tx_read(request->tx, &sql_granted, p_int(facts->agreement_id));
    int result = request_need(request);
    if (result || rows_count(granted) == 0)
        return result;
    str_addf(&request->out, ",\"free_of\":%lld,\"free_per\":", (long long)rows_int(granted, 0, 0));
    str_add_json(&request->out, rows_text(granted, 0, 1));
    return 0;
}

int rescue_estimate(struct request *request)
{
    struct facts_of of;
    struct rescue_facts facts;
    int64_t total_fen = NIL;
    int result = read_asked(request, &of);
    if (result)
        return result;
    struct rows *read = facts_read(request, &of);
    struct rows *credit = credit_read(request, of.customer_id);
    struct rows *live =
        tx_read(request->tx, &sql_live, p_text(of.plate), p_text(request_text(request, "contact_phone")),
                p_text(request->grant->scope), p_int(LIVE_MAX));
    result = request_need(request);
    if (result == 0)
        result = facts_take(read, &facts);
    if (result)
        return result;
    if (!facts.customer_known)
        return request_fail(request, ERR_INVALID, "customer_id", N_("There is no such customer"), NULL);
    result = add_price(request, &facts, &total_fen);
    if (result == 0)
        result = add_granted(request, &facts);
    if (result)
        return result;
    add_credit(request, credit, of.customer_id, total_fen);
    add_live(&request->out, live);
    str_add_char(&request->out, '}');
    return 0;
}
