#include "fixture.h"

#include <errno.h>
#include <stdio.h>

#include "client/views/rows.h"

static struct {
    struct screen screen;
    struct rows rows;
} host;

static unsigned host_key(struct screen *screen, const struct key *key)
{
    (void)screen;
    return table_key(&host.rows.table, key) == TABLE_UNUSED ? SCREEN_UNUSED : SCREEN_REDRAW;
}

static void host_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    (void)screen;
    table_draw(&host.rows.table, canvas, body, true);
}

static void host_close(struct screen *screen)
{
    (void)screen;
    rows_finish(&host.rows);
}

static const struct screen_ops host_ops = {
    .name = "host", .key = host_key, .draw = host_draw, .close = host_close};

static int setup(void **state)
{
    fixture_setup(state);
    memset(&host, 0, sizeof(host));
    host.screen.ops = &host_ops;
    ui_open(&ui, &host.screen);
    rows_init(&host.rows, &app, &host.screen, entity("job"), NULL);
    shown(); /* so that the table knows its page */
    rows_read(&host.rows);
    return 0;
}

/* Rows first … last as the server would send them, the newest first. */
static void give(int first, int last, int version, const char *next)
{
    static char json[64 * 1024];
    size_t n = (size_t)snprintf(json, sizeof(json), "{\"rows\":[");
    for (int id = first; id >= last; id--)
        n += (size_t)snprintf(
            json + n, sizeof(json) - n,
            "%s{\"id\":%d,\"version\":%d,\"number\":\"J%04d\",\"name\":\"job %d\",\"state\":\"new\"}",
            id == first ? "" : ",", id, version, id, id);
    snprintf(json + n, sizeof(json) - n, "],\"next\":%s}", next ? next : "null");
    answer("job.list", json);
}

static int64_t asked_number(const char *name)
{
    return json_integer_value(json_object_get(asked_args(0), name));
}

static void test_pages(void **state)
{
    (void)state;
    assert_int_equal(asked_count(), 1);
    assert_null(json_object_get(asked_args(0), "after"));
    give(100, 51, 1, "\"c1\"");
    assert_shown("J0100");
    assert_hidden("J0051");
    assert_int_equal(asked_count(), 0);
    for (int i = 0; i < 40; i++)
        keys("Down", NULL);
    shown();
    assert_int_equal(asked_count(), 1); /* ahead of the end */
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "after")), "c1");
    give(50, 1, 1, NULL);
    keys("End", NULL);
    assert_shown("J0001");
    assert_int_equal(asked_count(), 0);
    assert_int_equal(host.rows.records.count, 100);
}

static void test_filter(void **state)
{
    (void)state;
    give(10, 1, 1, NULL);
    assert_int_equal(rows_set_filter(&host.rows, "state=new price>100 broken axle"), 0);
    const json_t *filter = json_object_get(asked_args(0), "filter");
    assert_string_equal(json_string_value(json_object_get(json_object_get(filter, "state"), "eq")), "new");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(filter, "price_fen"), "gt")), 10000);
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "q")), "broken axle");
    assert_shown("J0010"); /* until the answer comes */
    answer("job.list", "{\"rows\":[],\"next\":null}");
    assert_hidden("J0010");
    assert_int_equal(rows_set_filter(&host.rows, "nothing=1"), -EINVAL);
    assert_string_equal(host.rows.line, "state=new price>100 broken axle");
    assert_int_equal(asked_count(), 0);
}

/* As the list has them in its head and its cells; what is shown again and kept are the codes. */
static void test_filter_by_labels(void **state)
{
    (void)state;
    give(10, 1, 1, NULL);
    assert_int_equal(rows_set_filter(&host.rows, "State=New,done  Urgent=yes Price>=1 \"State=New\""), 0);
    assert_string_equal(host.rows.line, "state=new,done  urgent=true price_fen>=1 \"State=New\"");
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "q")), "State=New");
    answer("job.list", "{\"rows\":[],\"next\":null}");
    assert_int_equal(rows_set_filter(&host.rows, "Colour=red"), 0);
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "q")), "Colour=red");
}

static void test_sort(void **state)
{
    (void)state;
    give(10, 1, 1, NULL);
    rows_set_sort(&host.rows, "name");
    assert_string_equal(json_string_value(json_array_get(json_object_get(asked_args(0), "sort"), 0)), "name");
}

