/* A peer's states, their timers, and when it is read from or written to. */
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "server/net/net-private.h"
#include "wire/message.h"

static const char *const state_names[PEER_STATES] = {
    [PEER_HANDSHAKE] = "handshake", [PEER_LOGIN] = "login", [PEER_IDLE] = "idle",
    [PEER_LINE] = "line",           [PEER_BUSY] = "busy",   [PEER_CLOSING] = "closing",
};

static void on_timer(struct ev_loop *loop, ev_timer *watcher, int events);

/* The timer is only moved when it must fire earlier; one that fires too early looks again. */
void peer_arm(struct peer *peer)
{
    int64_t at = peer->deadline_ms;
    if (peer->stalled_ms > 0 && (at <= 0 || peer->stalled_ms < at))
        at = peer->stalled_ms;
    if (at <= 0 || (peer->armed_ms > 0 && peer->armed_ms <= at))
        return;
    struct ev_loop *loop = peer->net->loop;
    if (peer->armed_ms > 0)
        ev_timer_stop(loop, &peer->timer);
    int64_t after = MAX(at - time_monotonic_ms(), 0);
    ev_timer_set(&peer->timer, (ev_tstamp)after / 1e3, 0);
    ev_timer_start(loop, &peer->timer);
    peer->armed_ms = at;
}

static int64_t deadline_of(const struct peer *peer, enum peer_state state)
{
    const struct net_limits *limits = &peer->net->limits;
    int64_t now = time_monotonic_ms();
    switch (state) {
    case PEER_HANDSHAKE: return now + limits->handshake_ms;
    case PEER_LOGIN: return MIN(now + limits->login_ms, peer->stranger_ms + limits->login_all_ms);
    case PEER_LINE: return now + limits->line_ms;
    case PEER_CLOSING: return now + limits->closing_ms;
    case PEER_IDLE: return peer->idle_ms > 0 ? peer->touched_ms + peer->idle_ms : 0;
    default: return 0;
    }
}

void peer_enter(struct peer *peer, enum peer_state state)
{
    if (peer->state != state)
        log_debug("peer %d/%u: %s → %s", peer->fd, peer->generation, state_names[peer->state],
                  state_names[state]);
    peer->state = state;
    peer->deadline_ms = deadline_of(peer, state);
    peer_arm(peer);
}

bool peer_must_pause(const struct peer *peer)
{
    return peer->held || peer_unsent(peer) > peer->net->limits.output_pause;
}

/* The state that follows from what is known; one that stays keeps its timer. */
void peer_settle(struct peer *peer)
{
    if (peer->state == PEER_CLOSING || peer->state == PEER_HANDSHAKE)
        return;
    enum peer_state state = PEER_IDLE;
    if (peer->busy)
        state = PEER_BUSY;
    else if (!peer->logged_in)
        state = PEER_LOGIN;
    else if (frame_pending(&peer->frame) > 0 && !peer_must_pause(peer)) /* else it is we who do not read on */
        state = PEER_LINE;
    if (state != peer->state)
        peer_enter(peer, state);
}

void peer_watch_reading(struct peer *peer, bool on)
{
    if (on == peer->reading)
        return;
    peer->reading = on;
    if (on)
        ev_io_start(peer->net->loop, &peer->io_read);
    else
        ev_io_stop(peer->net->loop, &peer->io_read);
}

void peer_watch_writing(struct peer *peer, bool on)
{
    if (on == peer->writing)
        return;
    peer->writing = on;
    if (on)
        ev_io_start(peer->net->loop, &peer->io_write);
    else
        ev_io_stop(peer->net->loop, &peer->io_write);
}

static void expire(struct peer *peer)
{
    enum peer_state state = peer->state;
    log_debug("peer %d/%u: time in %s is over", peer->fd, peer->generation, state_names[state]);
    if (state != PEER_HANDSHAKE && state != PEER_CLOSING)
        peer->net->ops->expired(peer, state);
    switch (state) {
    case PEER_LOGIN: peer_close(peer, "unauthenticated", N_("No login in time")); break;
    case PEER_IDLE: peer_close(peer, "unauthenticated", N_("Idle for too long")); break;
    case PEER_LINE: peer_close(peer, "limit", N_("A line took too long")); break;
    default: peer->doomed = true;
    }
}

static void on_timer(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct peer *peer = watcher->data;
    int64_t now = time_monotonic_ms();
    peer->armed_ms = 0;
    if (peer->stalled_ms > 0 && peer->stalled_ms <= now) {
        log_info("peer %d/%u does not read: cut", peer->fd, peer->generation);
        peer->doomed = true;
    } else if (peer->state == PEER_IDLE && deadline_of(peer, PEER_IDLE) > now) {
        peer->deadline_ms = deadline_of(peer, PEER_IDLE);
    } else if (peer->deadline_ms > 0 && peer->deadline_ms <= now) {
        expire(peer);
    }
    if (peer->doomed)
        peer_destroy(peer);
    else
        peer_arm(peer);
}

void peer_create(struct net *net, int fd, const char *address)
{
    struct peer *peer = memory_zeroed(1, sizeof(*peer));
    *peer = (struct peer){.net = net, .fd = fd, .generation = ++net->generation, .counted = true};
    memcpy(peer->address, address, MIN(strlen(address), sizeof(peer->address) - 1));
    frame_init(&peer->frame, net->limits.line_before_login);
    str_init(&peer->out, NULL);
    ev_io_init(&peer->io_read, peer_on_readable, fd, EV_READ);
    ev_io_init(&peer->io_write, peer_on_writable, fd, EV_WRITE);
    ev_init(&peer->timer, on_timer);
    peer->io_read.data = peer->io_write.data = peer->timer.data = peer;
    struct peer *none = NULL;
    while (net->slots.count <= (size_t)fd)
        vec_push(&net->slots, none);
    net->slots.items[fd] = peer;
    net->count++;
    peer->ssl = SSL_new(net->tls);
    if (!peer->ssl || SSL_set_fd(peer->ssl, fd) != 1) {
        peer_destroy(peer);
        return;
    }
    peer->stranger_ms = time_monotonic_ms();
    peer_enter(peer, PEER_HANDSHAKE);
    peer_watch_reading(peer, true);
}

