/*
 * A bounded queue between the loop and the workers of one lane. Each connection is a source; sources are served in turn, so that one that
 * sends much does not keep the others waiting, nor has all the workers: of each only so many items are out at once. A source that is held (its
 * reader has not taken what he has) stands aside. Within a source the order is kept. Any thread may call anything.
 */
#pragma once

#include "base/util.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct queue;

/* First member of whatever is queued. */
struct queue_item {
    struct queue_item *next;
    struct queue_source *source; /* once it was pushed */
};

/* The caller's memory, zeroed, which must outlive its items in the queue. Belongs to one queue. */
struct queue_source {
    struct queue_item *first, *last;
    struct queue_source *next; /* in the ring of those that may be served */
    size_t out;                /* items taken and not done */
    /* Whether it is to stand aside now; NULL: never. Asked by takers, under the queue's lock. Whoever ends the reason calls queue_resume(). */
    bool (*held)(const struct queue_source *source);
    const void *holder; /* whatever `held` wants to know */
    atomic_bool aside;  /* it was held when its turn came */
};

/* capacity: items in all; at_once: of one source that may be out, 0: any number. */
struct queue *queue_create(size_t capacity, size_t at_once) must_check;
void queue_destroy(struct queue *queue); /* must be empty, without takers */

/* 0, -EBUSY when full, -ESHUTDOWN when closed. */
int queue_push(struct queue *queue, struct queue_source *source, struct queue_item *item) must_check;

/* Waits for an item; NULL when the queue is closed and has nothing that may be handed out. */
struct queue_item *queue_take(struct queue *queue) must_check;

/* The taker is done with it: the next of its source may be out. Before the source may be gone. */
void queue_done(struct queue *queue, struct queue_item *item);

/* It is not held any more: it has its turn again. Costs next to nothing when it was not. */
void queue_resume(struct queue *queue, struct queue_source *source);

/* Nothing more comes in; what is there is still handed out, but for what stands aside: resume that first. */
void queue_close(struct queue *queue);
