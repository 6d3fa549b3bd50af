/* A message written by hand: the draft becomes a row, in the transaction of who writes it. */
#include <string.h>

#include "base/arena.h"
#include "server/areas/messages/area.h"

static const struct sql sql_put = {"message_put", "SELECT message_put($1::jsonb)"};

static void add_text(struct str *out, const char *name, const char *value)
{
    if (!value)
        return;
    str_addf(out, ",\"%s\":", name);
    str_add_json(out, value);
}

static void add_number(struct str *out, const char *name, int64_t value)
{
    if (value != NIL)
        str_addf(out, ",\"%s\":%lld", name, (long long)value);
}

void message_write(struct request *request, const struct message_draft *draft)
{
    struct str json;
    str_init(&json, request->arena);
    str_add(&json, "{\"state\":\"queued\",\"key\":");
    str_add_json(&json, arena_printf(request->arena, "hand:%lld:%s", (long long)request->session->employee_id,
                                     request->key));
    add_text(&json, "channel", draft->channel);
    add_text(&json, "address", draft->address);
    add_text(&json, "name", draft->name);
    add_text(&json, "language", draft->language);
    add_text(&json, "subject", draft->subject);
    add_text(&json, "body", draft->body);
    add_text(&json, "about", draft->about);
    add_number(&json, "row_id", draft->row_id);
    add_number(&json, "branch_id", draft->branch_id);
    add_number(&json, "party_id", draft->party_id);
    add_number(&json, "employee_id", draft->employee_id);
    add_number(&json, "created_by", request->session->employee_id);
    str_add_char(&json, '}');
    tx_write(request->tx, &sql_put, p_text(json.data));
}
