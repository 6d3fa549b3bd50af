/*
 * What is missing of a driver's money is settled: who bears it / his receivable. Up to the limit of base data who makes the paper decides; above it
 * somebody else approves, and until then nothing is posted and the driver holds it still. Who took money in of the same orders settles nothing of them.
 */
#include "base/arena.h"
#include "server/areas/rescue/driver_paper.h"
#include "server/areas/rescue/handin.h"

static const struct sql sql_others = {
    "shortage_others",
    "SELECT o.number, h.state = 'asked' FROM handin h JOIN handin_line l ON l.handin_id = h.id "
    "JOIN rescue_order o ON o.id = l.order_id WHERE l.order_id = ANY ($1::bigint[]) AND (h.state = 'asked' "
    "OR (h.state = 'posted' AND h.method IS NOT NULL AND h.created_by = $2)) ORDER BY h.state, h.id LIMIT 1"};

static struct driver_paper driver_paper_of(const struct handin *shortage)
{
    return (struct driver_paper){shortage->number, shortage->branch_id, shortage->driver_id,
                                 shortage->created_by, shortage->amount_fen};
}

int shortage_check(struct act *act)
{
    const struct handin *shortage = act->now;
    if (!finance_shortage_account(shortage->settled_by))
        return request_fail(act->request, ERR_INVALID, "settled_by", N_("There is no such reason"), NULL);
    return handin_check_lines(act);
}

int shortage_load(struct act *act)
{
    const struct handin *shortage = act->now;
    const struct handin_line *lines = shortage->lines.items;
    struct request *request = act->request;
    int64_t *ids = arena_alloc(request->arena, (shortage->lines.count + 1) * sizeof(*ids));
    for (size_t i = 0; i < shortage->lines.count; i++)
        ids[i] = lines[i].order_id;
    handin_queue(act)->others = tx_read(request->tx, &sql_others, p_ids(ids, shortage->lines.count),
                                        p_int(request->session->employee_id));
    return 0;
}

static void tell(struct act *act, const struct handin *shortage, struct notice notice)
{
    struct driver_paper paper = driver_paper_of(shortage);
    driver_paper_tell(act, &paper, notice);
}

/* Whose money it was hears of it, whoever bears it; the paper itself he cannot open. */
static int post(struct act *act, const struct handin *shortage, struct day day, int64_t checker)
{
    tell(act, shortage,
         (struct notice){.employee_id = shortage->driver_id,
                         .msgid = N_("Of the money you hold {amount} is settled: paper {number}")});
    return handin_post(act, shortage, day, checker);
}

static int check_others(struct act *act)
{
    struct rows *others = ((struct handin_rows *)act->data)->others;
    if (rows_count(others) == 0)
        return 0;
    if (rows_bool(others, 0, 1))
        return request_fail(act->request, ERR_CONFLICT, "lines",
                            N_("A shortage of order {number} waits for its approval already"), "number",
                            rows_text(others, 0, 0), NULL);
    return request_fail(act->request, ERR_FORBIDDEN, "lines",
                        N_("Who took in money of order {number} does not settle what is missing of it"),
                        "number", rows_text(others, 0, 0), NULL);
}

int shortage_in_tx(struct act *act)
{
    struct handin *shortage = act->now;
    struct handin_rows *rows = act->data;
    int result = handin_take(act, 'S');
    if (result == 0)
        result = check_others(act);
    if (result)
        return result;
    bool asks = shortage->amount_fen > finance_shortage_limit(shortage->settled_by);
    shortage->state = asks ? "asked" : "posted";
    act_mark(act, "state");
    if (asks) {
        tell(act, shortage,
             (struct notice){.role = "finance_manager",
                             .msgid = N_("Shortage {number} of {amount} waits for your approval")});
        return 0;
    }
    handin_tell(act);
    return post(act, shortage, rows_date(rows->orders, 0, HANDIN_DAY), NIL);
}

/* ---- decided */

int shortage_decide_load(struct act *act)
{
    handin_queue_of(act);
    return 0;
}

static int decide(struct act *act)
{
    struct handin *now = act->now;
    struct driver_paper paper = driver_paper_of(act->was);
    int result = driver_paper_judge(act, &paper);
    if (result)
        return result;
    now->decided_by = act->request->session->employee_id;
    now->decided_at = act->request->now;
    act_mark(act, "decided_by");
    act_mark(act, "decided_at");
    return 0;
}

/* What was asked for must be with the driver still. */
static int take_again(struct act *act, struct rows *orders)
{
    for (size_t i = 0; i < rows_count(orders); i++) {
        int64_t held = rows_int(orders, i, HANDIN_HOLDS), part = rows_int(orders, i, HANDIN_HELD);
        if (part > held)
            return handin_refuse_order(act, N_("Of order {number} the driver holds {held}, not more"),
                                       rows_text(orders, i, HANDIN_NUMBER), held);
    }
    for (size_t i = 0; i < rows_count(orders); i++)
        handin_tell_order(act, orders, i, rows_int(orders, i, HANDIN_HELD));
    return 0;
}

int shortage_approve_in_tx(struct act *act)
{
    const struct handin *was = act->was;
    struct rows *orders = ((struct handin_rows *)act->data)->orders;
    int result = decide(act);
    if (result)
        return result;
    if (rows_count(orders) == 0)
        return -1;
    result = take_again(act, orders);
    if (result)
        return result;
    tell(act, was,
         (struct notice){.employee_id = was->created_by,
                         .msgid = N_("Shortage {number} of {amount} is approved")});
    return post(act, was, rows_date(orders, 0, HANDIN_DAY), act->request->session->employee_id);
}

int shortage_decline_in_tx(struct act *act)
{
    struct handin *now = act->now;
    int result = decide(act);
    if (result)
        return result;
    now->decline_reason = act->reason;
    act_mark(act, "decline_reason");
    tell(act, act->was,
         (struct notice){.employee_id = now->created_by,
                         .msgid = N_("Shortage {number} of {amount} is declined")});
    return 0;
}
