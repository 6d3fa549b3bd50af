/* Plates in every form people type are one. */
#include "tests/unit/test.h"

#include "model/field.h"

#include <string.h>

struct pair {
    const char *typed, *stored; /* NULL: no plate */
};

static const struct pair pairs[] = {
    {"粤A12345", "粤A12345"},
    {"粤A·12345", "粤A12345"},
    {"粵a12345", "粤A12345"},
    {"粤 A 12345", "粤A12345"},
    {"粤A-12345", "粤A12345"},
    {"粤Ａ１２３４５", "粤A12345"},
    {"粤A•12345", "粤A12345"},
    {"粤A.123.45", "粤A12345"},
    {"粤AD12345", "粤AD12345"},
    {"粤Z1234港", "粤Z1234港"},
    {"粵Z 1234 澳", "粤Z1234澳"},
    {"粤A1234学", "粤A1234学"},
    {"粵A1234學", "粤A1234学"},
    {"粤A1234挂", "粤A1234挂"},
    {"粤A1234掛", "粤A1234挂"},
    {"粤A0001警", "粤A0001警"},
    {"京A12345", "京A12345"},
    {"蘇B23456", "苏B23456"},
    {"沪A0023领", "沪A0023领"},
    {"使014578", "使014578"},
    {"224578使", NULL},
    {"軍V12345", "军V12345"},
    {"VA12345", "VA12345"},
    {"WJ粤1234X", "WJ粤1234X"},
    {"武警粵1234X", "WJ粤1234X"},
    {"WJ3112345", "WJ3112345"},
    {"临粤A12345", "粤A12345临"},
    {"粤A12345临", "粤A12345临"},
    {"臨時粵A12345", "粤A12345临"},
    {"AB1234", "AB1234"},
    {"MA-12-34", "MA1234"},
    {"川S应急1", NULL},
    {"川X1234应急", "川X1234应急"},
    {"", NULL},
    {"粤", NULL},
    {"粤A", NULL},
    {"粤A1", NULL},
    {"hello", NULL},
    {"粤A123456789", NULL},
    {"粤A12345粤", NULL},
    {"中A12345", NULL},
    {"粤A<12345", NULL},
    {"12", "12"},
    {"\xE7\xB2", NULL},
    {"····", NULL},
};

static void every_form(void **state)
{
    for (size_t i = 0; i < array_len(pairs); i++) {
        char out[64];
        bool good = plate_normalise(pairs[i].typed, out, sizeof(out));
        if (good != (pairs[i].stored != NULL) || (good && strcmp(out, pairs[i].stored) != 0))
            fail_msg("%s became %s, not %s", pairs[i].typed, good ? out : "nothing",
                     pairs[i].stored ? pairs[i].stored : "nothing");
    }
}

static void stored_form_stays(void **state)
{
    for (size_t i = 0; i < array_len(pairs); i++) {
        char out[64];
        if (!pairs[i].stored)
            continue;
        assert_true(plate_normalise(pairs[i].stored, out, sizeof(out)));
        assert_string_equal(out, pairs[i].stored);
    }
}

static void small_buffer(void **state)
{
    char out[9];
    assert_false(plate_normalise("粤A12345", out, sizeof(out)));
    assert_true(plate_normalise("A12345", out, sizeof(out)));
    assert_false(plate_normalise(NULL, out, sizeof(out)));
}

static void no_plate_in_words(void **state)
{
    static const char *const none[] = {"无牌", "無牌", " 无 牌 ", "沒有", "none", "No plate", "ＮＯＮＥ"};
    (void)state;
    for (size_t i = 0; i < array_len(none); i++)
        assert_true(plate_is_none(none[i]));
    assert_false(plate_is_none("粤A12345"));
    assert_false(plate_is_none(""));
    assert_false(plate_is_none(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form),
        cmocka_unit_test(stored_form_stays),
        cmocka_unit_test(small_buffer),
        cmocka_unit_test(no_plate_in_words),
    };
    return run_all(tests);
}
