/* One order from the call to the end of the job, by the steps of the flow, as far as its fate or the present moment lets it come. */
#include "server/seed/seed-private.h"

#include <math.h>
#include <string.h>

#include "base/geo.h"

enum { PER_STATION = VEHICLES / 5, TRIES = 8, BACKLOG = 400 };

/* ---- the vehicle's side */

static void side_json(struct str *out, const struct van *van)
{
    str_addf(out, "{\"state\":\"%s\",\"order_id\":", van->row.state);
    if (van->row.order_id == NIL)
        str_add(out, "null");
    else
        str_addf(out, "%lld", (long long)van->row.order_id);
    str_addf(out, ",\"driver_id\":%lld}", (long long)van->row.driver_id);
}

/* Its state follows the order; where the order is over it stands free. */
static void follow(struct seed *seed, struct order *order, const char *action, const char *state, int64_t who,
                   struct instant at)
{
    struct van *van = order->van;
    struct str was, now;
    str_init(&was, seed->arena);
    str_init(&now, seed->arena);
    if (van->row.driver_id == NIL)
        van->row.driver_id = order->driver->id;
    side_json(&was, van);
    van->row.state = state;
    van->row.order_id = strcmp(state, "idle") == 0 ? NIL : order->id;
    van->row.driver_id = order->driver->id;
    van->updated_at = at;
    side_json(&now, van);
    trail_tell(seed, &(struct told){.at = at,
                                    .who = who,
                                    .row_id = van->id,
                                    .branch_id = van->row.branch_id,
                                    .version = ++van->version,
                                    .entity = "vehicle",
                                    .verb = arena_printf(seed->arena, "vehicle.%s", action),
                                    .was = was.data,
                                    .now = now.data});
}

static void stand(struct van *van, double lon, double lat, struct instant at)
{
    if (isnan(lon))
        return;
    van->row.lon = lon;
    van->row.lat = lat;
    van->row.position_at = at;
}

/* ---- who goes */

static bool holds(struct text_set set, const char *code)
{
    for (size_t i = 0; i < set.count; i++) {
        if (strcmp(set.items[i], code) == 0)
            return true;
    }
    return set.count == 0;
}

static bool fits(const struct van *van, const struct rescue *row)
{
    return holds(van->row.services, row->service) && holds(van->row.car_models, row->car_model) &&
           holds(van->row.roads, row->road);
}

static bool on_shift(const struct seed *seed, const struct person *driver, struct instant at)
{
    int hour = seed_minute(seed, at) / 60;
    if (driver->from == driver->to)
        return true;
    if (driver->from < driver->to)
        return hour >= driver->from && hour < driver->to;
    return hour >= driver->from || hour < driver->to;
}

static struct person *free_driver(const struct seed *seed, const struct van *van, struct instant at)
{
    for (size_t i = 0; i < van->ndrivers; i++) {
        struct person *driver = van->drivers[i];
        if (!before(at, driver->free_at) && on_shift(seed, driver, at))
            return driver;
    }
    return NULL;
}

/* The vehicles that a log-in of the demo drives are kept for what is to stand on his screen. */
static bool is_free(const struct seed *seed, const struct van *van, struct instant at)
{
    return !before(at, van->free_at) && !(van->reserved && before(seed_at(seed, -HOURS(8)), at));
}

static bool choose_van(struct seed *seed, struct order *order, struct instant at)
{
    size_t first = (size_t)(order->branch - FIRST) * PER_STATION;
    size_t start = (size_t)seed_between(seed, 0, PER_STATION - 1);
    if (order->van) {
        order->driver = order->van->drivers[0];
        return true;
    }
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < PER_STATION; i++) {
            struct van *van = &seed->vans[first + (start + i) % PER_STATION];
            struct person *driver = free_driver(seed, van, at);
            bool shared = driver && driver != van->drivers[0] && seed->vans[first].drivers[0] == driver;
            if (!driver || shared || !is_free(seed, van, at) || (pass == 0 && !fits(van, &order->row)))
                continue;
            order->van = van;
            order->driver = driver;
            return true;
        }
    }
    return false;
}

/* ---- the steps; each gives whether it was taken, or the order stays where it is */

static bool stays(const struct seed *seed, const struct order *order, struct instant at)
{
    return before(seed->now, at) || (order->fate && strcmp(order->fate, order->row.state) == 0);
}

