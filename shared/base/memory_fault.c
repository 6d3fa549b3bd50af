#include "base/memory_fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* Every library's malloc ends up at the program's own, where it has one; behind that stands the sanitizer's, or that of the C library. */
#ifdef __SANITIZE_ADDRESS__
#define SYSTEM(name) __interceptor_##name
#else
#define SYSTEM(name) __libc_##name
#endif

void *SYSTEM(malloc)(size_t size);
void *SYSTEM(realloc)(void *old, size_t size);
void *SYSTEM(calloc)(size_t count, size_t size);

static _Thread_local int left[MEMORY_WHOSE];
static atomic_int failed;

void memory_fault_plan(enum memory_whose whose, int nth)
{
    left[whose] = nth;
}

int memory_faults(void)
{
    return failed;
}

static bool is_due(enum memory_whose whose)
{
    if (left[whose] <= 0 || --left[whose] > 0)
        return false;
    failed++;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return is_due(MEMORY_THEIRS) ? NULL : SYSTEM(malloc)(size);
}

void *realloc(void *old, size_t size)
{
    return is_due(MEMORY_THEIRS) ? NULL : SYSTEM(realloc)(old, size);
}

void *calloc(size_t count, size_t size)
{
    return is_due(MEMORY_THEIRS) ? NULL : SYSTEM(calloc)(count, size);
}

void *memory_fault_malloc(size_t size)
{
    return is_due(MEMORY_OURS) ? NULL : SYSTEM(malloc)(size);
}

void *memory_fault_realloc(void *old, size_t size)
{
    return is_due(MEMORY_OURS) ? NULL : SYSTEM(realloc)(old, size);
}

void *memory_fault_calloc(size_t count, size_t size)
{
    return is_due(MEMORY_OURS) ? NULL : SYSTEM(calloc)(count, size);
}
