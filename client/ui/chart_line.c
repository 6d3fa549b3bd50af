/* Lines over time or any other order, in braille, with an axis on the left and the ends of the order below. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/braille.h"
#include "client/ui/chart-private.h"
#include "client/ui/words.h"

enum { AXIS_ROWS_LEAST = 6, MIDDLE_ROWS_LEAST = 7 };

struct lines {
    const struct chart *chart;
    struct canvas *canvas;
    struct area plot; /* inside the axes */
    int64_t low;
    uint64_t range;
    bool brief;
};

static size_t drawn_series(const struct chart *chart)
{
    return chart->nseries ? chart_series(chart) : 1;
}

/* From zero where all is above it: the height of a line then is what it says. */
static struct chart_range range_of(const struct chart *chart)
{
    struct chart_range range = {0, NIL};
    for (size_t i = 0; i < chart->count; i++)
        for (size_t s = 0; s < drawn_series(chart); s++)
            chart_range_add(&range, chart_value(chart, i, s));
    range.max = MAX(range.max, 0);
    return range;
}

static double x_of(const struct lines *lines, size_t point)
{
    int width = lines->plot.cols * BRAILLE_X - 1;
    return lines->chart->count > 1 ? (double)point * width / (double)(lines->chart->count - 1) : 0;
}

static double y_of(const struct lines *lines, int64_t value)
{
    int height = lines->plot.rows * BRAILLE_Y - 1;
    double part = lines->range ? (double)((uint64_t)value - (uint64_t)lines->low) / (double)lines->range : 0;
    return height - part * height;
}

static void draw_cursor(const struct lines *lines, struct braille *braille)
{
    int x = (int)(x_of(lines, lines->chart->cursor) + 0.5);
    for (int y = 0; y < braille_height(braille) && lines->chart->focused; y += 2)
        braille_dot(braille, x, y, ROLE_DIM);
}

static void draw_series(const struct lines *lines, struct braille *braille, size_t series)
{
    int64_t before = NIL;
    for (size_t i = 0; i < lines->chart->count; i++) {
        int64_t value = chart_value(lines->chart, i, series);
        if (value != NIL) {
            size_t from = before == NIL ? i : i - 1;
            braille_line(braille, x_of(lines, from), y_of(lines, before == NIL ? value : before),
                         x_of(lines, i), y_of(lines, value), chart_role(series));
        }
        before = value;
    }
}

/* Which line is whose stands at its right end, a row further where two end together. */
static void draw_digits(const struct lines *lines)
{
    const struct chart *chart = lines->chart;
    bool taken[512] = {false};
    for (size_t s = 0; s < chart_series(chart); s++) {
        size_t last = chart->count;
        while (last && chart_value(chart, last - 1, s) == NIL)
            last--;
        if (!last)
            continue;
        int row = (int)y_of(lines, chart_value(chart, last - 1, s)) / BRAILLE_Y;
        while (row > 0 && taken[row % 512])
            row--;
        taken[row % 512] = true;
        char digit[2] = {(char)('1' + s), '\0'};
        canvas_put(lines->canvas, lines->plot.row + row, lines->plot.col + lines->plot.cols, 1, chart_role(s),
                   digit);
    }
}

static int label_cells(const struct lines *lines, bool brief)
{
    char number[CHART_TEXT_SIZE];
    int high =
        utf8_width(chart_number(lines->chart, (int64_t)((uint64_t)lines->low + lines->range), brief, number));
    return MAX(high, utf8_width(chart_number(lines->chart, lines->low, brief, number)));
}

static void draw_scale(const struct lines *lines, int labels)
{
    char number[CHART_TEXT_SIZE];
    int rows = lines->plot.rows, col = lines->plot.col - labels - 1;
    for (int row = 0; row < rows; row++) {
        canvas_put(lines->canvas, lines->plot.row + row, lines->plot.col - 1, 1, ROLE_BORDER, "│");
        bool middle = rows >= MIDDLE_ROWS_LEAST && row == rows / 2 && lines->range > 1;
        if ((row && row < rows - 1 && !middle) || (row && !lines->range))
            continue;
        uint64_t part = row == 0 ? lines->range : middle ? lines->range / 2 : 0;
        canvas_text(lines->canvas, lines->plot.row + row, col, labels, ROLE_DIM, ALIGN_RIGHT,
                    chart_number(lines->chart, (int64_t)((uint64_t)lines->low + part), lines->brief, number));
    }
}

