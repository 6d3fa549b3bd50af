/* One filter in three forms: a typed line, the protocol's JSON, terms. */
#include "tests/unit/test.h"

#include "base/arena.h"
#include "model/filter.h"

#include <stdlib.h>
#include <string.h>

static const struct choice states[] = {{"new", "New"}, {"dispatched", "Dispatched"}, {NULL}};
static const struct field fields[] = {
    {.name = "id", .type = FIELD_ID},
    {.name = "state", .type = FIELD_CHOICE, .choices = states},
    {.name = "created_at", .type = FIELD_TIME},
    {.name = "day", .type = FIELD_DATE},
    {.name = "plate", .type = FIELD_PLATE},
    {.name = "phone", .type = FIELD_PHONE},
    {.name = "name", .type = FIELD_TEXT},
    {.name = "price_fen", .type = FIELD_FEN},
    {.name = "urgent", .type = FIELD_BOOL},
    {.name = "services", .type = FIELD_SET},
    {.name = "password", .type = FIELD_TEXT, .secret = true},
    {.name = "lines", .type = FIELD_LINES},
};

static const struct field *lookup(const void *context, const char *name)
{
    for (size_t i = 0; i < array_len(fields); i++) {
        if (!strcmp(fields[i].name, name))
            return &fields[i];
    }
    return NULL;
}

static const struct {
    const char *line;
    const char *json; /* NULL: refused */
    const char *q;
} lines[] = {
    {"", "{}", NULL},
    {"state=new", "{\"state\":{\"eq\":\"new\"}}", NULL},
    {"state=new,dispatched", "{\"state\":{\"in\":[\"new\",\"dispatched\"]}}", NULL},
    {"state!=new", "{\"state\":{\"not\":\"new\"}}", NULL},
    {"price_fen>=100 price_fen<200.50", "{\"price_fen\":{\"gte\":10000,\"lt\":20050}}", NULL},
    {"created_at>=2026-11-01", "{\"created_at\":{\"gte\":\"2026-10-31T16:00:00Z\"}}", NULL},
    {"created_at=2026-11-01",
     "{\"created_at\":{\"gte\":\"2026-10-31T16:00:00Z\",\"lt\":\"2026-11-01T16:00:00Z\"}}", NULL},
    {"created_at>2026-11-01", "{\"created_at\":{\"gte\":\"2026-11-01T16:00:00Z\"}}", NULL},
    {"created_at<=2026-11-01", "{\"created_at\":{\"lt\":\"2026-11-01T16:00:00Z\"}}", NULL},
    {"day<2026-11-01", "{\"day\":{\"lt\":\"2026-11-01\"}}", NULL},
    {"plate~a·12", "{\"plate\":{\"contains\":\"A12\"}}", NULL},
    {"plate=粵a12345", "{\"plate\":{\"eq\":\"粤A12345\"}}", NULL},
    {"phone^138-00", "{\"phone\":{\"like\":\"13800\"}}", NULL},
    {"name~\"old town\" wang", "{\"name\":{\"contains\":\"old town\"}}", "wang"},
    {"\"state=new\"", "{}", "state=new"},
    {"name=", "{\"name\":{\"null\":true}}", NULL},
    {"name!=", "{\"name\":{\"null\":false}}", NULL},
    {"urgent=yes", "{\"urgent\":{\"eq\":true}}", NULL},
    {"services=tow", "{\"services\":{\"eq\":\"tow\"}}", NULL},
    {"services=tow,tyre", "{\"services\":{\"in\":[\"tow\",\"tyre\"]}}", NULL},
    {"wang  广州", "{}", "wang 广州"},
    {"nothing=1", NULL, NULL},
    {"phone^{", NULL, NULL}, /* nothing to look for is not everything */
    {"plate~·", NULL, NULL},
    {"password=x", NULL, NULL},
    {"password=", NULL, NULL},
    {"lines=x", NULL, NULL},
    {"price_fen=abc", NULL, NULL},
    {"price_fen~1", NULL, NULL},
    {"urgent>yes", NULL, NULL},
    {"services>x", NULL, NULL},
};

static void typed_lines(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(lines); i++) {
        struct filter filter;
        struct filter_fault fault;
        struct str json;
        str_init(&json, arena);
        int rc = filter_parse_line(lines[i].line, lookup, NULL, arena, "Asia/Shanghai", &filter, &fault);
        if (rc == 0)
            filter_write(&filter, &json);
        if ((rc == 0) != (lines[i].json != NULL) || (rc == 0 && strcmp(json.data, lines[i].json) != 0))
            fail_msg("%s: %d %s", lines[i].line, rc, rc ? fault.msgid : json.data);
        if (rc == 0 && lines[i].q)
            assert_string_equal(filter.q, lines[i].q);
        if (rc == 0 && !lines[i].q)
            assert_null(filter.q);
    }
}

