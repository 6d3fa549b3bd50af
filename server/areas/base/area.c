#include "server/areas/base/area.h"

#include "base_words.h"

static const struct entity *const entities[] = {BASE_ENTITIES};

const struct area base_area = {
    .name = "base",
    .label = N_("Base data"),
    .entities = entities,
    .nentities = array_len(entities),
};
