/* Reports of trackers, as a form or as JSON, into one struct. No sockets, no database: the fuzzer reads it alone. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/util.h"
#include "server/gateway/hook_track.h"
#include "wire/json.h"

static const double knot = 1852.0 / 3600;
enum { NUMBER_MAX = 40 };
static const int64_t SECONDS_MOST = INT64_C(100000000000), MILLISECONDS_MOST = INT64_C(10000000000000);

/* ---- single values */

/* Words for who made the device, static: they are the answer's body. */
static int fail(struct track_report *report, const char *words)
{
    report->fault = words;
    return -EINVAL;
}

static bool read_number(const char *text, double *number_r)
{
    char *end;
    size_t len = text ? strlen(text) : 0;
    if (!len || len > NUMBER_MAX || strspn(text, "0123456789+-.eE") != len) /* neither nan nor hexadecimal */
        return false;
    *number_r = strtod(text, &end);
    return !*end && isfinite(*number_r);
}

/* What only makes a report better: left out where it is none. */
static double number_or_none(const char *text, double low, double high)
{
    double number;
    return read_number(text, &number) && number >= low && number <= high ? number : NAN;
}

/* A device's own name goes into messages and lists as it is. */
static int read_code(const char *text, char code_r[TRACK_CODE_MAX + 1])
{
    size_t len = text ? strlen(text) : 0;
    if (!len || len > TRACK_CODE_MAX ||
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._") != len)
        return -EINVAL;
    memcpy(code_r, text, len + 1);
    return 0;
}

/* Seconds since 1970, or milliseconds where it has more digits. */
static struct instant time_of(int64_t number)
{
    return (struct instant){number >= SECONDS_MOST ? number * 1000 : number * US_PER_SECOND};
}

/* "1763710100", or "1763710100.25": what is behind the point is left out. */
static bool is_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    return digits && digits <= 13 &&
           (!*rest || (*rest == '.' && rest[1] && !rest[1 + strspn(rest + 1, "0123456789")]));
}

/* Seconds or milliseconds since 1970, RFC 3339, or without a zone in UTC, with a blank or a T: "2026-11-22 08:00:00". */
static int read_time(const char *text, struct instant *at_r)
{
    enum { WITHOUT_ZONE = 19 };
    char copy[WITHOUT_ZONE + 2];
    if (is_number(text)) {
        *at_r = time_of(strtoll(text, NULL, 10));
        return 0;
    }
    if (strlen(text) == WITHOUT_ZONE) {
        memcpy(copy, text, WITHOUT_ZONE);
        copy[10] = copy[10] == ' ' ? 'T' : copy[10];
        memcpy(copy + WITHOUT_ZONE, "Z", 2);
        text = copy;
    }
    return time_parse(text, at_r) < 0 ? -EINVAL : 0;
}

static int check(struct track_report *report, struct instant now)
{
    bool placed = !isnan(report->place.lon);
    if (placed && !point_is_valid(report->place))
        return fail(report, "lat is from -90 to 90, lon from -180 to 180\n");
    if (report->at.us < 0)
        return fail(report, "timestamp: before 1970\n");
    if (report->at.us > now.us + TRACK_AHEAD_SECONDS * US_PER_SECOND)
        return fail(report, "timestamp: more than five minutes ahead of this clock\n");
    return 0;
}

/* Where a device has no fix it says so, or says 0, 0: in the sea south of Ghana. */
static struct point place_of(double lon, double lat, bool valid)
{
    return valid && (lon != 0 || lat != 0) ? (struct point){lon, lat} : (struct point){NAN, NAN};
}

/* ---- the query */

static const char bad_time[] = "timestamp: seconds or milliseconds since 1970, or as 2026-11-22T08:00:00Z, "
                               "or 2026-11-22 08:00:00 in UTC\n";

static int read_place(track_value *value, void *context, struct track_report *report)
{
    const char *lat = value(context, "lat"), *lon = value(context, "lon"), *valid = value(context, "valid");
    double x = 0, y = 0;
    if (!lat && !lon) /* a device that tells of its battery alone */
        return 0;
    if (!read_number(lat, &y) || !read_number(lon, &x))
        return fail(report, "lat and lon are decimal degrees, both\n");
    report->place = place_of(x, y, !valid || strcmp(valid, "true") == 0 || strcmp(valid, "1") == 0);
    return 0;
}

