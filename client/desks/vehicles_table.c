#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "client/desks/age.h"
#include "client/desks/order.h"
#include "client/desks/vehicles-private.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/value_text.h"

enum column {
    COL_PLATE,
    COL_STATE,
    COL_SEEN,
    COL_DRIVER,
    COL_ORDER,
    COL_SPEED,
    COL_BRANCH,
    COL_CODE,
    COLUMNS
};

static const struct {
    const char *title, *field;
    int width, width_max, priority;
} columns[COLUMNS] = {
    [COL_PLATE] = {N_("Plate"), "plate", 9, 10, 0},
    [COL_STATE] = {N_("State"), "state", 8, 11, 1},
    [COL_SEEN] = {N_("Seen"), NULL, 7, 10, 1},
    [COL_DRIVER] = {N_("Driver"), "driver_id", 8, 12, 2},
    [COL_ORDER] = {N_("Order"), "order_id", 13, 13, 3},
    [COL_SPEED] = {N_("km/h"), NULL, 4, 5, 4},
    [COL_BRANCH] = {N_("Branch"), "branch_id", 8, 16, 5},
    [COL_CODE] = {N_("Code"), "code", 6, 10, 6},
};

const char *vehicles_state(const struct vehicle_item *item)
{
    return order_text(item->row, "state");
}

const char *vehicles_text(struct vehicles *desk, const struct vehicle_item *item, const char *name)
{
    const struct field *field = catalogue_field(desk->entity, name);
    return field ? value_show_row(desk->app, desk->arena, field, item->row) : "";
}

bool vehicles_is_old(const struct vehicles *desk, const struct vehicle_item *item)
{
    int64_t age = age_between(item->position_at, desk->now);
    return age == NIL || (desk->stale_after != NIL && age > desk->stale_after);
}

/* ---- the table's view of it */

static const struct vehicle_item *item_at(const struct vehicles *desk, size_t row)
{
    return &desk->items.items[desk->shown.items[row]];
}

static size_t model_count(void *context)
{
    return ((struct vehicles *)context)->shown.count;
}

static enum table_state model_state(void *context)
{
    return ((struct vehicles *)context)->asked ? TABLE_LOADING : TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    return item_at(context, row)->id;
}

static unsigned model_flags(void *context, size_t row)
{
    const struct vehicle_item *item = item_at(context, row);
    return (item->pending ? ROW_PENDING : 0) | (item->failed ? ROW_FAILED : 0) |
           (item->changed_ms ? ROW_CHANGED : 0) |
           (strcmp(vehicles_state(item), "off_duty") == 0 ? ROW_DIM : 0);
}

/* An old place has a question mark beside its colour. */
static const char *seen_cell(struct vehicles *desk, const struct vehicle_item *item, enum role *role)
{
    char text[AGE_TEXT_SIZE];
    int64_t age = age_between(item->position_at, desk->now);
    if (age == NIL) {
        *role = ROLE_DIM;
        return _("never");
    }
    bool old = vehicles_is_old(desk, item);
    if (old)
        *role = ROLE_WARNING;
    return arena_printf(desk->arena, "%s%s", age_print(text, sizeof(text), MAX(age, 0)), old ? " ?" : "");
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct vehicles *desk = context;
    const struct vehicle_item *item = item_at(desk, row);
    (void)scratch;
    arena_reset(desk->arena);
    switch ((enum column)column) {
    case COL_SEEN: return seen_cell(desk, item, role);
    case COL_SPEED:
        return isnan(item->speed) || vehicles_is_old(desk, item)
                   ? ""
                   : arena_printf(desk->arena, "%.0f", item->speed);
    default: return vehicles_text(desk, item, columns[column].field);
    }
}

const struct table_model vehicles_model = {
    .count = model_count,
    .state = model_state,
    .id = model_id,
    .flags = model_flags,
    .cell = model_cell,
};

void vehicles_name_columns(struct vehicles *desk)
{
    table_clear_columns(&desk->table);
    for (size_t i = 0; i < COLUMNS; i++)
        table_add_column(&desk->table,
                         &(struct table_column){.title = _(columns[i].title),
                                                .width = columns[i].width,
                                                .width_max = columns[i].width_max,
                                                .align = i == COL_SPEED ? ALIGN_RIGHT : ALIGN_LEFT,
                                                .priority = columns[i].priority});
}

/* ---- the map's */

static const struct {
    const char *state, *sign;
    enum role role;
} signs[] = {
    {"idle", "○", ROLE_GOOD},       {"assigned", "●", ROLE_WARNING}, {"on_the_way", "▲", ROLE_WARNING},
    {"working", "■", ROLE_WARNING}, {"off_duty", "▼", ROLE_DIM},
};

static void add_marker(struct vehicles *desk, const struct vehicle_item *item)
{
    char age[AGE_TEXT_SIZE];
    bool old = vehicles_is_old(desk, item);
    struct atlas_marker marker = {.id = item->id, .at = item->at, .sign = "·", .role = ROLE_DIM};
    const char *words = choice_label_in(desk->app, desk->entity->states, vehicles_state(item));
    for (size_t i = 0; i < array_len(signs); i++) {
        if (strcmp(signs[i].state, vehicles_state(item)) != 0)
            continue;
        marker.sign = signs[i].sign;
        marker.role = old ? ROLE_DIM : signs[i].role;
    }
    arena_reset(desk->arena);
    marker.label = arena_printf(desk->arena, "%s%s", order_text(item->row, "plate"), old ? "?" : "");
    marker.detail = arena_printf(
        desk->arena, "%s · %s%s", words ? words : "",
        age_print(age, sizeof(age), MAX(age_between(item->position_at, desk->now), 0)), old ? " ?" : "");
    atlas_add_marker(&desk->map, &marker);
}

/* The one under the cursor comes first: its name is drawn whatever stands near it. */
void vehicles_mark(struct vehicles *desk)
{
    atlas_clear_markers(&desk->map);
    vec_each(const size_t, index, &desk->shown)
    {
        const struct vehicle_item *item = &desk->items.items[*index];
        if (!isnan(item->at.lon) && !instant_is_nil(item->position_at))
            add_marker(desk, item);
    }
    atlas_changed(&desk->map);
}
