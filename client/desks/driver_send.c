/* The driver's queue on its way: what may go, and what its answers mean for it and for what waits behind it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"

enum { TRIES_MAX = 4, LATE_SECONDS = 5, AGAIN_MS = 5000 };

static void end(struct driver *desk, struct driver_step *step, bool refused)
{
    int64_t id = step->id;
    driver_queue_drop(desk, step);
    desk->answered_ms = time_monotonic_ms();
    driver_job_end(desk, id, refused);
    record_again(&desk->record);
    driver_queue_keep(desk);
    driver_queue_pump(desk);
}

static void say_not_taken(struct driver *desk, const struct driver_step *step, const char *why)
{
    ui_say(desk->app->ui, ROLE_ERROR, _("%s %s was not taken: %s"), driver_step_words(desk, step),
           step->number, why);
}

/* Those behind a step that was not taken cannot be taken either; what was typed for them is kept with that reason. */
static void stop_rest(struct driver *desk, const struct driver_step *first)
{
    for (size_t i = desk->steps.count; i-- > 0;) {
        struct driver_step *step = desk->steps.items[i];
        if (step == first || step->id != first->id || driver_step_is_photo(step) || step->refused)
            continue;
        if (step->values) {
            free(step->why);
            step->why = memory_strdup(_("a step before it was not taken"));
            step->refused = true;
        } else {
            driver_queue_drop(desk, step);
        }
        driver_job_end(desk, first->id, true);
    }
}

/* Refused for good. Without anything typed it is told of and gone; else it stays to be put right, at once where he looks on. */
static void refuse(struct driver *desk, struct driver_step *step, const char *why, const char *field)
{
    say_not_taken(desk, step, why);
    stop_rest(desk, step);
    if (!step->values) {
        end(desk, step, true);
        return;
    }
    char *words = memory_strdup(why);
    free(step->why);
    free(step->field);
    step->why = words;
    step->field = field ? memory_strdup(field) : NULL;
    step->refused = true;
    step->asked = false;
    desk->answered_ms = time_monotonic_ms();
    driver_job_end(desk, step->id, true);
    driver_queue_keep(desk);
    driver_queue_pump(desk);
    if (field && driver_job(desk, step->id) && ui_top(desk->app->ui) == &desk->screen)
        driver_correct(desk, step);
}

static void next_version(struct driver *desk, int64_t id, const json_t *answer)
{
    int64_t version = order_number(answer, "version");
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        if ((*step)->id == id)
            (*step)->version = version;
    }
}

/* Somebody, or this very step over a line that broke, has brought the job at least so far. */
static bool is_past(const struct driver *desk, const struct catalogue_action *action, const json_t *row)
{
    const struct choice *states = desk->now.entity->states;
    int to = -1, now = -1;
    if (!action->to || order_is(row, action->to))
        return action->to != NULL;
    for (int i = 0; states[i].code; i++) {
        if (strcmp(states[i].code, action->to) == 0 && !states[i].side)
            to = i;
        if (order_is(row, states[i].code) && !states[i].side)
            now = i;
    }
    return to > 0 && now >= to; /* the first is where it goes back to */
}

/* He would not have it, and it is not his any more. */
static bool is_rid(const struct driver_step *step, const struct answer *answer)
{
    return strcmp(step->action, "refuse") == 0 && answer->code == ERR_NOT_FOUND;
}

static void on_looked(struct screen *screen, const struct answer *answer, void *context)
{
    struct driver *desk = driver_of(screen);
    struct driver_step *step = driver_queue_find(desk, (uint64_t)(uintptr_t)context);
    if (!step)
        return;
    step->asked = false;
    const struct catalogue_action *action = catalogue_action(desk->now.entity, step->action);
    bool seen = answer->code == ERR_NONE && action;
    if (seen &&
        catalogue_action_from(action, order_text(answer->object, action->state ? action->state : "state"))) {
        step->version = order_number(answer->object, "version");
        driver_queue_keep(desk);
        driver_queue_pump(desk);
        return;
    }
    if ((seen && is_past(desk, action, answer->object)) || is_rid(step, answer)) {
        next_version(desk, step->id, answer->object);
        end(desk, step, false);
        return;
    }
    refuse(desk, step, step->why ? step->why : _("the job is not yours any more"), NULL);
}

/* The order may be another than it was when the step was taken: what it is decides. */
static void look(struct driver *desk, struct driver_step *step)
{
    step->asked = true;
    step->tries++;
    ask(desk->app, &desk->screen, "rescue.get", json_pack("{s:I}", "id", (json_int_t)step->id), CALL_READ,
        NULL, on_looked, (void *)(uintptr_t)step->serial);
}

