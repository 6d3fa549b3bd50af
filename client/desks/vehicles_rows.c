#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/desks/order.h"
#include "client/desks/vehicles-private.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "wire/json.h"

enum { PAGE_ROWS = 250, STALE_MOST = 100 };

struct vehicle_item *vehicles_find(struct vehicles *desk, int64_t id)
{
    vec_each(struct vehicle_item, item, &desk->items)
    {
        if (item->id == id)
            return item;
    }
    return NULL;
}

struct vehicle_item *vehicles_current(struct vehicles *desk)
{
    return table_has_row(&desk->table) ? &desk->items.items[desk->shown.items[desk->table.cursor]] : NULL;
}

void vehicles_forget(struct vehicles *desk)
{
    vec_each(struct vehicle_item, item, &desk->items) json_decref(item->row);
    vec_clear(&desk->items);
    vec_clear(&desk->shown);
}

/* ---- what is shown */

static bool holds(const json_t *row, const char *words)
{
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)row, name, value)
    {
        if (json_is_string(value) && strcasestr(json_string_value(value), words))
            return true;
    }
    return false;
}

static bool wanted(const struct vehicles *desk, const struct vehicle_item *item)
{
    const struct choice *states = desk->entity->states;
    if (desk->state >= 0 && strcmp(states[desk->state].code, vehicles_state(item)) != 0)
        return false;
    return !desk->match || holds(item->row, desk->match);
}

void vehicles_filter(struct vehicles *desk)
{
    vec_clear(&desk->shown);
    for (size_t i = 0; i < desk->items.count; i++)
        if (wanted(desk, &desk->items.items[i]))
            vec_push(&desk->shown, i);
    table_changed(&desk->table);
    vehicles_mark(desk);
    ui_redraw(desk->app->ui);
}

/* ---- rows */

static void take_out(struct vehicles *desk, struct vehicle_item *item)
{
    size_t at = (size_t)(item - desk->items.items);
    json_decref(item->row);
    memmove(item, item + 1, (desk->items.count - at - 1) * sizeof(*item));
    desk->items.count--;
}

static void insert(struct vehicles *desk, const struct vehicle_item *item)
{
    const char *code = order_text(item->row, "code");
    vec_push(&desk->items, *item);
    struct vehicle_item *items = desk->items.items;
    size_t at = desk->items.count - 1;
    for (; at > 0 && strcmp(order_text(items[at - 1].row, "code"), code) > 0; at--)
        items[at] = items[at - 1];
    items[at] = *item;
}

/* A place that came by itself is newer than one in a row that was asked for before. */
static void take_place(struct vehicle_item *item, const json_t *row)
{
    struct instant at = order_time(row, "position_at");
    if (!instant_is_nil(item->position_at) && (instant_is_nil(at) || at.us < item->position_at.us))
        return;
    item->at = (struct point){order_real(row, "lon"), order_real(row, "lat")};
    item->position_at = at;
    int64_t speed = order_number(row, "speed");
    item->speed = speed == NIL ? NAN : (double)speed;
}

static void put(struct vehicles *desk, const json_t *row, bool by_itself)
{
    struct vehicle_item *old = vehicles_find(desk, order_number(row, "id"));
    struct vehicle_item item = {
        .id = order_number(row, "id"), .at = {NAN, NAN}, .position_at = INSTANT_NIL, .speed = NAN};
    if (old) {
        item = *old;
        json_incref(old->row);
        take_out(desk, old);
        json_decref(item.row);
    }
    bool changed = by_itself && (!old || order_number(row, "version") > item.version);
    item.row = json_deep_copy(row);
    item.version = order_number(row, "version");
    if (changed && !item.pending)
        item.changed_ms = time_monotonic_ms();
    take_place(&item, row);
    if (order_number(row, "stale_after") != NIL)
        desk->stale_after = order_number(row, "stale_after");
    insert(desk, &item);
}

/* ---- asking */

static json_t *list_args(const struct vehicles *desk, json_t *filter)
{
    static const char *const names[] = {"code",     "plate", "state",       "branch_id",   "driver_id",
                                        "order_id", "lon",   "lat",         "position_at", "speed",
                                        "type",     "owner", "position_by", "stale_after"};
    json_t *columns = json_array();
    for (size_t i = 0; i < array_len(names); i++)
        if (catalogue_field(desk->entity, names[i]))
            json_array_append_new(columns, json_string(names[i]));
    json_object_set_new(filter, "disabled_at", json_pack("{s:b}", "null", 1));
    return json_pack("{s:o, s:o, s:i, s:[s]}", "filter", filter, "columns", columns, "limit", (int)PAGE_ROWS,
                     "sort", "code");
}

