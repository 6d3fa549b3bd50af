/* Coordinates in every form people send them in, and districts in addresses. */
#include "../test.h"

#include <math.h>

#include "client/desks/place.h"

static void assert_point(const char *text, double lon, double lat)
{
    struct point point = {NAN, NAN};
    if (!place_parse(text, &point))
        fail_msg("not read: %s", text);
    if (fabs(point.lon - lon) > 1e-9 || fabs(point.lat - lat) > 1e-9)
        fail_msg("%s: %f %f", text, point.lon, point.lat);
}

static void usual_forms(void **state)
{
    (void)state;
    assert_point("113.3245 23.1377", 113.3245, 23.1377);
    assert_point("23.1377, 113.3245", 113.3245, 23.1377);
    assert_point("23.1377，113.3245", 113.3245, 23.1377);
    assert_point("113.3245,23.1377", 113.3245, 23.1377);
    assert_point("geo:23.1377,113.3245?z=17", 113.3245, 23.1377);
    assert_point("GEO:23.1377,113.3245", 113.3245, 23.1377);
    assert_point("113.32E 23.13N", 113.32, 23.13);
    assert_point("23.13N 113.32E", 113.32, 23.13);
    assert_point("-43.5 172.6", 172.6, -43.5);
    assert_point("33.86S 151.2E", 151.2, -33.86);
    assert_point("10 20", 10, 20);
    assert_point("１１３．２６，２３．１３", 113.26, 23.13);
    assert_point("N23.1377 E113.3245", 113.3245, 23.1377);
    assert_point("E 113.3245, N 23.1377", 113.3245, 23.1377);
}

static void degrees(void **state)
{
    (void)state;
    assert_point("113°30'36\"E 23°7'30\"N", 113.51, 23.125);
    assert_point("23°7'30\"N113°30'36\"E", 113.51, 23.125);
    assert_point("23° 7.5′ N, 113° 30.6′ E", 113.51, 23.125);
    assert_point("东经113°30′36″ 北纬23°7′30″", 113.51, 23.125);
    assert_point("北纬23度7分30秒，东经113度30分36秒", 113.51, 23.125);
    assert_point("33°30'S 151°12'E", 151.2, -33.5);
    assert_point("23.125° 113.51°", 113.51, 23.125);
}

static void from_other_programs(void **state)
{
    (void)state;
    assert_point("{\n  \"latitude\": 23.1377,\n  \"longitude\": 113.3245,\n  \"altitude\": 12.0,\n "
                 "\"accuracy\": 20.3\n}",
                 113.3245, 23.1377);
    assert_point("lng=113.3245&lat=23.1377", 113.3245, 23.1377);
    assert_point("经度:113.3245 纬度:23.1377", 113.3245, 23.1377);
    assert_point("https://uri.amap.com/marker?position=113.3245,23.1377&name=x", 113.3245, 23.1377);
    assert_point("https://maps.example/@23.1377,113.3245,17z", 113.3245, 23.1377);
}

static void what_is_none(void **state)
{
    static const char *const texts[] = {"",           "天河区体育西路 1 号",
                                        "113.3245",   "200 95",
                                        "lat 23.1",   "1234.5 2345.6",
                                        "no numbers", "999 999",
                                        "+ -",        "113.32.5",
                                        "0x71 0x17"};
    (void)state;
    for (size_t i = 0; i < array_len(texts); i++) {
        struct point point = {1, 2};
        if (place_parse(texts[i], &point))
            fail_msg("read: %s as %f %f", texts[i], point.lon, point.lat);
        assert_true(point.lon == 1 && point.lat == 2);
    }
}

/* What is wrong with it is told where it is typed. */
static void why_it_is_none(void **state)
{
    struct point point;
    (void)state;
    assert_int_equal(place_read("天河城", &point), PLACE_NO_PAIR);
    assert_int_equal(place_read("113.26", &point), PLACE_NO_PAIR);
    assert_int_equal(place_read("23°75' 113°", &point), PLACE_BEYOND);
    assert_int_equal(place_read("113.26,231.3", &point), PLACE_BEYOND);
    assert_int_equal(place_read("91.2N 113.3E", &point), PLACE_BEYOND);
    assert_int_equal(place_read("113.26,23.13", &point), PLACE_READ);
    assert_non_null(place_fault_text(PLACE_BEYOND));
    assert_null(place_fault_text(PLACE_READ));
}

static void printed_and_read_again(void **state)
{
    char buf[64];
    (void)state;
    assert_string_equal(place_print(buf, sizeof(buf), (struct point){113.3245, 23.1377}),
                        "113.32450 23.13770");
    assert_point(buf, 113.3245, 23.1377);
    assert_string_equal(place_print(buf, sizeof(buf), (struct point){NAN, 23}), "");
}

