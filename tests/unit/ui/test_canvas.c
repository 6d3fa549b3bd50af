#include "ui_test.h"

#include "base/rand.h"
#include "client/ui/flow.h"

static void put_clips_by_cells(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 2, 10);
    assert_int_equal(canvas_put(&canvas, 0, 0, 5, ROLE_NORMAL, "救援订单"), 4);
    assert_row(&canvas, 0, "救援");
    assert_int_equal(canvas_put(&canvas, 1, 7, 10, ROLE_NORMAL, "a中b"), 3);
    assert_row(&canvas, 1, "       a中");
    canvas_clear(&canvas);
    assert_int_equal(canvas_put(&canvas, 0, 9, 10, ROLE_NORMAL, "中"), 0); /* never over the last column */
    assert_int_equal(canvas_put(&canvas, 5, 0, 10, ROLE_NORMAL, "x"), 0);
    assert_int_equal(canvas_put(&canvas, -1, 0, 10, ROLE_NORMAL, "x"), 0);
    assert_whole(&canvas);
    canvas_finish(&canvas);
}

static void overwriting_half_a_wide_character_removes_it(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 8);
    canvas_put(&canvas, 0, 0, 8, ROLE_NORMAL, "中文字");
    canvas_put(&canvas, 0, 3, 1, ROLE_NORMAL, "x");
    assert_row(&canvas, 0, "中 x字");
    canvas_put(&canvas, 0, 4, 1, ROLE_NORMAL, "y");
    assert_row(&canvas, 0, "中 xy");
    canvas_put(&canvas, 0, 1, 2, ROLE_NORMAL, "字");
    assert_row(&canvas, 0, " 字xy");
    assert_whole(&canvas);
    canvas_finish(&canvas);
}

static void marks_stay_with_their_character(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 8);
    assert_int_equal(canvas_put(&canvas, 0, 0, 8, ROLE_NORMAL, "e\xcc\x81x"), 2);
    assert_row(&canvas, 0, "e\xcc\x81x");
    canvas_put(&canvas, 0, 0, 8, ROLE_NORMAL, "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81z");
    assert_int_equal(canvas_cell(&canvas, 0, 0)->chars[CELL_CHARS - 1], 0);
    assert_int_equal(canvas_cell(&canvas, 0, 1)->chars[0], L'z');
    canvas_finish(&canvas);
}

static void control_and_hidden_characters_are_shown_as_such(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 20);
    canvas_put(&canvas, 0, 0, 20, ROLE_NORMAL,
               "a\033[31mb\xe2\x80\xae"
               "c\xff\nd\te");
    assert_row(&canvas, 0,
               "a\xef\xbf\xbd[31mb\xef\xbf\xbd"
               "c\xef\xbf\xbd d e");
    canvas_finish(&canvas);
}

static void text_pads_and_ends_in_an_ellipsis(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 4, 12);
    for (int row = 0; row < 4; row++)
        canvas_fill(&canvas, (struct area){row, 0, 1, 12}, ROLE_NORMAL, L'#');
    canvas_text(&canvas, 0, 0, 8, ROLE_NORMAL, ALIGN_LEFT, "救援订单长");
    assert_row(&canvas, 0, "救援订… ####");
    canvas_text(&canvas, 1, 0, 8, ROLE_NORMAL, ALIGN_RIGHT, "12.50");
    assert_row(&canvas, 1, "   12.50####");
    canvas_text(&canvas, 2, 0, 8, ROLE_NORMAL, ALIGN_CENTRE, "中文");
    assert_row(&canvas, 2, "  中文  ####");
    canvas_text(&canvas, 3, 0, 1, ROLE_NORMAL, ALIGN_LEFT, "中文");
    assert_row(&canvas, 3, "…###########");
    canvas_finish(&canvas);
}

static void boxes_hold_a_title(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 3, 16);
    struct area in = canvas_box(&canvas, canvas_whole(&canvas), ROLE_BORDER, "原因");
    assert_row(&canvas, 0, "┌─ 原因 ───────┐");
    assert_row(&canvas, 1, "│              │");
    assert_row(&canvas, 2, "└──────────────┘");
    assert_int_equal(in.cols, 12);
    assert_int_equal(in.rows, 1);
    canvas_finish(&canvas);
}

static void paragraphs_break_between_words_and_wide_characters(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 6, 10);
    int rows = canvas_paragraph(&canvas, canvas_whole(&canvas), ROLE_NORMAL,
                                "one two three\n客户取消，车辆已经出发。", 0);
    assert_row(&canvas, 0, "one two");
    assert_row(&canvas, 1, "three");
    assert_row(&canvas, 2, "客户取消，");
    assert_row(&canvas, 3, "车辆已经出");
    assert_row(&canvas, 4, "发。");
    assert_int_equal(rows, 5);
    assert_int_equal(canvas_wrap_count("aaaaaaaaaaaaaaaaaaaaaaa", 10), 3);
    assert_int_equal(canvas_wrap_count("", 10), 1);
    assert_int_equal(canvas_wrap_count("中", 1), 1);
    canvas_finish(&canvas);
}

