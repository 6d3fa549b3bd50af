#include "fixture.h"

#include <stdio.h>

#include "client/views/open.h"

static const char page[] =
    "{\"rows\":["
    "{\"id\":3,\"version\":1,\"number\":\"J3\",\"name\":\"three\",\"state\":\"new\",\"price_fen\":1200},"
    "{\"id\":2,\"version\":4,\"number\":\"J2\",\"name\":\"two\",\"state\":\"new\",\"price_fen\":null},"
    "{\"id\":1,\"version\":1,\"number\":\"J1\",\"name\":\"one\",\"state\":\"done\",\"price_fen\":5}],"
    "\"next\":null}";

static int setup(void **state)
{
    fixture_setup(state);
    open_list(&app, entity("job"), NULL, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    answer("job.list", page);
    return 0;
}

static void test_shows(void **state)
{
    (void)state;
    assert_shown("Jobs");
    assert_shown("12.00");
    assert_shown("Done");
    assert_shown("1/3");
    keys("F1", NULL);
    assert_shown("What is to be done.");
}

static void test_keys_by_state(void **state)
{
    (void)state;
    assert_shown("f Finish");
    assert_shown("p Ping");
    keys("End", NULL);
    assert_hidden("f Finish");
    assert_shown("p Ping");
}

static void test_action_with_argument(void **state)
{
    (void)state;
    type("f");
    assert_shown("Km");
    keys("F10", NULL);
    assert_shown("Km is required");
    type("12");
    keys("F10", NULL);
    assert_int_equal(asked_count(), 1);
    assert_string_equal(asked_verb(0), "job.finish");
    const json_t *args = asked_args(0);
    assert_int_equal(json_integer_value(json_object_get(args, "id")), 3);
    assert_int_equal(json_integer_value(json_object_get(args, "version")), 1);
    assert_int_equal(json_integer_value(json_object_get(args, "km")), 12);
    answer("job.finish", "{\"id\":3,\"version\":2,\"state\":\"done\"}");
    assert_shown("Finish: done");
    assert_string_equal(asked_verb(0), "job.list");
}

/* A refusal of an argument leaves what was typed to be put right. */
static void test_argument_refused(void **state)
{
    (void)state;
    type("f12");
    keys("F10", NULL);
    refuse("job.finish",
           "{\"code\":\"invalid\",\"field\":\"km\",\"msgid\":\"Too far\",\"message\":\"Too far\"}");
    assert_shown("Too far");
    keys("^U", NULL);
    type("7");
    keys("F10", NULL);
    assert_int_equal(json_integer_value(json_object_get(asked_args(0), "km")), 7);
    refuse("job.finish", "{\"code\":\"conflict\",\"msgid\":\"Not now\",\"message\":\"Not now\"}");
    assert_hidden("Km");
    assert_shown("Not now");
}

static void test_danger_is_confirmed(void **state)
{
    (void)state;
    type("x");
    assert_shown("Drop it?");
    keys("Enter", NULL); /* no answer to a destructive question */
    assert_shown("Drop it?");
    type("n");
    assert_int_equal(asked_count(), 0);
    type("xy");
    assert_shown("Reason");
    type("lo");
    keys("Enter", "F10", NULL);
    assert_string_equal(asked_verb(0), "job.drop");
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "reason")), "lost");
}

static void test_marks(void **state)
{
    (void)state;
    type("  ");
    assert_shown("2 marked");
    type("p"); /* not for several */
    assert_int_equal(asked_count(), 0);
    assert_shown("one record at a time");
    keys("Home", NULL);
    type("f5");
    keys("F10", NULL);
    const json_t *items = json_object_get(asked_args(0), "items");
    assert_int_equal(json_array_size(items), 2);
    assert_null(json_object_get(asked_args(0), "id"));
    answer("job.finish", "{\"items\":[{\"id\":2,\"ok\":{\"version\":5}},{\"id\":3,\"err\":{\"code\":"
                         "\"conflict\",\"msgid\":\"Too late\"}}]}");
    assert_shown("1 done, 1 refused: Too late");
    assert_shown("Finish · Results");
    assert_hidden("J2"); /* it was done */
    keys("Esc", NULL);
    answer("job.list", page);
    assert_shown("1 marked"); /* the one that was not stays so */
    type("U");
    assert_shown("Takes back: Finish (1)");
    const json_t *args = asked_args(0);
    assert_string_equal(asked_verb(0), "job.reopen");
    assert_int_equal(json_integer_value(json_object_get(args, "id")), 2);
    assert_int_equal(json_integer_value(json_object_get(args, "version")), 5);
}