static void hear(int64_t id, int64_t version)
{
    struct live_event event = {"job", "update", id, version, 1};
    rows_heard(&host.rows, &event, 1);
}

static void test_live(void **state)
{
    (void)state;
    give(30, 1, 1, NULL);
    hear(7, 1); /* a version at hand: nothing to do */
    assert_int_equal(asked_count(), 0);
    hear(7, 2);
    assert_int_equal(asked_count(), 1);
    answer("job.list", "{\"rows\":[{\"id\":31,\"version\":1,\"number\":\"J0031\"},{\"id\":7,\"version\":2,"
                       "\"number\":\"J0007\"},"
                       "{\"id\":6,\"version\":1,\"number\":\"J0006\"}],\"next\":null}");
    assert_true(rows_find(&host.rows, 7)->flags & ROW_CHANGED);
    assert_true(rows_find(&host.rows, 31)->flags & ROW_CHANGED);
    assert_false(rows_find(&host.rows, 6)->flags & ROW_CHANGED);
    rows_tick(&host.rows, rows_find(&host.rows, 7)->changed_ms + 60000);
    assert_false(rows_find(&host.rows, 7)->flags & ROW_CHANGED);
}

/* Changes while a page is under way, or while another task is shown, are looked at once, later. */
static void test_live_later(void **state)
{
    static const struct screen_ops other_ops = {.name = "other"};
    static struct screen other;
    other.ops = &other_ops;
    (void)state;
    hear(7, 2); /* the first page is not here yet */
    assert_int_equal(asked_count(), 1);
    give(30, 1, 1, NULL);
    rows_tick(&host.rows, 0);
    assert_int_equal(asked_count(), 1);
    give(30, 1, 1, NULL);
    ui_open_task(&ui, &other);
    hear(8, 2);
    hear(9, 2);
    rows_tick(&host.rows, 0);
    assert_int_equal(asked_count(), 0);
    ui_next_task(&ui);
    rows_tick(&host.rows, 0);
    assert_int_equal(asked_count(), 1);
}

/* The cursor stays on its record when rows come in above it. */
static void test_cursor_stays(void **state)
{
    (void)state;
    give(30, 1, 1, NULL);
    keys("Down", "Down", NULL);
    assert_int_equal(rows_current(&host.rows)->id, 28);
    hear(31, 1);
    give(31, 1, 1, NULL);
    assert_int_equal(rows_current(&host.rows)->id, 28);
}

static void test_live_far_down(void **state)
{
    (void)state;
    give(500, 1, 1, "\"c\"");
    keys("End", NULL);
    shown();
    while (asked_count())
        give(0, 1, 1, NULL);
    hear(600, 1); /* new, far above: not now */
    assert_int_equal(asked_count(), 0);
    hear(5, 2);
    assert_int_equal(asked_count(), 1);
    const json_t *ids =
        json_object_get(json_object_get(json_object_get(asked_args(0), "filter"), "id"), "in");
    assert_int_equal(json_integer_value(json_array_get(ids, 0)), 5);
    answer("job.list", "{\"rows\":[{\"id\":5,\"version\":2,\"number\":\"J5new\"}],\"next\":null}");
    assert_shown("J5new");
    assert_int_equal(host.rows.records.count, 500);
}

static void test_refused(void **state)
{
    (void)state;
    refuse("job.list", "{\"code\":\"unavailable\",\"message\":\"away\",\"msgid\":\"away\"}");
    assert_shown("away");
    assert_int_equal(asked_count(), 0); /* not asked again and again */
    rows_read(&host.rows);
    give(3, 1, 1, NULL);
    assert_shown("J0003");
}

static const char *sum_shown(size_t column)
{
    static struct str text;
    str_finish(&text);
    str_init(&text, NULL);
    const char *sum = host.rows.table.model->sum(&host.rows, column, &text);
    return sum ? sum : "";
}

static size_t column_of(const char *name)
{
    size_t i = 0;
    while (strcmp(host.rows.columns.items[i]->name, name) != 0)
        i++;
    return i;
}

