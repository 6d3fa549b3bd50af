/* What F4 opens over a field: a month to choose from and type into, a calculator. */
#include "fixture.h"

#include "client/views/form-private.h"
#include "client/views/open.h"

static int setup(void **state)
{
    fixture_setup(state);
    open_new(&app, entity("job"), NULL, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    return 0;
}

static struct sheet *sheet(void)
{
    return &form_of(ui_top(&ui))->sheet;
}

static void open_at(const char *field)
{
    sheet_focus(sheet(), field);
    keys("F4", NULL);
}

static void assert_value(const char *field, const char *value)
{
    const char *got = sheet_value(sheet(), field);
    assert_string_equal(got ? got : "(none)", value);
}

static void test_a_moment_typed_into_the_calendar(void **state)
{
    (void)state;
    open_at("due_at");
    assert_shown("Mo");
    type("2026-12-24");
    assert_shown("2026-12-24 Th");
    keys("^U", NULL);
    type("18:30"); /* the hour of the day that is chosen */
    assert_shown("2026-12-24 Th 18:30");
    keys("Enter", NULL);
    assert_shown("New: Job");
    assert_value("due_at", "2026-12-24T10:30:00Z");
}

static void test_arrows_keep_the_hour(void **state)
{
    (void)state;
    open_at("due_at");
    type("2026-12-24 9:00");
    keys("Right", "PgDn", "Enter", NULL);
    assert_value("due_at", "2027-01-25T01:00:00Z");
    keys("F4", NULL); /* it begins with what is there */
    assert_shown("2027-01-25 Mo 09:00");
    keys("Left", "Up", "Enter", NULL);
    assert_value("due_at", "2027-01-17T01:00:00Z");
}

static void test_nonsense_is_told(void **state)
{
    (void)state;
    open_at("due_at");
    type("soon");
    keys("Enter", NULL);
    assert_shown("This is no date");
    keys("Esc", NULL);
    assert_value("due_at", "(none)");
}

static void test_calculator(void **state)
{
    (void)state;
    open_at("price_fen");
    assert_shown("Calculator");
    type("12*3.5+8");
    assert_shown("50");
    type("=");
    assert_shown("12*3.5+8 = 50");
    type("/3");
    assert_shown("16.67");
    keys("Enter", NULL);
    assert_shown("New: Job");
    assert_value("price_fen", "1667");
}

static void test_calculator_begins_with_the_field(void **state)
{
    (void)state;
    sheet_focus(sheet(), "price_fen");
    type("2.5");
    keys("F4", NULL);
    assert_shown("2.5");
    type("*4");
    keys("Enter", NULL);
    assert_value("price_fen", "1000");
    keys("F4", NULL);
    type("++");
    keys("Enter", NULL);
    assert_shown("This is no sum");
    keys("Esc", NULL);
    assert_value("price_fen", "1000");
}

static void test_a_sum_in_the_field_itself(void **state)
{
    (void)state;
    sheet_focus(sheet(), "price_fen");
    type("12*3.5+8");
    keys("Tab", NULL);
    assert_value("price_fen", "5000");
    sheet_focus(sheet(), "price_fen");
    keys("^U", NULL);
    type("１２×２"); /* as an input method types it */
    keys("Tab", NULL);
    assert_value("price_fen", "2400");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_moment_typed_into_the_calendar, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_arrows_keep_the_hour, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nonsense_is_told, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_calculator, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_calculator_begins_with_the_field, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_sum_in_the_field_itself, setup, fixture_teardown),
    };
    return run_views(tests);
}
