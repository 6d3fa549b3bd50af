/* The money track's steps: audit, price, receive, clear, return, and several in one. Who may not follow whom is decided here. */
#include "base/arena.h"
#include "server/areas/rescue/credit.h"
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/money.h"

#include <string.h>

static bool is(const char *state, const char *wanted)
{
    return state && strcmp(state, wanted) == 0;
}

static bool has_onestop(const struct act *act)
{
    const struct grant *grant = session_grant(act->request->session, "rescue.onestop");
    return grant && grant_covers(grant, act->branch_id);
}

/* Two steps of one order are different people, unless one has the right to do both; that then shows on the order. */
static int apart(struct money *money, int64_t other, const char *msgid)
{
    if (other != money->me)
        return 0;
    if (!has_onestop(money->act))
        return request_fail(money->act->request, ERR_FORBIDDEN, NULL, msgid, NULL);
    step_set(money->act, onestop, true);
    return 0;
}

/* ---- the steps on the order as it will be */

static int audit(struct money *money)
{
    struct act *act = money->act;
    struct request *request = act->request;
    const struct rescue *was = money->was;
    if (was->created_by == money->me)
        return request_fail(request, ERR_FORBIDDEN, NULL, N_("Who entered an order does not audit it"), NULL);
    if (is(was->result, "pending") || is(was->result, "disputed"))
        return act_refuse(act, N_("The customer has not confirmed the result yet"));
    int64_t price = request_int(request, "price_fen"), cost = request_int(request, "cost_fen"), commission;
    if (price == NIL)
        price = was->price_fen != NIL ? was->price_fen : was->proposal_fen;
    if (price == NIL)
        return request_fail(request, ERR_INVALID, "price_fen",
                            N_("No price could be proposed: say which it is"), NULL);
    if (cost != NIL && was->supplier_id == NIL)
        return request_fail(request, ERR_INVALID, "cost_fen", N_("No contractor did this job"), NULL);
    if (money_commission(money, price, &commission) < 0)
        return request_fail(request, ERR_INVALID, "price_fen",
                            N_("A commission cannot be worked out of these numbers"), NULL);
    if (request_int(request, "commission_fen") != NIL)
        commission = request_int(request, "commission_fen");
    if (commission != NIL && was->driver_id == NIL)
        return request_fail(request, ERR_INVALID, "commission_fen", N_("No driver was on this order"), NULL);
    step_set(act, price_fen, price);
    step_set(act, commission_fen, commission);
    if (cost != NIL)
        step_set(act, cost_fen, cost);
    if (request_text(request, "method"))
        step_set(act, method, request_text(request, "method"));
    step_set(act, audited_by, money->me);
    step_set(act, audited_at, request->now);
    for (size_t i = 0; i < money->count; i++) {
        money->charges[i].money_state = "audited";
        money->charges[i].changed = true;
    }
    return 0;
}

static int post_price(struct money *money)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < money->count; i++) {
        if (money->charges[i].amount_fen > 0)
            result = money_post_receivable(money, &money->charges[i]);
    }
    if (result == 0)
        result = money_post_cost(money);
    return result ? result : money_post_commission(money);
}

/* Told, not forbidden: what each payer comes to owe may be beyond his credit limit. */
static void tell_credit(struct money *money)
{
    struct credit_more *more = arena_alloc(money->act->request->arena, (money->count + 1) * sizeof(*more));
    for (size_t i = 0; i < money->count; i++)
        more[i] = (struct credit_more){money->charges[i].payer_id, money->charges[i].amount_fen};
    credit_reply(money->act, money->credit, more, money->count);
}

static int price(struct money *money)
{
    struct act *act = money->act;
    struct rescue *now = act->now;
    int64_t given = request_int(act->request, "price_fen");
    if (given != NIL)
        step_set(act, price_fen, given);
    step_set(act, priced_by, money->me);
    step_set(act, priced_at, act->request->now);
    int result = is(money->was->money_state, "priced") ? money_post_red(money) : 0;
    if (result == 0)
        result = money_split_price(money, now->price_fen);
    if (result == 0)
        result = post_price(money);
    if (result)
        return result;
    step_set(act, clear_reason, now->price_fen == 0 ? "no_charge" : NULL);
    tell_credit(money);
    return 0;
}

