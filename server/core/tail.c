#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "server/core/feed.h"
#include "server/core/holders.h"
#include "server/core/memory.h"
#include "server/core/notice.h"
#include "server/core/own_tx.h"
#include "server/core/roster.h"
#include "server/core/tail.h"
#include "server/core/task.h"
#include "server/core/thread.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

enum {
    POLL_MS = 200,
    RETRY_MS = 1000,
    PATIENCE_MS = 10 * 1000,
    SWEEP_MS = 5 * 1000, /* sessions that were ended without a word in the trail */
    ROWS_MAX = 20000     /* more in one poll: everybody fetches anew */
};

static struct {
    pthread_t thread;
    atomic_bool stopping;
    struct connection *connection;
    struct arena *arena;
    uint64_t from;    /* everything before it was told; 0: not begun */
    uint64_t telling; /* the transaction whose rows are ours to tell */
    struct notice_cursor notices;
    int64_t era;
    int64_t swept_ms, beat_ms;
    bool sweep;
} tail;

/* One statement, so one snapshot: the horizon and the rows before it. */
static const struct sql read_rows = {
    "tail_read",
    "SELECT h.x::text, h.era, c.tx::text, c.entity, c.row_id, c.verb, c.version, c.branch_id, "
    "c.old_branch_id,"
    " coalesce(c.own_id, 0), coalesce(c.old_own_id, 0), c.session_id"
    " FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS x, (SELECT max(n) FROM era) AS era) h"
    " LEFT JOIN LATERAL (SELECT * FROM change WHERE tx >= $1::xid8 AND tx < "
    "pg_snapshot_xmin(pg_current_snapshot())"
    " ORDER BY tx, id LIMIT $2) c ON c.era = h.era"};
static const struct sql read_horizon = {
    "tail_horizon", "SELECT pg_snapshot_xmin(pg_current_snapshot())::text, (SELECT max(n) FROM era)"};
static const struct sql read_sessions = {
    "tail_sessions",
    "SELECT id, epoch, ended_at IS NOT NULL OR expires_at <= now() FROM session WHERE id = ANY ($1)"};

static uint64_t tx_of(const char *text)
{
    return text ? strtoull(text, NULL, 10) : 0;
}

static struct tx *begin(void)
{
    struct tx *tx = tx_begin(tail.connection, tail.arena, time_monotonic_ms() + PATIENCE_MS);
    tx_set_read_only(tx);
    return tx;
}

static void ask_resync(void)
{
    post_send(parcel_create(PARCEL_RESYNC, NULL));
}

/* Where nothing was told yet, or the data stands in another cluster: from here on. */
static int start_here(void)
{
    struct tx *tx = begin();
    struct rows *rows = tx_read(tx, &read_horizon);
    if (tx_commit(tx) != TX_OK)
        return -1;
    if (tail.from != 0) {
        own_tx_forget();
        ask_resync();
    }
    tail.from = tx_of(rows_text(rows, 0, 0));
    tail.notices = (struct notice_cursor){tail.from, -1};
    tail.era = rows_int(rows, 0, 1);
    return 0;
}

/* Changes to these may take rights away. */
static bool touches_rights(const char *entity)
{
    static const char *const entities[] = {"employee", "role", "branch", "session"};
    for (size_t i = 0; i < array_len(entities); i++)
        if (strcmp(entity, entities[i]) == 0)
            return true;
    return false;
}

static struct event *event_of(struct rows *rows, size_t row)
{
    const char *verb = rows_text(rows, row, 5), *dot = strchr(verb, '.');
    struct event *event = event_create(rows_text(rows, row, 3), dot ? dot + 1 : verb);
    event->id = rows_int(rows, row, 4);
    event->version = rows_int(rows, row, 6);
    event->branch_id = rows_int(rows, row, 7);
    event->old_branch_id = rows_int(rows, row, 8);
    event->own_id = rows_int(rows, row, 9);
    event->old_own_id = rows_int(rows, row, 10);
    return event;
}

/* A request tells its own changes itself, unless we saw them before it had heard of its commit. What the database added to them by itself has no
 * session and comes this way alone. */
static bool is_told(struct rows *rows, size_t row)
{
    uint64_t tx = tx_of(rows_text(rows, row, 2));
    if (rows_null(rows, row, 11) || tx == tail.telling)
        return false;
    if (!own_tx_claim(tx))
        return true;
    tail.telling = tx;
    return false;
}

static void publish(struct rows *rows)
{
    struct parcel *parcel = parcel_create(PARCEL_EVENTS, NULL);
    struct event **end = &parcel->events;
    for (size_t i = 0; i < rows_count(rows); i++) {
        if (rows_null(rows, i, 2))
            continue;
        memory_changed(rows_text(rows, i, 3));
        tail.sweep = tail.sweep || touches_rights(rows_text(rows, i, 3));
        if (rows_null(rows, i, 4) || is_told(rows, i))
            continue;
        *end = event_of(rows, i);
        end = &(*end)->next;
    }
    if (parcel->events)
        post_send(parcel);
    else
        parcel_destroy(parcel);
}

