#include "ui_test.h"

#include "client/ui/choices.h"
#include "client/ui/input.h"
#include "client/ui/textarea.h"

static enum input_result type(struct input *field, const char *text)
{
    enum input_result result = INPUT_UNUSED;
    for (; *text; text += strlen(typed(text).text)) {
        struct key key = typed(text);
        result = input_key(field, &key);
    }
    return result;
}

static enum input_result press(struct input *field, int code)
{
    struct key key = key_code(code);
    return input_key(field, &key);
}

static enum input_result paste(struct input *field, const char *text)
{
    struct key key = pasted(text);
    return input_key(field, &key);
}

static void draw(struct input *field, struct canvas *canvas, int width)
{
    canvas_clear(canvas);
    input_draw(field, canvas, 0, 0, width, true);
    assert_whole(canvas);
}

static void typing_shows_at_once(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 20);
    struct input field;
    input_init(&field, INPUT_TEXT, 0);
    field.required = true;
    draw(&field, &canvas, 8);
    assert_row(&canvas, 0, "________*");
    assert_int_equal(type(&field, "王小a"), INPUT_CHANGED);
    draw(&field, &canvas, 8);
    assert_row(&canvas, 0, "王小a___");
    assert_int_equal(canvas.cursor_col, 5);
    press(&field, K_LEFT);
    press(&field, K_LEFT);
    draw(&field, &canvas, 8);
    assert_int_equal(canvas.cursor_col, 2);
    press(&field, K_BACKSPACE);
    press(&field, K_DELETE);
    assert_string_equal(input_text(&field), "a");
    field.invalid = true;
    draw(&field, &canvas, 8);
    assert_row(&canvas, 0, "a_______!");
    type(&field, "b");
    assert_false(field.invalid);
    assert_int_equal(press(&field, K_UP), INPUT_UNUSED);
    assert_int_equal(press(&field, K_ENTER), INPUT_UNUSED);
    input_finish(&field);
    canvas_finish(&canvas);
}

static void long_text_scrolls_by_whole_characters(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 20);
    struct input field;
    input_init(&field, INPUT_TEXT, 0);
    input_set(&field, "一二三四五六七八九十");
    draw(&field, &canvas, 9);
    assert_row(&canvas, 0, "九十_____<");
    assert_int_equal(canvas.cursor_col, 4);
    press(&field, K_HOME);
    draw(&field, &canvas, 9);
    assert_row(&canvas, 0, "一二三四_>");
    assert_int_equal(canvas.cursor_col, 0);
    for (int i = 0; i < 4; i++) {
        press(&field, K_RIGHT);
        draw(&field, &canvas, 9);
    }
    assert_row(&canvas, 0, "三四五六_>"); /* the fifth would hang over the edge: it jumps by half */
    assert_int_equal(canvas.cursor_col, 4);
    press(&field, K_END);
    draw(&field, &canvas, 9);
    for (int i = 0; i < 10; i++) {
        press(&field, K_LEFT);
        draw(&field, &canvas, 9);
        assert_true(canvas.cursor_col >= 0 && canvas.cursor_col < 9);
    }
    assert_int_equal(canvas.cursor_col, 0);
    input_finish(&field);
    canvas_finish(&canvas);
}

static void a_full_field_shows_all_of_it(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 6);
    struct input field;
    input_init(&field, INPUT_DIGITS, 4);
    type(&field, "1234");
    assert_int_equal(type(&field, "5"), INPUT_REFUSED);
    draw(&field, &canvas, 4);
    assert_row(&canvas, 0, "1234");
    assert_int_equal(canvas.cursor_col, 4);
    input_finish(&field);
    canvas_finish(&canvas);
}

static void full_width_input_is_folded(void **state)
{
    (void)state;
    struct input field;
    input_init(&field, INPUT_AMOUNT, 20);
    type(&field, "１２。５");
    assert_string_equal(input_text(&field), "12.5");
    assert_int_equal(type(&field, "元"), INPUT_REFUSED);
    assert_int_equal(press(&field, K_CTRL('U')), INPUT_CHANGED);
    paste(&field, "¥1,200.00 元\n");
    assert_string_equal(input_text(&field), "1,200.00");
    input_finish(&field);
    input_init(&field, INPUT_PHONE, 20);
    paste(&field, "１３８ ００１３ ８０００");
    assert_string_equal(input_text(&field), "138 0013 8000");
    input_finish(&field);
    input_init(&field, INPUT_CODE, 20);
    paste(&field, "ＡＢ－１２中");
    assert_string_equal(input_text(&field), "AB-12");
    input_finish(&field);
    input_init(&field, INPUT_DATE, 20);
    type(&field, "２０２６－０３－０１");
    assert_string_equal(input_text(&field), "2026-03-01");
    assert_int_equal(type(&field, "x"), INPUT_REFUSED);
    input_finish(&field);
    input_init(&field, INPUT_TEXT, 20);
    type(&field, "Ａ１");
    assert_string_equal(input_text(&field), "Ａ１");
    input_finish(&field);
}

