/*
 * Plays the cases of charts.txt: each is a chart in words, and behind it what must be drawn, whole lines behind a `|`. With the environment's
 * CHARTS_WRITE a file is written with what is drawn, to be read before it takes the place of the old one.
 */
#include "ui_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"
#include "client/ui/braille.h"
#include "client/ui/chart.h"

static const char *cases_path;

struct chart_case {
    char name[80];
    struct chart chart;
    VEC(struct chart_point) points;
    const char *series[CHART_SERIES_MAX + 2];
    int rows, cols;
    bool ascii, plain, spark;
    struct str expected, words; /* words: the lines before the drawing, as they stand */
};

static int word_of(const char *word, const char *const *list)
{
    for (int i = 0; list[i]; i++)
        if (strcmp(list[i], word) == 0)
            return i;
    fail_msg("no such word: %s", word);
    return 0;
}

static int64_t number_of(const char *word)
{
    return strcmp(word, "-") == 0 ? NIL : strtoll(word, NULL, 10);
}

/* point LABEL TOTAL VALUE…; the label has _ for spaces, and of a day is the day. */
static void take_point(struct chart_case *c, struct arena *arena, char *rest)
{
    struct chart_point point = {.day = {INT32_MIN}};
    char *save, *word = strtok_r(rest, " ", &save);
    char *label = arena_strdup(arena, word);
    for (char *at = label; *at; at++)
        *at = *at == '_' ? ' ' : *at;
    point.label = label;
    if (day_parse(label, &point.day) != 0)
        point.day.n = INT32_MIN;
    point.total = number_of(strtok_r(NULL, " ", &save));
    int64_t *values = arena_alloc(arena, sizeof(*values) * CHART_SERIES_MAX * 2);
    size_t count = 0;
    for (size_t i = 0; i < c->chart.nseries; i++)
        values[i] = NIL;
    while ((word = strtok_r(NULL, " ", &save)))
        values[count++] = number_of(word);
    point.values = count ? values : NULL;
    vec_push(&c->points, point);
}

static void take_line(struct chart_case *c, struct arena *arena, char *line)
{
    static const char *const kinds[] = {"bars", "stacked", "line", "heat", NULL};
    static const char *const units[] = {"number", "fen", "seconds", "hundredths", NULL};
    char *save, *word = strtok_r(line, " ", &save);
    if (!word || *word == '#')
        return;
    if (strcmp(word, "point") == 0) {
        take_point(c, arena, save);
    } else if (strcmp(word, "days") == 0) { /* days FIRST VALUE…, one after the other */
        struct day day;
        char text[16];
        assert_int_equal(day_parse(strtok_r(NULL, " ", &save), &day), 0);
        for (; (word = strtok_r(NULL, " ", &save)); day = day_add(day, 1))
            vec_push(&c->points,
                     ((struct chart_point){.label = arena_strdup(arena, day_print(text, sizeof(text), day)),
                                           .day = day,
                                           .total = number_of(word)}));
    } else if (strcmp(word, "series") == 0) {
        while ((word = strtok_r(NULL, " ", &save)))
            c->series[c->chart.nseries++] = arena_strdup(arena, word);
    } else if (strcmp(word, "cursor") == 0) {
        c->chart.cursor = (size_t)atoi(strtok_r(NULL, " ", &save));
        c->chart.focused = true;
    } else if (strcmp(word, "ascii") == 0) {
        c->ascii = true;
    } else if (strcmp(word, "plain") == 0) {
        c->plain = true;
    } else if (strcmp(word, "spark") == 0) {
        c->spark = true;
    } else { /* KIND UNIT LANGUAGE ROWSxCOLS */
        c->chart.kind = (enum chart_kind)word_of(word, kinds);
        c->chart.unit = (enum chart_unit)word_of(strtok_r(NULL, " ", &save), units);
        c->chart.language = arena_strdup(arena, strtok_r(NULL, " ", &save));
        assert_int_equal(sscanf(strtok_r(NULL, " ", &save), "%dx%d", &c->rows, &c->cols), 2);
    }
}

