/* Lines of a descriptor as they come, without a wait: the loop goes on meanwhile. */
#pragma once

#include "base/util.h"
#include "wire/frame.h"

#include <ev.h>
#include <stdbool.h>

enum lines_result {
    LINES_LINE,
    LINES_TOO_LONG, /* that line is left out */
    LINES_LATER,    /* none is here yet; `ready` is called when it is worth asking again */
    LINES_END
};

struct lines {
    struct ev_loop *loop;
    struct frame frame;
    ev_io reader;
    bool ended;
    void (*ready)(void *context);
    void *context;
};

/* limit: bytes of a line. */
void lines_init(struct lines *lines, struct ev_loop *loop, int fd, size_t limit, void (*ready)(void *context),
                void *context);
void lines_finish(struct lines *lines);

/* The line lives until the next call. */
enum lines_result lines_next(struct lines *lines, char **line_r, size_t *len_r) must_check;
