/* So many times the orders and persons of the demo company: persons by COPY, with the keys of search that the server would write, and orders by
 * the SQL of schema/seed. One transaction: all of it, or the company is as it was. */
#include "server/seed/seed-private.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "schema/files.h"

enum {
    PERSONS = 300, /* for each time */
    PERSONS_AT_ONCE = 5000,
    PHONES_BEYOND = 1000000, /* of the company itself there are fewer */
    DAYS_EACH = 90,
    DAYS_MOST = 720,
    STATIONS = 5
};

/* The parts in schema/seed, in order. */
enum { PUT_OFF, RESCUE_ORDERS, PUT_BACK };

static int run_part(struct seed *seed, size_t part)
{
    return part < schema_seeds_count ? sink_run(seed, schema_seeds[part].text) : -ENOENT;
}

static int64_t ask_number(struct seed *seed, const char *sql, bool *failed)
{
    const char *text = *failed ? NULL : sink_ask(seed, sql, failed);
    *failed = *failed || !text;
    return text ? strtoll(text, NULL, 10) : 0;
}

/* How many times are there; the company's moment is taken over. 0: it cannot be said. */
static int64_t look(struct seed *seed)
{
    bool failed = false;
    int64_t times = ask_number(seed, "SELECT value FROM setting WHERE name = 'demo.times'", &failed);
    const char *at =
        failed ? NULL : sink_ask(seed, "SELECT value FROM setting WHERE name = 'demo.at'", &failed);
    if (failed || !at || time_parse(at, &seed->now) < 0)
        return 0;
    return times;
}

static int tell_settings(struct seed *seed, int64_t have, int64_t times)
{
    char at[TIME_TEXT_SIZE];
    return sink_run(
        seed, arena_printf(
                  seed->arena,
                  "SELECT set_config('seed.orders', '%lld', true), set_config('seed.first', '%lld', true), "
                  "set_config('seed.at', '%s', true), set_config('seed.days', '%lld', true)",
                  (long long)(times - have) * SEED_ORDERS, (long long)(have - 1) * SEED_ORDERS + 1,
                  time_print(at, sizeof(at), seed->now), (long long)MIN(times * DAYS_EACH, DAYS_MOST)));
}

static int write_persons(struct seed *seed)
{
    int result = seed_write(seed, TABLE_PARTY);
    if (result == 0)
        result = seed_write(seed, TABLE_PLATE);
    return result ? result : seed_write(seed, TABLE_SEARCH);
}

static int make_persons(struct seed *seed, int64_t first, int64_t count)
{
    bool failed = false;
    int64_t maker = ask_number(seed, "SELECT id FROM employee WHERE login = 'order_clerk'", &failed);
    int result = failed ? -EIO : 0;
    rng_seed(&seed->rng, (uint64_t)first);
    seed->phones = PHONES_BEYOND + (int)first;
    for (int64_t i = 0; i < count && result == 0; i++) {
        struct client *client = clients_person(seed, (enum branch_index)(FIRST + i % STATIONS));
        clients_put(seed, client, maker, seed_at(seed, -DAYS(200) - i % 1000 * HOURS(3)));
        if (i % PERSONS_AT_ONCE == PERSONS_AT_ONCE - 1 || i + 1 == count)
            result = write_persons(seed);
    }
    return result;
}

static int make_all(struct seed *seed, int64_t have, int64_t times)
{
    int result = tell_settings(seed, have, times);
    if (result == 0)
        result = run_part(seed, PUT_OFF);
    if (result == 0)
        result = branches_find(seed);
    if (result == 0)
        result = seed_read_sequences(seed);
    if (result == 0)
        result = make_persons(seed, (have - 1) * PERSONS, (times - have) * PERSONS);
    if (result == 0)
        result = seed_set_sequences(seed);
    if (result == 0)
        result = run_part(seed, RESCUE_ORDERS);
    if (result == 0)
        result = run_part(seed, PUT_BACK);
    return result
               ? result
               : sink_run(
                     seed,
                     arena_printf(
                         seed->arena,
                         "UPDATE setting SET value = '%lld', version = version + 1 WHERE name = 'demo.times'",
                         (long long)times));
}

static int make_once(struct seed *seed, int64_t times)
{
    int result = sink_run(seed, "BEGIN; SELECT pg_advisory_xact_lock(1010, 9)");
    int64_t have = result ? 0 : look(seed);
    if (have == 0)
        return -EIO;
    if (have >= times)
        return sink_run(seed, "ROLLBACK");
    result = make_all(seed, have, times);
    if (result == 0)
        result = sink_run(seed, "COMMIT");
    return result ? result : sink_run(seed, "VACUUM (ANALYZE)");
}

int bulk_run(const char *owner, int times)
{
    struct seed seed;
    seed_begin(&seed, &(struct seed_options){.owner = owner, .now = INSTANT_NIL});
    int result = sink_open(&seed, owner);
    if (result == 0)
        result = make_once(&seed, times);
    seed_finish(&seed);
    return result;
}
