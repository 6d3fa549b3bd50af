/* Themes: what is text can be read, what a person writes is understood or refused in words, and no state is told by colour alone. */
#include "ui_test.h"

#include <math.h>

#include "client/ui/flow.h"
#include "client/ui/input.h"
#include "client/ui/status.h"
#include "client/ui/table.h"

enum { BLACK = 0x000000, WHITE = 0xffffff };

static const double readable = 4.5; /* by the WCAG: for nearly everybody */

static double lightness(int rgb)
{
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double part = (rgb >> (16 - 8 * i) & 255) / 255.0;
        sum += weights[i] * (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(int rgb, int other_rgb)
{
    double a = lightness(rgb), b = lightness(other_rgb);
    return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

/* Of a colour among eight, which a terminal may make a little lighter when it is bold. */
static int few_rgb(int colour, int own, unsigned attributes)
{
    return colour < 0 ? own : theme_rgb(attributes & STYLE_BOLD && colour < 8 ? colour + 8 : colour);
}

static void check_role(enum theme theme, enum role role, int ink, int ground)
{
    const struct style *style = theme_style(theme, role);
    int fg = style->fg_256 < 0 ? ink : theme_rgb(style->fg_256);
    int bg = style->bg_256 < 0 ? ground : theme_rgb(style->bg_256);
    double many = contrast(fg, bg);
    bool dark = ground == BLACK;
    fg = style->fg < 0 ? ink : dark ? few_rgb(style->fg, ink, style->attributes) : theme_rgb(style->fg);
    bg = style->bg < 0 ? ground : theme_rgb(style->bg);
    double few = contrast(fg, bg);
    if (many < readable || few < 3.0)
        fail_msg("%s, %s: %.1f of 256, %.1f of 8", theme_name(theme), role_name(role), many, few);
}

static void text_can_be_read(void **state)
{
    (void)state;
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (role == ROLE_BORDER)
            continue;
        check_role(THEME_DARK, (enum role)role, 0xe5e5e5, BLACK);
        check_role(THEME_LIGHT, (enum role)role, BLACK, WHITE);
        check_role(THEME_CONTRAST, (enum role)role, WHITE, BLACK);
    }
}

static void contrast_is_that_of_the_wcag(void **state)
{
    (void)state;
    assert_true(contrast(BLACK, WHITE) > 20.99 && contrast(BLACK, WHITE) < 21.01);
    assert_true(contrast(0x777777, WHITE) > 4.47 && contrast(0x777777, WHITE) < 4.49);
    assert_true(contrast(0xff0000, 0xff0000) == 1.0);
}

static void a_field_being_typed_in_has_no_attribute(void **state)
{
    (void)state;
    for (int theme = 0; theme < THEME_OWN; theme++)
        assert_int_equal(theme_style((enum theme)theme, ROLE_FIELD)->attributes, 0);
}

static void colours_have_their_nearest(void **state)
{
    (void)state;
    assert_int_equal(theme_rgb(196), 0xff0000);
    assert_int_equal(theme_rgb(231), 0xffffff);
    assert_int_equal(theme_rgb(244), 0x808080);
    assert_int_equal(theme_rgb(-1), -1);
    for (int i = 16; i < 256; i++)
        assert_int_equal(theme_rgb(theme_nearest(theme_rgb(i), 256)), theme_rgb(i));
    assert_int_equal(theme_nearest(0xfe0000, 16), 9);
    assert_int_equal(theme_nearest(0xc80000, 8), 1);
    assert_int_equal(theme_nearest(0x101010, 8), 0);
}

static void ones_own_theme_is_read(void **state)
{
    (void)state;
    char trouble[300] = "";
    theme_own_begin(THEME_DARK);
    assert_true(theme_own_set("base", "light", trouble, sizeof(trouble)));
    assert_int_equal(theme_style(THEME_OWN, ROLE_LABEL)->fg_256,
                     theme_style(THEME_LIGHT, ROLE_LABEL)->fg_256);
    assert_true(theme_own_set("error", "#ff8700 on bright_black bold underline", trouble, sizeof(trouble)));
    const struct style *error = theme_style(THEME_OWN, ROLE_ERROR);
    assert_int_equal(error->fg_rgb, STYLE_RGB | 0xff8700);
    assert_int_equal(error->fg_256, 208);
    assert_int_equal(error->bg_256, 8);
    assert_int_equal(error->bg, 0);
    assert_int_equal(error->attributes, STYLE_BOLD | STYLE_UNDERLINE);
    assert_true(theme_own_set("label", "", trouble, sizeof(trouble)));
    assert_int_equal(theme_style(THEME_OWN, ROLE_LABEL)->fg, -1);
    assert_true(theme_own_set("label", "default", trouble, sizeof(trouble)));
    assert_string_equal(trouble, "");
}

static void what_is_wrong_in_it_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words, *trouble;
    } rows[] = {
        {"error", "blurple", "“blurple” is no colour"},
        {"error", "#12345", "“#12345” is no colour"},
        {"error", "#12345g", "“#12345g” is no colour"},
        {"error", "red on on", "“on” is no colour"},
        {"error", "bright_", "“bright_” is no colour"},
        {"sky", "blue", "“sky” is no part of a screen"},
        {"base", "sepia", "“sepia” is no theme to begin with"},
        {"base", "own", "“own” is no theme to begin with"},
    };
    theme_own_begin(THEME_DARK);
    for (size_t i = 0; i < array_len(rows); i++) {
        char trouble[300] = "";
        assert_false(theme_own_set(rows[i].name, rows[i].words, trouble, sizeof(trouble)));
        assert_non_null(strstr(trouble, rows[i].trouble));
    }
    assert_int_equal(theme_style(THEME_OWN, ROLE_ERROR)->fg_256, theme_style(THEME_DARK, ROLE_ERROR)->fg_256);
}

