/*
 * A bounded queue between the loop and the workers of one lane. Each connection is a source; sources are served in turn, so that one that
 * sends much does not keep the others waiting. Within a source the order is kept. Any thread may call anything.
 */
#pragma once

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

struct queue;

/* First member of whatever is queued. */
struct queue_item {
    struct queue_item *next;
};

/* The caller's memory, zeroed, which must outlive its items in the queue. Belongs to one queue. */
struct queue_source {
    struct queue_item *first, *last;
    struct queue_source *next; /* in the ring of those that have something */
};

/* capacity: items in all. */
struct queue *queue_create(size_t capacity) must_check;
void queue_destroy(struct queue *queue); /* must be empty, without takers */

/* 0, -EBUSY when full, -ESHUTDOWN when closed. */
int queue_push(struct queue *queue, struct queue_source *source, struct queue_item *item) must_check;

/* Waits for an item; NULL when the queue is closed and empty. */
struct queue_item *queue_take(struct queue *queue) must_check;

/* Nothing more comes in; what is there is still handed out. */
void queue_close(struct queue *queue);
