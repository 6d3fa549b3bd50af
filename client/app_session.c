/* Who is logged in: login and its screen, what they may do, being away, and coming back to what was open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "client/app-private.h"
#include "client/catalogue_file.h"
#include "client/own_theme.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/draft.h"
#include "client/views/holder.h"
#include "client/views/live.h"
#include "client/views/login.h"
#include "client/views/macro.h"
#include "client/views/menu.h"
#include "client/views/notice.h"
#include "client/views/preference.h"
#include "client/views/ringing.h"
#include "client/views/start.h"
#include "client/views/text.h"
#include "wire/json.h"

/* ---- who it is ---- */

static void take_text(const json_t *object, const char *name, char *out, size_t size)
{
    const char *text = "";
    json_get_text(object, name, &text);
    snprintf(out, size, "%s", text);
}

/* The roles in words: shipped names are msgids, a company's own stand as they are. */
static void take_roles(const json_t *object, char *out, size_t size)
{
    const json_t *names = json_object_get(object, "role_names");
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < json_array_size(names) && used < size; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", name && *name ? _(name) : "");
    }
}

void app_show_person(struct app *app)
{
    struct identity *who = &app->context.who;
    take_roles(link_identity(app->context.link), who->role, sizeof(who->role));
    if (status_set_person(&app->ui.status, who->branch, *who->name ? who->name : who->user, who->role))
        ui_redraw(&app->ui);
}

static void take_identity(struct app *app)
{
    struct identity *who = &app->context.who;
    const json_t *object = link_identity(app->context.link);
    int64_t lock = 0;
    *who = (struct identity){0};
    json_get_int(object, "employee_id", &who->employee_id);
    json_get_int(object, "branch_id", &who->branch_id);
    json_get_int(object, "session_id", &who->session_id);
    json_get_int(object, "lock_seconds", &lock);
    json_get_bool(object, "must_change_password", &who->must_change_password);
    who->lock_seconds = (int)lock;
    take_text(object, "user", who->user, sizeof(who->user));
    take_text(object, "name", who->name, sizeof(who->name));
    take_text(object, "branch", who->branch, sizeof(who->branch));
    take_text(object, "time_zone", who->zone, sizeof(who->zone));
    if (!*who->zone)
        snprintf(who->zone, sizeof(who->zone), "Asia/Shanghai");
    app_show_person(app);
}

/* ---- what may be done ---- */

static void forget_rows(struct app *app)
{
    for (size_t i = 0; i < app->rows.count; i++)
        free(app->rows.items[i]);
    vec_clear(&app->rows);
}

static void on_row(void *context, const json_t *row)
{
    struct app *app = context;
    struct str text;
    str_init(&text, NULL);
    json_write(row, &text);
    vec_push(&app->rows, str_steal(&text));
}

/* Screens that are open hold on to the one before. */
static void put_catalogue(struct app *app, struct catalogue *catalogue)
{
    if (ui_task_count(&app->ui) > 0) {
        vec_push(&app->retired, app->catalogue);
    } else {
        catalogue_destroy(app->catalogue);
        for (size_t i = 0; i < app->retired.count; i++)
            catalogue_destroy(app->retired.items[i]);
        vec_clear(&app->retired);
    }
    app->context.catalogue = app->catalogue = catalogue;
}

static void close_login(struct app *app)
{
    struct screen *screen = ui_find(&app->ui, app->login);
    app->login = 0;
    app->context.locked = app->lock != 0;
    if (screen)
        ui_close(&app->ui, screen);
}

/* Both the catalogue and what is kept for this person are here: they were asked for together. */
static void described(struct app *app)
{
    if (!app->catalogue_ready || !app->preferred)
        return;
    app->catalogue_ready = false;
    app->described = true;
    app_apply_settings(app, false);
    app_show_person(app);
    close_login(app);
    bool first = !ui_task_count(&app->ui);
    if (first)
        menu_open(&app->context);
    menu_changed(&app->context);
    if (first)
        start_open(&app->context);
    live_ready(app->context.live);
    holder_ready(&app->context);
    notice_ready(&app->context);
    drafts_tell(&app->context);
    ui_redraw(&app->ui);
}

