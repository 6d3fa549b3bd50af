/* What is seen of the vehicles: those the person's words and the desk let through, as a table, and what their cells say. */
#include "client/desks/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "client/desks/age.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/value_text.h"

/* ---- which are shown */

static bool is_wanted(const struct fleet *fleet, const struct vehicle_item *item)
{
    return (!fleet->ops->wanted || fleet->ops->wanted(fleet, item)) &&
           (!fleet->match || order_holds(item->row, fleet->match));
}

void fleet_show(struct fleet *fleet)
{
    vec_clear(&fleet->shown);
    for (size_t i = 0; i < fleet->items.count; i++)
        if (is_wanted(fleet, &fleet->items.items[i]))
            vec_push(&fleet->shown, i);
    table_changed(&fleet->table);
    fleet->ops->changed(fleet);
    ui_redraw(fleet->app->ui);
}

void fleet_set_match(struct fleet *fleet, const char *words)
{
    free(fleet->match);
    fleet->match = *words ? memory_strdup(words) : NULL;
    fleet_show(fleet);
    if (fleet->match)
        table_reset(&fleet->table);
}

static void on_match(void *context, const struct dialog_answer *answer)
{
    if (answer->key == K_ENTER)
        fleet_set_match(context, answer->text);
}

void fleet_ask_match(struct fleet *fleet)
{
    dialog_ask(fleet->app->ui,
               &(struct dialog_ask){
                   .title = _("Filter"),
                   .text = _("Vehicles with these words: plate, code, driver, branch, order … Empty: all."),
                   .label = _("Words"),
                   .max = 60,
                   .value = fleet->match},
               on_match, fleet);
}

static struct vehicle_item *item_at(const struct fleet *fleet, size_t row)
{
    return &fleet->items.items[fleet->shown.items[row]];
}

struct vehicle_item *fleet_current(const struct fleet *fleet)
{
    return table_has_row(&fleet->table) ? item_at(fleet, fleet->table.cursor) : NULL;
}

/* ---- what they say */

/* Whose order it is may be known, though not which. */
const char *fleet_text(struct fleet *fleet, const struct vehicle_item *item, const char *name)
{
    const struct field *field = catalogue_field(fleet->entity, name);
    if (strcmp(name, "order_id") == 0 && order_number(item->row, name) != NIL &&
        !*order_text(item->row, "order_label"))
        return _("other branch");
    return field ? value_show_row(fleet->app, fleet->arena, field, item->row) : "";
}

const char *fleet_seen_cell(struct fleet *fleet, const struct vehicle_item *item, enum role *role)
{
    char text[AGE_TEXT_SIZE];
    int64_t age = age_between(item->position_at, fleet->now);
    bool old = fleet_is_old(fleet, item);
    if (age == NIL) {
        *role = ROLE_DIM;
        return _("never");
    }
    if (old)
        *role = ROLE_WARNING;
    return arena_printf(fleet->arena, "%s%s", age_print(text, sizeof(text), MAX(age, 0)), old ? " ?" : "");
}

/* ---- the table's view of it */

static size_t model_count(void *context)
{
    return ((struct fleet *)context)->shown.count;
}

static enum table_state model_state(void *context)
{
    const struct fleet *fleet = context;
    return fleet->asked && !fleet->asking ? TABLE_LOADING : TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    return item_at(context, row)->id;
}

static unsigned model_flags(void *context, size_t row)
{
    const struct vehicle_item *item = item_at(context, row);
    return (item->pending ? ROW_PENDING : 0) | (item->failed ? ROW_FAILED : 0) |
           (item->changed_ms ? ROW_CHANGED : 0) | (strcmp(fleet_state(item), "off_duty") == 0 ? ROW_DIM : 0);
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct fleet *fleet = context;
    const struct fleet_column *shown = &fleet->ops->columns[column];
    (void)scratch;
    arena_reset(fleet->arena);
    return shown->cell ? shown->cell(fleet, item_at(fleet, row), role)
                       : fleet_text(fleet, item_at(fleet, row), shown->field);
}

const struct table_model fleet_model = {
    .count = model_count,
    .state = model_state,
    .id = model_id,
    .flags = model_flags,
    .cell = model_cell,
};

void fleet_name_columns(struct fleet *fleet)
{
    table_clear_columns(&fleet->table);
    for (size_t i = 0; i < fleet->ops->ncolumns; i++) {
        const struct fleet_column *column = &fleet->ops->columns[i];
        table_add_column(&fleet->table, &(struct table_column){.title = _(column->title),
                                                               .width = column->width,
                                                               .width_max = column->width_max,
                                                               .align = column->align,
                                                               .priority = column->priority});
    }
}