static struct instant due(struct instant from, int64_t seconds)
{
    return later(from, seconds);
}

static void take_in(struct seed *seed, struct order *order)
{
    struct rescue *row = &order->row;
    const int64_t *sla = order->client->sla_s[0] ? order->client->sla_s : order->tariff->sla_s;
    int year, month, date;
    day_split(seed_day(seed, row->created_at), &year, &month, &date);
    row->number =
        arena_printf(seed->arena, "R%02d%02d%02d%05lld", year % 100, month, date, (long long)order->id);
    row->sla_dispatch_s = sla[0];
    row->sla_accept_s = sla[1];
    row->sla_arrive_s = sla[2];
    row->due_at = due(row->created_at, sla[0]);
    if (!instant_is_nil(row->appoint_at) && before(row->due_at, later(row->appoint_at, -sla[2])))
        row->due_at = later(row->appoint_at, -sla[2]);
    struct price_work *work = arena_new(seed->arena, struct price_work);
    struct str parts;
    str_init(&parts, seed->arena);
    order_price(seed, order, PRICE_DONE, NIL, work);
    price_parts_json(work, &parts);
    row->agreement_id = order->agreed ? order->agreed->id : NIL;
    row->estimate_fen = work->total_fen;
    row->estimate_parts = parts.data;
    record_told(seed, &rescue_entity, row,
                &(struct record_meta){.id = order->id,
                                      .created_by = row->created_by,
                                      .created_at = row->created_at,
                                      .branch_id = row->branch_id});
}

static int64_t dispatcher(struct seed *seed, const struct order *order)
{
    return people_find(seed, order->branch, "dispatcher")->id;
}

/* Mostly the driver himself reports; now and then the dispatcher for him. */
static int64_t reporter(struct seed *seed, const struct order *order)
{
    return seed_chance(seed, 85) ? order->driver->id : dispatcher(seed, order);
}

static bool dispatch(struct seed *seed, struct order *order, struct instant at)
{
    struct rescue *row = &order->row, was = *row;
    int64_t who = dispatcher(seed, order);
    for (int i = 0; !choose_van(seed, order, at); i++) {
        at = later(at, MINUTES(5));
        if (i == BACKLOG || stays(seed, order, at))
            return false;
    }
    row->state = "dispatched";
    row->vehicle_id = order->van->id;
    row->driver_id = order->driver->id;
    row->dispatched_at = at;
    row->due_at = due(at, row->sla_accept_s);
    order_told(seed, order, &was, "rescue.dispatch", who, at, NULL);
    follow(seed, order, "dispatch", "assigned", who, at);
    return true;
}

static void refuse(struct seed *seed, struct order *order, struct instant at)
{
    struct rescue *row = &order->row, was = *row;
    row->state = "new";
    row->refused_by = order->driver->id;
    row->vehicle_id = row->driver_id = NIL;
    row->dispatched_at = INSTANT_NIL;
    row->due_at = due(at, row->sla_dispatch_s);
    order_told(seed, order, &was, "rescue.refuse", order->driver->id, at, "breakdown");
    follow(seed, order, "refuse", "idle", order->driver->id, at);
    order->van->free_at = order->driver->free_at = later(at, HOURS(1));
    order->van = NULL;
    order->driver = NULL;
}

static void accept(struct seed *seed, struct order *order, struct instant at)
{
    struct rescue *row = &order->row, was = *row;
    row->state = "accepted";
    row->accepted_at = at;
    row->due_at = due(at, row->sla_arrive_s);
    if (!instant_is_nil(row->appoint_at) && before(row->due_at, row->appoint_at))
        row->due_at = row->appoint_at;
    order_told(seed, order, &was, "rescue.accept", reporter(seed, order), at, NULL);
}

static void depart(struct seed *seed, struct order *order, struct instant at)
{
    struct rescue *row = &order->row, was = *row;
    int64_t who = reporter(seed, order);
    row->state = "on_the_way";
    row->departed_at = at;
    order_told(seed, order, &was, "rescue.depart", who, at, NULL);
    follow(seed, order, "depart", "on_the_way", who, at);
}

