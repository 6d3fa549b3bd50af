/* What other areas may ask of rescue. */
#pragma once

#include "server/entity/entity.h"

extern const struct area rescue_area;

void rescue_register(void); /* its jobs; in main, before threads */
void rescue_register_repair(void); /* what may be repaired of an order */
