/* Where a vehicle was on a day: its way on the map, the kilometres, where it stood. */
#pragma once

#include "base/time.h"
#include "client/views/context.h"

/* day null: today's, in the zone of the person's branch. */
void track_open(struct app_context *app, int64_t vehicle_id, const char *plate, struct day day);
bool track_may(const struct app_context *app);

void track_view_register(void);
