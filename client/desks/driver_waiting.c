/* What is not taken yet, and what never was: the second can be put right, or dropped. Jobs that are no longer his are found here alone. */
#include "base/arena.h"
#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"

static struct driver_step *chosen(struct driver *desk)
{
    return driver_queue_find(desk, desk->chosen);
}

/* "Depart 14:03 #02001": of the number what differs from job to job, for 40 columns. */
static const char *words_of(const struct driver *desk, struct arena *arena, const struct driver_step *step)
{
    enum { TAIL = 5 };
    size_t len = strlen(step->number);
    struct str out;
    str_init(&out, arena);
    driver_step_text(desk, step, &out);
    return arena_printf(arena, "%s #%s", out.data, step->number + (len > TAIL ? len - TAIL : 0));
}

static void on_dropped(void *context, const struct dialog_answer *answer)
{
    struct driver *desk = context;
    struct driver_step *step = chosen(desk);
    if (answer->key != 'y' || !step || !step->refused)
        return;
    driver_queue_drop(desk, step);
    driver_queue_keep(desk);
    driver_queue_pump(desk);
}

static void ask_drop(struct driver *desk, const struct driver_step *step)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    dialog_yes_no(desk->app->ui, words_of(desk, arena, step), _("Forget what was typed for it?"), true,
                  on_dropped, desk);
}

static void on_refused(void *context, const struct dialog_answer *answer)
{
    struct driver *desk = context;
    struct driver_step *step = chosen(desk);
    if (!step || !step->refused)
        return;
    if (answer->key == 'c')
        driver_correct(desk, step);
    else if (answer->key == 'd')
        ask_drop(desk, step);
}

static void show(struct driver *desk, const struct driver_step *step)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct dialog_button buttons[] = {{'c', _("Correct it")}, {'d', _("Drop it")}};
    const char *title = words_of(desk, arena, step);
    if (step->refused)
        dialog_confirm(desk->app->ui, title,
                       arena_printf(arena, _("It was not taken: %s"), step->why ? step->why : ""), buttons,
                       array_len(buttons), false, on_refused, desk);
    else
        dialog_message(desk->app->ui, title,
                       link_state(desk->app->link) == LINK_READY
                           ? _("The server was asked; its answer is awaited.")
                           : _("It goes out by itself when the line is back, with the time it had."),
                       NULL, NULL);
}

static void on_chosen(void *context, const struct dialog_answer *answer)
{
    struct driver *desk = context;
    const struct driver_step *step = driver_queue_find(desk, (uint64_t)answer->id);
    if (answer->key != K_ENTER || !step)
        return;
    desk->chosen = step->serial;
    show(desk, step);
}

unsigned driver_show_waiting(struct driver *desk)
{
    struct choices choices = {0};
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (!desk->steps.count)
        return SCREEN_UNUSED;
    vec_each(struct driver_step *const, step, &desk->steps)
        choices_add(&choices, (int64_t)(*step)->serial, words_of(desk, arena, *step),
                    (*step)->refused ? _("not taken") : _("waits"));
    dialog_choose(desk->app->ui, _("Not taken yet"), &choices, on_chosen, desk);
    return SCREEN_REDRAW;
}
