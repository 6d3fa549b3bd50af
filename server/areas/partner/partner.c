/* A third party whose notices are taken: who it is, which branch gets them, how many it may tell. */
#include "server/areas/partner/partner.h"

#include <string.h>

struct partner {
    int64_t branch_id;
    int64_t party_id;
    const char *code;
    int64_t minute_max, day_max;
    const char *remarks;
};

static const struct field fields[] = {
    FIELD(partner, party_id, .type = FIELD_REF, .ref = "customer", .label = N_("Third party"),
          .required = true, .unique = true, .create_only = true, .width = 20,
          .help = N_("The customer whose orders come as notices: an insurer, a platform, a shop.")),
    FIELD(
        partner, code, .label = N_("Folder"), .max = 32, .required = true, .unique = true, .sortable = true,
        .width = 14,
        .help = N_(
            "Name of its folder among those that files of notices are put into: lower-case letters, digits, "
            "hyphen and underline.")),
    FIELD(partner, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .required = true,
          .width = 14, .help = N_("Who gets its notices.")),
    FIELD(partner, minute_max, .label = N_("Notices a minute"), .min = 0, .max = 100000, .required = true,
          .init = "60", .width = 6,
          .help = N_("How many it may tell in a minute over the line; more are refused.")),
    FIELD(partner, day_max, .label = N_("Notices a day"), .min = 0, .max = 10000000, .required = true,
          .init = "5000", .width = 7, .help = N_("How many it may tell in 24 hours, by whatever way.")),
    FIELD(partner, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 1000,
          .help = N_("Who looks after the connection at their side, and the like.")),
};

static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

static int check(struct act *act)
{
    const struct partner *partner = act->now;
    const char *code = partner->code;
    bool good = !code || (code[strspn(code, allowed)] == '\0' && code[0] != '_' && code[0] != '-');
    if (!act_is_set(act, "code") || good)
        return 0;
    return request_fail(act->request, ERR_INVALID, "code",
                        N_("Lower-case letters, digits, hyphen and underline, with a letter or digit first"),
                        NULL);
}

static const char *const columns[] = {"party_id", "code", "branch_id", "minute_max", "day_max", NULL};
static const char *const main_tab[] = {"party_id", "code",    "branch_id", "minute_max",
                                       "day_max",  "remarks", NULL};
static const struct tab tabs[] = {{N_("Partner"), main_tab}, {NULL}};

const struct entity partner_entity = {
    .name = "partner",
    .area = "partner",
    .table = "partner",
    .label = N_("Partner"),
    .plural = N_("Partners"),
    .help = N_("Third parties that push orders to us, over the line or as files. Their own people log in as "
               "employees who work for them."),
    .code = "pt",
    .size = sizeof(struct partner),
    .scope = SCOPE_BRANCH,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "code",
    .columns = columns,
    .sort = "code",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .check = check,
};
