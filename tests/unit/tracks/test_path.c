/* The way of a vehicle: its length, its stops, the points that draw it. */
#include <math.h>
#include <stdlib.h>

#include "base/rand.h"
#include "server/areas/tracks/path.h"
#include "tests/unit/test.h"

enum { MOST = 20000 };

static struct path_point points[MOST], copy[MOST];
static size_t count;

/* Metres east and north of a place in Guangzhou, so many seconds after the one before. */
static void go(int seconds, double east, double north)
{
    struct point at = {113.27 + east / (111195 * cos(23.13 * M_PI / 180)), 23.13 + north / 111195};
    int64_t us = count ? points[count - 1].at.us : 0;
    points[count++] = (struct path_point){{us + seconds * US_PER_SECOND}, at, NAN, NAN, true};
}

static void test_length(void **state)
{
    count = 0;
    for (int i = 0; i <= 100; i++)
        go(10, i * 100, 0);
    assert_int_equal(path_clean(points, count), 101);
    assert_true(fabs(path_metres(points, count) - 10000) < 20);
    assert_true(path_metres(points, 1) == 0 && path_metres(points, 0) == 0);
}

static void test_trembling_is_no_way(void **state)
{
    struct rng rng;
    rng_seed(&rng, 1);
    count = 0;
    for (int i = 0; i < 1000; i++)
        go(5, (double)rng_range(&rng, -8, 8), (double)rng_range(&rng, -8, 8));
    assert_true(path_metres(points, count) < 60);
    struct path_stop stops[4];
    assert_int_equal(path_stops(points, count, stops, 4), 1);
    assert_true(stops[0].from.us == points[0].at.us && stops[0].to.us == points[999].at.us);
}

static void test_stops(void **state)
{
    struct path_stop stops[8];
    count = 0;
    for (int leg = 0; leg < 3; leg++) {
        for (int i = 0; i < 50; i++)
            go(5, leg * 5000 + i * 100, 0);
        for (int i = 0; i < 80; i++) /* 400 seconds */
            go(5, leg * 5000 + 4900, i % 2 * 10);
    }
    assert_int_equal(path_stops(points, count, stops, 8), 3);
    assert_int_equal((stops[1].to.us - stops[1].from.us) / US_PER_SECOND / 60, 6);
    assert_int_equal(path_stops(points, count, stops, 1), 3); /* all are counted, one is told */
    assert_int_equal(path_stops(points, 50, stops, 8), 0);
}

static void test_what_cannot_be_is_left_out(void **state)
{
    count = 0;
    for (int i = 0; i < 30; i++)
        go(5, i == 10 ? 50000 : i * 80, 0);
    points[20].accuracy = 5000;
    assert_int_equal(path_clean(points, count), 28);
    assert_true(path_metres(points, 28) < 2500);
    /* but where it stays there it has been carried */
    count = 0;
    for (int i = 0; i < 30; i++)
        go(5, i < 10 ? i * 80 : 90000 + i * 80, 0);
    assert_int_equal(path_clean(points, count), 28);
    assert_true(path_metres(points, 28) < 2500);
}

static void test_thinning(void **state)
{
    double off;
    count = 0;
    for (int i = 0; i <= 3000; i++) /* a square of three kilometres */
        go(1,
           i < 1000   ? i * 3
           : i < 2000 ? 3000
                      : (3000 - i) * 3,
           i < 1000   ? 0
           : i < 2000 ? (i - 1000) * 3
                      : 3000);
    struct path_point start = points[0], end = points[3000];
    assert_int_equal(path_thin(points, count, 10, &off), 4);
    assert_true(off < 0.5 && points[0].at.us == start.at.us && points[3].at.us == end.at.us);
    assert_true(points[1].at.us == 1001 * US_PER_SECOND || points[1].at.us == 1000 * US_PER_SECOND);
    count = 2;
    assert_int_equal(path_thin(points, 2, 2, &off), 2);
    assert_int_equal(path_thin(points, 0, 2, &off), 0);
    assert_int_equal(path_thin(points, 4, 0, &off), 2); /* never fewer than the ends */
}

/* Of any way: in order, at most so many, both ends, and none left out farther off than is said. */
static void test_any_way(void **state)
{
    struct rng rng;
    rng_seed(&rng, 7);
    for (int round = 0; round < 200; round++) {
        double east = 0, north = 0, off;
        count = 0;
        size_t wanted = (size_t)rng_range(&rng, 2, 400), most = (size_t)rng_range(&rng, 2, 60);
        while (count < wanted) {
            east += (double)rng_range(&rng, -200, 200);
            north += (double)rng_range(&rng, -200, 200);
            go((int)rng_range(&rng, 0, 20), east, north);
        }
        for (size_t i = 0; i < count; i++)
            copy[i] = points[i];
        size_t left = path_thin(points, count, most, &off);
        assert_true(left <= most || left == count);
        assert_true(points[0].at.us == copy[0].at.us && points[left - 1].at.us == copy[count - 1].at.us);
        for (size_t i = 1; i < left; i++)
            assert_true(points[i].at.us >= points[i - 1].at.us);
        assert_true(left < most || left == count || off >= 0);
        assert_true(path_clean(copy, count) <= count);
    }
}

/* A day of a report every five seconds, in no kind of line: a worst case that must not take long. */
static void test_a_whole_day(void **state)
{
    struct rng rng;
    double off;
    rng_seed(&rng, 3);
    count = 0;
    for (int i = 0; i < 17280; i++)
        go(5, (double)rng_range(&rng, -20000, 20000), (double)rng_range(&rng, -20000, 20000));
    int64_t before = time_monotonic_ms();
    assert_int_equal(path_thin(points, count, 1000, &off), 1000);
    assert_true(time_monotonic_ms() - before < 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length),      cmocka_unit_test(test_trembling_is_no_way),
        cmocka_unit_test(test_stops),       cmocka_unit_test(test_what_cannot_be_is_left_out),
        cmocka_unit_test(test_thinning),    cmocka_unit_test(test_any_way),
        cmocka_unit_test(test_a_whole_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
