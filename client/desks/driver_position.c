/* Where the vehicle is, as the phone says: pasted, typed, or sent by a script (vehicle.report). */
#include <stdio.h>

#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/desks/place.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"

bool driver_position_offered(const struct driver *desk)
{
    return desk->vehicle_id != NIL && app_may(desk->app, "vehicle.report");
}

static void on_last(struct screen *screen, const struct answer *answer, void *context)
{
    struct driver *desk = context;
    const json_t *row = json_array_get(json_object_get(answer->object, "rows"), 0);
    (void)screen;
    if (answer->code != ERR_NONE || !row || desk->vehicle_id != NIL)
        return;
    desk->vehicle_id = order_number(row, "vehicle_id");
    snprintf(desk->vehicle, sizeof(desk->vehicle), "%s", order_text(row, "vehicle_label"));
}

/* Between jobs it is the vehicle of the last one. */
void driver_ask_vehicle(struct driver *desk)
{
    json_t *args = json_pack("{s:{s:{s:b}}, s:[s], s:[s], s:i}", "filter", "vehicle_id", "null", 0, "columns",
                             "vehicle_id", "sort", "-created_at", "limit", 1);
    ask(desk->app, &desk->screen, "rescue.list", args, CALL_READ, NULL, on_last, desk);
}

static void on_reported(struct screen *screen, const struct answer *answer, void *context)
{
    struct driver *desk = context;
    (void)screen;
    if (answer->code != ERR_NONE)
        answer_say(desk->app, NULL, answer);
    else
        ui_say(desk->app->ui, ROLE_GOOD, "%s", _("The position is reported"));
}

static const char *check(void *context, const char *text)
{
    struct point point;
    (void)context;
    return place_parse(text, &point) ? NULL : _("Two numbers are needed here: longitude and latitude");
}

static void on_typed(void *context, const struct dialog_answer *answer)
{
    struct driver *desk = context;
    char at[TIME_TEXT_SIZE];
    struct point point;
    if (answer->key != K_ENTER || !place_parse(answer->text, &point))
        return;
    json_t *args =
        json_pack("{s:I, s:f, s:f}", "id", (json_int_t)desk->vehicle_id, "lon", point.lon, "lat", point.lat);
    if (link_state(desk->app->link) != LINK_READY)
        json_object_set_new(args, "at", json_string(time_print(at, sizeof(at), time_now())));
    /* The verb takes no key: a report may be repeated, an older one is passed over. */
    ask(desk->app, &desk->screen, "vehicle.report", args, CALL_READ, NULL, on_reported, desk);
}

void driver_report(struct driver *desk)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    dialog_ask(desk->app->ui,
               &(struct dialog_ask){
                   .title = _("Report position"),
                   .text = arena_printf(
                       arena, _("Where %s is: longitude and latitude, as the phone shows or shares them."),
                       desk->vehicle),
                   .label = _("Coordinates"),
                   .max = 200,
                   .required = true,
                   .check = check},
               on_typed, desk);
}
