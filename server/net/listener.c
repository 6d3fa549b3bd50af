/* Listening sockets: accepting, and refusing where there are too many. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "server/net/net-private.h"

enum {
    BACKLOG = 1024,
    ACCEPTS_PER_TURN = 64,       /* so that a storm of new peers does not starve the old ones */
    KEEPALIVE_IDLE_SECONDS = 60, /* finds terminals whose power went */
    KEEPALIVE_STEP_SECONDS = 15,
    KEEPALIVE_PROBES = 4,
    /* Bytes in the kernel that are not sent yet. It would take megabytes at once and ask for more only when a third of them is gone: over a slow
     * line that looks like somebody who does not read, and an event would stand behind all of it. */
    NOT_SENT_MAX = 64 * 1024,
    REFUSALS_TOLD_EVERY_MS = 1000
};

static const ev_tstamp rest_seconds = 0.1;

static void set_option(int fd, int level, int name, int value)
{
    if (setsockopt(fd, level, name, &value, sizeof(value)) < 0)
        log_debug("setsockopt %d/%d: %s", level, name, strerror(errno));
}

static void address_text(const struct sockaddr *address, socklen_t len, char *out, size_t size)
{
    if (getnameinfo(address, len, out, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0) {
        memcpy(out, "?", 2);
        return;
    }
    if (strncmp(out, "::ffff:", 7) == 0 && strchr(out, '.'))
        memmove(out, out + 7, strlen(out + 7) + 1);
}

/* Strangers decide how often this happens, so not each of them fills the log. */
static void tell_refusal(struct net *net, const char *who, const char *why)
{
    int64_t now = time_monotonic_ms();
    net->refusals++;
    if (net->refusals_told_ms > 0 && now - net->refusals_told_ms < REFUSALS_TOLD_EVERY_MS)
        return;
    log_warn("%s refused: %s (%zu refused since this was last told)", who, why, net->refusals);
    net->refusals_told_ms = now;
    net->refusals = 0;
}

/* Out of descriptors: the spare one is given up for a moment to take the caller off the queue and hang up. 0, or -errno: -EAGAIN when nobody waits. */
static int refuse_without_descriptor(struct net *net, int listener)
{
    if (net->spare < 0)
        return -EMFILE;
    close(net->spare);
    net->spare = -1;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    int result = fd < 0 ? -errno : 0;
    if (fd >= 0)
        close(fd);
    net_keep_spare(net);
    if (fd >= 0)
        tell_refusal(net, "somebody", "out of descriptors");
    return result;
}

static void on_rested(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct net *net = watcher->data;
    for (size_t i = 0; i < net->listeners.count; i++)
        ev_io_start(loop, &net->listeners.items[i]->io);
}

/* What cannot be accepted stays in the queue and its socket readable: without a rest the loop would do nothing else. */
static void rest(struct net *net, int why)
{
    tell_refusal(net, "whoever waits", strerror(why));
    for (size_t i = 0; i < net->listeners.count; i++)
        ev_io_stop(net->loop, &net->listeners.items[i]->io);
    ev_timer_stop(net->loop, &net->rest);
    ev_timer_init(&net->rest, on_rested, rest_seconds, 0);
    net->rest.data = net;
    ev_timer_start(net->loop, &net->rest);
}

static void welcome(struct net *net, int fd, const struct sockaddr *from, socklen_t len)
{
    char address[46] = "?";
    char text[NI_MAXHOST];
    address_text(from, len, text, sizeof(text));
    memcpy(address, text, MIN(strlen(text) + 1, sizeof(address) - 1));
    if (net->count >= (size_t)net->limits.connections) {
        tell_refusal(net, address, "as many connections as may be are open");
        close(fd);
        return;
    }
    if (!address_enter(net, address)) {
        tell_refusal(net, address, "too many connections that are not logged in");
        close(fd);
        return;
    }
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_MAX);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_STEP_SECONDS);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
    peer_create(net, fd, address);
}

static void on_accept(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct listener *listener = watcher->data;
    net_keep_spare(listener->net);
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof(from);
        int fd = accept4(listener->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            welcome(listener->net, fd, (struct sockaddr *)&from, len);
            continue;
        }
        int why = errno;
        if (why == EMFILE || why == ENFILE)
            why = -refuse_without_descriptor(listener->net, listener->fd);
        if (why == 0 || why == EINTR || why == ECONNABORTED)
            continue;
        if (why != EAGAIN && why != EWOULDBLOCK)
            rest(listener->net, why);
        return;
    }
}

static int bound_port(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);
    if (getsockname(fd, (struct sockaddr *)&at, &len) < 0)
        return 0;
    if (at.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
    return ntohs(((struct sockaddr_in *)&at)->sin_port);
}

static void set_port(struct sockaddr *address, int port)
{
    if (address->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
    else if (address->sa_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
}

static int listen_one(struct net *net, const struct addrinfo *at, int *port)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (at->ai_family == AF_INET6)
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (*port > 0)
        set_port(at->ai_addr, *port);
    if (bind(fd, at->ai_addr, at->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
        int failed = -errno;
        close(fd);
        return failed;
    }
    *port = bound_port(fd);
    struct listener *listener = memory_zeroed(1, sizeof(*listener));
    *listener = (struct listener){.net = net, .fd = fd};
    ev_io_init(&listener->io, on_accept, fd, EV_READ);
    listener->io.data = listener;
    ev_io_start(net->loop, &listener->io);
    vec_push(&net->listeners, listener);
    return 0;
}

static void stop_from(struct net *net, size_t first)
{
    while (net->listeners.count > first) {
        struct listener *listener = vec_pop(&net->listeners);
        ev_io_stop(net->loop, &listener->io);
        close(listener->fd);
        free(listener);
    }
}

int net_listen(struct net *net, const char *host, const char *port, int *port_r)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host && *host ? host : NULL, port, &hints, &found) != 0)
        return -EADDRNOTAVAIL;
    int failed = -EADDRNOTAVAIL, taken = 0;
    bool chosen = strtol(port, NULL, 10) > 0, is_anothers = false;
    size_t before = net->listeners.count;
    for (struct addrinfo *at = found; at; at = at->ai_next) {
        int r = listen_one(net, at, &taken);
        if (r < 0)
            failed = r;
        /* A host whose name has an IPv6 address but no IPv6 is ordinary; a port that is taken is not: half the callers would be heard by
         * somebody else. */
        is_anothers = is_anothers || (r == -EADDRINUSE && chosen);
    }
    freeaddrinfo(found);
    if (is_anothers)
        stop_from(net, before);
    if (net->listeners.count == before)
        return is_anothers ? -EADDRINUSE : failed;
    *port_r = taken;
    return 0;
}

void net_stop_listening(struct net *net)
{
    ev_timer_stop(net->loop, &net->rest);
    stop_from(net, 0);
}
