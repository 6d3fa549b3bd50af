#include "client/lines.h"

#include <errno.h>
#include <unistd.h>

enum { PART = 16 * 1024 };

/* What stands behind the last line end is a line as well. */
static void end(struct lines *lines)
{
    lines->ended = true;
    if (frame_pending(&lines->frame) > 0)
        frame_feed(&lines->frame, "\n", 1);
}

static void on_readable(struct ev_loop *loop, ev_io *reader, int events)
{
    struct lines *lines = reader->data;
    char bytes[PART];
    ssize_t n = read(reader->fd, bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    ev_io_stop(loop, reader);
    if (n > 0)
        frame_feed(&lines->frame, bytes, (size_t)n);
    else
        end(lines);
    lines->ready(lines->context);
}

void lines_init(struct lines *lines, struct ev_loop *loop, int fd, size_t limit, void (*ready)(void *context),
                void *context)
{
    *lines = (struct lines){.loop = loop, .ready = ready, .context = context};
    frame_init(&lines->frame, limit);
    ev_io_init(&lines->reader, on_readable, fd, EV_READ);
    lines->reader.data = lines;
}

void lines_finish(struct lines *lines)
{
    ev_io_stop(lines->loop, &lines->reader);
    frame_finish(&lines->frame);
}

enum lines_result lines_next(struct lines *lines, char **line_r, size_t *len_r)
{
    enum frame_result got = frame_next(&lines->frame, line_r, len_r);
    if (got != FRAME_NONE)
        return got == FRAME_LINE ? LINES_LINE : LINES_TOO_LONG;
    if (lines->ended)
        return LINES_END;
    ev_io_start(lines->loop, &lines->reader);
    return LINES_LATER;
}
