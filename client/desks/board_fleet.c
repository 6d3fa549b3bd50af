#include "client/desks/board_fleet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/desks/age.h"
#include "client/desks/offers.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "wire/json.h"

/* OLD_SECONDS until the rows say what the house has set. */
enum { ROWS_MOST = 500, STALE_MOST = 100, COALESCE_MS = 800, OLD_SECONDS = 300 };

enum column { COL_PLATE, COL_STATE, COL_DISTANCE, COL_AGE, COL_DRIVER, COL_ORDER, COL_CODE, COLUMNS };

static const struct {
    const char *title, *field;
    int width, width_max, priority;
} columns[COLUMNS] = {
    [COL_PLATE] = {N_("Plate"), "plate", 9, 10, 0},       [COL_STATE] = {N_("State"), "state", 8, 10, 1},
    [COL_DISTANCE] = {N_("Away"), NULL, 6, 7, 1},         [COL_AGE] = {N_("Seen"), NULL, 5, 6, 2},
    [COL_DRIVER] = {N_("Driver"), "driver_id", 8, 12, 3}, [COL_ORDER] = {N_("Order"), "order_id", 13, 13, 4},
    [COL_CODE] = {N_("Code"), "code", 6, 10, 5},
};

/* ---- the rows */

static struct fleet_row *find(const struct fleet *fleet, int64_t id)
{
    vec_each(struct fleet_row, row, &fleet->rows)
    {
        if (row->id == id)
            return row;
    }
    return NULL;
}

const struct fleet_row *fleet_find(const struct fleet *fleet, int64_t id)
{
    return find(fleet, id);
}

static void take_out(struct fleet *fleet, struct fleet_row *row)
{
    size_t at = (size_t)(row - fleet->rows.items);
    json_decref(row->row);
    memmove(row, row + 1, (fleet->rows.count - at - 1) * sizeof(*row));
    fleet->rows.count--;
}

static void forget(struct fleet *fleet)
{
    vec_each(struct fleet_row, row, &fleet->rows) json_decref(row->row);
    vec_clear(&fleet->rows);
}

/* Nearest first; those whose place nobody knows last, and where there is nothing to be near to, by their code. */
static int order(const struct fleet *fleet, const struct fleet_row *a, const struct fleet_row *b)
{
    double x = geo_distance_m(fleet->from, a->at), y = geo_distance_m(fleet->from, b->at);
    if (isnan(x) != isnan(y))
        return isnan(x) ? 1 : -1;
    if (!isnan(x) && x != y)
        return x < y ? -1 : 1;
    return strcmp(order_text(a->row, "code"), order_text(b->row, "code"));
}

/* Into its place among the first `count`, which stand in theirs; rows keep the order they had while they move. */
static void settle(struct fleet *fleet, size_t count)
{
    struct fleet_row *items = fleet->rows.items, row = items[count];
    for (; count > 0 && order(fleet, &items[count - 1], &row) > 0; count--)
        items[count] = items[count - 1];
    items[count] = row;
}

static void insert(struct fleet *fleet, const struct fleet_row *row)
{
    vec_push(&fleet->rows, *row);
    settle(fleet, fleet->rows.count - 1);
}

void fleet_measure(struct fleet *fleet, struct point from)
{
    if (memcmp(&fleet->from, &from, sizeof(from)) == 0)
        return;
    fleet->from = from;
    for (size_t i = 1; i < fleet->rows.count; i++)
        settle(fleet, i);
    table_reset(&fleet->table);
}

static void put(struct fleet *fleet, const json_t *row)
{
    struct fleet_row *old = find(fleet, order_number(row, "id"));
    if (old)
        take_out(fleet, old);
    struct fleet_row made = {
        .id = order_number(row, "id"),
        .row = json_deep_copy(row),
        .at = {order_real(row, "lon"), order_real(row, "lat")},
        .position_at = order_time(row, "position_at"),
    };
    fleet->old_after = order_number(row, "stale_after");
    insert(fleet, &made);
}

static void tell(struct fleet *fleet)
{
    table_changed(&fleet->table);
    fleet->changed(fleet);
    ui_redraw(fleet->app->ui);
}

/* ---- asking */

