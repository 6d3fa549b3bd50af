/* Which vehicle is offered first, and with which words. */
#include <math.h>
#include <string.h>

#include "base/rand.h"
#include "server/areas/rescue/rank.h"
#include "tests/unit/test.h"

/* Guangzhou: the place, and vehicles so many kilometres north of it. */
static const struct point place = {113.27, 23.13};
#define NORTH(km)                                                                                            \
    {                                                                                                        \
        113.27, 23.13 + (km) / 111.195                                                                       \
    }
#define NOWHERE                                                                                              \
    {                                                                                                        \
        NAN, NAN                                                                                             \
    }

struct given {
    int64_t id;
    struct point at;
    int64_t load;
    unsigned reasons;
};

static const struct {
    const char *name;
    struct given rows[4];
    int64_t order[4]; /* of vehicle ids */
    size_t fit;       /* how many of them fit */
} cases[] = {
    {"the nearer one", {{1, NORTH(9)}, {2, NORTH(3)}}, {2, 1}, 2},
    {"of equals the lower id", {{2, NORTH(3)}, {1, NORTH(3)}}, {1, 2}, 2},
    {"unfit comes last however near", {{1, NORTH(1), 0, RANK_NO_SERVICE}, {2, NORTH(40)}}, {2, 1}, 1},
    {"wrong car is unfit", {{1, NORTH(1), 0, RANK_NO_MODEL}, {2, NORTH(40)}}, {2, 1}, 1},
    {"wrong road is unfit", {{1, NORTH(1), 0, RANK_NO_ROAD}, {2, NORTH(40)}}, {2, 1}, 1},
    {"busy is unfit", {{1, NORTH(1), 0, RANK_BUSY}, {2, NORTH(40)}}, {2, 1}, 1},
    {"off duty is unfit", {{1, NORTH(1), 0, RANK_OFF_DUTY}, {2, NORTH(40)}}, {2, 1}, 1},
    {"no driver is unfit", {{1, NORTH(1), 0, RANK_NO_DRIVER}, {2, NORTH(40)}}, {2, 1}, 1},
    {"a busy driver is unfit", {{1, NORTH(1), 0, RANK_DRIVER_BUSY}, {2, NORTH(40)}}, {2, 1}, 1},
    {"among the unfit the nearer", {{1, NORTH(9), 0, RANK_BUSY}, {2, NORTH(3), 0, RANK_BUSY}}, {2, 1}, 0},
    {"less work wins when about as near", {{1, NORTH(3), 4}, {2, NORTH(4), 0}}, {2, 1}, 2},
    {"much nearer wins over less work", {{1, NORTH(3), 1}, {2, NORTH(12), 0}}, {1, 2}, 2},
    {"on shift first", {{1, NORTH(2), 0, RANK_OFF_SHIFT}, {2, NORTH(15)}}, {2, 1}, 2},
    {"off shift is better than nobody",
     {{1, NORTH(2), 0, RANK_OFF_SHIFT}, {2, NORTH(1), 0, RANK_BUSY}},
     {1, 2},
     1},
    {"who refused comes later", {{1, NORTH(1), 0, RANK_REFUSED}, {2, NORTH(20)}}, {2, 1}, 2},
    {"own branch when about as near", {{1, NORTH(3), 0, RANK_OTHER_BRANCH}, {2, NORTH(4)}}, {2, 1}, 2},
    {"another branch when much nearer", {{1, NORTH(3), 0, RANK_OTHER_BRANCH}, {2, NORTH(20)}}, {1, 2}, 2},
    {"own vehicles before contracted", {{1, NORTH(3), 0, RANK_CONTRACTED}, {2, NORTH(5)}}, {2, 1}, 2},
    {"unknown distance after known", {{1, NOWHERE}, {2, NORTH(30)}}, {2, 1}, 2},
    {"an old position counts for less", {{1, NORTH(3), 0, RANK_STALE}, {2, NORTH(4)}}, {2, 1}, 2},
    {"four in order",
     {{1, NORTH(8)}, {2, NORTH(2), 0, RANK_NO_SERVICE}, {3, NORTH(4)}, {4, NORTH(1)}},
     {4, 3, 1, 2},
     3},
};

