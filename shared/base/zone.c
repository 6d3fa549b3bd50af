/* Reads TZif, versions 1 to 4. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

enum {
    HEADER_SIZE = 44,
    TYPE_SIZE = 6,
    FOOTER_MAX = 128,
    COUNT_MAX = 65536, /* more of anything is no time zone */
    OFFSET_MAX = 26 * 3600,
};

struct header {
    int version;
    size_t utc, wall, leaps, transitions, types, letters;
};

struct input {
    const unsigned char *at;
    size_t left;
};

static int64_t read_number(const unsigned char *at, size_t size)
{
    uint64_t value = at[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | at[i];
    return (int64_t)value;
}

/* Steps over n bytes and returns where they begin, NULL when they are not there. */
static const unsigned char *take(struct input *input, size_t n)
{
    if (n > input->left)
        return NULL;
    const unsigned char *at = input->at;
    input->at += n;
    input->left -= n;
    return at;
}

static bool take_header(struct input *input, struct header *header)
{
    const unsigned char *at = take(input, HEADER_SIZE);
    if (!at || memcmp(at, "TZif", 4) != 0)
        return false;
    header->version = at[4] ? at[4] - '0' : 1;
    size_t *counts[] = {&header->utc,         &header->wall,  &header->leaps,
                        &header->transitions, &header->types, &header->letters};
    for (size_t i = 0; i < array_len(counts); i++) {
        int64_t count = read_number(at + 20 + 4 * i, 4);
        if (count < 0 || count > COUNT_MAX)
            return false;
        *counts[i] = (size_t)count;
    }
    return header->types > 0;
}

/* Bytes of the data behind a header, times being so many bytes wide. */
static size_t data_size(const struct header *header, size_t width)
{
    return header->transitions * (width + 1) + header->types * TYPE_SIZE + header->letters +
           header->leaps * (width + 4) + header->wall + header->utc;
}

static bool offset_of_type(const unsigned char *types, size_t type, int32_t *offset_r)
{
    int64_t offset = read_number(types + type * TYPE_SIZE, 4);
    *offset_r = (int32_t)offset;
    return offset > -OFFSET_MAX && offset < OFFSET_MAX;
}

static bool read_data(struct input *input, const struct header *header, size_t width, struct zone *zone)
{
    const unsigned char *at = take(input, data_size(header, width));
    if (!at)
        return false;
    const unsigned char *indexes = at + header->transitions * width;
    const unsigned char *types = indexes + header->transitions;
    zone->transitions = memory_zeroed(header->transitions, sizeof(*zone->transitions));
    zone->offsets = memory_zeroed(header->transitions, sizeof(*zone->offsets));
    zone->count = header->transitions;
    for (size_t i = 0; i < zone->count; i++) {
        zone->transitions[i] = read_number(at + i * width, width);
        if ((i && zone->transitions[i] <= zone->transitions[i - 1]) || indexes[i] >= header->types ||
            !offset_of_type(types, indexes[i], &zone->offsets[i]))
            return false;
    }
    return offset_of_type(types, 0, &zone->first);
}

/* LF, a TZ string or nothing, LF. */
static bool read_footer(struct input *input, struct zone *zone)
{
    char text[FOOTER_MAX + 1];
    const unsigned char *at = take(input, 1);
    if (!at || *at != '\n')
        return false;
    const unsigned char *end = memchr(input->at, '\n', input->left);
    if (!end || end - input->at > FOOTER_MAX)
        return false;
    size_t n = (size_t)(end - input->at);
    memcpy(text, input->at, n);
    text[n] = '\0';
    zone->has_rule = n > 0;
    return n == 0 || (strlen(text) == n && zone_rule_parse(text, &zone->rule) == 0);
}

static bool read_file(struct input *input, struct zone *zone)
{
    struct header header;
    if (!take_header(input, &header))
        return false;
    if (header.version < 2)
        return read_data(input, &header, 4, zone);
    return take(input, data_size(&header, 4)) && take_header(input, &header) &&
           read_data(input, &header, 8, zone) && read_footer(input, zone);
}

int zone_parse(const void *bytes, size_t n, struct zone **zone_r)
{
    struct input input = {bytes, n};
    struct zone *zone = memory_zeroed(1, sizeof(*zone));
    if (!read_file(&input, zone)) {
        zone_destroy(zone);
        return -EBADMSG;
    }
    *zone_r = zone;
    return 0;
}

void zone_destroy(struct zone *zone)
{
    if (!zone)
        return;
    free(zone->transitions);
    free(zone->offsets);
    free(zone);
}

int32_t zone_offset(const struct zone *zone, int64_t second)
{
    size_t low = 0, high = zone->count; /* transitions before low are past, from high on are to come */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->transitions[middle] <= second)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rule)
        return zone_rule_offset(&zone->rule, second);
    return low ? zone->offsets[low - 1] : zone->first;
}
