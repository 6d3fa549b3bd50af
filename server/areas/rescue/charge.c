/* Who pays what: what may be said of payers, and their amounts once there is a price. */
#include "server/areas/rescue/charge.h"

#include "base/money.h"

#include <string.h>

/* Free parts go with what they are taken off. */
static const struct {
    const char *kind, *part;
} part_of[] = {
    {"base", "base"},      {"free_times", "base"}, {"km", "km"},     {"free_km", "km"},
    {"night", "night"},    {"holiday", "holiday"}, {"item", "item"}, {"toll", "toll"},
    {"free_toll", "toll"}, {"empty", "empty"},
};

static bool has_part(struct text_set parts, const char *kind)
{
    for (size_t i = 0; kind && i < array_len(part_of); i++) {
        for (size_t j = 0; strcmp(part_of[i].kind, kind) == 0 && j < parts.count; j++) {
            if (strcmp(parts.items[j], part_of[i].part) == 0)
                return true;
        }
    }
    return false;
}

static bool share_a_part(struct text_set a, struct text_set b)
{
    for (size_t i = 0; i < a.count; i++) {
        for (size_t j = 0; j < b.count; j++) {
            if (strcmp(a.items[i], b.items[j]) == 0)
                return true;
        }
    }
    return false;
}

static int ways_of(const struct rescue_charge *charge)
{
    return (charge->share_fen != NIL) + (charge->share_bp != NIL) + (charge->parts.count > 0);
}

static int check_pair(struct request *request, const struct rescue_charge *one,
                      const struct rescue_charge *two)
{
    if (one->payer_id == two->payer_id)
        return request_fail(request, ERR_INVALID, "charges", N_("A payer stands there twice"), NULL);
    if (share_a_part(one->parts, two->parts))
        return request_fail(request, ERR_INVALID, "charges", N_("A part of the price has two payers"), NULL);
    return 0;
}

int charges_check(struct request *request, const struct line_set *set)
{
    const struct rescue_charge *charges = set->items;
    size_t rests = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (ways_of(&charges[i]) > 1)
            return request_fail(request, ERR_INVALID, "charges",
                                N_("A payer has an amount, a share or parts of the price, not several"),
                                NULL);
        rests += ways_of(&charges[i]) == 0;
        for (size_t j = 0; j < i; j++) {
            int result = check_pair(request, &charges[i], &charges[j]);
            if (result)
                return result;
        }
    }
    if (set->count > 0 && rests != 1)
        return request_fail(request, ERR_INVALID, "charges",
                            N_("Exactly one payer takes what the fixed parts leave: leave their part empty"),
                            NULL);
    return 0;
}

/* What the parts of the proposal make for him. A part that was free takes nothing off the others' parts. */
static int sum_parts(const json_t *all, struct text_set parts, int64_t *sum_r)
{
    size_t i;
    const json_t *part;
    *sum_r = 0;
    json_array_foreach(all, i, part)
    {
        if (has_part(parts, json_string_value(json_object_get(part, "kind"))) &&
            money_add(*sum_r, json_integer_value(json_object_get(part, "amount_fen")), sum_r) < 0)
            return -1;
    }
    *sum_r = MAX(*sum_r, 0);
    return 0;
}

/* NIL: what the others leave. */
static int amount_of(const struct charge *charge, int64_t price_fen, const json_t *parts, int64_t *amount_r)
{
    *amount_r = charge->share_fen;
    if (charge->share_bp != NIL)
        return money_mul_ratio(price_fen, charge->share_bp, MONEY_RATE_WHOLE, amount_r);
    return charge->parts.count > 0 ? sum_parts(parts, charge->parts, amount_r) : 0;
}

/* The fixed amounts; *rest_r is what they leave of the price. */
static int fix_amounts(struct charge *charges, size_t count, int64_t price_fen, const json_t *parts,
                       int64_t *rest_r)
{
    *rest_r = price_fen;
    for (size_t i = 0; i < count; i++) {
        if (amount_of(&charges[i], price_fen, parts, &charges[i].amount_fen) < 0)
            return -1;
        if (charges[i].amount_fen != NIL && money_add(*rest_r, -charges[i].amount_fen, rest_r) < 0)
            return -1;
    }
    return *rest_r < 0 ? -1 : 0;
}

int charges_split(struct charge *charges, size_t count, int64_t price_fen, const char *price_parts)
{
    json_t *parts = price_parts ? json_loads(price_parts, 0, NULL) : NULL;
    int64_t rest;
    int result = fix_amounts(charges, count, price_fen, parts, &rest);
    json_decref(parts);
    for (size_t i = 0; result == 0 && i < count; i++) {
        if (charges[i].amount_fen == NIL)
            charges[i].amount_fen = rest;
    }
    return result;
}
