#include "server/areas/rescue/facts.h"

#include "base/geo.h"
#include "base/money.h"
#include "server/areas/rescue/rescue.h"

#include <errno.h>
#include <math.h>

enum { ROAD_PERCENT = 130 }; /* streets are longer than the air line */

static const struct sql sql_facts = {"rescue_facts",
                                     "SELECT f.*, c.live FROM rescue_facts($1, $2, $3, $4, $5, NULL, $6) f "
                                     "LEFT JOIN LATERAL (SELECT disabled_at IS NULL AS live FROM party WHERE "
                                     "id = $1 AND 'customer' = ANY (roles)) c ON true"};
static const struct sql sql_facts_of_order = {
    "rescue_facts_of_order",
    "SELECT f.*, c.live FROM rescue_order o "
    "CROSS JOIN LATERAL rescue_facts(coalesce($2, o.customer_id), coalesce($3, o.branch_id), coalesce($4, "
    "o.service), "
    "CASE WHEN $6 THEN NULL ELSE coalesce($5, o.plate) END, "
    "coalesce($7, o.arrived_at, o.departed_at, o.appoint_at, o.created_at), o.id, CASE WHEN $8 THEN NULL "
    "ELSE coalesce($9, o.policy_number) END, "
    "CASE WHEN $10 THEN NULL ELSE o.created_at END) f "
    "LEFT JOIN LATERAL (SELECT disabled_at IS NULL AS live FROM party "
    "WHERE id = coalesce($2, o.customer_id) AND 'customer' = ANY (roles)) c ON true WHERE o.id = $1"};
static const struct sql sql_lock = {
    "rescue_lock_entitlement",
    "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended('rescue.free:' || customer_id || "
    "':' || what, 0) AS k FROM rescue_order, unnest(ARRAY[plate, policy_number]) what "
    "WHERE id = $1 AND what IS NOT NULL ORDER BY k) held"};

/* Columns of rescue_facts, then whether the customer may be seen. */
enum {
    COL_SOURCE,
    COL_AGREEMENT,
    COL_BASE,
    COL_INCLUDED,
    COL_KM,
    COL_NIGHT_BP,
    COL_HOLIDAY_BP,
    COL_FREE_TIMES,
    COL_FREE_KM,
    COL_NIGHT_FROM,
    COL_NIGHT_TO,
    COL_MINUTE,
    COL_HOLIDAY,
    COL_RESULT,
    COL_DISPATCH,
    COL_ACCEPT,
    COL_ARRIVE,
    COL_NIGHT_FEN,
    COL_HOLIDAY_FEN,
    COL_EMPTY_FEN,
    COL_TOLLS,
    COL_ITEMS,
    COL_CUSTOMER
};

struct rows *facts_read(struct request *request, const struct facts_of *of)
{
    if (of->order_id == NIL)
        return tx_read(request->tx, &sql_facts, p_int(of->customer_id), p_int(of->branch_id),
                       p_text(of->service), p_text(of->plate), p_time(of->at), p_text(of->policy));
    return tx_read(request->tx, &sql_facts_of_order, p_int(of->order_id), p_int(of->customer_id),
                   p_int(of->branch_id), p_text(of->service), p_text(of->plate), p_bool(of->no_plate),
                   p_time(of->at), p_bool(of->no_policy), p_text(of->policy), p_bool(of->entered_now));
}

static int64_t number(struct rows *rows, int column)
{
    int64_t value = rows_int(rows, 0, column);
    return value == NIL ? 0 : value;
}

int facts_take(struct rows *rows, struct rescue_facts *facts)
{
    if (rows_count(rows) == 0)
        return -ENOENT;
    *facts = (struct rescue_facts){
        .source = rows_text(rows, 0, COL_SOURCE),
        .agreement_id = rows_int(rows, 0, COL_AGREEMENT),
        .agreement =
            {
                .base_fen = number(rows, COL_BASE),
                .included_km = number(rows, COL_INCLUDED),
                .km_fen = number(rows, COL_KM),
                .night_bp = number(rows, COL_NIGHT_BP),
                .holiday_bp = number(rows, COL_HOLIDAY_BP),
                .free_times = number(rows, COL_FREE_TIMES),
                .free_km = number(rows, COL_FREE_KM),
                .night_from = (int)number(rows, COL_NIGHT_FROM),
                .night_to = (int)number(rows, COL_NIGHT_TO),
                .night_fen = number(rows, COL_NIGHT_FEN),
                .holiday_fen = number(rows, COL_HOLIDAY_FEN),
                .empty_fen = number(rows, COL_EMPTY_FEN),
                .tolls_included = rows_bool(rows, 0, COL_TOLLS),
            },
        .items = rows_text(rows, 0, COL_ITEMS),
        .minute = (int)number(rows, COL_MINUTE),
        .holiday = rows_bool(rows, 0, COL_HOLIDAY),
        .result_required = rows_bool(rows, 0, COL_RESULT),
        .dispatch_s = rows_int(rows, 0, COL_DISPATCH),
        .accept_s = rows_int(rows, 0, COL_ACCEPT),
        .arrive_s = rows_int(rows, 0, COL_ARRIVE),
        .customer_known = !rows_null(rows, 0, COL_CUSTOMER),
        .customer_live = rows_bool(rows, 0, COL_CUSTOMER),
    };
    return 0;
}

void facts_lock_entitlement(struct request *request, int64_t order_id)
{
    tx_read(request->tx, &sql_lock, p_int(order_id));
}

int64_t facts_road_km(double lon, double lat, double to_lon, double to_lat)
{
    double metres = geo_distance_m((struct point){lon, lat}, (struct point){to_lon, to_lat});
    return isnan(metres) ? 0 : (int64_t)ceil(metres * ROAD_PERCENT / 100 / 1000);
}

/* What one of it costs; NIL: nothing is agreed. */
static int64_t agreed_each(const json_t *agreed, const char *code)
{
    const json_t *each = json_object_get(agreed, code);
    return json_is_integer(each) ? json_integer_value(each) : NIL;
}

int facts_price_items(struct request *request, const struct rescue_facts *facts, const struct line_set *items)
{
    struct rescue_item *lines = items->items;
    const json_t *agreed = facts->items ? json_loads(facts->items, 0, NULL) : NULL;
    for (size_t i = 0; i < items->count; i++) {
        if (lines[i].amount_fen != NIL)
            continue;
        int64_t each = agreed_each(agreed, lines[i].code);
        if (each == NIL || money_mul_ratio(each, lines[i].quantity, 1, &lines[i].amount_fen) < 0)
            return request_fail(request, ERR_INVALID, "items",
                                N_("No price is agreed for {item}: say what it cost"), "item", lines[i].code,
                                NULL);
    }
    return 0;
}

int facts_price(struct request *request, const struct rescue_facts *facts, const struct price_facts *job,
                struct price_work *work)
{
    struct price_facts full = *job;
    full.minute = facts->minute;
    full.holiday = facts->holiday;
    if (price_work_out(&facts->agreement, &full, work) < 0)
        return request_fail(request, ERR_INVALID, NULL, N_("A price cannot be worked out of these numbers"),
                            NULL);
    return 0;
}
