/* The few words of C we add to the language. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The null of every 64-bit number we keep: an integer, an amount in fen, an instant in microseconds. */
#define NIL INT64_MIN

#define must_check __attribute__((warn_unused_result))
#define printf_like(text_at, args_at) __attribute__((format(printf, text_at, args_at)))

/* Runs fn(&variable) when the variable leaves its scope. */
#define cleanup(fn) __attribute__((cleanup(fn)))

#define array_len(x) (sizeof(x) / sizeof((x)[0]))
#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif

/* Marks a text of a table for the translators; it is translated where it is shown. */
#define N_(text) text

/* For cleanup(): frees what a char * or void * variable points to. */
void cleanup_free(void *pointer_to_pointer);

/* Closes the descriptor of an int variable, if it is not negative. */
void cleanup_close(int *fd);

/* malloc and realloc that never return NULL: out of memory ends the process. */
void *memory_alloc(size_t size) must_check;
void *memory_resize(void *old, size_t size) must_check;
void *memory_zeroed(size_t count, size_t size) must_check;
char *memory_strdup(const char *text) must_check;
_Noreturn void memory_exhausted(void);
