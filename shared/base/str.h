/* Text that grows, in malloc's memory or in an arena. */
#pragma once

#include "base/arena.h"
#include "base/util.h"
#include <stddef.h>

/* data is always terminated by a NUL that len does not count; never NULL after str_init. */
struct str {
    char *data;
    size_t len, cap;
    struct arena *arena; /* NULL: malloc */
};

/* An empty text; arena NULL: in malloc's memory, to be given back by str_finish or str_steal. */
void str_init(struct str *s, struct arena *arena);

/* Gives the memory back and leaves an empty text that may be used again. */
void str_finish(struct str *s);
void str_clear(struct str *s);

/* Makes room for n more bytes (and the NUL) without changing the text. */
void str_reserve(struct str *s, size_t n);

/* What is added is not NULL and does not lie within s. Out of memory ends the process. */
void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const void *bytes, size_t n);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...) printf_like(2, 3);

/* Adds text as a JSON string with its quotes, valid UTF-8 whatever comes in; NULL becomes null. */
void str_add_json(struct str *s, const char *text);
void str_add_json_n(struct str *s, const char *text, size_t n);

/* Cuts the text to its first len bytes; a longer len changes nothing. */
void str_truncate(struct str *s, size_t len);

/* Hands the text over and leaves an empty one. malloc'd: the caller frees it. Arena: it lives with the arena. */
char *str_steal(struct str *s) must_check;

/* For cleanup(): str_finish under a name that says where it is used. */
void cleanup_str(struct str *s);
