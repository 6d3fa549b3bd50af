/* Who holds money, and of which orders. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/money.h"
#include "client/desks/handin-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/choices_of.h"
#include "client/views/value_text.h"

enum { AGAIN_MS = 400, BRANCHES = 1000000 };

struct column {
    const char *title, *name;
    int width, width_max, priority;
    enum align align;
};

static const struct column driver_columns[] = {
    {N_("Driver"), "driver", 8, 14, 0, ALIGN_LEFT}, {N_("Holds"), "held_fen", 10, 12, 1, ALIGN_RIGHT},
    {N_("Orders"), "orders", 6, 6, 3, ALIGN_RIGHT}, {N_("Since"), "since", 11, 11, 2, ALIGN_LEFT},
    {N_("Branch"), "branch", 8, 14, 4, ALIGN_LEFT},
};
static const struct column order_columns[] = {
    {N_("Number"), "number", 13, 14, 0, ALIGN_LEFT},
    {N_("Holds"), "held_fen", 10, 12, 1, ALIGN_RIGHT},
    {N_("Since"), "since", 11, 11, 2, ALIGN_LEFT},
    {N_("Plate"), "plate", 9, 10, 3, ALIGN_LEFT},
    {N_("Taken"), "taken_fen", 10, 12, 4, ALIGN_RIGHT},
    {N_("Handed in"), "handed_fen", 10, 12, 5, ALIGN_RIGHT},
    {N_("Asked for"), "asked_fen", 10, 12, 6, ALIGN_RIGHT},
};

static const json_t *row_at(const json_t *rows, size_t row)
{
    return json_array_get(rows, row);
}

static int64_t driver_key(const json_t *row)
{
    return order_number(row, "driver_id") * BRANCHES + order_number(row, "branch_id");
}

static size_t count_drivers(void *context)
{
    return json_array_size(((struct handin_desk *)context)->drivers);
}

static size_t count_orders(void *context)
{
    return json_array_size(((struct handin_desk *)context)->orders);
}

static enum table_state drivers_state(void *context)
{
    return ((struct handin_desk *)context)->drivers ? TABLE_COMPLETE : TABLE_LOADING;
}

static enum table_state orders_state(void *context)
{
    const struct handin_desk *desk = context;
    return desk->orders || desk->orders_of == NIL ? TABLE_COMPLETE : TABLE_LOADING;
}

static int64_t driver_id(void *context, size_t row)
{
    return driver_key(row_at(((struct handin_desk *)context)->drivers, row));
}

static int64_t order_id(void *context, size_t row)
{
    return order_number(row_at(((struct handin_desk *)context)->orders, row), "order_id");
}

static const char *cell(struct handin_desk *desk, const json_t *row, const char *name, struct str *scratch)
{
    static const struct field time = {.name = "since", .type = FIELD_TIME};
    size_t len = strlen(name);
    if (len > 4 && strcmp(name + len - 4, "_fen") == 0) {
        char money[MONEY_TEXT_SIZE];
        int64_t fen = order_number(row, name);
        str_add(scratch, fen == NIL ? "" : money_print(money, sizeof(money), fen));
    } else if (strcmp(name, "since") == 0) {
        struct arena *arena cleanup(cleanup_arena) = arena_create(0);
        str_add(scratch, value_show_row(desk->app, arena, &time, row));
    } else if (json_is_integer(json_object_get(row, name))) {
        str_addf(scratch, "%lld", (long long)order_number(row, name));
    } else {
        str_add(scratch, order_text(row, name));
    }
    return scratch->data;
}

static const char *driver_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct handin_desk *desk = context;
    (void)role;
    return cell(desk, row_at(desk->drivers, row), driver_columns[column].name, scratch);
}

static const char *order_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct handin_desk *desk = context;
    (void)role;
    return cell(desk, row_at(desk->orders, row), order_columns[column].name, scratch);
}

static const struct table_model driver_model = {
    .count = count_drivers, .state = drivers_state, .id = driver_id, .cell = driver_cell};
static const struct table_model order_model = {
    .count = count_orders, .state = orders_state, .id = order_id, .cell = order_cell};

static void add_columns(struct table *table, const struct column columns[], size_t count)
{
    table_clear_columns(table);
    for (size_t i = 0; i < count; i++)
        table_add_column(table, &(struct table_column){.title = _(columns[i].title),
                                                       .width = columns[i].width,
                                                       .width_max = columns[i].width_max,
                                                       .priority = columns[i].priority,
                                                       .align = columns[i].align});
}

void handin_name_columns(struct handin_desk *desk)
{
    add_columns(&desk->driver_table, driver_columns, array_len(driver_columns));
    add_columns(&desk->order_table, order_columns, array_len(order_columns));
}

const json_t *handin_driver(const struct handin_desk *desk)
{
    return table_has_row(&desk->driver_table) ? row_at(desk->drivers, desk->driver_table.cursor) : NULL;
}

const json_t *handin_order(const struct handin_desk *desk)
{
    return table_has_row(&desk->order_table) ? row_at(desk->orders, desk->order_table.cursor) : NULL;
}

json_t *handin_chosen(const struct handin_desk *desk)
{
    json_t *chosen = json_array();
    size_t i;
    json_t *order;
    json_array_foreach(desk->orders, i, order)
    {
        if (desk->order_table.marks.count == 0 ||
            table_is_marked(&desk->order_table, order_number(order, "order_id")))
            json_array_append(chosen, order);
    }
    return chosen;
}

/* ---- asking */

