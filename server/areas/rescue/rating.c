/* What customers think of a job: by their answer to a text message, or told to a colleague. */
#include "server/areas/rescue/hooks.h"

struct rating {
    int64_t branch_id, rescue_id, driver_id, customer_id;
    int64_t score;
    const char *words, *source;
};

static const struct choice sources[] = {{"sms", N_("Text message")}, {"agent", N_("Colleague")}, {NULL}};

static const struct field fields[] = {
    FIELD(rating, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .filled = true, .width = 14, .help = N_("Whose job it was.")),
    FIELD(rating, rescue_id, .type = FIELD_REF, .ref = "rescue", .label = N_("Rescue order"),
          .readonly = true, .filled = true, .unique = true, .width = 13,
          .help = N_("The job that was rated.")),
    FIELD(rating, driver_id, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Driver"), .readonly = true, .width = 8, .help = N_("Who did it.")),
    FIELD(rating, customer_id, .type = FIELD_REF, .ref = "customer", .label = N_("Customer"),
          .readonly = true, .width = 18, .help = N_("For whom it was done.")),
    FIELD(rating, score, .label = N_("Score"), .readonly = true, .filled = true, .width = 3,
          .help = N_("1 to 5; 5 is best.")),
    FIELD(rating, words, .type = FIELD_NOTE, .label = N_("Comment"), .readonly = true, .width = 30,
          .help = N_("What was said with it.")),
    FIELD(rating, source, .type = FIELD_CHOICE, .choices = sources, .label = N_("Told by"), .readonly = true,
          .filled = true, .width = 8, .help = N_("How it came to us.")),
};

static const struct sql sql_put = {"rating_put", "SELECT rating_put($1, $2::int, $3, 'agent', $4)"};

int rate_in_tx(struct act *act)
{
    struct request *request = act->request;
    tx_write(request->tx, &sql_put, p_int(act->id), p_int(request_int(request, "score")),
             p_text(request_text(request, "words")), p_int(request->session->employee_id));
    return 0;
}

static const char *const columns[] = {"created_at", "score",       "words",  "rescue_id",
                                      "driver_id",  "customer_id", "source", NULL};
static const char *const main_tab[] = {"score",     "words",       "source",    "rescue_id",
                                       "driver_id", "customer_id", "branch_id", NULL};
static const struct tab tabs[] = {{N_("Rating"), main_tab}, {NULL}};

const struct entity rating_entity = {
    .name = "rating",
    .area = "rescue",
    .table = "rating",
    .label = N_("Rating"),
    .plural = N_("Ratings"),
    .help = N_("What customers think of finished jobs, one for an order. G draws them by driver or branch."),
    .code = "ra",
    .size = sizeof(struct rating),
    .scope = SCOPE_BRANCH,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "score",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .verbs = VERBS_READ,
    .flags = ENTITY_BIG,
};
