#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "server/core/queue.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct queue_source *head,
        *tail; /* sources that have items, not too many out and do not stand aside; the next to be served first */
    size_t count, capacity, at_once;
    bool closed;
};

struct queue *queue_create(size_t capacity, size_t at_once)
{
    struct queue *queue = memory_zeroed(1, sizeof(*queue));
    queue->capacity = capacity;
    queue->at_once = at_once > 0 ? at_once : SIZE_MAX;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->filled, NULL);
    return queue;
}

void queue_destroy(struct queue *queue)
{
    if (!queue)
        return;
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

static void ring_append(struct queue *queue, struct queue_source *source)
{
    source->next = NULL;
    if (queue->tail)
        queue->tail->next = source;
    else
        queue->head = source;
    queue->tail = source;
}

static struct queue_source *ring_take(struct queue *queue)
{
    struct queue_source *source = queue->head;
    queue->head = source->next;
    if (!queue->head)
        queue->tail = NULL;
    return source;
}

static bool may_be_served(const struct queue *queue, const struct queue_source *source)
{
    return source->first && source->out < queue->at_once && !source->aside;
}

int queue_push(struct queue *queue, struct queue_source *source, struct queue_item *item)
{
    int result = 0;
    item->next = NULL;
    item->source = source;
    pthread_mutex_lock(&queue->lock);
    if (queue->closed) {
        result = -ESHUTDOWN;
    } else if (queue->count >= queue->capacity) {
        result = -EBUSY;
    } else {
        bool first = !source->first;
        if (first)
            source->first = item;
        else
            source->last->next = item;
        source->last = item;
        if (first && may_be_served(queue, source))
            ring_append(queue, source);
        queue->count++;
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
    return result;
}

/* Said before the second look, so that who ends the reason between the two finds that somebody stands aside. */
static bool stands_aside(struct queue *queue, struct queue_source *source)
{
    if (!source->held || !source->held(source))
        return false;
    atomic_store(&source->aside, true);
    if (source->held(source))
        return true;
    atomic_store(&source->aside, false);
    return false;
}

/* The first source that is not held gives one item and, if it has more and may, goes to the end of the ring. NULL: there is none. */
static struct queue_item *serve(struct queue *queue)
{
    while (queue->head) {
        struct queue_source *source = ring_take(queue);
        if (stands_aside(queue, source))
            continue;
        struct queue_item *item = source->first;
        source->first = item->next;
        source->out++;
        if (may_be_served(queue, source))
            ring_append(queue, source);
        queue->count--;
        item->next = NULL;
        return item;
    }
    return NULL;
}

struct queue_item *queue_take(struct queue *queue)
{
    struct queue_item *item;
    pthread_mutex_lock(&queue->lock);
    while (!(item = serve(queue)) && !queue->closed)
        pthread_cond_wait(&queue->filled, &queue->lock);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

/* A source that had too many out stood aside: it has its turn again. */
void queue_done(struct queue *queue, struct queue_item *item)
{
    struct queue_source *source = item->source;
    pthread_mutex_lock(&queue->lock);
    if (source->out-- == queue->at_once && may_be_served(queue, source)) {
        ring_append(queue, source);
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
}

void queue_resume(struct queue *queue, struct queue_source *source)
{
    if (!atomic_load(&source->aside))
        return;
    pthread_mutex_lock(&queue->lock);
    if (atomic_exchange(&source->aside, false) && may_be_served(queue, source)) {
        ring_append(queue, source);
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}
