#include <string.h>

#include "base/utf8.h"
#include "tests/unit/test.h"

static enum utf8_fault check(const char *s)
{
    return utf8_check(s, strlen(s), false);
}

static void good_text_is_good(void **state)
{
    static const char *const texts[] = {
        "",
        "abc",
        "粤A·12345",
        "驛站",
        "\xf0\x9f\x9a\x97",
        "é",
        "ｆｕｌｌ　ｗｉｄｔｈ",
        "\xf4\x8f\xbf\xbf",
        "가각",
        "\xe2\x9d\xa4\xef\xb8\x8f",
        "（东莞）、“二手”—…",
    };
    for (size_t i = 0; i < array_len(texts); i++)
        assert_int_equal(check(texts[i]), UTF8_OK);
}

static void a_coding_is_told_by_the_whole(void **state)
{
    assert_true(utf8_is_whole("", 0));
    assert_true(utf8_is_whole("a\0b\r\n\x1b", 6));
    assert_true(utf8_is_whole("粤A", strlen("粤A")));
    assert_false(utf8_is_whole("粤A", 2)); /* cut */
    assert_false(utf8_is_whole("\xd4\xc1"
                               "A",
                               3));             /* the same in GB18030 */
    assert_false(utf8_is_whole("\xc0\x80", 2)); /* overlong */
}

static void broken_bytes_are_broken(void **state)
{
    static const char *const texts[] = {
        "\x80", /* begins with a follower */
        "\xbf",
        "\xe9\xa9", /* cut */
        "\xe9\xa9x",
        "\xf0\x9f\x9a",
        "\xc3",
        "\xc0\x80",     /* overlong NUL */
        "\xc1\xbf",     /* overlong DEL */
        "\xe0\x80\xaf", /* overlong slash, three bytes */
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\xaf", /* and four */
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80", /* surrogates */
        "\xed\xbf\xbf",
        "\xed\xa0\xbd\xed\xba\x97", /* a pair of them */
        "\xf4\x90\x80\x80",         /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
    };
    for (size_t i = 0; i < array_len(texts); i++)
        assert_int_equal(check(texts[i]), UTF8_BROKEN);
}

static void text_split_anywhere_is_broken(void **state)
{
    static const char text[] = "\xf0\x9f\x9a\x97驿é";
    static const int whole[] = {0, 4, 7, 9};
    for (int n = 0, next = 0; n <= 9; n++) {
        bool good = n == whole[next];
        next += good;
        assert_int_equal(utf8_check(text, (size_t)n, false), good ? UTF8_OK : UTF8_BROKEN);
    }
}

static void controls_are_refused(void **state)
{
    static const char *const texts[] = {
        "\x01",
        "\x1b[2J",
        "\x7f",
        "\xc2\x80",
        "\xc2\x9b"
        "2J",
        "\xc2\x85",
        "\xe2\x80\xa8",
        "a\rb",
        "\xe2\x80\xa9",
        "a\nb",
        "a\tb",
    };
    for (size_t i = 0; i < array_len(texts); i++)
        assert_int_equal(check(texts[i]), UTF8_CONTROL);
    assert_int_equal(utf8_check("a\0b", 3, true), UTF8_CONTROL);
    assert_int_equal(utf8_check("a\n\tb", 4, true), UTF8_OK);
    assert_int_equal(utf8_check("a\rb", 3, true), UTF8_CONTROL);
    assert_int_equal(utf8_check("a\xc2\xa0", 3, false), UTF8_OK);
}

static void hidden_characters_are_refused(void **state)
{
    static const uint32_t cps[] = {0x202a, 0x202e, 0x2066, 0x2069,  0x200b, 0x200d, 0x200e, 0x200f, 0x2060,
                                   0xfeff, 0x061c, 0x00ad, 0xe0041, 0x3164, 0x180e, 0x206f, 0xfff9};
    for (size_t i = 0; i < array_len(cps); i++) {
        char text[5] = {0};
        assert_in_range(utf8_encode(cps[i], text), 2, 4);
        assert_true(utf8_is_hidden(cps[i]));
        assert_int_equal(check(text), UTF8_HIDDEN);
    }
    static const uint32_t seen[] = {0x200a, 0x2010, 0x2029, 0x202f, 0x205f, 0x2070, 0xfefe, 0x4e2d, 'a'};
    for (size_t i = 0; i < array_len(seen); i++)
        assert_false(utf8_is_hidden(seen[i]));
}

