/* What the files of core share: the one core of the process. */
#pragma once

#include "server/core/core.h"
#include "server/core/queue.h"
#include "server/core/task.h"
#include "server/net/net.h"

#include <stdatomic.h>
#include <stdio.h>

struct core {
    struct ev_loop *loop;
    struct net *net;
    struct core_options options; /* the loop's: SIGHUP changes it */
    atomic_int idle_seconds;     /* workers look at this one */
    struct queue *lanes[LANES];  /* NULL before core_start */
    FILE *statement_log;
    bool draining;
};

extern struct core core;
