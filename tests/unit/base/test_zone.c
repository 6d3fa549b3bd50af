#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rand.h"
#include "base/str.h"
#include "base/time.h"
#include "base/zone.h"
#include "tests/unit/test.h"

static struct instant instant_from(const char *text)
{
    struct instant at;
    assert_int_equal(time_parse(text, &at), 0);
    return at;
}

static int offset_at(const char *zone, const char *text)
{
    int seconds = -1;
    assert_int_equal(time_zone_offset(zone, instant_from(text), &seconds), 0);
    return seconds;
}

static void zones_of_here_are_fixed(void **state)
{
    assert_int_equal(offset_at("Asia/Shanghai", "2026-07-01T00:00:00Z"), 28800);
    assert_int_equal(offset_at("Asia/Shanghai", "2026-01-01T00:00:00Z"), 28800);
    assert_int_equal(offset_at("Asia/Shanghai", "9000-07-01T00:00:00Z"), 28800);
    assert_int_equal(offset_at("Asia/Shanghai", "1988-07-01T00:00:00Z"), 32400); /* it had summer time once */
    assert_int_equal(offset_at("Asia/Shanghai", "1800-01-01T00:00:00Z"), 29143);
    assert_int_equal(offset_at("Asia/Hong_Kong", "2026-07-01T00:00:00Z"), 28800);
    assert_int_equal(offset_at("Asia/Urumqi", "2026-07-01T00:00:00Z"), 21600);
    assert_int_equal(offset_at("UTC", "2026-07-01T00:00:00Z"), 0);
    assert_int_equal(offset_at("Asia/Kolkata", "1969-12-31T23:59:59.5Z"), 19800);
}

static void summer_time_comes_and_goes(void **state)
{
    assert_int_equal(offset_at("America/New_York", "2026-03-08T06:59:59.999999Z"), -18000);
    assert_int_equal(offset_at("America/New_York", "2026-03-08T07:00:00Z"), -14400);
    assert_int_equal(offset_at("America/New_York", "2026-11-01T05:59:59Z"), -14400);
    assert_int_equal(offset_at("America/New_York", "2026-11-01T06:00:00Z"), -18000);
    assert_int_equal(offset_at("Europe/London", "2050-07-01T00:00:00Z"), 3600); /* by the rule */
    assert_int_equal(offset_at("Australia/Sydney", "2060-01-01T00:00:00Z"), 39600);
    assert_int_equal(offset_at("Australia/Sydney", "2060-07-01T00:00:00Z"), 36000);
    assert_int_equal(offset_at("Australia/Lord_Howe", "2060-12-31T23:00:00Z"), 39600);
}

static void what_is_no_zone_is_refused(void **state)
{
    int seconds = 42;
    static const char *const bad[] = {"",
                                      "/etc/passwd",
                                      "../passwd",
                                      "Asia/../../etc",
                                      "Asia//Shanghai",
                                      "Asia/",
                                      "Asia Shanghai",
                                      "A\nB",
                                      ".",
                                      "posixrules.x",
                                      "亚洲"};
    static const char *const missing[] = {"Asia/Guangzhou", "Asia", "Nowhere", "Asia/Shanghai/x"};
    for (size_t i = 0; i < array_len(bad); i++)
        assert_int_equal(time_zone_offset(bad[i], (struct instant){0}, &seconds), -EINVAL);
    for (size_t i = 0; i < array_len(missing); i++)
        assert_int_equal(time_zone_offset(missing[i], (struct instant){0}, &seconds), -ENOENT);
    assert_int_equal(time_zone_offset("UTC", INSTANT_NIL, &seconds), -EINVAL);
    assert_int_equal(seconds, 42);
}

/* The C library reads the same files its own way. */
static void it_agrees_with_the_c_library(void **state)
{
    static const char *const names[] = {
        "Asia/Shanghai",    "Asia/Taipei",      "America/New_York", "Europe/London",  "Europe/Dublin",
        "Australia/Sydney", "America/Santiago", "Africa/Cairo",     "Asia/Tehran",    "Pacific/Apia",
        "Asia/Gaza",        "America/Nuuk",     "Pacific/Auckland", "Asia/Kathmandu", "Africa/Casablanca",
        "Asia/Pyongyang",   "EST5EDT",          "Pacific/Chatham",
    };
    struct rng rng;
    rng_seed(&rng, 11);
    for (size_t i = 0; i < array_len(names); i++) {
        setenv("TZ", names[i], 1);
        tzset();
        for (int k = 0; k < 2000; k++) {
            time_t second = rng_range(&rng, -3000000000, 6000000000);
            struct tm tm;
            int seconds;
            assert_int_equal(time_zone_offset(names[i], (struct instant){second * US_PER_SECOND}, &seconds),
                             0);
            localtime_r(&second, &tm);
            if (seconds != tm.tm_gmtoff)
                fail_msg("%s at %lld: %d, not %ld", names[i], (long long)second, seconds, tm.tm_gmtoff);
        }
    }
}

