#include "ui_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/ui/dialog.h"
#include "client/ui/help.h"
#include "client/ui/palette.h"
#include "client/ui/plain.h"

/* A screen that writes down what happens to it. */
struct page {
    struct screen screen;
    const char *name;
    struct str *log;
    bool stubborn;
};

static struct page *page_of(struct screen *screen)
{
    return container_of(screen, struct page, screen);
}

static void note(struct screen *screen, const char *what)
{
    str_addf(page_of(screen)->log, "%s:%s ", page_of(screen)->name, what);
}

static void page_open(struct screen *screen)
{
    note(screen, "open");
}

static void page_close(struct screen *screen)
{
    note(screen, "close");
    free(screen);
}

static unsigned page_covered(struct screen *screen, bool covered)
{
    note(screen, covered ? "covered" : "seen");
    return 0;
}

static bool page_may_close(struct screen *screen)
{
    return !page_of(screen)->stubborn;
}

static unsigned page_tick(struct screen *screen, int64_t now_ms)
{
    return now_ms == 99 ? SCREEN_CLOSE : 0;
}

static struct page *page_create(const char *name, struct str *log);

static unsigned page_key(struct screen *screen, const struct key *key)
{
    switch (key->code) {
    case 'o': ui_open(screen->ui, &page_create("new", page_of(screen)->log)->screen); return SCREEN_REDRAW;
    case 'r': /* another one in its place */
        ui_open(screen->ui, &page_create("next", page_of(screen)->log)->screen);
        return SCREEN_CLOSE;
    case 'x':
        ui_close(screen->ui, screen);
        note(screen, "alive");
        return 0;
    case 's': ui_say(screen->ui, ROLE_ERROR, "%s", "金额: too much"); return SCREEN_REDRAW;
    case 'k': note(screen, "k"); return 0;
    default: return SCREEN_UNUSED;
    }
}

static void page_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    canvas_put(canvas, body.row, body.col, body.cols, ROLE_NORMAL, page_of(screen)->name);
    canvas_put(canvas, body.row + body.rows - 1, body.col, body.cols, ROLE_NORMAL, "last row of the body");
    canvas_cursor(canvas, body.row, body.col);
}

static void page_title(struct screen *screen, struct str *out)
{
    str_addf(out, "订单监控 %s", page_of(screen)->name);
}

static void page_crumb(struct screen *screen, struct str *out)
{
    (void)screen;
    str_add(out, "全部 > 广州");
}

static void page_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_HELP, "帮助", 9);
    key_bar_add(bar, K_NEW, "新建", 1);
    key_bar_add(bar, 'k', "Note", 2);
    key_bar_add(bar, K_CTRL('T'), "Switch task", 5);
    key_bar_add(bar, K_CANCEL, "Back", 0);
}

static const char *page_help(struct screen *screen)
{
    (void)screen;
    return "# Monitor\nAll orders of the branch.";
}

static const struct screen_ops page_ops = {
    .name = "page",
    .open = page_open,
    .key = page_key,
    .draw = page_draw,
    .tick = page_tick,
    .covered = page_covered,
    .may_close = page_may_close,
    .close = page_close,
    .title = page_title,
    .crumb = page_crumb,
    .keys = page_keys,
    .help = page_help,
};

/* One of which the words never change. */
static const struct screen_ops sign_ops = {
    .name = "sign",
    .draw = page_draw,
    .close = page_close,
    .heading = "Sign",
    .keys = page_keys,
    .about = "What always holds.",
};

static struct page *page_create(const char *name, struct str *log)
{
    struct page *page = memory_zeroed(1, sizeof(*page));
    page->screen.ops = &page_ops;
    page->name = name;
    page->log = log;
    return page;
}

static struct ui ui;
static struct str events;

static void press(int code)
{
    char text[2] = {(char)code, 0};
    struct key key = code < K_BASE ? key_text(text) : key_code(code);
    ui_key(&ui, &key);
    ui_draw(&ui);
    assert_whole(&ui.canvas);
}

