#include "client/views/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/input.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "wire/json.h"

enum { USER, PASSWORD, OTP, INPUTS };

struct login {
    struct screen screen;
    struct app_context *app;
    const struct login_ops *ops;
    struct input inputs[INPUTS];
    int focus;
    bool wants_otp, waiting, offline;
    /* The line went before the answer came: sent anew when it is back, unless something else is typed. */
    bool again;
    char *trouble;
};

static struct login *login_of(struct screen *screen)
{
    return container_of(screen, struct login, screen);
}

static void complain(struct login *login, const char *words)
{
    free(login->trouble);
    login->trouble = words ? memory_strdup(words) : NULL;
    ui_redraw(login->app->ui);
}

static int last_input(const struct login *login)
{
    return login->wants_otp ? OTP : PASSWORD;
}

static void submit(struct login *login)
{
    for (int i = 0; i <= last_input(login); i++) {
        if (!input_empty(&login->inputs[i]))
            continue;
        login->focus = i;
        return;
    }
    if (login->waiting)
        return;
    login->waiting = true;
    complain(login, NULL);
    char *user = memory_strdup(input_text(&login->inputs[USER]));
    char *password = memory_strdup(input_text(&login->inputs[PASSWORD]));
    login->ops->login(login->app, user, password, input_text(&login->inputs[OTP]));
    explicit_bzero(password, strlen(password));
    free(password);
    free(user);
}

static void move(struct login *login, int by)
{
    int count = last_input(login) + 1;
    login->focus = (login->focus + by + count) % count;
    input_select(&login->inputs[login->focus]);
}

/* Nothing goes past this screen to what lies below it, but the language and the program's end. */
static unsigned login_key(struct screen *screen, const struct key *key)
{
    struct login *login = login_of(screen);
    switch (key->code) {
    case K_ENTER:
        if (login->focus < last_input(login))
            move(login, 1);
        else
            submit(login);
        return SCREEN_REDRAW;
    case K_SAVE: submit(login); return SCREEN_REDRAW;
    case K_TAB:
    case K_DOWN: move(login, 1); return SCREEN_REDRAW;
    case K_BACKTAB:
    case K_UP: move(login, -1); return SCREEN_REDRAW;
    case K_LEAVE:
    case K_CANCEL: login->ops->leave(login->app); return SCREEN_REDRAW;
    case K_REFRESH: link_retry_now(login->app->link); return SCREEN_REDRAW;
    case K_CTRL('E'): login->app->command(login->app, APP_LANGUAGE); return SCREEN_REDRAW;
    case K_CTRL('L'): return SCREEN_UNUSED;
    default: break;
    }
    switch (input_key(&login->inputs[login->focus], key)) {
    case INPUT_CHANGED: login->again = false; return SCREEN_REDRAW;
    case INPUT_USED: return SCREEN_REDRAW;
    default: return SCREEN_BELL;
    }
}

/* What is typed behind the password is for the first screen, or is the code that is asked for next. */
static enum screen_wait login_waiting(struct screen *screen)
{
    return login_of(screen)->waiting ? SCREEN_WAITS_LONG : SCREEN_READY;
}

static const char *label_of(int input)
{
    return input == USER ? _("User") : input == PASSWORD ? _("Password") : _("One-time code");
}

static void login_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct login *login = login_of(screen);
    enum { COLS = 52 };
    int cols = MIN((int)COLS, body.cols), rows = MIN(login->wants_otp ? 11 : 9, body.rows);
    struct area box = {body.row + (body.rows - rows) / 2, body.col + (body.cols - cols) / 2, rows, cols};
    struct area in = canvas_box(canvas, box, ROLE_BORDER, _("Log in"));
    int label = MIN(14, in.cols / 3), row = in.row + 1;
    for (int i = 0; i <= last_input(login); i++, row += 2) {
        input_label(canvas, row, in.col + 2, label, label_of(i), i == login->focus);
        input_draw(&login->inputs[i], canvas, row, in.col + label + 3, MIN(24, in.cols - label - 6),
                   i == login->focus);
    }
    struct area words = {row, in.col + 2, in.row + in.rows - row, in.cols - 4};
    if (login->trouble)
        canvas_paragraph(canvas, words, ROLE_ERROR, login->trouble, 0);
    else if (login->waiting)
        canvas_paragraph(canvas, words, ROLE_DIM,
                         link_state(login->app->link) == LINK_CONNECTING ? _("Connecting to the server …")
                                                                         : _("… waiting for the answer"),
                         0);
}

static void login_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Log in"), 0);
    key_bar_add(bar, K_CTRL('E'), "中文/English", 1);
    key_bar_add(bar, K_LEAVE, _("Leave"), 2);
}

