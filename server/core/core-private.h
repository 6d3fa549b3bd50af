/* What the files of core share: the one core of the process. */
#pragma once

#include "server/core/core.h"
#include "server/core/queue.h"
#include "server/core/task.h"
#include "server/net/net.h"

#include <stdio.h>

struct core {
    struct ev_loop *loop;
    struct net *net;
    struct core_options options;
    struct queue *lanes[LANES]; /* NULL before core_start */
    FILE *statement_log;
    bool draining;
};

extern struct core core;

/* The name this server claims jobs by: host and process. */
const char *core_server_name(void);
