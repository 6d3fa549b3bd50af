#include <errno.h>

#include "base/time.h"
#include "tests/unit/test.h"

static struct day day_from(const char *text)
{
    struct day day;
    assert_int_equal(day_parse(text, &day), 0);
    return day;
}

static void days_are_counted_from_1970(void **state)
{
    assert_int_equal(day_from("1970-01-01").n, 0);
    assert_int_equal(day_from("1969-12-31").n, -1);
    assert_int_equal(day_from("2000-03-01").n, 11017);
    assert_int_equal(day_from("2026-03-01").n, 20513);
    assert_int_equal(day_from("0001-01-01").n, -719162);
    assert_int_equal(day_from("9999-12-31").n, 2932896);
}

static void every_day_follows_the_one_before(void **state)
{
    struct day before = day_from("1599-12-31");
    for (int year = 1600; year <= 2400; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int mday = 1; mday <= day_month_length(year, month); mday++) {
                struct day day;
                int y, m, d;
                assert_int_equal(day_make(year, month, mday, &day), 0);
                day_split(day, &y, &m, &d);
                if (day.n != before.n + 1 || y != year || m != month || d != mday ||
                    day_weekday(day) != day_weekday(before) % 7 + 1)
                    fail_msg("%d-%d-%d", year, month, mday);
                before = day;
            }
        }
    }
}

static void leap_years_are_known(void **state)
{
    assert_int_equal(day_month_length(2024, 2), 29);
    assert_int_equal(day_month_length(2023, 2), 28);
    assert_int_equal(day_month_length(1900, 2), 28);
    assert_int_equal(day_month_length(2000, 2), 29);
    assert_int_equal(day_month_length(2024, 0), 0);
    assert_int_equal(day_month_length(2024, 13), 0);
    assert_int_equal(day_month_length(2024, 12), 31);
}

static void what_is_no_date_is_refused(void **state)
{
    static const char *const texts[] = {
        "",           "2023-02-29", "1900-02-29", "2026-13-01",  "2026-00-10",  "2026-01-00",  "2026-04-31",
        "2026-1-01",  "2026-01-1",  "2026/01/01", "20260101",    "2026-01-01 ", " 2026-01-01", "2026-01-01T",
        "0000-01-01", "+026-01-01", "-001-01-01", "12026-01-01", "2026-01-32",  "２026-01-01",
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        struct day day = {42};
        if (day_parse(texts[i], &day) != -EINVAL || day.n != 42)
            fail_msg("\"%s\" was taken", texts[i]);
    }
}

static void days_are_printed(void **state)
{
    char buf[DAY_TEXT_SIZE];
    assert_string_equal(day_print(buf, sizeof(buf), day_from("2024-02-29")), "2024-02-29");
    assert_string_equal(day_print(buf, sizeof(buf), day_from("0007-01-02")), "0007-01-02");
    assert_string_equal(day_print(buf, sizeof(buf), DAY_NIL), "");
    assert_string_equal(day_print(buf, sizeof(buf), (struct day){INT32_MIN + 1}), "-5877641-06-24");
}

static void weekdays_begin_on_monday(void **state)
{
    assert_int_equal(day_weekday(day_from("1970-01-01")), 4);
    assert_int_equal(day_weekday(day_from("2026-03-01")), 7);
    assert_int_equal(day_weekday(day_from("2026-03-02")), 1);
    assert_int_equal(day_weekday(day_from("1969-12-29")), 1);
    assert_int_equal(day_weekday(DAY_NIL), 0);
}

static void days_are_added(void **state)
{
    assert_int_equal(day_add(day_from("2024-02-28"), 2).n, day_from("2024-03-01").n);
    assert_int_equal(day_add(day_from("2026-01-01"), -1).n, day_from("2025-12-31").n);
    assert_true(day_is_nil(day_add(DAY_NIL, 1)));
    assert_true(day_is_nil(day_add((struct day){INT32_MAX}, 1)));
    assert_true(day_is_nil(day_add((struct day){-2}, INT32_MIN)));
}

static void an_instant_has_its_day_in_each_offset(void **state)
{
    struct instant at = day_start(day_from("2026-03-01"), 0);
    assert_int_equal(day_of(at, 0).n, day_from("2026-03-01").n);
    assert_int_equal(day_of((struct instant){at.us - 1}, 0).n, day_from("2026-02-28").n);
    assert_int_equal(day_of((struct instant){at.us - 1}, 8 * 3600).n, day_from("2026-03-01").n);
    assert_int_equal(day_of(at, -3600).n, day_from("2026-02-28").n);
    assert_int_equal(day_of((struct instant){-1}, 0).n, -1);
    assert_true(day_is_nil(day_of(INSTANT_NIL, 0)));
    assert_true(instant_is_nil(day_start(DAY_NIL, 0)));
    assert_true(instant_is_nil(day_start((struct day){INT32_MAX}, 0)));
    assert_true(day_start(day_from("1970-01-02"), 8 * 3600).us == (86400 - 28800) * US_PER_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_from_1970),
        cmocka_unit_test(every_day_follows_the_one_before),
        cmocka_unit_test(leap_years_are_known),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(days_are_printed),
        cmocka_unit_test(weekdays_begin_on_monday),
        cmocka_unit_test(days_are_added),
        cmocka_unit_test(an_instant_has_its_day_in_each_offset),
    };
    return run_all(tests);
}