static wchar_t ascii_of(wchar_t c)
{
    wchar_t narrow = glyph_narrow(c);
    assert_true(narrow < 0x80 || narrow == c); /* Chinese words stay */
    assert_false(narrow >= 0x2500 && narrow < 0x2900);
    return narrow;
}

static void add_row(const struct chart_case *c, struct canvas *canvas, int row, struct str *out)
{
    for (int col = 0; c->ascii && col < c->cols; col++)
        ((struct cell *)canvas_cell(canvas, row, col))->chars[0] =
            ascii_of(canvas_cell(canvas, row, col)->chars[0]);
    str_add_char(out, '|');
    canvas_row_text(canvas, row, out);
    str_add_char(out, '\n');
}

/* Nothing may stand outside the area. */
static void draw(const struct chart_case *c, struct str *out)
{
    struct canvas canvas;
    canvas_init(&canvas, c->rows + 2, c->cols + 4);
    chart_draw(&c->chart, &canvas, (struct area){1, 2, c->rows, c->cols});
    assert_whole(&canvas);
    for (int row = 0; row < c->rows + 2; row++)
        for (int col = 0; col < c->cols + 4; col++)
            if (row == 0 || row == c->rows + 1 || col < 2 || col >= c->cols + 2)
                assert_int_equal(canvas_cell(&canvas, row, col)->chars[0], L' ');
    canvas_clear(&canvas);
    chart_draw(&c->chart, &canvas, (struct area){0, 0, c->rows, c->cols});
    for (int row = 0; row < c->rows; row++)
        add_row(c, &canvas, row, out);
    canvas_finish(&canvas);
}

static void add_plain(const struct chart_case *c, struct str *out)
{
    struct str text;
    str_init(&text, NULL);
    chart_plain(&c->chart, &text);
    for (char *at = text.data; *at; at = strchr(at, '\n') + 1)
        str_addf(out, "|%.*s\n", (int)strcspn(at, "\n"), at);
    str_finish(&text);
}

static void add_spark(const struct chart_case *c, struct str *out)
{
    int64_t values[64];
    for (size_t i = 0; i < c->points.count && i < 64; i++)
        values[i] = c->points.items[i].total;
    str_add_char(out, '|');
    chart_sparkline(values, c->points.count, c->cols, out);
    str_add_char(out, '\n');
}

static void run(struct chart_case *c, FILE *write)
{
    struct str text;
    str_init(&text, NULL);
    c->chart.points = c->points.items;
    c->chart.count = c->points.count;
    c->chart.series = c->series;
    if (c->plain)
        add_plain(c, &text);
    else if (c->spark)
        add_spark(c, &text);
    else
        draw(c, &text);
    if (write)
        fprintf(write, "%s%s\n", c->words.data, text.data);
    else if (strcmp(text.data, c->expected.data) != 0)
        fail_msg("%s: expected\n%sand came\n%s", c->name, c->expected.data, text.data);
    str_finish(&text);
}

static void begin(struct chart_case *c, const char *name)
{
    *c = (struct chart_case){0};
    snprintf(c->name, sizeof(c->name), "%s", name);
    str_init(&c->expected, NULL);
    str_init(&c->words, NULL);
}

static int finish(struct chart_case *c, FILE *write)
{
    bool real = c->rows > 0;
    if (real)
        run(c, write);
    else if (write)
        fputs(c->words.data, write);
    vec_finish(&c->points);
    str_finish(&c->expected);
    str_finish(&c->words);
    return real;
}

static void every_case_is_drawn_as_it_stands(void **state)
{
    (void)state;
    const char *out = getenv("CHARTS_WRITE");
    FILE *file = fopen(cases_path, "r"), *write = out ? fopen(out, "w") : NULL;
    assert_non_null(file);
    char line[1024];
    struct arena *arena = arena_create(0);
    struct chart_case c;
    int count = 0;
    begin(&c, "");
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line == '|') {
            str_addf(&c.expected, "%s\n", line);
            continue;
        }
        if (strncmp(line, "= ", 2) == 0) {
            count += finish(&c, write);
            begin(&c, line + 2);
        }
        if (*line)
            str_addf(&c.words, "%s\n", line);
        if (*line && *line != '=')
            take_line(&c, arena, line);
    }
    count += finish(&c, write);
    assert_true(count >= 40);
    arena_destroy(arena);
    fclose(file);
    if (write)
        fclose(write);
}

