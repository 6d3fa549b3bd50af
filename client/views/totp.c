/* One-time codes: the password, then the secret as a picture and as text, then a code that shows the phone has it. Or done without, by the password. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/input.h"
#include "client/ui/linear.h"
#include "client/ui/qr.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/open.h"
#include "client/views/settings.h"
#include "client/views/text.h"
#include "wire/json.h"

enum step { STEP_LOOKING, STEP_PASSWORD, STEP_CODE };

struct totp {
    struct screen screen;
    struct app_context *app;
    enum step step;
    bool set_up; /* codes are in use: the password ends that */
    bool waiting;
    bool eager; /* the password was given before it was known what for */
    struct input input;
    char *secret; /* wiped */
    struct qr *qr;
    char *trouble;
};

static struct totp *totp_of(struct screen *screen)
{
    return container_of(screen, struct totp, screen);
}

static void complain(struct totp *totp, const char *words)
{
    free(totp->trouble);
    totp->trouble = words ? memory_strdup(words) : NULL;
    ui_redraw(totp->app->ui);
}

static void ask_for(struct totp *totp, enum step step)
{
    totp->step = step;
    input_finish(&totp->input);
    input_init(&totp->input, step == STEP_CODE ? INPUT_DIGITS : INPUT_SECRET, step == STEP_CODE ? 6 : 256);
    complain(totp, NULL);
}

/* ---- the server */

static unsigned submit(struct totp *totp);

static bool refused(struct totp *totp, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    totp->waiting = false;
    if (answer->code == ERR_NONE)
        return false;
    totp->eager = false;
    input_set(&totp->input, "");
    ahead_forget(&totp->app->ui->ahead);
    complain(totp, answer_text(arena, NULL, answer));
    return true;
}

static void on_own(struct screen *screen, const struct answer *answer, void *context)
{
    struct totp *totp = totp_of(screen);
    (void)context;
    if (refused(totp, answer))
        return;
    json_get_bool(answer->object, "totp", &totp->set_up);
    totp->step = STEP_PASSWORD; /* what was typed meanwhile stays */
    complain(totp, NULL);
    if (totp->eager)
        submit(totp);
}

static void on_begun(struct screen *screen, const struct answer *answer, void *context)
{
    struct totp *totp = totp_of(screen);
    const char *secret = "", *uri = "";
    (void)context;
    if (refused(totp, answer))
        return;
    json_get_text(answer->object, "secret", &secret);
    json_get_text(answer->object, "uri", &uri);
    totp->secret = memory_strdup(secret);
    totp->qr = qr_create(uri);
    ask_for(totp, STEP_CODE);
}

static void done(struct totp *totp, const char *words)
{
    ui_say(totp->app->ui, ROLE_GOOD, "%s", words);
    ui_close(totp->app->ui, &totp->screen);
}

static void on_confirmed(struct screen *screen, const struct answer *answer, void *context)
{
    (void)context;
    if (!refused(totp_of(screen), answer))
        done(totp_of(screen), _("From now on every login asks for a code of this phone"));
}

static void on_ended(struct screen *screen, const struct answer *answer, void *context)
{
    (void)context;
    if (!refused(totp_of(screen), answer))
        done(totp_of(screen), _("The password alone logs in again"));
}

static unsigned submit(struct totp *totp)
{
    const char *text = input_text(&totp->input);
    if (totp->waiting || input_empty(&totp->input))
        return SCREEN_BELL;
    totp->eager = totp->step == STEP_LOOKING;
    if (totp->eager)
        return SCREEN_REDRAW;
    totp->waiting = true;
    complain(totp, NULL);
    if (totp->step == STEP_CODE)
        ask(totp->app, &totp->screen, "session.totp_confirm", json_pack("{s:s}", "otp", text), CALL_READ,
            NULL, on_confirmed, NULL);
    else
        ask(totp->app, &totp->screen, totp->set_up ? "session.totp_end" : "session.totp_begin",
            json_pack("{s:s}", "password", text), CALL_READ, NULL, totp->set_up ? on_ended : on_begun, NULL);
    return SCREEN_REDRAW;
}

/* ---- the screen */

static void totp_opened(struct screen *screen)
{
    ask(totp_of(screen)->app, screen, "session.own", NULL, CALL_READ, NULL, on_own, NULL);
}

static unsigned totp_key(struct screen *screen, const struct key *key)
{
    struct totp *totp = totp_of(screen);
    switch (key->code) {
    case K_ENTER:
    case K_SAVE: return submit(totp);
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: break;
    }
    switch (input_key(&totp->input, key)) {
    case INPUT_CHANGED:
    case INPUT_USED: return SCREEN_REDRAW;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_UNUSED;
    }
}

static enum screen_wait totp_waiting(struct screen *screen)
{
    const struct totp *totp = totp_of(screen);
    return totp->waiting || totp->eager ? SCREEN_WAITS_LONG : SCREEN_READY;
}

static const char *words_of(const struct totp *totp)
{
    if (totp->step == STEP_LOOKING)
        return "…";
    if (totp->step == STEP_CODE)
        return _("Read the picture with an authenticator app, or type the secret there. Then type the six "
                 "digits it shows.");
    return totp->set_up ? _("One-time codes are set up. With your password you may do without them again.")
                        : _("A code from your phone is asked for at every login, beside the password. Give "
                            "your password to begin.");
}

