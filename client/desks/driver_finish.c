/* The end of a job: kilometres by leg, what was used, tolls, money taken. */
#include <string.h>

#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"

/* Tolls are an item like others; a driver looks for them under their own name. */
static const struct field toll = {
    .name = "toll_fen",
    .label = N_("Tolls"),
    .type = FIELD_FEN,
    .help = N_("All tolls together; they are passed on as they are."),
};

static const struct field *arg_of(const struct catalogue_action *action, const char *name)
{
    for (size_t i = 0; i < action->nargs; i++)
        if (strcmp(action->args[i].name, name) == 0)
            return &action->args[i];
    return NULL;
}

static bool has_toll(const struct field *items)
{
    for (size_t i = 0; items && i < items->nline_fields; i++)
        if (strcmp(items->line_fields[i].name, "code") == 0)
            return choice_find(choices_of(&items->line_fields[i]), "toll") != NULL;
    return false;
}

size_t driver_finish_fields(const struct catalogue_action *action, struct field fields[])
{
    static const char *const names[] = {"km_out",    "km_tow",       "km",   "toll_fen", "items",
                                        "taken_fen", "taken_method", "code", "at"};
    size_t count = 0;
    for (size_t i = 0; i < array_len(names); i++) {
        const struct field *field = arg_of(action, names[i]);
        if (strcmp(names[i], toll.name) == 0)
            field = has_toll(arg_of(action, "items")) ? &toll : NULL;
        if (!field)
            continue;
        fields[count] = *field;
        if (strcmp(names[i], "km") == 0)
            fields[count].required = false; /* the legs may say it */
        if (strcmp(names[i], "code") == 0)
            fields[count].label =
                N_("Sign code"); /* in 40 columns it is read whole */
        count++;
    }
    return count;
}

static void add_toll(json_t *args)
{
    int64_t amount = order_number(args, toll.name);
    json_object_del(args, toll.name);
    if (amount == NIL || amount == 0)
        return;
    json_t *items = json_object_get(args, "items");
    if (!items) {
        items = json_array();
        json_object_set_new(args, "items", items);
    }
    json_array_append_new(
        items, json_pack("{s:s, s:i, s:I}", "code", "toll", "quantity", 1, "amount_fen", (json_int_t)amount));
}

/* Charged are the kilometres said, else those of the legs together. */
static bool settle_km(json_t *args)
{
    int64_t out = order_number(args, "km_out"), tow = order_number(args, "km_tow");
    if (order_number(args, "km") != NIL)
        return true;
    if (out == NIL && tow == NIL)
        return false;
    json_object_set_new(args, "km", json_integer((out == NIL ? 0 : out) + (tow == NIL ? 0 : tow)));
    return true;
}

bool driver_finish_args(json_t *args)
{
    if (!settle_km(args))
        return false;
    add_toll(args);
    return true;
}
