#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "base/str.h"
#include "client/ui/theme.h"

/*
 * A canvas is the model of what stands on the screen: rows of cells, each a character with its combining
 * marks, a width and a role. Screens draw here only; the terminal, the plain mode and the tests are three
 * readings of it.
 */

enum { CELL_CHARS = 5 }; /* one character and its marks, as much as curses keeps */

/* A colour of a cell itself, for pictures: 0 leaves it to the role. */
enum { COLOUR_INDEX = 1 << 24 /* + number, of the terminal's */, COLOUR_RGB = 2 << 24 /* + 0xrrggbb */ };

struct cell {
    wchar_t chars[CELL_CHARS];
    uint32_t ink, paper;
    unsigned char width; /* 1, 2, or 0 for the right half of the wide cell before it */
    unsigned char role;
};

struct canvas {
    int rows, cols;
    struct cell *cells; /* rows * cols, by row */
    int cursor_row;     /* -1: no cursor is shown */
    int cursor_col;
    bool slow;   /* the line is slow: light up less of what the cursor is on */
    bool ascii;  /* only ASCII is sure to be one cell wide */
    int colours; /* of the terminal, as the theme lets it: 0, 8, 16, 256, or 1 << 24 */
};

/* A rectangle of a canvas. */
struct area {
    int row, col;
    int rows, cols;
};

enum align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTRE };

void canvas_init(struct canvas *canvas, int rows, int cols);
void canvas_finish(struct canvas *canvas);

/* Contents are lost. */
void canvas_resize(struct canvas *canvas, int rows, int cols);
void canvas_clear(struct canvas *canvas);
struct area canvas_whole(const struct canvas *canvas);
const struct cell *canvas_cell(const struct canvas *canvas, int row, int col);

/*
 * Writes text at (row, col), at most `width` cells of it and never beyond the canvas, and returns the cells
 * used. Control and hidden characters become U+FFFD. A wide character that does not fit whole is left out;
 * one that is partly overwritten loses its other half too; none is put over the last column's edge.
 */
int canvas_put(struct canvas *canvas, int row, int col, int width, enum role role, const char *text);

/* The same, filled with spaces to exactly `width` cells. Text that is too long ends in `…`. */
void canvas_text(struct canvas *canvas, int row, int col, int width, enum role role, enum align align,
                 const char *text);
void canvas_fill(struct canvas *canvas, struct area area, enum role role, wchar_t with);

/* Signs at the right edge of the first and last row where there is more than the area shows; not over a text that stands there. */
void canvas_more(struct canvas *canvas, struct area area, bool above, bool below);

/* Changes the role of cells and leaves their text. */
void canvas_paint(struct canvas *canvas, int row, int col, int width, enum role role);

/* Colours of one cell, in place of the role's. */
void canvas_colour(struct canvas *canvas, int row, int col, uint32_t ink, uint32_t paper);

/* A border around the area with an optional title in it; the inside is cleared. Returns the inside. */
struct area canvas_box(struct canvas *canvas, struct area area, enum role role, const char *title);
void canvas_cursor(struct canvas *canvas, int row, int col);

/* The text of a row without trailing spaces, or of all rows, each ended by a newline. */
void canvas_row_text(const struct canvas *canvas, int row, struct str *out);
void canvas_dump(const struct canvas *canvas, struct str *out);

/* The row in ASCII where the terminal shows ambiguous characters two cells wide: ─ is -, ▸ is >, … is ~. */
wchar_t glyph_narrow(wchar_t c);

/* Breaks text into lines of at most `width` cells, at spaces or between wide characters. Calls back per line.
 */
void canvas_wrap(const char *text, int width, void (*line)(void *context, const char *text, size_t len),
                 void *context);
int canvas_wrap_count(const char *text, int width);

/* Draws wrapped text from line `first` on; returns the number of rows used. */
int canvas_paragraph(struct canvas *canvas, struct area area, enum role role, const char *text, int first);
