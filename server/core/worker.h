/* The worker threads: each has a connection and an arena of its own and serves one lane's queue. */
#pragma once

#include "server/core/verb.h"

#include <stdio.h>

struct queue;

/* Makes `count` workers that will serve the queue of a lane. log: where their statements are noted, or NULL. */
void workers_start(struct queue *queue, enum verb_lane lane, int count, const char *conninfo, FILE *log);

/* Starts all that were made, and the thread that cancels. */
void workers_run(void);

/* After the queues were closed: cancels what still runs, but for what is being committed, and waits for every thread. */
void workers_stop(void);
