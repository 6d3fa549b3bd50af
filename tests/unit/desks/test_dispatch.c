/* The dispatch desk: a digit sends, others' doing is seen, nothing is foretold. */
#include "fixture.h"

#include "client/views/live.h"

static const char waiting[] = "{\"id\":1,\"version\":1,\"number\":\"R1\",\"state\":\"new\",\"place\":"
                              "\"North\",\"service\":\"tow\",\"created_at\":"
                              "\"2026-11-21T10:00:00Z\",\"due_at\":\"2026-11-21T10:10:00Z\"},"
                              "{\"id\":2,\"version\":4,\"number\":\"R2\",\"state\":\"new\",\"place\":"
                              "\"South\",\"service\":\"fuel\",\"urges\":2,"
                              "\"created_at\":\"2026-11-21T10:00:00Z\",\"due_at\":\"2099-01-01T00:00:00Z\"}";
static const char road[] = "{\"id\":5,\"version\":2,\"number\":\"R5\",\"state\":\"dispatched\",\"place\":"
                           "\"East\",\"vehicle_id\":8,\"vehicle_label\":"
                           "\"粤A80000\",\"driver_id\":80,\"driver_label\":\"Wang\",\"created_at\":\"2026-11-"
                           "21T09:00:00Z\",\"due_at\":null}";
static const char offers[] = "{\"vehicle_id\":11,\"driver_id\":101,\"distance_m\":900,\"eta_s\":120,\"fit\":"
                             "true,\"on_shift\":true,\"reasons\":[],\"plate\":\"粤A11111\","
                             "\"driver\":\"Li\"},"
                             "{\"vehicle_id\":12,\"driver_id\":null,\"distance_m\":1900,\"fit\":false,"
                             "\"reasons\":[\"No driver at work\"],\"plate\":"
                             "\"粤A22222\"},"
                             "{\"vehicle_id\":13,\"driver_id\":103,\"distance_m\":2900,\"fit\":false,"
                             "\"reasons\":[\"Not for this road\"],\"plate\":"
                             "\"粤A33333\",\"driver\":\"He\"}";

static void open_dispatch(void)
{
    open_a_desk(&dispatch_desk);
    answer_rows("rescue.list", waiting);
    answer_rows("rescue.list", road);
    settle();
}

static void open_with_offers(void)
{
    open_dispatch();
    answer_rows("rescue.suggest", offers);
    settle();
}

/* Somebody, somewhere, changed an order. */
static void hear_of(const char *entity, int id, int version)
{
    json_t *event = json_pack("{s:s, s:s, s:i, s:i, s:i}", "entity", entity, "action", "update", "id", id,
                              "version", version, "branch_id", 1);
    live_heard(app.live, event);
    json_decref(event);
}

static void what_waits_and_who_can_go(void **state)
{
    (void)state;
    open_dispatch();
    assert_shown("waiting 2 (1 overdue) · on the road 1");
    assert_shown("North");
    assert_shown("urged 2");
    assert_shown("粤A80000");
    assert_string_equal(asked_value("rescue.suggest", "id"), "1"); /* the latest is on top */
    answer_rows("rescue.suggest", offers);
    assert_shown("1 粤A11111  Li        900 m   2m       on    0    fits");
    assert_shown("no driver");
}

static void a_digit_sends(void **state)
{
    (void)state;
    open_with_offers();
    keys("1", "1", NULL);
    assert_string_equal(asked_value("rescue.dispatch", "id"), "1");
    assert_string_equal(asked_value("rescue.dispatch", "version"), "1");
    assert_string_equal(asked_value("rescue.dispatch", "vehicle_id"), "11");
    assert_string_equal(asked_value("rescue.dispatch", "driver_id"), "101");
    assert_shown("…+"); /* marked, and still waiting */
    assert_shown("waiting 2");
    answer("rescue.dispatch", "{\"id\":1,\"version\":2,\"state\":\"dispatched\"}");
    assert_false(is_asked("rescue.dispatch"));
    assert_string_equal(asked_value("rescue.list", "filter"), "{\"id\":{\"in\":[1]}}");
    answer_rows("rescue.list",
                "{\"id\":1,\"version\":2,\"number\":\"R1\",\"state\":\"dispatched\",\"place\":\"North\"}");
    answer_rows("rescue.list",
                "{\"id\":1,\"version\":2,\"number\":\"R1\",\"state\":\"dispatched\",\"place\":\"North\"}");
    assert_shown("waiting 1 · on the road 2");
}

static void who_is_off_shift_is_asked_about(void **state)
{
    (void)state;
    open_dispatch();
    answer_rows("rescue.suggest",
                "{\"vehicle_id\":14,\"driver_id\":104,\"fit\":true,\"on_shift\":false,\"reasons\":"
                "[\"Outside the driver's hours\"],\"plate\":\"粤A44444\",\"driver\":\"Hu\"}");
    settle();
    keys("1", NULL);
    assert_false(is_asked("rescue.dispatch"));
    assert_shown("Off shift");
    type("y");
    assert_string_equal(asked_value("rescue.dispatch", "off_shift"), "true");
}

