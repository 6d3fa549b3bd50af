/* The screens of sets and line tables, and the history. */
#include "fixture.h"

#include "client/views/open.h"

static int setup(void **state)
{
    fixture_setup(state);
    open_new(&app, entity("job"), NULL, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    type("a job");
    keys("PgDn", NULL);
    return 0;
}

static void test_ticks(void **state)
{
    (void)state;
    keys("Enter", NULL);
    assert_shown("[ ] One");
    assert_shown("a.two");
    keys("Down", NULL);
    type(" ");
    assert_shown("[x] One");
    assert_shown("1/3");
    keys("Home", NULL);
    keys("Enter", NULL);
    assert_shown("1: a.one");
    keys("F10", NULL);
    assert_string_equal(asked_text(0), "{\"name\":\"a job\",\"kind\":\"tow\",\"tags\":[\"a.one\"]}");
}

/* A heading ticks its group; letters narrow; Esc changes nothing. */
static void test_tick_groups(void **state)
{
    (void)state;
    keys("Enter", NULL);
    type(" ");
    assert_shown("2/3");
    keys("Esc", NULL);
    assert_shown("none");
    keys("Enter", NULL);
    type("two");
    assert_hidden("b.one");
    type(" ");
    keys("Enter", NULL);
    assert_shown("1: a.two");
}

static void test_lines(void **state)
{
    (void)state;
    keys("Down", "Enter", NULL);
    assert_shown("What");
    type("a wheel");
    keys("Tab", NULL);
    type("12.5");
    keys("F10", NULL);
    assert_shown("a wheel");
    assert_shown("12.50");
    keys("F6", NULL);
    type("a nut");
    keys("F10", NULL);
    keys("F10", NULL); /* back in the form */
    assert_shown("a nut");
    keys("F10", NULL);
    assert_string_equal(asked_text(0), "{\"name\":\"a job\",\"kind\":\"tow\",\"parts\":[{\"what\":\"a "
                                       "wheel\",\"amount_fen\":1250},{\"what\":\"a nut\"}]}");
}

static void test_lines_changed(void **state)
{
    (void)state;
    keys("Down", "Enter", NULL);
    type("a wheel");
    keys("F10", NULL);
    keys("Enter", "End", NULL);
    type("s");
    keys("F10", NULL);
    assert_shown("a wheels");
    keys("Del", NULL);
    assert_hidden("a wheels");
    keys("F10", NULL);
    assert_shown("none");
}

static void test_most_lines(void **state)
{
    (void)state;
    keys("Down", "Enter", NULL);
    for (int i = 0; i < 3; i++) {
        if (i)
            keys("F6", NULL);
        type("x");
        keys("F10", NULL);
    }
    keys("F6", NULL);
    assert_shown("3/3");
    assert_hidden("What    ___");
}

static void test_history(void **state)
{
    (void)state;
    history_open(&app, entity("job"), 3, "J3");
    answer("job.history",
           "{\"rows\":[{\"id\":2,\"at\":\"2026-11-25T01:30:00.000000Z\",\"who\":5,\"who_label\":\"Bob\","
           "\"terminal\":\"till 1\",\"verb\":\"job.finish\",\"reason\":null,"
           "\"was\":{\"state\":\"new\",\"price_fen\":100},\"now\":{\"state\":\"done\",\"price_fen\":null}},"
           "{\"id\":1,\"at\":\"2026-11-25T01:00:00.000000Z\",\"who\":null,\"verb\":\"job.some_thing\","
           "\"reason\":\"because\",\"was\":null,\"now\":{\"name\":\"one\"}}]}");
    assert_shown("2026-11-25 09:30  Finish  Bob @ till 1");
    assert_shown("State: New → Done");
    assert_shown("Price: 1.00 → —");
    assert_shown("Some thing  the system");
    assert_shown("Reason: because");
    assert_shown("1/2");
    keys("Down", NULL);
    assert_shown("2/2");
}

#define part_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        part_test(test_ticks),         part_test(test_tick_groups), part_test(test_lines),
        part_test(test_lines_changed), part_test(test_most_lines),  part_test(test_history),
    };
    return run_views(tests);
}
