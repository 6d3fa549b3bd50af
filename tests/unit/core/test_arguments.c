/* The gate's check of arguments against a verb's row. */
#include "../test.h"

#include "server/core/arguments.h"
#include "server/core/request-private.h"
#include "wire/json.h"

#include <string.h>

static const struct choice colours[] = {{"red", "Red"}, {"blue", "Blue"}, {NULL}};
static const struct field args[] = {
    ARG(name, FIELD_TEXT, .max = 10, .required = true),
    ARG(amount, FIELD_FEN),
    ARG(plate, FIELD_PLATE),
    ARG(colour, FIELD_CHOICE, .choices = colours),
    ARG(lines, FIELD_LINES, .max = 2),
    ARG(sure, FIELD_BOOL),
};

static const struct verb plain = {.name = "thing.do", .args = args, .nargs = array_len(args)};
static const struct verb full = {.name = "thing.step",
                                 .flags = VERB_KEYED | VERB_CHANGES | VERB_BATCH,
                                 .takes = TAKES_ID | TAKES_VERSION | TAKES_REASON_REQUIRED};
static const struct verb free_form = {
    .name = "thing.list", .takes = TAKES_ANY, .args = args, .nargs = array_len(args)};

/* "ok", or "field" that was refused; with .plate the stored plate. */
static const char *check(const struct verb *verb, const char *json)
{
    static char answer[64];
    struct json_fault fault;
    struct arena *arena = arena_create(0);
    json_use_arena(arena);
    struct request_state state = {0};
    struct request request = {.arena = arena, .verb = verb, .state = &state};
    request.args = json_read(json, strlen(json), &fault);
    assert_non_null(request.args);
    int result = arguments_check(&request);
    assert_true(result == 0 || result == ERR_INVALID);
    const char *plate = request_text(&request, "plate");
    strcpy(answer, result ? state.failure.field : plate ? plate : "ok");
    json_use_arena(NULL);
    arena_destroy(arena);
    return answer;
}

static void declared_ones(void **state)
{
    assert_string_equal(check(&plain, "{\"name\":\"x\"}"), "ok");
    assert_string_equal(check(&plain, "{}"), "name");
    assert_string_equal(check(&plain, "{\"name\":null}"), "name");
    assert_string_equal(check(&plain, "{\"name\":\"\"}"), "name");
    assert_string_equal(check(&plain, "{\"name\":5}"), "name");
    assert_string_equal(check(&plain, "{\"name\":\"12345678901\"}"), "name");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"amount\":-1}"), "amount");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"amount\":\"1\"}"), "amount");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"amount\":1.5}"), "amount");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"amount\":null}"), "ok");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"colour\":\"red\"}"), "ok");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"colour\":\"green\"}"), "colour");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"sure\":1}"), "sure");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"lines\":[{},{}]}"), "ok");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"lines\":[{},{},{}]}"), "lines");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"lines\":{}}"), "lines");
}

static void values_are_kept_in_their_stored_form(void **state)
{
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"plate\":\"粤a·12345\"}"), "粤A12345");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"plate\":\"粵A12345\"}"), "粤A12345");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"plate\":\"hello?\"}"), "plate");
}

static void unknown_ones(void **state)
{
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"nmae\":1}"), "nmae");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"id\":1}"), "id");
    assert_string_equal(check(&plain, "{\"name\":\"x\",\"key\":\"12345678\"}"), "key");
    assert_string_equal(check(&free_form, "{\"filter\":{}}"), "ok");
}

static void reserved_ones(void **state)
{
    assert_string_equal(check(&full, "{\"id\":1,\"version\":1,\"key\":\"12345678\",\"reason\":\"why\"}"),
                        "ok");
    assert_string_equal(check(&full, "{\"id\":0,\"version\":1,\"key\":\"12345678\",\"reason\":\"why\"}"),
                        "id");
    assert_string_equal(check(&full, "{\"version\":1,\"key\":\"12345678\",\"reason\":\"why\"}"), "id");
    assert_string_equal(check(&full, "{\"id\":1,\"key\":\"12345678\",\"reason\":\"why\"}"), "version");
    assert_string_equal(check(&full, "{\"id\":1,\"version\":1,\"reason\":\"why\"}"), "key");
    assert_string_equal(check(&full, "{\"id\":1,\"version\":1,\"key\":\"short\",\"reason\":\"why\"}"), "key");
    assert_string_equal(check(&full, "{\"id\":1,\"version\":1,\"key\":\"with space\",\"reason\":\"why\"}"),
                        "key");
    assert_string_equal(check(&full, "{\"id\":1,\"version\":1,\"key\":\"a:b:c:d:e\",\"reason\":\"why\"}"),
                        "key");
    assert_string_equal(check(&full, "{\"id\":1,\"version\":1,\"key\":12345678,\"reason\":\"why\"}"), "key");
    assert_string_equal(check(&full, "{\"id\":1,\"version\":1,\"key\":\"12345678\"}"), "reason");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declared_ones),
        cmocka_unit_test(values_are_kept_in_their_stored_form),
        cmocka_unit_test(unknown_ones),
        cmocka_unit_test(reserved_ones),
    };
    json_init();
    return run_all(tests);
}
