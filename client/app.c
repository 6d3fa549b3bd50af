#include "client/app.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/time.h"
#include "client/app-private.h"
#include "client/desks/desks.h"
#include "client/language.h"
#include "client/own_theme.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/busy.h"
#include "client/views/command.h"
#include "client/views/draft.h"
#include "client/views/export.h"
#include "client/views/holder.h"
#include "client/views/live.h"
#include "client/views/macro.h"
#include "client/views/notice.h"
#include "client/views/preference.h"
#include "client/views/ringing.h"
#include "client/views/topics.h"
#include "client/views/transfer.h"
#include "client/views/views.h"

enum { BUSY_SHOWN_MS = 500 };
static const double tick_seconds = 0.25;

static void app_end(struct app *app, int code)
{
    app->code = code;
    ev_break(app->context.loop, EVBREAK_ALL);
}

/* ---- keys that mean the same everywhere ---- */

static void stop_requests(struct app *app)
{
    bool any = transfer_stop_all();
    if (!ask_stop_all(&app->context) && !any)
        ui_say(&app->ui, ROLE_DIM, "%s", _("Nothing is running. F3 leaves."));
}

static void next_language(struct app *app)
{
    language_next(app->context.language, sizeof(app->context.language));
    language_changed(&app->ui);
    app_show_person(app);
    notice_show(&app->context);
    app->ui.repaint = true;
    ui_redraw(&app->ui);
}

static void on_quit(void *context, const struct dialog_answer *answer)
{
    if (answer->key == 'y')
        app_end(context, EX_OK);
    else if (answer->key == 'l')
        app_lock(context, "");
}

static void ask_quit(struct app *app)
{
    struct str text cleanup(cleanup_str), running cleanup(cleanup_str);
    size_t unsaved = unsaved_count(&app->ui);
    int permille;
    struct dialog_button buttons[] = {{'y', _("Leave")}, {'l', _("Log out")}, {'n', _("Stay")}};
    str_init(&text, NULL);
    str_init(&running, NULL);
    if (unsaved)
        str_addf(&text,
                 drafts_kept(app->context.drafts)
                     ? _("Forms with unsaved changes: %zu. They are kept as drafts on this machine.")
                     : _("Forms with unsaved changes: %zu. They are lost when you leave."),
                 unsaved);
    bool busy = busy_words(&running, &permille);
    if (busy)
        str_addf(&text, "%s%s %s", unsaved ? "\n" : "", _("Leaving stops what is under way:"), running.data);
    dialog_confirm(&app->ui, _("Leave Yizhan?"), text.data, buttons, array_len(buttons), unsaved || busy,
                   on_quit, app);
}

static void on_command(struct app_context *context, enum app_command command)
{
    struct app *app = app_of(context);
    switch (command) {
    case APP_QUIT: ask_quit(app); break;
    case APP_LOGOUT: app_lock(app, ""); break;
    case APP_LANGUAGE: next_language(app); break;
    case APP_SETTINGS: app_apply_settings(app, true); break;
    case APP_LOCK: app_cover(app, ""); break;
    case APP_STOP: stop_requests(app); break;
    case APP_CONTINUE: app_continue(app); break;
    }
}

