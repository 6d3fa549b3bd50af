/* Positions by themselves: while on duty, the phone's own program is asked where it is, and the server told. */
#include <errno.h>
#include <string.h>

#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/desks/place.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/value_text.h"

enum { PLACE_SECONDS = 30, PLACE_BYTES = 16 * 1024, UNANSWERED_MAX = 120 };

static void on_told(struct screen *screen, const struct answer *answer, void *context)
{
    struct driver *desk = driver_of(screen);
    (void)context;
    desk->places--;
    if (answer->code == ERR_NONE) {
        desk->told_at = time_now();
        desk->place_refused = NULL;
    } else if (answer->code == ERR_INVALID && strcmp(order_text(answer->object, "field"), "at") == 0) {
        desk->place_refused = _("the clock of this phone is wrong");
    } else if (answer->code == ERR_INVALID || answer->code == ERR_NOT_FOUND ||
               answer->code == ERR_FORBIDDEN) {
        desk->place_refused = _("the server does not take it");
    }
    ui_redraw(desk->app->ui);
}

/* Over a lost line they wait with their times; what was measured later is not held back for ever by what was before. */
static void tell(struct driver *desk, struct point point)
{
    char at[TIME_TEXT_SIZE];
    if (desk->places >= UNANSWERED_MAX)
        return;
    desk->places++;
    ask(desk->app, &desk->screen, "vehicle.report",
        json_pack("{s:I, s:f, s:f, s:s}", "id", (json_int_t)desk->vehicle_id, "lon", point.lon, "lat",
                  point.lat, "at", time_print(at, sizeof(at), time_now())),
        CALL_READ, NULL, on_told, NULL);
}

static void on_place(void *context, int failed, const struct str *output)
{
    struct driver *desk = context;
    struct point point;
    if (!failed && !place_parse(output->data ? output->data : "", &point))
        failed = -EBADMSG;
    desk->place_trouble = !failed                ? NULL
                          : failed == -EBADMSG   ? _("its program names no place")
                          : failed == -ETIMEDOUT ? _("its program does not answer")
                                                 : strerror(-failed);
    if (!failed && driver_position_offered(desk))
        tell(desk, point);
    ui_redraw(desk->app->ui);
}

void driver_position_tick(struct driver *desk, int64_t now_ms)
{
    bool due = !desk->placed_ms || now_ms - desk->placed_ms >= (int64_t)desk->app->position_seconds * 1000;
    if (!desk->app->position_command || desk->off_duty || !due || helper_runs(&desk->place) ||
        !driver_position_offered(desk))
        return;
    desk->placed_ms = now_ms;
    int failed = helper_start(&desk->place, &(struct helper_ask){.command = desk->app->position_command,
                                                                 .limit = PLACE_BYTES,
                                                                 .seconds = PLACE_SECONDS,
                                                                 .done = on_place,
                                                                 .context = desk});
    if (failed)
        desk->place_trouble = strerror(-failed);
}

unsigned driver_position_duty(struct driver *desk)
{
    desk->off_duty = !desk->off_duty;
    desk->placed_ms = 0;
    if (desk->off_duty)
        helper_stop(&desk->place);
    ui_say(desk->app->ui, ROLE_NORMAL, "%s",
           desk->off_duty ? _("Positions are not sent any more") : _("Positions are sent again"));
    return SCREEN_REDRAW;
}

void driver_position_crumb(const struct driver *desk, struct str *out)
{
    static const struct field time = ARG(at, FIELD_TIME, .label = "");
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char at[TIME_TEXT_SIZE];
    if (!desk->app->position_command)
        return;
    if (desk->off_duty) {
        str_addf(out, " · %s", _("off duty"));
        return;
    }
    const char *trouble = desk->place_trouble ? desk->place_trouble : desk->place_refused;
    if (trouble) {
        str_addf(out, " · %s: %s", _("no position"), trouble);
        return;
    }
    if (instant_is_nil(desk->told_at))
        return;
    const char *shown = value_show(desk->app, arena, &time, time_print(at, sizeof(at), desk->told_at), NULL);
    const char *space = strchr(shown, ' ');
    str_addf(out, " · %s %s", _("position"), space ? space + 1 : shown);
}
