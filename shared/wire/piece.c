#include "wire/piece.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { OFFSET_DIGITS = 18 };

/* Past the word, or NULL. */
static const char *past(const char *at, const char *end, const char *word)
{
    size_t len = strlen(word);
    return at && (size_t)(end - at) >= len && memcmp(at, word, len) == 0 ? at + len : NULL;
}

static const char *read_offset(const char *at, const char *end, json_int_t *offset_r)
{
    const char *begin = at;
    *offset_r = 0;
    for (; at && at < end && isdigit((unsigned char)*at) && at - begin < OFFSET_DIGITS; at++)
        *offset_r = *offset_r * 10 + (*at - '0');
    return at == begin ? NULL : at;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character behind \u as UTF-8; 0: it is none, or half of one. */
static size_t add_code(char *out, const char *at, const char *end)
{
    int code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = at + i < end ? hex_digit(at[i]) : -1;
        if (digit < 0)
            return 0;
        code = code * 16 + digit;
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000))
        return 0;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

/* The escape that begins at `at`, behind its backslash; bytes written in *n_r. NULL: there is no such escape. */
static const char *add_escape(char *out, const char *at, const char *end, size_t *n_r)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (at == end)
        return NULL;
    if (*at == 'u') {
        *n_r = add_code(out, at + 1, end);
        return *n_r ? at + 5 : NULL;
    }
    const char *letter = *at ? strchr(letters, *at) : NULL;
    if (!letter)
        return NULL;
    *out = meant[letter - letters];
    *n_r = 1;
    return at + 1;
}

/* The letters between two quotes, into `out`, which has room for as many. The length, or -1: something stands there that must not. */
static ssize_t unescape(const char *at, const char *end, char *out)
{
    char *begin = out;
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        size_t run = (size_t)((escape ? escape : end) - at), n;
        if (memchr(at, '"', run))
            return -1;
        memcpy(out, at, run);
        out += run;
        at += run;
        if (!escape)
            break;
        at = add_escape(out, at + 1, end, &n);
        if (!at)
            return -1;
        out += n;
    }
    return out - begin;
}

json_t *piece_read(const char *json, size_t len)
{
    const char *end = json + len, *name = "text";
    json_int_t offset;
    const char *at = read_offset(past(json, end, "{\"at\":"), end, &offset);
    const char *text = past(at, end, ",\"text\":\"");
    if (!text) {
        name = "data";
        text = past(at, end, ",\"data\":\"");
    }
    if (!text || end - text < 2 || memcmp(end - 2, "\"}", 2) != 0)
        return NULL;
    char *out = memory_alloc((size_t)(end - text));
    ssize_t n = unescape(text, end - 2, out);
    json_t *piece =
        n < 0 ? NULL : json_pack("{s:I, s:o}", "at", offset, name, json_stringn_nocheck(out, (size_t)n));
    free(out);
    return piece;
}
