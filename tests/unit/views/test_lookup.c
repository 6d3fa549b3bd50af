/* Look-ups that find nothing fitting: the whole list to choose from, and a record made on the spot. What is wrong is said as a field is left. */
#include "fixture.h"

#include "client/views/form-private.h"
#include "client/views/open.h"

static int setup(void **state)
{
    fixture_setup(state);
    open_new(&app, entity("job"), NULL, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    sheet_focus(&form_of(ui_top(&ui))->sheet, "customer_id");
    return 0;
}

static const struct sheet_entry *customer(void)
{
    return sheet_find(&form_of(ui_top(&ui))->sheet, "customer_id");
}

static void test_made_on_the_spot(void **state)
{
    (void)state;
    type("Zoe");
    answer("customer.list", "{\"rows\":[]}");
    keys("F6", NULL);
    assert_shown("New: Customer");
    assert_shown("Zoe");
    keys("F10", NULL);
    answer("customer.create", "{\"id\":77,\"version\":1}");
    assert_shown("New: Job");
    assert_string_equal(customer()->value, "77");
    assert_string_equal(customer()->label, "Zoe");
    assert_shown("Zoe");
}

static void test_given_up(void **state)
{
    (void)state;
    type("Zoe");
    answer("customer.list", "{\"rows\":[]}");
    keys("F6", "Esc", NULL);
    type("d");
    assert_shown("New: Job");
    assert_null(customer()->value);
}

static void test_only_who_may(void **state)
{
    (void)state;
    permit("customer.create", false);
    type("Zoe");
    keys("F6", NULL);
    assert_hidden("New: Customer");
    permit("customer.create", true);
}

static void test_from_the_whole_list(void **state)
{
    (void)state;
    keys("F4", NULL);
    answer("customer.list", "{\"rows\":[{\"id\":7,\"name\":\"Ann\"},{\"id\":8,\"name\":\"Ben\"}]}");
    assert_shown("Ann");
    keys("F4", NULL);
    assert_shown("Enter takes the row into the form");
    answer("customer.list", "{\"rows\":[{\"id\":7,\"version\":1,\"name\":\"Ann\"},{\"id\":8,\"version\":1,"
                            "\"name\":\"Ben\"}],\"next\":null}");
    keys("Down", "Enter", NULL);
    assert_shown("New: Job");
    answer("customer.list", "{\"rows\":[{\"id\":8,\"name\":\"Ben\"}]}");
    assert_string_equal(customer()->value, "8");
    assert_string_equal(customer()->label, "Ben");
}

/* The list is left: nothing is taken, and the next list opens its records as ever. */
static void test_list_left(void **state)
{
    (void)state;
    keys("F4", NULL);
    answer("customer.list", "{\"rows\":[]}");
    keys("F4", "Esc", NULL);
    assert_shown("New: Job");
    assert_null(customer()->value);
}

/* ---- validation at once ---- */

static void test_told_on_leaving(void **state)
{
    (void)state;
    sheet_focus(&form_of(ui_top(&ui))->sheet, "name");
    keys("Tab", NULL);
    assert_shown("* Name is required");
    sheet_focus(&form_of(ui_top(&ui))->sheet, "price_fen");
    type("1..2");
    keys("Tab", NULL);
    assert_shown("1..2");
    assert_shown("! Price");
    keys("Up", NULL);
    assert_shown("! Price"); /* said again where the cursor stands in it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_made_on_the_spot, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_given_up, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_only_who_may, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_from_the_whole_list, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_list_left, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_told_on_leaving, setup, fixture_teardown),
    };
    return run_views(tests);
}
