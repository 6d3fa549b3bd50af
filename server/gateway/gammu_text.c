#include "server/gateway/gammu_text.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"

enum {
    PLAIN_ONE = 160,
    PLAIN_MANY = 153,
    WIDE_ONE = 70,
    WIDE_MANY = 67,
    HEADER_MAX = 140 /* bytes there are in a part */
};

bool gammu_is_plain(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < ' ' && *text != '\n') || (unsigned char)*text > '~' ||
            strchr("[\\]^{|}~`", *text))
            return false;
    return true;
}

/* In the units of the part's alphabet. */
static size_t units_of(uint32_t code)
{
    return code > 0xffff ? 2 : 1;
}

/* Bytes of the text that fit into so many units; at least one character. */
static size_t bytes_that_fit(const char *text, size_t units)
{
    size_t at = 0, used = 0;
    while (text[at]) {
        uint32_t code = 0;
        int len = utf8_decode(text + at, strlen(text + at), &code);
        if (at && used + units_of(code) > units)
            break;
        used += units_of(code);
        at += len > 0 ? (size_t)len : 1;
    }
    return at;
}

size_t gammu_split(struct arena *arena, const char *text, const char *parts_r[GAMMU_PARTS_MAX])
{
    bool plain = gammu_is_plain(text);
    size_t one = plain ? PLAIN_ONE : WIDE_ONE, many = plain ? PLAIN_MANY : WIDE_MANY, count = 0;
    size_t room = bytes_that_fit(text, one) == strlen(text) ? one : many;
    do {
        size_t len = bytes_that_fit(text, room);
        parts_r[count++] = arena_strndup(arena, text, len);
        text += len;
    } while (*text && count < GAMMU_PARTS_MAX);
    return count;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* Bytes; 0 where the text is none. */
static size_t read_hex(const char *hex, unsigned char bytes[HEADER_MAX])
{
    size_t n = 0;
    for (; hex[0] && hex[1] && n < HEADER_MAX; hex += 2) {
        int high = digit_of(hex[0]), low = digit_of(hex[1]);
        if (high < 0 || low < 0)
            return 0;
        bytes[n++] = (unsigned char)(high << 4 | low);
    }
    return n;
}

/* 3GPP TS 23.040, 9.2.3.24: length, then elements of kind, length, data. 0 and 8: a part, its reference in one byte or two. */
struct gammu_part gammu_part_of(const char *header)
{
    const struct gammu_part whole = {0, 1, 1};
    unsigned char bytes[HEADER_MAX];
    size_t n = header ? read_hex(header, bytes) : 0;
    for (size_t at = 1; at + 1 < n; at += 2 + (size_t)bytes[at + 1]) {
        size_t wide = bytes[at] == 8, len = bytes[at + 1];
        const unsigned char *data = bytes + at + 2;
        if (bytes[at] != 0 && !wide)
            continue;
        if (len != 3 + wide || at + 2 + len > n)
            return whole;
        struct gammu_part part = {.reference = wide ? data[0] << 8 | data[1] : data[0],
                                  .total = data[1 + wide],
                                  .number = data[2 + wide]};
        return part.total < 1 || part.number < 1 || part.number > part.total ? whole : part;
    }
    return whole;
}