static void text_is_composed_and_clean(void **state)
{
    (void)state;
    struct input field;
    input_init(&field, INPUT_TEXT, 20);
    type(&field, "e\xcc\x81");
    assert_string_equal(input_text(&field), "\xc3\xa9");
    assert_int_equal(field.edit.cursor, 2);
    press(&field, K_CTRL('U'));
    paste(&field, "a\033[31m\xe2\x80\xae"
                  "b\nc\td\xff\n\n");
    assert_string_equal(input_text(&field), "a[31mb c d");
    input_finish(&field);
}

static void a_paste_is_cut_at_a_character(void **state)
{
    (void)state;
    struct input field;
    input_init(&field, INPUT_TEXT, 5);
    paste(&field, "一二三四五六七");
    assert_string_equal(input_text(&field), "一二三四五");
    input_finish(&field);
}

static void clear_can_be_undone(void **state)
{
    (void)state;
    struct input field;
    input_init(&field, INPUT_TEXT, 20);
    type(&field, "王小明");
    press(&field, K_CTRL('U'));
    assert_true(input_empty(&field));
    press(&field, K_CTRL('U'));
    assert_string_equal(input_text(&field), "王小明");
    input_finish(&field);
}

static void secrets_are_not_shown_and_not_kept(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 20);
    struct input field;
    input_init(&field, INPUT_SECRET, 30);
    const char *memory = input_text(&field);
    type(&field, "pässwört中");
    draw(&field, &canvas, 12);
    assert_row(&canvas, 0, "*********___");
    assert_int_equal(canvas.cursor_col, 9);
    assert_ptr_equal(memory, input_text(&field)); /* it never moved */
    press(&field, K_CTRL('U'));
    press(&field, K_CTRL('U'));
    assert_true(input_empty(&field));
    for (int i = 0; i < 8; i++)
        assert_int_equal(memory[i], 0);
    input_finish(&field);
    canvas_finish(&canvas);
}

static void changes_are_taken_back(void **state)
{
    (void)state;
    struct input field;
    input_init(&field, INPUT_TEXT, 0);
    type(&field, "one two");
    assert_int_equal(press(&field, K_CTRL('W')), INPUT_CHANGED);
    assert_string_equal(input_text(&field), "one ");
    paste(&field, "三四");
    press(&field, K_BACKSPACE);
    press(&field, K_BACKSPACE);
    assert_string_equal(input_text(&field), "one ");
    press(&field, K_CTRL('Y')); /* both, as they were taken away in one go */
    assert_string_equal(input_text(&field), "one 三四");
    press(&field, K_CTRL('Y'));
    assert_string_equal(input_text(&field), "one ");
    press(&field, K_CTRL('Y'));
    assert_string_equal(input_text(&field), "one two");
    press(&field, K_CTRL('Y'));
    press(&field, K_CTRL('Y'));
    press(&field, K_CTRL('Y'));
    assert_string_equal(input_text(&field), "");
    assert_int_equal(press(&field, K_CTRL('Y')), INPUT_REFUSED);
    input_set(&field, "loaded");
    assert_int_equal(press(&field, K_CTRL('Y')), INPUT_REFUSED); /* what was loaded was no change */
    for (int i = 0; i < 3 * EDIT_UNDO_MAX; i++)
        paste(&field, "xxxxx");
    for (int i = 0; i < EDIT_UNDO_MAX; i++)
        assert_int_equal(press(&field, K_CTRL('Y')), INPUT_CHANGED);
    assert_int_equal(press(&field, K_CTRL('Y')), INPUT_REFUSED);
    input_finish(&field);
    input_init(&field, INPUT_SECRET, 0);
    type(&field, "secret");
    assert_int_equal(press(&field, K_CTRL('Y')), INPUT_REFUSED); /* no copy of it is kept */
    input_finish(&field);
}

static void set_selected(struct input *field, const char *text)
{
    input_set(field, text);
    input_select(field);
}

