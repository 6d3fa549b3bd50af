#include "client/ui/braille.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "base/util.h"

/* The bit of the dot at (x, y) of a cell: the first three rows were there before the fourth. */
static const unsigned char bits[BRAILLE_Y][BRAILLE_X] = {
    {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

void braille_init(struct braille *braille, int rows, int cols)
{
    *braille = (struct braille){.rows = MAX(rows, 0), .cols = MAX(cols, 0)};
    size_t cells = (size_t)braille->rows * (size_t)braille->cols;
    braille->cells = memory_zeroed(MAX(cells, 1), sizeof(*braille->cells));
}

void braille_finish(struct braille *braille)
{
    free(braille->cells);
    *braille = (struct braille){0};
}

void braille_dot(struct braille *braille, int x, int y, enum role role)
{
    if (x < 0 || y < 0 || x >= braille_width(braille) || y >= braille_height(braille))
        return;
    struct braille_cell *cell = &braille->cells[(y / BRAILLE_Y) * braille->cols + x / BRAILLE_X];
    cell->dots |= bits[y % BRAILLE_Y][x % BRAILLE_X];
    cell->role = (unsigned char)role;
}

/* Narrows [*from, *to], the part of the line that is inside, by one side of the rectangle: p * t <= q. */
static bool clip(double p, double q, double *from, double *to)
{
    if (p == 0)
        return q >= 0;
    double t = q / p;
    if (p < 0)
        *from = fmax(*from, t);
    else
        *to = fmin(*to, t);
    return *from <= *to;
}

void braille_line(struct braille *braille, double x0, double y0, double x1, double y1, enum role role)
{
    double dx = x1 - x0, dy = y1 - y0, from = 0, to = 1;
    if (!isfinite(dx) || !isfinite(dy) || !isfinite(x0) || !isfinite(y0))
        return;
    double right = braille_width(braille) - 1, bottom = braille_height(braille) - 1;
    if (!clip(-dx, x0, &from, &to) || !clip(dx, right - x0, &from, &to) || !clip(-dy, y0, &from, &to) ||
        !clip(dy, bottom - y0, &from, &to))
        return;
    int steps = (int)ceil(fmax(fabs(dx), fabs(dy)) * (to - from));
    for (int i = 0; i <= steps; i++) {
        double t = from + (steps ? (to - from) * i / steps : 0);
        braille_dot(braille, (int)lround(x0 + dx * t), (int)lround(y0 + dy * t), role);
    }
}

void braille_draw(const struct braille *braille, struct canvas *canvas, int row, int col)
{
    for (int y = 0; y < braille->rows; y++) {
        for (int x = 0; x < braille->cols; x++) {
            const struct braille_cell *cell = &braille->cells[y * braille->cols + x];
            char text[5] = "";
            if (!cell->dots)
                continue;
            text[utf8_encode(0x2800u + cell->dots, text)] = '\0';
            canvas_put(canvas, row + y, col + x, 1, (enum role)cell->role, text);
        }
    }
}

/* Dots of one column, and how low they lie on the whole: 0 to 3. */
static int column(unsigned dots, int x, double *middle_r)
{
    int count = 0, sum = 0;
    for (int y = 0; y < BRAILLE_Y; y++) {
        if (dots & bits[y][x]) {
            count++;
            sum += y;
        }
    }
    *middle_r = count ? (double)sum / count : 0;
    return count;
}

wchar_t braille_ascii(wchar_t c)
{
    unsigned dots = (unsigned)c & 0xff;
    double left, right;
    int lefts = column(dots, 0, &left), rights = column(dots, 1, &right), count = lefts + rights;
    if (!count)
        return L' ';
    if (count >= 6)
        return L'#';
    if (lefts && rights && fabs(left - right) >= 1)
        return left > right ? L'/' : L'\\';
    if (lefts >= 3 || rights >= 3 || count > 3)
        return L'|';
    double middle = (left * lefts + right * rights) / count;
    return middle < 1 ? L'\'' : middle <= 2 ? L'-' : L'.';
}