static void arrive(struct seed *seed, struct order *order, struct instant at)
{
    struct rescue *row = &order->row, was = *row;
    int64_t who = reporter(seed, order);
    row->state = "arrived";
    row->arrived_at = at;
    row->due_at = INSTANT_NIL;
    order_told(seed, order, &was, "rescue.arrive", who, at, NULL);
    follow(seed, order, "arrive", "working", who, at);
    stand(order->van, row->lon, row->lat, at);
}

static void add_item(struct order *order, const char *code, int64_t quantity, int64_t amount_fen)
{
    record_blank(&rescue_item_entity, &order->items[order->nitems]);
    order->items[order->nitems].code = code;
    order->items[order->nitems].quantity = quantity;
    order->items[order->nitems++].amount_fen = amount_fen;
}

static void add_items(struct seed *seed, struct order *order)
{
    const char *service = order->row.service;
    if (strcmp(order->row.road, "expressway") == 0)
        add_item(order, "toll", 1, seed_between(seed, 5, 60) * 100);
    if (strcmp(service, "battery") == 0)
        add_item(order, "battery_sold", 1, seed_between(seed, 38, 75) * 1000);
    else if (strcmp(service, "fuel") == 0)
        add_item(order, "fuel_sold", 10, seed_between(seed, 75, 85) * 100);
    else if (seed_chance(seed, 8))
        add_item(order, "dolly", 1, 10000);
}

static void set_cost(const struct van *van, struct rescue *row)
{
    int64_t cost;
    if (strcmp(van->row.owner, "contracted") != 0 ||
        price_cost(van->row.cost_fen, van->row.cost_included_km, van->row.cost_km_fen,
                   row->km == NIL ? 0 : row->km, &cost) < 0)
        return;
    row->supplier_id = van->row.supplier_id;
    row->cost_fen = cost;
}

static void propose(struct seed *seed, struct order *order, enum price_outcome outcome, int64_t charge_fen)
{
    struct rescue *row = &order->row;
    struct price_work *work = arena_new(seed->arena, struct price_work);
    struct str parts;
    str_init(&parts, seed->arena);
    order_price(seed, order, outcome, charge_fen, work);
    price_parts_json(work, &parts);
    row->free_times = work->free_times;
    row->free_km = work->free_km;
    row->proposal_fen = work->total_fen;
    row->price_parts = parts.data;
    if (work->free_times)
        vec_push(&seed->used, arena_printf(seed->arena, "%lld:%s", (long long)order->agreed->id, row->plate));
}

enum { HANDED_IN_DAYS = 2 };

/* Private callers often pay the driver; cash only of late, since nobody keeps it for long. */
static void take_money(struct seed *seed, struct order *order)
{
    struct rescue *row = &order->row;
    bool late = !before(later(row->arrived_at, HOURS(24 * HANDED_IN_DAYS)), seed->now);
    if (order->client->branch == HEAD_OFFICE || row->proposal_fen == 0 || !seed_chance(seed, 45))
        return;
    row->taken_fen = row->proposal_fen;
    row->taken_method = seed_chance(seed, 60) || !late ? "qr" : "cash_on_site";
}

static void end(struct seed *seed, struct order *order, const struct rescue *was, const char *action,
                int64_t who, const char *reason, struct instant at)
{
    struct rescue *row = &order->row;
    row->done_at = at;
    row->due_at = INSTANT_NIL;
    row->result = order->client->row.result_required ? "pending" : "none";
    row->money_state = "unaudited";
    set_cost(order->van, row);
    order_told(seed, order, was, arena_printf(seed->arena, "rescue.%s", action), who, at, reason);
    follow(seed, order, action, "idle", who, at);
    order->van->free_at = order->driver->free_at = later(at, MINUTES(5));
}

static void complete(struct seed *seed, struct order *order, int64_t km_out, struct instant at)
{
    struct rescue *row = &order->row, was = *row;
    double metres = geo_distance_m((struct point){row->lon, row->lat},
                                   (struct point){row->destination_lon, row->destination_lat});
    row->state = "done";
    row->km_out = km_out;
    row->km_tow = isnan(metres) ? NIL : (int64_t)ceil(metres * 1.3 / 1000) + 1;
    row->km = km_out + (row->km_tow == NIL ? 0 : row->km_tow);
    add_items(seed, order);
    propose(seed, order, PRICE_DONE, NIL);
    take_money(seed, order);
    end(seed, order, &was, "complete", reporter(seed, order), NULL, at);
    stand(order->van, row->destination_lon, row->destination_lat, at);
}

