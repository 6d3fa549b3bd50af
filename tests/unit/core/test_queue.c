/* The queue between loop and workers: order, turns, bounds, the end. */
#include "../test.h"

#include "server/core/queue.h"

#include <errno.h>

struct item {
    struct queue_item head;
    char name;
};

static char take_name(struct queue *queue)
{
    struct queue_item *item = queue_take(queue);
    return item ? ((struct item *)item)->name : '-';
}

static void one_source_keeps_its_order(void **state)
{
    struct queue *queue = queue_create(10, 0);
    struct queue_source source = {0};
    struct item items[] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(queue_push(queue, &source, &items[i].head), 0);
    assert_int_equal(take_name(queue), 'a');
    assert_int_equal(take_name(queue), 'b');
    assert_int_equal(take_name(queue), 'c');
    queue_destroy(queue);
}

static bool is_held(const struct queue_source *source)
{
    return *(const bool *)source->holder;
}

/* Who does not take what he has keeps no worker, loses nothing, and goes on where he was. */
static void who_is_held_stands_aside(void **state)
{
    struct queue *queue = queue_create(100, 1);
    bool full = true;
    struct queue_source deaf = {.held = is_held, .holder = &full}, other = {0};
    struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'}, x = {.name = 'x'}, y = {.name = 'y'};
    assert_int_equal(queue_push(queue, &deaf, &a.head), 0);
    assert_int_equal(queue_push(queue, &other, &x.head), 0);
    assert_int_equal(take_name(queue), 'x');
    queue_done(queue, &x.head);
    assert_int_equal(queue_push(queue, &deaf, &b.head), 0);
    assert_int_equal(queue_push(queue, &other, &y.head), 0);
    assert_int_equal(take_name(queue), 'y');
    full = false;
    queue_resume(queue, &deaf);
    queue_resume(queue, &deaf);
    assert_int_equal(take_name(queue), 'a');
    assert_int_equal(queue_push(queue, &deaf, &c.head), 0);
    full = true;
    queue_done(queue, &a.head);
    queue_resume(
        queue,
        &deaf); /* he was not asked yet, so he does not stand aside, and is asked when his turn comes */
    queue_close(queue);
    assert_null(queue_take(queue));
    full = false;
    queue_resume(queue, &deaf);
    assert_int_equal(take_name(queue), 'b');
    queue_done(queue, &b.head);
    assert_int_equal(take_name(queue), 'c');
    queue_destroy(queue);
}

/* Who sends much does not keep the others waiting. */
static void sources_are_served_in_turn(void **state)
{
    struct queue *queue = queue_create(100, 0);
    struct queue_source loud = {0}, quiet = {0}, late = {0};
    struct item many[6], one = {.name = 'q'}, last = {.name = 'l'};
    for (int i = 0; i < 6; i++) {
        many[i].name = (char)('0' + i);
        assert_int_equal(queue_push(queue, &loud, &many[i].head), 0);
    }
    assert_int_equal(queue_push(queue, &quiet, &one.head), 0);
    const char *want = "0q1";
    for (; *want; want++)
        assert_int_equal(take_name(queue), *want);
    assert_int_equal(queue_push(queue, &late, &last.head), 0);
    for (want = "2l345"; *want; want++)
        assert_int_equal(take_name(queue), *want);
    queue_destroy(queue);
}

static void a_source_comes_back_after_it_was_empty(void **state)
{
    struct queue *queue = queue_create(4, 0);
    struct queue_source source = {0};
    struct item item = {.name = 'x'};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(queue_push(queue, &source, &item.head), 0);
        assert_int_equal(take_name(queue), 'x');
    }
    queue_destroy(queue);
}

static void a_full_queue_refuses(void **state)
{
    struct queue *queue = queue_create(2, 0);
    struct queue_source a = {0}, b = {0};
    struct item items[3] = {{.name = '1'}, {.name = '2'}, {.name = '3'}};
    assert_int_equal(queue_push(queue, &a, &items[0].head), 0);
    assert_int_equal(queue_push(queue, &b, &items[1].head), 0);
    assert_int_equal(queue_push(queue, &b, &items[2].head), -EBUSY);
    assert_int_equal(take_name(queue), '1');
    assert_int_equal(queue_push(queue, &b, &items[2].head), 0);
    assert_int_equal(take_name(queue), '2');
    assert_int_equal(take_name(queue), '3');
    queue_destroy(queue);
}

static void a_closed_queue_is_emptied_and_takes_no_more(void **state)
{
    struct queue *queue = queue_create(4, 0);
    struct queue_source source = {0};
    struct item item = {.name = 'x'}, more = {.name = 'y'};
    assert_int_equal(queue_push(queue, &source, &item.head), 0);
    queue_close(queue);
    assert_int_equal(queue_push(queue, &source, &more.head), -ESHUTDOWN);
    assert_int_equal(take_name(queue), 'x');
    assert_int_equal(take_name(queue), '-');
    queue_destroy(queue);
}

/* Who has as many out as he may stands aside, and comes back when one is done. */
static void of_a_source_only_so_many_are_out(void **state)
{
    struct queue *queue = queue_create(10, 2);
    struct queue_source loud = {0}, quiet = {0};
    struct item many[5], one = {.name = 'q'};
    for (int i = 0; i < 4; i++) {
        many[i].name = (char)('0' + i);
        assert_int_equal(queue_push(queue, &loud, &many[i].head), 0);
    }
    assert_int_equal(take_name(queue), '0');
    assert_int_equal(take_name(queue), '1');
    assert_int_equal(queue_push(queue, &quiet, &one.head), 0);
    assert_int_equal(take_name(queue), 'q');
    queue_done(queue, &one.head);
    queue_done(queue, &many[1].head);
    assert_int_equal(take_name(queue), '2');
    queue_done(queue, &many[0].head);
    queue_done(queue, &many[2].head);
    assert_int_equal(take_name(queue), '3');
    many[4].name = '4';
    assert_int_equal(queue_push(queue, &loud, &many[4].head), 0);
    assert_int_equal(take_name(queue), '4');
    queue_close(queue);
    assert_int_equal(take_name(queue), '-');
    queue_destroy(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_source_keeps_its_order),
        cmocka_unit_test(who_is_held_stands_aside),
        cmocka_unit_test(sources_are_served_in_turn),
        cmocka_unit_test(a_source_comes_back_after_it_was_empty),
        cmocka_unit_test(of_a_source_only_so_many_are_out),
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(a_closed_queue_is_emptied_and_takes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
