#include "../test.h"

#include <errno.h>
#include <string.h>

#include "client/views/shorthand.h"

static const char zone[] = "Asia/Shanghai";

static struct day today(void)
{
    struct day day;
    assert_int_equal(day_parse("2026-11-25", &day), 0); /* a Wednesday */
    return day;
}

static void expect_date(const char *typed, const char *date)
{
    struct day day;
    char buf[DAY_TEXT_SIZE];
    if (shorthand_date(typed, today(), &day) != 0)
        fail_msg("%s was not taken", typed);
    if (strcmp(day_print(buf, sizeof(buf), day), date) != 0)
        fail_msg("%s: %s, not %s", typed, buf, date);
}

static void test_dates(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"t", "2026-11-25"},
        {"today", "2026-11-25"},
        {"今天", "2026-11-25"},
        {"t+1", "2026-11-26"},
        {"t-30", "2026-10-26"},
        {"+7", "2026-12-02"},
        {"-1", "2026-11-24"},
        {"明天", "2026-11-26"},
        {"tomorrow", "2026-11-26"},
        {"后天", "2026-11-27"},
        {"後天", "2026-11-27"},
        {"大后天", "2026-11-28"},
        {"昨天", "2026-11-24"},
        {"前天", "2026-11-23"},
        {"wed", "2026-11-25"},
        {"thu", "2026-11-26"},
        {"mon", "2026-11-30"},
        {"周一", "2026-11-30"},
        {"週日", "2026-11-29"},
        {"星期五", "2026-11-27"},
        {"下周一", "2026-11-30"},
        {"下周三", "2026-12-02"},
        {"礼拜天", "2026-11-29"},
        {"1125", "2026-11-25"},
        {"11-5", "2026-11-05"},
        {"11/05", "2026-11-05"},
        {"11月5日", "2026-11-05"},
        {"5号", "2026-11-05"},
        {"十二月二十五日", "2026-12-25"},
        {"二十号", "2026-11-20"},
        {"2025-2-28", "2025-02-28"},
        {"20250228", "2025-02-28"},
        {"2025/02/28", "2025-02-28"},
        {"２０２５－２－２８", "2025-02-28"},
        {" t + 1", NULL},
        {" t+1 ", "2026-11-26"},
        {"3天后", "2026-11-28"},
        {"三天後", "2026-11-28"},
        {"2周后", "2026-12-09"},
        {"5天前", "2026-11-20"},
        {"in 2 weeks", "2026-12-09"},
        {"3 days ago", "2026-11-22"},
        {"+2w", "2026-12-09"},
        {"+3d", "2026-11-28"},
        {"月底", "2026-11-30"},
        {"eom", "2026-11-30"},
        {"下月底", "2026-12-31"},
        {"下月1号", "2026-12-01"},
        {"下个月5日", "2026-12-05"},
        {"本月8号", "2026-11-08"},
        {"本周五", "2026-11-27"},
        {"这周一", "2026-11-23"},
        {"上周五", "2026-11-20"},
        {"下下周一", "2026-12-07"},
        {"下个星期二", "2026-12-01"},
        {"next mon", "2026-11-30"},
        {"last friday", "2026-11-20"},
        {"25 dec", "2026-12-25"},
        {"dec 5", "2026-12-05"},
        {"monday", "2026-11-30"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (cases[i][1])
            expect_date(cases[i][0], cases[i][1]);
}

static void test_no_dates(void **state)
{
    (void)state;
    static const char *const cases[] = {"",     "x",     "t+",  "13-01",   "0230",     "2026-02-30", "32号",
                                        "周八", "t+1 9", "++1", "2026-11", "99999999", "tt", "3天", "下", "下月", "dec", "dec 32", "+2h", "in 2h", "半天后"};
    struct day day;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (shorthand_date(cases[i], today(), &day) != -EINVAL)
            fail_msg("%s was taken", cases[i]);
}

static struct instant now(void)
{
    struct instant at;
    assert_int_equal(time_parse("2026-11-25T02:15:30Z", &at), 0); /* 10:15 in Shanghai */
    return at;
}

static void expect_time(const char *typed, const char *local)
{
    struct instant at;
    char buf[32];
    if (shorthand_time(typed, zone, now(), &at) != 0)
        fail_msg("%s was not taken", typed);
    if (strcmp(shorthand_print(buf, sizeof(buf), zone, at), local) != 0)
        fail_msg("%s: %s, not %s", typed, buf, local);
}

