/* Brings a database to the schema of this server, at start, over a connection of its owner that is closed before anybody listens. */
#pragma once

#include "base/util.h"

#include <stddef.h>
#include <stdint.h>

struct schema_file;

enum migrate_fault {
    MIGRATE_OK,
    MIGRATE_UNAVAILABLE, /* no connection before the deadline, or it was lost */
    MIGRATE_BUSY,        /* another server was migrating until the deadline */
    MIGRATE_CHANGED,     /* an applied file is not the file this server knows */
    MIGRATE_NEWER,       /* the database has a migration this server does not know */
    MIGRATE_DISORDER,    /* a new file stands before an applied one */
    MIGRATE_BEHIND,      /* migrate_check only: some are not applied yet */
    MIGRATE_FAILED       /* a file failed; it was rolled back, those before it stay */
};

/* Applies what is missing, in order, each file in a transaction of its own; waits for the database to come up and for another server that
 * is at it. What is wrong goes to the log. conninfo is the owner's. */
must_check enum migrate_fault migrate_run(const char *conninfo, const struct schema_file *files, size_t count,
                                          int64_t deadline_ms);

/* Only looks: MIGRATE_OK when the database has exactly these. Any role will do. */
must_check enum migrate_fault migrate_check(const char *conninfo, const struct schema_file *files,
                                            size_t count, int64_t deadline_ms);