static void closing_marks_do_not_begin_a_line(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 3, 8);
    canvas_paragraph(&canvas, canvas_whole(&canvas), ROLE_NORMAL, "客户取消。好", 0);
    assert_row(&canvas, 0, "客户取");
    assert_row(&canvas, 1, "消。好");
    canvas_finish(&canvas);
}

/* Whatever is put wherever, no half of a wide character is left behind. */
static void any_drawing_leaves_whole_characters(void **state)
{
    (void)state;
    static const char *const texts[] = {"中",   "a",        "ab中", "文字abc", "…", "中文中文中文中文",
                                        "\xff", "e\xcc\x81"};
    struct canvas canvas;
    struct rng rng;
    rng_seed(&rng, 7);
    canvas_init(&canvas, 20, 40);
    for (int i = 0; i < 20000; i++) {
        int row = (int)rng_range(&rng, 0, 21) - 1, col = (int)rng_range(&rng, 0, 43) - 2;
        int width = (int)rng_range(&rng, 0, 45);
        const char *text = texts[rng_range(&rng, 0, array_len(texts) - 1)];
        switch (rng_range(&rng, 0, 2)) {
        case 0: canvas_put(&canvas, row, col, width, ROLE_NORMAL, text); break;
        case 1:
            canvas_text(&canvas, row, col, width, ROLE_NORMAL, (enum align)rng_range(&rng, 0, 2), text);
            break;
        default: canvas_fill(&canvas, (struct area){row, col, 2, width % 5}, ROLE_NORMAL, L'.'); break;
        }
    }
    assert_whole(&canvas);
    canvas_finish(&canvas);
}

static void assert_flow(int width, int current, const char *expected)
{
    static const char *const steps[] = {"新建", "已派", "已接", "在途", "到达", "完成"};
    struct str text;
    str_init(&text, NULL);
    flow_text(&text, width, steps, array_len(steps), current);
    assert_string_equal(text.data, expected);
    struct canvas canvas;
    canvas_init(&canvas, 1, width ? width : 80);
    flow_draw(&canvas, 0, 0, canvas.cols, steps, array_len(steps), current);
    assert_row(&canvas, 0, expected);
    assert_whole(&canvas);
    canvas_finish(&canvas);
    str_finish(&text);
}

static void flows_keep_the_present_step(void **state)
{
    (void)state;
    assert_flow(0, 1, "新建 ▸ [已派] ▸ 已接 ▸ 在途 ▸ 到达 ▸ 完成");
    assert_flow(80, -1, "新建 ▸ 已派 ▸ 已接 ▸ 在途 ▸ 到达 ▸ 完成");
    assert_flow(30, 0, "[新建] ▸ 已派 ▸ 已接 ▸ …");
    assert_flow(30, 3, "… ▸ 已接 ▸ [在途] ▸ 到达 ▸ …");
    assert_flow(30, 5, "… ▸ 在途 ▸ 到达 ▸ [完成]");
    assert_flow(14, 2, "… ▸ [已接] ▸ …");
}

static void every_role_has_a_style_and_states_differ_without_colour(void **state)
{
    (void)state;
    for (int theme = 0; theme < THEME_COUNT; theme++) {
        enum theme found = THEME_COUNT;
        assert_true(theme_parse(theme_name((enum theme)theme), &found));
        assert_int_equal(found, theme);
        assert_non_null(theme_label((enum theme)theme));
        /* A typed letter is one byte only where field and background look alike. */
        const struct style *field = theme_style((enum theme)theme, ROLE_FIELD);
        const struct style *normal = theme_style((enum theme)theme, ROLE_NORMAL);
        assert_memory_equal(field, normal, sizeof(*field));
    }
    static const enum role states[] = {ROLE_FOCUS,   ROLE_SELECT, ROLE_STEP_NOW, ROLE_ERROR,
                                       ROLE_WARNING, ROLE_ALARM,  ROLE_KEY,      ROLE_MARKED};
    for (size_t i = 0; i < array_len(states); i++)
        assert_true(theme_style(THEME_MONO, states[i])->attributes != 0);
    for (int role = 0; role < ROLE_COUNT; role++) {
        assert_non_null(role_name((enum role)role));
        assert_true(theme_style(THEME_MONO, (enum role)role)->fg == -1);
    }
}

int main(void)
{
    use_utf8();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_clips_by_cells),
        cmocka_unit_test(overwriting_half_a_wide_character_removes_it),
        cmocka_unit_test(marks_stay_with_their_character),
        cmocka_unit_test(control_and_hidden_characters_are_shown_as_such),
        cmocka_unit_test(text_pads_and_ends_in_an_ellipsis),
        cmocka_unit_test(boxes_hold_a_title),
        cmocka_unit_test(paragraphs_break_between_words_and_wide_characters),
        cmocka_unit_test(closing_marks_do_not_begin_a_line),
        cmocka_unit_test(any_drawing_leaves_whole_characters),
        cmocka_unit_test(flows_keep_the_present_step),
        cmocka_unit_test(every_role_has_a_style_and_states_differ_without_colour),
    };
    return run_all(tests);
}