static void what_is_typed_takes_the_place_of_what_is_selected(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 20);
    struct input field;
    input_init(&field, INPUT_DIGITS, 4);
    input_select(&field);
    assert_false(field.selected); /* nothing stands there */
    set_selected(&field, "1234");
    draw(&field, &canvas, 8);
    assert_row(&canvas, 0, "1234____");
    assert_int_equal(canvas.cursor_col, 4);
    for (int i = 0; i < 8; i++)
        assert_int_equal(canvas_cell(&canvas, 0, i)->role, i < 4 ? ROLE_SELECT : ROLE_FIELD);
    assert_int_equal(type(&field, "x"), INPUT_REFUSED); /* no digit: nothing is lost */
    assert_string_equal(input_text(&field), "1234");
    assert_true(field.selected);
    assert_int_equal(type(&field, "27"), INPUT_CHANGED);
    assert_string_equal(input_text(&field), "27");
    draw(&field, &canvas, 8);
    assert_int_equal(canvas_cell(&canvas, 0, 0)->role, ROLE_FIELD);
    assert_int_equal(press(&field, K_CTRL('Y')), INPUT_CHANGED); /* all of it is one change */
    assert_string_equal(input_text(&field), "1234");
    set_selected(&field, "1234");
    paste(&field, "98765");
    assert_string_equal(input_text(&field), "9876");
    assert_true(field.cut);
    input_finish(&field);
    canvas_finish(&canvas);
}

static void a_key_that_moves_begins_to_edit(void **state)
{
    (void)state;
    static const struct {
        int key;
        const char *then; /* with x typed behind it */
    } keys[] = {{K_LEFT, "王小x明"}, {K_RIGHT, "王小明x"},   {K_HOME, "x王小明"},
                {K_END, "王小明x"},  {K_BACKSPACE, "王小x"}, {K_DELETE, "x"},
                {K_CTRL('U'), "x"},  {K_CTRL('W'), "x"},     {K_WORD_LEFT, "x王小明"}};
    struct input field;
    input_init(&field, INPUT_TEXT, 20);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        set_selected(&field, "王小明");
        press(&field, keys[i].key);
        assert_false(field.selected);
        type(&field, "x");
        assert_string_equal(input_text(&field), keys[i].then);
    }
    set_selected(&field, "王小明");
    assert_int_equal(press(&field, K_TAB), INPUT_UNUSED);
    assert_true(field.selected);
    press(&field, K_DELETE);
    press(&field, K_CTRL('U')); /* brings back what was taken away */
    assert_string_equal(input_text(&field), "王小明");
    input_finish(&field);
    input_init(&field, INPUT_SECRET, 20);
    type(&field, "longer secret");
    input_select(&field);
    const char *memory = input_text(&field);
    type(&field, "new");
    assert_string_equal(input_text(&field), "new");
    assert_ptr_equal(memory, input_text(&field));
    for (int i = 3; i < 13; i++)
        assert_int_equal(memory[i], 0);
    input_finish(&field);
}

static void the_cursor_goes_by_words(void **state)
{
    (void)state;
    struct input field;
    input_init(&field, INPUT_TEXT, 0);
    input_set(&field, "one,  2 王明。ab");
    press(&field, K_HOME);
    static const size_t ends[] = {3, 6, 8, 14, 17, 19};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        press(&field, K_WORD_RIGHT);
        assert_int_equal(field.edit.cursor, ends[i]);
    }
    press(&field, K_WORD_RIGHT);
    assert_int_equal(field.edit.cursor, 19);
    press(&field, K_WORD_LEFT);
    assert_int_equal(field.edit.cursor, 17);
    press(&field, K_WORD_LEFT);
    press(&field, K_WORD_LEFT);
    assert_int_equal(field.edit.cursor, 8);
    assert_int_equal(press(&field, K_CTRL('W')), INPUT_CHANGED);
    assert_string_equal(input_text(&field), "one,  王明。ab");
    input_finish(&field);
}

static void a_paste_that_is_cut_says_so(void **state)
{
    (void)state;
    struct input field;
    struct textarea area;
    char *much = test_malloc(100 * 1024);
    memset(much, 'x', 100 * 1024 - 1);
    much[100 * 1024 - 1] = '\0';
    input_init(&field, INPUT_TEXT, 4);
    paste(&field, "abc");
    assert_false(field.cut);
    paste(&field, "def");
    assert_true(field.cut);
    type(&field, "x");
    assert_false(field.cut); /* said once */
    input_finish(&field);
    textarea_init(&area, 0);
    struct key key = pasted(much);
    assert_int_equal(textarea_key(&area, &key), INPUT_CHANGED);
    assert_true(area.cut);
    assert_int_equal(strlen(textarea_text(&area)), EDIT_MAX);
    key = key_code(K_CTRL('Y'));
    assert_int_equal(textarea_key(&area, &key), INPUT_CHANGED);
    assert_string_equal(textarea_text(&area), "");
    textarea_finish(&area);
    test_free(much);
}

