#include "fixture.h"

#include "client/views/preference.h"
#include "wire/json.h"

static int loads;

static void on_loaded(struct app_context *context)
{
    assert_ptr_equal(context, &app);
    loads++;
}

static void load(const char *const rows[], size_t count)
{
    preferences_load(app.preferences, on_loaded);
    for (size_t i = 0; i < count; i++)
        stream("preference.list", rows[i]);
    answer("preference.list", "{\"count\":0}");
}

static const char *const kept[] = {
    "{\"id\":7,\"version\":1,\"kind\":\"filter\",\"about\":\"job\",\"name\":\"two\",\"body\":{\"n\":2},"
    "\"shared\":false,"
    "\"mine\":true,\"owner\":\"Li\"}",
    "{\"id\":5,\"version\":1,\"kind\":\"filter\",\"about\":\"job\",\"name\":\"one\",\"body\":{\"n\":1},"
    "\"shared\":false,"
    "\"mine\":true,\"owner\":\"Li\"}",
    "{\"id\":9,\"version\":4,\"kind\":\"filter\",\"about\":\"job\",\"name\":\"all\",\"body\":{\"n\":3},"
    "\"shared\":true,"
    "\"mine\":false,\"owner\":\"Wang\"}",
    "{\"id\":3,\"version\":1,\"kind\":\"settings\",\"about\":\"\",\"name\":\"\",\"body\":{\"theme\":"
    "\"light\"},"
    "\"shared\":false,\"mine\":true,\"owner\":\"Li\"}",
};

static json_int_t n_of(const char *name)
{
    return json_integer_value(json_object_get(preference_get(&app, "filter", "job", name), "n"));
}

static void test_what_is_read_is_found(void **state)
{
    (void)state;
    struct preference one;
    loads = 0;
    assert_null(preference_get(&app, "settings", "", ""));
    load(kept, array_len(kept));
    assert_int_equal(loads, 1);
    assert_int_equal(n_of("one"), 1);
    assert_int_equal(n_of("all"), 3);
    assert_null(preference_get(&app, "filter", "job", "three"));
    static const int64_t order[] = {5, 7, 9};
    for (size_t i = 0; i < array_len(order); i++) {
        assert_true(preference_each(&app, "filter", "job", i, &one));
        assert_int_equal(one.id, order[i]);
        assert_int_equal(one.mine, i < 2);
    }
    assert_string_equal(one.owner, "Wang");
    assert_false(preference_each(&app, "filter", "job", 3, &one));
    assert_false(preference_each(&app, "filter", "customer", 0, &one));
    assert_true(preference_each(&app, "settings", NULL, 0, &one));
}

static void test_a_change_stands_at_once(void **state)
{
    (void)state;
    preference_set(&app, "filter", "job", "new", json_pack("{s:i}", "n", 4), false);
    assert_int_equal(n_of("new"), 4);
    assert_string_equal(asked_text(0),
                        "{\"kind\":\"filter\",\"body\":{\"n\":4},\"about\":\"job\",\"name\":\"new\"}");
    preference_set(&app, "filter", "job", "new", json_pack("{s:i}", "n", 5), true);
    preference_set(&app, "filter", "job", "new", json_pack("{s:i}", "n", 6), true);
    assert_int_equal(asked_count(), 1);
    answer("preference.set", "{\"id\":11,\"version\":1}");
    assert_int_equal(asked_count(), 1);
    assert_string_equal(
        asked_text(0),
        "{\"kind\":\"filter\",\"body\":{\"n\":6},\"about\":\"job\",\"name\":\"new\",\"shared\":true}");
    answer("preference.set", "{\"id\":11,\"version\":2}");
    assert_int_equal(asked_count(), 0);
    preference_remove(&app, 11);
    assert_null(preference_get(&app, "filter", "job", "new"));
    assert_string_equal(asked_text(0), "{\"id\":11}");
    answer("preference.remove", "{\"id\":11}");
}

static void test_removed_before_it_has_a_number(void **state)
{
    (void)state;
    struct preference one;
    preference_set(&app, "macro", "", "m", json_object(), false);
    assert_true(preference_each(&app, "macro", "", 0, &one));
    assert_true(one.id < 0);
    preference_remove(&app, one.id);
    assert_false(preference_each(&app, "macro", "", 0, &one));
    answer("preference.set", "{\"id\":12,\"version\":1}");
    assert_string_equal(asked_text(0), "{\"id\":12}");
    refuse("preference.remove", "{\"code\":\"not_found\",\"message\":\"gone\"}");
    assert_int_equal(asked_count(), 0);
}

static void test_reading_again_leaves_what_is_not_sent(void **state)
{
    (void)state;
    load(kept, array_len(kept));
    preference_set(&app, "filter", "job", "one", json_pack("{s:i}", "n", 100), false);
    preferences_load(app.preferences, on_loaded);
    stream("preference.list", kept[1]);
    stream("preference.list", kept[1]); /* the line was lost in the middle */
    stream("preference.list", kept[2]);
    answer("preference.set", "{\"id\":5,\"version\":2}");
    preference_set(&app, "filter", "job", "later", json_pack("{s:i}", "n", 7), false);
    answer("preference.set", "{\"id\":13,\"version\":1}");
    answer("preference.list", "{\"count\":2}");
    assert_int_equal(n_of("one"), 100);
    assert_int_equal(n_of("all"), 3);
    assert_int_equal(n_of("later"), 7);
    assert_null(preference_get(&app, "filter", "job", "two"));
    struct preference one;
    assert_false(preference_each(&app, "filter", "job", 3, &one));
}

static void test_somebody_elses_are_not_kept(void **state)
{
    (void)state;
    load(kept, array_len(kept));
    preference_set(&app, "settings", "", "", json_object(), false);
    refuse("preference.set", "{\"code\":\"unauthenticated\",\"message\":\"Another user has logged in\"}");
    preferences_forget(app.preferences);
    assert_null(preference_get(&app, "settings", "", ""));
    assert_null(preference_get(&app, "filter", "job", "one"));
}

static void test_what_is_refused_is_said(void **state)
{
    (void)state;
    preference_set(&app, "filter", "job", "x", json_object(), true);
    refuse("preference.set", "{\"code\":\"forbidden\",\"message\":\"You may not put this before others\","
                             "\"msgid\":\"You may not put this before others\"}");
    assert_shown("You may not put this before others");
    load(NULL, 0);
    assert_null(preference_get(&app, "filter", "job", "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        view_test(test_what_is_read_is_found),          view_test(test_a_change_stands_at_once),
        view_test(test_removed_before_it_has_a_number), view_test(test_reading_again_leaves_what_is_not_sent),
        view_test(test_somebody_elses_are_not_kept),    view_test(test_what_is_refused_is_said),
    };
    return run_views(tests);
}
