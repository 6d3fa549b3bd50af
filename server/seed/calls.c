/*
 * The log of calls of the last ninety days, as call systems would have written it: who ordered by telephone, asked again or was called back, and
 * who rang for nothing. It has numbers of its own to draw from, so that the rest of the company is the same with it and without.
 */
#include "server/seed/seed-private.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum {
    CALLS_SEED = 20260302,
    ENQUIRIES = 170,
    INTERNAL = 20,
    RING_MOST = 25,   /* seconds */
    MISSED_RECENT = 5 /* nobody has seen to these yet */
};

struct log_call {
    const char *direction, *state, *number, *remarks, *error;
    struct instant at, handled_at;
    enum branch_index branch;
    const struct person *person, *handled_by;
    int64_t party_id, rescue_id;
    int ring_s, talk_s;
    bool dialled; /* from a screen */
};

static const char columns[] = "id, version, created_at, created_by, branch_id, linked_id, direction, state, "
                              "number, party_id, extension, "
                              "employee_id, queue, started_at, answered_at, ended_at, duration_s, recording, "
                              "error, rescue_id, handled_at, "
                              "handled_by, remarks";

static const char *recording_of(struct seed *seed, const char *linked, struct instant at)
{
    time_t seconds = (time_t)(at.us / US_PER_SECOND) + seed->offset;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    return arena_printf(seed->arena, "/var/spool/asterisk/monitor/%04d/%02d/%02d/%s.wav", tm.tm_year + 1900,
                        tm.tm_mon + 1, tm.tm_mday, linked);
}

static void tell(struct seed *seed, const struct log_call *call, int64_t id)
{
    struct told told = {.at = later(call->at, call->ring_s + call->talk_s),
                        .who = NIL,
                        .row_id = id,
                        .branch_id = seed->branches[call->branch],
                        .version = 1,
                        .verb = "call.end",
                        .entity = "call",
                        .now = arena_printf(seed->arena, "{\"state\":\"%s\",\"extension\":\"%s\"}",
                                            call->state, call->person->extension)};
    trail_tell(seed, &told);
    if (instant_is_nil(call->handled_at))
        return;
    told.at = call->handled_at;
    told.who = call->handled_by->id;
    told.version = 2;
    told.verb = "call.done";
    told.now = arena_printf(seed->arena, "{\"handled_by\":%" PRId64 "}", told.who);
    trail_tell(seed, &told);
}

static void put(struct seed *seed, const struct log_call *call)
{
    struct str *rows = &seed->tables[TABLE_CALL].rows;
    int64_t id = seed_id(seed, TABLE_CALL);
    bool incoming = strcmp(call->direction, "in") == 0, handled = !instant_is_nil(call->handled_at);
    struct instant answered = call->talk_s ? later(call->at, call->ring_s) : INSTANT_NIL;
    const char *linked =
        call->dialled ? arena_printf(seed->arena, "yizhan-%" PRId64, id)
                      : arena_printf(seed->arena, "%" PRId64 ".%" PRId64, call->at.us / US_PER_SECOND, id);
    seed->tables[TABLE_CALL].columns = columns;
    row_begin(rows);
    row_int(rows, id);
    row_int(rows, handled ? 2 : 1);
    row_time(rows, call->at);
    row_int(rows, call->dialled ? call->person->id : NIL);
    row_int(rows, seed->branches[call->branch]);
    row_text(rows, linked);
    row_text(rows, call->direction);
    row_text(rows, call->state);
    row_text(rows, call->number);
    row_int(rows, call->party_id ? call->party_id : NIL);
    row_text(rows, call->person->extension);
    row_int(rows, call->person->id);
    row_text(rows, incoming ? "rescue" : NULL);
    row_time(rows, call->at);
    row_time(rows, answered);
    row_time(rows, later(call->at, call->ring_s + call->talk_s));
    row_int(rows, call->talk_s);
    row_text(rows, call->talk_s ? recording_of(seed, linked, call->at) : NULL);
    row_text(rows, call->error);
    row_int(rows, call->rescue_id ? call->rescue_id : NIL);
    row_time(rows, handled ? call->handled_at : INSTANT_NIL);
    row_int(rows, handled ? call->handled_by->id : NIL);
    row_text(rows, call->remarks);
    row_end(rows);
    tell(seed, call, id);
}

