/* What the tests of the widgets share: keys from text, rows of a canvas as text. */
#pragma once

#include "../test.h"

#include <locale.h>
#include <string.h>

#include "client/ui/screen.h"

static inline void use_utf8(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
}

static inline struct key typed(const char *character)
{
    return key_text(character);
}

static inline struct key pasted(const char *text)
{
    return (struct key){.kind = KEY_PASTE, .paste = text, .paste_len = strlen(text)};
}

/* Compares a row of the canvas, without the spaces it ends in. */
static inline void assert_row(const struct canvas *canvas, int row, const char *expected)
{
    struct str text;
    str_init(&text, NULL);
    canvas_row_text(canvas, row, &text);
    assert_string_equal(text.data, expected);
    str_finish(&text);
}

/* A wide cell has its right half, a half has its wide cell, and no wide cell hangs over the edge. */
static inline void assert_whole(const struct canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++) {
        for (int col = 0; col < canvas->cols; col++) {
            const struct cell *cell = canvas_cell(canvas, row, col);
            if (cell->width == 2)
                assert_true(col + 1 < canvas->cols && canvas_cell(canvas, row, col + 1)->width == 0);
            if (cell->width == 0)
                assert_true(col > 0 && canvas_cell(canvas, row, col - 1)->width == 2);
        }
    }
}

static inline bool canvas_has(const struct canvas *canvas, const char *text)
{
    struct str all;
    str_init(&all, NULL);
    canvas_dump(canvas, &all);
    bool found = strstr(all.data, text) != NULL;
    str_finish(&all);
    return found;
}
