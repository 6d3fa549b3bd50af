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

struct atlas_place {
    struct point at;
    char *label;
    int rank; /* 0: the largest */
};

struct atlas_marker {
    int64_t id;
    struct point at;
    const char *sign; /* one cell wide; static */
    enum role role;
    char *label;
    char *detail; /* for the foot and the plain text; may be NULL */
    bool alone;   /* its own sign, also where several stand in one spot: else their number */
};

struct atlas_line {
    struct point from, to;
    enum role role;
};

struct atlas {
    struct point middle;
    double scale;                     /* metres of a dot; a cell is two wide and four high */
    VEC(struct atlas_place) places;   /* in order of rank */
    VEC(struct atlas_marker) markers; /* the first ones go before the later ones */
    VEC(struct atlas_line) lines;     /* below the markers */
    VEC(struct point) focus;          /* what a fitted view shows; none: all markers */
    int64_t chosen;                   /* id of a marker; 0: none */
    bool follow;                      /* the chosen one stays in the middle */
    bool fitted;                      /* the view is that of all markers until somebody moves it */
    struct area area;                 /* of the last drawing */
};

enum atlas_result { ATLAS_UNUSED, ATLAS_USED, ATLAS_OPENED /* Enter on the chosen one */ };

void atlas_init(struct atlas *atlas);
void atlas_finish(struct atlas *atlas);

/* Texts are copied. A point that is nowhere (NAN) is left out. */
void atlas_add_place(struct atlas *atlas, struct point at, const char *label, int rank);
void atlas_add_marker(struct atlas *atlas, const struct atlas_marker *marker);
void atlas_clear_markers(struct atlas *atlas);
void atlas_add_line(struct atlas *atlas, struct point from, struct point to, enum role role);
void atlas_clear_lines(struct atlas *atlas);

/* A fitted view shows these points, not every marker there is; Home shows all the same. Those that are nowhere are left out. */
void atlas_set_focus(struct atlas *atlas, const struct point points[], size_t count);

/* The markers are others now: the view fits them all, follows the chosen one, or stays. */
void atlas_changed(struct atlas *atlas);

/* What is in focus in sight; else all markers, or all places where there are no markers. */
void atlas_fit(struct atlas *atlas);
const struct atlas_marker *atlas_chosen(const struct atlas *atlas);
void atlas_choose(struct atlas *atlas, int64_t id);

/* Arrows move, + and - zoom, Home shows all, Tab goes from marker to marker, f follows, Enter opens. */
enum atlas_result atlas_key(struct atlas *atlas, const struct key *key);
void atlas_draw(struct atlas *atlas, struct canvas *canvas, struct area area);

/* A marker a line: label, detail, how far from the nearest place. */
void atlas_plain(const struct atlas *atlas, struct str *out);

/* "850 m", "2.4 km", "37 km". Returns buf. */
enum { ATLAS_DISTANCE_SIZE = 24 };
char *atlas_distance(double metres, char buf[ATLAS_DISTANCE_SIZE]);
