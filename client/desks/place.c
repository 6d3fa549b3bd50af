#include "client/desks/place.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "wire/json.h"

const char *place_print(char *buf, size_t size, struct point point)
{
    if (!point_is_valid(point))
        return "";
    snprintf(buf, size, "%.5f %.5f", point.lon, point.lat);
    return buf;
}

void places_finish(struct places *places)
{
    vec_each(struct place_district, district, &places->districts)
    {
        for (size_t i = 0; i < array_len(district->names); i++)
            free(district->names[i]);
        free(district->address);
        free(district->code);
        free(district->parent);
    }
    vec_finish(&places->districts);
}

enum { RANK_LANDMARK = 4 };

static int rank_of(const char *level)
{
    static const char *const levels[] = {"city", "district", "town"};
    for (size_t i = 0; level && i < array_len(levels); i++)
        if (strcmp(levels[i], level) == 0)
            return (int)i + 1;
    return 0;
}

static char *copy_text(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text && *text ? memory_strdup(text) : NULL;
}

void places_add(struct places *places, const json_t *rows)
{
    static const char *const names[] = {"name_en", "name_zh_cn", "name_zh_tw"};
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *level = json_string_value(json_object_get(row, "level"));
        struct place_district district = {.rank = level ? rank_of(level) : RANK_LANDMARK, .at = {NAN, NAN}};
        json_get_real(row, "place_lon", &district.at.lon);
        json_get_real(row, "place_lat", &district.at.lat);
        if (!district.rank || !point_is_valid(district.at))
            continue;
        for (size_t n = 0; n < array_len(names); n++)
            district.names[n] = copy_text(row, names[n]);
        district.code = copy_text(row, "code");
        district.address = copy_text(row, "address");
        district.parent = copy_text(row, level ? "parent_code" : "district_code");
        vec_push(&places->districts, district);
    }
}

/* 天河区 is found in 天河体育中心 too: the last character, which says what kind it is, may be left out where two others stay. A landmark is named
 * whole. */
static size_t fits(const char *address, const char *name, bool whole)
{
    size_t len = strlen(name), least = 2 * strlen("区");
    if (strcasestr(address, name))
        return len;
    if (whole)
        return 0;
    len -= utf8_grapheme_before(name, len);
    return (unsigned char)*name >= 0x80 && len >= least && memmem(address, strlen(address), name, len) ? len
                                                                                                       : 0;
}

static size_t named(const struct place_district *district, const char *address)
{
    size_t len = 0;
    for (size_t i = 0; i < array_len(district->names); i++) {
        size_t fit =
            district->names[i] ? fits(address, district->names[i], district->rank == RANK_LANDMARK) : 0;
        len = MAX(len, fit);
    }
    return len;
}

static bool parent_named(const struct places *places, const struct place_district *district,
                         const char *address)
{
    vec_each(const struct place_district, each, &places->districts)
    {
        if (district->parent && each->code && strcmp(each->code, district->parent) == 0)
            return named(each, address) > 0;
    }
    return false;
}

const struct place_district *places_find(const struct places *places, const char *address)
{
    const struct place_district *best = NULL;
    size_t best_score = 0;
    vec_each(const struct place_district, district, &places->districts)
    {
        size_t len = named(district, address);
        if (!len)
            continue;
        size_t score =
            (size_t)district->rank * 100000 + (parent_named(places, district, address) ? 10000 : 0) + len;
        if (score > best_score) {
            best = district;
            best_score = score;
        }
    }
    return best;
}

const struct place_district *places_nearest(const struct places *places, struct point at, double *metres_r)
{
    const struct place_district *best = NULL;
    vec_each(const struct place_district, place, &places->districts)
    {
        double metres = geo_distance_m(at, place->at);
        if (isnan(metres) || (best && metres >= *metres_r))
            continue;
        best = place;
        *metres_r = metres;
    }
    return best;
}

static const char *name_in(const struct place_district *place, int language)
{
    return place->names[language] ? place->names[language] : place->names[0] ? place->names[0] : "";
}

static const struct place_district *part_of(const struct places *places, const struct place_district *place)
{
    vec_each(const struct place_district, each, &places->districts)
    {
        if (place->parent && each->code && strcmp(each->code, place->parent) == 0)
            return each;
    }
    return NULL;
}

const char *place_words(const struct places *places, const struct place_district *place, int language,
                        struct arena *arena)
{
    const struct place_district *whole = part_of(places, place);
    const char *name = name_in(place, language);
    if (place->rank == RANK_LANDMARK)
        return place->address ? arena_printf(arena, language ? "%s，%s" : "%s, %s", name, place->address)
                              : name;
    if (!whole)
        return name;
    return language ? arena_printf(arena, "%s%s", name_in(whole, language), name)
                    : arena_printf(arena, "%s, %s", name, name_in(whole, language));
}
