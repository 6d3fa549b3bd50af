/*
 * A rescue vehicle. Its state follows the order it is on (vehicle_follow); off duty is set by hand.
 */
#pragma once

#include "server/entity/entity.h"

#include <math.h>

struct vehicle {
    int64_t branch_id;
    const char *code;
    const char *plate;
    const char *type;
    const char *owner;
    int64_t supplier_id;
    int64_t cost_fen, cost_included_km, cost_km_fen;
    struct text_set car_models, roads, services;
    struct line_set drivers;
    const char *state;
    int64_t order_id, driver_id;
    double lon, lat;
    struct instant position_at;
    const char *position_by;
    int64_t speed, stale_after;
    const char *remarks;
};

struct vehicle_driver {
    int64_t id;
    int64_t driver_id;
    int64_t position;
};

#define POINT_NIL ((struct point){NAN, NAN})

extern const struct entity vehicle_entity, vehicle_driver_entity;

/* A vehicle as read and locked in a command on an order. */
struct vehicle_row {
    int64_t id, version, branch_id;
    const char *plate, *state;
    int64_t order_id, driver_id;
    int64_t supplier_id; /* NIL: our own */
    int64_t cost_fen, cost_included_km, cost_km_fen;
    bool disabled;
};

/* Queue the read, with the lock; the vehicle an order is on, or one by its id. Locked after the order, as everywhere. */
struct rows *vehicle_read_of_order(struct request *request, int64_t order_id);
struct rows *vehicle_read(struct request *request, int64_t vehicle_id);

/* False when there is none that may be seen. */
bool vehicle_take(struct rows *rows, struct vehicle_row *vehicle);

/* Queues the vehicle's part of a step: its state, the order it is on (NIL: none), who drives it, and where that puts it (null: unknown). */
void vehicle_follow(struct request *request, const struct vehicle_row *vehicle, const char *state,
                    int64_t order_id, int64_t driver_id, struct point at);
