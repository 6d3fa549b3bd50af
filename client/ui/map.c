#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/braille.h"
#include "client/ui/map-private.h"
#include "client/ui/words.h"

/* Metres of a degree of latitude; of a dot at the nearest and the farthest. */
static const double degree = 111195, nearest = 1, farthest = 20000;

void map_init(struct map *map)
{
    *map = (struct map){.middle = {NAN, NAN}, .scale = 100, .fitted = true, .area = {.rows = 20, .cols = 80}};
}

void map_clear_markers(struct map *map)
{
    vec_each(struct map_marker, marker, &map->markers)
    {
        free(marker->label);
        free(marker->detail);
    }
    vec_clear(&map->markers);
}

void map_finish(struct map *map)
{
    map_clear_markers(map);
    vec_finish(&map->markers);
    vec_each(struct map_place, place, &map->places) free(place->label);
    vec_finish(&map->places);
}

static bool is_somewhere(struct point at)
{
    return isfinite(at.lon) && isfinite(at.lat) && fabs(at.lon) <= 180 && fabs(at.lat) <= 90;
}

void map_add_place(struct map *map, struct point at, const char *label, int rank)
{
    if (!is_somewhere(at))
        return;
    vec_push(&map->places, ((struct map_place){at, memory_strdup(label), rank}));
    for (size_t i = map->places.count - 1; i > 0 && map->places.items[i - 1].rank > rank; i--) {
        struct map_place moved = map->places.items[i];
        map->places.items[i] = map->places.items[i - 1];
        map->places.items[i - 1] = moved;
    }
}

void map_add_marker(struct map *map, const struct map_marker *marker)
{
    struct map_marker own = *marker;
    if (!is_somewhere(marker->at))
        return;
    own.label = memory_strdup(marker->label);
    own.detail = marker->detail ? memory_strdup(marker->detail) : NULL;
    vec_push(&map->markers, own);
}

struct area map_canvas(const struct map *map)
{
    struct area area = map->area;
    area.rows = MAX(area.rows - MAP_FOOT_ROWS, 1);
    return area;
}

void map_project(const struct map *map, struct point at, double *x_r, double *y_r)
{
    struct area area = map_canvas(map);
    double wide = cos(map->middle.lat * M_PI / 180);
    *x_r = area.cols * BRAILLE_X / 2.0 + (at.lon - map->middle.lon) * wide * degree / map->scale;
    *y_r = area.rows * BRAILLE_Y / 2.0 - (at.lat - map->middle.lat) * degree / map->scale;
}

/* ---- the view ---- */

struct bounds {
    double west, south, east, north;
    bool any;
};

static void add_bound(struct bounds *bounds, struct point at)
{
    if (!bounds->any)
        *bounds = (struct bounds){at.lon, at.lat, at.lon, at.lat, true};
    bounds->west = fmin(bounds->west, at.lon);
    bounds->east = fmax(bounds->east, at.lon);
    bounds->south = fmin(bounds->south, at.lat);
    bounds->north = fmax(bounds->north, at.lat);
}

static void set_scale(struct map *map, double scale)
{
    map->scale = fmin(fmax(scale, nearest), farthest);
}

