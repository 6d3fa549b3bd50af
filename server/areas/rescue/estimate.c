/* rescue.estimate: what intake shows before saving: the price with its parts, the entitlement left, live orders of the same car or caller. */
#include "base/arena.h"
#include "server/areas/rescue/facts.h"
#include "server/areas/rescue/verbs.h"

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

static int add_price(struct request *request, const struct rescue_facts *facts)
{
    struct str *out = &request->out;
    int64_t km = km_of(request);
    struct price_work *work = arena_new(request->arena, struct price_work);
    int result = facts_price(request, facts,
                             &(struct price_facts){.outcome = PRICE_DONE, .km = km, .charge_fen = NIL}, work);
    if (result)
        return result;
    str_add(out, "{\"estimate_fen\":");
    if (facts->source)
        str_addf(out, "%lld", (long long)work->total_fen);
    else
        str_add(out, "null");
    str_addf(out, ",\"km\":%lld,\"source\":", (long long)km);
    str_add_json(out, facts->source);
    str_add(out, ",\"parts\":");
    if (facts->source)
        price_parts_json(work, out);
    else
        str_add(out, "[]");
    str_addf(out, ",\"free_times\":%lld,\"free_km\":%lld", (long long)facts->agreement.free_times,
             (long long)facts->agreement.free_km);
    return 0;
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
    int result = read_asked(request, &of);
    if (result)
        return result;
    struct rows *read = facts_read(request, &of);
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
    result = add_price(request, &facts);
    if (result == 0)
        result = add_granted(request, &facts);
    if (result)
        return result;
    add_live(&request->out, live);
    str_add_char(&request->out, '}');
    return 0;
}
