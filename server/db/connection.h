/* One libpq connection of a worker: non-blocking, in pipeline mode, with its prepared statements. */
#pragma once

#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

struct connection;

struct connection *connection_create(const char *conninfo, const char *name); /* does not connect yet */
void connection_destroy(struct connection *connection);

/* Connects, or reconnects after a loss; 0 when usable, negative when not before the monotonic deadline. */
must_check int connection_open(struct connection *connection, int64_t deadline_ms);
bool connection_usable(const struct connection *connection);

/* Asks the database to cancel what this connection runs; called from any thread but the owner's. Never after COMMIT was flushed. */
void connection_cancel(struct connection *connection);

/* Drops the socket without a word: the fault tests' "connection lost". */
void connection_drop(struct connection *connection);

#ifdef YIZHAN_FAULTS
/* Test builds: the next transaction's statement number `nth` (from 1, BEGIN not counted, COMMIT last) is made to fail, to hit nothing, or the
 * connection is cut before its result (or, for COMMIT, after it was flushed). nth 0 clears. */
enum connection_fault { FAULT_NONE, FAULT_FAIL, FAULT_MISS, FAULT_CUT, FAULT_CUT_AFTER };
void connection_plan_fault(struct connection *connection, enum connection_fault fault, int nth);
#endif
