/*
 * The price of a rescue order, worked out of what was agreed and what was done. One pure function: intake's estimate, the final proposal at
 * completion and the accountant's screen all ask the same one. Amounts are gross fen; absent numbers of an agreement are 0.
 */
#pragma once

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct str;

enum { PRICE_PARTS_MAX = 64, PRICE_ITEMS_MAX = 50 };

/* What was agreed with the customer for this service, or the branch's list price, and what is left of its free entitlement. */
struct price_agreement {
    int64_t base_fen;
    int64_t included_km;
    int64_t km_fen;    /* each km beyond those */
    int64_t night_fen; /* added once at night */
    int64_t night_bp;  /* share of base and km added at night, in basis points */
    int64_t holiday_fen;
    int64_t holiday_bp;
    int64_t empty_fen;   /* an empty run */
    int64_t free_times;  /* jobs left whose base is free */
    int64_t free_km;     /* km beyond the included left free, on such a job */
    bool tolls_included; /* tolls are shown and taken off again */
    int night_from,
        night_to; /* minutes of the local day; from after to reaches over midnight, equal: no night */
};

struct price_item {
    const char *code;
    int64_t quantity;
    int64_t amount_fen; /* of the line */
};

enum price_outcome { PRICE_DONE, PRICE_EMPTY };

struct price_facts {
    enum price_outcome outcome;
    int64_t km;
    int minute; /* of the branch's local day when the job was done */
    bool holiday;
    int64_t charge_fen; /* empty run: the charge decided by hand; NIL: as agreed */
    const struct price_item *items;
    size_t nitems;
};

enum price_kind {
    PRICE_PART_BASE,
    PRICE_PART_KM,
    PRICE_PART_FREE_BASE, /* negative: entitlement used */
    PRICE_PART_FREE_KM,
    PRICE_PART_NIGHT,
    PRICE_PART_HOLIDAY,
    PRICE_PART_ITEM,
    PRICE_PART_TOLL,
    PRICE_PART_FREE_TOLL, /* negative: covered by the price */
    PRICE_PART_EMPTY,
    PRICE_PART_KINDS
};

struct price_part {
    enum price_kind kind;
    const char *code; /* items and tolls: the item's; else NULL */
    int64_t quantity;
    int64_t amount_fen;
};

struct price_work {
    struct price_part parts[PRICE_PARTS_MAX];
    size_t count;
    int64_t total_fen;           /* the sum of the parts, never negative */
    int64_t free_times, free_km; /* entitlement this job uses up */
};

/* 0; -EINVAL: a negative or absent number where one is needed, or too many items; -ERANGE: an amount that does not fit. */
must_check int price_work_out(const struct price_agreement *agreement, const struct price_facts *facts,
                              struct price_work *work);

bool price_is_night(const struct price_agreement *agreement, int minute);

/* Word of a part in JSON ("base", "km", "free", …) and its label (msgid). */
const char *price_kind_name(enum price_kind kind);

/* [{"kind":"base","label":"Base price","code":null,"quantity":1,"amount_fen":30000}, …] */
void price_parts_json(const struct price_work *work, struct str *out);

/* A contracted vehicle's agreed cost for so many km. */
must_check int price_cost(int64_t base_fen, int64_t included_km, int64_t km_fen, int64_t km, int64_t *cost_r);
