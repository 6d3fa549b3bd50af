#include "client/desks/place.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "wire/json.h"

enum axis { AXIS_UNKNOWN, AXIS_LON, AXIS_LAT };

struct number {
    double value;
    enum axis axis;
};

static bool ends_with_word(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && strncasecmp(text + len - n, word, n) == 0;
}

/* Which axis the words before a number name: `"latitude": 23.1`, `lng=113.3`, 经度 113.3. */
static enum axis named_before(const char *text, size_t len)
{
    static const struct {
        const char *word;
        enum axis axis;
    } words[] = {{"longitude", AXIS_LON}, {"lon", AXIS_LON},  {"lng", AXIS_LON},
                 {"经度", AXIS_LON},      {"經度", AXIS_LON}, {"latitude", AXIS_LAT},
                 {"lat", AXIS_LAT},       {"纬度", AXIS_LAT}, {"緯度", AXIS_LAT}};
    while (len > 0 && strchr(" \t\n\"':=", text[len - 1]))
        len--;
    for (size_t i = 0; i < array_len(words); i++)
        if (ends_with_word(text, len, words[i].word))
            return words[i].axis;
    return AXIS_UNKNOWN;
}

/* A letter of the compass behind a number, itself at the end of a word. */
static enum axis named_behind(const char *end, double *value)
{
    int c = toupper((unsigned char)*end);
    if ((c != 'E' && c != 'W' && c != 'N' && c != 'S') || isalnum((unsigned char)end[1]))
        return AXIS_UNKNOWN;
    if (c == 'W' || c == 'S')
        *value = -*value;
    return c == 'E' || c == 'W' ? AXIS_LON : AXIS_LAT;
}

/* A number with a sign and decimals, never hexadecimal or an exponent. NULL: there is none here. */
static const char *take_number(const char *at, double *value_r)
{
    const char *digits = at + (*at == '-' || *at == '+');
    size_t whole = strspn(digits, "0123456789"), part = 0;
    if (!whole || whole > 3)
        return NULL;
    if (digits[whole] == '.')
        part = strspn(digits + whole + 1, "0123456789");
    char text[32];
    if (digits[whole] == '.' && digits[whole + 1 + part] == '.' &&
        isdigit((unsigned char)digits[whole + 2 + part]))
        return NULL; /* a version or an address, no number */
    size_t len = (size_t)(digits - at) + whole + (part ? 1 + part : 0);
    snprintf(text, sizeof(text), "%.*s", (int)MIN(len, sizeof(text) - 1), at);
    *value_r = strtod(text, NULL);
    return at + len;
}

static size_t take_numbers(const char *text, struct number numbers[], size_t max)
{
    size_t count = 0;
    for (const char *at = text; *at && count < max;) {
        double value;
        bool start =
            isdigit((unsigned char)*at) || ((*at == '-' || *at == '+') && isdigit((unsigned char)at[1]));
        const char *end = start ? take_number(at, &value) : NULL;
        if (!end) {
            at += start ? strspn(at + 1, "0123456789.") + 1 : 1;
            continue;
        }
        enum axis axis = named_before(text, (size_t)(at - text));
        bool in_word = axis == AXIS_UNKNOWN && at > text && isalnum((unsigned char)at[-1]);
        if (axis == AXIS_UNKNOWN)
            axis = named_behind(end, &value);
        if (!in_word && (axis != AXIS_UNKNOWN || !isalpha((unsigned char)*end)))
            numbers[count++] = (struct number){value, axis};
        at = end;
    }
    return count;
}

static bool by_name(const struct number numbers[], size_t count, struct point *point_r)
{
    struct point point = {NAN, NAN};
    for (size_t i = 0; i < count; i++) {
        if (numbers[i].axis == AXIS_LON && isnan(point.lon))
            point.lon = numbers[i].value;
        if (numbers[i].axis == AXIS_LAT && isnan(point.lat))
            point.lat = numbers[i].value;
    }
    if (!point_is_valid(point))
        return false;
    *point_r = point;
    return true;
}

bool place_parse(const char *text, struct point *point_r)
{
    struct number numbers[8];
    bool geo = strncasecmp(text, "geo:", 4) == 0;
    size_t count = take_numbers(geo ? text + 4 : text, numbers, array_len(numbers));
    if (by_name(numbers, count, point_r))
        return true;
    for (size_t i = 0; i + 1 < count; i++) {
        struct point point = {numbers[i].value, numbers[i + 1].value};
        if (geo || fabs(point.lat) > 90)
            point = (struct point){point.lat, point.lon};
        if (!point_is_valid(point))
            continue;
        *point_r = point;
        return true;
    }
    return false;
}

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
