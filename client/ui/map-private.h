/* For the files of the map only. */
#pragma once

#include "client/ui/map.h"

enum { MAP_FOOT_ROWS = 1 }; /* below the drawing: scale, and the chosen marker */

/* Lines of the coast; how it is written stands with the numbers. */
extern const short map_coast[];

/* Rows and columns of the drawing itself. */
struct area map_canvas(const struct map *map);

/* Dots from the left top of the drawing. */
void map_project(const struct map *map, struct point at, double *x_r, double *y_r);

/* Nearest other marker, or place; NULL: none. */
const struct map_marker *map_next_marker(const struct map *map, const struct map_marker *from,
                                         double *metres_r);
const struct map_place *map_next_place(const struct map *map, struct point from, double *metres_r);
