#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/canvas.h"

static const struct cell blank = {.chars = {L' '}, .width = 1, .role = ROLE_NORMAL};

static struct cell *cell_at(struct canvas *canvas, int row, int col)
{
    return &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
}

const struct cell *canvas_cell(const struct canvas *canvas, int row, int col)
{
    return &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
}

void canvas_init(struct canvas *canvas, int rows, int cols)
{
    *canvas = (struct canvas){0};
    canvas_resize(canvas, rows, cols);
}

void canvas_finish(struct canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct canvas){0};
}

void canvas_resize(struct canvas *canvas, int rows, int cols)
{
    canvas->rows = MAX(rows, 1);
    canvas->cols = MAX(cols, 1);
    canvas->cells =
        memory_resize(canvas->cells, (size_t)canvas->rows * (size_t)canvas->cols * sizeof(struct cell));
    canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas)
{
    for (size_t i = 0, n = (size_t)canvas->rows * (size_t)canvas->cols; i < n; i++)
        canvas->cells[i] = blank;
    canvas->cursor_row = canvas->cursor_col = -1;
}

struct area canvas_whole(const struct canvas *canvas)
{
    return (struct area){.rows = canvas->rows, .cols = canvas->cols};
}

/* Before [col, col + width) is overwritten: a wide character that sticks out of it on either side is taken
 * away. */
static void break_wide(struct canvas *canvas, int row, int col, int width)
{
    if (cell_at(canvas, row, col)->width == 0 && col > 0) {
        struct cell *left = cell_at(canvas, row, col - 1);
        unsigned char role = left->role;
        *left = blank;
        left->role = role;
    }
    int end = col + width;
    if (end < canvas->cols && cell_at(canvas, row, end)->width == 0) {
        struct cell *right = cell_at(canvas, row, end);
        unsigned char role = right->role;
        *right = blank;
        right->role = role;
    }
}

/* One character of text for the screen: what must not be shown becomes a sign for it, line ends a space. */
static size_t next_char(const char *text, size_t len, wchar_t *c_r, int *width_r)
{
    uint32_t cp;
    size_t n = utf8_decode(text, len, &cp);
    if (n == 0) {
        n = 1;
        cp = 0xfffd;
    } else if (cp == '\n' || cp == '\t') {
        cp = ' ';
    } else if (utf8_is_control(cp) || utf8_is_hidden(cp)) {
        cp = 0xfffd;
    }
    int width = wcwidth((wchar_t)cp);
    if (width < 0) {
        cp = 0xfffd;
        width = 1;
    }
    *c_r = (wchar_t)cp;
    *width_r = width;
    return n;
}

/* U+FE0E and U+FE0F change the width of emoji in some terminals and not in others: they are left out. */
static void add_mark(struct cell *cell, wchar_t mark)
{
    if (mark == 0xfe0e || mark == 0xfe0f)
        return;
    for (int i = 1; i < CELL_CHARS - 1; i++) {
        if (!cell->chars[i]) {
            cell->chars[i] = mark;
            return;
        }
    }
}

static void set_cell(struct canvas *canvas, int row, int col, enum role role, wchar_t c, int width)
{
    break_wide(canvas, row, col, width);
    *cell_at(canvas, row, col) =
        (struct cell){.chars = {c}, .width = (unsigned char)width, .role = (unsigned char)role};
    if (width == 2)
        *cell_at(canvas, row, col + 1) = (struct cell){.role = (unsigned char)role};
}

static int put_n(struct canvas *canvas, int row, int col, int width, enum role role, const char *text,
                 size_t len)
{
    if (row < 0 || row >= canvas->rows || col < 0 || col >= canvas->cols)
        return 0;
    width = MIN(width, canvas->cols - col);
    int used = 0;
    struct cell *last = NULL;
    while (len) {
        wchar_t c;
        int cells;
        size_t n = next_char(text, len, &c, &cells);
        text += n;
        len -= n;
        if (cells == 0) {
            if (last)
                add_mark(last, c);
            continue;
        }
        if (used + cells > width)
            break;
        set_cell(canvas, row, col + used, role, c, cells);
        last = cell_at(canvas, row, col + used);
        used += cells;
    }
    return used;
}

int canvas_put(struct canvas *canvas, int row, int col, int width, enum role role, const char *text)
{
    return put_n(canvas, row, col, width, role, text, strlen(text));
}

static void blanks(struct canvas *canvas, int row, int col, int width, enum role role)
{
    if (width > 0)
        canvas_fill(canvas, (struct area){row, col, 1, width}, role, L' ');
}