static void test_total(void **state)
{
    (void)state;
    give(30, 1, 1, NULL);
    rows_count_all(&host.rows);
    assert_int_equal(asked_number("limit"), 1);
    assert_string_equal(json_string_value(json_array_get(json_object_get(asked_args(0), "sum"), 0)),
                        "price_fen");
    answer("job.list", "{\"rows\":[],\"next\":null,\"total\":1234567,\"sum\":{\"price_fen\":123450}}");
    assert_int_equal(host.rows.counts.total, 1234567);
    assert_true(rows_has_foot(&host.rows));
    assert_string_equal(sum_shown(0), "Σ 1234567");
    assert_string_equal(sum_shown(column_of("price_fen")), "1,234.50");
    rows_count_all(&host.rows); /* once more: no more of them */
    assert_false(rows_has_foot(&host.rows));
    assert_int_equal(asked_count(), 0);
}

/* What others change makes a count old; a quick one is made again after a while. */
static void test_total_grows_old(void **state)
{
    (void)state;
    give(3, 1, 1, NULL);
    rows_count_all(&host.rows);
    answer("job.list", "{\"rows\":[],\"next\":null,\"total\":3,\"sum\":{}}");
    hear(4, 1);
    give(4, 1, 1, NULL);
    assert_string_equal(sum_shown(0), "Σ 3~");
    rows_tick(&host.rows, host.rows.counts.asked_ms + 1000);
    assert_int_equal(asked_count(), 0); /* not at once */
    rows_tick(&host.rows, host.rows.counts.asked_ms + 5000);
    answer("job.list", "{\"rows\":[],\"next\":null,\"total\":4,\"sum\":{}}");
    assert_string_equal(sum_shown(0), "Σ 4");
    host.rows.counts.took_ms = 5000;
    hear(5, 1);
    give(5, 1, 1, NULL);
    rows_tick(&host.rows, host.rows.counts.asked_ms + 60000);
    assert_int_equal(asked_count(), 0); /* a slow one only when asked for */
    rows_count_all(&host.rows);
    refuse("job.list", "{\"code\":\"unavailable\",\"msgid\":\"Stopped\",\"message\":\"Stopped\"}");
    assert_shown("Stopped");
    assert_string_equal(sum_shown(0), "Σ 4~");
}

static void test_sum_of_marked(void **state)
{
    (void)state;
    answer(
        "job.list",
        "{\"rows\":[{\"id\":3,\"version\":1,\"price_fen\":1200},{\"id\":2,\"version\":1,\"price_fen\":null},"
        "{\"id\":1,\"version\":1,\"price_fen\":5}],\"next\":null}");
    type("   ");
    assert_true(rows_has_foot(&host.rows));
    assert_string_equal(sum_shown(0), "* 3");
    assert_string_equal(sum_shown(column_of("price_fen")), "12.05");
    assert_int_equal(asked_count(), 0); /* known here */
}

/* From the middle the list goes on both ways, in its order. */
static void test_jump(void **state)
{
    (void)state;
    give(100, 51, 1, "\"c1\"");
    rows_jump(&host.rows, "J0050");
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "from")), "J0050");
    answer("job.list",
           "{\"rows\":[{\"id\":50,\"version\":1,\"number\":\"J0050\"},{\"id\":49,\"version\":1,\"number\":"
           "\"J0049\"}],\"next\":null,\"prev\":\"p1\"}");
    assert_shown("J0050");
    assert_hidden("J0100");
    rows_look_back(&host.rows);
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "before")), "p1");
    rows_look_back(&host.rows);
    assert_int_equal(asked_count(), 1); /* once */
    give(54, 51, 1, "null,\"prev\":\"p2\"");
    assert_int_equal(host.rows.records.count, 6);
    assert_int_equal(host.rows.records.items[0].id, 54);
    assert_int_equal(rows_current(&host.rows)->id, 50);
    keys("Up", NULL);
    assert_int_equal(rows_current(&host.rows)->id, 51);
    hear(51, 2); /* only the rows at hand are looked at again */
    assert_non_null(json_object_get(json_object_get(asked_args(0), "filter"), "id"));
    give(51, 51, 2, NULL);
    assert_int_equal(host.rows.records.count, 6);
    rows_jump(&host.rows, NULL);
    assert_null(json_object_get(asked_args(0), "from"));
    give(100, 51, 1, "\"c1\"");
    assert_shown("J0100");
    assert_null(host.rows.prev);
}

