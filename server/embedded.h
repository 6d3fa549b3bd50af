/*
 * The private PostgreSQL cluster under a state directory: made at the first start, supervised, stopped with its last user.
 *
 *   STATE/            0700 of whoever starts the server; made when missing
 *   STATE/db/         the cluster, 0700 of the user PostgreSQL runs as: we ourselves, or, when we are root, a plain user
 *   STATE/db.log      what PostgreSQL says, no statements and no data in it
 *   STATE/db.making   stands while the cluster is being made: what was left half-made is wiped and made again
 *   STATE/start.lock  held while somebody starts or stops PostgreSQL
 *   STATE/users.lock  held, shared, by every server using it
 *
 * PostgreSQL is reached over a unix socket only, in a directory of the temporary directory that nobody but root and its user can enter;
 * pg_hba.conf lets in those two users and asks for no password. A small child process, forked before the first thread, spawns it, starts
 * it again when it dies and stops it; it does nothing more when the server is killed, so PostgreSQL lives on, and the next server finds
 * it by STATE/db/postmaster.pid.
 */
#pragma once

#include "base/util.h"

#include <sys/types.h>

struct embedded;

struct embedded_options {
    const char *state_dir;
    /* Whom PostgreSQL runs as when root starts us; NULL: postgres. An existing cluster's owner goes before. */
    const char *user;
    int pool; /* database connections of one server; there will be room for at least three times as many */
};

enum embedded_role {
    EMBEDDED_OWNER,
    EMBEDDED_APP,
    EMBEDDED_TAIL,
    EMBEDDED_SUPER, /* on the database postgres */
    EMBEDDED_ROLES
};

/* Makes or finds the cluster, waits until it answers, sets up roles and database. Call it before the first thread. 0, or negative with the
 * reason in the log. */
int embedded_start(const struct embedded_options *options, struct embedded **embedded_r) must_check;

/* Live as long as the cluster is ours. */
const char *embedded_conninfo(const struct embedded *embedded, enum embedded_role role);

/* Whom PostgreSQL runs as; nobody but root and he reach its socket. */
uid_t embedded_owner(const struct embedded *embedded);

/* At its end (readable, end of file) the child is gone and nobody watches PostgreSQL any more; say so and go on. */
int embedded_fd(const struct embedded *embedded);

/* Stops PostgreSQL when nobody else uses it, and waits for that. Takes NULL. */
void embedded_stop(struct embedded *embedded);
