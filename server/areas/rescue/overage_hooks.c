/*
 * What is above a hand-in is settled, whole or in parts: pending over and short / till or income. Up to the limit of base data who makes the paper
 * decides; above it somebody else approves, and until then nothing is posted. Who took the money settles nothing of it. The hand-in is locked
 * meanwhile, so that what is above it is settled once, and not of one that is taken back.
 */
#include "server/areas/rescue/overage.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/areas/finance/postings.h"
#include "server/areas/rescue/driver_paper.h"

static const struct sql sql_lock = {
    "overage_lock", "SELECT FROM handin WHERE id = $1 AND branch_id = ANY ($2::int[]) FOR NO KEY UPDATE"};
static const struct sql sql_lock_of = {
    "overage_lock_of",
    "SELECT FROM handin WHERE id = (SELECT handin_id FROM overage WHERE id = $1) FOR NO KEY UPDATE"};
/* In a statement of its own: it sees what was settled while the lock was waited for. */
#define HANDIN                                                                                               \
    "SELECT h.state, h.branch_id, h.driver_id, h.created_by, h.method, handin_over_left(h.id, h.over_fen), " \
    "($2::timestamptz AT TIME ZONE b.time_zone)::date FROM handin h JOIN branch b ON b.id = h.branch_id "
static const struct sql sql_handin = {
    "overage_handin", HANDIN "WHERE h.id = $1 AND h.method IS NOT NULL AND h.branch_id = ANY ($3::int[])"};
static const struct sql sql_handin_of = {"overage_handin_of",
                                         HANDIN "WHERE h.id = (SELECT handin_id FROM overage WHERE id = $1)"};

enum { COL_STATE, COL_BRANCH, COL_DRIVER, COL_TAKEN_BY, COL_METHOD, COL_LEFT, COL_DAY };

struct overage_rows {
    struct rows *handin, *document, *posted;
};

