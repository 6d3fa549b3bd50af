#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

enum { STR_CAP_MIN = 64 };

/* What an empty text points to. Nobody writes here, since cap is 0. */
static char str_nothing[1];

void str_init(struct str *s, struct arena *arena)
{
    *s = (struct str){.data = str_nothing, .arena = arena};
}

void str_finish(struct str *s)
{
    if (s->cap && !s->arena)
        free(s->data);
    str_init(s, s->arena);
}

void cleanup_str(struct str *s)
{
    str_finish(s);
}

void str_truncate(struct str *s, size_t len)
{
    if (len >= s->len)
        return;
    s->len = len;
    s->data[len] = '\0';
}

void str_clear(struct str *s)
{
    str_truncate(s, 0);
}

static void set_cap(struct str *s, size_t cap)
{
    if (s->arena) {
        char *data = arena_alloc(s->arena, cap);
        if (s->len)
            memcpy(data, s->data, s->len);
        s->data = data;
    } else {
        s->data = memory_resize(s->cap ? s->data : NULL, cap);
    }
    s->data[s->len] = '\0';
    s->cap = cap;
}

void str_reserve(struct str *s, size_t n)
{
    if (n > PTRDIFF_MAX / 2 - s->len)
        memory_exhausted();
    size_t need = s->len + n + 1;
    if (need > s->cap)
        set_cap(s, MAX(MAX(need, s->cap * 2), (size_t)STR_CAP_MIN));
}

void str_add_n(struct str *s, const void *bytes, size_t n)
{
    if (!n)
        return;
    str_reserve(s, n);
    memcpy(s->data + s->len, bytes, n);
    s->len += n;
    s->data[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_n(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
    str_add_n(s, &c, 1);
}

void str_addf(struct str *s, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0)
        memory_exhausted();
    str_reserve(s, (size_t)len);
    vsnprintf(s->data + s->len, (size_t)len + 1, format, args);
    s->len += (size_t)len;
    va_end(args);
}

/* The short escape of a byte, NULL when it has none. */
static const char *json_escape(unsigned char c)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\t': return "\\t";
    case '\r': return "\\r";
    case '\b': return "\\b";
    case '\f': return "\\f";
    default: return NULL;
    }
}

static bool json_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Adds the first character of text, which is not plain; returns its bytes. */
static size_t add_json_special(struct str *s, const char *text, size_t n)
{
    unsigned char c = (unsigned char)*text;
    const char *escape = json_escape(c);
    uint32_t cp;
    size_t bytes = utf8_decode(text, n, &cp);
    if (escape)
        str_add(s, escape);
    else if (!bytes)
        str_add(s, "\xef\xbf\xbd");
    else if (utf8_is_control(cp))
        str_addf(s, "\\u%04x", (unsigned)cp);
    else
        str_add_n(s, text, bytes);
    return bytes ? bytes : 1;
}

void str_add_json_n(struct str *s, const char *text, size_t n)
{
    str_reserve(s, n + 2);
    str_add_char(s, '"');
    for (size_t at = 0; at < n;) {
        size_t start = at;
        while (at < n && json_plain((unsigned char)text[at]))
            at++;
        str_add_n(s, text + start, at - start);
        if (at < n)
            at += add_json_special(s, text + at, n - at);
    }
    str_add_char(s, '"');
}

void str_add_json(struct str *s, const char *text)
{
    if (text)
        str_add_json_n(s, text, strlen(text));
    else
        str_add(s, "null");
}

char *str_steal(struct str *s)
{
    if (!s->cap)
        set_cap(s, 1);
    char *data = s->data;
    str_init(s, s->arena);
    return data;
}
