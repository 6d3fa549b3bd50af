/* Each repair that was asked for, as it was and as it should be, and what was decided. */
#include "server/areas/repair/repair.h"

static const struct choice states[] = {
    {"requested", N_("Asked for")},
    {"applied", N_("Applied")},
    {"rejected", N_("Rejected"), .side = true},
    {NULL},
};

/* Fields of all that can be repaired. */
static const struct choice parts[] = {
    {"branch_id", N_("Branch")},     {"customer_id", N_("Customer")},     {"vehicle_id", N_("Vehicle")},
    {"driver_id", N_("Driver")},     {"dispatched_at", N_("Dispatched")}, {"accepted_at", N_("Accepted")},
    {"departed_at", N_("Departed")}, {"arrived_at", N_("Arrived")},       {"done_at", N_("Ended")},
    {"price_fen", N_("Price")},      {"method", N_("Payment method")},    {"state", N_("State")},
    {"money_state", N_("Money")},    {"received_fen", N_("Received")},    {NULL},
};

static const struct field fields[] = {
    FIELD(repair, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .filled = true, .width = 12, .help = N_("Where the record stood when it was asked.")),
    FIELD(repair, number, .type = FIELD_CODE, .label = N_("Number"), .readonly = true, .filled = true,
          .width = 14, .help = N_("Stands in the history of the record that was repaired.")),
    FIELD(repair, state, .type = FIELD_CHOICE, .choices = states, .label = N_("State"), .readonly = true,
          .filled = true, .init = "requested", .width = 10,
          .help = N_("Asked for, until a second person decides.")),
    FIELD(repair, entity, .label = N_("About"), .readonly = true, .filled = true, .width = 8,
          .help = N_("What sort of record it is about.")),
    FIELD(repair, row_id, .type = FIELD_ID, .label = N_("Record"), .readonly = true, .filled = true,
          .help = N_("Number of the record it is about.")),
    FIELD(repair, row_version, .label = N_("Seen version"), .readonly = true, .filled = true,
          .help = N_("Of the record. When it has another by now, the repair is not applied: ask anew.")),
    FIELD(repair, title, .label = N_("Name of the record"), .readonly = true, .width = 16,
          .help = N_("What the record is called.")),
    FIELD(repair, rescue_id, .type = FIELD_REF, .ref = "rescue", .label = N_("Rescue order"),
          .readonly = true, .virtual_ = true, .sql = "CASE WHEN t.entity = 'rescue' THEN t.row_id END",
          .width = 13, .help = N_("The order it is about.")),
    FIELD(repair, parts, .type = FIELD_SET, .choices = parts, .label = N_("What"), .readonly = true,
          .filled = true, .width = 22, .help = N_("Which of its values are to be others.")),
    FIELD(repair, before, .type = FIELD_NOTE, .label = N_("As it was"), .readonly = true, .virtual_ = true,
          .sql = "repair_words(t.was)", .help = N_("Those values as they stood when it was asked.")),
    FIELD(repair, after, .type = FIELD_NOTE, .label = N_("As it should be"), .readonly = true,
          .virtual_ = true, .sql = "repair_words(t.now)", .help = N_("Those values as asked for.")),
    FIELD(repair, was, .type = FIELD_NOTE, .label = N_("Stored before"), .readonly = true, .filled = true,
          .help = N_("The values before, by the numbers of what they refer to.")),
    FIELD(repair, now, .type = FIELD_NOTE, .label = N_("Stored after"), .readonly = true, .filled = true,
          .help = N_("The values asked for, by the numbers of what they refer to.")),
    FIELD(repair, reason, .label = N_("Reason"), .readonly = true, .filled = true, .width = 24,
          .help = N_("Why it is asked for.")),
    FIELD(repair, created_by, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Asked by"), .readonly = true, .filled = true, .width = 10,
          .help = N_("Who asked. Somebody else approves.")),
    FIELD(repair, decided_by, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Decided by"), .readonly = true, .width = 10,
          .help = N_("Who approved or rejected it.")),
    FIELD(repair, decided_at, .label = N_("Decided"), .readonly = true, .help = N_("When it was decided.")),
    FIELD(repair, answer, .label = N_("Answer"), .readonly = true, .help = N_("Why it was rejected.")),
};

static const struct action actions[] = {
    {.name = "approve",
     .key = 'a',
     .label = N_("Approve"),
     .help = N_("Applies it at once, if the record still is as it was seen; papers already posted are taken "
                "back red and posted anew. Never by who asked."),
     .from = "requested",
     .to = "applied",
     .confirm = N_("Apply this repair?"),
     .danger = true,
     .in_tx = repair_approve},
    {.name = "reject",
     .key = 'x',
     .label = N_("Reject"),
     .help = N_("Leaves the record as it is."),
     .from = "requested",
     .to = "rejected",
     .reason = true,
     .in_tx = repair_reject},
};

static const struct sql sql_follows = {"repair_follows",
                                       "SELECT repair_follows(r) FROM repair r WHERE r.id = $1"};

static int decorate_load(struct act *act)
{
    act->data = tx_read(act->request->tx, &sql_follows, p_int(act->id));
    return 0;
}

/* What it does besides: papers taken back and posted anew, what moves with the record. */
static int decorate(struct act *act)
{
    const char *follows = rows_text(act->data, 0, 0);
    act_reply(act, "follows", follows ? follows : "[]");
    return 0;
}

static const char *const columns[] = {"title",      "state",      "parts",      "reason", "number",
                                      "created_by", "created_at", "decided_by", NULL};
static const char *const main_tab[] = {"number",     "state",      "rescue_id",  "parts",
                                       "reason",     "created_by", "created_at", "decided_by",
                                       "decided_at", "answer",     "branch_id",  NULL};
static const struct tab tabs[] = {{N_("Repair"), main_tab}, {NULL}};

const struct entity repair_entity = {
    .name = "repair",
    .area = "repair",
    .table = "repair",
    .label = N_("Repair"),
    .plural = N_("Repairs"),
    .help =
        N_("Data repairs that were asked for on a record, as it was and as it should be, and what a second "
           "person decided."),
    .code = "dr",
    .size = sizeof(struct repair),
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
    .verbs = VERBS_READ,
    .view = "repair",
    .decorate_load = decorate_load,
    .decorate = decorate,
};
