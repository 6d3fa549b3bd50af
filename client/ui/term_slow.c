/*
 * A line of 9600 bits takes a screen in two seconds. So no more is handed to it than it can pass in a tenth of one, and what is composed next is
 * the row with the cursor: a key is echoed at once, and the rest of a big screen follows. The kernel would take all of it and tell nothing.
 */
#include <string.h>

#include "client/ui/term-private.h"

enum { BITS_A_BYTE = 10, AHEAD_US = 100 * 1000 };

bool slow_speed(speed_t speed, int *bits_r)
{
    static const struct {
        speed_t speed;
        int bits;
    } speeds[] = {{B50, 50},     {B75, 75},     {B110, 110},   {B134, 134},    {B150, 150},
                  {B200, 200},   {B300, 300},   {B600, 600},   {B1200, 1200},  {B1800, 1800},
                  {B2400, 2400}, {B4800, 4800}, {B9600, 9600}, {B19200, 19200}};
    for (size_t i = 0; i < array_len(speeds); i++) {
        if (speeds[i].speed != speed)
            continue;
        if (bits_r)
            *bits_r = speeds[i].bits;
        return true;
    }
    return false;
}

static int64_t us_of(const struct term *term, size_t bytes)
{
    int bits = 9600;
    slow_speed(cfgetospeed(&term->saved), &bits);
    return (int64_t)bytes * BITS_A_BYTE * 1000000 / bits;
}

size_t slow_share(struct term *term)
{
    int64_t now = term_now_us(), byte = us_of(term, 1);
    if (!term->slow)
        return (size_t)-1;
    if (term->idle_us < now)
        term->idle_us = now;
    int64_t room = now + AHEAD_US - term->idle_us;
    return room < byte ? 0 : (size_t)(room / byte);
}

void slow_sent(struct term *term, size_t n)
{
    if (term->slow)
        term->idle_us += us_of(term, n);
}

int term_line_ms(const struct term *term)
{
    int64_t left = term->slow ? term->idle_us - AHEAD_US / 2 - term_now_us() : 0;
    return left <= 0 ? 0 : (int)((left + 999) / 1000);
}

static bool row_differs(const struct term *term, const struct canvas *canvas, int row)
{
    size_t cols = (size_t)canvas->cols;
    return memcmp(&term->shown.cells[(size_t)row * cols], &canvas->cells[(size_t)row * cols],
                  cols * sizeof(struct cell)) != 0;
}

/* An empty screen first: from there on every row stands for itself. */
static void begin_anew(struct term *term, const struct canvas *canvas)
{
    struct canvas empty;
    canvas_init(&empty, canvas->rows, canvas->cols);
    canvas_cursor(&empty, canvas->cursor_row, canvas->cursor_col);
    curses_frame(term, &empty);
    term_keep_shown(term, &empty);
    canvas_finish(&empty);
}

/* The message, the fields around the cursor, and at last what is far away. */
static int nearest_row(const struct term *term, const struct canvas *canvas)
{
    int at = canvas->cursor_row >= 0 ? canvas->cursor_row : 0, message = canvas->rows - 3;
    if (row_differs(term, canvas, at))
        return at;
    if (message > 0 && row_differs(term, canvas, message))
        return message;
    for (int away = 1; away < canvas->rows; away++) {
        if (at - away >= 0 && row_differs(term, canvas, at - away))
            return at - away;
        if (at + away < canvas->rows && row_differs(term, canvas, at + away))
            return at + away;
    }
    return -1;
}

bool slow_paint(struct term *term, const struct canvas *canvas)
{
    int row;
    if (!term->shown_valid)
        begin_anew(term, canvas);
    while ((row = nearest_row(term, canvas)) >= 0) {
        curses_row(term, canvas, row);
        term_collect(term);
        term_keep_row(term, canvas, row);
        if (term_flush(term) != 0 || term_unsent(term))
            return nearest_row(term, canvas) < 0;
    }
    curses_row(term, canvas, 0); /* the cursor alone may have moved */
    term_collect(term);
    term_keep_row(term, canvas, 0);
    return true;
}
