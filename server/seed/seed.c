#include "server/seed/seed-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "server/areas/base/area.h"
#include "server/core/clock.h"
#include "server/core/password.h"
#include "server/db/connection.h"

enum { SHIPPED_SEED = 20260301, ARENA_BLOCK = 1 << 20, PATIENCE_MS = 60 * 1000 };

/* Where each table's rows go, and what its ids are drawn from. */
static const struct {
    const char *table, *sequence;
} tables[TABLES] = {
    [TABLE_BRANCH] = {"branch", "branch_id_seq"},
    [TABLE_EMPLOYEE] = {"employee", "employee_id_seq"},
    [TABLE_PARTY] = {"party", "party_id_seq"},
    [TABLE_CONTACT] = {"party_contact", "party_contact_id_seq"},
    [TABLE_PLATE] = {"party_plate", "party_plate_id_seq"},
    [TABLE_AGREEMENT] = {"party_agreement", "party_agreement_id_seq"},
    [TABLE_PRICE_LIST] = {"price_list", "price_list_id_seq"},
    [TABLE_SLA_RULE] = {"sla_rule", "sla_rule_id_seq"},
    [TABLE_VEHICLE] = {"vehicle", "vehicle_id_seq"},
    [TABLE_VEHICLE_DRIVER] = {"vehicle_driver", "vehicle_driver_id_seq"},
    [TABLE_POSITION] = {"vehicle_position", NULL},
    [TABLE_TRACK] = {"track", NULL},
    [TABLE_RESCUE] = {"rescue_order", "rescue_order_id_seq"},
    [TABLE_ITEM] = {"rescue_item", "rescue_item_id_seq"},
    [TABLE_CHARGE] = {"rescue_charge", "rescue_charge_id_seq"},
    [TABLE_CALL] = {"call", "call_id_seq"},
    [TABLE_DOCUMENT] = {"seed_document", "document_id_seq"},
    [TABLE_SEARCH] = {"search_key", NULL},
    [TABLE_CHANGE] = {"change", NULL},
};

int64_t seed_id(struct seed *seed, enum seed_table_name table)
{
    return ++seed->tables[table].last_id;
}

struct instant seed_at(const struct seed *seed, int64_t seconds_from_now)
{
    return later(seed->now, seconds_from_now);
}

int64_t seed_between(struct seed *seed, int64_t low, int64_t high)
{
    return rng_range(&seed->rng, low, high);
}

bool seed_chance(struct seed *seed, int percent)
{
    return seed_between(seed, 1, 100) <= percent;
}

/* ---- the database before and after */

enum there { THERE_NOTHING, THERE_DEMO, THERE_ANOTHER, THERE_FAILED };

static enum there look(struct seed *seed)
{
    bool failed;
    const char *what =
        sink_ask(seed,
                 "SELECT CASE WHEN EXISTS (SELECT FROM setting WHERE name = 'demo.at') THEN 'demo' "
                 "WHEN EXISTS (SELECT FROM branch) OR EXISTS (SELECT FROM employee) THEN 'another' END",
                 &failed);
    if (failed)
        return THERE_FAILED;
    return !what ? THERE_NOTHING : strcmp(what, "demo") == 0 ? THERE_DEMO : THERE_ANOTHER;
}

/* Accounts of methods and reasons are asked of base data's memory, as the commands do. */
static int load_base(const struct seed_options *options, struct seed *seed)
{
    struct connection *connection = connection_create(options->owner, "yizhan seed");
    struct tx *tx = tx_begin(connection, seed->arena, time_monotonic_ms() + PATIENCE_MS);
    int result = base_load(tx);
    tx_rollback(tx);
    connection_destroy(connection);
    return result;
}

/* The ids of a table go on from wherever its sequence is. */
int seed_read_sequences(struct seed *seed)
{
    bool failed = false;
    for (int i = 0; i < TABLES && !failed; i++) {
        if (!tables[i].sequence)
            continue;
        const char *last = sink_ask(
            seed,
            arena_printf(seed->arena, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM %s",
                         tables[i].sequence),
            &failed);
        seed->tables[i].last_id = last ? strtoll(last, NULL, 10) : 0;
    }
    return failed ? -EIO : 0;
}

