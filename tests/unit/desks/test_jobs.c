/* Orders at hand: in by pages, kept right one by one, in the desk's order. */
#include "../test.h"

#include <string.h>

#include "client/desks/jobs-private.h"
#include "client/desks/order.h"

static bool is_new(const struct jobs *jobs, const json_t *row)
{
    (void)jobs;
    return order_is_waiting(row);
}

static int by_due(const struct jobs *jobs, const struct job *a, const struct job *b)
{
    (void)jobs;
    int64_t left = instant_is_nil(a->due) ? INT64_MAX : a->due.us,
            right = instant_is_nil(b->due) ? INT64_MAX : b->due.us;
    return left != right ? (left < right ? -1 : 1) : a->id < b->id ? -1 : 1;
}

static const struct jobs_ops sorted = {.belongs = is_new, .compare = by_due}, plain = {.belongs = is_new};

static void begin(struct jobs *jobs, const struct jobs_ops *ops)
{
    *jobs = (struct jobs){.ops = ops};
    table_init(&jobs->table, &jobs_model, jobs);
}

static void end(struct jobs *jobs)
{
    jobs_forget_rows(jobs);
    vec_finish(&jobs->items);
    vec_finish(&jobs->stale);
    table_finish(&jobs->table);
}

static json_t *order(int id, int version, const char *state, const char *due)
{
    return json_pack("{s:i, s:i, s:s, s:s?, s:s}", "id", id, "version", version, "state", state, "due_at",
                     due, "place", "天河区");
}

static void page(struct jobs *jobs, bool replacing, const int ids[], size_t count)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, order(ids[i], 1, "new", NULL));
    jobs->replacing = replacing;
    jobs_take_page(jobs, rows);
    json_decref(rows);
}

static void merge(struct jobs *jobs, json_t *row)
{
    jobs_merge(jobs, row);
    json_decref(row);
}

static void assert_ids(const struct jobs *jobs, const char *expected)
{
    char text[200] = "";
    for (size_t i = 0; i < jobs->items.count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d", i ? " " : "",
                 (int)jobs->items.items[i].id);
    assert_string_equal(text, expected);
}

static void pages_replace_and_follow(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &plain);
    page(&jobs, false, (const int[]){3, 1, 2}, 3);
    assert_ids(&jobs, "3 1 2");
    page(&jobs, false, (const int[]){2, 5}, 2);
    assert_ids(&jobs, "3 1 2 5");
    page(&jobs, true, (const int[]){9, 1}, 2);
    assert_ids(&jobs, "9 1");
    page(&jobs, true, NULL, 0);
    assert_ids(&jobs, "");
    end(&jobs);
}

static void a_row_that_waits_for_its_answer_stays(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &plain);
    page(&jobs, false, (const int[]){1, 2, 3}, 3);
    jobs_find(&jobs, 2)->pending = 1;
    page(&jobs, true, (const int[]){7, 2}, 2);
    assert_ids(&jobs, "7 2");
    assert_int_equal(jobs_find(&jobs, 2)->pending, 1);
    page(&jobs, true, (const int[]){7}, 1);
    assert_ids(&jobs, "2 7");
    end(&jobs);
}

static void rows_stand_by_what_is_due(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &sorted);
    merge(&jobs, order(1, 1, "new", NULL));
    merge(&jobs, order(2, 1, "new", "2026-11-21T10:00:00Z"));
    merge(&jobs, order(3, 1, "new", "2026-11-21T09:00:00Z"));
    merge(&jobs, order(4, 1, "new", "2026-11-21T09:30:00Z"));
    assert_ids(&jobs, "3 4 2 1");
    merge(&jobs, order(3, 2, "new", "2026-11-21T11:00:00Z"));
    assert_ids(&jobs, "4 2 3 1");
    end(&jobs);
}

static void what_does_not_belong_goes(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &plain);
    merge(&jobs, order(1, 1, "new", NULL));
    merge(&jobs, order(2, 1, "dispatched", NULL));
    assert_ids(&jobs, "1");
    merge(&jobs, order(1, 2, "dispatched", NULL));
    assert_ids(&jobs, "");
    end(&jobs);
}

static void an_older_version_is_dropped(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &plain);
    merge(&jobs, order(1, 5, "new", NULL));
    merge(&jobs, order(1, 4, "dispatched", NULL));
    assert_ids(&jobs, "1");
    assert_int_equal(jobs_find(&jobs, 1)->version, 5);
    end(&jobs);
}

static void others_changes_are_marked_and_fade(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &plain);
    page(&jobs, false, (const int[]){1, 2}, 2);
    merge(&jobs, order(1, 2, "new", NULL));
    jobs_find(&jobs, 2)->mine = true;
    merge(&jobs, order(2, 2, "new", NULL));
    assert_true(jobs_find(&jobs, 1)->changed_ms != 0);
    assert_true(jobs_find(&jobs, 2)->changed_ms == 0 && !jobs_find(&jobs, 2)->mine);
    merge(&jobs, order(1, 2, "new", NULL));
    assert_true(jobs_tick(&jobs, jobs_find(&jobs, 1)->changed_ms + 6000) & SCREEN_REDRAW);
    assert_true(jobs_find(&jobs, 1)->changed_ms == 0);
    end(&jobs);
}

static void only_rows_with_the_words(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &plain);
    jobs.match = (char *)"天河";
    merge(&jobs, order(1, 1, "new", NULL));
    jobs.match = (char *)"白云";
    merge(&jobs, order(2, 1, "new", NULL));
    assert_ids(&jobs, "1");
    end(&jobs);
}

static void a_strange_row_does_not_enter_a_search(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &plain);
    page(&jobs, false, (const int[]){1}, 1);
    jobs.q = (char *)"words";
    merge(&jobs, order(1, 2, "new", NULL));
    merge(&jobs, order(2, 1, "new", NULL));
    assert_ids(&jobs, "1");
    assert_int_equal(jobs.arrived, 0);
    jobs.q = NULL;
    merge(&jobs, order(2, 1, "new", NULL));
    assert_int_equal(jobs.arrived, 1);
    end(&jobs);
}

static void the_cursor_stays_on_its_order(void **state)
{
    struct jobs jobs;
    (void)state;
    begin(&jobs, &plain);
    page(&jobs, false, (const int[]){1, 2, 3}, 3);
    table_changed(&jobs.table);
    struct key down = key_code(K_DOWN);
    table_key(&jobs.table, &down);
    assert_int_equal(jobs_current(&jobs)->id, 2);
    page(&jobs, true, (const int[]){9, 8, 1, 2}, 4);
    table_changed(&jobs.table);
    assert_int_equal(jobs_current(&jobs)->id, 2);
    jobs_remove(&jobs, 2);
    table_changed(&jobs.table);
    assert_int_equal(jobs_current(&jobs)->id, 1);
    end(&jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_replace_and_follow),
        cmocka_unit_test(a_row_that_waits_for_its_answer_stays),
        cmocka_unit_test(rows_stand_by_what_is_due),
        cmocka_unit_test(what_does_not_belong_goes),
        cmocka_unit_test(an_older_version_is_dropped),
        cmocka_unit_test(others_changes_are_marked_and_fade),
        cmocka_unit_test(only_rows_with_the_words),
        cmocka_unit_test(a_strange_row_does_not_enter_a_search),
        cmocka_unit_test(the_cursor_stays_on_its_order),
    };
    return run_all(tests);
}
