#include "server/areas/party/area.h"

#include "party_words.h"

static const struct entity *const entities[] = {PARTY_ENTITIES};

const struct area party_area = {
    .name = "party",
    .label = N_("Customers and suppliers"),
    .entities = entities,
    .nentities = array_len(entities),
};
