/* Looking up an address without waiting for it: a name is resolved by a thread of its own, which may outlive whoever asked. */
#pragma once

#include <stdbool.h>

#include "base/util.h"

struct addrinfo;
struct resolve;

/* "HOST", "HOST:PORT", "[IPv6]:PORT", "[IPv6]"; the port where none is named. */
struct resolve *resolve_start(const char *address, const char *port) must_check;

/* True when it has ended, once: *found_r is the caller's to free, or NULL and *fault_r says why. */
bool resolve_done(struct resolve *resolve, struct addrinfo **found_r, const char **fault_r);

/* Forgets it, ended or not; takes NULL. */
void resolve_drop(struct resolve *resolve);
