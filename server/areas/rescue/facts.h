/* What a price and the limits of time are worked out from, read in one statement (the function rescue_facts of the schema). */
#pragma once

#include "server/areas/rescue/price.h"
#include "server/core/request.h"

struct rescue_facts {
    const char *source; /* agreement, branch_list, company_list; NULL: nothing has a price for the service */
    int64_t agreement_id; /* NIL: a list */
    struct price_agreement agreement;
    const char *items; /* {"dolly": 5000}: what one of each costs, as JSON; NULL: nothing is agreed */
    int minute;        /* of the branch's day */
    bool holiday;
    bool result_required; /* the customer must confirm the result */
    int64_t dispatch_s, accept_s, arrive_s;
    bool customer_known, customer_live; /* under the caller's own scope */
};

/* What is asked for; of an order that exists (order_id not NIL) what is null here is taken from it. */
struct facts_of {
    int64_t order_id;
    int64_t customer_id, branch_id;
    const char *service;
    const char *plate;
    bool no_plate; /* there is none, whatever the order says */
    const char *policy;
    bool no_policy; /* likewise */
    struct instant at;
    bool entered_now; /* the newest price counts, not the one that stood when the order was entered */
};

/* Queues the read. */
struct rows *facts_read(struct request *request, const struct facts_of *of);
/* 0, or negative where the database gave no row, which it always does for a branch that is there. */
must_check int facts_take(struct rows *rows, struct rescue_facts *facts);

/* Two jobs of one car may not both take the last free service: held until the end of the transaction. */
void facts_lock_entitlement(struct request *request, int64_t order_id);

/* Kilometres between two places as a truck drives them; 0 when one is not known. */
int64_t facts_road_km(double lon, double lat, double to_lon, double to_lat);

/* Items entered without an amount get the agreed one; refused where none is agreed. */
must_check int facts_price_items(struct request *request, const struct rescue_facts *facts,
                                 const struct line_set *items);

/* Works out a price; refuses the request when it cannot be. */
must_check int facts_price(struct request *request, const struct rescue_facts *facts,
                           const struct price_facts *job, struct price_work *work);
