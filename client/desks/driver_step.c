/* Steps of the flow by one key. Nothing is foretold: the row is marked until the server has answered, over a lost line as well. */
#include <string.h>

#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/text.h"

const struct catalogue_action *driver_next(struct driver *desk, const struct job *job)
{
    static const char *const flow[] = {"accept", "depart", "arrive", "complete"};
    if (!job || job->pending)
        return NULL;
    for (size_t i = 0; i < array_len(flow); i++) {
        const struct catalogue_action *action = catalogue_action(desk->now.entity, flow[i]);
        if (action && action_allowed(desk->app, desk->now.entity, action, job->row, NULL))
            return action;
    }
    return NULL;
}

void driver_forget_steps(struct driver *desk)
{
    vec_each(struct driver_step, step, &desk->steps)
    {
        json_decref(step->values);
    }
    vec_finish(&desk->steps);
}

static struct driver_step take_step(struct driver *desk, int64_t id)
{
    struct driver_step taken = {.id = id};
    for (size_t i = 0; i < desk->steps.count; i++) {
        if (desk->steps.items[i].id != id)
            continue;
        taken = desk->steps.items[i];
        desk->steps.items[i] = desk->steps.items[--desk->steps.count];
        break;
    }
    return taken;
}

static void refused(struct driver *desk, const struct driver_step *step, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *field = json_string_value(json_object_get(answer->object, "field"));
    if (step->values && answer->code == ERR_INVALID)
        driver_finish(desk, step->id, step->values, field, answer_text(arena, desk->now.entity, answer));
    answer_say(desk->app, desk->now.entity, answer);
}

/* The order is known by its id, which the answer to a refusal may lack: the context carries it. */
static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct driver *desk = driver_of(screen);
    int64_t id = (int64_t)(intptr_t)context;
    struct driver_step step = take_step(desk, id);
    desk->answered_ms = time_monotonic_ms();
    if (answer->code != ERR_NONE)
        refused(desk, &step, answer);
    else if (step.action)
        ui_say(desk->app->ui, ROLE_GOOD, _("%s: done"), _(step.action->label));
    json_decref(step.values);
    jobs_end(&desk->now, id, answer->code != ERR_NONE);
    jobs_refetch(&desk->past, id);
    record_again(&desk->record);
}

void driver_send(struct driver *desk, int64_t id, const struct catalogue_action *action, json_t *args,
                 json_t *values)
{
    char at[TIME_TEXT_SIZE];
    const struct job *job = jobs_find(&desk->now, id);
    bool away = link_state(desk->app->link) != LINK_READY;
    json_object_set_new(args, "id", json_integer(id));
    json_object_set_new(args, "version",
                        json_integer(job ? job->version : order_number(desk->record.row, "version")));
    if (away &&
        strcmp(action->name, "refuse") != 0) /* the time it happened, not the time the line was back */
        json_object_set_new(args, "at", json_string(time_print(at, sizeof(at), time_now())));
    vec_push(&desk->steps, ((struct driver_step){id, action, values}));
    jobs_begin(&desk->now, id);
    if (away)
        ui_say(desk->app->ui, ROLE_WARNING, _("No line: %s waits for it"), _(action->label));
    ask(desk->app, &desk->screen, verb_of("rescue", action->name), args, CALL_CHANGES, NULL, on_answer,
        (void *)(intptr_t)id);
}

static void on_action(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct driver *desk = driver_of(screen);
    bool was_refused = !outcome->cancelled && outcome->answer && outcome->answer->code != ERR_NONE;
    (void)context;
    desk->answered_ms = time_monotonic_ms();
    for (size_t i = 0; i < outcome->count; i++) {
        jobs_end(&desk->now, outcome->targets[i].id, was_refused);
        jobs_refetch(&desk->past, outcome->targets[i].id);
    }
    record_again(&desk->record);
}

/* Those with nothing that must be said go at once, the end has its own form, the rest ask by the catalogue. */
unsigned driver_take(struct driver *desk, const struct catalogue_action *action)
{
    static const char *const at_once[] = {"accept", "depart", "arrive"};
    struct jobs *jobs = driver_jobs(desk);
    const struct job *job = jobs_current(jobs);
    if (!job || !action || job->pending)
        return SCREEN_BELL;
    for (size_t i = 0; i < array_len(at_once); i++) {
        if (strcmp(action->name, at_once[i]) != 0)
            continue;
        driver_send(desk, job->id, action, json_object(), NULL);
        return SCREEN_REDRAW;
    }
    if (strcmp(action->name, "complete") == 0) {
        driver_finish(desk, job->id, NULL, NULL, NULL);
        return SCREEN_REDRAW;
    }
    struct action_target target = {job->id, job->version};
    jobs_begin(jobs, job->id);
    action_run(desk->app, &desk->screen, jobs->entity, action, &target, 1, on_action, NULL);
    return SCREEN_REDRAW;
}
