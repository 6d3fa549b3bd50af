/* UTF-8: what may come in, how wide it is on a screen, and how it is cleaned before it goes out. */
#pragma once

#include "base/arena.h"
#include "base/util.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum utf8_fault {
    UTF8_OK,
    UTF8_BROKEN,  /* not UTF-8: cut, overlong, a surrogate, above U+10FFFF */
    UTF8_CONTROL, /* C0, DEL, C1, U+2028 and U+2029 */
    UTF8_HIDDEN,  /* direction marks, zero width, tags: things an eye does not see */
    UTF8_NOT_NFC,
};

/* The first fault of a text. Multi-line texts may hold LF and TAB. */
enum utf8_fault utf8_check(const char *s, size_t n, bool multi_line) must_check;

/* Bytes of the first character (1 to 4) and the character; 0 where the bytes are broken or n is 0. */
size_t utf8_decode(const char *s, size_t n, uint32_t *cp_r);

/* Writes a character, returns its 1 to 4 bytes; no NUL is added. 0 for what is no character. */
size_t utf8_encode(uint32_t cp, char out[4]);

/* What UTF8_CONTROL and UTF8_HIDDEN mean. */
bool utf8_is_control(uint32_t cp);
bool utf8_is_hidden(uint32_t cp);

/* Normal forms, in the arena; NULL when s is not UTF-8. NFKC also folds full-width letters and digits: for look-ups. */
char *utf8_nfc(struct arena *arena, const char *s) must_check;
char *utf8_nfkc(struct arena *arena, const char *s) must_check;

/* Cells on the screen, by the C library's wcwidth as the terminal library counts; broken bytes count one cell. */
int utf8_width(const char *s);
int utf8_width_n(const char *s, size_t n);

/* Whether all of it is UTF-8, control characters and NUL among it or not: to tell a text's coding by. */
bool utf8_is_whole(const char *bytes, size_t n);

/* How many bytes of s fit into so many cells, never cutting a grapheme. */
size_t utf8_clip(const char *s, int cells);

/* Bytes of the first grapheme (what a person calls a character); 1 on a broken byte, 0 at the end. */
size_t utf8_grapheme(const char *s, size_t n);

/* Bytes of the last grapheme before offset n: the step of the backspace key. */
size_t utf8_grapheme_before(const char *s, size_t n);

/* For output on one line: control, hidden and broken become U+FFFD. Returns s itself when it is clean. */
const char *utf8_clean(struct arena *arena, const char *s) must_check;
