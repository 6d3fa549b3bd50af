/* The core's own rows: each has a label, a help, and somebody who may use it. The areas' rows have their own test. */
#include "../test.h"

#include "server/core/core.h"
#include "server/core/login.h"
#include "server/core/verb.h"
#include "wire/message.h"

#include <string.h>

static void every_row_is_whole(void **state)
{
    assert_true(verb_count() > 10);
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        assert_true(message_verb_valid(verb->name));
        assert_non_null(verb->label);
        assert_non_null(verb->help);
        assert_non_null(verb->run);
        assert_true(strlen(verb->help) > 10);
        assert_int_equal(verb->help[strlen(verb->help) - 1], '.');
        assert_true(verb->permission || verb->flags & (VERB_OPEN | VERB_SESSION));
        assert_true(!(verb->flags & VERB_OURS) || verb->flags & VERB_SESSION);
        if (strncmp(verb->name, "session.", 8) == 0)
            assert_false(verb->flags & VERB_KEYED);
        assert_ptr_equal(verb_find(verb->name), verb);
        if (i > 0)
            assert_true(strcmp(verb_at(i - 1)->name, verb->name) < 0);
    }
}

static void arguments_have_labels_and_helps(void **state)
{
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        for (size_t j = 0; j < verb->nargs; j++) {
            assert_non_null(verb->args[j].label);
            assert_non_null(verb->args[j].help);
            /* What a preference holds is an object, which no field's type is. */
            bool object =
                strcmp(verb->name, "preference.set") == 0 && strcmp(verb->args[j].name, "body") == 0;
            assert_int_equal(field_type_of(&verb->args[j]) == FIELD_NONE, object);
        }
    }
}

static void what_is_heard_before_login(void **state)
{
    static const char *const open[] = {
#ifdef YIZHAN_FAULTS
        "session.fault",
#endif
        "session.hello", "session.login", "session.ping", "session.resume"};
    size_t found = 0;
    for (size_t i = 0; i < verb_count(); i++)
        if (verb_at(i)->flags & VERB_OPEN)
            assert_string_equal(verb_at(i)->name, open[found++]);
    assert_int_equal(found, array_len(open));
}

static void what_is_allowed_with_a_first_password(void **state)
{
    assert_true(login_allows_old_password(verb_find("session.password")));
    assert_true(login_allows_old_password(verb_find("session.logout")));
    assert_false(login_allows_old_password(verb_find("session.watch")));
    assert_false(login_allows_old_password(verb_find("session.totp_begin")));
    assert_null(verb_find("session"));
    assert_null(verb_find(""));
    assert_null(verb_find("zzz.zzz"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(arguments_have_labels_and_helps),
        cmocka_unit_test(what_is_heard_before_login),
        cmocka_unit_test(what_is_allowed_with_a_first_password),
    };
    core_register_verbs();
    return run_all(tests);
}
