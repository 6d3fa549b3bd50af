#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"
#include "server/core/outlet.h"

/* Waiting for a slow reader is rare, so all outlets share one condition. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t drained = PTHREAD_COND_INITIALIZER;

enum { LOOK_AGAIN_MS = 100 };

struct outlet *outlet_create(struct peer_id peer)
{
    struct outlet *outlet = memory_zeroed(1, sizeof(*outlet));
    outlet->peer = peer;
    atomic_init(&outlet->refs, 1);
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

static void wait_a_little(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_AGAIN_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_cond_timedwait(&drained, &lock, &until);
}

int outlet_wait(struct outlet *outlet, size_t most, int64_t timeout_ms)
{
    if (atomic_load(&outlet->gone))
        return -EPIPE;
    if (atomic_load(&outlet->unsent) <= most)
        return 0;
    int64_t until = time_monotonic_ms() + timeout_ms;
    int result = 0;
    pthread_mutex_lock(&lock);
    while (atomic_load(&outlet->unsent) > most) {
        if (atomic_load(&outlet->gone))
            result = -EPIPE;
        else if (time_monotonic_ms() >= until)
            result = -ETIMEDOUT;
        if (result < 0)
            break;
        atomic_store(&outlet->waited_for, true);
        wait_a_little();
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
