/* A calendar of days: a column for each week, Monday on top, months above, five signs for how much. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/chart-private.h"
#include "client/ui/words.h"

enum { WEEK = 7, WEEK_COLS = 2, CLASSES = 5, ROWS_LEAST = WEEK + 1 };

static const char *const signs[CLASSES] = {" ·", "░░", "▒▒", "▓▓", "██"};

struct heat {
    const struct chart *chart;
    struct canvas *canvas;
    struct area area;
    int side;      /* cells of the weekdays' names */
    int weeks;     /* shown */
    int32_t first; /* Monday of the first one shown */
    int64_t max;
};

static const char *weekday(int n)
{
    static const char *const names[WEEK] = {N_("Mo"), N_("Tu"), N_("We"), N_("Th"),
                                            N_("Fr"), N_("Sa"), N_("Su")};
    return _(names[n]);
}

static int32_t monday_of(int32_t day)
{
    int since = (day + 3) % WEEK; /* 1970-01-01 was a Thursday */
    return day - (since < 0 ? since + WEEK : since);
}

/* 0: nothing; 1 to 4: quarters of the largest; below zero: as nothing, the number stands in the plain text. */
static int class_of(const struct heat *heat, int64_t value)
{
    if (value == NIL || value <= 0 || heat->max <= 0)
        return 0;
    double part = (double)value / (double)heat->max * (CLASSES - 1);
    int class = (int)part + (part > (int)part);
    return MIN(MAX(class, 1), CLASSES - 1);
}

/* The last weeks that fit, or those around the cursor. */
static void choose_weeks(struct heat *heat)
{
    const struct chart *chart = heat->chart;
    struct chart_range days = {NIL, NIL};
    heat->max = 0;
    for (size_t i = 0; i < chart->count; i++) {
        if (chart->points[i].day.n == INT32_MIN)
            continue;
        chart_range_add(&days, chart->points[i].day.n);
        heat->max = MAX(heat->max, chart->points[i].total);
    }
    for (int i = 0; i < WEEK; i++)
        heat->side = MAX(heat->side, utf8_width(weekday(i)) + 1);
    int fit = MAX((heat->area.cols - heat->side) / WEEK_COLS, 1);
    if (days.min == NIL) {
        heat->weeks = 0;
        return;
    }
    int32_t first = monday_of((int32_t)days.min), last = monday_of((int32_t)days.max);
    heat->weeks = MIN((last - first) / WEEK + 1, fit);
    heat->first = last - (heat->weeks - 1) * WEEK;
    int32_t cursor = chart->points[chart->cursor].day.n;
    if (chart->focused && cursor != INT32_MIN && cursor < heat->first)
        heat->first = monday_of(cursor);
}

/* The month of a week is that of its Sunday. */
static int month_of(const struct heat *heat, int week, int *year_r)
{
    int month, day;
    day_split((struct day){heat->first + week * WEEK + WEEK - 1}, year_r, &month, &day);
    return month;
}

/* The year stands before the first month and each January, where the next month leaves it room. */
static void draw_months(const struct heat *heat)
{
    int before = 0;
    for (int week = 0; week < heat->weeks; week++) {
        int year, next_year, month = month_of(heat, week, &year);
        char text[16];
        if (month == before)
            continue;
        before = month;
        bool room = month_of(heat, week + 3, &next_year) == month || week + 3 >= heat->weeks;
        bool first = month == 1 || week == 0;
        int col = week * WEEK_COLS, left = heat->area.cols - heat->side - col;
        if (first && room && left >= WEEK)
            snprintf(text, sizeof(text), "%04d-%02d", year, month);
        else
            snprintf(text, sizeof(text), "%02d", month);
        canvas_put(heat->canvas, heat->area.row, heat->area.col + heat->side + col, left, ROLE_HEAD, text);
    }
}

static void draw_days(const struct heat *heat)
{
    const struct chart *chart = heat->chart;
    int side = heat->area.col + heat->side;
    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_point *point = &chart->points[i];
        int32_t since = point->day.n - heat->first;
        if (point->day.n == INT32_MIN || since < 0 || since >= heat->weeks * WEEK)
            continue;
        int row = heat->area.row + 1 + since % WEEK, col = side + since / WEEK * WEEK_COLS;
        int class = class_of(heat, point->total);
        bool here = chart->focused && i == chart->cursor;
        canvas_put(heat->canvas, row, col, WEEK_COLS,
                   here    ? ROLE_SELECT
                   : class ? ROLE_SERIES_1
                           : ROLE_DIM,
                   signs[class]);
        if (here)
            canvas_cursor(heat->canvas, row, col);
    }
}

/* "··0 ░░≤3 ▒▒≤5 …", and before it the day under the cursor. */
static void draw_foot(const struct heat *heat, int row)
{
    const struct chart *chart = heat->chart;
    struct str text cleanup(cleanup_str);
    char number[CHART_TEXT_SIZE];
    str_init(&text, NULL);
    if (chart->focused)
        str_addf(&text, "▸ %s: %s  ", chart->points[chart->cursor].label,
                 chart_number(chart, chart->points[chart->cursor].total, false, number));
    int64_t below = 0;
    for (int i = 0; i < (heat->max ? CLASSES : 1); i++) {
        int64_t most = i == CLASSES - 1 ? heat->max : (int64_t)((double)heat->max * i / (CLASSES - 1));
        if (i && most == below)
            continue; /* no value falls between */
        below = most;
        str_addf(&text, "%s%s%s%s", i ? "  " : "", signs[i], i ? "<=" : " ",
                 chart_number(chart, most, heat->area.cols < 60, number));
    }
    canvas_text(heat->canvas, row, heat->area.col, heat->area.cols, ROLE_NORMAL, ALIGN_LEFT, text.data);
}

/* Too low for a week: all days in one row of heights. */
static void draw_low(const struct heat *heat)
{
    struct str text cleanup(cleanup_str);
    const struct chart *chart = heat->chart;
    str_init(&text, NULL);
    size_t count = MIN(chart->count, 4096u);
    int64_t *values = memory_zeroed(count, sizeof(*values));
    for (size_t i = 0; i < count; i++)
        values[i] = chart->points[chart->count - count + i].total;
    chart_sparkline(values, count, heat->area.cols, &text);
    free(values);
    canvas_put(heat->canvas, heat->area.row, heat->area.col, heat->area.cols, ROLE_SERIES_1, text.data);
    if (heat->area.rows > 1)
        draw_foot(heat, heat->area.row + heat->area.rows - 1);
}

void chart_draw_heat(const struct chart *chart, struct canvas *canvas, struct area area)
{
    struct heat heat = {.chart = chart, .canvas = canvas, .area = area};
    choose_weeks(&heat);
    if (area.rows < ROWS_LEAST || area.cols < heat.side + WEEK_COLS || !heat.weeks) {
        draw_low(&heat);
        return;
    }
    for (int i = 0; i < WEEK; i++)
        canvas_put(canvas, area.row + 1 + i, area.col, heat.side, ROLE_LABEL, weekday(i));
    draw_months(&heat);
    draw_days(&heat);
    if (area.rows > ROWS_LEAST)
        draw_foot(&heat, area.row + ROWS_LEAST + (area.rows > ROWS_LEAST + 1));
}
