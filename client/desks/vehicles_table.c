/* The list of the vehicle monitor: its columns, cells and marks. */
#include <math.h>
#include <string.h>

#include "client/desks/age.h"
#include "client/desks/order.h"
#include "client/desks/vehicles-private.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"

/* ---- the list */

static const char *speed_cell(struct fleet *fleet, const struct vehicle_item *item, enum role *role)
{
    (void)role;
    return isnan(item->speed) || fleet_is_old(fleet, item) ? ""
                                                           : arena_printf(fleet->arena, "%.0f", item->speed);
}

static const struct fleet_column columns[] = {
    {N_("Plate"), "plate", NULL, 9, 10, 0, ALIGN_LEFT},
    {N_("State"), "state", NULL, 8, 11, 1, ALIGN_LEFT},
    {N_("Seen"), NULL, fleet_seen_cell, 7, 10, 1, ALIGN_LEFT},
    {N_("Driver"), "driver_id", NULL, 8, 12, 2, ALIGN_LEFT},
    {N_("Order"), "order_id", NULL, 13, 13, 3, ALIGN_LEFT},
    {N_("km/h"), NULL, speed_cell, 4, 5, 4, ALIGN_RIGHT},
    {N_("Branch"), "branch_id", NULL, 8, 16, 5, ALIGN_LEFT},
    {N_("Code"), "code", NULL, 6, 10, 6, ALIGN_LEFT},
};

static bool is_of_the_state(const struct fleet *fleet, const struct vehicle_item *item)
{
    int state = vehicles_of(fleet->screen)->state;
    return state < 0 || strcmp(fleet->entity->states[state].code, fleet_state(item)) == 0;
}

/* The map goes with the cursor, once this has been anywhere. */
static void changed(struct fleet *fleet)
{
    struct vehicles *desk = vehicles_of(fleet->screen);
    const struct vehicle_item *item = fleet_current(fleet);
    vehicles_mark(desk);
    if (item && !desk->on_map && desk->map.chosen && desk->map.chosen != item->id)
        atlas_choose(&desk->map, item->id);
}

const struct fleet_ops vehicles_ops = {
    .columns = columns, .ncolumns = array_len(columns), .wanted = is_of_the_state, .changed = changed};

/* ---- the map */

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
    struct arena *arena = desk->fleet.arena;
    bool old = fleet_is_old(&desk->fleet, item);
    struct atlas_marker marker = {.id = item->id, .at = item->at, .sign = "·", .role = ROLE_DIM};
    const char *words = choice_label_in(desk->app, desk->fleet.entity->states, fleet_state(item));
    for (size_t i = 0; i < array_len(signs); i++) {
        if (strcmp(signs[i].state, fleet_state(item)) != 0)
            continue;
        marker.sign = signs[i].sign;
        marker.role = old ? ROLE_DIM : signs[i].role;
    }
    arena_reset(arena);
    marker.label = arena_printf(arena, "%s%s", order_text(item->row, "plate"), old ? "?" : "");
    marker.detail =
        arena_printf(arena, "%s · %s%s", words ? words : "",
                     age_print(age, sizeof(age), MAX(age_between(item->position_at, desk->fleet.now), 0)),
                     old ? " ?" : "");
    atlas_add_marker(&desk->map, &marker);
}

/* The one under the cursor comes first: its name is drawn whatever stands near it. */
void vehicles_mark(struct vehicles *desk)
{
    const struct fleet *fleet = &desk->fleet;
    atlas_clear_markers(&desk->map);
    vec_each(const size_t, index, &fleet->shown)
    {
        const struct vehicle_item *item = &fleet->items.items[*index];
        if (!isnan(item->at.lon) && !instant_is_nil(item->position_at))
            add_marker(desk, item);
    }
    atlas_changed(&desk->map);
}
