/* The vehicles of the dispatch desk: nearest to the order under the cursor first. */
#include <math.h>
#include <string.h>

#include "client/desks/dispatch-private.h"
#include "client/desks/offers.h"
#include "client/ui/words.h"

static double distance(const struct fleet *fleet, const struct vehicle_item *item)
{
    return geo_distance_m(dispatch_of(fleet->screen)->from, item->at);
}

static const char *distance_cell(struct fleet *fleet, const struct vehicle_item *item, enum role *role)
{
    double metres = distance(fleet, item);
    char *buf = arena_alloc(fleet->arena, 24);
    (void)role;
    return isnan(metres) ? "" : offer_distance(buf, 24, llround(metres));
}

static const char *state_cell(struct fleet *fleet, const struct vehicle_item *item, enum role *role)
{
    if (strcmp(fleet_state(item), "idle") == 0)
        *role = ROLE_GOOD;
    return fleet_text(fleet, item, "state");
}

static const struct fleet_column columns[] = {
    {N_("Plate"), "plate", NULL, 9, 10, 0, ALIGN_LEFT},
    {N_("State"), NULL, state_cell, 8, 10, 1, ALIGN_LEFT},
    {N_("Away"), NULL, distance_cell, 6, 7, 1, ALIGN_LEFT},
    {N_("Seen"), NULL, fleet_seen_cell, 7, 8, 2, ALIGN_LEFT},
    {N_("Driver"), "driver_id", NULL, 8, 12, 3, ALIGN_LEFT},
    {N_("Order"), "order_id", NULL, 13, 13, 4, ALIGN_LEFT},
    {N_("Code"), "code", NULL, 6, 10, 5, ALIGN_LEFT},
};

static void changed(struct fleet *fleet)
{
    board_map_fill(dispatch_of(fleet->screen));
}

static const struct fleet_ops ops = {
    .columns = columns, .ncolumns = array_len(columns), .rank = distance, .changed = changed};

void board_fleet_init(struct dispatch *desk)
{
    desk->from = (struct point){NAN, NAN};
    fleet_init(&desk->fleet, desk->app, &desk->screen, &ops);
}

/* Who looks at one of them keeps it under his eyes. */
void board_fleet_measure(struct dispatch *desk, struct point from)
{
    if (memcmp(&desk->from, &from, sizeof(from)) == 0)
        return;
    desk->from = from;
    fleet_sort(&desk->fleet);
    if (desk->focus != FOCUS_FLEET)
        table_reset(&desk->fleet.table);
}

void board_fleet_count_text(const struct dispatch *desk, struct str *out)
{
    const struct fleet *fleet = &desk->fleet;
    size_t idle = 0;
    vec_each(const struct vehicle_item, item, &fleet->items) idle += strcmp(fleet_state(item), "idle") == 0;
    str_addf(out, _("%zu idle of %zu"), idle, fleet->items.count);
}
