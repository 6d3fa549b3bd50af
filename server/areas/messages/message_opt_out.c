/* Who wants no marketing. */
#include "server/areas/messages/area.h"

struct message_opt_out {
    const char *address, *words;
};

static const struct field fields[] = {
    FIELD(message_opt_out, address, .label = N_("Address"), .required = true, .create_only = true,
          .unique = true, .sortable = true, .width = 20, .help = N_("Phone number or mail address.")),
    FIELD(message_opt_out, words, .label = N_("Reason"), .width = 30,
          .help = N_("The words of who opted out.")),
};

static int in_tx(struct act *act)
{
    const struct message_opt_out *out = act->now;
    for (const char *at = out->address; *at; at++)
        if (*at == '@')
            return message_check_address(act->request, "address", "mail", out->address);
    return message_check_address(act->request, "address", "sms", out->address);
}

static const char *const columns[] = {"address", "words", "created_at", NULL};
static const char *const main_tab[] = {"address", "words", NULL};
static const struct tab tabs[] = {{N_("Opted out"), main_tab}, {NULL}};

const struct entity message_opt_out_entity = {
    .name = "message_opt_out",
    .area = "messages",
    .table = "message_opt_out",
    .label = N_("Opted out"),
    .plural = N_("Opted out"),
    .help = N_("Numbers and addresses that get no marketing. Answering a message with one of the words for "
               "it puts one here; disabling "
               "the row takes it back."),
    .code = "oo",
    .size = sizeof(struct message_opt_out),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "address",
    .columns = columns,
    .sort = "-created_at",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .in_tx = in_tx,
};
