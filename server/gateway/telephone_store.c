/* What the telephone reads and writes: claims of lines, events as they come, what rings and what is to be dialled. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"
#include "server/gateway/telephone-private.h"

enum { PATIENCE_MS = 5 * 1000 };

static const struct sql sql_claim = {
    "telephone_claim",
    "SELECT branch_id, branch_code, address, username, secret, technology, context, prefix, extensions "
    "FROM telephone_claim($1, $2::int * interval '1 second')"};
static const struct sql sql_release = {"telephone_release", "SELECT telephone_release($1)"};
static const struct sql sql_event = {"telephone_event", "SELECT telephone_event($1, $2::int, $3::jsonb)"};
static const struct sql sql_state = {"telephone_state", "SELECT telephone_state($1, $2::int, $3, $4)"};
static const struct sql sql_rings = {
    "telephone_rings",
    "SELECT call_id, employee_id, body::text FROM call_ring ORDER BY call_id, employee_id"};
static const struct sql sql_dials = {
    "telephone_dials", "SELECT branch_id, linked_id, extension, number FROM telephone_dials($1, $2, $3)"};
static const struct sql sql_any = {"telephone_any", "SELECT EXISTS (SELECT FROM telephone_line)"};

static const char missed[] = N_("Missed call from {number}"),
                  failed[] = N_("The call to {number} failed: {trouble}");

static struct tx *begin(struct connection *connection, struct arena *arena)
{
    return tx_begin(connection, arena, time_monotonic_ms() + PATIENCE_MS);
}

static char *text_of(struct rows *rows, size_t row, int column)
{
    const char *text = rows_text(rows, row, column);
    return text ? memory_strdup(text) : NULL;
}

static struct exchange *exchange_of(struct rows *rows, size_t row)
{
    struct exchange *exchange = exchange_create();
    struct text_set extensions = rows_set(rows, row, 8);
    exchange->branch_id = rows_int(rows, row, 0);
    exchange->code = text_of(rows, row, 1);
    exchange->address = text_of(rows, row, 2);
    exchange->user = text_of(rows, row, 3);
    exchange->secret = text_of(rows, row, 4);
    exchange->technology = text_of(rows, row, 5);
    exchange->context = text_of(rows, row, 6);
    exchange->prefix = text_of(rows, row, 7);
    exchange->extensions = memory_zeroed(extensions.count + 1, sizeof(char *));
    for (; exchange->nextensions < extensions.count; exchange->nextensions++)
        exchange->extensions[exchange->nextensions] = memory_strdup(extensions.items[exchange->nextensions]);
    return exchange;
}

int telephone_claim(struct connection *connection, struct arena *arena, const char *server, int lease_seconds,
                    void (*take)(struct exchange *exchange))
{
    struct tx *tx = begin(connection, arena);
    struct rows *rows = tx_read(tx, &sql_claim, p_text(server), p_int(lease_seconds));
    if (tx_commit(tx) != TX_OK)
        return -EAGAIN;
    for (size_t i = 0; i < rows_count(rows); i++)
        take(exchange_of(rows, i));
    return 0;
}

int telephone_release(struct connection *connection, struct arena *arena, const char *server)
{
    struct tx *tx = begin(connection, arena);
    tx_read(tx, &sql_release, p_text(server));
    return tx_commit(tx) == TX_OK ? 0 : -EAGAIN;
}

static enum tx_fault write_part(struct connection *connection, struct arena *arena, const char *server,
                                const struct telephone_entry *entries, size_t count)
{
    struct tx *tx = begin(connection, arena);
    for (size_t i = 0; i < count; i++) {
        const struct telephone_entry *it = &entries[i];
        if (it->json)
            tx_read(tx, &sql_event, p_text(server), p_int(it->branch_id), p_text(it->json));
        else
            tx_read(tx, &sql_state, p_text(server), p_int(it->branch_id), p_bool(it->up),
                    p_text(it->trouble));
    }
    return tx_commit(tx);
}

static bool may_come_right(enum tx_fault fault)
{
    return fault != TX_OK && fault != TX_BROKEN && fault != TX_REFUSED && fault != TX_DUPLICATE &&
           fault != TX_MISSED;
}

/* What the database will never take must not keep the rest from it. */
int telephone_write(struct connection *connection, struct arena *arena, const char *server,
                    const struct telephone_entry entries[], size_t count)
{
    enum tx_fault fault = write_part(connection, arena, server, entries, count);
    if (may_come_right(fault))
        return -EAGAIN;
    for (size_t i = 0; fault != TX_OK && i < count; i++) {
        enum tx_fault own = write_part(connection, arena, server, &entries[i], 1);
        if (may_come_right(own))
            return -EAGAIN;
        if (own != TX_OK)
            log_error("telephone: what a call system told cannot be written and is passed over");
    }
    return 0;
}

