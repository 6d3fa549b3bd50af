/*
 * The money of a statement: one receipt, one entry, spread over its lines from the oldest. What is paid whole is cleared, with nothing to post; what
 * is left stays on the statement; what is too much is the customer's advance.
 */
#include "server/areas/rescue/statement.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/areas/rescue/money.h"

#include <string.h>

/* Orders first, as everybody locks them; what is read behind that is as it stands. */
static const struct sql sql_lock = {
    "statement_lock", "SELECT o.id FROM statement_line l JOIN rescue_order o ON o.id = l.order_id "
                      "WHERE l.statement_id = $1 ORDER BY o.id FOR NO KEY UPDATE OF o"};
#define RANK "array_position('{unaudited,audited,priced,received,cleared}'::text[], x.money_state)"
static const struct sql sql_lines = {
    "statement_to_pay",
    "SELECT o.id, o.version, o.branch_id, o.driver_id, l.id, l.charge_id, l.amount_fen - l.received_fen, "
    "o.received_fen, o.priced_by, o.money_state, o.handed_fen > o.driver_fen, o.number, "
    "coalesce((SELECT bool_and(x.money_state = 'cleared') FROM rescue_charge x "
    "WHERE x.order_id = o.id AND x.id <> l.charge_id), true), "
    "(SELECT x.money_state FROM rescue_charge x WHERE x.order_id = o.id AND x.id <> l.charge_id "
    "ORDER BY " RANK " LIMIT 1) "
    "FROM statement_line l JOIN rescue_order o ON o.id = l.order_id WHERE l.statement_id = $1 AND l.live "
    "ORDER BY l.done_on, l.id"};
static const struct sql sql_day = {"statement_pay_day",
                                   "SELECT ($2::timestamptz AT TIME ZONE b.time_zone)::date FROM statement s "
                                   "JOIN branch b ON b.id = s.branch_id WHERE s.id = $1"};
static const struct sql sql_advance_lock = {
    "statement_advance_lock", "SELECT customer_advance_lock(party_id) FROM statement WHERE id = $1"};
static const struct sql sql_advance = {
    "statement_advance", "SELECT customer_advance(party_id, branch_id) FROM statement WHERE id = $1"};
static const struct sql sql_pay_lines = {
    "statement_pay_lines",
    "WITH u AS (UPDATE statement_line l SET received_fen = l.received_fen + p.fen, "
    "live = l.received_fen + p.fen < l.amount_fen FROM unnest($1::bigint[], $2::bigint[]) p (id, fen) "
    "WHERE l.id = p.id AND l.live RETURNING 1) SELECT must_be_one((count(*) = $3)::int) FROM u"};
static const struct sql sql_pay_charges = {
    "statement_pay_charges",
    "WITH u AS (UPDATE rescue_charge c SET received_fen = c.received_fen + p.fen, money_state = "
    "CASE WHEN c.received_fen + p.fen >= c.amount_fen THEN 'cleared' ELSE c.money_state END "
    "FROM unnest($1::bigint[], $2::bigint[]) p (id, fen) WHERE c.id = p.id AND c.money_state = 'priced' "
    "RETURNING 1) SELECT must_be_one((count(*) = $3)::int) FROM u"};
/* Versions go on with the trail's row, by statement_tell_orders. */
static const struct sql sql_pay_orders = {
    "statement_pay_orders",
    "WITH u AS (UPDATE rescue_order o SET received_fen = o.received_fen + p.fen, money_state = p.state, "
    "received_by = $5::bigint, received_at = $6::timestamptz, method = coalesce(o.method, $7::text), "
    "onestop = o.onestop OR o.priced_by = $5, "
    "cleared_by = CASE WHEN p.state = 'cleared' THEN $5 ELSE o.cleared_by END, "
    "cleared_at = CASE WHEN p.state = 'cleared' THEN now() ELSE o.cleared_at END "
    "FROM unnest($1::bigint[], $2::bigint[], $3::text[]) p (id, fen, state) WHERE o.id = p.id "
    "RETURNING 1) SELECT must_be_one((count(*) = $4)::int) FROM u"};

enum {
    COL_ORDER,
    COL_VERSION,
    COL_BRANCH,
    COL_DRIVER,
    COL_LINE,
    COL_CHARGE,
    COL_DUE,
    COL_RECEIVED,
    COL_PRICED_BY,
    COL_STATE,
    COL_HANDED,
    COL_NUMBER,
    COL_OTHERS_CLEARED,
    COL_OTHERS_LEAST
};