static void on_described(void *context, const struct answer *answer)
{
    struct app *app = context;
    struct catalogue *catalogue = NULL;
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    app->asked_describe = false;
    if (answer->code == ERR_NONE) {
        json_write(answer->object, &text);
        catalogue = catalogue_create(app->catalogue, (const char *const *)app->rows.items, app->rows.count,
                                     text.data);
    }
    bool news = app->rows.count > 0;
    forget_rows(app);
    if (catalogue) {
        bool same = !news && strcmp(catalogue->hash, app->catalogue->hash) == 0;
        if (!same) {
            put_catalogue(app, catalogue);
            catalogue_file_write(app->options, app->context.who.user, catalogue);
        } else {
            catalogue_destroy(catalogue);
        }
        app->catalogue_ready = true;
        described(app);
    } else if (answer->code) {
        answer_say(&app->context, NULL, answer);
    } else {
        ui_say(&app->ui, ROLE_ERROR, "%s",
               _("The server describes itself in a way this client does not understand"));
    }
}

static void on_preferences(struct app_context *context)
{
    struct app *app = app_of(context);
    app->preferred = true;
    own_theme_preferred(app);
    described(app);
}

static void describe(struct app *app)
{
    struct str have cleanup(cleanup_str);
    struct json_fault fault;
    str_init(&have, NULL);
    if (app->asked_describe)
        return; /* it waits over a lost line */
    app->asked_describe = true;
    app->described_ms = time_monotonic_ms();
    app->catalogue_ready = false;
    forget_rows(app);
    preferences_load(app->context.preferences, on_preferences);
    catalogue_write_have(app->catalogue, &have);
    json_t *args = json_pack("{s:o?}", "have", json_read_reply(have.data, have.len, &fault));
    link_call(app->context.link, "session.describe", args, CALL_READ, on_row, on_described, app);
}

void app_describe_again(struct app *app, int64_t now_ms)
{
    enum { AGAIN_MS = 2000 };
    if (!app->described && !app->asked_describe && link_state(app->context.link) == LINK_READY &&
        !app->context.who.must_change_password && now_ms - app->described_ms > AGAIN_MS)
        describe(app);
}

/* ---- coming ---- */

static void close_strangers_screens(struct app *app)
{
    struct screen *login = ui_find(&app->ui, app->login);
    for (size_t t = app->ui.tasks.count; t-- > 0;)
        for (size_t i = app->ui.tasks.items[t].stack.count; i-- > 0;)
            if (app->ui.tasks.items[t].stack.items[i] != login)
                app->ui.tasks.items[t].stack.items[i]->closing = true;
}

static void take_draft_key(struct app *app)
{
    const char *key = NULL;
    json_get_text(link_identity(app->context.link), "draft_key", &key);
    drafts_login(app->context.drafts, app->context.who.user, key);
}

static void ready(struct app *app)
{
    char before[sizeof(app->context.who.user)];
    snprintf(before, sizeof(before), "%s", app->context.who.user);
    take_identity(app);
    app->last_key_ms = time_monotonic_ms();
    take_draft_key(app);
    if (*before && strcmp(before, app->context.who.user) != 0) {
        close_strangers_screens(app);
        preferences_forget(app->context.preferences);
        app->preferred = false;
    }
    if (!app->described || strcmp(before, app->context.who.user) != 0) {
        struct catalogue *kept = catalogue_file_read(app->options, app->context.who.user);
        put_catalogue(app, kept ? kept : catalogue_create_empty());
        app->described = false;
    }
    if (app->context.who.must_change_password) {
        ahead_forget(&app->ui.ahead);
        app->login = login_password_open(&app->context, app->login);
        return;
    }
    describe(app);
}

void app_continue(struct app *app)
{
    app->context.who.must_change_password = false;
    describe(app);
}

static void on_login(void *context, const struct answer *answer)
{
    struct app *app = context;
    if (answer->code)
        login_refused(&app->context, app->login, answer);
}

static void login_with(struct app_context *context, char *user, char *password, const char *otp)
{
    struct app *app = app_of(context);
    link_login(app->context.link, user, password, otp, on_login, app);
}

