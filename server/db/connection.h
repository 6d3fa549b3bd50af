/* One libpq connection of a worker: non-blocking, in pipeline mode, with its prepared statements. */
#pragma once

#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct connection;

/* Does not connect yet. The name is the application_name in pg_stat_activity. */
struct connection *connection_create(const char *conninfo, const char *name);
void connection_destroy(struct connection *connection);

/* Connects, or reconnects after a loss; 0 when usable, negative when not before the monotonic deadline. tx_begin does it by itself. */
must_check int connection_open(struct connection *connection, int64_t deadline_ms);
bool connection_usable(const struct connection *connection);

/* Asks the database to cancel what this connection runs; called from any thread but the owner's, and blocks. Does nothing once COMMIT
 * is on its way. The transaction ends as TX_TIMEOUT and the connection is closed behind it. */
void connection_cancel(struct connection *connection);

/* Drops the socket without a word: the fault tests' "connection lost". */
void connection_drop(struct connection *connection);

/* From the next connect on several processes may work at one of its statements: for those that walk through whole tables. Otherwise one does,
 * which leaves the others to other people. */
void connection_share_work(struct connection *connection);

/* Statements whose deadline passed are cancelled and waited for behind the scenes; so many of them are still running. Above the limit
 * (of the process; give it the size of the pool) no new connection is made, so max_connections is never used up. */
int connections_abandoned(void);
void connection_set_abandoned_limit(int limit);

/* From now on every statement is written to the log (NULL: no more) as a line of JSON, {"name", "text", "params"}, and a line {"mark":
 * "flush"} or {"mark": "sync"} where one is asked for, {"mark": "wait"} for each round trip waited for, in order: what a benchmark needs to
 * repeat one command exactly. It holds data of people: for measuring on demo data only. The file stays the caller's. */
void connection_set_log(struct connection *connection, FILE *log);

#ifdef YIZHAN_FAULTS
/*
 * Test builds: something happens to statement number `nth` of the next transaction (from 1; BEGIN and the scope are not counted, COMMIT
 * is the last). nth 0 clears; what was not reached is forgotten with the end of that transaction.
 *   FAIL       a statement that fails is sent in its place
 *   MISS       it hits nothing: a read has no rows, a tx_write_one raises YZ001, COMMIT answers ROLLBACK; a plain write is not touched
 *   CUT        the connection is lost before the statement is sent
 *   CUT_AFTER  it is lost after the database has answered and before the answer is read: a COMMIT was done and nobody knows
 */
enum connection_fault { FAULT_NONE, FAULT_FAIL, FAULT_MISS, FAULT_CUT, FAULT_CUT_AFTER };
void connection_plan_fault(struct connection *connection, enum connection_fault fault, int nth);
#endif