struct settle_rows {
    struct rows *lines, *day, *advance, *document;
};

/* What is paid of which line; `count` lines from the oldest get something. */
struct payment {
    struct settle_rows *rows;
    int64_t amount_fen, due_fen;
    struct instant at;
    const char *method;
    int64_t *orders, *lines, *charges, *parts;
    const char **states;
    struct statement_order *told;
    size_t count;
};

static struct instant day_instant(const struct request *request)
{
    struct instant at = request->now;
    const char *text = request_text(request, "received_at");
    return text && time_parse(text, &at) < 0 ? request->now : at;
}

int statement_settle_load(struct act *act)
{
    struct request *request = act->request;
    struct tx *tx = request->tx;
    struct settle_rows *rows = arena_new(request->arena, struct settle_rows);
    tx_read(tx, &sql_lock, p_int(act->id));
    rows->lines = tx_read(tx, &sql_lines, p_int(act->id));
    rows->day = tx_read(tx, &sql_day, p_int(act->id), p_time(day_instant(request)));
    rows->document = finance_document_draw(request);
    if (finance_method_of_advance(request_text(request, "method"))) {
        tx_read(tx, &sql_advance_lock, p_int(act->id));
        rows->advance = tx_read(tx, &sql_advance, p_int(act->id));
    }
    act->data = rows;
    return 0;
}

static bool has_onestop(const struct act *act)
{
    const struct grant *grant = session_grant(act->request->session, "rescue.onestop");
    return grant && grant_covers(grant, act->branch_id);
}

static int check_line(struct act *act, struct rows *lines, size_t row)
{
    struct request *request = act->request;
    if (rows_int(lines, row, COL_PRICED_BY) == request->session->employee_id && !has_onestop(act))
        return request_fail(request, ERR_FORBIDDEN, NULL,
                            N_("Who priced an order does not receive its money"), NULL);
    if (rows_bool(lines, row, COL_HANDED))
        return request_fail(request, ERR_CONFLICT, NULL,
                            N_("The driver handed in money of order {number}: take it off the statement"),
                            "number", rows_text(lines, row, COL_NUMBER), NULL);
    return 0;
}

/* The order shows its least advanced payer. */
static const char *state_after(struct rows *lines, size_t row, bool whole)
{
    if (!whole)
        return rows_text(lines, row, COL_STATE);
    return rows_bool(lines, row, COL_OTHERS_CLEARED) ? "cleared" : rows_text(lines, row, COL_OTHERS_LEAST);
}

static void pay_line(struct act *act, struct payment *pay, size_t row, int64_t part)
{
    struct rows *lines = pay->rows->lines;
    struct arena *arena = act->request->arena;
    size_t n = pay->count++;
    int64_t before = rows_int(lines, row, COL_RECEIVED);
    const char *state = rows_text(lines, row, COL_STATE);
    pay->orders[n] = rows_int(lines, row, COL_ORDER);
    pay->lines[n] = rows_int(lines, row, COL_LINE);
    pay->charges[n] = rows_int(lines, row, COL_CHARGE);
    pay->parts[n] = part;
    pay->states[n] = state_after(lines, row, part == rows_int(lines, row, COL_DUE));
    pay->told[n] =
        (struct statement_order){.id = pay->orders[n],
                                 .version = rows_int(lines, row, COL_VERSION),
                                 .branch_id = rows_int(lines, row, COL_BRANCH),
                                 .driver_id = rows_int(lines, row, COL_DRIVER),
                                 .was = arena_printf(arena, "{\"money_state\":\"%s\",\"received_fen\":%lld}",
                                                     state, (long long)before),
                                 .now = arena_printf(arena, "{\"money_state\":\"%s\",\"received_fen\":%lld}",
                                                     pay->states[n], (long long)(before + part))};
}

static int spread(struct act *act, struct payment *pay)
{
    struct rows *lines = pay->rows->lines;
    struct arena *arena = act->request->arena;
    size_t count = rows_count(lines);
    int64_t left = pay->amount_fen;
    pay->orders = arena_alloc(arena, (count + 1) * sizeof(*pay->orders));
    pay->lines = arena_alloc(arena, (count + 1) * sizeof(*pay->lines));
    pay->charges = arena_alloc(arena, (count + 1) * sizeof(*pay->charges));
    pay->parts = arena_alloc(arena, (count + 1) * sizeof(*pay->parts));
    pay->states = arena_alloc(arena, (count + 1) * sizeof(*pay->states));
    pay->told = arena_alloc(arena, (count + 1) * sizeof(*pay->told));
    for (size_t i = 0; i < count && left > 0; i++) {
        int64_t part = MIN(left, rows_int(lines, i, COL_DUE));
        int result = check_line(act, lines, i);
        if (result)
            return result;
        pay_line(act, pay, i, part);
        left -= part;
    }
    return 0;
}

