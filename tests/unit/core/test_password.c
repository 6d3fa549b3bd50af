/* Passwords: the rules, the hash, and that nobody's hash is as slow as somebody's. */
#include "../test.h"

#include "base/arena.h"
#include "base/time.h"
#include "server/core/password.h"

#include <string.h>

static void the_rules(void **state)
{
    char longest[PASSWORD_MAX + 2];
    memset(longest, 'x', sizeof(longest));
    longest[PASSWORD_MAX] = '\0';
    assert_non_null(password_fault(""));
    assert_non_null(password_fault("123456789"));
    assert_null(password_fault("1234567890"));
    assert_non_null(password_fault("九个汉字不够长的口"));
    assert_null(password_fault("十个汉字就够长的口令"));
    assert_null(password_fault(longest));
    longest[PASSWORD_MAX] = 'x';
    longest[PASSWORD_MAX + 1] = '\0';
    assert_non_null(password_fault(longest));
}

static void a_hash_fits_its_password_alone(void **state)
{
    struct arena *arena = arena_create(0);
    const char *hash = password_hash(arena, "relay-station-demo"),
               *again = password_hash(arena, "relay-station-demo");
    assert_memory_equal(hash, "$argon2id$v=19$", 15);
    assert_string_not_equal(hash, again);
    assert_true(password_verify(hash, "relay-station-demo"));
    assert_true(password_verify(again, "relay-station-demo"));
    assert_false(password_verify(hash, "relay-station-demo "));
    assert_false(password_verify(hash, ""));
    arena_destroy(arena);
}

static void nobody_is_never_right(void **state)
{
    assert_false(password_verify(NULL, "a password that nobody has"));
    assert_false(password_verify("", "a password that nobody has"));
    assert_false(password_verify("$argon2id$broken", "relay-station-demo"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules),
        cmocka_unit_test(a_hash_fits_its_password_alone),
        cmocka_unit_test(nobody_is_never_right),
    };
    return run_all(tests);
}
