#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, n) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)0)
#endif

enum { ARENA_ALIGN = 16, ARENA_BLOCK_DEFAULT = 4096, ARENA_BLOCK_MIN = 256 };

struct block {
    struct block *next;
    size_t size, used;
    alignas(ARENA_ALIGN) unsigned char bytes[];
};

struct arena {
    struct block *first;   /* kept over a reset */
    struct block *current; /* small requests are cut from it */
    size_t block_size;
    size_t used;
};

static struct block *block_create(size_t size)
{
    struct block *block = memory_alloc(sizeof(*block) + size);
    block->next = NULL;
    block->size = size;
    block->used = 0;
    ASAN_POISON_MEMORY_REGION(block->bytes, size);
    return block;
}

static void block_destroy(struct block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
    free(block);
}

static void *block_take(struct block *block, size_t n)
{
    void *memory = block->bytes + block->used;
    block->used += n;
    ASAN_UNPOISON_MEMORY_REGION(memory, n);
    return memset(memory, 0, n);
}

struct arena *arena_create(size_t block)
{
    struct arena *arena = memory_alloc(sizeof(*arena));
    size_t size = block ? MAX(block, (size_t)ARENA_BLOCK_MIN) : ARENA_BLOCK_DEFAULT;
    arena->block_size = size - size % ARENA_ALIGN;
    arena->first = arena->current = block_create(arena->block_size);
    arena->used = 0;
    return arena;
}

static void release_after(struct block *block)
{
    while (block->next) {
        struct block *gone = block->next;
        block->next = gone->next;
        block_destroy(gone);
    }
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    release_after(arena->first);
    block_destroy(arena->first);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    release_after(arena->first);
    arena->first->used = 0;
    ASAN_POISON_MEMORY_REGION(arena->first->bytes, arena->first->size);
    arena->current = arena->first;
    arena->used = 0;
}

/* A block right after the current one. One made for a large request is full at once and never becomes the current. */
static struct block *add_block(struct arena *arena, size_t n)
{
    size_t size = MAX(n, arena->block_size);
    struct block *block = block_create(size);
    block->next = arena->current->next;
    arena->current->next = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    if (n > PTRDIFF_MAX / 2)
        memory_exhausted();
    n = (MAX(n, (size_t)1) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    arena->used += n;
    if (n <= arena->current->size - arena->current->used)
        return block_take(arena->current, n);
    struct block *block = add_block(arena, n);
    if (n < arena->block_size)
        arena->current = block;
    return block_take(block, n);
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_memdup(arena, text, strlen(text) + 1) : NULL;
}

char *arena_strndup(struct arena *arena, const char *text, size_t n)
{
    if (!text)
        return NULL;
    size_t len = strnlen(text, n);
    char *copy = arena_alloc(arena, len + 1);
    memcpy(copy, text, len);
    return copy;
}

void *arena_memdup(struct arena *arena, const void *data, size_t n)
{
    void *copy = arena_alloc(arena, n);
    if (n)
        memcpy(copy, data, n);
    return copy;
}

static printf_like(2, 0) char *print(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0)
        memory_exhausted();
    char *text = arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = print(arena, format, args);
    va_end(args);
    return text;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void cleanup_arena(struct arena **arena)
{
    arena_destroy(*arena);
}
