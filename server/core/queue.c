#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "server/core/queue.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct queue_source *head,
        *tail; /* sources that have items and not too many out, the next to be served first */
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
        if (source->first) {
            source->last->next = item;
        } else {
            source->first = item;
            if (source->out < queue->at_once)
                ring_append(queue, source);
        }
        source->last = item;
        queue->count++;
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
    return result;
}

/* The first source gives one item and, if it has more and may, goes to the end of the ring. */
static struct queue_item *serve(struct queue *queue)
{
    struct queue_source *source = ring_take(queue);
    struct queue_item *item = source->first;
    source->first = item->next;
    source->out++;
    if (!source->first)
        source->last = NULL;
    else if (source->out < queue->at_once)
        ring_append(queue, source);
    queue->count--;
    item->next = NULL;
    return item;
}

struct queue_item *queue_take(struct queue *queue)
{
    struct queue_item *item = NULL;
    pthread_mutex_lock(&queue->lock);
    while (!queue->head && !queue->closed)
        pthread_cond_wait(&queue->filled, &queue->lock);
    if (queue->head)
        item = serve(queue);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

/* A source that had too many out stood aside: it has its turn again. */
void queue_done(struct queue *queue, struct queue_item *item)
{
    struct queue_source *source = item->source;
    pthread_mutex_lock(&queue->lock);
    if (source->out-- == queue->at_once && source->first) {
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
