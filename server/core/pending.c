#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "server/core/pending.h"

/* So many people set a phone up at once; the oldest gives way. */
enum { PENDING_MAX = 64, GOOD_FOR_MS = 10 * 60 * 1000, SECRET_SIZE = 64 };

struct pending {
    int64_t session_id;
    int64_t until_ms;
    char secret[SECRET_SIZE];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pending table[PENDING_MAX];

static struct pending *find(int64_t session_id)
{
    for (size_t i = 0; i < PENDING_MAX; i++)
        if (table[i].session_id == session_id && table[i].until_ms > time_monotonic_ms())
            return &table[i];
    return NULL;
}

static struct pending *oldest(void)
{
    struct pending *found = &table[0];
    for (size_t i = 1; i < PENDING_MAX; i++)
        if (table[i].until_ms < found->until_ms)
            found = &table[i];
    return found;
}

void pending_put(int64_t session_id, const char *secret)
{
    pthread_mutex_lock(&lock);
    struct pending *pending = find(session_id);
    if (!pending)
        pending = oldest();
    pending->session_id = session_id;
    pending->until_ms = time_monotonic_ms() + GOOD_FOR_MS;
    snprintf(pending->secret, sizeof(pending->secret), "%s", secret);
    pthread_mutex_unlock(&lock);
}

const char *pending_get(int64_t session_id, struct arena *arena)
{
    pthread_mutex_lock(&lock);
    const struct pending *pending = find(session_id);
    const char *secret = pending ? arena_strdup(arena, pending->secret) : NULL;
    pthread_mutex_unlock(&lock);
    return secret;
}

void pending_drop(int64_t session_id)
{
    pthread_mutex_lock(&lock);
    struct pending *pending = find(session_id);
    if (pending) {
        explicit_bzero(pending->secret, sizeof(pending->secret));
        pending->until_ms = 0;
    }
    pthread_mutex_unlock(&lock);
}
