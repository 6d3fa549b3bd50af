#include "ui_test.h"

#include "client/ui/table.h"

/* A model whose rows can be taken away and brought. */
struct rows {
    int64_t ids[400];
    size_t count;
    enum table_state state;
    int asked;
    unsigned flags;
    bool sums;
};

static size_t rows_count(void *context)
{
    return ((struct rows *)context)->count;
}

static enum table_state rows_state(void *context)
{
    return ((struct rows *)context)->state;
}

static void rows_more(void *context)
{
    struct rows *rows = context;
    rows->asked++;
    rows->state = TABLE_LOADING;
}

static int64_t rows_id(void *context, size_t row)
{
    return ((struct rows *)context)->ids[row];
}

static unsigned rows_flags(void *context, size_t row)
{
    struct rows *rows = context;
    return row == 1 ? rows->flags : 0;
}

static const char *rows_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct rows *rows = context;
    (void)role;
    switch (column) {
    case 0: str_addf(scratch, "R%03lld", (long long)rows->ids[row]); break;
    case 1: return "平安保险股份有限公司";
    case 2: return "已派";
    default: str_addf(scratch, "%lld.00", (long long)rows->ids[row] * 10); break;
    }
    return scratch->data;
}

static const char *rows_sum(void *context, size_t column, struct str *scratch)
{
    (void)context, (void)scratch;
    return column == 0 ? "合计" : column == 3 ? "1,234.00" : NULL;
}

static const struct table_model plain_model = {rows_count, rows_state, rows_more, rows_id,
                                               rows_flags, rows_cell,  NULL};
static const struct table_model sum_model = {rows_count, rows_state, rows_more, rows_id,
                                             rows_flags, rows_cell,  rows_sum};

static const struct table_column columns[] = {{"单号", 5, 0, ALIGN_LEFT, 0},
                                              {"客户", 12, 24, ALIGN_LEFT, 3},
                                              {"状态", 4, 0, ALIGN_LEFT, 1},
                                              {"金额", 9, 0, ALIGN_RIGHT, 2}};

static struct rows rows;
static struct table table;
static struct canvas canvas;

static void set_up(size_t count, enum table_state state, const struct table_model *model, int canvas_rows,
                   int cols)
{
    rows = (struct rows){.count = count, .state = state};
    for (size_t i = 0; i < count; i++)
        rows.ids[i] = (int64_t)i + 1;
    table_init(&table, model, &rows);
    table.foot = true;
    for (size_t i = 0; i < array_len(columns); i++)
        table_add_column(&table, &columns[i]);
    canvas_init(&canvas, canvas_rows, cols);
    table_draw(&table, &canvas, canvas_whole(&canvas), true);
    table_reset(&table);
}

static void tear_down(void)
{
    table_finish(&table);
    canvas_finish(&canvas);
}

static void draw(void)
{
    canvas_clear(&canvas);
    table_draw(&table, &canvas, canvas_whole(&canvas), true);
    assert_whole(&canvas);
}

static void press(int code, enum table_result expected)
{
    struct key key = code < K_BASE ? key_text((char[]){(char)code, 0}) : key_code(code);
    assert_int_equal(table_key(&table, &key), expected);
    draw();
}

static void everything_fits_at_80(void **state)
{
    (void)state;
    set_up(3, TABLE_COMPLETE, &sum_model, 6, 80);
    draw();
    assert_row(&canvas, 0, "  单号  客户                     状态      金额");
    assert_row(&canvas, 1, "▸ R001  平安保险股份有限公司     已派     10.00");
    assert_row(&canvas, 4, "");
    assert_row(&canvas, 5, "  合计                                 1,234.00");
    assert_int_equal(canvas.cursor_row, 1);
    tear_down();
}

static void pick(int code, enum table_result expected, size_t column, const char *seen)
{
    press(code, expected);
    struct str row;
    str_init(&row, NULL);
    canvas_row_text(&canvas, 0, &row);
    assert_int_equal(table.column, column);
    if (!strstr(row.data, seen))
        fail_msg("%s is not in %s", seen, row.data);
    str_finish(&row);
}

