/*
 * A canvas of dots: every cell is two dots wide and four high, drawn as one braille character (U+2800 to U+28FF), with one colour per cell. Dots
 * are counted from the left top; what lies outside is clipped.
 */
#pragma once

#include <wchar.h>

#include "client/ui/canvas.h"

enum { BRAILLE_X = 2, BRAILLE_Y = 4 }; /* dots of a cell */

struct braille {
    int rows, cols; /* cells */
    struct braille_cell {
        unsigned char dots;
        unsigned char role;
    } * cells;
};

void braille_init(struct braille *braille, int rows, int cols);
void braille_finish(struct braille *braille);

static inline int braille_width(const struct braille *braille)
{
    return braille->cols * BRAILLE_X;
}

static inline int braille_height(const struct braille *braille)
{
    return braille->rows * BRAILLE_Y;
}

/* The cell takes the role of its last dot. */
void braille_dot(struct braille *braille, int x, int y, enum role role);

/* Both ends included; they may lie far outside. An end that is no finite number: nothing is drawn. */
void braille_line(struct braille *braille, double x0, double y0, double x1, double y1, enum role role);

/* Onto the canvas with the left top at (row, col); cells without a dot leave what is there. */
void braille_draw(const struct braille *braille, struct canvas *canvas, int row, int col);

/* The ASCII character that looks most like a braille one: for terminals without it. */
wchar_t braille_ascii(wchar_t c);
