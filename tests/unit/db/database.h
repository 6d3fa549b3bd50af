/* A database for a test program: on the cluster YIZHAN_TEST_SOCKET names, or on one made for this run and stopped at its end. */
#pragma once

#include <libpq-fe.h>
#include <stddef.h>
#include <sys/types.h>

/* Makes an empty database of its own; conninfo as superuser. */
int database_setup(void **state);
int database_teardown(void **state);

/* The same, always on a cluster of its own, which may be killed. */
int database_setup_own(void **state);
pid_t database_postmaster(void);

/* Connects the superuser again, however long the cluster takes to come back. */
void database_reconnect(void);

/* Of the database, as any role. Lives until the next call. */
const char *database_conninfo(const char *role);

/* Runs statements as superuser; the test fails when they do. */
void database_run(const char *sql);

/* The first column of the first row, or "" when there is none. Lives until the next call. */
const char *database_value(const char *sql);

/* The value becomes `expected` within some seconds. */
void database_wait_value(const char *sql, const char *expected);

/* A file of schema/setup_*.sql. */
const char *database_setup_text(const char *file);
