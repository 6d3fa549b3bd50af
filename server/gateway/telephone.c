/*
 * The telephone's thread: holds the lines this server may hold, writes down what their call systems tell, hands on what is to be dialled, and tells
 * the terminals of this server what rings and what rings no more.
 */
#include "server/gateway/telephone.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/time.h"
#include "base/vec.h"
#include "server/core/notice.h"
#include "server/core/popup.h"
#include "server/core/thread.h"
#include "server/db/connection.h"
#include "server/gateway/telephone-private.h"

enum {
    LEASE_SECONDS = 10,
    CLAIM_MS = 2 * 1000,
    LOOK_MS = 150,
    LOOK_IDLE_MS = 2 * 1000, /* where no branch has a call system */
    RETRY_MS = 1000,         /* the database is away */
    ENTRIES_MAX = 20 * 1000, /* kept meanwhile; then all lines are listed anew */
    PART = 64                /* written at once */
};

static const double tick_seconds = 0.1, settle_seconds = 0.003;

struct rung {
    int64_t call_id, employee_id;
};

typedef VEC(struct exchange *) exchange_list;

static struct {
    pthread_t thread;
    bool started;
    struct ev_loop *loop;
    ev_timer tick, settle;
    ev_async stop;
    char *server;
    struct connection *connection;
    struct arena *arena;
    exchange_list exchanges, claimed;
    VEC(struct telephone_entry) entries;
    VEC(struct rung) rung;
    int64_t claim_ms, look_ms, write_ms, held_ms; /* when it is due; until when the lines are ours */
    bool overflow, away;
} house;

/* ------------------------------------------------------------------------------------------------- call systems */

struct exchange *exchange_create(void)
{
    struct exchange *exchange = memory_zeroed(1, sizeof(*exchange));
    exchange->ops = &ami_exchange;
    return exchange;
}

void exchange_destroy(struct exchange *exchange)
{
    if (!exchange)
        return;
    if (exchange->driver)
        exchange->ops->finish(exchange->driver);
    for (size_t i = 0; i < exchange->nextensions; i++)
        free(exchange->extensions[i]);
    free(exchange->extensions);
    free(exchange->code);
    free(exchange->address);
    free(exchange->user);
    if (exchange->secret)
        explicit_bzero(exchange->secret, strlen(exchange->secret));
    free(exchange->secret);
    free(exchange->technology);
    free(exchange->context);
    free(exchange->prefix);
    free(exchange);
}

bool exchange_has_extension(const struct exchange *exchange, const char *extension)
{
    for (size_t i = 0; i < exchange->nextensions; i++)
        if (strcmp(exchange->extensions[i], extension) == 0)
            return true;
    return false;
}

static void entry_free(struct telephone_entry *entry)
{
    free(entry->json);
    free(entry->trouble);
}

static void add_entry(struct telephone_entry entry)
{
    if (house.entries.count >= ENTRIES_MAX) {
        house.overflow = true;
        entry_free(&entry);
        return;
    }
    vec_push(&house.entries, entry);
    if (!ev_is_active(&house.settle))
        ev_timer_start(house.loop, &house.settle);
}

void exchange_tell(struct exchange *exchange, const struct telephone_event *event)
{
    add_entry((struct telephone_entry){.branch_id = exchange->branch_id, .json = telephone_json(event)});
}

void exchange_turned(struct exchange *exchange, bool up, const char *trouble)
{
    exchange->up = up;
    add_entry((struct telephone_entry){
        .branch_id = exchange->branch_id, .up = up, .trouble = trouble ? memory_strdup(trouble) : NULL});
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0 && !a == !b;
}

static bool same_line(const struct exchange *a, const struct exchange *b)
{
    return a->branch_id == b->branch_id && same_text(a->address, b->address) && same_text(a->user, b->user) &&
           same_text(a->secret, b->secret);
}

/* What does not touch the connection is taken over. */
static void take_over(struct exchange *old, struct exchange *fresh)
{
    struct exchange swap = *old;
    old->code = fresh->code;
    old->technology = fresh->technology;
    old->context = fresh->context;
    old->prefix = fresh->prefix;
    old->extensions = fresh->extensions;
    old->nextensions = fresh->nextensions;
    fresh->code = swap.code;
    fresh->technology = swap.technology;
    fresh->context = swap.context;
    fresh->prefix = swap.prefix;
    fresh->extensions = swap.extensions;
    fresh->nextensions = swap.nextensions;
    exchange_destroy(fresh);
}

