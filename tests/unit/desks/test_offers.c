/* Vehicles on offer: which digit means which, and what stands on the screen. */
#include "../test.h"

#include <locale.h>
#include <string.h>

#include "client/desks/offers.h"
#include "model/catalogue.h"

static void fill(struct offers *offers, int count)
{
    json_t *rows = json_array();
    for (int i = 1; i <= count; i++)
        json_array_append_new(rows, json_pack("{s:i, s:i, s:i, s:i, s:b, s:s, s:s, s:s, s:[s]}", "vehicle_id",
                                              i, "driver_id", 100 + i, "distance_m", i * 700, "eta_s", i * 90,
                                              "fit", i < 3, "plate", "粤A12345", "driver", "王伟", "type",
                                              "tow", "reasons", i < 3 ? "Position is old" : "Off duty"));
    offers_take(offers, rows);
    json_decref(rows);
}

static void start(struct offers *offers, struct app_context *app, struct screen *screen)
{
    *app = (struct app_context){.loop = ev_default_loop(0)};
    app->catalogue = catalogue_create_empty();
    offers_init(offers, app, screen);
    offers->order_id = offers->shown_for = 5;
}

static void finish(struct offers *offers)
{
    struct catalogue *catalogue = (struct catalogue *)offers->app->catalogue;
    offers_finish(offers);
    catalogue_destroy(catalogue);
}

static void digits_and_pages(void **state)
{
    struct app_context app;
    struct screen screen = {0};
    struct offers offers;
    (void)state;
    start(&offers, &app, &screen);
    fill(&offers, 12);
    assert_int_equal(offers_at(&offers, 1)->vehicle_id, 1);
    assert_int_equal(offers_at(&offers, 3)->vehicle_id, 3);
    assert_null(offers_at(&offers, 0));
    assert_null(offers_at(&offers, 4));
    for (int page = 1; page < 4; page++) {
        assert_true(offers_page(&offers, 1));
        assert_int_equal(offers_at(&offers, 1)->vehicle_id, 3 * page + 1);
    }
    assert_false(offers_page(&offers, 1));
    for (int page = 3; page > 0; page--)
        assert_true(offers_page(&offers, -1));
    assert_false(offers_page(&offers, -1));
    finish(&offers);
}

/* A digit pressed while the answer for another order is on its way sends nothing. */
static void offers_of_another_order_are_none(void **state)
{
    struct app_context app;
    struct screen screen = {0};
    struct offers offers;
    (void)state;
    start(&offers, &app, &screen);
    fill(&offers, 3);
    offers.order_id = 6;
    assert_null(offers_at(&offers, 1));
    finish(&offers);
}

/* The digit means another vehicle than a moment ago: nobody could have read it. */
static void a_list_that_has_just_changed_sends_nobody(void **state)
{
    struct app_context app;
    struct screen screen = {0};
    struct offers offers;
    (void)state;
    start(&offers, &app, &screen);
    fill(&offers, 3);
    assert_false(offers_settled(&offers, 1));
    for (int i = 0; i < OFFERS_KEYS; i++)
        offers.came_ms[i] -= 1000;
    fill(&offers, 3);
    assert_true(offers_settled(&offers, 1));
    fill(&offers, 1);
    assert_true(offers_settled(&offers, 1));
    assert_false(offers_settled(&offers, 2));
    finish(&offers);
}

static void distances(void **state)
{
    char buf[32];
    (void)state;
    assert_string_equal(offer_distance(buf, sizeof(buf), 0), "0 m");
    assert_string_equal(offer_distance(buf, sizeof(buf), 356), "350 m");
    assert_string_equal(offer_distance(buf, sizeof(buf), 4260), "4.2 km");
    assert_string_equal(offer_distance(buf, sizeof(buf), 12600), "13 km");
    assert_string_equal(offer_distance(buf, sizeof(buf), NIL), "?");
}

static bool shows(const struct canvas *canvas, const char *text)
{
    struct str all cleanup(cleanup_str);
    str_init(&all, NULL);
    canvas_dump(canvas, &all);
    return strstr(all.data, text) != NULL;
}

static void drawn_narrow_and_wide(void **state)
{
    static const int widths[] = {20, 38, 41, 60, 104};
    struct app_context app;
    struct screen screen = {0};
    struct offers offers;
    (void)state;
    start(&offers, &app, &screen);
    fill(&offers, 4);
    for (size_t i = 0; i < array_len(widths); i++) {
        struct canvas canvas;
        canvas_init(&canvas, 12, widths[i]);
        offers_draw(&offers, &canvas, canvas_whole(&canvas));
        assert_true(shows(&canvas, "1 粤A12345"));
        assert_true(widths[i] < 38 || shows(&canvas, "王伟"));
        assert_true(widths[i] < 38 || shows(&canvas, widths[i] < 100 ? "off duty" : "Off duty"));
        canvas_finish(&canvas);
    }
    finish(&offers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_and_pages),
        cmocka_unit_test(offers_of_another_order_are_none),
        cmocka_unit_test(a_list_that_has_just_changed_sends_nobody),
        cmocka_unit_test(distances),
        cmocka_unit_test(drawn_narrow_and_wide),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return run_all(tests);
}
