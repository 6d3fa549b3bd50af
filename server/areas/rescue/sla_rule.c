#include "server/entity/entity.h"

/* A customer's own limits of time; who has none is held to the base data's. */
struct sla_rule {
    int64_t customer_id;
    const char *service;
    int64_t dispatch_s, accept_s, arrive_s;
    int64_t escalate_s;
};

static const struct field fields[] = {
    FIELD(sla_rule, customer_id, .type = FIELD_REF, .ref = "customer", .label = N_("Customer"),
          .required = true, .width = 24, .help = N_("Whose orders these limits are for.")),
    FIELD(sla_rule, service, .type = FIELD_CHOICE, .base = "service", .label = N_("Service"), .width = 16,
          .unique = true, .help = N_("For this service only. Empty: for any without limits of its own.")),
    FIELD(sla_rule, dispatch_s, .type = FIELD_DURATION, .label = N_("To dispatch"), .required = true,
          .min = 1, .max = 604800, .init = "300", .help = N_("Time allowed from the call to the dispatch.")),
    FIELD(sla_rule, accept_s, .type = FIELD_DURATION, .label = N_("To accept"), .required = true, .min = 1,
          .max = 604800, .init = "180", .help = N_("Time allowed from the dispatch to the driver's yes.")),
    FIELD(sla_rule, arrive_s, .type = FIELD_DURATION, .label = N_("To arrive"), .required = true, .min = 1,
          .max = 604800, .init = "2700", .help = N_("Time allowed from the driver's yes to the arrival.")),
    FIELD(sla_rule, escalate_s, .type = FIELD_DURATION, .label = N_("Manager told after"), .min = 1,
          .max = 604800,
          .help = N_("The branch manager hears of a step that is late by this. Empty: as base data has it.")),
};

static const char *const columns[] = {"customer_id", "service",    "dispatch_s", "accept_s",
                                      "arrive_s",    "escalate_s", NULL};
static const struct tab tabs[] = {{N_("Time limit"), columns}, {NULL}};

const struct entity sla_rule_entity = {
    .name = "sla_rule",
    .area = "rescue",
    .table = "sla_rule",
    .label = N_("Time limit"),
    .plural = N_("Time limits"),
    .help = N_(
        "How quickly a customer's orders must be dispatched, accepted and reached; agreed beyond the usual."),
    .code = "sl",
    .size = sizeof(struct sla_rule),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "service",
    .columns = columns,
    .tabs = tabs,
    .verbs = VERBS_ALL,
};
