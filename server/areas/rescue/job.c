/* What the driver does, or the dispatcher for him: accept, depart, arrive. */
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/step.h"

int accept_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    struct instant at;
    int result = step_time(act, "at", was->dispatched_at, &at);
    if (result)
        return result;
    struct instant due = step_due(at, was->sla_arrive_s);
    if (!instant_is_nil(was->appoint_at) && !instant_is_nil(due) && was->appoint_at.us > due.us)
        due = was->appoint_at;
    step_set(act, accepted_at, at);
    step_set(act, due_at, due);
    return 0;
}

int depart_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    struct instant at;
    int result = step_time(act, "at", was->accepted_at, &at);
    if (result)
        return result;
    step_set(act, departed_at, at);
    return step_follow(act, "on_the_way", POINT_NIL);
}

/* Where the car is, the vehicle now is too. */
int arrive_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    struct instant at;
    int result = step_time(act, "at", was->departed_at, &at);
    if (result)
        return result;
    step_set(act, arrived_at, at);
    step_set(act, due_at, INSTANT_NIL);
    return step_follow(act, "working", (struct point){was->lon, was->lat});
}
