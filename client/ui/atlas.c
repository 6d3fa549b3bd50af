#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/atlas-private.h"
#include "client/ui/braille.h"
#include "client/ui/words.h"

/* Metres of a degree of latitude; of a dot at the nearest and the farthest. */
static const double degree = 111195, nearest = 1, farthest = 20000;

void atlas_init(struct atlas *atlas)
{
    *atlas =
        (struct atlas){.middle = {NAN, NAN}, .scale = 100, .fitted = true, .area = {.rows = 20, .cols = 80}};
}

void atlas_clear_markers(struct atlas *atlas)
{
    vec_each(struct atlas_marker, marker, &atlas->markers)
    {
        free(marker->label);
        free(marker->detail);
    }
    vec_clear(&atlas->markers);
}

void atlas_finish(struct atlas *atlas)
{
    atlas_clear_markers(atlas);
    vec_finish(&atlas->markers);
    vec_finish(&atlas->lines);
    vec_finish(&atlas->focus);
    vec_each(struct atlas_place, place, &atlas->places) free(place->label);
    vec_finish(&atlas->places);
}

static bool is_somewhere(struct point at)
{
    return isfinite(at.lon) && isfinite(at.lat) && fabs(at.lon) <= 180 && fabs(at.lat) <= 90;
}

void atlas_add_place(struct atlas *atlas, struct point at, const char *label, int rank)
{
    if (!is_somewhere(at))
        return;
    vec_push(&atlas->places, ((struct atlas_place){at, memory_strdup(label), rank}));
    for (size_t i = atlas->places.count - 1; i > 0 && atlas->places.items[i - 1].rank > rank; i--) {
        struct atlas_place moved = atlas->places.items[i];
        atlas->places.items[i] = atlas->places.items[i - 1];
        atlas->places.items[i - 1] = moved;
    }
}

void atlas_add_marker(struct atlas *atlas, const struct atlas_marker *marker)
{
    struct atlas_marker own = *marker;
    if (!is_somewhere(marker->at))
        return;
    own.label = memory_strdup(marker->label);
    own.detail = marker->detail ? memory_strdup(marker->detail) : NULL;
    vec_push(&atlas->markers, own);
}

void atlas_add_line(struct atlas *atlas, struct point from, struct point to, enum role role)
{
    if (is_somewhere(from) && is_somewhere(to))
        vec_push(&atlas->lines, ((struct atlas_line){from, to, role}));
}

void atlas_clear_lines(struct atlas *atlas)
{
    vec_clear(&atlas->lines);
}

void atlas_set_focus(struct atlas *atlas, const struct point points[], size_t count)
{
    vec_clear(&atlas->focus);
    for (size_t i = 0; i < count; i++)
        if (is_somewhere(points[i]))
            vec_push(&atlas->focus, points[i]);
}

struct area atlas_canvas(const struct atlas *atlas)
{
    struct area area = atlas->area;
    area.rows = MAX(area.rows - ATLAS_FOOT_ROWS, 1);
    return area;
}