static unsigned on_unused_key(void *context, const struct key *key)
{
    struct app *app = context;
    switch (key->code) {
    case K_CTRL('E'): next_language(app); return SCREEN_REDRAW;
    case K_CTRL('C'): stop_requests(app); return SCREEN_REDRAW;
    case K_PALETTE: command_open(&app->context, ""); return SCREEN_REDRAW;
    case K_CTRL('T'): tasks_open(&app->context); return SCREEN_REDRAW;
    case K_CTRL('N'): notice_next(&app->context); return SCREEN_REDRAW;
    case K_CTRL('O'): return ringing_answer(&app->context) ? SCREEN_REDRAW : SCREEN_BELL;
    case K_CTRL('R'): macro_toggle(&app->context); return SCREEN_REDRAW;
    case '@': macro_choose(&app->context); return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static bool on_watch(void *context, const struct key *key, bool after)
{
    return macro_watch(&((struct app *)context)->context, key, after);
}

static void on_more_help(void *context, struct screen *screen, struct help_lines *lines)
{
    topic_more(&((struct app *)context)->context, screen, lines);
}

static void on_follow(void *context, const char *link)
{
    topic_follow(&((struct app *)context)->context, link);
}

static void on_code(void *context, struct screen *screen, struct str *out)
{
    command_code(&((struct app *)context)->context, screen, out);
}

/* ---- the loop's other visitors ---- */

static void on_typed(void *context)
{
    struct app *app = context;
    app->last_key_ms = time_monotonic_ms();
    app->warned = false;
    drafts_key_pressed(app->context.drafts);
}

static void on_face_lost(void *context)
{
    app_end(context, EX_IOERR);
}

static void on_face_quit(void *context)
{
    app_end(context, EX_OK);
}

/* Whether what was asked for last is still to come. */
static bool on_face_busy(void *context)
{
    struct app *app = context;
    switch (link_state(app->context.link)) {
    case LINK_CONNECTING: return true;
    case LINK_WAITING: return app->context.asking || app->password;
    case LINK_READY:
        if (!app->described && !app->context.who.must_change_password)
            return true;
        break;
    default: break;
    }
    return app->context.asking || plain_waits(&app->ui);
}

static void on_before_paint(void *context)
{
    struct app *app = context;
    ahead_go(&app->ui);
    app_keep_locked(app);
    app->ui.round_trip_ms = link_round_trip_ms(app->context.link);
}

static bool set_clock(struct app *app)
{
    char text[16] = "";
    int offset = 0;
    struct instant now = time_now();
    if (*app->context.who.zone && time_zone_offset(app->context.who.zone, now, &offset) == 0) {
        int64_t minutes = (now.us / US_PER_SECOND + offset) / 60;
        snprintf(text, sizeof(text), "%02d:%02d", (int)(minutes / 60 % 24), (int)(minutes % 60));
    }
    return status_set_clock(&app->ui.status, text);
}

/* A request that takes long is seen to run. */
static bool set_progress(struct app *app, int64_t now_ms)
{
    bool busy = app->context.asking && link_state(app->context.link) == LINK_READY;
    if (!busy)
        app->busy_since_ms = 0;
    else if (!app->busy_since_ms)
        app->busy_since_ms = now_ms;
    struct str words cleanup(cleanup_str);
    int permille;
    str_init(&words, NULL);
    if (busy_words(&words, &permille))
        return status_set_progress(&app->ui.status, words.data, permille);
    bool shown = busy && now_ms - app->busy_since_ms > BUSY_SHOWN_MS;
    return status_set_progress(&app->ui.status, shown ? _("Waiting for the server (Ctrl-C stops it)") : NULL,
                               -1);
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct app *app = timer->data;
    int64_t now_ms = time_monotonic_ms();
    (void)loop, (void)events;
    bool changed = set_clock(app);
    changed |= set_progress(app, now_ms);
    if (changed)
        ui_redraw(&app->ui);
    ui_tick(&app->ui, now_ms);
    drafts_tick(app->context.drafts, now_ms);
    app_describe_again(app, now_ms);
    app_watch_idle(app, now_ms);
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct app *app = watcher->data;
    (void)loop, (void)events;
    if (watcher->signum == SIGWINCH)
        face_resized(&app->face);
    else if (watcher->signum == SIGCONT)
        face_resumed(&app->face);
    else if (watcher->signum == SIGINT)
        face_interrupt(&app->face);
    else
        app_end(app, 128 + watcher->signum);
}

static void watch_signals(struct app *app)
{
    static const int numbers[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGCONT};
    signal(SIGTSTP, SIG_IGN); /* there may be no shell below to go on from */
    for (size_t i = 0; i < array_len(numbers); i++) {
        ev_signal_init(&app->signals[i], on_signal, numbers[i]);
        app->signals[i].data = app;
        ev_signal_start(app->context.loop, &app->signals[i]);
    }
}

/* ---- start and end ---- */

static int app_face(struct app *app)
{
    const struct options *options = app->options;
    struct term_options term = {.in = STDIN_FILENO, .out = STDOUT_FILENO};
    struct str trouble cleanup(cleanup_str);
    str_init(&trouble, NULL);
    if (!own_theme_choose(options, &term, &trouble)) {
        fprintf(stderr, "yizhan: no such theme: %s (dark, light, mono, contrast, own)\n", options->theme);
        return EX_USAGE;
    }
    if (trouble.len)
        ui_say(&app->ui, ROLE_WARNING, "%s", trouble.data);
    if (options->borders && strcmp(options->borders, "auto") != 0)
        term.borders = strcmp(options->borders, "ascii") == 0 ? BORDERS_ASCII : BORDERS_LINES;
    app->face.lost = on_face_lost;
    app->face.typed = on_typed;
    app->face.before_paint = on_before_paint;
    app->face.busy = on_face_busy;
    app->face.quit = on_face_quit;
    app->face.context = app;
    int result = face_start(&app->face, app->context.loop, &app->ui, &term, options->plain);
    if (result == -ENOENT) { /* a dumb one: any terminal can show lines */
        ui_say(&app->ui, ROLE_NORMAL, "%s",
               _("This terminal cannot draw screens: here are lines, as with --plain"));
        result = face_start(&app->face, app->context.loop, &app->ui, &term, true);
    }
    if (result == 0)
        return EX_OK;
    fprintf(stderr, "yizhan: %s\n",
            result == -ENOTTY ? "there is no terminal (for scripts: yizhan call; for lines: --plain)"
                              : strerror(-result));
    return EX_UNAVAILABLE;
}

static void app_link(struct app *app)
{
    if (app->options->terminal)
        snprintf(app->terminal, sizeof(app->terminal), "%s", app->options->terminal);
    else if (gethostname(app->terminal, sizeof(app->terminal) - 1) != 0)
        snprintf(app->terminal, sizeof(app->terminal), "terminal");
    struct link_settings settings = {.loop = app->context.loop,
                                     .host = app->options->host,
                                     .port = app->options->port,
                                     .ca = app->options->ca,
                                     .terminal = app->terminal};
    app->context.link = link_create(&settings, &app_link_ops, app);
}

static int app_init(struct app *app, const struct options *options)
{
    const char *fault;
    *app = (struct app){.options = options};
    app->password = options_password(options, &fault);
    if (fault) {
        fprintf(stderr, "yizhan: cannot read the password from %s\n", fault);
        return EX_NOINPUT;
    }
    term_locale();
    language_init();
    language_start(options->lang, app->context.language, sizeof(app->context.language));
    app->context.position_command = options->position_command;
    app->context.position_seconds = options->position_seconds;
    app->context.photo_command = options->photo_command;
    app->context.loop = ev_default_loop(0);
    app->context.ui = &app->ui;
    app->context.command = on_command;
    app->context.catalogue = app->catalogue = catalogue_create_empty();
    app->context.live = live_create(&app->context);
    app->context.drafts = drafts_create(&app->context);
    app->context.preferences = preferences_create(&app->context);
    app->context.holders = holders_create();
    app->context.notices = notices_create(&app->context);
    app->context.ringing = ringing_create();
    ui_init(&app->ui, 24, 80);
    app->ui.unused_key = on_unused_key;
    app->ui.code = on_code;
    app->ui.more_help = on_more_help;
    app->ui.follow = on_follow;
    app->ui.watch = on_watch;
    app->ui.context = app;
    return EX_OK;
}

static void app_finish(struct app *app)
{
    app_session_finish(app);
    drafts_destroy(app->context.drafts);
    ui_finish(&app->ui);
    transfer_finish();
    link_destroy(app->context.link);
    ask_finish(&app->context);
    export_finish();
    live_destroy(app->context.live);
    preferences_destroy(app->context.preferences);
    holders_destroy(app->context.holders);
    notices_destroy(app->context.notices);
    ringing_destroy(app->context.ringing);
    catalogue_destroy(app->catalogue);
    for (size_t i = 0; i < app->retired.count; i++)
        catalogue_destroy(app->retired.items[i]);
    vec_finish(&app->retired);
}

int app_run(const struct options *options)
{
    static struct app app;
    int code = app_init(&app, options);
    if (code)
        return code;
    views_register();
    desks_register();
    code = app_face(&app);
    if (code == EX_OK) {
        watch_signals(&app);
        app_link(&app);
        ev_timer_init(&app.tick, on_tick, tick_seconds, tick_seconds);
        app.tick.data = &app;
        ev_timer_start(app.context.loop, &app.tick);
        app.last_key_ms = time_monotonic_ms();
        app_session_start(&app);
        ev_run(app.context.loop, 0);
        face_stop(&app.face);
        code = app.code;
    }
    app_finish(&app);
    return code;
}
