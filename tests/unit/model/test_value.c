/* The strict form of the wire. */
#include "tests/unit/test.h"

#include "base/arena.h"
#include "model/value.h"

#include <string.h>

struct row {
    enum field_type type;
    const char *json;
    enum field_fault fault;
    const char *out; /* as written back */
};

static const struct row rows[] = {
    {FIELD_INT, "42", FIELD_OK, "42"},
    {FIELD_INT, "\"42\"", FIELD_BAD, NULL},
    {FIELD_INT, "4.0", FIELD_BAD, NULL},
    {FIELD_INT, "true", FIELD_BAD, NULL},
    {FIELD_INT, "null", FIELD_OK, "null"},
    {FIELD_INT, "9223372036854775807", FIELD_OK, "9223372036854775807"},
    {FIELD_FEN, "120000", FIELD_OK, "120000"},
    {FIELD_FEN, "-1", FIELD_TOO_SMALL, NULL},
    {FIELD_ID, "0", FIELD_BAD, NULL},
    {FIELD_TEXT, "\"\"", FIELD_OK, "null"},
    {FIELD_TEXT, "\" as typed \"", FIELD_OK, "\" as typed \""},
    {FIELD_TEXT, "\"e\\u0301\"", FIELD_UNCLEAN, NULL},
    {FIELD_TEXT, "\"a\\u001bb\"", FIELD_UNCLEAN, NULL},
    {FIELD_TEXT, "\"a\\nb\"", FIELD_UNCLEAN, NULL},
    {FIELD_NOTE, "\"a\\nb\"", FIELD_OK, "\"a\\nb\""},
    {FIELD_TEXT, "7", FIELD_BAD, NULL},
    {FIELD_TEXT, "{}", FIELD_BAD, NULL},
    {FIELD_PLATE, "\"粵a·12345\"", FIELD_OK, "\"粤A12345\""},
    {FIELD_PHONE, "\"138 0013 8000\"", FIELD_OK, "\"13800138000\""},
    {FIELD_BOOL, "true", FIELD_OK, "true"},
    {FIELD_BOOL, "1", FIELD_BAD, NULL},
    {FIELD_RATIO, "0.1", FIELD_OK, "0.1"},
    {FIELD_RATIO, "3", FIELD_OK, "3"},
    {FIELD_POINT, "113.26438", FIELD_OK, "113.26438"},
    {FIELD_TIME, "\"2026-03-01T08:30:00.5+08:00\"", FIELD_OK, "\"2026-03-01T00:30:00.500000Z\""},
    {FIELD_TIME, "\"2026-03-01\"", FIELD_BAD, NULL},
    {FIELD_TIME, "1772323200", FIELD_BAD, NULL},
    {FIELD_DATE, "\"2026-03-01\"", FIELD_OK, "\"2026-03-01\""},
    {FIELD_DATE, "\"2026-3-1\"", FIELD_BAD, NULL},
    {FIELD_SET, "[\"a\",\"b\"]", FIELD_OK, "[\"a\",\"b\"]"},
    {FIELD_SET, "[]", FIELD_OK, "[]"},
    {FIELD_SET, "null", FIELD_OK, "[]"},
    {FIELD_SET, "[\"a\",\"a\"]", FIELD_BAD, NULL},
    {FIELD_SET, "[1]", FIELD_BAD, NULL},
    {FIELD_SET, "\"a\"", FIELD_BAD, NULL},
    {FIELD_LINES, "[]", FIELD_BAD, NULL},
};

static void wire_values(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(rows); i++) {
        struct field field = {.name = "x", .type = rows[i].type};
        json_t *json = json_loads(rows[i].json, JSON_DECODE_ANY, NULL);
        struct value value;
        struct str out;
        assert_non_null(json);
        str_init(&out, arena);
        enum field_fault fault = value_read(&field, arena, json, &value);
        if (fault == FIELD_OK)
            value_write(&out, &value);
        if (fault != rows[i].fault || (fault == FIELD_OK && strcmp(out.data, rows[i].out) != 0))
            fail_msg("%s %s: fault %d, %s", field_type_name(rows[i].type), rows[i].json, fault, out.data);
        json_decref(json);
    }
}

static void text_and_back(void **state)
{
    static const struct {
        enum field_type type;
        const char *text, *json;
    } texts[] = {
        {FIELD_INT, "42", "42"},
        {FIELD_FEN, "-5", "-5"},
        {FIELD_BOOL, "true", "true"},
        {FIELD_RATIO, "0.25", "0.25"},
        {FIELD_TEXT, "a \"b\"", "\"a \\\"b\\\"\""},
        {FIELD_SET, "a,b", "[\"a\",\"b\"]"},
        {FIELD_DATE, "2026-03-01", "\"2026-03-01\""},
        {FIELD_TIME, "2026-03-01T00:00:00Z", "\"2026-03-01T00:00:00Z\""},
    };
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(texts); i++) {
        struct field field = {.name = "x", .type = texts[i].type};
        struct value value = value_of_text(&field, arena, texts[i].text);
        struct str direct, written;
        str_init(&direct, arena);
        str_init(&written, arena);
        value_text_to_json(&field, texts[i].text, &direct);
        value_write(&written, &value);
        assert_string_equal(direct.data, texts[i].json);
        assert_string_equal(written.data, texts[i].json);
        assert_string_equal(value_text(arena, &value), texts[i].text);
    }
}

static void equality(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct field text = {.type = FIELD_TEXT}, set = {.type = FIELD_SET};
    struct value a = value_of_text(&text, arena, "x"), b = value_of_text(&text, arena, "y"),
                 null = value_null(&text);
    assert_true(value_equal(&a, &a));
    assert_false(value_equal(&a, &b));
    assert_false(value_equal(&a, &null));
    assert_true(value_equal(&null, &null));
    struct value one = value_of_text(&set, arena, "a,b"), two = value_of_text(&set, arena, "a"),
                 none = value_null(&set);
    assert_true(value_equal(&one, &one));
    assert_false(value_equal(&one, &two));
    assert_false(value_equal(&one, &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire_values),
        cmocka_unit_test(text_and_back),
        cmocka_unit_test(equality),
    };
    return run_all(tests);
}
