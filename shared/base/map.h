/* A hash map from text to pointer. Keys are copied, values stay the caller's. Not locked. */
#pragma once

#include "base/util.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot;

struct map {
    struct map_slot *slots; /* cap of them, a power of two, or NULL */
    size_t cap, count;
};

/* A zeroed map is one as well. finish and clear free the keys, never the values; after finish it is empty and may be used again. */
void map_init(struct map *map);
void map_finish(struct map *map);
void map_clear(struct map *map);

/* The value, or NULL when the key is not there. */
void *map_get(const struct map *map, const char *key);
void *map_get_n(const struct map *map, const char *key, size_t n);

/* Puts or replaces; returns the value that stood there before, or NULL. */
void *map_put(struct map *map, const char *key, void *value);

/* Returns the value taken out, or NULL. */
void *map_remove(struct map *map, const char *key);
size_t map_count(const struct map *map);

/*
 * Walks the map in no particular order: start with *at = 0, ends with false. Either of the _r may be NULL. While walking
 * values may be replaced, but no key put or removed.
 */
bool map_next(const struct map *map, size_t *at, const char **key_r, void **value_r);
