#include <string.h>

#include "wire/frame.h"

/* An idle connection keeps no more than this, in bytes. */
enum { FRAME_KEEP = 4096 };

void frame_init(struct frame *frame, size_t limit)
{
    *frame = (struct frame){.limit = limit};
    str_init(&frame->in, NULL);
}

void frame_finish(struct frame *frame)
{
    str_finish(&frame->in);
    frame_init(frame, frame->limit);
}

void frame_set_limit(struct frame *frame, size_t limit)
{
    frame->limit = limit;
}

static void forget_all(struct frame *frame)
{
    if (frame->in.cap > FRAME_KEEP)
        str_finish(&frame->in);
    else
        str_clear(&frame->in);
    frame->start = frame->scanned = 0;
}

/* Moves the line begun to the front, so that the lines before it cost nothing. */
static void close_up(struct frame *frame)
{
    if (!frame->start)
        return;
    size_t left = frame->in.len - frame->start;
    memmove(frame->in.data, frame->in.data + frame->start, left);
    str_truncate(&frame->in, left);
    frame->scanned -= frame->start;
    frame->start = 0;
}

void frame_feed(struct frame *frame, const void *bytes, size_t n)
{
    close_up(frame);
    str_add_n(&frame->in, bytes, n);
}

static enum frame_result nothing(struct frame *frame)
{
    if (frame->dropping || frame->start == frame->in.len)
        forget_all(frame);
    return FRAME_NONE;
}

static enum frame_result line_without_end(struct frame *frame)
{
    frame->scanned = frame->in.len;
    if (frame->dropping || frame->in.len - frame->start <= frame->limit)
        return nothing(frame);
    frame->dropping = true;
    forget_all(frame);
    return FRAME_TOO_LONG;
}

static enum frame_result whole_line(struct frame *frame, size_t end, char **line_r, size_t *len_r)
{
    char *line = frame->in.data + frame->start;
    size_t len = end - frame->start;
    frame->start = frame->scanned = end + 1;
    if (len > frame->limit)
        return FRAME_TOO_LONG;
    if (len && line[len - 1] == '\r')
        len--;
    line[len] = '\0';
    *line_r = line;
    *len_r = len;
    return FRAME_LINE;
}

enum frame_result frame_next(struct frame *frame, char **line_r, size_t *len_r)
{
    for (;;) {
        size_t left = frame->in.len - frame->scanned;
        char *end = left ? memchr(frame->in.data + frame->scanned, '\n', left) : NULL;
        if (!end)
            return line_without_end(frame);
        size_t at = (size_t)(end - frame->in.data);
        if (!frame->dropping)
            return whole_line(frame, at, line_r, len_r);
        frame->dropping = false; /* the rest of a line that was told of already */
        frame->start = frame->scanned = at + 1;
    }
}

size_t frame_pending(const struct frame *frame)
{
    return frame->dropping ? 1 : frame->in.len - frame->start;
}