static struct exchange *take_out(exchange_list *list, const struct exchange *like)
{
    for (size_t i = 0; i < list->count; i++) {
        struct exchange *it = list->items[i];
        if (!same_line(it, like))
            continue;
        list->items[i] = list->items[--list->count];
        return it;
    }
    return NULL;
}

static void on_claimed(struct exchange *exchange)
{
    vec_push(&house.claimed, exchange);
}

static void drop_all(exchange_list *list)
{
    vec_each(struct exchange *, it, list) exchange_destroy(*it);
    vec_clear(list);
}

/* Those claimed are ours; what is not among them any more is left alone. */
static void settle_claims(void)
{
    exchange_list kept = {0};
    vec_each(struct exchange *, it, &house.claimed)
    {
        struct exchange *old = take_out(&house.exchanges, *it);
        if (old)
            take_over(old, *it);
        else
            log_info("telephone: this server speaks to the call system of %s at %s", (*it)->code,
                     (*it)->address);
        vec_push(&kept, old ? old : *it);
    }
    vec_clear(&house.claimed);
    vec_each(struct exchange *, it, &house.exchanges) log_info(
        "telephone: this server speaks to the call system of %s at %s no more", (*it)->code, (*it)->address);
    drop_all(&house.exchanges);
    vec_finish(&house.exchanges);
    house.exchanges = kept;
    vec_each(struct exchange *, it, &house.exchanges)
    {
        if (!(*it)->driver)
            (*it)->driver = (*it)->ops->init(*it, house.loop);
    }
}

static int claim(int64_t now)
{
    if (now < house.claim_ms)
        return 0;
    arena_reset(house.arena);
    if (telephone_claim(house.connection, house.arena, house.server, LEASE_SECONDS, on_claimed) < 0)
        return -1;
    house.claim_ms = now + CLAIM_MS;
    house.held_ms = now + LEASE_SECONDS * 1000;
    settle_claims();
    return 0;
}

/* ------------------------------------------------------------------------------------------------- writing */

static void relist(void)
{
    log_warn("telephone: more was told than can be kept; all calls are listed anew");
    house.overflow = false;
    drop_all(&house.exchanges);
    house.claim_ms = 0;
}

static int write_entries(void)
{
    size_t done = 0;
    int result = 0;
    for (size_t n; result == 0 && done < house.entries.count; done += result == 0 ? n : 0) {
        n = MIN(house.entries.count - done, (size_t)PART);
        arena_reset(house.arena);
        result = telephone_write(house.connection, house.arena, house.server, house.entries.items + done, n);
    }
    for (size_t i = 0; i < done; i++)
        entry_free(&house.entries.items[i]);
    house.entries.count -= done;
    if (done)
        memmove(house.entries.items, house.entries.items + done,
                house.entries.count * sizeof(*house.entries.items));
    if (result == 0 && house.overflow)
        relist();
    return result;
}

/* ------------------------------------------------------------------------------------------------- rings and dials */

static void on_dial(int64_t branch_id, const char *call, const char *extension, const char *number)
{
    const char *fault = "the call system is away";
    vec_each(struct exchange *, it, &house.exchanges)
    {
        if ((*it)->branch_id == branch_id && (*it)->driver)
            fault = (*it)->ops->originate((*it)->driver, call, extension, number);
    }
    struct telephone_event event = {.kind = TELEPHONE_REFUSED, .call = call, .error = fault};
    if (fault)
        add_entry((struct telephone_entry){.branch_id = branch_id, .json = telephone_json(&event)});
}

static bool rings(const struct telephone_ring *all, size_t count, const struct rung *one)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].call_id == one->call_id && all[i].employee_id == one->employee_id)
            return true;
    return false;
}

static bool was_told(int64_t call_id, int64_t employee_id)
{
    vec_each(struct rung, it, &house.rung)
    {
        if (it->call_id == call_id && it->employee_id == employee_id)
            return true;
    }
    return false;
}

/* Who came between two looks has asked for what rings: it may have ended before this look. */
static void hear_told(void)
{
    struct popup_told told[32];
    for (size_t n; (n = popup_take_told(told, array_len(told))) > 0;)
        for (size_t i = 0; i < n; i++)
            if (!was_told(told[i].id, told[i].employee_id))
                vec_push(&house.rung, (struct rung){told[i].id, told[i].employee_id});
}

