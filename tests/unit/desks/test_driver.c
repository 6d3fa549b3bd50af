/* The driver's desk on 40 columns: one key for the next step, marked until it is answered. */
#include "fixture.h"

static const char job[] = "{\"id\":5,\"version\":2,\"number\":\"R5\",\"state\":\"%s\",\"place\":\"East "
                          "road\",\"service\":\"tow\",\"vehicle_id\":8,"
                          "\"vehicle_label\":\"粤A80000\",\"created_at\":\"2026-11-21T09:00:00Z\"}";

static void open_driver(const char *in_state)
{
    char row[400];
    snprintf(row, sizeof(row), job, in_state);
    ui_resize(&ui, 20, 40);
    open_a_desk(&driver_desk);
    answer_rows("rescue.list", row); /* the jobs */
    answer_rows("rescue.list", "");  /* the last vehicle */
    settle();
    answer("rescue.get",
           "{\"id\":5,\"version\":2,\"state\":\"dispatched\",\"place\":\"East road\",\"contact_phone\":"
           "\"13800138000\",\"contact_name\":\"Ann\",\"plate\":\"粤A12345\"}");
}

static void wait_a_second(void)
{
    settle();
    settle();
}

static void all_a_driver_needs(void **state)
{
    (void)state;
    open_driver("dispatched");
    assert_shown("[Dispatched] ▸ Accepted");
    assert_shown("▸ Enter: Accept");
    assert_shown("East road");
    assert_shown("13800138000 · Ann");
    assert_shown("粤A80000");
    assert_shown("Enter Accept");
}

static void one_key_one_step(void **state)
{
    (void)state;
    open_driver("dispatched");
    keys("Enter", "Enter", NULL);
    assert_string_equal(asked_value("rescue.accept", "id"), "5");
    assert_string_equal(asked_value("rescue.accept", "version"), "2");
    assert_shown("waiting for the answer");
    assert_shown("Dispatche"); /* as it was: nothing is foretold */
    answer("rescue.accept", "{\"id\":5,\"version\":3,\"state\":\"accepted\"}");
    assert_false(is_asked("rescue.accept")); /* the second tap was nothing */
    answer_rows("rescue.list",
                "{\"id\":5,\"version\":3,\"number\":\"R5\",\"state\":\"accepted\",\"place\":\"East road\"}");
    assert_shown("▸ Enter: Depart");
    keys("Enter", NULL);
    assert_false(is_asked("rescue.depart")); /* nor is one that comes too soon behind the answer */
    wait_a_second();
    keys("Enter", NULL);
    assert_true(is_asked("rescue.depart"));
}

static void a_refused_step_is_said(void **state)
{
    (void)state;
    open_driver("dispatched");
    keys("Enter", NULL);
    refuse("rescue.accept", "{\"code\":\"conflict\",\"message\":\"x\",\"msgid\":\"Called back meanwhile\"}");
    answer("rescue.get", "{\"id\":5,\"version\":3,\"state\":\"new\"}"); /* what the order is now decides */
    assert_shown("Accept R5 was not taken");
    answer_rows("rescue.list", "");
    assert_hidden("East road");
}

/* Somebody else changed the order: the step still fits what it is now. */
static void a_stale_version_is_looked_at_again(void **state)
{
    (void)state;
    open_driver("dispatched");
    keys("Enter", NULL);
    refuse("rescue.accept", "{\"code\":\"conflict\",\"message\":\"x\",\"msgid\":\"Changed meanwhile\"}");
    answer("rescue.get", "{\"id\":5,\"version\":7,\"state\":\"dispatched\"}");
    assert_string_equal(asked_value("rescue.accept", "version"), "7");
    answer("rescue.accept", "{\"id\":5,\"version\":8,\"state\":\"accepted\"}");
    assert_shown("Accept: done");
}

/* It was done already, over a line that broke, or by the dispatcher for him. */
static void a_step_that_is_done_is_not_missed(void **state)
{
    (void)state;
    open_driver("dispatched");
    keys("Enter", NULL);
    refuse("rescue.accept", "{\"code\":\"conflict\",\"message\":\"x\",\"msgid\":\"Changed meanwhile\"}");
    answer("rescue.get", "{\"id\":5,\"version\":7,\"state\":\"on_the_way\"}");
    assert_false(is_asked("rescue.accept"));
    assert_hidden("was not taken");
}

