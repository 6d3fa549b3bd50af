/*
 * Whom the server runs as. What needs root (a low port, keys only root reads, the private cluster's start) is done first; then a server
 * started by root becomes a plain user for good.
 */
#pragma once

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct embedded;
struct settings;

struct account {
    char name[64];
    char home[256];
    uid_t uid;
    gid_t gid;
    bool change; /* root started us: this is whom we become */
};

/*
 * Ourselves, unless we are root. Else the owner of the private cluster (embedded not NULL), whose socket nobody else reaches; with a
 * database of somebody else's the setting `user`, or the user yizhan where there is one. Never root. 0, or negative with the reason in the
 * log.
 */
int account_choose(const struct settings *settings, const struct embedded *embedded,
                   struct account *account_r) must_check;

/* Makes regular files of a directory (an open descriptor), and itself, the account's, where we are to become it. Links are left alone: who
 * owned the directory before could have put them there. */
int account_give(const struct account *account, int dir, const char *const names[], size_t n) must_check;

/*
 * Becomes the account if it is another's, without supplementary groups; then gives up new privileges and being looked into (core files,
 * debuggers of the same user) in any case. Before the first thread: the kernel keeps some of it per thread. 0, or negative with the reason
 * in the log, and then the process must end.
 */
int privilege_drop(const struct account *account) must_check;
