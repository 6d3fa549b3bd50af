/* Notices as they come, beside the list of them that is asked for at the login. */
#include "fixture.h"

#include "base/arena.h"
#include "client/views/notice.h"
#include "client/views/ringing.h"

static int setup(void **state)
{
    fixture_setup(state);
    app.ringing = ringing_create();
    return 0;
}

static int teardown(void **state)
{
    struct ringing *ringing = app.ringing;
    app.ringing = NULL;
    fixture_teardown(state);
    ringing_destroy(ringing);
    return 0;
}

#define NOTICE(id, more) "{\"id\":" id ",\"level\":\"info\",\"text\":\"n" id "\"" more "}"

static void hear(const char *json)
{
    json_t *object = json_loads(json, 0, NULL);
    assert_non_null(object);
    notice_heard(&app, object);
    json_decref(object);
}

/* The newest first, those that were read in brackets; behind it what the bell line says. */
static const char *told(void)
{
    static char text[300];
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    size_t len = 0;
    for (size_t i = 0; i < notice_count(&app); i++) {
        const struct notice *notice = notice_at(&app, i);
        len += (size_t)snprintf(text + len, sizeof(text) - len, notice->read ? "[%s] " : "%s ",
                                notice_text(&app, arena, notice));
    }
    snprintf(text + len, sizeof(text) - len, "| %s", ui.status.bell);
    return text;
}

static void the_list_is_what_stands_there(void **state)
{
    (void)state;
    notice_ready(&app);
    answer("notice.list", "{\"rows\":[" NOTICE("2", "") "," NOTICE("1", ",\"read\":true") "],\"unread\":4}");
    assert_string_equal(told(), "n2 [n1] | 4 unread ^N  n2");
    notice_ready(&app);
    answer("notice.list", "{\"rows\":[" NOTICE("3", "") "],\"unread\":1}");
    assert_string_equal(told(), "n3 | 1 unread ^N  n3");
}

/* The answer is as it was when the server wrote it. */
static void what_came_before_the_answer_stays(void **state)
{
    (void)state;
    notice_ready(&app);
    hear(NOTICE("2", ""));
    answer("notice.list", "{\"rows\":[" NOTICE("1", "") "],\"unread\":1}");
    assert_string_equal(told(), "n2 n1 | 2 unread ^N  n2");
    notice_ready(&app);
    answer("notice.list", "{\"rows\":[" NOTICE("2", "") "],\"unread\":1}");
    assert_string_equal(told(), "n2 | 1 unread ^N  n2");
}

static void what_the_answer_has_as_well_is_counted_once(void **state)
{
    (void)state;
    notice_ready(&app);
    hear(NOTICE("2", ""));
    hear(NOTICE("3", ""));
    answer("notice.list", "{\"rows\":[" NOTICE("3", ",\"read\":true") "," NOTICE("2", "") "],\"unread\":3}");
    assert_string_equal(told(), "[n3] n2 | 3 unread ^N  n2");
}

static void what_it_settled_is_settled_in_the_list(void **state)
{
    (void)state;
    notice_ready(&app);
    hear(NOTICE("2", ",\"settles\":[1]"));
    answer("notice.list", "{\"rows\":[" NOTICE("1", "") "],\"unread\":1}");
    assert_string_equal(told(), "n2 [n1] | 1 unread ^N  n2");
}

static void without_an_answer_what_came_stays(void **state)
{
    (void)state;
    notice_ready(&app);
    hear(NOTICE("2", ""));
    refuse("notice.list", "{\"code\":\"unavailable\",\"message\":\"x\"}");
    assert_string_equal(told(), "n2 | 1 unread ^N  n2");
}

#define notice_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        notice_test(the_list_is_what_stands_there),
        notice_test(what_came_before_the_answer_stays),
        notice_test(what_the_answer_has_as_well_is_counted_once),
        notice_test(what_it_settled_is_settled_in_the_list),
        notice_test(without_an_answer_what_came_stays),
    };
    return run_views(tests);
}
