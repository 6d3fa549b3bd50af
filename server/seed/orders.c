/* Ninety days of rescue orders: when each call comes, from whom, and what is to become of it by now. */
#include "server/seed/seed-private.h"

#include <stdlib.h>
#include <string.h>

#include "server/areas/rescue/facts.h"

/* A call that will come. */
struct plan {
    struct instant at, appoint_at;
    const char *fate;
    struct van *van; /* that must go; NULL: any */
    enum branch_index branch;
    bool third_party; /* came from a platform: the person at the car is still to be called */
};

/* What is to stand on the screens when the company opens: fate, how many, minutes since the call. */
static const struct {
    const char *fate;
    int count, from, to;
} present[] = {
    {"new", 12, 1, 40},        {"dispatched", 4, 4, 8}, {"accepted", 3, 8, 14},
    {"on_the_way", 5, 14, 28}, {"arrived", 5, 40, 70},
};

enum { APPOINTED_AHEAD = 6, APPOINTED_LATE = 3, RECENT = 24 };

/* Calls by hour of the day: fewest before dawn, most on the way to work and home. */
static const int by_hour[24] = {3, 2, 2, 2, 2, 3, 5, 9, 12, 10, 8, 8, 8, 8, 9, 9, 10, 12, 13, 10, 8, 7, 6, 4};
static const int by_branch[] = {30, 25, 18, 15, 12}; /* percent, from the first station on */

static enum branch_index any_station(struct seed *seed)
{
    int64_t percent = seed_between(seed, 1, 100);
    for (size_t i = 0; i < array_len(by_branch); i++) {
        percent -= by_branch[i];
        if (percent <= 0)
            return (enum branch_index)(FIRST + i);
    }
    return FIRST;
}

/* Some hours back at least, so that it has run its course. */
static struct instant any_time(struct seed *seed)
{
    enum { OVER_HOURS = 5 };
    for (;;) {
        struct instant at = seed_at(seed, -seed_between(seed, HOURS(OVER_HOURS), DAYS(90)));
        int hour = seed_minute(seed, at) / 60;
        if (seed_between(seed, 1, 13) <= by_hour[hour])
            return at;
    }
}

static int by_time(const void *left, const void *right)
{
    const struct plan *a = left, *b = right;
    return a->at.us < b->at.us ? -1 : a->at.us > b->at.us;
}

static size_t plan_present(struct seed *seed, struct plan *plans)
{
    size_t count = 0;
    for (size_t i = 0; i < array_len(present); i++) {
        for (int j = 0; j < present[i].count; j++) {
            struct plan *plan = &plans[count++];
            *plan = (struct plan){
                .at = seed_at(seed, -seed_between(seed, MINUTES(present[i].from), MINUTES(present[i].to))),
                .appoint_at = INSTANT_NIL,
                .fate = present[i].fate,
                .branch = (enum branch_index)(FIRST + j % 5)};
            /* the log-ins driver and driver_b have something to do */
            if (strcmp(plan->fate, "dispatched") == 0 && plan->branch == FIRST && j == 0)
                plan->van = &seed->vans[0];
            if (strcmp(plan->fate, "on_the_way") == 0 && plan->branch == SECOND && j == 1)
                plan->van = &seed->vans[VEHICLES / 5];
            plan->third_party = strcmp(plan->fate, "new") == 0 && j % 5 == 0;
        }
    }
    return count;
}

static size_t plan_appointments(struct seed *seed, struct plan *plans)
{
    for (int i = 0; i < APPOINTED_AHEAD + APPOINTED_LATE; i++) {
        int64_t ahead = i < APPOINTED_AHEAD ? seed_between(seed, HOURS(1), HOURS(60))
                                            : -seed_between(seed, MINUTES(15), HOURS(3));
        plans[i] = (struct plan){.at = seed_at(seed, -seed_between(seed, HOURS(5), HOURS(40))),
                                 .appoint_at = {seed_at(seed, ahead).us / MINUTES(15) / US_PER_SECOND *
                                                MINUTES(15) * US_PER_SECOND},
                                 .fate = "new",
                                 .branch = (enum branch_index)(FIRST + i % 5)};
    }
    return APPOINTED_AHEAD + APPOINTED_LATE;
}

static void plan_all(struct seed *seed, struct plan *plans)
{
    size_t count = plan_present(seed, plans);
    count += plan_appointments(seed, plans + count);
    for (int i = 0; i < RECENT; i++)
        plans[count++] = (struct plan){.at = seed_at(seed, -seed_between(seed, HOURS(3), HOURS(7))),
                                       .appoint_at = INSTANT_NIL,
                                       .branch = any_station(seed)};
    for (; count < SEED_ORDERS; count++)
        plans[count] =
            (struct plan){.at = any_time(seed), .appoint_at = INSTANT_NIL, .branch = any_station(seed)};
    qsort(plans, SEED_ORDERS, sizeof(*plans), by_time);
}

