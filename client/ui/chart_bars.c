/* Bars, plain and stacked: label, bar in eighths of a cell, value. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/chart-private.h"

enum { GUTTER = 1, BAR_LEAST = 6, LABEL_LEAST = 4 };

struct bars {
    const struct chart *chart;
    struct canvas *canvas;
    struct area area;
    int label, value, bar; /* cells of each */
    int axis;              /* cells of the bar left of zero */
    uint64_t range;
    bool brief;
};

static int value_cells(const struct chart *chart, bool brief)
{
    char number[CHART_TEXT_SIZE];
    int width = 1;
    for (size_t i = 0; i < chart->count; i++)
        width = MAX(width, utf8_width(chart_number(chart, chart->points[i].total, brief, number)));
    return width;
}

static int label_cells(const struct chart *chart)
{
    int width = 1;
    for (size_t i = 0; i < chart->count; i++)
        width = MAX(width, utf8_width(chart->points[i].label));
    return width;
}

/* Labels and values give way to the bar where it would get too short. */
static void lay_out(struct bars *bars)
{
    int cols = bars->area.cols, label = label_cells(bars->chart);
    bars->value = value_cells(bars->chart, false);
    bars->label = MIN(label, MAX(cols / 3, LABEL_LEAST));
    bars->brief = cols - GUTTER - bars->label - bars->value - 2 < MAX(cols / 4, BAR_LEAST);
    if (bars->brief)
        bars->value = value_cells(bars->chart, true);
    bars->bar = MAX(cols - GUTTER - bars->label - bars->value - 2, 1);
}

static void measure(struct bars *bars)
{
    struct chart_range range = {0, 0};
    for (size_t i = 0; i < bars->chart->count; i++)
        chart_range_add(&range, bars->chart->points[i].total);
    if (bars->chart->kind == CHART_STACKED && bars->chart->nseries)
        range.min = 0;
    bars->range = (uint64_t)range.max - (uint64_t)range.min;
    bars->axis = range.min < 0 ? MAX(chart_scale(-(range.min + 1), bars->range, bars->bar), 1) : 0;
    bars->axis = MIN(bars->axis, bars->bar);
}

static void add_cells(struct str *out, const char *sign, int cells)
{
    for (int i = 0; i < cells; i++)
        str_add(out, sign);
}

/* What is there is seen, however little it is. */
static int eighths_of(const struct bars *bars, int64_t value, int cells)
{
    int eighths = chart_scale(value, bars->range, bars->bar * 8);
    if (value && !eighths)
        eighths = value < 0 ? -1 : 1;
    return value < 0 ? MAX(eighths, -cells * 8) : MIN(eighths, cells * 8);
}

/* Returns the column behind it. To the left there are only halves of a cell. */
static int draw_plain_bar(const struct bars *bars, int row, int col, int64_t value)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    int zero = col + bars->axis;
    if (value >= 0) {
        int eighths = eighths_of(bars, value, bars->bar - bars->axis);
        add_cells(&text, "█", eighths / 8);
        str_add(&text, parts[eighths % 8]);
        return zero + canvas_put(bars->canvas, row, zero, bars->bar, chart_role(0), text.data);
    }
    int halves = MAX((-eighths_of(bars, value, bars->axis) + 3) / 4, 1);
    add_cells(&text, "▐", halves % 2);
    add_cells(&text, "█", halves / 2);
    canvas_put(bars->canvas, row, zero - (halves + 1) / 2, bars->bar, ROLE_ERROR, text.data);
    return zero;
}

/* Whole cells for each series, so that all of them end where the total does. Parts below zero are not drawn. */
static int draw_stack(const struct bars *bars, int row, int col, size_t point)
{
    int64_t sum = 0;
    int from = 0;
    for (size_t i = 0; i < chart_series(bars->chart); i++) {
        struct str text cleanup(cleanup_str);
        str_init(&text, NULL);
        int64_t value = chart_value(bars->chart, point, i);
        if (value == NIL || value <= 0 || __builtin_add_overflow(sum, value, &sum))
            continue;
        int to = MIN(chart_scale(sum, bars->range, bars->bar), bars->bar);
        if (to <= from && from < bars->bar && from == 0)
            to = 1;
        add_cells(&text, chart_sign(i), to - from);
        canvas_put(bars->canvas, row, col + from, bars->bar - from, chart_role(i), text.data);
        from = MAX(to, from);
    }
    return col + from;
}

static void draw_row(const struct bars *bars, int row, size_t point)
{
    const struct chart *chart = bars->chart;
    const struct chart_point *p = &chart->points[point];
    char number[CHART_TEXT_SIZE];
    bool here = chart->focused && point == chart->cursor;
    int col = bars->area.col, end = col + bars->area.cols;
    if (here)
        canvas_put(bars->canvas, row, col, 1, ROLE_NORMAL, "▸");
    canvas_text(bars->canvas, row, col + GUTTER, bars->label, here ? ROLE_SELECT : ROLE_LABEL, ALIGN_LEFT,
                p->label);
    col += GUTTER + bars->label + 1;
    int behind = chart->kind == CHART_STACKED && chart->nseries ? draw_stack(bars, row, col, point)
                 : p->total == NIL                              ? col + bars->axis
                                                                : draw_plain_bar(bars, row, col, p->total);
    behind += behind > col;
    canvas_put(bars->canvas, row, behind, end - behind, ROLE_NORMAL,
               chart_number(chart, p->total, bars->brief, number));
    if (here)
        canvas_cursor(bars->canvas, row, bars->area.col);
}

void chart_draw_bars(const struct chart *chart, struct canvas *canvas, struct area area)
{
    struct bars bars = {.chart = chart, .canvas = canvas, .area = area};
    bool stacked = chart->kind == CHART_STACKED && chart->nseries;
    int legend = stacked ? chart_legend_rows(chart, area) : 0;
    bars.area.rows = area.rows - legend;
    lay_out(&bars);
    measure(&bars);
    size_t top = chart_top(chart, bars.area.rows), shown = MIN((size_t)bars.area.rows, chart->count - top);
    for (size_t i = 0; i < shown; i++)
        draw_row(&bars, area.row + (int)i, top + i);
    if (legend)
        chart_draw_legend(
            chart, canvas,
            (struct area){area.row + area.rows - legend, area.col + GUTTER, legend, area.cols - GUTTER},
            false);
}
