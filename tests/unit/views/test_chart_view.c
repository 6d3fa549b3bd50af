/* The chart of a list: what it asks for, what it makes of the answer, and the list behind a bar. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/views/live.h"
#include "client/views/open.h"

static const char by_state[] =
    "{\"groups\":[{\"value\":\"new\",\"count\":3,\"sum\":{\"price_fen\":1200}},{\"value\":\"done\",\"count\":"
    "1,\"sum\":{\"price_fen\":5}},"
    "{\"value\":null,\"count\":1,\"sum\":{\"price_fen\":0}}],"
    "\"rest\":{\"groups\":2,\"count\":7,\"sum\":{\"price_fen\":0}},\"total\":{\"count\":12}}";

static int setup(void **state)
{
    fixture_setup(state);
    open_list(&app, entity("job"), "name^x", OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    answer("job.list", "{\"rows\":[],\"next\":null}");
    type("G");
    return 0;
}

static void assert_asked(const char *args)
{
    assert_int_equal(asked_count() > 0, 1);
    size_t last = asked_count() - 1;
    assert_string_equal(asked_verb(last), "job.summary");
    assert_string_equal(asked_text(last), args);
}

/* The choice is kept behind the screen; what is asked for stands before it. */
static void choose(const char *key, const char *field)
{
    type(key);
    type(field);
    keys("Enter", NULL);
    while (asked_count() && strcmp(asked_verb(0), "preference.set") == 0)
        answer("preference.set", "{\"id\":1}");
}

static void the_state_comes_first(void **state)
{
    (void)state;
    assert_asked("{\"by\":\"state\",\"limit\":200,\"filter\":{\"name\":{\"like\":\"x\"}}}");
    answer("job.summary", by_state);
    assert_shown("Chart: Jobs");
    assert_shown("Bars · State · Number of records");
    assert_shown("▸New");
    assert_shown("(empty)");
    assert_shown("Others (2)");
    assert_shown("name^x");
}

static void enter_lists_what_is_behind(void **state)
{
    (void)state;
    answer("job.summary", by_state);
    keys("Down", "Enter", NULL);
    assert_string_equal(asked_verb(0), "job.list");
    const json_t *filter = json_object_get(asked_args(0), "filter");
    assert_string_equal(json_string_value(json_object_get(json_object_get(filter, "state"), "eq")), "done");
    keys("Esc", NULL);
    assert_shown("Chart: Jobs");
    keys("Down", "Enter", NULL);
    filter = json_object_get(asked_args(asked_count() - 1), "filter");
    assert_true(json_is_true(json_object_get(json_object_get(filter, "state"), "null")));
    keys("Esc", NULL);
    size_t before = asked_count();
    keys("End", "Enter", NULL); /* the rest is no record's */
    assert_int_equal(asked_count(), before);
    assert_shown("Chart: Jobs");
}

static void an_amount_is_added_up(void **state)
{
    (void)state;
    answer("job.summary", by_state);
    choose("v", "Price");
    assert_asked(
        "{\"by\":\"state\",\"limit\":200,\"sum\":[\"price_fen\"],\"filter\":{\"name\":{\"like\":\"x\"}}}");
    answer("job.summary", by_state);
    assert_shown("State · Price");
    assert_shown("12.00");
}

static void days_without_records_are_shown(void **state)
{
    (void)state;
    answer("job.summary", by_state);
    choose("b", "Due");
    assert_asked("{\"by\":\"due_at\",\"limit\":200,\"step\":\"day\",\"filter\":{\"name\":{\"like\":\"x\"}}}");
    answer("job.summary",
           "{\"groups\":[{\"value\":\"2026-02-27\",\"count\":2},{\"value\":\"2026-03-02\",\"count\":4}],"
           "\"rest\":{\"groups\":0,\"count\":0},\"total\":{\"count\":6}}");
    assert_shown("Line chart · Due · Number of records · by day");
    assert_shown("▸ 2026-03-02: 4 · lowest 0 (2026-02-28) · highest 4 (2026-03-02)");
    keys("Left", NULL);
    assert_shown("▸ 2026-03-01: 0");
    size_t before = asked_count();
    keys("Enter", NULL); /* nothing is behind it */
    assert_int_equal(asked_count(), before);
    keys("Home", "Enter", NULL);
    const json_t *due = json_object_get(json_object_get(asked_args(asked_count() - 1), "filter"), "due_at");
    assert_string_equal(json_string_value(json_object_get(due, "gte")), "2026-02-26T16:00:00Z");
    assert_string_equal(json_string_value(json_object_get(due, "lt")), "2026-02-27T16:00:00Z");
}