int track_read_values(track_value *value, void *context, struct instant now, struct track_report *report_r)
{
    const char *id = value(context, "id"), *time = value(context, "timestamp"),
               *bearing = value(context, "bearing");
    *report_r = (struct track_report){.at = now, .place = {NAN, NAN}};
    if (read_code(id ? id : value(context, "deviceid"), report_r->code) < 0)
        return fail(report_r, "id: none, or none that a device is called by\n");
    if (time && *time && read_time(time, &report_r->at) < 0)
        return fail(report_r, bad_time);
    if (read_place(value, context, report_r) < 0)
        return -EINVAL;
    report_r->speed = number_or_none(value(context, "speed"), 0, 1000) * knot;
    report_r->bearing = number_or_none(bearing ? bearing : value(context, "heading"), 0, 360);
    report_r->accuracy = number_or_none(value(context, "accuracy"), 0, 1e6);
    report_r->battery = number_or_none(value(context, "batt"), 0, 100);
    return check(report_r, now);
}

/* ---- a form */

/* In place; false: it is cut off, or holds a NUL. */
static bool decode(char *text)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        if (*at != '%') {
            *to++ = *at == '+' ? ' ' : *at;
            continue;
        }
        if (!at[1] || !at[2] || hex_decode(to, at + 1, 2) < 0 || !*to)
            return false;
        to++;
        at += 2;
    }
    *to = '\0';
    return true;
}

int track_form_parse(char *text, struct track_form *form_r)
{
    char *rest = NULL;
    form_r->count = 0;
    for (char *item = strtok_r(text, "&", &rest); item; item = strtok_r(NULL, "&", &rest)) {
        char *value = strchr(item, '=');
        if (!value || form_r->count == TRACK_VALUES_MAX)
            return -EINVAL;
        *value++ = '\0';
        if (!decode(item) || !decode(value))
            return -EINVAL;
        form_r->items[form_r->count].name = item;
        form_r->items[form_r->count++].value = value;
    }
    return 0;
}

const char *track_form_value(void *form, const char *name)
{
    const struct track_form *from = form;
    for (size_t i = 0; i < from->count; i++)
        if (strcmp(from->items[i].name, name) == 0)
            return from->items[i].value;
    return NULL;
}

/* ---- JSON: {"location": {"timestamp", "coords": {"latitude", "longitude", "accuracy", "speed", "heading"}, "battery": {"level"}},
 * "device_id"}; metres a second, a level from 0 to 1, and -1 for what is not known */

static double real_of(const json_t *object, const char *name, double low, double high)
{
    double number = json_number_value(json_object_get(object, name));
    bool good = json_is_number(json_object_get(object, name)) && number >= low && number <= high;
    return good ? number : NAN;
}

static bool in_range(int64_t time)
{
    return time >= 0 && time < MILLISECONDS_MOST;
}

static int read_location(const json_t *location, struct track_report *report)
{
    const json_t *time = json_object_get(location, "timestamp"),
                 *coords = json_object_get(location, "coords");
    const json_t *lat = json_object_get(coords, "latitude"), *lon = json_object_get(coords, "longitude");
    if (json_is_string(time) && read_time(json_string_value(time), &report->at) < 0)
        return fail(report, bad_time);
    if (json_is_integer(time) && !in_range(json_integer_value(time)))
        return fail(report, bad_time);
    if (json_is_integer(time))
        report->at = time_of(json_integer_value(time));
    if (coords && (!json_is_number(lat) || !json_is_number(lon)))
        return fail(report, "coords: latitude and longitude are numbers, both\n");
    if (coords)
        report->place = place_of(json_number_value(lon), json_number_value(lat), true);
    report->speed = real_of(coords, "speed", 0, 500);
    report->bearing = real_of(coords, "heading", 0, 360);
    report->accuracy = real_of(coords, "accuracy", 0, 1e6);
    report->battery = real_of(json_object_get(location, "battery"), "level", 0, 1) * 100;
    return 0;
}

static int read_object(const json_t *object, struct instant now, struct track_report *report)
{
    const json_t *location = json_object_get(object, "location");
    if (read_code(json_string_value(json_object_get(object, "device_id")), report->code) < 0)
        return fail(report, "device_id: none, or none that a device is called by\n");
    if (!json_is_object(location))
        return fail(report, "location: it is not there\n");
    if (read_location(location, report) < 0)
        return -EINVAL;
    return check(report, now);
}

int track_read_json(const char *text, size_t len, struct instant now, struct track_report *report_r)
{
    struct json_fault fault;
    json_t *object = json_read(text, len, &fault);
    *report_r = (struct track_report){.at = now, .place = {NAN, NAN}};
    int result = json_is_object(object) ? read_object(object, now, report_r)
                                        : fail(report_r, "the body is no JSON object\n");
    json_decref(object);
    return result;
}
