/* What a tracker says over HTTP, in its three forms. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/gateway/hook_track.h"
#include "tests/unit/test.h"

static const struct instant now = {INT64_C(1763710200) * US_PER_SECOND};

static int read_form(const char *text, struct track_report *report)
{
    char copy[2048];
    struct track_form form;
    snprintf(copy, sizeof(copy), "%s", text);
    if (track_form_parse(copy, &form) < 0)
        return -1;
    return track_read_values(track_form_value, &form, now, report);
}

static int read_json(const char *text, struct track_report *report)
{
    return track_read_json(text, strlen(text), now, report);
}

static void test_a_query(void **state)
{
    struct track_report report;
    assert_int_equal(read_form("id=48241179&lat=23.1377&lon=113.3245&timestamp=1763710100&speed=10&bearing="
                               "270.5&altitude=5&accuracy=8.5&batt=77.0&hdop=1",
                               &report),
                     0);
    assert_string_equal(report.code, "48241179");
    assert_int_equal(report.at.us, INT64_C(1763710100) * US_PER_SECOND);
    assert_true(report.place.lat == 23.1377 && report.place.lon == 113.3245 && report.bearing == 270.5 &&
                report.accuracy == 8.5 && report.battery == 77);
    assert_true(fabs(report.speed - 5.1444) < 0.001);
}

static void test_times(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* 0: refused */
    } cases[] = {
        {"1763710100", 1763710100},
        {"1763710100000", 1763710100},
        {"2025-11-21T07:28:20Z", 1763710100},
        {"2025-11-21T07:28:20.000%2B00:00", 1763710100},
        {"2025-11-21+07:28:20", 1763710100},
        {"2025-11-21%2007:28:20", 1763710100},
        {"2025-11-21T07:28:20", 1763710100},
        {"1763710100.0", 1763710100},
        {"1763710100000.999", 1763710100},
        {"1763710100.", 0},
        {".5", 0},
        {"1763710100.5.5", 0},
        {"1763710100.5s", 0},
        {"", 1763710200},
        {"1763710500", 1763710500},
        {"1763710501", 0},
        {"-1", 0},
        {"yesterday", 0},
        {"99999999999999", 0},
        {"2025-11-21", 0},
        {"2025-11-31T07:28:20Z", 0},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct track_report report;
        char text[128];
        snprintf(text, sizeof(text), "id=a&lat=1&lon=2&timestamp=%s", cases[i].text);
        int result = read_form(text, &report);
        if (cases[i].seconds == 0 && result == 0)
            fail_msg("taken: %s", cases[i].text);
        if (cases[i].seconds && (result || report.at.us != cases[i].seconds * US_PER_SECOND))
            fail_msg("not as it should be: %s", cases[i].text);
    }
}

static void test_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "id=a&lat=1",
        "lat=1&lon=2",
        "id=&lat=1&lon=2",
        "id=a%20b&lat=1&lon=2",
        "id=a&lat=91&lon=2",
        "id=a&lat=1&lon=-181",
        "id=a&lat=nan&lon=2",
        "id=a&lat=inf&lon=2",
        "id=a&lat=0x1&lon=2",
        "id=a&lat=1e999&lon=2",
        "id=a&lat=1,5&lon=2",
        "id=a&lat=1 &lon=2",
        "id=a&lat=1%00&lon=2",
        "id=%c3%a9&lat=1&lon=2",
        "id=a&lat=1&lon=2&x",
        "id=a&lat=1&lon=2&x=%4",
        "id=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx&lat=1&lon=2",
    };
    for (size_t i = 0; i < array_len(bad); i++) {
        struct track_report report;
        if (read_form(bad[i], &report) == 0)
            fail_msg("taken: %s", bad[i]);
    }
}

static void test_without_a_place(void **state)
{
    static const char *const good[] = {"id=a", "id=a&batt=5", "id=a&lat=0&lon=0",
                                       "id=a&lat=1&lon=2&valid=false", "id=a&lat=1&lon=2&valid=0"};
    struct track_report report;
    for (size_t i = 0; i < array_len(good); i++) {
        assert_int_equal(read_form(good[i], &report), 0);
        assert_true(isnan(report.place.lon) && isnan(report.place.lat));
    }
    assert_int_equal(
        read_form("deviceid=a&lat=1&lon=2&valid=true&speed=-1&bearing=400&accuracy=nan&batt=101", &report),
        0);
    assert_true(report.place.lon == 2 && isnan(report.speed) && isnan(report.bearing) &&
                isnan(report.accuracy) && isnan(report.battery));
}

static void test_json(void **state)
{
    struct track_report report;
    assert_int_equal(read_json("{\"location\":{\"timestamp\":\"2025-11-21T07:28:20.500Z\",\"coords\":{"
                               "\"latitude\":23.1,\"longitude\":113.2,"
                               "\"accuracy\":4.5,\"speed\":13.9,\"heading\":90,\"altitude\":8.1},\"is_"
                               "moving\":true,\"odometer\":10.5,"
                               "\"event\":\"motionchange\",\"battery\":{\"level\":0.93,\"is_charging\":false}"
                               ",\"activity\":{\"type\":"
                               "\"in_vehicle\"},\"extras\":{}},\"device_id\":\"48241179\"}",
                               &report),
                     0);
    assert_string_equal(report.code, "48241179");
    assert_int_equal(report.at.us, INT64_C(1763710100500000));
    assert_true(report.place.lon == 113.2 && report.speed == 13.9 && report.bearing == 90 &&
                fabs(report.battery - 93) < 0.001);
    assert_int_equal(read_json("{\"device_id\":\"a\",\"location\":{\"timestamp\":1763710100000,\"coords\":{"
                               "\"latitude\":1,\"longitude\":2,\"speed\":-1,\"heading\":-1}}}",
                               &report),
                     0);
    assert_true(report.at.us == INT64_C(1763710100000000) && isnan(report.speed) && isnan(report.bearing));
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"device_id\":\"a\"}",
        "{\"device_id\":\"a\",\"location\":[]}",
        "{\"device_id\":7,\"location\":{}}",
        "{\"device_id\":\"a\",\"location\":{\"coords\":{}}}",
        "{\"device_id\":\"a\",\"location\":{\"coords\":{\"latitude\":\"1\",\"longitude\":2}}}",
        "{\"device_id\":\"a\",\"location\":{\"coords\":{\"latitude\":91,\"longitude\":2}}}",
        "{\"device_id\":\"a\",\"location\":{\"timestamp\":\"x\",\"coords\":{\"latitude\":1,\"longitude\":2}}"
        "}",
        "{\"device_id\":\"a\",\"location\":{\"timestamp\":-5,\"coords\":{\"latitude\":1,\"longitude\":2}}}",
        "{\"device_id\":\"a\",\"location\":{\"timestamp\":9223372036854775807,\"coords\":{\"latitude\":1,"
        "\"longitude\":2}}}"};
    for (size_t i = 0; i < array_len(bad); i++)
        if (read_json(bad[i], &report) == 0)
            fail_msg("taken: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_query),         cmocka_unit_test(test_times),
        cmocka_unit_test(test_refused),         cmocka_unit_test(test_json),
        cmocka_unit_test(test_without_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
