#include "../test.h"

#include <errno.h>

#include "client/views/calc.h"

static void test_sums(void **state)
{
    static const struct {
        const char *text, *sum;
    } cases[] = {
        {"1+2", "3"},       {"=12.5*3", "37.5"},
        {"2+3*4", "14"},    {"(2+3)*4", "20"},
        {"10/4", "2.5"},    {"1/3", "0.33"},
        {"2/3", "0.67"},    {"-2/3", "-0.67"},
        {"-(2+3)", "-5"},   {"1,200.00+0.5", "1200.5"},
        {"0.1+0.2", "0.3"}, {"100-100", "0"},
        {"3 x 4", "12"},    {"１＋２", "3"},
        {"0.005", "0.01"},  {"-0.005", "-0.01"},
        {"2--2", "4"},      {"1.", "1"},
        {".5*2", "1"},      {"7*1.0000001", "7"},
    };
    char sum[64];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (calc(cases[i].text, 2, sum, sizeof(sum)) != 0)
            fail_msg("%s was not worked out", cases[i].text);
        assert_string_equal(sum, cases[i].sum);
    }
}

static void test_no_sums(void **state)
{
    static const char *const bad[] = {
        "", "=", "1+", "(1", "1)", "a", "1 2", "1..2", "*3", "((((((((((((((((((((((1))))))))))))))))))))))"};
    static const char *const large[] = {"1/0", "999999999999*999999999999", "9999999999999999999"};
    char sum[64];
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (calc(bad[i], 2, sum, sizeof(sum)) != -EINVAL)
            fail_msg("%s was worked out", bad[i]);
    for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++)
        assert_int_equal(calc(large[i], 2, sum, sizeof(sum)), -ERANGE);
}

static void test_places(void **state)
{
    char sum[64];
    (void)state;
    assert_int_equal(calc("1/3", 6, sum, sizeof(sum)), 0);
    assert_string_equal(sum, "0.333333");
    assert_int_equal(calc("5/2", 0, sum, sizeof(sum)), 0);
    assert_string_equal(sum, "3");
}

static void test_is_one(void **state)
{
    (void)state;
    assert_true(calc_is_one("1+2"));
    assert_true(calc_is_one("=7"));
    assert_true(calc_is_one("(1)"));
    assert_false(calc_is_one("12.50"));
    assert_false(calc_is_one("-12.50"));
    assert_false(calc_is_one("+3"));
    assert_false(calc_is_one(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_no_sums),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_is_one),
    };
    return run_all(tests);
}
