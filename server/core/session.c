#include <stdlib.h>
#include <string.h>

#include "server/core/session-private.h"
#include "server/core/verb.h"

struct session *session_create(void)
{
    struct arena *arena = arena_create(2048);
    struct session *session = arena_new(arena, struct session);
    session->private_ = arena_new(arena, struct session_private);
    session->private_->arena = arena;
    atomic_init(&session->private_->refs, 1);
    return session;
}

struct session *session_ref(struct session *session)
{
    if (session)
        atomic_fetch_add_explicit(&session->private_->refs, 1, memory_order_relaxed);
    return session;
}

static void destroy(struct session *session)
{
    permission_table_put(session->private_->permissions);
    arena_destroy(session->private_->arena);
}

void session_unref(struct session *session)
{
    if (session && atomic_fetch_sub_explicit(&session->private_->refs, 1, memory_order_acq_rel) == 1)
        destroy(session);
}

static int compare_permission(const void *name, const void *row)
{
    return strcmp(name, ((const struct permission_mask *)row)->permission);
}

const struct grant *session_grant(const struct session *session, const char *permission)
{
    if (!session || !permission)
        return NULL;
    const struct permission_table *table = session->private_->permissions;
    const struct permission_mask *found =
        table && table->count
            ? bsearch(permission, table->rows, table->count, sizeof(*found), compare_permission)
            : NULL;
    return found && found->mask ? &session->private_->grants[found->mask] : NULL;
}

/* A third party's own people: who works for one, or has no role but theirs. */
static bool is_foreign(const struct session *session)
{
    return session->party_id > 0 || (session->nroles == 1 && strcmp(session->roles[0], "partner") == 0);
}

bool session_may(const struct session *session, const struct verb *verb)
{
    if (verb->flags & VERB_OPEN)
        return true;
    if (verb->flags & VERB_SESSION)
        return session && !(verb->flags & VERB_OURS && is_foreign(session));
    return session_grant(session, verb->permission);
}

static int compare_branch(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

bool grant_covers(const struct grant *grant, int64_t branch_id)
{
    if (!grant)
        return false;
    /* A branch made after the rights were read is one of all, too. */
    if (grant->all || branch_id == NIL)
        return grant->all || grant->count > 0;
    return grant->count > 0 &&
           bsearch(&branch_id, grant->branches, grant->count, sizeof(branch_id), compare_branch) != NULL;
}
