/* Cuts a stream of bytes into lines. Each end of each connection has one. */
#pragma once

#include "base/str.h"
#include "base/util.h"
#include <stdbool.h>
#include <stddef.h>

enum frame_result {
    FRAME_NONE,     /* no whole line is here */
    FRAME_LINE,     /* a line */
    FRAME_TOO_LONG, /* said once per line that is too long; the line is dropped up to its LF */
};

struct frame {
    struct str in;
    size_t limit;   /* bytes of a line, a CR counted, the LF not */
    size_t start;   /* of the line to come */
    size_t scanned; /* no LF in [start, scanned) */
    bool dropping;  /* inside a line that was too long */
};

/* limit in bytes, as above. Finishing gives the buffer back; it may be initialised again. */
void frame_init(struct frame *frame, size_t limit);
void frame_finish(struct frame *frame);

/* Holds from the next frame_next on, also for bytes already here. */
void frame_set_limit(struct frame *frame, size_t limit);

/* Takes bytes in; lines handed out before become invalid. Call frame_next until FRAME_NONE before feeding again. */
void frame_feed(struct frame *frame, const void *bytes, size_t n);

/*
 * The next line without its LF and without one CR before it, terminated by a NUL, the caller's to change until the next
 * call. A NUL within the line is left for the message parser to name.
 */
enum frame_result frame_next(struct frame *frame, char **line_r, size_t *len_r) must_check;

/* Bytes of a line begun but not ended: the line timer runs while it is not 0. */
size_t frame_pending(const struct frame *frame);
