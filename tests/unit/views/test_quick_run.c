/* Doing what a quick code says: what is asked of the server, what is asked of the person, and what opens. */
#include "fixture.h"

#include <unistd.h>

#include "client/ui/dialog.h"
#include "client/ui/key.h"
#include "client/views/command.h"
#include "client/views/macro-private.h"
#include "client/views/menu.h"
#include "client/views/open.h"
#include "client/views/recent.h"

static void code(void *context, struct screen *screen, struct str *out)
{
    (void)context;
    command_code(&app, screen, out);
}

static bool watch(void *context, const struct key *key, bool after)
{
    (void)context;
    return macro_watch(&app, key, after);
}

static int setup(void **state)
{
    fixture_setup(state);
    ui.code = code;
    ui.watch = watch;
    menu_open(&app);
    while (asked_count())
        answer(asked_verb(0), "{\"rows\":[{\"id\":1}]}");
    return 0;
}

#define ONE_JOB "{\"rows\":[{\"id\":42,\"number\":\"J0042\",\"name\":\"axle\",\"version\":3}],\"next\":null}"
#define TWO_JOBS                                                                                             \
    "{\"rows\":[{\"id\":42,\"number\":\"J0042\",\"name\":\"axle\"},"                                         \
    "{\"id\":43,\"number\":\"J0043\",\"name\":\"axle\"}],\"next\":null}"
#define THE_JOB                                                                                              \
    "{\"id\":42,\"version\":3,\"number\":\"J0042\",\"name\":\"axle\",\"kind\":\"tow\",\"state\":\"new\","    \
    "\"can\":[\"finish\",\"drop\",\"ping\"]}"

static void run(const char *line)
{
    assert_true(command_run(&app, line));
}

static const json_t *last_args(const char *verb)
{
    assert_string_equal(asked_verb(asked_count() - 1), verb);
    return asked_args(asked_count() - 1);
}

static void an_action_with_its_argument(void **state)
{
    (void)state;
    run("jo J0042 f 12");
    assert_string_equal(json_string_value(json_object_get(last_args("job.list"), "q")), "J0042");
    answer("job.list", ONE_JOB);
    answer("job.get", THE_JOB);
    assert_shown("Finish");
    assert_shown("12");
    assert_int_equal(ui_task_count(&ui), 2);
    keys("Enter", NULL); /* the last argument: this confirms */
    const json_t *args = last_args("job.finish");
    assert_int_equal(json_integer_value(json_object_get(args, "km")), 12);
    assert_int_equal(json_integer_value(json_object_get(args, "id")), 42);
    assert_int_equal(json_integer_value(json_object_get(args, "version")), 3);
}

static void an_action_without_questions_asks_one(void **state)
{
    (void)state;
    run("jo #42 ping");
    answer("job.get", THE_JOB);
    assert_shown("Ping: J0042?");
    for (size_t i = 0; i < asked_count(); i++)
        assert_string_not_equal(asked_verb(i), "job.ping");
    keys("Enter", NULL);
    last_args("job.ping");
}

static void what_cannot_be_read_stays_typed(void **state)
{
    (void)state;
    run("jo #42 f twelve");
    answer("job.get", THE_JOB);
    assert_shown("twelve");
    keys("F10", NULL);
    for (size_t i = 0; i < asked_count(); i++)
        assert_string_not_equal(asked_verb(i), "job.finish");
}

static void several_are_listed_before_anything_is_done(void **state)
{
    (void)state;
    run("jo axle f 12");
    answer("job.list", TWO_JOBS);
    assert_shown("Which one is meant?");
    assert_int_equal(asked_count(), 0);
    keys("Down", "Enter", NULL);
    assert_int_equal(json_integer_value(json_object_get(last_args("job.get"), "id")), 43);
}

static void one_that_is_named_exactly_is_meant(void **state)
{
    (void)state;
    run("jo j0043 f 12");
    answer("job.list", TWO_JOBS);
    assert_int_equal(json_integer_value(json_object_get(last_args("job.get"), "id")), 43);
}

