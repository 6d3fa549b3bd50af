/* The vehicle monitor: every vehicle with its state, driver, order and place, on a list and on a map, live. */
#include "client/desks/vehicles.h"

#include <stdlib.h>
#include <string.h>

#include "client/desks/order.h"
#include "client/desks/vehicles-private.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/map_places.h"
#include "client/views/open.h"
#include "client/views/track_view.h"

/* ---- what comes in */

static void on_vehicles(struct screen *screen, const struct live_event events[], size_t count)
{
    fleet_heard(&vehicles_of(screen)->fleet, events, count);
}

static void on_places(struct screen *screen, const char *action, const json_t *rows)
{
    if (strcmp(action, "position") == 0)
        fleet_moved(&vehicles_of(screen)->fleet, rows);
}

static void on_districts(struct screen *screen, const struct answer *answer, void *context)
{
    struct vehicles *desk = context;
    (void)screen;
    if (answer->code != ERR_NONE)
        return;
    json_decref(desk->districts);
    desk->districts = json_deep_copy(json_object_get(answer->object, "rows"));
    map_places_fill(desk->app, &desk->map, desk->districts);
    ui_redraw(desk->app->ui);
}

static void opened(struct screen *screen)
{
    struct vehicles *desk = vehicles_of(screen);
    live_watch(desk->app->live, screen, "vehicle", on_vehicles);
    live_watch_rows(desk->app->live, screen, "vehicle", on_places);
    map_places_ask(desk->app, screen, on_districts, desk);
    fleet_read(&desk->fleet);
}

/* ---- actions by letters */

static void on_action(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct vehicles *desk = vehicles_of(screen);
    bool refused = !outcome->cancelled && outcome->answer && outcome->answer->code != ERR_NONE;
    (void)context;
    for (size_t i = 0; i < outcome->count; i++)
        fleet_end(&desk->fleet, outcome->targets[i].id, refused);
    ui_redraw(desk->app->ui);
}

static bool run_letter(struct vehicles *desk, const struct key *key)
{
    struct fleet *fleet = &desk->fleet;
    const struct vehicle_item *item = fleet_current(fleet);
    const struct catalogue_action *action =
        item && !item->pending ? action_of_key(desk->app, fleet->entity, item->row, NULL, key) : NULL;
    if (!action)
        return false;
    struct action_target target = {item->id, item->version, order_text(item->row, "plate")};
    fleet_begin(fleet, item->id);
    action_run(desk->app, &desk->screen, fleet->entity, action, &target, 1, on_action, NULL);
    return true;
}

/* ---- keys */

static void row_changed(struct vehicles *desk)
{
    const struct vehicle_item *item = fleet_current(&desk->fleet);
    if (item)
        atlas_choose(&desk->map, item->id);
}

/* A digit: only those of this state; the same again or 0: all. */
static unsigned choose_state(struct vehicles *desk, int digit)
{
    const struct choice *states = desk->fleet.entity->states;
    int count = 0;
    while (states && states[count].code)
        count++;
    if (digit > count) {
        ui_say(desk->app->ui, ROLE_WARNING, _("There are %d states: 1 to %d, and 0 for all"), count, count);
        return SCREEN_REDRAW | SCREEN_BELL;
    }
    desk->state = digit - 1 == desk->state ? -1 : digit - 1;
    fleet_show(&desk->fleet);
    row_changed(desk);
    return SCREEN_REDRAW;
}

static unsigned open_current(struct vehicles *desk)
{
    const struct vehicle_item *item = fleet_current(&desk->fleet);
    if (!item)
        return SCREEN_BELL;
    form_open(desk->app, desk->fleet.entity, item->id);
    return SCREEN_REDRAW;
}

static unsigned show_track(struct vehicles *desk)
{
    const struct vehicle_item *item = fleet_current(&desk->fleet);
    if (!item || !track_may(desk->app))
        return SCREEN_BELL;
    track_open(desk->app, item->id, fleet_text(&desk->fleet, item, "plate"), DAY_NIL);
    return SCREEN_REDRAW;
}

static unsigned next_view(struct vehicles *desk)
{
    static const enum vehicles_view next[] = {
        [VEHICLES_BOTH] = VEHICLES_LIST, [VEHICLES_LIST] = VEHICLES_MAP, [VEHICLES_MAP] = VEHICLES_BOTH};
    bool alone = !vehicles_beside(desk);
    desk->view = next[desk->view];
    if (desk->view == VEHICLES_LIST && alone)
        desk->view = VEHICLES_MAP; /* it was the list alone already */
    desk->on_map = desk->view == VEHICLES_MAP;
    row_changed(desk);
    return SCREEN_REDRAW;
}