static void only_nfc_passes(void **state)
{
    assert_int_equal(check("e\xcc\x81"), UTF8_NOT_NFC);                /* e + acute */
    assert_int_equal(check("\xcc\x81"), UTF8_OK);                      /* alone it is NFC */
    assert_int_equal(check("\xe1\x84\x80\xe1\x85\xa1"), UTF8_NOT_NFC); /* Hangul in parts */
    assert_int_equal(check("\xea\xb0\x80\xe1\x86\xa8"), UTF8_NOT_NFC); /* syllable + final */
    assert_int_equal(check("\xe2\x84\xab"), UTF8_NOT_NFC);             /* angstrom sign */
    assert_int_equal(check("\xef\xa4\x80"), UTF8_NOT_NFC);             /* compatibility ideograph 豈 */
    assert_int_equal(check("か\xe3\x82\x99"), UTF8_NOT_NFC);           /* ka + voicing */
    assert_int_equal(check("a\xcc\x81\xcc\xa3"), UTF8_NOT_NFC);        /* marks out of order */
    assert_int_equal(check("q\xcc\xa3\xcc\x81"), UTF8_OK);             /* no composed form, in order */
}

static void the_first_fault_is_told(void **state)
{
    assert_int_equal(check("\x01\xff"), UTF8_CONTROL);
    assert_int_equal(check("\xff\x01"), UTF8_BROKEN);
    assert_int_equal(check("e\xcc\x81\xe2\x80\xae"), UTF8_HIDDEN);
}

static void every_character_comes_back(void **state)
{
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        char text[4];
        uint32_t back = UINT32_MAX;
        size_t n = utf8_encode(cp, text);
        bool scalar = cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
        assert_int_equal(n > 0, scalar);
        if (n && (utf8_decode(text, n, &back) != n || back != cp))
            fail_msg("U+%04X", (unsigned)cp);
    }
    uint32_t cp;
    assert_int_equal(utf8_decode("a", 0, &cp), 0);
}

static void text_is_normalised(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    assert_string_equal(utf8_nfc(arena, "e\xcc\x81"), "é");
    assert_string_equal(utf8_nfc(arena, "ＡＢＣ１２"), "ＡＢＣ１２");
    assert_string_equal(utf8_nfkc(arena, "粤Ａ１２３４５"), "粤A12345");
    assert_string_equal(utf8_nfkc(arena, "　ｶﾞ"), " ガ");
    assert_string_equal(utf8_nfc(arena, ""), "");
    assert_null(utf8_nfc(arena, "a\xff"));
    assert_null(utf8_nfkc(arena, "\xed\xa0\x80"));
    assert_int_equal(check(utf8_nfc(arena, "a\xcc\x81\xcc\xa3")), UTF8_OK);
}

static void output_is_cleaned(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *clean = "驿站 é e\xcc\x81";
    assert_ptr_equal(utf8_clean(arena, clean), clean);
    assert_string_equal(utf8_clean(arena, "a\x1b[2Jb"), "a\xef\xbf\xbd[2Jb");
    assert_string_equal(utf8_clean(arena, "\xe2\x80\xae驿\n"), "\xef\xbf\xbd驿\xef\xbf\xbd");
    assert_string_equal(utf8_clean(arena, "\xff\xff\xff"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(utf8_clean(arena, "a\xe9\xa9"), "a\xef\xbf\xbd\xef\xbf\xbd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_text_is_good),
        cmocka_unit_test(broken_bytes_are_broken),
        cmocka_unit_test(text_split_anywhere_is_broken),
        cmocka_unit_test(controls_are_refused),
        cmocka_unit_test(hidden_characters_are_refused),
        cmocka_unit_test(only_nfc_passes),
        cmocka_unit_test(the_first_fault_is_told),
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(text_is_normalised),
        cmocka_unit_test(output_is_cleaned),
        cmocka_unit_test(a_coding_is_told_by_the_whole),
    };
    return run_all(tests);
}
