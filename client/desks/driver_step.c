/* Steps of the flow by one key. Nothing is foretold: the row is marked until the server has answered, over a lost line as well. */
#include <string.h>

#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/views/action.h"
#include "client/views/ask.h"

/* Waiting behind others, it goes by the state they will bring about; never while an answer is on its way over a good line. */
static bool is_next(struct driver *desk, const struct job *job, const struct catalogue_action *action)
{
    const char *now = order_text(job->row, "state");
    if (!driver_queue_steps(desk, job->id))
        return action_allowed(desk->app, desk->now.entity, action, job->row, NULL);
    return link_state(desk->app->link) != LINK_READY && app_may(desk->app, verb_of("rescue", action->name)) &&
           catalogue_action_from(action, driver_queue_state(desk, job->id, now));
}

const struct catalogue_action *driver_next(struct driver *desk, const struct job *job)
{
    static const char *const flow[] = {"accept", "depart", "arrive", "complete"};
    if (!job || job->pending > driver_queue_count(desk, job->id))
        return NULL;
    for (size_t i = 0; i < array_len(flow); i++) {
        const struct catalogue_action *action = catalogue_action(desk->now.entity, flow[i]);
        if (action && is_next(desk, job, action))
            return action;
    }
    return NULL;
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
    if (!job || !action)
        return SCREEN_BELL;
    for (size_t i = 0; i < array_len(at_once); i++) {
        if (strcmp(action->name, at_once[i]) != 0)
            continue;
        driver_queue_add(desk, job->id, action->name, json_object(), NULL);
        return SCREEN_REDRAW;
    }
    if (strcmp(action->name, "complete") == 0) {
        driver_finish(desk, job->id, NULL, NULL, NULL);
        return SCREEN_REDRAW;
    }
    if (job->pending)
        return SCREEN_BELL;
    struct action_target target = {job->id, job->version};
    jobs_begin(jobs, job->id);
    action_run(desk->app, &desk->screen, jobs->entity, action, &target, 1, on_action, NULL);
    return SCREEN_REDRAW;
}
