/* What who ordered says of a finished job, and what is told to him with it: audit waits for his word where he is to give it. */
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/step.h"

static int result_remarks(struct act *act)
{
    if (request_has(act->request, "remarks"))
        step_set(act, result_remarks, request_text(act->request, "remarks"));
    return 0;
}

int confirm_result_in_tx(struct act *act)
{
    return result_remarks(act);
}

/* Those who see to results hear of it; a third party's own people dispute from outside. */
int dispute_in_tx(struct act *act)
{
    if (act->request->session->party_id > 0)
        step_tell_clerks(act, "warning", N_("The result of order {number} is disputed"));
    return result_remarks(act);
}

int resubmit_in_tx(struct act *act)
{
    return result_remarks(act);
}

int remark_in_tx(struct act *act)
{
    return result_remarks(act);
}