static const char rows[] = "[{\"code\":\"440000\",\"level\":\"province\",\"name_en\":\"Guangdong\",\"name_zh_"
                           "cn\":\"广东省\",\"place_lon\":113.27,\"place_lat\":23.13},"
                           "{\"code\":\"440100\",\"parent_code\":\"440000\",\"level\":\"city\",\"name_en\":"
                           "\"Guangzhou\",\"name_zh_cn\":\"广州市\",\"name_zh_tw\":\"廣州市\","
                           "\"place_lon\":113.264,\"place_lat\":23.129},"
                           "{\"code\":\"440106\",\"parent_code\":\"440100\",\"level\":\"district\",\"name_"
                           "en\":\"Tianhe\",\"name_zh_cn\":\"天河区\",\"name_zh_tw\":\"天河區\","
                           "\"place_lon\":113.361,\"place_lat\":23.125},"
                           "{\"code\":\"441500\",\"parent_code\":\"440000\",\"level\":\"city\",\"name_en\":"
                           "\"Shanwei\",\"name_zh_cn\":\"汕尾市\",\"place_lon\":115.375,"
                           "\"place_lat\":22.786},"
                           "{\"code\":\"441502\",\"parent_code\":\"441500\",\"level\":\"district\",\"name_"
                           "en\":\"Chengqu\",\"name_zh_cn\":\"城区\",\"place_lon\":115.36,"
                           "\"place_lat\":22.77},"
                           "{\"code\":\"440199\",\"parent_code\":\"440100\",\"level\":\"district\",\"name_"
                           "en\":\"Chengqu\",\"name_zh_cn\":\"城区\",\"place_lon\":113.0,"
                           "\"place_lat\":23.0},"
                           "{\"code\":\"1\",\"level\":\"district\",\"name_en\":\"No place\"}, 7, null]";

static const char *found(const struct places *places, const char *address)
{
    const struct place_district *district = places_find(places, address);
    return district ? district->code : "none";
}

static void districts_in_addresses(void **state)
{
    struct places places = {0};
    json_t *json = json_loads(rows, 0, NULL);
    (void)state;
    places_add(&places, json);
    json_decref(json);
    assert_int_equal(places.districts.count, 5);
    assert_string_equal(found(&places, "广州市天河区体育西路 1 号"), "440106");
    assert_string_equal(found(&places, "天河体育中心"), "440106");
    assert_string_equal(found(&places, "廣州市天河區體育西路"), "440106");
    assert_string_equal(found(&places, "广州市中山五路"), "440100");
    assert_string_equal(found(&places, "Tianhe Road 1, guangzhou"), "440106");
    assert_string_equal(found(&places, "汕尾市城区二马路"), "441502");
    assert_string_equal(found(&places, "广州市城区"), "440199");
    assert_string_equal(found(&places, "广东省"), "none");
    assert_string_equal(found(&places, ""), "none");
    double metres;
    assert_string_equal(places_nearest(&places, (struct point){113.37, 23.13}, &metres)->code, "440106");
    assert_true(metres > 500 && metres < 2000);
    places_finish(&places);
}

static const char landmarks[] =
    "[{\"name_en\":\"Canton Tower\",\"name_zh_cn\":\"广州塔\",\"name_zh_tw\":\"廣州塔\",\"district_code\":"
    "\"440106\",\"address\":\"阅江西路222号\",\"place_lon\":113.319,\"place_lat\":23.109}]";

static void landmarks_in_addresses(void **state)
{
    struct places places = {0};
    struct arena *arena = arena_create(0);
    json_t *json = json_loads(rows, 0, NULL), *more = json_loads(landmarks, 0, NULL);
    (void)state;
    places_add(&places, json);
    places_add(&places, more);
    json_decref(json);
    json_decref(more);
    const struct place_district *tower = places_find(&places, "广州市天河区广州塔下");
    assert_non_null(tower);
    assert_float_equal(tower->at.lon, 113.319, 1e-9);
    assert_string_equal(place_words(&places, tower, 1, arena), "广州塔，阅江西路222号");
    assert_string_equal(place_words(&places, tower, 0, arena), "Canton Tower, 阅江西路222号");
    /* Not by a part of its name: that is the city. */
    assert_string_equal(found(&places, "广州"), "440100");
    assert_string_equal(place_words(&places, places_find(&places, "天河区"), 1, arena), "广州市天河区");
    assert_string_equal(place_words(&places, places_find(&places, "天河区"), 0, arena), "Tianhe, Guangzhou");
    places_finish(&places);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_forms),
        cmocka_unit_test(degrees),
        cmocka_unit_test(why_it_is_none),
        cmocka_unit_test(from_other_programs),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(printed_and_read_again),
        cmocka_unit_test(districts_in_addresses),
        cmocka_unit_test(landmarks_in_addresses),
    };
    return run_all(tests);
}
