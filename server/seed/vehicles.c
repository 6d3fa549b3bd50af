/* Sixty rescue vehicles, twelve a station. Where they are and what they are on comes from the orders, so they are written after those. */
#include "server/seed/seed-private.h"

#include <string.h>

enum { PER_STATION = VEHICLES / 5 };

struct van_kind {
    const char *type, *services, *models, *roads;
};

#define CARS "sedan suv mpv sports ev pickup van"
#define SMALL "jump_start tyre_change tyre_repair fuel water unlock battery site_repair"

static const struct van_kind kinds[] = {
    {"flatbed", "tow accident_tow transport jump_start tyre_change fuel water unlock",
     CARS " minibus light_truck", ""},
    {"wheel_lift", "tow accident_tow extraction jump_start tyre_change fuel", CARS,
     "city expressway elevated national rural garage"},
    {"service_van", SMALL, "", ""},
    {"garage_tow", "tow underground_tow jump_start", "sedan suv mpv sports ev", "city garage"},
    {"heavy_wrecker", "tow accident_tow extraction crane",
     "light_truck medium_truck heavy_truck coach minibus trailer special", ""},
    {"low_flatbed", "tow accident_tow transport", CARS, "city expressway elevated national"},
    {"crane_truck", "crane extraction accident_tow", "", ""},
};

/* Which kinds a station has. */
static const size_t fleet[PER_STATION] = {0, 0, 1, 2, 3, 4, 0, 2, 1, 5, 6, 2};
static const char *const station_letters[] = {"TH", "NS", "SD", "NC", "XZ"};

static struct text_set words(struct seed *seed, const char *text)
{
    struct text_set set = {arena_alloc(seed->arena, 32 * sizeof(*set.items)), 0};
    char *rest = NULL, *copy = arena_strdup(seed->arena, text);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        set.items[set.count++] = word;
    return set;
}

void vehicles_plan(struct seed *seed)
{
    for (size_t i = 0; i < VEHICLES; i++) {
        struct van *van = &seed->vans[i];
        const struct van_kind *kind = &kinds[fleet[i % PER_STATION]];
        record_blank(&vehicle_entity, &van->row);
        van->row.code =
            arena_printf(seed->arena, "%s%02zu", station_letters[i / PER_STATION], i % PER_STATION + 1);
        van->row.type = kind->type;
        van->row.services = words(seed, kind->services);
        van->row.car_models = words(seed, kind->models);
        van->row.roads = words(seed, kind->roads);
        van->version = 1;
        van->updated_at = INSTANT_NIL;
        van->free_at = seed_at(seed, -DAYS(1000));
        van->reserved = i % PER_STATION == 0 && i / PER_STATION < 2;
    }
}

static struct client *supplier(struct seed *seed)
{
    struct client *suppliers[16];
    size_t count = 0;
    for (size_t i = 0; i < seed->clients.count && count < array_len(suppliers); i++) {
        if (seed->clients.items[i]->supplier_only)
            suppliers[count++] = seed->clients.items[i];
    }
    return suppliers[seed_between(seed, 0, (int64_t)count - 1)];
}

static void contract(struct seed *seed, struct van *van)
{
    van->row.owner = "contracted";
    van->row.supplier_id = supplier(seed)->id;
    van->row.cost_fen = seed_between(seed, 120, 260) * 100;
    van->row.cost_included_km = 10;
    van->row.cost_km_fen = seed_between(seed, 4, 7) * 100;
}

static struct record_meta meta_of(struct seed *seed, const struct van *van, size_t n)
{
    return (struct record_meta){.id = van->id,
                                .version = van->version,
                                .created_by = people_login(seed, "admin")->id,
                                .created_at = seed_at(seed, -DAYS(380) + (int64_t)n * 60),
                                .updated_at = van->updated_at,
                                .branch_id = van->row.branch_id};
}

void vehicles_make(struct seed *seed)
{
    for (size_t i = 0; i < VEHICLES; i++) {
        struct van *van = &seed->vans[i];
        enum branch_index branch = (enum branch_index)(FIRST + i / PER_STATION);
        struct place at = branch_site(seed, branch);
        van->id = seed_id(seed, TABLE_VEHICLE);
        van->row.branch_id = seed->branches[branch];
        van->row.plate =
            arena_printf(seed->arena, "粤%s%c%04zu", branch_letters(branch), "JKLMN"[i % 5], 1000 + i * 97);
        van->row.lon = at.lon;
        van->row.lat = at.lat;
        van->row.position_at = seed_at(seed, -(i % 7 == 6 ? HOURS(2) : seed_between(seed, 5, 240)));
        if (i % 6 == 5)
            contract(seed, van);
        struct record_meta meta = meta_of(seed, van, i);
        record_told(seed, &vehicle_entity, &van->row, &meta);
    }
}

/* Some that are on no job are off duty. The others report where they are, but for a few whose phones are silent. */
static void settle(struct seed *seed, struct van *van, size_t n)
{
    if (van->row.order_id == NIL && !van->reserved && n % PER_STATION == 11)
        van->row.state = "off_duty";
    else if (n % 7 != 6)
        van->row.position_at = seed_at(seed, -seed_between(seed, 5, 240));
}

static void put_position(struct seed *seed, const struct van *van)
{
    struct str *rows = &seed->tables[TABLE_POSITION].rows;
    row_begin(rows);
    row_int(rows, van->id);
    row_time(rows, van->row.position_at);
    row_real(rows, van->row.lon);
    row_real(rows, van->row.lat);
    row_text(rows, "driver");
    row_end(rows);
}

void vehicles_write(struct seed *seed)
{
    seed->tables[TABLE_POSITION].columns = "vehicle_id, at, lon, lat, source";
    struct seed_table *drivers = &seed->tables[TABLE_VEHICLE_DRIVER];
    drivers->columns = "id, vehicle_id, driver_id, position";
    for (size_t i = 0; i < VEHICLES; i++) {
        struct van *van = &seed->vans[i];
        settle(seed, van, i);
        struct record_meta meta = meta_of(seed, van, i);
        record_put(seed, TABLE_VEHICLE, &vehicle_entity, &van->row, &meta);
        record_search(seed, &vehicle_entity, &van->row, &meta);
        put_position(seed, van);
        for (size_t j = 0; j < van->ndrivers; j++) {
            row_begin(&drivers->rows);
            row_int(&drivers->rows, seed_id(seed, TABLE_VEHICLE_DRIVER));
            row_int(&drivers->rows, van->id);
            row_int(&drivers->rows, van->drivers[j]->id);
            row_int(&drivers->rows, (int64_t)j + 1);
            row_end(&drivers->rows);
        }
    }
}
