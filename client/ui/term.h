#pragma once

#include <stdint.h>
#include <termios.h>

#include "client/ui/canvas.h"
#include "client/ui/key.h"

/*
 * The terminal. curses composes the bytes (it writes them to memory), and they go out from here without
 * blocking: so they can be counted, and a slow line never stops the loop.
 */
enum borders { BORDERS_AUTO, BORDERS_LINES, BORDERS_ASCII };

struct term_options {
    enum theme theme;
    bool theme_given; /* else NO_COLOR and the terminal decide about colour */
    enum borders borders;
    const char *type; /* NULL: $TERM */
    int in, out;      /* descriptors, usually 0 and 1 */
};

struct term_counters {
    uint64_t bytes; /* since the start */
    uint64_t frames;
    uint64_t key_bytes; /* painted after the last key */
    int64_t key_us;     /* from reading the last key to its last byte written; -1: not yet painted */
    int64_t key_us_max;
};

struct term;

/* Sets LC_CTYPE and LC_MESSAGES so that UTF-8 and LANGUAGE work, whatever the environment says. */
void term_locale(void);

/* "zh_CN", "zh_TW", "en": at once, for everything drawn from now on. */
void term_language(const char *language);

/* Returns 0 or a negative errno value; -ENOTTY without a terminal, -ENOENT when no description fits. */
must_check int term_start(struct term **term_r, const struct term_options *options);

/* Gives the terminal back as it was. Takes NULL. Waits a moment at most for a slow line. */
void term_stop(struct term *term);

/* Whatever was done to the terminal: its mode and every cell as they should be. */
void term_again(struct term *term);

void term_size(const struct term *term, int *rows_r, int *cols_r);

/* After SIGWINCH: true when the size is another; resize and draw the model, then paint. */
bool term_resized(struct term *term);

/* A line of 19200 bits per second or less: widgets spare it. */
bool term_slow(const struct term *term);

int term_in(const struct term *term);  /* to watch for reading */
int term_out(const struct term *term); /* to watch for writing while term_unsent() */

/*
 * Reads what is there and calls back for each key; never waits. Returns 0, or -EIO / -errno when the terminal
 * is gone. When term_wait_ms() is not -1, call term_timeout() after that time.
 */
must_check int term_read(struct term *term, key_handler *handler, void *context);
int term_wait_ms(const struct term *term);
void term_timeout(struct term *term, key_handler *handler, void *context);
void term_drop_input(struct term *term);

/* Sends the changed cells. While the line has not taken the last frame it does nothing and returns 1: paint
 * again. */
int term_paint(struct term *term, const struct canvas *canvas);
void term_repaint(struct term *term); /* the next paint sends everything */
void term_bell(struct term *term);
must_check int term_flush(struct term *term); /* 0, or -errno when the terminal is gone */
size_t term_unsent(const struct term *term);

/* Milliseconds until a slow line wants more; 0: it does now. */
int term_line_ms(const struct term *term);

void term_set_theme(struct term *term, enum theme theme);
void term_set_borders(struct term *term, enum borders borders);
/* How many: "1", "8", "16", "256", "16M". */
const char *term_colours(const struct term *term);
int term_colour_count(const struct term *term); /* that the theme uses: 0, 8, 16, 256, 1 << 24 */
bool term_ascii(const struct term *term);       /* only ASCII for borders and signs */
const struct term_counters *term_counters(const struct term *term);
