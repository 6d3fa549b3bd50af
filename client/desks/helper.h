/*
 * Another program asked for something: where the phone is, what its camera sees. It runs without a shell, with nothing open but its output, for a
 * limited time and for a limited number of bytes, and never longer than this program.
 */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/str.h"

/* `failed`: 0, or -ENOENT (there is no such program), -ETIMEDOUT, -EFBIG (it said too much), -EIO (it ended badly). The output, in any case, is the
 * caller's during the call. */
typedef void helper_done(void *context, int failed, const struct str *output);

struct helper {
    struct ev_loop *loop;
    pid_t pid; /* 0: it does not run */
    int fd;
    ev_io io;
    ev_timer timer;
    ev_child child;
    struct str output;
    size_t limit;
    int failed;
    bool ended; /* the program; its output may be still to come */
    helper_done *done;
    void *context;
};

struct helper_ask {
    /* Words, with '…' and "…" around those that hold blanks; nothing in it is replaced. */
    const char *command;
    size_t limit; /* bytes of output */
    int seconds;
    helper_done *done;
    void *context;
};

void helper_init(struct helper *helper, struct ev_loop *loop);

/* 0, or negative errno: it was not started and done is not called. -EBUSY: it runs already. */
int helper_start(struct helper *helper, const struct helper_ask *ask);
bool helper_runs(const struct helper *helper);
void helper_stop(struct helper *helper); /* kills it, and all it started; done is not called */

/* The words of a command line; NULL where a quote is left open or there are none. Free the array and its first word's text (one block). */
char **helper_words(const char *command);
