#include "fixture.h"

#include "client/views/live.h"

static struct screen one, two;
static size_t heard_one, heard_two;
static bool resynced;

static void on_one(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)screen, (void)events;
    heard_one += count;
    resynced |= count == 0;
}

static void on_two(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)screen, (void)events;
    heard_two += count;
}

static const struct screen_ops ops = {.name = "watcher"};

static int setup(void **state)
{
    fixture_setup(state);
    one = two = (struct screen){.ops = &ops};
    heard_one = heard_two = 0;
    resynced = false;
    ui_open(&ui, &one);
    ui_open(&ui, &two);
    live_watch(app.live, &one, "job", on_one);
    live_watch(app.live, &two, "customer", on_two);
    return 0;
}

static void hear(const char *json)
{
    json_t *event = json_loads(json, 0, NULL);
    live_heard(app.live, event);
    json_decref(event);
}

static void test_watch_grows(void **state)
{
    (void)state;
    assert_int_equal(asked_count(), 2);
    assert_string_equal(asked_text(1), "{\"entities\":[\"job\",\"customer\"]}");
    live_watch(app.live, &one, "job", on_one);
    assert_int_equal(asked_count(), 2);
}

static void test_not_permitted(void **state)
{
    static struct screen three;
    (void)state;
    three.ops = &ops;
    ui_open(&ui, &three);
    permit("employee.list", false);
    live_watch(app.live, &three, "employee", on_two);
    assert_int_equal(asked_count(), 2); /* all would be refused for the one */
}

static void test_gathered(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        hear("{\"entity\":\"job\",\"id\":3,\"action\":\"update\",\"version\":2,\"branch_id\":1}");
    hear("{\"entity\":\"customer\",\"id\":4,\"action\":\"update\",\"version\":2}");
    assert_int_equal(heard_one, 0); /* not one by one */
    ev_run(app.loop, EVRUN_ONCE);
    assert_int_equal(heard_one, 5);
    assert_int_equal(heard_two, 1);
}

static void test_resync(void **state)
{
    (void)state;
    hear("{\"resync\":true}");
    ev_run(app.loop, EVRUN_ONCE);
    assert_true(resynced);
}

/* Coming back asks for what was missed. */
static void test_since(void **state)
{
    (void)state;
    answer("session.watch", "{\"cursor\":\"1.7.8\"}");
    answer("session.watch", "{\"cursor\":\"1.9.9\"}");
    live_ready(app.live);
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "since")), "1.9.9");
    ui_close(&ui, &two);
    live_ready(app.live);
    assert_string_equal(json_string_value(json_array_get(json_object_get(asked_args(1), "entities"), 0)),
                        "job");
    assert_int_equal(json_array_size(json_object_get(asked_args(1), "entities")), 1);
}

static size_t rows_heard;

static void on_rows(struct screen *screen, const char *action, const json_t *rows)
{
    assert_ptr_equal(screen, &one);
    assert_string_equal(action, "position");
    rows_heard += json_array_size(rows);
}

/* At once, to who asked for them alone; nobody is told to fetch anything. */
static void test_rows_come_with_the_event(void **state)
{
    (void)state;
    rows_heard = 0;
    live_watch_rows(app.live, &one, "job", on_rows);
    hear("{\"entity\":\"job\",\"action\":\"position\",\"rows\":[{\"id\":1},{\"id\":2}]}");
    hear("{\"entity\":\"customer\",\"action\":\"position\",\"rows\":[{\"id\":3}]}");
    assert_int_equal(rows_heard, 2);
    assert_int_equal(heard_one + heard_two, 0);
    assert_false(resynced);
}

#define live_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {live_test(test_watch_grows), live_test(test_not_permitted),
                                       live_test(test_gathered),    live_test(test_resync),
                                       live_test(test_since),       live_test(test_rows_come_with_the_event)};
    return run_views(tests);
}
