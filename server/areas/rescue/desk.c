/* Steps of the desk that move no vehicle and no money: contact, urge, void, proceed. */
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/step.h"

/* The note itself stands in the trail, with who wrote it and when. */
int contact_in_tx(struct act *act)
{
    act->reason = request_text(act->request, "note");
    step_set(act, contacted_at, act->request->now);
    step_set(act, to_confirm, false);
    return 0;
}

int urge_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    step_set(act, urges, was->urges + 1);
    step_set(act, urged_at, act->request->now);
    return 0;
}

int void_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    if (was->vehicle_id != NIL) {
        int result = step_follow(act, "idle", POINT_NIL);
        if (result)
            return result;
        step_tell_driver(act, was->driver_id, "warning", N_("Job {number} was voided"));
    }
    step_set(act, voided_at, act->request->now);
    step_set(act, due_at, INSTANT_NIL);
    return 0;
}

/* The third party is told through the trail, as of any step; its notice may be withdrawn anew. */
int proceed_in_tx(struct act *act)
{
    step_set(act, cancel_at, INSTANT_NIL);
    step_set(act, cancel_reason, NULL);
    step_set(act, withdrawal, "none");
    step_set(act, proceed_at, act->request->now);
    step_set(act, proceed_reason, act->reason);
    return 0;
}
