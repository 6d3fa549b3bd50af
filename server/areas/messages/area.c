#include "server/areas/messages/area.h"

#include "messages_words.h"

static const struct entity *const entities[] = {MESSAGES_ENTITIES};

const struct area messages_area = {
    .name = "messages",
    .label = N_("Messages"),
    .entities = entities,
    .nentities = array_len(entities),
};