int seed_set_sequences(struct seed *seed)
{
    int result = 0;
    for (int i = 0; i < TABLES && result == 0; i++) {
        if (tables[i].sequence && seed->tables[i].last_id)
            result = sink_run(seed, arena_printf(seed->arena, "SELECT setval('%s', %lld)", tables[i].sequence,
                                                 (long long)seed->tables[i].last_id));
    }
    return result;
}

/* Business of the last ninety days belongs to months that are open. */
static int open_periods(struct seed *seed)
{
    char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
    day_print(from, sizeof(from), seed_day(seed, seed_at(seed, -DAYS(91))));
    day_print(to, sizeof(to), seed_day(seed, seed->now));
    return sink_run(
        seed,
        arena_printf(
            seed->arena,
            "SELECT period_make_year(y) FROM generate_series(least(extract(year FROM date '%s'), 2025)::int, "
            "greatest(extract(year FROM date '%s') + 1, 2027)::int) y; "
            "UPDATE period SET state = 'closed', closed_at = now() WHERE last_day < date '%s' AND "
            "first_day < '2026-01-01' AND state = 'open'; "
            "UPDATE period SET state = 'open', closed_at = NULL WHERE last_day >= date '%s' AND state <> "
            "'open'",
            from, to, from, from));
}

/* Documents wait in a table of their own: each is put in place together with its entry, red ones after those they take back. */
static const char *const document_columns = "id, number, kind, branch_id, party_id, row_id, charge_id, "
                                            "sequence, amount_fen, tax_fen, day, method, reason, red_of, "
                                            "maker_id, checker_id, poster_id, posted_at, entry";

static const char sql_waiting[] = "CREATE TEMPORARY TABLE seed_document (id bigint, number text, kind text, "
                                  "branch_id int, party_id bigint, row_id bigint, "
                                  "charge_id bigint, sequence int, amount_fen bigint, tax_fen bigint, day "
                                  "date, method text, reason text, red_of bigint, "
                                  "maker_id bigint, checker_id bigint, poster_id bigint, posted_at "
                                  "timestamptz, entry jsonb) ON COMMIT DROP";

#define POST(WHICH)                                                                                          \
    "INSERT INTO document (id, number, kind, state, branch_id, party_id, entity, row_id, charge_id, "        \
    "sequence, "                                                                                             \
    "amount_fen, tax_fen, day, method, reason, red_of, entry_id, maker_id, checker_id, poster_id, "          \
    "posted_at, "                                                                                            \
    "created_at, created_by) "                                                                               \
    "SELECT d.id, d.number, d.kind, 'posted', d.branch_id, d.party_id, 'rescue', d.row_id, d.charge_id, "    \
    "d.sequence, "                                                                                           \
    "d.amount_fen, d.tax_fen, d.day, d.method, d.reason, d.red_of, ledger_post(jsonb_strip_nulls(d.entry "   \
    "|| "                                                                                                    \
    "jsonb_build_object('document_id', d.id, 'red_of', (SELECT entry_id FROM document r WHERE r.id = "       \
    "d.red_of)))), "                                                                                         \
    "d.maker_id, d.checker_id, d.poster_id, d.posted_at, d.posted_at, d.poster_id "                          \
    "FROM (SELECT * FROM seed_document WHERE " WHICH " ORDER BY posted_at, id OFFSET 0) d"

static int post_documents(struct seed *seed)
{
    struct seed_table *table = &seed->tables[TABLE_DOCUMENT];
    table->columns = document_columns;
    int result = sink_run(seed, sql_waiting);
    if (result == 0)
        result = seed_write(seed, TABLE_DOCUMENT);
    if (result == 0)
        result = sink_run(seed, POST("red_of IS NULL"));
    if (result == 0)
        result =
            sink_run(seed, "UPDATE document SET state = 'reversed', version = 2, updated_at = r.posted_at "
                           "FROM seed_document r WHERE r.red_of = document.id");
    return result ? result : sink_run(seed, POST("red_of IS NOT NULL"));
}

int seed_write(struct seed *seed, enum seed_table_name name)
{
    struct seed_table *table = &seed->tables[name];
    if (table->rows.len == 0)
        return 0;
    int result = sink_copy(seed, tables[name].table, table->columns, &table->rows);
    str_clear(&table->rows);
    return result;
}

static int write_all(struct seed *seed)
{
    int result = 0;
    for (enum seed_table_name i = 0; i < TABLES && result == 0; i++)
        result = i == TABLE_DOCUMENT ? post_documents(seed) : seed_write(seed, i);
    return result ? result : seed_set_sequences(seed);
}

