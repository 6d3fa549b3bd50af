/* The thread that sends: looks into the outbox, hands parcels to their gateways, writes down what became of them. */
#include "server/gateway/gateway-private.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "server/core/thread.h"
#include "server/db/connection.h"

static const double look_seconds = 0.25, retry_seconds = 2;

/* What could not be written down yet: the database is away. Until it is, the claim keeps the parcel from going out twice. */
struct ending {
    int64_t id;
    enum outcome outcome;
    char *reference, *error;
};

static const struct gateway *const gateways[] = {&sms_gateway, &gammu_gateway, &mail_gateway};

static struct {
    pthread_t thread;
    bool started;
    struct ev_loop *loop;
    ev_timer look;
    ev_async stop;
    struct gateway_options options; /* texts copied */
    struct connection *connection;
    struct arena *arena;
    bool ready[array_len(gateways)];
    int under_way[array_len(gateways)];
    VEC(struct ending) endings;
    int64_t looked_ms[array_len(gateways)];
    int64_t second; /* and how many were taken in it */
    int taken[array_len(gateways)];
    bool away; /* the database; said once */
} house;

static size_t index_of(const struct gateway *gateway)
{
    size_t i = 0;
    while (gateways[i] != gateway)
        i++;
    return i;
}

static void ending_free(struct ending *ending)
{
    free(ending->reference);
    free(ending->error);
}

/* In order, as far as the database takes them. */
static int write_endings(void)
{
    size_t done = 0;
    if (!house.endings.count)
        return 0;
    for (; done < house.endings.count; done++) {
        struct ending *it = &house.endings.items[done];
        arena_reset(house.arena);
        if (outbox_settle(house.connection, house.arena, house.options.server, it->id, it->outcome,
                          it->reference, it->error) < 0)
            break;
        ending_free(it);
    }
    memmove(house.endings.items, house.endings.items + done,
            (house.endings.count - done) * sizeof(*house.endings.items));
    house.endings.count -= done;
    return house.endings.count ? -1 : 0;
}

void parcel_done(struct parcel *parcel, enum outcome outcome, const char *reference, const char *error)
{
    struct ending ending = {.id = parcel->id,
                            .outcome = outcome,
                            .reference = reference ? memory_strdup(reference) : NULL,
                            .error = error ? memory_strdup(error) : NULL};
    vec_push(&house.endings, ending);
    house.under_way[index_of(parcel->gateway)]--;
    json_decref(parcel->body);
    free(parcel);
}

static void take(struct parcel *parcel)
{
    house.under_way[index_of(parcel->gateway)]++;
    if (json_is_object(parcel->body))
        parcel->gateway->send(parcel);
    else
        parcel_done(parcel, OUTCOME_DEAD, NULL, "the row of the outbox cannot be read");
}

/* Text messages are paid by the piece, and both kinds are throttled where they go. */
static int allowed(size_t index, const struct outbox_rates *rates)
{
    const struct gateway *gateway = gateways[index];
    int64_t now = time_monotonic_ms() / 1000;
    if (house.second != now) {
        house.second = now;
        memset(house.taken, 0, sizeof(house.taken));
    }
    int rate = strcmp(gateway->name, "sms") == 0 ? rates->sms : rates->mail;
    return MIN(gateway->at_once - house.under_way[index], rate - house.taken[index]);
}

static int send_due(const struct outbox_rates *rates)
{
    for (size_t i = 0; i < array_len(gateways); i++) {
        bool away = !house.ready[i] || (gateways[i]->away && gateways[i]->away());
        int most = away ? 0 : allowed(i, rates);
        if (most <= 0)
            continue;
        arena_reset(house.arena);
        int count =
            outbox_claim(house.connection, house.arena, house.options.server, gateways[i], most, take);
        if (count < 0)
            return count;
        house.taken[i] += count;
    }
    return 0;
}

static int look_around(void)
{
    int64_t now = time_monotonic_ms();
    for (size_t i = 0; i < array_len(gateways); i++) {
        if (!house.ready[i] || !gateways[i]->look || now - house.looked_ms[i] < gateways[i]->look_ms)
            continue;
        house.looked_ms[i] = now;
        if (gateways[i]->look(house.connection, house.arena) < 0)
            return -1;
    }
    return 0;
}

static int round_once(void)
{
    struct outbox_rates rates = {0};
    if (write_endings() < 0)
        return -1;
    arena_reset(house.arena);
    if (outbox_work(house.connection, house.arena, &rates) < 0)
        return -1;
    int result = send_due(&rates);
    if (result == 0)
        result = look_around();
    return result < 0 || write_endings() < 0 ? -1 : 0;
}

static void on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
    bool away = round_once() < 0;
    if (away && !house.away)
        log_warn("gateways: the database is away; what is due waits");
    house.away = away;
    timer->repeat = away ? retry_seconds : look_seconds;
    ev_timer_again(loop, timer);
}

static void on_stop(struct ev_loop *loop, ev_async *async, int events)
{
    ev_break(loop, EVBREAK_ALL);
}

static void *run(void *argument)
{
    ev_run(house.loop, 0);
    transfer_finish(); /* what is under way ends as to be tried again */
    if (house.endings.count && write_endings() < 0)
        log_warn("gateways: %zu results could not be written; what they are of is tried again",
                 house.endings.count);
    return NULL;
}

static void copy_options(const struct gateway_options *options)
{
    const char **to = (const char **)&house.options;
    const char *const *from = (const char *const *)options;
    for (size_t i = 0; i < sizeof(*options) / sizeof(char *); i++)
        to[i] = from[i] ? memory_strdup(from[i]) : NULL;
}

static void free_options(void)
{
    char **texts = (char **)&house.options;
    for (size_t i = 0; i < sizeof(house.options) / sizeof(char *); i++)
        free(texts[i]);
    house.options = (struct gateway_options){0};
}

int gateway_start(const struct gateway_options *options)
{
    copy_options(options);
    house.loop = ev_loop_new(EVFLAG_AUTO);
    house.connection = connection_create(house.options.conninfo, "yizhand gateways");
    house.arena = arena_create(0);
    transfer_init(house.loop);
    for (size_t i = 0; i < array_len(gateways); i++)
        house.ready[i] = gateways[i]->init(&house.options);
    ev_timer_init(&house.look, on_look, look_seconds, look_seconds);
    ev_timer_start(house.loop, &house.look);
    ev_async_init(&house.stop, on_stop);
    ev_async_start(house.loop, &house.stop);
    int result = house.options.hook_listen ? hook_start(&house.options) : 0;
    if (result == 0)
        thread_start(&house.thread, "gateways", run, NULL);
    house.started = result == 0;
    return result;
}

void gateway_stop(void)
{
    if (!house.loop)
        return;
    hook_stop();
    if (house.started) {
        ev_async_send(house.loop, &house.stop);
        pthread_join(house.thread, NULL);
    }
    for (size_t i = 0; i < array_len(gateways); i++)
        if (house.ready[i] && gateways[i]->finish)
            gateways[i]->finish();
    vec_each(struct ending, ending, &house.endings) ending_free(ending);
    vec_finish(&house.endings);
    connection_destroy(house.connection);
    arena_destroy(house.arena);
    ev_loop_destroy(house.loop);
    house.loop = NULL;
    free_options();
}
