/* The inside of the embedded cluster. The child owns all of it after the fork; the server keeps the descriptors marked so. */
#pragma once

#include "base/util.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    CLUSTER_VERSION_MIN = 15,
    SOCKET_DIR_SIZE = 96, /* a socket's path has 107 bytes, and "/.s.PGSQL.5432" is ours to add */
    CLUSTER_MESSAGE_SIZE = 512
};

struct cluster {
    int db_fd;      /* O_PATH of STATE/db: the way in for a user who may not walk there */
    int log_fd;     /* STATE/db.log */
    int ctl_fd;     /* to the other process */
    int start_fd;   /* STATE/start.lock, locked by the server until the start is over */
    int restart_fd; /* the same file opened again, for the child's own locking later */
    int users_fd;   /* STATE/users.lock, shared; one open file in both processes */
    bool making;
    uid_t uid;
    gid_t gid;
    char user[64]; /* whom PostgreSQL runs as */
    int max_connections;
    /* the child's */
    char bin[PATH_MAX]; /* of PostgreSQL's programs */
    char socket_dir[SOCKET_DIR_SIZE];
    pid_t pid; /* of the postmaster; 0: none */
    bool is_child;
    int pid_fd;            /* -1: this kernel has none */
    pid_t stale_pid;       /* what postmaster.pid said before we spawned: that is not the answer */
    int64_t stale_started; /* we wait for */
};

/* What the processes say to each other, one word per message; behind READY the socket directory, behind FAILED the reason. */
enum cluster_word { WORD_READY = 'r', WORD_FAILED = 'f', WORD_GO = 'g', WORD_RESTART = 'a', WORD_STOP = 's' };

/* embedded_supervisor.c: the child. Never returns. */
_Noreturn void supervisor_run(struct cluster *cluster);

/* embedded_programs.c */

/* Finds PostgreSQL's programs of one major version, or of the newest from 15 on when `major` is 0; false when there are none. */
bool programs_find(int major, char bin[PATH_MAX]);

/* Runs a program of theirs with its output in the log; standard input is empty, no signal is ignored, no descriptor but db_fd and the
 * standard three is open. Negative when it cannot be forked. */
pid_t programs_spawn(const struct cluster *cluster, const char *const argv[], bool die_with_us);

/* embedded_files.c */

/* STATE/db holds a cluster: its major version, 0 when it is empty, negative when it is something else. */
int files_version(const struct cluster *cluster);

/* Empties STATE/db. */
int files_wipe(const struct cluster *cluster) must_check;

/* Who may connect, once after initdb. */
int files_write_access(const struct cluster *cluster) must_check;

/* Settings that depend on this machine and server; written before every start. */
int files_write_settings(const struct cluster *cluster) must_check;

/* What postmaster.pid says; false when there is none (or half of one). */
struct postmaster {
    pid_t pid;
    int64_t started; /* seconds since 1970 */
    char socket_dir[SOCKET_DIR_SIZE];
    char status[16]; /* starting, ready, stopping, standby */
};
bool files_read_postmaster(const struct cluster *cluster, struct postmaster *postmaster_r);

/* embedded_processes.c */

/* This process works in our STATE/db, so it is a PostgreSQL of ours. */
bool process_is_ours(const struct cluster *cluster, pid_t pid);

/* Some process does. */
bool process_any_ours(const struct cluster *cluster);
