/* A caller nobody knows yet becomes a customer without leaving the call. */
#include <stdlib.h>
#include <string.h>

#include "client/desks/call-private.h"
#include "client/desks/customer_view.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/sheet_dialog.h"
#include "client/views/text.h"

bool call_customer_offered(struct call *call)
{
    const struct sheet_entry *entry = sheet_current(&call->sheet);
    return entry && strcmp(entry->field->name, "customer_id") == 0 && app_may(call->app, "customer.create") &&
           !call->saving;
}

/* Chosen in the form, else the one that phone or plate stands for; NIL: none. */
static int64_t customer_of(struct call *call)
{
    const struct sheet_entry *entry = sheet_find(&call->sheet, "customer_id");
    const json_t *found = caller_customer(&call->caller);
    if (entry && entry->value)
        return strtoll(entry->value, NULL, 10);
    return found ? order_number(found, "id") : NIL;
}

bool call_caller_known(struct call *call)
{
    return customer_view_allowed(call->app) && customer_of(call) != NIL;
}

bool call_show_customer(struct call *call)
{
    if (!call_caller_known(call))
        return false;
    customer_view_open(call->app, customer_of(call));
    return true;
}

static void take_customer(struct call *call, int64_t id)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *name = order_text(call->customer, "name");
    sheet_set(&call->sheet, "customer_id", arena_printf(arena, "%lld", (long long)id), name);
    if (!call_typed(call, "contact_name") && strcmp(order_text(call->customer, "kind"), "person") == 0)
        sheet_set(&call->sheet, "contact_name", name, NULL);
    sheet_focus(&call->sheet, "customer_id");
    call_next_field(call);
    if (call_typed(call, "contact_name"))
        call_next_field(call);
}

/* The server tells who looks like the same; the customer is made all the same. */
static void tell_duplicates(struct call *call, const json_t *duplicates)
{
    struct str names cleanup(cleanup_str);
    size_t i;
    const json_t *row;
    str_init(&names, NULL);
    json_array_foreach(duplicates, i, row)
        str_addf(&names, "%s%s", i ? _(", ") : "", order_text(row, "name"));
    if (names.len)
        ui_say(call->app->ui, ROLE_WARNING, _("The customer is saved. Perhaps there already: %s"),
               names.data);
    else
        ui_say(call->app->ui, ROLE_GOOD, "%s", _("The customer is saved"));
}

static void on_made(struct screen *screen, const struct answer *answer, void *context)
{
    struct call *call = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)screen;
    if (answer->code != ERR_NONE) {
        sheet_dialog_accuse(call->app, call->dialog,
                            json_string_value(json_object_get(answer->object, "field")),
                            answer_text(arena, catalogue_entity(call->app->catalogue, "customer"), answer));
        return;
    }
    sheet_dialog_close(call->app, call->dialog);
    call->dialog = 0;
    take_customer(call, order_number(answer->object, "id"));
    tell_duplicates(call, json_object_get(answer->object, "duplicates"));
    call_facts_changed(call);
}

static void submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct call *call = context;
    (void)dialog;
    json_decref(call->customer);
    call->customer = json_deep_copy(values);
    ask(call->app, below, "customer.create", values, CALL_CHANGES, NULL, on_made, call);
}

static size_t customer_fields(struct call *call, const struct catalogue_entity *entity)
{
    static const char *const names[] = {"name", "kind", "phone", "address"};
    size_t count = 0;
    for (size_t i = 0; i < array_len(names); i++) {
        const struct field *field = catalogue_field(entity, names[i]);
        if (field)
            call->customer_fields[count++] = *field;
    }
    return count;
}

void call_new_customer(struct call *call)
{
    const struct catalogue_entity *entity = catalogue_entity(call->app->catalogue, "customer");
    struct sheet *sheet = &call->sheet;
    if (!entity)
        return;
    const char *letters = sheet->editing && sheet->edited ? input_text(&sheet->input) : "",
               *name = call_typed(call, "contact_name");
    const char *phone = call_typed(call, "contact_phone");
    json_t *values = json_pack("{s:s, s:s, s:s}", "name",
                               *letters ? letters
                               : name   ? name
                                        : "",
                               "kind", "person", "phone", phone ? phone : "");
    sheet_set(sheet, "customer_id", NULL, NULL); /* the letters are on their way into the box */
    call->dialog = sheet_dialog_open(call->app, &call->screen,
                                     &(struct sheet_dialog){.title = _("New customer"),
                                                            .fields = call->customer_fields,
                                                            .nfields = customer_fields(call, entity),
                                                            .values = values,
                                                            .whole = true,
                                                            .submit = submit,
                                                            .context = call});
    json_decref(values);
}
