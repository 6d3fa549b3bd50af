/* Shortages of drivers that are settled: what is missing of what they hold is borne by their wages or by the company, and they hold it no more. */
#include "server/areas/rescue/driver_paper.h"
#include "server/areas/rescue/handin.h"

static const struct choice states[] = {
    {"asked", N_("To be approved")},
    {"posted", N_("Posted")},
    {"declined", N_("Declined"), .side = true},
    {"reversed", N_("Reversed"), .side = true},
    {NULL},
};

static const struct field fields[] = {
    FIELD(handin, number, .filled = true, .type = FIELD_CODE, .label = N_("Number"), .readonly = true,
          .search = true, .unique = true, .width = 13, .help = N_("Number of the paper.")),
    FIELD(handin, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .width = 12, .help = N_("The branch of the orders.")),
    FIELD(handin, driver_id, .filled = true, .type = FIELD_REF, .ref = "employee", .label = N_("Driver"),
          .readonly = true, .label_by = "employee_name", .width = 10, .help = N_("Who held the money.")),
    FIELD(handin, state, .type = FIELD_CHOICE, .choices = states, .filled = true, .readonly = true,
          .init = "asked", .label = N_("State"), .width = 14,
          .help = N_("Whether it is posted, or waits for a second person.")),
    FIELD(handin, settled_by, .type = FIELD_CHOICE, .base = "shortage", .label = N_("Borne by"),
          .required = true, .create_only = true, .width = 20,
          .help = N_("Who bears what is missing: the account it goes to.")),
    FIELD(handin, amount_fen, .filled = true, .type = FIELD_FEN, .label = N_("Amount"), .readonly = true,
          .init = "0", .width = 12, .help = N_("What is settled, all in all.")),
    FIELD(handin, lines, .type = FIELD_LINES, .lines = &handin_line_entity, .label = N_("Orders"), .max = 50,
          .required = true, .create_only = true, .help = N_("The orders whose money is missing.")),
    FIELD(handin, short_reason, .label = N_("Reason"), .max = 200, .required = true, .create_only = true,
          .width = 16, .help = N_("How it came that the money is missing.")),
    FIELD(handin, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 500, .create_only = true,
          .help = N_("What else is to be known.")),
    DRIVER_PAPER_FIELDS(handin),
};

static const struct action actions[] = {
    {.name = "approve",
     .key = 'a',
     .label = N_("Approve"),
     .from = "asked",
     .to = "posted",
     .confirm = N_("Settle this shortage as asked?"),
     .help = N_("Posts it. Whoever asked for it, and the driver himself, cannot."),
     .load = shortage_decide_load,
     .in_tx = shortage_approve_in_tx},
    {.name = "decline",
     .key = 'd',
     .label = N_("Decline"),
     .from = "asked",
     .to = "declined",
     .reason = true,
     .help = N_("The driver owes it still."),
     .load = shortage_decide_load,
     .in_tx = shortage_decline_in_tx},
    {.name = "reverse",
     .key = 'r',
     .label = N_("Reverse"),
     .from = "posted",
     .to = "reversed",
     .reason = true,
     .danger = true,
     .confirm = N_("Take this paper back?"),
     .help = N_("The driver owes the money again, with a red document; somebody else does it."),
     .load = handin_reverse_load,
     .in_tx = handin_reverse_in_tx},
};

static const char *const columns[] = {"number", "created_at", "driver_id",  "settled_by", "amount_fen",
                                      "state",  "branch_id",  "created_by", NULL};
static const char *const main_tab[] = {
    "number",       "state",          "driver_id",   "settled_by",  "lines",      "amount_fen",
    "short_reason", "remarks",        "branch_id",   "created_at",  "created_by", "decided_by",
    "decided_at",   "decline_reason", "reversed_by", "reversed_at", NULL};
static const struct tab tabs[] = {
    {N_("Shortage"), main_tab},
    {NULL},
};

const struct entity shortage_entity = {
    .name = "shortage",
    .area = "rescue",
    .table = "handin",
    .label = N_("Shortage"),
    .plural = N_("Drivers' shortages"),
    .help =
        N_("Money that drivers took and could not hand in: deducted from their pay, or borne by the company. "
           "Above a limit a second person approves."),
    .code = "sh",
    .size = sizeof(struct handin),
    .scope = SCOPE_BRANCH,
    .only = "t.settled_by IS NOT NULL",
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
    .check = shortage_check,
    .load = shortage_load,
    .in_tx = shortage_in_tx,
};