static void type(const char *text)
{
    for (; *text; text += strlen(key_text(text).text)) {
        struct key key = key_text(text);
        ui_key(&ui, &key);
    }
    ui_draw(&ui);
}

static void expect_events(const char *expected)
{
    assert_string_equal(events.data, expected);
    str_clear(&events);
}

static int set_up(void **state)
{
    (void)state;
    str_init(&events, NULL);
    ui_init(&ui, 24, 80);
    ui_open(&ui, &page_create("root", &events)->screen);
    ui_draw(&ui);
    str_clear(&events);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ui_finish(&ui);
    str_finish(&events);
    return 0;
}

static void screens_are_a_stack(void **state)
{
    (void)state;
    press('o');
    expect_events("root:covered new:open ");
    press(K_CANCEL);
    expect_events("new:close root:seen ");
    press(K_CANCEL); /* the first screen stays */
    assert_true(ui.bell);
    expect_events("");
    press('r');
    expect_events("root:covered next:open root:close ");
    press('x');
    expect_events("next:alive next:close ");
    assert_null(ui_top(&ui));
}

static void words_that_never_change(void **state)
{
    struct page *sign = page_create("sign", &events);
    (void)state;
    sign->screen.ops = &sign_ops;
    ui_open(&ui, &sign->screen);
    ui_draw(&ui);
    assert_true(canvas_has(&ui.canvas, " Sign"));
    press(K_HELP);
    assert_true(canvas_has(&ui.canvas, "What always holds."));
    assert_true(canvas_has(&ui.canvas, "Note"));
}

static void a_screen_may_refuse_to_go(void **state)
{
    (void)state;
    press('o');
    page_of(ui_top(&ui))->stubborn = true;
    press(K_CANCEL);
    assert_string_equal(page_of(ui_top(&ui))->name, "new");
    page_of(ui_top(&ui))->stubborn = false;
    press(K_LEAVE);
    assert_string_equal(page_of(ui_top(&ui))->name, "root");
}

static void a_late_answer_finds_nobody(void **state)
{
    (void)state;
    press('o');
    uint64_t id = ui_top(&ui)->id;
    assert_ptr_equal(ui_find(&ui, id), ui_top(&ui));
    press(K_CANCEL);
    assert_null(ui_find(&ui, id));
    press('o');
    assert_null(ui_find(&ui, id));
}

static void tasks_stand_beside_each_other(void **state)
{
    (void)state;
    ui_open_task(&ui, &page_create("second", &events)->screen);
    assert_int_equal(ui_task_count(&ui), 2);
    press(K_CTRL('T'));
    assert_string_equal(page_of(ui_top(&ui))->name, "root");
    assert_true(canvas_has(&ui.canvas, "[2]"));
    press(K_CTRL('T'));
    str_clear(&events);
    press(K_CANCEL); /* the first of a second task may go */
    expect_events("second:close root:seen ");
    assert_int_equal(ui_task_count(&ui), 1);
    ui_tick(&ui, 99);
    assert_null(ui_top(&ui));
}

static void the_rows_are_where_the_anatomy_says(void **state)
{
    (void)state;
    (void)!status_set_person(&ui.status, "广州天河站", "李调度", "调度员");
    (void)!status_set_clock(&ui.status, "14:05");
    (void)!status_set_bell(&ui.status, ROLE_ALARM, "☎ 13800138000 王小明");
    press('s');
    assert_row(&ui.canvas, 0,
               " 订单监控 root                           广州天河站 · 李调度 (调度员) · 14:05 ●");
    assert_row(&ui.canvas, 1, " 全部 > 广州");
    assert_row(&ui.canvas, 2, "root");
    assert_row(&ui.canvas, 20, "last row of the body");
    assert_row(&ui.canvas, 21, "! 金额: too much");
    assert_row(&ui.canvas, 22, "☎ 13800138000 王小明");
    assert_row(&ui.canvas, 23, "F1 帮助  F6 新建  k Note  ^T Switch task  Esc Back");
    ui_resize(&ui, 20, 40);
    (void)!status_set_link(&ui.status, "RETRY 3s");
    ui_draw(&ui);
    assert_whole(&ui.canvas);
    assert_row(&ui.canvas, 0, " 订单监控 root  李调度 · 14:05 RETRY 3s");
    assert_row(&ui.canvas, 16, "last row of the body");
    assert_row(&ui.canvas, 19, "F6 新建  k Note  Esc Back              …");
    for (int rows = 1; rows < 8; rows++) {
        for (int cols = 1; cols < 30; cols++) {
            ui_resize(&ui, rows, cols);
            ui_draw(&ui);
            assert_whole(&ui.canvas);
        }
    }
}

