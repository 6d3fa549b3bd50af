/* What people wrote back. */
#include "server/areas/messages/area.h"

struct message_reply {
    int64_t branch_id;
    const char *phone, *body;
    int64_t message_id, rescue_id;
    const char *gateway, *reference;
};

static const struct field fields[] = {
    FIELD(message_reply, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"),
          .readonly = true, .width = 14, .help = N_("Whose message was answered.")),
    FIELD(message_reply, phone, .type = FIELD_PHONE, .label = N_("From"), .readonly = true, .filled = true,
          .pii = true, .width = 14, .help = N_("Who wrote.")),
    FIELD(message_reply, body, .type = FIELD_NOTE, .label = N_("Text"), .readonly = true, .filled = true,
          .max = 2000, .width = 40, .help = N_("What was written.")),
    FIELD(message_reply, message_id, .type = FIELD_REF, .ref = "message", .label = N_("Answers"),
          .readonly = true, .width = 14, .help = N_("The last message we had sent there within a week.")),
    FIELD(message_reply, rescue_id, .type = FIELD_REF, .ref = "rescue", .label = N_("Rescue order"),
          .readonly = true, .virtual_ = true, .sql = "CASE WHEN t.about = 'rescue' THEN t.row_id END",
          .width = 13, .help = N_("The order that message spoke of.")),
    FIELD(message_reply, gateway, .label = N_("Gateway"), .readonly = true, .filled = true,
          .help = N_("What brought it.")),
    FIELD(message_reply, reference, .label = N_("Reference"), .readonly = true, .filled = true,
          .help = N_("What the gateway calls it.")),
};

static const char *const columns[] = {"created_at", "phone", "body", "rescue_id", NULL};
static const char *const main_tab[] = {"phone",     "body",    "message_id", "rescue_id",
                                       "branch_id", "gateway", "reference",  NULL};
static const struct tab tabs[] = {{N_("Reply"), main_tab}, {NULL}};

const struct entity message_reply_entity = {
    .name = "message_reply",
    .area = "messages",
    .table = "message_reply",
    .label = N_("Reply"),
    .plural = N_("Replies"),
    .help = N_("What people answered to our text messages."),
    .code = "rp",
    .size = sizeof(struct message_reply),
    .scope = SCOPE_SHARED,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "phone",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .verbs = VERBS_READ,
    .flags = ENTITY_BIG,
};
