/* The trail as a list: every change of every record, append-only. */
#include "server/entity/entity.h"

struct audit_log {
    struct instant at;
    int64_t who;
    int64_t session_id;
    const char *terminal;
    const char *verb;
    const char *entity;
    int64_t row_id;
    int64_t version;
    int64_t branch_id, old_branch_id;
    const char *reason;
    const char *was, *now;
};

static const struct field fields[] = {
    FIELD(audit_log, at, .label = N_("Time"), .readonly = true, .filled = true, .sortable = true,
          .help = N_("When it was done, by the database's clock.")),
    FIELD(audit_log, who, .type = FIELD_REF, .ref = "employee", .label = N_("Who"), .readonly = true,
          .width = 14, .help = N_("The employee who did it; empty where the system itself did.")),
    FIELD(audit_log, session_id, .type = FIELD_REF, .ref = "session", .label = N_("Session"),
          .readonly = true, .help = N_("The session it was done in.")),
    FIELD(audit_log, terminal, .label = N_("Terminal"), .readonly = true, .width = 14,
          .help = N_("The terminal it was done at.")),
    FIELD(audit_log, verb, .filled = true, .label = N_("Command"), .readonly = true, .width = 20,
          .help = N_("What was asked of the server.")),
    FIELD(audit_log, entity, .filled = true, .label = N_("Kind of record"), .readonly = true, .width = 12,
          .help = N_("What sort of record was changed.")),
    FIELD(audit_log, row_id, .type = FIELD_ID, .label = N_("Record"), .readonly = true, .width = 8,
          .help = N_("Number of the record that was changed.")),
    FIELD(audit_log, version, .label = N_("Version"), .readonly = true, .width = 5,
          .help = N_("Version of the record after the change.")),
    FIELD(audit_log, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .width = 12, .help = N_("The branch the record belongs to; empty for the company's own.")),
    FIELD(audit_log, old_branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Moved from"),
          .readonly = true, .help = N_("The branch the record left by this change.")),
    FIELD(audit_log, reason, .label = N_("Reason"), .readonly = true, .width = 20,
          .help = N_("The reason that was given.")),
    FIELD(audit_log, was, .type = FIELD_NOTE, .label = N_("Before"), .virtual_ = true, .sql = "t.was::text",
          .width = 30,
          .help = N_("The changed columns as they were; empty for a new record. Secrets are shown as ***.")),
    FIELD(audit_log, now, .type = FIELD_NOTE, .label = N_("After"), .virtual_ = true, .sql = "t.now::text",
          .width = 30, .help = N_("The changed columns as they are since. Secrets are shown as ***.")),
};

static const char *const columns[] = {"at",        "who",    "terminal", "verb", "entity", "row_id",
                                      "branch_id", "reason", "was",      "now",  NULL};
static const char *const main_tab[] = {"at",     "who",     "session_id", "terminal",      "verb",   "entity",
                                       "row_id", "version", "branch_id",  "old_branch_id", "reason", NULL};
static const char *const change_tab[] = {"was", "now", NULL};
static const struct tab tabs[] = {
    {N_("Change"), main_tab},
    {N_("Before and after"), change_tab},
    {NULL},
};

const struct entity audit_log_entity = {
    .name = "audit_log",
    .area = "org",
    .table = "change",
    .label = N_("Audit entry"),
    .plural = N_("Audit trail"),
    .help = N_(
        "Every change of every record: who, when, from which terminal, what it was before and after. Nothing "
        "here can be changed."),
    .code = "au",
    .size = sizeof(struct audit_log),
    .scope = SCOPE_SHARED,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "verb",
    .columns = columns,
    .sort = "-at",
    .tabs = tabs,
    .verbs = VERB_LIST | VERB_GET,
    .flags = ENTITY_BIG | ENTITY_BARE,
};
