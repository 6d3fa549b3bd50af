/*
 * A driver hands in what he took on site: one paper over one or several orders of a branch, posted as it is made: till / his receivable.
 * The orders tell how much of them was handed in, under their own locks, so that nothing is handed in twice.
 */
#include "server/areas/rescue/handin.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/areas/rescue/driver_paper.h"
#include "server/core/change.h"

#include <string.h>

static const struct sql sql_orders = {
    "handin_orders",
    "SELECT o.id, o.number, o.branch_id, o.driver_id, rescue_held(o), o.handed_fen, o.version, "
    "($3::timestamptz AT TIME ZONE b.time_zone)::date FROM rescue_order o JOIN branch b ON b.id = "
    "o.branch_id "
    "WHERE o.id = ANY ($1::bigint[]) AND o.branch_id = ANY ($2::int[]) ORDER BY o.id FOR NO KEY UPDATE OF o"};
static const struct sql sql_orders_of = {
    "handin_orders_of",
    "SELECT o.id, o.number, o.branch_id, o.driver_id, l.amount_fen, o.handed_fen, o.version, "
    "($2::timestamptz AT TIME ZONE b.time_zone)::date, rescue_held(o) FROM handin_line l JOIN rescue_order o "
    "ON o.id = "
    "l.order_id "
    "JOIN branch b ON b.id = o.branch_id WHERE l.handin_id = $1 ORDER BY o.id FOR NO KEY UPDATE OF o"};
static const struct sql sql_others = {
    "handin_others",
    "SELECT count(*) FROM rescue_order o JOIN rescue_order f ON f.id = ($1::bigint[])[1] AND f.driver_id = "
    "o.driver_id "
    "AND f.branch_id = o.branch_id WHERE o.branch_id = ANY ($2::int[]) AND o.id <> ALL ($1::bigint[]) "
    "AND (o.taken_fen > o.handed_fen OR o.driver_fen > o.handed_fen) AND rescue_held(o) > 0"};
/* One row always. */
static const struct sql sql_settled = {
    "handin_settled",
    "SELECT (SELECT number FROM overage WHERE handin_id = $1 AND state IN ('asked', 'posted') LIMIT 1)"};
static const struct sql sql_hand = {
    "handin_hand", "UPDATE rescue_order SET handed_fen = handed_fen + $2, version = version + 1, "
                   "updated_at = now() WHERE id = $1 RETURNING 1"};

int handin_check_lines(struct act *act)
{
    const struct handin *handin = act->now;
    const struct handin_line *lines = handin->lines.items;
    if (handin->lines.count == 0)
        return request_fail(act->request, ERR_INVALID, "lines", N_("Name an order at least"), NULL);
    for (size_t i = 0; i < handin->lines.count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (lines[i].order_id == lines[j].order_id)
                return request_fail(act->request, ERR_INVALID, "lines", N_("An order stands there twice"),
                                    NULL);
        }
    }
    return 0;
}

int handin_check(struct act *act)
{
    const struct handin *handin = act->now;
    if (!finance_method_account(handin->method) || finance_method_by_driver(handin->method))
        return request_fail(act->request, ERR_INVALID, "method",
                            N_("The money must be out of the driver's hands by this method"), NULL);
    return handin_check_lines(act);
}

static int64_t *ids_of(struct act *act)
{
    const struct handin *handin = act->now;
    const struct handin_line *lines = handin->lines.items;
    int64_t *ids = arena_alloc(act->request->arena, (handin->lines.count + 1) * sizeof(*ids));
    for (size_t i = 0; i < handin->lines.count; i++)
        ids[i] = lines[i].order_id;
    return ids;
}

struct handin_rows *handin_queue(struct act *act)
{
    const struct handin *handin = act->now;
    struct request *request = act->request;
    struct handin_rows *rows = arena_new(request->arena, struct handin_rows);
    rows->orders = tx_read(request->tx, &sql_orders, p_ids(ids_of(act), handin->lines.count),
                           p_text(request->grant->scope), p_time(request->now));
    rows->document = finance_document_draw(request);
    act->data = rows;
    return rows;
}

