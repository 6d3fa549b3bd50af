/* Ages and what is left of a limit. */
#include "../test.h"

#include "client/desks/age.h"

static const char *age(int64_t seconds)
{
    static char buf[AGE_TEXT_SIZE];
    return age_print(buf, sizeof(buf), seconds);
}

static void ages_are_short(void **state)
{
    (void)state;
    assert_string_equal(age(0), "0m");
    assert_string_equal(age(59), "0m");
    assert_string_equal(age(60), "1m");
    assert_string_equal(age(3599), "59m");
    assert_string_equal(age(3600), "1h00");
    assert_string_equal(age(3600 * 23 + 59 * 60), "23h59");
    assert_string_equal(age(86400), "1d0h");
    assert_string_equal(age(86400 * 3 + 3600 * 4 + 59), "3d4h");
    assert_string_equal(age(86400 * 9 + 3600 * 23), "9d23h");
    assert_string_equal(age(86400 * 17 + 3600 * 4), "17d");
    assert_string_equal(age(-300), "-5m");
}

static void extreme_ages_fit(void **state)
{
    (void)state;
    assert_string_equal(age(INT64_MAX), "9999d");
    assert_string_equal(age(INT64_MIN), "-9999d");
}

static struct instant at(int64_t seconds)
{
    return (struct instant){seconds * US_PER_SECOND};
}

static void what_is_left(void **state)
{
    char buf[AGE_TEXT_SIZE];
    (void)state;
    assert_string_equal(age_left(buf, sizeof(buf), at(1000), at(400)), "10m");
    assert_string_equal(age_left(buf, sizeof(buf), at(400), at(1000)), "+10m");
    assert_string_equal(age_left(buf, sizeof(buf), at(1000), at(1000)), "0m");
    assert_string_equal(age_left(buf, sizeof(buf), INSTANT_NIL, at(1000)), "");
}

static void lateness(void **state)
{
    (void)state;
    assert_true(age_is_over(at(1), at(2)));
    assert_false(age_is_over(at(2), at(2)));
    assert_false(age_is_over(INSTANT_NIL, at(2)));
    assert_true(age_is_near(at(0), at(1000), at(801)));
    assert_false(age_is_near(at(0), at(1000), at(800)));
    assert_false(age_is_near(at(0), at(1000), at(1001)));
    assert_true(age_is_near(INSTANT_NIL, at(1000), at(500)));
    assert_false(age_is_near(at(0), INSTANT_NIL, at(500)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ages_are_short),
        cmocka_unit_test(extreme_ages_fit),
        cmocka_unit_test(what_is_left),
        cmocka_unit_test(lateness),
    };
    return run_all(tests);
}
