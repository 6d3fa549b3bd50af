#include "server/areas/partner/area.h"

#include "partner_words.h"
#include "server/areas/partner/partner.h"

static const struct entity *const entities[] = {PARTNER_ENTITIES};

static const struct field results_args[] = {
    ARG(after, FIELD_TEXT, .label = N_("After"), .max = 80,
        .help = N_("The cursor `next' of the answer before. Empty: from the beginning.")),
    ARG(limit, FIELD_INT, .label = N_("Limit"), .min = 1, .max = 500, .help = N_("How many at most.")),
};

static const struct verb verbs[] = {
    {
        .name = "order_notice.results",
        .permission = "order_notice.results",
        .label = N_("Fetch results"),
        .help = N_("What became of a third party's orders since the answer before, step by step: states, "
                   "results and "
                   "return remarks. Nothing is passed over; after a lost answer one asks again with the old "
                   "cursor."),
        .args = results_args,
        .nargs = array_len(results_args),
        .run = notice_results,
    },
};

const struct area partner_area = {
    .name = "partner",
    .label = N_("Third parties"),
    .entities = entities,
    .nentities = array_len(entities),
    .verbs = verbs,
    .nverbs = array_len(verbs),
};
