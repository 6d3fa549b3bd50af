/*
 * Notices that wait ring at those who may convert them: once when they came, once when they have waited too long. What was told stands in the
 * database beside the notice, so it is told once, however many servers run and whenever they died.
 */
#include <inttypes.h>

#include "base/arena.h"
#include "server/areas/partner/area.h"
#include "server/core/clock.h"
#include "server/core/schedule.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

static const struct sql sql_ring = {"order_notice_ring", "SELECT order_notice_ring($1, $2, $3, $4, $5)"};

static int run(struct connection *connection, struct arena *arena, int64_t deadline_ms, struct str *result)
{
    struct tx *tx = tx_begin(connection, arena, deadline_ms);
    struct rows *rows = tx_read(
        tx, &sql_ring, p_time(clock_now()), p_text(N_("{partner} tells of an order: {number}, {place}")),
        p_text(N_("{partner} tells of {count} orders")),
        p_text(N_("The notice {number} of {partner} has waited {minutes} minutes: {place}")),
        p_text(N_("{count} notices of {partner} wait, the first for {minutes} minutes")));
    if (tx_commit(tx) != TX_OK) {
        str_addf(result, "SQLSTATE %s", tx_sqlstate(tx));
        return -1;
    }
    str_addf(result, "%" PRId64, rows_int(rows, 0, 0));
    return 0;
}

static const struct scheduled ring = {.name = "order_notice_ring", .run = run};

void partner_register(void)
{
    schedule_register(&ring);
}
