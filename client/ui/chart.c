#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/chart-private.h"
#include "client/ui/words.h"

enum { COLS_LEAST = 12 };

/* ---- numbers ---- */

static const char minus_sign[] = "-", no_value[] = "–";

static void add_thousands(struct str *out, int64_t value)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    str_add(out, value < 0 ? minus_sign : "");
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            str_add_char(out, ',');
        str_add_char(out, digits[i]);
    }
}

static void full_number(enum chart_unit unit, int64_t value, char buf[CHART_TEXT_SIZE])
{
    if (unit == CHART_FEN || unit == CHART_HUNDREDTHS) {
        money_print(buf, CHART_TEXT_SIZE, value);
        return;
    }
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (unit == CHART_SECONDS) {
        uint64_t minutes = (value < 0 ? 0 - (uint64_t)value : (uint64_t)value) / 60;
        str_add(&text, value < 0 ? minus_sign : "");
        if (minutes >= 60)
            str_addf(&text, "%" PRIu64 "h%02" PRIu64, minutes / 60, minutes % 60);
        else
            str_addf(&text, "%" PRIu64 "m", minutes);
    } else {
        add_thousands(&text, value);
    }
    snprintf(buf, CHART_TEXT_SIZE, "%s", text.data);
}

struct magnitude {
    double least;
    const char *sign;
};

static const struct magnitude thousands[] = {{1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}},
                              myriads_cn[] = {{1e16, "京"}, {1e12, "万亿"}, {1e8, "亿"}, {1e4, "万"}},
                              myriads_tw[] = {{1e16, "京"}, {1e12, "兆"}, {1e8, "億"}, {1e4, "萬"}};

static const struct magnitude *magnitude_of(const char *language, double size)
{
    const struct magnitude *list = thousands;
    size_t count = array_len(thousands);
    if (language && strcmp(language, "zh_CN") == 0) {
        list = myriads_cn;
        count = array_len(myriads_cn);
    } else if (language && strcmp(language, "zh_TW") == 0) {
        list = myriads_tw;
        count = array_len(myriads_tw);
    }
    for (size_t i = 0; i < count; i++)
        if (size >= list[i].least)
            return &list[i];
    return NULL;
}

/* With one decimal where that says something, without a last zero. */
static void put_decimal(char buf[CHART_TEXT_SIZE], double value, const char *sign)
{
    char digits[40];
    double shown = round(value * 10) / 10;
    bool whole = fabs(value) >= 100 || shown == floor(shown);
    snprintf(digits, sizeof(digits), "%.*f", whole ? 0 : 1, value);
    snprintf(buf, CHART_TEXT_SIZE, "%s%s", strcmp(digits, "-0") == 0 ? "0" : digits, sign);
}

char *chart_number(const struct chart *chart, int64_t value, bool brief, char buf[CHART_TEXT_SIZE])
{
    bool hundredths = chart->unit == CHART_FEN || chart->unit == CHART_HUNDREDTHS;
    double shown = (double)value / (hundredths ? 100 : chart->unit == CHART_SECONDS ? 3600 : 1);
    const struct magnitude *magnitude = magnitude_of(chart->language, fabs(shown));
    if (value == NIL)
        snprintf(buf, CHART_TEXT_SIZE, "%s", no_value);
    else if (!brief || (chart->unit == CHART_SECONDS && fabs(shown) < 1))
        full_number(chart->unit, value, buf);
    else if (magnitude)
        put_decimal(buf, shown / magnitude->least, magnitude->sign);
    else
        put_decimal(buf, shown, chart->unit == CHART_SECONDS ? "h" : "");
    return buf;
}

/* ---- what the drawings share ---- */

const char *chart_sign(size_t series)
{
    static const char *const signs[CHART_SERIES_MAX] = {"█", "░", "▓", "▒", "=", "+", "o", "x"};
    return signs[series % CHART_SERIES_MAX];
}

enum role chart_role(size_t series)
{
    return (enum role)(ROLE_SERIES_1 + series % (ROLE_SERIES_6 - ROLE_SERIES_1 + 1));
}

size_t chart_series(const struct chart *chart)
{
    return MIN(chart->nseries, (size_t)CHART_SERIES_MAX);
}

int64_t chart_value(const struct chart *chart, size_t point, size_t series)
{
    const struct chart_point *p = &chart->points[point];
    return chart->nseries && p->values ? p->values[series] : p->total;
}

void chart_range_add(struct chart_range *range, int64_t value)
{
    if (value == NIL)
        return;
    if (range->min == NIL || value < range->min)
        range->min = value;
    if (range->max == NIL || value > range->max)
        range->max = value;
}

