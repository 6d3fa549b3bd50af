#include "server/areas/messages/area.h"

#include "messages_words.h"

static const struct entity *const entities[] = {MESSAGES_ENTITIES};

static const struct verb verbs[] = {
    {
        .name = "message.dress",
        .label = N_("Around a text message"),
        .help = N_("The signature before every text message, and in each language what ends one of marketing "
                   "and examples for the words of a template."),
        .flags = VERB_SESSION | VERB_OURS,
        .run = message_dress,
    },
};

const struct area messages_area = {
    .name = "messages",
    .label = N_("Messages"),
    .entities = entities,
    .nentities = array_len(entities),
    .verbs = verbs,
    .nverbs = array_len(verbs),
};
