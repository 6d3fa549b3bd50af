/*
 * What stands on a statement: the parts of priced orders that one payer owes at one branch, each on one live statement only (the database holds to
 * that), and the steps that move no money. While it lives, an order on it is neither paid by itself nor priced anew.
 */
#include "server/areas/rescue/statement.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/core/change.h"

#include <string.h>

#define DUE_OF                                                                                               \
    "SELECT o.id, o.version, o.branch_id, o.driver_id, o.number, c.id, c.amount_fen - c.received_fen, "      \
    "(coalesce(o.done_at, o.created_at) AT TIME ZONE b.time_zone)::date AS done_on, o.plate, o.service "     \
    "FROM rescue_charge c JOIN rescue_order o ON o.id = c.order_id JOIN branch b ON b.id = o.branch_id "     \
    "WHERE c.payer_id = $1 AND o.branch_id = $2 AND c.money_state = 'priced' "                               \
    "AND c.amount_fen > c.received_fen AND o.handed_fen <= o.driver_fen "                                    \
    "AND NOT EXISTS (SELECT FROM statement_line l WHERE l.charge_id = c.id AND l.live) "

/* The oldest first; one more than there is room for tells that there are more. */
static const struct sql sql_due = {
    "statement_due", DUE_OF
    "AND ($3::date IS NULL OR (coalesce(o.done_at, o.created_at) AT TIME ZONE b.time_zone)::date >= $3) "
    "AND ($4::date IS NULL OR (coalesce(o.done_at, o.created_at) AT TIME ZONE b.time_zone)::date <= $4) "
    "ORDER BY coalesce(o.done_at, o.created_at), o.id LIMIT 201 FOR NO KEY UPDATE OF o, c"};
static const struct sql sql_due_order = {
    "statement_due_order",
    "SELECT o.id, o.version, o.branch_id, o.driver_id, o.number, c.id, c.amount_fen - c.received_fen, "
    "(coalesce(o.done_at, o.created_at) AT TIME ZONE b.time_zone)::date, o.plate, o.service, s.party_id, "
    "c.money_state, o.handed_fen <= o.driver_fen FROM statement s JOIN rescue_order o ON o.id = $2 AND "
    "o.branch_id = s.branch_id "
    "JOIN branch b ON b.id = o.branch_id JOIN rescue_charge c ON c.order_id = o.id AND c.payer_id = "
    "s.party_id "
    "WHERE s.id = $1 FOR NO KEY UPDATE OF o, c"};
static const struct sql sql_held = {
    "statement_held", "SELECT s.number FROM statement_line l JOIN statement s ON s.id = l.statement_id "
                      "JOIN rescue_charge c ON c.id = l.charge_id WHERE c.order_id = $1 AND c.payer_id = "
                      "(SELECT party_id FROM statement WHERE id = $2) AND l.live"};
static const struct sql sql_lines = {
    "statement_orders", "SELECT o.id, o.version, o.branch_id, o.driver_id, o.number, l.id, l.amount_fen "
                        "FROM statement_line l JOIN rescue_order o ON o.id = l.order_id "
                        "WHERE l.statement_id = $1 AND ($2::bigint IS NULL OR o.id = $2) ORDER BY o.id "
                        "FOR NO KEY UPDATE OF o"};
static const struct sql sql_day = {
    "statement_day", "SELECT ($2::timestamptz AT TIME ZONE b.time_zone)::date, p.terms_days FROM branch b, "
                     "party p WHERE b.id = $1 AND p.id = $3"};
static const struct sql sql_day_of = {
    "statement_day_of",
    "SELECT ($2::timestamptz AT TIME ZONE b.time_zone)::date, p.terms_days FROM statement "
    "s JOIN branch b ON b.id = s.branch_id JOIN party p ON p.id = s.party_id WHERE s.id = "
    "$1"};