void atlas_project(const struct atlas *atlas, struct point at, double *x_r, double *y_r)
{
    struct area area = atlas_canvas(atlas);
    double wide = cos(atlas->middle.lat * M_PI / 180);
    *x_r = area.cols * BRAILLE_X / 2.0 + (at.lon - atlas->middle.lon) * wide * degree / atlas->scale;
    *y_r = area.rows * BRAILLE_Y / 2.0 - (at.lat - atlas->middle.lat) * degree / atlas->scale;
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

static void set_scale(struct atlas *atlas, double scale)
{
    atlas->scale = fmin(fmax(scale, nearest), farthest);
}

void atlas_fit(struct atlas *atlas)
{
    struct bounds bounds = {0};
    struct area area = atlas_canvas(atlas);
    vec_each(const struct point, point, &atlas->focus) add_bound(&bounds, *point);
    for (size_t i = 0; i < atlas->markers.count && !atlas->focus.count; i++)
        add_bound(&bounds, atlas->markers.items[i].at);
    for (size_t i = 0; i < atlas->places.count && !atlas->markers.count; i++)
        add_bound(&bounds, atlas->places.items[i].at);
    atlas->fitted = true;
    if (!bounds.any) {
        atlas->middle = (struct point){113.264, 23.129};
        set_scale(atlas, 1000);
        return;
    }
    atlas->middle = (struct point){(bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2};
    double wide = cos(atlas->middle.lat * M_PI / 180);
    double x = (bounds.east - bounds.west) * wide * degree / (area.cols * BRAILLE_X);
    double y = (bounds.north - bounds.south) * degree / (area.rows * BRAILLE_Y);
    double all = fmax(x, y) * 1.2; /* and a margin, also for the labels */
    set_scale(atlas, all > 0 ? all : 50);
}

const struct atlas_marker *atlas_chosen(const struct atlas *atlas)
{
    vec_each(const struct atlas_marker, marker, &atlas->markers)
    {
        if (marker->id == atlas->chosen)
            return marker;
    }
    return NULL;
}

static bool in_sight(const struct atlas *atlas, struct point at)
{
    double x, y;
    struct area area = atlas_canvas(atlas);
    atlas_project(atlas, at, &x, &y);
    return x >= BRAILLE_X && y >= BRAILLE_Y && x < (area.cols - 1) * BRAILLE_X &&
           y < (area.rows - 1) * BRAILLE_Y;
}

void atlas_changed(struct atlas *atlas)
{
    const struct atlas_marker *chosen = atlas_chosen(atlas);
    if (atlas->fitted || !is_somewhere(atlas->middle))
        atlas_fit(atlas);
    if (atlas->follow && chosen)
        atlas->middle = chosen->at;
}

void atlas_choose(struct atlas *atlas, int64_t id)
{
    atlas->chosen = id;
    const struct atlas_marker *chosen = atlas_chosen(atlas);
    if (chosen && (atlas->follow || !in_sight(atlas, chosen->at))) {
        atlas->middle = chosen->at;
        atlas->fitted = false;
    }
}

/* ---- keys ---- */

/* By a quarter of what is seen. */
static void pan(struct atlas *atlas, int right, int down)
{
    struct area area = atlas_canvas(atlas);
    double wide = fmax(cos(atlas->middle.lat * M_PI / 180), 0.01);
    atlas->middle.lon += right * atlas->scale * area.cols * BRAILLE_X / 4 / degree / wide;
    atlas->middle.lat -= down * atlas->scale * area.rows * BRAILLE_Y / 4 / degree;
    atlas->middle.lon = fmin(fmax(atlas->middle.lon, -180), 180);
    atlas->middle.lat = fmin(fmax(atlas->middle.lat, -85), 85);
    atlas->fitted = atlas->follow = false;
}

static void zoom(struct atlas *atlas, double by)
{
    const struct atlas_marker *chosen = atlas_chosen(atlas);
    if (by < 1 && chosen && in_sight(atlas, chosen->at))
        atlas->middle = chosen->at; /* what one looks at is not lost by looking closer */
    set_scale(atlas, atlas->scale * by);
    atlas->fitted = false;
}

static void step(struct atlas *atlas, int by)
{
    size_t count = atlas->markers.count, i = 0;
    while (i < count && atlas->markers.items[i].id != atlas->chosen)
        i++;
    if (!count)
        return;
    if (i == count)
        i = by > 0 ? count - 1 : 0; /* none was chosen: the first, or backwards the last */
    atlas_choose(atlas, atlas->markers.items[(i + count + (size_t)by) % count].id);
}

enum atlas_result atlas_key(struct atlas *atlas, const struct key *key)
{
    if (!is_somewhere(atlas->middle))
        atlas_fit(atlas);
    switch (key->code) {
    case K_LEFT: pan(atlas, -1, 0); return ATLAS_USED;
    case K_RIGHT: pan(atlas, 1, 0); return ATLAS_USED;
    case K_UP: pan(atlas, 0, -1); return ATLAS_USED;
    case K_DOWN: pan(atlas, 0, 1); return ATLAS_USED;
    case '+':
    case '=': zoom(atlas, 0.5); return ATLAS_USED;
    case '-': zoom(atlas, 2); return ATLAS_USED;
    case K_HOME:
        atlas->follow = false;
        vec_clear(&atlas->focus);
        atlas_fit(atlas);
        return ATLAS_USED;
    case K_TAB: step(atlas, 1); return ATLAS_USED;
    case K_BACKTAB: step(atlas, -1); return ATLAS_USED;
    case 'f':
        atlas->follow = !atlas->follow && atlas_chosen(atlas);
        atlas->fitted = atlas->fitted && !atlas->follow;
        atlas_changed(atlas);
        return ATLAS_USED;
    case K_ENTER: return atlas_chosen(atlas) ? ATLAS_OPENED : ATLAS_UNUSED;
    default: return ATLAS_UNUSED;
    }
}

/* ---- distances ---- */

char *atlas_distance(double metres, char buf[ATLAS_DISTANCE_SIZE])
{
    if (metres < 995)
        snprintf(buf, ATLAS_DISTANCE_SIZE, "%.0f m", round(metres / 10) * 10);
    else if (metres < 9950)
        snprintf(buf, ATLAS_DISTANCE_SIZE, "%.1f km", metres / 1000);
    else
        snprintf(buf, ATLAS_DISTANCE_SIZE, "%.0f km", metres / 1000);
    return buf;
}

const struct atlas_marker *atlas_next_marker(const struct atlas *atlas, const struct atlas_marker *from,
                                             double *metres_r)
{
    const struct atlas_marker *next = NULL;
    vec_each(const struct atlas_marker, marker, &atlas->markers)
    {
        double metres = marker == from ? INFINITY : geo_distance_m(from->at, marker->at);
        if (marker == from || (next && metres >= *metres_r))
            continue;
        next = marker;
        *metres_r = metres;
    }
    return next;
}

const struct atlas_place *atlas_next_place(const struct atlas *atlas, struct point from, double *metres_r)
{
    const struct atlas_place *next = NULL;
    vec_each(const struct atlas_place, place, &atlas->places)
    {
        double metres = geo_distance_m(from, place->at);
        if (next && metres >= *metres_r)
            continue;
        next = place;
        *metres_r = metres;
    }
    return next;
}

void atlas_plain(const struct atlas *atlas, struct str *out)
{
    char text[ATLAS_DISTANCE_SIZE];
    if (!atlas->markers.count)
        str_addf(out, "%s\n", _("Nothing found"));
    vec_each(const struct atlas_marker, marker, &atlas->markers)
    {
        double metres = 0;
        const struct atlas_place *place = atlas_next_place(atlas, marker->at, &metres);
        str_addf(out, "%s%s:", marker->id == atlas->chosen ? "> " : "", marker->label);
        if (marker->detail && *marker->detail)
            str_addf(out, " %s,", marker->detail);
        if (place)
            str_addf(out, " %s %s,", place->label, atlas_distance(metres, text));
        str_addf(out, " %.4f %.4f\n", marker->at.lon, marker->at.lat);
    }
}
