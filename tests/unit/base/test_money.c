#include <errno.h>

#include "base/money.h"
#include "base/rand.h"
#include "tests/unit/test.h"

static const char most[] = "92,233,720,368,547,758.07";

static void amounts_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t fen;
    } rows[] = {
        {"0", 0},
        {"12.5", 1250},
        {"12.50", 1250},
        {"12", 1200},
        {".5", 50},
        {"-0.01", -1},
        {"1,200.00", 120000},
        {"1200.00", 120000},
        {"¥12", 1200},
        {"￥12.30", 1230},
        {"-¥3.00", -300},
        {"¥-3.00", -300},
        {"+7", 700},
        {"0007", 700},
        {"12,345,678", 1234567800},
        {most, INT64_MAX},
        {"-0", 0},
        {"999,999", 99999900},
        {"1,000", 100000},
        {"-92233720368547758.07", -INT64_MAX},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        int64_t fen = NIL;
        if (money_parse(rows[i].text, &fen) != 0 || fen != rows[i].fen)
            fail_msg("%s gave %lld", rows[i].text, (long long)fen);
    }
}

static void what_is_no_amount_is_refused(void **state)
{
    static const char *const texts[] = {
        "",       "-",   "¥",   ".",    "12.",    "12.345", "1.2.3",  "abc",       "12a",
        " 12",    "12 ", "1,2", "1,20", "1,2000", ",100",   "1,,000", "1234,567",  "12,34,567",
        "1,000,", "--1", "¥¥1", "¥-¥1", "1e3",    "0x10",   "１２",   "1,000.5,0", "NaN",
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        int64_t fen = 42;
        if (money_parse(texts[i], &fen) != -EINVAL || fen != 42)
            fail_msg("\"%s\" was taken", texts[i]);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    static const char *const texts[] = {
        "92233720368547758.08",
        "-92233720368547758.08",
        "92,233,720,368,547,758.08",
        "100000000000000000",
        "999999999999999999999999999999999999999999999999999",
        "1,000,000,000,000,000,000,000",
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        int64_t fen = 42;
        assert_int_equal(money_parse(texts[i], &fen), -ERANGE);
        assert_int_equal(fen, 42);
    }
}

static void assert_prints(int64_t fen, const char *text)
{
    char buf[MONEY_TEXT_SIZE];
    assert_string_equal(money_print(buf, sizeof(buf), fen), text);
}

static void amounts_are_printed(void **state)
{
    assert_prints(0, "0.00");
    assert_prints(5, "0.05");
    assert_prints(-5, "-0.05");
    assert_prints(99999, "999.99");
    assert_prints(123450, "1,234.50");
    assert_prints(-100000000, "-1,000,000.00");
    assert_prints(INT64_MAX, most);
    assert_prints(-INT64_MAX, "-92,233,720,368,547,758.07");
    assert_prints(NIL, "");
}

static void what_is_printed_is_read_again(void **state)
{
    struct rng rng;
    rng_seed(&rng, 1);
    for (int i = 0; i < 5000; i++) {
        int64_t fen = rng_range(&rng, -INT64_MAX, INT64_MAX) >> rng_range(&rng, 0, 62), back;
        char buf[MONEY_TEXT_SIZE];
        assert_int_equal(money_parse(money_print(buf, sizeof(buf), fen), &back), 0);
        assert_int_equal(back, fen);
    }
}

static void sums_are_checked(void **state)
{
    int64_t fen = 42;
    assert_int_equal(money_add(1, -3, &fen), 0);
    assert_int_equal(fen, -2);
    assert_int_equal(money_add(INT64_MAX, 1, &fen), -ERANGE);
    assert_int_equal(money_add(-INT64_MAX, -1, &fen), -ERANGE); /* would be NIL */
    assert_int_equal(money_add(NIL, 1, &fen), -EINVAL);
    assert_int_equal(money_add(1, NIL, &fen), -EINVAL);
    assert_int_equal(fen, -2);
}

static int64_t ratio(int64_t fen, int64_t num, int64_t den)
{
    int64_t result = NIL;
    assert_int_equal(money_mul_ratio(fen, num, den, &result), 0);
    return result;
}

static void halves_go_away_from_zero(void **state)
{
    assert_int_equal(ratio(5, 1, 2), 3);
    assert_int_equal(ratio(-5, 1, 2), -3);
    assert_int_equal(ratio(5, -1, 2), -3);
    assert_int_equal(ratio(5, 1, -2), -3);
    assert_int_equal(ratio(-5, -1, 2), 3);
    assert_int_equal(ratio(-5, 1, -2), 3);
    assert_int_equal(ratio(7, 1, 3), 2);
    assert_int_equal(ratio(8, 1, 3), 3);
    assert_int_equal(ratio(-7, 1, 3), -2);
    assert_int_equal(ratio(-8, 1, 3), -3);
    assert_int_equal(ratio(1, 1, 3), 0);
    assert_int_equal(ratio(-1, 1, 3), 0);
    assert_int_equal(ratio(0, 7, 9), 0);
    assert_int_equal(ratio(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
    assert_int_equal(ratio(INT64_MAX, INT64_MAX, -INT64_MAX), -INT64_MAX);
}

static void a_ratio_that_cannot_be_is_refused(void **state)
{
    int64_t fen = 42;
    assert_int_equal(money_mul_ratio(INT64_MAX, 2, 1, &fen), -ERANGE);
    assert_int_equal(money_mul_ratio(-INT64_MAX, INT64_MAX, 1, &fen), -ERANGE);
    assert_int_equal(money_mul_ratio(1, 1, 0, &fen), -EINVAL);
    assert_int_equal(money_mul_ratio(NIL, 1, 1, &fen), -EINVAL);
    assert_int_equal(money_mul_ratio(1, NIL, 1, &fen), -EINVAL);
    assert_int_equal(money_mul_ratio(1, 1, NIL, &fen), -EINVAL);
    assert_int_equal(fen, 42);
}

static void net_and_tax_add_up(void **state)
{
    static const int rates[] = {0, 100, 300, 600, 900, 1300};
    int64_t net, tax;
    assert_int_equal(money_net_of(11300, 1300, &net, &tax), 0);
    assert_int_equal(net, 10000);
    assert_int_equal(tax, 1300);
    assert_int_equal(money_net_of(-10000, 1300, &net, &tax), 0);
    assert_int_equal(net, -8850); /* 8849.56 */
    assert_int_equal(tax, -1150);
    for (int64_t gross = -3000; gross <= 3000; gross += 7) {
        for (size_t i = 0; i < array_len(rates); i++) {
            assert_int_equal(money_net_of(gross, rates[i], &net, &tax), 0);
            assert_int_equal(net + tax, gross);
        }
    }
    assert_int_equal(money_net_of(100, -1, &net, &tax), -EINVAL);
    assert_int_equal(money_net_of(NIL, 0, &net, &tax), -EINVAL);
    assert_int_equal(money_net_of(INT64_MAX, 0, &net, &tax), 0);
    assert_int_equal(tax, 0);
}

static void the_odd_fen_go_to_the_largest_remainders(void **state)
{
    int64_t parts[4];
    assert_int_equal(money_split(100, (const int64_t[]){1, 1, 1}, 3, parts), 0);
    assert_memory_equal(parts, ((const int64_t[]){34, 33, 33}), 24);
    assert_int_equal(money_split(-100, (const int64_t[]){1, 1, 1}, 3, parts), 0);
    assert_memory_equal(parts, ((const int64_t[]){-34, -33, -33}), 24);
    assert_int_equal(money_split(10, (const int64_t[]){1, 0, 5, 1}, 4, parts), 0);
    assert_memory_equal(parts, ((const int64_t[]){2, 0, 7, 1}), 32); /* 1.43, 0, 7.14, 1.43 */
    assert_int_equal(money_split(0, (const int64_t[]){3, 4}, 2, parts), 0);
    assert_memory_equal(parts, ((const int64_t[]){0, 0}), 16);
    assert_int_equal(money_split(INT64_MAX, (const int64_t[]){INT64_MAX - 1, 1}, 2, parts), 0);
    assert_memory_equal(parts, ((const int64_t[]){INT64_MAX - 1, 1}), 16);
    assert_int_equal(money_split(7, (const int64_t[]){9}, 1, parts), 0);
    assert_int_equal(parts[0], 7);
}

static void shares_always_add_up(void **state)
{
    enum { N = 40 };
    struct rng rng;
    rng_seed(&rng, 3);
    for (int round = 0; round < 500; round++) {
        int64_t weights[N], parts[N], total = rng_range(&rng, -1000000, 1000000), sum = 0, weight = 0;
        for (int i = 0; i < N; i++)
            weight += weights[i] = rng_range(&rng, 0, 1000);
        assert_int_equal(money_split(total, weights, N, parts), 0);
        for (int i = 0; i < N; i++) {
            int64_t exact = total * weights[i] / weight;
            sum += parts[i];
            assert_true(parts[i] - exact <= 1 && exact - parts[i] <= 1);
        }
        assert_int_equal(sum, total);
    }
}

static void shares_without_a_measure_are_refused(void **state)
{
    int64_t parts[2] = {42, 42};
    assert_int_equal(money_split(5, (const int64_t[]){0, 0}, 2, parts), -EINVAL);
    assert_int_equal(money_split(5, (const int64_t[]){2, -1}, 2, parts), -EINVAL);
    assert_int_equal(money_split(5, (const int64_t[]){1}, 0, parts), -EINVAL);
    assert_int_equal(money_split(NIL, (const int64_t[]){1, 1}, 2, parts), -EINVAL);
    assert_int_equal(money_split(5, (const int64_t[]){INT64_MAX, 1}, 2, parts), -ERANGE);
    assert_int_equal(parts[0], 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_read),
        cmocka_unit_test(what_is_no_amount_is_refused),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(amounts_are_printed),
        cmocka_unit_test(what_is_printed_is_read_again),
        cmocka_unit_test(sums_are_checked),
        cmocka_unit_test(halves_go_away_from_zero),
        cmocka_unit_test(a_ratio_that_cannot_be_is_refused),
        cmocka_unit_test(net_and_tax_add_up),
        cmocka_unit_test(the_odd_fen_go_to_the_largest_remainders),
        cmocka_unit_test(shares_always_add_up),
        cmocka_unit_test(shares_without_a_measure_are_refused),
    };
    return run_all(tests);
}
