/* What became of scheduled work, run by run. Those of every few seconds leave a row where they failed or were asked for, and now and then. */
#include "server/entity/entity.h"

struct job_run {
    int64_t job_id;
    struct instant started_at, finished_at;
    int64_t took_ms;
    const char *outcome;
    const char *result;
    const char *server;
    int64_t asked_by;
};

static const struct choice outcomes[] = {
    {"done", N_("Done")},
    {"failed", N_("Failed")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(job_run, job_id, .type = FIELD_REF, .ref = "job", .label = N_("Scheduled job"), .readonly = true,
          .filled = true, .width = 20, .help = N_("What was run.")),
    FIELD(job_run, started_at, .filled = true, .label = N_("Started"), .readonly = true, .sortable = true,
          .help = N_("When the run began.")),
    FIELD(job_run, finished_at, .filled = true, .label = N_("Finished"), .readonly = true,
          .help = N_("When the run ended.")),
    FIELD(job_run, took_ms, .label = N_("Took (ms)"), .virtual_ = true,
          .sql = "(extract(epoch FROM t.finished_at - t.started_at) * 1000)::bigint", .width = 9,
          .help = N_("How long the run took, in milliseconds.")),
    FIELD(job_run, outcome, .type = FIELD_CHOICE, .label = N_("Outcome"), .choices = outcomes,
          .virtual_ = true, .sql = "CASE WHEN t.ok THEN 'done' ELSE 'failed' END", .width = 8,
          .help = N_("How the run ended.")),
    FIELD(job_run, result, .type = FIELD_NOTE, .filled = true, .label = N_("Result"), .max = 2000,
          .readonly = true, .width = 30, .help = N_("What the run said.")),
    FIELD(job_run, server, .filled = true, .label = N_("Server"), .readonly = true, .width = 16,
          .help = N_("The server that ran it.")),
    FIELD(job_run, asked_by, .type = FIELD_REF, .ref = "employee", .label = N_("Asked by"), .readonly = true,
          .width = 12, .help = N_("Who ran it by hand; empty: its time had come.")),
};

static const char *const columns[] = {"started_at", "job_id", "outcome",  "took_ms",
                                      "result",     "server", "asked_by", NULL};
static const char *const main_tab[] = {"job_id", "started_at", "finished_at", "took_ms", "outcome",
                                       "result", "server",     "asked_by",    NULL};
static const struct tab tabs[] = {
    {N_("Run of a job"), main_tab},
    {NULL},
};

const struct entity job_run_entity = {
    .name = "job_run",
    .area = "org",
    .table = "job_run",
    .label = N_("Run of a job"),
    .plural = N_("Runs of jobs"),
    .help = N_("The history of scheduled work, kept 30 days. A job that runs every few seconds has a row "
               "where it failed or was asked for, and one an hour."),
    .code = "jr",
    .size = sizeof(struct job_run),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "started_at",
    .columns = columns,
    .sort = "-started_at",
    .tabs = tabs,
    .verbs = VERB_LIST | VERB_GET,
    .flags = ENTITY_BARE,
};