int telephone_look(struct connection *connection, struct arena *arena, const char *server,
                   struct telephone_ring **rings_r, size_t *nrings_r,
                   void (*dial)(int64_t branch_id, const char *call, const char *extension,
                                const char *number))
{
    struct tx *tx = begin(connection, arena);
    struct rows *any = tx_read(tx, &sql_any);
    struct rows *rings = tx_read(tx, &sql_rings);
    struct rows *dials = tx_read(tx, &sql_dials, p_text(server), p_text(failed),
                                 p_text("the call system did not take it in time"));
    if (tx_commit(tx) != TX_OK)
        return -EAGAIN;
    *nrings_r = rows_count(rings);
    *rings_r = arena_alloc(arena, (*nrings_r + 1) * sizeof(**rings_r));
    for (size_t i = 0; i < *nrings_r; i++)
        (*rings_r)[i] = (struct telephone_ring){.call_id = rows_int(rings, i, 0),
                                                .employee_id = rows_int(rings, i, 1),
                                                .json = rows_text(rings, i, 2)};
    for (size_t i = 0; i < rows_count(dials); i++)
        dial(rows_int(dials, i, 0), rows_text(dials, i, 1), rows_text(dials, i, 2), rows_text(dials, i, 3));
    return rows_bool(any, 0, 0);
}

/* ------------------------------------------------------------------------------------------------- events as JSON */

static void add_text(struct str *out, const char *name, const char *value)
{
    if (!value)
        return;
    str_addf(out, ",\"%s\":", name);
    str_add_json(out, value);
}

char *telephone_json(const struct telephone_event *event)
{
    static const char *const kinds[] = {[TELEPHONE_CALL] = "call",     [TELEPHONE_QUEUE] = "queue",
                                        [TELEPHONE_RING] = "ring",     [TELEPHONE_RING_END] = "ring_end",
                                        [TELEPHONE_ANSWER] = "answer", [TELEPHONE_RECORDING] = "recording",
                                        [TELEPHONE_END] = "end",       [TELEPHONE_REFUSED] = "refused",
                                        [TELEPHONE_LIVE] = "live"};
    static const char *const directions[] = {
        [TELEPHONE_IN] = "in", [TELEPHONE_OUT] = "out", [TELEPHONE_INTERNAL] = "internal"};
    struct str out;
    str_init(&out, NULL);
    str_addf(&out, "{\"kind\":\"%s\",\"direction\":\"%s\",\"cause\":%d", kinds[event->kind],
             directions[event->direction], event->cause);
    add_text(&out, "call", event->call);
    add_text(&out, "number", event->number);
    add_text(&out, "extension", event->extension);
    add_text(&out, "queue", event->queue);
    add_text(&out, "recording", event->recording);
    add_text(&out, "error", event->error);
    if (event->kind == TELEPHONE_LIVE) {
        str_add(&out, ",\"calls\":[");
        for (size_t i = 0; i < event->ncalls; i++) {
            str_add(&out, i ? "," : "");
            str_add_json(&out, event->calls[i]);
        }
        str_add_char(&out, ']');
    }
    add_text(&out, "missed", missed);
    add_text(&out, "failed", failed);
    str_add_char(&out, '}');
    return str_steal(&out);
}
