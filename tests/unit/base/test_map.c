#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/rand.h"
#include "tests/unit/test.h"

static int one, two;

static void an_empty_map_holds_nothing(void **state)
{
    struct map map;
    size_t at = 0;
    map_init(&map);
    assert_null(map_get(&map, "a"));
    assert_null(map_remove(&map, "a"));
    assert_false(map_next(&map, &at, NULL, NULL));
    map_clear(&map);
    map_finish(&map);
}

static void values_are_put_replaced_and_removed(void **state)
{
    struct map map;
    char key[] = "key";
    map_init(&map);
    assert_null(map_put(&map, key, &one));
    key[0] = 'K'; /* keys are copied */
    assert_ptr_equal(map_get(&map, "key"), &one);
    assert_null(map_get(&map, "Key"));
    assert_ptr_equal(map_put(&map, "key", &two), &one);
    assert_int_equal(map_count(&map), 1);
    assert_ptr_equal(map_get_n(&map, "keys", 3), &two);
    assert_null(map_get_n(&map, "key", 2));
    assert_null(map_put(&map, "", &one));
    assert_ptr_equal(map_get(&map, ""), &one);
    assert_ptr_equal(map_remove(&map, "key"), &two);
    assert_null(map_get(&map, "key"));
    assert_int_equal(map_count(&map), 1);
    map_clear(&map);
    assert_null(map_get(&map, ""));
    map_finish(&map);
}

enum { KEYS = 500, STEPS = 20000 };

/* Against a plain array: whatever is put and removed in whatever order. */
static void it_agrees_with_a_plain_array(void **state)
{
    static char values[KEYS];
    void *expected[KEYS] = {0};
    struct map map;
    struct rng rng;
    map_init(&map);
    rng_seed(&rng, 7);
    for (int step = 0; step < STEPS; step++) {
        int k = (int)rng_range(&rng, 0, KEYS - 1);
        char key[16];
        snprintf(key, sizeof(key), "key %d", k);
        void *value = rng_range(&rng, 0, 2) ? &values[k] : NULL;
        assert_ptr_equal(value ? map_put(&map, key, value) : map_remove(&map, key), expected[k]);
        expected[k] = value;
    }
    size_t at = 0, seen = 0, count = 0;
    const char *key;
    void *value;
    for (; map_next(&map, &at, &key, &value); seen++)
        assert_ptr_equal(value, expected[atoi(key + 4)]);
    for (int k = 0; k < KEYS; k++)
        count += expected[k] != NULL;
    assert_int_equal(seen, count);
    assert_int_equal(map_count(&map), count);
    map_finish(&map);
}

static void the_hash_sees_every_byte_and_the_length(void **state)
{
    unsigned char bytes[40] = {0};
    for (size_t n = 1; n <= sizeof(bytes); n++) {
        uint64_t hash = hash_bytes(bytes, n);
        assert_true(hash == hash_bytes(bytes, n));
        assert_true(hash != hash_bytes(bytes, n - 1));
        bytes[n - 1] = 1;
        assert_true(hash != hash_bytes(bytes, n));
        bytes[n - 1] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_holds_nothing),
        cmocka_unit_test(values_are_put_replaced_and_removed),
        cmocka_unit_test(it_agrees_with_a_plain_array),
        cmocka_unit_test(the_hash_sees_every_byte_and_the_length),
    };
    return run_all(tests);
}
