#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"

enum { MAP_CAP_MIN = 16 };

/* Open addressing, the next free slot; a removal moves its followers up, so there are no tombstones. */
struct map_slot {
    char *key; /* NULL: free */
    void *value;
    uint64_t hash;
    size_t len;
};

void map_init(struct map *map)
{
    *map = (struct map){0};
}

void map_clear(struct map *map)
{
    for (size_t i = 0; i < map->cap; i++) {
        free(map->slots[i].key);
        map->slots[i].key = NULL;
    }
    map->count = 0;
}

void map_finish(struct map *map)
{
    map_clear(map);
    free(map->slots);
    map_init(map);
}

/* The slot that holds the key, or the free one where it would go. */
static struct map_slot *find(const struct map *map, const char *key, size_t n, uint64_t hash)
{
    for (size_t at = hash & (map->cap - 1);; at = (at + 1) & (map->cap - 1)) {
        struct map_slot *slot = &map->slots[at];
        if (!slot->key || (slot->hash == hash && slot->len == n && memcmp(slot->key, key, n) == 0))
            return slot;
    }
}

void *map_get_n(const struct map *map, const char *key, size_t n)
{
    if (!map->count)
        return NULL;
    struct map_slot *slot = find(map, key, n, hash_bytes(key, n));
    return slot->key ? slot->value : NULL;
}

void *map_get(const struct map *map, const char *key)
{
    return map_get_n(map, key, strlen(key));
}

static void grow(struct map *map)
{
    struct map bigger = {.cap = MAX(map->cap * 2, (size_t)MAP_CAP_MIN), .count = map->count};
    bigger.slots = memory_zeroed(bigger.cap, sizeof(*bigger.slots));
    for (size_t i = 0; i < map->cap; i++) {
        struct map_slot *slot = &map->slots[i];
        if (slot->key)
            *find(&bigger, slot->key, slot->len, slot->hash) = *slot;
    }
    free(map->slots);
    *map = bigger;
}

void *map_put(struct map *map, const char *key, void *value)
{
    if ((map->count + 1) * 4 > map->cap * 3)
        grow(map);
    size_t n = strlen(key);
    uint64_t hash = hash_bytes(key, n);
    struct map_slot *slot = find(map, key, n, hash);
    if (slot->key) {
        void *before = slot->value;
        slot->value = value;
        return before;
    }
    *slot = (struct map_slot){.key = memory_strdup(key), .value = value, .hash = hash, .len = n};
    map->count++;
    return NULL;
}

/* Closes the gap at a freed slot by moving up whoever would no longer be found. */
static void close_gap(struct map *map, size_t gap)
{
    size_t mask = map->cap - 1;
    for (size_t at = (gap + 1) & mask; map->slots[at].key; at = (at + 1) & mask) {
        size_t home = map->slots[at].hash & mask;
        if (((at - home) & mask) < ((at - gap) & mask))
            continue;
        map->slots[gap] = map->slots[at];
        map->slots[at].key = NULL;
        gap = at;
    }
}

void *map_remove(struct map *map, const char *key)
{
    if (!map->count)
        return NULL;
    size_t n = strlen(key);
    struct map_slot *slot = find(map, key, n, hash_bytes(key, n));
    if (!slot->key)
        return NULL;
    void *value = slot->value;
    free(slot->key);
    slot->key = NULL;
    map->count--;
    close_gap(map, (size_t)(slot - map->slots));
    return value;
}

size_t map_count(const struct map *map)
{
    return map->count;
}

bool map_next(const struct map *map, size_t *at, const char **key_r, void **value_r)
{
    while (*at < map->cap) {
        struct map_slot *slot = &map->slots[(*at)++];
        if (!slot->key)
            continue;
        if (key_r)
            *key_r = slot->key;
        if (value_r)
            *value_r = slot->value;
        return true;
    }
    return false;
}