static void tell_ended(const struct rung *one)
{
    char json[64];
    snprintf(json, sizeof(json), "{\"id\":\"%" PRId64 "\",\"ended\":true}", one->call_id);
    popup_send(one->employee_id, json);
}

static void tell_rings(const struct telephone_ring *all, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < house.rung.count; i++) {
        if (rings(all, count, &house.rung.items[i]))
            house.rung.items[kept++] = house.rung.items[i];
        else
            tell_ended(&house.rung.items[i]);
    }
    house.rung.count = kept;
    for (size_t i = 0; i < count; i++) {
        if (was_told(all[i].call_id, all[i].employee_id))
            continue;
        popup_send(all[i].employee_id, all[i].json);
        vec_push(&house.rung, (struct rung){all[i].call_id, all[i].employee_id});
    }
}

static int look(int64_t now)
{
    struct telephone_ring *all;
    size_t count;
    arena_reset(house.arena);
    hear_told(); /* before looking: what is not there any more has ended since */
    int any = telephone_look(house.connection, house.arena, house.server, &all, &count, on_dial);
    if (any < 0)
        return any;
    tell_rings(all, count);
    house.look_ms = now + (any ? LOOK_MS : LOOK_IDLE_MS);
    return 0;
}

/* ------------------------------------------------------------------------------------------------- the thread */

/* Lines that could not be claimed again in time are another's by now. */
static void on_away(int64_t now, bool away)
{
    if (away && !house.away)
        log_warn("telephone: the database is away; calls are written down when it is back");
    house.away = away;
    if (!away)
        return;
    house.claim_ms = house.look_ms = house.write_ms = now + RETRY_MS;
    if (now >= house.held_ms && house.exchanges.count) {
        log_warn("telephone: the lines are let go: they could not be claimed again");
        drop_all(&house.exchanges);
    }
}

static void work(void)
{
    int64_t now = time_monotonic_ms();
    bool wrote = house.entries.count && now >= house.write_ms;
    int result = wrote ? write_entries() : 0;
    if (result == 0)
        result = claim(now);
    if (result == 0 && (wrote || now >= house.look_ms))
        result = look(now);
    on_away(now, result < 0);
}

static void on_settle(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)timer, (void)events;
    work();
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)timer, (void)events;
    work();
    for (size_t i = 0; i < house.exchanges.count; i++) {
        struct exchange *it = house.exchanges.items[i];
        if (it->driver)
            it->ops->due(it->driver, time_monotonic_ms());
    }
}

static void on_stop(struct ev_loop *loop, ev_async *async, int events)
{
    (void)async, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void *run(void *argument)
{
    (void)argument;
    ev_run(house.loop, 0);
    write_entries();
    arena_reset(house.arena);
    if (telephone_release(house.connection, house.arena, house.server) < 0)
        log_warn("telephone: the lines could not be given back; others take them when their time is up");
    return NULL;
}

void telephone_start(const struct telephone_options *options)
{
    house.server = memory_strdup(options->server);
    house.loop = ev_loop_new(EVFLAG_AUTO);
    house.connection = connection_create(options->conninfo, "yizhand telephone");
    house.arena = arena_create(0);
    ev_timer_init(&house.tick, on_tick, tick_seconds, tick_seconds);
    ev_timer_start(house.loop, &house.tick);
    ev_timer_init(&house.settle, on_settle, settle_seconds, 0);
    ev_async_init(&house.stop, on_stop);
    ev_async_start(house.loop, &house.stop);
    thread_start(&house.thread, "telephone", run, NULL);
    house.started = true;
}

void telephone_stop(void)
{
    if (!house.started)
        return;
    ev_async_send(house.loop, &house.stop);
    pthread_join(house.thread, NULL);
    drop_all(&house.exchanges);
    vec_finish(&house.exchanges);
    vec_finish(&house.claimed);
    vec_each(struct telephone_entry, entry, &house.entries) entry_free(entry);
    vec_finish(&house.entries);
    vec_finish(&house.rung);
    connection_destroy(house.connection);
    arena_destroy(house.arena);
    ev_loop_destroy(house.loop);
    free(house.server);
    house.started = false;
}
