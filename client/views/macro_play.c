/* Replay: a key at a time, each when the answers to the one before are there. */
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/macro-private.h"
#include "client/views/rows.h"
#include "client/views/text.h"
#include "client/views/tool.h"

enum { ANSWER_MS = 30 * 1000, KEYS_AT_ONCE = 8 };
static const double step_seconds = 0.01;

static struct {
    struct app_context *app; /* NULL: nothing is replayed */
    char *name;
    struct macro_steps steps;
    size_t at;
    int64_t waiting_since_ms;
    bool feeding;
    ev_timer timer;
    /* over the rows of a list, one after the other */
    uint64_t list; /* its screen; 0: once, where one is */
    VEC(int64_t) rows;
    size_t row;
} play;

bool macro_playing(void)
{
    return play.app != NULL;
}

bool macro_feeding(void)
{
    return play.feeding;
}

static struct rows *rows_played(struct app_context *app)
{
    struct screen *screen = play.list ? ui_find(app->ui, play.list) : NULL;
    return screen ? subject_of(app, screen).rows : NULL;
}

static void forget(void)
{
    vec_finish(&play.steps.items);
    vec_finish(&play.rows);
    free(play.name);
    memset(&play, 0, sizeof(play));
}

/* What was not done stays marked. */
static void mark_rest(struct app_context *app)
{
    struct rows *rows = rows_played(app);
    for (size_t i = play.row; rows && i < play.rows.count; i++)
        table_mark(&rows->table, play.rows.items[i], true);
}

static void say_end(struct app_context *app, const char *why)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *done = play.list ? arena_printf(arena, "%zu/%zu", play.row, play.rows.count)
                                 : arena_printf(arena, "%zu/%zu", play.at, play.steps.items.count);
    if (!why)
        ui_say(app->ui, ROLE_GOOD, "%s",
               text_fill(arena, _("Macro {name}: done ({count})"), "name", play.name, "count", done, NULL));
    else
        ui_say(app->ui, ROLE_ERROR, "%s",
               text_fill(arena, _("Macro {name} stopped at {count}: {why}"), "name", play.name, "count", done,
                         "why", why, NULL));
}

void macro_play_stop(struct app_context *app, const char *why)
{
    ev_timer_stop(app->loop, &play.timer);
    if (why)
        mark_rest(app);
    say_end(app, why);
    forget();
    (void)!status_set_mark(&app->ui->status, "");
    ui_redraw(app->ui);
}

static void show_progress(void)
{
    char mark[24];
    if (play.list)
        snprintf(mark, sizeof(mark), "▶ %zu/%zu", play.row + 1, play.rows.count);
    else
        snprintf(mark, sizeof(mark), "▶");
    if (status_set_mark(&play.app->ui->status, mark))
        ui_redraw(play.app->ui);
}

/* ---- one key ---- */

/* NULL: it may be typed. */
static const char *another_place(struct arena *arena, const struct macro_step *step)
{
    const struct screen *top = ui_top(play.app->ui);
    if (!top)
        return _("nothing is open");
    if (!*step->place || strcmp(top->ops->name, step->place) == 0)
        return NULL;
    return text_fill(arena, _("here is {here}, it was recorded on {there}"), "here", top->ops->name, "there",
                     step->place, NULL);
}

static const char *trouble(struct arena *arena)
{
    const struct status *status = &play.app->ui->status;
    return status->message_role == ROLE_ERROR && *status->message ? arena_strdup(arena, status->message)
                                                                  : NULL;
}

/* Returns what stops the replay, in the arena; NULL: nothing. */
static const char *type_step(struct arena *arena, const struct macro_step *step)
{
    struct ui *ui = play.app->ui;
    const char *why = another_place(arena, step);
    if (why)
        return why;
    (void)!status_set_message(&ui->status, ROLE_NORMAL, "");
    ui->bell = false;
    play.feeding = true;
    ui_key(ui, &step->key);
    play.feeding = false;
    why = trouble(arena);
    if (!why && ui->bell)
        why = _("the key is not taken here");
    ui->bell = false;
    return why;
}

