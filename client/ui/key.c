#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/key.h"

static const char paste_begin[] = "\033[200~", paste_end[] = "\033[201~";
enum { ESC = 0x1b };

void keys_init(struct keys *keys)
{
    memset(keys, 0, sizeof(*keys));
    str_init(&keys->paste, NULL);
}

void keys_finish(struct keys *keys)
{
    str_finish(&keys->paste);
}

void keys_define(struct keys *keys, const char *bytes, int code)
{
    size_t n = strlen(bytes);
    if (n < 2 || bytes[0] != ESC || n >= sizeof(keys->defined[0].bytes) ||
        keys->defined_count >= KEY_DEFINED_MAX)
        return;
    memcpy(keys->defined[keys->defined_count].bytes, bytes, n + 1);
    keys->defined[keys->defined_count++].code = code;
}

struct key key_code(int code)
{
    return (struct key){.kind = KEY_CODE, .code = code};
}

struct key key_text(const char *character)
{
    struct key key = {.kind = KEY_TEXT};
    uint32_t cp = 0;
    size_t n = utf8_decode(character, strlen(character), &cp);
    key.code = (int)cp;
    memcpy(key.text, character, n);
    return key;
}

/* Two names, one code. */
static int control_code(unsigned char c)
{
    switch (c) {
    case '\r':
    case '\n': return K_ENTER;
    case '\t': return K_TAB;
    case 0x08:
    case 0x7f: return K_BACKSPACE;
    case 'K' - '@': return K_F2;
    case 'X' - '@': return K_F10;
    case 'V' - '@': return K_F11;
    default: return K_CTRL(c + '@');
    }
}

static void send(key_handler *handler, void *context, struct key key)
{
    handler(context, &key);
}

static void send_code(key_handler *handler, void *context, int code)
{
    if (code != K_NONE)
        send(handler, context, key_code(code));
}

/* CSI number ~ */
static int tilde_code(int number)
{
    static const short codes[] = {
        [1] = K_HOME - K_BASE,    [2] = K_INSERT - K_BASE,    [3] = K_DELETE - K_BASE, [4] = K_END - K_BASE,
        [5] = K_PAGE_UP - K_BASE, [6] = K_PAGE_DOWN - K_BASE, [7] = K_HOME - K_BASE,   [8] = K_END - K_BASE,
        [11] = K_F1 - K_BASE,     [12] = K_F2 - K_BASE,       [13] = K_F3 - K_BASE,    [14] = K_F4 - K_BASE,
        [15] = K_F5 - K_BASE,     [17] = K_F6 - K_BASE,       [18] = K_F7 - K_BASE,    [19] = K_F8 - K_BASE,
        [20] = K_F9 - K_BASE,     [21] = K_F10 - K_BASE,      [23] = K_F11 - K_BASE,   [24] = K_F12 - K_BASE,
    };
    if (number < 0 || number >= (int)array_len(codes) || !codes[number])
        return K_NONE;
    return K_BASE + codes[number];
}

/* The last byte of CSI … or SS3 …; modifiers do not matter here. */
static int final_code(char final)
{
    switch (final) {
    case 'A': return K_UP;
    case 'B': return K_DOWN;
    case 'C': return K_RIGHT;
    case 'D': return K_LEFT;
    case 'H': return K_HOME;
    case 'F': return K_END;
    case 'P': return K_F1;
    case 'Q': return K_F2;
    case 'R': return K_F3;
    case 'S': return K_F4;
    case 'Z': return K_BACKTAB;
    default: return K_NONE;
    }
}

/* The application keypad: ESC O p is 0, ESC O M is Enter. */
static void send_keypad(char final, key_handler *handler, void *context)
{
    if (final == 'M') {
        send_code(handler, context, K_ENTER);
    } else if (final >= 'j' && final <= 'y') {
        char text[2] = {"*+,-./0123456789"[final - 'j'], 0};
        send(handler, context, key_text(text));
    } else if (final == 'c' || final == 'd') { /* rxvt: Ctrl with an arrow */
        send_code(handler, context, final == 'c' ? K_WORD_RIGHT : K_WORD_LEFT);
    } else {
        send_code(handler, context, final_code(final));
    }
}

static void send_csi(const char *params, char final, key_handler *handler, void *context)
{
    int first = 0, second = 0;
    enum { WITH_CTRL = 5 };
    int count = sscanf(params, "%d;%d", &first, &second);
    if (count == 2 && second == WITH_CTRL && (final == 'C' || final == 'D')) {
        send_code(handler, context, final == 'C' ? K_WORD_RIGHT : K_WORD_LEFT);
    } else if (final == '~') {
        send_code(handler, context, count > 0 ? tilde_code(first) : K_NONE);
    } else if (final == 'R' && count == 2 && first >= 2) {
        /* We ask for the cursor in row 2 or below only; row 1 would look like F3 with a modifier. */
        send(handler, context, (struct key){.kind = KEY_REPORT, .code = second});
    } else {
        send_code(handler, context, final_code(final));
    }
}

