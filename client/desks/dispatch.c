/* The dispatch desk: who waits, who can go, who is on the road. */
#include "client/desks/desks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desks/dispatch-private.h"
#include "client/ui/words.h"
#include "client/views/live.h"
#include "client/views/notice.h"
#include "client/views/open.h"

static void on_orders(struct screen *screen, const struct live_event events[], size_t count)
{
    struct dispatch *desk = dispatch_of(screen);
    jobs_heard(&desk->waiting, events, count);
    jobs_heard(&desk->live, events, count);
    if (count == 0)
        offers_stale(&desk->offers);
}

static void on_vehicles(struct screen *screen, const struct live_event events[], size_t count)
{
    struct dispatch *desk = dispatch_of(screen);
    fleet_heard(&desk->fleet, events, count);
    offers_stale(&desk->offers);
}

static void offers_changed(struct offers *offers)
{
    board_map_fill(dispatch_of(offers->screen));
    dispatch_check_question(dispatch_of(offers->screen));
}

static void on_places(struct screen *screen, const char *action, const json_t *rows)
{
    if (strcmp(action, "position") == 0)
        fleet_moved(&dispatch_of(screen)->fleet, rows);
}

static void opened(struct screen *screen)
{
    struct dispatch *desk = dispatch_of(screen);
    live_watch(desk->app->live, screen, "rescue", on_orders);
    if (app_may(desk->app, "vehicle.list")) {
        live_watch(desk->app->live, screen, "vehicle", on_vehicles);
        live_watch_rows(desk->app->live, screen, "vehicle", on_places);
    }
    jobs_read(&desk->waiting);
    jobs_read(&desk->live);
    fleet_read(&desk->fleet);
    board_map_open(desk);
}

static void tell_late(struct dispatch *desk)
{
    char text[128] = "";
    size_t waiting = dispatch_overdue(&desk->waiting), live = dispatch_overdue(&desk->live);
    if (waiting || live)
        snprintf(text, sizeof(text), _("Overdue: %zu waiting, %zu on the road"), waiting, live);
    if (waiting + live > desk->late)
        desk->app->ui->bell = true;
    desk->late = waiting + live;
    notice_alarm(desk->app, text); /* also while another screen is worked at */
}

static unsigned on_tick(struct screen *screen, int64_t now_ms)
{
    struct dispatch *desk = dispatch_of(screen);
    unsigned flags =
        jobs_tick(&desk->waiting, now_ms) | jobs_tick(&desk->live, now_ms) | fleet_tick(&desk->fleet, now_ms);
    tell_late(desk);
    return flags;
}

static void closed(struct screen *screen)
{
    struct dispatch *desk = dispatch_of(screen);
    notice_alarm(desk->app, "");
    jobs_finish(&desk->waiting);
    jobs_finish(&desk->live);
    offers_finish(&desk->offers);
    record_finish(&desk->record);
    fleet_finish(&desk->fleet);
    board_map_finish(&desk->map);
    free(desk->filter);
    free(desk);
}

static const struct screen_ops ops = {
    .name = "dispatch",
    .open = opened,
    .key = dispatch_key,
    .draw = dispatch_draw,
    .linear = dispatch_linear,
    .tick = on_tick,
    .close = closed,
    .heading = N_("Dispatch"),
    .crumb = dispatch_crumb,
    .keys = dispatch_keys,
    .about = N_(
        "At the left the orders that wait for a vehicle, the most urgent first; at the right the vehicles, "
        "the nearest first; the map between joins the order under the cursor to its best three. These stand "
        "below, with what speaks against each: the digits 1 to 3 send one at once, + and - show the next "
        "ones. Tab goes to the orders on the road and back, M to the map, V to the vehicles; F9 narrows "
        "whichever has the keys by words. A question mark stands at a place that is old. Letters are the "
        "steps of the order under the cursor; the driver's own steps may be taken for him."),
};

static void language(struct screen *screen)
{
    struct dispatch *desk = dispatch_of(screen);
    dispatch_name_columns(desk);
    fleet_name_columns(&desk->fleet);
    offers_now(&desk->offers);
    board_map_language(desk);
}

static void open_from_menu(struct app_context *app, const struct catalogue_entity *entity)
{
    struct dispatch *desk = memory_zeroed(1, sizeof(*desk));
    (void)entity;
    *desk = (struct dispatch){.app = app, .unfit_vehicle = NIL, .unfit_order = NIL};
    desk->screen.ops = &ops;
    dispatch_init_rows(desk);
    offers_init(&desk->offers, app, &desk->screen);
    desk->offers.changed = offers_changed;
    board_map_init(&desk->map);
    board_fleet_init(desk);
    record_init(&desk->record, app, &desk->screen, NULL);
    language_register(&ops, language);
    open_screen(app, &desk->screen);
}

const struct desk dispatch_desk = {
    .name = "dispatch",
    .label = N_("Dispatch"),
    .help = N_("The orders that wait and those under way, the vehicles near each, and the step that comes "
               "next; live as others act."),
    .code = "dp",
    .verb = "rescue.dispatch",
    .open = open_from_menu,
};