static void on_login_leave(struct app_context *context)
{
    context->command(context, APP_QUIT);
}

static const struct login_ops login_ops = {.login = login_with, .leave = on_login_leave};

static void open_login(struct app *app, const char *why)
{
    const char *user = *app->context.who.user ? app->context.who.user : app->options->user;
    if (app->login && ui_find(&app->ui, app->login)) {
        login_online(&app->context, app->login);
        return;
    }
    app_uncover(app);
    ahead_forget(&app->ui.ahead);
    app->context.locked = true;
    app->login = login_open(&app->context, &login_ops, user ? user : "");
    if (why && *why)
        ui_say(&app->ui, ROLE_WARNING, "%s", _(why));
}

/* The password given at the start is used once; after that a person types it. */
static void want_login(struct app *app, const char *why)
{
    open_login(app, why);
    if (!app->password || !app->options->user)
        return;
    char *password = app->password;
    app->password = NULL;
    login_wait(&app->context, app->login);
    link_login(app->context.link, (char *)app->options->user, password, NULL, on_login, app);
    explicit_bzero(password, strlen(password));
    free(password);
}

void app_lock(struct app *app, const char *why)
{
    macro_stop(&app->context);
    open_login(app, why);
    notice_show(&app->context);
    link_logout(app->context.link);
}

/* ---- the line ---- */

static void show_trouble(struct app *app, const char *why)
{
    char text[sizeof(app->ui.status.link)];
    int seconds = link_retry_seconds(app->context.link);
    snprintf(text, sizeof(text), _("RETRY %ds"), seconds);
    if (status_set_link(&app->ui.status, text))
        ui_redraw(&app->ui);
    if (why && app->login && ui_find(&app->ui, app->login))
        login_offline(&app->context, app->login, why);
}

static void show_refused(struct app *app, const char *why)
{
    char text[512];
    snprintf(
        text, sizeof(text),
        _("The server's certificate was not accepted (%s). Check the address, and the file named by --ca."),
        why);
    dialog_message(&app->ui, _("This server cannot be trusted"), text, NULL, NULL);
}

static void on_state(void *context, enum link_state state, const char *why)
{
    struct app *app = context;
    switch (state) {
    case LINK_CONNECTING:
        if (status_set_link(&app->ui.status, "…"))
            ui_redraw(&app->ui);
        break;
    case LINK_WAITING: show_trouble(app, why); break;
    case LINK_LOGIN:
    case LINK_READY:
        if (status_set_link(&app->ui.status, NULL))
            ui_redraw(&app->ui);
        if (state == LINK_READY)
            ready(app);
        else
            want_login(app, why);
        break;
    case LINK_REFUSED:
        if (status_set_link(&app->ui.status, _("refused")))
            ui_redraw(&app->ui);
        show_refused(app, why);
        break;
    }
}

static void on_event(void *context, const char *name, const json_t *object)
{
    struct app *app = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (strcmp(name, "event") == 0) {
        if (!holder_heard(&app->context, object))
            live_heard(app->context.live, object);
    } else if (strcmp(name, "notice") == 0) {
        notice_heard(&app->context, object);
    } else if (strcmp(name, "popup") == 0) {
        ringing_popup(&app->context, object);
    } else if (strcmp(name, "bye") == 0 && app->login && link_state(app->context.link) != LINK_READY) {
        return; /* nobody logged in for a while: the line comes back by itself */
    } else if (strcmp(name, "bye") == 0) {
        ui_say(&app->ui, ROLE_WARNING, "%s", error_text(arena, NULL, object));
        ui_redraw(&app->ui);
    }
}

const struct link_ops app_link_ops = {.state = on_state, .event = on_event};

void app_session_start(struct app *app)
{
    open_login(app, "");
    if (app->password && app->options->user)
        login_wait(&app->context, app->login);
    link_start(app->context.link);
}

void app_session_finish(struct app *app)
{
    forget_rows(app);
    vec_finish(&app->rows);
    if (app->password)
        explicit_bzero(app->password, strlen(app->password));
    free(app->password);
}
