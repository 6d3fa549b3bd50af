#include "server/areas/org/area.h"

#include "org_words.h"

static const struct entity *const entities[] = {ORG_ENTITIES};

const struct area org_area = {
    .name = "org",
    .label = N_("Organisation"),
    .entities = entities,
    .nentities = array_len(entities),
};
