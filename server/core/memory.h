/*
 * What the floor above keeps in memory of the database, for code that has no transaction at hand: base data. A change of it anywhere makes it
 * stale; the next request finds it read again.
 */
#pragma once

#include "base/util.h"

#include <stdbool.h>

struct arena;
struct connection;
struct tx;

struct memory {
    bool (*stale)(void);
    int (*load)(struct tx *tx);          /* negative: failed, the old stays */
    void (*changed)(const char *entity); /* any thread: may make it stale */
};

/* In main, before threads. The row must live for ever. */
void memory_use(const struct memory *memory);

/* A worker, before it runs a request: reads what is stale on its own connection, while others who need it wait. The arena is the worker's,
 * and is reset after. False: it could never be read yet, and no request that looks at it may go on. */
must_check bool memory_refresh(struct connection *connection, struct arena *arena);

/* The tail, for each change it sees, of this server's too. */
void memory_changed(const char *entity);