/* Another dispatcher sends to it while it is asked: there is nothing to answer any more. */
static void what_is_asked_is_no_question_any_more(void **state)
{
    (void)state;
    open_dispatch();
    answer_rows("rescue.suggest",
                "{\"vehicle_id\":14,\"driver_id\":104,\"fit\":true,\"on_shift\":false,\"reasons\":"
                "[\"Outside the driver's hours\"],\"plate\":\"粤A44444\",\"driver\":\"Hu\"}");
    settle();
    keys("1", NULL);
    assert_shown("Off shift");
    hear_of("rescue", 1, 2);
    settle();
    answer_rows("rescue.list",
                "{\"id\":1,\"version\":2,\"number\":\"R1\",\"state\":\"dispatched\",\"place\":\"North\"}");
    assert_hidden("Off shift");
    assert_shown("The list has changed meanwhile: nothing was sent");
    assert_false(is_asked("rescue.dispatch"));
}

static void somebody_else_was_quicker(void **state)
{
    (void)state;
    open_with_offers();
    keys("1", NULL);
    refuse("rescue.dispatch", "{\"code\":\"conflict\",\"field\":\"vehicle_id\",\"message\":\"x\",\"msgid\":"
                              "\"Vehicle {plate} is on another job\","
                              "\"args\":{\"plate\":\"粤A11111\"}}");
    assert_shown("粤A11111 is on another job");
    assert_true(is_asked("rescue.suggest"));
    assert_shown("waiting 2");
}

/* From a third party: the person at the car is called first. The server says so, too. */
static void to_be_confirmed_is_told(void **state)
{
    (void)state;
    open_a_desk(&dispatch_desk);
    answer_rows(
        "rescue.list",
        "{\"id\":1,\"version\":1,\"number\":\"R1\",\"state\":\"new\",\"to_confirm\":true,\"place\":"
        "\"North\",\"created_at\":\"2026-11-21T10:00:00Z\",\"due_at\":null,\"cannot\":{\"dispatch\":\"The "
        "person at the car must be contacted before a vehicle is sent\"}}");
    answer_rows("rescue.list", road);
    settle();
    answer_rows("rescue.suggest", offers);
    settle();
    assert_shown("call!");
    assert_shown("To be confirmed: call the person at the car first");
    assert_hidden("1 Send vehicle");
    keys("1", NULL);
    assert_false(is_asked("rescue.dispatch"));
    assert_shown("must be contacted before a vehicle is sent");
    assert_shown("waiting 1");
}

/* Rows that come in before the one under the cursor do not take the cursor away, nor what the digits mean. */
static void the_selection_stays(void **state)
{
    (void)state;
    open_with_offers();
    keys("Down", NULL);
    settle();
    answer_rows("rescue.suggest", offers);
    settle();
    static const char first[] =
        "{\"id\":9,\"version\":1,\"number\":\"R9\",\"state\":\"new\",\"place\":\"First\","
        "\"created_at\":\"2026-11-20T10:00:00Z\",\"due_at\":\"2026-11-20T10:10:00Z\"}";
    hear_of("rescue", 9, 1);
    settle();
    answer_rows("rescue.list", first);
    answer_rows("rescue.list", first);
    assert_shown("First");
    assert_shown("waiting 3");
    keys("1", NULL);
    assert_string_equal(asked_value("rescue.dispatch", "id"), "2");
}

/* Another dispatcher was first: it shows without a key. */
static void anothers_dispatch_shows(void **state)
{
    (void)state;
    open_with_offers();
    hear_of("rescue", 1, 2);
    settle();
    answer_rows("rescue.list", "{\"id\":1,\"version\":2,\"number\":\"R1\",\"state\":\"dispatched\",\"place\":"
                               "\"North\",\"vehicle_id\":11}");
    answer_rows("rescue.list", "{\"id\":1,\"version\":2,\"number\":\"R1\",\"state\":\"dispatched\",\"place\":"
                               "\"North\",\"vehicle_id\":11}");
    assert_shown("waiting 1");
    assert_shown("on the road 2");
}

/* The order is sent by somebody else while a reason is typed: that is said at once, and the panel stays. */
static void overtaken_in_a_panel(void **state)
{
    (void)state;
    open_with_offers();
    keys("Tab", NULL);
    type("rnot");
    hear_of("rescue", 5, 3);
    settle();
    answer_rows("rescue.list",
                "{\"id\":5,\"version\":3,\"number\":\"R5\",\"state\":\"accepted\",\"vehicle_id\":8}");
    answer_rows("rescue.list",
                "{\"id\":5,\"version\":3,\"number\":\"R5\",\"state\":\"accepted\",\"vehicle_id\":8}");
    assert_shown("Order R5 is “Accepted” now");
    assert_shown("not_");
}

