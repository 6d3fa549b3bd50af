#include <string.h>

#include "base/arena.h"
#include "tests/unit/test.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(256);
    unsigned char *before = NULL;
    for (size_t n = 0; n < 200; n++) {
        unsigned char *piece = arena_alloc(arena, n);
        assert_int_equal((uintptr_t)piece % 16, 0);
        assert_ptr_not_equal(piece, before);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xee, n);
        before = piece;
    }
}

static void large_requests_get_their_own_block(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(256);
    char *small = arena_strdup(arena, "before");
    char *large = arena_alloc(arena, 100000);
    char *after = arena_strdup(arena, "after");
    large[99999] = 1;
    assert_string_equal(small, "before");
    assert_string_equal(after, "after");
    assert_true(after > small && after < small + 256); /* the small block is still in use */
}

static void a_reset_keeps_the_first_block_and_zeroes_again(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char *first = arena_alloc(arena, 64);
    memset(first, 'x', 64);
    memset(arena_alloc(arena, 10000), 'x', 10000);
    assert_true(arena_used(arena) >= 10064);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    char *again = arena_alloc(arena, 64);
    assert_ptr_equal(again, first);
    for (int i = 0; i < 64; i++)
        assert_int_equal(again[i], 0);
}

static void text_is_copied(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    assert_null(arena_strdup(arena, NULL));
    assert_null(arena_strndup(arena, NULL, 3));
    assert_string_equal(arena_strdup(arena, ""), "");
    assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(arena, "ab", 30), "ab");
    assert_string_equal(arena_strndup(arena, (const char[]){'x', 'y'}, 2), "xy");
    assert_memory_equal(arena_memdup(arena, "a\0b", 3), "a\0b", 3);
    assert_non_null(arena_memdup(arena, NULL, 0));
    assert_string_equal(arena_printf(arena, "%s-%05d", "n", 42), "n-00042");
    assert_int_equal(strlen(arena_printf(arena, "%9000d", 1)), 9000);
}

static void destroy_takes_null(void **state)
{
    arena_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(large_requests_get_their_own_block),
        cmocka_unit_test(a_reset_keeps_the_first_block_and_zeroes_again),
        cmocka_unit_test(text_is_copied),
        cmocka_unit_test(destroy_takes_null),
    };
    return run_all(tests);
}
