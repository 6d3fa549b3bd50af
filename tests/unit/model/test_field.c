/* What a person types becomes the protocol's text, or a fault that names the rule. */
#include "tests/unit/test.h"

#include "base/arena.h"
#include "model/field.h"

#include <stdio.h>
#include <string.h>

struct row {
    enum field_type type;
    const char *typed;
    enum field_fault fault;
    const char *out; /* NULL: empty */
};

static const struct row rows[] = {
    {FIELD_TEXT, "  王 小姐 ", FIELD_OK, "王 小姐"},
    {FIELD_TEXT, "e\xCC\x81", FIELD_OK, "\xC3\xA9"},
    {FIELD_TEXT, "a\tb", FIELD_UNCLEAN, NULL},
    {FIELD_TEXT, "a\x1B[2J", FIELD_UNCLEAN, NULL},
    {FIELD_TEXT,
     "a\xE2\x80\xAE"
     "b",
     FIELD_UNCLEAN, NULL},
    {FIELD_TEXT, "\xFF", FIELD_UNCLEAN, NULL},
    {FIELD_TEXT, "   ", FIELD_OK, NULL},
    {FIELD_NOTE, "one\ntwo", FIELD_OK, "one\ntwo"},
    {FIELD_CODE, "ＧＺ－01", FIELD_OK, "GZ-01"},
    {FIELD_CODE, "a b", FIELD_BAD, NULL},
    {FIELD_CODE, "a/b", FIELD_BAD, NULL},
    {FIELD_PHONE, "138 0013-8000", FIELD_OK, "13800138000"},
    {FIELD_PHONE, "＋８６ 20 8888", FIELD_OK, "+86208888"},
    {FIELD_PHONE, "(020) 8888 1234#12", FIELD_OK, "02088881234#12"},
    {FIELD_PHONE, "12", FIELD_BAD, "12"},
    {FIELD_PHONE, "call me", FIELD_BAD, NULL},
    {FIELD_PLATE, "粵a·12345", FIELD_OK, "粤A12345"},
    {FIELD_PLATE, "none", FIELD_OK, NULL},
    {FIELD_PLATE, "hello", FIELD_BAD, NULL},
    {FIELD_INT, "42", FIELD_OK, "42"},
    {FIELD_INT, "４２", FIELD_OK, "42"},
    {FIELD_INT, "4.2", FIELD_BAD, NULL},
    {FIELD_INT, "-1", FIELD_TOO_SMALL, "-1"},
    {FIELD_INT, "99999999999999999999", FIELD_TOO_LARGE, NULL},
    {FIELD_FEN, "12.5", FIELD_OK, "1250"},
    {FIELD_FEN, "￥1,200.00", FIELD_OK, "120000"},
    {FIELD_FEN, "12.345", FIELD_BAD, NULL},
    {FIELD_FEN, "-1", FIELD_TOO_SMALL, "-100"},
    {FIELD_FEN, "99999999999999", FIELD_TOO_LARGE, "9999999999999900"},
    {FIELD_PERCENT, "20", FIELD_OK, "2000"},
    {FIELD_PERCENT, "12.5 %", FIELD_OK, "1250"},
    {FIELD_PERCENT, "６％", FIELD_OK, "600"},
    {FIELD_PERCENT, "%", FIELD_BAD, NULL},
    {FIELD_PERCENT, "1.005", FIELD_BAD, NULL},
    {FIELD_RATIO, "3.50", FIELD_OK, "3.5"},
    {FIELD_RATIO, "nan", FIELD_BAD, NULL},
    {FIELD_RATIO, "1e999", FIELD_BAD, "inf"},
    {FIELD_POINT, "113.3245", FIELD_OK, "113.3245"},
    {FIELD_POINT, "-200", FIELD_BAD, "-200"},
    {FIELD_BOOL, "Y", FIELD_OK, "true"},
    {FIELD_BOOL, "否", FIELD_OK, "false"},
    {FIELD_BOOL, "perhaps", FIELD_BAD, NULL},
    {FIELD_DATE, "2026-3-1", FIELD_OK, "2026-03-01"},
    {FIELD_DATE, "20260301", FIELD_OK, "2026-03-01"},
    {FIELD_DATE, "2026/03/01", FIELD_OK, "2026-03-01"},
    {FIELD_DATE, "2026-02-30", FIELD_BAD, NULL},
    {FIELD_DATE, "2026-03-01x", FIELD_BAD, NULL},
    {FIELD_TIME, "2026-03-01T08:30:00+08:00", FIELD_OK, "2026-03-01T00:30:00Z"},
    {FIELD_TIME, "today", FIELD_BAD, NULL},
    {FIELD_DURATION, "90", FIELD_OK, "90"},
    {FIELD_DURATION, "1:30", FIELD_OK, "90"},
    {FIELD_DURATION, "1:05:00", FIELD_OK, "3900"},
    {FIELD_DURATION, "2h 30m", FIELD_OK, "9000"},
    {FIELD_DURATION, "x", FIELD_BAD, NULL},
    {FIELD_REF, "7", FIELD_OK, "7"},
    {FIELD_REF, "0", FIELD_BAD, "0"},
    {FIELD_SET, "a, b c", FIELD_OK, "a,b,c"},
    {FIELD_SET, "a,a", FIELD_BAD, "a,a"},
};

static void typed_text(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(rows); i++) {
        struct field field = {.name = "x", .type = rows[i].type};
        const char *out;
        enum field_fault fault = field_parse_text(&field, arena, rows[i].typed, &out);
        bool same = fault != FIELD_OK || (out ? rows[i].out && !strcmp(out, rows[i].out) : !rows[i].out);
        if (fault != rows[i].fault || !same)
            fail_msg("%s %s: fault %d, %s", field_type_name(rows[i].type), rows[i].typed, fault,
                     out ? out : "(empty)");
    }
}

