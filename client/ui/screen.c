#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/ui/help.h"
#include "client/ui/screen.h"
#include "client/ui/words.h"

void ui_init(struct ui *ui, int rows, int cols)
{
    *ui = (struct ui){.next_id = 1, .dirty = true};
    canvas_init(&ui->canvas, rows, cols);
    status_init(&ui->status);
}

void ui_finish(struct ui *ui)
{
    ahead_forget(&ui->ahead);
    ui_close_all(ui);
    vec_finish(&ui->tasks);
    status_finish(&ui->status);
    canvas_finish(&ui->canvas);
}

struct area ui_body(const struct ui *ui)
{
    int rows = ui->canvas.rows - STATUS_TOP_ROWS - STATUS_FOOT_ROWS;
    return (struct area){STATUS_TOP_ROWS, 0, MAX(rows, 1), ui->canvas.cols};
}

static struct task *current_task(const struct ui *ui)
{
    return ui->current < ui->tasks.count ? &ui->tasks.items[ui->current] : NULL;
}

/* The topmost screen of a task that is not going away. */
static struct screen *top_of(const struct task *task)
{
    for (size_t i = task ? task->stack.count : 0; i-- > 0;)
        if (!task->stack.items[i]->closing)
            return task->stack.items[i];
    return NULL;
}

struct screen *ui_top(const struct ui *ui)
{
    return top_of(current_task(ui));
}

struct screen *ui_find(const struct ui *ui, uint64_t id)
{
    vec_each(struct task, task, &ui->tasks)
    {
        vec_each(struct screen *, screen, &task->stack)
        {
            if ((*screen)->id == id && !(*screen)->closing)
                return *screen;
        }
    }
    return NULL;
}

size_t ui_task_count(const struct ui *ui)
{
    return ui->tasks.count;
}

void ui_redraw(struct ui *ui)
{
    ui->dirty = true;
}

static void apply(struct ui *ui, struct screen *screen, unsigned flags)
{
    if (flags & SCREEN_REDRAW)
        ui->dirty = true;
    if (flags & SCREEN_BELL)
        ui->bell = true;
    if (flags & SCREEN_CLOSE)
        screen->closing = true;
}

static void tell_covered(struct ui *ui, struct screen *screen, bool covered)
{
    if (!screen || screen->hidden == covered)
        return;
    screen->hidden = covered;
    if (screen->ops->covered) {
        ui->busy++;
        apply(ui, screen, screen->ops->covered(screen, covered));
        ui->busy--;
    }
}

/* Whoever was on top learns that it is not any more, and whoever is now. */
static void note_top(struct ui *ui)
{
    struct screen *top = ui_top(ui);
    uint64_t id = top ? top->id : 0, before = ui->shown;
    if (id == before)
        return;
    ui->shown = id;
    ui->dirty = true;
    tell_covered(ui, ui_find(ui, before), true);
    tell_covered(ui, top, false);
}

/* Takes the topmost closing screen out of its stack. */
static struct screen *take_closing(struct ui *ui)
{
    vec_each(struct task, task, &ui->tasks)
    {
        for (size_t i = task->stack.count; i-- > 0;) {
            struct screen *screen = task->stack.items[i];
            if (!screen->closing)
                continue;
            size_t behind = task->stack.count - i - 1;
            memmove(&task->stack.items[i], &task->stack.items[i + 1], behind * sizeof(task->stack.items[0]));
            task->stack.count--;
            return screen;
        }
    }
    return NULL;
}

static void drop_empty_tasks(struct ui *ui)
{
    for (size_t i = ui->tasks.count; i-- > 0;) {
        if (ui->tasks.items[i].stack.count)
            continue;
        vec_finish(&ui->tasks.items[i].stack);
        size_t behind = ui->tasks.count - i - 1;
        memmove(&ui->tasks.items[i], &ui->tasks.items[i + 1], behind * sizeof(ui->tasks.items[0]));
        ui->tasks.count--;
        if (ui->current > i || (ui->current == i && ui->current == ui->tasks.count && ui->current))
            ui->current--;
    }
}

/* Closing waits until no handler runs, since the screen may be the handler's own. */
static void reap(struct ui *ui)
{
    if (ui->busy)
        return;
    ui->busy++;
    for (struct screen *screen; (screen = take_closing(ui));) {
        ui->dirty = true;
        if (screen->ops->close)
            screen->ops->close(screen);
    }
    drop_empty_tasks(ui);
    note_top(ui);
    ui->busy--;
}

static void push(struct ui *ui, struct screen *screen)
{
    screen->ui = ui;
    screen->id = ui->next_id++;
    screen->closing = screen->hidden = false;
    vec_push(&ui->tasks.items[ui->current].stack, screen);
    ui->busy++;
    note_top(ui);
    if (screen->ops->open)
        screen->ops->open(screen);
    ui->busy--;
    ui->dirty = true;
    reap(ui);
}

void ui_open_task(struct ui *ui, struct screen *screen)
{
    vec_push(&ui->tasks, (struct task){0});
    ui->current = ui->tasks.count - 1;
    push(ui, screen);
}

void ui_open(struct ui *ui, struct screen *screen)
{
    if (!ui->tasks.count)
        ui_open_task(ui, screen);
    else
        push(ui, screen);
}