/* ---- the company */

void seed_begin(struct seed *seed, const struct seed_options *options)
{
    *seed = (struct seed){
        .arena = arena_create(ARENA_BLOCK), .scratch = arena_create(ARENA_BLOCK), .now = options->now};
    if (instant_is_nil(seed->now)) {
        clock_init();
        seed->now = clock_now();
    }
    seed->now.us -= seed->now.us % US_PER_SECOND;
    if (time_zone_offset("Asia/Shanghai", seed->now, &seed->offset) < 0)
        seed->offset = 8 * 3600;
    rng_seed(&seed->rng, options->seed ? options->seed : SHIPPED_SEED);
    for (int i = 0; i < TABLES; i++)
        str_init(&seed->tables[i].rows, NULL);
    seed->tables[TABLE_SEARCH].columns = "token, entity, branch_id, row_id";
}

void seed_finish(struct seed *seed)
{
    sink_close(seed);
    for (int i = 0; i < TABLES; i++)
        str_finish(&seed->tables[i].rows);
    vec_finish(&seed->people);
    vec_finish(&seed->clients);
    vec_finish(&seed->told);
    vec_finish(&seed->holidays);
    vec_finish(&seed->used);
    arena_destroy(seed->scratch);
    arena_destroy(seed->arena);
}

static int make(struct seed *seed)
{
    seed->password_hash = password_hash(seed->arena, SEED_PASSWORD);
    branches_make(seed);
    vehicles_plan(seed);
    people_make(seed);
    clients_make(seed);
    vehicles_make(seed);
    int result = orders_make(seed);
    calls_make(seed);
    vehicles_write(seed);
    trail_write(seed);
    if (result == 0)
        result = write_all(seed);
    if (result == 0)
        result = tracks_make(seed);
    if (result == 0)
        result = partners_make(seed);
    if (result == 0)
        result = talk_make(seed);
    if (result == 0)
        result = statements_make(seed);
    return result ? result : dispute_make(seed);
}

static int remember(struct seed *seed)
{
    char at[TIME_TEXT_SIZE];
    return sink_run(seed,
                    arena_printf(seed->arena,
                                 "INSERT INTO setting (name, value, help) VALUES "
                                 "('demo.at', '%s', 'The demo company was made as of this moment'), "
                                 "('demo.times', '1', 'So many times its orders and persons are there')",
                                 time_print(at, sizeof(at), seed->now)));
}

static int make_in_tx(struct seed *seed)
{
    int result = seed_read_sequences(seed);
    if (result == 0)
        result = open_periods(seed);
    if (result == 0)
        result = tariffs_read(seed);
    if (result == 0)
        result = make(seed);
    return result ? result : remember(seed);
}

/* One at a time: a second server that is asked for the same waits, and then finds it there. */
static int make_once(struct seed *seed)
{
    int result = sink_run(seed, "BEGIN; SELECT pg_advisory_xact_lock(1010, 9)");
    if (result)
        return result;
    switch (look(seed)) {
    case THERE_DEMO: return sink_run(seed, "ROLLBACK");
    case THERE_ANOTHER:
        log_error("seed: the database is not empty: the demo company goes into an empty one only");
        return -EEXIST;
    case THERE_FAILED: return -EIO;
    case THERE_NOTHING: break;
    }
    int64_t began = time_monotonic_ms();
    result = make_in_tx(seed);
    if (result == 0)
        result = sink_run(seed, "COMMIT");
    if (result == 0)
        result = sink_run(seed, "VACUUM (ANALYZE)");
    if (result == 0)
        log_info("seed: the demo company is there, made in %lld ms",
                 (long long)(time_monotonic_ms() - began));
    return result;
}

int seed_company(const struct seed_options *options)
{
    struct seed seed;
    if (!options->owner) {
        log_error("seed: the owner of the database must be reachable");
        return -EINVAL;
    }
    seed_begin(&seed, options);
    int result = load_base(options, &seed);
    if (result == 0)
        result = sink_open(&seed, options->owner);
    if (result == 0)
        result = make_once(&seed);
    seed_finish(&seed);
    return result;
}

int seed_demo(const char *owner)
{
    return seed_company(&(struct seed_options){.owner = owner, .now = INSTANT_NIL});
}

int seed_times(const char *owner, int times)
{
    int result = seed_demo(owner);
    return result || times <= 1 ? result : bulk_run(owner, times);
}
