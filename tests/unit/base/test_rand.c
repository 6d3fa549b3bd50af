#include "base/rand.h"
#include "tests/unit/test.h"

static void the_same_seed_gives_the_same_numbers(void **state)
{
    struct rng a, b, c;
    rng_seed(&a, 42);
    rng_seed(&b, 42);
    rng_seed(&c, 43);
    assert_true(rng_next(&a) == UINT64_C(1546998764402558742)); /* xoshiro256** as published */
    assert_true(rng_next(&a) == UINT64_C(6990951692964543102));
    rng_next(&b);
    rng_next(&b);
    for (int i = 0; i < 100; i++) {
        uint64_t x = rng_next(&a);
        assert_true(x == rng_next(&b));
        assert_true(x != rng_next(&c));
    }
}

static void ranges_are_kept_and_filled(void **state)
{
    struct rng rng;
    int seen[7] = {0};
    rng_seed(&rng, 1);
    for (int i = 0; i < 7000; i++) {
        int64_t x = rng_range(&rng, -3, 3);
        assert_true(x >= -3 && x <= 3);
        seen[x + 3]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(seen[i], 850, 1150);
    assert_int_equal(rng_range(&rng, 5, 5), 5);
    assert_int_equal(rng_range(&rng, 5, 4), 5);
    int64_t whole = rng_range(&rng, INT64_MIN, INT64_MAX);
    assert_true(whole != rng_range(&rng, INT64_MIN, INT64_MAX));
    assert_true(rng_range(&rng, INT64_MIN, INT64_MIN + 1) <= INT64_MIN + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_numbers),
        cmocka_unit_test(ranges_are_kept_and_filled),
    };
    return run_all(tests);
}