/* Whatever the size and the values: nothing outside the area, no crash, and the same twice. */
static void any_size_holds(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, -1, 7, INT64_MAX, INT64_MIN + 1, NIL, 99999, -500};
    int64_t parts[9][9];
    struct chart_point points[9];
    static const char *const names[] = {"a", "长的名字", "c", "d", "e", "f", "g", "h", "i"};
    for (size_t i = 0; i < 9; i++) {
        for (size_t j = 0; j < 9; j++)
            parts[i][j] = values[(i * 5 + j * 3) % 9];
        points[i] = (struct chart_point){names[i], {(int32_t)(20000 + i * 9)}, values[i], parts[i]};
    }
    struct canvas canvas;
    canvas_init(&canvas, 30, 60);
    assert_int_equal(array_len(values), array_len(points));
    for (int turn = 0; turn < 4 * CHART_KINDS * 10; turn++) {
        struct chart chart = {.kind = (enum chart_kind)(turn % CHART_KINDS),
                              .unit = (enum chart_unit)(turn / 4 % 4),
                              .language = turn % 3 ? "zh_CN" : "en",
                              .points = points,
                              .count = (size_t)(turn % 10),
                              .series = names,
                              .nseries = turn % 2 ? 9 : 0,
                              .focused = turn % 5 == 0};
        for (int rows = 1; rows <= 26; rows += 5) {
            for (int cols = 4; cols <= 50; cols += 9) {
                canvas_clear(&canvas);
                chart_draw(&chart, &canvas, (struct area){2, 3, rows, cols});
                assert_whole(&canvas);
                for (int at = 0; at < 30 * 60; at++) {
                    int row = at / 60, col = at % 60;
                    if (row < 2 || row >= rows + 2 || col < 3 || col >= cols + 3)
                        assert_int_equal(canvas_cell(&canvas, row, col)->chars[0], L' ');
                }
            }
        }
    }
    canvas_finish(&canvas);
}

static void numbers_are_short_where_asked(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        enum chart_unit unit;
        const char *language, *full, *brief;
    } rows[] = {
        {0, CHART_NUMBER, "en", "0", "0"},
        {999, CHART_NUMBER, "en", "999", "999"},
        {1234, CHART_NUMBER, "en", "1,234", "1.2k"},
        {1200000, CHART_NUMBER, "en", "1,200,000", "1.2M"},
        {1200000, CHART_NUMBER, "zh_CN", "1,200,000", "120万"},
        {1200000, CHART_NUMBER, "zh_TW", "1,200,000", "120萬"},
        {9999, CHART_NUMBER, "zh_CN", "9,999", "9999"},
        {12345, CHART_NUMBER, "zh_CN", "12,345", "1.2万"},
        {350000000, CHART_NUMBER, "zh_CN", "350,000,000", "3.5亿"},
        {350000000, CHART_NUMBER, "zh_TW", "350,000,000", "3.5億"},
        {INT64_C(1200000000000), CHART_NUMBER, "zh_TW", "1,200,000,000,000", "1.2兆"},
        {INT64_C(1200000000000), CHART_NUMBER, "zh_CN", "1,200,000,000,000", "1.2万亿"},
        {-1234, CHART_NUMBER, "en", "-1,234", "-1.2k"},
        {INT64_MAX, CHART_NUMBER, "en", "9,223,372,036,854,775,807", "9223P"},
        {INT64_MIN + 1, CHART_NUMBER, "en", "-9,223,372,036,854,775,807", "-9223P"},
        {NIL, CHART_NUMBER, "en", "–", "–"},
        {123450, CHART_FEN, "en", "1,234.50", "1.2k"},
        {5, CHART_FEN, "en", "0.05", "0.1"},
        {-1, CHART_FEN, "en", "-0.01", "0"},
        {12000, CHART_FEN, "en", "120.00", "120"},
        {120000000, CHART_FEN, "zh_CN", "1,200,000.00", "120万"},
        {150, CHART_HUNDREDTHS, "en", "1.50", "1.5"},
        {59, CHART_SECONDS, "en", "0m", "0m"},
        {3540, CHART_SECONDS, "en", "59m", "59m"},
        {9000, CHART_SECONDS, "en", "2h30", "2.5h"},
        {-9000, CHART_SECONDS, "en", "-2h30", "-2.5h"},
    };
    char text[CHART_TEXT_SIZE];
    for (size_t i = 0; i < array_len(rows); i++) {
        struct chart chart = {.unit = rows[i].unit, .language = rows[i].language};
        assert_string_equal(chart_number(&chart, rows[i].value, false, text), rows[i].full);
        assert_string_equal(chart_number(&chart, rows[i].value, true, text), rows[i].brief);
    }
}