static const struct sql sql_insert = {
    "statement_line_insert",
    "INSERT INTO statement_line (statement_id, order_id, charge_id, done_on, plate, service, amount_fen) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
static const struct sql sql_delete = {"statement_line_delete",
                                      "DELETE FROM statement_line WHERE id = $1 RETURNING 1"};
static const struct sql sql_release = {
    "statement_release", "UPDATE statement_line SET live = false WHERE statement_id = $1 AND live"};
static const struct sql sql_touch = {
    "statement_touch",
    "WITH u AS (UPDATE rescue_order o SET version = o.version + 1, updated_at = now() FROM "
    "unnest($1::bigint[], $2::bigint[]) p (id, version) WHERE o.id = p.id AND o.version = p.version "
    "RETURNING 1) SELECT must_be_one((count(*) = $3)::int) FROM u"};

enum {
    COL_ID,
    COL_VERSION,
    COL_BRANCH,
    COL_DRIVER,
    COL_NUMBER,
    COL_CHARGE, /* of a line: its own id */
    COL_DUE,
    COL_DAY,
    COL_PLATE,
    COL_SERVICE,
    COL_PARTY,
    COL_STATE,
    COL_FREE
};

struct fill_rows {
    struct rows *orders, *day, *held;
};

void statement_tell_orders(struct act *act, const struct statement_order *orders, size_t count)
{
    struct arena *arena = act->request->arena;
    struct change *changes = arena_alloc(arena, (count + 1) * sizeof(*changes));
    int64_t *ids = arena_alloc(arena, (count + 1) * sizeof(*ids));
    int64_t *versions = arena_alloc(arena, (count + 1) * sizeof(*versions));
    for (size_t i = 0; i < count; i++) {
        ids[i] = orders[i].id;
        versions[i] = orders[i].version;
        changes[i] =
            (struct change){.entity = "rescue",
                            .id = orders[i].id,
                            .action = "statement",
                            .version = orders[i].version + 1,
                            .branch_id = orders[i].branch_id,
                            .old_branch_id = NIL,
                            .own_id = orders[i].driver_id == NIL ? CHANGE_NOBODY : orders[i].driver_id,
                            .reason = act->reason,
                            .was = orders[i].was,
                            .now = orders[i].now};
    }
    if (count == 0)
        return;
    tx_write(act->request->tx, &sql_touch, p_ids(ids, count), p_ids(versions, count), p_int((int64_t)count));
    change_add_many(act->request, changes, count);
}

static struct statement_order order_at(struct act *act, struct rows *rows, size_t row, const char *number,
                                       bool comes)
{
    struct arena *arena = act->request->arena;
    const char *named = arena_printf(arena, "{\"statement\":\"%s\"}", number), *none = "{\"statement\":null}";
    return (struct statement_order){.id = rows_int(rows, row, COL_ID),
                                    .version = rows_int(rows, row, COL_VERSION),
                                    .branch_id = rows_int(rows, row, COL_BRANCH),
                                    .driver_id = rows_int(rows, row, COL_DRIVER),
                                    .was = comes ? none : named,
                                    .now = comes ? named : none};
}

static void tell_all(struct act *act, struct rows *rows, const char *number, bool comes)
{
    size_t count = rows_count(rows);
    struct statement_order *orders = arena_alloc(act->request->arena, (count + 1) * sizeof(*orders));
    for (size_t i = 0; i < count; i++)
        orders[i] = order_at(act, rows, i, number, comes);
    statement_tell_orders(act, orders, count);
}

/* ---- a new one */

int statement_check(struct act *act)
{
    const struct statement *statement = act->now;
    if (!day_is_nil(statement->from_day) && !day_is_nil(statement->to_day) &&
        statement->to_day.n < statement->from_day.n)
        return request_fail(act->request, ERR_INVALID, "to_day", N_("The last day is before the first"),
                            NULL);
    return 0;
}

static int64_t branch_of(const struct act *act)
{
    const struct statement *statement = act->now;
    return statement->branch_id == NIL ? act->request->session->branch_id : statement->branch_id;
}

int statement_load(struct act *act)
{
    const struct statement *statement = act->now;
    struct request *request = act->request;
    if (act->kind != ACT_CREATE)
        return 0;
    struct fill_rows *rows = arena_new(request->arena, struct fill_rows);
    int64_t branch = branch_of(act);
    rows->orders = tx_read(request->tx, &sql_due, p_int(statement->party_id), p_int(branch),
                           p_date(statement->from_day), p_date(statement->to_day));
    rows->day =
        tx_read(request->tx, &sql_day, p_int(branch), p_time(request->now), p_int(statement->party_id));
    act->data = rows;
    return 0;
}

static int put_lines(struct act *act, struct rows *rows)
{
    size_t count = rows_count(rows);
    struct statement_line *lines = arena_alloc(act->request->arena, (count + 1) * sizeof(*lines));
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        lines[i] = (struct statement_line){.order_id = rows_int(rows, i, COL_ID),
                                           .charge_id = rows_int(rows, i, COL_CHARGE),
                                           .done_on = rows_date(rows, i, COL_DAY),
                                           .plate = rows_text(rows, i, COL_PLATE),
                                           .service = rows_text(rows, i, COL_SERVICE),
                                           .amount_fen = rows_int(rows, i, COL_DUE)};
        if (money_add(total, lines[i].amount_fen, &total) < 0)
            return request_fail(act->request, ERR_INVALID, NULL, N_("This amount cannot be posted"), NULL);
    }
    act_set_lines(act, "lines", lines, count);
    statement_set(act, amount_fen, total);
    return 0;
}

