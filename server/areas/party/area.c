#include "server/areas/party/area.h"

#include "party_words.h"
#include "server/areas/party/overview.h"

static const struct entity *const entities[] = {PARTY_ENTITIES};

static const struct verb verbs[] = {
    {
        .name = "customer.overview",
        .permission = "customer.overview",
        .label = N_("Everything about a customer"),
        .help =
            N_("The newest orders, calls, messages and ratings of a customer, with what is owed. Orders of "
               "branches that one does not see are a line each: time, state, branch."),
        .takes = TAKES_ID,
        .run = customer_overview,
    },
};

const struct area party_area = {
    .name = "party",
    .label = N_("Customers and suppliers"),
    .entities = entities,
    .nentities = array_len(entities),
    .verbs = verbs,
    .nverbs = array_len(verbs),
};
