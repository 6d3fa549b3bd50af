#include "server/areas/rescue/step.h"

#include "base/arena.h"

#include <string.h>

/* Clocks of terminals differ a little. */
enum { FUTURE_SECONDS = 120 };

int step_time(struct act *act, const char *argument, struct instant after, struct instant *at_r)
{
    struct request *request = act->request;
    const char *text = request_text(request, argument);
    *at_r = request->now;
    if (!text)
        return 0;
    if (time_parse(text, at_r) < 0)
        return request_fail(request, ERR_INVALID, argument, N_("This is not a time"), NULL);
    if (at_r->us > request->now.us + FUTURE_SECONDS * US_PER_SECOND)
        return request_fail(request, ERR_INVALID, argument, N_("The time lies in the future"), NULL);
    if (!instant_is_nil(after) && at_r->us < after.us)
        return request_fail(request, ERR_INVALID, argument, N_("The time lies before the step before it"),
                            NULL);
    return 0;
}

struct instant step_due(struct instant from, int64_t seconds)
{
    if (instant_is_nil(from) || seconds == NIL)
        return INSTANT_NIL;
    return (struct instant){from.us + seconds * US_PER_SECOND};
}

struct step *step_of(struct act *act)
{
    if (!act->data)
        act->data = arena_new(act->request->arena, struct step);
    return act->data;
}

int step_vehicle(struct act *act, struct vehicle_row *vehicle)
{
    if (vehicle_take(step_of(act)->vehicle, vehicle) && vehicle->order_id == act->id)
        return 0;
    return request_fail(act->request, ERR_CONFLICT, "vehicle_id",
                        N_("The vehicle of this order is out of your reach"), NULL);
}

int step_follow(struct act *act, const char *state, struct point at)
{
    const struct rescue *was = act->was;
    struct vehicle_row vehicle;
    int result = step_vehicle(act, &vehicle);
    if (result == 0)
        vehicle_follow(act->request, &vehicle, state, strcmp(state, "idle") == 0 ? NIL : act->id,
                       was->driver_id, at);
    return result;
}