static void empty_run(struct seed *seed, struct order *order, struct instant at)
{
    static const char *const reasons[] = {"customer_left", "cancelled_on_way", "not_found", "cannot_do"};
    struct rescue *row = &order->row, was = *row;
    row->state = "empty";
    propose(seed, order, PRICE_EMPTY, seed_chance(seed, 60) ? seed_between(seed, 5, 12) * 1000 : NIL);
    end(seed, order, &was, "empty_run", dispatcher(seed, order), seed_pick(seed, reasons), at);
}

static void give_up(struct seed *seed, struct order *order, struct instant at)
{
    static const char *const reasons[] = {"customer_cancelled", "solved", "duplicate", "principal_withdrew"};
    struct rescue *row = &order->row, was = *row;
    row->state = "void";
    row->voided_at = at;
    row->due_at = INSTANT_NIL;
    order_told(seed, order, &was, "rescue.void", people_find(seed, order->branch, "order_clerk")->id, at,
               seed_pick(seed, reasons));
}

static void urge(struct seed *seed, struct order *order, struct instant at)
{
    struct rescue *row = &order->row, was = *row;
    row->urges++;
    row->urged_at = at;
    order_told(seed, order, &was, "rescue.urge", people_find(seed, order->branch, "call_taker")->id, at,
               NULL);
}

/* ---- the course of it */

static int64_t way_km(const struct order *order)
{
    struct place home = branch_place(order->branch);
    double metres =
        geo_distance_m((struct point){home.lon, home.lat}, (struct point){order->row.lon, order->row.lat});
    return (int64_t)ceil(metres * 1.3 / 1000) + 1;
}

static bool send(struct seed *seed, struct order *order)
{
    struct instant from = order->row.created_at;
    if (!instant_is_nil(order->row.appoint_at))
        from = later(order->row.appoint_at, -MINUTES(50));
    if (!order->fate && seed_chance(seed, 3)) {
        struct instant at = later(from, seed_between(seed, 40, 300));
        if (stays(seed, order, at) || !dispatch(seed, order, at))
            return false;
        from = later(order->row.dispatched_at, seed_between(seed, 30, 120));
        if (stays(seed, order, from))
            return false;
        refuse(seed, order, from);
    }
    struct instant at = later(from, order->fate ? seed_between(seed, 30, 100) : seed_between(seed, 30, 420));
    return !stays(seed, order, at) && dispatch(seed, order, at);
}

/* How far it comes towards the place. False: no further. */
static bool go(struct seed *seed, struct order *order, int64_t km)
{
    struct rescue *row = &order->row;
    struct instant at = later(row->dispatched_at, seed_between(seed, 20, order->fate ? 60 : 200));
    if (stays(seed, order, at))
        return false;
    accept(seed, order, at);
    at = later(at, seed_between(seed, 40, order->fate ? 120 : 300));
    if (stays(seed, order, at))
        return false;
    depart(seed, order, at);
    int64_t drive = MINUTES(order->fate ? MIN(4 + km, 20) : 5 + km * 2) + seed_between(seed, 0, 300);
    at = later(at, drive);
    if (!order->fate && seed_chance(seed, 5)) {
        if (!stays(seed, order, later(at, -drive / 2)))
            urge(seed, order, later(at, -drive / 2));
    }
    if (stays(seed, order, at))
        return false;
    arrive(seed, order, at);
    return true;
}

static void occupy(struct seed *seed, struct order *order)
{
    if (order->van)
        order->van->free_at = order->driver->free_at = seed_at(seed, DAYS(1000));
}

void job_run(struct seed *seed, struct order *order)
{
    int64_t course = order->fate ? 100 : seed_between(seed, 1, 100); /* of every hundred some fall away */
    take_in(seed, order);
    if (course <= 6) {
        give_up(seed, order, later(order->row.created_at, seed_between(seed, 60, 900)));
        return;
    }
    if (stays(seed, order, order->row.created_at) || !send(seed, order))
        return;
    occupy(seed, order);
    int64_t km = way_km(order);
    if (!go(seed, order, km))
        return;
    struct instant at = later(order->row.arrived_at, seed_between(seed, MINUTES(12), MINUTES(70)));
    if (stays(seed, order, at))
        return;
    if (course <= 13)
        empty_run(seed, order, at);
    else
        complete(seed, order, km, at);
}
