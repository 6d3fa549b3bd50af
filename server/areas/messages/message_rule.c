/* After which step who gets which message. */
#include <string.h>

#include "server/areas/messages/area.h"

struct message_rule {
    int64_t branch_id;
    const char *event;
    int64_t minutes;
    const char *recipient;
    int64_t template_id;
    bool urgent;
};

static const struct choice events[] = {
    {"rescue.create", N_("Order placed")},
    {"rescue.dispatch", N_("Vehicle sent")},
    {"rescue.accept", N_("Driver accepted")},
    {"rescue.depart", N_("Driver on the way")},
    {"rescue.arrive", N_("Driver arrived")},
    {"rescue.complete", N_("Order done")},
    {"rescue.empty_run", N_("Empty run")},
    {"rescue.recall", N_("Vehicle called back")},
    {"rescue.void", N_("Order void")},
    {"rescue.receive", N_("Money received")},
    {"rescue.appointment", N_("Before an appointment")},
    {"rescue.unpaid", N_("Not paid after being priced")},
    {"statement.send", N_("Statement sent")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(message_rule, event, .type = FIELD_CHOICE, .choices = events, .label = N_("Triggered by"),
          .required = true, .sortable = true, .width = 22,
          .help = N_("What must have happened, or what is about to.")),
    FIELD(message_rule, minutes, .label = N_("Minutes"), .min = 1, .max = 43200,
          .show_if = "event=rescue.appointment,rescue.unpaid", .width = 6,
          .help = N_("How long before the appointment, or after the price was set, the message goes out.")),
    FIELD(message_rule, recipient, .type = FIELD_CHOICE, .choices = message_recipients, .label = N_("To"),
          .required = true, .width = 18,
          .help = N_("Who gets it; without a number or an address nobody does.")),
    FIELD(message_rule, template_id, .type = FIELD_REF, .ref = "message_template", .label = N_("Template"),
          .required = true, .width = 20, .help = N_("What it says.")),
    FIELD(message_rule, urgent, .label = N_("By night as well"), .width = 5,
          .help = N_("Without this it waits in the quiet hours until they end.")),
    FIELD(message_rule, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .width = 14,
          .help = N_("In this branch only. Empty: in all.")),
};

static const struct sql sql_about = {
    "message_rule_about",
    "SELECT about FROM message_template WHERE id = coalesce($1, (SELECT template_id FROM "
    "message_rule WHERE id = $2))"};

static int load(struct act *act)
{
    const struct message_rule *rule = act->now;
    act->data = tx_read(act->request->tx, &sql_about, p_int(rule->template_id),
                        p_int(act->kind == ACT_CREATE ? NIL : act->id));
    return 0;
}

/* The template's words are those of what the step is of. */
static int check_template(struct act *act)
{
    const struct message_rule *rule = act->now;
    const char *about = rows_count(act->data) > 0 ? rows_text(act->data, 0, 0) : NULL;
    size_t len = about ? strlen(about) : 0;
    if (!about || (strncmp(rule->event, about, len) == 0 && rule->event[len] == '.'))
        return 0;
    return request_fail(act->request, ERR_INVALID, "template_id",
                        N_("This template is not for such records, or disabled"), NULL);
}

static int in_tx(struct act *act)
{
    const struct message_rule *rule = act->now;
    bool timed = strcmp(rule->event, "rescue.appointment") == 0 || strcmp(rule->event, "rescue.unpaid") == 0;
    if (timed != (rule->minutes != NIL))
        return request_fail(act->request, ERR_INVALID, "minutes",
                            timed ? N_("Say how many minutes") : N_("Only what has its time has minutes"),
                            NULL);
    return check_template(act);
}

static const char *const columns[] = {"event",  "minutes",   "recipient", "template_id",
                                      "urgent", "branch_id", NULL};
static const struct tab tabs[] = {{N_("Message rule"), columns}, {NULL}};

const struct entity message_rule_entity = {
    .name = "message_rule",
    .area = "messages",
    .table = "message_rule",
    .label = N_("Message rule"),
    .plural = N_("Message rules"),
    .help = N_("After each such step the message is written, once, and sent. A disabled rule sends nothing; "
               "those shipped are "
               "disabled until you want them."),
    .code = "mr",
    .size = sizeof(struct message_rule),
    .scope = SCOPE_SHARED,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "event",
    .columns = columns,
    .sort = "event",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .load = load,
    .in_tx = in_tx,
};
