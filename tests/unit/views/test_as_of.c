/* What was: a record as it stood, two of its states side by side, and three sides of a conflict. */
#include "fixture.h"

#include "client/views/open.h"

static const char changes[] =
    "{\"rows\":[{\"id\":12,\"at\":\"2026-11-20T03:00:00.5Z\",\"who_label\":\"Cora\",\"verb\":\"job.update\","
    "\"version\":3,"
    "\"was\":{\"name\":\"two\"},\"now\":{\"name\":\"three\"}},"
    "{\"id\":11,\"at\":\"2026-11-20T02:00:00Z\",\"who_label\":\"Ben\",\"verb\":\"job.update\",\"version\":2,"
    "\"was\":{\"name\":\"one\",\"price_fen\":100},\"now\":{\"name\":\"two\",\"price_fen\":1200}},"
    "{\"id\":10,\"at\":\"2026-11-20T01:00:00Z\",\"who_label\":\"Ann\",\"verb\":\"job.create\",\"version\":1,"
    "\"now\":{\"name\":\"one\"}}]}";

#define ROW(name, price, more)                                                                               \
    "{\"id\":3,\"version\":3,\"number\":\"J3\",\"name\":\"" name "\",\"kind\":\"tow\",\"price_fen\":" price  \
    ",\"customer_id\":7,\"customer_label\":\"Ann\",\"state\":\"new\",\"tags\":[]" more "}"

static int setup(void **state)
{
    fixture_setup(state);
    history_open(&app, entity("job"), 3, "J3");
    answer("job.history", changes);
    return 0;
}

static void assert_asked_at(const char *at)
{
    char expected[80];
    snprintf(expected, sizeof(expected), "{\"id\":3,\"at\":\"%s\"}", at);
    for (size_t i = 0; i < asked_count(); i++)
        if (strcmp(asked_verb(i), "job.get") == 0) {
            assert_string_equal(asked_text(i), expected);
            return;
        }
    fail_msg("nothing is asked");
}

/* As the form has them, however the trail does; what does not stand there comes behind. */
static void test_order_of_changes(void **state)
{
    (void)state;
    keys("Esc", NULL);
    history_open(&app, entity("job"), 3, "J3");
    answer("job.history", "{\"rows\":[{\"id\":12,\"at\":\"2026-11-20T03:00:00Z\",\"who_label\":\"Cora\","
                          "\"verb\":\"job.update\","
                          "\"was\":{\"urgent\":true,\"price_fen\":100},\"now\":{\"added\":1,\"urgent\":false,"
                          "\"name\":\"one\"}}]}");
    const char *name = strstr(shown(), "Name: one"), *price = name ? strstr(name, "Price: 1.00") : NULL;
    const char *urgent = price ? strstr(price, "Urgent: yes") : NULL;
    assert_non_null(urgent);
    assert_non_null(strstr(urgent, "added: 1"));
}

static void test_as_it_stood(void **state)
{
    (void)state;
    assert_shown("History: J3");
    keys("Down", "Enter", NULL);
    assert_asked_at("2026-11-20T02:00:00Z");
    answer("job.get", ROW("two", "1200", ",\"parts\":[],\"as_of\":\"2026-11-20T02:00:00Z\""));
    assert_shown("Job J3: 2026-11-20 10:00");
    assert_shown("[as it stood]  2/3");
    assert_shown("Ben");
    assert_shown("Name     ~two");
    assert_shown("Price    ~12.00");
    assert_hidden("Kind     ~Tow");
    keys("F7", NULL);
    assert_asked_at("2026-11-20T01:00:00Z");
    answer("job.get", ROW("one", "100", ",\"parts\":[]"));
    assert_shown("1/3");
    assert_shown("Name      one"); /* made then: nothing is another */
    keys("F8", NULL);
    answer("job.get", ROW("two", "1200", ""));
    keys("F8", NULL);
    assert_asked_at("2026-11-20T03:00:00.500000Z");
    answer("job.get", ROW("three", "1200", ",\"partial\":true"));
    assert_shown("3/3");
    assert_shown("not all of its trail can be seen");
    size_t before = asked_count();
    keys("F8", NULL);
    assert_int_equal(asked_count(), before);
    keys("Esc", NULL);
    assert_shown("History: J3");
}

static void test_at_a_typed_time(void **state)
{
    (void)state;
    type("t");
    assert_shown("As of");
    type("soon");
    keys("Enter", NULL);
    assert_shown("A date, a time, or both");
    keys("^U", NULL);
    type("2026-11-20 10:30");
    keys("Enter", NULL);
    assert_asked_at("2026-11-20T02:30:00Z");
    answer("job.get", ROW("two", "1200", ""));
    assert_shown("2/3"); /* by the change before it */
    type("t");
    type("2026-11-19");
    keys("Enter", NULL);
    refuse("job.get", "{\"code\":\"not_found\"}");
    assert_shown("There was no such record then.");
}

