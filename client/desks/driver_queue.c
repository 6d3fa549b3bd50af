#include "client/desks/driver_queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/uuid.h"
#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/draft.h"
#include "client/views/text.h"
#include "client/views/value_text.h"

enum { TRIES_MAX = 4, LATE_SECONDS = 5 };

static bool is_photo(const struct driver_step *step)
{
    return strcmp(step->action, DRIVER_PHOTO) == 0;
}

static void step_free(struct driver_step *step)
{
    json_decref(step->args);
    json_decref(step->values);
    free(step->why);
    free(step);
}

void driver_queue_finish(struct driver *desk)
{
    vec_each(struct driver_step *, step, &desk->steps) step_free(*step);
    vec_finish(&desk->steps);
}

static struct driver_step *find(const struct driver *desk, uint64_t serial)
{
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        if ((*step)->serial == serial)
            return *step;
    }
    return NULL;
}

static void take_out(struct driver *desk, struct driver_step *step)
{
    size_t at = 0;
    while (desk->steps.items[at] != step)
        at++;
    memmove(&desk->steps.items[at], &desk->steps.items[at + 1],
            (desk->steps.count - at - 1) * sizeof(desk->steps.items[0]));
    desk->steps.count--;
    step_free(step);
}

size_t driver_queue_count(const struct driver *desk, int64_t id)
{
    size_t count = 0;
    vec_each(struct driver_step *const, step, &desk->steps) count += (*step)->id == id;
    return count;
}

size_t driver_queue_steps(const struct driver *desk, int64_t id)
{
    size_t count = 0;
    vec_each(struct driver_step *const, step, &desk->steps) count += (*step)->id == id && !is_photo(*step);
    return count;
}

const char *driver_queue_state(const struct driver *desk, int64_t id, const char *now)
{
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        const struct catalogue_action *action = catalogue_action(desk->now.entity, (*step)->action);
        if ((*step)->id == id && action && action->to)
            now = action->to;
    }
    return now;
}

static const char *words_of(const struct driver *desk, const struct driver_step *step)
{
    const struct catalogue_action *action = catalogue_action(desk->now.entity, step->action);
    return is_photo(step) ? _("Photo") : action ? _(action->label) : step->action;
}

void driver_queue_text(const struct driver *desk, int64_t id, struct str *out)
{
    static const struct field time = ARG(at, FIELD_TIME, .label = "");
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char at[TIME_TEXT_SIZE];
    const char *comma = "";
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        if ((*step)->id != id)
            continue;
        const char *shown =
            value_show(desk->app, arena, &time, time_print(at, sizeof(at), (*step)->at), NULL);
        const char *space = strchr(shown, ' ');
        str_addf(out, "%s%s %s", comma, words_of(desk, *step), space ? space + 1 : shown);
        comma = ", ";
    }
}

/* ---- sending */

static void keep(struct driver *desk)
{
    if (desk->app->drafts)
        drafts_write(desk->app->drafts);
}

static void end(struct driver *desk, struct driver_step *step, bool refused)
{
    int64_t id = step->id;
    take_out(desk, step);
    desk->answered_ms = time_monotonic_ms();
    jobs_end(&desk->now, id, refused);
    jobs_refetch(&desk->past, id);
    record_again(&desk->record);
    keep(desk);
    driver_queue_pump(desk);
}

/* Those behind a step that was not taken cannot be taken either. */
static void drop_rest(struct driver *desk, const struct driver_step *first)
{
    for (size_t i = desk->steps.count; i-- > 0;) {
        struct driver_step *step = desk->steps.items[i];
        if (step == first || step->id != first->id || is_photo(step))
            continue;
        take_out(desk, step);
        jobs_end(&desk->now, first->id, true);
    }
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
    for (int i = 0; states[i].code; i++) {
        if (action->to && strcmp(states[i].code, action->to) == 0)
            to = i;
        if (order_is(row, states[i].code) && !states[i].side)
            now = i;
    }
    return to >= 0 && now >= to;
}

static void say_not_taken(struct driver *desk, const struct driver_step *step, const char *why)
{
    ui_say(desk->app->ui, ROLE_ERROR, _("%s %s was not taken: %s"), words_of(desk, step), step->number, why);
}

