/* What was agreed with a party for a service: the price of their orders is proposed from it. */
#include "server/areas/party/tariff.h"

struct agreement {
    int64_t party_id;
    TARIFF_MEMBERS;
    int64_t free_times;
    int64_t free_km;
    const char *free_per;
};

static const struct entity item_entity =
    TARIFF_ITEM_ENTITY("agreement_item", "party_agreement_item", "agreement_id");

static const struct choice per_what[] = {
    {"plate", N_("Plate")},
    {"policy", N_("Policy")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(agreement, party_id, .type = FIELD_REF, .ref = "customer", .label = N_("Customer"),
          .required = true, .create_only = true, .sortable = true, .width = 20,
          .help = N_("With whom it was agreed.")),
    TARIFF_PRICE_FIELDS(agreement, &item_entity),
    FIELD(agreement, free_times, .filled = true, .label = N_("Free times a year"), .min = 0, .max = 1000,
          .init = "0", .width = 5,
          .help = N_("How often in a year of the agreement the service is free of charge; used before money "
                     "is asked.")),
    FIELD(agreement, free_km, .filled = true, .label = N_("Free kilometres"), .min = 0, .max = 10000,
          .init = "0", .width = 6,
          .help = N_("Kilometres beyond the included, free of charge on a free service.")),
    FIELD(agreement, free_per, .filled = true, .type = FIELD_CHOICE, .choices = per_what,
          .label = N_("Free for each"), .init = "plate",
          .help = N_("Whether free services are counted for each car or for each policy.")),
    TARIFF_VALIDITY_FIELDS(agreement),
};

static int in_tx(struct act *act)
{
    const struct agreement *agreement = act->now;
    return tariff_check(act, TARIFF_TERMS(agreement));
}

static const char *const columns[] = {"party_id",   "service",    "base_fen", "included_km", "per_km_fen",
                                      "free_times", "valid_from", "valid_to", NULL};
static const char *const main_tab[] = {
    "party_id",    "service",   "valid_from",     "valid_to",    "base_fen", "included_km",
    "per_km_fen",  "night_bp",  "night_fen",      "night_from",  "night_to", "holiday_bp",
    "holiday_fen", "empty_fen", "tolls_included", "item_prices", NULL};
static const char *const free_tab[] = {"free_times", "free_km", "free_per", NULL};
static const struct tab tabs[] = {
    {N_("Price agreement"), main_tab},
    {N_("Free services"), free_tab},
    {NULL},
};

const struct entity agreement_entity = {
    .name = "agreement",
    .area = "party",
    .table = "party_agreement",
    .label = N_("Price agreement"),
    .plural = N_("Price agreements"),
    .help = N_(
        "What was agreed with a customer for each service. Without one the price list of the branch counts."),
    .code = "pa",
    .size = sizeof(struct agreement),
    .scope = SCOPE_COMPANY, /* row-level security shows those of the parties in scope */
    .fields = fields,
    .nfields = array_len(fields),
    .title = "service",
    .columns = columns,
    .sort = "party_id",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .in_tx = in_tx,
};