/* The first and the last, and the middle one where there is room for it. */
static void draw_order(const struct lines *lines, int row)
{
    const struct chart *chart = lines->chart;
    const char *first = chart->points[0].label, *last = chart->points[chart->count - 1].label;
    int cols = lines->plot.cols, col = lines->plot.col, a = utf8_width(first), b = utf8_width(last);
    canvas_text(lines->canvas, row, col, MIN(a, cols), ROLE_DIM, ALIGN_LEFT, first);
    if (chart->count < 2 || a + b + 1 > cols)
        return;
    canvas_text(lines->canvas, row, col + cols - b, b, ROLE_DIM, ALIGN_LEFT, last);
    const char *middle = chart->points[chart->count / 2].label;
    int width = utf8_width(middle);
    int at = (int)(x_of(lines, chart->count / 2) / BRAILLE_X) - width / 2;
    if (chart->count > 2 && at > a && at + width < cols - b)
        canvas_text(lines->canvas, row, col + at, width, ROLE_DIM, ALIGN_LEFT, middle);
}

static void add_extreme(const struct chart *chart, struct str *out, const char *word, size_t point)
{
    char number[CHART_TEXT_SIZE];
    str_addf(out, "%s%s %s (%s)", out->len ? " · " : "", word,
             chart_number(chart, chart->points[point].total, false, number), chart->points[point].label);
}

/* The point under the cursor, then where the totals are lowest, highest and last. */
static void draw_facts(const struct chart *chart, struct canvas *canvas, struct area area)
{
    struct str text cleanup(cleanup_str);
    char number[CHART_TEXT_SIZE];
    size_t least = chart->count, most = chart->count, last = chart->count;
    str_init(&text, NULL);
    for (size_t i = 0; i < chart->count; i++) {
        int64_t total = chart->points[i].total;
        if (total == NIL)
            continue;
        least = least == chart->count || total < chart->points[least].total ? i : least;
        most = most == chart->count || total > chart->points[most].total ? i : most;
        last = i;
    }
    if (chart->focused)
        str_addf(&text, "▸ %s: %s", chart->points[chart->cursor].label,
                 chart_number(chart, chart->points[chart->cursor].total, false, number));
    if (last < chart->count) {
        add_extreme(chart, &text, _("lowest"), least);
        add_extreme(chart, &text, _("highest"), most);
        add_extreme(chart, &text, _("last"), last);
    }
    canvas_text(canvas, area.row + area.rows - 1, area.col, area.cols, ROLE_NORMAL, ALIGN_LEFT, text.data);
}

static void draw_axis(const struct lines *lines, int row)
{
    canvas_put(lines->canvas, row, lines->plot.col - 1, 1, ROLE_BORDER, "└");
    canvas_fill(lines->canvas, (struct area){row, lines->plot.col, 1, lines->plot.cols}, ROLE_BORDER, L'─');
}

void chart_draw_line(const struct chart *chart, struct canvas *canvas, struct area area)
{
    struct chart_range range = range_of(chart);
    struct lines lines = {.chart = chart, .canvas = canvas, .low = range.min};
    lines.range = (uint64_t)range.max - (uint64_t)range.min;
    lines.brief = label_cells(&lines, false) > area.cols / 4;
    int labels = label_cells(&lines, lines.brief), legend = chart_legend_rows(chart, area);
    int axis = area.rows - legend >= AXIS_ROWS_LEAST ? 1 : 0, digits = chart->nseries ? 1 : 0;
    int rows = area.rows - legend - axis - 2;
    if (rows < 1) { /* no room for a drawing */
        draw_facts(chart, canvas, area);
        return;
    }
    lines.plot =
        (struct area){area.row, area.col + labels + 1, rows, MAX(area.cols - labels - 1 - digits, 1)};
    struct braille braille;
    braille_init(&braille, lines.plot.rows, lines.plot.cols);
    draw_cursor(&lines, &braille);
    for (size_t s = drawn_series(chart); s-- > 0;)
        draw_series(&lines, &braille, s);
    draw_scale(&lines, labels);
    braille_draw(&braille, canvas, lines.plot.row, lines.plot.col);
    braille_finish(&braille);
    if (chart->nseries)
        draw_digits(&lines);
    if (axis)
        draw_axis(&lines, area.row + rows);
    draw_order(&lines, area.row + rows + axis);
    if (legend)
        chart_draw_legend(chart, canvas,
                          (struct area){area.row + rows + axis + 1, area.col, legend, area.cols}, true);
    draw_facts(chart, canvas, area);
}