static const char *number_of(struct act *act, struct day day)
{
    int year, month, date;
    day_split(day, &year, &month, &date);
    return arena_printf(act->request->arena, "S%02d%02d%02d%05lld", year % 100, month, date,
                        (long long)act_row_id(act));
}

static int create(struct act *act)
{
    struct fill_rows *rows = act->data;
    size_t count = rows_count(rows->orders);
    int64_t branch = branch_of(act);
    if (!grant_covers(act->request->grant, branch))
        return request_fail(act->request, ERR_INVALID, "branch_id", N_("There is no such branch"), NULL);
    if (count == 0 || rows_count(rows->day) == 0)
        return request_fail(act->request, ERR_CONFLICT, "party_id",
                            N_("This customer has no priced order that is due and on no other statement"),
                            NULL);
    if (count > STATEMENT_LINES_MAX)
        return request_fail(act->request, ERR_LIMIT, "to_day",
                            N_("More than 200 orders are due: say for which days"), NULL);
    int result = put_lines(act, rows->orders);
    if (result)
        return result;
    const char *number = number_of(act, rows_date(rows->day, 0, 0));
    statement_set(act, branch_id, branch);
    act->branch_id = branch;
    statement_set(act, number, number);
    statement_set(act, state, "draft");
    tell_all(act, rows->orders, number, true);
    act_reply(act, "number", arena_printf(act->request->arena, "\"%s\"", number));
    act_reply(act, "orders", arena_printf(act->request->arena, "%zu", count));
    act_reply(
        act, "amount_fen",
        arena_printf(act->request->arena, "%lld", (long long)((struct statement *)act->now)->amount_fen));
    return 0;
}

int statement_in_tx(struct act *act)
{
    return act->kind == ACT_CREATE ? create(act) : 0;
}

/* ---- orders put on, and taken off */

int statement_add_load(struct act *act)
{
    struct request *request = act->request;
    struct fill_rows *rows = arena_new(request->arena, struct fill_rows);
    int64_t order = request_int(request, "order_id");
    rows->orders = tx_read(request->tx, &sql_due_order, p_int(act->id), p_int(order));
    rows->held = tx_read(request->tx, &sql_held, p_int(order), p_int(act->id));
    act->data = rows;
    return 0;
}

