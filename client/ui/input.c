#include <string.h>

#include "base/utf8.h"
#include "base/util.h"
#include "client/ui/input.h"

enum { SLOW_LIT = 8 }; /* cells of a selected value that light up on a slow line */

static const struct {
    const char *allowed; /* NULL: everything; else ASCII after folding */
    bool printable;      /* every printable ASCII character */
} kinds[] = {
    [INPUT_TEXT] = {NULL},
    [INPUT_DIGITS] = {"0123456789"},
    [INPUT_CODE] = {"", .printable = true},
    [INPUT_PHONE] = {"0123456789+-()#* "},
    [INPUT_AMOUNT] = {"0123456789.,-+*/()="},
    [INPUT_DATE] = {"0123456789-/.:+ "},
    [INPUT_SECRET] = {NULL},
};

void input_init(struct input *field, enum input_kind kind, size_t max)
{
    *field = (struct input){.kind = kind};
    edit_init(&field->edit, max, false, kind == INPUT_SECRET);
}

void input_finish(struct input *field)
{
    edit_finish(&field->edit);
}

void input_set(struct input *field, const char *text)
{
    edit_set(&field->edit, text);
    field->scroll = 0;
    field->selected = false;
}

void input_select(struct input *field)
{
    field->edit.cursor = field->edit.text.len;
    field->selected = !field->readonly && !input_empty(field);
}

const char *input_text(const struct input *field)
{
    return field->edit.text.data;
}

bool input_empty(const struct input *field)
{
    return field->edit.text.len == 0;
}

static bool allowed(enum input_kind kind, char c)
{
    if (kinds[kind].printable)
        return c >= ' ' && c <= '~';
    return c && strchr(kinds[kind].allowed, c);
}

/* Signs that have no plain form of their own. */
static char plain_of(uint32_t cp)
{
    switch (cp) {
    case 0x3002: return '.'; /* 。 */
    case 0x2212: return '-'; /* − */
    case 0x00d7: return '*'; /* × */
    case 0x00f7: return '/'; /* ÷ */
    default: return '\0';
    }
}

/* Full-width letters and digits as plain ones; the full stop an input method makes of a point as a point. */
static void fold(enum input_kind kind, const char *text, size_t len, struct str *out)
{
    struct arena *arena = arena_create(0);
    const char *folded = utf8_nfkc(arena, arena_strndup(arena, text, len));
    for (const char *p = folded ? folded : ""; *p;) {
        uint32_t cp = 0;
        size_t n = utf8_decode(p, strlen(p), &cp);
        char c = cp < 0x80 ? (char)cp : plain_of(cp);
        if (allowed(kind, c))
            str_add_char(out, c);
        p += n ? n : 1;
    }
    arena_destroy(arena);
}

static enum input_result insert(struct input *field, const char *text, size_t len)
{
    size_t before = field->selected ? 0 : field->edit.text.len;
    struct str in;
    str_init(&in, NULL);
    if (kinds[field->kind].allowed)
        fold(field->kind, text, len, &in);
    bool folded = kinds[field->kind].allowed != NULL;
    bool nothing = folded ? in.len == 0 : len == 0;
    bool all = nothing || (field->selected ? edit_replace : edit_insert)(
                              &field->edit, folded ? in.data : text, folded ? in.len : len);
    field->cut = !all;
    str_finish(&in);
    if (nothing || (!all && field->edit.text.len == before))
        return INPUT_REFUSED;
    field->selected = false;
    return INPUT_CHANGED;
}

static enum input_result changed(bool change)
{
    return change ? INPUT_CHANGED : INPUT_USED;
}

static enum input_result command(struct input *field, int code)
{
    struct edit *edit = &field->edit;
    bool all = field->selected && code == K_DELETE;
    switch (code) {
    case K_LEFT: edit_left(edit); return INPUT_USED;
    case K_RIGHT: edit_right(edit); return INPUT_USED;
    case K_WORD_LEFT: edit_word_left(edit); return INPUT_USED;
    case K_WORD_RIGHT: edit_word_right(edit); return INPUT_USED;
    case K_HOME: edit_home(edit); return INPUT_USED;
    case K_END: edit_end(edit); return INPUT_USED;
    case K_BACKSPACE: return field->readonly ? INPUT_REFUSED : changed(edit_backspace(edit));
    case K_DELETE: return field->readonly ? INPUT_REFUSED : changed((all ? edit_clear : edit_delete)(edit));
    case K_CTRL('W'): return field->readonly ? INPUT_REFUSED : changed(edit_delete_word(edit));
    case K_CTRL('Y'): return field->readonly || !edit_undo(edit) ? INPUT_REFUSED : INPUT_CHANGED;
    case K_CTRL('U'): return field->readonly ? INPUT_REFUSED : changed(edit_clear(edit));
    default: return INPUT_UNUSED;
    }
}

