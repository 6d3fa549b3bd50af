#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/vec.h"
#include "server/core/verb.h"

/* Sorted by name; filled before the first thread, only read afterwards. */
static VEC(const struct verb *) verbs;

/* Where the name stands, or would stand. */
static size_t verb_place(const char *name)
{
    size_t low = 0, high = verbs.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(verbs.items[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void verb_register(const struct verb *verb)
{
    size_t at = verb_place(verb->name);
    if (at < verbs.count && strcmp(verbs.items[at]->name, verb->name) == 0) {
        log_error("verb %s is declared twice", verb->name);
        abort();
    }
    vec_push(&verbs, verb);
    memmove(verbs.items + at + 1, verbs.items + at, (verbs.count - 1 - at) * sizeof(verbs.items[0]));
    verbs.items[at] = verb;
}

const struct verb *verb_find(const char *name)
{
    size_t at = verb_place(name);
    return at < verbs.count && strcmp(verbs.items[at]->name, name) == 0 ? verbs.items[at] : NULL;
}

size_t verb_count(void)
{
    return verbs.count;
}

const struct verb *verb_at(size_t index)
{
    return verbs.items[index];
}