static bool is_over(const struct seed *seed, const struct log_call *call)
{
    return before(later(call->at, call->ring_s + call->talk_s), seed->now);
}

static const struct person *person_of(const struct seed *seed, int64_t id)
{
    for (size_t i = 0; i < seed->people.count; i++)
        if (seed->people.items[i]->id == id)
            return seed->people.items[i];
    return NULL;
}

/* ---- about an order */

static struct log_call of_order(const struct order *order, const struct person *person)
{
    return (struct log_call){.direction = "in",
                             .state = "answered",
                             .number = order->row.contact_phone,
                             .handled_at = INSTANT_NIL,
                             .branch = order->branch,
                             .person = person,
                             .party_id = order->client->id,
                             .rescue_id = order->id};
}

/* The order is saved while its caller still speaks. */
static struct instant put_order(struct seed *seed, const struct order *order, const struct person *person)
{
    struct log_call call = of_order(order, person);
    call.ring_s = (int)seed_between(seed, 2, RING_MOST);
    call.talk_s = (int)seed_between(seed, 70, 260);
    call.at = later(order->row.created_at, -call.ring_s - call.talk_s + seed_between(seed, 5, 25));
    if (is_over(seed, &call))
        put(seed, &call);
    return call.at;
}

/* Nobody took it up; they rang again. */
static void put_missed(struct seed *seed, const struct order *order, const struct person *person,
                       struct instant at)
{
    struct log_call call = of_order(order, person);
    call.state = seed_chance(seed, 80) ? "missed" : "busy";
    call.rescue_id = 0;
    call.ring_s = (int)seed_between(seed, 10, 45);
    call.at = later(at, -seed_between(seed, 60, 200) - call.ring_s);
    call.handled_at = order->row.created_at;
    call.handled_by = person;
    put(seed, &call);
}

static void put_urge(struct seed *seed, const struct order *order, const struct person *person)
{
    static const char *const said[] = {"问还有多久到", "催促，车停在应急车道", "改了停车位置，已告知司机",
                                       "Asked how long it still takes"};
    struct log_call call = of_order(order, person);
    call.ring_s = (int)seed_between(seed, 2, RING_MOST);
    call.talk_s = (int)seed_between(seed, 20, 90);
    call.at = later(order->row.created_at, seed_between(seed, MINUTES(12), MINUTES(40)));
    call.remarks = seed_pick(seed, said);
    if (is_over(seed, &call))
        put(seed, &call);
}

static void put_call_back(struct seed *seed, const struct order *order, const struct person *person)
{
    struct log_call call = of_order(order, person);
    int64_t luck = seed_between(seed, 1, 100);
    call.direction = "out";
    call.dialled = true;
    call.state = luck <= 76 ? "answered" : luck <= 91 ? "unanswered" : luck <= 97 ? "busy" : "failed";
    call.ring_s = (int)seed_between(seed, 4, 40);
    call.talk_s = luck <= 76 ? (int)seed_between(seed, 25, 120) : 0;
    call.error = luck > 97 ? "Unallocated (unassigned) number" : NULL;
    call.at = later(order->row.created_at, seed_between(seed, 90, MINUTES(8)));
    if (is_over(seed, &call))
        put(seed, &call);
}

static struct rng swap(struct seed *seed, struct rng rng)
{
    struct rng was = seed->rng;
    seed->rng = rng;
    return was;
}

