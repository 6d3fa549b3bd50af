/* What was handed in above what a driver held, and what becomes of it. The rows are in overage.c, the rules in overage_hooks.c. */
#pragma once

#include "server/entity/entity.h"

struct overage {
    int64_t branch_id;
    int64_t created_by;
    const char *number;
    int64_t handin_id, driver_id;
    const char *state;
    const char *settled_by; /* base data overage */
    const char *method;     /* money went out by it; NULL: none did */
    int64_t amount_fen;
    const char *short_reason, *remarks;
    int64_t decided_by;
    struct instant decided_at;
    const char *decline_reason;
    int64_t reversed_by;
    struct instant reversed_at;
};

entity_hook overage_load, overage_in_tx, overage_decide_load, overage_approve_in_tx, overage_decline_in_tx;
entity_hook overage_reverse_load, overage_reverse_in_tx;
