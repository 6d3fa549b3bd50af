/* Money that drivers handed in above all that they held: paid back to them, or taken as income, and it waits no more. */
#include "server/areas/rescue/driver_paper.h"
#include "server/areas/rescue/overage.h"

static const struct choice states[] = {
    {"asked", N_("To be approved")},
    {"posted", N_("Posted")},
    {"declined", N_("Declined"), .side = true},
    {"reversed", N_("Reversed"), .side = true},
    {NULL},
};

static const struct field fields[] = {
    FIELD(overage, number, .filled = true, .type = FIELD_CODE, .label = N_("Number"), .readonly = true,
          .search = true, .unique = true, .width = 13, .help = N_("Number of the paper.")),
    FIELD(overage, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .width = 12, .help = N_("The branch whose till it is in.")),
    FIELD(overage, handin_id, .type = FIELD_REF, .ref = "handin", .label = N_("Hand-in"), .required = true,
          .create_only = true, .width = 13, .help = N_("With what it was handed in.")),
    FIELD(overage, driver_id, .filled = true, .type = FIELD_REF, .ref = "employee", .label = N_("Driver"),
          .readonly = true, .label_by = "employee_name", .width = 10, .help = N_("Who handed it in.")),
    FIELD(overage, state, .type = FIELD_CHOICE, .choices = states, .filled = true, .readonly = true,
          .init = "asked", .label = N_("State"), .width = 14,
          .help = N_("Whether it is posted, or waits for a second person.")),
    FIELD(overage, settled_by, .type = FIELD_CHOICE, .base = "overage", .label = N_("What becomes of it"),
          .required = true, .create_only = true, .width = 20,
          .help = N_("Paid back to the driver, or booked on the account that stands beside it.")),
    FIELD(overage, method, .type = FIELD_CHOICE, .base = "payment_method", .label = N_("Method"),
          .create_only = true, .width = 10,
          .help = N_("How it is paid back. Empty: the way it was handed in.")),
    FIELD(overage, amount_fen, .filled = true, .type = FIELD_FEN, .label = N_("Amount"), .min = 1,
          .create_only = true, .width = 12,
          .help = N_("How much of it is settled. Empty: all that is left.")),
    FIELD(overage, short_reason, .label = N_("Reason"), .max = 200, .required = true, .create_only = true,
          .width = 16, .help = N_("How it came that there was more.")),
    FIELD(overage, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 500, .create_only = true,
          .help = N_("What else is to be known.")),
    DRIVER_PAPER_FIELDS(overage),
};

static const struct action actions[] = {
    {.name = "approve",
     .key = 'a',
     .label = N_("Approve"),
     .from = "asked",
     .to = "posted",
     .confirm = N_("Settle this overage as asked?"),
     .help = N_("Posts it. Whoever asked for it, who took the money, and the driver himself, cannot."),
     .load = overage_decide_load,
     .in_tx = overage_approve_in_tx},
    {.name = "decline",
     .key = 'd',
     .label = N_("Decline"),
     .from = "asked",
     .to = "declined",
     .reason = true,
     .help = N_("It waits still."),
     .load = overage_decide_load,
     .in_tx = overage_decline_in_tx},
    {.name = "reverse",
     .key = 'r',
     .label = N_("Reverse"),
     .from = "posted",
     .to = "reversed",
     .reason = true,
     .danger = true,
     .confirm = N_("Take this paper back?"),
     .help = N_("The money waits again, with a red document; somebody else does it."),
     .load = overage_reverse_load,
     .in_tx = overage_reverse_in_tx},
};

static const char *const columns[] = {"number", "created_at", "driver_id",  "settled_by", "amount_fen",
                                      "state",  "branch_id",  "created_by", NULL};
static const char *const main_tab[] = {
    "number",     "state",        "driver_id",      "handin_id",   "settled_by",  "method",
    "amount_fen", "short_reason", "remarks",        "branch_id",   "created_at",  "created_by",
    "decided_by", "decided_at",   "decline_reason", "reversed_by", "reversed_at", NULL};
static const struct tab tabs[] = {
    {N_("Overage"), main_tab},
    {NULL},
};

const struct entity overage_entity = {
    .name = "overage",
    .area = "rescue",
    .table = "overage",
    .label = N_("Overage"),
    .plural = N_("Drivers' overages"),
    .help =
        N_("Money that drivers handed in above all that they held: paid back, or taken as income. Above a "
           "limit a second person approves."),
    .code = "og",
    .size = sizeof(struct overage),
    .scope = SCOPE_BRANCH,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "number",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .state = "state",
    .states = states,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_READ | VERB_CREATE,
    .load = overage_load,
    .in_tx = overage_in_tx,
};
