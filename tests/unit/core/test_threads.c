/* The pool's parts under many threads; run it in a build with -Db_sanitize=thread. */
#include "../test.h"

#include "base/time.h"
#include "server/core/key.h"
#include "server/core/own_tx.h"
#include "server/core/queue.h"
#include "server/core/roster.h"
#include "server/core/session-private.h"
#include "server/core/task.h"
#include "server/core/throttle.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { WORKERS = 8, SOURCES = 64, REQUESTS = 20000, LINE = 100 };

/* The whole way but for sockets and database: tasks go to workers by turns, answers come back by the post. */
static struct {
    struct ev_loop *loop;
    struct queue *queue;
    struct outlet *outlets[SOURCES];
    struct session *session;
    int sent, answered, rows, refused;
    int next[SOURCES]; /* the answer each source awaits: it sends one after another */
} pool;

static const struct verb verb = {.name = "test.run"};

static void send_next(int source)
{
    if (pool.sent >= REQUESTS)
        return;
    char tag[16];
    snprintf(tag, sizeof(tag), "%d", source);
    struct task *task = task_create(&verb, tag, "{}", 2);
    task->outlet = outlet_ref(pool.outlets[source]);
    task->session = session_ref(pool.session);
    pool.sent++;
    if (queue_push(pool.queue, &task->outlet->sources[0], &task->item) < 0) {
        pool.refused++;
        task_destroy(task);
    }
}

static void deliver(struct parcel *parcel)
{
    struct task *task = parcel->task;
    outlet_sent(task->outlet, parcel->len);
    if (!parcel->last) {
        pool.rows++;
    } else {
        int source = atoi(task->tag);
        pool.answered++;
        task_destroy(task);
        send_next(source);
        if (pool.answered + pool.refused >= REQUESTS)
            ev_break(pool.loop, EVBREAK_ALL);
    }
    parcel_destroy(parcel);
}

static struct parcel *line_of(struct task *task)
{
    struct parcel *parcel = parcel_create(PARCEL_REPLY, task);
    parcel->bytes = memory_zeroed(1, LINE);
    parcel->len = LINE;
    atomic_fetch_add(&task->outlet->unsent, LINE);
    return parcel;
}

static void *work(void *argument)
{
    for (struct queue_item *item; (item = queue_take(pool.queue));) {
        struct task *task = container_of(item, struct task, item);
        if (session_grant(task->session, "test.run"))
            abort();
        if (outlet_wait(task->outlet, 10 * LINE, 5000) == 0)
            post_send(line_of(task));
        struct parcel *last = line_of(task);
        last->last = true;
        queue_done(pool.queue, item);
        post_send(last);
    }
    return NULL;
}

static void requests_and_answers_all_arrive(void **state)
{
    pthread_t threads[WORKERS];
    pool.loop = ev_loop_new(EVFLAG_AUTO);
    pool.queue = queue_create(SOURCES * 2, 2);
    pool.session = session_create();
    post_init(pool.loop, deliver);
    for (int i = 0; i < SOURCES; i++)
        pool.outlets[i] = outlet_create((struct peer_id){i, 1});
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < SOURCES; i++)
        send_next(i);
    ev_run(pool.loop, 0);
    queue_close(pool.queue);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    post_finish();
    assert_int_equal(pool.answered, REQUESTS);
    assert_int_equal(pool.rows, REQUESTS);
    assert_int_equal(pool.refused, 0);
    for (int i = 0; i < SOURCES; i++) {
        assert_int_equal(atomic_load(&pool.outlets[i]->unsent), 0);
        assert_int_equal(atomic_load(&pool.outlets[i]->refs), 1);
        outlet_unref(pool.outlets[i]);
    }
    assert_int_equal(atomic_load(&pool.session->private_->refs), 1);
    session_unref(pool.session);
    queue_destroy(pool.queue);
    ev_loop_destroy(pool.loop);
}

/* ------------------------------------------------------------------------------------------------- waiting */

static void *read_slowly(void *argument)
{
    struct outlet *outlet = argument;
    for (int i = 0; i < 50; i++) {
        outlet_sent(outlet, LINE);
        sched_yield();
    }
    return NULL;
}

static void a_worker_waits_for_a_slow_reader(void **state)
{
    struct outlet *outlet = outlet_create((struct peer_id){1, 1});
    pthread_t reader;
    atomic_store(&outlet->unsent, 50 * LINE);
    pthread_create(&reader, NULL, read_slowly, outlet);
    assert_int_equal(outlet_wait(outlet, 2 * LINE, 5000), 0);
    pthread_join(reader, NULL);
    atomic_store(&outlet->unsent, 50 * LINE);
    assert_int_equal(outlet_wait(outlet, 2 * LINE, 150), -ETIMEDOUT);
    outlet_close(outlet);
    assert_int_equal(outlet_wait(outlet, 2 * LINE, 5000), -EPIPE);
    outlet_unref(outlet);
}

/* ------------------------------------------------------------------------------------------------- tables */

enum { ROUNDS = 2000 };

static atomic_int inside, claimed;

static void *use_tables(void *argument)
{
    int64_t me = (intptr_t)argument;
    for (int i = 0; i < ROUNDS; i++) {
        struct roster_entry entry;
        size_t count;
        own_tx_claim((uint64_t)(i * WORKERS + me));
        atomic_fetch_add(&claimed, own_tx_claim(1000000 + (uint64_t)i));
        roster_put(i % 50, me, (struct peer_id){(int)me, 1});
        roster_find(i % 50, &entry);
        if (i % 100 == 0)
            free(roster_copy(&count));
        roster_remove(i % 50, (struct peer_id){(int)me, 1});
        throttle_failed(i % 2 ? "somebody" : "nobody", "192.0.2.1");
        throttle_try("somebody", "192.0.2.1");
        if (key_enter(7, "the-same-key")) {
            if (atomic_fetch_add(&inside, 1) != 0)
                abort();
            atomic_fetch_sub(&inside, 1);
            key_leave(7, "the-same-key");
        }
    }
    return NULL;
}

static void tables_bear_many_threads(void **state)
{
    pthread_t threads[WORKERS];
    size_t left;
    for (intptr_t i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, use_tables, (void *)i);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(claimed, ROUNDS); /* each by one of them */
    free(roster_copy(&left));
    assert_true(left <= 50);
    for (int64_t id = 0; id < 50; id++)
        for (int peer = 0; peer < WORKERS; peer++)
            roster_remove(id, (struct peer_id){peer, 1});
    throttle_succeeded("somebody");
    throttle_succeeded("nobody");
}

/* The request that made a transaction and the tail that saw it: one of them tells of it, whoever comes first. */
static void a_transaction_is_told_by_one(void **state)
{
    own_tx_forget();
    assert_true(own_tx_claim(4711));
    assert_false(own_tx_claim(4711));
    assert_true(own_tx_claim(4712));
    assert_false(own_tx_claim(4711));
    own_tx_forget();
    assert_true(own_tx_claim(4711));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_answers_all_arrive),
        cmocka_unit_test(a_worker_waits_for_a_slow_reader),
        cmocka_unit_test(tables_bear_many_threads),
        cmocka_unit_test(a_transaction_is_told_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