void calls_of_order(struct seed *seed, const struct order *order)
{
    const struct person *person = person_of(seed, order->row.created_by);
    if (!person || person->branch != order->branch || !person->extension || !order->row.contact_phone)
        return;
    struct rng own;
    rng_seed(&own, CALLS_SEED + (uint64_t)order->id);
    struct rng others = swap(seed, own);
    if (seed_chance(seed, 72)) {
        struct instant at = put_order(seed, order, person);
        if (seed_chance(seed, 8))
            put_missed(seed, order, person, at);
    }
    if (seed_chance(seed, 14))
        put_urge(seed, order, person);
    if (seed_chance(seed, order->row.to_confirm ? 60 : 22))
        put_call_back(seed, order, person);
    swap(seed, others);
}

/* ---- about nothing we have an order of */

/* By day, mostly. */
static struct instant enquiry_time(struct seed *seed)
{
    for (;;) {
        struct instant at = seed_at(seed, -seed_between(seed, HOURS(1), DAYS(90)));
        int hour = seed_minute(seed, at) / 60;
        if ((hour >= 7 && hour < 22) || seed_chance(seed, 15))
            return at;
    }
}

static struct log_call enquiry(struct seed *seed, enum branch_index branch)
{
    static const char *const said[] = {
        "问拖车价格",       "问会员免费次数",       "找错号码",
        "问发票什么时候寄", "投诉等待时间，已道歉", "Asked for the price of a tow to Shenzhen"};
    const struct client *client =
        seed_chance(seed, 75) ? clients_any(seed, branch, seed_chance(seed, 25)) : NULL;
    return (struct log_call){.direction = "in",
                             .state = "answered",
                             .number = client                  ? client->row.phone
                                       : seed_chance(seed, 90) ? name_phone(seed)
                                                               : NULL, /* withheld */
                             .party_id = client ? client->id : 0,
                             .remarks = seed_chance(seed, 40) ? seed_pick(seed, said) : NULL,
                             .at = enquiry_time(seed),
                             .handled_at = INSTANT_NIL,
                             .branch = branch,
                             .person = people_find(seed, branch, "call_taker"),
                             .ring_s = (int)seed_between(seed, 2, RING_MOST),
                             .talk_s = (int)seed_between(seed, 15, 300)};
}

static void put_enquiries(struct seed *seed)
{
    for (int i = 0; i < ENQUIRIES; i++) {
        struct log_call call = enquiry(seed, (enum branch_index)(FIRST + i % 5));
        if (seed_chance(seed, 12)) {
            call.state = "missed";
            call.talk_s = 0;
            call.handled_at = later(call.at, seed_between(seed, MINUTES(2), MINUTES(50)));
            call.handled_by = call.person;
        }
        put(seed, &call);
    }
}

static void put_recent(struct seed *seed)
{
    for (int i = 0; i < MISSED_RECENT; i++) {
        struct log_call call = enquiry(seed, i % 3 ? FIRST : SECOND);
        call.state = "missed";
        call.remarks = NULL;
        call.talk_s = 0;
        call.at = seed_at(seed, -seed_between(seed, MINUTES(3), MINUTES(110)));
        put(seed, &call);
    }
}

static void put_internal(struct seed *seed)
{
    for (int i = 0; i < INTERNAL; i++) {
        enum branch_index branch = i % 2 ? FIRST : SECOND;
        const struct person *to = people_find(seed, branch, "dispatcher");
        struct log_call call = {.direction = "internal",
                                .state = "answered",
                                .number = to->extension,
                                .at = enquiry_time(seed),
                                .handled_at = INSTANT_NIL,
                                .branch = branch,
                                .person = people_find(seed, branch, "order_clerk"),
                                .ring_s = (int)seed_between(seed, 2, RING_MOST),
                                .talk_s = (int)seed_between(seed, 10, 120)};
        put(seed, &call);
    }
}

void calls_make(struct seed *seed)
{
    struct rng own;
    rng_seed(&own, CALLS_SEED);
    struct rng others = swap(seed, own);
    put_enquiries(seed);
    put_recent(seed);
    put_internal(seed);
    swap(seed, others);
}
