/* What is asked of who has no agreement: a branch's own price, else the company's. */
#include "server/areas/party/tariff.h"

struct price_list {
    int64_t branch_id;
    TARIFF_MEMBERS;
};

static const struct entity item_entity = TARIFF_ITEM_ENTITY("price_list_item", "price_list_item", "list_id");

static const struct field fields[] = {
    FIELD(price_list, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"),
          .create_only = true, .width = 14,
          .help = N_("Whose price it is; empty: the company's, where a branch has none of its own.")),
    TARIFF_PRICE_FIELDS(price_list, &item_entity),
    TARIFF_VALIDITY_FIELDS(price_list),
};

static int in_tx(struct act *act)
{
    const struct price_list *price = act->now;
    return tariff_check(act, TARIFF_TERMS(price));
}

static const char *const columns[] = {"branch_id",  "service",    "base_fen", "included_km",
                                      "per_km_fen", "valid_from", "valid_to", NULL};
static const char *const main_tab[] = {
    "branch_id",   "service",   "valid_from",     "valid_to",    "base_fen", "included_km",
    "per_km_fen",  "night_bp",  "night_fen",      "night_from",  "night_to", "holiday_bp",
    "holiday_fen", "empty_fen", "tolls_included", "item_prices", NULL};
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
