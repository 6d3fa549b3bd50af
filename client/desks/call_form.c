/* The fields of the intake in the order of the talk, and saving them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "client/desks/call-private.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "client/views/value_text.h"

/* Coordinates are pasted in one piece; the order keeps them in two fields. */
static const struct field coordinates = {
    .name = "coordinates",
    .label = N_("Coordinates"),
    .type = FIELD_TEXT,
    .max = 200, /* a map's link is long */
    .help = N_("Longitude and latitude, pasted from a map or a message in any usual form. Empty: the "
               "district in the address."),
};
static const struct field destination_coordinates = {
    .name = "destination_coordinates",
    .label = N_("Dest. coord."),
    .type = FIELD_TEXT,
    .max = 200,
    .help = N_("Of the destination, in any usual form. Empty: the district in its address."),
};

/* Phone first: it says who is calling before they have spelt their name. */
static const char *const names[] = {"contact_phone",
                                    "customer_id",
                                    "contact_name",
                                    "plate",
                                    "car_model",
                                    "colour",
                                    "place",
                                    "coordinates",
                                    "road",
                                    "service",
                                    "destination",
                                    "destination_coordinates",
                                    "appoint_at",
                                    "principal",
                                    "external_number",
                                    "policy_number",
                                    "remarks",
                                    "charges",
                                    "vin",
                                    "estimate_km",
                                    "branch_id",
                                    NULL};

static void field_changed(struct sheet *sheet, struct sheet_entry *entry)
{
    struct call *call = container_of(sheet, struct call, sheet);
    bool customer = strcmp(entry->field->name, "customer_id") == 0;
    if (!call->filling && customer)
        call->customer_filled = false;
    if (customer || (!call->filling && strcmp(entry->field->name, "charges") == 0))
        call_payers_complete(call);
}

static bool is_point(const char *name)
{
    return strcmp(name, coordinates.name) == 0 || strcmp(name, destination_coordinates.name) == 0;
}

/* Coordinates are judged where they are typed, and stand there as they will be saved. */
static const char *judge(struct sheet *sheet, const struct sheet_entry *entry, struct arena *arena,
                         const char **value)
{
    struct point point = {NAN, NAN};
    char text[64];
    (void)sheet;
    if (!is_point(entry->field->name))
        return NULL;
    const char *wrong = place_fault_text(place_read(*value, &point));
    if (wrong)
        return _(wrong);
    *value = arena_strdup(arena, place_print(text, sizeof(text), point));
    return NULL;
}

static const struct sheet_ops sheet_ops = {.changed = field_changed, .judge = judge};

void call_add_fields(struct call *call)
{
    sheet_init(&call->sheet, call->app, &call->screen, &sheet_ops);
    for (size_t i = 0; names[i]; i++) {
        const struct field *field = catalogue_field(call->entity, names[i]);
        if (strcmp(names[i], coordinates.name) == 0)
            field = &coordinates;
        else if (strcmp(names[i], destination_coordinates.name) == 0)
            field = &destination_coordinates;
        if (strcmp(names[i], "charges") == 0)
            call_payers_add(call);
        else if (field)
            sheet_add(&call->sheet, field);
    }
    sheet_defaults(&call->sheet);
    sheet_focus(&call->sheet, "contact_phone");
}

static void fill_point(struct call *call, const char *name, const json_t *values, const char *lon,
                       const char *lat)
{
    char text[64];
    struct point point = {order_real(values, lon), order_real(values, lat)};
    if (point_is_valid(point))
        sheet_set(&call->sheet, name, place_print(text, sizeof(text), point), NULL);
}

void call_fill(struct call *call, const json_t *values)
{
    call->filling = true;
    sheet_fill(&call->sheet, values);
    fill_point(call, coordinates.name, values, "lon", "lat");
    fill_point(call, destination_coordinates.name, values, "destination_lon", "destination_lat");
    call->filling = false;
}

const char *call_typed(struct call *call, const char *name)
{
    struct sheet_entry *entry = sheet_find(&call->sheet, name);
    if (!entry)
        return NULL;
    bool here = entry == sheet_current(&call->sheet) && call->sheet.editing && call->sheet.edited;
    enum field_type type = field_type_of(entry->field);
    if (here && type != FIELD_NOTE && type != FIELD_REF && type != FIELD_CHOICE)
        return input_empty(&call->sheet.input) ? NULL : input_text(&call->sheet.input);
    return entry->typed && type != FIELD_REF && type != FIELD_CHOICE ? entry->typed : entry->value;
}