void map_fit(struct map *map)
{
    struct bounds bounds = {0};
    struct area area = map_canvas(map);
    vec_each(const struct map_marker, marker, &map->markers) add_bound(&bounds, marker->at);
    for (size_t i = 0; i < map->places.count && !map->markers.count; i++)
        add_bound(&bounds, map->places.items[i].at);
    map->fitted = true;
    if (!bounds.any) {
        map->middle = (struct point){113.264, 23.129};
        set_scale(map, 1000);
        return;
    }
    map->middle = (struct point){(bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2};
    double wide = cos(map->middle.lat * M_PI / 180);
    double x = (bounds.east - bounds.west) * wide * degree / (area.cols * BRAILLE_X);
    double y = (bounds.north - bounds.south) * degree / (area.rows * BRAILLE_Y);
    double all = fmax(x, y) * 1.2; /* and a margin, also for the labels */
    set_scale(map, all > 0 ? all : 50);
}

const struct map_marker *map_chosen(const struct map *map)
{
    vec_each(const struct map_marker, marker, &map->markers)
    {
        if (marker->id == map->chosen)
            return marker;
    }
    return NULL;
}

static bool in_sight(const struct map *map, struct point at)
{
    double x, y;
    struct area area = map_canvas(map);
    map_project(map, at, &x, &y);
    return x >= BRAILLE_X && y >= BRAILLE_Y && x < (area.cols - 1) * BRAILLE_X &&
           y < (area.rows - 1) * BRAILLE_Y;
}

void map_changed(struct map *map)
{
    const struct map_marker *chosen = map_chosen(map);
    if (map->fitted || !is_somewhere(map->middle))
        map_fit(map);
    if (map->follow && chosen)
        map->middle = chosen->at;
}

void map_choose(struct map *map, int64_t id)
{
    map->chosen = id;
    const struct map_marker *chosen = map_chosen(map);
    if (chosen && (map->follow || !in_sight(map, chosen->at))) {
        map->middle = chosen->at;
        map->fitted = false;
    }
}

/* ---- keys ---- */

/* By a quarter of what is seen. */
static void pan(struct map *map, int right, int down)
{
    struct area area = map_canvas(map);
    double wide = fmax(cos(map->middle.lat * M_PI / 180), 0.01);
    map->middle.lon += right * map->scale * area.cols * BRAILLE_X / 4 / degree / wide;
    map->middle.lat -= down * map->scale * area.rows * BRAILLE_Y / 4 / degree;
    map->middle.lon = fmin(fmax(map->middle.lon, -180), 180);
    map->middle.lat = fmin(fmax(map->middle.lat, -85), 85);
    map->fitted = map->follow = false;
}

static void zoom(struct map *map, double by)
{
    const struct map_marker *chosen = map_chosen(map);
    if (by < 1 && chosen && in_sight(map, chosen->at))
        map->middle = chosen->at; /* what one looks at is not lost by looking closer */
    set_scale(map, map->scale * by);
    map->fitted = false;
}

static void step(struct map *map, int by)
{
    size_t count = map->markers.count, i = 0;
    while (i < count && map->markers.items[i].id != map->chosen)
        i++;
    if (!count)
        return;
    if (i == count)
        i = by > 0 ? count - 1 : 0; /* none was chosen: the first, or backwards the last */
    map_choose(map, map->markers.items[(i + count + (size_t)by) % count].id);
}

enum map_result map_key(struct map *map, const struct key *key)
{
    if (!is_somewhere(map->middle))
        map_fit(map);
    switch (key->code) {
    case K_LEFT: pan(map, -1, 0); return MAP_USED;
    case K_RIGHT: pan(map, 1, 0); return MAP_USED;
    case K_UP: pan(map, 0, -1); return MAP_USED;
    case K_DOWN: pan(map, 0, 1); return MAP_USED;
    case '+':
    case '=': zoom(map, 0.5); return MAP_USED;
    case '-': zoom(map, 2); return MAP_USED;
    case K_HOME:
        map->follow = false;
        map_fit(map);
        return MAP_USED;
    case K_TAB: step(map, 1); return MAP_USED;
    case K_BACKTAB: step(map, -1); return MAP_USED;
    case 'f':
        map->follow = !map->follow && map_chosen(map);
        map->fitted = map->fitted && !map->follow;
        map_changed(map);
        return MAP_USED;
    case K_ENTER: return map_chosen(map) ? MAP_OPENED : MAP_UNUSED;
    default: return MAP_UNUSED;
    }
}

/* ---- distances ---- */

char *map_distance(double metres, char buf[MAP_DISTANCE_SIZE])
{
    if (metres < 995)
        snprintf(buf, MAP_DISTANCE_SIZE, "%.0f m", round(metres / 10) * 10);
    else if (metres < 9950)
        snprintf(buf, MAP_DISTANCE_SIZE, "%.1f km", metres / 1000);
    else
        snprintf(buf, MAP_DISTANCE_SIZE, "%.0f km", metres / 1000);
    return buf;
}

const struct map_marker *map_next_marker(const struct map *map, const struct map_marker *from,
                                         double *metres_r)
{
    const struct map_marker *next = NULL;
    vec_each(const struct map_marker, marker, &map->markers)
    {
        double metres = marker == from ? INFINITY : geo_distance_m(from->at, marker->at);
        if (marker == from || (next && metres >= *metres_r))
            continue;
        next = marker;
        *metres_r = metres;
    }
    return next;
}

const struct map_place *map_next_place(const struct map *map, struct point from, double *metres_r)
{
    const struct map_place *next = NULL;
    vec_each(const struct map_place, place, &map->places)
    {
        double metres = geo_distance_m(from, place->at);
        if (next && metres >= *metres_r)
            continue;
        next = place;
        *metres_r = metres;
    }
    return next;
}

void map_plain(const struct map *map, struct str *out)
{
    char text[MAP_DISTANCE_SIZE];
    if (!map->markers.count)
        str_addf(out, "%s\n", _("Nothing found"));
    vec_each(const struct map_marker, marker, &map->markers)
    {
        double metres = 0;
        const struct map_place *place = map_next_place(map, marker->at, &metres);
        str_addf(out, "%s%s:", marker->id == map->chosen ? "> " : "", marker->label);
        if (marker->detail && *marker->detail)
            str_addf(out, " %s,", marker->detail);
        if (place)
            str_addf(out, " %s %s,", place->label, map_distance(metres, text));
        str_addf(out, " %.4f %.4f\n", marker->at.lon, marker->at.lat);
    }
}
