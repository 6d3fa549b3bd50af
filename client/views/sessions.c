/* Where one is logged in, and ending that elsewhere. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/table.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/open.h"
#include "client/views/settings.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "model/field.h"
#include "wire/json.h"

struct sessions {
    struct screen screen;
    struct app_context *app;
    struct table table;
    json_t *rows; /* NULL: not here yet */
};

enum { COLUMN_TERMINAL, COLUMN_ADDRESS, COLUMN_SINCE, COLUMN_HERE };

static struct sessions *sessions_of(struct screen *screen)
{
    return container_of(screen, struct sessions, screen);
}

/* ---- the model */

static size_t model_count(void *context)
{
    return json_array_size(((struct sessions *)context)->rows);
}

static enum table_state model_state(void *context)
{
    return ((struct sessions *)context)->rows ? TABLE_COMPLETE : TABLE_LOADING;
}

static int64_t model_id(void *context, size_t row)
{
    int64_t id = 0;
    json_get_int(json_array_get(((struct sessions *)context)->rows, row), "id", &id);
    return id;
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    static const struct field since = {.name = "started_at", .type = FIELD_TIME};
    const struct sessions *sessions = context;
    const json_t *object = json_array_get(sessions->rows, row);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *text = "";
    (void)role;
    if (column == COLUMN_HERE) {
        str_add(scratch, json_is_true(json_object_get(object, "current")) ? _("here") : "");
        return scratch->data;
    }
    json_get_text(object,
                  column == COLUMN_TERMINAL  ? "terminal"
                  : column == COLUMN_ADDRESS ? "address"
                                             : "started_at",
                  &text);
    str_add(scratch,
            column == COLUMN_SINCE ? field_print(&since, arena, text, sessions->app->who.zone) : text);
    return scratch->data;
}

static const struct table_model model = {
    .count = model_count, .state = model_state, .id = model_id, .cell = model_cell};

static void set_columns(struct sessions *sessions)
{
    static const struct {
        const char *title;
        int width, most;
    } columns[] = {{N_("Terminal"), 14, 40}, {N_("Address"), 15, 40}, {N_("Since"), 11, 11}, {"", 6, 10}};
    table_clear_columns(&sessions->table);
    for (size_t i = 0; i < array_len(columns); i++)
        table_add_column(&sessions->table,
                         &(struct table_column){.title = *columns[i].title ? _(columns[i].title) : "",
                                                .width = columns[i].width,
                                                .width_max = columns[i].most,
                                                .priority = (int)i});
}

/* ---- the server */

static void on_own(struct screen *screen, const struct answer *answer, void *context)
{
    struct sessions *sessions = sessions_of(screen);
    (void)context;
    if (answer->code) {
        answer_say(sessions->app, NULL, answer);
        return;
    }
    json_decref(sessions->rows);
    sessions->rows = json_deep_copy(json_object_get(answer->object, "rows"));
    table_changed(&sessions->table);
}

static void read_own(struct sessions *sessions)
{
    ask(sessions->app, &sessions->screen, "session.own", NULL, CALL_READ, NULL, on_own, NULL);
}

static void on_ended(struct screen *screen, const struct answer *answer, void *context)
{
    struct sessions *sessions = sessions_of(screen);
    int64_t ended = 0;
    (void)context;
    if (answer->code) {
        answer_say(sessions->app, NULL, answer);
        return;
    }
    json_get_int(answer->object, "ended", &ended);
    ui_say(screen->ui, ROLE_GOOD, _("Sessions ended: %lld"), (long long)ended);
    read_own(sessions);
}

static void on_sure(void *context, const struct dialog_answer *answer)
{
    struct sessions *sessions = context;
    if (answer->key == 'y')
        ask(sessions->app, &sessions->screen, "session.end_others", NULL, CALL_READ, NULL, on_ended, NULL);
}

/* ---- the screen */

static unsigned sessions_key(struct screen *screen, const struct key *key)
{
    struct sessions *sessions = sessions_of(screen);
    if (table_key(&sessions->table, key) != TABLE_UNUSED)
        return SCREEN_REDRAW;
    switch (key->code) {
    case 'x':
        dialog_yes_no(screen->ui, _("End my other sessions"), _("You are logged out everywhere but here."),
                      true, on_sure, sessions);
        return SCREEN_REDRAW;
    case K_REFRESH: read_own(sessions); return SCREEN_REDRAW;
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

static void sessions_opened(struct screen *screen)
{
    read_own(sessions_of(screen));
}

static void sessions_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    table_draw(&sessions_of(screen)->table, canvas, body, true);
}

static void sessions_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, 'x', _("End my other sessions"), 0);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 1);
    key_bar_add(bar, K_CANCEL, _("Back"), 2);
}

static void sessions_linear(struct screen *screen, struct linear *linear)
{
    linear_table(linear, &sessions_of(screen)->table);
}

static void sessions_plain(struct screen *screen, struct str *out)
{
    table_plain(&sessions_of(screen)->table, out);
}

static void sessions_language(struct screen *screen)
{
    set_columns(sessions_of(screen));
}

static void sessions_close(struct screen *screen)
{
    struct sessions *sessions = sessions_of(screen);
    table_finish(&sessions->table);
    json_decref(sessions->rows);
    free(sessions);
}

static const struct screen_ops sessions_ops = {
    .name = "sessions",
    .open = sessions_opened,
    .key = sessions_key,
    .draw = sessions_draw,
    .heading = N_("My sessions"),
    .keys = sessions_keys,
    .plain = sessions_plain,
    .linear = sessions_linear,
    .close = sessions_close,
};

void sessions_open(struct app_context *app)
{
    struct sessions *sessions = memory_zeroed(1, sizeof(*sessions));
    sessions->app = app;
    sessions->screen.ops = &sessions_ops;
    table_init(&sessions->table, &model, sessions);
    set_columns(sessions);
    open_screen(app, &sessions->screen);
}

/* ---- the tools of one's own security */

static void run_sessions(const struct subject *subject)
{
    sessions_open(subject->app);
}

static void run_totp(const struct subject *subject)
{
    totp_open(subject->app);
}

static const struct tool tools[] = {
    {.name = "sessions",
     .label = N_("My sessions"),
     .help = N_("Where you are logged in; ends it elsewhere."),
     .search = "sessions logins terminals huihua hh",
     .places = TOOL_ANYWHERE,
     .run = run_sessions},
    {.name = "totp",
     .label = N_("My one-time codes"),
     .help = N_("A code from your phone at every login, beside the password: set up, or done without."),
     .search = "totp otp phone code qr yanzhengma yzm",
     .places = TOOL_ANYWHERE,
     .run = run_totp},
};

void security_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&sessions_ops, sessions_language);
}