static int begin(struct act *act, struct payment *pay)
{
    struct request *request = act->request;
    struct rows *lines = pay->rows->lines;
    for (size_t i = 0; i < rows_count(lines); i++)
        pay->due_fen += rows_int(lines, i, COL_DUE);
    int64_t amount = request_int(request, "amount_fen");
    pay->amount_fen = amount == NIL ? pay->due_fen : amount;
    pay->method = request_text(request, "method");
    if (!finance_method_account(pay->method) || finance_method_by_driver(pay->method))
        return request_fail(request, ERR_INVALID, "method", N_("Say how the money came in"), NULL);
    if (pay->amount_fen <= 0)
        return request_fail(request, ERR_INVALID, "amount_fen", N_("No amount came in"), NULL);
    int result = step_time(act, "received_at", INSTANT_NIL, &pay->at);
    if (result || !pay->rows->advance)
        return result;
    return finance_advance_check(request, pay->amount_fen, pay->due_fen, rows_int(pay->rows->advance, 0, 0));
}

static int post(struct act *act, const struct payment *pay)
{
    const struct statement *was = act->was;
    struct request *request = act->request;
    int64_t me = request->session->employee_id;
    struct posting_draft *draft = arena_new(request->arena, struct posting_draft);
    struct posting_subject subject = {was->branch_id, was->party_id, NIL, "rescue"};
    if (posting_receipt(draft, &subject, finance_method_account(pay->method), pay->amount_fen, pay->due_fen) <
        0)
        return request_fail(request, ERR_INVALID, "amount_fen", N_("This amount cannot be posted"), NULL);
    struct document_post document = {
        .id = rows_int(pay->rows->document, 0, 0),
        .kind = "receipt",
        .entity = "statement",
        .row_id = act->id,
        .charge_id = NIL,
        .sequence = (int)was->receipts + 1,
        .branch_id = was->branch_id,
        .party_id = was->party_id,
        .employee_id = NIL,
        .amount_fen = pay->amount_fen,
        .day = rows_date(pay->rows->day, 0, 0),
        .method = pay->method,
        .reason = request_text(request, "remarks"),
        .red_of = NIL,
        .word = finance_method_of_advance(pay->method) ? posting_word("adjustment") : posting_word("receipt"),
        .text = arena_printf(request->arena, "对账单收款 %s", was->number),
        .maker_id = me,
        .checker_id = was->agreed_by == me ? NIL : was->agreed_by,
        .poster_id = me,
        .lines = draft->lines,
        .nlines = draft->count,
    };
    finance_document_post(request, &document);
    return 0;
}

static void write(struct act *act, const struct payment *pay)
{
    struct tx *tx = act->request->tx;
    size_t n = pay->count;
    tx_write(tx, &sql_pay_lines, p_ids(pay->lines, n), p_ids(pay->parts, n), p_int((int64_t)n));
    tx_write(tx, &sql_pay_charges, p_ids(pay->charges, n), p_ids(pay->parts, n), p_int((int64_t)n));
    tx_write(tx, &sql_pay_orders, p_ids(pay->orders, n), p_ids(pay->parts, n),
             p_set((struct text_set){pay->states, n}), p_int((int64_t)n),
             p_int(act->request->session->employee_id), p_time(pay->at), p_text(pay->method));
    statement_tell_orders(act, pay->told, n);
}

int statement_settle_in_tx(struct act *act)
{
    const struct statement *was = act->was;
    struct payment pay = {.rows = act->data};
    int result = begin(act, &pay);
    if (result == 0)
        result = spread(act, &pay);
    if (result == 0)
        result = post(act, &pay);
    if (result)
        return result;
    write(act, &pay);
    statement_set(act, received_fen, was->received_fen + pay.amount_fen);
    statement_set(act, receipts, was->receipts + 1);
    statement_set(act, settled_by, act->request->session->employee_id);
    statement_set(act, settled_at, pay.at);
    if (pay.amount_fen >= pay.due_fen)
        statement_set(act, state, "settled");
    act_reply(act, "rest_fen",
              arena_printf(act->request->arena, "%lld", (long long)MAX(pay.due_fen - pay.amount_fen, 0)));
    return 0;
}
