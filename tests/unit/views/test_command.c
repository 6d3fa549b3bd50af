#include "fixture.h"

#include "client/views/command.h"
#include "client/views/desk.h"
#include "client/views/menu.h"
#include "client/views/open.h"

static int desk_opened;

static void open_it(struct app_context *context, const struct catalogue_entity *of)
{
    (void)context, (void)of;
    desk_opened++;
}

static const struct desk test_desk = {
    .name = "test", .label = "Test desk", .code = "td", .verb = "job.finish", .open = open_it};

static int setup(void **state)
{
    static bool once;
    fixture_setup(state);
    if (!once)
        desk_register(&test_desk);
    once = true;
    desk_opened = 0;
    menu_open(&app);
    while (asked_count())
        answer(asked_verb(0), "{\"rows\":[{\"id\":1}],\"cursor\":\"1.1.1\"}");
    return 0;
}

static void run(const char *line)
{
    command_open(&app, "");
    type(line);
    keys("Enter", NULL);
}

static void test_menu(void **state)
{
    (void)state;
    assert_shown("Desks");
    assert_shown("Test desk");
    assert_shown("2 Jobs");
    assert_shown("3 Customers");
    type("3");
    keys("Enter", NULL);
    assert_shown("Customers");
    assert_string_equal(asked_verb(asked_count() - 1), "customer.list");
    assert_int_equal(ui_task_count(&ui), 2);
}

static void test_menu_by_letters(void **state)
{
    (void)state;
    type("cust");
    keys("Enter", NULL);
    assert_string_equal(asked_verb(asked_count() - 1), "customer.list");
}

static void test_codes(void **state)
{
    (void)state;
    run("td");
    assert_int_equal(desk_opened, 1);
    run("jo");
    assert_string_equal(asked_verb(asked_count() - 1), "job.list");
    run("jo+");
    assert_shown("New: Job");
}

static void test_records(void **state)
{
    (void)state;
    command_open(&app, "");
    type("jo J00");
    assert_string_equal(asked_verb(0), "job.list");
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "q")), "J00");
    answer("job.list", "{\"rows\":[{\"id\":42,\"number\":\"J0042\",\"name\":\"forty-two\"}],\"next\":null}");
    assert_shown("J0042");
    keys("Enter", NULL);
    assert_string_equal(asked_verb(asked_count() - 1), "job.get");
}

/* Before the answer Enter opens the list, searched. */
static void test_records_at_once(void **state)
{
    (void)state;
    run("jo state=new axle");
    const json_t *args = asked_args(asked_count() - 1);
    assert_string_equal(json_string_value(json_object_get(args, "q")), "axle");
    assert_shown("state=new axle");
}

static void test_sum(void **state)
{
    (void)state;
    run("= 12*3.5");
    assert_shown("12*3.5 = 42");
    run("=1/0");
    assert_shown("cannot be worked out");
}

static void test_unknown(void **state)
{
    (void)state;
    run("qqqqq");
    assert_shown("There is no such command: qqqqq");
}

static void test_permitted_only(void **state)
{
    (void)state;
    permit("job.finish", false);
    permit("job.create", false);
    command_open(&app, "");
    assert_hidden("Test desk");
    assert_hidden("New: Job");
    keys("Esc", NULL);
    run("td");
    assert_int_equal(desk_opened, 0);
}

static void test_tasks(void **state)
{
    (void)state;
    open_list(&app, entity("job"), NULL, OPEN_TASK);
    tasks_open(&app); /* two: the other one at once */
    assert_shown("Desks");
    open_list(&app, entity("customer"), NULL, OPEN_TASK);
    tasks_open(&app);
    assert_shown("Open tasks");
    type("Jobs");
    keys("Enter", NULL);
    assert_shown("↓Number");
}

#define command_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        command_test(test_menu),    command_test(test_menu_by_letters), command_test(test_codes),
        command_test(test_records), command_test(test_records_at_once), command_test(test_sum),
        command_test(test_unknown), command_test(test_permitted_only),  command_test(test_tasks),
    };
    return run_views(tests);
}
