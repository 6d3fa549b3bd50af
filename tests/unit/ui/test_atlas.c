/*
 * Plays the cases of atlas.txt: places, markers and keys in words, and behind them what must be drawn, whole lines behind a `|`. With the
 * environment's ATLAS_WRITE a file is written with what is drawn, to be read before it takes the place of the old one.
 */
#include "ui_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/ui/atlas-private.h"

static const char *cases_path;

struct atlas_case {
    char name[80];
    struct atlas atlas;
    int rows, cols;
    bool ascii, plain;
    struct str expected, words;
};

static char *word(char **rest)
{
    char *found = strtok_r(NULL, " ", rest);
    for (char *at = found; at && *at; at++)
        *at = *at == '_' ? ' ' : *at;
    return found;
}

static struct point point_of(char **rest)
{
    double lon = strtod(word(rest), NULL);
    return (struct point){lon, strtod(word(rest), NULL)};
}

static struct key key_named(const char *name)
{
    static const struct {
        const char *name;
        int code;
    } names[] = {{"Left", K_LEFT}, {"Right", K_RIGHT}, {"Up", K_UP},        {"Down", K_DOWN},
                 {"Home", K_HOME}, {"Tab", K_TAB},     {"BTab", K_BACKTAB}, {"Enter", K_ENTER}};
    for (size_t i = 0; i < array_len(names); i++)
        if (strcmp(names[i].name, name) == 0)
            return key_code(names[i].code);
    return typed(name);
}

static void draw(struct atlas_case *c, struct str *out)
{
    struct canvas canvas;
    canvas_init(&canvas, c->rows + 2, c->cols + 4);
    atlas_draw(&c->atlas, &canvas, (struct area){1, 2, c->rows, c->cols});
    assert_whole(&canvas);
    for (int row = 0; row < c->rows + 2; row++)
        for (int col = 0; col < c->cols + 4; col++)
            if (row == 0 || row == c->rows + 1 || col < 2 || col >= c->cols + 2)
                assert_int_equal(canvas_cell(&canvas, row, col)->chars[0], L' ');
    canvas_clear(&canvas);
    atlas_draw(&c->atlas, &canvas, (struct area){0, 0, c->rows, c->cols});
    for (int row = 0; out && row < c->rows; row++) {
        for (int col = 0; c->ascii && col < c->cols; col++) {
            struct cell *cell = (struct cell *)canvas_cell(&canvas, row, col);
            cell->chars[0] = glyph_narrow(cell->chars[0]);
        }
        str_add_char(out, '|');
        canvas_row_text(&canvas, row, out);
        str_add_char(out, '\n');
    }
    canvas_finish(&canvas);
}

static void take_line(struct atlas_case *c, char *line)
{
    char *rest, *first = strtok_r(line, " ", &rest);
    if (!first || *first == '#')
        return;
    if (strcmp(first, "size") == 0) {
        assert_int_equal(sscanf(rest, "%dx%d", &c->rows, &c->cols), 2);
        c->atlas.area = (struct area){.rows = c->rows, .cols = c->cols};
    } else if (strcmp(first, "place") == 0) {
        int rank = atoi(word(&rest));
        struct point at = point_of(&rest);
        atlas_add_place(&c->atlas, at, word(&rest), rank);
    } else if (strcmp(first, "marker") == 0) {
        struct atlas_marker marker = {.id = atoi(word(&rest)), .role = ROLE_GOOD};
        marker.at = point_of(&rest);
        static const char *const signs[] = {"●", "○", "◆"};
        marker.sign = signs[atoi(word(&rest)) % 3];
        marker.label = word(&rest);
        marker.detail = word(&rest);
        atlas_add_marker(&c->atlas, &marker);
        atlas_changed(&c->atlas);
    } else if (strcmp(first, "gone") == 0) {
        atlas_clear_markers(&c->atlas);
        atlas_changed(&c->atlas);
    } else if (strcmp(first, "keys") == 0) {
        draw(c, NULL);
        for (char *name; (name = strtok_r(NULL, " ", &rest));) {
            struct key key = key_named(name);
            atlas_key(&c->atlas, &key);
        }
    } else if (strcmp(first, "ascii") == 0) {
        c->ascii = true;
    } else if (strcmp(first, "plain") == 0) {
        c->plain = true;
    } else {
        fail_msg("no such word: %s", first);
    }
}

static void begin(struct atlas_case *c, const char *name)
{
    *c = (struct atlas_case){0};
    snprintf(c->name, sizeof(c->name), "%s", name);
    atlas_init(&c->atlas);
    str_init(&c->expected, NULL);
    str_init(&c->words, NULL);
}

