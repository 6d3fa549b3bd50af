/* handin.held: what drivers hold of what they took on site: a row for each driver, or for each order of one. */
#include "server/areas/rescue/verbs.h"

#include <string.h>

enum { ROWS_MAX = 500 };

#define SINCE "coalesce(o.done_at, o.arrived_at, o.created_at)"
#define ISO "AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
#define HELD                                                                                                 \
    "FROM rescue_order o JOIN branch b ON b.id = o.branch_id "                                               \
    "WHERE (o.branch_id = ANY ($1::int[]) OR o.driver_id = $2) AND o.driver_id IS NOT NULL "                 \
    "AND (o.taken_fen > o.handed_fen OR o.driver_fen > o.handed_fen) AND rescue_held(o) > 0 "

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
    "'handed_fen', o.handed_fen, 'held_fen', rescue_held(o), 'since', to_char(" SINCE " " ISO ") " HELD
    "AND o.driver_id = $4 AND ($5::int IS NULL OR o.branch_id = $5) ORDER BY " SINCE ", o.id LIMIT $3"};

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
    str_add(&request->out, "{\"rows\":[");
    for (size_t i = 0; i < rows_count(rows); i++) {
        str_add(&request->out, i ? "," : "");
        str_add(&request->out, rows_text(rows, i, 0));
    }
    str_add(&request->out, "]}");
    return 0;
}
