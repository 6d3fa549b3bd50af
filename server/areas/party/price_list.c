/* What is asked of who has no agreement: a branch's own price, else the company's. */
#include "server/entity/entity.h"

struct price_list {
    int64_t branch_id;
    const char *service;
    int64_t base_fen;
    int64_t included_km;
    int64_t per_km_fen;
    int64_t night_bp;
    int64_t holiday_bp;
    struct day valid_from, valid_to;
};

static const struct field fields[] = {
    FIELD(price_list, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"),
          .create_only = true, .width = 14,
          .help = N_("Whose price it is; empty: the company's, where a branch has none of its own.")),
    FIELD(price_list, service, .type = FIELD_CHOICE, .base = "service", .label = N_("Service"),
          .required = true, .create_only = true, .sortable = true, .width = 14,
          .help = N_("Which service the price is for.")),
    FIELD(price_list, base_fen, .type = FIELD_FEN, .label = N_("Base price"), .required = true, .width = 10,
          .help = N_("For the service with the kilometres included; with VAT.")),
    FIELD(price_list, included_km, .filled = true, .label = N_("Kilometres included"), .min = 0, .max = 10000,
          .init = "0", .width = 6, .help = N_("Covered by the base price.")),
    FIELD(price_list, per_km_fen, .filled = true, .type = FIELD_FEN, .label = N_("Each further km"),
          .init = "0", .width = 8, .help = N_("For each kilometre beyond; with VAT.")),
    FIELD(price_list, night_bp, .filled = true, .label = N_("Night supplement"), .min = 0, .max = 100000,
          .init = "0", .width = 6,
          .help = N_("Added at night to base and kilometres, in hundredths of a percent: 2000 is 20 %.")),
    FIELD(price_list, holiday_bp, .filled = true, .label = N_("Holiday supplement"), .min = 0, .max = 100000,
          .init = "0", .width = 6, .help = N_("Added on public holidays, in hundredths of a percent.")),
    FIELD(price_list, valid_from, .label = N_("Valid from"), .required = true, .init = "2000-01-01",
          .sortable = true, .help = N_("First day it holds. Of several that hold, the latest counts.")),
    FIELD(price_list, valid_to, .label = N_("Valid to"), .required = true, .init = "9999-12-31",
          .help = N_("Last day it holds.")),
};

static int in_tx(struct act *act)
{
    const struct price_list *price = act->now;
    if (price->valid_to.n < price->valid_from.n)
        return request_fail(act->request, ERR_INVALID, "valid_to", N_("The last day is before the first"),
                            NULL);
    return 0;
}

static const char *const columns[] = {"branch_id",  "service",    "base_fen", "included_km",
                                      "per_km_fen", "valid_from", "valid_to", NULL};
static const char *const main_tab[] = {"branch_id", "service",    "base_fen",   "included_km", "per_km_fen",
                                       "night_bp",  "holiday_bp", "valid_from", "valid_to",    NULL};
static const struct tab tabs[] = {
    {N_("Price"), main_tab},
    {NULL},
};

const struct entity price_list_entity = {
    .name = "price_list",
    .area = "party",
    .table = "price_list",
    .label = N_("List price"),
    .plural = N_("Price list"),
    .help = N_("What a service costs who has no agreement with us."),
    .code = "pl",
    .size = sizeof(struct price_list),
    .scope = SCOPE_SHARED,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "service",
    .columns = columns,
    .sort = "service",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .in_tx = in_tx,
};
