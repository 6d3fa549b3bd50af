/* Facts of an order's row. */
#include "../test.h"

#include <math.h>

#include "client/desks/order.h"

static json_t *row(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    return json;
}

static void values(void **state)
{
    json_t *order = row("{\"id\":7,\"number\":\"R1\",\"lon\":113.5,\"plate\":null,\"to_confirm\":true,\"due_"
                        "at\":\"2026-11-21T10:00:00Z\"}");
    (void)state;
    assert_int_equal(order_number(order, "id"), 7);
    assert_true(order_number(order, "none") == NIL && order_number(order, "number") == NIL);
    assert_string_equal(order_text(order, "number"), "R1");
    assert_string_equal(order_text(order, "plate"), "");
    assert_string_equal(order_text(NULL, "plate"), "");
    assert_true(order_real(order, "lon") == 113.5 && isnan(order_real(order, "lat")));
    assert_true(order_truth(order, "to_confirm") && !order_truth(order, "id"));
    assert_true(order_time(order, "due_at").us == INT64_C(1795255200) * US_PER_SECOND);
    assert_true(instant_is_nil(order_time(order, "number")));
    json_decref(order);
}

static void states(void **state)
{
    static const struct {
        const char *text;
        bool waiting, live;
    } table[] = {{"new", true, false},        {"dispatched", false, true}, {"accepted", false, true},
                 {"on_the_way", false, true}, {"arrived", false, true},    {"done", false, false},
                 {"empty", false, false},     {"void", false, false}};
    (void)state;
    for (size_t i = 0; i < array_len(table); i++) {
        json_t *order = json_pack("{s:s}", "state", table[i].text);
        assert_int_equal(order_is_waiting(order), table[i].waiting);
        assert_int_equal(order_is_live(order), table[i].live);
        json_decref(order);
    }
}

static void since_the_last_step(void **state)
{
    json_t *order = row("{\"created_at\":\"2026-11-21T10:00:00Z\",\"dispatched_at\":\"2026-11-21T10:05:00Z\","
                        "\"accepted_at\":null}");
    (void)state;
    assert_true(order_since(order).us == order_time(order, "dispatched_at").us);
    json_object_set_new(order, "dispatched_at", json_null());
    assert_true(order_since(order).us == order_time(order, "created_at").us);
    json_decref(order);
}

static void money(void **state)
{
    json_t *order = row("{\"estimate_fen\":100,\"proposal_fen\":200,\"price_fen\":null,\"received_fen\":0}");
    (void)state;
    assert_int_equal(order_price_fen(order), 200);
    assert_true(order_rest_fen(order) == NIL);
    json_object_set_new(order, "price_fen", json_integer(48800));
    json_object_set_new(order, "received_fen", json_integer(20000));
    assert_int_equal(order_price_fen(order), 48800);
    assert_int_equal(order_rest_fen(order), 28800);
    json_object_set_new(order, "received_fen", json_integer(50000));
    assert_int_equal(order_rest_fen(order), 0);
    json_object_set_new(
        order, "charges",
        row("[{\"amount_fen\":45000,\"received_fen\":50000},{\"amount_fen\":3800,\"received_fen\":0}]"));
    assert_int_equal(order_rest_fen(order), 3800);
    json_decref(order);
}

static void steps_leave_the_side_ways_out(void **state)
{
    static const struct choice states[] = {
        {.code = "new", .label = "New"},   {.code = "dispatched", .label = "Dispatched"},
        {.code = "done", .label = "Done"}, {.code = "empty", .label = "Empty run"},
        {.code = "void", .label = "Void"}, {0}};
    const struct catalogue_entity entity = {.states = states};
    const char *labels[ORDER_STEPS_MAX];
    int now;
    json_t *order = json_pack("{s:s}", "state", "done");
    (void)state;
    assert_int_equal(order_steps(&entity, order, labels, &now), 3);
    assert_int_equal(now, 2);
    assert_string_equal(labels[2], "Done");
    json_object_set_new(order, "state", json_string("void"));
    assert_int_equal(order_steps(&entity, order, labels, &now), 3);
    assert_int_equal(now, -1);
    assert_int_equal(order_steps(NULL, order, labels, &now), 0);
    json_decref(order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(states),
        cmocka_unit_test(since_the_last_step),
        cmocka_unit_test(money),
        cmocka_unit_test(steps_leave_the_side_ways_out),
    };
    return run_all(tests);
}