/* The charge that is meant: the one named, or the only one in that state. */
static struct charge *pick(struct money *money, const char *state)
{
    int64_t wanted = request_int(money->act->request, "charge_id");
    struct charge *found = NULL;
    for (size_t i = 0; i < money->count; i++) {
        struct charge *charge = &money->charges[i];
        if (!is(charge->money_state, state) || (wanted != NIL && charge->id != wanted))
            continue;
        if (found)
            return NULL;
        found = charge;
    }
    return found;
}

static int take_money(struct money *money, struct charge *charge, int64_t amount, const char *method)
{
    struct act *act = money->act;
    struct instant at;
    int result = step_time(act, "received_at", INSTANT_NIL, &at);
    if (result)
        return result;
    if (amount > 0) {
        result = money_post_receipt(money, charge, amount, method);
        step_set(act, received_by, money->me);
        step_set(act, received_at, at);
        if (method && !money->was->method)
            step_set(act, method, method);
    }
    charge->received_fen += amount;
    charge->changed = true;
    if (charge_due(charge) == 0 || request_bool(act->request, "final"))
        charge->money_state = "received";
    return result;
}

/* What the driver has handed in already is received as his money, or it would stand in the till twice. */
static int check_handed(struct money *money, const char *method)
{
    const struct rescue *now = money->act->now;
    if (now->handed_fen <= now->driver_fen || finance_method_by_driver(method))
        return 0;
    return request_fail(money->act->request, ERR_INVALID, "method",
                        N_("The driver handed in money of this order: receive that first, as money on site"),
                        NULL);
}

/* All that is due of each payer, by his own way of paying. */
static int receive_all(struct money *money, const char *method)
{
    const struct rescue *now = money->act->now;
    for (size_t i = 0; i < money->count; i++) {
        struct charge *charge = &money->charges[i];
        const char *by = charge->method ? charge->method : method ? method : now->method;
        if (!is(charge->money_state, "priced"))
            continue;
        int result = check_handed(money, by);
        if (result == 0)
            result = take_money(money, charge, charge_due(charge), by);
        if (result)
            return result;
    }
    return 0;
}

static size_t count_due(const struct money *money)
{
    size_t count = 0;
    for (size_t i = 0; i < money->count; i++)
        count += is(money->charges[i].money_state, "priced");
    return count;
}

static int receive(struct money *money)
{
    struct request *request = money->act->request;
    const struct rescue *now = money->act->now;
    struct charge *charge = pick(money, "priced");
    if (!charge)
        return request_fail(request, ERR_INVALID, "charge_id", N_("Say which payer's money it is"), NULL);
    int64_t amount = request_int(request, "amount_fen");
    const char *method = request_text(request, "method");
    if (!method)
        method = charge->method ? charge->method : now->method;
    if (amount == NIL)
        amount = charge_due(charge);
    if (amount == 0 && !request_bool(request, "final"))
        return request_fail(request, ERR_INVALID, "amount_fen",
                            N_("No amount: say so only when nothing more comes"), NULL);
    if (amount > 0 && !method)
        return request_fail(request, ERR_INVALID, "method", N_("Say how the money came in"), NULL);
    int result = amount > 0 ? check_handed(money, method) : 0;
    return result ? result : take_money(money, charge, amount, method);
}

/* ---- the hooks */

int audit_in_tx(struct act *act)
{
    struct money money;
    money_begin(act, &money);
    int result = audit(&money);
    if (result == 0)
        money_end(&money);
    return result;
}

int price_in_tx(struct act *act)
{
    struct money money;
    money_begin(act, &money);
    if (money.was->received_fen > 0)
        return act_refuse(act, N_("Money came in already: a difference is cleared, not priced away"));
    int result = apart(&money, money.was->audited_by, N_("Who audited an order does not price it"));
    if (result == 0)
        result = price(&money);
    if (result == 0)
        money_end(&money);
    return result;
}

int receive_in_tx(struct act *act)
{
    struct money money;
    money_begin(act, &money);
    int result = apart(&money, money.was->priced_by, N_("Who priced an order does not receive its money"));
    if (result == 0)
        result = receive(&money);
    if (result == 0)
        money_end(&money);
    return result;
}

static bool has_role(const struct session *session, const char *role)
{
    for (size_t i = 0; i < session->nroles; i++) {
        if (strcmp(session->roles[i], role) == 0)
            return true;
    }
    return false;
}

