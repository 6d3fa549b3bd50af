#include "client/views/context.h"

#include "model/catalogue.h"

enum { KINDS_MAX = 64 };

static struct {
    const struct screen_ops *ops;
    bool (*dirty)(struct screen *screen);
    void (*language)(struct screen *screen);
} kinds[KINDS_MAX];
static size_t count;

bool app_may(const struct app_context *app, const char *verb)
{
    return link_may(app->link, verb) || catalogue_may(app->catalogue, verb);
}

bool app_in_sight(const struct app_context *app, const struct screen *screen)
{
    const struct ui *ui = app->ui;
    const struct task *task = ui->current < ui->tasks.count ? &ui->tasks.items[ui->current] : NULL;
    for (size_t i = task ? task->stack.count : 0; i-- > 0;) {
        if (task->stack.items[i] == screen)
            return true;
        if (!task->stack.items[i]->ops->overlay)
            return false;
    }
    return false;
}

static size_t kind_of(const struct screen_ops *ops)
{
    size_t i = 0;
    while (i < count && kinds[i].ops != ops)
        i++;
    if (i == count && count < KINDS_MAX)
        kinds[count++].ops = ops;
    return i;
}

void unsaved_register(const struct screen_ops *ops, bool (*dirty)(struct screen *screen))
{
    size_t i = kind_of(ops);
    if (i < KINDS_MAX)
        kinds[i].dirty = dirty;
}

void language_register(const struct screen_ops *ops, void (*changed)(struct screen *screen))
{
    size_t i = kind_of(ops);
    if (i < KINDS_MAX)
        kinds[i].language = changed;
}

bool unsaved_screen(struct screen *screen)
{
    for (size_t i = 0; i < count; i++)
        if (kinds[i].ops == screen->ops && kinds[i].dirty)
            return kinds[i].dirty(screen);
    return false;
}

size_t unsaved_count(const struct ui *ui)
{
    size_t dirty = 0;
    for (size_t t = 0; t < ui->tasks.count; t++)
        for (size_t i = 0; i < ui->tasks.items[t].stack.count; i++)
            dirty += unsaved_screen(ui->tasks.items[t].stack.items[i]);
    return dirty;
}

void language_changed(const struct ui *ui)
{
    for (size_t t = 0; t < ui->tasks.count; t++)
        for (size_t s = 0; s < ui->tasks.items[t].stack.count; s++)
            for (size_t i = 0; i < count; i++) {
                struct screen *screen = ui->tasks.items[t].stack.items[s];
                if (kinds[i].ops == screen->ops && kinds[i].language)
                    kinds[i].language(screen);
            }
}
