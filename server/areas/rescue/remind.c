/* What the clock does with orders: it reminds dispatchers of appointments, and tells managers of what stays late. */
#include <inttypes.h>

#include "base/arena.h"
#include "server/areas/rescue/area.h"
#include "server/core/clock.h"
#include "server/core/schedule.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

static const struct sql remind_sql = {"rescue_remind", "SELECT rescue_remind($1, $2)"};
static const struct sql escalate_sql = {"rescue_escalate", "SELECT rescue_escalate($1, $2)"};

/* Both tell once, by a row of their own beside the notice, however many servers run and whenever they died. */
static int tell(struct connection *connection, struct arena *arena, int64_t deadline_ms,
                const struct sql *sql, const char *msgid, struct str *result)
{
    struct tx *tx = tx_begin(connection, arena, deadline_ms);
    struct rows *rows = tx_read(tx, sql, p_time(clock_now()), p_text(msgid));
    if (tx_commit(tx) != TX_OK) {
        str_addf(result, "SQLSTATE %s", tx_sqlstate(tx));
        return -1;
    }
    str_addf(result, "%" PRId64, rows_int(rows, 0, 0));
    return 0;
}

static int run_remind(struct connection *connection, struct arena *arena, int64_t deadline_ms,
                      struct str *result)
{
    return tell(connection, arena, deadline_ms, &remind_sql, N_("Appointment {at}: order {number}, {place}"),
                result);
}

static int run_escalate(struct connection *connection, struct arena *arena, int64_t deadline_ms,
                        struct str *result)
{
    return tell(connection, arena, deadline_ms, &escalate_sql,
                N_("Order {number} is {minutes} minutes late: {place}"), result);
}

static const struct scheduled remind = {.name = "rescue_remind", .run = run_remind};
static const struct scheduled escalate = {.name = "rescue_escalate", .run = run_escalate};

void rescue_register_clock(void)
{
    schedule_register(&remind);
    schedule_register(&escalate);
}