static void many(size_t count)
{
    static char json[64 * 1024];
    size_t n = (size_t)snprintf(json, sizeof(json), "{\"rows\":[");
    for (size_t id = count; id > 0; id--)
        n += (size_t)snprintf(json + n, sizeof(json) - n,
                              "%s{\"id\":%zu,\"version\":1,\"number\":\"J%zu\",\"state\":\"new\"}",
                              id == count ? "" : ",", id, id);
    snprintf(json + n, sizeof(json) - n, "],\"next\":null}");
    keys("F5", NULL);
    answer("job.list", json);
}

static void answer_items(void)
{
    static char json[16 * 1024];
    const json_t *items = json_object_get(asked_args(0), "items");
    size_t n = (size_t)snprintf(json, sizeof(json), "{\"items\":[");
    for (size_t i = 0; i < json_array_size(items); i++)
        n +=
            (size_t)snprintf(json + n, sizeof(json) - n, "%s{\"id\":%d,\"ok\":{\"version\":2}}", i ? "," : "",
                             (int)json_integer_value(json_object_get(json_array_get(items, i), "id")));
    snprintf(json + n, sizeof(json) - n, "]}");
    answer("job.finish", json);
}

/* Many are sent some at a time, and Ctrl-C stops between. */
static void test_many(void **state)
{
    (void)state;
    many(45);
    type("*");
    assert_shown("45 marked");
    type("f5");
    keys("F10", NULL);
    assert_int_equal(json_array_size(json_object_get(asked_args(0), "items")), 20);
    answer_items();
    assert_shown("20 of 45, ^C stops");
    assert_int_equal(asked_count(), 1);
    keys("^C", NULL);
    answer_items(); /* what was under way is finished */
    assert_shown("stopped, 40 done, 0 refused, 5 left");
    many(45);
    assert_shown("5 marked");
}

static void test_mark_many(void **state)
{
    (void)state;
    many(30);
    keys("Home", NULL);
    type(" ");
    keys("Down", "Down", "Down", NULL);
    type("+");
    assert_shown("From the nearest mark to here");
    keys("Enter", NULL);
    assert_shown("5 marked");
    type("+");
    keys("Down", "Down", "Down", "Enter", NULL);
    assert_shown("25 marked");
    type("+");
    keys("Down", "Down", "Down", "Down", "Enter", NULL);
    assert_hidden("marked");
    type("+"); /* without a mark there is no stretch */
    keys("Down", "Enter", NULL);
    assert_shown("30 marked");
}

static void test_disable(void **state)
{
    (void)state;
    type("  ");
    keys("Del", NULL);
    assert_shown("Reason");
    type("gone");
    keys("F10", NULL);
    assert_string_equal(asked_verb(0), "job.disable");
    assert_int_equal(json_array_size(json_object_get(asked_args(0), "items")), 2);
}

static void test_filter_line(void **state)
{
    (void)state;
    type("/");
    type("sta");
    keys("Tab", NULL); /* the only one is taken at once */
    assert_shown("state=");
    keys("Tab", NULL);
    type("do");
    keys("Enter", NULL);
    assert_shown("state=done");
    keys("Enter", NULL);
    answer("job.list",
           "{\"rows\":[{\"id\":1,\"version\":1,\"number\":\"J1\",\"state\":\"done\"}],\"next\":null}");
    assert_shown("state=done");
    assert_hidden("J3");
    keys("Esc", NULL); /* takes the filter away, not the list */
    answer("job.list", page);
    assert_shown("J3");
}

/* What a list was opened with stays when Esc takes back what came to it. */
static void test_filter_from_the_command_line(void **state)
{
    (void)state;
    open_list(&app, entity("job"), "state=new", OPEN_TASK);
    answer("job.list", page);
    type("=");
    assert_shown("number=J3");
    answer("job.list", "{\"rows\":[],\"next\":null}");
    assert_shown("Nothing found");
    assert_shown("Esc takes the filter off");
    keys("Esc", NULL);
    assert_hidden("J3");
    assert_shown("state=new");
    answer("job.list", page);
    assert_shown("J3");
    keys("Esc", NULL);
    assert_hidden("state=new");
}