static void assert_day_starts(const char *zone, const char *date, const char *utc)
{
    struct day day, back;
    struct instant start;
    char buf[TIME_TEXT_SIZE];
    assert_int_equal(day_parse(date, &day), 0);
    assert_int_equal(time_zone_day_start(zone, day, &start), 0);
    assert_string_equal(time_print(buf, sizeof(buf), start), utc);
    assert_int_equal(time_zone_day(zone, (struct instant){start.us - 1}, &back), 0);
    assert_true(back.n < day.n);
    assert_int_equal(time_zone_day(zone, start, &back), 0);
    assert_true(back.n >= day.n);
}

static void days_start_where_they_do(void **state)
{
    assert_day_starts("Asia/Shanghai", "2026-03-01", "2026-02-28T16:00:00Z");
    assert_day_starts("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z");
    assert_day_starts("America/New_York", "2026-03-09", "2026-03-09T04:00:00Z");
    assert_day_starts("America/New_York", "2026-11-02", "2026-11-02T05:00:00Z");
    assert_day_starts("America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"); /* midnight is skipped */
    assert_day_starts("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"); /* and comes twice */
    assert_day_starts("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z");
    assert_day_starts("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z");
    assert_day_starts("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"); /* never was */
    assert_day_starts("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z");
}

static void no_day_has_no_start(void **state)
{
    struct instant at;
    assert_int_equal(time_zone_day_start("UTC", DAY_NIL, &at), -EINVAL);
    assert_int_equal(time_zone_day_start("UTC", (struct day){INT32_MAX}, &at), -EINVAL);
    assert_int_equal(time_zone_day_start("Nowhere", (struct day){0}, &at), -ENOENT);
}

/* A TZif file of two types and as many transitions as given, four or eight bytes wide. */
static void add_number(struct str *s, int64_t number, int width)
{
    for (int i = width - 1; i >= 0; i--)
        str_add_char(s, (char)((uint64_t)number >> (8 * i)));
}

static void add_block(struct str *s, char version, const int64_t *transitions, int n, int width)
{
    str_add(s, "TZif");
    str_add_char(s, version);
    for (int i = 0; i < 15; i++)
        str_add_char(s, 0);
    const int64_t counts[] = {0, 0, 1, n, 2, 8}; /* with a leap second, which is passed over */
    for (size_t i = 0; i < array_len(counts); i++)
        add_number(s, counts[i], 4);
    for (int i = 0; i < n; i++)
        add_number(s, transitions[i], width);
    for (int i = 0; i < n; i++)
        str_add_char(s, (char)(1 - i % 2));
    add_number(s, 28800, 4);
    str_add_n(s, "\0\0", 2);
    add_number(s, 32400, 4);
    str_add_n(s, "\1\4", 2);
    str_add_n(s, "CST\0CDT\0", 8);
    add_number(s, 0, width);
    add_number(s, 1, 4);
}

static const int64_t some[] = {-1000, 1000, 3000};

static void version_1_files_are_read(void **state)
{
    struct str s cleanup(cleanup_str);
    struct zone *zone;
    str_init(&s, NULL);
    add_block(&s, 0, some, 3, 4);
    assert_int_equal(zone_parse(s.data, s.len, &zone), 0);
    assert_int_equal(zone_offset(zone, INT64_MIN / 2), 28800);
    assert_int_equal(zone_offset(zone, -1001), 28800);
    assert_int_equal(zone_offset(zone, -1000), 32400);
    assert_int_equal(zone_offset(zone, 999), 32400);
    assert_int_equal(zone_offset(zone, 1000), 28800);
    assert_int_equal(zone_offset(zone, 3000), 32400);
    assert_int_equal(zone_offset(zone, INT64_MAX / 2), 32400); /* no rule: the last holds on */
    zone_destroy(zone);
}

static void add_version_2(struct str *s, const char *footer)
{
    static const int64_t wide[] = {-5000000000, 5000000000};
    add_block(s, '2', some, 3, 4);
    add_block(s, '2', wide, 2, 8);
    str_add(s, footer);
}

static void version_2_files_are_read(void **state)
{
    struct str s cleanup(cleanup_str);
    struct zone *zone;
    str_init(&s, NULL);
    add_version_2(&s, "\n<+10>-10\n");
    assert_int_equal(zone_parse(s.data, s.len, &zone), 0);
    assert_int_equal(zone_offset(zone, -5000000001), 28800);
    assert_int_equal(zone_offset(zone, 0), 32400);
    assert_int_equal(zone_offset(zone, 4999999999), 32400);
    assert_int_equal(zone_offset(zone, 5000000000), 36000);
    zone_destroy(zone);
    str_clear(&s);
    add_version_2(&s, "\n\n");
    assert_int_equal(zone_parse(s.data, s.len, &zone), 0);
    assert_int_equal(zone_offset(zone, 5000000000), 28800);
    zone_destroy(zone);
}

