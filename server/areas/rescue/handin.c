/* Hand-ins of drivers, as an entity. */
#include "server/areas/rescue/handin.h"

static const struct field line_fields[] = {
    FIELD(handin_line, order_id, .type = FIELD_REF, .ref = "rescue", .label = N_("Order"), .required = true,
          .width = 14, .help = N_("Whose money it is.")),
    FIELD(handin_line, amount_fen, .filled = true, .type = FIELD_FEN, .label = N_("Amount"), .min = 0,
          .width = 12, .help = N_("What is handed in of it. Empty: all that the driver holds of it.")),
    FIELD(handin_line, left_fen, .type = FIELD_FEN, .filled = true, .label = N_("Left with him"),
          .readonly = true, .init = "0", .width = 12, .help = N_("What he still holds of it afterwards.")),
};

static const char *const line_columns[] = {"order_id", "amount_fen", "left_fen", NULL};

const struct entity handin_line_entity = {
    .name = "handin_line",
    .area = "rescue",
    .table = "handin_line",
    .label = N_("Order handed in"),
    .plural = N_("Orders handed in"),
    .help = N_("The orders whose money is handed in."),
    .size = sizeof(struct handin_line),
    .scope = SCOPE_COMPANY,
    .parent = "handin_id",
    .title = "order_id",
    .columns = line_columns,
    .sort = "id",
    .fields = line_fields,
    .nfields = array_len(line_fields),
    .flags = ENTITY_HIDDEN,
};

static const struct choice states[] = {
    {"posted", N_("Posted")},
    {"reversed", N_("Reversed"), .side = true},
    {NULL},
};

static const struct field fields[] = {
    FIELD(handin, number, .filled = true, .type = FIELD_CODE, .label = N_("Number"), .readonly = true,
          .search = true, .unique = true, .width = 13, .help = N_("Number of the receipt.")),
    FIELD(handin, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .width = 12, .help = N_("Whose till it went to: the branch of the orders.")),
    FIELD(handin, driver_id, .filled = true, .type = FIELD_REF, .ref = "employee", .label = N_("Driver"),
          .readonly = true, .label_by = "employee_name", .width = 10, .help = N_("Who hands it in.")),
    FIELD(handin, state, .type = FIELD_CHOICE, .choices = states, .filled = true, .readonly = true,
          .init = "posted", .label = N_("State"), .width = 8, .help = N_("Whether it still stands.")),
    FIELD(handin, method, .type = FIELD_CHOICE, .base = "payment_method", .label = N_("Method"),
          .required = true, .create_only = true, .init = "cash", .width = 10,
          .help = N_("How he hands it in: the account it goes to.")),
    FIELD(handin, amount_fen, .filled = true, .type = FIELD_FEN, .label = N_("Amount"), .readonly = true,
          .init = "0", .width = 12, .help = N_("What was handed in, all in all.")),
    FIELD(handin, counted_fen, .type = FIELD_FEN, .virtual_ = true, .no_column = true, .sql = "t.amount_fen",
          .create_only = true, .label = N_("Counted"), .min = 0,
          .help = N_(
              "What was counted; it must be what the orders make, with what is above it. Empty: it was not "
              "compared.")),
    FIELD(handin, over_fen, .filled = true, .type = FIELD_FEN, .label = N_("Above it"), .min = 0,
          .max = 1000000000, .create_only = true, .init = "0", .width = 10,
          .help =
              N_("Counted above all that he holds: kept as over and short until it is known whose it is.")),
    FIELD(handin, over_left_fen, .type = FIELD_FEN, .virtual_ = true, .no_column = true, .readonly = true,
          .sql = "CASE WHEN t.over_fen = 0 THEN 0 ELSE handin_over_left(t.id, t.over_fen) END",
          .label = N_("Of it waits"), .width = 10,
          .help = N_("What of it is neither paid back nor taken as income yet.")),
    FIELD(handin, lines, .type = FIELD_LINES, .lines = &handin_line_entity, .label = N_("Orders"), .max = 50,
          .required = true, .create_only = true, .help = N_("The orders whose money is handed in.")),
    FIELD(handin, short_reason, .label = N_("Reason"), .max = 200, .create_only = true, .width = 14,
          .help = N_("Why less than he holds of an order, and the rest stays with him; or why more.")),
    FIELD(handin, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 500, .create_only = true,
          .help = N_("What else is to be known.")),
    FIELD(handin, created_by, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Taken by"), .readonly = true, .width = 10, .help = N_("Who took the money.")),
    FIELD(handin, reversed_by, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Reversed by"), .readonly = true, .help = N_("Who took the paper back.")),
    FIELD(handin, reversed_at, .label = N_("Reversed at"), .readonly = true, .help = N_("When that was.")),
};

static const struct action actions[] = {
    {.name = "reverse",
     .key = 'r',
     .label = N_("Reverse"),
     .from = "posted",
     .to = "reversed",
     .reason = true,
     .danger = true,
     .confirm = N_("Take this hand-in back?"),
     .help = N_("The money is the driver's again, with a red document; somebody else does it."),
     .load = handin_reverse_load,
     .in_tx = handin_reverse_in_tx},
};

static const char *const columns[] = {"number",     "created_at", "driver_id",  "branch_id", "method",
                                      "amount_fen", "state",      "created_by", NULL};
static const char *const main_tab[] = {
    "number",     "state",      "driver_id",     "method",       "lines",   "counted_fen",
    "amount_fen", "over_fen",   "over_left_fen", "short_reason", "remarks", "branch_id",
    "created_at", "created_by", "reversed_by",   "reversed_at",  NULL};
static const struct tab tabs[] = {
    {N_("Hand-in"), main_tab},
    {NULL},
};

const struct entity handin_entity = {
    .name = "handin",
    .area = "rescue",
    .table = "handin",
    .label = N_("Hand-in"),
    .plural = N_("Hand-ins"),
    .help = N_("Money that drivers took on site and handed in at the till."),
    .code = "hi",
    .size = sizeof(struct handin),
    .scope = SCOPE_BRANCH,
    .only = "t.method IS NOT NULL",
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
    .check = handin_check,
    .load = handin_load,
    .in_tx = handin_in_tx,
};
