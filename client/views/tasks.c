/* The open tasks: what stands on each, whether something of it is unsaved or under way; going there, and closing one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/linear.h"
#include "client/ui/table.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/command.h"
#include "client/views/tool.h"

struct tasks {
    struct screen screen;
    struct app_context *app;
    struct table table;
    struct str typed; /* letters of the title looked for */
};

enum { COLUMN_NUMBER, COLUMN_TITLE, COLUMN_STATE };

static struct tasks *tasks_of(struct screen *screen)
{
    return container_of(screen, struct tasks, screen);
}

/* ---- what stands on a task; rows are counted from the one shown, so that the next one comes second */

static size_t index_of(const struct tasks *tasks, size_t row)
{
    return (tasks->app->ui->current + row) % ui_task_count(tasks->app->ui);
}

static const struct task *task_at(const struct tasks *tasks, size_t row)
{
    return &tasks->app->ui->tasks.items[index_of(tasks, row)];
}

static bool task_dirty(const struct task *task)
{
    bool dirty = false;
    vec_each(struct screen *, screen, &task->stack) dirty |= unsaved_screen(*screen);
    return dirty;
}

static bool task_asks(const struct tasks *tasks, const struct task *task)
{
    bool asks = false;
    vec_each(struct screen *, screen, &task->stack) asks |= ask_runs(tasks->app, *screen);
    return asks;
}

/* Of the highest that has one, the list of tasks itself left out. */
static void describe(const struct tasks *tasks, const struct task *task, bool crumb, struct str *out)
{
    for (size_t i = task->stack.count; i-- > 0 && !out->len;) {
        struct screen *screen = task->stack.items[i];
        if (screen == &tasks->screen)
            continue;
        if (!crumb)
            screen_title(screen, out);
        else if (screen->ops->crumb)
            screen->ops->crumb(screen, out);
    }
}

/* ---- the model */

static size_t model_count(void *context)
{
    return ui_task_count(((struct tasks *)context)->app->ui);
}

static enum table_state model_state(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

/* The lowest screen of a task stays as long as the task does. */
static int64_t model_id(void *context, size_t row)
{
    return (int64_t)task_at(context, row)->stack.items[0]->id;
}

static unsigned model_flags(void *context, size_t row)
{
    return task_asks(context, task_at(context, row)) ? ROW_PENDING : 0;
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    const struct tasks *tasks = context;
    const struct task *task = task_at(tasks, row);
    (void)role;
    if (column == COLUMN_NUMBER)
        str_addf(scratch, "%zu%s", index_of(tasks, row) + 1, task_dirty(task) ? "*" : "");
    else
        describe(tasks, task, column == COLUMN_STATE, scratch);
    return scratch->data;
}

static const struct table_model model = {
    .count = model_count, .state = model_state, .id = model_id, .flags = model_flags, .cell = model_cell};

static void set_columns(struct tasks *tasks)
{
    table_clear_columns(&tasks->table);
    table_add_column(&tasks->table, &(struct table_column){.title = "#", .width = 3});
    table_add_column(&tasks->table, &(struct table_column){
                                        .title = _("Screen"), .width = 16, .width_max = 40, .priority = 1});
    table_add_column(&tasks->table, &(struct table_column){
                                        .title = _("State"), .width = 12, .width_max = 80, .priority = 2});
}

/* ---- going there, and closing */

static void go_to(struct ui *ui, size_t index)
{
    for (size_t i = 0; i < ui_task_count(ui) && ui->current != index; i++)
        ui_next_task(ui);
}

static size_t find_task(const struct ui *ui, uint64_t lowest)
{
    size_t i = 0;
    while (i < ui->tasks.count && ui->tasks.items[i].stack.items[0]->id != lowest)
        i++;
    return i;
}

/* The last one stays. What is unsaved is asked about where it stands. */
static unsigned close_task(struct tasks *tasks)
{
    struct ui *ui = tasks->app->ui;
    size_t index =
        table_has_row(&tasks->table) ? find_task(ui, (uint64_t)table_current(&tasks->table)) : SIZE_MAX;
    if (index >= ui->tasks.count || ui->tasks.count < 2)
        return SCREEN_BELL;
    const struct task *task = &ui->tasks.items[index];
    for (size_t i = task->stack.count; i-- > 0;) {
        struct screen *screen = task->stack.items[i];
        if (screen == &tasks->screen || !unsaved_screen(screen) || !screen->ops->may_close)
            continue;
        go_to(ui, index);
        if (!screen->ops->may_close(screen))
            return SCREEN_REDRAW | SCREEN_CLOSE;
    }
    bool own = index == ui->current;
    ui_close(ui, task->stack.items[0]);
    if (!own)
        table_changed(&tasks->table);
    return SCREEN_REDRAW;
}

static unsigned go(struct tasks *tasks)
{
    struct ui *ui = tasks->app->ui;
    uint64_t lowest = (uint64_t)table_current(&tasks->table);
    ui_close(ui, &tasks->screen);
    go_to(ui, find_task(ui, lowest));
    return SCREEN_REDRAW;
}

/* To the next task whose title has what was typed. */
static unsigned look_for(struct tasks *tasks, const char *text)
{
    size_t before = tasks->typed.len;
    str_add(&tasks->typed, text);
    for (size_t row = 0; row < model_count(tasks); row++) {
        struct str title cleanup(cleanup_str);
        str_init(&title, NULL);
        describe(tasks, task_at(tasks, row), false, &title);
        if (strcasestr(title.data, tasks->typed.data)) {
            table_select(&tasks->table, model_id(tasks, row));
            return SCREEN_REDRAW;
        }
    }
    str_truncate(&tasks->typed, before);
    return SCREEN_BELL;
}

static unsigned go_by_number(struct tasks *tasks, size_t number)
{
    if (number > tasks->app->ui->tasks.count)
        return SCREEN_BELL;
    table_select(&tasks->table, (int64_t)tasks->app->ui->tasks.items[number - 1].stack.items[0]->id);
    return go(tasks);
}

static unsigned tasks_key(struct screen *screen, const struct key *key)
{
    struct tasks *tasks = tasks_of(screen);
    struct key down = key_code(K_DOWN);
    if (key->code == K_CTRL('T'))
        key = &down;
    if (!tasks->typed.len && key->code >= '1' && key->code <= '9')
        return go_by_number(tasks, (size_t)(key->code - '0'));
    if (key->kind == KEY_TEXT)
        return look_for(tasks, key->text);
    switch (key->code) {
    case K_CTRL('U'):
    case K_BACKSPACE: str_clear(&tasks->typed); return SCREEN_REDRAW;
    case K_DELETE: return close_task(tasks);
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: break;
    }
    switch (table_key(&tasks->table, key)) {
    case TABLE_OPENED: return go(tasks);
    case TABLE_UNUSED: return SCREEN_BELL;
    default: return SCREEN_REDRAW;
    }
}

/* ---- the screen: hung over the one below */

static void tasks_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct tasks *tasks = tasks_of(screen);
    int rows = MIN((int)model_count(tasks) + 3, body.rows), cols = MIN(100, body.cols);
    struct area box = {body.row + (body.rows - rows) / 3, body.col + (body.cols - cols) / 2, rows, cols};
    struct str title cleanup(cleanup_str);
    str_init(&title, NULL);
    str_addf(&title, "%s%s%s", _("Open tasks"), tasks->typed.len ? ": " : "", tasks->typed.data);
    struct area in = canvas_box(canvas, box, ROLE_BORDER, title.data);
    table_draw(&tasks->table, canvas, in, true);
}