static const struct {
    const char *json;
    size_t terms; /* 0 and refused: see good */
    bool good;
} objects[] = {
    {"{}", 0, true},
    {"{\"state\":\"new\"}", 1, true},
    {"{\"state\":[\"new\",\"dispatched\"]}", 1, true},
    {"{\"state\":null}", 1, true},
    {"{\"state\":\"left behind\"}", 1, true}, /* older rows may hold what is no choice any more */
    {"{\"price_fen\":{\"gte\":1,\"lt\":2}}", 2, true},
    {"{\"price_fen\":-5}", 1, true},
    {"{\"created_at\":\"2026-11-01\"}", 2, true},
    {"{\"created_at\":{\"gte\":\"2026-11-01T00:00:00Z\"}}", 1, true},
    {"{\"name\":{\"null\":false}}", 1, true},
    {"{\"services\":\"tow\"}", 1, true},
    {"[]", 0, false},
    {"\"state\"", 0, false},
    {"{\"nothing\":1}", 0, false},
    {"{\"state; drop table\":1}", 0, false},
    {"{\"state\":{\"sounds\":1}}", 0, false},
    {"{\"state\":1}", 0, false},
    {"{\"state\":{\"eq\":null}}", 0, false},
    {"{\"state\":{\"in\":\"new\"}}", 0, false},
    {"{\"name\":{\"null\":1}}", 0, false},
    {"{\"password\":\"x\"}", 0, false},
    {"{\"price_fen\":\"1\"}", 0, false},
    {"{\"created_at\":\"yesterday\"}", 0, false},
    {"{\"name\":\"a\\u001bb\"}", 0, false},
};

static void protocol_objects(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(objects); i++) {
        struct filter filter;
        struct filter_fault fault = {0};
        json_t *json = json_loads(objects[i].json, JSON_DECODE_ANY, NULL);
        assert_non_null(json);
        int rc = filter_read(json, lookup, NULL, arena, "UTC", &filter, &fault);
        if ((rc == 0) != objects[i].good || (rc == 0 && filter.count != objects[i].terms))
            fail_msg("%s: %d, %zu terms, %s", objects[i].json, rc, filter.count,
                     fault.msgid ? fault.msgid : "");
        json_decref(json);
    }
}

/* What is written is read as the same. */
static void round_trip(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(lines); i++) {
        struct filter filter;
        struct filter_fault fault;
        struct str first, second;
        if (!lines[i].json)
            continue;
        json_t *json = json_loads(lines[i].json, 0, NULL);
        assert_int_equal(filter_read(json, lookup, NULL, arena, "Asia/Shanghai", &filter, &fault), 0);
        str_init(&first, arena);
        filter_write(&filter, &first);
        json_t *again = json_loads(first.data, 0, NULL);
        assert_int_equal(filter_read(again, lookup, NULL, arena, "Asia/Shanghai", &filter, &fault), 0);
        str_init(&second, arena);
        filter_write(&filter, &second);
        assert_string_equal(first.data, second.data);
        json_decref(json);
        json_decref(again);
    }
}

static void too_many(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct filter filter;
    struct filter_fault fault;
    struct str line;
    str_init(&line, arena);
    for (int i = 0; i <= FILTER_TERMS_MAX; i++)
        str_add(&line, "id=1 ");
    assert_true(filter_parse_line(line.data, lookup, NULL, arena, NULL, &filter, &fault) < 0);
    str_clear(&line);
    str_add(&line, "{\"id\":[1");
    for (int i = 0; i < FILTER_VALUES_MAX; i++)
        str_add(&line, ",1");
    str_add(&line, "]}");
    json_t *json = json_loads(line.data, 0, NULL);
    assert_true(filter_read(json, lookup, NULL, arena, NULL, &filter, &fault) < 0);
    json_decref(json);
}

/* What a list is held to and what a person asks for besides. */
static void both_must_hold(void **state)
{
    static const struct {
        const char *one, *more, *both;
    } cases[] = {
        {"{}", "{\"a\":1}", "{\"a\":1}"},
        {"{\"a\":1}", "{\"b\":{\"gte\":2}}", "{\"a\":1,\"b\":{\"gte\":2}}"},
        {"{\"a\":{\"eq\":\"x\"}}", "{\"a\":{\"in\":[\"x\",\"y\"]}}",
         "{\"a\":{\"eq\":\"x\",\"in\":[\"x\",\"y\"]}}"},
        {"{\"a\":\"x\"}", "{\"a\":\"y\"}", "{\"a\":{\"eq\":\"x\",\"in\":[\"y\"]}}"},
        {"{\"a\":\"x\"}", "{\"a\":\"x\"}", "{\"a\":{\"eq\":\"x\"}}"},
        {"{\"a\":[1,2,3]}", "{\"a\":{\"in\":[3,4,1]}}", "{\"a\":{\"in\":[1,3]}}"},
        {"{\"a\":{\"gte\":3,\"lt\":9}}", "{\"a\":{\"gte\":5,\"lt\":12}}", "{\"a\":{\"gte\":5,\"lt\":9}}"},
        {"{\"t\":{\"gte\":\"2026-11-01T00:00:00Z\"}}", "{\"t\":{\"gte\":\"2026-10-01T00:00:00Z\"}}",
         "{\"t\":{\"gte\":\"2026-11-01T00:00:00Z\"}}"},
        {"{\"a\":null}", "{\"a\":{\"gt\":0}}", "{\"a\":{\"null\":true,\"gt\":0}}"},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        json_t *one = json_loads(cases[i].one, 0, NULL), *more = json_loads(cases[i].more, 0, NULL);
        filter_join(one, more);
        char *both = json_dumps(one, JSON_COMPACT);
        assert_string_equal(both, cases[i].both);
        free(both);
        json_decref(one);
        json_decref(more);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_lines), cmocka_unit_test(protocol_objects), cmocka_unit_test(round_trip),
        cmocka_unit_test(too_many),    cmocka_unit_test(both_must_hold),
    };
    return run_all(tests);
}
