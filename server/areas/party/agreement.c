/* What was agreed with a party for a service: the price of their orders is proposed from it. */
#include "server/areas/party/tariff.h"

struct agreement {
    int64_t party_id;
    const char *service;
    int64_t base_fen;
    int64_t included_km;
    int64_t per_km_fen;
    int64_t night_bp;
    int64_t holiday_bp;
    int64_t free_times;
    int64_t free_km;
    struct day valid_from, valid_to;
};

static const struct field fields[] = {
    FIELD(agreement, party_id, .type = FIELD_REF, .ref = "customer", .label = N_("Customer"),
          .required = true, .create_only = true, .sortable = true, .width = 20,
          .help = N_("With whom it was agreed.")),
    TARIFF_PRICE_FIELDS(agreement),
    FIELD(agreement, free_times, .filled = true, .label = N_("Free times"), .min = 0, .max = 1000,
          .init = "0", .width = 5,
          .help =
              N_("How often a plate is served free of charge while this holds; used before money is asked.")),
    FIELD(agreement, free_km, .filled = true, .label = N_("Free kilometres"), .min = 0, .max = 10000,
          .init = "0", .width = 6, .help = N_("Kilometres free of charge on a free service.")),
    TARIFF_VALIDITY_FIELDS(agreement),
};

static int in_tx(struct act *act)
{
    const struct agreement *agreement = act->now;
    return tariff_check_validity(act, agreement->valid_from, agreement->valid_to);
}

static const char *const columns[] = {"party_id",   "service",    "base_fen", "included_km", "per_km_fen",
                                      "free_times", "valid_from", "valid_to", NULL};
static const char *const main_tab[] = {"party_id",   "service",    "base_fen",   "included_km",
                                       "per_km_fen", "night_bp",   "holiday_bp", "free_times",
                                       "free_km",    "valid_from", "valid_to",   NULL};
static const struct tab tabs[] = {
    {N_("Price agreement"), main_tab},
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
