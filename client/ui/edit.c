#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/edit.h"

enum { SECRET_BYTES = 1024 }; /* reserved at once, so that a secret never moves and leaves a copy behind */

void edit_init(struct edit *edit, size_t max, bool multi_line, bool secret)
{
    *edit = (struct edit){.max = max, .multi_line = multi_line, .secret = secret};
    str_init(&edit->text, NULL);
    if (secret)
        str_reserve(&edit->text, SECRET_BYTES);
}

static void forget_cleared(struct edit *edit)
{
    free(edit->cleared);
    edit->cleared = NULL;
}

static void wipe(struct edit *edit)
{
    if (edit->secret && edit->text.cap)
        explicit_bzero(edit->text.data, edit->text.len);
}

void edit_finish(struct edit *edit)
{
    wipe(edit);
    str_finish(&edit->text);
    forget_cleared(edit);
    edit->cursor = 0;
}

static size_t count_chars(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static bool fits(const struct edit *edit, size_t chars, size_t bytes)
{
    size_t most = edit->secret ? SECRET_BYTES - 1 : EDIT_MAX;
    return bytes <= most && (!edit->max || chars <= edit->max);
}

/* What may stand in the text. A line end or tab in a single line is a space, and none at its end. */
static void clean(const struct edit *edit, const char *text, size_t len, struct str *out)
{
    while (!edit->multi_line && len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    for (size_t at = 0; at < len;) {
        uint32_t cp;
        size_t n = utf8_decode(text + at, len - at, &cp);
        if (n == 0) {
            at++;
            continue;
        }
        if (cp == '\t' || (cp == '\n' && !edit->multi_line))
            str_add_char(out, ' ');
        else if (cp == '\n' || !(utf8_is_control(cp) || utf8_is_hidden(cp)))
            str_add_n(out, text + at, n);
        at += n;
    }
}

/* Cuts text to the graphemes that there is room for. */
static size_t cut_to_room(const struct edit *edit, const char *text, size_t len)
{
    size_t chars = count_chars(edit->text.data, edit->text.len), bytes = edit->text.len, at = 0;
    while (at < len) {
        size_t n = utf8_grapheme(text + at, len - at);
        chars += count_chars(text + at, n);
        bytes += n;
        if (!fits(edit, chars, bytes))
            break;
        at += n;
    }
    return at;
}

static void snap(struct edit *edit, size_t cursor)
{
    size_t at = 0;
    while (at < cursor && at < edit->text.len)
        at += utf8_grapheme(edit->text.data + at, edit->text.len - at);
    edit->cursor = at;
}

static bool is_ascii(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

static void splice(struct edit *edit, const char *text, size_t n)
{
    struct str *s = &edit->text;
    str_reserve(s, n);
    memmove(s->data + edit->cursor + n, s->data + edit->cursor, s->len - edit->cursor + 1);
    memcpy(s->data + edit->cursor, text, n);
    s->len += n;
}

/* Marks join the characters before them: the text is composed again, and the cursor stays behind what came
 * in. */
static void compose(struct edit *edit, size_t cursor)
{
    struct arena *arena = arena_create(0);
    char *head = utf8_nfc(arena, arena_strndup(arena, edit->text.data, cursor));
    char *whole = utf8_nfc(arena, edit->text.data);
    if (head && whole) {
        size_t at = strlen(head);
        str_clear(&edit->text);
        str_add(&edit->text, whole);
        if (edit->secret)
            explicit_bzero(whole, strlen(whole));
        snap(edit, at);
    }
    arena_destroy(arena);
}

bool edit_insert(struct edit *edit, const char *text, size_t len)
{
    struct str in;
    str_init(&in, NULL);
    clean(edit, text, len, &in);
    size_t n = cut_to_room(edit, in.data, in.len);
    bool all = n == in.len;
    splice(edit, in.data, n);
    if (is_ascii(in.data, n) &&
        is_ascii(edit->text.data + edit->cursor + n, edit->text.len - edit->cursor - n))
        edit->cursor += n;
    else
        compose(edit, edit->cursor + n);
    if (edit->secret)
        explicit_bzero(in.data, in.len);
    str_finish(&in);
    return all;
}

void edit_set(struct edit *edit, const char *text)
{
    wipe(edit);
    str_clear(&edit->text);
    edit->cursor = 0;
    forget_cleared(edit);
    if (text)
        edit_insert(edit, text, strlen(text));
    edit->cursor = edit->text.len;
}

bool edit_left(struct edit *edit)
{
    if (edit->cursor == 0)
        return false;
    edit->cursor -= utf8_grapheme_before(edit->text.data, edit->cursor);
    return true;
}

bool edit_right(struct edit *edit)
{
    if (edit->cursor >= edit->text.len)
        return false;
    edit->cursor += utf8_grapheme(edit->text.data + edit->cursor, edit->text.len - edit->cursor);
    return true;
}

bool edit_home(struct edit *edit)
{
    size_t at = edit->cursor;
    while (at && edit->text.data[at - 1] != '\n')
        at--;
    bool moved = at != edit->cursor;
    edit->cursor = at;
    return moved;
}

bool edit_end(struct edit *edit)
{
    size_t at = edit->cursor + strcspn(edit->text.data + edit->cursor, "\n");
    bool moved = at != edit->cursor;
    edit->cursor = at;
    return moved;
}

static void cut(struct edit *edit, size_t from, size_t n)
{
    struct str *s = &edit->text;
    memmove(s->data + from, s->data + from + n, s->len - from - n + 1);
    if (edit->secret)
        explicit_bzero(s->data + s->len - n, n);
    s->len -= n;
    edit->cursor = from;
    if (!is_ascii(s->data + from, MIN(s->len - from, 4)))
        compose(edit, from);
}

bool edit_backspace(struct edit *edit)
{
    if (edit->cursor == 0)
        return false;
    size_t n = utf8_grapheme_before(edit->text.data, edit->cursor);
    cut(edit, edit->cursor - n, n);
    return true;
}

bool edit_delete(struct edit *edit)
{
    if (edit->cursor >= edit->text.len)
        return false;
    cut(edit, edit->cursor, utf8_grapheme(edit->text.data + edit->cursor, edit->text.len - edit->cursor));
    return true;
}

bool edit_clear(struct edit *edit)
{
    if (edit->text.len) {
        char *kept = edit->secret ? NULL : memory_strdup(edit->text.data);
        edit_set(edit, NULL);
        edit->cleared = kept;
        return true;
    }
    if (!edit->cleared)
        return false;
    char *kept = edit->cleared;
    edit->cleared = NULL;
    edit_set(edit, kept);
    free(kept);
    return true;
}
