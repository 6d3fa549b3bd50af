/* A worker's hold on the output of one connection, shared by reference with the loop. */
#pragma once

#include "base/util.h"
#include "server/core/queue.h"
#include "server/core/verb.h"
#include "server/net/net.h"

#include <stdatomic.h>
#include <stdbool.h>

enum { LANES = LANE_HASH + 1 };

struct outlet {
    atomic_int refs;
    atomic_bool gone;       /* nobody is at the other end any more */
    atomic_bool waited_for; /* a worker waits for the queue to drain */
    atomic_size_t unsent;   /* bytes on their way to the socket */
    struct peer_id peer;
    struct queue_source sources[LANES];
};

/* One reference, the caller's; whoever gives back the last one frees it. Any thread; NULL is no outlet. */
struct outlet *outlet_create(struct peer_id peer) must_check;
struct outlet *outlet_ref(struct outlet *outlet);
void outlet_unref(struct outlet *outlet);

/* Workers: waits until no more than `most` bytes are unsent. -EPIPE when the peer is gone, -ETIMEDOUT when it has
 * taken nothing for so long. */
int outlet_wait(struct outlet *outlet, size_t most, int64_t timeout_ms) must_check;

/* The loop: so much went to the socket; or nobody is there any more. */
void outlet_sent(struct outlet *outlet, size_t bytes);
void outlet_close(struct outlet *outlet);
