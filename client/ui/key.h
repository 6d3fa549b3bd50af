#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "base/str.h"

/*
 * Keys. A typed character has its code point as code; every other key has a code above Unicode. Keys with two
 * names (Ctrl-K is F2, Ctrl-X is F10, Ctrl-V is F11, Esc is F12) arrive under one, so nobody handles both.
 */
enum {
    K_NONE = 0,
    K_BASE = 0x110000,
    K_F1,
    K_F2,
    K_F3,
    K_F4,
    K_F5,
    K_F6,
    K_F7,
    K_F8,
    K_F9,
    K_F10,
    K_F11,
    K_F12,
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_HOME,
    K_END,
    K_ENTER,
    K_TAB,
    K_BACKTAB,
    K_BACKSPACE,
    K_DELETE,
    K_INSERT,
    K_WORD_LEFT, /* Ctrl with an arrow */
    K_WORD_RIGHT,
    K_CTRL_BASE = 0x110100, /* + the capital letter */

    K_HELP = K_F1,
    K_PALETTE = K_F2,
    K_LEAVE = K_F3,
    K_LOOKUP = K_F4,
    K_REFRESH = K_F5,
    K_NEW = K_F6,
    K_PREVIOUS = K_F7,
    K_NEXT = K_F8,
    K_FILTER = K_F9,
    K_SAVE = K_F10,
    K_VIEW = K_F11,
    K_CANCEL = K_F12,
    K_ESCAPE = K_F12,
};
#define K_CTRL(letter) (K_CTRL_BASE + (letter))

enum key_kind {
    KEY_TEXT,   /* a character: code and text */
    KEY_CODE,   /* any other key: code */
    KEY_PASTE,  /* pasted text as one key, valid UTF-8 with \n line ends; code is K_NONE */
    KEY_REPORT, /* the terminal's answer to a cursor report: code is the column. Never reaches a screen */
};

enum { KEY_PASTE_MAX = 100 * 1024 }; /* bytes; more is dropped and `truncated` set */

struct key {
    enum key_kind kind;
    int code;
    char text[8];      /* KEY_TEXT: UTF-8 */
    const char *paste; /* KEY_PASTE: valid during the call only */
    size_t paste_len;
    bool truncated;
};

typedef void key_handler(void *context, const struct key *key);

enum { KEY_SEQUENCE_MAX = 64, KEY_DEFINED_MAX = 96 };

/* Turns the bytes of a terminal into keys; keeps what is incomplete until the next bytes or a timeout. */
struct keys {
    mbstate_t state; /* of a character whose bytes came in two reads */
    char pending[KEY_SEQUENCE_MAX];
    size_t pending_len;
    bool pasting;
    bool paste_truncated;
    size_t paste_match; /* how much of the end mark was seen */
    struct str paste;
    bool drop; /* a handler asked to forget what was typed ahead */
    int64_t since_ms;
    struct {
        char bytes[16];
        int code;
    } defined[KEY_DEFINED_MAX];
    size_t defined_count;
};

enum { KEY_ESCAPE_MS = 100, KEY_PASTE_MS = 2000 };

void keys_init(struct keys *keys);
void keys_finish(struct keys *keys);

/* A sequence of this terminal that the built-in ones (xterm, VT, Linux, PuTTY, rxvt, screen) may not have. */
void keys_define(struct keys *keys, const char *bytes, int code);
void keys_feed(struct keys *keys, const char *bytes, size_t n, key_handler *handler, void *context);

/* Milliseconds until keys_timeout() is due, or -1 when nothing is half typed. */
int keys_wait_ms(const struct keys *keys);
void keys_timeout(struct keys *keys, key_handler *handler, void *context);

/* Forgets everything half typed, and during a keys_feed() also the bytes behind the present key. */
void keys_drop(struct keys *keys);

/* "F1", "^T", "Enter", "d": as in the key bar. Static or in buf. */
const char *key_label(int code, char *buf, size_t size);

struct key key_code(int code);
struct key key_text(const char *character);
