#include "client/desks/later.h"

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct later *later = timer->data;
    (void)loop, (void)events;
    later->run(later->context);
}

void later_init(struct later *later, struct app_context *app, void (*run)(void *context), void *context)
{
    *later = (struct later){.app = app, .run = run, .context = context};
    ev_timer_init(&later->timer, on_timer, 0, 0);
    later->timer.data = later;
}

void later_finish(struct later *later)
{
    later_stop(later);
}

void later_stop(struct later *later)
{
    ev_timer_stop(later->app->loop, &later->timer);
}

void later_set(struct later *later, int ms)
{
    later_stop(later);
    ev_now_update(later->app->loop);
    ev_timer_set(&later->timer, ms / 1000.0, 0);
    ev_timer_start(later->app->loop, &later->timer);
}

void later_by(struct later *later, int ms)
{
    if (!ev_is_active(&later->timer) || ev_timer_remaining(later->app->loop, &later->timer) * 1000 > ms)
        later_set(later, ms);
}
