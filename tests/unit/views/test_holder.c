#include "fixture.h"

#include "base/arena.h"
#include "client/views/holder.h"
#include "client/views/open.h"
#include "wire/json.h"

static const char record[] =
    "{\"id\":3,\"version\":1,\"number\":\"J3\",\"name\":\"three\",\"kind\":\"tow\",\"state\":\"new\","
    "\"can\":[\"update\"]}";

static int setup(void **state)
{
    fixture_setup(state);
    look_for_holds();
    app.who.session_id = 77;
    return 0;
}

static bool hear(const char *text)
{
    json_t *event = json_loads(text, 0, NULL);
    assert_non_null(event);
    bool taken = holder_heard(&app, event);
    json_decref(event);
    return taken;
}

static void look_at(void)
{
    form_open(&app, entity("job"), 3);
    answer("job.get", record);
}

#define LI "\"entity\":\"job\",\"id\":3,\"name\":\"李\",\"since\":\"2026-06-03T02:02:00Z\",\"session_id\":5"

static void test_others_are_shown(void **state)
{
    (void)state;
    look_at();
    assert_hidden("is editing");
    assert_true(hear("{\"action\":\"held\"," LI "}"));
    assert_shown("李 is editing since 10:02");
    assert_string_equal(holder_name(&app, entity("job"), 3), "李");
    assert_null(holder_name(&app, entity("job"), 4));
    assert_null(holder_name(&app, entity("customer"), 3));
    assert_true(hear("{\"action\":\"released\"," LI "}"));
    assert_hidden("is editing");
}

static void test_one_is_not_told_of_oneself(void **state)
{
    (void)state;
    assert_true(hear(
        "{\"action\":\"held\",\"entity\":\"job\",\"id\":3,\"name\":\"me\",\"since\":\"2026-06-03T02:02:00Z\","
        "\"session_id\":77}"));
    assert_null(holder_name(&app, entity("job"), 3));
    assert_false(hear("{\"action\":\"update\",\"entity\":\"job\",\"id\":3,\"version\":4}"));
}

static void test_the_first_stands_before_the_second(void **state)
{
    (void)state;
    hear("{\"action\":\"held\",\"entity\":\"job\",\"id\":3,\"name\":\"late\",\"since\":\"2026-06-03T03:00:"
         "00Z\",\"session_id\":6}");
    hear("{\"action\":\"held\"," LI "}");
    assert_string_equal(holder_name(&app, entity("job"), 3), "李");
    hear("{\"action\":\"released\"," LI "}");
    assert_string_equal(holder_name(&app, entity("job"), 3), "late");
    json_t *held = json_loads(
        "{\"job\":{\"4\":[{\"name\":\"other\",\"since\":\"2026-06-03T03:00:00Z\",\"session_id\":8}]}}", 0,
        NULL);
    holder_watched(&app, held);
    json_decref(held);
    assert_null(holder_name(&app, entity("job"), 3));
    assert_string_equal(holder_name(&app, entity("job"), 4), "other");
}

static void test_editing_is_said_and_leaving_too(void **state)
{
    (void)state;
    look_at();
    keys("Enter", NULL);
    size_t at = 0;
    while (at < asked_count() && strcmp(asked_verb(at), "session.hold") != 0)
        at++;
    assert_true(at < asked_count());
    assert_string_equal(asked_text(at), "{\"entity\":\"job\",\"id\":3}");
    answer("session.hold",
           "{\"holders\":[{\"name\":\"李\",\"since\":\"2026-06-03T02:02:00Z\",\"session_id\":5}]}");
    assert_shown("李 is editing since 10:02");
    holder_ready(&app);
    answer("session.hold", "{\"holders\":[]}");
    keys("Esc", NULL);
    answer("session.release", "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_others_are_shown, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_one_is_not_told_of_oneself, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_the_first_stands_before_the_second, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_editing_is_said_and_leaving_too, setup, fixture_teardown),
    };
    return run_views(tests);
}
