/* Coordinates out of what people type and paste. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "client/desks/place.h"

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

static enum axis axis_of_letter(int c, bool *negative_r)
{
    c = toupper((unsigned char)c);
    *negative_r = c == 'W' || c == 'S';
    return c == 'E' || c == 'W' ? AXIS_LON : c == 'N' || c == 'S' ? AXIS_LAT : AXIS_UNKNOWN;
}

/* Which axis the words before a number name: `"latitude": 23.1`, `lng=113.3`, 经度 113.3, 北纬 23, N 23. */
static enum axis named_before(const char *text, size_t len, double *value)
{
    static const struct {
        const char *word;
        enum axis axis;
        bool negative;
    } words[] = {{"longitude", AXIS_LON, false}, {"lon", AXIS_LON, false},  {"lng", AXIS_LON, false},
                 {"经度", AXIS_LON, false},      {"經度", AXIS_LON, false}, {"latitude", AXIS_LAT, false},
                 {"lat", AXIS_LAT, false},       {"纬度", AXIS_LAT, false}, {"緯度", AXIS_LAT, false},
                 {"东经", AXIS_LON, false},      {"東經", AXIS_LON, false}, {"西经", AXIS_LON, true},
                 {"西經", AXIS_LON, true},       {"北纬", AXIS_LAT, false}, {"北緯", AXIS_LAT, false},
                 {"南纬", AXIS_LAT, true},       {"南緯", AXIS_LAT, true}};
    bool negative = false;
    size_t near = len; /* a single letter stands right before it, but for blanks: ?s=23 is no south */
    while (near > 0 && text[near - 1] == ' ')
        near--;
    while (len > 0 && strchr(" \t\n\"':=", text[len - 1]))
        len--;
    enum axis axis = AXIS_UNKNOWN;
    for (size_t i = 0; i < array_len(words) && axis == AXIS_UNKNOWN; i++) {
        if (ends_with_word(text, len, words[i].word)) {
            axis = words[i].axis;
            negative = words[i].negative;
        }
    }
    if (axis == AXIS_UNKNOWN && near > 0 && (near == 1 || !isalnum((unsigned char)text[near - 2])))
        axis = axis_of_letter(text[near - 1], &negative);
    if (negative)
        *value = -*value;
    return axis;
}

