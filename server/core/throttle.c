#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/time.h"
#include "server/core/throttle.h"
#include "server/net/address.h"

enum {
    FREE_TRIES = 2,             /* anybody mistypes */
    FREE_TRIES_OF_ADDRESS = 30, /* a whole branch may be behind one */
    STEP_MS = 250,              /* of each further failure */
    DELAY_MAX_MS = 1500,
    WAIT_MAX_MS = 8000, /* within the request's deadline */
    FORGET_MS = 30 * 60 * 1000,
    ENTRIES_MAX = 20000
};

struct entry {
    int failures;
    int64_t last_ms, free_ms; /* the last failure; when the next try may be looked at */
};

struct table {
    struct map map;
    int free_tries;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct table names = {.free_tries = FREE_TRIES};
static struct table addresses = {.free_tries = FREE_TRIES_OF_ADDRESS};

static void forget(struct table *table, int64_t now)
{
    struct map kept;
    map_init(&kept);
    size_t at = 0;
    const char *key;
    void *value;
    while (map_next(&table->map, &at, &key, &value)) {
        struct entry *entry = value;
        if (now - entry->last_ms < FORGET_MS && map_count(&kept) < ENTRIES_MAX / 2)
            map_put(&kept, key, entry);
        else
            free(entry);
    }
    map_finish(&table->map);
    table->map = kept;
}

static struct entry *look_up(struct table *table, const char *key, int64_t now)
{
    struct entry *entry = map_get(&table->map, key);
    if (entry && now - entry->last_ms >= FORGET_MS)
        *entry = (struct entry){0};
    return entry;
}

static int64_t delay_of(const struct table *table, const struct entry *entry)
{
    int64_t over = entry ? entry->failures - table->free_tries : 0;
    return over <= 0 ? 0 : MIN(over * STEP_MS, DELAY_MAX_MS);
}

static int64_t wait_of(const struct table *table, const struct entry *entry, int64_t now)
{
    int64_t delay = delay_of(table, entry);
    return delay == 0 ? 0 : MAX(entry->free_ms, now) + delay - now;
}

int64_t throttle_try(const char *name, const char *address)
{
    char group[ADDRESS_GROUP_SIZE];
    int64_t now = time_monotonic_ms();
    address_group(address, group);
    pthread_mutex_lock(&lock);
    struct entry *by_name = look_up(&names, name, now), *by_address = look_up(&addresses, group, now);
    int64_t wait = MAX(wait_of(&names, by_name, now), wait_of(&addresses, by_address, now));
    if (wait > WAIT_MAX_MS)
        wait = -1;
    if (wait > 0 && by_name)
        by_name->free_ms = now + wait;
    if (wait > 0 && by_address)
        by_address->free_ms = now + wait;
    pthread_mutex_unlock(&lock);
    return wait;
}

static void count(struct table *table, const char *key, int64_t now)
{
    struct entry *entry = look_up(table, key, now);
    if (!entry) {
        if (map_count(&table->map) >= ENTRIES_MAX)
            forget(table, now);
        entry = memory_zeroed(1, sizeof(*entry));
        map_put(&table->map, key, entry);
    }
    entry->failures++;
    entry->last_ms = now;
}

void throttle_failed(const char *name, const char *address)
{
    char group[ADDRESS_GROUP_SIZE];
    int64_t now = time_monotonic_ms();
    address_group(address, group);
    pthread_mutex_lock(&lock);
    count(&names, name, now);
    count(&addresses, group, now);
    pthread_mutex_unlock(&lock);
}

void throttle_succeeded(const char *name)
{
    pthread_mutex_lock(&lock);
    free(map_remove(&names.map, name));
    pthread_mutex_unlock(&lock);
}
