/* Grants by permission, scopes, and tables that sessions share. */
#include "../test.h"

#include "server/core/session-private.h"

#include <string.h>

static const int64_t branches[] = {2, 5, 9};

static struct session *make(const struct permission_mask *rows, size_t count)
{
    struct session *session = session_create();
    session->private_->permissions = permission_table_get(rows, count);
    session->private_->grants[SCOPE_ALL] =
        (struct grant){.all = true, .branches = branches, .count = 3, .scope = "{2,5,9}"};
    session->private_->grants[SCOPE_OWN_BRANCH] =
        (struct grant){.branches = branches + 1, .count = 1, .scope = "{5}"};
    session->private_->grants[SCOPE_OWN_ROWS] = (struct grant){.own = true, .scope = "{}"};
    return session;
}

static const struct permission_mask rows[] = {
    {"customer.list", SCOPE_ALL}, {"rescue.accept", SCOPE_OWN_ROWS}, {"rescue.list", SCOPE_OWN_BRANCH}};

static void grants_are_found_by_permission(void **state)
{
    struct session *session = make(rows, 3);
    assert_true(session_grant(session, "customer.list")->all);
    assert_true(session_grant(session, "rescue.accept")->own);
    assert_string_equal(session_grant(session, "rescue.list")->scope, "{5}");
    assert_null(session_grant(session, "rescue.price"));
    assert_null(session_grant(session, ""));
    assert_null(session_grant(session, NULL));
    assert_null(session_grant(NULL, "rescue.list"));
    session_unref(session);
}

static void scopes_cover_branches(void **state)
{
    struct session *session = make(rows, 3);
    const struct grant *all = session_grant(session, "customer.list"),
                       *one = session_grant(session, "rescue.list"),
                       *own = session_grant(session, "rescue.accept");
    assert_true(grant_covers(all, 9) && grant_covers(all, 77) && grant_covers(all, NIL));
    assert_true(grant_covers(one, 5) && grant_covers(one, NIL) && !grant_covers(one, 2));
    assert_false(grant_covers(own, 5) || grant_covers(own, NIL) || grant_covers(NULL, 5));
    session_unref(session);
}

static void the_same_rights_are_kept_once(void **state)
{
    struct permission_mask other[3];
    memcpy(other, rows, sizeof(rows));
    struct session *a = make(rows, 3), *b = make(other, 3);
    other[2].mask = SCOPE_ALL;
    struct session *c = make(other, 3);
    assert_ptr_equal(a->private_->permissions, b->private_->permissions);
    assert_ptr_not_equal(a->private_->permissions, c->private_->permissions);
    session_unref(a);
    assert_non_null(session_grant(b, "rescue.list"));
    session_unref(b);
    session_unref(c);
}

static void nobody_has_nothing(void **state)
{
    struct session *session = make(NULL, 0);
    assert_null(session_grant(session, "rescue.list"));
    session_unref(session_ref(session));
    session_unref(session);
    session_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_are_found_by_permission),
        cmocka_unit_test(scopes_cover_branches),
        cmocka_unit_test(the_same_rights_are_kept_once),
        cmocka_unit_test(nobody_has_nothing),
    };
    return run_all(tests);
}
