/* What the commands of yizhanctl share: ctl.c and the ctl_*.c files. */
#pragma once

#include "server/db/transaction.h"

struct place;
struct settings;

struct ctl {
    const struct settings *settings;
    const struct place *place; /* NULL for commands that need no database */
    struct arena *arena;
    int argc; /* behind the command's name */
    char **argv;
};

/* A connection of one of the three users, open; ends the program where there is none. */
struct connection *ctl_connect(const char *conninfo);

/* A transaction with time enough for a person. */
struct tx *ctl_begin(struct ctl *ctl, struct connection *connection);

/* Says what went wrong with it on stderr; gives the exit code. */
int ctl_tx_failed(struct tx *tx);

/* The commands, each in a file of its own or in ctl.c; each gives the exit code (sysexits.h; check: 1 where something is wrong). */
int ctl_check(struct ctl *ctl);
int ctl_jobs(struct ctl *ctl);
int ctl_sessions(struct ctl *ctl);
int ctl_migrate(struct ctl *ctl);
int ctl_passwd(struct ctl *ctl);
int ctl_seed(struct ctl *ctl);
int ctl_man(struct ctl *ctl);
