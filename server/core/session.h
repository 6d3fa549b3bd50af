/* A logged-in user on one connection. Immutable once made and counted by reference, so that the loop and the workers share it;
 * changed rights make a new one. */
#pragma once

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct verb;

/* Over which rows a permission reaches: the union over the user's roles that grant it. */
struct grant {
    bool all;                /* every branch */
    bool own;                /* rows of one's own (entity.own_column, party_column) */
    const int64_t *branches; /* sorted; all of them when `all` */
    size_t count;
    const char *scope; /* the same as an int array literal for app.scope: "{1,2}" */
};

struct session {
    int64_t id;
    int64_t employee_id;
    const char *user; /* login name */
    const char *name;
    int64_t party_id; /* the third party he works for: `own` rows are its; 0 or NIL: he is one of us */
    int64_t branch_id;
    const char *branch_name;
    const char *time_zone; /* of the branch */
    const char *terminal;  /* device name for the trail */
    int64_t epoch;
    struct instant expires_at;
    bool must_change_password;
    const char *extension; /* phone extension, may be NULL */
    const char *const *roles;
    const char *const *role_names; /* as they are stored, in the order of roles */
    size_t nroles;
    struct session_private *private_; /* grants by permission, reference count, arena */
};

/* Any thread; NULL stays NULL. The last reference given back frees it. */
struct session *session_ref(struct session *session);
void session_unref(struct session *session);

/* Whether this verb is for whoever has the session; NULL: before login. */
bool session_may(const struct session *session, const struct verb *verb);
/* NULL: not permitted. */
const struct grant *session_grant(const struct session *session, const char *permission);

/* Whether the permission reaches the rows of a branch. A NIL branch (a shared row) is covered by any grant that is not for own rows only; NULL
 * covers nothing. */
bool grant_covers(const struct grant *grant, int64_t branch_id);
