/* Steps of the flow by one key. Nothing is foretold: the row is marked until the server has answered, over a lost line as well. */
#include <string.h>

#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/views/action.h"
#include "client/views/ask.h"

/* What is told by a key or a box, and goes through the queue. */
static bool is_queued(const struct catalogue_action *action)
{
    static const char *const names[] = {"accept",    "depart", "arrive", "complete",
                                        "empty_run", "refuse", "collect"};
    for (size_t i = 0; i < array_len(names); i++)
        if (strcmp(action->name, names[i]) == 0)
            return true;
    return false;
}

/* Waiting behind others, it goes by the state they will bring about; never while an answer is on its way over a good line. */
bool driver_may(struct driver *desk, const struct job *job, const struct catalogue_action *action)
{
    if (!job || !is_queued(action))
        return job && !job->pending && action_allowed(desk->app, desk->now.entity, action, job->row, NULL);
    const struct driver_step *refused = driver_queue_refused(desk, job->id);
    if (job->pending > driver_queue_count(desk, job->id) ||
        (refused && strcmp(refused->action, action->name) == 0))
        return false; /* the refused one is put right */
    if (!driver_queue_steps(desk, job->id))
        return action_allowed(desk->app, desk->now.entity, action, job->row, NULL);
    return link_state(desk->app->link) != LINK_READY && app_may(desk->app, verb_of("rescue", action->name)) &&
           catalogue_action_from(action, driver_queue_state(desk, job->id, order_text(job->row, "state")));
}

const struct catalogue_action *driver_next(struct driver *desk, const struct job *job)
{
    static const char *const flow[] = {"accept", "depart", "arrive", "complete"};
    if (!job || driver_queue_refused(desk, job->id))
        return NULL; /* that is put right first */
    for (size_t i = 0; i < array_len(flow); i++) {
        const struct catalogue_action *action = catalogue_action(desk->now.entity, flow[i]);
        if (action && driver_may(desk, job, action))
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
    for (size_t i = 0; i < outcome->count; i++)
        driver_job_end(desk, outcome->targets[i].id, was_refused);
    record_again(&desk->record);
}

/* Those with nothing that must be said go at once; what is not the driver's own asks by the catalogue, and waits for its answer. */
unsigned driver_take(struct driver *desk, const struct catalogue_action *action)
{
    static const char *const at_once[] = {"accept", "depart", "arrive"};
    const struct job *job = jobs_current(driver_jobs(desk));
    if (!job || !action || !driver_may(desk, job, action))
        return SCREEN_BELL;
    for (size_t i = 0; i < array_len(at_once); i++) {
        if (strcmp(action->name, at_once[i]) != 0)
            continue;
        driver_queue_add(desk, job->id, action->name, json_object(), NULL);
        return SCREEN_REDRAW;
    }
    if (is_queued(action)) {
        driver_ask(desk, job->id, action, NULL);
        return SCREEN_REDRAW;
    }
    struct action_target target = {job->id, job->version};
    driver_job_begin(desk, job->id);
    action_run(desk->app, &desk->screen, desk->now.entity, action, &target, 1, on_action, NULL);
    return SCREEN_REDRAW;
}
