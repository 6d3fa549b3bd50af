/*
 * A growing array of any type in malloc's memory:
 *     VEC(int) numbers = {0};
 *     vec_push(&numbers, 7);
 *     vec_finish(&numbers);
 * All words take a pointer to the vector. Name the type once (struct x_vec { … } by typedef) to pass it around.
 */
#pragma once

#include "base/util.h"
#include <stddef.h>
#include <stdlib.h>

/* clang-format off */
#define VEC(type) struct { type *items; size_t count, cap; }
/* clang-format on */

/* Makes room for one more item and counts it in; returns the new items. */
void *vec_grow(void *items, size_t *count, size_t *cap, size_t item_size) must_check;

#define vec_push(v, ...)                                                                                     \
    ((v)->items = vec_grow((v)->items, &(v)->count, &(v)->cap, sizeof(*(v)->items)),                         \
     (void)((v)->items[(v)->count - 1] = (__VA_ARGS__)))

/* The last item, taken off; the vector must not be empty. */
#define vec_pop(v) ((v)->items[--(v)->count])
#define vec_last(v) ((v)->items[(v)->count - 1])
#define vec_clear(v) ((void)((v)->count = 0))
#define vec_finish(v) (free((v)->items), (v)->items = NULL, (void)((v)->count = (v)->cap = 0))

/* for (type *item = …): walks the items in order, whatever the type (typeof makes `char *` one word); do not push while walking. */
#define vec_each(type, item, v)                                                                              \
    for (typeof(type) *item = (v)->items, *item##_end = item ? item + (v)->count : item; item != item##_end; \
         item++)
