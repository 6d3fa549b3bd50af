/* Keys typed before the rows they are for. */
#include "ui_test.h"

#include <stdlib.h>

#include "client/ui/dialog.h"

/* A screen that writes down its keys, and waits when told to. */
struct page {
    struct screen screen;
    enum screen_wait waits;
};

static struct ui ui;
static struct page *page;
static struct str seen;

static unsigned page_key(struct screen *screen, const struct key *key)
{
    struct page *own = container_of(screen, struct page, screen);
    if (key->kind == KEY_PASTE)
        str_addf(&seen, "<%.*s>", (int)key->paste_len, key->paste);
    else if (key->code == K_CANCEL)
        str_add(&seen, "esc");
    else if (key->kind == KEY_TEXT)
        str_add(&seen, key->text);
    if (key->code == 'w')
        own->waits = SCREEN_WAITS;
    if (key->code == 's')
        own->waits = SCREEN_WAITS_LONG;
    if (key->code == 'd')
        ui.drop_input = true;
    return SCREEN_REDRAW;
}

static enum screen_wait page_waiting(struct screen *screen)
{
    return container_of(screen, struct page, screen)->waits;
}

static void page_close(struct screen *screen)
{
    free(screen);
}

static const struct screen_ops page_ops = {
    .name = "page", .key = page_key, .waiting = page_waiting, .close = page_close};

static void type(const char *text)
{
    for (; *text; text += strlen(key_text(text).text)) {
        struct key key = key_text(text);
        ui_key(&ui, &key);
    }
}

static void rows_come(void)
{
    page->waits = SCREEN_READY;
    ahead_go(&ui);
}

static void expect_seen(const char *expected)
{
    assert_string_equal(seen.data, expected);
    str_clear(&seen);
}

static int set_up(void **state)
{
    (void)state;
    str_init(&seen, NULL);
    ui_init(&ui, 24, 80);
    page = memory_zeroed(1, sizeof(*page));
    page->screen.ops = &page_ops;
    ui_open(&ui, &page->screen);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ui_finish(&ui);
    str_finish(&seen);
    return 0;
}

static void test_kept_in_order(void **state)
{
    (void)state;
    type("aw");
    expect_seen("aw");
    type("单b1");
    ahead_go(&ui);
    expect_seen("");
    rows_come();
    expect_seen("单b1");
    type("c");
    expect_seen("c");
}

/* One of the kept ones asks for other rows: those behind it are for these. */
static void test_waits_again(void **state)
{
    (void)state;
    type("w");
    type("awb");
    rows_come();
    expect_seen("waw");
    type("c");
    rows_come();
    expect_seen("bc");
}

static void test_escape_drops(void **state)
{
    (void)state;
    struct key escape = key_code(K_CANCEL);
    type("w");
    type("abc");
    ui_key(&ui, &escape);
    expect_seen("wesc");
    rows_come();
    expect_seen("");
}

static void test_no_more_than_fit(void **state)
{
    (void)state;
    type("w");
    for (int i = 0; i < AHEAD_MAX; i++)
        type("k");
    ui.bell = false;
    type("z");
    assert_true(ui.bell);
    rows_come();
    assert_int_equal(seen.len, AHEAD_MAX + 1);
    assert_null(strchr(seen.data, 'z'));
}

static void test_patience(void **state)
{
    (void)state;
    type("w");
    type("ab");
    ui_tick(&ui, 10000);
    ui_tick(&ui, 10000 + AHEAD_PATIENCE_MS);
    ahead_go(&ui);
    expect_seen("w");
    ui_tick(&ui, 10001 + AHEAD_PATIENCE_MS);
    ahead_go(&ui);
    expect_seen("ab");
    type("c"); /* and from then on it waits anew */
    expect_seen("");
    rows_come();
    expect_seen("c");
}

/* What was submitted may take its time: what is typed behind it is for what comes then. */
static void test_no_end_of_patience_with_an_answer(void **state)
{
    (void)state;
    type("s");
    type("ab");
    for (int i = 0; i < 10; i++)
        ui_tick(&ui, 10000 + i * AHEAD_PATIENCE_MS);
    ahead_go(&ui);
    expect_seen("s");
    rows_come();
    expect_seen("ab");
    type("sc");
    ahead_forget(&ui.ahead); /* refused */
    rows_come();
    expect_seen("s");
}

static void test_paste_is_kept(void **state)
{
    (void)state;
    char text[] = "粤A12345";
    struct key paste = {.kind = KEY_PASTE, .code = K_NONE, .paste = text, .paste_len = strlen(text)};
    type("w");
    ui_key(&ui, &paste);
    memset(text, 'x', strlen(text));
    rows_come();
    expect_seen("w<粤A12345>");
    type("w");
    ui_key(&ui, &paste); /* and is not lost when nobody comes for it */
    expect_seen("w");
}

/* What must not be answered by a key meant for something else drops them. */
static void test_dropped_with_what_was_typed(void **state)
{
    (void)state;
    type("w");
    type("adb");
    rows_come();
    expect_seen("wad");
    rows_come();
    expect_seen("");
}

#define ahead_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ahead_test(test_kept_in_order), ahead_test(test_waits_again),
        ahead_test(test_escape_drops),  ahead_test(test_no_more_than_fit),
        ahead_test(test_patience),      ahead_test(test_no_end_of_patience_with_an_answer),
        ahead_test(test_paste_is_kept), ahead_test(test_dropped_with_what_was_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
