/* What the intake learns while it is being typed: the price, who is calling, where the districts are. */
#include <stdlib.h>
#include <string.h>

#include "client/desks/call-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "wire/json.h"

enum { PRICE_MS = 400, DISTRICT_ROWS = 500 };

/* ---- the price */

static void put_value(struct call *call, json_t *args, const char *name)
{
    struct sheet_entry *entry = sheet_find(&call->sheet, name);
    if (entry && entry->value)
        json_object_set_new(args, name, value_to_json(entry->field, entry->value));
}

static void put_point(json_t *args, struct point point, const char *lon, const char *lat)
{
    if (!point_is_valid(point))
        return;
    json_object_set_new(args, lon, json_real(point.lon));
    json_object_set_new(args, lat, json_real(point.lat));
}

/* The facts the price is made of, as arguments; NULL: not enough of them. */
static json_t *price_args(struct call *call)
{
    static const char *const facts[] = {"customer_id",   "branch_id",   "service",    "plate",
                                        "contact_phone", "estimate_km", "appoint_at", "policy_number"};
    const struct place_district *district;
    if (!sheet_value(&call->sheet, "customer_id") || !sheet_value(&call->sheet, "service"))
        return NULL;
    json_t *args = json_object();
    for (size_t i = 0; i < array_len(facts); i++)
        put_value(call, args, facts[i]);
    call_payers_put(call, args);
    put_point(args, call_place(call, call_typed(call, "coordinates"), call_typed(call, "place"), &district),
              "lon", "lat");
    put_point(args,
              call_place(call, call_typed(call, "destination_coordinates"), call_typed(call, "destination"),
                         &district),
              "destination_lon", "destination_lat");
    return args;
}

static void drop_price(struct call *call)
{
    json_decref(call->price);
    free(call->price_trouble);
    call->price = NULL;
    call->price_trouble = NULL;
}

static void on_price(struct screen *screen, const struct answer *answer, void *context)
{
    struct call *call = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)screen;
    call->asked_price = 0;
    drop_price(call);
    if (answer->code == ERR_NONE)
        call->price = json_deep_copy(answer->object);
    else
        call->price_trouble = memory_strdup(answer_text(arena, call->entity, answer));
}

static void ask_price(void *context)
{
    struct call *call = context;
    json_t *args = price_args(call);
    if (call->asked_price)
        ask_cancel(call->app, call->asked_price);
    call->asked_price = 0;
    if (args)
        call->asked_price =
            ask(call->app, &call->screen, "rescue.estimate", args, CALL_READ, NULL, on_price, call);
    else
        drop_price(call);
    ui_redraw(call->app->ui);
}

static void price_changed(struct call *call)
{
    struct str text cleanup(cleanup_str);
    json_t *args = price_args(call);
    str_init(&text, NULL);
    if (args)
        json_write(args, &text);
    json_decref(args);
    if (strcmp(text.data, call->priced ? call->priced : "") == 0)
        return;
    free(call->priced);
    call->priced = memory_strdup(text.data);
    later_set(&call->facts, PRICE_MS);
}

void call_facts_init(struct call *call)
{
    later_init(&call->facts, call->app, ask_price, call);
    caller_init(&call->caller, call->app, &call->screen, call_learned);
}

/* The next form knows nothing of the caller before: an answer that is still out is not for it. */
void call_facts_forget(struct call *call)
{
    caller_finish(&call->caller);
    caller_init(&call->caller, call->app, &call->screen, call_learned);
    free(call->contact_filled);
    call->contact_filled = NULL;
    call->customer_filled = false;
    json_decref(call->car);
    call->car = NULL;
}

void call_facts_changed(struct call *call)
{
    price_changed(call);
    caller_tell(&call->caller, call_typed(call, "contact_phone"), call_typed(call, "plate"));
}

/* ---- the caller */

static bool being_typed(struct call *call, const char *name)
{
    const struct sheet_entry *entry = sheet_current(&call->sheet);
    return entry && strcmp(entry->field->name, name) == 0 && call->sheet.editing && call->sheet.edited;
}

/* The contact comes and goes with the customer, unless it was typed. */
static void fill_contact(struct call *call, const char *name)
{
    const char *now = call_typed(call, "contact_name");
    if (now && (!call->contact_filled || strcmp(now, call->contact_filled) != 0))
        return;
    sheet_set(&call->sheet, "contact_name", name, NULL);
    free(call->contact_filled);
    call->contact_filled = name ? memory_strdup(name) : NULL;
}