void canvas_text(struct canvas *canvas, int row, int col, int width, enum role role, enum align align,
                 const char *text)
{
    if (width <= 0)
        return;
    int cells = utf8_width(text);
    if (cells > width) {
        int used = put_n(canvas, row, col, width - 1, role, text, utf8_clip(text, width - 1));
        used += canvas_put(canvas, row, col + used, 1, role, "…");
        blanks(canvas, row, col + used, width - used, role);
        return;
    }
    int before = align == ALIGN_LEFT ? 0 : align == ALIGN_RIGHT ? width - cells : (width - cells) / 2;
    blanks(canvas, row, col, before, role);
    int used = before + canvas_put(canvas, row, col + before, width - before, role, text);
    blanks(canvas, row, col + used, width - used, role);
}

void canvas_fill(struct canvas *canvas, struct area area, enum role role, wchar_t with)
{
    assert(wcwidth(with) == 1);
    int first = MAX(area.col, 0), end = MIN(area.col + area.cols, canvas->cols);
    for (int row = MAX(area.row, 0); row < MIN(area.row + area.rows, canvas->rows); row++)
        for (int col = first; col < end; col++)
            set_cell(canvas, row, col, role, with, 1);
}

void canvas_paint(struct canvas *canvas, int row, int col, int width, enum role role)
{
    if (row < 0 || row >= canvas->rows)
        return;
    for (int i = MAX(col, 0); i < MIN(col + width, canvas->cols); i++)
        cell_at(canvas, row, i)->role = (unsigned char)role;
}

void canvas_colour(struct canvas *canvas, int row, int col, uint32_t ink, uint32_t paper)
{
    if (row < 0 || row >= canvas->rows || col < 0 || col >= canvas->cols)
        return;
    cell_at(canvas, row, col)->ink = ink;
    cell_at(canvas, row, col)->paper = paper;
}

static void put_char(struct canvas *canvas, int row, int col, enum role role, wchar_t c)
{
    if (row >= 0 && row < canvas->rows && col >= 0 && col < canvas->cols)
        set_cell(canvas, row, col, role, c, 1);
}

static void put_more(struct canvas *canvas, int row, int col, wchar_t c)
{
    if (row < 0 || row >= canvas->rows || col < 0 || col >= canvas->cols)
        return;
    const struct cell *cell = cell_at(canvas, row, col);
    if (cell->width == 1 && (cell->chars[0] == L' ' || cell->chars[0] == L'│'))
        put_char(canvas, row, col, ROLE_DIM, c);
}

void canvas_more(struct canvas *canvas, struct area area, bool above, bool below)
{
    if (above)
        put_more(canvas, area.row, area.col + area.cols - 1, L'▲');
    if (below)
        put_more(canvas, area.row + area.rows - 1, area.col + area.cols - 1, L'▼');
}

struct area canvas_box(struct canvas *canvas, struct area area, enum role role, const char *title)
{
    int bottom = area.row + area.rows - 1, right = area.col + area.cols - 1;
    canvas_fill(canvas, area, ROLE_NORMAL, L' ');
    for (int col = area.col + 1; col < right; col++) {
        put_char(canvas, area.row, col, role, L'─');
        put_char(canvas, bottom, col, role, L'─');
    }
    for (int row = area.row + 1; row < bottom; row++) {
        put_char(canvas, row, area.col, role, L'│');
        put_char(canvas, row, right, role, L'│');
    }
    put_char(canvas, area.row, area.col, role, L'┌');
    put_char(canvas, area.row, right, role, L'┐');
    put_char(canvas, bottom, area.col, role, L'└');
    put_char(canvas, bottom, right, role, L'┘');
    if (title && *title && area.cols > 6) {
        int width = MIN(utf8_width(title), area.cols - 6);
        canvas_text(canvas, area.row, area.col + 3, width, ROLE_HEAD, ALIGN_LEFT, title);
        put_char(canvas, area.row, area.col + 2, role, L' ');
        put_char(canvas, area.row, area.col + 3 + width, role, L' ');
    }
    return (struct area){area.row + 1, area.col + 2, MAX(area.rows - 2, 0), MAX(area.cols - 4, 0)};
}

void canvas_cursor(struct canvas *canvas, int row, int col)
{
    bool inside = row >= 0 && row < canvas->rows && col >= 0 && col < canvas->cols;
    canvas->cursor_row = inside ? row : -1;
    canvas->cursor_col = inside ? col : -1;
}

void canvas_row_text(const struct canvas *canvas, int row, struct str *out)
{
    size_t end = out->len;
    for (int col = 0; col < canvas->cols; col++) {
        const struct cell *cell = canvas_cell(canvas, row, col);
        if (cell->width == 0)
            continue;
        for (int i = 0; i < CELL_CHARS && cell->chars[i]; i++) {
            char bytes[4];
            str_add_n(out, bytes, utf8_encode((uint32_t)cell->chars[i], bytes));
        }
        if (cell->chars[0] != L' ')
            end = out->len;
    }
    str_truncate(out, end);
}

void canvas_dump(const struct canvas *canvas, struct str *out)
{
    for (int row = 0; row < canvas->rows; row++) {
        canvas_row_text(canvas, row, out);
        str_add_char(out, '\n');
    }
}
