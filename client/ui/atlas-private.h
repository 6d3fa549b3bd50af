/* For the files of the map only. */
#pragma once

#include "client/ui/atlas.h"

enum { ATLAS_FOOT_ROWS = 1 }; /* below the drawing: scale, and the chosen marker */

/* Lines of the coast; how it is written stands with the numbers. */
extern const short atlas_coast[];

/* Rows and columns of the drawing itself. */
struct area atlas_canvas(const struct atlas *atlas);

/* Dots from the left top of the drawing. */
void atlas_project(const struct atlas *atlas, struct point at, double *x_r, double *y_r);

/* Nearest other marker, or place; NULL: none. */
const struct atlas_marker *atlas_next_marker(const struct atlas *atlas, const struct atlas_marker *from,
                                             double *metres_r);
const struct atlas_place *atlas_next_place(const struct atlas *atlas, struct point from, double *metres_r);