/* A letter of the compass behind a number, itself at the end of a word; another number may follow it where there are degrees. */
static enum axis named_behind(const char *end, bool degrees, double *value)
{
    bool negative;
    enum axis axis = axis_of_letter(*end, &negative);
    if (axis == AXIS_UNKNOWN)
        return AXIS_UNKNOWN;
    if (degrees ? isalpha((unsigned char)end[1]) : isalnum((unsigned char)end[1]))
        return AXIS_UNKNOWN;
    if (negative)
        *value = -*value;
    return axis;
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

/* One of these words, blanks before it passed over; NULL: another. */
static const char *take_word(const char *at, const char *const words[])
{
    at += strspn(at, " ");
    for (size_t i = 0; words[i]; i++) {
        size_t len = strlen(words[i]);
        if (strncmp(at, words[i], len) == 0)
            return at + len;
    }
    return NULL;
}

/* A number below 60 and its sign: minutes, seconds. NULL: there is no such thing here. */
static const char *take_sixtieth(const char *at, const char *const signs[], double *value_r)
{
    at += strspn(at, " ");
    const char *end = isdigit((unsigned char)*at) ? take_number(at, value_r) : NULL;
    end = end && *value_r < 60 ? take_word(end, signs) : NULL;
    return end;
}

/* 113.3245, 113°19.47', 113°19'28", 113度19分28秒. */
static const char *take_angle(const char *at, double *value_r, bool *degrees_r)
{
    static const char *const degree[] = {"°", "度", NULL}, *const minute[] = {"'", "′", "’", "分", NULL},
                             *const second[] = {"\"", "″", "′′", "''", "”", "秒", NULL};
    double minutes = 0, seconds = 0;
    const char *end = take_number(at, value_r);
    const char *behind = end ? take_word(end, degree) : NULL;
    *degrees_r = behind != NULL;
    if (!behind)
        return end;
    end = behind;
    behind = take_sixtieth(end, minute, &minutes);
    if (!behind)
        return end;
    end = behind;
    behind = take_sixtieth(end, second, &seconds);
    double part = minutes / 60 + (behind ? seconds / 3600 : 0);
    *value_r += signbit(*value_r) ? -part : part;
    return behind ? behind : end;
}

/* Where the next number may begin: a letter of the compass goes with the one before it. */
static const char *take_one(const char *text, const char *at, const char *floor, struct number *number_r,
                            bool *taken_r)
{
    static const char *const stray_signs[] = {"'", "′", "分", "秒", NULL}; /* of what is no sixtieth */
    bool degrees;
    const char *end = take_angle(at, &number_r->value, &degrees);
    *taken_r = false;
    if (!end)
        return NULL;
    number_r->axis = named_behind(end, degrees, &number_r->value);
    bool behind = number_r->axis != AXIS_UNKNOWN;
    if (!behind)
        number_r->axis = named_before(floor, (size_t)(at - floor), &number_r->value);
    bool in_word = number_r->axis == AXIS_UNKNOWN && at > text && isalnum((unsigned char)at[-1]);
    if (!degrees && take_word(end, stray_signs))
        number_r->value = NAN;
    *taken_r = !in_word && (number_r->axis != AXIS_UNKNOWN || degrees || !isalpha((unsigned char)*end));
    return end + behind;
}

static size_t take_numbers(const char *text, struct number numbers[], size_t max)
{
    size_t count = 0;
    const char *floor = text;
    for (const char *at = text; *at && count < max;) {
        bool taken = false;
        bool start =
            isdigit((unsigned char)*at) || ((*at == '-' || *at == '+') && isdigit((unsigned char)at[1]));
        const char *end = start ? take_one(text, at, floor, &numbers[count], &taken) : NULL;
        if (!end) {
            at += start ? strspn(at + 1, "0123456789.") + 1 : 1;
            continue;
        }
        count += taken;
        at = floor = end;
    }
    return count;
}

/* What is named both ways; *point_r has a null where it is not. */
static void by_name(const struct number numbers[], size_t count, struct point *point_r)
{
    *point_r = (struct point){NAN, NAN};
    for (size_t i = 0; i < count; i++) {
        if (numbers[i].axis == AXIS_LON && isnan(point_r->lon))
            point_r->lon = numbers[i].value;
        if (numbers[i].axis == AXIS_LAT && isnan(point_r->lat))
            point_r->lat = numbers[i].value;
    }
}

static enum place_fault by_order(const struct number numbers[], size_t count, bool geo, struct point *point_r)
{
    for (size_t i = 0; i + 1 < count; i++) {
        struct point point = {numbers[i].value, numbers[i + 1].value};
        if (geo || fabs(point.lat) > 90)
            point = (struct point){point.lat, point.lon};
        if (!point_is_valid(point))
            continue;
        *point_r = point;
        return PLACE_READ;
    }
    return count < 2 ? PLACE_NO_PAIR : PLACE_BEYOND;
}

enum place_fault place_read(const char *text, struct point *point_r)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct number numbers[8];
    struct point named;
    const char *folded = utf8_nfkc(arena, text);
    text = folded ? folded : text;
    bool geo = strncasecmp(text, "geo:", 4) == 0;
    text += geo ? 4 : 0;
    size_t count = take_numbers(text, numbers, array_len(numbers));
    for (size_t i = 0; i < count; i++)
        if (isnan(numbers[i].value))
            return PLACE_BEYOND;
    by_name(numbers, count, &named);
    if (point_is_nil(named))
        return by_order(numbers, count, geo, point_r);
    if (!point_is_valid(named))
        return PLACE_BEYOND;
    *point_r = named;
    return PLACE_READ;
}

bool place_parse(const char *text, struct point *point_r)
{
    return place_read(text, point_r) == PLACE_READ;
}

const char *place_fault_text(enum place_fault fault)
{
    switch (fault) {
    case PLACE_NO_PAIR: return N_("Two numbers are needed here: longitude and latitude");
    case PLACE_BEYOND: return N_("No such place: longitude goes to 180 degrees, latitude to 90");
    default: return NULL;
    }
}