static int check_reason(struct money *money, const char *reason)
{
    struct request *request = money->act->request;
    if (!reason)
        return request_fail(request, ERR_INVALID, "difference_reason",
                            N_("Less came in than was priced: say why"), NULL);
    if (!finance_difference_account(reason))
        return request_fail(request, ERR_INVALID, "difference_reason", N_("There is no such reason"), NULL);
    if (money->received_before)
        return request_fail(request, ERR_FORBIDDEN, NULL,
                            N_("Who received an order's money does not clear a difference of it"), NULL);
    return 0;
}

/* Above the limit of who has not the reason's role somebody else decides: until then the money stays due. */
static bool must_ask(const struct money *money, const struct charge *charge, const char *reason)
{
    const char *role = finance_difference_role(reason);
    return role && !has_role(money->act->request->session, role) &&
           charge_due(charge) > finance_difference_limit(reason);
}

static int clear_one(struct money *money, struct charge *charge)
{
    const char *reason = request_text(money->act->request, "difference_reason");
    charge->asked_reason = NULL;
    charge->asked_by = NIL;
    charge->changed = true;
    if (charge_due(charge) > 0) {
        int result = check_reason(money, reason);
        if (result)
            return result;
        if (must_ask(money, charge, reason)) {
            charge->asked_reason = reason;
            charge->asked_by = money->me;
            return 0;
        }
        result = money_post_difference(money, charge, reason, NIL);
        if (result)
            return result;
        step_set(money->act, clear_reason, reason);
    }
    charge->money_state = "cleared";
    return 0;
}

int clear_in_tx(struct act *act)
{
    int64_t wanted = request_int(act->request, "charge_id");
    struct money money;
    size_t cleared = 0, asked = 0;
    money_begin(act, &money);
    for (size_t i = 0; i < money.count; i++) {
        struct charge *charge = &money.charges[i];
        if (!is(charge->money_state, "received") || (wanted != NIL && wanted != charge->id))
            continue;
        int result = clear_one(&money, charge);
        if (result)
            return result;
        cleared += charge->asked_reason == NULL;
        asked += charge->asked_reason != NULL;
    }
    if (cleared + asked == 0)
        return request_fail(act->request, ERR_INVALID, "charge_id",
                            N_("This payer's money is not received yet"), NULL);
    if (cleared > 0) {
        step_set(act, cleared_by, money.me);
        step_set(act, cleared_at, act->request->now);
    }
    money_end(&money);
    return 0;
}

static void step_back(struct money *money, const char *state)
{
    for (size_t i = 0; i < money->count; i++) {
        struct charge *charge = &money->charges[i];
        charge->money_state = state;
        charge->amount_fen = 0;
        charge->changed = true;
    }
    step_set(money->act, money_state, state);
}

int return_in_tx(struct act *act)
{
    struct money money;
    money_begin(act, &money);
    if (money.was->received_fen > 0)
        return act_refuse(act, N_("Money came in already: the order cannot be returned"));
    if (is(money.was->money_state, "audited")) {
        step_back(&money, "unaudited");
        step_set(act, audited_by, NIL);
        step_set(act, audited_at, INSTANT_NIL);
        step_set(act, commission_fen, NIL);
        money_end(&money);
        return 0;
    }
    int result = money_post_red(&money);
    if (result)
        return result;
    step_back(&money, "audited");
    step_set(act, priced_by, NIL);
    step_set(act, priced_at, INSTANT_NIL);
    money_end(&money);
    return 0;
}

/* Audit, price and receive by one person in one command. What was done before by others is not done again. */
int onestop_in_tx(struct act *act)
{
    const struct rescue *was = act->was;
    const struct rescue *now = act->now;
    struct money money;
    int result = 0;
    money_begin(act, &money);
    if (is(was->money_state, "unaudited"))
        result = audit(&money);
    if (result == 0 && !is(was->money_state, "priced"))
        result = price(&money);
    if (result == 0 && now->price_fen > 0 && count_due(&money) > 1)
        result = receive_all(&money, request_text(act->request, "method"));
    else if (result == 0 && now->price_fen > 0)
        result = receive(&money);
    if (result)
        return result;
    step_set(act, onestop, true);
    money_end(&money);
    return 0;
}
