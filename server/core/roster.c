#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "server/core/roster.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct map entries; /* session id as text → struct roster_entry */

struct key {
    char text[24];
};

static struct key key_of(int64_t id)
{
    struct key key;
    snprintf(key.text, sizeof(key.text), "%" PRId64, id);
    return key;
}

static bool same_peer(struct peer_id a, struct peer_id b)
{
    return a.slot == b.slot && a.generation == b.generation;
}

void roster_put(int64_t session_id, int64_t epoch, struct peer_id peer)
{
    struct roster_entry *entry = memory_zeroed(1, sizeof(*entry));
    *entry = (struct roster_entry){session_id, epoch, peer};
    pthread_mutex_lock(&lock);
    free(map_put(&entries, key_of(session_id).text, entry));
    pthread_mutex_unlock(&lock);
}

void roster_remove(int64_t session_id, struct peer_id peer)
{
    pthread_mutex_lock(&lock);
    struct roster_entry *entry = map_get(&entries, key_of(session_id).text);
    if (entry && same_peer(entry->peer, peer))
        free(map_remove(&entries, key_of(session_id).text));
    pthread_mutex_unlock(&lock);
}

bool roster_find(int64_t session_id, struct roster_entry *entry_r)
{
    pthread_mutex_lock(&lock);
    const struct roster_entry *entry = map_get(&entries, key_of(session_id).text);
    if (entry)
        *entry_r = *entry;
    pthread_mutex_unlock(&lock);
    return entry != NULL;
}

struct roster_entry *roster_copy(size_t *count_r)
{
    pthread_mutex_lock(&lock);
    struct roster_entry *list = memory_zeroed(map_count(&entries) + 1, sizeof(*list));
    size_t at = 0, n = 0;
    void *value;
    while (map_next(&entries, &at, NULL, &value))
        list[n++] = *(struct roster_entry *)value;
    pthread_mutex_unlock(&lock);
    *count_r = n;
    return list;
}