static bool touched_secret;

bool input_touched_secret(void)
{
    bool touched = touched_secret;
    touched_secret = false;
    return touched;
}

enum input_result input_key(struct input *field, const struct key *key)
{
    touched_secret = touched_secret || field->kind == INPUT_SECRET;
    enum input_result result = INPUT_UNUSED;
    field->cut = false;
    if (key->kind == KEY_REPORT)
        return INPUT_UNUSED;
    if (key->kind == KEY_CODE) {
        result = command(field, key->code);
        field->selected &= result == INPUT_UNUSED || result == INPUT_REFUSED;
    } else if (field->readonly)
        return INPUT_REFUSED;
    else if (key->kind == KEY_TEXT)
        result = insert(field, key->text, strlen(key->text));
    else
        result = insert(field, key->paste, key->paste_len);
    field->cut = result == INPUT_CHANGED && (field->cut || (key->kind == KEY_PASTE && key->truncated));
    if (result == INPUT_CHANGED)
        field->invalid = false;
    return result;
}

static int cells(const struct input *field, size_t from, size_t to)
{
    const char *text = input_text(field);
    if (field->kind != INPUT_SECRET)
        return utf8_width_n(text + from, to - from);
    int count = 0;
    for (; from < to; count++)
        from += utf8_grapheme(text + from, to - from);
    return count;
}

static size_t step(const struct input *field, size_t at)
{
    return at + utf8_grapheme(input_text(field) + at, field->edit.text.len - at);
}

/* Jumps by half a width, not by one: a scrolled field costs a repaint once in a while, not at each letter. */
static void scroll_to_cursor(struct input *field, int width)
{
    size_t cursor = field->edit.cursor, len = field->edit.text.len;
    if (cells(field, 0, len) <= width) {
        field->scroll = 0;
        return;
    }
    /* Behind the last character the cursor may stand on the cell of the mark. */
    int under = cursor < len ? cells(field, cursor, step(field, cursor)) : 0;
    /* A field that became wider, or its text shorter, does not stay half empty. */
    if (cursor >= field->scroll && field->scroll <= len &&
        cells(field, field->scroll, cursor) + under <= width && cells(field, field->scroll, len) >= width / 2)
        return;
    field->scroll = 0;
    while (field->scroll < cursor && cells(field, field->scroll, cursor) > width / 2)
        field->scroll = step(field, field->scroll);
}

static void add_shown(const struct input *field, size_t from, size_t to, struct str *out)
{
    if (field->kind != INPUT_SECRET)
        str_add_n(out, input_text(field) + from, to - from);
    else
        for (int n = cells(field, from, to); n > 0; n--)
            str_add_char(out, '*');
}

static void draw_mark(const struct input *field, struct canvas *canvas, int row, int col, bool more)
{
    if (field->invalid)
        canvas_text(canvas, row, col, 1, ROLE_ERROR, ALIGN_LEFT, "!");
    else if (field->required && input_empty(field))
        canvas_text(canvas, row, col, 1, ROLE_WARNING, ALIGN_LEFT, "*");
    else
        canvas_text(canvas, row, col, 1, ROLE_DIM, ALIGN_LEFT, more ? ">" : field->scroll ? "<" : " ");
}

void input_draw(struct input *field, struct canvas *canvas, int row, int col, int width, bool focused)
{
    width = MAX(width, 1);
    if (focused)
        scroll_to_cursor(field, width);
    else
        field->scroll = 0;
    size_t end = field->scroll;
    int used = 0;
    while (end < field->edit.text.len) {
        int w = cells(field, end, step(field, end));
        if (used + w > width)
            break;
        used += w;
        end = step(field, end);
    }
    enum role role = field->readonly ? ROLE_READONLY : ROLE_FIELD;
    struct str shown;
    str_init(&shown, NULL);
    add_shown(field, field->scroll, end, &shown);
    canvas_put(canvas, row, col, width, role, shown.data);
    str_finish(&shown);
    canvas_fill(canvas, (struct area){row, col + used, 1, width - used}, role, field->readonly ? L' ' : L'_');
    if (focused && field->selected)
        canvas_paint(canvas, row, col, canvas->slow ? MIN(used, (int)SLOW_LIT) : used, ROLE_SELECT);
    draw_mark(field, canvas, row, col + width, end < field->edit.text.len);
    if (focused)
        canvas_cursor(canvas, row, col + cells(field, field->scroll, field->edit.cursor));
}

void input_label(struct canvas *canvas, int row, int col, int width, const char *label, bool focused)
{
    canvas_text(canvas, row, col, width, focused ? ROLE_FOCUS : ROLE_LABEL, ALIGN_LEFT, label);
}