static size_t fill(const struct given *given, struct rank_row *rows)
{
    size_t count = 0;
    while (count < 4 && given[count].id) {
        rows[count] = (struct rank_row){.vehicle_id = given[count].id,
                                        .driver_id = 100 + given[count].id,
                                        .at = given[count].at,
                                        .load = given[count].load,
                                        .reasons = given[count].reasons};
        count++;
    }
    return count;
}

static void every_case_has_its_order(void **state)
{
    for (size_t i = 0; i < array_len(cases); i++) {
        struct rank_row rows[4];
        size_t count = fill(cases[i].rows, rows), fit = 0;
        rank_vehicles(rows, count, place);
        for (size_t j = 0; j < count; j++) {
            fit += rows[j].fit;
            if (rows[j].vehicle_id != cases[i].order[j])
                fail_msg("%s: vehicle %d at place %zu", cases[i].name, (int)rows[j].vehicle_id, j + 1);
        }
        if (fit != cases[i].fit)
            fail_msg("%s: %zu fit", cases[i].name, fit);
    }
}

static void distance_and_time_are_told(void **state)
{
    struct rank_row row = {.vehicle_id = 1, .driver_id = 2, .at = NORTH(10)};
    rank_vehicles(&row, 1, place);
    assert_in_range(row.distance_m, 9990, 10010);
    assert_in_range(row.eta_s, 1298, 1302);
    assert_true(row.fit);
    assert_int_equal(row.reasons, 0);
}

static void an_unknown_place_is_said(void **state)
{
    struct rank_row row = {.vehicle_id = 1, .driver_id = 2, .at = NORTH(10)};
    rank_vehicles(&row, 1, (struct point)NOWHERE);
    assert_true(row.distance_m == NIL && row.eta_s == NIL);
    assert_true(row.fit);
    assert_int_equal(row.reasons, RANK_NO_POSITION);
}

static void every_reason_has_words(void **state)
{
    for (unsigned bit = 0; bit < RANK_REASONS; bit++)
        assert_non_null(rank_reason_text(1U << bit));
    assert_null(rank_reason_text(1U << RANK_REASONS));
    rank_vehicles(NULL, 0, place);
}

static void support_is_asked_only_where_it_is_limited(void **state)
{
    static const char *const codes[] = {"tow", "fuel"};
    assert_true(rank_supports(codes, 2, "tow"));
    assert_true(rank_supports(codes, 2, "fuel"));
    assert_false(rank_supports(codes, 2, "crane"));
    assert_false(rank_supports(codes, 1, "fuel"));
    assert_true(rank_supports(codes, 2, NULL));
    assert_true(rank_supports(NULL, 0, "crane"));
}

/* Whatever is asked: a fit one never stands behind an unfit one, and the same rows in any order give the same list. */
static void the_order_does_not_hang_on_the_input(void **state)
{
    struct rng rng;
    rng_seed(&rng, 99);
    for (int round = 0; round < 300; round++) {
        struct rank_row rows[40], other[40];
        for (size_t i = 0; i < 40; i++)
            rows[i] = (struct rank_row){.vehicle_id = (int64_t)i + 1,
                                        .driver_id = 1,
                                        .at = NORTH((double)rng_range(&rng, 0, 30)),
                                        .load = rng_range(&rng, 0, 3),
                                        .reasons = (unsigned)rng_range(&rng, 0, 8191) &
                                                   (unsigned)rng_range(&rng, 0, 8191)};
        for (size_t i = 0; i < 40; i++)
            other[39 - i] = rows[i];
        rank_vehicles(rows, 40, place);
        rank_vehicles(other, 40, place);
        for (size_t i = 0; i < 40; i++) {
            assert_int_equal(rows[i].vehicle_id, other[i].vehicle_id);
            assert_true(i == 0 || rows[i - 1].fit >= rows[i].fit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_has_its_order),
        cmocka_unit_test(distance_and_time_are_told),
        cmocka_unit_test(an_unknown_place_is_said),
        cmocka_unit_test(every_reason_has_words),
        cmocka_unit_test(support_is_asked_only_where_it_is_limited),
        cmocka_unit_test(the_order_does_not_hang_on_the_input),
    };
    return run_all(tests);
}
