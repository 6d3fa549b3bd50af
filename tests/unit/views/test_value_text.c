#include "fixture.h"

#include "base/arena.h"
#include "client/views/value_text.h"

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_create(0);
    return fixture_setup(state);
}

static int teardown(void **state)
{
    arena_destroy(arena);
    return fixture_teardown(state);
}

static const struct field *field(const char *name)
{
    return catalogue_field(entity("job"), name);
}

static void takes(const char *name, const char *typed, const char *value)
{
    const char *got, *trouble = value_take(&app, arena, field(name), typed, &got);
    if (trouble)
        fail_msg("%s: %s: %s", name, typed, trouble);
    if (value)
        assert_string_equal(got, value);
    else
        assert_null(got);
}

static void refuses(const char *name, const char *typed, const char *words)
{
    const char *got;
    const char *trouble = value_take(&app, arena, field(name), typed, &got);
    assert_non_null(trouble);
    assert_string_equal(trouble, words);
}

static void test_take(void **state)
{
    (void)state;
    takes("name", "  a b ", "a b");
    takes("name", "", NULL);
    takes("name", "   ", NULL);
    takes("price_fen", "12.5", "1250");
    takes("price_fen", "100+2*3.50", "10700");
    takes("price_fen", "1,200.00", "120000");
    takes("kind", "tow", "tow");
    takes("kind", "Tyre", "tyre");
    takes("kind", "ty", "tyre"); /* the only one these letters fit */
    takes("urgent", "yes", "true");
    takes("urgent", "n", "false");
    takes("due_at", "2026-11-25 09:30", "2026-11-25T01:30:00Z");
    takes("due_at", "2026-11-25T01:30:00Z", "2026-11-25T01:30:00Z");
}

static void test_refuse(void **state)
{
    (void)state;
    refuses("price_fen", "abc", "Price: this is not a valid value (an amount, or a sum: 3*80+15.50)");
    refuses("kind", "t", "Kind: t is not one of the choices");         /* two fit */
    refuses("kind", "old w", "Kind: old w is not one of the choices"); /* kept for old records only */
    refuses("due_at", "when I can", "Due: this is not a valid value (as 9:30, t+1 9, 11-25 14:00, +2h)");
    refuses("name", "01234567890123456789012345678901234567890", "Name may have at most 40 characters");
}

static void test_chinese_choices(void **state)
{
    (void)state;
    strcpy(app.language, "zh_CN");
    takes("kind", "拖车", "tow");
    assert_string_equal(value_show(&app, arena, field("kind"), "tow", NULL), "拖车");
    strcpy(app.language, "en");
    assert_string_equal(value_show(&app, arena, field("kind"), "tow", NULL), "Tow");
    assert_string_equal(value_show(&app, arena, field("kind"), "old", NULL), "Old way");
    assert_string_equal(value_show(&app, arena, field("kind"), "unheard", NULL), "unheard");
}

static void test_show(void **state)
{
    (void)state;
    assert_string_equal(value_show(&app, arena, field("price_fen"), "123450", NULL), "1,234.50");
    assert_string_equal(value_show(&app, arena, field("customer_id"), "7", "Ann"), "Ann");
    assert_string_equal(value_show(&app, arena, field("customer_id"), "7", NULL), "#7");
    assert_string_equal(value_show(&app, arena, field("urgent"), "true", NULL), "yes");
    assert_string_equal(value_show(&app, arena, field("tags"), "a.one,a.two", NULL), "One, Two");
    assert_string_equal(value_show(&app, arena, field("due_at"), "2026-11-25T01:30:00Z", NULL),
                        "11-25 09:30");
    assert_string_equal(value_show(&app, arena, field("name"), NULL, NULL), "");
}

/* Words for what may be seen; nothing, not even the number, of what may not. */
static void test_references(void **state)
{
    static const struct {
        const char *row, *shown;
    } cases[] = {
        {"{\"customer_id\":7,\"customer_label\":\"Ann\"}", "Ann"},
        {"{\"customer_id\":7,\"customer_label\":null}", "(not in sight)"},
        {"{\"customer_id\":null,\"customer_label\":null}", ""},
        {"{\"customer_id\":7}", "#7"},
    };
    (void)state;
    for (size_t i = 0; i < array_len(cases); i++) {
        json_t *row = json_loads(cases[i].row, 0, NULL);
        assert_string_equal(value_show_row(&app, arena, field("customer_id"), row), cases[i].shown);
        json_decref(row);
    }
}

/* Whatever stands in the input is read back to the same value. */
static void test_edit_is_taken(void **state)
{
    static const char *const values[][2] = {
        {"name", "a name"}, {"price_fen", "123456789"}, {"price_fen", "-50"},
        {"kind", "tyre"},   {"urgent", "false"},        {"due_at", "2026-11-25T01:30:00Z"},
    };
    (void)state;
    for (size_t i = 0; i < array_len(values); i++) {
        const struct field *row = field(values[i][0]);
        struct field free_of_limits = *row;
        const char *got;
        free_of_limits.min = -1000;
        assert_null(
            value_take(&app, arena, &free_of_limits, value_edit(&app, arena, row, values[i][1], NULL), &got));
        assert_string_equal(got, values[i][1]);
    }
}

static void test_json(void **state)
{
    json_t *row = json_loads("{\"a\":5,\"b\":true,\"c\":\"x\",\"d\":[\"p\",\"q\"],\"e\":null,\"f\":[],\"g\":["
                             "{}],\"h\":1.5,\"i\":\"\",\"j\":113.36155600000001}",
                             0, NULL);
    (void)state;
    assert_string_equal(value_of_json(arena, json_object_get(row, "a")), "5");
    assert_string_equal(value_of_json(arena, json_object_get(row, "b")), "true");
    assert_string_equal(value_of_json(arena, json_object_get(row, "c")), "x");
    assert_string_equal(value_of_json(arena, json_object_get(row, "d")), "p,q");
    assert_null(value_of_json(arena, json_object_get(row, "e")));
    assert_null(value_of_json(arena, json_object_get(row, "f")));
    assert_null(value_of_json(arena, json_object_get(row, "g")));
    assert_string_equal(value_of_json(arena, json_object_get(row, "h")), "1.5");
    assert_null(value_of_json(arena, json_object_get(row, "i")));
    assert_string_equal(value_of_json(arena, json_object_get(row, "j")), "113.361556");
    json_decref(row);
    json_t *json = value_to_json(field("tags"), "a.one,b.one");
    assert_int_equal(json_array_size(json), 2);
    json_decref(json);
    json = value_to_json(field("price_fen"), NULL);
    assert_true(json_is_null(json));
    json_decref(json);
    assert_string_equal(label_name(arena, "customer_id"), "customer_label");
    assert_string_equal(label_name(arena, "created_by"), "created_by_label");
}

#define value_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        value_test(test_take), value_test(test_refuse),     value_test(test_chinese_choices),
        value_test(test_show), value_test(test_references), value_test(test_edit_is_taken),
        value_test(test_json),
    };
    return run_views(tests);
}
