/*
 * Test builds: the nth allocation of a thread fails. Those of libraries come back empty to them; ours end the process, as they always do where
 * there is no memory (memory_exhausted). So each kind is planned for by itself.
 */
#pragma once

#include <stddef.h>

enum memory_whose { MEMORY_THEIRS, MEMORY_OURS, MEMORY_WHOSE };

/* From now on, on this thread; nth counts from 1, 0 plans nothing. */
void memory_fault_plan(enum memory_whose whose, int nth);

/* How many failed so far, on all threads. */
int memory_faults(void);

/* What memory_alloc and its like call in place of malloc, realloc, calloc. */
void *memory_fault_malloc(size_t size);
void *memory_fault_realloc(void *old, size_t size);
void *memory_fault_calloc(size_t count, size_t size);
