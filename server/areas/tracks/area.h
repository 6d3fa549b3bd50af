/* Where vehicles are and were: the devices that report it, the driver's own report, and the way of a day. */
#pragma once

#include "server/entity/entity.h"

extern const struct area tracks_area;

/* The keeping of days, and the telling of new places. In main, before threads. */
void tracks_register(void);