static size_t linear_count(void *context)
{
    return (size_t)last_input(context) + 1;
}

static size_t linear_at(void *context)
{
    return (size_t)((struct login *)context)->focus;
}

static void linear_go(void *context, size_t index)
{
    ((struct login *)context)->focus = (int)index;
}

static bool linear_field(void *context, struct arena *arena, size_t index, struct linear_field *field_r)
{
    const struct login *login = context;
    (void)arena;
    *field_r = (struct linear_field){.label = label_of((int)index),
                                     .value = input_text(&login->inputs[index]),
                                     .secret = index == PASSWORD};
    return true;
}

/* The last field is sent as soon as it is typed. */
static void linear_done(void *context)
{
    submit(context);
}

static void login_linear(struct screen *screen, struct linear *linear)
{
    static const struct linear_form form = {linear_count, linear_field, linear_at,
                                            linear_go,    NULL,         linear_done};
    struct login *login = login_of(screen);
    if (login->trouble)
        str_addf(&linear->text, "! %s\n", login->trouble);
    linear->form = &form;
    linear->form_context = login;
    linear->waits = login->waiting;
    linear->asks = true;
}

static void login_plain(struct screen *screen, struct str *out)
{
    struct login *login = login_of(screen);
    for (int i = 0; i <= last_input(login); i++)
        str_addf(out, "%s%s: %s\n", i == login->focus ? "> " : "", label_of(i),
                 i == USER ? input_text(&login->inputs[i]) : "");
    if (login->trouble)
        str_addf(out, "! %s\n", login->trouble);
}

static void login_close(struct screen *screen)
{
    struct login *login = login_of(screen);
    for (int i = 0; i < INPUTS; i++)
        input_finish(&login->inputs[i]);
    free(login->trouble);
    free(login);
}

static const struct screen_ops login_screen = {
    .name = "login",
    .key = login_key,
    .waiting = login_waiting,
    .draw = login_draw,
    .heading = N_("Yizhan"),
    .keys = login_keys,
    .plain = login_plain,
    .linear = login_linear,
    .close = login_close,
};

uint64_t login_open(struct app_context *app, const struct login_ops *ops, const char *user)
{
    struct login *login = memory_zeroed(1, sizeof(*login));
    *login = (struct login){.app = app, .ops = ops};
    login->screen.ops = &login_screen;
    input_init(&login->inputs[USER], INPUT_TEXT, 64);
    input_init(&login->inputs[PASSWORD], INPUT_SECRET, 256);
    input_init(&login->inputs[OTP], INPUT_DIGITS, 6);
    input_set(&login->inputs[USER], user);
    login->focus = *user ? PASSWORD : USER;
    ui_open(app->ui, &login->screen);
    return login->screen.id;
}

static struct login *find(struct app_context *app, uint64_t id)
{
    struct screen *screen = ui_find(app->ui, id);
    return screen && screen->ops == &login_screen ? login_of(screen) : NULL;
}

void login_wait(struct app_context *app, uint64_t id)
{
    struct login *login = find(app, id);
    if (login)
        login->waiting = true;
}

void login_refused(struct app_context *app, uint64_t id, const struct answer *answer)
{
    struct login *login = find(app, id);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *field = "";
    if (!login)
        return;
    login->waiting = false;
    login->again = answer->code == ERR_UNAVAILABLE; /* nobody has judged it yet */
    json_get_text(answer->object, "field", &field);
    if (login->again) {
        ahead_forget(&app->ui->ahead);
    } else if (answer->code == ERR_UNAUTHENTICATED && strcmp(field, "otp") == 0) {
        login->wants_otp = true; /* the password was right: only the code is asked for now */
        login->focus = OTP;
    } else {
        ahead_forget(&app->ui->ahead);
        input_set(&login->inputs[PASSWORD], "");
        input_set(&login->inputs[OTP], "");
        login->focus = PASSWORD;
    }
    complain(login, answer_text(arena, NULL, answer));
}

void login_offline(struct app_context *app, uint64_t id, const char *why)
{
    struct login *login = find(app, id);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (!login)
        return;
    if (login->waiting)
        ahead_forget(&app->ui->ahead);
    login->again |= login->waiting;
    login->waiting = false;
    login->offline = true;
    complain(login,
             text_fill(arena, _("The server cannot be reached ({why}); trying again"), "why", _(why), NULL));
}

void login_online(struct app_context *app, uint64_t id)
{
    struct login *login = find(app, id);
    if (!login || !login->offline)
        return;
    login->offline = false;
    complain(login, NULL);
    if (login->again)
        submit(login);
    login->again = false;
}
