/*
 * Charts: a model of labelled values, and its drawings into any area from 20x4 cells on: bars with the value beside each, stacked bars, lines in
 * braille, a calendar of days. What colour says, a sign or a number says as well. chart_plain() is the same model as lines of text.
 */
#pragma once

#include <stdint.h>

#include "base/time.h"
#include "client/ui/canvas.h"

enum chart_kind { CHART_BARS, CHART_STACKED, CHART_LINE, CHART_HEAT, CHART_KINDS };

enum chart_unit {
    CHART_NUMBER,
    CHART_FEN,
    CHART_SECONDS,
    CHART_HUNDREDTHS /* numbers with two decimals */
};

enum { CHART_SERIES_MAX = 8 };

struct chart_point {
    const char *label;     /* translated; the caller's, as everything here */
    struct day day;        /* CHART_HEAT: which day it is */
    int64_t total;         /* NIL: there is none */
    const int64_t *values; /* one for each series, NIL where there is none; NULL without series */
};

struct chart {
    enum chart_kind kind;
    enum chart_unit unit;
    const char *language; /* "zh_CN", "zh_TW": large numbers are counted in 万; else in thousands */
    const struct chart_point *points;
    size_t count;
    const char *const *series; /* names; those beyond CHART_SERIES_MAX are not drawn */
    size_t nseries;            /* 0: only the totals */
    size_t cursor;             /* the point that is shown marked, always in sight */
    bool focused;
};

void chart_draw(const struct chart *chart, struct canvas *canvas, struct area area);

/* "label: value" by line; with series "label: value (name value, …)". */
void chart_plain(const struct chart *chart, struct str *out);

enum { CHART_TEXT_SIZE = 48 };

/* "1,234.50", or in few cells "1.2k" ("0.1万"). NIL is "–". Returns buf. */
char *chart_number(const struct chart *chart, int64_t value, bool brief, char buf[CHART_TEXT_SIZE]);

/* One row: eight heights of block, a blank where a value is NIL. Of more values than cells the largest of each cell is shown. */
void chart_sparkline(const int64_t values[], size_t count, int width, struct str *out);
