/* Who is logged in, from where, since when; and the right to end it. Logging in itself is the core's. */
#include "server/entity/entity.h"

struct session_row {
    int64_t employee_id;
    const char *state;
    const char *terminal;
    const char *device;
    const char *address;
    struct instant started_at;
    struct instant expires_at;
    struct instant ended_at;
    const char *end_reason;
    int64_t idle_seconds;
    int64_t epoch;
};

static const struct choice states[] = {
    {"live", N_("Live")},
    {"ended", N_("Ended")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(session_row, employee_id, .filled = true, .type = FIELD_REF, .ref = "employee",
          .label = N_("Employee"), .readonly = true, .sortable = true, .width = 14,
          .help = N_("Who is logged in.")),
    FIELD(session_row, state, .type = FIELD_CHOICE, .label = N_("State"), .choices = states, .virtual_ = true,
          .sql = "CASE WHEN t.ended_at IS NULL AND t.expires_at > now() THEN 'live' ELSE 'ended' END",
          .width = 8, .help = N_("Whether the session can still be used.")),
    FIELD(session_row, terminal, .label = N_("Terminal"), .readonly = true, .width = 14,
          .help = N_("The known device the person sits at, where there is one.")),
    FIELD(session_row, device, .label = N_("Device"), .readonly = true, .width = 14,
          .help = N_("Random name that the client gave itself; a session resumes from the same one only.")),
    FIELD(session_row, address, .label = N_("Address"), .readonly = true, .width = 16,
          .help = N_("Network address the session was last opened from.")),
    FIELD(session_row, started_at, .label = N_("Since"), .readonly = true, .filled = true, .sortable = true,
          .help = N_("When the person logged in.")),
    FIELD(session_row, expires_at, .filled = true, .label = N_("Expires"), .readonly = true,
          .help = N_("Whatever happens, the session ends then.")),
    FIELD(session_row, ended_at, .label = N_("Ended"), .readonly = true,
          .help = N_("When it ended; empty while it is live.")),
    FIELD(session_row, end_reason, .label = N_("Why it ended"), .readonly = true, .width = 14,
          .help = N_("Logged out, expired, taken away with the reason given, …")),
    FIELD(session_row, idle_seconds, .filled = true, .type = FIELD_DURATION, .label = N_("Locks after"),
          .readonly = true, .help = N_("The terminal locks after this long without a key.")),
    FIELD(session_row, epoch, .filled = true, .label = N_("Rights read"), .readonly = true,
          .help = N_("Rises each time the person's rights change; the session then reads them again.")),
};

/* The owner hears of it at the next command: the first flush of every one looks at the row. */
static int end_in_tx(struct act *act)
{
    struct session_row *session = act->now;
    if (!instant_is_nil(session->ended_at))
        return request_fail(act->request, ERR_CONFLICT, NULL, N_("This session has ended already"), NULL);
    session->ended_at = act->request->now;
    act_mark(act, "ended_at");
    session->end_reason = act->reason;
    act_mark(act, "end_reason");
    session->epoch++;
    act_mark(act, "epoch");
    return 0;
}

static const struct action actions[] = {
    {
        .name = "end",
        .key = 'e',
        .label = N_("End session"),
        .help = N_("Throws the person out at once; what they were typing is kept at their terminal."),
        .from = "*",
        .confirm = N_("End this session?"),
        .bulk = true,
        .danger = true,
        .reason = true,
        .in_tx = end_in_tx,
    },
};

static const char *const columns[] = {"employee_id", "state",    "terminal",   "address",
                                      "started_at",  "ended_at", "end_reason", NULL};
static const char *const main_tab[] = {"employee_id", "state",        "terminal",   "device",
                                       "address",     "started_at",   "expires_at", "ended_at",
                                       "end_reason",  "idle_seconds", "epoch",      NULL};
static const struct tab tabs[] = {
    {N_("Session"), main_tab},
    {NULL},
};

const struct entity session_entity = {
    .name = "session",
    .area = "org",
    .table = "session",
    .label = N_("Session"),
    .plural = N_("Sessions"),
    .help = N_("Who is logged in, from where and since when."),
    .code = "ss",
    .size = sizeof(struct session_row),
    .scope = SCOPE_COMPANY,
    .only =
        "EXISTS (SELECT FROM employee e WHERE e.id = t.employee_id)", /* the employees in scope: row-level security */
    .fields = fields,
    .nfields = array_len(fields),
    .title = "employee_id",
    .columns = columns,
    .sort = "-started_at",
    .tabs = tabs,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_READ,
};
