/* What the steps of an order have in common. */
#pragma once

#include "server/areas/rescue/facts.h"
#include "server/areas/rescue/rescue.h"
#include "server/areas/rescue/vehicle.h"

/* The instant an argument names, or now when it is absent; refused when it lies in the future or before `after`. */
must_check int step_time(struct act *act, const char *argument, struct instant after, struct instant *at_r);

/* An instant so many seconds later; null when either is. */
struct instant step_due(struct instant from, int64_t seconds);

/* Sets and marks a member of the order as it will be. */
#define step_set(act, member, ...)                                                                           \
    do {                                                                                                     \
        ((struct rescue *)(act)->now)->member = (__VA_ARGS__);                                               \
        act_mark((act), #member);                                                                            \
    } while (0)

/* Estimate and limits of time of a new order, from its particulars. */
must_check int intake_estimate(struct act *act, const struct rescue_facts *facts);
/* R, the day it is where the order is entered, and its id. */
const char *intake_number(struct request *request, int64_t id);
/* When a new order must be dispatched: from now, or in time for its appointment. */
struct instant intake_due(const struct rescue *order, struct instant from);

/* What hooks of the flow carry from load to in_tx. */
struct step {
    struct rows *vehicle, *facts, *drivers, *items, *ids, *other, *proof;
    int64_t driver; /* who goes, once the vehicle was taken */
};

struct step *step_of(struct act *act); /* made at first use */

/* The order's own vehicle, as step_of()->vehicle read it: refused when it cannot be reached. */
must_check int step_vehicle(struct act *act, struct vehicle_row *vehicle);

/* The same, and it goes into that state: on this order still, or free when that is "idle". */
must_check int step_follow(struct act *act, const char *state, struct point at);

/* The driver (NIL: nobody) hears something of the order; or those who dispatch for its branch do. Not who does the step. */
void step_tell_driver(struct act *act, int64_t driver_id, const char *level, const char *msgid);
void step_tell_dispatchers(struct act *act, const char *level, const char *msgid);
void step_tell_clerks(struct act *act, const char *level, const char *msgid); /* who sees to its results */

/* The end of a job. */
struct finish {
    enum price_outcome outcome;
    struct instant at;
    const struct vehicle_row *vehicle;
    int64_t km;         /* NIL: none */
    int64_t charge_fen; /* of an empty run; NIL: nothing was said */
    struct line_set items;
};

/* The price as proposed, its parts, and what it takes of the free services. */
must_check int finish_propose(struct act *act, const struct rescue_facts *facts, const struct finish *finish);

/* All of it: the proposal, kilometres, items, cost, result, money state. The vehicle is not touched. */
must_check int finish_order(struct act *act, const struct rescue_facts *facts, const struct finish *finish);

/* Photos and the customer's signature, as the service wants them: queues the read; refuses what is not there, and notes how was signed. */
struct rows *proof_read(struct request *request, int64_t order_id);
must_check int proof_check(struct act *act, struct rows *proof);

/* The items an order has already. */
struct rows *finish_items_queue(struct request *request, int64_t order_id);
struct line_set finish_items_read(struct arena *arena, struct rows *rows);

/* Queues another order with the same particulars and tells the trail. */
struct copy_of {
    int64_t id;
    const struct rescue_facts *facts;
    bool linked; /* it follows this order, and has its case number */
};
must_check int copy_order(struct act *act, const struct copy_of *copy);
