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
};

static const struct choice outcomes[] = {
    {"never", N_("Never ran")},
    {"running", N_("Running")},
    {"done", N_("Done")},
    {"failed", N_("Failed")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(job, name, .label = N_("Job"), .readonly = true, .filled = true, .sortable = true, .width = 20,
          .help = N_("What is done: sealing the trail, rolling balances up, …")),
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
    FIELD(job, last_result, .type = FIELD_NOTE, .label = N_("Result"), .max = 2000, .readonly = true,
          .width = 30, .help = N_("What the last run said.")),
    FIELD(job, failures, .filled = true, .label = N_("Failures"), .readonly = true, .width = 5,
          .help = N_("How often it failed in a row.")),
    FIELD(job, claimed_by, .label = N_("Server"), .readonly = true, .width = 16,
          .help = N_("The server that runs it just now.")),
};

static int run_in_tx(struct act *act)
{
    struct job *job = act->now;
    job->next_at = act->request->now;
    act_mark(act, "next_at");
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

static const char *const columns[] = {"name",        "every_seconds", "next_at",     "outcome",
                                      "finished_at", "failures",      "last_result", NULL};
static const char *const main_tab[] = {"name",        "every_seconds", "next_at",    "outcome",  "started_at",
                                       "finished_at", "last_result",   "claimed_by", "failures", NULL};
static const struct tab tabs[] = {
    {N_("Job"), main_tab},
    {NULL},
};

const struct entity job_entity = {
    .name = "job",
    .area = "org",
    .table = "job",
    .label = N_("Job"),
    .plural = N_("Jobs"),
    .help = N_("Scheduled work of the servers. A disabled job waits until it is enabled again."),
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
