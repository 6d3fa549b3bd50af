/*
 * handin.held: what drivers hold of what they took on site: a row for each driver, or for each order of one. handin.mine: the same of whoever asks,
 * with what he handed in.
 */
#include "server/areas/rescue/verbs.h"

#include <string.h>

enum { ROWS_MAX = 500, MINE_MAX = 100 };

#define SINCE "coalesce(o.done_at, o.arrived_at, o.created_at)"
#define ISO "AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
#define HELD                                                                                                 \
    "FROM rescue_order o JOIN branch b ON b.id = o.branch_id "                                               \
    "WHERE (o.branch_id = ANY ($1::int[]) OR o.driver_id = $2) AND o.driver_id IS NOT NULL "                 \
    "AND (o.taken_fen > o.handed_fen OR o.driver_fen > o.handed_fen) AND rescue_held(o) > 0 "

/* Of a shortage that waits for its approval. */
#define ASKED                                                                                                \
    "(SELECT coalesce(sum(l.amount_fen), 0) FROM handin_line l JOIN handin h ON h.id = l.handin_id "         \
    "WHERE l.order_id = o.id AND h.state = 'asked')"

static const struct sql sql_drivers = {
    "handin_held_drivers",
    "SELECT jsonb_build_object('driver_id', o.driver_id, 'driver', employee_name(o.driver_id), 'branch_id', "
    "o.branch_id, 'branch', b.name, 'orders', count(*), 'held_fen', sum(rescue_held(o)), 'since', "
    "to_char(min(" SINCE ") " ISO ") " HELD "GROUP BY o.driver_id, o.branch_id, b.name "
    "ORDER BY min(" SINCE "), o.driver_id, o.branch_id LIMIT $3"};
static const struct sql sql_orders = {
    "handin_held_orders",
    "SELECT jsonb_build_object('order_id', o.id, 'number', o.number, 'version', o.version, 'branch_id', "
    "o.branch_id, 'branch', b.name, 'plate', o.plate, 'service', o.service, 'state', o.state, 'money_state', "
    "o.money_state, 'taken_fen', o.taken_fen, 'taken_method', o.taken_method, 'driver_fen', o.driver_fen, "
    "'handed_fen', o.handed_fen, 'held_fen', rescue_held(o), 'asked_fen', " ASKED ", 'since', to_char(" SINCE
    " " ISO ") " HELD "AND o.driver_id = $4 AND ($5::int IS NULL OR o.branch_id = $5) ORDER BY " SINCE
    ", o.id LIMIT $3"};

static void add_rows(struct request *request, const char *name, struct rows *rows)
{
    str_addf(&request->out, "\"%s\":[", name);
    for (size_t i = 0; i < rows_count(rows); i++) {
        str_add(&request->out, i ? "," : "");
        str_add(&request->out, rows_text(rows, i, 0));
    }
    str_add(&request->out, "]");
}

int handin_held(struct request *request)
{
    int64_t driver = request_int(request, "driver_id");
    int64_t self = request->grant->own ? request->session->employee_id : NIL;
    struct rows *rows =
        driver == NIL
            ? tx_read(request->tx, &sql_drivers, p_text(request->grant->scope), p_int(self), p_int(ROWS_MAX))
            : tx_read(request->tx, &sql_orders, p_text(request->grant->scope), p_int(self), p_int(ROWS_MAX),
                      p_int(driver), p_int(request_int(request, "branch_id")));
    int result = request_need(request);
    if (result)
        return result;
    str_add(&request->out, "{");
    add_rows(request, "rows", rows);
    str_add(&request->out, "}");
    return 0;
}

static const struct sql sql_mine = {
    "handin_mine",
    "SELECT jsonb_build_object('order_id', o.id, 'number', o.number, 'plate', o.plate, 'held_fen', "
    "rescue_held(o), "
    "'taken_fen', o.taken_fen, 'handed_fen', o.handed_fen, 'asked_fen', " ASKED ", 'since', to_char(" SINCE
    " " ISO ") FROM rescue_order o WHERE o.driver_id = $1 AND (o.taken_fen > o.handed_fen OR o.driver_fen > "
    "o.handed_fen) "
    "AND rescue_held(o) > 0 ORDER BY " SINCE ", o.id LIMIT $2"};
static const struct sql sql_papers = {
    "handin_papers",
    "SELECT jsonb_build_object('id', h.id, 'number', h.number, 'at', to_char(h.created_at " ISO
    ", 'state', h.state, "
    "'settled', (SELECT jsonb_build_object('en', b.label_en, 'zh_CN', b.label_zh_cn, 'zh_TW', b.label_zh_tw) "
    "FROM base_item b WHERE b.kind = 'shortage' AND b.code = h.settled_by), 'amount_fen', h.amount_fen, "
    "'over_fen', h.over_fen, 'reason', "
    "h.short_reason, "
    "'taken_by', employee_name(h.created_by), 'orders', (SELECT count(*) FROM handin_line l WHERE "
    "l.handin_id = h.id)) "
    "FROM handin h WHERE h.driver_id = $1 ORDER BY h.created_at DESC, h.id DESC LIMIT $2"};
static const struct sql sql_sum = {
    "handin_mine_sum",
    "SELECT coalesce(sum(rescue_held(o)), 0), to_char(min(" SINCE ") " ISO
    " FROM rescue_order o WHERE o.driver_id = $1 "
    "AND (o.taken_fen > o.handed_fen OR o.driver_fen > o.handed_fen) AND rescue_held(o) > 0"};

int handin_mine(struct request *request)
{
    int64_t me = request->session->employee_id;
    struct rows *sum = tx_read(request->tx, &sql_sum, p_int(me));
    struct rows *orders = tx_read(request->tx, &sql_mine, p_int(me), p_int(MINE_MAX));
    struct rows *papers = tx_read(request->tx, &sql_papers, p_int(me), p_int(MINE_MAX));
    int result = request_need(request);
    if (result)
        return result;
    str_addf(&request->out, "{\"held_fen\":%s,\"since\":", rows_text(sum, 0, 0));
    str_add_json(&request->out, rows_text(sum, 0, 1));
    str_add(&request->out, ",");
    add_rows(request, "orders", orders);
    str_add(&request->out, ",");
    add_rows(request, "papers", papers);
    str_add(&request->out, "}");
    return 0;
}
