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
#include "client/views/draft.h"
#include "client/views/value_text.h"

static void step_free(struct driver_step *step)
{
    json_decref(step->args);
    json_decref(step->values);
    free(step->why);
    free(step->field);
    free(step);
}

void driver_queue_finish(struct driver *desk)
{
    vec_each(struct driver_step *, step, &desk->steps) step_free(*step);
    vec_finish(&desk->steps);
}

struct driver_step *driver_queue_find(const struct driver *desk, uint64_t serial)
{
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        if ((*step)->serial == serial)
            return *step;
    }
    return NULL;
}

struct driver_step *driver_queue_refused(const struct driver *desk, int64_t id)
{
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        if ((*step)->id == id && (*step)->refused)
            return *step;
    }
    return NULL;
}

void driver_queue_drop(struct driver *desk, struct driver_step *step)
{
    size_t at = 0;
    while (desk->steps.items[at] != step)
        at++;
    memmove(&desk->steps.items[at], &desk->steps.items[at + 1],
            (desk->steps.count - at - 1) * sizeof(desk->steps.items[0]));
    desk->steps.count--;
    step_free(step);
}

void driver_queue_keep(struct driver *desk)
{
    if (desk->app->drafts)
        drafts_write(desk->app->drafts);
}

size_t driver_queue_waiting(const struct driver *desk)
{
    size_t count = 0;
    vec_each(struct driver_step *const, step, &desk->steps) count += !(*step)->refused;
    return count;
}

size_t driver_queue_count(const struct driver *desk, int64_t id)
{
    size_t count = 0;
    vec_each(struct driver_step *const, step, &desk->steps) count += (*step)->id == id && !(*step)->refused;
    return count;
}

size_t driver_queue_steps(const struct driver *desk, int64_t id)
{
    size_t count = 0;
    vec_each(struct driver_step *const, step, &desk->steps) count +=
        (*step)->id == id && !(*step)->refused && !driver_step_is_photo(*step);
    return count;
}

const char *driver_queue_state(const struct driver *desk, int64_t id, const char *now)
{
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        const struct catalogue_action *action = catalogue_action(desk->now.entity, (*step)->action);
        if ((*step)->id == id && !(*step)->refused && action && action->to)
            now = action->to;
    }
    return now;
}

const char *driver_step_words(const struct driver *desk, const struct driver_step *step)
{
    const struct catalogue_action *action = catalogue_action(desk->now.entity, step->action);
    return driver_step_is_photo(step) ? _("Photo") : action ? _(action->label) : step->action;
}

void driver_step_text(const struct driver *desk, const struct driver_step *step, struct str *out)
{
    static const struct field time = ARG(at, FIELD_TIME, .label = "");
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char at[TIME_TEXT_SIZE];
    const char *shown = value_show(desk->app, arena, &time, time_print(at, sizeof(at), step->at), NULL);
    const char *space = strchr(shown, ' ');
    str_addf(out, "%s %s", driver_step_words(desk, step), space ? space + 1 : shown);
}

void driver_queue_text(const struct driver *desk, int64_t id, struct str *out)
{
    const char *comma = "";
    vec_each(struct driver_step *const, step, &desk->steps)
    {
        if ((*step)->id != id || (*step)->refused)
            continue;
        str_add(out, comma);
        driver_step_text(desk, *step, out);
        comma = ", ";
    }
}

/* ---- what is in it */

static void set_key(json_t *args)
{
    char key[37];
    uuid_v7(key);
    json_object_set_new(args, "key", json_string(key));
}

static struct driver_step *make(struct driver *desk, int64_t id, const char *action, json_t *args)
{
    struct driver_step *step = memory_zeroed(1, sizeof(*step));
    *step = (struct driver_step){
        .serial = ++desk->serials, .id = id, .args = args, .at = time_now(), .version = NIL};
    snprintf(step->action, sizeof(step->action), "%s", action);
    if (!json_object_get(args, "key"))
        set_key(args);
    vec_push(&desk->steps, step);
    return step;
}

/* On the disk before it is on the line. */
static void begin(struct driver *desk, struct driver_step *step)
{
    driver_job_begin(desk, step->id);
    if (link_state(desk->app->link) != LINK_READY) {
        step->late = true;
        desk->answered_ms = time_monotonic_ms();
        ui_say(desk->app->ui, ROLE_WARNING, _("No line: %s waits for it"), driver_step_words(desk, step));
    }
    driver_queue_keep(desk);
    driver_queue_pump(desk);
}

void driver_queue_add(struct driver *desk, int64_t id, const char *action, json_t *args, json_t *values)
{
    const struct job *job = driver_job(desk, id);
    size_t before = driver_queue_count(desk, id);
    struct driver_step *step = make(desk, id, action, args);
    step->values = values;
    if (job)
        snprintf(step->number, sizeof(step->number), "%s", order_text(job->row, "number"));
    if (job && !before)
        step->version = job->version;
    begin(desk, step);
}

void driver_queue_correct(struct driver *desk, struct driver_step *step, json_t *args, json_t *values)
{
    json_decref(step->args);
    json_decref(step->values);
    free(step->why);
    free(step->field);
    step->args = args;
    step->values = values;
    step->why = step->field = NULL;
    step->refused = false;
    step->tries = 0;
    step->version = NIL;
    set_key(args);
    begin(desk, step);
}

static json_t *save_step(const struct driver_step *step)
{
    char at[TIME_TEXT_SIZE];
    json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:O, s:b, s:b}", "id", (json_int_t)step->id, "number",
                            step->number, "action", step->action, "at", time_print(at, sizeof(at), step->at),
                            "args", step->args, "late", (int)step->late, "refused", (int)step->refused);
    if (step->version != NIL)
        json_object_set_new(row, "version", json_integer(step->version));
    if (step->values)
        json_object_set(row, "values", step->values);
    if (step->why)
        json_object_set_new(row, "why", json_string(step->why));
    if (step->field)
        json_object_set_new(row, "field", json_string(step->field));
    return row;
}

json_t *driver_queue_save(const struct driver *desk)
{
    json_t *saved = desk->steps.count ? json_array() : NULL;
    vec_each(struct driver_step *const, step, &desk->steps) json_array_append_new(saved, save_step(*step));
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

static char *text_or_null(const json_t *row, const char *name)
{
    const char *text = order_text(row, name);
    return *text ? memory_strdup(text) : NULL;
}

static void take_step(struct driver *desk, const json_t *row)
{
    struct driver_step *step = make(desk, order_number(row, "id"), order_text(row, "action"),
                                    json_deep_copy(json_object_get(row, "args")));
    snprintf(step->number, sizeof(step->number), "%s", order_text(row, "number"));
    step->at = order_time(row, "at");
    step->version = order_number(row, "version");
    step->late = true;
    step->refused = order_truth(row, "refused");
    step->why = text_or_null(row, "why");
    step->field = text_or_null(row, "field");
    if (json_object_get(row, "values"))
        step->values = json_deep_copy(json_object_get(row, "values"));
}

void driver_queue_take(struct driver *desk, const json_t *saved)
{
    size_t i;
    const json_t *row;
    json_array_foreach(saved, i, row)
    {
        const json_t *args = json_object_get(row, "args");
        if (json_is_object(args) && !has_key(desk, order_text(args, "key")))
            take_step(desk, row);
    }
    driver_queue_pump(desk);
}
