/*
 * Follows the trail in commit order up to the horizon of running transactions, tells the watchers what other
 * servers did, and ends connections whose session was ended. Its own thread and connection.
 */
#pragma once

/* The thread, on a connection of yizhan_tail. What was committed before it began is not told. */
void tail_start(const char *conninfo);
void tail_stop(void);
