/* What stands behind a session: shared by session.c and access.c. */
#pragma once

#include "base/arena.h"
#include "server/core/session.h"

#include <stdatomic.h>

/* Scopes a permission may come with; the union over roles is a set of them. */
enum scope_bit { SCOPE_OWN_ROWS = 1, SCOPE_OWN_BRANCH = 2, SCOPE_BELOW = 4, SCOPE_ALL = 8, SCOPE_SETS = 16 };

struct permission_mask {
    const char *permission;
    uint8_t mask; /* enum scope_bit */
};

/* What a set of roles permits. Sessions of the same roles share one: a thousand dispatchers, one table. */
struct permission_table {
    struct permission_table *next;
    uint64_t hash;
    size_t refs, count;           /* refs under the table's lock */
    struct permission_mask *rows; /* sorted by name; their texts stand behind them */
};

struct session_private {
    atomic_int refs;
    struct arena *arena;
    const struct permission_table *permissions; /* NULL: none */
    struct grant grants[SCOPE_SETS];            /* by mask; [0] is not used */
    int64_t idle_seconds;
};

/* The shared table of these rows (sorted, each permission once), which are copied. */
const struct permission_table *permission_table_get(const struct permission_mask *rows,
                                                    size_t count) must_check;
void permission_table_put(const struct permission_table *table);

/* A session of one reference in its own arena; access.c fills it. */
struct session *session_create(void) must_check;
