/*
 * Slows guessing of passwords. Failures are counted by name, whether there is such a user or not, and by
 * address; each try gets the next free moment for both. In this server's memory only: the lock after many
 * failures is in the database. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How long this try must wait, in milliseconds; negative when too many wait already. */
int64_t throttle_try(const char *name, const char *address);
void throttle_failed(const char *name, const char *address);
void throttle_succeeded(const char *name);
