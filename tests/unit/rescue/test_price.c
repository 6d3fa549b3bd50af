/* The price engine, as a table: what was agreed and done, and the parts that come of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rand.h"
#include "base/str.h"
#include "server/areas/rescue/price.h"
#include "tests/unit/test.h"

/* 300 yuan with 10 km, 8 a km beyond, a fifth more at night (22 to 6) and on holidays. */
#define LIST                                                                                                 \
    .base_fen = 30000, .included_km = 10, .km_fen = 800, .night_bp = 2000, .holiday_bp = 2000,               \
    .night_from = 22 * 60, .night_to = 6 * 60
#define NOON .minute = 12 * 60, .charge_fen = NIL
#define NIGHT .minute = 23 * 60, .charge_fen = NIL
#define EMPTY(fen) .outcome = PRICE_EMPTY, .minute = 12 * 60, .charge_fen = fen
#define ITEMS(...)                                                                                           \
    .items = (const struct price_item[]){__VA_ARGS__},                                                       \
    .nitems = array_len(((const struct price_item[]){__VA_ARGS__}))

static const struct {
    const char *name;
    struct price_agreement agreement;
    struct price_facts facts;
    const char *parts; /* kind amount …, NULL: refused */
    int64_t total_fen;
    int64_t free_times, free_km;
} cases[] = {
    /* base and distance */
    {"nothing driven", {LIST}, {NOON}, "base 30000", 30000},
    {"inside the included km", {LIST}, {NOON, .km = 9}, "base 30000", 30000},
    {"exactly the included km", {LIST}, {NOON, .km = 10}, "base 30000", 30000},
    {"one km beyond", {LIST}, {NOON, .km = 11}, "base 30000, km 800", 30800},
    {"far beyond", {LIST}, {NOON, .km = 110}, "base 30000, km 80000", 110000},
    {"no included km", {.base_fen = 10000, .km_fen = 500}, {NOON, .km = 3}, "base 10000, km 1500", 11500},
    {"km cost nothing", {.base_fen = 10000, .included_km = 5}, {NOON, .km = 50}, "base 10000", 10000},
    {"a base of nothing still shows", {.km_fen = 500}, {NOON, .km = 2}, "base 0, km 1000", 1000},
    {"all of nothing", {0}, {NOON}, "base 0", 0},
    {"odd fen", {.base_fen = 12345, .km_fen = 67}, {NOON, .km = 3}, "base 12345, km 201", 12546},
    {"the longest distance", {LIST}, {NOON, .km = 9999}, "base 30000, km 7991200", 8021200},

    /* night, by the minute */
    {"a minute before night", {LIST}, {.minute = 22 * 60 - 1, .charge_fen = NIL}, "base 30000", 30000},
    {"night begins", {LIST}, {.minute = 22 * 60, .charge_fen = NIL}, "base 30000, night 6000", 36000},
    {"midnight", {LIST}, {.minute = 0, .charge_fen = NIL}, "base 30000, night 6000", 36000},
    {"last minute of the day", {LIST}, {.minute = 1439, .charge_fen = NIL}, "base 30000, night 6000", 36000},
    {"last minute of night",
     {LIST},
     {.minute = 6 * 60 - 1, .charge_fen = NIL},
     "base 30000, night 6000",
     36000},
    {"night is over", {LIST}, {.minute = 6 * 60, .charge_fen = NIL}, "base 30000", 30000},
    {"night on base and km", {LIST}, {NIGHT, .km = 20}, "base 30000, km 8000, night 7600", 45600},
    {"a night that does not pass midnight",
     {.base_fen = 10000, .night_bp = 1000, .night_from = 60, .night_to = 300},
     {.minute = 120, .charge_fen = NIL},
     "base 10000, night 1000",
     11000},
    {"outside of such a night",
     {.base_fen = 10000, .night_bp = 1000, .night_from = 60, .night_to = 300},
     {.minute = 300, .charge_fen = NIL},
     "base 10000",
     10000},
    {"no night at all",
     {.base_fen = 10000, .night_bp = 1000},
     {.minute = 0, .charge_fen = NIL},
     "base 10000",
     10000},
    {"equal bounds are no night",
     {.base_fen = 10000, .night_bp = 1000, .night_from = 60, .night_to = 60},
     {.minute = 60, .charge_fen = NIL},
     "base 10000",
     10000},
    {"a fixed night price",
     {.base_fen = 10000, .night_fen = 5000, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 10000, night 5000",
     15000},
    {"fixed and share",
     {.base_fen = 10000, .night_fen = 5000, .night_bp = 1000, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 10000, night 6000",
     16000},
    {"night without extra",
     {.base_fen = 10000, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 10000",
     10000},

    /* holidays, and both */
    {"a holiday", {LIST}, {NOON, .holiday = true}, "base 30000, holiday 6000", 36000},
    {"a holiday on km",
     {LIST},
     {NOON, .holiday = true, .km = 15},
     "base 30000, km 4000, holiday 6800",
     40800},
    {"a holiday night", {LIST}, {NIGHT, .holiday = true}, "base 30000, night 6000, holiday 6000", 42000},
    {"a fixed holiday price",
     {.base_fen = 10000, .holiday_fen = 2500},
     {NOON, .holiday = true},
     "base 10000, holiday 2500",
     12500},
    {"a holiday without extra", {.base_fen = 10000}, {NOON, .holiday = true}, "base 10000", 10000},
    {"both, with other shares",
     {.base_fen = 10000, .night_bp = 3000, .holiday_bp = 5000, .night_from = 1320, .night_to = 360},
     {NIGHT, .holiday = true},
     "base 10000, night 3000, holiday 5000",
     18000},

    /* rounding: half up, once for both, and the parts add up */
    {"half a fen is up",
     {.base_fen = 25, .night_bp = 2000, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 25, night 5",
     30},
    {"a tenth of 5 fen",
     {.base_fen = 5, .night_bp = 1000, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 5, night 1",
     6},
    {"under a half falls",
     {.base_fen = 4, .night_bp = 1000, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 4",
     4},
    {"two halves are one",
     {.base_fen = 5, .night_bp = 1000, .holiday_bp = 1000, .night_from = 1320, .night_to = 360},
     {NIGHT, .holiday = true},
     "base 5, night 1",
     6},
    {"three fen between two",
     {.base_fen = 15, .night_bp = 1000, .holiday_bp = 1000, .night_from = 1320, .night_to = 360},
     {NIGHT, .holiday = true},
     "base 15, night 2, holiday 1",
     18},
    {"a third",
     {.base_fen = 10000, .night_bp = 3333, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 10000, night 3333",
     13333},
    {"a basis point of little",
     {.base_fen = 4999, .night_bp = 1, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 4999",
     4999},
    {"a basis point of enough",
     {.base_fen = 5000, .night_bp = 1, .night_from = 1320, .night_to = 360},
     {NIGHT},
     "base 5000, night 1",
     5001},

    /* items and tolls are passed on as they are: no share is taken of them */
    {"a toll", {LIST}, {NOON, ITEMS({"toll", 1, 1500})}, "base 30000, toll 1500", 31500},
    {"an item", {LIST}, {NOON, ITEMS({"dolly", 2, 10000})}, "base 30000, item 10000", 40000},
    {"items and tolls",
     {LIST},
     {NOON, ITEMS({"dolly", 1, 5000}, {"toll", 1, 500}, {"toll", 1, 700})},
     "base 30000, item 5000, toll 500, toll 700",
     36200},
    {"night leaves items alone",
     {LIST},
     {NIGHT, ITEMS({"battery_sold", 1, 60000})},
     "base 30000, night 6000, item 60000",
     96000},
    {"an item of nothing is left out", {LIST}, {NOON, ITEMS({"other", 1, 0})}, "base 30000", 30000},
    {"everything",
     {LIST},
     {NIGHT, .holiday = true, .km = 30, ITEMS({"winch", 1, 20000}, {"toll", 1, 3000})},
     "base 30000, km 16000, night 9200, holiday 9200, item 20000, toll 3000",
     87400},

    {"tolls that are in the price",
     {LIST, .tolls_included = true},
     {NIGHT, ITEMS({"toll", 1, 1500}, {"winch", 1, 700}, {"toll", 1, 500})},
     "base 30000, night 6000, toll 1500, item 700, toll 500, free_toll -2000",
     36700},
    {"no toll, nothing is taken off", {LIST, .tolls_included = true}, {NOON}, "base 30000", 30000},
    {"tolls in the price of an empty run",
     {LIST, .tolls_included = true, .empty_fen = 900},
     {EMPTY(NIL), ITEMS({"toll", 1, 1500})},
     "empty 900, toll 1500, free_toll -1500",
     900},

    /* free services are used first */
    {"a free service", {LIST, .free_times = 3}, {NOON}, "base 30000, free_times -30000", 0, 1},
    {"the last free one", {LIST, .free_times = 1}, {NOON, .km = 5}, "base 30000, free_times -30000", 0, 1},
    {"none left", {LIST, .free_times = 0, .free_km = 50}, {NOON, .km = 20}, "base 30000, km 8000", 38000},
    {"free, km beyond are paid",
     {LIST, .free_times = 1},
     {NOON, .km = 20},
     "base 30000, km 8000, free_times -30000",
     8000,
     1},
    {"free km cover some",
     {LIST, .free_times = 1, .free_km = 4},
     {NOON, .km = 20},
     "base 30000, km 8000, free_times -30000, free_km -3200",
     4800,
     1,
     4},
    {"free km cover all",
     {LIST, .free_times = 1, .free_km = 50},
     {NOON, .km = 20},
     "base 30000, km 8000, free_times -30000, free_km -8000",
     0,
     1,
     10},
    {"free km not needed",
     {LIST, .free_times = 1, .free_km = 50},
     {NOON, .km = 10},
     "base 30000, free_times -30000",
     0,
     1,
     0},
    {"free at night costs nothing more",
     {LIST, .free_times = 1},
     {NIGHT},
     "base 30000, free_times -30000",
     0,
     1},
    {"night on the km that are paid",
     {LIST, .free_times = 1},
     {NIGHT, .km = 20},
     "base 30000, km 8000, free_times -30000, night 1600",
     9600,
     1},
    {"a fixed night price is free as well",
     {.base_fen = 10000, .night_fen = 5000, .night_from = 1320, .night_to = 360, .free_times = 1},
     {NIGHT},
     "base 10000, free_times -10000",
     0,
     1},
    {"items of a free service are paid",
     {LIST, .free_times = 1},
     {NOON, ITEMS({"toll", 1, 900})},
     "base 30000, free_times -30000, toll 900",
     900,
     1},

    /* empty runs */
    {"an empty run for nothing", {LIST}, {EMPTY(NIL)}, "empty 0", 0},
    {"an empty run as agreed", {LIST, .empty_fen = 10000}, {EMPTY(NIL)}, "empty 10000", 10000},
    {"an empty run by hand", {LIST, .empty_fen = 10000}, {EMPTY(5000)}, "empty 5000", 5000},
    {"an empty run forgiven", {LIST, .empty_fen = 10000}, {EMPTY(0)}, "empty 0", 0},
    {"an empty run takes no free service", {LIST, .free_times = 3}, {EMPTY(5000)}, "empty 5000", 5000},
    {"km of an empty run do not count", {LIST}, {EMPTY(5000), .km = 40}, "empty 5000", 5000},
    {"night does not count either",
     {LIST},
     {.outcome = PRICE_EMPTY, .minute = 0, .charge_fen = 5000},
     "empty 5000",
     5000},
    {"a toll on an empty run", {LIST}, {EMPTY(5000), ITEMS({"toll", 1, 800})}, "empty 5000, toll 800", 5800},

    /* what is no number is refused */
    {"negative km", {LIST}, {NOON, .km = -1}, NULL},
    {"no km", {LIST}, {NOON, .km = NIL}, NULL},
    {"a negative base", {.base_fen = -1}, {NOON}, NULL},
    {"no base", {.base_fen = NIL}, {NOON}, NULL},
    {"a negative share", {.night_bp = -1}, {NOON}, NULL},
    {"a negative charge", {LIST}, {EMPTY(-1)}, NULL},
    {"a negative item", {LIST}, {NOON, ITEMS({"toll", 1, -1})}, NULL},
    {"an item of none", {LIST}, {NOON, ITEMS({"toll", 0, 100})}, NULL},
    {"an item without code", {LIST}, {NOON, ITEMS({NULL, 1, 100})}, NULL},
    {"km that do not fit", {.km_fen = INT64_MAX}, {NOON, .km = 2}, NULL},
    {"a sum that does not fit", {.base_fen = INT64_MAX, .km_fen = 1}, {NOON, .km = 1}, NULL},
    {"shares that do not fit",
     {.base_fen = 1, .night_bp = INT64_MAX, .holiday_bp = 1, .night_to = 1440},
     {NOON, .holiday = true},
     NULL},
};

static const char *parts_text(const struct price_work *work, char *buf, size_t size)
{
    size_t len = 0;
    buf[0] = 0;
    for (size_t i = 0; i < work->count; i++)
        len += (size_t)snprintf(buf + len, size - len, "%s%s %lld", i ? ", " : "",
                                price_kind_name(work->parts[i].kind), (long long)work->parts[i].amount_fen);
    return buf;
}

static void every_case_gives_its_parts(void **state)
{
    char buf[1024];
    for (size_t i = 0; i < array_len(cases); i++) {
        struct price_work work;
        int result = price_work_out(&cases[i].agreement, &cases[i].facts, &work);
        if (!cases[i].parts) {
            if (result >= 0)
                fail_msg("%s: taken", cases[i].name);
            continue;
        }
        if (result < 0)
            fail_msg("%s: %s", cases[i].name, strerror(-result));
        if (strcmp(parts_text(&work, buf, sizeof(buf)), cases[i].parts) != 0)
            fail_msg("%s: %s, wanted %s", cases[i].name, buf, cases[i].parts);
        if (work.total_fen != cases[i].total_fen || work.free_times != cases[i].free_times ||
            work.free_km != cases[i].free_km)
            fail_msg("%s: total %lld, free %lld and %lld km", cases[i].name, (long long)work.total_fen,
                     (long long)work.free_times, (long long)work.free_km);
    }
    assert_true(array_len(cases) >= 60);
}

static struct price_agreement any_agreement(struct rng *rng)
{
    return (struct price_agreement){
        .base_fen = rng_range(rng, 0, 200000),
        .included_km = rng_range(rng, 0, 50),
        .km_fen = rng_range(rng, 0, 3000),
        .night_fen = rng_range(rng, 0, 2) * 1000,
        .night_bp = rng_range(rng, 0, 20000),
        .holiday_fen = rng_range(rng, 0, 2) * 777,
        .holiday_bp = rng_range(rng, 0, 20000),
        .free_times = rng_range(rng, 0, 2),
        .free_km = rng_range(rng, 0, 30),
        .night_from = (int)rng_range(rng, 0, 1439),
        .night_to = (int)rng_range(rng, 0, 1439),
    };
}

/* Whatever the numbers: the parts add up, the total is not negative, and no more is free than was left. */
static void parts_always_add_up(void **state)
{
    struct rng rng;
    rng_seed(&rng, 20260301);
    for (int i = 0; i < 100000; i++) {
        struct price_agreement agreement = any_agreement(&rng);
        struct price_item item = {"toll", 1, rng_range(&rng, 0, 5000)};
        struct price_facts facts = {.km = rng_range(&rng, 0, 300),
                                    .minute = (int)rng_range(&rng, 0, 1439),
                                    .holiday = rng_range(&rng, 0, 1),
                                    .charge_fen = NIL,
                                    .items = &item,
                                    .nitems = 1};
        struct price_work work;
        int64_t sum = 0;
        assert_int_equal(price_work_out(&agreement, &facts, &work), 0);
        for (size_t j = 0; j < work.count; j++)
            sum += work.parts[j].amount_fen;
        assert_int_equal(sum, work.total_fen);
        assert_true(work.total_fen >= 0);
        assert_true(work.free_times <= agreement.free_times && work.free_km <= agreement.free_km);
    }
}

static void a_longer_way_is_never_cheaper(void **state)
{
    struct rng rng;
    rng_seed(&rng, 7);
    for (int i = 0; i < 2000; i++) {
        struct price_agreement agreement = any_agreement(&rng);
        int64_t last = 0;
        for (int64_t km = 0; km < 60; km++) {
            struct price_work work;
            struct price_facts facts = {.km = km, .minute = 100, .charge_fen = NIL};
            assert_int_equal(price_work_out(&agreement, &facts, &work), 0);
            assert_true(work.total_fen >= last);
            last = work.total_fen;
        }
    }
}

static void parts_are_told_as_json(void **state)
{
    struct price_agreement agreement = {LIST};
    struct price_facts facts = {NIGHT, ITEMS({"toll", 2, 1500})};
    struct price_work work;
    struct str out;
    str_init(&out, NULL);
    assert_int_equal(price_work_out(&agreement, &facts, &work), 0);
    price_parts_json(&work, &out);
    assert_string_equal(
        out.data,
        "[{\"kind\":\"base\",\"label\":\"Base price\",\"code\":null,\"quantity\":1,\"amount_fen\":30000},"
        "{\"kind\":\"night\",\"label\":\"Night\",\"code\":null,\"quantity\":1,\"amount_fen\":6000},"
        "{\"kind\":\"toll\",\"label\":\"Toll\",\"code\":\"toll\",\"quantity\":2,\"amount_fen\":1500}]");
    str_finish(&out);
}

static void a_contractor_costs_what_was_agreed(void **state)
{
    static const struct {
        int64_t base, included, km_fen, km, cost;
    } rows[] = {
        {15000, 10, 400, 0, 15000},    {15000, 10, 400, 10, 15000}, {15000, 10, 400, 11, 15400},
        {15000, 0, 400, 3, 16200},     {0, 0, 0, 100, 0},           {-1, 0, 0, 0, -EINVAL},
        {1, 0, INT64_MAX, 2, -ERANGE},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        int64_t cost = -1;
        int result = price_cost(rows[i].base, rows[i].included, rows[i].km_fen, rows[i].km, &cost);
        assert_int_equal(result < 0 ? result : cost, rows[i].cost);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_gives_its_parts),         cmocka_unit_test(parts_always_add_up),
        cmocka_unit_test(a_longer_way_is_never_cheaper),      cmocka_unit_test(parts_are_told_as_json),
        cmocka_unit_test(a_contractor_costs_what_was_agreed),
    };
    return run_all(tests);
}
