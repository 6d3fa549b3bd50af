#include <stdint.h>

#include "base/vec.h"

enum { VEC_CAP_MIN = 8 };

void *vec_grow(void *items, size_t *count, size_t *cap, size_t item_size)
{
    if (*count == *cap) {
        if (*cap > PTRDIFF_MAX / 2 / item_size)
            memory_exhausted();
        *cap = MAX(*cap * 2, (size_t)VEC_CAP_MIN);
        items = memory_resize(items, *cap * item_size);
    }
    (*count)++;
    return items;
}