int handin_load(struct act *act)
{
    const struct handin *handin = act->now;
    struct handin_rows *rows = handin_queue(act);
    if (handin->over_fen != NIL && handin->over_fen > 0)
        rows->others = tx_read(act->request->tx, &sql_others, p_ids(ids_of(act), handin->lines.count),
                               p_text(act->request->grant->scope));
    return 0;
}

static size_t order_row(struct rows *orders, int64_t id)
{
    size_t row = 0;
    while (row < rows_count(orders) && rows_int(orders, row, HANDIN_ID) != id)
        row++;
    return row;
}

int handin_refuse_order(struct act *act, const char *msgid, const char *number, int64_t held)
{
    char money[MONEY_TEXT_SIZE];
    return request_fail(act->request, ERR_CONFLICT, "lines", msgid, "number", number, "held",
                        money_print(money, sizeof(money), MAX(held, 0)), NULL);
}

/* One order's part: what is said, or all he holds of it. */
static int take_line(struct act *act, struct rows *orders, struct handin_line *line, int64_t *total)
{
    const struct handin *handin = act->now;
    size_t row = order_row(orders, line->order_id);
    if (row == rows_count(orders))
        return request_fail(act->request, ERR_INVALID, "lines", N_("There is no such order"), NULL);
    const char *number = rows_text(orders, row, HANDIN_NUMBER);
    int64_t held = rows_int(orders, row, HANDIN_HELD);
    if (line->amount_fen == NIL)
        line->amount_fen = held;
    if (held <= 0 || line->amount_fen > held)
        return handin_refuse_order(act, N_("Of order {number} the driver holds {held}, not more"), number,
                                   held);
    if (line->amount_fen <= 0)
        return request_fail(act->request, ERR_INVALID, "lines", N_("No amount is handed in"), NULL);
    if (line->amount_fen < held && !handin->short_reason)
        return request_fail(act->request, ERR_INVALID, "short_reason",
                            N_("Less than he holds of order {number}: say why"), "number", number, NULL);
    line->left_fen = held - line->amount_fen;
    return money_add(*total, line->amount_fen, total) < 0
               ? request_fail(act->request, ERR_INVALID, "lines", N_("This amount cannot be posted"), NULL)
               : 0;
}

/* All of one driver, and of one branch: its till, its books. */
static int settle_sides(struct act *act, struct rows *orders)
{
    struct handin *handin = act->now;
    int64_t branch = rows_int(orders, 0, HANDIN_BRANCH), driver = rows_int(orders, 0, HANDIN_DRIVER);
    for (size_t i = 1; i < rows_count(orders); i++) {
        if (rows_int(orders, i, HANDIN_BRANCH) != branch)
            return request_fail(act->request, ERR_INVALID, "lines",
                                N_("These orders are of several branches: one paper for each"), NULL);
        if (rows_int(orders, i, HANDIN_DRIVER) != driver)
            return request_fail(act->request, ERR_INVALID, "lines",
                                N_("These orders are of several drivers: one paper for each"), NULL);
    }
    handin->branch_id = branch;
    handin->driver_id = driver;
    act_mark(act, "branch_id");
    act_mark(act, "driver_id");
    if (driver != act->request->session->employee_id)
        return 0;
    return request_fail(act->request, ERR_FORBIDDEN, NULL,
                        handin->settled_by ? N_("Nobody settles what is missing of his own")
                                           : N_("Nobody takes a hand-in from himself"),
                        NULL);
}

void handin_tell_order(struct act *act, struct rows *orders, size_t row, int64_t handed_fen)
{
    struct arena *arena = act->request->arena;
    int64_t before = rows_int(orders, row, HANDIN_HANDED);
    tx_write_one(act->request->tx, &sql_hand, p_int(rows_int(orders, row, HANDIN_ID)), p_int(handed_fen));
    change_add(act->request,
               &(struct change){
                   .entity = "rescue",
                   .id = rows_int(orders, row, HANDIN_ID),
                   .action = act->entity->name,
                   .version = rows_int(orders, row, HANDIN_VERSION) + 1,
                   .branch_id = rows_int(orders, row, HANDIN_BRANCH),
                   .old_branch_id = NIL,
                   .own_id = rows_int(orders, row, HANDIN_DRIVER),
                   .reason = act->reason,
                   .was = arena_printf(arena, "{\"handed_fen\":%lld}", (long long)before),
                   .now = arena_printf(arena, "{\"handed_fen\":%lld}", (long long)(before + handed_fen))});
}

