#include "client/views/ask.h"

#include <stdio.h>
#include <stdlib.h>

/* A request under way, in the app's list until it is answered. */
struct asking {
    struct app_context *app;
    struct asking *next;
    uint64_t number, screen;
    ask_row *row;
    ask_done *done;
    void *context;
};

static void on_row(void *context, const json_t *row)
{
    struct asking *asking = context;
    struct screen *screen = ui_find(asking->app->ui, asking->screen);
    if ((screen || !asking->screen) && asking->row)
        asking->row(screen, row, asking->context);
}

static void take_out(struct asking *asking)
{
    struct asking **at = &asking->app->asking;
    while (*at != asking)
        at = &(*at)->next;
    *at = asking->next;
    free(asking);
}

static void on_done(void *context, const struct answer *answer)
{
    struct asking asking = *(struct asking *)context;
    take_out(context);
    struct screen *screen = ui_find(asking.app->ui, asking.screen);
    if ((asking.screen && !screen) || !asking.done)
        return;
    ui_hold(asking.app->ui);
    asking.done(screen, answer, asking.context);
    ui_release(asking.app->ui);
    ui_redraw(asking.app->ui);
}

uint64_t ask(struct app_context *app, struct screen *screen, const char *verb, json_t *args, unsigned flags,
             ask_row *row, ask_done *done, void *context)
{
    struct asking *asking = memory_zeroed(1, sizeof(*asking));
    *asking = (struct asking){.app = app,
                              .next = app->asking,
                              .screen = screen ? screen->id : 0,
                              .row = row,
                              .done = done,
                              .context = context};
    app->asking = asking;
    /* Not answered before link_call returns: answers come from the loop. */
    return asking->number = link_call(app->link, verb, args, flags, on_row, on_done, asking);
}

void ask_cancel(struct app_context *app, uint64_t number)
{
    struct asking *asking = app->asking;
    while (asking && asking->number != number)
        asking = asking->next;
    if (!asking)
        return;
    link_cancel(app->link, number);
    take_out(asking);
}

bool ask_runs(const struct app_context *app, const struct screen *screen)
{
    const struct asking *asking = app->asking;
    while (asking && asking->screen != screen->id)
        asking = asking->next;
    return asking != NULL;
}

bool ask_stop_all(struct app_context *app)
{
    bool any = false;
    for (struct asking *asking = app->asking, *next; asking; asking = next) {
        next = asking->next; /* one that waits for the line is answered here */
        link_stop(app->link, asking->number);
        any = true;
    }
    return any;
}

void ask_finish(struct app_context *app)
{
    while (app->asking)
        take_out(app->asking);
}

const char *verb_of(const char *entity, const char *verb)
{
    static char name[128];
    snprintf(name, sizeof(name), "%s.%s", entity, verb);
    return name;
}