static void ask_page(struct vehicles *desk, const char *after);

/* What was shown stays until the first of the new rows is here. */
static void begin(struct vehicles *desk)
{
    if (desk->replacing)
        vehicles_forget(desk);
    desk->replacing = false;
}

static void on_row(struct screen *screen, const json_t *row, void *context)
{
    (void)screen;
    begin(context);
    if (json_object_get(row, "id"))
        put(context, row, false);
}

static void on_page(struct screen *screen, const struct answer *answer, void *context)
{
    struct vehicles *desk = context;
    size_t i;
    const json_t *row;
    (void)screen;
    desk->asked = 0;
    if (answer->code != ERR_NONE) {
        answer_say(desk->app, desk->entity, answer);
        return;
    }
    begin(desk);
    json_array_foreach(json_object_get(answer->object, "rows"), i, row) put(desk, row, false);
    desk->answered = true;
    const char *next = json_string_value(json_object_get(answer->object, "next"));
    if (next)
        ask_page(desk, next);
    vehicles_filter(desk);
}

static void ask_page(struct vehicles *desk, const char *after)
{
    json_t *args = list_args(desk, json_object());
    if (after)
        json_object_set_new(args, "after", json_string(after));
    desk->asked = ask(desk->app, &desk->screen, "vehicle.list", args, CALL_READ, on_row, on_page, desk);
}

void vehicles_read(struct vehicles *desk)
{
    if (!desk->entity)
        return;
    if (desk->asked)
        ask_cancel(desk->app, desk->asked);
    desk->replacing = true;
    vec_clear(&desk->stale);
    ask_page(desk, NULL);
}

/* ---- single rows */

static bool among(const json_t *rows, int64_t id)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (order_number(row, "id") == id)
            return true;
    }
    return false;
}

static void ask_stale(struct vehicles *desk);

static void on_stale(struct screen *screen, const struct answer *answer, void *context)
{
    struct vehicles *desk = context;
    const json_t *rows = json_object_get(answer->object, "rows"), *row;
    size_t i;
    (void)screen;
    desk->asked_stale = 0;
    if (answer->code != ERR_NONE)
        return;
    json_array_foreach(rows, i, row) put(desk, row, true);
    size_t asked = MIN(desk->stale.count, (size_t)STALE_MOST);
    for (i = 0; i < asked; i++) {
        struct vehicle_item *gone =
            among(rows, desk->stale.items[i]) ? NULL : vehicles_find(desk, desk->stale.items[i]);
        if (gone)
            take_out(desk, gone);
    }
    memmove(desk->stale.items, desk->stale.items + asked,
            (desk->stale.count - asked) * sizeof(desk->stale.items[0]));
    desk->stale.count -= asked;
    ask_stale(desk);
    vehicles_filter(desk);
}

static void ask_stale(struct vehicles *desk)
{
    if (!desk->entity || !desk->stale.count || desk->asked_stale)
        return;
    json_t *ids = json_array();
    for (size_t i = 0; i < MIN(desk->stale.count, (size_t)STALE_MOST); i++)
        json_array_append_new(ids, json_integer(desk->stale.items[i]));
    desk->asked_stale =
        ask(desk->app, &desk->screen, "vehicle.list",
            list_args(desk, json_pack("{s:{s:o}}", "id", "in", ids)), CALL_READ, NULL, on_stale, desk);
}

void vehicles_refetch(struct vehicles *desk, int64_t id)
{
    /* One that is asked about just now may have been read before the change. */
    vec_push(&desk->stale, id);
    ask_stale(desk);
}

void vehicles_heard(struct vehicles *desk, const struct live_event events[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct vehicle_item *item = vehicles_find(desk, events[i].id);
        if (!item || events[i].version == NIL || events[i].version > item->version)
            vec_push(&desk->stale, events[i].id);
    }
    if (count == 0)
        vehicles_read(desk);
    else
        ask_stale(desk);
}

/* ---- places */

void vehicles_moved(struct vehicles *desk, const json_t *rows)
{
    size_t i;
    const json_t *row;
    bool any = false;
    json_array_foreach(rows, i, row)
    {
        struct vehicle_item *item = vehicles_find(desk, order_number(row, "id"));
        struct instant at = order_time(row, "at");
        if (!item || instant_is_nil(at) ||
            (!instant_is_nil(item->position_at) && at.us < item->position_at.us))
            continue;
        item->at = (struct point){order_real(row, "lon"), order_real(row, "lat")};
        item->position_at = at;
        item->speed = order_real(row, "speed") * 3.6;
        any = true;
    }
    if (!any)
        return;
    vehicles_mark(desk);
    ui_redraw(desk->app->ui);
}
