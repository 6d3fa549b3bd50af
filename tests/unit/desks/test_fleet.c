/* All vehicles in sight: in by pages, kept right by events, their places by themselves. Tried on the vehicle monitor. */
#include "fixture.h"

#include "client/desks/vehicles.h"
#include "client/views/live.h"

static const char vehicle[] =
    "{\"hash\":\"v\",\"name\":\"vehicle\",\"area\":\"rescue\",\"label\":\"Vehicle\",\"plural\":\"Vehicles\","
    "\"title\":\"plate\",\"fields\":["
    "{\"name\":\"id\",\"label\":\"Id\",\"type\":\"id\"},{\"name\":\"version\",\"label\":\"Version\",\"type\":"
    "\"int\"},"
    "{\"name\":\"code\",\"label\":\"Code\",\"type\":\"code\"},{\"name\":\"plate\",\"label\":\"Plate\","
    "\"type\":\"plate\"},"
    "{\"name\":\"state\",\"label\":\"State\",\"type\":\"choice\",\"choices\":[{\"code\":\"idle\",\"label\":"
    "\"Idle\"},"
    "{\"code\":\"working\",\"label\":\"Working\"},{\"code\":\"off_duty\",\"label\":\"Off duty\"}]},"
    "{\"name\":\"order_id\",\"label\":\"Order\",\"type\":\"ref\",\"ref\":\"rescue\"}],"
    "\"state\":\"state\",\"states\":[{\"code\":\"idle\",\"label\":\"Idle\"},{\"code\":\"working\",\"label\":"
    "\"Working\"},"
    "{\"code\":\"off_duty\",\"label\":\"Off duty\"}],"
    "\"list\":{\"columns\":[\"plate\"],\"sort\":\"code\"},\"form\":{\"tabs\":[]},\"actions\":["
    "{\"name\":\"state\",\"key\":\"s\",\"label\":\"Duty\",\"from\":[\"*\"],\"args\":[]}],\"verbs\":[]}";

static const char one[] =
    "{\"id\":1,\"version\":1,\"code\":\"V1\",\"plate\":\"粤A11111\",\"state\":\"idle\"}";
static const char two[] = "{\"id\":2,\"version\":1,\"code\":\"V2\",\"plate\":\"粤A22222\",\"state\":"
                          "\"working\",\"order_id\":1984,\"order_label\":null}";
static const char three[] =
    "{\"id\":3,\"version\":1,\"code\":\"V3\",\"plate\":\"粤A33333\",\"state\":\"idle\"}";

static struct catalogue *catalogue;

static int setup(void **state)
{
    static const char *const lines[] = {vehicle};
    int result = desks_setup(state);
    app.catalogue = catalogue =
        catalogue_create(NULL, lines, 1, "{\"hash\":\"h\",\"menu\":[],\"entities\":[\"vehicle\"]}");
    assert_non_null(catalogue);
    return result;
}

static int teardown(void **state)
{
    int result = desks_teardown(state);
    catalogue_destroy(catalogue);
    return result;
}

static void rows(const char *a, const char *b, const char *next)
{
    char text[1000];
    snprintf(text, sizeof(text), "{\"rows\":[%s%s%s],\"next\":%s%s%s}", a, *b ? "," : "", b, next ? "\"" : "",
             next ? next : "null", next ? "\"" : "");
    answer("vehicle.list", text);
}

static void hear_of(int id, int version)
{
    json_t *event = json_pack("{s:s, s:s, s:i, s:i, s:i}", "entity", "vehicle", "action", "update", "id", id,
                              "version", version, "branch_id", 1);
    live_heard(app.live, event);
    json_decref(event);
}

static void open_monitor(void)
{
    open_a_desk(&vehicles_desk);
    rows(three, one, "after V1");
    rows(two, "", NULL);
    assert_shown("3 vehicles");
}

/* The places of plates on the screen, the first at the top. */
static size_t place(const char *plate)
{
    const char *at = strstr(shown(), plate);
    assert_non_null(at);
    return (size_t)(at - shown());
}

static void page_by_page_in_the_order_of_their_codes(void **state)
{
    (void)state;
    open_a_desk(&vehicles_desk);
    rows(three, one, "after V1");
    assert_string_equal(asked_value("vehicle.list", "after"), "\"after V1\"");
    rows(two, "", NULL);
    assert_false(is_asked("vehicle.list"));
    assert_shown("3 vehicles · 3 old · Idle 2 · Working 1");
    assert_true(place("粤A11111") < place("粤A22222") && place("粤A22222") < place("粤A33333"));
}

/* What is shown stays until all pages are here; then what was on none of them goes. */
static void read_again(void **state)
{
    (void)state;
    open_monitor();
    keys("F5", NULL);
    rows(one, "", "after V1");
    assert_shown("3 vehicles");
    rows(three, "", NULL);
    assert_shown("2 vehicles");
    assert_hidden("粤A22222");
}

