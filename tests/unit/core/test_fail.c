/* Refusals: the English message from msgid and parameters, and the JSON around it. */
#include "../test.h"

#include "server/core/fail.h"
#include "server/core/request-private.h"
#include "wire/json.h"

#include <string.h>

struct fixture {
    struct arena *arena;
    struct request_state state;
    struct request request;
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.arena = arena_create(0)};
    fixture.request = (struct request){.arena = fixture.arena, .state = &fixture.state};
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(((struct fixture *)*state)->arena);
    return 0;
}

static json_t *written(struct fixture *fixture)
{
    struct str out;
    struct json_fault fault;
    str_init(&out, NULL);
    fail_write_request(&out, &fixture->request);
    json_t *json = json_read_reply(out.data, out.len, &fault);
    str_finish(&out);
    assert_non_null(json);
    return json;
}

static const char *text(json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void parameters_are_filled_in(void **state)
{
    struct fixture *fixture = *state;
    int code = request_fail(&fixture->request, ERR_CONFLICT, "vehicle_id", "Vehicle {plate} is on job {job}",
                            "plate", "粤A12345", "job", "R1", NULL);
    json_t *json = written(fixture);
    assert_int_equal(code, ERR_CONFLICT);
    assert_string_equal(text(json, "code"), "conflict");
    assert_string_equal(text(json, "message"), "Vehicle 粤A12345 is on job R1");
    assert_string_equal(text(json, "msgid"), "Vehicle {plate} is on job {job}");
    assert_string_equal(text(json, "field"), "vehicle_id");
    assert_string_equal(text(json_object_get(json, "args"), "plate"), "粤A12345");
    json_decref(json);
}

static void what_is_no_parameter_stays(void **state)
{
    struct fixture *fixture = *state;
    request_fail(&fixture->request, ERR_INVALID, NULL, "{a} {b {} {c}", "a", "{c}", "c", NULL, NULL);
    json_t *json = written(fixture);
    assert_string_equal(text(json, "message"), "{c} {b {} ");
    assert_null(json_object_get(json, "field"));
    json_decref(json);
}

static void hostile_values_stay_json(void **state)
{
    struct fixture *fixture = *state;
    request_fail(&fixture->request, ERR_INVALID, "a\"b", "{x}", "x", "\"\\\n\x1b[2J\xff", NULL);
    json_decref(written(fixture));
}

static void details_stand_beside_the_message(void **state)
{
    struct fixture *fixture = *state;
    request_fail_detail(&fixture->request, "allowed", "[\"void\",\"update\"]");
    request_fail(&fixture->request, ERR_CONFLICT, NULL, "Not in this state", NULL);
    request_fail_detail(&fixture->request, "current", "{\"version\":3}");
    json_t *json = written(fixture);
    assert_int_equal(json_array_size(json_object_get(json, "allowed")), 2);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "current"), "version")), 3);
    json_decref(json);
}

static void the_last_refusal_counts(void **state)
{
    struct fixture *fixture = *state;
    request_fail(&fixture->request, ERR_CONFLICT, "a", "One {n}", "n", "1", NULL);
    request_fail(&fixture->request, ERR_BUSY, NULL, "Two", NULL);
    json_t *json = written(fixture);
    assert_string_equal(text(json, "code"), "busy");
    assert_null(json_object_get(json, "field"));
    assert_int_equal(json_object_size(json_object_get(json, "args")), 0);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parameters_are_filled_in, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_parameter_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_values_stay_json, setup, teardown),
        cmocka_unit_test_setup_teardown(details_stand_beside_the_message, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_refusal_counts, setup, teardown),
    };
    json_init();
    return run_all(tests);
}