/* The column picked is always in sight, whatever has to be scrolled past. */
static void columns_are_picked_one_after_the_other(void **state)
{
    (void)state;
    set_up(3, TABLE_COMPLETE, &plain_model, 6, 28);
    table.picks = true;
    pick(K_RIGHT, TABLE_USED, 2, "状态");
    pick(K_RIGHT, TABLE_USED, 3, "金额");
    pick(K_RIGHT, TABLE_USED, 1, "客户");
    assert_true(table_more_left(&table));
    pick(K_RIGHT, TABLE_UNUSED, 1, "单号"); /* nothing more there; the key column is frozen */
    pick(K_LEFT, TABLE_USED, 3, "金额");
    pick(K_LEFT, TABLE_USED, 2, "状态");
    pick(K_LEFT, TABLE_USED, 0, "单号");
    pick(K_LEFT, TABLE_UNUSED, 0, "状态");
    assert_false(table_more_left(&table));
    tear_down();
}

static void what_comes_before_moves_nothing(void **state)
{
    (void)state;
    set_up(9, TABLE_COMPLETE, &plain_model, 6, 80);
    press(K_DOWN, TABLE_MOVED);
    for (size_t i = 9; i-- > 0;)
        rows.ids[i + 3] = rows.ids[i];
    rows.count = 12;
    rows.ids[0] = 101, rows.ids[1] = 102, rows.ids[2] = 103;
    table_came_before(&table, 3);
    table_changed(&table);
    draw();
    assert_int_equal(table_current(&table), 2);
    assert_int_equal(table.top, 3);
    tear_down();
}

static void the_important_columns_come_first_at_28(void **state)
{
    (void)state;
    set_up(2, TABLE_COMPLETE, &plain_model, 4, 28);
    draw();
    assert_row(&canvas, 0, "  单号  状态      金额     ▸");
    press(K_RIGHT, TABLE_USED);
    assert_row(&canvas, 0, "◂ 单号       金额          ▸");
    press(K_RIGHT, TABLE_USED);
    assert_row(&canvas, 0, "◂ 单号  客户");
    assert_row(&canvas, 1, "▸ R001  平安保险股份有限公司");
    press(K_RIGHT, TABLE_USED); /* nothing more there */
    assert_row(&canvas, 0, "◂ 单号  客户");
    press(K_LEFT, TABLE_USED);
    press(K_LEFT, TABLE_USED);
    press(K_LEFT, TABLE_USED);
    assert_row(&canvas, 0, "  单号  状态      金额     ▸");
    tear_down();
}

static void it_asks_ahead_once_and_never_waits(void **state)
{
    (void)state;
    set_up(50, TABLE_MORE, &plain_model, 11, 80);
    assert_int_equal(rows.asked, 0);
    for (int i = 0; i < 2; i++)
        press(K_PAGE_DOWN, TABLE_MOVED);
    assert_int_equal(rows.asked, 0);
    press(K_PAGE_DOWN, TABLE_MOVED); /* row 31 of 50, two pages of 10 ahead */
    assert_int_equal(rows.asked, 1);
    press(K_END, TABLE_MOVED);
    assert_int_equal(rows.asked, 1);
    assert_row(&canvas, 10, "▸ R050  平安保险股份有限公司     已派    500.00");
    for (int64_t id = 51; id <= 100; id++)
        rows.ids[rows.count++] = id;
    rows.state = TABLE_MORE;
    table_changed(&table);
    assert_int_equal(table_current(&table), 50);
    assert_int_equal(rows.asked, 1);
    struct str text;
    str_init(&text, NULL);
    table_position(&table, &text);
    assert_string_equal(text.data, "50/100+");
    str_finish(&text);
    tear_down();
}

static const char *take_it_off(void *context)
{
    (void)context;
    return "Take it off";
}

static void an_empty_list_says_so(void **state)
{
    (void)state;
    set_up(0, TABLE_COMPLETE, &plain_model, 5, 40);
    draw();
    assert_row(&canvas, 1, "  Nothing found");
    assert_row(&canvas, 2, "");
    table.none = take_it_off;
    draw();
    assert_row(&canvas, 1, "  Nothing found");
    assert_row(&canvas, 2, "  Take it off");
    press(K_DOWN, TABLE_MOVED);
    press(K_ENTER, TABLE_USED);
    press(' ', TABLE_USED);
    rows.state = TABLE_LOADING;
    draw();
    assert_row(&canvas, 1, "  …");
    tear_down();
}

