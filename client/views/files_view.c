#include "client/views/files_view.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "client/ui/picture.h"
#include "client/ui/words.h"

enum { LINES_MAX = 100000, TAB_CELLS = 8 };

struct view {
    struct screen screen;
    struct app_context *app;
    char *name;
    struct arena *arena;
    VEC(const char *) lines;
    size_t top;
    int shift, page;
};

static struct view *view_of(struct screen *screen)
{
    return container_of(screen, struct view, screen);
}

static bool is_picture(const char *type)
{
    static const char *const types[] = {"jpeg", "png", "gif", "webp"};
    for (size_t i = 0; i < array_len(types); i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

bool file_view_can(const char *type)
{
    return strcmp(type, "text") == 0 || strcmp(type, "csv") == 0 || is_picture(type);
}

/* ---- text */

/* malloc'd; NULL: it is no GB18030 either. */
static char *from_gb18030(const char *bytes, size_t n)
{
    size_t room = 2 * n + 4, left = room;
    char *out = memory_zeroed(1, room + 1), *at = out, *from = (char *)(uintptr_t)bytes;
    iconv_t way = iconv_open("UTF-8", "GB18030");
    bool done = way != (iconv_t)-1 && iconv(way, &from, &n, &at, &left) != (size_t)-1;
    if (way != (iconv_t)-1)
        iconv_close(way);
    if (done)
        return out;
    free(out);
    return NULL;
}

static const char *clean_line(struct arena *arena, const char *text, size_t len)
{
    struct str out;
    str_init(&out, arena);
    for (size_t i = 0, column = 0; i < len; i++) {
        if (text[i] != '\t') {
            str_add_char(&out, text[i]);
            column++;
            continue;
        }
        do
            str_add_char(&out, ' ');
        while (++column % TAB_CELLS);
    }
    return utf8_clean(arena, out.data);
}

static void add_lines(struct view *view, const char *text)
{
    while (*text && view->lines.count < LINES_MAX) {
        size_t len = strcspn(text, "\n"), shown = len;
        while (shown && text[shown - 1] == '\r')
            shown--;
        const char *line = clean_line(view->arena, text, shown);
        vec_push(&view->lines, line);
        text += len + (text[len] == '\n');
    }
}

static void read_text(struct view *view, const char *bytes, size_t n)
{
    bool marked = n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
    char *copy = memory_zeroed(1, n + 1), *other = NULL;
    memcpy(copy, bytes, n);
    if (!utf8_is_whole(bytes, n))
        other = from_gb18030(bytes, n);
    add_lines(view, other ? other : copy + (marked ? 3 : 0));
    free(other);
    free(copy);
}

/* ---- the screen */

static void scroll(struct view *view, long by)
{
    size_t last = view->lines.count > (size_t)view->page ? view->lines.count - (size_t)view->page : 0;
    long top = (long)view->top + by;
    view->top = top < 0 ? 0 : MIN((size_t)top, last);
}

static unsigned view_key(struct screen *screen, const struct key *key)
{
    struct view *view = view_of(screen);
    switch (key->code) {
    case K_UP: scroll(view, -1); break;
    case K_DOWN: scroll(view, 1); break;
    case K_PAGE_UP: scroll(view, -view->page); break;
    case ' ':
    case K_PAGE_DOWN: scroll(view, view->page); break;
    case K_HOME: scroll(view, -(long)view->lines.count); break;
    case K_END: scroll(view, (long)view->lines.count); break;
    case K_LEFT: view->shift = MAX(view->shift - TAB_CELLS, 0); break;
    case K_RIGHT: view->shift += TAB_CELLS; break;
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
    return SCREEN_REDRAW;
}

static void view_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct view *view = view_of(screen);
    view->page = MAX(body.rows, 1);
    scroll(view, 0);
    for (int i = 0; i < body.rows && view->top + (size_t)i < view->lines.count; i++) {
        const char *line = view->lines.items[view->top + (size_t)i];
        line += utf8_clip(line, view->shift);
        canvas_text(canvas, body.row + i, body.col, body.cols, ROLE_NORMAL, ALIGN_LEFT, line);
    }
}

static void view_title(struct screen *screen, struct str *out)
{
    str_add(out, view_of(screen)->name);
}

static void view_crumb(struct screen *screen, struct str *out)
{
    struct view *view = view_of(screen);
    str_addf(out, "%zu/%zu", MIN(view->top + (size_t)view->page, view->lines.count), view->lines.count);
}

static void view_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_PAGE_DOWN, _("Further"), 1);
    key_bar_add(bar, K_PAGE_UP, _("Back"), 2);
    key_bar_add(bar, K_LEAVE, _("Leave"), 0);
}

static void view_plain(struct screen *screen, struct str *out)
{
    struct view *view = view_of(screen);
    for (size_t i = 0; i < (size_t)view->page && view->top + i < view->lines.count; i++)
        str_addf(out, "%s\n", view->lines.items[view->top + i]);
}

static void view_close(struct screen *screen)
{
    struct view *view = view_of(screen);
    vec_finish(&view->lines);
    arena_destroy(view->arena);
    free(view->name);
    free(view);
}

static const struct screen_ops view_ops = {
    .name = "file",
    .key = view_key,
    .draw = view_draw,
    .title = view_title,
    .crumb = view_crumb,
    .keys = view_keys,
    .plain = view_plain,
    .close = view_close,
};

void file_view_open(struct app_context *app, const char *name, const char *type, const char *bytes, size_t n)
{
    if (is_picture(type)) {
        picture_open(app->ui, name, bytes, n);
        return;
    }
    struct view *view = memory_zeroed(1, sizeof(*view));
    *view = (struct view){.app = app, .name = memory_strdup(name), .arena = arena_create(0), .page = 10};
    view->screen.ops = &view_ops;
    read_text(view, bytes, n);
    ui_open(app->ui, &view->screen);
}
