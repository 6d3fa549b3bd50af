#include "client/ui/flow.h"
#include "base/utf8.h"
#include "base/util.h"

static const char arrow[] = " ▸ ", before[] = "… ▸ ", after[] = " ▸ …";
enum { ARROW_COLS = 3, ELLIPSIS_COLS = 4 };

/* The steps shown: lo … hi. */
struct span {
    int lo, hi;
};

static int step_cols(const char *const labels[], int i, int current)
{
    return utf8_width(labels[i]) + (i == current ? 2 : 0);
}

static int span_cols(const char *const labels[], int count, int current, struct span span)
{
    int cols = (span.lo > 0 ? ELLIPSIS_COLS : 0) + (span.hi < count - 1 ? ELLIPSIS_COLS : 0);
    for (int i = span.lo; i <= span.hi; i++)
        cols += step_cols(labels, i, current) + (i > span.lo ? ARROW_COLS : 0);
    return cols;
}

/* Grows from the present step, first to what comes next. */
static struct span choose(int width, const char *const labels[], int count, int current)
{
    struct span span = {0, count - 1};
    if (!width || span_cols(labels, count, current, span) <= width)
        return span;
    span.lo = span.hi = current < 0 ? 0 : current;
    for (bool grown = true; grown;) {
        struct span right = {span.lo, span.hi + 1}, left = {span.lo - 1, span.hi};
        grown = false;
        if (right.hi < count && span_cols(labels, count, current, right) <= width) {
            span = right;
            grown = true;
        }
        left.hi = span.hi;
        if (left.lo >= 0 && span_cols(labels, count, current, left) <= width) {
            span = left;
            grown = true;
        }
    }
    return span;
}

struct pen {
    struct canvas *canvas;
    int row, col, end;
    struct str *out;
};

static void write_part(struct pen *pen, enum role role, const char *text)
{
    if (pen->out)
        str_add(pen->out, text);
    else
        pen->col += canvas_put(pen->canvas, pen->row, pen->col, pen->end - pen->col, role, text);
}

static void write_step(struct pen *pen, const char *label, int i, int current)
{
    if (i != current) {
        write_part(pen, i < current ? ROLE_STEP_DONE : ROLE_STEP_LATER, label);
        return;
    }
    write_part(pen, ROLE_STEP_NOW, "[");
    write_part(pen, ROLE_STEP_NOW, label);
    write_part(pen, ROLE_STEP_NOW, "]");
}

static void write_flow(struct pen *pen, int width, const char *const labels[], int count, int current)
{
    if (count == 0)
        return;
    struct span span = choose(width, labels, count, current);
    if (span.lo > 0)
        write_part(pen, ROLE_DIM, before);
    for (int i = span.lo; i <= span.hi; i++) {
        if (i > span.lo)
            write_part(pen, ROLE_DIM, arrow);
        write_step(pen, labels[i], i, current);
    }
    if (span.hi < count - 1)
        write_part(pen, ROLE_DIM, after);
}

void flow_draw(struct canvas *canvas, int row, int col, int width, const char *const labels[], int count,
               int current)
{
    struct pen pen = {.canvas = canvas, .row = row, .col = col, .end = col + width};
    write_flow(&pen, width, labels, count, current);
}

void flow_text(struct str *out, int width, const char *const labels[], int count, int current)
{
    struct pen pen = {.out = out};
    write_flow(&pen, width, labels, count, current);
}