void ui_close(struct ui *ui, struct screen *screen)
{
    vec_each(struct task, task, &ui->tasks)
    {
        bool over = false;
        vec_each(struct screen *, each, &task->stack)
        {
            over = over || *each == screen;
            if (over)
                (*each)->closing = true;
        }
    }
    reap(ui);
}

void ui_close_all(struct ui *ui)
{
    vec_each(struct task, task, &ui->tasks)
    {
        vec_each(struct screen *, screen, &task->stack)
        {
            (*screen)->closing = true;
        }
    }
    reap(ui);
}

void ui_hold(struct ui *ui)
{
    ui->busy++;
}

void ui_release(struct ui *ui)
{
    ui->busy--;
    reap(ui);
}

void ui_next_task(struct ui *ui)
{
    if (ui->tasks.count < 2)
        return;
    ui->current = (ui->current + 1) % ui->tasks.count;
    ui->dirty = true;
    note_top(ui);
}

/* The first screen of the only task stays: leaving it is leaving the program, which is the program's to ask.
 */
static unsigned leave(struct ui *ui, struct screen *screen)
{
    if (ui->tasks.count == 1 && current_task(ui)->stack.items[0] == screen)
        return SCREEN_UNUSED;
    if (screen->ops->may_close && !screen->ops->may_close(screen))
        return SCREEN_REDRAW;
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

static unsigned default_key(struct ui *ui, struct screen *screen, const struct key *key)
{
    switch (key->code) {
    case K_CANCEL:
    case K_LEAVE: return leave(ui, screen);
    case K_HELP: ui_show_help(ui); return SCREEN_REDRAW;
    case '?': ui_show_keys(ui); return SCREEN_REDRAW;
    case K_CTRL('T'): ui_next_task(ui); return SCREEN_REDRAW;
    case K_CTRL('L'):
        ui->measures ^= ui->repainted;
        ui->repainted = !ui->repainted;
        ui->repaint = true;
        return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static unsigned dispatch(struct ui *ui, struct screen *top, const struct key *key)
{
    unsigned flags = top->ops->key ? top->ops->key(top, key) : SCREEN_UNUSED;
    if ((flags & SCREEN_UNUSED) && ui->unused_key)
        flags = ui->unused_key(ui->context, key);
    if (flags & SCREEN_UNUSED)
        flags = default_key(ui, top, key);
    return flags;
}

/* A message lives until the next key that did something. */
static void age_message(struct ui *ui, unsigned flags)
{
    bool used = !(flags & SCREEN_UNUSED);
    if (ui->status.message_fresh || !*ui->status.message || (!used && ui->status.message_role == ROLE_ERROR))
        return;
    ui->dirty |= status_set_message(&ui->status, ROLE_NORMAL, "");
}

void ui_key(struct ui *ui, const struct key *key)
{
    struct screen *top = ui_top(ui);
    if (!top || key->kind == KEY_REPORT)
        return;
    if (ui_too_small(ui)) {
        ui->bell = true;
        return;
    }
    if (ahead_keep(ui, key))
        return;
    bool watched = ui->watch && !ui->busy; /* what runs because of a key is no key */
    if (watched && ui->watch(ui->context, key, false))
        return;
    ui->status.message_fresh = false;
    ui->repainted &= key->code == K_CTRL('L');
    ui->busy++;
    unsigned flags = dispatch(ui, top, key);
    apply(ui, top, flags & SCREEN_UNUSED ? SCREEN_BELL : flags);
    if (flags & SCREEN_UNUSED && key->kind == KEY_TEXT && !*ui->status.message)
        ui_say(ui, ROLE_DIM, _("%s does nothing here; ? shows the keys that do"), key->text);
    age_message(ui, flags);
    ui->busy--;
    reap(ui);
    if (watched)
        ui->watch(ui->context, key, true);
}

void ui_tick(struct ui *ui, int64_t now_ms)
{
    ahead_tick(ui, now_ms);
    ui->busy++;
    for (size_t t = 0; t < ui->tasks.count; t++) {
        for (size_t i = 0; i < ui->tasks.items[t].stack.count; i++) {
            struct screen *screen = ui->tasks.items[t].stack.items[i];
            if (screen->ops->tick && !screen->closing)
                apply(ui, screen, screen->ops->tick(screen, now_ms));
        }
    }
    ui->busy--;
    reap(ui);
}

void ui_resize(struct ui *ui, int rows, int cols)
{
    canvas_resize(&ui->canvas, rows, cols);
    ui->busy++;
    for (size_t t = 0; t < ui->tasks.count; t++) {
        for (size_t i = 0; i < ui->tasks.items[t].stack.count; i++) {
            struct screen *screen = ui->tasks.items[t].stack.items[i];
            if (screen->ops->resize)
                screen->ops->resize(screen, ui_body(ui));
        }
    }
    ui->busy--;
    ui->dirty = true;
    reap(ui);
}

void ui_say(struct ui *ui, enum role role, const char *format, ...)
{
    char text[sizeof(ui->status.message)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    ui->status.message_fresh = true;
    ui->said++;
    ui->dirty |= status_set_message(&ui->status, role, text);
}
