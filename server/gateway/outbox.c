/* The outbox as the gateways see it: claim a row, settle it, ask for more work. */
#include <errno.h>

#include "base/arena.h"
#include "base/time.h"
#include "server/core/clock.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"
#include "server/gateway/gateway-private.h"

enum { PATIENCE_MS = 5 * 1000, EVENTS_MAX = 500 };

static const struct sql sql_claim = {
    "outbox_claim",
    "SELECT id, row_id, attempts, body FROM outbox_claim($1, $2, $3::int, $4::int * interval '1 second')"};
static const struct sql sql_settle = {"outbox_settle", "SELECT outbox_settle($1, $2, $3, $4, $5)"};
static const struct sql sql_work = {
    "message_work", "SELECT message_work($1::int, $2), setting_value('message.per_second')::int, "
                    "setting_value('message.mail_per_second')::int"};

static struct tx *begin(struct connection *connection, struct arena *arena)
{
    return tx_begin(connection, arena, time_monotonic_ms() + PATIENCE_MS);
}

int outbox_claim(struct connection *connection, struct arena *arena, const char *server,
                 const struct gateway *gateway, int most, void (*take)(struct parcel *parcel))
{
    struct tx *tx = begin(connection, arena);
    struct rows *rows = tx_read(tx, &sql_claim, p_text(server), p_text(gateway->name), p_int(most),
                                p_int(gateway->lease_seconds));
    if (tx_commit(tx) != TX_OK)
        return -EAGAIN;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct parcel *parcel = memory_zeroed(1, sizeof(*parcel));
        *parcel = (struct parcel){.id = rows_int(rows, i, 0),
                                  .row_id = rows_int(rows, i, 1),
                                  .attempts = (int)rows_int(rows, i, 2),
                                  .body = json_loads(rows_text(rows, i, 3), 0, NULL),
                                  .gateway = gateway};
        take(parcel);
    }
    return (int)rows_count(rows);
}

int outbox_settle(struct connection *connection, struct arena *arena, const char *server, int64_t id,
                  enum outcome outcome, const char *reference, const char *error)
{
    static const char *const names[] = {
        [OUTCOME_SENT] = "sent", [OUTCOME_RETRY] = "retry", [OUTCOME_DEAD] = "dead"};
    struct tx *tx = begin(connection, arena);
    tx_read(tx, &sql_settle, p_int(id), p_text(server), p_text(names[outcome]), p_text(reference),
            p_text(error));
    return tx_commit(tx) == TX_OK ? 0 : -EAGAIN;
}

static int rate_of(struct rows *rows, int column)
{
    int64_t rate = rows_int(rows, 0, column);
    return rate == NIL ? 0 : (int)rate;
}

int outbox_work(struct connection *connection, struct arena *arena, struct outbox_rates *rates_r)
{
    struct tx *tx = begin(connection, arena);
    struct rows *rows = tx_read(tx, &sql_work, p_int(EVENTS_MAX), p_time(clock_now()));
    if (tx_commit(tx) != TX_OK)
        return -EAGAIN;
    *rates_r = (struct outbox_rates){.sms = rate_of(rows, 1), .mail = rate_of(rows, 2)};
    return (int)rows_int(rows, 0, 0);
}
