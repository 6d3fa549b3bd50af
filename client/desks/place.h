/*
 * Where a car stands: coordinates as people paste them, and the district named in an address, from which its coordinates are taken when nothing
 * better is known.
 */
#pragma once

#include "base/arena.h"
#include "base/geo.h"
#include "base/vec.h"

#include <jansson.h>
#include <stdbool.h>

enum place_fault {
    PLACE_READ,
    PLACE_NO_PAIR, /* there are no two numbers that could be degrees */
    PLACE_BEYOND   /* there are, and no place on the earth has them */
};

/*
 * Reads "113.3245 23.1377", "23.1377, 113.3245", "geo:23.13,113.32?z=17", "113.32E 23.13N", "N23.13 E113.32", 23°08'16"N 113°19'28"E,
 * 东经113°19′ 北纬23°8′, a map's link with them, and the JSON of a phone's location command, in full width, too. Without a word or letter that
 * says which is which, the number beyond 90 is the longitude; of two that could be either the longitude comes first.
 */
must_check enum place_fault place_read(const char *text, struct point *point_r);
bool place_parse(const char *text, struct point *point_r); /* the same: it is read */
const char *place_fault_text(enum place_fault fault);      /* msgid; NULL: it is read */

/* "113.32450 23.13770"; "" for none. Returns buf. */
const char *place_print(char *buf, size_t size, struct point point);

/* A division of the land, or a landmark in one. */
struct place_district {
    char *names[3]; /* English, simplified, traditional; NULL: none */
    char *code, *parent;
    char *address; /* of a landmark; NULL: none */
    int rank;      /* 1 city … 3 town, 4 landmark; a province is too large to measure from */
    struct point at;
};

/* The districts the company works in, and the landmarks in them, as the server lists them. */
struct places {
    VEC(struct place_district) districts;
};

void places_finish(struct places *places);

/* Rows of district.list or landmark.list; others are passed over. */
void places_add(struct places *places, const json_t *rows);

/* Language: 0 English, 1 simplified, 2 traditional. The place's name, behind that of what it is part of: 广州市天河区. In the arena. */
const char *place_words(const struct places *places, const struct place_district *place, int language,
                        struct arena *arena);

/* The one whose own point lies nearest, and how far from it; NULL: none is known. */
const struct place_district *places_nearest(const struct places *places, struct point at, double *metres_r);

/* The landmark, or the smallest district named in the address; among equals the one whose city is named too, then the longest name. NULL: none. */
const struct place_district *places_find(const struct places *places, const char *address);
