/* What leaves the house, whichever way; for who looks after the gateways. */
#include "server/areas/messages/area.h"

struct outbox {
    int64_t branch_id;
    const char *gateway, *about;
    int64_t row_id;
    const char *state;
    struct instant due_at, sent_at;
    int64_t attempts;
    const char *claimed_by, *reference, *error;
};

static const struct choice states[] = {{"waiting", N_("Waiting")},     {"sending", N_("Being sent")},
                                       {"sent", N_("Sent")},           {"dead", N_("Given up")},
                                       {"cancelled", N_("Cancelled")}, {NULL}};

static const struct field fields[] = {
    FIELD(outbox, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .readonly = true,
          .width = 14, .help = N_("Whose it is.")),
    FIELD(outbox, gateway, .label = N_("Gateway"), .readonly = true, .filled = true, .width = 8,
          .help = N_("Which way it goes.")),
    FIELD(outbox, about, .label = N_("What"), .readonly = true, .filled = true, .width = 10,
          .help = N_("The kind of thing it is.")),
    FIELD(outbox, row_id, .label = N_("Row"), .readonly = true, .filled = true, .width = 8,
          .help = N_("Id of that thing.")),
    FIELD(outbox, state, .type = FIELD_CHOICE, .choices = states, .label = N_("State"), .readonly = true,
          .filled = true, .width = 10,
          .help = N_("Given up: tried as often as is of use, or refused for good.")),
    FIELD(outbox, due_at, .label = N_("Due"), .readonly = true, .filled = true,
          .help = N_("When it is tried next, or was to leave.")),
    FIELD(outbox, sent_at, .label = N_("Sent"), .readonly = true, .help = N_("When the other side took it.")),
    FIELD(outbox, attempts, .label = N_("Attempts"), .readonly = true, .filled = true, .width = 3,
          .help = N_("How often it was tried.")),
    FIELD(outbox, claimed_by, .label = N_("Server"), .readonly = true, .width = 16,
          .help = N_("The server that sends it just now.")),
    FIELD(outbox, reference, .label = N_("Reference"), .readonly = true,
          .help = N_("What the other side calls it.")),
    FIELD(outbox, error, .type = FIELD_NOTE, .label = N_("Trouble"), .readonly = true, .width = 30,
          .help = N_("What went wrong the last time.")),
};

static const char *const columns[] = {"created_at", "gateway",  "about", "row_id", "state",
                                      "due_at",     "attempts", "error", NULL};
static const char *const main_tab[] = {"gateway",    "about",     "row_id",    "state",
                                       "due_at",     "attempts",  "error",     "sent_at",
                                       "claimed_by", "reference", "branch_id", NULL};
static const struct tab tabs[] = {{N_("Outbox"), main_tab}, {NULL}};

const struct entity outbox_entity = {
    .name = "outbox",
    .area = "messages",
    .table = "outbox",
    .label = N_("Outgoing"),
    .plural = N_("Outbox"),
    .help = N_("Everything that leaves the house by a gateway, with what is given up at hand: filter by "
               "state. Messages are sent again "
               "from their own list."),
    .code = "ob",
    .size = sizeof(struct outbox),
    .scope = SCOPE_SHARED,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "gateway",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .state = "state",
    .states = states,
    .verbs = VERB_LIST | VERB_GET,
    .flags = ENTITY_BIG,
};
