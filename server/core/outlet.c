#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"
#include "server/core/outlet.h"
#include "wire/limits.h"

/* Waiting for a slow reader is rare, so all outlets share one condition. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t drained = PTHREAD_COND_INITIALIZER;

/* Its reader has enough before him: the next answer would only wait, and a worker with it. */
static bool is_full(const struct queue_source *source)
{
    const struct outlet *outlet = source->holder;
    return atomic_load(&outlet->unsent) > WIRE_BEGIN_PAUSE && !atomic_load(&outlet->gone);
}

struct outlet *outlet_create(struct peer_id peer)
{
    struct outlet *outlet = memory_zeroed(1, sizeof(*outlet));
    outlet->peer = peer;
    atomic_init(&outlet->refs, 1);
    for (int lane = 0; lane < LANES; lane++) {
        outlet->sources[lane].held = is_full;
        outlet->sources[lane].holder = outlet;
    }
    return outlet;
}

struct outlet *outlet_ref(struct outlet *outlet)
{
    atomic_fetch_add_explicit(&outlet->refs, 1, memory_order_relaxed);
    return outlet;
}

void outlet_unref(struct outlet *outlet)
{
    if (outlet && atomic_fetch_sub_explicit(&outlet->refs, 1, memory_order_acq_rel) == 1)
        free(outlet);
}

/* 0, -EPIPE or -ETIMEDOUT; -EAGAIN: not yet. */
static int look(const struct outlet *outlet, size_t most, int64_t until_ms)
{
    if (atomic_load(&outlet->gone))
        return -EPIPE;
    if (atomic_load(&outlet->unsent) <= most)
        return 0;
    return time_monotonic_ms() >= until_ms ? -ETIMEDOUT : -EAGAIN;
}

int outlet_wait(struct outlet *outlet, size_t most, int64_t timeout_ms)
{
    int64_t until_ms = time_monotonic_ms() + timeout_ms;
    int result = look(outlet, most, until_ms);
    if (result != -EAGAIN)
        return result;
    pthread_mutex_lock(&lock);
    for (size_t left = SIZE_MAX;;) {
        /* Said before the look, so that what drains between look and wait finds that somebody must be woken. */
        atomic_store(&outlet->waited_for, true);
        result = look(outlet, most, until_ms);
        if (result != -EAGAIN)
            break;
        size_t now = atomic_load(&outlet->unsent);
        if (now < left)
            until_ms = time_monotonic_ms() + timeout_ms;
        left = now;
        pthread_cond_clockwait(&drained, &lock, CLOCK_MONOTONIC,
                               &(struct timespec){until_ms / 1000, until_ms % 1000 * 1000000L});
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static void wake_waiters(struct outlet *outlet)
{
    if (!atomic_exchange(&outlet->waited_for, false))
        return;
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&drained);
    pthread_mutex_unlock(&lock);
}

void outlet_sent(struct outlet *outlet, size_t bytes)
{
    atomic_fetch_sub(&outlet->unsent, bytes);
    wake_waiters(outlet);
}

void outlet_close(struct outlet *outlet)
{
    atomic_store(&outlet->gone, true);
    wake_waiters(outlet);
}