static void steps_end_where_the_next_begin(void **state)
{
    (void)state;
    static const struct {
        int presses;
        const char *value, *shown, *gte, *lt;
    } rows[] = {
        {1, "2026-11-16", "2026-11-16", "2026-11-15T16:00:00Z", "2026-11-22T16:00:00Z"},
        {2, "2026-12-01", "2026-12", "2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z"},
        {3, "2026-01-01", "2026", "2025-12-31T16:00:00Z", "2026-12-31T16:00:00Z"},
        {4, "2026-11-22T15:00:00Z", "11-22 23h", "2026-11-22T15:00:00Z", "2026-11-22T16:00:00Z"},
    };
    answer("job.summary", by_state);
    choose("b", "Due");
    answer("job.summary", "{\"groups\":[],\"rest\":{\"groups\":0,\"count\":0}}");
    assert_shown("Nothing found");
    for (size_t i = 0; i < array_len(rows); i++) {
        char json[200];
        choose("s", "");
        snprintf(json, sizeof(json),
                 "{\"groups\":[{\"value\":\"%s\",\"count\":2}],\"rest\":{\"groups\":0,\"count\":0}}",
                 rows[i].value);
        while (strcmp(asked_verb(0), "job.summary") != 0)
            answer(asked_verb(0), "{\"rows\":[],\"id\":1}");
        answer("job.summary", json);
        assert_shown(rows[i].shown);
        keys("Enter", NULL);
        const json_t *due =
            json_object_get(json_object_get(asked_args(asked_count() - 1), "filter"), "due_at");
        assert_string_equal(json_string_value(json_object_get(due, "gte")), rows[i].gte);
        assert_string_equal(json_string_value(json_object_get(due, "lt")), rows[i].lt);
        answer("job.list", "{\"rows\":[],\"next\":null}");
        keys("Esc", NULL);
    }
}

static void parts_beyond_the_drawn_are_others(void **state)
{
    (void)state;
    answer("job.summary", by_state);
    choose("a", "Customer");
    assert_shown("Stacked bars");
    assert_asked(
        "{\"by\":\"state\",\"limit\":200,\"and\":\"customer_id\",\"filter\":{\"name\":{\"like\":\"x\"}}}");
    answer("job.summary", "{\"groups\":[{\"value\":\"new\",\"count\":9,\"parts\":[{\"count\":4},null]},{"
                          "\"value\":\"done\",\"count\":3,\"parts\":[null,{\"count\":3}]}],"
                          "\"and\":[{\"value\":7,\"label\":\"Wang\",\"count\":4},{\"value\":null,\"count\":3}"
                          "],\"rest\":{\"groups\":0,\"count\":0}}");
    assert_shown("█ Wang  ░ (empty)  ▓ Others");
}

static void numbers_go_to_a_file_without_formulas(void **state)
{
    (void)state;
    char path[] = "/tmp/chart-XXXXXX", text[400] = "";
    close(mkstemp(path));
    answer("job.summary", by_state);
    choose("b", "Customer");
    answer("job.summary", "{\"groups\":[{\"value\":1,\"label\":\"=cmd|' "
                          "/C\\\"x\",\"count\":2},{\"value\":2,\"label\":\"王\",\"count\":1}],"
                          "\"rest\":{\"groups\":0,\"count\":0}}");
    type("w");
    keys("^U", NULL);
    type(path);
    keys("Enter", NULL);
    assert_shown("A file of this name is there already"); /* what is there stays */
    unlink(path);
    type("w");
    keys("^U", NULL);
    type(path);
    keys("Enter", NULL);
    assert_shown("Written: /tmp/chart-");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    unlink(path);
    assert_string_equal(
        text, "\xef\xbb\xbf\"Customer\",\"Number of records\"\r\n\"'=cmd|' /C\"\"x\",2\r\n\"王\",1\r\n");
}

static void a_change_is_asked_for_again(void **state)
{
    (void)state;
    answer("job.summary", by_state);
    json_t *event = json_loads(
        "{\"entity\":\"job\",\"id\":3,\"action\":\"update\",\"version\":2,\"branch_id\":1}", 0, NULL);
    live_heard(app.live, event);
    json_decref(event);
    ev_run(app.loop, EVRUN_ONCE);
    for (int64_t now = 0; now < 3; now++)
        ui_tick(&ui, INT64_MAX / 2);
    assert_int_equal(asked_count(), 1);
    assert_asked("{\"by\":\"state\",\"limit\":200,\"filter\":{\"name\":{\"like\":\"x\"}}}");
    assert_shown("Others (2)"); /* what was there stays until the answer */
    answer("job.summary",
           "{\"groups\":[{\"value\":\"done\",\"count\":12}],\"rest\":{\"groups\":0,\"count\":0}}");
    assert_shown("▸Done");
}

static void what_was_chosen_is_kept(void **state)
{
    (void)state;
    answer("job.summary", by_state);
    choose("b", "Kind");
    answer("job.summary",
           "{\"groups\":[{\"value\":\"tow\",\"count\":1}],\"rest\":{\"groups\":0,\"count\":0}}");
    assert_shown("Tow");
    keys("Esc", NULL);
    type("G");
    assert_asked("{\"by\":\"kind\",\"limit\":200,\"filter\":{\"name\":{\"like\":\"x\"}}}");
}

static void a_refusal_is_said(void **state)
{
    (void)state;
    refuse("job.summary", "{\"code\":\"busy\",\"msgid\":\"Later\",\"message\":\"Later\"}");
    assert_shown("Later");
    keys("F5", NULL);
    assert_int_equal(asked_count(), 1);
}

#define chart_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        chart_test(the_state_comes_first),
        chart_test(enter_lists_what_is_behind),
        chart_test(an_amount_is_added_up),
        chart_test(days_without_records_are_shown),
        chart_test(steps_end_where_the_next_begin),
        chart_test(parts_beyond_the_drawn_are_others),
        chart_test(numbers_go_to_a_file_without_formulas),
        chart_test(a_change_is_asked_for_again),
        chart_test(what_was_chosen_is_kept),
        chart_test(a_refusal_is_said),
    };
    return run_views(tests);
}