static void assert_dots(const struct braille *braille, const char *expected)
{
    struct canvas canvas;
    canvas_init(&canvas, braille->rows, braille->cols);
    braille_draw(braille, &canvas, 0, 0);
    struct str text;
    str_init(&text, NULL);
    canvas_dump(&canvas, &text);
    assert_string_equal(text.data, expected);
    str_finish(&text);
    canvas_finish(&canvas);
}

static void lines_of_dots_are_clipped(void **state)
{
    (void)state;
    static const struct {
        double x0, y0, x1, y1;
        const char *drawn;
    } rows[] = {
        {0, 0, 7, 0, "⠉⠉⠉⠉\n\n"},    {0, 7, 7, 7, "\n⣀⣀⣀⣀\n"},      {0, 0, 0, 7, "⡇\n⡇\n"},
        {0, 0, 7, 7, "⠑⢄\n  ⠑⢄\n"},  {-1e9, 3, 1e9, 3, "⣀⣀⣀⣀\n\n"}, {-8, -8, 15, 15, "⠑⢄\n  ⠑⢄\n"},
        {3, 2, 3, 2, " ⠠\n\n"},      {-5, -5, -1, 90, "\n\n"},      {0, -1, 7, -1, "\n\n"},
        {0, 0, INFINITY, 0, "\n\n"}, {NAN, 0, 3, 3, "\n\n"},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        struct braille braille;
        braille_init(&braille, 2, 4);
        braille_line(&braille, rows[i].x0, rows[i].y0, rows[i].x1, rows[i].y1, ROLE_NORMAL);
        assert_dots(&braille, rows[i].drawn);
        braille_finish(&braille);
    }
}

static void braille_has_ascii_for_all_dots(void **state)
{
    (void)state;
    for (wchar_t c = 0x2800; c < 0x2900; c++)
        assert_true(braille_ascii(c) >= L' ' && braille_ascii(c) < 0x7f &&
                    glyph_narrow(c) == braille_ascii(c));
    assert_int_equal(braille_ascii(0x2800), L' ');
    assert_int_equal(braille_ascii(L'⠉'), L'\'');
    assert_int_equal(braille_ascii(L'⣀'), L'.');
    assert_int_equal(braille_ascii(L'⡇'), L'|');
    assert_int_equal(braille_ascii(L'⠑'), L'\\');
    assert_int_equal(braille_ascii(L'⡠'), L'/');
    assert_int_equal(braille_ascii(L'⣿'), L'#');
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_is_drawn_as_it_stands), cmocka_unit_test(any_size_holds),
        cmocka_unit_test(numbers_are_short_where_asked),    cmocka_unit_test(lines_of_dots_are_clipped),
        cmocka_unit_test(braille_has_ascii_for_all_dots),
    };
    use_utf8();
    cases_path = argc > 1 ? argv[1] : "charts.txt";
    return run_all(tests);
}
