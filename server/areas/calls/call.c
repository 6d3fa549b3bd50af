/* The log of calls: one row each, from the first ring to the end. */
#include "server/areas/calls/area.h"

struct call {
    int64_t branch_id;
    const char *state, *direction, *number;
    int64_t party_id, employee_id;
    const char *extension, *queue;
    struct instant started_at, answered_at, ended_at;
    int64_t duration_s;
    const char *recording, *error;
    int64_t rescue_id;
    struct instant handled_at;
    int64_t handled_by;
    const char *remarks;
};

static const struct choice states[] = {
    {"dialling", N_("Dialling")}, {"ringing", N_("Ringing")}, {"talking", N_("Talking")},
    {"answered", N_("Answered")}, {"missed", N_("Missed")},   {"unanswered", N_("Not answered")},
    {"busy", N_("Busy")},         {"failed", N_("Failed")},   {NULL},
};
static const struct choice directions[] = {
    {"in", N_("Incoming")}, {"out", N_("Outward")}, {"internal", N_("Internal")}, {NULL}};

static const struct field fields[] = {
    FIELD(call, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .filled = true, .width = 14, .help = N_("Whose call system it came or went by.")),
    FIELD(call, state, .type = FIELD_CHOICE, .choices = states, .label = N_("Result"), .readonly = true,
          .filled = true, .width = 10, .help = N_("How it stands, or how it ended.")),
    FIELD(call, direction, .type = FIELD_CHOICE, .choices = directions, .label = N_("Direction"),
          .readonly = true, .filled = true, .width = 8,
          .help = N_("Who called: somebody from outside, or us.")),
    FIELD(call, number, .type = FIELD_PHONE, .label = N_("Phone"), .readonly = true, .pii = true, .width = 14,
          .help = N_("Of the other side. Empty: it was withheld.")),
    FIELD(call, party_id, .type = FIELD_REF, .ref = "customer", .label = N_("Customer"), .readonly = true,
          .width = 14, .help = N_("Who is known by that number.")),
    FIELD(call, extension, .label = N_("Extension"), .readonly = true, .width = 6,
          .help = N_("Our phone: that which answered, or which rang last.")),
    FIELD(call, employee_id, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Employee"), .readonly = true, .width = 10, .help = N_("Whose extension that is.")),
    FIELD(call, queue, .label = N_("Queue"), .readonly = true, .width = 8,
          .help = N_("Where the caller waited, as the call system names it.")),
    FIELD(call, started_at, .label = N_("Started"), .readonly = true, .filled = true, .sortable = true,
          .help = N_("When it began to ring.")),
    FIELD(call, answered_at, .label = N_("Answered at"), .readonly = true,
          .help = N_("When the talk began.")),
    FIELD(call, ended_at, .label = N_("Ended"), .readonly = true,
          .help = N_("When the line was free again.")),
    FIELD(call, duration_s, .type = FIELD_DURATION, .label = N_("Duration"), .readonly = true, .filled = true,
          .width = 7, .help = N_("Of the talk, without the ringing.")),
    FIELD(call, recording, .label = N_("Recording"), .readonly = true, .max = 300,
          .help = N_("Where the call system keeps it.")),
    FIELD(call, error, .label = N_("Trouble"), .readonly = true, .width = 20,
          .help = N_("Why it came to nothing, as the call system says.")),
    FIELD(call, rescue_id, .type = FIELD_REF, .ref = "rescue", .label = N_("Rescue order"), .width = 13,
          .help = N_("The order the call is about. An order made while talking is linked by itself.")),
    FIELD(call, handled_at, .label = N_("Seen to"), .readonly = true,
          .help = N_("When somebody saw to a missed call.")),
    FIELD(call, handled_by, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Seen to by"), .readonly = true, .help = N_("Who saw to it.")),
    FIELD(call, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 1000, .width = 20,
          .help = N_("What was said, as far as it matters later.")),
};

static int done_in_tx(struct act *act)
{
    struct call *call = act->now;
    call->handled_at = act->request->now;
    call->handled_by = act->request->session->employee_id;
    act_mark(act, "handled_at");
    act_mark(act, "handled_by");
    return 0;
}

static const struct action actions[] = {
    {.name = "done",
     .key = 'd',
     .label = N_("Seen to"),
     .help = N_("Marks a missed call as seen to: called back, or not worth it."),
     .from = "missed busy",
     .bulk = true,
     .in_tx = done_in_tx},
};

static const char *const columns[] = {"started_at",  "direction",  "state",     "number",     "party_id",
                                      "employee_id", "duration_s", "rescue_id", "handled_at", NULL};
static const char *const main_tab[] = {"state",       "direction", "number",     "party_id",    "extension",
                                       "employee_id", "queue",     "started_at", "answered_at", "ended_at",
                                       "duration_s",  "rescue_id", "remarks",    NULL};
static const char *const more_tab[] = {"recording", "error", "handled_at", "handled_by", "branch_id", NULL};
static const struct tab tabs[] = {{N_("Call"), main_tab}, {N_("More"), more_tab}, {NULL}};

const struct entity call_entity = {
    .name = "call",
    .area = "calls",
    .table = "call",
    .label = N_("Telephone call"),
    .plural = N_("Telephone calls"),
    .help = N_("Every call the branches' call systems told of: who, when, how long, with what result. Missed "
               "ones: filter by result. The order a call is about stands with it."),
    .code = "tl",
    .size = sizeof(struct call),
    .scope = SCOPE_BRANCH,
    .own_column = "employee_id",
    .fields = fields,
    .nfields = array_len(fields),
    .title = "number",
    .columns = columns,
    .sort = "-started_at",
    .tabs = tabs,
    .state = "state",
    .states = states,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_READ | VERB_UPDATE,
    .flags = ENTITY_BIG,
};