static void a_readonly_field_refuses(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 1, 20);
    struct input field;
    input_init(&field, INPUT_TEXT, 20);
    input_set(&field, "x");
    field.readonly = true;
    assert_int_equal(type(&field, "y"), INPUT_REFUSED);
    assert_int_equal(press(&field, K_BACKSPACE), INPUT_REFUSED);
    assert_int_equal(paste(&field, "y"), INPUT_REFUSED);
    draw(&field, &canvas, 5);
    assert_row(&canvas, 0, "x");
    input_finish(&field);
    canvas_finish(&canvas);
}

static void press_area(struct textarea *area, int code, enum input_result expected)
{
    struct key key = key_code(code);
    assert_int_equal(textarea_key(area, &key), expected);
}

static void a_text_area_wraps_and_moves(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 3, 9);
    struct textarea area;
    textarea_init(&area, 200);
    struct key key = pasted("一二三四五\nab");
    textarea_key(&area, &key);
    textarea_draw(&area, &canvas, canvas_whole(&canvas), true);
    assert_row(&canvas, 0, "一二三四");
    assert_row(&canvas, 1, "五______");
    assert_row(&canvas, 2, "ab______");
    assert_int_equal(canvas.cursor_row, 2);
    assert_int_equal(canvas.cursor_col, 2);
    press_area(&area, K_DOWN, INPUT_UNUSED);
    press_area(&area, K_UP, INPUT_USED);
    press_area(&area, K_UP, INPUT_USED);
    textarea_draw(&area, &canvas, canvas_whole(&canvas), true);
    assert_int_equal(canvas.cursor_row, 0);
    assert_int_equal(canvas.cursor_col, 2);
    press_area(&area, K_UP, INPUT_UNUSED);
    press_area(&area, K_ENTER, INPUT_CHANGED);
    assert_string_equal(textarea_text(&area), "一\n二三四五\nab");
    press_area(&area, K_PAGE_DOWN, INPUT_USED);
    press_area(&area, K_END, INPUT_USED);
    press_area(&area, K_ENTER, INPUT_CHANGED);
    textarea_draw(&area, &canvas, canvas_whole(&canvas), true);
    assert_int_equal(canvas.cursor_row, 2);
    assert_true(area.scroll > 0);
    assert_whole(&canvas);
    textarea_finish(&area);
    canvas_finish(&canvas);
}

static void choices_hang_below_or_above(void **state)
{
    (void)state;
    struct canvas canvas;
    canvas_init(&canvas, 8, 30);
    struct choices choices;
    choices_init(&choices);
    choices.open = choices.waiting = true;
    choices_popup(&choices, &canvas, canvas_whole(&canvas), 0, 2);
    assert_row(&canvas, 2, "│ …                  │");
    choices.waiting = false;
    choices_add(&choices, 7, "平安保险", "95511");
    assert_int_equal(choices_unique(&choices)->id, 7);
    choices_add(&choices, 8, "平安银行", NULL);
    assert_null(choices_unique(&choices));
    struct key down = key_code(K_DOWN), enter = key_code(K_ENTER), escape = key_code(K_CANCEL);
    assert_int_equal(choices_key(&choices, &down), CHOICES_USED);
    assert_int_equal(choices_key(&choices, &down), CHOICES_USED);
    assert_int_equal(choices_current(&choices)->id, 8);
    assert_int_equal(choices_key(&choices, &enter), CHOICES_TAKEN);
    canvas_clear(&canvas);
    choices_popup(&choices, &canvas, canvas_whole(&canvas), 6, 27);
    assert_row(&canvas, 5, "        └────────────────────┘");
    assert_row(&canvas, 4, "        │ ▸ 平安银行         │");
    assert_int_equal(choices_key(&choices, &escape), CHOICES_CLOSED);
    assert_false(choices.open);
    choices_finish(&choices);
    canvas_finish(&canvas);
}

int main(void)
{
    use_utf8();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing_shows_at_once),
        cmocka_unit_test(long_text_scrolls_by_whole_characters),
        cmocka_unit_test(a_full_field_shows_all_of_it),
        cmocka_unit_test(full_width_input_is_folded),
        cmocka_unit_test(text_is_composed_and_clean),
        cmocka_unit_test(a_paste_is_cut_at_a_character),
        cmocka_unit_test(clear_can_be_undone),
        cmocka_unit_test(secrets_are_not_shown_and_not_kept),
        cmocka_unit_test(changes_are_taken_back),
        cmocka_unit_test(what_is_typed_takes_the_place_of_what_is_selected),
        cmocka_unit_test(a_key_that_moves_begins_to_edit),
        cmocka_unit_test(the_cursor_goes_by_words),
        cmocka_unit_test(a_paste_that_is_cut_says_so),
        cmocka_unit_test(a_readonly_field_refuses),
        cmocka_unit_test(a_text_area_wraps_and_moves),
        cmocka_unit_test(choices_hang_below_or_above),
    };
    return run_all(tests);
}
