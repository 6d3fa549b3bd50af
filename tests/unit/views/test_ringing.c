/* What rings at one's own phone: popups as they come, and what rang already, asked for at the login. */
#include "fixture.h"

#include "base/arena.h"
#include "client/views/ringing.h"

static int setup(void **state)
{
    fixture_setup(state);
    app.ringing = ringing_create();
    log_in_as("{\"user\":\"li\",\"extension\":\"801\"}");
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

static void hear(const char *json)
{
    json_t *object = json_loads(json, 0, NULL);
    assert_non_null(object);
    ringing_popup(&app, object);
    json_decref(object);
}

#define CALL(id, caller) "{\"id\":\"" id "\",\"caller\":\"" caller "\"}"
#define ENDED(id) "{\"id\":\"" id "\",\"ended\":true}"

static const char *words(void)
{
    static char text[200];
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    snprintf(text, sizeof(text), "%s", ringing_any(app.ringing) ? ringing_words(app.ringing, arena) : "");
    return text;
}

static void what_rang_already_is_asked_for(void **state)
{
    (void)state;
    ringing_ready(&app);
    assert_string_equal(words(), "");
    answer("call.ringing", "{\"rows\":[" CALL("a", "13800138000") "," CALL("b", "13900139000") "]}");
    assert_string_equal(words(), "Call 13800138000  ^O  +1");
    hear(ENDED("a"));
    assert_string_equal(words(), "Call 13900139000  ^O");
}

static void without_an_extension_nobody_asks(void **state)
{
    (void)state;
    log_in_as("{\"user\":\"li\"}");
    ringing_ready(&app);
    assert_int_equal(asked_count(), 0);
}

/* The answer is as it was when the server wrote it; what has ended since then does not ring again. */
static void an_end_before_the_answer_stands(void **state)
{
    (void)state;
    ringing_ready(&app);
    hear(ENDED("a"));
    answer("call.ringing", "{\"rows\":[" CALL("a", "13800138000") "," CALL("b", "13900139000") "]}");
    assert_string_equal(words(), "Call 13900139000  ^O");
}

static void a_call_that_came_and_went_before_the_answer_is_over(void **state)
{
    (void)state;
    ringing_ready(&app);
    hear(CALL("a", "13800138000"));
    assert_string_equal(words(), "Call 13800138000  ^O");
    hear(ENDED("a"));
    answer("call.ringing", "{\"rows\":[" CALL("a", "13800138000") "]}");
    assert_false(ringing_any(app.ringing));
}

static void what_rings_before_the_answer_is_told_once(void **state)
{
    (void)state;
    ringing_ready(&app);
    hear(CALL("a", "13800138000"));
    answer("call.ringing", "{\"rows\":[{\"id\":\"a\",\"caller\":\"13800138000\",\"name\":\"Ann\"}]}");
    assert_string_equal(words(), "Call 13800138000 Ann  ^O");
}

/* Nothing of it is kept longer than until the answer: the same number of a call may come again. */
static void ends_are_forgotten_with_the_answer(void **state)
{
    (void)state;
    ringing_ready(&app);
    hear(ENDED("a"));
    refuse("call.ringing", "{\"code\":\"unavailable\",\"message\":\"x\"}");
    ringing_ready(&app);
    answer("call.ringing", "{\"rows\":[" CALL("a", "13800138000") "]}");
    assert_string_equal(words(), "Call 13800138000  ^O");
}

/* The line was lost before the answer came, and is back: only the newest question counts. */
static void an_answer_from_before_the_loss_is_not_waited_for(void **state)
{
    (void)state;
    hear(CALL("z", "13700137000"));
    ringing_ready(&app);
    assert_false(ringing_any(app.ringing)); /* its end may have gone by unheard */
    ringing_ready(&app);
    assert_int_equal(asked_count(), 1);
    hear(ENDED("a"));
    answer("call.ringing", "{\"rows\":[" CALL("a", "13800138000") "," CALL("z", "13700137000") "]}");
    assert_string_equal(words(), "Call 13700137000  ^O");
}

#define ringing_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ringing_test(what_rang_already_is_asked_for),
        ringing_test(without_an_extension_nobody_asks),
        ringing_test(an_end_before_the_answer_stands),
        ringing_test(a_call_that_came_and_went_before_the_answer_is_over),
        ringing_test(what_rings_before_the_answer_is_told_once),
        ringing_test(ends_are_forgotten_with_the_answer),
        ringing_test(an_answer_from_before_the_loss_is_not_waited_for),
    };
    return run_views(tests);
}
