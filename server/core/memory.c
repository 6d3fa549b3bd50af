#include "server/core/memory.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* While the database is away, one request in so long tries; the others go on with what was read before and say so themselves. Before the
 * first reading nobody can go on: then every request tries, and a slow database is given the time of a request. */
enum { LOAD_MS = 3000, RETRY_MS = 2000, FIRST_LOAD_MS = 10000 };

static const struct memory *used;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static int64_t retry_at_ms; /* under loading */
static bool ever;           /* under loading: read at least once */
static atomic_bool whole;   /* not being read just now, and read before: nobody needs to wait */

void memory_use(const struct memory *memory)
{
    used = memory;
}

static void load(struct connection *connection, struct arena *arena)
{
    int64_t now = time_monotonic_ms(), deadline = now + (ever ? LOAD_MS : FIRST_LOAD_MS);
    if (ever && now < retry_at_ms)
        return;
    retry_at_ms = now + RETRY_MS;
    if (connection_open(connection, deadline) < 0)
        return;
    atomic_store(&whole, false); /* the loader may say "not stale" before it has read everything */
    struct tx *tx = tx_begin(connection, arena, deadline);
    tx_set_scope(tx, "{}", "{}", 0);
    int result = used->load(tx);
    if (result == 0) {
        retry_at_ms = 0;
        ever = true;
    } else {
        log_warn("base data could not be read: %s", tx_message(tx));
    }
    tx_rollback(tx);
    arena_reset(arena);
    atomic_store(&whole, ever);
}

bool memory_refresh(struct connection *connection, struct arena *arena)
{
    if (!used || (!used->stale() && atomic_load(&whole)))
        return true;
    pthread_mutex_lock(&loading);
    if (!ever || used->stale())
        load(connection, arena);
    bool known = ever;
    pthread_mutex_unlock(&loading);
    return known;
}

void memory_changed(const char *entity)
{
    if (used)
        used->changed(entity);
}
