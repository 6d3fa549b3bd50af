/* What beside its state keeps an order from a step: offered and done by the same words. The rows are named by flow.c. */
#pragma once

#include "server/entity/entity.h"

extern const struct condition dispatch_conditions[1], void_conditions[1], collect_conditions[1],
    update_conditions[1], audit_conditions[2], price_conditions[3], receive_conditions[2],
    approve_conditions[2], decline_conditions[1], return_conditions[2], onestop_conditions[3];
