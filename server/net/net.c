#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "server/net/address.h"
#include "server/net/net-private.h"

/* glibc keeps the peak of its heap unless asked, so after many closes we ask. */
enum { TRIM_EVERY_SECONDS = 30, TRIM_AFTER_CLOSES = 200 };

/* At the end of a turn, behind everything else that is pending: what was written for each peer leaves as one record. It is fed, not
 * called before the loop sleeps: flushing may feed reads, and what those write must leave before the loop sleeps, too. */
static void on_flush(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct net *net = watcher->data;
    for (size_t i = 0; i < net->dirty.count; i++) {
        struct peer *peer = net_find(net, net->dirty.items[i]);
        if (!peer)
            continue;
        peer->dirty = false;
        peer_flush(peer);
        if (peer->doomed)
            peer_destroy(peer);
    }
    vec_clear(&net->dirty);
}

static void on_trim(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct net *net = watcher->data;
    if (net->closed_since_trim < TRIM_AFTER_CLOSES)
        return;
    net->closed_since_trim = 0;
    malloc_trim(0);
}

void net_keep_spare(struct net *net)
{
    if (net->spare < 0)
        net->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

struct net *net_create(struct ev_loop *loop, const struct net_ops *ops, const struct net_limits *limits)
{
    struct net *net = memory_zeroed(1, sizeof(*net));
    net->loop = loop;
    net->ops = ops;
    net->limits = *limits;
    map_init(&net->addresses);
    net->spare = -1;
    net_keep_spare(net);
    ev_init(&net->flusher, on_flush);
    ev_set_priority(&net->flusher, EV_MINPRI);
    net->flusher.data = net;
    ev_timer_init(&net->trim, on_trim, TRIM_EVERY_SECONDS, TRIM_EVERY_SECONDS);
    net->trim.data = net;
    ev_timer_start(loop, &net->trim);
    return net;
}

void net_destroy(struct net *net)
{
    if (!net)
        return;
    net_stop_listening(net);
    for (size_t i = 0; i < net->slots.count; i++)
        if (net->slots.items[i])
            peer_destroy(net->slots.items[i]);
    ev_clear_pending(net->loop, &net->flusher);
    ev_timer_stop(net->loop, &net->trim);
    vec_finish(&net->slots);
    vec_finish(&net->dirty);
    vec_finish(&net->listeners);
    map_finish(&net->addresses);
    SSL_CTX_free(net->tls);
    if (net->spare >= 0)
        close(net->spare);
    free(net);
}

void net_set_tls(struct net *net, SSL_CTX *tls)
{
    SSL_CTX_up_ref(tls);
    /* Stateless, and one is enough: a terminal keeps the newest. */
    SSL_CTX_set_num_tickets(tls, 1);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_free(net->tls);
    net->tls = tls;
}

struct peer *net_find(struct net *net, struct peer_id id)
{
    if (id.slot < 0 || (size_t)id.slot >= net->slots.count)
        return NULL;
    struct peer *peer = net->slots.items[id.slot];
    return peer && peer->generation == id.generation ? peer : NULL;
}

size_t net_count(const struct net *net)
{
    return net->count;
}

void net_each(struct net *net, void (*fn)(struct peer *peer, void *context), void *context)
{
    for (size_t i = 0; i < net->slots.count; i++)
        if (net->slots.items[i])
            fn(net->slots.items[i], context);
}

/* How many peers of an address have not logged in is kept in the value itself. */
bool address_enter(struct net *net, const char *address)
{
    char group[ADDRESS_GROUP_SIZE];
    intptr_t count = (intptr_t)map_get(&net->addresses, address_group(address, group));
    if (count >= net->limits.connections_per_address)
        return false;
    map_put(&net->addresses, group, (void *)(count + 1));
    return true;
}

void address_leave(struct net *net, const char *address)
{
    char group[ADDRESS_GROUP_SIZE];
    intptr_t count = (intptr_t)map_get(&net->addresses, address_group(address, group));
    if (count > 1)
        map_put(&net->addresses, group, (void *)(count - 1));
    else
        map_remove(&net->addresses, group);
}