static void tasks_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Go there"), 0);
    key_bar_add(bar, K_DELETE, _("Close the task"), 1);
    key_bar_add(bar, K_CTRL('T'), _("Next"), 2);
    key_bar_add(bar, K_CANCEL, _("Back"), 3);
}

static void tasks_linear(struct screen *screen, struct linear *linear)
{
    linear_table(linear, &tasks_of(screen)->table);
}

static void tasks_plain(struct screen *screen, struct str *out)
{
    table_plain(&tasks_of(screen)->table, out);
}

static void tasks_language(struct screen *screen)
{
    set_columns(tasks_of(screen));
}

static void tasks_close(struct screen *screen)
{
    struct tasks *tasks = tasks_of(screen);
    table_finish(&tasks->table);
    str_finish(&tasks->typed);
    free(tasks);
}

static const struct screen_ops tasks_ops = {
    .name = "tasks",
    .overlay = true,
    .key = tasks_key,
    .draw = tasks_draw,
    .keys = tasks_keys,
    .plain = tasks_plain,
    .linear = tasks_linear,
    .close = tasks_close,
};

static void open_list(struct app_context *app)
{
    struct tasks *tasks = memory_zeroed(1, sizeof(*tasks));
    tasks->app = app;
    tasks->screen.ops = &tasks_ops;
    str_init(&tasks->typed, NULL);
    table_init(&tasks->table, &model, tasks);
    set_columns(tasks);
    ui_open(app->ui, &tasks->screen);
    table_changed(&tasks->table);
    struct key down = key_code(K_DOWN);
    table_key(&tasks->table, &down); /* the next one: Ctrl-T Enter goes round */
}

void tasks_open(struct app_context *app)
{
    if (ui_task_count(app->ui) <= 2)
        ui_next_task(app->ui);
    else
        open_list(app);
}

static void run(const struct subject *subject)
{
    open_list(subject->app);
}

static const struct tool tools[] = {
    {.name = "tasks",
     .label = N_("Open tasks"),
     .help = N_("What is open, with what is unsaved or under way; go there, or close one."),
     .search = "tasks windows renwu rw",
     .places = TOOL_ANYWHERE,
     .run = run},
};

void tasks_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&tasks_ops, tasks_language);
}