#define overage_set(act, member, ...)                                                                        \
    do {                                                                                                     \
        ((struct overage *)(act)->now)->member = (__VA_ARGS__);                                              \
        act_mark((act), #member);                                                                            \
    } while (0)

static struct driver_paper paper_of(const struct overage *overage)
{
    return (struct driver_paper){overage->number, overage->branch_id, overage->driver_id, overage->created_by,
                                 overage->amount_fen};
}

static void tell(struct act *act, const struct overage *overage, struct notice notice)
{
    struct driver_paper paper = paper_of(overage);
    driver_paper_tell(act, &paper, notice);
}

/* ---- the document */

static struct document_post document_of(struct act *act, const struct overage *overage)
{
    struct overage_rows *rows = act->data;
    const char *kind = overage->method ? "payment" : "adjustment";
    int64_t me = act->request->session->employee_id;
    return (struct document_post){
        .id = rows_int(rows->document, 0, 0),
        .kind = kind,
        .entity = "overage",
        .row_id = act_row_id(act),
        .charge_id = NIL,
        .sequence = 1,
        .branch_id = overage->branch_id,
        .party_id = NIL,
        .employee_id = overage->driver_id,
        .amount_fen = overage->amount_fen,
        .day = rows_date(rows->handin, 0, COL_DAY),
        .method = overage->method,
        .reason = overage->short_reason,
        .red_of = NIL,
        .word = posting_word(kind),
        .text = arena_printf(act->request->arena, "司机长款 %s", overage->number),
        .maker_id = me,
        .checker_id = NIL,
        .poster_id = me,
    };
}

/* `checker`: who approved it; NIL: nobody had to. */
static int post(struct act *act, const struct overage *overage, int64_t checker)
{
    struct posting_draft *draft = arena_new(act->request->arena, struct posting_draft);
    struct posting_subject about = {overage->branch_id, NIL, overage->driver_id, "rescue"};
    struct document_post document = document_of(act, overage);
    const char *account = NULL;
    int64_t limit;
    if (!finance_overage(overage->settled_by, &account, &limit))
        return request_fail(act->request, ERR_INVALID, "settled_by", N_("There is no such reason"), NULL);
    if (overage->method)
        account = finance_method_account(overage->method);
    if (posting_over_settled(draft, &about, account, overage->amount_fen) < 0)
        return request_fail(act->request, ERR_INVALID, "method", N_("No money goes out by this method"),
                            NULL);
    if (checker != NIL)
        document.maker_id = overage->created_by;
    document.checker_id = checker;
    document.lines = draft->lines;
    document.nlines = draft->count;
    finance_document_post(act->request, &document);
    tell(act, overage,
         (struct notice){.employee_id = overage->driver_id,
                         .msgid = N_("Of what you handed in too much {amount} is settled: paper {number}")});
    return 0;
}

/* ---- made */

int overage_load(struct act *act)
{
    const struct overage *overage = act->now;
    struct request *request = act->request;
    struct overage_rows *rows = arena_new(request->arena, struct overage_rows);
    tx_read(request->tx, &sql_lock, p_int(overage->handin_id), p_text(request->grant->scope));
    rows->handin = tx_read(request->tx, &sql_handin, p_int(overage->handin_id), p_time(request->now),
                           p_text(request->grant->scope));
    rows->document = finance_document_draw(request);
    act->data = rows;
    return 0;
}

/* All that waits, or the part that is named. */
static int take_amount(struct act *act, int64_t left_fen)
{
    const struct overage *overage = act->now;
    char money[MONEY_TEXT_SIZE];
    money_print(money, sizeof(money), MAX(left_fen, 0));
    if (overage->amount_fen == NIL)
        overage_set(act, amount_fen, left_fen);
    if (left_fen > 0 && overage->amount_fen > 0 && overage->amount_fen <= left_fen)
        return 0;
    return request_fail(act->request, ERR_CONFLICT, "amount_fen",
                        N_("Above this hand-in {left} wait to be settled, not more"), "left", money, NULL);
}

static int check_person(struct act *act, struct rows *handin)
{
    int64_t me = act->request->session->employee_id;
    if (rows_int(handin, 0, COL_DRIVER) != me && rows_int(handin, 0, COL_TAKEN_BY) != me)
        return 0;
    return request_fail(act->request, ERR_FORBIDDEN, NULL,
                        N_("Who handed the money in or took it does not settle what is above it"), NULL);
}

/* Where it goes: the account of base data, or out again, as it came in unless another way is named. */
static int take_way(struct act *act, const char *account, const char *came_by)
{
    const struct overage *overage = act->now;
    const char *method = overage->method ? overage->method : came_by;
    if (account && overage->method)
        return request_fail(act->request, ERR_INVALID, "method",
                            N_("No money goes out: it is booked on an account"), NULL);
    if (account)
        return 0;
    if (!finance_method_account(method) || finance_method_by_driver(method) ||
        finance_method_of_advance(method))
        return request_fail(act->request, ERR_INVALID, "method", N_("No money goes out by this method"),
                            NULL);
    overage_set(act, method, method);
    return 0;
}

static int check(struct act *act, struct rows *handin, int64_t *limit_r)
{
    const struct overage *overage = act->now;
    const char *account = NULL;
    if (rows_count(handin) == 0)
        return request_fail(act->request, ERR_INVALID, "handin_id", N_("There is no such hand-in"), NULL);
    if (*rows_text(handin, 0, COL_STATE) != 'p')
        return request_fail(act->request, ERR_CONFLICT, "handin_id", N_("This hand-in was taken back"), NULL);
    if (!finance_overage(overage->settled_by, &account, limit_r))
        return request_fail(act->request, ERR_INVALID, "settled_by", N_("There is no such reason"), NULL);
    int result = check_person(act, handin);
    if (result == 0)
        result = take_amount(act, rows_int(handin, 0, COL_LEFT));
    return result ? result : take_way(act, account, rows_text(handin, 0, COL_METHOD));
}

int overage_in_tx(struct act *act)
{
    const struct overage *overage = act->now;
    struct rows *handin = ((struct overage_rows *)act->data)->handin;
    int64_t limit = 0;
    int result = check(act, handin, &limit);
    if (result)
        return result;
    bool asks = overage->amount_fen > limit;
    overage_set(act, branch_id, rows_int(handin, 0, COL_BRANCH));
    act->branch_id = overage->branch_id;
    overage_set(act, driver_id, rows_int(handin, 0, COL_DRIVER));
    overage_set(act, number, driver_paper_number(act, 'E', rows_date(handin, 0, COL_DAY)));
    overage_set(act, state, asks ? "asked" : "posted");
    act_reply(act, "number", arena_printf(act->request->arena, "\"%s\"", overage->number));
    act_reply(act, "amount_fen", arena_printf(act->request->arena, "%lld", (long long)overage->amount_fen));
    if (!asks)
        return post(act, overage, NIL);
    tell(act, overage,
         (struct notice){.role = "finance_manager",
                         .msgid = N_("Overage {number} of {amount} waits for your approval")});
    return 0;
}

/* ---- decided */

static void queue_handin(struct act *act)
{
    struct request *request = act->request;
    struct overage_rows *rows = arena_new(request->arena, struct overage_rows);
    tx_read(request->tx, &sql_lock_of, p_int(act->id));
    rows->handin = tx_read(request->tx, &sql_handin_of, p_int(act->id), p_time(request->now));
    rows->document = finance_document_draw(request);
    act->data = rows;
}

int overage_decide_load(struct act *act)
{
    queue_handin(act);
    return 0;
}

static int decide(struct act *act)
{
    struct driver_paper paper = paper_of(act->was);
    struct rows *handin = ((struct overage_rows *)act->data)->handin;
    if (rows_count(handin) == 0)
        return -1;
    int result = driver_paper_judge(act, &paper);
    if (result == 0)
        result = check_person(act, handin);
    if (result)
        return result;
    overage_set(act, decided_by, act->request->session->employee_id);
    overage_set(act, decided_at, act->request->now);
    return 0;
}

int overage_approve_in_tx(struct act *act)
{
    const struct overage *was = act->was;
    int result = decide(act);
    if (result)
        return result;
    tell(act, was,
         (struct notice){.employee_id = was->created_by,
                         .msgid = N_("Overage {number} of {amount} is approved")});
    return post(act, was, act->request->session->employee_id);
}

int overage_decline_in_tx(struct act *act)
{
    const struct overage *was = act->was;
    int result = decide(act);
    if (result)
        return result;
    overage_set(act, decline_reason, act->reason);
    tell(act, was,
         (struct notice){.employee_id = was->created_by,
                         .msgid = N_("Overage {number} of {amount} is declined")});
    return 0;
}

/* ---- taken back */

int overage_reverse_load(struct act *act)
{
    queue_handin(act);
    ((struct overage_rows *)act->data)->posted = driver_paper_posted(act);
    return 0;
}

int overage_reverse_in_tx(struct act *act)
{
    const struct overage *was = act->was;
    struct overage_rows *rows = act->data;
    int64_t me = act->request->session->employee_id;
    if (was->created_by == me || was->driver_id == me)
        return request_fail(act->request, ERR_FORBIDDEN, NULL,
                            N_("Who made a paper, and whose money it is, does not take it back"), NULL);
    if (rows_count(rows->handin) == 0)
        return -1;
    struct document_post document = document_of(act, was);
    document.amount_fen = -was->amount_fen;
    overage_set(act, reversed_by, me);
    overage_set(act, reversed_at, act->request->now);
    return driver_paper_post_red(act, &document, rows->posted);
}