/* ---- the paper */

static struct document_post paper(struct act *act, const struct handin *handin, struct day day)
{
    struct handin_rows *rows = act->data;
    const char *kind = handin->method ? "receipt" : "adjustment";
    int64_t me = act->request->session->employee_id;
    return (struct document_post){
        .id = rows_int(rows->document, 0, 0),
        .kind = kind,
        .entity = act->entity->name,
        .row_id = act_row_id(act),
        .charge_id = NIL,
        .sequence = 1,
        .branch_id = handin->branch_id,
        .party_id = NIL,
        .employee_id = handin->driver_id,
        .day = day,
        .method = handin->method,
        .red_of = NIL,
        .word = posting_word(kind),
        .text =
            arena_printf(act->request->arena, handin->method ? "司机缴款 %s" : "司机短款 %s", handin->number),
        .maker_id = me,
        .checker_id = NIL,
        .poster_id = me,
    };
}

int handin_post(struct act *act, const struct handin *handin, struct day day, int64_t checker)
{
    struct posting_draft *draft = arena_new(act->request->arena, struct posting_draft);
    struct document_post document = paper(act, handin, day);
    struct posting_subject subject = {handin->branch_id, NIL, handin->driver_id, "rescue"};
    const char *account = handin->method ? finance_method_account(handin->method)
                                         : finance_shortage_account(handin->settled_by);
    int64_t over = handin->method ? handin->over_fen : 0;
    if (document.id == NIL)
        return -1;
    if (!account)
        return request_fail(act->request, ERR_INVALID, "settled_by", N_("There is no such reason"), NULL);
    if (posting_hand_in(draft, &subject, account, handin->amount_fen) < 0 ||
        (over > 0 && posting_over(draft, &subject, account, over) < 0) ||
        money_add(handin->amount_fen, over, &document.amount_fen) < 0)
        return request_fail(act->request, ERR_INVALID, "lines", N_("This amount cannot be posted"), NULL);
    if (checker != NIL)
        document.maker_id = handin->created_by;
    document.checker_id = checker;
    document.reason = handin->short_reason;
    document.lines = draft->lines;
    document.nlines = draft->count;
    finance_document_post(act->request, &document);
    return 0;
}

/* ---- made */

static int take_lines(struct act *act, struct rows *orders)
{
    struct handin *handin = act->now;
    struct handin_line *lines = handin->lines.items;
    handin->amount_fen = 0;
    for (size_t i = 0; i < handin->lines.count; i++) {
        int result = take_line(act, orders, &lines[i], &handin->amount_fen);
        if (result)
            return result;
    }
    return 0;
}

int handin_take(struct act *act, char letter)
{
    struct handin *handin = act->now;
    struct handin_rows *rows = act->data;
    int result = take_lines(act, rows->orders);
    if (result == 0)
        result = settle_sides(act, rows->orders);
    if (result)
        return result;
    handin->number = driver_paper_number(act, letter, rows_date(rows->orders, 0, HANDIN_DAY));
    act_mark(act, "number");
    act_mark(act, "amount_fen");
    act_set_lines(act, "lines", handin->lines.items, handin->lines.count);
    act_reply(act, "number", arena_printf(act->request->arena, "\"%s\"", handin->number));
    act_reply(act, "amount_fen", arena_printf(act->request->arena, "%lld", (long long)handin->amount_fen));
    return 0;
}

void handin_tell(struct act *act)
{
    const struct handin *handin = act->now;
    const struct handin_line *lines = handin->lines.items;
    struct handin_rows *rows = act->data;
    for (size_t i = 0; i < handin->lines.count; i++)
        handin_tell_order(act, rows->orders, order_row(rows->orders, lines[i].order_id), lines[i].amount_fen);
}

