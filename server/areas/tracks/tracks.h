/* The area's verbs. */
#pragma once

#include "server/core/request.h"

enum { TRACK_HOURS_MAX = 72, TRACK_MOST_USUAL = 500, TRACK_MOST_MAX = 5000, TRACK_AHEAD_SECONDS = 300 };

int vehicle_report(struct request *request);
int vehicle_track(struct request *request);
int tracker_token(struct request *request);