static void cut_and_broken_files_are_refused(void **state)
{
    struct str s cleanup(cleanup_str);
    struct zone *zone;
    struct rng rng;
    str_init(&s, NULL);
    add_version_2(&s, "\nEST5EDT\n");
    for (size_t n = 0; n < s.len; n++) {
        char *cut = memory_alloc(n); /* so that the sanitizer sees a step too far */
        memcpy(cut, s.data, n);
        assert_int_equal(zone_parse(cut, n, &zone), -EBADMSG);
        free(cut);
    }
    rng_seed(&rng, 5);
    for (int i = 0; i < 20000; i++) {
        size_t at = (size_t)rng_range(&rng, 0, (int64_t)s.len - 1);
        char was = s.data[at];
        s.data[at] = (char)rng_next(&rng);
        if (zone_parse(s.data, s.len, &zone) == 0) {
            zone_offset(zone, rng_range(&rng, -9000000000, 9000000000));
            zone_destroy(zone);
        }
        s.data[at] = was;
    }
    str_clear(&s);
    add_version_2(&s, "\nrubbish 5\n");
    assert_int_equal(zone_parse(s.data, s.len, &zone), -EBADMSG);
    str_clear(&s);
    add_block(&s, 0, (const int64_t[]){5, 5}, 2, 4); /* not ascending */
    assert_int_equal(zone_parse(s.data, s.len, &zone), -EBADMSG);
}

static int32_t rule_at(const char *text, const char *at)
{
    struct zone_rule rule;
    if (zone_rule_parse(text, &rule) != 0)
        fail_msg("%s was refused", text);
    return zone_rule_offset(&rule, instant_from(at).us / US_PER_SECOND);
}

static void rules_are_read(void **state)
{
    assert_int_equal(rule_at("CST-8", "2026-07-01T00:00:00Z"), 28800);
    assert_int_equal(rule_at("<+0545>-5:45", "2026-07-01T00:00:00Z"), 20700);
    assert_int_equal(rule_at("XXX5:30:15", "2026-07-01T00:00:00Z"), -19815);
    assert_int_equal(rule_at("EST5EDT", "2026-07-01T00:00:00Z"), -14400);
    assert_int_equal(rule_at("EST5EDT", "2026-12-01T00:00:00Z"), -18000);
    assert_int_equal(rule_at("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z"),
                     0); /* winter is the other */
    assert_int_equal(rule_at("EET-2EEST-3:30,J60/0,J300/0", "2024-02-29T21:59:59Z"), 7200);
    assert_int_equal(rule_at("EET-2EEST-3:30,J60/0,J300/0", "2024-02-29T22:00:00Z"),
                     12600); /* J60 is 1 March */
    assert_int_equal(rule_at("EET-2EEST,J59/0,J300", "2024-02-27T22:00:00Z"), 10800);
    assert_int_equal(rule_at("EET-2EEST,59/0,300", "2024-02-28T22:00:00Z"), 10800); /* 59 is 29 February */
    assert_int_equal(rule_at("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z"), -3600);
    assert_int_equal(rule_at("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z"), -7200);
    assert_int_equal(rule_at("EST5EDT,0/0,J365/25", "2026-12-31T23:59:59Z"), -14400); /* all year */
    assert_int_equal(rule_at("EST5EDT,0/0,J365/25", "2026-01-01T05:00:00Z"), -14400);
    assert_int_equal(rule_at("AEST-10AEDT,M10.1.0,M4.1.0/3", "0001-01-01T00:00:00Z"), 39600);
}

static void broken_rules_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "CS-8",
        "CST",
        "<+8>",
        "<+08-8",
        "CST25",
        "CST-8x",
        "EST5EDT,",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,",
        "EST5E",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J10",
        "EST5EDT,J366,J10",
        "EST5EDT,366,10",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0,M11.1.0,",
        "EST5EDT,M3.2.0/,M11.1.0",
        "EST5:60",
        "EST5:00:60",
        "EST5:",
        "EST5EDT25",
    };
    struct zone_rule rule;
    for (size_t i = 0; i < array_len(texts); i++) {
        if (zone_rule_parse(texts[i], &rule) != -EBADMSG)
            fail_msg("\"%s\" was taken", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_of_here_are_fixed),          cmocka_unit_test(summer_time_comes_and_goes),
        cmocka_unit_test(what_is_no_zone_is_refused),       cmocka_unit_test(it_agrees_with_the_c_library),
        cmocka_unit_test(days_start_where_they_do),         cmocka_unit_test(no_day_has_no_start),
        cmocka_unit_test(version_1_files_are_read),         cmocka_unit_test(version_2_files_are_read),
        cmocka_unit_test(cut_and_broken_files_are_refused), cmocka_unit_test(rules_are_read),
        cmocka_unit_test(broken_rules_are_refused),
    };
    return run_all(tests);
}
