#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"

/* Inclusive ranges, in order. */
struct range {
    uint32_t from, to;
};

static const struct range hidden[] = {
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* grapheme joiner */
    {0x061c, 0x061c},   /* Arabic direction mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer vowels without a shape */
    {0x180e, 0x180e},   /* Mongolian vowel separator */
    {0x200b, 0x200f},   /* zero width and direction marks */
    {0x202a, 0x202e},   /* direction embedding and override */
    {0x2060, 0x206f},   /* word joiner, invisible operators, direction isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* Hangul filler, half width */
    {0xfff9, 0xfffb},   /* annotation */
    {0xe0000, 0xe0fff}, /* tags and variation selectors that carry text */
};

/* Characters that no neighbour and no rule of NFC changes: most of what is written here. */
static const struct range composed[] = {
    {0x0000, 0x02ff}, {0x2010, 0x2027}, {0x3000, 0x3029}, {0x3030, 0x303f},
    {0x3400, 0x9fff}, {0xac00, 0xd7a3}, {0xff01, 0xff9f},
};

static bool in_ranges(uint32_t cp, const struct range ranges[], size_t n)
{
    for (size_t i = 0; i < n && cp >= ranges[i].from; i++) {
        if (cp <= ranges[i].to)
            return true;
    }
    return false;
}

bool utf8_is_hidden(uint32_t cp)
{
    return cp >= hidden[0].from && in_ranges(cp, hidden, array_len(hidden));
}

bool utf8_is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029;
}

/* Bytes a character takes, by its first byte; 0 where none can begin. */
static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

static bool is_scalar(uint32_t cp)
{
    return cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
}

size_t utf8_decode(const char *s, size_t n, uint32_t *cp_r)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)s;
    size_t len = n ? length_of(*at) : 0;
    if (!len || len > n)
        return 0;
    uint32_t cp = at[0] & first_bits[len];
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        cp = cp << 6 | (at[i] & 0x3f);
    }
    if (cp < least[len] || !is_scalar(cp))
        return 0;
    *cp_r = cp;
    return len;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
    return is_scalar(cp) ? (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)out) : 0;
}

/* The slow, sure way: compose the text and compare. */
static bool is_composed(const char *s, size_t n)
{
    utf8proc_uint8_t *nfc = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &nfc,
                                        UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (len == UTF8PROC_ERROR_NOMEM)
        memory_exhausted();
    bool same = len == (utf8proc_ssize_t)n && memcmp(nfc, s, n) == 0;
    free(nfc);
    return same;
}

static enum utf8_fault check_character(uint32_t cp, bool multi_line)
{
    if (multi_line && (cp == '\n' || cp == '\t'))
        return UTF8_OK;
    if (utf8_is_control(cp))
        return UTF8_CONTROL;
    return utf8_is_hidden(cp) ? UTF8_HIDDEN : UTF8_OK;
}

enum utf8_fault utf8_check(const char *s, size_t n, bool multi_line)
{
    bool surely_composed = true;
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        size_t bytes = utf8_decode(s + at, n - at, &cp);
        if (!bytes)
            return UTF8_BROKEN;
        enum utf8_fault fault = check_character(cp, multi_line);
        if (fault)
            return fault;
        surely_composed = surely_composed && in_ranges(cp, composed, array_len(composed));
        at += bytes;
    }
    return surely_composed || is_composed(s, n) ? UTF8_OK : UTF8_NOT_NFC;
}

static bool is_ascii(const char *s)
{
    while (*s && (unsigned char)*s < 0x80)
        s++;
    return !*s;
}

static char *normalise(struct arena *arena, const char *s, utf8proc_option_t options)
{
    if (is_ascii(s))
        return arena_strdup(arena, s);
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)s, 0, &mapped,
                                        UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | options);
    if (len == UTF8PROC_ERROR_NOMEM)
        memory_exhausted();
    if (len < 0)
        return NULL;
    char *result = arena_strndup(arena, (const char *)mapped, (size_t)len);
    free(mapped);
    return result;
}

char *utf8_nfc(struct arena *arena, const char *s)
{
    return normalise(arena, s, 0);
}

char *utf8_nfkc(struct arena *arena, const char *s)
{
    return normalise(arena, s, UTF8PROC_COMPAT);
}

/* Cleans s from its first unclean character on. */
static const char *clean_from(struct arena *arena, const char *s, size_t n, size_t at)
{
    static const char mark[] = "\xef\xbf\xbd";
    enum { MARK = sizeof(mark) - 1 };
    char *out = arena_alloc(arena, at + (n - at) * MARK + 1);
    memcpy(out, s, at);
    size_t used = at;
    while (at < n) {
        uint32_t cp;
        size_t bytes = utf8_decode(s + at, n - at, &cp);
        bool good = bytes && check_character(cp, false) == UTF8_OK;
        memcpy(out + used, good ? s + at : mark, good ? bytes : MARK);
        used += good ? bytes : MARK;
        at += bytes ? bytes : 1;
    }
    out[used] = '\0';
    return out;
}

const char *utf8_clean(struct arena *arena, const char *s)
{
    size_t n = strlen(s);
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        size_t bytes = utf8_decode(s + at, n - at, &cp);
        if (!bytes || check_character(cp, false) != UTF8_OK)
            return clean_from(arena, s, n, at);
        at += bytes;
    }
    return s;
}

bool utf8_is_whole(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        size_t len = (unsigned char)bytes[i] < 0x80 ? 1 : utf8_decode(bytes + i, n - i, &cp);
        if (!len)
            return false;
        i += len;
    }
    return true;
}