static void messages_live_until_the_next_key_that_does_something(void **state)
{
    (void)state;
    press('s');
    assert_true(canvas_has(&ui.canvas, "too much"));
    press(K_F7); /* not used: an error stays to be read */
    assert_true(canvas_has(&ui.canvas, "too much"));
    press('k');
    assert_false(canvas_has(&ui.canvas, "too much"));
}

/* What does not fit in its row is read in those above, as far as these are not typed in. */
static void a_long_message_is_read_whole(void **state)
{
    (void)state;
    ui_resize(&ui, 20, 40);
    ui_say(&ui, ROLE_ERROR, "%s",
           "电话: a phone number has 3 to 20 digits, with a plus before it if it is foreign");
    ui_draw(&ui);
    assert_whole(&ui.canvas);
    assert_row(&ui.canvas, 15, "! 电话: a phone number has 3 to 20");
    assert_row(&ui.canvas, 16, "  digits, with a plus before it if it");
    assert_row(&ui.canvas, 17, "  is foreign");
    press(K_F7);
    assert_row(&ui.canvas, 17, "  is foreign");
    press('k');
    assert_row(&ui.canvas, 16, "last row of the body");
    ui_resize(&ui, 8, 40); /* three rows of the body, the first has the cursor */
    ui_say(&ui, ROLE_NORMAL, "%s",
           "one two three four five six seven eight nine ten eleven twelve thirteen "
           "fourteen fifteen sixteen seventeen eighteen nineteen twenty");
    ui_draw(&ui);
    assert_row(&ui.canvas, 2, "root");
    assert_row(&ui.canvas, 3, "one two three four five six seven eight");
    assert_row(&ui.canvas, 5, "fourteen fifteen sixteen seventeen     …");
}

static void progress_shows_in_the_message_line(void **state)
{
    (void)state;
    (void)!status_set_progress(&ui.status, "导出", 500);
    ui_draw(&ui);
    assert_true(canvas_has(&ui.canvas, "导出 ████████████████████░░░░░░░░░░░░░░░░░░░░ 50%"));
    (void)!status_set_progress(&ui.status, "导出", -1);
    ui_draw(&ui);
    assert_row(&ui.canvas, 21, "导出 …");
}

static void answered(void *context, const struct dialog_answer *answer)
{
    char name[16];
    str_addf(context, "%s %lld %s", key_label(answer->key, name, sizeof(name)), (long long)answer->id,
             answer->text);
}

static void a_question_is_answered_by_its_letter(void **state)
{
    (void)state;
    dialog_yes_no(&ui, "作废", "Void this order?", true, answered, &events);
    expect_events("root:covered ");
    assert_true(ui.drop_input);
    ui_draw(&ui);
    assert_true(canvas_has(&ui.canvas, "┌─ 作废 ────────────┐"));
    assert_true(canvas_has(&ui.canvas, "│ Void this order?  │"));
    assert_true(canvas_has(&ui.canvas, "│ [y] Yes  [n] No   │"));
    assert_int_equal(ui.canvas.cursor_row, -1);
    press(K_ENTER);
    press('k');
    expect_events("");
    type("Ｙ");
    expect_events("y 0 root:seen ");
    dialog_yes_no(&ui, "t", "safe?", false, answered, &events);
    press(K_ENTER);
    expect_events("root:covered y 0 root:seen ");
    dialog_message(&ui, "t", "gone", NULL, NULL);
    press('k');
    expect_events("root:covered root:seen ");
}