enum match { MATCH_NO, MATCH_PART, MATCH_WHOLE };

static enum match match_defined(const struct keys *keys, int *code_r)
{
    enum match best = MATCH_NO;
    for (size_t i = 0; i < keys->defined_count; i++) {
        const char *bytes = keys->defined[i].bytes;
        if (strncmp(bytes, keys->pending, keys->pending_len) != 0)
            continue;
        if (strlen(bytes) == keys->pending_len) {
            *code_r = keys->defined[i].code;
            return MATCH_WHOLE;
        }
        best = MATCH_PART;
    }
    return best;
}

static bool is_final(char c)
{
    return c >= 0x40 && c <= 0x7e;
}

/* ESC [ … with pending holding at least those two: whole, or wait for more. */
static bool csi_whole(const struct keys *keys)
{
    if (keys->pending_len == 2)
        return false;
    if (keys->pending[2] == '[') /* the Linux console: ESC [ [ A is F1 */
        return keys->pending_len == 4;
    return is_final(keys->pending[keys->pending_len - 1]);
}

static void finish_csi(struct keys *keys, key_handler *handler, void *context)
{
    char text[KEY_SEQUENCE_MAX + 1];
    size_t n = keys->pending_len;
    memcpy(text, keys->pending, n);
    text[n] = '\0';
    keys->pending_len = 0;
    if (strcmp(text, paste_begin) == 0) {
        keys->pasting = true;
        keys->paste_match = 0;
        keys->paste_truncated = false;
        str_clear(&keys->paste);
    } else if (text[2] == '[') {
        send_code(handler, context, text[3] >= 'A' && text[3] <= 'E' ? K_F1 + (text[3] - 'A') : K_NONE);
    } else {
        char final = text[n - 1];
        text[n - 1] = '\0';
        send_csi(text + 2, final, handler, context);
    }
}

static void feed_byte(struct keys *keys, unsigned char c, key_handler *handler, void *context);

/* It was the Esc key after all, and what came behind it are keys of their own. */
static void escape_alone(struct keys *keys, key_handler *handler, void *context)
{
    char rest[KEY_SEQUENCE_MAX];
    size_t n = keys->pending_len - 1;
    memcpy(rest, keys->pending + 1, n);
    keys->pending_len = 0;
    send_code(handler, context, K_ESCAPE);
    for (size_t i = 0; i < n && !keys->drop; i++)
        feed_byte(keys, (unsigned char)rest[i], handler, context);
}

/* A byte was added to an escape sequence. */
static void step_escape(struct keys *keys, key_handler *handler, void *context)
{
    if (keys->pending_len == 1)
        return;
    int code = K_NONE;
    enum match match = match_defined(keys, &code);
    char second = keys->pending[1], last = keys->pending[keys->pending_len - 1];
    if (match == MATCH_WHOLE) {
        keys->pending_len = 0;
        send_code(handler, context, code);
    } else if (second == '[') {
        if (csi_whole(keys) && match == MATCH_NO)
            finish_csi(keys, handler, context);
        else if (keys->pending_len == KEY_SEQUENCE_MAX)
            keys->pending_len = 0;
    } else if (second == 'O') {
        if (keys->pending_len == 3) {
            keys->pending_len = 0;
            send_keypad(last, handler, context);
        }
    } else if (match == MATCH_PART) {
        return;
    } else if (second >= '0' && second <= '9') {
        keys->pending_len = 0;
        send_code(handler, context, second == '0' ? K_F10 : K_F1 + (second - '1'));
    } else {
        escape_alone(keys, handler, context);
    }
}

static void send_char(struct keys *keys, wchar_t c, key_handler *handler, void *context)
{
    struct key key = {.kind = KEY_TEXT, .code = (int)c};
    /* The C library also decodes what is above Unicode, where our codes of other keys begin. */
    if (!utf8_is_control((uint32_t)c) && utf8_encode((uint32_t)c, key.text))
        send(handler, context, key);
}

/* The decoder of the C library keeps the bytes of a character that is not whole yet. */
static void step_char(struct keys *keys, unsigned char c, key_handler *handler, void *context)
{
    bool fresh = mbsinit(&keys->state);
    wchar_t wide;
    size_t n = mbrtowc(&wide, (const char *)&c, 1, &keys->state);
    if (n == (size_t)-2)
        return;
    if (n == (size_t)-1) {
        memset(&keys->state, 0, sizeof(keys->state));
        if (!fresh) /* the broken one ended here; this byte may begin another */
            feed_byte(keys, c, handler, context);
        return;
    }
    if (n == 0 || wide < 0x20 || wide == 0x7f)
        send_code(handler, context, control_code(c));
    else
        send_char(keys, wide, handler, context);
}

