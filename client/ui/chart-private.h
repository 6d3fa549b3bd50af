/* For the files of the charts only. */
#pragma once

#include "client/ui/chart.h"

struct chart_range {
    int64_t min, max; /* NIL: no value at all */
};

void chart_draw_bars(const struct chart *chart, struct canvas *canvas, struct area area);
void chart_draw_line(const struct chart *chart, struct canvas *canvas, struct area area);
void chart_draw_heat(const struct chart *chart, struct canvas *canvas, struct area area);

/* The sign and the colour of a series. */
const char *chart_sign(size_t series);
enum role chart_role(size_t series);

/* Series that are drawn. */
size_t chart_series(const struct chart *chart);
int64_t chart_value(const struct chart *chart, size_t point, size_t series);

void chart_range_add(struct chart_range *range, int64_t value);

/* Part of `whole` that a value has within 0 to `range`. */
int chart_scale(int64_t value, uint64_t range, int whole);

/* Rows that the names of the series take at this width, and the names themselves; their signs are those of the bars, or digits. */
int chart_legend_rows(const struct chart *chart, struct area area);
void chart_draw_legend(const struct chart *chart, struct canvas *canvas, struct area area, bool digits);

/* First point shown so that the cursor's is in sight. */
size_t chart_top(const struct chart *chart, int rows);
