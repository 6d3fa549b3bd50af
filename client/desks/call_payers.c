/* Several payers of the order that is being taken: the insurer so much, or this part of the price, and the customer what that leaves. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "client/desks/call-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/sheet_parts.h"
#include "client/views/value_text.h"

static const char name[] = "charges";

/* Who pays, and what of it; how far his money has come is a later matter. */
void call_payers_add(struct call *call)
{
    const struct field *field = catalogue_field(call->entity, name);
    size_t count = 0;
    if (!field)
        return;
    call->charges = *field;
    for (size_t i = 0; i < field->nline_fields && count < array_len(call->charge_fields); i++)
        if (!field->line_fields[i].readonly)
            call->charge_fields[count++] = field->line_fields[i];
    call->charges.line_fields = call->charge_fields;
    call->charges.nline_fields = count;
    sheet_add(&call->sheet, &call->charges);
}

static struct sheet_entry *entry_of(struct call *call)
{
    return sheet_find(&call->sheet, name);
}

static size_t count_of(struct call *call)
{
    const struct sheet_entry *entry = entry_of(call);
    return entry ? json_array_size(entry->lines) : 0;
}

/* Neither an amount nor a share nor parts: he pays what the others leave. */
static bool takes_rest(const json_t *line)
{
    return order_number(line, "share_fen") == NIL && order_number(line, "share_bp") == NIL &&
           json_array_size(json_object_get(line, "parts")) == 0;
}

static const json_t *line_of(const json_t *lines, int64_t payer)
{
    size_t i;
    const json_t *line;
    json_array_foreach(lines, i, line)
    {
        if (order_number(line, "payer_id") == payer)
            return line;
    }
    return NULL;
}

static bool rest_is_taken(const json_t *lines)
{
    size_t i;
    const json_t *line;
    json_array_foreach(lines, i, line)
    {
        if (takes_rest(line))
            return true;
    }
    return false;
}

/* The line that was put in for the customer, when it is still as it was. */
static void take_out(struct call *call, json_t *lines)
{
    for (size_t i = json_array_size(lines); call->rest_payer && i-- > 0;) {
        const json_t *line = json_array_get(lines, i);
        if (order_number(line, "payer_id") == call->rest_payer && takes_rest(line))
            json_array_remove(lines, i);
    }
    call->rest_payer = 0;
}

/* Where others have fixed parts and nobody the rest, that is the customer. */
static void put_in(struct call *call, json_t *lines)
{
    const struct sheet_entry *customer = sheet_find(&call->sheet, "customer_id");
    int64_t id = customer && customer->value ? strtoll(customer->value, NULL, 10) : 0;
    if (!id || !json_array_size(lines) || rest_is_taken(lines) || line_of(lines, id))
        return;
    call->rest_payer = id;
    json_array_append_new(lines, json_pack("{s:I, s:s}", "payer_id", (json_int_t)id, "payer_label",
                                           customer->label ? customer->label : ""));
}

void call_payers_complete(struct call *call)
{
    struct sheet_entry *entry = entry_of(call);
    bool filling = call->filling;
    if (!entry || !json_array_size(entry->lines))
        return;
    json_t *lines = json_deep_copy(entry->lines);
    take_out(call, lines);
    put_in(call, lines);
    call->filling = true;
    sheet_set_lines(&call->sheet, entry, lines);
    call->filling = filling;
}

/* ---- the key that leads there, and back to where one was */

bool call_payers_offered(struct call *call)
{
    return !call->saving && entry_of(call);
}

void call_payers_open(struct call *call)
{
    const struct sheet_entry *here = sheet_current(&call->sheet);
    call->back_to = here ? here->field->name : NULL;
    sheet_focus(&call->sheet, name);
    sheet_part_open(&call->sheet, entry_of(call));
}

void call_payers_left(struct call *call)
{
    if (call->back_to)
        sheet_focus(&call->sheet, call->back_to);
    call->back_to = NULL;
}

/* ---- what goes to the server, and comes from it */

/* Alone, and without an amount, the customer pays all: that is every order. */
static bool is_plain(struct call *call)
{
    const struct sheet_entry *entry = entry_of(call);
    const char *customer = sheet_value(&call->sheet, "customer_id");
    const json_t *only = json_array_get(entry->lines, 0);
    return count_of(call) == 1 && takes_rest(only) && customer &&
           order_number(only, "payer_id") == strtoll(customer, NULL, 10);
}

/* What may be said of a line anew: neither its id nor its money. */
static json_t *plain_line(struct call *call, const json_t *line, bool label)
{
    json_t *copy = json_object();
    for (size_t i = 0; i < call->charges.nline_fields; i++) {
        json_t *value = json_object_get(line, call->charge_fields[i].name);
        if (value && !json_is_null(value))
            json_object_set(copy, call->charge_fields[i].name, value);
    }
    if (label && json_object_get(line, "payer_label"))
        json_object_set(copy, "payer_label", json_object_get(line, "payer_label"));
    return copy;
}

static json_t *plain_lines(struct call *call, const json_t *lines, bool labels)
{
    json_t *copies = json_array();
    size_t i;
    const json_t *line;
    json_array_foreach(lines, i, line) json_array_append_new(copies, plain_line(call, line, labels));
    return copies;
}

void call_payers_put(struct call *call, json_t *args)
{
    json_object_del(args, name);
    if (count_of(call) && !is_plain(call))
        json_object_set_new(args, name, plain_lines(call, entry_of(call)->lines, false));
}

void call_payers_remember(struct call *call, json_t *last)
{
    if (json_object_get(last, name))
        json_object_set_new(last, name, plain_lines(call, entry_of(call)->lines, true));
}

void call_payers_copy(struct call *call, const json_t *from)
{
    sheet_set_lines(&call->sheet, entry_of(call), plain_lines(call, json_object_get(from, name), true));
}

/* ---- how the estimate is split */

void call_payers_draw(struct call *call, struct panel *panel)
{
    const json_t *charges = json_object_get(call->price, name), *charge;
    char money[MONEY_TEXT_SIZE];
    size_t i;
    if (json_is_null(charges))
        panel_text(panel, ROLE_ERROR, _("The payers' fixed parts are more than the price"));
    json_array_foreach(charges, i, charge)
    {
        const json_t *line = line_of(entry_of(call)->lines, order_number(charge, "payer_id"));
        panel_pair(panel, ROLE_NORMAL, order_text(line, "payer_label"),
                   money_print(money, sizeof(money), order_number(charge, "amount_fen")));
    }
}
