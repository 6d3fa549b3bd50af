/*
 * The ui on what the person sits at: a screen (client/ui/front.h), or with --plain lines of text. Both are read and written from the loop and
 * painted before it sleeps.
 */
#pragma once

#include <ev.h>
#include <termios.h>

#include "client/ui/front.h"
#include "client/ui/plain.h"

struct face {
    struct ev_loop *loop;
    struct ui *ui;
    struct front front;
    struct plain plain;
    struct keys keys; /* of the plain mode */
    struct termios saved;
    bool is_plain, raw;
    void (*lost)(void *context); /* the terminal is gone */
    void (*typed)(void *context);
    void (*before_paint)(void *context);
    void *context;
    ev_io in, out;
    ev_timer timer; /* keys that may go on */
    ev_prepare paint;
};

/* 0 or a negative errno value. `options` are not looked at when plain. */
must_check int face_start(struct face *face, struct ev_loop *loop, struct ui *ui,
                          const struct term_options *options, bool plain);
void face_stop(struct face *face);
void face_resized(struct face *face);
