#include <math.h>

#include "base/geo.h"
#include "tests/unit/test.h"

static const struct point guangzhou = {113.2644, 23.1291}, shenzhen = {114.0579, 22.5431};
static const struct point nowhere = {NAN, NAN};

static void assert_about(double value, double expected, double slack)
{
    if (!(fabs(value - expected) <= slack))
        fail_msg("%f is not about %f", value, expected);
}

static void distances_are_metres(void **state)
{
    assert_about(geo_distance_m(guangzhou, shenzhen), 104100, 600);
    assert_about(geo_distance_m(shenzhen, guangzhou), geo_distance_m(guangzhou, shenzhen), 1e-6);
    assert_about(geo_distance_m(guangzhou, guangzhou), 0, 0);
    assert_about(geo_distance_m((struct point){0, 0}, (struct point){0, 1}), 111195, 1);
    assert_about(geo_distance_m((struct point){179.5, 0}, (struct point){-179.5, 0}), 111195, 1);
    assert_about(geo_distance_m((struct point){0, 0}, (struct point){180, 0}), M_PI * 6371008.8, 1);
    assert_about(geo_distance_m((struct point){0, 90}, (struct point){77, -90}), M_PI * 6371008.8, 1);
}

static void null_points_have_no_distance(void **state)
{
    assert_true(point_is_nil(nowhere));
    assert_true(point_is_nil((struct point){NAN, 5}));
    assert_false(point_is_nil(guangzhou));
    assert_true(isnan(geo_distance_m(nowhere, guangzhou)));
    assert_true(isnan(geo_distance_m(guangzhou, nowhere)));
}

static void points_off_the_earth_are_not_valid(void **state)
{
    assert_true(point_is_valid(guangzhou));
    assert_true(point_is_valid((struct point){-180, 90}));
    assert_false(point_is_valid((struct point){180.1, 0}));
    assert_false(point_is_valid((struct point){0, -90.1}));
    assert_false(point_is_valid((struct point){INFINITY, 0}));
    assert_false(point_is_valid(nowhere));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_metres),
        cmocka_unit_test(null_points_have_no_distance),
        cmocka_unit_test(points_off_the_earth_are_not_valid),
    };
    return run_all(tests);
}