static const char *label_of(const struct totp *totp)
{
    return totp->step == STEP_CODE ? _("One-time code") : _("Password");
}

/* In fours, as it is read off. */
static const char *secret_words(struct arena *arena, const char *secret)
{
    struct str out;
    str_init(&out, arena);
    for (size_t i = 0; secret[i]; i++) {
        if (i && i % 4 == 0)
            str_add_char(&out, ' ');
        str_add_char(&out, secret[i]);
    }
    return out.data;
}

static void draw_words(struct totp *totp, struct canvas *canvas, struct area area)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    int row = area.row + canvas_paragraph(canvas, area, ROLE_NORMAL, words_of(totp), 0) + 1;
    if (totp->secret)
        row += canvas_paragraph(canvas, (struct area){row, area.col, area.row + area.rows - row, area.cols},
                                ROLE_HEAD, secret_words(arena, totp->secret), 0) +
               1;
    int label = MIN(16, area.cols / 2);
    if (totp->step == STEP_LOOKING || row >= area.row + area.rows)
        return;
    input_label(canvas, row, area.col, label, label_of(totp), true);
    input_draw(&totp->input, canvas, row, area.col + label + 1, MIN(24, area.cols - label - 3), true);
    struct area below = {row + 2, area.col, area.row + area.rows - row - 2, area.cols};
    if (totp->trouble && below.rows > 0)
        canvas_paragraph(canvas, below, ROLE_ERROR, totp->trouble, 0);
    else if (totp->waiting && below.rows > 0)
        canvas_text(canvas, below.row, below.col, below.cols, ROLE_DIM, ALIGN_LEFT, "…");
}

/* The picture at the left where it leaves room for the words, which are enough by themselves. */
static void totp_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    enum { WORDS_COLS = 30 };
    struct totp *totp = totp_of(screen);
    struct area words = {body.row + 1, body.col + 1, body.rows - 1, MIN(body.cols - 2, 72)};
    int rows, cols;
    if (totp->qr) {
        qr_needs(totp->qr, canvas->ascii, &rows, &cols);
        if (cols + WORDS_COLS + 3 <= body.cols &&
            qr_draw(totp->qr, canvas, (struct area){body.row, body.col, body.rows, cols}))
            words = (struct area){body.row + 1, body.col + cols + 2, body.rows - 1, body.cols - cols - 3};
    }
    draw_words(totp, canvas, words);
}

static void totp_keys(struct screen *screen, struct key_bar *bar)
{
    struct totp *totp = totp_of(screen);
    if (totp->step != STEP_LOOKING)
        key_bar_add(bar, K_ENTER,
                    totp->step == STEP_CODE ? _("Confirm")
                    : totp->set_up          ? _("Do without")
                                            : _("Begin"),
                    0);
    key_bar_add(bar, K_CANCEL, _("Back"), 1);
}

static size_t linear_count(void *context)
{
    return ((struct totp *)context)->step != STEP_LOOKING;
}

static size_t linear_at(void *context)
{
    (void)context;
    return 0;
}

static void linear_go(void *context, size_t index)
{
    (void)context, (void)index;
}

static bool linear_field(void *context, struct arena *arena, size_t index, struct linear_field *field_r)
{
    const struct totp *totp = context;
    (void)arena, (void)index;
    *field_r = (struct linear_field){
        .label = label_of(totp), .value = input_text(&totp->input), .secret = totp->step == STEP_PASSWORD};
    return true;
}

static void linear_done(void *context)
{
    submit(context);
}

static void totp_plain(struct screen *screen, struct str *out)
{
    struct totp *totp = totp_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    str_addf(out, "%s\n", words_of(totp));
    if (totp->secret)
        str_addf(out, "%s\n", secret_words(arena, totp->secret));
    if (totp->trouble)
        str_addf(out, "! %s\n", totp->trouble);
}

static void totp_linear(struct screen *screen, struct linear *linear)
{
    static const struct linear_form form = {linear_count, linear_field, linear_at,
                                            linear_go,    NULL,         linear_done};
    struct totp *totp = totp_of(screen);
    totp_plain(screen, &linear->text);
    linear->form = &form;
    linear->form_context = totp;
    linear->waits = totp->waiting || totp->step == STEP_LOOKING;
    linear->asks = true;
}

static void totp_close(struct screen *screen)
{
    struct totp *totp = totp_of(screen);
    input_finish(&totp->input);
    qr_destroy(totp->qr);
    if (totp->secret)
        explicit_bzero(totp->secret, strlen(totp->secret));
    free(totp->secret);
    free(totp->trouble);
    free(totp);
}

static const struct screen_ops totp_ops = {
    .name = "totp",
    .open = totp_opened,
    .key = totp_key,
    .waiting = totp_waiting,
    .draw = totp_draw,
    .heading = N_("My one-time codes"),
    .keys = totp_keys,
    .plain = totp_plain,
    .linear = totp_linear,
    .close = totp_close,
};

void totp_open(struct app_context *app)
{
    struct totp *totp = memory_zeroed(1, sizeof(*totp));
    totp->app = app;
    totp->screen.ops = &totp_ops;
    input_init(&totp->input, INPUT_SECRET, 256);
    open_screen(app, &totp->screen);
}
