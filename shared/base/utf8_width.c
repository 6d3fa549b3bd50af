/* How text lies on a screen: cells and graphemes. */
#include <limits.h>
#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

#include "base/utf8.h"

/* wcwidth knows what the terminal library will do, but only in a UTF-8 locale; a server in another falls back on a table. */
static int cells_of(uint32_t cp)
{
    int cells = wcwidth((wchar_t)cp);
    if (cells < 0)
        cells = utf8_is_control(cp) ? 0 : utf8proc_charwidth((utf8proc_int32_t)cp);
    return cells;
}

int utf8_width_n(const char *s, size_t n)
{
    int cells = 0;
    for (size_t at = 0; at < n && cells < INT_MAX - 2;) {
        uint32_t cp;
        size_t bytes = utf8_decode(s + at, n - at, &cp);
        cells += bytes ? cells_of(cp) : 1;
        at += bytes ? bytes : 1;
    }
    return cells;
}

int utf8_width(const char *s)
{
    return utf8_width_n(s, strlen(s));
}

size_t utf8_grapheme(const char *s, size_t n)
{
    uint32_t before, cp;
    utf8proc_int32_t state = 0;
    size_t at = utf8_decode(s, n, &before);
    if (!at)
        return n ? 1 : 0;
    for (size_t bytes; (bytes = utf8_decode(s + at, n - at, &cp)) > 0; at += bytes, before = cp) {
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)cp, &state))
            break;
    }
    return at;
}

size_t utf8_grapheme_before(const char *s, size_t n)
{
    size_t at = 0, step = 0;
    while (at < n) {
        step = utf8_grapheme(s + at, n - at);
        at += step;
    }
    return step;
}

size_t utf8_clip(const char *s, int cells)
{
    size_t n = strlen(s), at = 0;
    while (at < n) {
        size_t step = utf8_grapheme(s + at, n - at);
        cells -= utf8_width_n(s + at, step);
        if (cells < 0)
            break;
        at += step;
    }
    return at;
}