static void fill_customer(struct call *call, const json_t *customer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *id = customer ? value_of_json(arena, json_object_get(customer, "id")) : NULL;
    const char *name = order_text(customer, "name");
    call->filling = true;
    sheet_set(&call->sheet, "customer_id", id, name);
    fill_contact(call, id && strcmp(order_text(customer, "kind"), "person") == 0 ? name : NULL);
    call->filling = false;
    call->customer_filled = id != NULL;
}

/* A plate we know brings its car, and takes it along when it turns out to be another; what was typed stays. */
static void fill_car(struct call *call)
{
    static const char *const names[] = {"car_model", "colour", "vin"};
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    json_t *known = json_array_get(call->caller.known[CALLER_PLATE].orders, 0);
    if (call->saving || order_number(known, "id") == order_number(call->car, "id"))
        return;
    call->filling = true;
    for (size_t i = 0; i < array_len(names); i++) {
        const struct sheet_entry *entry = sheet_find(&call->sheet, names[i]);
        const char *now = value_of_json(arena, json_object_get(known, names[i])),
                   *was = value_of_json(arena, json_object_get(call->car, names[i]));
        bool ours = entry && entry->value && was && strcmp(entry->value, was) == 0;
        if (entry && !being_typed(call, names[i]) && (entry->value ? ours : now != NULL))
            sheet_set(&call->sheet, names[i], now, NULL);
    }
    call->filling = false;
    json_decref(call->car);
    call->car = json_incref(known);
}

/* Nothing that was chosen by hand is touched. */
void call_learned(struct screen *screen)
{
    struct call *call = call_of(screen);
    const json_t *customer = caller_customer(&call->caller);
    bool free_field = !sheet_value(&call->sheet, "customer_id") || call->customer_filled;
    if (!call->saving && free_field && !being_typed(call, "customer_id") &&
        (customer || call->customer_filled))
        fill_customer(call, customer);
    fill_car(call);
    if (call->jumping)
        call_jump(call);
    call_facts_changed(call);
    ui_redraw(call->app->ui);
}

/* ---- the districts */

static void read_page(struct call *call, const char *after);
static void read_landmarks(struct call *call, const char *after);

static void on_district(struct screen *screen, const json_t *row, void *context)
{
    struct call *call = context;
    json_t *rows = json_array();
    (void)screen;
    json_array_append(rows, (json_t *)row);
    places_add(&call->places, rows);
    json_decref(rows);
}

static void on_districts(struct screen *screen, const struct answer *answer, void *context)
{
    struct call *call = context;
    const char *next = json_string_value(json_object_get(answer->object, "next"));
    (void)screen;
    if (answer->code != ERR_NONE)
        return;
    places_add(&call->places, json_object_get(answer->object, "rows"));
    if (next)
        read_page(call, next);
    call_facts_changed(call);
}

static void on_landmarks(struct screen *screen, const struct answer *answer, void *context)
{
    struct call *call = context;
    const char *next = json_string_value(json_object_get(answer->object, "next"));
    (void)screen;
    if (answer->code != ERR_NONE)
        return;
    places_add(&call->places, json_object_get(answer->object, "rows"));
    if (next)
        read_landmarks(call, next);
    call_facts_changed(call);
}

static void read_page(struct call *call, const char *after)
{
    json_t *args =
        json_pack("{s:{s:{s:b}}, s:[s,s,s,s,s,s,s,s], s:[s], s:i}", "filter", "disabled_at", "null", 1,
                  "columns", "code", "parent_code", "level", "name_en", "name_zh_cn", "name_zh_tw",
                  "place_lon", "place_lat", "sort", "code", "limit", (int)DISTRICT_ROWS);
    if (after)
        json_object_set_new(args, "after", json_string(after));
    ask(call->app, &call->screen, "district.list", args, CALL_READ, on_district, on_districts, call);
}

static void read_landmarks(struct call *call, const char *after)
{
    json_t *args = json_pack("{s:{s:{s:b}}, s:[s,s,s,s,s,s,s], s:[s], s:i}", "filter", "disabled_at", "null",
                             1, "columns", "name_en", "name_zh_cn", "name_zh_tw", "district_code", "address",
                             "place_lon", "place_lat", "sort", "id", "limit", (int)DISTRICT_ROWS);
    if (after)
        json_object_set_new(args, "after", json_string(after));
    ask(call->app, &call->screen, "landmark.list", args, CALL_READ, on_district, on_landmarks, call);
}

void call_read_places(struct call *call)
{
    if (app_may(call->app, "landmark.list"))
        read_landmarks(call, NULL);
    if (app_may(call->app, "district.list"))
        read_page(call, NULL);
}
