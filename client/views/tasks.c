/* From one open task to another. */
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/command.h"

static void on_task(void *context, const struct dialog_answer *answer)
{
    struct app_context *app = context;
    if (answer->key != K_ENTER)
        return;
    for (size_t i = 0; i < app->ui->tasks.count && app->ui->current != (size_t)answer->id; i++)
        ui_next_task(app->ui);
}

static void add_task(struct app_context *app, struct choices *choices, size_t index)
{
    const struct task *task = &app->ui->tasks.items[index];
    struct str title cleanup(cleanup_str), crumb cleanup(cleanup_str);
    str_init(&title, NULL);
    str_init(&crumb, NULL);
    for (size_t i = task->stack.count; i-- > 0 && !title.len;) {
        struct screen *screen = task->stack.items[i];
        if (screen->ops->title)
            screen->ops->title(screen, &title);
        if (screen->ops->crumb)
            screen->ops->crumb(screen, &crumb);
    }
    choices_add(choices, (int64_t)index, title.data, crumb.data);
}

void tasks_open(struct app_context *app)
{
    struct choices choices;
    size_t count = ui_task_count(app->ui);
    if (count <= 2) {
        ui_next_task(app->ui);
        return;
    }
    choices_init(&choices);
    for (size_t i = 1; i <= count; i++) /* the next one first: Ctrl-T Enter goes round */
        add_task(app, &choices, (app->ui->current + i) % count);
    dialog_choose(app->ui, _("Open tasks"), &choices, on_task, app);
    choices_finish(&choices);
}
