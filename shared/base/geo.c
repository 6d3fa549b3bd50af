#include <math.h>

#include "base/geo.h"

#define EARTH_RADIUS_M 6371008.8
#define DEGREE (M_PI / 180)

bool point_is_nil(struct point point)
{
    return isnan(point.lon) || isnan(point.lat);
}

bool point_is_valid(struct point point)
{
    return point.lon >= -180 && point.lon <= 180 && point.lat >= -90 && point.lat <= 90;
}

static double haversine(double angle)
{
    double half = sin(angle / 2);
    return half * half;
}

double geo_distance_m(struct point a, struct point b)
{
    if (point_is_nil(a) || point_is_nil(b))
        return NAN;
    double lat_a = a.lat * DEGREE, lat_b = b.lat * DEGREE;
    double h = haversine(lat_b - lat_a) + cos(lat_a) * cos(lat_b) * haversine((b.lon - a.lon) * DEGREE);
    return 2 * EARTH_RADIUS_M * asin(fmin(1, sqrt(h)));
}
