/* Painting: what the topmost screen says of itself becomes the whole canvas, or words for the linear mode. */
#include <stdio.h>
#include <string.h>

#include "client/ui/help.h"
#include "client/ui/screen.h"
#include "client/ui/words.h"

void screen_title(struct screen *screen, struct str *out)
{
    if (screen->ops->title)
        screen->ops->title(screen, out);
    else if (screen->ops->heading)
        str_add(out, _(screen->ops->heading));
}

const char *screen_help(struct screen *screen)
{
    const struct screen_ops *ops = screen->ops;
    return ops->help ? ops->help(screen) : ops->about ? _(ops->about) : NULL;
}

/* The lowest screen of the stack that can be seen: everything over it is an overlay. */
static size_t lowest_seen(const struct task *task)
{
    size_t i = task->stack.count - 1;
    while (i && task->stack.items[i]->ops->overlay)
        i--;
    return i;
}

static void add_title(const struct task *task, struct str *title, struct str *crumb)
{
    for (size_t i = task->stack.count; i-- > 0;) {
        struct screen *screen = task->stack.items[i];
        if (!title->len)
            screen_title(screen, title);
        if (!crumb->len && screen->ops->crumb)
            screen->ops->crumb(screen, crumb);
        if (!screen->ops->overlay)
            return;
    }
}

/* Of what is on top, or of what it covers. */
static void add_code(struct ui *ui, const struct task *task, struct str *code)
{
    for (size_t i = task->stack.count; ui->code && i-- > 0 && !code->len;) {
        struct screen *screen = task->stack.items[i];
        ui->code(ui->context, screen, code);
        if (!screen->ops->overlay)
            return;
    }
}

static bool has_key(const struct key_bar *bar, int code)
{
    vec_each(const struct key_hint, hint, &bar->hints)
    {
        if (hint->code == code)
            return true;
    }
    return false;
}

/* The way out is on every screen, and help behind all else. */
static void collect_keys(struct ui *ui, struct screen *top)
{
    enum { OUT_PRIORITY = 12, HELP_PRIORITY = 50 };
    struct key_bar *bar = &ui->status.bar;
    vec_clear(&bar->hints);
    if (!top || !top->ops->keys)
        return;
    top->ops->keys(top, bar);
    if (top->ops->overlay)
        return;
    if (!has_key(bar, K_CANCEL) && !has_key(bar, K_LEAVE))
        key_bar_add(bar, K_LEAVE, _("Leave"), OUT_PRIORITY);
    if ((top->ops->help || top->ops->about) && !has_key(bar, K_HELP))
        key_bar_add(bar, K_HELP, _("Help"), HELP_PRIORITY);
}

bool ui_too_small(const struct ui *ui)
{
    return ui->canvas.rows < ui->min_rows || ui->canvas.cols < ui->min_cols;
}

/* Nothing is lost meanwhile: it is all there when the window is large again. */
static void draw_too_small(struct ui *ui)
{
    char text[256];
    snprintf(text, sizeof(text), _("The window is %dx%d. Make it %dx%d or larger: what is open is kept."),
             ui->canvas.cols, ui->canvas.rows, ui->min_cols, ui->min_rows);
    canvas_paragraph(&ui->canvas, canvas_whole(&ui->canvas), ROLE_NORMAL, text, 0);
}

void ui_draw(struct ui *ui)
{
    ui->dirty = false;
    canvas_clear(&ui->canvas);
    if (ui_too_small(ui)) {
        draw_too_small(ui);
        return;
    }
    struct str title, crumb, code;
    str_init(&title, NULL);
    str_init(&crumb, NULL);
    str_init(&code, NULL);
    if (ui->current < ui->tasks.count && ui->tasks.items[ui->current].stack.count) {
        struct task *task = &ui->tasks.items[ui->current];
        for (size_t i = lowest_seen(task); i < task->stack.count; i++) {
            canvas_cursor(&ui->canvas, -1, -1); /* the one on top has the cursor */
            if (task->stack.items[i]->ops->draw)
                task->stack.items[i]->ops->draw(task->stack.items[i], &ui->canvas, ui_body(ui));
        }
        add_title(task, &title, &crumb);
        add_code(ui, task, &code);
    }
    if (ui->measures && ui->canvas.rows > 2)
        canvas_text(&ui->canvas, ui->canvas.rows - 2, 0, ui->canvas.cols, ROLE_DIM, ALIGN_LEFT, ui->measured);
    struct screen *top = ui_top(ui);
    collect_keys(ui, top);
    if (!top || !top->ops->whole || !top->ops->whole(top, &ui->canvas)) {
        status_draw(&ui->status, &ui->canvas, title.data, crumb.data, ui->tasks.count);
        status_draw_code(&ui->canvas, crumb.data, code.data);
    }
    str_finish(&code);
    str_finish(&title);
    str_finish(&crumb);
}

void ui_plain(struct ui *ui, struct str *out)
{
    struct screen *top = ui_top(ui);
    if (!top || !top->ops->plain) {
        ui_draw(ui);
        canvas_dump(&ui->canvas, out);
        return;
    }
    size_t start = out->len;
    screen_title(top, out);
    if (out->len > start)
        str_add_char(out, '\n');
    top->ops->plain(top, out);
    const struct status *status = &ui->status;
    const char *const lines[] = {status->message, status->progress, status->bell, status->link};
    for (size_t i = 0; i < array_len(lines); i++)
        if (*lines[i])
            str_addf(out, "%s\n", lines[i]);
}

/* The help text of the screen, if wanted, and the keys valid now, which can be run from here. */
static void show(struct ui *ui, const char *title, const char *text, bool more)
{
    struct screen *top = ui_top(ui);
    if (!top)
        return;
    collect_keys(ui, top);
    struct help_lines lines = {.arena = arena_create(0)};
    if (text && *text) {
        help_add(&lines, text, K_NONE, NULL);
        help_add(&lines, "", K_NONE, NULL);
    }
    help_add(&lines, arena_printf(lines.arena, "# %s", _("Keys valid now")), K_NONE, NULL);
    vec_each(const struct key_hint, hint, &ui->status.bar.hints)
    {
        char name[16];
        help_add(&lines,
                 arena_printf(lines.arena, "%-6s %s", key_label(hint->code, name, sizeof(name)), hint->label),
                 hint->code, NULL);
    }
    if (more && ui->more_help)
        ui->more_help(ui->context, top, &lines);
    help_open(ui, title, lines.lines.items, lines.lines.count);
    vec_finish(&lines.lines);
    arena_destroy(lines.arena);
}

void ui_show_keys(struct ui *ui)
{
    show(ui, _("Keys"), NULL, false);
}

void ui_show_help(struct ui *ui)
{
    struct screen *top = ui_top(ui);
    show(ui, _("Help"), top ? screen_help(top) : NULL, true);
}
