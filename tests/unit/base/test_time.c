#include <errno.h>

#include "base/time.h"
#include "tests/unit/test.h"

static void instants_are_read_and_printed(void **state)
{
    static const struct {
        const char *text, *utc;
        int64_t us;
    } rows[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 0},
        {"1970-01-01T08:00:00+08:00", "1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", -1},
        {"2026-03-01T08:30:00+08:00", "2026-03-01T00:30:00Z", 1772325000000000},
        {"2026-03-01t00:30:00z", "2026-03-01T00:30:00Z", 1772325000000000},
        {"2026-03-01 00:30:00Z", "2026-03-01T00:30:00Z", 1772325000000000},
        {"2024-02-29T23:59:59.5-00:30", "2024-03-01T00:29:59.500000Z", 1709252999500000},
        {"2024-02-29T00:00:00.1234567899Z", "2024-02-29T00:00:00.123456Z", 1709164800123456},
        {"2024-02-29T00:00:00.000001Z", "2024-02-29T00:00:00.000001Z", 1709164800000001},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 1483228800000000},
        {"2017-01-01T07:59:60.25+08:00", "2017-01-01T00:00:00.250000Z", 1483228800250000},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", -62135596800000000},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", 253402300799999999},
        {"2026-03-01T00:00:00-00:00", "2026-03-01T00:00:00Z", 1772323200000000},
        {"2026-03-01T00:00:00+23:59", "2026-02-28T00:01:00Z", 1772236860000000},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        struct instant at;
        char buf[TIME_TEXT_SIZE];
        if (time_parse(rows[i].text, &at) != 0)
            fail_msg("%s was refused", rows[i].text);
        assert_int_equal(at.us, rows[i].us);
        assert_string_equal(time_print(buf, sizeof(buf), at), rows[i].utc);
    }
}

static void what_is_no_instant_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "2026-03-01",
        "2026-03-01T",
        "2026-03-01T08:30Z",
        "2026-03-01T08:30:00",
        "2026-03-01T08:30:00+0800",
        "2026-03-01T08:30:00+8:00",
        "2026-03-01T24:00:00Z",
        "2026-03-01T08:60:00Z",
        "2026-03-01T08:30:61Z",
        "2026-03-01T08:30:60Z",
        "2026-03-01T23:58:60Z",
        "2023-02-29T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01T08:30:00.Z",
        "2026-03-01T08:30:00,5Z",
        "2026-03-01T08:30:00Z ",
        "2026-03-01T08:30:00ZZ",
        "2026-03-01T08:30:00+24:00",
        "2026-03-01T08:30:00+08:60",
        "2026-03-01_08:30:00Z",
        "2026-03-01T8:30:00Z",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-00:01",
        "0000-12-31T23:59:59-08:00",
        "now",
        "2026-03-01T08:30:00+",
        "2026-03-01T08:30:00+08:",
        "26-03-01T08:30:00Z",
        "2026-03-01T08:30:00.5",
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        struct instant at = {42};
        if (time_parse(texts[i], &at) != -EINVAL || at.us != 42)
            fail_msg("\"%s\" was taken", texts[i]);
    }
}

static void odd_instants_print_too(void **state)
{
    char buf[TIME_TEXT_SIZE], tiny[8];
    assert_string_equal(time_print(buf, sizeof(buf), INSTANT_NIL), "");
    assert_string_equal(time_print(buf, sizeof(buf), (struct instant){INT64_MAX}),
                        "294247-01-10T04:00:54.775807Z");
    assert_string_equal(time_print(buf, sizeof(buf), (struct instant){INT64_MIN + 1}),
                        "-290308-12-21T19:59:05.224193Z");
    assert_string_equal(time_print(tiny, sizeof(tiny), (struct instant){0}), "1970-01");
}

static void clocks_run(void **state)
{
    int64_t before = time_monotonic_ms();
    assert_true(time_monotonic_ms() >= before);
    assert_true(time_now().us > INT64_C(1700000000) * US_PER_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_read_and_printed),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(odd_instants_print_too),
        cmocka_unit_test(clocks_run),
    };
    return run_all(tests);
}
