/* A table to write to and a connection that writes: what the tests of transactions have in common. */
#pragma once

#include "server/db/transaction.h"

extern const struct sql thing_insert, thing_update, thing_select, thing_lock;

/* Anew for each test. */
extern struct connection *thing_connection;
extern struct arena *thing_arena;

int thing_setup_all(void **state); /* the database and the table; database_teardown at the end */
int thing_setup(void **state);     /* two rows: (1, 'one', 1) and (2, 'two', 2) */
int thing_teardown(void **state);
void thing_reset(void); /* to those two rows */

struct tx *thing_start(void); /* ten seconds */
struct tx *thing_start_within(int64_t ms);

/* What stands in the table, by another connection; "" when there is no such row. */
const char *thing_n(int id);

/* After whatever happened, the connection serves the next transaction. */
void thing_serves(void);

#define thing_test(name) cmocka_unit_test_setup_teardown(name, thing_setup, thing_teardown)
