/* One command of four statements and COMMIT, each made to go wrong in each way: all or nothing, and the fault says which. */
#include "base/log.h"
#include "database.h"
#include "server/db/connection.h"
#include "thing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#ifdef YIZHAN_FAULTS

/* What may come of it. */
enum outcome {
    DONE,    /* all of it, and the answer says so */
    NOTHING, /* nothing, and the answer says so */
    UNKNOWN, /* all of it, and the answer is that nobody knows */
    LOST /* all or nothing: with the writes in COMMIT's own flush an answer lost there is an outcome lost */
};

enum { LOCK, READ, UPDATE, INSERT, COMMIT, NEVER, STATEMENTS };

static const struct {
    enum connection_fault fault;
    enum outcome at[STATEMENTS];
} table[] = {
    {FAULT_FAIL, {NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, DONE}},
    {FAULT_MISS, {NOTHING, DONE, NOTHING, DONE, NOTHING, DONE}},
    {FAULT_CUT, {NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, DONE}},
    {FAULT_CUT_AFTER, {NOTHING, NOTHING, LOST, LOST, UNKNOWN, DONE}},
};

static enum tx_fault run(void)
{
    struct tx *tx = thing_start();
    struct rows *one = tx_read(tx, &thing_lock, p_int(1));
    tx_read(tx, &thing_select, p_int(2));
    bool found = rows_count(one) == 1;
    tx_write_one(tx, &thing_update, p_int(1), p_int(7));
    tx_write(tx, &thing_insert, p_int(3), p_text("three"), p_int(3));
    if (!found)
        tx_rollback(tx);
    return tx_commit(tx);
}

static void judge(enum outcome expected, enum tx_fault got)
{
    bool done = strcmp(thing_n(1), "7") == 0;
    assert_true(done == (strcmp(thing_n(3), "3") == 0));
    switch (expected) {
    case DONE:
        assert_int_equal(got, TX_OK);
        assert_true(done);
        break;
    case NOTHING:
        assert_int_not_equal(got, TX_OK);
        assert_int_not_equal(got, TX_UNKNOWN);
        assert_false(done);
        break;
    case UNKNOWN:
        assert_int_equal(got, TX_UNKNOWN);
        assert_true(done);
        break;
    case LOST: assert_int_not_equal(got, TX_OK); break;
    }
}

static void every_statement_every_fault(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    for (size_t i = 0; i < array_len(table); i++)
        for (int statement = 0; statement < STATEMENTS; statement++) {
            thing_reset();
            thing_serves();
            connection_plan_fault(thing_connection, table[i].fault, statement + 1);
            judge(table[i].at[statement], run());
            thing_serves();
        }
    log_set_level(LOG_LEVEL_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {thing_test(every_statement_every_fault)};
    return cmocka_run_group_tests_name("faults", tests, thing_setup_all, database_teardown);
}

#else

int main(void)
{
    return 77; /* meson: skipped. No faults can be planned in this build. */
}

#endif
