/* What the files of the terminal share: our end of it, and its other side, curses. */
#pragma once

#include <stdio.h>

#include "client/ui/term.h"

struct term {
    int in, out; /* our own descriptions of the terminal, non-blocking where that can be had */
    int memory;  /* what curses writes to */
    FILE *to_memory, *from_tty;
    void *screen; /* SCREEN * */
    struct termios saved;
    struct keys keys;
    struct str unsent;
    size_t sent;         /* bytes of unsent that are out already */
    struct canvas shown; /* as the terminal has it, when everything unsent is out */
    bool shown_valid;
    bool cursor_shown;
    bool narrow; /* ambiguous characters are two cells here: only ASCII for borders and signs */
    bool probing;
    bool wide; /* so the terminal has shown */
    bool colours, many_colours, own_colours;
    bool all_colours; /* 16 million, each by its red, green and blue */
    bool slow;
    int64_t idle_us; /* of a slow line: when all bytes sent so far will have passed it */
    int rows, cols;
    enum theme theme;
    enum borders borders;
    struct term_counters counters;
    int64_t key_at_us;
    uint64_t key_from_bytes;
    bool key_waits; /* for its first frame */
};

/* term_curses.c: everything that calls curses, whose header no other file needs. */
int curses_start(struct term *term, const char *type);
void curses_stop(struct term *term);
void curses_leave(struct term *term);
void curses_resize(struct term *term);
void curses_pairs(struct term *term);
void curses_define_keys(struct term *term);
bool curses_knows(const char *type, int fd);
const char *curses_text(const char *capability); /* "" if there is none */
void curses_frame(struct term *term, const struct canvas *canvas);
void curses_row(struct term *term, const struct canvas *canvas, int row);

/* term_slow.c: row by row, the one with the cursor first, so that a key is echoed before a list is through. */
int64_t term_now_us(void);
bool slow_speed(speed_t speed, int *bits_r);
size_t slow_share(struct term *term); /* bytes that may be written now */
void slow_sent(struct term *term, size_t n);
bool slow_paint(struct term *term, const struct canvas *canvas); /* true: everything is composed */
void term_keep_row(struct term *term, const struct canvas *canvas, int row);
void term_keep_shown(struct term *term, const struct canvas *canvas);

/* Moves what curses wrote to unsent. */
void term_collect(struct term *term);
void term_add(struct term *term, const char *bytes);

/* term_restore.c: the terminal is put right however the program ends. */
void restore_arm(int fd, const struct termios *saved, const char *bytes, size_t n);
void restore_disarm(void);