static unsigned command(struct vehicles *desk, const struct key *key)
{
    switch (key->code) {
    case K_VIEW:
    case 'M': return next_view(desk);
    case K_FILTER:
    case '/': fleet_ask_match(&desk->fleet); return SCREEN_REDRAW;
    case K_REFRESH: fleet_read(&desk->fleet); return SCREEN_REDRAW;
    case 'K': return show_track(desk);
    case K_TAB:
    case K_BACKTAB:
        if (!vehicles_beside(desk))
            return SCREEN_UNUSED;
        desk->on_map = !desk->on_map;
        return SCREEN_REDRAW;
    case K_CANCEL:
        if (!desk->fleet.match && desk->state < 0)
            return SCREEN_UNUSED;
        desk->state = -1;
        fleet_set_match(&desk->fleet, "");
        row_changed(desk);
        return SCREEN_REDRAW;
    default: break;
    }
    if (key->code >= '0' && key->code <= '9')
        return choose_state(desk, key->code - '0');
    return run_letter(desk, key) ? SCREEN_REDRAW : SCREEN_UNUSED;
}

/* The list follows what is chosen on the map. */
static unsigned map_key(struct vehicles *desk, const struct key *key)
{
    if (vehicles_beside(desk) && (key->code == K_TAB || key->code == K_BACKTAB))
        return command(desk, key); /* back to the list */
    switch (atlas_key(&desk->map, key)) {
    case ATLAS_USED: break;
    case ATLAS_OPENED: return open_current(desk);
    default: return command(desk, key);
    }
    if (desk->map.chosen)
        table_select(&desk->fleet.table, desk->map.chosen);
    return SCREEN_REDRAW;
}

static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct vehicles *desk = vehicles_of(screen);
    if (key->kind == KEY_PASTE || !desk->fleet.entity)
        return SCREEN_UNUSED;
    if (desk->on_map)
        return map_key(desk, key);
    if (key->code == ' ' || key->code == '*')
        return SCREEN_BELL;
    if (vehicles_beside(desk) && (key->code == '+' || key->code == '-' || key->code == 'f'))
        return map_key(desk, key);
    switch (table_key(&desk->fleet.table, key)) {
    case TABLE_OPENED: return open_current(desk);
    case TABLE_MOVED: row_changed(desk); return SCREEN_REDRAW;
    case TABLE_UNUSED: return command(desk, key);
    default: return SCREEN_REDRAW;
    }
}

static unsigned on_tick(struct screen *screen, int64_t now_ms)
{
    return fleet_tick(&vehicles_of(screen)->fleet, now_ms);
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    struct vehicles *desk = vehicles_of(screen);
    const struct vehicle_item *item = fleet_current(&desk->fleet);
    if (item) {
        key_bar_add(bar, K_ENTER, _("Show vehicle"), 0);
        action_keys(desk->app, desk->fleet.entity, item->row, NULL, bar);
    }
    if (item && track_may(desk->app))
        key_bar_add(bar, 'K', _("Track"), 2);
    key_bar_add(bar, K_VIEW, desk->view == VEHICLES_MAP ? _("List") : _("Map"), 3);
    if (vehicles_beside(desk))
        key_bar_add(bar, K_TAB, desk->on_map ? _("List") : _("Map"), 4);
    key_bar_add(bar, '1', _("By state"), 5);
    key_bar_add(bar, K_FILTER, _("Filter"), 6);
    if (vehicles_beside(desk) || desk->on_map)
        key_bar_add(bar, '+', _("Closer"), 7);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 9);
    key_bar_add(bar, K_HELP, _("Help"), 8);
}

static void closed(struct screen *screen)
{
    struct vehicles *desk = vehicles_of(screen);
    fleet_finish(&desk->fleet);
    atlas_finish(&desk->map);
    json_decref(desk->districts);
    free(desk);
}

static const struct screen_ops ops = {
    .name = "vehicles",
    .open = opened,
    .key = on_key,
    .draw = vehicles_draw,
    .linear = vehicles_linear,
    .tick = on_tick,
    .close = closed,
    .heading = N_("Vehicle monitor"),
    .crumb = vehicles_crumb,
    .keys = add_keys,
    .about = N_("All vehicles in sight, with where they are, as it comes from their trackers and drivers. A "
                "question mark stands at a place that is old. Enter opens a vehicle, s takes it off duty or "
                "puts it back, K shows its way of the day. F11 goes from list and map to the list and to the "
                "map; Tab goes to the map beside the list, where arrows move it. + and - bring it closer or "
                "farther, f keeps the chosen vehicle in the middle. 1 to 5 show one state only, 0 all."),
};

static void language(struct screen *screen)
{
    struct vehicles *desk = vehicles_of(screen);
    fleet_name_columns(&desk->fleet);
    map_places_fill(desk->app, &desk->map, desk->districts);
    vehicles_mark(desk);
}

static void open_from_menu(struct app_context *app, const struct catalogue_entity *entity)
{
    struct vehicles *desk = memory_zeroed(1, sizeof(*desk));
    (void)entity;
    *desk = (struct vehicles){.app = app, .state = -1};
    desk->screen.ops = &ops;
    atlas_init(&desk->map);
    fleet_init(&desk->fleet, app, &desk->screen, &vehicles_ops);
    language_register(&ops, language);
    open_screen(app, &desk->screen);
}

const struct desk vehicles_desk = {
    .name = "vehicles",
    .label = N_("Vehicle monitor"),
    .help = N_("Every vehicle with its state, driver, order and place, on a list and on a map; live."),
    .code = "mv",
    .verb = "vehicle.list",
    .open = open_from_menu,
};