/* ---- the particulars of a call */

static const struct {
    const char *service;
    int weight;
    bool tow;
} mix[] = {
    {"tow", 30, true},    {"jump_start", 22, false},    {"tyre_change", 14, false}, {"accident_tow", 9, true},
    {"fuel", 5, false},   {"underground_tow", 4, true}, {"battery", 5, false},      {"tyre_repair", 3, false},
    {"unlock", 2, false}, {"extraction", 3, false},     {"water", 1, false},        {"transport", 1, true},
    {"crane", 1, false},
};

static bool choose_service(struct seed *seed, struct rescue *row)
{
    int64_t percent = seed_between(seed, 1, 100);
    for (size_t i = 0; i < array_len(mix); i++) {
        percent -= mix[i].weight;
        if (percent <= 0 || i + 1 == array_len(mix)) {
            row->service = mix[i].service;
            return mix[i].tow;
        }
    }
    return false;
}

static void choose_car(struct seed *seed, struct order *order)
{
    static const char *const models[] = {"sedan", "sedan", "sedan", "suv",    "suv",
                                         "mpv",   "ev",    "van",   "pickup", "sports"};
    static const char *const colours[] = {"白", "黑", "银", "灰", "红", "蓝"};
    struct rescue *row = &order->row;
    const struct line_set *plates = &order->client->row.plates;
    if (plates->count) {
        const struct party_plate *plate =
            (const struct party_plate *)plates->items + seed_between(seed, 0, (int64_t)plates->count - 1);
        row->plate = plate->plate;
        row->car_model = plate->car_model;
        row->colour = plate->colour;
        return;
    }
    row->plate = seed_chance(seed, 97) ? name_plate(seed, order->branch) : NULL;
    row->car_model = seed_pick(seed, models);
    row->colour = seed_pick(seed, colours);
}

static void choose_caller(struct seed *seed, struct order *order)
{
    struct rescue *row = &order->row;
    order->client = clients_any(seed, order->branch, seed_chance(seed, 62));
    row->customer_id = order->client->id;
    if (order->client->branch == HEAD_OFFICE) {
        row->principal =
            order->client->row.short_name ? order->client->row.short_name : order->client->row.name;
        row->contact_name = name_person(seed);
        row->contact_phone = name_phone(seed);
        row->external_number = order->client->nagreed
                                   ? arena_printf(seed->arena, "%c%012lld", "PDKH"[order->client->id % 4],
                                                  (long long)order -> id * 7919 + 100000)
                                   : NULL;
    } else {
        row->contact_name = order->client->row.name;
        row->contact_phone = order->client->row.phone;
    }
}

static void choose_place(struct seed *seed, struct order *order, bool tow)
{
    static const char *const roads[] = {"city", "city", "city", "expressway", "elevated", "national", "city"};
    struct rescue *row = &order->row;
    struct place place = branch_site(seed, order->branch);
    row->place = place.name;
    row->lon = place.lon;
    row->lat = place.lat;
    row->road = strstr(place.name, "高速") || strstr(place.name, "快速") ? "expressway"
                : strstr(place.name, "地库") || strcmp(row->service, "underground_tow") == 0
                    ? "garage"
                    : seed_pick(seed, roads);
    if (!tow)
        return;
    struct place to = branch_workshop(seed, order->branch, place.name);
    row->destination = to.name;
    row->destination_lon = to.lon;
    row->destination_lat = to.lat;
}

static const struct agreed *find_agreed(const struct client *client, const char *service)
{
    for (size_t i = 0; i < client->nagreed; i++) {
        if (strcmp(client->agreed[i].service, service) == 0)
            return &client->agreed[i];
    }
    return NULL;
}

/* Now and then the owner of the car pays a part of what the insurer orders. */
static void share(struct seed *seed, struct order *order)
{
    if (!order->agreed || order->agreed->price.free_times || !seed_chance(seed, 12))
        return;
    order->owner = clients_any(seed, order->branch, false);
    order->owner_fen = seed_between(seed, 3, 8) * 1000;
}

static void begin(struct seed *seed, struct order *order, const struct plan *plan)
{
    struct rescue *row = &order->row;
    record_blank(&rescue_entity, row);
    *order = (struct order){.id = seed_id(seed, TABLE_RESCUE),
                            .version = 1,
                            .branch = plan->branch,
                            .row = *row,
                            .van = plan->van,
                            .updated_at = INSTANT_NIL,
                            .fate = plan->fate};
    row->branch_id = seed->branches[plan->branch];
    row->created_at = plan->at;
    row->created_by =
        people_find(seed, plan->branch, seed_chance(seed, 60) ? "order_clerk" : "call_taker")->id;
    row->appoint_at = plan->appoint_at;
    row->to_confirm = plan->third_party;
    choose_caller(seed, order);
    choose_car(seed, order);
    bool tow = choose_service(seed, row);
    if (plan->van)
        row->service = plan->van->row.services.items[0], row->car_model = "sedan", tow = true;
    choose_place(seed, order, tow);
    order->agreed = find_agreed(order->client, row->service);
    order->tariff = tariffs_find(seed, row->service);
    share(seed, order);
}

