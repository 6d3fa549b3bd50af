/*
 * The ui on what the person sits at: a screen (client/ui/front.h), or with --plain lines of text (client/ui/plain.h). Both are read and written
 * from the loop and painted before it sleeps.
 */
#pragma once

#include <ev.h>
#include <termios.h>

#include "client/lines.h"
#include "client/ui/front.h"
#include "client/ui/plain.h"

struct face {
    struct ev_loop *loop;
    struct ui *ui;
    struct front front;
    bool is_plain;
    void (*lost)(void *context); /* the terminal is gone */
    void (*typed)(void *context);
    void (*before_paint)(void *context);
    bool (*busy)(void *context); /* answers are awaited: what they bring belongs to the line before */
    void (*quit)(void *context); /* the last line has been done */
    void *context;
    ev_io in, out;
    ev_timer timer; /* keys that may go on */
    ev_prepare paint;

    /* Of the plain mode. */
    struct plain plain;
    struct lines lines;
    char *held;      /* a line that waits for the one before; NULL: none */
    bool settling;   /* a line was taken, and is not done yet */
    bool is_tty;     /* else a pipe: nobody needs a prompt */
    bool prompted;   /* the cursor stands behind one */
    bool hidden;     /* what is typed is not echoed */
    int64_t busy_ms; /* since when; 0: it is not */
    struct termios saved;
};

/* 0 or a negative errno value. `options` are not looked at when plain. */
must_check int face_start(struct face *face, struct ev_loop *loop, struct ui *ui,
                          const struct term_options *options, bool plain);
void face_stop(struct face *face);
void face_resized(struct face *face);
void face_resumed(struct face *face); /* stopped from outside, and going on */

/* SIGINT: on a screen Ctrl-C is a key and this is a stranger's; with lines it stops what runs. */
void face_interrupt(struct face *face);

/* face_plain.c, for face.c only. */
void face_plain_start(struct face *face);
void face_plain_stop(struct face *face);
void face_plain_turn(struct face *face); /* once in every turn of the loop */