static int follow(void)
{
    if (tail.from == 0 && start_here() < 0)
        return -1;
    struct tx *tx = begin();
    char from[24];
    snprintf(from, sizeof(from), "%" PRIu64, tail.from);
    struct rows *rows = tx_read(tx, &read_rows, p_text(from), p_int(ROWS_MAX + 1));
    struct rows *holders = holders_read(tx);
    struct rows *notices = notices_read(tx, tail.notices);
    feeds_read(tx);
    if (tx_commit(tx) != TX_OK)
        return -1;
    holders_take(holders);
    notices_take(notices, &tail.notices);
    feeds_take();
    uint64_t horizon = tx_of(rows_text(rows, 0, 0));
    if (rows_int(rows, 0, 1) != tail.era || horizon < tail.from)
        return start_here();
    if (rows_count(rows) > ROWS_MAX)
        ask_resync();
    else
        publish(rows);
    tail.from = horizon;
    return 0;
}

/* ------------------------------------------------------------------------------------------------- sessions */

static void tell_session(enum parcel_kind kind, int64_t session_id)
{
    struct parcel *parcel = parcel_create(kind, NULL);
    parcel->session_id = session_id;
    post_send(parcel);
}

static void judge_session(const struct roster_entry *entry, struct rows *rows)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        if (rows_int(rows, i, 0) != entry->session_id)
            continue;
        if (rows_bool(rows, i, 2))
            tell_session(PARCEL_SESSION_ENDED, entry->session_id);
        else if (rows_int(rows, i, 1) != entry->epoch)
            tell_session(PARCEL_SESSION_STALE, entry->session_id);
        return;
    }
    tell_session(PARCEL_SESSION_ENDED, entry->session_id);
}

enum { SWEEP_PART = 500 };

/* In parts, so that looking an answer up stays cheap. */
static int sweep_part(const struct roster_entry *entries, size_t n)
{
    int64_t *ids = arena_alloc(tail.arena, n * sizeof(*ids));
    for (size_t i = 0; i < n; i++)
        ids[i] = entries[i].session_id;
    struct tx *tx = begin();
    struct rows *rows = tx_read(tx, &read_sessions, p_ids(ids, n));
    if (tx_commit(tx) != TX_OK)
        return -1;
    for (size_t i = 0; i < n; i++)
        judge_session(&entries[i], rows);
    return 0;
}

static int sweep(void)
{
    size_t n;
    struct roster_entry *entries = roster_copy(&n);
    int result = 0;
    for (size_t i = 0; i < n && result == 0; i += SWEEP_PART)
        result = sweep_part(entries + i, MIN(n - i, (size_t)SWEEP_PART));
    free(entries);
    if (result < 0)
        return result;
    tail.sweep = false;
    tail.swept_ms = time_monotonic_ms();
    return 0;
}

/* Records held by who is connected here stay held. */
static int keep_holds(void)
{
    size_t n;
    struct roster_entry *entries = roster_copy(&n);
    int64_t *ids = arena_alloc(tail.arena, (n + 1) * sizeof(*ids));
    for (size_t i = 0; i < n; i++)
        ids[i] = entries[i].session_id;
    free(entries);
    struct tx *tx = tx_begin(tail.connection, tail.arena, time_monotonic_ms() + PATIENCE_MS);
    holders_beat(tx, ids, n);
    if (tx_commit(tx) != TX_OK)
        return -1;
    tail.beat_ms = time_monotonic_ms();
    return 0;
}

static void nap(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static void *run(void *argument)
{
    while (!atomic_load(&tail.stopping)) {
        arena_reset(tail.arena);
        int result = follow();
        if (result == 0 && (tail.sweep || time_monotonic_ms() - tail.swept_ms >= SWEEP_MS))
            result = sweep();
        if (result == 0 && time_monotonic_ms() - tail.beat_ms >= HOLD_BEAT_MS)
            result = keep_holds();
        nap(result < 0 ? RETRY_MS : POLL_MS);
    }
    return NULL;
}

void tail_start(const char *conninfo)
{
    tail.connection = connection_create(conninfo, "yizhand tail");
    tail.arena = arena_create(0);
    thread_start(&tail.thread, "tail", run, NULL);
}

void tail_stop(void)
{
    if (!tail.connection)
        return;
    atomic_store(&tail.stopping, true);
    pthread_join(tail.thread, NULL);
    connection_destroy(tail.connection);
    arena_destroy(tail.arena);
    tail.connection = NULL;
}
