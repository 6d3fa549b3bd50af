/* Guessing is slowed, the same for names that are there and names that are not. */
#include "../test.h"

#include "server/core/throttle.h"

#include <stdio.h>

static void a_few_mistakes_cost_nothing(void **state)
{
    assert_int_equal(throttle_try("anna", "192.0.2.1"), 0);
    throttle_failed("anna", "192.0.2.1");
    throttle_failed("anna", "192.0.2.1");
    assert_int_equal(throttle_try("anna", "192.0.2.1"), 0);
}

static void more_of_them_wait_longer_and_longer(void **state)
{
    int64_t before = 0;
    for (int i = 0; i < 5; i++)
        throttle_failed("bert", "192.0.2.2");
    for (int i = 0; i < 3; i++) {
        int64_t wait = throttle_try("bert", "192.0.2.3");
        assert_true(wait > before);
        before = wait;
    }
}

static void a_crowd_is_sent_away(void **state)
{
    int64_t wait = 0;
    for (int i = 0; i < 9; i++)
        throttle_failed("carl", "192.0.2.4");
    for (int i = 0; i < 50 && wait >= 0; i++)
        wait = throttle_try("carl", "192.0.2.5");
    assert_true(wait < 0);
}

static void success_forgets_the_name_but_not_the_address(void **state)
{
    for (int i = 0; i < 40; i++)
        throttle_failed("dora", "192.0.2.6");
    throttle_succeeded("dora");
    assert_int_equal(throttle_try("dora", "192.0.2.7"), 0);
    assert_true(throttle_try("emil", "192.0.2.6") > 0);
}

static void many_names_do_not_fill_the_memory(void **state)
{
    char name[32];
    for (int i = 0; i < 50000; i++) {
        snprintf(name, sizeof(name), "name%d", i);
        throttle_failed(name, "192.0.2.8");
    }
    assert_int_equal(throttle_try("frida", "192.0.2.9"), 0);
}

/* Of IPv6 everybody has a whole network of addresses, and there are as many networks as there were addresses of IPv4. */
static void a_network_of_ipv6_is_one_address(void **state)
{
    char name[32], address[64];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "gast%d", i);
        snprintf(address, sizeof(address), "2001:db8:0:1::%x", i + 1);
        throttle_failed(name, address);
    }
    assert_true(throttle_try("hans", "2001:db8:0:1:ffff:ffff:ffff:ffff") > 0);
    assert_int_equal(throttle_try("ida", "2001:db8:0:2::1"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_mistakes_cost_nothing),
        cmocka_unit_test(more_of_them_wait_longer_and_longer),
        cmocka_unit_test(a_crowd_is_sent_away),
        cmocka_unit_test(success_forgets_the_name_but_not_the_address),
        cmocka_unit_test(many_names_do_not_fill_the_memory),
        cmocka_unit_test(a_network_of_ipv6_is_one_address),
    };
    return run_all(tests);
}
