#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "tests/unit/test.h"

static void an_empty_text_is_terminated(void **state)
{
    struct str s;
    str_init(&s, NULL);
    assert_string_equal(s.data, "");
    str_clear(&s);
    str_truncate(&s, 5);
    str_add_n(&s, "", 0);
    str_add(&s, "");
    assert_int_equal(s.len, 0);
    char *text = str_steal(&s);
    assert_string_equal(text, "");
    free(text);
    str_finish(&s);
    str_finish(&s);
}

static void text_grows(void **state)
{
    struct str s cleanup(cleanup_str);
    str_init(&s, NULL);
    for (int i = 0; i < 1000; i++) {
        str_addf(&s, "%d,", i % 10);
        assert_int_equal(strlen(s.data), s.len);
    }
    assert_int_equal(s.len, 2000);
    str_truncate(&s, 3);
    assert_string_equal(s.data, "0,1");
    str_truncate(&s, 4);
    assert_string_equal(s.data, "0,1");
    str_add_char(&s, '!');
    str_add_n(&s, "a\0b", 3);
    assert_int_equal(s.len, 7);
    assert_memory_equal(s.data, "0,1!a\0b", 8);
}

static void text_grows_in_an_arena(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(256);
    struct str s;
    str_init(&s, arena);
    for (int i = 0; i < 500; i++)
        str_add(&s, "驿站");
    assert_int_equal(s.len, 3000);
    char *text = str_steal(&s);
    assert_string_equal(s.data, "");
    str_add(&s, "next");
    assert_int_equal(strlen(text), 3000);
    str_finish(&s);
    assert_ptr_equal(s.arena, arena);
}

static void stolen_text_is_the_callers(void **state)
{
    struct str s;
    str_init(&s, NULL);
    str_add(&s, "mine");
    char *text = str_steal(&s);
    assert_int_equal(s.len, 0);
    assert_string_equal(text, "mine");
    free(text);
}

static const char *json_of(struct str *s, const char *text)
{
    str_clear(s);
    str_add_json(s, text);
    return s->data;
}

static void json_is_quoted_and_escaped(void **state)
{
    struct str s cleanup(cleanup_str);
    str_init(&s, NULL);
    assert_string_equal(json_of(&s, NULL), "null");
    assert_string_equal(json_of(&s, ""), "\"\"");
    assert_string_equal(json_of(&s, "粤A·12345"), "\"粤A·12345\"");
    assert_string_equal(json_of(&s, "a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    assert_string_equal(json_of(&s, "\n\t\r\b\f\x01\x1b\x7f"), "\"\\n\\t\\r\\b\\f\\u0001\\u001b\\u007f\"");
    assert_string_equal(json_of(&s, "\xc2\x9b\xe2\x80\xa8"), "\"\\u009b\\u2028\"");
    assert_string_equal(json_of(&s, "\xf0\x9f\x9a\x97"), "\"\xf0\x9f\x9a\x97\"");
}

static void json_stays_utf8_whatever_comes_in(void **state)
{
    struct str s cleanup(cleanup_str);
    str_init(&s, NULL);
    assert_string_equal(json_of(&s, "a\xff"
                                    "b\xe9\xa9"),
                        "\"a\xef\xbf\xbd"
                        "b\xef\xbf\xbd\xef\xbf\xbd\"");
    str_clear(&s);
    str_add_json_n(&s, "a\0b", 3);
    assert_string_equal(s.data, "\"a\\u0000b\"");
    str_clear(&s);
    str_add_json_n(&s, "驿站", 4); /* cut within the second character */
    assert_string_equal(s.data, "\"驿\xef\xbf\xbd\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_is_terminated), cmocka_unit_test(text_grows),
        cmocka_unit_test(text_grows_in_an_arena),      cmocka_unit_test(stolen_text_is_the_callers),
        cmocka_unit_test(json_is_quoted_and_escaped),  cmocka_unit_test(json_stays_utf8_whatever_comes_in),
    };
    return run_all(tests);
}