static void finish_paste(struct keys *keys, key_handler *handler, void *context)
{
    keys->pasting = false;
    struct str text = keys->paste;
    str_init(&keys->paste, NULL);
    struct key key = {
        .kind = KEY_PASTE, .paste = text.data, .paste_len = text.len, .truncated = keys->paste_truncated};
    send(handler, context, key);
    str_finish(&text);
}

static void paste_add(struct keys *keys, char c)
{
    if (keys->paste.len >= KEY_PASTE_MAX)
        keys->paste_truncated = true;
    else if (c)
        str_add_char(&keys->paste, c);
}

/* Valid UTF-8, CR and CR LF as \n: what a handler may rely on. */
static void tidy_paste(struct str *paste)
{
    struct str out;
    str_init(&out, NULL);
    for (size_t at = 0; at < paste->len;) {
        uint32_t cp;
        size_t n = utf8_decode(paste->data + at, paste->len - at, &cp);
        if (n == 0) {
            at++;
        } else if (cp == '\r') {
            if (paste->data[at + 1] != '\n')
                str_add_char(&out, '\n');
            at++;
        } else {
            str_add_n(&out, paste->data + at, n);
            at += n;
        }
    }
    str_finish(paste);
    *paste = out;
}

static void step_paste(struct keys *keys, char c, key_handler *handler, void *context)
{
    if (c == paste_end[keys->paste_match]) {
        if (paste_end[++keys->paste_match] == '\0') {
            tidy_paste(&keys->paste);
            finish_paste(keys, handler, context);
        }
        return;
    }
    for (size_t i = 0; i < keys->paste_match; i++)
        paste_add(keys, paste_end[i]);
    keys->paste_match = c == ESC ? 1 : 0;
    if (c != ESC)
        paste_add(keys, c);
}

static void feed_byte(struct keys *keys, unsigned char c, key_handler *handler, void *context)
{
    if (keys->pasting) {
        step_paste(keys, (char)c, handler, context);
    } else if (keys->pending_len) {
        if (c == ESC && keys->pending_len == 1) { /* Esc, and then another sequence */
            keys->pending_len = 0;
            send_code(handler, context, K_ESCAPE);
        }
        keys->pending[keys->pending_len++] = (char)c;
        step_escape(keys, handler, context);
    } else if (c == ESC) {
        memset(&keys->state, 0, sizeof(keys->state));
        keys->pending[keys->pending_len++] = (char)c;
    } else {
        step_char(keys, c, handler, context);
    }
}

void keys_feed(struct keys *keys, const char *bytes, size_t n, key_handler *handler, void *context)
{
    keys->drop = false;
    for (size_t i = 0; i < n && !keys->drop; i++)
        feed_byte(keys, (unsigned char)bytes[i], handler, context);
    if (keys->pending_len || keys->pasting)
        keys->since_ms = time_monotonic_ms();
}

int keys_wait_ms(const struct keys *keys)
{
    if (!keys->pending_len && !keys->pasting)
        return -1;
    int64_t limit = keys->pasting ? KEY_PASTE_MS : KEY_ESCAPE_MS;
    int64_t left = keys->since_ms + limit - time_monotonic_ms();
    return left < 0 ? 0 : (int)left;
}

void keys_timeout(struct keys *keys, key_handler *handler, void *context)
{
    if (keys_wait_ms(keys) != 0)
        return;
    keys->drop = false;
    if (keys->pasting) {
        tidy_paste(&keys->paste);
        finish_paste(keys, handler, context);
    } else if (keys->pending_len <= 2) {
        escape_alone(keys, handler, context);
    } else {
        keys->pending_len = 0; /* a sequence that broke off: no key, and its letters are not typing */
    }
}

void keys_drop(struct keys *keys)
{
    keys->drop = true;
    keys->pending_len = 0;
    keys->pasting = false;
    str_clear(&keys->paste);
    memset(&keys->state, 0, sizeof(keys->state));
}

const char *key_label(int code, char *buf, size_t size)
{
    static const char *const names[] = {"↑",     "↓",   "←",     "→",    "PgUp", "PgDn", "Home",  "End",
                                        "Enter", "Tab", "S-Tab", "BkSp", "Del",  "Ins",  "^Left", "^Right"};
    char bytes[5] = "";
    if (code == K_CANCEL)
        return "Esc";
    if (code >= K_F1 && code <= K_F12)
        snprintf(buf, size, "F%d", code - K_F1 + 1);
    else if (code >= K_UP && code <= K_WORD_RIGHT)
        return names[code - K_UP];
    else if (code > K_CTRL_BASE)
        snprintf(buf, size, "^%c", code - K_CTRL_BASE);
    else if (code == ' ')
        return "Space";
    else {
        bytes[utf8_encode((uint32_t)code, bytes)] = '\0';
        snprintf(buf, size, "%s", bytes);
    }
    return buf;
}
