/* Looks after the branches' telephones: who telephones there, and who can put it right, hear of one that is down, and that it works again. */
#include <inttypes.h>

#include "base/arena.h"
#include "server/areas/calls/area.h"
#include "server/core/schedule.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

static const struct sql sql_watch = {"telephone_watch", "SELECT telephone_watch($1, $2)"};

static int run(struct connection *connection, struct arena *arena, int64_t deadline_ms, struct str *result)
{
    struct tx *tx = tx_begin(connection, arena, deadline_ms);
    struct rows *rows = tx_read(tx, &sql_watch, p_text(N_("The telephone of {branch} is down: {trouble}")),
                                p_text(N_("The telephone of {branch} works again")));
    if (tx_commit(tx) != TX_OK) {
        str_addf(result, "SQLSTATE %s", tx_sqlstate(tx));
        return -1;
    }
    str_addf(result, "%" PRId64, rows_int(rows, 0, 0));
    return 0;
}

static const struct scheduled watch = {.name = "telephone_watch", .run = run};

void calls_register(void)
{
    schedule_register(&watch);
}