static void what_others_did(void **state)
{
    (void)state;
    open_monitor();
    hear_of(3, 1); /* known already */
    settle();
    assert_false(is_asked("vehicle.list"));
    hear_of(1, 2);
    settle();
    assert_string_equal(asked_value("vehicle.list", "filter"),
                        "{\"id\":{\"in\":[1]},\"disabled_at\":{\"null\":true}}");
    hear_of(1, 3); /* maybe too late for the answer to come */
    settle();
    rows("{\"id\":1,\"version\":2,\"code\":\"V1\",\"plate\":\"粤A11111\",\"state\":\"working\"}", "", NULL);
    assert_shown("Idle 1 · Working 2");
    assert_shown("~");
    settle();
    assert_true(is_asked("vehicle.list"));
    rows("", "", NULL);
    assert_shown("2 vehicles");
    assert_hidden("粤A11111");
}

static void one_that_is_new(void **state)
{
    (void)state;
    open_monitor();
    hear_of(4, 1);
    settle();
    rows("{\"id\":4,\"version\":1,\"code\":\"V0\",\"plate\":\"粤A00000\",\"state\":\"idle\"}", "", NULL);
    assert_shown("4 vehicles");
    assert_true(place("粤A00000") < place("粤A11111"));
}

/* A place that came with an event is newer than that of a row which was asked for before. */
static void a_place_by_itself(void **state)
{
    char now[TIME_TEXT_SIZE];
    (void)state;
    open_monitor();
    keys("F11", NULL); /* the list alone has room for the speed */
    json_t *event = json_pack("{s:s, s:s, s:[{s:i, s:f, s:f, s:f, s:s}]}", "entity", "vehicle", "action",
                              "position", "rows", "id", 1, "lon", 113.3, "lat", 23.1, "speed", 10.0, "at",
                              time_print(now, sizeof(now), time_now()));
    live_heard(app.live, event);
    json_decref(event);
    assert_shown("0m");
    assert_shown(" 36 ");
    hear_of(1, 2);
    settle();
    rows("{\"id\":1,\"version\":2,\"code\":\"V1\",\"plate\":\"粤A11111\",\"state\":\"idle\",\"lon\":100,"
         "\"lat\":20,"
         "\"speed\":99,\"position_at\":\"2026-01-01T00:00:00Z\"}",
         "", NULL);
    assert_shown(" 36 ");
    assert_hidden("99");
}

/* That it is on a job may be known, which one may not. */
static void anothers_order_has_no_number(void **state)
{
    (void)state;
    open_monitor();
    keys("F11", NULL);
    assert_shown("other branch");
    assert_hidden("1984");
}

static void words_and_states_narrow(void **state)
{
    (void)state;
    open_monitor();
    type("/");
    type("222");
    keys("Enter", NULL);
    assert_shown("“222” 1/3 vehicles");
    assert_hidden("粤A11111");
    keys("Esc", NULL);
    type("1");
    assert_shown("[Idle] 2/3 vehicles");
    assert_hidden("粤A22222");
    type("0");
    assert_shown("粤A22222");
}

/* The row waits for its answer, also while all are read again, and is read by itself then: the change is one's own. */
/* Two views on, and at once to the map, before anything of it was drawn. */
static void keys_need_no_drawing(void **state)
{
    (void)state;
    open_monitor();
    shown();
    keys("F11", "F11", "F11", "Tab", NULL);
    assert_shown("Tab List");
    keys("Tab", NULL);
    assert_shown("Tab Map");
    ui_resize(&ui, 24, 60);
    keys("F11", NULL);
    assert_shown("F11 List");
    assert_hidden("Tab");
}

static void a_letter_acts(void **state)
{
    (void)state;
    open_monitor();
    type("s");
    assert_string_equal(asked_value("vehicle.state", "id"), "1");
    assert_shown("…");
    keys("F5", NULL);
    rows(one, three, NULL);
    type("s");
    answer("vehicle.state", "{\"id\":1,\"version\":2,\"state\":\"off_duty\"}");
    assert_false(is_asked("vehicle.state")); /* it was one command */
    settle();
    rows("{\"id\":1,\"version\":2,\"code\":\"V1\",\"plate\":\"粤A11111\",\"state\":\"off_duty\"}", "", NULL);
    assert_shown("Off duty 1");
    assert_hidden("~");
}

#define fleet_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        fleet_test(page_by_page_in_the_order_of_their_codes),
        fleet_test(read_again),
        fleet_test(what_others_did),
        fleet_test(one_that_is_new),
        fleet_test(a_place_by_itself),
        fleet_test(anothers_order_has_no_number),
        fleet_test(words_and_states_narrow),
        fleet_test(keys_need_no_drawing),
        fleet_test(a_letter_acts),
    };
    return run_views(tests);
}
