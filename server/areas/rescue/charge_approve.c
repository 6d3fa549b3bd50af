/* A difference above the limit of who clears: somebody else approves it, and that closes the receivable; or declines it. */
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/money.h"

#include <string.h>

/* May this charge's request be answered with this command? */
static bool is_meant(const struct act *act, const struct charge *charge)
{
    int64_t wanted = request_int(act->request, "charge_id");
    return charge->asked_reason && (wanted == NIL || wanted == charge->id);
}

static int nothing_asked(struct act *act)
{
    return act_refuse(act, N_("No difference of this order waits for an approval"));
}

static void forget(struct charge *charge)
{
    charge->asked_reason = NULL;
    charge->asked_by = NIL;
    charge->changed = true;
}

static int approve(struct money *money, struct charge *charge)
{
    if (charge->asked_by == money->me || money->received_before)
        return request_fail(money->act->request, ERR_FORBIDDEN, NULL,
                            N_("Who asked for a difference, or received the money, does not approve it"),
                            NULL);
    const char *reason = charge->asked_reason;
    int result = money_post_difference(money, charge, reason, charge->asked_by);
    if (result)
        return result;
    step_set(money->act, clear_reason, reason);
    charge->money_state = "cleared";
    forget(charge);
    return 0;
}

int approve_in_tx(struct act *act)
{
    struct money money;
    size_t approved = 0;
    money_begin(act, &money);
    for (size_t i = 0; i < money.count; i++) {
        if (!is_meant(act, &money.charges[i]))
            continue;
        int result = approve(&money, &money.charges[i]);
        if (result)
            return result;
        approved++;
    }
    if (approved == 0)
        return nothing_asked(act);
    step_set(act, cleared_by, money.me);
    step_set(act, cleared_at, act->request->now);
    money_end(&money);
    return 0;
}

int decline_in_tx(struct act *act)
{
    struct money money;
    size_t declined = 0;
    money_begin(act, &money);
    for (size_t i = 0; i < money.count; i++) {
        if (!is_meant(act, &money.charges[i]))
            continue;
        forget(&money.charges[i]);
        declined++;
    }
    if (declined == 0)
        return nothing_asked(act);
    money_end(&money);
    return 0;
}
