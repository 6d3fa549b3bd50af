/* Scheduled work, as an admin sees it. The rows are claimed and finished by the core's job runner. */
#include "server/entity/entity.h"

struct job {
    const char *name;
    int64_t every_seconds;
    struct instant next_at;
    struct instant started_at, finished_at;
    const char *outcome;
    const char *last_result;
    int64_t failures;
    const char *claimed_by;
    const char *what, *health;
    int64_t took_ms;
    int64_t asked_by;
};

/* What the servers' jobs are for; one that stands not here is shown by its name. */
static const struct choice jobs[] = {
    {"seal", N_("Seals the trail")},
    {"balance_roll", N_("Rolls balances up")},
    {"command_key_purge", N_("Forgets old keys of commands")},
    {"session_expire", N_("Ends sessions whose time is over")},
    {"notice_purge", N_("Drops old notices")},
    {"file_sweep", N_("Drops uploads nobody finished")},
    {"import_purge", N_("Drops what is left of imports")},
    {"rescue_due", N_("Tells dispatchers of late orders")},
    {"rescue_remind", N_("Reminds of appointments")},
    {"rescue_escalate", N_("Tells managers of what stays late")},
    {"order_notice_ring", N_("Tells of third parties' notices that wait")},
    {"telephone_watch", N_("Looks after the branches' telephones")},
    {"search_fill", N_("Makes missing search keys")},
    {"track_days", N_("Drops old days of tracks")},
    {NULL},
};

static const struct choice healths[] = {
    {"paused", N_("Paused")},
    {"overdue", N_("Overdue")},
    {"waiting", N_("Waiting")},
    {"running", N_("Running")},
    {NULL},
};

static const struct choice outcomes[] = {
    {"never", N_("Never ran")},
    {"running", N_("Running")},
    {"done", N_("Done")},
    {"failed", N_("Failed")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(job, name, .label = N_("Scheduled job"), .readonly = true, .filled = true, .sortable = true, .width = 20,
          .help = N_("The job's name, as the log has it.")),
    FIELD(job, what, .type = FIELD_CHOICE, .choices = jobs, .label = N_("What it does"), .virtual_ = true,
          .sql = "t.name", .width = 22, .help = N_("What the job is for.")),
    FIELD(job, health, .type = FIELD_CHOICE, .choices = healths, .label = N_("State"), .virtual_ = true,
          .sql = "CASE WHEN t.disabled_at IS NOT NULL THEN 'paused' WHEN t.claimed_until > now() THEN "
                 "'running' WHEN t.next_at < now() - greatest(t.every, interval '1 minute') THEN 'overdue' "
                 "ELSE 'waiting' END",
          .width = 8,
          .help = N_("Whether it waits for its time, runs, or is paused. Overdue: no server "
                     "runs jobs.")),
    FIELD(job, every_seconds, .type = FIELD_DURATION, .label = N_("Every"), .virtual_ = true,
          .sql = "extract(epoch FROM t.every)::bigint", .width = 8,
          .help = N_("How often it runs, on one server however many there are.")),
    FIELD(job, next_at, .filled = true, .label = N_("Next run"), .readonly = true,
          .help = N_("It runs at the first chance after this.")),
    FIELD(job, outcome, .type = FIELD_CHOICE, .label = N_("Outcome"), .choices = outcomes, .virtual_ = true,
          .sql = "CASE WHEN t.claimed_until > now() THEN 'running' WHEN t.last_ok IS NULL THEN 'never' "
                 "WHEN t.last_ok THEN 'done' ELSE 'failed' END",
          .width = 10, .help = N_("How the last run ended.")),
    FIELD(job, started_at, .label = N_("Started"), .readonly = true, .help = N_("When the last run began.")),
    FIELD(job, finished_at, .label = N_("Finished"), .readonly = true,
          .help = N_("When the last run ended.")),
    FIELD(job, took_ms, .label = N_("Took (ms)"), .virtual_ = true,
          .sql = "CASE WHEN t.finished_at >= t.started_at THEN (extract(epoch FROM t.finished_at - "
                 "t.started_at) * 1000)::bigint END",
          .width = 9, .help = N_("How long the last run took, in milliseconds.")),
    FIELD(job, last_result, .type = FIELD_NOTE, .label = N_("Result"), .max = 2000, .readonly = true,
          .width = 30, .help = N_("What the last run said.")),
    FIELD(job, failures, .filled = true, .label = N_("Failures"), .readonly = true, .width = 5,
          .help = N_("How often it failed in a row.")),
    FIELD(job, claimed_by, .label = N_("Server"), .readonly = true, .width = 16,
          .help = N_("The server that runs it just now.")),
    FIELD(job, asked_by, .type = FIELD_REF, .ref = "employee", .label = N_("Asked by"), .readonly = true,
          .help = N_("Who asked for the run to come.")),
};

static int run_in_tx(struct act *act)
{
    struct job *job = act->now;
    job->next_at = act->request->now;
    act_mark(act, "next_at");
    job->asked_by = act->request->session->employee_id;
    act_mark(act, "asked_by");
    return 0;
}

static const struct action actions[] = {
    {
        .name = "run",
        .key = 'r',
        .label = N_("Run now"),
        .help = N_("Runs the job at the next chance instead of at its time."),
        .from = "*",
        .bulk = true,
        .in_tx = run_in_tx,
    },
};

static const char *const columns[] = {"name",          "what",        "health",      "next_at",
                                      "outcome",       "took_ms",     "finished_at", "failures",
                                      "every_seconds", "last_result", NULL};
static const char *const main_tab[] = {
    "name",        "what",    "health",      "every_seconds", "next_at",  "outcome",  "started_at",
    "finished_at", "took_ms", "last_result", "claimed_by",    "failures", "asked_by", NULL};
static const struct tab tabs[] = {
    {N_("Scheduled job"), main_tab},
    {NULL},
};

const struct entity job_entity = {
    .name = "job",
    .area = "org",
    .table = "job",
    .label = N_("Scheduled job"),
    .plural = N_("Jobs"),
    .help = N_("Scheduled work of the servers: when each job ran, how that went, when it runs next. A job is "
               "paused by "
               "disabling it and goes on once enabled. What became of earlier runs: Runs of jobs."),
    .code = "jb",
    .size = sizeof(struct job),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "name",
    .columns = columns,
    .sort = "name",
    .tabs = tabs,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_READ | VERB_DISABLE,
};
