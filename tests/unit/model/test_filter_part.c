/* A typed filter line and the filter form are two views of one filter: what one writes the other reads as the same. */
#include "tests/unit/test.h"

#include "base/arena.h"
#include "model/filter_part.h"

#include <string.h>

static const struct choice states[] = {{"new", "New"}, {"done", "Done"}, {NULL}};
static const struct field fields[] = {
    {.name = "state", .type = FIELD_CHOICE, .choices = states},
    {.name = "created_at", .type = FIELD_TIME},
    {.name = "day", .type = FIELD_DATE},
    {.name = "plate", .type = FIELD_PLATE},
    {.name = "name", .type = FIELD_TEXT},
    {.name = "km", .type = FIELD_INT},
    {.name = "price_fen", .type = FIELD_FEN, .min = -1000000},
    {.name = "urgent", .type = FIELD_BOOL},
    {.name = "tags", .type = FIELD_SET, .choices = states},
    {.name = "customer_id", .type = FIELD_REF, .ref = "customer"},
    {.name = "password", .type = FIELD_TEXT, .secret = true},
    {.name = "lines", .type = FIELD_LINES},
};

static const struct field *lookup(const void *context, const char *name)
{
    (void)context;
    for (size_t i = 0; i < array_len(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static const struct {
    const char *line;
    const char *again; /* NULL: the same */
    enum filter_ask ask;
    const char *value, *to;
} lines[] = {
    {"state=new", NULL, ASK_ANY_OF, "new"},
    {"state=new,done", NULL, ASK_ANY_OF, "new,done"},
    {"state!=new", NULL, ASK_NOT, "new"},
    {"state=", NULL, ASK_EMPTY, NULL},
    {"state!=", NULL, ASK_FILLED, NULL},
    {"tags=new", NULL, ASK_ANY_OF, "new"},
    {"created_at=today", NULL, ASK_TODAY, NULL},
    {"created_at=今天", "created_at=今天", FILTER_ASKS, NULL}, /* as the days it means: see below */
    {"created_at=7d", NULL, ASK_LAST_DAYS, "7"},
    {"created_at=last-month", NULL, ASK_LAST_MONTH, NULL},
    {"created_at=2026-11-01", NULL, ASK_IS, "2026-11-01"},
    {"created_at>2026-11-01", NULL, ASK_OVER, "2026-11-01"},
    {"created_at>=2026-11-01T10:00:00Z", NULL, ASK_FROM, "2026-11-01T10:00:00Z"},
    {"day>=2026-11-01 day<=2026-11-09", NULL, ASK_BETWEEN, "2026-11-01", "2026-11-09"},
    {"day<=2026-11-09 day>=2026-11-01", "day>=2026-11-01 day<=2026-11-09", ASK_BETWEEN, "2026-11-01",
     "2026-11-09"},
    {"day=20261101", "day=2026-11-01", ASK_IS, "2026-11-01"},
    {"km>5", NULL, ASK_OVER, "5"},
    {"km=1,2,3", NULL, ASK_ANY_OF, "1,2,3"},
    {"price_fen>=1200.50", NULL, ASK_FROM, "120050"},
    {"price_fen=-3", "price_fen=-3.00", ASK_IS, "-300"},
    {"plate^粤A", NULL, ASK_BEGINS, "粤A"},
    {"name~\"old town\"", NULL, ASK_CONTAINS, "old town"},
    {"name=\"Foo, Ltd\"", NULL, ASK_IS, "Foo, Ltd"},
    {"name=a,\"b c\"", NULL, ASK_ANY_OF, "a,b c"},
    {"urgent=yes", "urgent=true", ASK_IS, "true"},
    {"customer_id=15", NULL, ASK_IS, "15"},
};

static void one_part_each(void **state)
{
    (void)state;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(lines); i++) {
        struct filter_parts *parts = arena_new(arena, struct filter_parts);
        struct filter_fault fault;
        struct str out;
        if (lines[i].ask == FILTER_ASKS)
            continue;
        if (filter_parts_read(lines[i].line, lookup, NULL, arena, "Asia/Shanghai", parts, &fault) < 0)
            fail_msg("%s: %s", lines[i].line, fault.msgid);
        if (parts->count != 1 || parts->items[0].ask != lines[i].ask)
            fail_msg("%s: %zu parts, %s", lines[i].line, parts->count,
                     filter_ask_text(parts->items[0].field, parts->items[0].ask));
        assert_string_equal(parts->items[0].value ? parts->items[0].value : "",
                            lines[i].value ? lines[i].value : "");
        assert_string_equal(parts->items[0].to ? parts->items[0].to : "", lines[i].to ? lines[i].to : "");
        str_init(&out, arena);
        filter_parts_write(parts, arena, &out);
        assert_string_equal(out.data, lines[i].again ? lines[i].again : lines[i].line);
    }
}

/* The protocol's filter, for two lines to be told to mean the same. */
static const char *json_of(struct arena *arena, const char *line)
{
    struct filter *filter = arena_new(arena, struct filter);
    struct filter_fault fault;
    struct str out;
    if (filter_parse_line(line, lookup, NULL, arena, "Asia/Shanghai", filter, &fault) < 0)
        fail_msg("%s: %s", line, fault.msgid);
    str_init(&out, arena);
    filter_write(filter, &out);
    str_addf(&out, " %s", filter->q ? filter->q : "");
    return out.data;
}

static void written_means_the_same(void **state)
{
    (void)state;
    static const char *const more[] = {
        "state=new price_fen>=1 price_fen<=2 wang 粤A name~x",
        "created_at>=week",
        "created_at<today",
        "created_at<=yesterday",
        "created_at=tomorrow",
        "created_at=last-year",
        "created_at=去年",
        "created_at=本周",
        "\"state=new\" wang",
        "a \"b c\" d",
        "km>1 km>2 km<=9",
        "km<=9 km<=8 km>=1",
        "created_at>=2026-01-01 created_at=today created_at<=2026-12-31",
        "km>=1 km>=2 km<=9 km<=8",
        "created_at>=2026-11-01 created_at<=2026-11-02 day>=2026-01-01",
    };
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(lines) + array_len(more); i++) {
        const char *line = i < array_len(lines) ? lines[i].line : more[i - array_len(lines)];
        struct filter_parts *parts = arena_new(arena, struct filter_parts);
        struct filter_fault fault;
        struct str out;
        assert_int_equal(filter_parts_read(line, lookup, NULL, arena, "Asia/Shanghai", parts, &fault), 0);
        str_init(&out, arena);
        filter_parts_write(parts, arena, &out);
        if (strcmp(json_of(arena, line), json_of(arena, out.data)) != 0)
            fail_msg("%s → %s: %s, %s", line, out.data, json_of(arena, line), json_of(arena, out.data));
    }
}

static void refused(void **state)
{
    (void)state;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    static const char *const bad[] = {"nothing=1", "km=x", "password=x", "lines=x", "price_fen~1", "day=0d"};
    for (size_t i = 0; i < array_len(bad); i++) {
        struct filter_parts *parts = arena_new(arena, struct filter_parts);
        struct filter_fault fault;
        assert_true(filter_parts_read(bad[i], lookup, NULL, arena, NULL, parts, &fault) < 0);
    }
}

/* Half filled in, a form gives what of it can be asked. */
static void half_filled(void **state)
{
    (void)state;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct filter_parts parts = {
        .items = {{lookup(NULL, "km"), ASK_IS, NULL, NULL},
                  {lookup(NULL, "km"), ASK_BETWEEN, NULL, "7"},
                  {lookup(NULL, "name"), ASK_CONTAINS, "", NULL},
                  {lookup(NULL, "name"), ASK_IS, "say \"x\" ", NULL},
                  {lookup(NULL, "day"), ASK_LAST_DAYS, "3", NULL}},
        .count = 5,
        .words = "x=1",
    };
    struct str out;
    str_init(&out, arena);
    filter_parts_write(&parts, arena, &out);
    assert_string_equal(out.data, "km<=7 name=\"say x \" day=3d \"x=1\"");
}

static void every_ask_has_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_len(fields); i++)
        for (const enum filter_ask *ask = filter_asks(&fields[i]); *ask != FILTER_ASKS; ask++) {
            assert_non_null(filter_ask_text(&fields[i], *ask));
            assert_non_null(filter_ask_sign(&fields[i], *ask));
        }
    assert_int_equal(*filter_asks(lookup(NULL, "password")), FILTER_ASKS);
    assert_int_equal(*filter_asks(lookup(NULL, "lines")), FILTER_ASKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_part_each), cmocka_unit_test(written_means_the_same), cmocka_unit_test(refused),
        cmocka_unit_test(half_filled),   cmocka_unit_test(every_ask_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
