#include "client/desks/fleet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/desks/age.h"
#include "client/desks/order.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "wire/json.h"

/* OLD_SECONDS until the rows say what the house has set. */
enum { PAGE_ROWS = 250, STALE_MOST = 100, COALESCE_MS = 100, OLD_SECONDS = 300 };
enum { TICK_SECONDS = 5, CHANGED_MS = 5000 };

static const char *const names[] = {"code",      "plate",       "type",        "owner",      "state",
                                    "branch_id", "lon",         "driver_id",   "order_id",   "lat",
                                    "speed",     "position_at", "position_by", "stale_after"};

/* ---- the vehicles, each in its place */

struct vehicle_item *fleet_find(const struct fleet *fleet, int64_t id)
{
    vec_each(struct vehicle_item, item, &fleet->items)
    {
        if (item->id == id)
            return item;
    }
    return NULL;
}

/* The row goes with it. */
static struct vehicle_item take_out(struct fleet *fleet, struct vehicle_item *item)
{
    struct vehicle_item taken = *item;
    size_t at = (size_t)(item - fleet->items.items);
    memmove(item, item + 1, (fleet->items.count - at - 1) * sizeof(*item));
    fleet->items.count--;
    return taken;
}

static int compare(const void *one, const void *other)
{
    const struct vehicle_item *a = one, *b = other;
    if (isnan(a->rank) != isnan(b->rank))
        return isnan(a->rank) ? 1 : -1;
    if (!isnan(a->rank) && a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return strcmp(order_text(a->row, "code"), order_text(b->row, "code"));
}

static void insert(struct fleet *fleet, const struct vehicle_item *item)
{
    vec_push(&fleet->items, *item);
    struct vehicle_item *items = fleet->items.items;
    size_t at = fleet->items.count - 1;
    for (; at > 0 && compare(&items[at - 1], item) > 0; at--)
        items[at] = items[at - 1];
    items[at] = *item;
}

static double rank_of(const struct fleet *fleet, const struct vehicle_item *item)
{
    return fleet->ops->rank ? fleet->ops->rank(fleet, item) : 0;
}

void fleet_sort(struct fleet *fleet)
{
    vec_each(struct vehicle_item, item, &fleet->items) item->rank = rank_of(fleet, item);
    if (fleet->items.count)
        qsort(fleet->items.items, fleet->items.count, sizeof(fleet->items.items[0]), compare);
    fleet_show(fleet);
}

/* A place that came by itself is newer than one in a row that was asked for before. */
static void take_place(struct vehicle_item *item, const json_t *row)
{
    struct instant at = order_time(row, "position_at");
    if (!instant_is_nil(item->position_at) && (instant_is_nil(at) || at.us < item->position_at.us))
        return;
    item->at = (struct point){order_real(row, "lon"), order_real(row, "lat")};
    item->position_at = at;
    item->speed = order_real(row, "speed");
}

static void put(struct fleet *fleet, const json_t *row, bool by_itself)
{
    struct vehicle_item *old = fleet_find(fleet, order_number(row, "id"));
    struct vehicle_item item = {.at = {NAN, NAN}, .position_at = INSTANT_NIL, .speed = NAN};
    bool known = old != NULL;
    if (known)
        item = take_out(fleet, old);
    bool changed = by_itself && (!known || order_number(row, "version") > item.version);
    json_decref(item.row);
    item.row = json_deep_copy(row);
    item.id = order_number(row, "id");
    item.version = order_number(row, "version");
    item.read = true;
    if (changed && !item.pending && !item.mine)
        item.changed_ms = time_monotonic_ms();
    item.mine = false;
    take_place(&item, row);
    item.rank = rank_of(fleet, &item);
    if (order_number(row, "stale_after") != NIL)
        fleet->old_after = order_number(row, "stale_after");
    insert(fleet, &item);
}

static void drop(struct fleet *fleet, struct vehicle_item *item)
{
    json_decref(take_out(fleet, item).row);
}

/* ---- asking: one thing at a time, pages or what is stale */

static json_t *list_args(const struct fleet *fleet, json_t *filter)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < array_len(names); i++)
        if (catalogue_field(fleet->entity, names[i]))
            json_array_append_new(columns, json_string(names[i]));
    json_object_set_new(filter, "disabled_at", json_pack("{s:b}", "null", 1));
    return json_pack("{s:o, s:o, s:i, s:[s]}", "filter", filter, "columns", columns, "limit", (int)PAGE_ROWS,
                     "sort", "code");
}

