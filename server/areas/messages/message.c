/* Each message that was written, and what became of it. */
#include "server/areas/messages/area.h"

struct message {
    int64_t branch_id;
    const char *state, *channel, *address, *name, *language, *subject, *body;
    int64_t segments;
    struct instant due_at, sent_at, delivered_at;
    const char *event;
    int64_t rule_id, template_id, rescue_id, party_id, employee_id, outbox_id, attempts;
    const char *reference, *error;
};

static const struct choice states[] = {
    {"queued", N_("Waiting")},        {"held", N_("Held back")},
    {"sending", N_("Being sent")},    {"sent", N_("Sent")},
    {"delivered", N_("Delivered")},   {"undelivered", N_("Not delivered")},
    {"failed", N_("Failed")},         {"cancelled", N_("Cancelled")},
    {"suppressed", N_("Suppressed")}, {NULL},
};
static const struct choice channels[] = {{"sms", N_("Text message")}, {"mail", N_("Mail")}, {NULL}};
static const struct choice languages[] = {
    {"en", N_("English")}, {"zh_CN", N_("Simplified Chinese")}, {"zh_TW", N_("Traditional Chinese")}, {NULL}};

static const struct field fields[] = {
    FIELD(message, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .width = 14, .help = N_("Whose it is.")),
    FIELD(message, state, .type = FIELD_CHOICE, .choices = states, .label = N_("State"), .readonly = true,
          .filled = true, .width = 12, .help = N_("How far it has come. Delivered is said by the gateway.")),
    FIELD(message, channel, .type = FIELD_CHOICE, .choices = channels, .label = N_("Channel"),
          .readonly = true, .filled = true, .width = 12, .help = N_("How it goes out.")),
    FIELD(message, address, .label = N_("To"), .readonly = true, .filled = true, .pii = true, .search = true,
          .width = 14, .help = N_("Phone number or mail address; found by the last four digits.")),
    FIELD(message, name, .label = N_("Name"), .readonly = true, .width = 10, .help = N_("Of who gets it.")),
    FIELD(message, language, .type = FIELD_CHOICE, .choices = languages, .label = N_("Language"),
          .readonly = true, .filled = true, .width = 10, .help = N_("That of the customer.")),
    FIELD(message, subject, .label = N_("Subject"), .readonly = true, .max = 500, .help = N_("Of a mail.")),
    FIELD(message, body, .type = FIELD_NOTE, .label = N_("Text"), .readonly = true, .filled = true,
          .width = 35, .help = N_("As it went out, signature and all.")),
    FIELD(message, segments, .label = N_("Parts"), .readonly = true, .filled = true, .width = 3,
          .help = N_("Text messages it is sent in: one holds 70 characters, of several each 67; in plain "
                     "English 160 and 153.")),
    FIELD(message, due_at, .label = N_("Due"), .readonly = true, .filled = true,
          .help = N_("When it is to leave, at first or once more.")),
    FIELD(message, sent_at, .label = N_("Sent"), .readonly = true, .help = N_("When the gateway took it.")),
    FIELD(message, delivered_at, .label = N_("Delivered"), .readonly = true,
          .help = N_("When the phone had it, as the gateway says.")),
    FIELD(message, event, .label = N_("Triggered by"), .readonly = true, .width = 16,
          .help = N_("The step that a rule answered with it. Empty: written by hand.")),
    FIELD(message, rule_id, .type = FIELD_REF, .ref = "message_rule", .label = N_("Rule"), .readonly = true,
          .help = N_("The rule it was written by.")),
    FIELD(message, template_id, .type = FIELD_REF, .ref = "message_template", .label = N_("Template"),
          .readonly = true, .help = N_("The template it was made from.")),
    FIELD(message, rescue_id, .type = FIELD_REF, .ref = "rescue", .label = N_("Rescue order"),
          .readonly = true, .virtual_ = true, .sql = "CASE WHEN t.about = 'rescue' THEN t.row_id END",
          .width = 13, .help = N_("The order it speaks of.")),
    FIELD(message, party_id, .type = FIELD_REF, .ref = "customer", .label = N_("Customer"), .readonly = true,
          .width = 14, .help = N_("The customer it went to, or whose order it is about.")),
    FIELD(message, employee_id, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",
          .label = N_("Employee"), .readonly = true, .help = N_("The colleague it went to.")),
    FIELD(message, outbox_id, .type = FIELD_REF, .ref = "outbox", .label = N_("Outbox"), .readonly = true,
          .help = N_("Its place among what leaves the house.")),
    FIELD(message, attempts, .label = N_("Attempts"), .readonly = true, .filled = true, .width = 3,
          .help = N_("How often it was tried.")),
    FIELD(message, reference, .label = N_("Reference"), .readonly = true,
          .help = N_("What the gateway calls it.")),
    FIELD(message, error, .type = FIELD_NOTE, .label = N_("Trouble"), .readonly = true, .width = 20,
          .help = N_("What the gateway said of the last attempt.")),
};

static const struct sql sql_resend = {"message_outbox_resend", "SELECT must_be_one(outbox_resend($1))"};
static const struct sql sql_cancel = {"message_outbox_cancel", "SELECT must_be_one(outbox_cancel($1))"};

static int resend_in_tx(struct act *act)
{
    struct message *message = act->now;
    message->state = "queued";
    message->error = NULL;
    act_mark(act, "state");
    message->due_at = act->request->now;
    act_mark(act, "error");
    act_mark(act, "due_at");
    tx_write(act->request->tx, &sql_resend, p_int(message->outbox_id));
    return 0;
}

/* Missed where a gateway has claimed it a moment ago: then it is too late. */
static int cancel_in_tx(struct act *act)
{
    const struct message *message = act->was;
    tx_write(act->request->tx, &sql_cancel, p_int(message->outbox_id));
    return 0;
}

static const struct action actions[] = {
    {.name = "resend",
     .key = 'r',
     .label = N_("Send again"),
     .help = N_("Puts a failed message into the queue once more."),
     .from = "failed", /* the gateways lead to every other state */
     .bulk = true,
     .in_tx = resend_in_tx},
    {.name = "cancel",
     .key = 'x',
     .label = N_("Cancel"),
     .help = N_("Keeps a message from being sent, as long as it has not left."),
     .from = "queued held failed",
     .to = "cancelled",
     .bulk = true,
     .danger = true,
     .confirm = N_("Not send this message?"),
     .in_tx = cancel_in_tx},
};

static const char *const columns[] = {"created_at", "state",     "address", "body",     "error",
                                      "name",       "rescue_id", "channel", "segments", NULL};
static const char *const main_tab[] = {"state",       "channel",   "address",  "name",      "language",
                                       "subject",     "body",      "segments", "rescue_id", "party_id",
                                       "employee_id", "branch_id", NULL};
static const char *const way_tab[] = {"event",     "rule_id",   "template_id", "due_at",
                                      "attempts",  "error",     "sent_at",     "delivered_at",
                                      "reference", "outbox_id", NULL};
static const struct tab tabs[] = {{N_("Message"), main_tab}, {N_("Way"), way_tab}, {NULL}};

const struct entity message_entity = {
    .name = "message",
    .area = "messages",
    .table = "message",
    .label = N_("Message"),
    .plural = N_("Messages"),
    .help = N_("Text messages and mails: those waiting, sent, delivered and failed. They are written by "
               "rules, or by hand from an order."),
    .code = "ms",
    .size = sizeof(struct message),
    .scope = SCOPE_SHARED,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "address",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .state = "state",
    .states = states,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_READ,
    .flags = ENTITY_BIG,
};