static void test_times(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"9", "2026-11-25 09:00"},
        {"9:30", "2026-11-25 09:30"},
        {"930", "2026-11-25 09:30"},
        {"0930", "2026-11-25 09:30"},
        {"9点", "2026-11-25 09:00"},
        {"9点半", "2026-11-25 09:30"},
        {"9点15分", "2026-11-25 09:15"},
        {"9點15", "2026-11-25 09:15"},
        {"下午3点", "2026-11-25 15:00"},
        {"晚上8点半", "2026-11-25 20:30"},
        {"3pm", "2026-11-25 15:00"},
        {"9am", "2026-11-25 09:00"},
        {"t+1 9", "2026-11-26 09:00"},
        {"明天9点", "2026-11-26 09:00"},
        {"下周三 下午三点半", "2026-12-02 15:30"},
        {"明天早上九点十五分", "2026-11-26 09:15"},
        {"晚上十一点", "2026-11-25 23:00"},
        {"两点", "2026-11-25 02:00"},
        {"二十点零五分", "2026-11-25 20:05"},
        {"明天下午2点", "2026-11-26 14:00"},
        {"下周一 14:00", "2026-11-30 14:00"},
        {"1126 0930", "2026-11-26 09:30"},
        {"11-26 9:30", "2026-11-26 09:30"},
        {"2026-12-01 08:05", "2026-12-01 08:05"},
        {"t+1", "2026-11-26 00:00"},
        {"+30m", "2026-11-25 10:45"},
        {"+2h", "2026-11-25 12:15"},
        {"-90", "2026-11-25 08:45"},
        {"+1d", "2026-11-26 10:15"},
        {"now", "2026-11-25 10:15"},
        {"现在", "2026-11-25 10:15"},
        {"９：３０", "2026-11-25 09:30"},
        {"中午12点", "2026-11-25 12:00"},
        {"中午", "2026-11-25 12:00"},
        {"noon", "2026-11-25 12:00"},
        {"明天中午", "2026-11-26 12:00"},
        {"t+1 noon", "2026-11-26 12:00"},
        {"9点一刻", "2026-11-25 09:15"},
        {"九点三刻", "2026-11-25 09:45"},
        {"半小时后", "2026-11-25 10:45"},
        {"2小时后", "2026-11-25 12:15"},
        {"两个小时前", "2026-11-25 08:15"},
        {"40分钟后", "2026-11-25 10:55"},
        {"in 90 min", "2026-11-25 11:45"},
        {"1h ago", "2026-11-25 09:15"},
        {"+1h30", "2026-11-25 11:45"},
        {"+1w", "2026-12-02 10:15"},
        {"3天后", "2026-11-28 10:15"},
        {"3天后 9点", "2026-11-28 09:00"},
        {"上周五下午3点", "2026-11-20 15:00"},
        {"next mon 9am", "2026-11-30 09:00"},
        {"月底 18:30", "2026-11-30 18:30"},
        {"周五下午三点半", "2026-11-27 15:30"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_time(cases[i][0], cases[i][1]);
}

static void test_no_times(void **state)
{
    (void)state;
    static const char *const cases[] = {"",      "25",   "9:60", "24:00", "9:3",   "x",
                                        "t+1 x", "下午", "+",    "+h",    "12345", "now 9"};
    struct instant at;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (shorthand_time(cases[i], zone, now(), &at) != -EINVAL)
            fail_msg("%s was taken", cases[i]);
}

/* The clock of Berlin jumps from 02:00 to 03:00 on 2026-03-29. */
static void test_skipped_hour(void **state)
{
    struct day day;
    struct instant at;
    char buf[TIME_TEXT_SIZE];
    (void)state;
    assert_int_equal(day_parse("2026-03-29", &day), 0);
    assert_int_equal(shorthand_at("Europe/Berlin", day, 4 * 3600, &at), 0);
    assert_string_equal(time_print(buf, sizeof(buf), at), "2026-03-29T02:00:00Z");
    assert_int_equal(shorthand_at("Europe/Berlin", day, 1 * 3600, &at), 0);
    assert_string_equal(time_print(buf, sizeof(buf), at), "2026-03-29T00:00:00Z");
}

/* What a form shows it takes again. */
static void test_round_trip(void **state)
{
    struct instant at = now(), again;
    char buf[32];
    (void)state;
    at.us -= at.us % (60 * US_PER_SECOND);
    for (int i = 0; i < 1000; i++, at.us += 7 * 3600 * US_PER_SECOND + 13 * 60 * US_PER_SECOND) {
        shorthand_print(buf, sizeof(buf), zone, at);
        assert_int_equal(shorthand_time(buf, zone, now(), &again), 0);
        assert_int_equal(again.us, at.us);
    }
    assert_string_equal(shorthand_print(buf, sizeof(buf), zone, INSTANT_NIL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),        cmocka_unit_test(test_no_dates),
        cmocka_unit_test(test_times),        cmocka_unit_test(test_no_times),
        cmocka_unit_test(test_skipped_hour), cmocka_unit_test(test_round_trip),
    };
    return run_all(tests);
}