/* What was not among the pages is not there any more. */
static void sweep(struct fleet *fleet)
{
    for (size_t i = fleet->items.count; i-- > 0;)
        if (!fleet->items.items[i].read)
            drop(fleet, &fleet->items.items[i]);
    fleet->answered = true;
}

static void ask_page(struct fleet *fleet, const char *after);

static void on_row(struct screen *screen, const json_t *row, void *context)
{
    (void)screen;
    if (!json_object_get(row, "id"))
        return; /* progress */
    put(context, row, false);
    fleet_show(context);
}

static void on_page(struct screen *screen, const struct answer *answer, void *context)
{
    struct fleet *fleet = context;
    const char *next = json_string_value(json_object_get(answer->object, "next"));
    size_t i;
    const json_t *row;
    (void)screen;
    fleet->asked = 0;
    if (answer->code != ERR_NONE) {
        answer_say(fleet->app, fleet->entity, answer);
        return;
    }
    json_array_foreach(json_object_get(answer->object, "rows"), i, row) put(fleet, row, false);
    if (next)
        ask_page(fleet, next);
    else
        sweep(fleet);
    fleet_show(fleet);
    if (fleet->stale.count)
        later_by(&fleet->later, 0);
}

static void ask_page(struct fleet *fleet, const char *after)
{
    json_t *args = list_args(fleet, json_object());
    if (after)
        json_object_set_new(args, "after", json_string(after));
    fleet->asked = ask(fleet->app, fleet->screen, "vehicle.list", args, CALL_READ, on_row, on_page, fleet);
}

void fleet_read(struct fleet *fleet)
{
    if (!fleet->entity)
        return;
    if (fleet->asked)
        ask_cancel(fleet->app, fleet->asked);
    vec_clear(&fleet->stale);
    fleet->asking = 0;
    vec_each(struct vehicle_item, item, &fleet->items) item->read = false;
    ask_page(fleet, NULL);
}

static void on_stale(struct screen *screen, const struct answer *answer, void *context)
{
    struct fleet *fleet = context;
    const json_t *rows = json_object_get(answer->object, "rows"), *row;
    int64_t *ids = fleet->stale.items;
    size_t i, asked = fleet->asking;
    (void)screen;
    fleet->asked = fleet->asking = 0;
    if (answer->code != ERR_NONE)
        return; /* with the next ones */
    json_array_foreach(rows, i, row) put(fleet, row, true);
    for (i = 0; i < asked; i++) {
        struct vehicle_item *gone = order_is_among(rows, ids[i]) ? NULL : fleet_find(fleet, ids[i]);
        if (gone)
            drop(fleet, gone);
    }
    fleet->stale.count -= asked;
    memmove(ids, ids + asked, fleet->stale.count * sizeof(*ids));
    fleet_show(fleet);
    if (fleet->stale.count)
        later_by(&fleet->later, 0);
}

static void ask_stale(void *context)
{
    struct fleet *fleet = context;
    if (fleet->asked || !fleet->stale.count)
        return; /* what is asked for comes back to it */
    json_t *ids = json_array();
    fleet->asking = MIN(fleet->stale.count, (size_t)STALE_MOST);
    for (size_t i = 0; i < fleet->asking; i++)
        json_array_append_new(ids, json_integer(fleet->stale.items[i]));
    json_t *args = list_args(fleet, json_pack("{s:{s:o}}", "id", "in", ids));
    fleet->asked = ask(fleet->app, fleet->screen, "vehicle.list", args, CALL_READ, NULL, on_stale, fleet);
}