struct point call_place(struct call *call, const char *typed, const char *address,
                        const struct place_district **district_r)
{
    struct point point = {NAN, NAN};
    *district_r = NULL;
    if (typed && *typed)
        return place_parse(typed, &point) ? point : (struct point){NAN, NAN};
    *district_r = address ? places_find(&call->places, address) : NULL;
    return *district_r ? (*district_r)->at : point;
}

void call_next_field(struct call *call)
{
    struct key key = key_code(K_TAB);
    sheet_key(&call->sheet, &key);
}

/* The point of an address is known by its district. */
static bool is_known(struct call *call, const struct sheet_entry *entry)
{
    const struct place_district *district = NULL;
    if (strcmp(entry->field->name, coordinates.name) == 0)
        call_place(call, NULL, call_typed(call, "place"), &district);
    return entry->value || district;
}

void call_jump(struct call *call)
{
    for (size_t i = 0; i < call->sheet.entries.count; i++) {
        const struct sheet_entry *entry = sheet_current(&call->sheet);
        if (!entry || entry->typed || (call->sheet.editing && call->sheet.edited) || !is_known(call, entry))
            return;
        call_next_field(call);
    }
}

/* ---- copying */

static const json_t *copy_source(const struct call *call)
{
    const json_t *last = caller_last(&call->caller);
    if (!last && caller_is_asked(&call->caller))
        return NULL; /* another's car is not this caller's */
    return last ? last : call->last;
}

bool call_copy_offered(struct call *call)
{
    const struct sheet_entry *entry = sheet_current(&call->sheet);
    const json_t *value = entry ? json_object_get(copy_source(call), entry->field->name) : NULL;
    bool none = json_is_null(value) || (json_is_array(value) && !json_array_size(value));
    return value && !none && !entry->field->pii;
}

void call_copy_field(struct call *call)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *from = copy_source(call);
    const char *name = sheet_current(&call->sheet)->field->name;
    if (strcmp(name, "charges") == 0) {
        call_payers_copy(call, from);
        call_next_field(call);
        return;
    }
    sheet_set(&call->sheet, name, value_of_json(arena, json_object_get(from, name)),
              order_text(from, label_name(arena, name)));
    if (strcmp(name, "place") == 0)
        fill_point(call, coordinates.name, from, "lon", "lat");
    if (strcmp(name, "destination") == 0)
        fill_point(call, destination_coordinates.name, from, "destination_lon", "destination_lat");
    call_next_field(call);
}

/* What belongs to that job alone is not copied. */
static bool is_of_job(const char *name)
{
    static const char *const own[] = {"appoint_at", "external_number", "remarks", "contact_phone", "charges"};
    for (size_t i = 0; i < array_len(own); i++)
        if (strcmp(own[i], name) == 0)
            return true;
    return false;
}

bool call_copy_all_offered(struct call *call)
{
    return !call->saving && copy_source(call) != NULL;
}

void call_copy_all(struct call *call)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *from = copy_source(call);
    bool place = !sheet_value(&call->sheet, "place"), destination = !sheet_value(&call->sheet, "destination");
    sheet_commit(&call->sheet);
    for (size_t i = 0; names[i]; i++) {
        const struct sheet_entry *entry = sheet_find(&call->sheet, names[i]);
        const json_t *value = json_object_get(from, names[i]);
        if (!entry || entry->value || entry->field->pii || is_of_job(names[i]) || !value ||
            json_is_null(value))
            continue;
        sheet_set(&call->sheet, names[i], value_of_json(arena, value),
                  order_text(from, label_name(arena, names[i])));
    }
    if (place)
        fill_point(call, coordinates.name, from, "lon", "lat");
    if (destination)
        fill_point(call, destination_coordinates.name, from, "destination_lon", "destination_lat");
    ui_say(call->app->ui, ROLE_NORMAL, _("Copied from order %s"), order_text(from, "number"));
}

/* ---- saving */

static void put_point(struct call *call, json_t *args, const char *typed, const char *address,
                      const char *lon, const char *lat)
{
    const struct place_district *district;
    struct point point =
        call_place(call, sheet_value(&call->sheet, typed), sheet_value(&call->sheet, address), &district);
    json_object_del(args, typed);
    if (!point_is_valid(point))
        return;
    json_object_set_new(args, lon, json_real(point.lon));
    json_object_set_new(args, lat, json_real(point.lat));
}

