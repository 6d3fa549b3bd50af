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

static void forget_states(struct edit *edit)
{
    vec_each(struct edit_state, state, &edit->before) free(state->text);
    vec_clear(&edit->before);
    edit->run = 0;
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
    forget_states(edit);
    vec_finish(&edit->before);
    edit->cursor = 0;
}

/* ---- undo ---- */

enum { RUN_NONE, RUN_TYPING, RUN_DELETING };

/* Before a change. One of the same kind that goes on where the last one ended needs no state of its own. */
static void remember(struct edit *edit, int run)
{
    bool same = run != RUN_NONE && run == edit->run && edit->run_at == edit->cursor;
    edit->run = run;
    if (same || edit->secret)
        return;
    if (edit->before.count == EDIT_UNDO_MAX) {
        free(edit->before.items[0].text);
        memmove(edit->before.items, edit->before.items + 1,
                (EDIT_UNDO_MAX - 1) * sizeof(edit->before.items[0]));
        edit->before.count--;
    }
    vec_push(&edit->before, (struct edit_state){memory_strdup(edit->text.data), edit->cursor});
}

/* After it: nothing was changed after all, or where the run goes on. */
static bool remembered(struct edit *edit, bool changed)
{
    edit->run_at = edit->cursor;
    if (changed || edit->secret || !edit->before.count)
        return changed;
    if (strcmp(vec_last(&edit->before).text, edit->text.data) == 0) {
        free(vec_last(&edit->before).text);
        edit->before.count--;
        edit->run = RUN_NONE;
    }
    return changed;
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

static bool insert(struct edit *edit, const char *text, size_t len)
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

bool edit_insert(struct edit *edit, const char *text, size_t len)
{
    enum { CHARACTER_MOST = 4 };
    size_t before = edit->text.len;
    bool blank = len == 1 && (*text == ' ' || *text == '\n');
    remember(edit, len <= CHARACTER_MOST && !blank ? RUN_TYPING : RUN_NONE);
    bool all = insert(edit, text, len);
    remembered(edit, edit->text.len != before);
    return all;
}

bool edit_replace(struct edit *edit, const char *text, size_t len)
{
    struct str in;
    str_init(&in, NULL);
    clean(edit, text, len, &in);
    bool all = true;
    if (in.len) {
        remember(edit, RUN_NONE);
        wipe(edit);
        str_clear(&edit->text);
        edit->cursor = 0;
        all = insert(edit, in.data, in.len);
        edit->run = RUN_TYPING;
        edit->run_at = edit->cursor;
    }
    if (edit->secret)
        explicit_bzero(in.data, in.len);
    str_finish(&in);
    return all;
}

static void set(struct edit *edit, const char *text)
{
    wipe(edit);
    str_clear(&edit->text);
    edit->cursor = 0;
    forget_cleared(edit);
    if (text)
        insert(edit, text, strlen(text));
    edit->cursor = edit->text.len;
}

void edit_set(struct edit *edit, const char *text)
{
    forget_states(edit);
    set(edit, text);
}

bool edit_undo(struct edit *edit)
{
    if (!edit->before.count)
        return false;
    struct edit_state state = vec_pop(&edit->before);
    set(edit, state.text);
    edit->cursor = MIN(state.cursor, edit->text.len);
    edit->run = RUN_NONE;
    free(state.text);
    return true;
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
    remember(edit, RUN_DELETING);
    cut(edit, edit->cursor - n, n);
    return remembered(edit, true);
}

/* ---- words ---- */

enum word { WORD_BLANK, WORD_LETTERS, WORD_SIGN, WORD_WIDE };

static enum word word_at(const struct edit *edit, size_t at)
{
    uint32_t cp = 0;
    utf8_decode(edit->text.data + at, edit->text.len - at, &cp);
    if (cp == ' ' || cp == '\n' || cp == 0x3000)
        return WORD_BLANK;
    if (cp < 0x80)
        return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || cp == '_'
                   ? WORD_LETTERS
                   : WORD_SIGN;
    if ((cp >= 0x3001 && cp <= 0x303f) || (cp >= 0xff01 && cp <= 0xff0f) || (cp >= 0x2010 && cp <= 0x206f))
        return WORD_SIGN;
    return cp < 0x2e80 ? WORD_LETTERS : WORD_WIDE;
}

static enum word word_before(const struct edit *edit)
{
    return word_at(edit, edit->cursor - utf8_grapheme_before(edit->text.data, edit->cursor));
}

bool edit_word_left(struct edit *edit)
{
    size_t from = edit->cursor;
    while (edit->cursor && word_before(edit) == WORD_BLANK)
        edit_left(edit);
    enum word word = edit->cursor ? word_before(edit) : WORD_BLANK;
    while (edit->cursor && word_before(edit) == word)
        edit_left(edit);
    return edit->cursor != from;
}

bool edit_word_right(struct edit *edit)
{
    size_t from = edit->cursor;
    enum word word = edit->cursor < edit->text.len ? word_at(edit, edit->cursor) : WORD_BLANK;
    while (edit->cursor < edit->text.len && word_at(edit, edit->cursor) == word)
        edit_right(edit);
    while (edit->cursor < edit->text.len && word_at(edit, edit->cursor) == WORD_BLANK)
        edit_right(edit);
    return edit->cursor != from;
}

bool edit_delete_word(struct edit *edit)
{
    size_t end = edit->cursor;
    if (!edit_word_left(edit))
        return false;
    size_t from = edit->cursor;
    edit->cursor = end;
    remember(edit, RUN_NONE);
    cut(edit, from, end - from);
    return remembered(edit, true);
}

bool edit_delete(struct edit *edit)
{
    if (edit->cursor >= edit->text.len)
        return false;
    remember(edit, RUN_DELETING);
    cut(edit, edit->cursor, utf8_grapheme(edit->text.data + edit->cursor, edit->text.len - edit->cursor));
    return remembered(edit, true);
}

bool edit_clear(struct edit *edit)
{
    if (edit->text.len) {
        char *kept = edit->secret ? NULL : memory_strdup(edit->text.data);
        remember(edit, RUN_NONE);
        set(edit, NULL);
        edit->cleared = kept;
        return true;
    }
    if (!edit->cleared)
        return false;
    char *kept = edit->cleared;
    edit->cleared = NULL;
    remember(edit, RUN_NONE);
    set(edit, kept);
    free(kept);
    return true;
}
