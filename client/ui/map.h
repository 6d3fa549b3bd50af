/*
 * A map: places, coast, a grid and a scale in braille, and over it markers with a sign, a colour and a short label. It draws into any area from
 * 20x4 cells on and knows nothing of what its markers are. Longitudes and latitudes are WGS 84; the projection is equirectangular, true at the
 * latitude of the middle.
 */
#pragma once

#include <stdint.h>

#include "base/geo.h"
#include "base/vec.h"
#include "client/ui/canvas.h"
#include "client/ui/key.h"

struct map_place {
    struct point at;
    char *label;
    int rank; /* 0: the largest */
};

struct map_marker {
    int64_t id;
    struct point at;
    const char *sign; /* one cell wide; static */
    enum role role;
    char *label;
    char *detail; /* for the foot and the plain text; may be NULL */
};

struct map {
    struct point middle;
    double scale;                   /* metres of a dot; a cell is two wide and four high */
    VEC(struct map_place) places;   /* in order of rank */
    VEC(struct map_marker) markers; /* the first ones go before the later ones */
    int64_t chosen;                 /* id of a marker; 0: none */
    bool follow;                    /* the chosen one stays in the middle */
    bool fitted;                    /* the view is that of all markers until somebody moves it */
    struct area area;               /* of the last drawing */
};

enum map_result { MAP_UNUSED, MAP_USED, MAP_OPENED /* Enter on the chosen one */ };

void map_init(struct map *map);
void map_finish(struct map *map);

/* Texts are copied. A point that is nowhere (NAN) is left out. */
void map_add_place(struct map *map, struct point at, const char *label, int rank);
void map_add_marker(struct map *map, const struct map_marker *marker);
void map_clear_markers(struct map *map);

/* The markers are others now: the view fits them all, follows the chosen one, or stays. */
void map_changed(struct map *map);

/* All markers in sight, or all places where there are no markers. */
void map_fit(struct map *map);
const struct map_marker *map_chosen(const struct map *map);
void map_choose(struct map *map, int64_t id);

/* Arrows move, + and - zoom, Home shows all, Tab goes from marker to marker, f follows, Enter opens. */
enum map_result map_key(struct map *map, const struct key *key);
void map_draw(struct map *map, struct canvas *canvas, struct area area);

/* A marker a line: label, detail, how far from the nearest place. */
void map_plain(const struct map *map, struct str *out);

/* "850 m", "2.4 km", "37 km". Returns buf. */
enum { MAP_DISTANCE_SIZE = 24 };
char *map_distance(double metres, char buf[MAP_DISTANCE_SIZE]);