/* One that is asked for just now may have been read before the change: it is asked for again. */
static void add_stale(struct fleet *fleet, int64_t id)
{
    for (size_t i = fleet->asking; i < fleet->stale.count; i++)
        if (fleet->stale.items[i] == id)
            return;
    vec_push(&fleet->stale, id);
}

void fleet_heard(struct fleet *fleet, const struct live_event events[], size_t count)
{
    if (!fleet->entity)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct vehicle_item *item = fleet_find(fleet, events[i].id);
        if (!item || events[i].version == NIL || events[i].version > item->version)
            add_stale(fleet, events[i].id);
    }
    if (count == 0 || fleet->stale.count - fleet->asking > STALE_MOST)
        fleet_read(fleet);
    else if (fleet->stale.count)
        later_by(&fleet->later, COALESCE_MS);
}

/* ---- commands, places, time */

void fleet_begin(struct fleet *fleet, int64_t id)
{
    struct vehicle_item *item = fleet_find(fleet, id);
    if (!item)
        return;
    item->pending++;
    item->failed = false;
}

void fleet_end(struct fleet *fleet, int64_t id, bool refused)
{
    struct vehicle_item *item = fleet_find(fleet, id);
    if (item) {
        item->pending -= item->pending > 0;
        item->failed = refused;
        item->mine = !refused;
    }
    add_stale(fleet, id);
    later_by(&fleet->later, 0);
}

void fleet_moved(struct fleet *fleet, const json_t *rows)
{
    size_t i;
    const json_t *row;
    bool any = false;
    json_array_foreach(rows, i, row)
    {
        struct vehicle_item *item = fleet_find(fleet, order_number(row, "id"));
        struct instant at = order_time(row, "at");
        if (!item || instant_is_nil(at) ||
            (!instant_is_nil(item->position_at) && at.us < item->position_at.us))
            continue;
        item->at = (struct point){order_real(row, "lon"), order_real(row, "lat")};
        item->position_at = at;
        item->speed = order_real(row, "speed") * 3.6; /* m/s */
        any = true;
    }
    if (any)
        fleet_show(fleet);
}

unsigned fleet_tick(struct fleet *fleet, int64_t now_ms)
{
    struct instant now = time_now();
    bool due = now.us / US_PER_SECOND / TICK_SECONDS != fleet->now.us / US_PER_SECOND / TICK_SECONDS;
    vec_each(struct vehicle_item, item, &fleet->items)
    {
        if (!item->changed_ms || now_ms - item->changed_ms <= CHANGED_MS)
            continue;
        item->changed_ms = 0;
        due = true;
    }
    if (!due)
        return 0;
    fleet->now = now;
    fleet->ops->changed(fleet);
    return SCREEN_REDRAW;
}

const char *fleet_state(const struct vehicle_item *item)
{
    return order_text(item->row, "state");
}

bool fleet_is_old(const struct fleet *fleet, const struct vehicle_item *item)
{
    int64_t age = age_between(item->position_at, fleet->now);
    return age == NIL || age > fleet->old_after;
}

/* ---- its life */

void fleet_init(struct fleet *fleet, struct app_context *app, struct screen *screen,
                const struct fleet_ops *ops)
{
    *fleet = (struct fleet){.app = app, .screen = screen, .ops = ops, .old_after = OLD_SECONDS};
    if (app_may(app, "vehicle.list"))
        fleet->entity = catalogue_entity(app->catalogue, "vehicle");
    fleet->now = time_now();
    fleet->arena = arena_create(0);
    table_init(&fleet->table, &fleet_model, fleet);
    later_init(&fleet->later, app, ask_stale, fleet);
    fleet_name_columns(fleet);
}

void fleet_finish(struct fleet *fleet)
{
    later_finish(&fleet->later);
    vec_each(struct vehicle_item, item, &fleet->items) json_decref(item->row);
    vec_finish(&fleet->items);
    vec_finish(&fleet->shown);
    vec_finish(&fleet->stale);
    table_finish(&fleet->table);
    free(fleet->match);
    arena_destroy(fleet->arena);
}
