#include "client/views/lock.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/input.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"

struct lock {
    struct screen screen;
    struct app_context *app;
    const struct lock_ops *ops;
    struct input password;
    char *words;
    bool trouble, waiting;
};

static struct lock *lock_of(struct screen *screen)
{
    return container_of(screen, struct lock, screen);
}

static void say(struct lock *lock, bool trouble, const char *words)
{
    free(lock->words);
    lock->words = memory_strdup(words);
    lock->trouble = trouble;
    ui_redraw(lock->app->ui);
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct lock *lock = lock_of(screen);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)context;
    lock->waiting = false;
    input_set(&lock->password, "");
    if (answer->code == ERR_NONE) {
        lock->ops->opened(lock->app);
        return;
    }
    ahead_forget(&lock->app->ui->ahead);
    say(lock, true, answer_text(arena, NULL, answer));
}

static unsigned submit(struct lock *lock)
{
    if (lock->waiting || input_empty(&lock->password))
        return SCREEN_BELL;
    lock->waiting = true;
    say(lock, false,
        link_state(lock->app->link) == LINK_READY ? "…"
                                                  : _("There is no line to the server; waiting for it"));
    json_t *args = json_pack("{s:s}", "password", input_text(&lock->password));
    ask(lock->app, &lock->screen, "session.unlock", args, CALL_READ, NULL, on_answer, NULL);
    return SCREEN_REDRAW;
}

/* Nothing goes past it to what lies below, but the language. */
static unsigned lock_key(struct screen *screen, const struct key *key)
{
    struct lock *lock = lock_of(screen);
    switch (key->code) {
    case K_ENTER:
    case K_SAVE: return submit(lock);
    case K_LEAVE: lock->ops->leave(lock->app); return SCREEN_REDRAW;
    case K_CTRL('E'): lock->app->command(lock->app, APP_LANGUAGE); return SCREEN_REDRAW;
    case K_CTRL('L'): return SCREEN_UNUSED;
    default: break;
    }
    switch (input_key(&lock->password, key)) {
    case INPUT_CHANGED:
    case INPUT_USED: return SCREEN_REDRAW;
    default: return SCREEN_BELL;
    }
}

/* What is typed behind the password is for what lies below. */
static enum screen_wait lock_waiting(struct screen *screen)
{
    const struct lock *lock = lock_of(screen);
    return lock->waiting && link_state(lock->app->link) == LINK_READY ? SCREEN_WAITS_LONG : SCREEN_READY;
}

static void lock_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct lock *lock = lock_of(screen);
    int cols = MIN(52, body.cols), rows = MIN(9, body.rows);
    struct area box = {body.row + (body.rows - rows) / 2, body.col + (body.cols - cols) / 2, rows, cols};
    struct area in = canvas_box(canvas, box, ROLE_BORDER, _("Locked"));
    const struct identity *who = &lock->app->who;
    int label = MIN(14, in.cols / 3);
    canvas_text(canvas, in.row + 1, in.col + 2, in.cols - 4, ROLE_NORMAL, ALIGN_LEFT,
                *who->name ? who->name : who->user);
    input_label(canvas, in.row + 3, in.col + 2, label, _("Password"), true);
    input_draw(&lock->password, canvas, in.row + 3, in.col + label + 3, MIN(24, in.cols - label - 6), true);
    struct area words = {in.row + 5, in.col + 2, in.rows - 5, in.cols - 4};
    if (words.rows > 0)
        canvas_paragraph(canvas, words, lock->trouble ? ROLE_ERROR : ROLE_DIM, lock->words, 0);
}

static void lock_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Unlock"), 0);
    key_bar_add(bar, K_CTRL('E'), "中文/English", 1);
    key_bar_add(bar, K_LEAVE, _("Log out"), 2);
}

static size_t linear_count(void *context)
{
    (void)context;
    return 1;
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
    const struct lock *lock = context;
    (void)arena, (void)index;
    *field_r =
        (struct linear_field){.label = _("Password"), .value = input_text(&lock->password), .secret = true};
    return true;
}

static void linear_done(void *context)
{
    submit(context);
}

static void lock_linear(struct screen *screen, struct linear *linear)
{
    static const struct linear_form form = {linear_count, linear_field, linear_at,
                                            linear_go,    NULL,         linear_done};
    struct lock *lock = lock_of(screen);
    str_addf(&linear->text, "%s%s\n", lock->trouble ? "! " : "", *lock->words ? lock->words : _("Locked"));
    linear->form = &form;
    linear->form_context = lock;
    linear->waits = lock->waiting;
    linear->asks = true;
}

static void lock_plain(struct screen *screen, struct str *out)
{
    struct lock *lock = lock_of(screen);
    str_addf(out, "%s\n> %s:\n", *lock->words ? lock->words : _("Locked"), _("Password"));
}

static void lock_close(struct screen *screen)
{
    struct lock *lock = lock_of(screen);
    input_finish(&lock->password);
    free(lock->words);
    free(lock);
}

static const struct screen_ops lock_screen = {
    .name = "lock",
    .key = lock_key,
    .waiting = lock_waiting,
    .draw = lock_draw,
    .heading = N_("Yizhan"),
    .keys = lock_keys,
    .plain = lock_plain,
    .linear = lock_linear,
    .close = lock_close,
};

uint64_t lock_open(struct app_context *app, const struct lock_ops *ops, const char *why)
{
    struct lock *lock = memory_zeroed(1, sizeof(*lock));
    *lock = (struct lock){.app = app, .ops = ops, .words = memory_strdup(why)};
    lock->screen.ops = &lock_screen;
    input_init(&lock->password, INPUT_SECRET, 256);
    ui_open(app->ui, &lock->screen);
    return lock->screen.id;
}