static void limits(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct field text = {.name = "t", .type = FIELD_TEXT, .max = 3};
    struct field number = {.name = "n", .type = FIELD_INT, .min = -5, .max = 5};
    const char *out;
    assert_int_equal(field_parse_text(&text, arena, "驿站驿", &out), FIELD_OK);
    assert_int_equal(field_parse_text(&text, arena, "驿站驿站", &out), FIELD_TOO_LONG);
    assert_int_equal(field_parse_text(&number, arena, "-5", &out), FIELD_OK);
    assert_int_equal(field_parse_text(&number, arena, "-6", &out), FIELD_TOO_SMALL);
    assert_int_equal(field_parse_text(&number, arena, "6", &out), FIELD_TOO_LARGE);
}

static void choices(void **state)
{
    static const struct choice kinds[] = {{"tow", "Tow"}, {"tyre", "Tyre change"}, {NULL}};
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct field field = {.name = "s", .type = FIELD_CHOICE, .choices = kinds};
    const char *out;
    assert_int_equal(field_parse_text(&field, arena, "TOW", &out), FIELD_OK);
    assert_string_equal(out, "tow");
    assert_int_equal(field_parse_text(&field, arena, "tyre change", &out), FIELD_OK);
    assert_string_equal(out, "tyre");
    assert_int_equal(field_parse_text(&field, arena, "wash", &out), FIELD_NO_CHOICE);
    assert_string_equal(field_print(&field, arena, "tyre", NULL), "Tyre change");
    assert_string_equal(field_print(&field, arena, "gone", NULL), "gone");
}

static void printing(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct field fen = {.name = "x_fen", .type = FIELD_FEN}, at = {.name = "at", .type = FIELD_TIME};
    struct field took = {.name = "took", .type = FIELD_DURATION}, yes = {.name = "yes", .type = FIELD_BOOL};
    assert_string_equal(field_print(&fen, arena, "123450", NULL), "1,234.50");
    assert_string_equal(field_print(&fen, arena, "-5", NULL), "-0.05");
    assert_string_equal(field_print(&fen, arena, "***", NULL), "***");
    struct field share = {.name = "x_bp", .type = FIELD_PERCENT};
    assert_string_equal(field_print(&share, arena, "2000", NULL), "20%");
    assert_string_equal(field_print(&share, arena, "1250", NULL), "12.5%");
    assert_string_equal(field_print(&share, arena, "5", NULL), "0.05%");
    assert_string_equal(field_print(&share, arena, "0", NULL), "0%");
    assert_string_equal(field_print(&at, arena, "2026-03-01T16:05:00Z", "Asia/Shanghai"), "03-02 00:05");
    assert_string_equal(field_print(&at, arena, "2026-03-01T16:05:00Z", NULL), "03-01 16:05");
    assert_string_equal(field_print(&took, arena, "3905", NULL), "1:05:05");
    assert_string_equal(field_print(&took, arena, "65", NULL), "1:05");
    assert_string_equal(field_print(&yes, arena, "true", NULL), "yes");
    assert_string_equal(field_print(&fen, arena, NULL, NULL), "");
}

static void type_names(void **state)
{
    for (int type = FIELD_NONE + 1; type < FIELD_TYPES; type++) {
        assert_true(field_type_name((enum field_type)type)[0] != '\0');
        assert_int_equal(field_type_parse(field_type_name((enum field_type)type)), type);
    }
    assert_int_equal(field_type_parse("nothing"), FIELD_NONE);
    assert_int_equal(field_type_parse(NULL), FIELD_NONE);
}

struct sample {
    int64_t customer_id, price_fen;
    const char *kind;
    bool urgent;
    double lon;
    struct instant at;
    struct day day;
    struct text_set tags;
    struct line_set lines;
};

static void types_from_members(void **state)
{
    static const struct choice kinds[] = {{"a", "A"}, {NULL}};
    static const struct field fields[] = {
        FIELD(sample, customer_id, .ref = "customer"),
        FIELD(sample, price_fen),
        FIELD(sample, kind, .choices = kinds),
        FIELD(sample, urgent),
        FIELD(sample, lon),
        FIELD(sample, at),
        FIELD(sample, day),
        FIELD(sample, tags),
        FIELD(sample, lines),
    };
    static const enum field_type types[] = {FIELD_REF,  FIELD_INT,  FIELD_CHOICE, FIELD_BOOL, FIELD_RATIO,
                                            FIELD_TIME, FIELD_DATE, FIELD_SET,    FIELD_LINES};
    for (size_t i = 0; i < array_len(fields); i++)
        assert_int_equal(field_type_of(&fields[i]), types[i]);
}

static const char *value_of(void *context, const char *field)
{
    return strcmp(field, "owner") == 0 ? context : NULL;
}

static bool shown(const char *show_if, const char *owner)
{
    char value[32];
    snprintf(value, sizeof(value), "%s", owner);
    return field_shown(show_if, value_of, value);
}

static void shown_if(void **state)
{
    assert_true(shown(NULL, "own"));
    assert_true(shown("owner=contracted", "contracted"));
    assert_true(shown("owner=leased,contracted", "contracted"));
    assert_false(shown("owner=contracted", "own"));
    assert_false(shown("owner=contracted", "contract"));
    assert_false(shown("other=x", "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_text), cmocka_unit_test(limits),     cmocka_unit_test(choices),
        cmocka_unit_test(printing),   cmocka_unit_test(type_names), cmocka_unit_test(types_from_members),
        cmocka_unit_test(shown_if),
    };
    return run_all(tests);
}