static int check_due(struct act *act, const struct fill_rows *rows)
{
    struct request *request = act->request;
    if (rows_count(rows->orders) == 0)
        return request_fail(request, ERR_INVALID, "order_id",
                            N_("This customer pays nothing of that order at this branch"), NULL);
    if (rows_count(rows->held) > 0)
        return request_fail(request, ERR_CONFLICT, "order_id", N_("The order is on statement {number}"),
                            "number", rows_text(rows->held, 0, 0), NULL);
    if (strcmp(rows_text(rows->orders, 0, COL_STATE), "priced") != 0 ||
        rows_int(rows->orders, 0, COL_DUE) <= 0)
        return request_fail(request, ERR_CONFLICT, "order_id",
                            N_("Only what is priced and not yet paid comes on a statement"), NULL);
    if (!rows_bool(rows->orders, 0, COL_FREE))
        return request_fail(
            request, ERR_CONFLICT, "order_id",
            N_("The driver handed in money of this order: receive that first, as money on site"), NULL);
    return 0;
}

int statement_add_in_tx(struct act *act)
{
    const struct statement *was = act->was;
    struct fill_rows *rows = act->data;
    struct rows *order = rows->orders;
    int result = check_due(act, rows);
    if (result)
        return result;
    if (was->lines.count >= STATEMENT_LINES_MAX)
        return request_fail(act->request, ERR_LIMIT, "order_id",
                            N_("A statement takes 200 orders: make another"), NULL);
    tx_write(act->request->tx, &sql_insert, p_int(act->id), p_int(rows_int(order, 0, COL_ID)),
             p_int(rows_int(order, 0, COL_CHARGE)), p_date(rows_date(order, 0, COL_DAY)),
             p_text(rows_text(order, 0, COL_PLATE)), p_text(rows_text(order, 0, COL_SERVICE)),
             p_int(rows_int(order, 0, COL_DUE)));
    statement_set(act, amount_fen, was->amount_fen + rows_int(order, 0, COL_DUE));
    tell_all(act, order, was->number, true);
    return 0;
}

int statement_remove_load(struct act *act)
{
    struct fill_rows *rows = arena_new(act->request->arena, struct fill_rows);
    rows->orders =
        tx_read(act->request->tx, &sql_lines, p_int(act->id), p_int(request_int(act->request, "order_id")));
    act->data = rows;
    return 0;
}

int statement_remove_in_tx(struct act *act)
{
    const struct statement *was = act->was;
    struct fill_rows *rows = act->data;
    if (rows_count(rows->orders) == 0)
        return request_fail(act->request, ERR_INVALID, "order_id", N_("That order is not on this statement"),
                            NULL);
    tx_write_one(act->request->tx, &sql_delete, p_int(rows_int(rows->orders, 0, COL_CHARGE)));
    statement_set(act, amount_fen, was->amount_fen - rows_int(rows->orders, 0, COL_DUE));
    tell_all(act, rows->orders, was->number, false);
    return 0;
}

/* ---- steps without money */

int statement_send_load(struct act *act)
{
    act->data = tx_read(act->request->tx, &sql_day_of, p_int(act->id), p_time(act->request->now));
    return 0;
}

int statement_send_in_tx(struct act *act)
{
    const struct statement *was = act->was;
    struct rows *day = act->data;
    int64_t terms = rows_int(day, 0, 1);
    if (was->amount_fen == 0)
        return request_fail(act->request, ERR_CONFLICT, NULL,
                            N_("No order is on it: put one on it, or void it"), NULL);
    if (day_is_nil(was->due_day) && terms != NIL)
        statement_set(act, due_day, day_add(rows_date(day, 0, 0), (int)terms));
    statement_set(act, sent_by, act->request->session->employee_id);
    statement_set(act, sent_at, act->request->now);
    return 0;
}

int statement_agree_in_tx(struct act *act)
{
    statement_set(act, agreed_by, act->request->session->employee_id);
    statement_set(act, agreed_at, act->request->now);
    return 0;
}

int statement_dispute_in_tx(struct act *act)
{
    statement_set(act, dispute_reason, act->reason);
    return 0;
}

int statement_void_load(struct act *act)
{
    act->data = tx_read(act->request->tx, &sql_lines, p_int(act->id), p_int(NIL));
    return 0;
}

int statement_void_in_tx(struct act *act)
{
    const struct statement *was = act->was;
    tx_write(act->request->tx, &sql_release, p_int(act->id));
    tell_all(act, act->data, was->number, false);
    return 0;
}
