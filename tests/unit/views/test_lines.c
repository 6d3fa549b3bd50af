/* Line tables: rows typed in their place or in a box, copied, moved, added up, and what the server finds wrong in one cell. */
#include "fixture.h"

#include "client/views/form-private.h"
#include "client/views/open.h"

static int setup_at(int rows, int cols)
{
    fixture_setup(NULL);
    ui_resize(&ui, rows, cols);
    open_new(&app, entity("job"), NULL, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    type("a job");
    sheet_focus(&form_of(ui_top(&ui))->sheet, "parts");
    shown();
    keys("F4", NULL);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    return setup_at(24, 80);
}

static int setup_narrow(void **state)
{
    (void)state;
    return setup_at(20, 40);
}

static void assert_parts(const char *expected)
{
    while (strcmp(ui_top(&ui)->ops->name, "lines") == 0)
        keys("F10", NULL);
    json_t *wanted = json_loads(expected, 0, NULL);
    const json_t *lines = sheet_find(&form_of(ui_top(&ui))->sheet, "parts")->lines;
    assert_non_null(wanted);
    if (json_array_size(wanted) + json_array_size(lines) && !json_equal(wanted, lines))
        fail_msg("%s", json_dumps(lines, JSON_COMPACT));
    json_decref(wanted);
}

/* Row after row without leaving the keys that type: Enter in the last cell is the next row, in an empty one the end. */
static void test_typed_row_after_row(void **state)
{
    (void)state;
    assert_shown("What");
    type("wheel");
    keys("Enter", NULL);
    type("12*3");
    keys("Enter", NULL);
    assert_shown("36.00");
    type("belt");
    keys("Enter", NULL);
    type("4");
    keys("Enter", NULL);
    assert_shown("40.00"); /* the sum */
    keys("Tab", "Enter", NULL);
    assert_shown("F6 New");
    assert_parts("[{\"what\":\"wheel\",\"amount_fen\":3600},{\"what\":\"belt\",\"amount_fen\":400}]");
}

static void test_what_is_wrong_keeps_the_row(void **state)
{
    (void)state;
    keys("Tab", NULL);
    type("5");
    keys("F10", NULL);
    assert_shown("! What is required");
    keys("Esc", NULL);
    assert_parts("[]");
}

static void fill(const char *what, const char *amount)
{
    type(what);
    keys("Tab", NULL);
    type(amount);
    keys("F10", NULL);
}

static void test_cell_from_above(void **state)
{
    (void)state;
    keys("^D", NULL); /* nothing is above */
    fill("wheel", "7");
    keys("F6", "^D", NULL);
    assert_shown("wheel");
    type("9");
    keys("F10", NULL);
    assert_parts("[{\"what\":\"wheel\",\"amount_fen\":700},{\"what\":\"wheel\",\"amount_fen\":900}]");
}

static void test_up_and_down_keep_the_column(void **state)
{
    (void)state;
    fill("wheel", "7");
    keys("F6", NULL);
    fill("belt", "8");
    keys("Enter", "Tab", "Up", NULL);
    keys("^U", NULL);
    type("6");
    keys("Down", "^U", NULL);
    type("5");
    keys("F10", NULL);
    assert_parts("[{\"what\":\"wheel\",\"amount_fen\":600},{\"what\":\"belt\",\"amount_fen\":500}]");
}

static void test_copied_and_moved(void **state)
{
    (void)state;
    fill("wheel", "7");
    keys("F6", NULL);
    fill("belt", "8");
    type("<");
    type("c");
    assert_parts("[{\"what\":\"belt\",\"amount_fen\":800},{\"what\":\"belt\",\"amount_fen\":800},{\"what\":"
                 "\"wheel\",\"amount_fen\":700}]");
}

static void test_no_more_than_may_be(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        if (i)
            keys("F6", NULL);
        fill("x", "1");
    }
    type("c");
    keys("F6", NULL);
    assert_shown("3/3");
    assert_shown("3.00");
    keys("Home", "Del", NULL);
    assert_shown("1/2");
}

static void test_esc_leaves_the_row_as_it_was(void **state)
{
    (void)state;
    fill("wheel", "7");
    keys("Enter", NULL);
    type("zzz");
    keys("Esc", NULL);
    assert_parts("[{\"what\":\"wheel\",\"amount_fen\":700}]");
}

static void test_the_servers_word_at_the_cell(void **state)
{
    (void)state;
    fill("wheel", "7");
    keys("F6", NULL);
    fill("belt", "8");
    keys("F10", "F10", NULL);
    refuse("job.create", "{\"code\":\"invalid\",\"field\":\"parts.2.amount_fen\",\"message\":\"too "
                         "dear\",\"msgid\":\"too dear\"}");
    assert_shown("too dear");
    keys("F4", NULL);
    assert_shown("2/2");
    assert_shown("!");
    assert_shown("too dear");
    keys("Enter", NULL);
    assert_shown("8.00_");
    keys("^U", NULL);
    type("1");
    keys("F10", NULL);
    assert_hidden("!");
    assert_parts("[{\"what\":\"wheel\",\"amount_fen\":700},{\"what\":\"belt\",\"amount_fen\":100}]");
}

/* Too narrow for a row: a box of its fields. */
static void test_in_a_box(void **state)
{
    (void)state;
    assert_shown("┌");
    type("wheel");
    keys("Tab", NULL);
    type("7");
    keys("F10", NULL);
    assert_hidden("┌");
    assert_shown("wheel");
    assert_parts("[{\"what\":\"wheel\",\"amount_fen\":700}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_typed_row_after_row, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_wrong_keeps_the_row, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_cell_from_above, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_up_and_down_keep_the_column, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_copied_and_moved, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_no_more_than_may_be, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_esc_leaves_the_row_as_it_was, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_the_servers_word_at_the_cell, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_in_a_box, setup_narrow, fixture_teardown),
    };
    return run_views(tests);
}