/* Above what he holds there is only something when he keeps nothing back. */
static int check_over(struct act *act)
{
    const struct handin *handin = act->now;
    const struct handin_line *lines = handin->lines.items;
    struct handin_rows *rows = act->data;
    bool kept = rows->others && rows_int(rows->others, 0, 0) > 0;
    for (size_t i = 0; i < handin->lines.count; i++)
        kept |= lines[i].left_fen > 0;
    if (handin->over_fen == 0)
        return 0;
    if (kept)
        return request_fail(act->request, ERR_INVALID, "over_fen",
                            N_("He holds money of an order still: what is above it is of that first"), NULL);
    if (!handin->short_reason)
        return request_fail(act->request, ERR_INVALID, "short_reason",
                            N_("More than he holds: say why, or note first on its order what else he took"),
                            NULL);
    return 0;
}

static int check_counted(struct act *act)
{
    const struct handin *handin = act->now;
    int64_t whole;
    if (money_add(handin->amount_fen, handin->over_fen, &whole) < 0)
        return request_fail(act->request, ERR_INVALID, "over_fen", N_("This amount cannot be posted"), NULL);
    if (handin->counted_fen != NIL && handin->counted_fen != whole)
        return request_fail(act->request, ERR_INVALID, "counted_fen",
                            N_("What was counted is not what the orders make"), NULL);
    return check_over(act);
}

int handin_in_tx(struct act *act)
{
    struct handin *handin = act->now;
    struct handin_rows *rows = act->data;
    if (handin->over_fen == NIL)
        handin->over_fen = 0;
    int result = handin_take(act, 'H');
    if (result == 0)
        result = check_counted(act);
    if (result)
        return result;
    handin->state = "posted";
    act_mark(act, "state");
    act_mark(act, "over_fen");
    act_reply(act, "over_fen", arena_printf(act->request->arena, "%lld", (long long)handin->over_fen));
    handin_tell(act);
    return handin_post(act, handin, rows_date(rows->orders, 0, HANDIN_DAY), NIL);
}

/* ---- taken back */

struct handin_rows *handin_queue_of(struct act *act)
{
    struct request *request = act->request;
    struct handin_rows *rows = arena_new(request->arena, struct handin_rows);
    rows->orders = tx_read(request->tx, &sql_orders_of, p_int(act->id), p_time(request->now));
    rows->document = finance_document_draw(request);
    act->data = rows;
    return rows;
}

int handin_reverse_load(struct act *act)
{
    struct handin_rows *rows = handin_queue_of(act);
    rows->posted = driver_paper_posted(act);
    rows->others = tx_read(act->request->tx, &sql_settled, p_int(act->id));
    return 0;
}

static int post_red(struct act *act, struct day day)
{
    const struct handin *was = act->was;
    struct document_post document = paper(act, was, day);
    document.amount_fen = -(was->amount_fen + (was->method ? was->over_fen : 0));
    return driver_paper_post_red(act, &document, ((struct handin_rows *)act->data)->posted);
}

int handin_reverse_in_tx(struct act *act)
{
    const struct handin *was = act->was;
    struct handin *now = act->now;
    struct handin_rows *rows = act->data;
    int64_t me = act->request->session->employee_id;
    if (was->created_by == me || was->driver_id == me)
        return request_fail(act->request, ERR_FORBIDDEN, NULL, N_("Who took a hand-in does not take it back"),
                            NULL);
    if (rows_count(rows->orders) == 0 || rows_count(rows->others) == 0)
        return -1;
    if (was->method && rows_text(rows->others, 0, 0))
        return request_fail(act->request, ERR_CONFLICT, NULL,
                            N_("What is above it is settled by paper {number}: take that back first"),
                            "number", rows_text(rows->others, 0, 0), NULL);
    for (size_t i = 0; i < rows_count(rows->orders); i++)
        handin_tell_order(act, rows->orders, i, -rows_int(rows->orders, i, HANDIN_HELD));
    now->reversed_by = me;
    now->reversed_at = act->request->now;
    act_mark(act, "reversed_by");
    act_mark(act, "reversed_at");
    return post_red(act, rows_date(rows->orders, 0, HANDIN_DAY));
}