static void on_orders(struct screen *screen, const struct answer *answer, void *context)
{
    struct handin_desk *desk = context;
    (void)screen;
    desk->asked_orders = 0;
    json_decref(desk->orders);
    desk->orders = answer->code == ERR_NONE ? json_deep_copy(json_object_get(answer->object, "rows")) : NULL;
    table_changed(&desk->order_table);
}

static void ask_orders(struct handin_desk *desk, const json_t *driver)
{
    if (desk->asked_orders)
        ask_cancel(desk->app, desk->asked_orders);
    json_t *args = json_pack("{s:I, s:I}", "driver_id", (json_int_t)order_number(driver, "driver_id"),
                             "branch_id", (json_int_t)order_number(driver, "branch_id"));
    desk->asked_orders = ask(desk->app, &desk->screen, "handin.held", args, CALL_READ, NULL, on_orders, desk);
}

void handin_driver_changed(struct handin_desk *desk)
{
    const json_t *driver = handin_driver(desk);
    int64_t key = driver ? driver_key(driver) : NIL;
    if (driver && key == desk->orders_of)
        return;
    json_decref(desk->orders);
    desk->orders = NULL;
    desk->orders_of = key;
    table_reset(&desk->order_table);
    table_changed(&desk->order_table);
    if (driver)
        ask_orders(desk, driver);
    else
        desk->focus = HANDIN_DRIVERS;
}

static bool matches(const struct handin_desk *desk, const json_t *row)
{
    return !desk->match || strcasestr(order_text(row, "driver"), desk->match) ||
           strcasestr(order_text(row, "branch"), desk->match);
}

static void show_drivers(struct handin_desk *desk)
{
    size_t i;
    json_t *row;
    json_decref(desk->drivers);
    desk->drivers = desk->all ? json_array() : NULL;
    json_array_foreach(desk->all, i, row)
    {
        if (matches(desk, row))
            json_array_append(desk->drivers, row);
    }
    table_changed(&desk->driver_table);
    handin_driver_changed(desk);
}

static void on_drivers(struct screen *screen, const struct answer *answer, void *context)
{
    struct handin_desk *desk = context;
    (void)screen;
    desk->asked_drivers = 0;
    if (answer->code != ERR_NONE)
        return;
    json_decref(desk->all);
    desk->all = json_deep_copy(json_object_get(answer->object, "rows"));
    desk->orders_of = NIL; /* they may be others, too */
    show_drivers(desk);
}

void handin_set_match(struct handin_desk *desk, const char *words)
{
    free(desk->match);
    desk->match = words && *words ? memory_strdup(words) : NULL;
    show_drivers(desk);
}

static void read_now(void *context)
{
    struct handin_desk *desk = context;
    if (!desk->asked_drivers)
        desk->asked_drivers =
            ask(desk->app, &desk->screen, "handin.held", json_object(), CALL_READ, NULL, on_drivers, desk);
}

void handin_read(struct handin_desk *desk)
{
    later_by(&desk->again, AGAIN_MS);
}

void handin_init_rows(struct handin_desk *desk)
{
    table_init(&desk->driver_table, &driver_model, desk);
    table_init(&desk->order_table, &order_model, desk);
    handin_name_columns(desk);
    later_init(&desk->again, desk->app, read_now, desk);
    later_set(&desk->again, 1);
}

void handin_finish_rows(struct handin_desk *desk)
{
    later_finish(&desk->again);
    table_finish(&desk->driver_table);
    table_finish(&desk->order_table);
    json_decref(desk->all);
    json_decref(desk->drivers);
    json_decref(desk->orders);
    json_decref(desk->meant);
    free(desk->match);
}
