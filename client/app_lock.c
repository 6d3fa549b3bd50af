/* What the person has set for himself, applied; the lock of the terminal, and what is told before it locks by itself. */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "client/app-private.h"
#include "client/language.h"
#include "client/ui/words.h"
#include "client/views/lock.h"
#include "client/views/macro.h"
#include "client/views/notice.h"
#include "client/views/settings.h"

/* ---- settings */

void app_set_language(struct app *app, const char *language)
{
    if (strcmp(app->context.language, language) == 0)
        return;
    language_start(language, app->context.language, sizeof(app->context.language));
    language_changed(&app->ui);
    app_show_person(app);
    notice_show(&app->context);
    app->ui.repaint = true;
    ui_redraw(&app->ui);
}

static void set_face(struct app *app, const struct settings *settings, bool chosen)
{
    struct term *term = app->face.is_plain ? NULL : app->face.front.term;
    enum theme theme;
    if (!term)
        return;
    if (*settings->theme && (chosen || !app->options->theme) && theme_parse(settings->theme, &theme))
        term_set_theme(term, theme);
    if (*settings->borders && (chosen || !app->options->borders))
        term_set_borders(term, strcmp(settings->borders, "ascii") == 0   ? BORDERS_ASCII
                               : strcmp(settings->borders, "lines") == 0 ? BORDERS_LINES
                                                                         : BORDERS_AUTO);
    ui_redraw(&app->ui);
}

/* What was given at the start of the program stands, until something is chosen here. */
void app_apply_settings(struct app *app, bool chosen)
{
    struct settings settings = settings_get(&app->context);
    if (*settings.language && (chosen || !app->options->lang)) {
        char language[8];
        snprintf(language, sizeof(language), "%s", settings.language);
        app_set_language(app, language);
    }
    set_face(app, &settings, chosen);
    app->ui.quiet = settings.quiet;
    app->lock_seconds = settings.lock_minutes * 60;
}

/* ---- the lock */

static void on_opened(struct app_context *context)
{
    struct app *app = app_of(context);
    struct screen *screen = ui_find(&app->ui, app->lock);
    app->lock = 0;
    app->last_key_ms = time_monotonic_ms();
    context->locked = false;
    if (screen)
        ui_close(&app->ui, screen);
    notice_show(context);
    ui_redraw(&app->ui);
}

static void on_leave(struct app_context *context)
{
    context->command(context, APP_LOGOUT);
}

static const struct lock_ops lock_ops = {.opened = on_opened, .leave = on_leave};

void app_cover(struct app *app, const char *why)
{
    if (app->login || app->lock || !app->described)
        return;
    macro_stop(&app->context);
    ahead_forget(&app->ui.ahead);
    app->context.locked = true;
    notice_show(&app->context);
    app->lock = lock_open(&app->context, &lock_ops, why);
    app->warned = false;
}

/* The login screen takes its place. */
void app_uncover(struct app *app)
{
    struct screen *screen = ui_find(&app->ui, app->lock);
    app->lock = 0;
    if (screen)
        ui_close(&app->ui, screen);
}

/* Which is never later than the server demands. */
static int64_t idle_limit_ms(const struct app *app, bool *covers_r)
{
    int64_t server = app->context.who.lock_seconds, own = app->lock_seconds;
    *covers_r = own > 0 && (server <= 0 || own < server) && !app->lock;
    return 1000 * (*covers_r ? own : server);
}

static void warn(struct app *app, int64_t left_ms, int64_t limit_ms)
{
    int64_t before_ms = MIN(30 * 1000, limit_ms / 3);
    if (app->warned || left_ms > before_ms || app->lock)
        return;
    app->warned = true;
    ui_say(&app->ui, ROLE_WARNING, _("This terminal locks in %lld s unless a key is pressed"),
           (long long)(left_ms + 999) / 1000);
    ui_redraw(&app->ui);
}

void app_watch_idle(struct app *app, int64_t now_ms)
{
    bool covers;
    int64_t limit_ms = idle_limit_ms(app, &covers), idle_ms = now_ms - app->last_key_ms;
    if (limit_ms <= 0 || app->login || !app->described)
        return;
    if (idle_ms < limit_ms)
        warn(app, limit_ms - idle_ms, limit_ms);
    else if (covers)
        app_cover(app, _("Locked after a time without a key"));
    else
        app_lock(app, _("Locked after a time without a key"));
}

/* ---- what an answer opened stands under the cover */

static bool has(const struct task *task, const struct screen *screen)
{
    vec_each(struct screen *, at, &task->stack)
    {
        if (*at == screen)
            return true;
    }
    return false;
}

static void lift(struct app *app, struct screen *cover)
{
    struct task *task = &app->ui.tasks.items[app->ui.current];
    for (size_t i = 0; i + 1 < task->stack.count; i++) {
        struct screen *over = task->stack.items[i + 1];
        if (task->stack.items[i] != cover || over->ops->overlay)
            continue; /* its own questions */
        task->stack.items[i + 1] = cover;
        task->stack.items[i] = over;
        ui_redraw(&app->ui);
    }
}

void app_keep_locked(struct app *app)
{
    struct screen *cover = ui_find(&app->ui, app->login ? app->login : app->lock);
    if (!cover)
        return;
    for (size_t i = 0; i < app->ui.tasks.count && !has(&app->ui.tasks.items[app->ui.current], cover); i++)
        ui_next_task(&app->ui);
    lift(app, cover);
    /* Words about what lies below. */
    if (app->lock && status_set_message(&app->ui.status, ROLE_NORMAL, ""))
        ui_redraw(&app->ui);
}