/* After an unknown outcome the same form is the same command: its key goes with it again. */
static void put_key(struct call *call, json_t *args)
{
    char key[37];
    json_t *before = call->unsure ? json_deep_copy(call->unsure) : NULL;
    uuid_v7(key);
    if (before) {
        const char *used = order_text(call->unsure, "key");
        json_object_del(before, "key");
        if (json_equal(before, args))
            memcpy(key, used, MIN(strlen(used) + 1, sizeof(key)));
        json_decref(before);
    }
    json_object_set_new(args, "key", json_string(key));
    json_decref(call->unsure);
    call->unsure = json_deep_copy(args);
}

static void on_number(struct screen *screen, const struct answer *answer, void *context)
{
    struct call *call = context;
    const char *number = order_text(answer->object, "number");
    (void)screen;
    if (answer->code != ERR_NONE || !*number)
        return;
    snprintf(call->saved_number, sizeof(call->saved_number), "%s", number);
    ui_say(call->app->ui, ROLE_GOOD, _("Order %s is saved"), number);
}

static void clear(struct call *call)
{
    sheet_finish(&call->sheet);
    call->rest_payer = 0;
    call_facts_forget(call);
    call_add_fields(call);
    call_facts_changed(call);
}

static void saved(struct call *call, int64_t id)
{
    dialog_withdraw(call->app->ui, call->question);
    json_decref(call->last);
    call->last = call->unsure;
    call->unsure = NULL;
    call_payers_remember(call, call->last);
    const struct sheet_entry *customer = sheet_find(&call->sheet, "customer_id");
    if (customer && customer->label)
        json_object_set_new(call->last, "customer_label", json_string(customer->label));
    call->saved_id = id;
    call->other_id = NIL;
    *call->saved_number = '\0';
    clear(call);
    ui_say(call->app->ui, ROLE_GOOD, "%s", _("The order is saved"));
    ask(call->app, &call->screen, "rescue.get", json_pack("{s:I}", "id", (json_int_t)id), CALL_READ, NULL,
        on_number, call);
}

static const char *own_field(const char *name)
{
    if (strcmp(name, "lon") == 0 || strcmp(name, "lat") == 0)
        return coordinates.name;
    if (strcmp(name, "destination_lon") == 0 || strcmp(name, "destination_lat") == 0)
        return destination_coordinates.name;
    return name;
}

static void on_other(void *context, const struct dialog_answer *answer)
{
    struct call *call = context;
    if (answer->key == 'y')
        form_open(call->app, call->entity, call->other_id);
}

/* The case number stands on another order: that is the one the caller means, most of the time. */
static void tell_other(struct call *call, const json_t *other)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    call->other_id = order_number(other, "id");
    if (call->other_id != NIL)
        dialog_yes_no(call->app->ui, _("New rescue order"),
                      arena_printf(arena, _("Order %s has this case number already. Open it?"),
                                   order_text(other, "number")),
                      false, on_other, call);
}

static void on_saved(struct screen *screen, const struct answer *answer, void *context)
{
    struct call *call = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)screen;
    call->saving = false;
    if (answer->code == ERR_NONE) {
        saved(call, order_number(answer->object, "id"));
        return;
    }
    if (answer->code != ERR_UNKNOWN_OUTCOME) {
        json_decref(call->unsure);
        call->unsure = NULL;
    }
    const char *field = own_field(order_text(answer->object, "field")),
               *words = answer_text(arena, call->entity, answer);
    if (!sheet_accuse(&call->sheet, field, words)) /* "charges.2.payer_id" */
        sheet_accuse_line(&call->sheet, field, words);
    answer_say(call->app, call->entity, answer);
    tell_other(call, json_object_get(answer->object, "other"));
}

void call_save(struct call *call)
{
    if (call->saving || !sheet_check(&call->sheet))
        return;
    json_t *args = sheet_changes(&call->sheet, true);
    put_point(call, args, coordinates.name, "place", "lon", "lat");
    put_point(call, args, destination_coordinates.name, "destination", "destination_lon", "destination_lat");
    call_payers_put(call, args);
    put_key(call, args);
    call->saving = true;
    ask(call->app, &call->screen, "rescue.create", args, CALL_CHANGES, NULL, on_saved, call);
}