static void not_now_and_not_there(void **state)
{
    (void)state;
    run("jo #42 f 1");
    answer("job.get", "{\"id\":42,\"version\":3,\"number\":\"J0042\",\"state\":\"done\",\"can\":[\"ping\"]}");
    assert_shown("Finish is not possible now");
    run("jo nothing f 1");
    answer("job.list", "{\"rows\":[],\"next\":null}");
    assert_shown("Nothing was found for nothing");
}

static void a_record_or_the_list_of_those_that_fit(void **state)
{
    (void)state;
    run("jo J0042");
    answer("job.list", ONE_JOB);
    last_args("job.get");
    run("jo axle");
    answer("job.list", TWO_JOBS);
    assert_string_equal(json_string_value(json_object_get(last_args("job.list"), "q")), "axle");
    assert_shown("jo axle");
}

static void a_new_one_is_filled_in(void **state)
{
    (void)state;
    run("jo+ name=\"rear axle\" kind=tyre customer=wang");
    assert_string_equal(json_string_value(json_object_get(last_args("customer.list"), "q")), "wang");
    answer("customer.list", "{\"rows\":[{\"id\":7,\"code\":\"C7\",\"name\":\"Wang\"}],\"next\":null}");
    assert_shown("New: Job");
    assert_shown("rear axle");
    assert_shown("Tyre");
    assert_shown("Wang");
    assert_shown("jo+");
}

static void screens_show_their_code(void **state)
{
    (void)state;
    run("jo state=new");
    assert_shown("jo state=new");
    keys("F3", NULL);
    const struct recent *last = recent_at(&app, 0);
    assert_string_equal(last->code, "jo state=new");
    assert_string_equal(last->label, "Jobs");
}

/* ---- macros */

static void spin(void)
{
    for (int i = 0; i < 100 && macro_playing(); i++) {
        usleep(2000);
        ev_run(app.loop, EVRUN_NOWAIT);
        while (asked_count())
            answer(asked_verb(0), strcmp(asked_verb(0), "preference.set") == 0 ? "{\"id\":1}" : ONE_JOB);
    }
    assert_false(macro_playing());
}

static void a_macro_is_replayed(void **state)
{
    (void)state;
    macro_play(&app, "jobs", "{menu}<F2>{palette}=2+3<Enter>");
    assert_true(macro_playing());
    command_open(&app, "");
    keys("Esc", NULL); /* a person's key ends it */
    assert_false(macro_playing());
    assert_shown("a key was pressed");
}

static void a_macro_stops_on_another_screen(void **state)
{
    (void)state;
    macro_play(&app, "lost", "{form}x");
    spin();
    assert_shown("recorded on form");
    macro_play(&app, "deaf", "{menu}<F8>");
    spin();
    assert_shown("not taken here");
    macro_play(&app, "broken", "{menu}<Nokey>");
    assert_false(macro_playing());
    assert_shown("cannot be read");
}

static void secrets_are_not_recorded(void **state)
{
    (void)state;
    struct dialog_ask ask = {.title = "Secret", .label = "Password", .kind = INPUT_SECRET, .max = 20};
    macro_toggle(&app);
    assert_shown("REC");
    keys("Down", NULL);
    dialog_ask(&ui, &ask, NULL, NULL);
    type("geheim");
    keys("Esc", "Up", NULL);
    macro_toggle(&app);
    assert_shown("Keep the macro");
    type("quiet");
    keys("F10", NULL);
    struct preference macro;
    assert_true(macro_find(&app, "quiet", false, &macro));
    assert_null(strstr(macro_keys(&macro), "geheim"));
    assert_non_null(strstr(macro_keys(&macro), "<Down>"));
    assert_null(strstr(macro_keys(&macro), "g"));
}

#define quick_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        quick_test(an_action_with_its_argument),
        quick_test(an_action_without_questions_asks_one),
        quick_test(what_cannot_be_read_stays_typed),
        quick_test(several_are_listed_before_anything_is_done),
        quick_test(one_that_is_named_exactly_is_meant),
        quick_test(not_now_and_not_there),
        quick_test(a_record_or_the_list_of_those_that_fit),
        quick_test(a_new_one_is_filled_in),
        quick_test(screens_show_their_code),
        quick_test(a_macro_is_replayed),
        quick_test(a_macro_stops_on_another_screen),
        quick_test(secrets_are_not_recorded),
    };
    return run_views(tests);
}
