#include <locale.h>
#include <string.h>

#include "base/utf8.h"
#include "tests/unit/test.h"

static void widths_are_cells(void **state)
{
    assert_int_equal(utf8_width(""), 0);
    assert_int_equal(utf8_width("abc"), 3);
    assert_int_equal(utf8_width("粤A·12345"), 9);
    assert_int_equal(utf8_width("驿站"), 4);
    assert_int_equal(utf8_width("e\xcc\x81"), 1);
    assert_int_equal(utf8_width("ＡＢ"), 4);
    assert_int_equal(utf8_width("\xf0\x9f\x9a\x97"), 2);
    assert_int_equal(utf8_width("a\xff"), 2);
    assert_int_equal(utf8_width_n("驿站", 3), 2);
}

static void clipping_leaves_whole_graphemes(void **state)
{
    assert_int_equal(utf8_clip("abc", 2), 2);
    assert_int_equal(utf8_clip("abc", 0), 0);
    assert_int_equal(utf8_clip("abc", 9), 3);
    assert_int_equal(utf8_clip("驿站", 3), 3);
    assert_int_equal(utf8_clip("驿站", 4), 6);
    assert_int_equal(utf8_clip("驿站", 1), 0);
    assert_int_equal(utf8_clip("e\xcc\x81x", 1), 3);
    assert_int_equal(utf8_clip("a\xff\xff", 2), 2);
    assert_int_equal(utf8_clip("", 5), 0);
    assert_int_equal(utf8_clip("abc", -1), 0);
}

static void graphemes_hold_together(void **state)
{
    assert_int_equal(utf8_grapheme("", 0), 0);
    assert_int_equal(utf8_grapheme("ab", 2), 1);
    assert_int_equal(utf8_grapheme("驿a", 4), 3);
    assert_int_equal(utf8_grapheme("e\xcc\x81x", 4), 3);
    assert_int_equal(utf8_grapheme("e\xcc\x81\xcc\xa3", 5), 5);
    assert_int_equal(utf8_grapheme("\xff\xff", 2), 1);
    assert_int_equal(utf8_grapheme("e\xff", 2), 1);
    assert_int_equal(utf8_grapheme("\xe9\xa9", 2), 1);
    static const char flags[] =
        "\xf0\x9f\x87\xa8\xf0\x9f\x87\xb3\xf0\x9f\x87\xad\xf0\x9f\x87\xb0"; /* CN HK */
    assert_int_equal(utf8_grapheme(flags, strlen(flags)), 8);
}

static void backspace_takes_the_last_grapheme(void **state)
{
    assert_int_equal(utf8_grapheme_before("", 0), 0);
    assert_int_equal(utf8_grapheme_before("ab驿", 5), 3);
    assert_int_equal(utf8_grapheme_before("驿ab", 4), 1);
    assert_int_equal(utf8_grapheme_before("xe\xcc\x81", 4), 3);
}

static int in_utf8(void **state)
{
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static int in_c(void **state)
{
    return setlocale(LC_CTYPE, "C") ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_cells),
        cmocka_unit_test(clipping_leaves_whole_graphemes),
        cmocka_unit_test(graphemes_hold_together),
        cmocka_unit_test(backspace_takes_the_last_grapheme),
    };
    int failed = cmocka_run_group_tests_name("in a UTF-8 locale", tests, in_utf8, NULL);
    return failed + cmocka_run_group_tests_name("in the C locale", tests, in_c, NULL);
}