int chart_scale(int64_t value, uint64_t range, int whole)
{
    return range ? (int)lround((double)value / (double)range * whole) : 0;
}

size_t chart_top(const struct chart *chart, int rows)
{
    size_t page = (size_t)MAX(rows, 1);
    return chart->cursor >= page ? MIN(chart->cursor, chart->count - 1) - page + 1 : 0;
}

/* Calls for each name of a series where it stands; returns the rows. */
static int lay_legend(const struct chart *chart, int cols,
                      void (*put)(void *context, size_t series, int row, int col, int width), void *context)
{
    int row = 0, col = 0;
    for (size_t i = 0; i < chart_series(chart); i++) {
        int width = MIN(utf8_width(chart->series[i]), MAX(cols - 2, 1)) + 2;
        if (col && col + width > cols) {
            row++;
            col = 0;
        }
        if (put)
            put(context, i, row, col, width);
        col += width + 2;
    }
    return chart->nseries ? row + 1 : 0;
}

int chart_legend_rows(const struct chart *chart, struct area area)
{
    int rows = lay_legend(chart, area.cols, NULL, NULL);
    return area.rows < 4 ? 0 : MIN(rows, MAX(area.rows / 3, 1));
}

struct legend {
    const struct chart *chart;
    struct canvas *canvas;
    struct area area;
    bool digits;
};

static void put_name(void *context, size_t series, int row, int col, int width)
{
    const struct legend *legend = context;
    char digit[2] = {(char)('1' + series), '\0'};
    if (row >= legend->area.rows)
        return;
    row += legend->area.row;
    col += legend->area.col;
    canvas_put(legend->canvas, row, col, 1, chart_role(series), legend->digits ? digit : chart_sign(series));
    canvas_text(legend->canvas, row, col + 2, width - 2, ROLE_NORMAL, ALIGN_LEFT,
                legend->chart->series[series]);
}

void chart_draw_legend(const struct chart *chart, struct canvas *canvas, struct area area, bool digits)
{
    lay_legend(chart, area.cols, put_name, &(struct legend){chart, canvas, area, digits});
}

/* ---- the whole ---- */

void chart_draw(const struct chart *chart, struct canvas *canvas, struct area area)
{
    if (area.rows < 1 || area.cols < COLS_LEAST)
        return;
    if (!chart->count) {
        canvas_text(canvas, area.row, area.col, area.cols, ROLE_DIM, ALIGN_LEFT, _("Nothing found"));
        return;
    }
    if (chart->kind == CHART_LINE)
        chart_draw_line(chart, canvas, area);
    else if (chart->kind == CHART_HEAT)
        chart_draw_heat(chart, canvas, area);
    else
        chart_draw_bars(chart, canvas, area);
}

static void add_series(const struct chart *chart, const struct chart_point *point, struct str *out)
{
    char number[CHART_TEXT_SIZE];
    size_t shown = 0;
    for (size_t i = 0; i < chart->nseries && point->values; i++) {
        if (point->values[i] == NIL)
            continue;
        str_addf(out, "%s%s %s", shown++ ? ", " : " (", chart->series[i],
                 chart_number(chart, point->values[i], false, number));
    }
    if (shown)
        str_add_char(out, ')');
}

void chart_plain(const struct chart *chart, struct str *out)
{
    char number[CHART_TEXT_SIZE];
    if (!chart->count)
        str_addf(out, "%s\n", _("Nothing found"));
    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_point *point = &chart->points[i];
        str_addf(out, "%s: %s", point->label, chart_number(chart, point->total, false, number));
        add_series(chart, point, out);
        str_add_char(out, '\n');
    }
}

void chart_sparkline(const int64_t values[], size_t count, int width, struct str *out)
{
    static const char *const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    struct chart_range range = {NIL, NIL};
    for (size_t i = 0; i < count; i++)
        chart_range_add(&range, values[i]);
    size_t cells = MIN(count, (size_t)MAX(width, 0));
    for (size_t i = 0; i < cells; i++) {
        struct chart_range here = {NIL, NIL};
        for (size_t j = i * count / cells; j < (i + 1) * count / cells; j++)
            chart_range_add(&here, values[j]);
        if (here.max == NIL) {
            str_add_char(out, ' ');
            continue;
        }
        int64_t least = MIN(range.min, 0);
        uint64_t high = (uint64_t)MAX(range.max, 0) - (uint64_t)least;
        double part = high ? (double)((uint64_t)here.max - (uint64_t)least) / (double)high : 0;
        str_add(out, heights[(int)(part * 7 + 0.5)]);
    }
}
