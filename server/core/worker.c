#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/memory_fault.h"
#include "base/str.h"
#include "base/vec.h"
#include "server/core/gate.h"
#include "server/core/queue.h"
#include "server/core/task.h"
#include "server/core/thread.h"
#include "server/core/worker.h"
#include "server/db/connection.h"

enum { ARENA_BLOCK = 64 * 1024 };

struct worker {
    pthread_t thread;
    struct queue *queue;
    struct connection *connection;
    struct arena *arena;
    pthread_mutex_t lock; /* over task: who cancels must be sure that it is still this one */
    struct task *task;
};

static VEC(struct worker *) workers;
/* Nobody waits for answers any more: what runs is cancelled, what waits is not begun. */
static atomic_bool stopping;

/* PQcancel blocks, so neither the loop nor a busy worker calls it. */
static struct {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    bool wanted, stopping, started;
} canceller = {.lock = PTHREAD_MUTEX_INITIALIZER, .asked = PTHREAD_COND_INITIALIZER};

static void set_task(struct worker *worker, struct task *task)
{
    pthread_mutex_lock(&worker->lock);
    worker->task = task;
    pthread_mutex_unlock(&worker->lock);
}

/* For a test, an allocation fails between the taking of a task and its answer; NULL: no more. */
static void plan_memory_fault(const struct task *task)
{
#ifdef YIZHAN_FAULTS
    memory_fault_plan(MEMORY_THEIRS, task && task->fault == TASK_FAULT_MEMORY ? task->fault_nth : 0);
    memory_fault_plan(MEMORY_OURS, task && task->fault == TASK_FAULT_OUR_MEMORY ? task->fault_nth : 0);
#endif
}

/* The loop frees the task once its last parcel is delivered, so nobody may look at it from here on before that is sent. */
static void *work(void *argument)
{
    struct worker *worker = argument;
    for (struct queue_item *item; (item = queue_take(worker->queue));) {
        struct task *task = container_of(item, struct task, item);
        set_task(worker, task);
        if (atomic_load(&stopping))
            atomic_store(&task->cancelled, true);
        plan_memory_fault(task);
        struct parcel *last = gate_run(task, worker->connection, worker->arena);
        plan_memory_fault(NULL);
        set_task(worker, NULL);
        queue_done(worker->queue, item);
        post_send(last);
    }
    return NULL;
}

static void cancel_wanted(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    if (worker->task && atomic_load(&worker->task->cancelled))
        connection_cancel(worker->connection);
    pthread_mutex_unlock(&worker->lock);
}

static void *cancel(void *argument)
{
    pthread_mutex_lock(&canceller.lock);
    while (!canceller.stopping) {
        if (!canceller.wanted) {
            pthread_cond_wait(&canceller.asked, &canceller.lock);
            continue;
        }
        canceller.wanted = false;
        pthread_mutex_unlock(&canceller.lock);
        for (size_t i = 0; i < workers.count; i++)
            cancel_wanted(workers.items[i]);
        pthread_mutex_lock(&canceller.lock);
    }
    pthread_mutex_unlock(&canceller.lock);
    return NULL;
}

static void wake_canceller(void)
{
    pthread_mutex_lock(&canceller.lock);
    canceller.wanted = true;
    pthread_cond_signal(&canceller.asked);
    pthread_mutex_unlock(&canceller.lock);
}

void task_cancel(struct task *task)
{
    atomic_store(&task->cancelled, true);
    wake_canceller();
}

void workers_start(struct queue *queue, enum verb_lane lane, int count, const char *conninfo, FILE *log)
{
    static const char *const names[LANES] = {
        [LANE_SHORT] = "short", [LANE_LONG] = "long", [LANE_HASH] = "hash"};
    for (int i = 0; i < count; i++) {
        struct worker *worker = memory_zeroed(1, sizeof(*worker));
        char label[32];
        snprintf(label, sizeof(label), "yizhand %s %d", names[lane], i + 1);
        worker->queue = queue;
        worker->connection = connection_create(conninfo, label);
        connection_set_log(worker->connection, log);
        if (lane == LANE_LONG)
            connection_share_work(worker->connection);
        worker->arena = arena_create(ARENA_BLOCK);
        pthread_mutex_init(&worker->lock, NULL);
        vec_push(&workers, worker);
    }
}

void workers_run(void)
{
    connection_set_abandoned_limit((int)workers.count);
    canceller.started = true;
    thread_start(&canceller.thread, "cancel", cancel, NULL);
    for (size_t i = 0; i < workers.count; i++)
        thread_start(&workers.items[i]->thread, "worker", work, workers.items[i]);
}

static void stop_canceller(void)
{
    if (!canceller.started)
        return;
    pthread_mutex_lock(&canceller.lock);
    canceller.stopping = true;
    pthread_cond_signal(&canceller.asked);
    pthread_mutex_unlock(&canceller.lock);
    pthread_join(canceller.thread, NULL);
}

static void cancel_all(void)
{
    atomic_store(&stopping, true);
    for (size_t i = 0; i < workers.count; i++) {
        struct worker *worker = workers.items[i];
        pthread_mutex_lock(&worker->lock);
        if (worker->task)
            atomic_store(&worker->task->cancelled, true);
        pthread_mutex_unlock(&worker->lock);
    }
    wake_canceller();
}

void workers_stop(void)
{
    cancel_all();
    for (size_t i = 0; i < workers.count; i++)
        pthread_join(workers.items[i]->thread, NULL);
    stop_canceller();
    for (size_t i = 0; i < workers.count; i++) {
        struct worker *worker = workers.items[i];
        connection_destroy(worker->connection);
        arena_destroy(worker->arena);
        pthread_mutex_destroy(&worker->lock);
        free(worker);
    }
    vec_finish(&workers);
}
