#include "fixture.h"

#include "base/arena.h"
#include "client/views/text.h"

static const char *words(struct arena *arena, const char *json)
{
    json_t *error = json_loads(json, 0, NULL);
    assert_non_null(error);
    const char *text = error_text(arena, entity("job"), error);
    json_decref(error);
    return text;
}

static void test_fill(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)state;
    assert_string_equal(text_fill(arena, "{a} and {b}, {a}", "a", "1", "b", "2", NULL), "1 and 2, 1");
    assert_string_equal(text_fill(arena, "{c} {a", "a", "1", NULL), "{c} {a");
    assert_string_equal(text_fill(arena, "{ab}{a}", "a", "1", "ab", NULL, NULL), "1");
}

static void test_refusals(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)state;
    assert_string_equal(words(arena, "{\"code\":\"invalid\",\"field\":\"price_fen\",\"message\":\"m\","
                                     "\"msgid\":\"{field} is required\","
                                     "\"args\":{\"field\":\"price_fen\"}}"),
                        "Price is required");
    /* The label stands before words that do not name the field. */
    assert_string_equal(words(arena, "{\"code\":\"duplicate\",\"field\":\"name\",\"msgid\":\"This value is "
                                     "taken already\",\"args\":{}}"),
                        "Name: This value is taken already");
    assert_string_equal(
        words(arena, "{\"code\":\"conflict\",\"msgid\":\"At most {max}\",\"args\":{\"max\":7}}"),
        "At most 7");
    assert_string_equal(words(arena, "{\"code\":\"busy\",\"message\":\"try later\"}"), "try later");
    assert_string_equal(words(arena, "{}"), "The server refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {view_test(test_fill), view_test(test_refusals)};
    return run_views(tests);
}
