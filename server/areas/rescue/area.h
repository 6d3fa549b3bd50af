/* What other areas may ask of rescue. */
#pragma once

#include "server/entity/entity.h"

extern const struct area rescue_area;

/* Of descriptors that show an order in part. */
extern const struct choice rescue_states[], rescue_results[];

void rescue_register_clock(void); /* what it does by the clock, likewise */
void rescue_register(void); /* its jobs; in main, before threads */
void rescue_register_repair(void); /* what may be repaired of an order */