static void without_a_driver_nobody_goes(void **state)
{
    (void)state;
    open_with_offers();
    keys("2", NULL);
    assert_false(is_asked("rescue.dispatch"));
    assert_shown("has no driver at work");
}

static void what_does_not_fit_is_asked_about(void **state)
{
    (void)state;
    open_with_offers();
    keys("3", NULL);
    assert_false(is_asked("rescue.dispatch"));
    assert_shown("Not for this road");
    type("y");
    assert_string_equal(asked_value("rescue.dispatch", "vehicle_id"), "13");
}

/* A key that does nothing says why. */
static void keys_in_vain(void **state)
{
    (void)state;
    open_dispatch();
    keys("1", NULL);
    assert_shown("being looked for");
    answer_rows("rescue.suggest", offers);
    settle();
    keys("7", NULL);
    assert_shown("No vehicle stands under this digit");
    keys("+", NULL);
    assert_shown("no more vehicles");
    type("a");
    assert_shown("Accept: not for an order that is “New”");
    type("*");
    assert_shown("sent one by one");
    assert_false(is_asked("rescue.dispatch"));
}

static void a_list_that_has_just_come_sends_nobody(void **state)
{
    (void)state;
    open_dispatch();
    answer_rows("rescue.suggest", offers);
    keys("1", NULL);
    assert_false(is_asked("rescue.dispatch"));
    assert_shown("The list has just changed");
}

static void another_order_has_other_offers(void **state)
{
    (void)state;
    open_with_offers();
    keys("Down", "1", NULL);
    assert_false(is_asked("rescue.dispatch"));
    settle();
    assert_string_equal(asked_value("rescue.suggest", "id"), "2");
}

static void letters_are_the_steps_of_the_order(void **state)
{
    (void)state;
    open_with_offers();
    keys("Tab", NULL);
    assert_shown("a Accept");
    assert_shown("New ▸ [Dispatched] ▸ Accepted");
    keys("1", NULL);
    assert_false(is_asked("rescue.dispatch")); /* digits are for waiting orders only */
    assert_shown("Tab goes to them");
    type("d");
    assert_shown("Dispatch: not for an order that is “Dispatched”");
    type("u");
    assert_string_equal(asked_value("rescue.urge", "id"), "5");
    answer("rescue.urge", "{\"id\":5,\"version\":3}");
    assert_true(is_asked("rescue.list"));
}

/* What was sent is done all the same; the row waits for its answer. */
static void a_question_left_while_its_answer_is_awaited(void **state)
{
    (void)state;
    open_with_offers();
    keys("Tab", NULL);
    type("a");
    keys("F10", "Esc", NULL);
    assert_true(is_asked("rescue.accept"));
    answer("rescue.accept", "{\"id\":5,\"version\":3,\"state\":\"accepted\"}");
    assert_shown("Accept: done");
    assert_true(is_asked("rescue.list"));
}

static void a_reason_half_typed_and_left(void **state)
{
    (void)state;
    open_with_offers();
    keys("Tab", NULL);
    type("rnot needed");
    assert_shown("Recall · R5");
    assert_shown("not needed");
    keys("Esc", NULL);
    assert_hidden("not needed");
    assert_false(is_asked("rescue.recall"));
    type("r");
    keys("F10", NULL);
    assert_shown("Reason is required");
    type("too far");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.recall", "reason"), "\"too far\"");
}

static void a_filter_narrows_and_goes(void **state)
{
    (void)state;
    open_dispatch();
    keys("F9", NULL);
    type("South");
    keys("Enter", NULL);
    answer_rows("rescue.list", waiting);
    answer_rows("rescue.list", road);
    assert_shown("South");
    assert_hidden("North");
    assert_shown("filter “South”");
    keys("Esc", NULL);
    answer_rows("rescue.list", waiting);
    assert_shown("North");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        desk_test(what_waits_and_who_can_go),
        desk_test(a_digit_sends),
        desk_test(who_is_off_shift_is_asked_about),
        desk_test(what_is_asked_is_no_question_any_more),
        desk_test(somebody_else_was_quicker),
        desk_test(to_be_confirmed_is_told),
        desk_test(the_selection_stays),
        desk_test(anothers_dispatch_shows),
        desk_test(overtaken_in_a_panel),
        desk_test(without_a_driver_nobody_goes),
        desk_test(what_does_not_fit_is_asked_about),
        desk_test(keys_in_vain),
        desk_test(a_list_that_has_just_come_sends_nobody),
        desk_test(another_order_has_other_offers),
        desk_test(letters_are_the_steps_of_the_order),
        desk_test(a_question_left_while_its_answer_is_awaited),
        desk_test(a_reason_half_typed_and_left),
        desk_test(a_filter_narrows_and_goes),
    };
    return run_views(tests);
}
