/* Finance's one-stop desk: a stage at a time, likely amounts, several at once. */
#include "fixture.h"

static const char rows[] =
    "{\"id\":1,\"version\":1,\"number\":\"R1\",\"state\":\"done\",\"money_state\":\"%s\",\"customer_label\":"
    "\"Ann\",\"price_fen\":%s,\"proposal_fen\":30000,\"received_fen\":%s,\"method\":\"cash\",\"created_at\":"
    "\"2026-11-20T09:00:00Z\"},"
    "{\"id\":2,\"version\":6,\"number\":\"R2\",\"state\":\"done\",\"money_state\":\"%s\",\"customer_label\":"
    "\"Bob\",\"proposal_fen\":50000,\"created_at\":\"2026-11-20T10:00:00Z\"}";

static void open_stage(const char *stage, const char *state, const char *price, const char *received)
{
    char text[1000];
    snprintf(text, sizeof(text), rows, state, price, received, state);
    open_a_desk(&onestop_desk);
    if (*stage) {
        answer_rows("rescue.list", "");
        keys(stage, NULL);
    }
    answer_rows("rescue.list", text);
    settle();
    answer("rescue.get", "{\"id\":0}"); /* not this one: the list's row is what there is */
}

static void the_stage_of_the_role(void **state)
{
    (void)state;
    open_stage("", "unaudited", "null", "0");
    assert_shown("[Not audited");
    assert_shown("▸ R1");
    assert_shown("300.00");
    assert_shown("Enter Audit");
}

static void how_many_wait(void **state)
{
    (void)state;
    open_stage("", "unaudited", "null", "0");
    for (int i = 0; i < 4; i++)
        answer("rescue.list", "{\"rows\":[],\"next\":null,\"total\":12}");
    assert_shown("1 [Not audited 12]  2 Audited 12  3 Priced 12  4 Received 12  5 Cleared");
}

static void audited_with_the_proposed_price(void **state)
{
    (void)state;
    open_stage("", "unaudited", "null", "0");
    keys("Enter", NULL);
    assert_shown("Proposed: 300.00");
    assert_shown("Price 300.00");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.audit", "price_fen"), "30000");
    assert_string_equal(asked_value("rescue.audit", "version"), "1");
    answer("rescue.audit", "{\"id\":1,\"version\":2,\"money_state\":\"audited\"}");
    while (is_asked("rescue.list"))
        answer_rows("rescue.list", "{\"id\":1,\"version\":2,\"number\":\"R1\",\"money_state\":\"audited\"}");
    assert_hidden("▸ R1");
    assert_shown("▸ R2"); /* the next one came up */
}

static void the_rest_is_received(void **state)
{
    (void)state;
    open_stage("3", "priced", "30000", "10000");
    type("r"); /* the small letter will do */
    assert_shown("Rest: 200.00");
    assert_shown("Cash");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.receive", "amount_fen"), "20000");
    assert_string_equal(asked_value("rescue.receive", "method"), "\"cash\"");
    refuse("rescue.receive",
           "{\"code\":\"invalid\",\"field\":\"amount_fen\",\"message\":\"x\",\"msgid\":\"Not so much\"}");
    assert_shown("Not so much");
    keys("Esc", NULL);
    assert_hidden("Rest: 200.00");
}

static void nothing_left_is_cleared_at_once(void **state)
{
    (void)state;
    open_stage("4", "received", "30000", "30000");
    type("C");
    assert_string_equal(asked_value("rescue.clear", "id"), "1");
    assert_string_equal(asked_value("rescue.clear", "difference_reason"), "");
}

static void a_difference_needs_its_reason(void **state)
{
    (void)state;
    open_stage("4", "received", "30000", "29900");
    type("C");
    assert_false(is_asked("rescue.clear"));
    keys("F10", NULL);
    assert_shown("Difference is required");
    type("round");
    keys("Enter", "F10", NULL);
    assert_string_equal(asked_value("rescue.clear", "difference_reason"), "\"rounding\"");
}

static void a_return_needs_a_reason(void **state)
{
    (void)state;
    open_stage("2", "audited", "30000", "0");
    type("T");
    keys("F10", NULL);
    assert_shown("Reason is required");
    type("wrong price");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.return", "reason"), "\"wrong price\"");
}

static void marked_ones_go_together(void **state)
{
    (void)state;
    open_stage("", "unaudited", "null", "0");
    keys(" ", " ", NULL);
    assert_shown("2 marked");
    type("A");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.audit", "items"),
                        "[{\"id\":1,\"version\":1},{\"id\":2,\"version\":6}]");
    answer("rescue.audit", "{\"items\":[{\"id\":1,\"version\":2},{\"id\":2,\"err\":{\"code\":\"conflict\","
                           "\"message\":\"x\",\"msgid\":"
                           "\"Not confirmed\"}}]}");
    assert_shown("1 refused: Not confirmed");
    assert_hidden("marked");
    while (is_asked("rescue.list"))
        answer_rows(
            "rescue.list",
            "{\"id\":1,\"version\":2,\"money_state\":\"audited\"},{\"id\":2,\"version\":6,\"number\":\"R2\","
            "\"money_state\":\"unaudited\",\"created_at\":\"2026-11-20T10:00:00Z\"}");
    assert_hidden("R1 ");
    assert_shown("R2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        desk_test(the_stage_of_the_role),           desk_test(how_many_wait),
        desk_test(audited_with_the_proposed_price), desk_test(the_rest_is_received),
        desk_test(nothing_left_is_cleared_at_once), desk_test(a_difference_needs_its_reason),
        desk_test(a_return_needs_a_reason),         desk_test(marked_ones_go_together),
    };
    return run_views(tests);
}
