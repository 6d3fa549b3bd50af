/* Who hears of what happens to an order: the driver whose job it is, and those who dispatch for its branch. */
#include <inttypes.h>

#include "base/arena.h"
#include "server/areas/rescue/area.h"
#include "server/areas/rescue/step.h"
#include "server/core/clock.h"
#include "server/core/notice.h"
#include "server/core/schedule.h"
#include "server/db/connection.h"

static const char *args_of(struct act *act)
{
    const struct rescue *order = act->was;
    struct str args;
    str_init(&args, act->request->arena);
    str_add(&args, "{\"number\":");
    str_add_json(&args, order->number);
    str_add(&args, ",\"plate\":");
    str_add_json(&args, order->plate ? order->plate : "");
    str_add(&args, ",\"place\":");
    str_add_json(&args, order->place ? order->place : "");
    str_add(&args, ",\"name\":");
    str_add_json(&args, act->request->session->name);
    str_add_char(&args, '}');
    return args.data;
}

void step_tell_driver(struct act *act, int64_t driver_id, const char *level, const char *msgid)
{
    if (driver_id == NIL)
        return;
    notice_send(act->request, &(struct notice){.employee_id = driver_id,
                                               .level = level,
                                               .msgid = msgid,
                                               .args = args_of(act),
                                               .entity = "rescue",
                                               .row_id = act->id});
}

void step_tell_dispatchers(struct act *act, const char *level, const char *msgid)
{
    notice_send(act->request, &(struct notice){.role = "dispatcher",
                                               .branch_id = act->branch_id,
                                               .level = level,
                                               .msgid = msgid,
                                               .args = args_of(act),
                                               .entity = "rescue",
                                               .row_id = act->id});
}

void step_tell_clerks(struct act *act, const char *level, const char *msgid)
{
    notice_send(act->request, &(struct notice){.role = "order_clerk",
                                               .branch_id = act->branch_id,
                                               .level = level,
                                               .msgid = msgid,
                                               .args = args_of(act),
                                               .entity = "rescue",
                                               .row_id = act->id});
}

/* ------------------------------------------------------------------------------------------------- limits of time */

static const struct sql tell_due = {"rescue_due_tell", "SELECT rescue_due_tell($1, $2, $3)"};

static int run_due(struct connection *connection, struct arena *arena, int64_t deadline_ms,
                   struct str *result)
{
    struct tx *tx = tx_begin(connection, arena, deadline_ms);
    struct rows *rows =
        tx_read(tx, &tell_due, p_time(clock_now()), p_text(N_("Order {number} is due in two minutes")),
                p_text(N_("Order {number} is late")));
    if (tx_commit(tx) != TX_OK) {
        str_addf(result, "SQLSTATE %s", tx_sqlstate(tx));
        return -1;
    }
    str_addf(result, "%" PRId64, rows_int(rows, 0, 0));
    return 0;
}

static const struct scheduled due = {.name = "rescue_due", .run = run_due};

void rescue_register(void)
{
    schedule_register(&due);
}