static void without_a_line_steps_wait_in_order(void **state)
{
    (void)state;
    open_driver("dispatched");
    set_line(LINK_WAITING);
    keys("Enter", NULL);
    assert_shown("to be sent: Accept");
    assert_shown("▸ Enter: Depart");
    assert_shown("Dispatche"); /* as it was: nothing is foretold */
    wait_a_second();
    keys("Enter", NULL);
    assert_shown("▸ Enter: Arrive");
    assert_shown("2 to be sent");
    assert_false(is_asked("rescue.accept"));
    set_line(LINK_READY);
    ui_tick(&ui, time_monotonic_ms());
    assert_string_equal(asked_value("rescue.accept", "version"), "2");
    assert_true(strlen(asked_value("rescue.accept", "at")) > 10);
    assert_false(is_asked("rescue.depart"));
    answer("rescue.accept", "{\"id\":5,\"version\":3,\"state\":\"accepted\"}");
    assert_string_equal(asked_value("rescue.depart", "version"), "3");
    answer("rescue.depart", "{\"id\":5,\"version\":4,\"state\":\"on_the_way\"}");
    assert_hidden("to be sent");
}

static void the_end_with_legs_and_tolls(void **state)
{
    (void)state;
    open_driver("arrived");
    keys("Enter", NULL);
    assert_shown("Km out");
    assert_shown("Tolls");
    keys("F10", NULL);
    assert_shown("Say how many kilometres are charged");
    keys("Up", "Up", NULL);
    type("12");
    keys("Enter", NULL);
    type("8");
    keys("Enter", "Enter", NULL);
    type("15.5");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.complete", "km"), "20");
    assert_string_equal(asked_value("rescue.complete", "km_out"), "12");
    assert_string_equal(asked_value("rescue.complete", "items"),
                        "[{\"code\":\"toll\",\"quantity\":1,\"amount_fen\":1550}]");
    assert_string_equal(asked_value("rescue.complete", "toll_fen"), "");
    assert_shown("waiting for the answer");
}

static void what_was_typed_comes_back_with_a_refusal(void **state)
{
    (void)state;
    open_driver("arrived");
    keys("Enter", NULL);
    type("12");
    keys("F10", NULL);
    refuse("rescue.complete",
           "{\"code\":\"invalid\",\"field\":\"km_out\",\"message\":\"x\",\"msgid\":\"That is too far\"}");
    assert_shown("That is too far");
    assert_shown("Km out      12");
    keys("^U", NULL);
    type("11");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.complete", "km_out"), "11");
}

static void a_position_is_reported(void **state)
{
    (void)state;
    open_driver("dispatched");
    type("p");
    type("geo:23.13,113.32");
    keys("Enter", NULL);
    assert_string_equal(asked_value("vehicle.report", "id"), "8");
    assert_string_equal(asked_value("vehicle.report", "lon"), "113.32");
    answer("vehicle.report", "{\"id\":8}");
    assert_shown("The position is reported");
}

static void nothing_to_do_is_said(void **state)
{
    (void)state;
    ui_resize(&ui, 20, 40);
    open_a_desk(&driver_desk);
    assert_hidden("No job is yours now");
    answer_rows("rescue.list", "");
    assert_shown("No job is yours now.");
    keys("Tab", NULL);
    assert_hidden("No job is yours now");
}

static void past_jobs(void **state)
{
    (void)state;
    open_driver("dispatched");
    keys("Tab", NULL);
    answer_rows("rescue.list",
                "{\"id\":3,\"version\":9,\"number\":\"R3\",\"state\":\"done\",\"place\":\"West road\","
                "\"created_at\":\"2026-11-20T09:00:00Z\"}");
    assert_shown("Past jobs");
    assert_shown("West road");
    assert_hidden("East road");
    assert_hidden("▸ Enter:");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        desk_test(all_a_driver_needs),
        desk_test(one_key_one_step),
        desk_test(a_refused_step_is_said),
        desk_test(a_stale_version_is_looked_at_again),
        desk_test(a_step_that_is_done_is_not_missed),
        desk_test(without_a_line_steps_wait_in_order),
        desk_test(the_end_with_legs_and_tolls),
        desk_test(what_was_typed_comes_back_with_a_refusal),
        desk_test(a_position_is_reported),
        desk_test(nothing_to_do_is_said),
        desk_test(past_jobs),
    };
    return run_views(tests);
}