static void test_differences(void **state)
{
    (void)state;
    type(" ");
    assert_shown("* 2026-11-20 11:00");
    keys("End", NULL);
    type("=");
    assert_shown("Differences: J3");
    assert_asked_at("2026-11-20T01:00:00Z");
    answer("job.get", ROW("one", "100", ",\"parts\":[]"));
    assert_asked_at("2026-11-20T03:00:00.500000Z");
    answer("job.get", ROW("three", "1200", ",\"parts\":[{\"what\":\"wheel\",\"amount_fen\":500}]"));
    assert_shown("one");
    assert_shown("three");
    assert_shown("1.00");
    assert_shown("wheel · 5.00");
    assert_hidden("Tow");
    keys("Esc", NULL);
    assert_shown("History: J3");
}

static void test_nothing_differs(void **state)
{
    (void)state;
    type("=");
    answer("job.get", ROW("three", "1200", ""));
    assert_string_equal(asked_text(asked_count() - 1), "{\"id\":3}"); /* as it is now */
    answer("job.get", ROW("three", "1200", ""));
    assert_shown("Nothing differs");
}

/* ---- a conflict ---- */

#define RECORD(version, name, kind, parts)                                                                   \
    "{\"id\":3,\"version\":" version ",\"number\":\"J3\",\"name\":\"" name "\",\"kind\":\"" kind             \
    "\",\"price_fen\":1200,\"state\":\"new\",\"parts\":" parts ",\"tags\":[],\"can\":[\"update\"]}"

static int setup_form(void **state)
{
    fixture_setup(state);
    open_record(&app, entity("job"), 3, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    answer("job.get", RECORD("1", "three", "tow",
                             "[{\"id\":1,\"what\":\"wheel\",\"amount_fen\":100},{\"id\":2,\"what\":\"belt\","
                             "\"amount_fen\":200}]"));
    keys("Enter", NULL);
    return 0;
}

static void save_over(const char *theirs)
{
    keys("F10", NULL);
    refuse("job.update",
           "{\"code\":\"conflict\",\"msgid\":\"changed\",\"current\":{\"id\":3,\"version\":2}}");
    answer("job.get", theirs);
    assert_shown("Conflict");
}

static void test_back_to_what_was(void **state)
{
    (void)state;
    type("!");
    save_over(RECORD("2", "theirs", "tow",
                     "[{\"id\":1,\"what\":\"wheel\",\"amount_fen\":100},{\"id\":2,\"what\":\"belt\",\"amount_"
                     "fen\":200}]"));
    assert_shown("● three!");
    assert_shown("○ theirs");
    assert_shown("○ three\n");
    type("  ");
    assert_shown("● three\n");
    keys("F10", NULL);
    assert_string_equal(asked_text(0), "{\"name\":\"three\",\"id\":3,\"version\":2}");
}

static void test_all_theirs(void **state)
{
    (void)state;
    type("!");
    save_over(RECORD("2", "theirs", "tow", "[]"));
    type("t");
    assert_shown("● theirs");
    type("m");
    assert_shown("● three!");
    type("t");
    keys("F10", NULL);
    assert_int_equal(asked_count(), 0);
    assert_shown("theirs");
    assert_shown("[view]");
}

/* Both changed the lines: mine are added to theirs, what either took out stays out. */
static void test_both_lines(void **state)
{
    (void)state;
    keys("PgDn", "Down", "Enter", NULL);
    keys("Down", "Del", NULL); /* no belt */
    keys("F6", NULL);
    type("lamp");
    keys("F10", NULL);
    keys("F10", NULL);
    save_over(RECORD("2", "three", "tow",
                     "[{\"id\":1,\"what\":\"wheel\",\"amount_fen\":150},{\"id\":2,\"what\":\"belt\",\"amount_"
                     "fen\":200},{\"id\":3,\"what\":\"rope\"}]"));
    assert_shown("Mine: wheel · 1.00\nlamp");
    assert_shown("b Both");
    type("b");
    keys("F10", NULL);
    assert_string_equal(
        asked_text(0),
        "{\"parts\":[{\"id\":1,\"what\":\"wheel\",\"amount_fen\":150},{\"id\":3,\"what\":\"rope\"},"
        "{\"what\":\"lamp\"}],\"id\":3,\"version\":2}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order_of_changes, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_as_it_stood, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_at_a_typed_time, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_differences, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nothing_differs, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_back_to_what_was, setup_form, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_all_theirs, setup_form, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_both_lines, setup_form, fixture_teardown),
    };
    return run_views(tests);
}