/* ---- no state by colour alone: their texts differ ---- */

static unsigned row_flags[6] = {0, ROW_CHANGED, ROW_PENDING, ROW_FAILED, ROW_ALARM, 0};

static size_t count(void *context)
{
    (void)context;
    return array_len(row_flags);
}

static enum table_state complete(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

static int64_t id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row + 1;
}

static unsigned flags(void *context, size_t row)
{
    (void)context;
    return row_flags[row];
}

static const char *cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    (void)context, (void)row, (void)column, (void)role;
    str_add(scratch, "the same");
    return scratch->data;
}

static void rows_in_every_state_differ(void **state)
{
    (void)state;
    static const struct table_model model = {
        .count = count, .state = complete, .id = id, .flags = flags, .cell = cell};
    struct table table;
    struct canvas canvas;
    struct str lines[6];
    canvas_init(&canvas, 10, 40);
    table_init(&table, &model, NULL);
    table_add_column(&table, &(struct table_column){.title = "Title", .width = 10});
    struct key down = key_code(K_DOWN), space = key_text(" ");
    for (int i = 0; i < 4; i++)
        table_key(&table, &down);
    table_key(&table, &space);
    table_draw(&table, &canvas, canvas_whole(&canvas), true);
    for (int i = 0; i < 6; i++) {
        str_init(&lines[i], NULL);
        canvas_row_text(&canvas, 1 + i, &lines[i]);
    }
    assert_string_not_equal(lines[0].data, lines[1].data); /* changed */
    assert_string_not_equal(lines[0].data, lines[2].data); /* waits for its answer */
    assert_string_not_equal(lines[0].data, lines[3].data); /* failed */
    assert_string_not_equal(lines[0].data, lines[4].data); /* late, and marked */
    assert_string_not_equal(lines[1].data, lines[2].data);
    assert_string_not_equal(lines[2].data, lines[3].data);
    for (int i = 0; i < 6; i++)
        str_finish(&lines[i]);
    table_finish(&table);
    canvas_finish(&canvas);
}

static void say(struct canvas *canvas, enum role role, struct str *out)
{
    struct status status;
    status_init(&status);
    canvas_clear(canvas);
    assert_true(status_set_message(&status, role, "words"));
    status_draw(&status, canvas, "title", "crumb", 1);
    canvas_row_text(canvas, canvas->rows - 3, out);
    status_finish(&status);
}

static void messages_differ(void **state)
{
    (void)state;
    struct canvas canvas;
    struct str plain, warning, error;
    canvas_init(&canvas, 24, 80);
    str_init(&plain, NULL);
    str_init(&warning, NULL);
    str_init(&error, NULL);
    say(&canvas, ROLE_NORMAL, &plain);
    say(&canvas, ROLE_WARNING, &warning);
    say(&canvas, ROLE_ERROR, &error);
    assert_string_not_equal(plain.data, warning.data);
    assert_string_not_equal(plain.data, error.data);
    assert_string_not_equal(warning.data, error.data);
    str_finish(&plain);
    str_finish(&warning);
    str_finish(&error);
    canvas_finish(&canvas);
}

static void steps_and_fields_differ(void **state)
{
    (void)state;
    static const char *const labels[] = {"new", "sent", "done"};
    struct str now, later;
    str_init(&now, NULL);
    str_init(&later, NULL);
    flow_text(&now, 0, labels, 3, 0);
    flow_text(&later, 0, labels, 3, 1);
    assert_string_not_equal(now.data, later.data);
    str_finish(&now);
    str_finish(&later);

    struct canvas canvas;
    struct input input;
    struct str text[3];
    canvas_init(&canvas, 1, 20);
    input_init(&input, INPUT_TEXT, 10);
    for (int i = 0; i < 3; i++) {
        str_init(&text[i], NULL);
        input.required = i == 1;
        input.invalid = i == 2;
        canvas_clear(&canvas);
        input_draw(&input, &canvas, 0, 0, 12, false);
        canvas_row_text(&canvas, 0, &text[i]);
    }
    assert_string_not_equal(text[0].data, text[1].data);
    assert_string_not_equal(text[0].data, text[2].data);
    assert_string_not_equal(text[1].data, text[2].data);
    for (int i = 0; i < 3; i++)
        str_finish(&text[i]);
    input_finish(&input);
    canvas_finish(&canvas);
}

int main(void)
{
    use_utf8();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_can_be_read),
        cmocka_unit_test(contrast_is_that_of_the_wcag),
        cmocka_unit_test(a_field_being_typed_in_has_no_attribute),
        cmocka_unit_test(colours_have_their_nearest),
        cmocka_unit_test(ones_own_theme_is_read),
        cmocka_unit_test(what_is_wrong_in_it_is_told),
        cmocka_unit_test(rows_in_every_state_differ),
        cmocka_unit_test(messages_differ),
        cmocka_unit_test(steps_and_fields_differ),
    };
    return cmocka_run_group_tests_name("themes", tests, NULL, NULL);
}
