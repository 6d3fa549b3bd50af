/* What the commands for scripts share: one login, what is done after it, and the line that may break. */
#pragma once

#include "client/batch.h"
#include "client/lines.h"
#include "client/link/call.h"

struct batch {
    struct ev_loop *loop;
    struct link *link;
    const struct options *options;
    void (*begin)(struct batch *batch); /* after the login */
    const char *verb;
    const char *json; /* "-": lines of stdin */
    char *password;
    json_t *args; /* of the request under way, kept to ask again with a key; NULL: none is */
    struct lines lines;
    ev_timer away;
    ev_signal interrupt, term;
    bool connecting, login_sent, keyed, leaving;
    int code;
};

/* Logs in, begins, and goes on until batch_leave or batch_end. The exit code. */
int batch_go(struct batch *batch);

/* Logs out and ends; or ends at once with this code (0: the one it has). */
void batch_leave(struct batch *batch);
void batch_end(struct batch *batch, int code);

/* A line on standard error. */
printf_like(1, 2) void batch_complain(const char *format, ...);
void batch_complain_of(const char *verb, const struct answer *answer);
