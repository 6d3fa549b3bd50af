/* What a role may hold: the name of a verb's permission and, behind @, a scope. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "server/areas/org/area.h"
#include "server/areas/org/permission.h"
#include "server/core/verb.h"

static int run(struct request *request)
{
    return 0;
}

static const struct verb verbs[] = {
    {.name = "sample.list", .permission = "sample.list", .label = "List", .run = run},
    {.name = "sample.count", .permission = "sample.list", .label = "Count", .run = run},
    {.name = "sample.ping", .flags = VERB_OPEN, .label = "Ping", .run = run},
};

static int set_up(void **state)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
    return 0;
}

static void what_is_one(void **state)
{
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"sample.list", true},       {"sample.list@all", true},   {"sample.list@below", true},
        {"sample.list@branch", true}, {"sample.list@own", true},   {"sample.list@", false},
        {"sample.list@mars", false}, {"sample.list@all ", false}, {"sample.count", false},
        {"sample.ping", false},      {"sample.li", false},        {"sample.listing", false},
        {"", false},                 {"@all", false},             {"*", false},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        print_message("  '%s'\n", cases[i].text);
        assert_int_equal(permission_valid(cases[i].text), cases[i].valid);
    }
}

static void offered_once(void **state)
{
    struct arena *arena = arena_create(4096);
    size_t count, found = 0;
    const struct base_choice *choices = org_permission_choices(arena, &count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(choices[i].code);
        assert_non_null(choices[i].label);
        found += strcmp(choices[i].code, "sample.list") == 0;
    }
    assert_int_equal(found, 1);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_one),
        cmocka_unit_test(offered_once),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
