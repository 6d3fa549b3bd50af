/* Who is told of what: scope of the watcher, rows of one's own, moves, filters. */
#include "../test.h"

#include "base/str.h"
#include "server/core/change.h"
#include "server/core/event.h"
#include "server/core/session-private.h"

#include <string.h>

static const int64_t some[] = {2, 3}, every[] = {1, 2, 3, 4};
static const struct grant all = {.all = true, .branches = every, .count = 4};
static const struct grant two = {.branches = some, .count = 2};
static const struct grant own = {.own = true};
static const struct session session = {.employee_id = 77, .branch_id = 2};

struct row {
    int64_t branch, old_branch, own, old_own;
};

static const char *sees_with(const struct watch *watch, const struct grant *grant, struct row row)
{
    static char seen[16];
    struct event *event = event_create("rescue", "dispatch");
    event->id = 5;
    event->branch_id = row.branch;
    event->old_branch_id = row.old_branch ? row.old_branch : NIL;
    event->own_id = row.own;
    event->old_own_id = row.old_own;
    const char *action = watch_sees(watch, &session, grant, event);
    strcpy(seen, action ? action : "-");
    event_list_destroy(event);
    return seen;
}

static const char *sees(const struct grant *grant, struct row row)
{
    static const struct watch plain;
    return sees_with(&plain, grant, row);
}

static void scope_decides(void **state)
{
    assert_string_equal(sees(&two, (struct row){.branch = 2}), "dispatch");
    assert_string_equal(sees(&two, (struct row){.branch = 4}), "-");
    assert_string_equal(sees(&all, (struct row){.branch = 4}), "dispatch");
    assert_string_equal(sees(&all, (struct row){.branch = 99}), "dispatch");
    assert_string_equal(sees(NULL, (struct row){.branch = 2}), "-");
    assert_string_equal(sees(&two, (struct row){.branch = NIL}), "dispatch");
    assert_string_equal(sees(&own, (struct row){.branch = NIL}), "-");
}

static void what_moved_away_is_gone(void **state)
{
    assert_string_equal(sees(&two, (struct row){.branch = 4, .old_branch = 3}), "gone");
    assert_string_equal(sees(&two, (struct row){.branch = 2, .old_branch = 3}), "dispatch");
    assert_string_equal(sees(&two, (struct row){.branch = 2, .old_branch = 4}), "dispatch");
    assert_string_equal(sees(&two, (struct row){.branch = 4, .old_branch = 1}), "-");
}

static void rows_of_ones_own(void **state)
{
    assert_string_equal(sees(&own, (struct row){.branch = 4, .own = 77}), "dispatch");
    assert_string_equal(sees(&own, (struct row){.branch = 2, .own = 78}), "-");
    assert_string_equal(sees(&own, (struct row){.branch = 2, .own = 78, .old_own = 77}), "gone");
    assert_string_equal(sees(&own, (struct row){.branch = 2, .own = CHANGE_NOBODY}), "-");
    assert_string_equal(sees(&own, (struct row){.branch = 2, .own = CHANGE_NOBODY, .old_own = 77}), "gone");
    /* whose it is is not known: told by the branch */
    assert_string_equal(sees(&own, (struct row){.branch = 2}), "dispatch");
    assert_string_equal(sees(&own, (struct row){.branch = 3}), "-");
}

static void filters_narrow(void **state)
{
    int64_t branches[] = {3};
    struct watch by_branch = {.filter = {.branches = branches, .nbranches = 1}};
    struct watch by_id = {.filter = {.id = 5}}, by_other_id = {.filter = {.id = 6}};
    assert_string_equal(sees_with(&by_branch, &two, (struct row){.branch = 3}), "dispatch");
    assert_string_equal(sees_with(&by_branch, &two, (struct row){.branch = 2}), "-");
    assert_string_equal(sees_with(&by_branch, &two, (struct row){.branch = 2, .old_branch = 3}), "gone");
    assert_string_equal(sees_with(&by_branch, &two, (struct row){.branch = 4, .old_branch = 2}), "-");
    assert_string_equal(sees_with(&by_id, &two, (struct row){.branch = 3}), "dispatch");
    assert_string_equal(sees_with(&by_other_id, &two, (struct row){.branch = 3}), "-");
}

static void the_line(void **state)
{
    struct str out;
    struct event *event = event_create("rescue", "accept");
    event->id = 9;
    event->version = 4;
    event->branch_id = 2;
    str_init(&out, NULL);
    event_write(&out, event, event->action);
    assert_string_equal(
        out.data,
        "* event {\"entity\":\"rescue\",\"id\":9,\"action\":\"accept\",\"version\":4,\"branch_id\":2}\n");
    event_list_destroy(event);
    str_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_decides),    cmocka_unit_test(what_moved_away_is_gone),
        cmocka_unit_test(rows_of_ones_own), cmocka_unit_test(filters_narrow),
        cmocka_unit_test(the_line),
    };
    return run_all(tests);
}
