#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "client/ui/textarea.h"

void textarea_init(struct textarea *area, size_t max)
{
    *area = (struct textarea){.cols = 78, .rows = 1};
    edit_init(&area->edit, max, true, false);
}

void textarea_finish(struct textarea *area)
{
    edit_finish(&area->edit);
}

void textarea_set(struct textarea *area, const char *text)
{
    edit_set(&area->edit, text);
    area->edit.cursor = 0;
    area->scroll = 0;
}

void textarea_go_end(struct textarea *area)
{
    area->edit.cursor = area->edit.text.len;
}

const char *textarea_text(const struct textarea *area)
{
    return area->edit.text.data;
}

/* The lines as they are wrapped now: where each begins in the text, and its bytes without the spaces it ends
 * in. */
struct line {
    size_t start, len;
};

struct lines {
    const char *base;
    VEC(struct line) all;
};

static void add_line(void *context, const char *text, size_t len)
{
    struct lines *lines = context;
    vec_push(&lines->all, ((struct line){(size_t)(text - lines->base), len}));
}

static void wrap(const struct textarea *area, struct lines *lines)
{
    *lines = (struct lines){.base = area->edit.text.data};
    canvas_wrap(lines->base, area->cols, add_line, lines);
}

static size_t line_of_cursor(const struct textarea *area, const struct lines *lines)
{
    size_t line = lines->all.count - 1;
    while (line && lines->all.items[line].start > area->edit.cursor)
        line--;
    return line;
}

static int cell_of_cursor(const struct textarea *area, const struct line *line)
{
    int cell = utf8_width_n(area->edit.text.data + line->start, area->edit.cursor - line->start);
    return cell < area->cols ? cell : area->cols - 1;
}

static void move_to_cell(struct textarea *area, const struct line *line, int cell)
{
    const char *text = area->edit.text.data + line->start;
    size_t at = 0;
    while (at < line->len) {
        size_t n = utf8_grapheme(text + at, line->len - at);
        cell -= utf8_width_n(text + at, n);
        if (cell < 0)
            break;
        at += n;
    }
    area->edit.cursor = line->start + at;
}

static enum input_result move_lines(struct textarea *area, int by)
{
    struct lines lines;
    wrap(area, &lines);
    int line = (int)line_of_cursor(area, &lines), last = (int)lines.all.count - 1;
    int to = line + by < 0 ? 0 : line + by > last ? last : line + by;
    if (to != line)
        move_to_cell(area, &lines.all.items[to], cell_of_cursor(area, &lines.all.items[line]));
    vec_finish(&lines.all);
    return to == line ? INPUT_UNUSED : INPUT_USED;
}

static enum input_result insert(struct textarea *area, const char *text, size_t len)
{
    size_t before = area->edit.text.len;
    bool all = edit_insert(&area->edit, text, len);
    area->cut = !all;
    return !all && area->edit.text.len == before ? INPUT_REFUSED : INPUT_CHANGED;
}

static enum input_result changed(bool change)
{
    return change ? INPUT_CHANGED : INPUT_USED;
}

static enum input_result change(struct textarea *area, int code)
{
    if (area->readonly)
        return code == K_ENTER ? INPUT_UNUSED : INPUT_REFUSED;
    switch (code) {
    case K_ENTER: return insert(area, "\n", 1);
    case K_BACKSPACE: return changed(edit_backspace(&area->edit));
    case K_DELETE: return changed(edit_delete(&area->edit));
    case K_CTRL('W'): return changed(edit_delete_word(&area->edit));
    case K_CTRL('Y'): return edit_undo(&area->edit) ? INPUT_CHANGED : INPUT_REFUSED;
    default: return changed(edit_clear(&area->edit));
    }
}

static enum input_result command(struct textarea *area, int code)
{
    struct edit *edit = &area->edit;
    switch (code) {
    case K_LEFT: edit_left(edit); return INPUT_USED;
    case K_RIGHT: edit_right(edit); return INPUT_USED;
    case K_WORD_LEFT: edit_word_left(edit); return INPUT_USED;
    case K_WORD_RIGHT: edit_word_right(edit); return INPUT_USED;
    case K_HOME: edit_home(edit); return INPUT_USED;
    case K_END: edit_end(edit); return INPUT_USED;
    case K_UP: return move_lines(area, -1);
    case K_DOWN: return move_lines(area, 1);
    case K_PAGE_UP: return move_lines(area, -area->rows);
    case K_PAGE_DOWN: return move_lines(area, area->rows);
    case K_ENTER:
    case K_BACKSPACE:
    case K_DELETE:
    case K_CTRL('W'):
    case K_CTRL('Y'):
    case K_CTRL('U'): return change(area, code);
    default: return INPUT_UNUSED;
    }
}

enum input_result textarea_key(struct textarea *area, const struct key *key)
{
    enum input_result result;
    area->cut = false;
    if (key->kind == KEY_CODE)
        result = command(area, key->code);
    else if (key->kind == KEY_REPORT)
        return INPUT_UNUSED;
    else if (area->readonly)
        return INPUT_REFUSED;
    else if (key->kind == KEY_TEXT)
        result = insert(area, key->text, strlen(key->text));
    else
        result = insert(area, key->paste, key->paste_len);
    area->cut = result == INPUT_CHANGED && (area->cut || (key->kind == KEY_PASTE && key->truncated));
    if (result == INPUT_CHANGED)
        area->invalid = false;
    return result;
}

static void draw_line(struct textarea *area, struct canvas *canvas, int row, int col, const struct line *line)
{
    enum role role = area->readonly ? ROLE_READONLY : ROLE_FIELD;
    int used = 0;
    if (line) {
        struct str text;
        str_init(&text, NULL);
        str_add_n(&text, area->edit.text.data + line->start, line->len);
        used = canvas_put(canvas, row, col, area->cols, role, text.data);
        str_finish(&text);
    }
    canvas_fill(canvas, (struct area){row, col + used, 1, area->cols - used}, role,
                area->readonly ? L' ' : L'_');
}

static const char *mark(const struct textarea *area, size_t lines)
{
    if (area->invalid)
        return "!";
    if (area->required && !area->edit.text.len)
        return "*";
    return area->scroll + area->rows < (int)lines ? "▼" : area->scroll ? "▲" : " ";
}

/* The last column is for the mark. */
void textarea_draw(struct textarea *area, struct canvas *canvas, struct area where, bool focused)
{
    area->cols = where.cols > 2 ? where.cols - 1 : 1;
    area->rows = where.rows > 0 ? where.rows : 1;
    struct lines lines;
    wrap(area, &lines);
    size_t line = line_of_cursor(area, &lines);
    if ((int)line < area->scroll)
        area->scroll = (int)line;
    if ((int)line >= area->scroll + area->rows)
        area->scroll = (int)line - area->rows + 1;
    for (int i = 0; i < area->rows; i++) {
        size_t at = (size_t)(area->scroll + i);
        draw_line(area, canvas, where.row + i, where.col, at < lines.all.count ? &lines.all.items[at] : NULL);
    }
    canvas_text(canvas, where.row, where.col + area->cols, 1, area->invalid ? ROLE_ERROR : ROLE_WARNING,
                ALIGN_LEFT, mark(area, lines.all.count));
    if (focused)
        canvas_cursor(canvas, where.row + (int)line - area->scroll,
                      where.col + cell_of_cursor(area, &lines.all.items[line]));
    vec_finish(&lines.all);
}
