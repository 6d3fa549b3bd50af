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

struct session_private {
    atomic_int refs;
    struct arena *arena;
    struct permission_mask *permissions; /* sorted by name */
    size_t npermissions;
    struct grant grants[SCOPE_SETS]; /* by mask; [0] is not used */
    int64_t idle_seconds;
};

/* A session of one reference in its own arena; access.c fills it. */
struct session *session_create(void) must_check;
