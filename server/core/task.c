#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/core/event.h"
#include "server/core/task.h"

struct task *task_create(const struct verb *verb, const char *tag, const char *json, size_t json_len)
{
    struct task *task = memory_zeroed(1, sizeof(*task) + json_len + 1);
    task->verb = verb;
    task->lane = verb ? verb->lane : LANE_SHORT;
    memcpy(task->tag, tag, MIN(strlen(tag), sizeof(task->tag) - 1));
    memcpy(task->json, json, json_len);
    task->json_len = json_len;
    task->arrived_ms = time_monotonic_ms();
    return task;
}

void task_destroy(struct task *task)
{
    if (!task)
        return;
    outlet_unref(task->outlet);
    session_unref(task->session);
    free(task->certificate);
    free(task);
}

struct parcel *parcel_create(enum parcel_kind kind, struct task *task)
{
    struct parcel *parcel = memory_zeroed(1, sizeof(*parcel));
    parcel->kind = kind;
    parcel->task = task;
    return parcel;
}

void parcel_destroy(struct parcel *parcel)
{
    if (!parcel)
        return;
    free(parcel->bytes);
    session_unref(parcel->session);
    watch_destroy(parcel->watch);
    event_list_destroy(parcel->events);
    free(parcel);
}

struct event *event_create(const char *entity, const char *action)
{
    size_t entity_size = strlen(entity) + 1, action_size = strlen(action) + 1;
    struct event *event = memory_zeroed(1, sizeof(*event) + entity_size + action_size);
    memcpy(event->text, entity, entity_size);
    memcpy(event->text + entity_size, action, action_size);
    event->entity = event->text;
    event->action = event->text + entity_size;
    event->branch_id = event->old_branch_id = NIL;
    return event;
}

void event_list_destroy(struct event *events)
{
    while (events) {
        struct event *next = events->next;
        free(events->more);
        free(events);
        events = next;
    }
}

static struct {
    pthread_mutex_t lock;
    struct parcel *first, *last;
    struct ev_loop *loop;
    ev_async wake;
    void (*deliver)(struct parcel *parcel);
} post = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct parcel *take_all(void)
{
    pthread_mutex_lock(&post.lock);
    struct parcel *list = post.first;
    post.first = post.last = NULL;
    pthread_mutex_unlock(&post.lock);
    return list;
}

static void on_wake(struct ev_loop *loop, ev_async *watcher, int events)
{
    for (struct parcel *parcel = take_all(), *next; parcel; parcel = next) {
        next = parcel->next;
        post.deliver(parcel);
    }
}

void post_init(struct ev_loop *loop, void (*deliver)(struct parcel *parcel))
{
    post.loop = loop;
    post.deliver = deliver;
    ev_async_init(&post.wake, on_wake);
    ev_async_start(loop, &post.wake);
}

void post_finish(void)
{
    ev_async_stop(post.loop, &post.wake);
    for (struct parcel *parcel = take_all(), *next; parcel; parcel = next) {
        next = parcel->next;
        if (parcel->last)
            task_destroy(parcel->task);
        parcel_destroy(parcel);
    }
}

/* Only the first parcel of a list wakes the loop. */
void post_send(struct parcel *parcel)
{
    parcel->next = NULL;
    pthread_mutex_lock(&post.lock);
    bool was_empty = !post.first;
    if (was_empty)
        post.first = parcel;
    else
        post.last->next = parcel;
    post.last = parcel;
    pthread_mutex_unlock(&post.lock);
    if (was_empty)
        ev_async_send(post.loop, &post.wake);
}
