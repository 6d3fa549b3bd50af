/* Labels and values in an area, wrapped and scrolled, and the parts of a price. */
#include "../test.h"

#include <locale.h>
#include <string.h>

#include "client/desks/panel.h"
#include "client/desks/price_parts.h"
#include "model/catalogue.h"

static void assert_row(const struct canvas *canvas, int row, const char *expected)
{
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    canvas_row_text(canvas, row, &text);
    assert_string_equal(text.data, expected);
}

static int draw(struct canvas *canvas, int scroll)
{
    struct panel panel;
    canvas_clear(canvas);
    panel_begin(&panel, canvas, (struct area){1, 2, 4, 16}, 5, scroll);
    panel_head(&panel, "Head");
    panel_value(&panel, "Place", ROLE_NORMAL, "one two three four");
    panel_value(&panel, "None", ROLE_NORMAL, "");
    panel_gap(&panel);
    panel_pair(&panel, ROLE_NORMAL, "a longer left side", "12.00");
    panel_text(&panel, ROLE_NORMAL, "天河区体育西路一号");
    return panel_end(&panel);
}

static void wrapped_and_clipped(void **state)
{
    struct canvas canvas;
    (void)state;
    canvas_init(&canvas, 6, 20);
    assert_int_equal(draw(&canvas, 0), 0);
    assert_row(&canvas, 0, "");
    assert_row(&canvas, 1, "  Head");
    assert_row(&canvas, 2, "  Place one two");
    assert_row(&canvas, 3, "        three four");
    assert_row(&canvas, 4, "");
    assert_row(&canvas, 5, "");
    canvas_finish(&canvas);
}

static void scrolled_no_further_than_the_end(void **state)
{
    struct canvas canvas;
    (void)state;
    canvas_init(&canvas, 6, 20);
    int scroll = draw(&canvas, 99);
    assert_true(scroll > 0);
    assert_int_equal(draw(&canvas, scroll), scroll);
    assert_row(&canvas, 0, "");
    assert_row(&canvas, 2, "  a longer … 12.00");
    assert_row(&canvas, 3, "  天河区体育西路一");
    assert_row(&canvas, 4, "  号");
    assert_row(&canvas, 5, "");
    canvas_finish(&canvas);
}

static void write_five(void *context, struct panel *panel)
{
    ++*(int *)context;
    for (const char *line = "1\0002\0003\0004\0005\000"; *line; line += 2)
        panel_text(panel, ROLE_NORMAL, line);
}

/* Past either end there is nothing to come back from: the next key moves at once. */
static void keys_scroll_it(void **state)
{
    static const struct {
        int code;
        const char *first;
    } steps[] = {{K_UP, "1"}, {K_DOWN, "2"},    {K_PAGE_DOWN, "4"}, {K_PAGE_DOWN, "4"},
                 {K_UP, "3"}, {K_PAGE_UP, "1"}, {K_DOWN, "2"},      {K_HOME, "1"}};
    struct canvas canvas;
    int scroll = 0, written = 0;
    (void)state;
    canvas_init(&canvas, 2, 20);
    for (size_t i = 0; i < array_len(steps); i++) {
        struct key key = key_code(steps[i].code), other = key_text("x");
        assert_true(panel_key(&key, 3, &scroll));
        assert_false(panel_key(&other, 3, &scroll));
        canvas_clear(&canvas);
        panel_draw(&canvas, canvas_whole(&canvas), 0, &scroll, write_five, &written);
        assert_row(&canvas, 0, steps[i].first);
    }
    assert_int_equal(written, 2 * array_len(steps));
    canvas_finish(&canvas);
}

static void parts_of_a_price(void **state)
{
    struct app_context app = {0};
    struct canvas canvas;
    struct panel panel;
    json_t *text = json_string(
        "[{\"kind\":\"base\",\"label\":\"Base price\",\"code\":null,\"quantity\":1,\"amount_fen\":30000},"
        "{\"kind\":\"km\",\"label\":\"Further km\",\"code\":null,\"quantity\":12,\"amount_fen\":9600},"
        "{\"kind\":\"toll\",\"label\":\"Toll\",\"code\":\"toll\",\"quantity\":1,\"amount_fen\":1500}]");
    json_t *parts = price_parts_of(text);
    (void)state;
    canvas_init(&canvas, 5, 30);
    panel_begin(&panel, &canvas, canvas_whole(&canvas), 5, 0);
    price_parts_draw(&app, &panel, parts, NULL, "Total", 41100);
    assert_row(&canvas, 0, "Base price              300.00");
    assert_row(&canvas, 1, "Further km × 12          96.00");
    assert_row(&canvas, 2, "toll                     15.00");
    assert_row(&canvas, 3, "Total                   411.00");
    canvas_finish(&canvas);
    json_decref(parts);
    json_decref(text);
}

static void broken_parts_are_none(void **state)
{
    json_t *text = json_string("not json"), *object = json_string("{}");
    (void)state;
    assert_null(price_parts_of(text));
    assert_null(price_parts_of(object));
    assert_null(price_parts_of(NULL));
    json_decref(text);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrapped_and_clipped),   cmocka_unit_test(scrolled_no_further_than_the_end),
        cmocka_unit_test(keys_scroll_it),        cmocka_unit_test(parts_of_a_price),
        cmocka_unit_test(broken_parts_are_none),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return run_all(tests);
}