static void test_open_and_neighbours(void **state)
{
    (void)state;
    keys("Enter", NULL);
    assert_string_equal(asked_verb(0), "job.get");
    answer("job.get",
           "{\"id\":3,\"version\":1,\"number\":\"J3\",\"name\":\"three\",\"state\":\"new\",\"can\":[]}");
    assert_shown("Job J3");
    keys("F8", NULL);
    assert_int_equal(json_integer_value(json_object_get(asked_args(0), "id")), 2);
    answer("job.get",
           "{\"id\":2,\"version\":4,\"number\":\"J2\",\"name\":\"two\",\"state\":\"new\",\"can\":[]}");
    keys("F7", "F7", NULL);
    answer("job.get",
           "{\"id\":3,\"version\":1,\"number\":\"J3\",\"name\":\"three\",\"state\":\"new\",\"can\":[]}");
    assert_shown("Job J3");
}

static const char *sorted_by(void)
{
    return json_string_value(json_array_get(json_object_get(asked_args(0), "sort"), 0));
}

/* By the column picked; the same key again turns it round. */
static void test_sort_by(void **state)
{
    (void)state;
    keys("Right", NULL);
    type(">");
    assert_string_equal(sorted_by(), "-name");
    answer("job.list", page);
    assert_shown("↓Name");
    type(">");
    assert_string_equal(sorted_by(), "name");
    answer("job.list", page);
    assert_shown("↑Name");
    type("<");
    assert_string_equal(sorted_by(), "-name");
}

static void test_same_value(void **state)
{
    (void)state;
    keys("Down", "Right", NULL);
    type("=");
    assert_string_equal(json_string_value(json_object_get(
                            json_object_get(json_object_get(asked_args(0), "filter"), "name"), "eq")),
                        "two");
    answer("job.list", page);
    assert_shown("name=two");
    keys("Esc", NULL);
    answer("job.list", page);
    assert_hidden("name=two");
}

static void test_jump(void **state)
{
    (void)state;
    keys("Right", NULL);
    type("<");
    answer("job.list", page);
    type("'t");
    assert_shown("Jump to Name");
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "from")), "t");
    type("w");
    assert_int_equal(asked_count(), 1); /* the question for t is taken back */
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "from")), "tw");
    answer("job.list", page);
    keys("Enter", NULL);
    assert_hidden("Jump to");
    assert_shown("≥ tw");
    keys("Home", NULL);
    assert_null(json_object_get(asked_args(0), "from"));
    answer("job.list", page);
    assert_hidden("≥ tw");
}

static void test_filter_form(void **state)
{
    (void)state;
    keys("F9", NULL);
    assert_shown("Jobs · Filter");
    assert_shown("begins with");
    keys("Down", NULL);
    type("J");
    keys("Down", NULL);
    type("~thr");
    keys("F10", NULL);
    const json_t *filter = json_object_get(asked_args(0), "filter");
    assert_string_equal(json_string_value(json_object_get(json_object_get(filter, "number"), "like")), "J");
    assert_string_equal(json_string_value(json_object_get(json_object_get(filter, "name"), "contains")),
                        "thr");
    answer("job.list", page);
    assert_shown("number^J name~thr");
    type("/");
    keys("F9", NULL);
    assert_shown("contains");
    keys("F5", "F10", NULL);
    assert_int_equal(json_object_size(json_object_get(asked_args(0), "filter")), 0);
}

static void test_not_permitted(void **state)
{
    (void)state;
    permit("job.create", false);
    keys("F6", NULL);
    assert_shown("1/3");
    permit("customer.list", false);
    open_list(&app, entity("customer"), NULL, OPEN_TASK);
    assert_shown("You have no right to do this");
}

#define list_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        list_test(test_shows),
        list_test(test_keys_by_state),
        list_test(test_action_with_argument),
        list_test(test_argument_refused),
        list_test(test_danger_is_confirmed),
        list_test(test_marks),
        list_test(test_many),
        list_test(test_mark_many),
        list_test(test_disable),
        list_test(test_filter_line),
        list_test(test_filter_from_the_command_line),
        list_test(test_open_and_neighbours),
        list_test(test_sort_by),
        list_test(test_same_value),
        list_test(test_jump),
        list_test(test_filter_form),
        list_test(test_not_permitted),
    };
    return run_views(tests);
}
