/* The company while it is being made: all of it in memory, then written table by table. */
#pragma once

#include "base/arena.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/vec.h"
#include "server/areas/party/party.h"
#include "server/areas/rescue/price.h"
#include "server/areas/rescue/rescue.h"
#include "server/areas/rescue/vehicle.h"
#include "server/entity/record.h"
#include "server/seed/seed.h"

#include <libpq-fe.h>

/* In the order they are written: what is referred to comes first. */
enum seed_table_name {
    TABLE_BRANCH,
    TABLE_EMPLOYEE,
    TABLE_PARTY,
    TABLE_CONTACT,
    TABLE_PLATE,
    TABLE_AGREEMENT,
    TABLE_PRICE_LIST,
    TABLE_SLA_RULE,
    TABLE_VEHICLE,
    TABLE_VEHICLE_DRIVER,
    TABLE_POSITION,
    TABLE_TRACK,
    TABLE_RESCUE,
    TABLE_ITEM,
    TABLE_CHARGE,
    TABLE_CALL,
    TABLE_DOCUMENT,
    TABLE_SEARCH,
    TABLE_CHANGE,
    TABLES
};

/* Rows waiting in COPY's text form. */
struct seed_table {
    struct str rows;
    const char *columns; /* NULL: taken from the entity with its first row */
    int64_t last_id;
};

enum branch_index { HEAD_OFFICE, FIRST, SECOND, THIRD, FOURTH, FIFTH, SHOP, BRANCHES };

struct person {
    int64_t id;
    enum branch_index branch;
    const char *login, *role, *name, *phone;
    const char *extension;  /* of his telephone; NULL: none */
    struct instant free_at; /* of a driver: the end of his last job */
    int from, to;           /* hours of the shift; equal: around the clock */
};

enum { DRIVERS_MAX = 3, VEHICLES = 60 };

struct van {
    int64_t id;
    struct vehicle row;
    struct person *drivers[DRIVERS_MAX];
    size_t ndrivers;
    int64_t version;
    struct instant free_at, updated_at;
    bool reserved; /* kept free towards the end: a login of the demo drives it */
};

enum { AGREED_MAX = 6 };

struct agreed {
    int64_t id;
    const char *service;
    struct price_agreement price;
};

struct client {
    int64_t id;
    enum branch_index branch; /* HEAD_OFFICE: a firm, of the company */
    struct party row;
    bool supplier_only;
    struct agreed agreed[AGREED_MAX];
    size_t nagreed;
    int64_t sla_s[3]; /* 0: none of its own */
};

/* One row of the trail, written when all of them are sorted by time. */
struct told {
    struct instant at;
    int64_t who, row_id, branch_id, version;
    const char *verb, *entity, *reason, *was, *now;
    size_t n; /* order of making: settles equal times */
};

/* The company's prices and limits as the schema ships them. */
struct tariff {
    const char *service;
    struct price_agreement price;
    int64_t sla_s[3]; /* to dispatched, to accepted, to arrived */
    int rate_bp;
};

enum { TARIFFS_MAX = 32 };

struct seed {
    PGconn *pg;
    struct arena *arena;   /* lives as long as the company is being made */
    struct arena *scratch; /* reset with each record written */
    struct rng rng;
    struct instant now;
    int offset; /* seconds east of UTC, of every branch */
    const char *password_hash;
    struct seed_table tables[TABLES];
    int64_t branches[BRANCHES];
    VEC(struct person *) people;
    struct van vans[VEHICLES];
    VEC(struct client *) clients;
    VEC(struct told) told;
    struct tariff tariffs[TARIFFS_MAX];
    size_t ntariffs;
    VEC(struct day) holidays;
    VEC(const char *) used; /* free services used, "agreement:plate" */
    int phones;             /* given so far */
};

/* ---- seed.c: of a running seed */
void seed_begin(struct seed *seed, const struct seed_options *options);
void seed_finish(struct seed *seed);
must_check int seed_read_sequences(struct seed *seed);
must_check int seed_set_sequences(struct seed *seed);
/* Writes what waits for a table and forgets it. */
must_check int seed_write(struct seed *seed, enum seed_table_name table);
int64_t seed_id(struct seed *seed, enum seed_table_name table);
struct instant seed_at(const struct seed *seed, int64_t seconds_from_now);
#define MINUTES(n) ((n)*INT64_C(60))
#define HOURS(n) ((n)*INT64_C(3600))
#define DAYS(n) ((n)*SECONDS_PER_DAY)
static inline struct instant later(struct instant at, int64_t seconds)
{
    return (struct instant){at.us + seconds * US_PER_SECOND};
}
static inline bool before(struct instant a, struct instant b)
{
    return a.us < b.us;
}
bool seed_chance(struct seed *seed, int percent);
int64_t seed_between(struct seed *seed, int64_t low, int64_t high);
#define seed_pick(seed, table) ((table)[seed_between((seed), 0, (int64_t)array_len(table) - 1)])