/* ---- prices, by the function the server asks */

static int64_t free_left(const struct seed *seed, const struct order *order)
{
    int64_t left = order->agreed ? order->agreed->price.free_times : 0;
    if (left == 0 || !order->row.plate)
        return 0;
    const char *key = arena_printf(seed->scratch, "%lld:%s", (long long)order->agreed->id, order->row.plate);
    for (size_t i = 0; i < seed->used.count; i++)
        left -= strcmp(seed->used.items[i], key) == 0;
    return MAX(left, 0);
}

static struct instant price_instant(const struct rescue *row)
{
    const struct instant times[] = {row->arrived_at, row->departed_at, row->appoint_at};
    for (size_t i = 0; i < array_len(times); i++) {
        if (!instant_is_nil(times[i]))
            return times[i];
    }
    return row->created_at;
}

void order_price(struct seed *seed, struct order *order, enum price_outcome outcome, int64_t charge_fen,
                 struct price_work *work)
{
    struct price_item items[array_len(order->items)];
    struct price_agreement agreement = order->agreed ? order->agreed->price : order->tariff->price;
    const struct rescue *row = &order->row;
    struct instant at = price_instant(row);
    agreement.free_times = free_left(seed, order);
    for (size_t i = 0; i < order->nitems; i++)
        items[i] =
            (struct price_item){order->items[i].code, order->items[i].quantity, order->items[i].amount_fen};
    int64_t km = row->km != NIL
                     ? row->km
                     : facts_road_km(row->lon, row->lat, row->destination_lon, row->destination_lat);
    struct price_facts facts = {.outcome = outcome,
                                .km = km,
                                .minute = seed_minute(seed, at),
                                .holiday = tariffs_holiday(seed, at),
                                .charge_fen = charge_fen,
                                .items = items,
                                .nitems = order->nitems};
    if (price_work_out(&agreement, &facts, work) < 0)
        *work = (struct price_work){0};
}

/* ---- the trail and the rows */

void order_told(struct seed *seed, struct order *order, const struct rescue *was, const char *verb,
                int64_t who, struct instant at, const char *reason)
{
    uint64_t set[2] = {0};
    struct str before, after;
    for (size_t i = 0; i < rescue_entity.nfields; i++) {
        const struct field *field = &rescue_entity.fields[i];
        if (field->storage == STORE_LINES || field->virtual_)
            continue;
        struct value a = record_get(field, was), b = record_get(field, &order->row);
        if (!value_equal(&a, &b))
            bit_set(set, i);
    }
    str_init(&before, seed->arena);
    str_init(&after, seed->arena);
    record_write_json(&rescue_entity, was, set, &before);
    record_write_json(&rescue_entity, &order->row, set, &after);
    order->updated_at = at;
    trail_tell(seed, &(struct told){.at = at,
                                    .who = who,
                                    .row_id = order->id,
                                    .branch_id = order->row.branch_id,
                                    .version = ++order->version,
                                    .entity = "rescue",
                                    .verb = verb,
                                    .reason = reason,
                                    .was = before.data,
                                    .now = after.data});
}

static void write_items(struct seed *seed, const struct order *order)
{
    struct str *rows = &seed->tables[TABLE_ITEM].rows;
    seed->tables[TABLE_ITEM].columns = "id, order_id, code, quantity, amount_fen";
    for (size_t i = 0; i < order->nitems; i++) {
        row_begin(rows);
        row_int(rows, seed_id(seed, TABLE_ITEM));
        row_int(rows, order->id);
        row_text(rows, order->items[i].code);
        row_int(rows, order->items[i].quantity);
        row_int(rows, order->items[i].amount_fen);
        row_end(rows);
    }
}

void order_write(struct seed *seed, struct order *order)
{
    struct record_meta meta = {.id = order->id,
                               .version = order->version,
                               .updated_at = order->updated_at,
                               .branch_id = order->row.branch_id};
    record_put(seed, TABLE_RESCUE, &rescue_entity, &order->row, &meta);
    record_search(seed, &rescue_entity, &order->row, &meta);
    write_items(seed, order);
    calls_of_order(seed, order);
}

int orders_make(struct seed *seed)
{
    struct plan *plans = arena_alloc(seed->arena, SEED_ORDERS * sizeof(*plans));
    int result = 0;
    plan_all(seed, plans);
    for (size_t i = 0; i < SEED_ORDERS && result == 0; i++) {
        struct order order;
        begin(seed, &order, &plans[i]);
        job_run(seed, &order);
        result = money_run(seed, &order);
        order_write(seed, &order);
    }
    return result;
}
