#include <string.h>
#include <wchar.h>

#include "base/utf8.h"
#include "client/ui/canvas.h"

/* Closing marks do not begin a line. */
static bool closes(uint32_t cp)
{
    static const wchar_t marks[] = L"，。、！？；：）」』】》〉”’…—·％";
    return cp && wcschr(marks, (wchar_t)cp);
}

static bool wide(uint32_t cp)
{
    return wcwidth((wchar_t)cp) == 2;
}

/* How much of one paragraph is its first line; at least one grapheme, so that a width of 1 ends too. */
static size_t line_length(const char *text, size_t len, int width)
{
    size_t at = 0, may_break = 0;
    int cells = 0;
    uint32_t before = 0;
    while (at < len) {
        uint32_t cp = 0;
        utf8_decode(text + at, len - at, &cp);
        if (at && (before == ' ' || ((wide(before) || wide(cp)) && !closes(cp) && cp != ' ')))
            may_break = at;
        size_t n = utf8_grapheme(text + at, len - at);
        int w = utf8_width_n(text + at, n);
        if (cells + w > width && cp != ' ') {
            if (may_break)
                return may_break;
            return at ? at : n;
        }
        cells += w;
        before = cp;
        at += n;
    }
    return len;
}

void canvas_wrap(const char *text, int width, void (*line)(void *context, const char *text, size_t len),
                 void *context)
{
    width = width < 1 ? 1 : width;
    for (;;) {
        size_t len = strcspn(text, "\n");
        size_t at = 0;
        do {
            size_t n = line_length(text + at, len - at, width);
            size_t shown = n;
            while (shown && at + n < len && text[at + shown - 1] == ' ')
                shown--;
            line(context, text + at, shown);
            at += n;
        } while (at < len);
        if (!text[len])
            return;
        text += len + 1;
    }
}

static void count_line(void *context, const char *text, size_t len)
{
    (void)text, (void)len;
    ++*(int *)context;
}

int canvas_wrap_count(const char *text, int width)
{
    int lines = 0;
    canvas_wrap(text, width, count_line, &lines);
    return lines;
}

struct paragraph {
    struct canvas *canvas;
    struct area area;
    enum role role;
    int line, first;
    struct str scratch;
};

static void draw_line(void *context, const char *text, size_t len)
{
    struct paragraph *p = context;
    int row = p->line++ - p->first;
    if (row < 0 || row >= p->area.rows)
        return;
    str_clear(&p->scratch);
    str_add_n(&p->scratch, text, len);
    canvas_put(p->canvas, p->area.row + row, p->area.col, p->area.cols, p->role, p->scratch.data);
}

int canvas_paragraph(struct canvas *canvas, struct area area, enum role role, const char *text, int first)
{
    struct paragraph p = {.canvas = canvas, .area = area, .role = role, .first = first};
    str_init(&p.scratch, NULL);
    canvas_wrap(text, area.cols, draw_line, &p);
    str_finish(&p.scratch);
    int rows = p.line - first;
    return rows < 0 ? 0 : rows < area.rows ? rows : area.rows;
}