static void on_looked(struct screen *screen, const struct answer *answer, void *context)
{
    struct driver *desk = driver_of(screen);
    struct driver_step *step = find(desk, (uint64_t)(uintptr_t)context);
    if (!step)
        return;
    step->asked = false;
    const struct catalogue_action *action = catalogue_action(desk->now.entity, step->action);
    bool seen = answer->code == ERR_NONE && action;
    if (seen && catalogue_action_from(action, order_text(answer->object, "state"))) {
        step->version = order_number(answer->object, "version");
        driver_queue_pump(desk);
        return;
    }
    if (seen && is_past(desk, action, answer->object)) {
        next_version(desk, step->id, answer->object);
        end(desk, step, false);
        return;
    }
    say_not_taken(desk, step, step->why ? step->why : _("the job is not yours any more"));
    drop_rest(desk, step);
    end(desk, step, true);
}

/* The order may be another than it was when the step was taken: what it is decides. */
static void look(struct driver *desk, struct driver_step *step)
{
    step->asked = true;
    step->tries++;
    ask(desk->app, &desk->screen, "rescue.get", json_pack("{s:I}", "id", (json_int_t)step->id), CALL_READ,
        NULL, on_looked, (void *)(uintptr_t)step->serial);
}

/* Refused for good: what was typed comes back, and what was to come after it is told of. */
static void refused(struct driver *desk, struct driver_step *step, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *field = json_string_value(json_object_get(answer->object, "field"));
    const char *why = driver_refusal(desk, arena, answer);
    bool again = step->values && (answer->code == ERR_INVALID || answer->code == ERR_LIMIT);
    json_t *values = again ? json_incref(step->values) : NULL;
    int64_t id = step->id;
    if (!again)
        say_not_taken(desk, step, why);
    drop_rest(desk, step);
    end(desk, step, true);
    if (!again)
        return;
    driver_finish(desk, id, values, field, why);
    ui_say(desk->app->ui, ROLE_ERROR, "%s", why);
    json_decref(values);
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct driver *desk = driver_of(screen);
    struct driver_step *step = find(desk, (uint64_t)(uintptr_t)context);
    const char *field = order_text(answer->object, "field");
    if (!step)
        return;
    step->asked = false;
    bool again = step->tries < TRIES_MAX;
    if (answer->code == ERR_NONE) {
        ui_say(desk->app->ui, ROLE_GOOD, _("%s: done"), words_of(desk, step));
        next_version(desk, step->id, answer->object);
        end(desk, step, false);
    } else if (answer->code == ERR_CONFLICT && again) {
        struct arena *arena cleanup(cleanup_arena) = arena_create(0);
        free(step->why);
        step->why = memory_strdup(answer_text(arena, desk->now.entity, answer));
        look(desk, step);
    } else if (answer->code == ERR_INVALID && strcmp(field, "at") == 0 && again) {
        /* a clock that is wrong: it happened all the same */
        json_object_del(step->args, "at");
        step->untimed = true;
        step->tries++;
        driver_queue_pump(desk);
    } else {
        refused(desk, step, answer);
    }
}

void driver_queue_ended(struct driver *desk, uint64_t serial, bool done, const char *why)
{
    struct driver_step *step = find(desk, serial);
    if (!step)
        return;
    if (done)
        driver_photo_forget(step);
    ui_say(desk->app->ui, done ? ROLE_GOOD : ROLE_ERROR,
           done ? _("%s: done") : _("The photo was not taken: %s"), done ? words_of(desk, step) : why);
    end(desk, step, !done);
}

/* Once it was said when it happened, that stays: the same key is the same words. */
static void put_time(struct driver_step *step)
{
    char at[TIME_TEXT_SIZE];
    if (!step->late || step->untimed || json_object_get(step->args, "at") ||
        strcmp(step->action, "refuse") == 0)
        return;
    json_object_set_new(step->args, "at", json_string(time_print(at, sizeof(at), step->at)));
}

