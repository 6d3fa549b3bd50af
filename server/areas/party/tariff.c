#include "server/areas/party/tariff.h"

#include <stdio.h>
#include <string.h>

const struct field tariff_item_fields[2] = {
    FIELD(tariff_item, code, .type = FIELD_CHOICE, .base = "rescue_item", .label = N_("Item"),
          .required = true, .width = 16, .help = N_("What is used on the job.")),
    FIELD(tariff_item, each_fen, .type = FIELD_FEN, .label = N_("Price each"), .min = 0, .required = true,
          .width = 12, .help = N_("For one of it, tax included.")),
};

const char *const tariff_item_columns[] = {"code", "each_fen", NULL};

/* hh:mm, or hh:mm:ss as the database gives it back. */
static bool is_clock(const char *text)
{
    int hour, minute, second, end = 0;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2 || end != 5)
        return false;
    if (text[end] && (sscanf(text + end, ":%2d%n", &second, &end) != 1 || strcmp(text + 5, ":00") != 0))
        return false;
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
}

static int check_night(struct act *act, const char *from, const char *to)
{
    if ((from && !is_clock(from)) || (to && !is_clock(to)))
        return request_fail(act->request, ERR_INVALID, from && !is_clock(from) ? "night_from" : "night_to",
                            N_("This is not a time of day: hh:mm"), NULL);
    if (!from != !to)
        return request_fail(act->request, ERR_INVALID, from ? "night_to" : "night_from",
                            N_("The night has a beginning and an end, or neither"), NULL);
    return 0;
}

static int check_items(struct act *act, const struct line_set *set)
{
    const struct tariff_item *items = set->items;
    for (size_t i = 0; i < set->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (items[i].code && items[j].code && strcmp(items[i].code, items[j].code) == 0)
                return request_fail(act->request, ERR_INVALID, "item_prices",
                                    N_("An item stands there twice"), NULL);
        }
    }
    return 0;
}

int tariff_check(struct act *act, const struct tariff_terms *terms)
{
    if (terms->to.n < terms->from.n)
        return request_fail(act->request, ERR_INVALID, "valid_to", N_("The last day is before the first"),
                            NULL);
    int result = check_night(act, terms->night_from, terms->night_to);
    return result || !act_is_set(act, "item_prices") ? result : check_items(act, terms->items);
}
