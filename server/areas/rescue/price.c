#include "server/areas/rescue/price.h"

#include "base/money.h"
#include "base/str.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *name, *label;
} kinds[PRICE_PART_KINDS] = {
    [PRICE_PART_BASE] = {"base", N_("Base price")},
    [PRICE_PART_KM] = {"km", N_("Further km")},
    [PRICE_PART_FREE_BASE] = {"free_times", N_("Free service")},
    [PRICE_PART_FREE_KM] = {"free_km", N_("Free km")},
    [PRICE_PART_NIGHT] = {"night", N_("Night")},
    [PRICE_PART_HOLIDAY] = {"holiday", N_("Holiday")},
    [PRICE_PART_ITEM] = {"item", N_("Item")},
    [PRICE_PART_TOLL] = {"toll", N_("Toll")},
    [PRICE_PART_FREE_TOLL] = {"free_toll", N_("Toll included")},
    [PRICE_PART_EMPTY] = {"empty", N_("Empty run")},
};

const char *price_kind_name(enum price_kind kind)
{
    return kinds[kind].name;
}

bool price_is_night(const struct price_agreement *agreement, int minute)
{
    int from = agreement->night_from, to = agreement->night_to;
    if (from <= to)
        return minute >= from && minute < to;
    return minute >= from || minute < to;
}

static int add(struct price_work *work, enum price_kind kind, const char *code, int64_t quantity,
               int64_t amount_fen)
{
    if (amount_fen == 0 && kind != PRICE_PART_BASE && kind != PRICE_PART_EMPTY)
        return 0;
    if (work->count == PRICE_PARTS_MAX)
        return -EINVAL;
    work->parts[work->count++] = (struct price_part){kind, code, quantity, amount_fen};
    return money_add(work->total_fen, amount_fen, &work->total_fen);
}

/* Base and km beyond the included; what is free of them is shown beside them and taken off. */
static int add_distance(const struct price_agreement *agreement, const struct price_facts *facts,
                        struct price_work *work)
{
    int64_t beyond = MAX(facts->km - agreement->included_km, 0), free_km = 0, amount;
    int result = add(work, PRICE_PART_BASE, NULL, 1, agreement->base_fen);
    if (result == 0)
        result = money_mul_ratio(agreement->km_fen, beyond, 1, &amount);
    if (result == 0)
        result = add(work, PRICE_PART_KM, NULL, beyond, amount);
    if (result < 0 || agreement->free_times == 0)
        return result;
    work->free_times = 1;
    work->free_km = free_km = MIN(beyond, agreement->free_km);
    result = add(work, PRICE_PART_FREE_BASE, NULL, 1, -agreement->base_fen);
    if (result == 0)
        result = money_mul_ratio(agreement->km_fen, -free_km, 1, &amount);
    return result < 0 ? result : add(work, PRICE_PART_FREE_KM, NULL, free_km, amount);
}

/* Shares are taken of what base and km really cost, rounded once for both and split, so that the parts add up. A fixed addition
 * belongs to the base: where that is free, so is the addition. */
static int add_surcharges(const struct price_agreement *agreement, const struct price_facts *facts,
                          struct price_work *work)
{
    bool night = price_is_night(agreement, facts->minute);
    int64_t bp[2] = {night ? agreement->night_bp : 0, facts->holiday ? agreement->holiday_bp : 0};
    int64_t fixed[2] = {night ? agreement->night_fen : 0, facts->holiday ? agreement->holiday_fen : 0};
    int64_t parts[2] = {0, 0}, share;
    if (bp[0] > INT64_MAX - bp[1])
        return -ERANGE;
    int result = money_mul_ratio(work->total_fen, bp[0] + bp[1], MONEY_RATE_WHOLE, &share);
    if (result == 0 && bp[0] + bp[1] > 0)
        result = money_split(share, bp, 2, parts);
    for (int i = 0; result == 0 && i < 2; i++) {
        result = work->free_times ? 0 : money_add(parts[i], fixed[i], &parts[i]);
        if (result == 0)
            result = add(work, i == 0 ? PRICE_PART_NIGHT : PRICE_PART_HOLIDAY, NULL, 1, parts[i]);
    }
    return result;
}

static int add_items(const struct price_agreement *agreement, const struct price_facts *facts,
                     struct price_work *work)
{
    int result = 0;
    int64_t tolls = 0;
    for (size_t i = 0; result == 0 && i < facts->nitems; i++) {
        const struct price_item *item = &facts->items[i];
        if (!item->code || item->quantity <= 0 || item->amount_fen < 0)
            return -EINVAL;
        enum price_kind kind = strcmp(item->code, "toll") == 0 ? PRICE_PART_TOLL : PRICE_PART_ITEM;
        result = add(work, kind, item->code, item->quantity, item->amount_fen);
        if (result == 0 && kind == PRICE_PART_TOLL)
            result = money_add(tolls, item->amount_fen, &tolls);
    }
    return result < 0 || !agreement->tolls_included ? result
                                                    : add(work, PRICE_PART_FREE_TOLL, NULL, 1, -tolls);
}

/* NIL is the smallest number, so it is caught as well. */
static bool valid(const struct price_agreement *agreement, const struct price_facts *facts)
{
    const int64_t numbers[] = {agreement->base_fen,
                               agreement->included_km,
                               agreement->km_fen,
                               agreement->night_fen,
                               agreement->night_bp,
                               agreement->holiday_fen,
                               agreement->holiday_bp,
                               agreement->empty_fen,
                               agreement->free_times,
                               agreement->free_km,
                               facts->km};
    for (size_t i = 0; i < array_len(numbers); i++) {
        if (numbers[i] < 0)
            return false;
    }
    return facts->nitems <= PRICE_ITEMS_MAX && (facts->charge_fen == NIL || facts->charge_fen >= 0);
}

int price_work_out(const struct price_agreement *agreement, const struct price_facts *facts,
                   struct price_work *work)
{
    *work = (struct price_work){0};
    if (!valid(agreement, facts))
        return -EINVAL;
    int result;
    if (facts->outcome == PRICE_EMPTY) {
        int64_t charge = facts->charge_fen == NIL ? agreement->empty_fen : facts->charge_fen;
        result = add(work, PRICE_PART_EMPTY, NULL, 1, charge);
    } else {
        result = add_distance(agreement, facts, work);
        if (result == 0)
            result = add_surcharges(agreement, facts, work);
    }
    return result < 0 ? result : add_items(agreement, facts, work);
}

void price_parts_json(const struct price_work *work, struct str *out)
{
    str_add_char(out, '[');
    for (size_t i = 0; i < work->count; i++) {
        const struct price_part *part = &work->parts[i];
        str_addf(out, "%s{\"kind\":\"%s\",\"label\":", i ? "," : "", kinds[part->kind].name);
        str_add_json(out, kinds[part->kind].label);
        str_add(out, ",\"code\":");
        str_add_json(out, part->code);
        str_addf(out, ",\"quantity\":%lld,\"amount_fen\":%lld}", (long long)part->quantity,
                 (long long)part->amount_fen);
    }
    str_add_char(out, ']');
}

int price_cost(int64_t base_fen, int64_t included_km, int64_t km_fen, int64_t km, int64_t *cost_r)
{
    int64_t beyond_fen;
    if (base_fen < 0 || included_km < 0 || km_fen < 0 || km < 0)
        return -EINVAL;
    int result = money_mul_ratio(km_fen, MAX(km - included_km, 0), 1, &beyond_fen);
    return result < 0 ? result : money_add(base_fen, beyond_fen, cost_r);
}