static void send(struct driver *desk, struct driver_step *step)
{
    const struct job *job = jobs_find(&desk->now, step->id);
    if (step->version == NIL && job)
        step->version = job->version;
    if (step->version == NIL) {
        look(desk, step);
        return;
    }
    put_time(step);
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
        if ((*other)->id == step->id)
            return *other == step;
    }
    return false;
}

void driver_queue_pump(struct driver *desk)
{
    struct instant now = time_now();
    bool away = link_state(desk->app->link) != LINK_READY;
    for (size_t i = 0; i < desk->steps.count; i++) {
        struct driver_step *step = desk->steps.items[i];
        step->late |= away || now.us - step->at.us > LATE_SECONDS * US_PER_SECOND;
        if (step->asked || away || !is_first(desk, step))
            continue;
        if (!is_photo(step))
            send(desk, step);
        else if (!driver_photo_send(desk, step))
            i = (size_t)-1; /* it is gone: from the beginning */
    }
}

/* ---- what is in it */

static struct driver_step *make(struct driver *desk, int64_t id, const char *action, json_t *args)
{
    struct driver_step *step = memory_zeroed(1, sizeof(*step));
    char key[37];
    *step = (struct driver_step){
        .serial = ++desk->serials, .id = id, .args = args, .at = time_now(), .version = NIL};
    snprintf(step->action, sizeof(step->action), "%s", action);
    if (!json_object_get(args, "key")) {
        uuid_v7(key);
        json_object_set_new(args, "key", json_string(key));
    }
    vec_push(&desk->steps, step);
    return step;
}

void driver_queue_add(struct driver *desk, int64_t id, const char *action, json_t *args, json_t *values)
{
    const struct job *job = jobs_find(&desk->now, id);
    size_t before = driver_queue_count(desk, id);
    struct driver_step *step = make(desk, id, action, args);
    bool away = link_state(desk->app->link) != LINK_READY;
    step->values = values;
    if (job)
        snprintf(step->number, sizeof(step->number), "%s", order_text(job->row, "number"));
    if (job && !before)
        step->version = job->version;
    jobs_begin(&desk->now, id);
    if (away) {
        step->late = true;
        desk->answered_ms = time_monotonic_ms();
        ui_say(desk->app->ui, ROLE_WARNING, _("No line: %s waits for it"), words_of(desk, step));
    }
    keep(desk); /* on the disk before it is on the line */
    driver_queue_pump(desk);
}

json_t *driver_queue_save(struct screen *screen)
{
    const struct driver *desk = driver_of(screen);
    char at[TIME_TEXT_SIZE];
    json_t *saved = desk->steps.count ? json_array() : NULL;
    vec_each(struct driver_step *const, each, &desk->steps)
    {
        const struct driver_step *step = *each;
        json_t *row =
            json_pack("{s:I, s:s, s:s, s:s, s:O, s:b}", "id", (json_int_t)step->id, "number", step->number,
                      "action", step->action, "at", time_print(at, sizeof(at), step->at), "args", step->args,
                      "late", (int)step->late);
        if (step->version != NIL)
            json_object_set_new(row, "version", json_integer(step->version));
        if (step->values)
            json_object_set(row, "values", step->values);
        json_array_append_new(saved, row);
    }
    return saved;
}

static bool has_key(const struct driver *desk, const char *key)
{
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        if (strcmp(order_text((*step)->args, "key"), key) == 0)
            return true;
    }
    return false;
}

void driver_queue_take(struct driver *desk, const json_t *saved)
{
    size_t i;
    const json_t *row;
    json_array_foreach(saved, i, row)
    {
        json_t *args = json_object_get(row, "args");
        if (!json_is_object(args) || has_key(desk, order_text(args, "key")))
            continue;
        struct driver_step *step =
            make(desk, order_number(row, "id"), order_text(row, "action"), json_deep_copy(args));
        snprintf(step->number, sizeof(step->number), "%s", order_text(row, "number"));
        step->at = order_time(row, "at");
        step->version = order_number(row, "version");
        step->late = true;
        if (json_object_get(row, "values"))
            step->values = json_deep_copy(json_object_get(row, "values"));
    }
    driver_queue_pump(desk);
}
