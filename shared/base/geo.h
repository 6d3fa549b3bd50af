/* Points on the earth. */
#pragma once

#include <stdbool.h>

/* Degrees, WGS 84; NAN in either is null. */
struct point {
    double lon, lat;
};

/* Either coordinate is NAN: no place. */
bool point_is_nil(struct point point);

/* -180…180 and -90…90, and not null. */
bool point_is_valid(struct point point);

/* Metres along the great circle (haversine, mean radius); NAN when either point is null. */
double geo_distance_m(struct point a, struct point b);
