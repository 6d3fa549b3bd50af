/*
 * The job runner: claims due rows of table job (SKIP LOCKED: once, however many servers) and runs what they
 * name. Its own thread and connection.
 */
#pragma once

#include "base/str.h"
#include "base/util.h"

#include <stdint.h>

struct arena;
struct connection;

/* A job by its name in table job. Either one statement whose first column counts what was done, repeated while it gives at least `again`
 * (0: once), or a function that does its own transactions and says what it did; 0, or negative when it failed. */
struct scheduled {
    const char *name;
    const char *statement;
    int64_t again;
    int (*run)(struct connection *connection, struct arena *arena, int64_t deadline_ms, struct str *result);
};

/* In main, before threads; the row must live for ever. */
void schedule_register(const struct scheduled *scheduled);

/* The thread, on a connection of yizhan_tail; stop waits for the job under way, but not long. */
void schedule_start(const char *conninfo);
void schedule_stop(void);
