/* What drivers of our own get for their jobs: a rule for all, for a branch, a service, a driver. */
#include "server/entity/entity.h"

struct commission_rule {
    int64_t branch_id, driver_id;
    const char *service;
    int64_t job_fen, km_fen, share_bp;
    struct day valid_from, valid_to;
};

static const struct field fields[] = {
    FIELD(commission_rule, driver_id, .type = FIELD_REF, .ref = "driver", .label_by = "employee_name",
          .label = N_("Driver"), .width = 12, .create_only = true,
          .help = N_("For this one only. Empty: for all.")),
    FIELD(commission_rule, service, .type = FIELD_CHOICE, .base = "service", .label = N_("Service"),
          .width = 14, .create_only = true, .help = N_("For this one only. Empty: for all.")),
    FIELD(commission_rule, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .width = 14,
          .create_only = true, .help = N_("In this branch only. Empty: in all.")),
    FIELD(commission_rule, job_fen, .filled = true, .type = FIELD_FEN, .label = N_("For a job"), .init = "0",
          .width = 10, .help = N_("What each job brings.")),
    FIELD(commission_rule, km_fen, .filled = true, .type = FIELD_FEN, .label = N_("For a km"), .init = "0",
          .width = 10, .help = N_("What each kilometre charged brings.")),
    FIELD(commission_rule, share_bp, .type = FIELD_PERCENT, .filled = true, .label = N_("Percent"), .min = 0,
          .max = 10000, .init = "0", .width = 6, .help = N_("Of the price, in percent: 20 or 12.5 %.")),
    FIELD(commission_rule, valid_from, .label = N_("Valid from"), .required = true, .init = "2000-01-01",
          .help = N_("First day it holds. Of two no day may be the same.")),
    FIELD(commission_rule, valid_to, .label = N_("Valid to"), .required = true, .init = "9999-12-31",
          .help = N_("Last day it holds.")),
};

static int in_tx(struct act *act)
{
    const struct commission_rule *rule = act->now;
    if (rule->valid_to.n < rule->valid_from.n)
        return request_fail(act->request, ERR_INVALID, "valid_to", N_("The last day is before the first"),
                            NULL);
    if (rule->job_fen == 0 && rule->km_fen == 0 && rule->share_bp == 0)
        return request_fail(act->request, ERR_INVALID, "job_fen", N_("A rule of commission brings something"),
                            NULL);
    return 0;
}

static const char *const columns[] = {"driver_id", "service",    "branch_id", "job_fen", "km_fen",
                                      "share_bp",  "valid_from", "valid_to",  NULL};
static const struct tab tabs[] = {
    {N_("Commission rule"), columns},
    {NULL},
};

const struct entity commission_rule_entity = {
    .name = "commission_rule",
    .area = "rescue",
    .table = "commission_rule",
    .label = N_("Commission rule"),
    .plural = N_("Commission rules"),
    .help = N_("What drivers get for their jobs. The rule that names the driver counts before one that names "
               "the service, and that before one for a branch or for all."),
    .code = "cr",
    .size = sizeof(struct commission_rule),
    .scope = SCOPE_SHARED,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "service",
    .columns = columns,
    .sort = "id",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .in_tx = in_tx,
};
