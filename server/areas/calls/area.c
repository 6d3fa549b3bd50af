#include "server/areas/calls/area.h"

#include "calls_words.h"

static const struct entity *const entities[] = {CALLS_ENTITIES};

static const struct verb verbs[] = {
    {
        .name = "call.dial",
        .permission = "call.dial",
        .label = N_("Dial"),
        .help = N_("Rings one's own phone, and when it is taken up the number: one that is given, or that of "
                   "a customer, an order or a former call."),
        .flags = VERB_CHANGES | VERB_KEYED,
        .args = call_dial_args,
        .nargs = CALL_DIAL_NARGS,
        .run = call_dial_run,
    },
    {
        .name = "call.ringing",
        .label = N_("Ringing calls"),
        .help = N_("What rings at one's own phone now; terminals hear of it by `* popup`."),
        .flags = VERB_SESSION | VERB_OURS,
        .run = call_ringing_run,
    },
    {
        .name = "call.open",
        .label = N_("Open a call"),
        .help = N_("One looks at a call to one's own phone: the order made next is linked to it."),
        .flags = VERB_SESSION | VERB_OURS | VERB_CHANGES | VERB_KEYED,
        .takes = TAKES_ID,
        .run = call_open_run,
    },
};

const struct area calls_area = {
    .name = "calls",
    .label = N_("Telephone"),
    .entities = entities,
    .nentities = array_len(entities),
    .verbs = verbs,
    .nverbs = array_len(verbs),
};