static void stop_counting(struct peer *peer)
{
    if (peer->counted)
        address_leave(peer->net, peer->address);
    peer->counted = false;
}

void peer_destroy(struct peer *peer)
{
    struct net *net = peer->net;
    log_debug("peer %d/%u: %s → gone", peer->fd, peer->generation, state_names[peer->state]);
    if (peer->data)
        net->ops->closed(peer);
    peer_watch_reading(peer, false);
    peer_watch_writing(peer, false);
    ev_timer_stop(net->loop, &peer->timer);
    stop_counting(peer);
    net->slots.items[peer->fd] = NULL;
    net->count--;
    net->closed_since_trim++;
    if (peer->ssl && peer->state != PEER_HANDSHAKE) {
        ERR_clear_error();
        SSL_shutdown(peer->ssl);
    }
    SSL_free(peer->ssl);
    close(peer->fd);
    frame_finish(&peer->frame);
    str_finish(&peer->out);
    free(peer->terminal);
    free(peer);
}

struct peer_id peer_id(const struct peer *peer)
{
    return (struct peer_id){peer->fd, peer->generation};
}

enum peer_state peer_state(const struct peer *peer)
{
    return peer->state;
}

const char *peer_address(const struct peer *peer)
{
    return peer->address;
}

const char *peer_terminal(const struct peer *peer)
{
    return peer->terminal;
}

void peer_set_data(struct peer *peer, void *data)
{
    peer->data = data;
}

void *peer_data(const struct peer *peer)
{
    return peer->data;
}

/* To be flushed at the end of this turn. */
static void mark_dirty(struct peer *peer)
{
    if (peer->dirty)
        return;
    peer->dirty = true;
    vec_push(&peer->net->dirty, peer_id(peer));
    ev_feed_event(peer->net->loop, &peer->net->flusher, EV_CUSTOM);
}

size_t peer_unsent(const struct peer *peer)
{
    return peer->out.len - peer->out_start;
}

static void forget_sent(struct peer *peer)
{
    size_t left = peer_unsent(peer);
    memmove(peer->out.data, peer->out.data + peer->out_start, left);
    str_truncate(&peer->out, left);
    peer->out_start = 0;
}

void peer_send(struct peer *peer, const void *bytes, size_t len)
{
    if (peer->doomed || peer->state == PEER_CLOSING)
        return;
    if (peer_unsent(peer) > peer->net->limits.output_max) {
        log_info("peer %d/%u: %zu bytes unsent, cut", peer->fd, peer->generation, peer_unsent(peer));
        peer->doomed = true;
        mark_dirty(peer);
        return;
    }
    if (peer->out_start > 0 && peer->out_start >= peer->out.len / 2)
        forget_sent(peer);
    str_add_n(&peer->out, bytes, len);
    mark_dirty(peer);
}

void peer_close(struct peer *peer, const char *code, const char *message)
{
    if (peer->doomed || peer->state == PEER_CLOSING)
        return;
    if (peer->state == PEER_HANDSHAKE) {
        peer->doomed = true;
        mark_dirty(peer);
        return;
    }
    if (code) {
        struct str bye cleanup(cleanup_str);
        struct str line cleanup(cleanup_str);
        str_init(&bye, NULL);
        str_init(&line, NULL);
        str_add(&bye, "{\"code\":");
        str_add_json(&bye, code);
        str_add(&bye, ",\"message\":");
        str_add_json(&bye, message);
        str_add_char(&bye, '}');
        message_add_event(&line, "bye", bye.data);
        peer_send(peer, line.data, line.len);
    }
    if (peer->doomed)
        return;
    peer_enter(peer, PEER_CLOSING);
    peer_watch_reading(peer, false);
    mark_dirty(peer);
}

void peer_logged_in(struct peer *peer, int64_t idle_ms)
{
    peer->logged_in = true;
    peer->idle_ms = idle_ms;
    peer_touch(peer);
    stop_counting(peer);
    frame_set_limit(&peer->frame, peer->net->limits.line_after_login);
    peer_settle(peer);
}

void peer_logged_out(struct peer *peer)
{
    if (!peer->logged_in)
        return;
    peer->logged_in = false;
    if (!address_enter(peer->net, peer->address)) {
        peer_close(peer, "limit", N_("Too many connections that are not logged in"));
        return;
    }
    peer->counted = true;
    peer->stranger_ms = time_monotonic_ms();
    frame_set_limit(&peer->frame, peer->net->limits.line_before_login);
    peer_settle(peer);
}

void peer_set_busy(struct peer *peer, bool busy)
{
    if (peer->busy == busy)
        return;
    peer->busy = busy;
    if (!busy && peer->ended && peer_unsent(peer) == 0) {
        peer->doomed = true;
        mark_dirty(peer);
        return;
    }
    peer_settle(peer);
}

void peer_hold(struct peer *peer, bool hold)
{
    peer->held = hold;
    mark_dirty(peer);
}

void peer_touch(struct peer *peer)
{
    peer->touched_ms = time_monotonic_ms();
}
