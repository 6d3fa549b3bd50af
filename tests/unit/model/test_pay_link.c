/* Addresses at which orders are paid: what is one, and what stands in it. */
#include "tests/unit/test.h"

#include "base/util.h"
#include "model/pay_link.h"

static void addresses(void **state)
{
    static const struct {
        const char *text;
        enum pay_link_fault fault;
    } rows[] = {
        {"https://pay.example.com/{order}/{fen}", PAY_LINK_OK},
        {"https://p.cn?o={order}&y={yuan}", PAY_LINK_OK},
        {"https://10.0.0.1:8443/{order}/{fen}", PAY_LINK_OK},
        {"http://pay.example.com/{order}/{fen}", PAY_LINK_NO_ADDRESS},
        {"https:///{order}/{fen}", PAY_LINK_NO_ADDRESS},
        {"https://{order}.example.com/{fen}", PAY_LINK_NO_ADDRESS},
        {"https://pay.example.com./{order}/{fen}", PAY_LINK_NO_ADDRESS},
        {"", PAY_LINK_NO_ADDRESS},
        {"https://pay.example.com/{order} {fen}", PAY_LINK_BAD_LETTER},
        {"https://pay.example.com/付/{order}/{fen}", PAY_LINK_BAD_LETTER},
        {"https://pay.example.com/{order}/{amount}", PAY_LINK_BAD_PLACE},
        {"https://pay.example.com/{order}/{fen", PAY_LINK_BAD_PLACE},
        {"https://pay.example.com/{fen}", PAY_LINK_NO_ORDER},
        {"https://pay.example.com/{order}", PAY_LINK_NO_AMOUNT},
        {"https://pay.example.com/a/way/that/is/much/too/long/for/a/driver/{order}/{fen}", PAY_LINK_TOO_LONG},
    };
    (void)state;
    for (size_t i = 0; i < array_len(rows); i++)
        assert_int_equal(pay_link_check(rows[i].text), rows[i].fault);
}

static void filled(void **state)
{
    struct arena *arena = arena_create(0);
    (void)state;
    assert_string_equal(pay_link_fill(arena, "https://p.cn/{order}?f={fen}&y={yuan}", "R26112200012", 35005),
                        "https://p.cn/R26112200012?f=35005&y=350.05");
    assert_string_equal(pay_link_fill(arena, "https://p.cn/{yuan}", "R1", 7), "https://p.cn/0.07");
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(addresses), cmocka_unit_test(filled)};
    return run_all(tests);
}