/* ---- sink.c: the database */
must_check int sink_open(struct seed *seed, const char *owner);
must_check int sink_run(struct seed *seed, const char *sql);
must_check int sink_copy(struct seed *seed, const char *table, const char *columns, const struct str *rows);
/* First column of the first row as text in the seed's arena; NULL when there is none or it failed (then *failed_r). */
const char *sink_ask(struct seed *seed, const char *sql, bool *failed_r);
must_check int sink_rows(struct seed *seed, const char *sql, PGresult **rows_r);
void sink_close(struct seed *seed);

/* ---- record.c: rows */
struct record_meta {
    int64_t id, version, created_by, parent_id;
    struct instant created_at, updated_at;
    int64_t branch_id; /* of the search keys and the trail; NIL: the company */
};

/* The nulls of every member, and the defaults of the descriptor. */
void record_blank(const struct entity *entity, void *record);
void record_put(struct seed *seed, enum seed_table_name table, const struct entity *entity,
                const void *record, const struct record_meta *meta);
void record_search(struct seed *seed, const struct entity *entity, const void *record,
                   const struct record_meta *meta);
/* The trail's row of a record's creation. */
void record_told(struct seed *seed, const struct entity *entity, const void *record,
                 const struct record_meta *meta);

/* One row by hand: fields in COPY's text form, NULL for null. */
void row_begin(struct str *rows);
void row_text(struct str *rows, const char *text);
void row_int(struct str *rows, int64_t number);
void row_real(struct str *rows, double number);
void row_time(struct str *rows, struct instant at);
void row_end(struct str *rows);

/* ---- trail.c */
void trail_tell(struct seed *seed, const struct told *told);
void trail_write(struct seed *seed);

/* ---- names.c */
const char *name_person(struct seed *seed);
const char *name_phone(struct seed *seed);
const char *name_plate(struct seed *seed, enum branch_index branch);

/* ---- branches.c */
struct place {
    const char *name;
    double lon, lat;
};
void branches_make(struct seed *seed);
/* Of a company that is there already. */
must_check int branches_find(struct seed *seed);
const char *branch_district(enum branch_index branch);
const char *branch_letters(enum branch_index branch);
struct place branch_place(enum branch_index branch);
/* A place somewhere in the branch's area. */
struct place branch_site(struct seed *seed, enum branch_index branch);
/* Not where the car stands, which is `from`. */
struct place branch_workshop(struct seed *seed, enum branch_index branch, const char *from);

/* ---- people.c */
void people_make(struct seed *seed);
/* Somebody of the branch who has the role, or of the head office. */
struct person *people_find(struct seed *seed, enum branch_index branch, const char *role);
struct person *people_login(struct seed *seed, const char *login);

/* ---- clients.c, vehicles.c */
void clients_make(struct seed *seed);
struct client *clients_person(struct seed *seed, enum branch_index city);
struct record_meta clients_put(struct seed *seed, const struct client *client, int64_t maker,
                               struct instant at);
struct client *clients_any(struct seed *seed, enum branch_index branch, bool firm);
void vehicles_plan(struct seed *seed); /* before people: who drives what */
void vehicles_make(struct seed *seed);
void vehicles_write(struct seed *seed);
must_check int tracks_make(struct seed *seed);

/* ---- tariffs.c */
must_check int tariffs_read(struct seed *seed);

/* ---- partners.c: once everybody is in the database */
must_check int partners_make(struct seed *seed);

/* ---- talk.c, statements.c, talk.c: likewise, in this order */
must_check int talk_make(struct seed *seed);
must_check int statements_make(struct seed *seed);
must_check int dispute_make(struct seed *seed);
const struct tariff *tariffs_find(const struct seed *seed, const char *service);
bool tariffs_holiday(const struct seed *seed, struct instant at);
int seed_minute(const struct seed *seed, struct instant at);
struct day seed_day(const struct seed *seed, struct instant at);

/* ---- orders.c */
struct order {
    int64_t id, version;
    enum branch_index branch;
    struct rescue row;
    struct client *client;
    const struct agreed *agreed;
    const struct tariff *tariff;
    struct van *van;
    struct person *driver;
    struct rescue_item items[3];
    size_t nitems;
    /* Of the car, who pays a fixed part beside the customer; NULL: the customer pays all. */
    const struct client *owner;
    int64_t owner_fen;
    struct instant updated_at;
    const char *fate; /* the state it is to be in now; NULL: whatever the time allows */
};

enum { SEED_ORDERS = 2000 };

must_check int orders_make(struct seed *seed);
/* Takes a step: what differs between was and the order now goes into the trail. */
void order_told(struct seed *seed, struct order *order, const struct rescue *was, const char *verb,
                int64_t who, struct instant at, const char *reason);
void order_write(struct seed *seed, struct order *order);
void order_price(struct seed *seed, struct order *order, enum price_outcome outcome, int64_t charge_fen,
                 struct price_work *work);

/* ---- job.c: from the call to the end of the job; money.c: what finance does with it */
void job_run(struct seed *seed, struct order *order);
must_check int money_run(struct seed *seed, struct order *order);

/* ---- calls.c */
void calls_of_order(struct seed *seed, const struct order *order);
void calls_make(struct seed *seed); /* those about no order */

/* ---- bulk.c */
must_check int bulk_run(const char *owner, int times);