static void the_cursor_stays_on_its_record(void **state)
{
    (void)state;
    set_up(20, TABLE_COMPLETE, &plain_model, 8, 80);
    table_select(&table, 5);
    draw();
    memmove(&rows.ids[1], &rows.ids[0], 20 * sizeof(rows.ids[0])); /* a new row at the front */
    rows.ids[0] = 99;
    rows.count = 21;
    table_changed(&table);
    assert_int_equal(table_current(&table), 5);
    memmove(&rows.ids[5], &rows.ids[6], 15 * sizeof(rows.ids[0])); /* and it is gone */
    rows.count = 20;
    table_changed(&table);
    assert_int_equal(table_current(&table), 6);
    rows.count = 2;
    table_changed(&table);
    draw();
    assert_int_equal(table.cursor, 1);
    rows.count = 0;
    table_changed(&table);
    draw();
    assert_false(table_has_row(&table));
    tear_down();
}

static void marks_belong_to_records(void **state)
{
    (void)state;
    set_up(4, TABLE_COMPLETE, &plain_model, 6, 80);
    press(' ', TABLE_MARKED);
    press(K_DOWN, TABLE_MOVED);
    press(' ', TABLE_MARKED);
    assert_row(&canvas, 1, "* R001  平安保险股份有限公司     已派     10.00");
    assert_true(table_is_marked(&table, 1) && !table_is_marked(&table, 2) && table_is_marked(&table, 3));
    press('*', TABLE_MARKED);
    assert_true(!table_is_marked(&table, 1) && table_is_marked(&table, 2) && table_is_marked(&table, 4));
    assert_int_equal(table.marks.count, 2);
    struct str text;
    str_init(&text, NULL);
    table_position(&table, &text);
    assert_string_equal(text.data, "4/4 · 2 marked");
    table_unmark_all(&table);
    assert_int_equal(table.marks.count, 0);
    str_finish(&text);
    tear_down();
}

static void a_rows_state_has_a_sign(void **state)
{
    (void)state;
    static const struct {
        unsigned flags;
        const char *row;
    } signs[] = {
        {ROW_CHANGED, " ~R002"}, {ROW_PENDING, " …R002"}, {ROW_FAILED, " !R002"}, {ROW_ALARM, " !R002"}};
    set_up(2, TABLE_COMPLETE, &plain_model, 4, 8);
    for (size_t i = 0; i < array_len(signs); i++) {
        rows.flags = signs[i].flags;
        draw();
        assert_row(&canvas, 2, signs[i].row);
    }
    tear_down();
}

static void the_plain_mode_reads_the_row(void **state)
{
    (void)state;
    set_up(2, TABLE_COMPLETE, &plain_model, 4, 40);
    struct str text;
    str_init(&text, NULL);
    table_plain(&table, &text);
    assert_string_equal(text.data, "1/2\n单号: R001\n客户: 平安保险股份有限公司\n状态: 已派\n金额: 10.00\n");
    str_finish(&text);
    tear_down();
}

static void any_size_can_be_drawn(void **state)
{
    (void)state;
    for (int cols = 1; cols < 60; cols++) {
        for (int height = 1; height < 6; height++) {
            set_up(9, TABLE_COMPLETE, cols % 2 ? &plain_model : &sum_model, height, cols);
            press(K_DOWN, TABLE_MOVED);
            press(K_RIGHT, TABLE_USED);
            tear_down();
        }
    }
}

int main(void)
{
    use_utf8();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_fits_at_80),
        cmocka_unit_test(the_important_columns_come_first_at_28),
        cmocka_unit_test(columns_are_picked_one_after_the_other),
        cmocka_unit_test(what_comes_before_moves_nothing),
        cmocka_unit_test(it_asks_ahead_once_and_never_waits),
        cmocka_unit_test(an_empty_list_says_so),
        cmocka_unit_test(the_cursor_stays_on_its_record),
        cmocka_unit_test(marks_belong_to_records),
        cmocka_unit_test(a_rows_state_has_a_sign),
        cmocka_unit_test(the_plain_mode_reads_the_row),
        cmocka_unit_test(any_size_can_be_drawn),
    };
    return run_all(tests);
}