/* It, or the same with another time or version, was done before a crash. */
static bool was_done(const struct answer *answer)
{
    return answer->code == ERR_CONFLICT && strcmp(order_text(answer->object, "field"), "key") == 0;
}

/* Nothing was said of the step: the server could not just then. */
static bool was_away(const struct answer *answer)
{
    return answer->code == ERR_UNAVAILABLE || answer->code == ERR_BUSY ||
           answer->code == ERR_UNKNOWN_OUTCOME || answer->code == ERR_UNAUTHENTICATED;
}

static void done(struct driver *desk, struct driver_step *step, const struct answer *answer)
{
    ui_say(desk->app->ui, ROLE_GOOD, _("%s: done"), driver_step_words(desk, step));
    next_version(desk, step->id, answer->object); /* none: it is looked for before the next goes */
    end(desk, step, false);
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct driver *desk = driver_of(screen);
    struct driver_step *step = driver_queue_find(desk, (uint64_t)(uintptr_t)context);
    const char *field = json_string_value(json_object_get(answer->object, "field"));
    if (!step)
        return;
    step->asked = false;
    bool again = step->tries < TRIES_MAX;
    if (answer->code == ERR_NONE || was_done(answer)) {
        done(desk, step, answer);
    } else if (was_away(answer)) {
        step->again_ms = time_monotonic_ms() + AGAIN_MS;
    } else if (answer->code == ERR_CONFLICT && again) {
        free(step->why);
        step->why = memory_strdup(answer_text(arena, desk->now.entity, answer));
        look(desk, step);
    } else if (answer->code == ERR_INVALID && field && strcmp(field, "at") == 0 && step->late && again) {
        /* a clock that is wrong: it happened all the same */
        json_object_del(step->args, "at");
        step->untimed = true;
        step->tries++;
        driver_queue_pump(desk);
    } else {
        refuse(desk, step, driver_refusal(desk, arena, answer), field);
    }
}

void driver_queue_ended(struct driver *desk, uint64_t serial, bool done_r, const char *why)
{
    struct driver_step *step = driver_queue_find(desk, serial);
    if (!step)
        return;
    if (done_r)
        driver_photo_forget(step);
    ui_say(desk->app->ui, done_r ? ROLE_GOOD : ROLE_ERROR,
           done_r ? _("%s: done") : _("The photo was not taken: %s"),
           done_r ? driver_step_words(desk, step) : why);
    end(desk, step, !done_r);
}

static bool takes_time(const struct driver *desk, const struct driver_step *step)
{
    const struct catalogue_action *action = catalogue_action(desk->now.entity, step->action);
    for (size_t i = 0; action && i < action->nargs; i++)
        if (strcmp(action->args[i].name, "at") == 0)
            return true;
    return false;
}

/* Once it was said when it happened, that stays: the same key is the same words. */
static void put_time(const struct driver *desk, struct driver_step *step)
{
    char at[TIME_TEXT_SIZE];
    if (!step->late || step->untimed || json_object_get(step->args, "at") || !takes_time(desk, step))
        return;
    json_object_set_new(step->args, "at", json_string(time_print(at, sizeof(at), step->at)));
}

static void send(struct driver *desk, struct driver_step *step)
{
    const struct job *job = driver_job(desk, step->id);
    if (step->version == NIL && job)
        step->version = job->version;
    if (step->version == NIL) {
        look(desk, step);
        return;
    }
    put_time(desk, step);
    json_t *args = json_deep_copy(step->args);
    json_object_set_new(args, "id", json_integer(step->id));
    json_object_set_new(args, "version", json_integer(step->version));
    step->asked = true;
    ask(desk->app, &desk->screen, verb_of("rescue", step->action), args, CALL_CHANGES, NULL, on_answer,
        (void *)(uintptr_t)step->serial);
}

static bool is_first(const struct driver *desk, const struct driver_step *step)
{
    vec_each(struct driver_step *const, other, &desk->steps)
    {
        if ((*other)->id == step->id && !(*other)->refused)
            return *other == step;
    }
    return false;
}

void driver_queue_pump(struct driver *desk)
{
    struct instant now = time_now();
    int64_t now_ms = time_monotonic_ms();
    bool away = link_state(desk->app->link) != LINK_READY;
    for (size_t i = 0; i < desk->steps.count; i++) {
        struct driver_step *step = desk->steps.items[i];
        step->late |= away || now.us - step->at.us > LATE_SECONDS * US_PER_SECOND;
        if (step->asked || step->refused || away || now_ms < step->again_ms || !is_first(desk, step))
            continue;
        if (!driver_step_is_photo(step))
            send(desk, step);
        else if (!driver_photo_send(desk, step))
            i = (size_t)-1; /* it is gone: from the beginning */
    }
}