/* ---- rows ---- */

/* NULL: the cursor stands on the next row, and the list is on top. */
static const char *next_row(void)
{
    struct rows *rows = rows_played(play.app);
    const struct screen *top = ui_top(play.app->ui);
    if (!rows || !top || top->id != play.list)
        return _("the list is not on top any more");
    table_select(&rows->table, play.rows.items[play.row]);
    const struct rows_record *record = rows_current(rows);
    if (!record || record->id != play.rows.items[play.row])
        return _("the row is not in the list any more");
    play.at = 0;
    return NULL;
}

static bool over(void)
{
    if (play.at < play.steps.items.count)
        return false;
    if (play.list)
        play.row++;
    return play.row >= play.rows.count;
}

/* ---- the clock ---- */

static bool is_waiting(void)
{
    int64_t now = time_monotonic_ms();
    bool waiting = play.app->asking || link_state(play.app->link) != LINK_READY;
    if (!waiting)
        play.waiting_since_ms = 0;
    else if (!play.waiting_since_ms)
        play.waiting_since_ms = now;
    return waiting;
}

static void on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct app_context *app = play.app;
    (void)loop, (void)timer, (void)events;
    for (int i = 0; i < KEYS_AT_ONCE; i++) {
        if (is_waiting()) {
            if (time_monotonic_ms() - play.waiting_since_ms > ANSWER_MS)
                macro_play_stop(app, _("the server does not answer"));
            return;
        }
        const char *why = trouble(arena); /* of an answer */
        bool begin = play.list && play.at >= play.steps.items.count;
        if (!why && over()) {
            macro_play_stop(app, NULL);
            return;
        }
        if (!why && begin)
            why = next_row();
        show_progress();
        if (!why)
            why = type_step(arena, &play.steps.items.items[play.at]);
        if (why) {
            macro_play_stop(app, why);
            return;
        }
        play.at++;
    }
}

static void start(void)
{
    play.row = 0;
    (void)!status_set_message(&play.app->ui->status, ROLE_NORMAL, "");
    show_progress();
    ev_timer_init(&play.timer, on_time, step_seconds, step_seconds);
    ev_timer_start(play.app->loop, &play.timer);
}

static void take_marks(struct rows *rows)
{
    for (size_t i = 0; i < rows->records.count; i++)
        for (size_t m = 0; m < rows->table.marks.count; m++)
            if (rows->table.marks.items[m] == rows->records.items[i].id)
                vec_push(&play.rows, rows->records.items[i].id);
    table_unmark_all(&rows->table);
}

static void on_rows(void *context, const struct dialog_answer *answer)
{
    struct app_context *app = context;
    struct rows *rows = rows_played(app);
    if (answer->key != 'y' || !rows) {
        forget();
        return;
    }
    take_marks(rows);
    play.app = app;
    const char *why = next_row();
    if (why)
        macro_play_stop(app, why);
    else
        start();
}

void macro_play(struct app_context *app, const char *name, const char *keys)
{
    const char *bad;
    char text[256];
    if (macro_playing())
        return;
    forget(); /* of a question that was never answered */
    if (!macro_read(keys, &play.steps, &bad) || !play.steps.items.count) {
        ui_say(app->ui, ROLE_ERROR, _("The macro %s cannot be read"), name);
        return;
    }
    struct screen *top = ui_top(app->ui);
    struct subject subject = subject_of(app, top);
    play.name = memory_strdup(name);
    if (!subject.rows || !subject.rows->table.marks.count) {
        play.app = app;
        start();
        return;
    }
    play.list = top->id;
    snprintf(text, sizeof(text), _("Replay it for each of the %zu marked rows?"),
             subject.rows->table.marks.count);
    dialog_yes_no(app->ui, name, text, false, on_rows, app);
}
