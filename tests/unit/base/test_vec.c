#include <string.h>

#include "base/vec.h"
#include "tests/unit/test.h"

struct pair {
    int a;
    char b;
};

static void items_are_pushed_and_popped(void **state)
{
    VEC(int) v = {0};
    for (int i = 0; i < 1000; i++)
        vec_push(&v, i);
    assert_int_equal(v.count, 1000);
    assert_int_equal(v.items[500], 500);
    assert_int_equal(vec_last(&v), 999);
    assert_int_equal(vec_pop(&v), 999);
    assert_int_equal(v.count, 999);
    vec_push(&v, v.items[0]);
    assert_int_equal(vec_last(&v), 0);
    vec_clear(&v);
    assert_int_equal(v.count, 0);
    vec_finish(&v);
    assert_null(v.items);
    assert_int_equal(v.cap, 0);
    vec_finish(&v);
}

static void items_may_be_structs(void **state)
{
    VEC(struct pair) v = {0};
    vec_push(&v, (struct pair){.a = 1, .b = 'x'});
    vec_push(&v, (struct pair){2, 'y'});
    int sum = 0;
    vec_each(struct pair, pair, &v) sum += pair->a;
    assert_int_equal(sum, 3);
    assert_int_equal(v.items[1].b, 'y');
    vec_finish(&v);
}

static void items_may_be_pointers(void **state)
{
    VEC(const char *) v = {0};
    size_t letters = 0;
    vec_push(&v, "one");
    vec_push(&v, "three");
    vec_each(const char *, word, &v) letters += strlen(*word);
    assert_int_equal(letters, 8);
    vec_finish(&v);
}

static void an_empty_one_is_walked_too(void **state)
{
    VEC(char) v = {0};
    vec_each(char, c, &v) fail_msg("there is nothing to see: %c", *c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_pushed_and_popped),
        cmocka_unit_test(items_may_be_structs),
        cmocka_unit_test(items_may_be_pointers),
        cmocka_unit_test(an_empty_one_is_walked_too),
    };
    return run_all(tests);
}
