/* Whose memory a value lives in; the leak checker looks on. */
#include <pthread.h>
#include <string.h>

#include "tests/unit/test.h"
#include "wire/json.h"

static const char text[] = "{\"a\":[1,2,{\"b\":\"a text long enough to be allocated\"}],\"c\":null}";

static json_t *read_text(void)
{
    struct json_fault fault;
    json_t *value = json_read(text, sizeof(text) - 1, &fault);
    assert_non_null(value);
    return value;
}

static void values_of_an_arena_die_with_it(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    assert_null(json_use_arena(arena));
    for (int i = 0; i < 100; i++) {
        read_text(); /* never released */
        arena_reset(arena);
    }
    json_t *value = read_text();
    json_object_set_new(value, "more", json_string("x"));
    assert_true(arena_used(arena) > 0);
    json_decref(value);
    assert_ptr_equal(json_use_arena(NULL), arena);
}

static void values_may_be_released_under_another_arena(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    json_t *counted = read_text();
    json_use_arena(arena);
    json_t *kept = read_text();
    json_decref(counted); /* malloc'd: really freed, or the leak checker complains */
    json_use_arena(NULL);
    json_object_set_new(kept, "d", json_integer(1));
    json_object_del(kept, "d");
    json_decref(kept);
}

static void parsing_takes_nothing_from_malloc(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct str s;
    json_use_arena(arena);
    str_init(&s, arena);
    size_t before = arena_used(arena);
    json_write(read_text(), &s);
    assert_string_equal(s.data, text);
    assert_true(arena_used(arena) > before + 200);
    json_use_arena(NULL);
}

static void *work(void *unused)
{
    struct arena *arena = arena_create(0);
    json_use_arena(arena);
    intptr_t failures = 0;
    for (int i = 0; i < 300; i++) {
        struct str s;
        struct json_fault fault;
        str_init(&s, arena);
        json_write(json_read(text, sizeof(text) - 1, &fault), &s);
        failures += strcmp(s.data, text) != 0;
        arena_reset(arena);
    }
    json_use_arena(NULL);
    arena_destroy(arena);
    return (void *)failures;
}

static void each_thread_has_its_own(void **state)
{
    pthread_t threads[8];
    for (size_t i = 0; i < array_len(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, NULL), 0);
    for (size_t i = 0; i < array_len(threads); i++) {
        void *failures;
        pthread_join(threads[i], &failures);
        assert_null(failures);
    }
}

static int begin(void **state)
{
    json_init();
    json_init(); /* again does nothing */
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_an_arena_die_with_it),
        cmocka_unit_test(values_may_be_released_under_another_arena),
        cmocka_unit_test(parsing_takes_nothing_from_malloc),
        cmocka_unit_test(each_thread_has_its_own),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