static json_t *list_args(const struct fleet *fleet, json_t *filter)
{
    static const char *const names[] = {"code", "plate",    "type",        "state",     "driver_id",  "lon",
                                        "lat",  "order_id", "position_at", "branch_id", "stale_after"};
    json_t *wanted = json_array();
    for (size_t i = 0; i < array_len(names); i++)
        if (catalogue_field(fleet->entity, names[i]))
            json_array_append_new(wanted, json_string(names[i]));
    json_object_set_new(filter, "disabled_at", json_pack("{s:b}", "null", 1));
    return json_pack("{s:o, s:o, s:i, s:[s]}", "filter", filter, "columns", wanted, "limit", (int)ROWS_MOST,
                     "sort", "code");
}

static void ask_stale(void *context);

/* Those shown stay until the first of the new ones is here. */
static void begin(struct fleet *fleet)
{
    if (fleet->replacing)
        forget(fleet);
    fleet->replacing = false;
}

static void on_row(struct screen *screen, const json_t *row, void *context)
{
    (void)screen;
    if (!json_object_get(row, "id"))
        return;
    begin(context);
    put(context, row);
}

static void on_rows(struct screen *screen, const struct answer *answer, void *context)
{
    struct fleet *fleet = context;
    size_t i;
    const json_t *row;
    (void)screen;
    fleet->asked = 0;
    if (answer->code != ERR_NONE) {
        answer_say(fleet->app, fleet->entity, answer);
        return;
    }
    if (json_object_get(answer->object, "rows"))
        begin(fleet);
    json_array_foreach(json_object_get(answer->object, "rows"), i, row) put(fleet, row);
    tell(fleet);
    if (fleet->stale.count)
        later_by(&fleet->later, COALESCE_MS);
}

void fleet_read(struct fleet *fleet)
{
    if (!fleet->entity)
        return;
    if (fleet->asked)
        ask_cancel(fleet->app, fleet->asked);
    vec_clear(&fleet->stale);
    fleet->replacing = true;
    fleet->asked = ask(fleet->app, fleet->screen, "vehicle.list", list_args(fleet, json_object()), CALL_READ,
                       on_row, on_rows, fleet);
}

static bool is_among(const json_t *rows, int64_t id)
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

static void on_stale(struct screen *screen, const struct answer *answer, void *context)
{
    struct fleet *fleet = context;
    const json_t *rows = json_object_get(answer->object, "rows"), *row;
    size_t i;
    (void)screen;
    fleet->asked = 0;
    if (answer->code != ERR_NONE)
        return;
    json_array_foreach(rows, i, row) put(fleet, row);
    vec_each(const int64_t, id, &fleet->asked_for)
    {
        struct fleet_row *gone = is_among(rows, *id) ? NULL : find(fleet, *id);
        if (gone)
            take_out(fleet, gone);
    }
    tell(fleet);
    if (fleet->stale.count)
        later_by(&fleet->later, COALESCE_MS);
}

static void ask_stale(void *context)
{
    struct fleet *fleet = context;
    json_t *ids = json_array();
    if (fleet->asked) /* its answer asks for the rest */
        return json_decref(ids);
    vec_clear(&fleet->asked_for);
    vec_each(const int64_t, id, &fleet->stale)
    {
        vec_push(&fleet->asked_for, *id);
        json_array_append_new(ids, json_integer(*id));
    }
    vec_clear(&fleet->stale);
    json_t *args = list_args(fleet, json_pack("{s:{s:o}}", "id", "in", ids));
    fleet->asked = ask(fleet->app, fleet->screen, "vehicle.list", args, CALL_READ, NULL, on_stale, fleet);
}

static void add_stale(struct fleet *fleet, int64_t id)
{
    vec_each(const int64_t, known, &fleet->stale)
    {
        if (*known == id)
            return;
    }
    vec_push(&fleet->stale, id);
}

void fleet_heard(struct fleet *fleet, const struct live_event events[], size_t count)
{
    if (!fleet->entity)
        return;
    for (size_t i = 0; i < count; i++)
        add_stale(fleet, events[i].id);
    if (count == 0 || fleet->stale.count > STALE_MOST)
        fleet_read(fleet);
    else
        later_by(&fleet->later, COALESCE_MS);
}

void fleet_moved(struct fleet *fleet, const json_t *rows)
{
    size_t i;
    const json_t *row;
    bool any = false;
    json_array_foreach(rows, i, row)
    {
        struct fleet_row *moved = find(fleet, order_number(row, "id"));
        struct instant at = order_time(row, "at");
        if (!moved || instant_is_nil(at) ||
            (!instant_is_nil(moved->position_at) && at.us < moved->position_at.us))
            continue;
        moved->at = (struct point){order_real(row, "lon"), order_real(row, "lat")};
        moved->position_at = at;
        any = true;
    }
    if (any)
        tell(fleet);
}

