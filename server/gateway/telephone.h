/*
 * The telephone: one thread with a loop of its own speaks to the call systems of the branches. Any number of servers may run it on one database;
 * a lease there decides which of them speaks to which call system. What rings is looked up by all of them, each for its own terminals.
 */
#pragma once

struct telephone_options {
    const char *conninfo; /* of yizhan_tail */
    const char *server;   /* name of this one in leases */
};

/* Texts are copied. */
void telephone_start(const struct telephone_options *options);
void telephone_stop(void);
