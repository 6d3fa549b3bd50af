/* What the client's own rows say of themselves: a desk or a tool without help would be a hole in F1. */
#include "../test.h"

#include <string.h>

#include "client/desks/desks.h"
#include "client/views/desk.h"
#include "client/views/tool.h"
#include "client/views/views.h"

static void register_all(void)
{
    static bool once;
    if (!once) {
        views_register();
        desks_register();
    }
    once = true;
}

static void every_tool_has_words(void **state)
{
    (void)state;
    register_all();
    assert_true(tool_count() > 0);
    for (size_t i = 0; i < tool_count(); i++) {
        const struct tool *tool = tool_at(i);
        if (!tool->name || !tool->label || !tool->help || !*tool->help || !tool->places || !tool->run)
            fail_msg("the tool %s does not say all", tool->name ? tool->name : "?");
        for (size_t j = 0; j < i; j++)
            if (strcmp(tool_at(j)->name, tool->name) == 0)
                fail_msg("two tools are called %s", tool->name);
    }
}

static void every_desk_has_words(void **state)
{
    (void)state;
    register_all();
    assert_true(desk_count() > 0);
    for (size_t i = 0; i < desk_count(); i++) {
        const struct desk *desk = desk_at(i);
        /* One that only shows records is reached through their list. */
        if (!desk->label || !desk->help || !*desk->help || (desk->open && !desk->code))
            fail_msg("the desk %s does not say all", desk->name);
        for (size_t j = 0; j < i && desk->code; j++)
            if (desk_at(j)->code && strcmp(desk_at(j)->code, desk->code) == 0)
                fail_msg("two desks have the code %s", desk->code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tool_has_words),
        cmocka_unit_test(every_desk_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