void fleet_tick(struct fleet *fleet)
{
    fleet->now = time_now();
}

/* ---- what is shown */

const struct fleet_row *fleet_current(const struct fleet *fleet)
{
    return table_has_row(&fleet->table) ? &fleet->rows.items[fleet->table.cursor] : NULL;
}

const char *fleet_state(const struct fleet_row *row)
{
    return order_text(row->row, "state");
}

bool fleet_is_old(const struct fleet *fleet, const struct fleet_row *row)
{
    int64_t age = age_between(row->position_at, fleet->now);
    return age == NIL || age > (fleet->old_after > 0 ? fleet->old_after : OLD_SECONDS);
}

void fleet_count_text(const struct fleet *fleet, struct str *out)
{
    size_t idle = 0;
    vec_each(const struct fleet_row, row, &fleet->rows) idle += strcmp(fleet_state(row), "idle") == 0;
    str_addf(out, _("%zu idle of %zu"), idle, fleet->rows.count);
}

static size_t model_count(void *context)
{
    return ((struct fleet *)context)->rows.count;
}

static enum table_state model_state(void *context)
{
    const struct fleet *fleet = context;
    return fleet->asked && !fleet->rows.count ? TABLE_LOADING : TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    return ((struct fleet *)context)->rows.items[row].id;
}

static unsigned model_flags(void *context, size_t row)
{
    return strcmp(fleet_state(&((struct fleet *)context)->rows.items[row]), "off_duty") == 0 ? ROW_DIM : 0;
}

static const char *distance_cell(const struct fleet *fleet, const struct fleet_row *row)
{
    double metres = geo_distance_m(fleet->from, row->at);
    char *buf = arena_alloc(fleet->arena, 24);
    return isnan(metres) ? "" : offer_distance(buf, 24, llround(metres));
}

static const char *age_cell(const struct fleet *fleet, const struct fleet_row *row, enum role *role)
{
    char *buf = arena_alloc(fleet->arena, AGE_TEXT_SIZE);
    int64_t age = age_between(row->position_at, fleet->now);
    if (fleet_is_old(fleet, row))
        *role = ROLE_WARNING;
    return age == NIL ? "" : age_print(buf, AGE_TEXT_SIZE, MAX(age, 0));
}

static const char *model_cell(void *context, size_t at, size_t column, struct str *scratch, enum role *role)
{
    struct fleet *fleet = context;
    const struct fleet_row *row = &fleet->rows.items[at];
    (void)scratch;
    arena_reset(fleet->arena);
    if (column == COL_DISTANCE)
        return distance_cell(fleet, row);
    if (column == COL_AGE)
        return age_cell(fleet, row, role);
    const struct field *field = catalogue_field(fleet->entity, columns[column].field);
    if (column == COL_STATE && strcmp(fleet_state(row), "idle") == 0)
        *role = ROLE_GOOD;
    return field ? value_show_row(fleet->app, fleet->arena, field, row->row) : "";
}

static const struct table_model model = {
    .count = model_count,
    .state = model_state,
    .id = model_id,
    .flags = model_flags,
    .cell = model_cell,
};

void fleet_name_columns(struct fleet *fleet)
{
    table_clear_columns(&fleet->table);
    for (size_t i = 0; i < COLUMNS; i++)
        table_add_column(&fleet->table, &(struct table_column){.title = _(columns[i].title),
                                                               .width = columns[i].width,
                                                               .width_max = columns[i].width_max,
                                                               .priority = columns[i].priority});
}

void fleet_init(struct fleet *fleet, struct app_context *app, struct screen *screen,
                void (*changed)(struct fleet *fleet))
{
    *fleet = (struct fleet){.app = app, .screen = screen, .from = {NAN, NAN}, .changed = changed};
    if (app_may(app, "vehicle.list"))
        fleet->entity = catalogue_entity(app->catalogue, "vehicle");
    fleet->now = time_now();
    fleet->arena = arena_create(0);
    table_init(&fleet->table, &model, fleet);
    later_init(&fleet->later, app, ask_stale, fleet);
    fleet_name_columns(fleet);
}

void fleet_finish(struct fleet *fleet)
{
    later_finish(&fleet->later);
    forget(fleet);
    vec_finish(&fleet->rows);
    vec_finish(&fleet->stale);
    vec_finish(&fleet->asked_for);
    table_finish(&fleet->table);
    arena_destroy(fleet->arena);
}
