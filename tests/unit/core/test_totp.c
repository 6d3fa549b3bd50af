/* One-time codes: the vectors of RFC 6238, the window, and that a code is good once. */
#include "../test.h"

#include "base/arena.h"
#include "server/core/totp.h"

#include <string.h>

/* "12345678901234567890" */
static const char secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

static struct instant at(int64_t seconds)
{
    return (struct instant){seconds * US_PER_SECOND};
}

static void the_vectors_of_the_rfc(void **state)
{
    static const struct {
        int64_t at;
        const char *code;
    } vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                   {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    int64_t step;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        assert_true(totp_verify(secret, vectors[i].code, at(vectors[i].at), NIL, &step));
        assert_int_equal(step, vectors[i].at / 30);
    }
}

static void one_step_beside_and_no_more(void **state)
{
    int64_t step;
    assert_true(totp_verify(secret, "287082", at(59 + 30), NIL, &step));
    assert_int_equal(step, 1);
    assert_true(totp_verify(secret, "287082", at(59 - 30), NIL, &step));
    assert_false(totp_verify(secret, "287082", at(59 + 61), NIL, &step));
    assert_false(totp_verify(secret, "287083", at(59), NIL, &step));
}

static void a_code_is_good_once(void **state)
{
    int64_t step;
    assert_true(totp_verify(secret, "287082", at(59), 0, &step));
    assert_false(totp_verify(secret, "287082", at(59), 1, &step));
    assert_false(totp_verify(secret, "287082", at(59), 2, &step));
}

static void hostile_codes_and_secrets(void **state)
{
    int64_t step;
    static const char *const codes[] = {"", "2", "28708", "2870821", "28708a", "      ", "287082 "};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        assert_false(totp_verify(secret, codes[i], at(59), NIL, &step));
    assert_false(totp_verify("not base32!", "287082", at(59), NIL, &step));
}

static void a_new_secret_works(void **state)
{
    struct arena *arena = arena_create(0);
    char *one = totp_secret_make(arena), *two = totp_secret_make(arena);
    assert_int_equal(strlen(one), 32);
    assert_int_equal(strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32);
    assert_string_not_equal(one, two);
    assert_non_null(strstr(totp_uri(arena, "anna", one), one));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc), cmocka_unit_test(one_step_beside_and_no_more),
        cmocka_unit_test(a_code_is_good_once),    cmocka_unit_test(hostile_codes_and_secrets),
        cmocka_unit_test(a_new_secret_works),
    };
    totp_init();
    return run_all(tests);
}