static void test_columns(void **state)
{
    (void)state;
    give(3, 1, 1, NULL);
    json_t *columns = json_pack("[{s:s,s:i},{s:s},{s:s},{s:s}]", "name", "state", "width", 7, "name",
                                "nothing", "name", "number", "name", "items");
    assert_true(rows_take_columns(&host.rows, columns));
    json_decref(columns);
    assert_int_equal(host.rows.columns.count, 2);
    assert_int_equal(host.rows.table.columns.items[0].width, 7);
    rows_language(&host.rows);
    assert_int_equal(host.rows.table.columns.items[0].width, 7);
    columns = rows_columns_json(&host.rows);
    assert_int_equal(json_array_size(columns), 2);
    assert_null(json_object_get(json_array_get(columns, 1), "width"));
    json_decref(columns);
    columns = json_pack("[{s:s}]", "name", "nothing");
    assert_false(rows_take_columns(&host.rows, columns));
    json_decref(columns);
    assert_int_equal(host.rows.columns.count, 2);
}

static void test_order_of_several(void **state)
{
    (void)state;
    struct str words cleanup(cleanup_str);
    give(10, 1, 1, NULL);
    rows_set_sort(&host.rows, "state -name");
    const json_t *sort = json_object_get(asked_args(0), "sort");
    assert_int_equal(json_array_size(sort), 2);
    assert_string_equal(json_string_value(json_array_get(sort, 1)), "-name");
    assert_int_equal(rows_sort_place("state -name", "name"), -2);
    assert_int_equal(rows_sort_place("state -name", "state"), 1);
    assert_int_equal(rows_sort_place("state -name", "nam"), 0);
    str_init(&words, NULL);
    rows_sort_words(&host.rows, &words);
    assert_string_equal(words.data, "↑State ↓Name");
    assert_string_equal(rows_sort_field(&host.rows)->name, "state");
    refuse("job.list",
           "{\"code\":\"invalid\",\"field\":\"sort\",\"msgid\":\"No such order\",\"message\":\"x\"}");
    assert_shown("No such order");
    assert_int_equal(json_array_size(json_object_get(asked_args(0), "sort")), 1); /* the one before */
    give(10, 1, 1, NULL);
    assert_shown("J0010");
}

static void test_condition(void **state)
{
    (void)state;
    give(3, 1, 1, NULL);
    rows_set_condition(&host.rows, json_pack("{s:s}", "state", "done"));
    assert_int_equal(rows_set_filter(&host.rows, "name=x"), 0);
    assert_string_equal(json_string_value(json_object_get(json_object_get(asked_args(0), "filter"), "state")),
                        "done");
}

/* Nobody looks at what a closed screen asked for: it is stopped. */
static void test_closed(void **state)
{
    (void)state;
    assert_int_equal(asked_count(), 1);
    ui_close(&ui, &host.screen);
    assert_int_equal(asked_count(), 0);
}

/* A first count goes so far, the next to the end. */
static void test_total_of_many(void **state)
{
    (void)state;
    give(3, 1, 1, NULL);
    rows_count_all(&host.rows);
    assert_int_equal(json_integer_value(json_object_get(asked_args(0), "total")), 100000);
    answer("job.list", "{\"rows\":[],\"next\":null,\"total\":100000,\"more\":true}");
    assert_string_equal(sum_shown(0), "Σ 100000+");
    rows_count_all(&host.rows);
    assert_true(json_is_true(json_object_get(asked_args(0), "total")));
    assert_string_equal(sum_shown(0), "Σ 100000+"); /* until more is known */
    answer("job.list", "{\"rows\":[],\"next\":null,\"total\":123456,\"sum\":{}}");
    assert_string_equal(sum_shown(0), "Σ 123456");
    rows_count_all(&host.rows);
    assert_false(rows_has_foot(&host.rows));
    assert_int_equal(asked_count(), 0);
}

#define rows_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        rows_test(test_pages),
        rows_test(test_filter),
        rows_test(test_filter_by_labels),
        rows_test(test_sort),
        rows_test(test_live),
        rows_test(test_live_later),
        rows_test(test_cursor_stays),
        rows_test(test_live_far_down),
        rows_test(test_refused),
        rows_test(test_total),
        rows_test(test_total_grows_old),
        rows_test(test_sum_of_marked),
        rows_test(test_jump),
        rows_test(test_columns),
        rows_test(test_order_of_several),
        rows_test(test_condition),
        rows_test(test_closed),
        rows_test(test_total_of_many),
    };
    return run_views(tests);
}
