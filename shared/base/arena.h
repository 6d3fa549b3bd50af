/*
 * An arena: memory that is taken piece by piece and given back at once.
 * One arena belongs to one thread at a time; there is no lock in it. Out of memory ends the process.
 */
#pragma once

#include "base/util.h"
#include <stddef.h>

struct arena;

/* block is the size in bytes of the pieces asked from malloc; 0 takes 4 KiB. Larger requests get their own. */
struct arena *arena_create(size_t block) must_check;
void arena_destroy(struct arena *arena);

/* Everything taken so far becomes invalid. The first block is kept, so a worker's arena stays warm. */
void arena_reset(struct arena *arena);

/* Zeroed and aligned to 16 bytes; never NULL, also not for n = 0. */
void *arena_alloc(struct arena *arena, size_t n) must_check __attribute__((malloc, returns_nonnull));

/* NULL stays NULL. */
char *arena_strdup(struct arena *arena, const char *text) must_check;

/* At most n bytes of text, which need not be terminated. */
char *arena_strndup(struct arena *arena, const char *text, size_t n) must_check;
void *arena_memdup(struct arena *arena, const void *data, size_t n) must_check;
char *arena_printf(struct arena *arena, const char *format, ...) must_check printf_like(2, 3);

/* Bytes handed out since the last reset, padding included. */
size_t arena_used(const struct arena *arena);

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* For cleanup(): destroys the arena of a struct arena * variable. */
void cleanup_arena(struct arena **arena);