static int finish(struct atlas_case *c, FILE *write)
{
    struct str text;
    str_init(&text, NULL);
    if (c->plain) {
        struct str plain;
        str_init(&plain, NULL);
        atlas_plain(&c->atlas, &plain);
        for (char *at = plain.data; *at; at = strchr(at, '\n') + 1)
            str_addf(&text, "|%.*s\n", (int)strcspn(at, "\n"), at);
        str_finish(&plain);
    } else if (c->rows) {
        draw(c, &text);
    }
    if (write)
        fprintf(write, "%s%s\n", c->words.data, text.data);
    else if (strcmp(text.data, c->expected.data) != 0)
        fail_msg("%s: expected\n%sand came\n%s", c->name, c->expected.data, text.data);
    bool real = c->rows > 0;
    atlas_finish(&c->atlas);
    str_finish(&text);
    str_finish(&c->expected);
    str_finish(&c->words);
    return real;
}

static void every_case_is_drawn_as_it_stands(void **state)
{
    (void)state;
    const char *out = getenv("ATLAS_WRITE");
    FILE *file = fopen(cases_path, "r"), *write = out ? fopen(out, "w") : NULL;
    assert_non_null(file);
    char line[1024];
    struct atlas_case c;
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
            take_line(&c, line);
    }
    count += finish(&c, write);
    assert_true(count >= 15);
    fclose(file);
    if (write)
        fclose(write);
}

static void distances_are_short(void **state)
{
    (void)state;
    static const struct {
        double metres;
        const char *text;
    } rows[] = {{0, "0 m"},      {4, "0 m"},       {14, "10 m"},    {994, "990 m"},
                {996, "1.0 km"}, {9949, "9.9 km"}, {9951, "10 km"}, {1234567, "1235 km"}};
    char text[ATLAS_DISTANCE_SIZE];
    for (size_t i = 0; i < array_len(rows); i++)
        assert_string_equal(atlas_distance(rows[i].metres, text), rows[i].text);
}

static void what_is_nowhere_is_left_out(void **state)
{
    (void)state;
    struct atlas atlas;
    atlas_init(&atlas);
    char label[] = "x";
    static const struct point nowhere[] = {{NAN, 1}, {1, NAN}, {INFINITY, 1}, {181, 1}, {1, -91}};
    for (size_t i = 0; i < array_len(nowhere); i++) {
        atlas_add_marker(&atlas,
                         &(struct atlas_marker){.id = 1, .at = nowhere[i], .sign = "●", .label = label});
        atlas_add_place(&atlas, nowhere[i], label, 0);
    }
    assert_int_equal(atlas.markers.count, 0);
    assert_int_equal(atlas.places.count, 0);
    atlas_finish(&atlas);
}

/* The ends of the earth, of the zoom and of the area. */
static void any_key_in_any_size_holds(void **state)
{
    (void)state;
    static const int codes[] = {K_LEFT, K_RIGHT, K_UP,      K_DOWN, '+',     '-', '=',
                                K_HOME, K_TAB,   K_BACKTAB, 'f',    K_ENTER, 'x'};
    struct atlas atlas;
    struct canvas canvas;
    atlas_init(&atlas);
    canvas_init(&canvas, 50, 140);
    char label[] = "一个长名字";
    uint64_t random = 12345;
    for (int i = 0; i < 30; i++)
        atlas_add_marker(
            &atlas, &(struct atlas_marker){
                        .id = i + 1, .at = {-179 + i * 12.3, -89 + i * 6.1}, .sign = "●", .label = label});
    for (int turn = 0; turn < 3000; turn++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        int pick = (int)(random >> 33), rows = 1 + pick % 40, cols = 1 + pick / 64 % 130;
        struct key key = key_code(codes[(size_t)pick / 7 % array_len(codes)]);
        atlas_key(&atlas, &key);
        if (turn % 10)
            continue;
        canvas_clear(&canvas);
        atlas_draw(&atlas, &canvas, (struct area){3, 4, rows, cols});
        assert_whole(&canvas);
        for (int at = 0; at < 50 * 140; at++) {
            int row = at / 140, col = at % 140;
            if (row < 3 || row >= rows + 3 || col < 4 || col >= cols + 4)
                assert_int_equal(canvas_cell(&canvas, row, col)->chars[0], L' ');
        }
    }
    canvas_finish(&canvas);
    atlas_finish(&atlas);
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_is_drawn_as_it_stands),
        cmocka_unit_test(distances_are_short),
        cmocka_unit_test(what_is_nowhere_is_left_out),
        cmocka_unit_test(any_key_in_any_size_holds),
    };
    use_utf8();
    cases_path = argc > 1 ? argv[1] : "atlas.txt";
    return run_all(tests);
}