static void a_list_is_chosen_from_by_letters(void **state)
{
    (void)state;
    struct choices choices;
    choices_init(&choices);
    choices_add(&choices, 1, "客户取消", NULL);
    choices_add(&choices, 2, "车辆故障", "breakdown");
    choices_add(&choices, 3, "Weather", NULL);
    dialog_choose(&ui, "原因", &choices, answered, &events);
    assert_int_equal(choices.items.count, 0);
    choices_finish(&choices);
    str_clear(&events);
    type("brk");
    assert_true(canvas_has(&ui.canvas, "▸ 车辆故障"));
    assert_false(canvas_has(&ui.canvas, "Weather"));
    press(K_ENTER);
    expect_events("Enter 2 车辆故障root:seen ");
    choices_init(&choices);
    choices_add(&choices, 1, "a", NULL);
    dialog_choose(&ui, "t", &choices, answered, &events);
    choices_finish(&choices);
    str_clear(&events);
    press(K_CANCEL);
    expect_events("Esc 0 root:seen ");
}

static const char *at_most_500(void *context, const char *text)
{
    (void)context;
    return atoi(text) > 500 ? "不得超过 500" : NULL;
}

static void one_value_is_asked_for_and_checked(void **state)
{
    (void)state;
    struct dialog_ask ask = {.title = "金额",
                             .label = "Amount",
                             .kind = INPUT_AMOUNT,
                             .max = 10,
                             .required = true,
                             .check = at_most_500};
    dialog_ask(&ui, &ask, answered, &events);
    str_clear(&events);
    press(K_ENTER);
    assert_true(canvas_has(&ui.canvas, "A value is needed here"));
    type("９００");
    assert_false(canvas_has(&ui.canvas, "needed"));
    press(K_ENTER);
    assert_true(canvas_has(&ui.canvas, "不得超过 500"));
    press(K_BACKSPACE);
    press(K_SAVE);
    expect_events("Enter 0 90root:seen ");
}

static void a_dialog_torn_down_does_not_answer(void **state)
{
    (void)state;
    press('o');
    struct screen *below = ui_top(&ui);
    dialog_yes_no(&ui, "t", "?", false, answered, &events);
    str_clear(&events);
    ui_close(&ui, below);
    expect_events("new:close root:seen ");
}

static void ran(void *context, const struct palette_entry *entry, const char *line)
{
    str_addf(context, "%lld/%s ", entry ? (long long)entry->id : -1, line ? line : "(none)");
}

static void heard(void *context, uint64_t screen, const char *line)
{
    struct palette_entry found = {77, line, "record", NULL, 0, NULL};
    (void)context;
    if (strchr(line, '1'))
        palette_found(&ui, screen, &found, 1);
}

static void the_palette_finds_by_name_initials_and_records(void **state)
{
    (void)state;
    static const struct palette_entry entries[] = {{1, "救援监控", "R4", "jyjk", 0, NULL},
                                                   {2, "车辆管理", NULL, "clgl", 0, NULL},
                                                   {3, "Rescue order", NULL, NULL, 0, NULL},
                                                   {4, "Record of rescue", NULL, NULL, 0, NULL}};
    static const struct palette_ops ops = {.done = ran, .typed = heard};
    palette_open(&ui, "Command", entries, 4, &ops, &events);
    str_clear(&events);
    type("jyj");
    assert_true(canvas_has(&ui.canvas, "▸ 救援监控"));
    assert_false(canvas_has(&ui.canvas, "车辆管理"));
    press(K_ENTER);
    expect_events("1/jyj root:seen ");
    palette_open(&ui, "Command", entries, 4, &ops, &events);
    str_clear(&events);
    type("reso");
    press(K_ENTER);
    expect_events("3/reso root:seen ");
    palette_open(&ui, "Command", entries, 4, &ops, &events);
    str_clear(&events);
    type("= 1+2");
    press(K_DOWN);
    assert_true(canvas_has(&ui.canvas, "▸ = 1"));
    press(K_CTRL('U'));
    type("= 2");
    press(K_ENTER);
    expect_events("-1/= 2 root:seen ");
    palette_open(&ui, "Command", entries, 4, &ops, &events);
    str_clear(&events);
    press(K_CANCEL);
    expect_events("-1/(none) root:seen ");
    palette_found(&ui, 12345, entries, 1);
}

