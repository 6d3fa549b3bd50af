#include "server/core/memory.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "server/db/connection.h"
#include "server/db/transaction.h"

#include <pthread.h>

enum { LOAD_MS = 5000 };

static const struct memory *used;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

void memory_use(const struct memory *memory)
{
    used = memory;
}

static void load(struct connection *connection, struct arena *arena)
{
    int64_t deadline = time_monotonic_ms() + LOAD_MS;
    if (connection_open(connection, deadline) < 0)
        return;
    struct tx *tx = tx_begin(connection, arena, deadline);
    tx_set_scope(tx, "{}", "{}", 0);
    int result = used->load(tx);
    if (result < 0)
        log_warn("base data could not be read: %s", tx_message(tx));
    tx_rollback(tx);
    arena_reset(arena);
}

void memory_refresh(struct connection *connection, struct arena *arena)
{
    if (!used || !used->stale())
        return;
    pthread_mutex_lock(&loading);
    if (used->stale())
        load(connection, arena);
    pthread_mutex_unlock(&loading);
}

void memory_changed(const char *entity)
{
    if (used)
        used->changed(entity);
}