static void fuzzy_prefers_starts_and_runs(void **state)
{
    (void)state;
    assert_int_equal(fuzzy_score("xyz", "rescue"), 0);
    assert_true(fuzzy_score("", "rescue") > 0);
    assert_true(fuzzy_score("ＲＥＳ", "rescue") > 0);
    assert_true(fuzzy_score("ro", "rescue order") > fuzzy_score("ro", "retro"));
    assert_true(fuzzy_score("order", "rescue order") > fuzzy_score("order", "or die early"));
    assert_true(fuzzy_score("监控", "救援监控") > 0);
}

static void help_scrolls_searches_and_runs(void **state)
{
    (void)state;
    press(K_HELP);
    assert_row(&ui.canvas, 2, "▸ Monitor");
    assert_row(&ui.canvas, 3, "  All orders of the branch.");
    assert_true(canvas_has(&ui.canvas, "  k      Note"));
    press('/');
    type("NOTE");
    press(K_ENTER);
    assert_true(canvas_has(&ui.canvas, "▸ k      Note"));
    str_clear(&events);
    press(K_ENTER);
    expect_events("root:k root:seen ");
    press('?');
    assert_row(&ui.canvas, 2, "▸ Keys valid now");
    press(K_CANCEL);
    assert_string_equal(ui_top(&ui)->ops->name, "page");
}

static void a_window_too_small_takes_no_key(void **state)
{
    (void)state;
    int rows = ui.canvas.rows, cols = ui.canvas.cols;
    ui.min_rows = rows;
    ui.min_cols = cols;
    ui_resize(&ui, rows - 1, cols);
    ui_draw(&ui);
    assert_false(canvas_has(&ui.canvas, "root"));
    assert_true(canvas_has(&ui.canvas, "larger"));
    str_clear(&events);
    ui.bell = false;
    press('k');
    expect_events("");
    assert_true(ui.bell);
    ui_resize(&ui, rows, cols);
    ui_draw(&ui);
    assert_true(canvas_has(&ui.canvas, "root"));
    press('k');
    expect_events("root:k ");
}

static void the_plain_mode_prints_what_is_new(void **state)
{
    (void)state;
    struct plain plain;
    struct str out;
    plain_init(&plain);
    str_init(&out, NULL);
    plain_print(&plain, &ui, &out);
    assert_non_null(strstr(out.data, "订单监控 root ●\n全部 > 广州\nroot\n"));
    str_clear(&out);
    plain_print(&plain, &ui, &out);
    assert_string_equal(out.data, "");
    dialog_yes_no(&ui, "作废", "Void?", false, NULL, NULL);
    plain_print(&plain, &ui, &out);
    assert_string_equal(out.data, "作废\nVoid?\ny: Yes\nn: No\n");
    str_finish(&out);
    plain_finish(&plain);
}

#define ui_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    use_utf8();
    const struct CMUnitTest tests[] = {
        ui_test(screens_are_a_stack),
        ui_test(words_that_never_change),
        ui_test(a_screen_may_refuse_to_go),
        ui_test(a_late_answer_finds_nobody),
        ui_test(tasks_stand_beside_each_other),
        ui_test(the_rows_are_where_the_anatomy_says),
        ui_test(a_window_too_small_takes_no_key),
        ui_test(messages_live_until_the_next_key_that_does_something),
        ui_test(a_long_message_is_read_whole),
        ui_test(progress_shows_in_the_message_line),
        ui_test(a_question_is_answered_by_its_letter),
        ui_test(a_list_is_chosen_from_by_letters),
        ui_test(one_value_is_asked_for_and_checked),
        ui_test(a_dialog_torn_down_does_not_answer),
        ui_test(the_palette_finds_by_name_initials_and_records),
        ui_test(fuzzy_prefers_starts_and_runs),
        ui_test(help_scrolls_searches_and_runs),
        ui_test(the_plain_mode_prints_what_is_new),
    };
    return run_all(tests);
}
