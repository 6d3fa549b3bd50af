#include "client/link/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "wire/frame.h"
#include "wire/limits.h"
#include "wire/tls.h"

enum { READ_SIZE = 16 * 1024, READS_PER_TURN = 16 };
static const double open_seconds = 10.0; /* from the start of resolving to the end of the handshake */

/* Lives until its thread has ended, even when nobody wants the answer any more. */
struct resolver {
    pthread_mutex_t lock;
    struct connection *connection; /* NULL: given up */
    char *host, *port;
    struct addrinfo *found;
    int fault;
    bool done;
};

struct connection {
    struct ev_loop *loop;
    const struct connection_ops *ops;
    void *context;
    char *host, *port;
    SSL_CTX *tls;
    SSL *ssl;
    SSL_SESSION *resume;
    int fd;
    enum connection_state state;
    struct resolver *resolver;
    struct addrinfo *addresses, *address;
    struct frame frame;
    struct str out;
    size_t sent;
    bool in_callback, closed_meanwhile;
    ev_io reader, writer;
    ev_timer timer;
    ev_async resolved;
};

static void connection_try_next(struct connection *c);

static void resolver_free(struct resolver *r)
{
    if (r->found)
        freeaddrinfo(r->found);
    pthread_mutex_destroy(&r->lock);
    free(r->host);
    free(r->port);
    free(r);
}

static void *resolver_run(void *argument)
{
    struct resolver *r = argument;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC}, *found = NULL;
    int fault = getaddrinfo(r->host, r->port, &hints, &found);
    pthread_mutex_lock(&r->lock);
    r->found = found;
    r->fault = fault;
    r->done = true;
    struct connection *wanted = r->connection;
    if (wanted)
        ev_async_send(wanted->loop, &wanted->resolved);
    pthread_mutex_unlock(&r->lock);
    if (!wanted)
        resolver_free(r);
    return NULL;
}

static void resolver_abandon(struct connection *c)
{
    struct resolver *r = c->resolver;
    if (!r)
        return;
    c->resolver = NULL;
    pthread_mutex_lock(&r->lock);
    r->connection = NULL;
    bool done = r->done;
    pthread_mutex_unlock(&r->lock);
    if (done)
        resolver_free(r);
}

static void connection_reset(struct connection *c)
{
    ev_io_stop(c->loop, &c->reader);
    ev_io_stop(c->loop, &c->writer);
    ev_timer_stop(c->loop, &c->timer);
    resolver_abandon(c);
    if (c->ssl) {
        if (c->state == CONNECTION_OPEN) {
            /* Without a shutdown state OpenSSL takes the session for broken and will not resume it. */
            SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        }
        SSL_free(c->ssl);
        c->ssl = NULL;
    }
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    if (c->addresses)
        freeaddrinfo(c->addresses);
    c->addresses = c->address = NULL;
    frame_finish(&c->frame);
    frame_init(&c->frame, WIRE_LINE_TO_CLIENT);
    str_clear(&c->out);
    c->sent = 0;
    c->state = CONNECTION_OFF;
    c->closed_meanwhile = true;
}

static void connection_lose(struct connection *c, const char *why, bool refused)
{
    char text[256];
    snprintf(text, sizeof text, "%s", why); /* `why` may live in what is freed now */
    connection_reset(c);
    c->ops->lost(c->context, text, refused);
}

static void connection_lose_tls(struct connection *c, const char *before)
{
    char text[200], why[256];
    bool refused = SSL_get_verify_result(c->ssl) != X509_V_OK;
    tls_error_text(c->ssl, text, sizeof text);
    snprintf(why, sizeof why, "%s%s", before, text);
    connection_lose(c, why, refused);
}

static void connection_want(struct connection *c, int ssl_error)
{
    if (ssl_error == SSL_ERROR_WANT_WRITE || c->sent < c->out.len)
        ev_io_start(c->loop, &c->writer);
    else
        ev_io_stop(c->loop, &c->writer);
    ev_io_start(c->loop, &c->reader);
}

/* Negative when the connection is gone. */
static int connection_flush(struct connection *c)
{
    while (c->sent < c->out.len) {
        ERR_clear_error();
        int n = SSL_write(c->ssl, c->out.data + c->sent, (int)MIN(c->out.len - c->sent, (size_t)READ_SIZE));
        if (n <= 0) {
            int error = SSL_get_error(c->ssl, n);
            if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
                connection_want(c, error);
                return 0;
            }
            connection_lose(c, "the line was cut", false);
            return -EPIPE;
        }
        c->sent += (size_t)n;
    }
    str_clear(&c->out);
    c->sent = 0;
    connection_want(c, SSL_ERROR_NONE);
    return 0;
}

/* Hands out the lines there are; false when a handler closed the connection. */
static bool connection_deliver(struct connection *c)
{
    char *line;
    size_t len;
    enum frame_result got;
    c->closed_meanwhile = false;
    while ((got = frame_next(&c->frame, &line, &len)) != FRAME_NONE) {
        if (got == FRAME_TOO_LONG) {
            connection_lose(c, "the server sent a line that is too long", false);
            return false;
        }
        c->ops->line(c->context, line, len);
        if (c->closed_meanwhile)
            return false;
    }
    return true;
}

/* A flood (an export) must not keep keys and signals waiting: after some reads the rest is left in the socket, which speaks up again. What is
 * inside OpenSSL does not, so that goes first. */
static void connection_receive(struct connection *c)
{
    char bytes[READ_SIZE];
    for (int reads = 1;; reads++) {
        ERR_clear_error();
        int n = SSL_read(c->ssl, bytes, sizeof bytes);
        if (n > 0) {
            frame_feed(&c->frame, bytes, (size_t)n);
            if (!connection_deliver(c) || (reads >= READS_PER_TURN && !SSL_has_pending(c->ssl)))
                return;
            continue;
        }
        int error = SSL_get_error(c->ssl, n);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
            connection_want(c, error);
        else
            connection_lose(c, "the line was cut", false);
        return;
    }
}

static void connection_handshake(struct connection *c)
{
    ERR_clear_error();
    int n = SSL_connect(c->ssl);
    if (n == 1) {
        c->state = CONNECTION_OPEN;
        ev_timer_stop(c->loop, &c->timer);
        connection_want(c, SSL_ERROR_NONE);
        c->closed_meanwhile = false;
        c->ops->open(c->context);
        if (!c->closed_meanwhile)
            connection_receive(c);
        return;
    }
    int error = SSL_get_error(c->ssl, n);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        connection_want(c, error);
    else
        connection_lose_tls(c, "TLS: ");
}

static void connection_begin_tls(struct connection *c)
{
    c->state = CONNECTION_HANDSHAKE;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    setsockopt(c->fd, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int));
    c->ssl = SSL_new(c->tls);
    if (!c->ssl || tls_client_check_name(c->ssl, c->host) || !SSL_set_fd(c->ssl, c->fd)) {
        connection_lose(c, "TLS could not be started", true);
        return;
    }
    if (c->resume)
        SSL_set_session(c->ssl, c->resume);
    SSL_set_app_data(c->ssl, c);
    connection_handshake(c);
}

static void connection_connected(struct connection *c)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    ev_io_stop(c->loop, &c->writer);
    if (!error) {
        connection_begin_tls(c);
        return;
    }
    close(c->fd);
    c->fd = -1;
    c->address = c->address->ai_next;
    if (c->address)
        connection_try_next(c);
    else
        connection_lose(c, strerror(error), false);
}

static void connection_try_next(struct connection *c)
{
    const struct addrinfo *a = c->address;
    c->state = CONNECTION_CONNECTING;
    c->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    if (c->fd < 0) {
        connection_lose(c, strerror(errno), false);
        return;
    }
    ev_io_set(&c->reader, c->fd, EV_READ);
    ev_io_set(&c->writer, c->fd, EV_WRITE);
    if (connect(c->fd, a->ai_addr, a->ai_addrlen) && errno != EINPROGRESS) {
        connection_lose(c, strerror(errno), false);
        return;
    }
    ev_io_start(c->loop, &c->writer);
}

static void on_resolved(struct ev_loop *loop, ev_async *watcher, int events)
{
    struct connection *c = watcher->data;
    struct resolver *r = c->resolver;
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    bool done = r->done;
    pthread_mutex_unlock(&r->lock);
    if (!done)
        return;
    c->resolver = NULL;
    int fault = r->fault;
    c->addresses = c->address = r->found;
    r->found = NULL;
    resolver_free(r);
    if (fault || !c->address)
        connection_lose(c, fault ? gai_strerror(fault) : "no address", false);
    else
        connection_try_next(c);
}

static void on_io(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct connection *c = watcher->data;
    switch (c->state) {
    case CONNECTION_CONNECTING: connection_connected(c); break;
    case CONNECTION_HANDSHAKE: connection_handshake(c); break;
    case CONNECTION_OPEN:
        if ((events & EV_WRITE) && connection_flush(c))
            break;
        connection_receive(c);
        break;
    default: break;
    }
}

static void on_timer(struct ev_loop *loop, ev_timer *watcher, int events)
{
    connection_lose(watcher->data, "no answer", false);
}

/* TLS 1.3 tickets come after the handshake, and a new one ends the one before: the newest is kept. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct connection *c = SSL_get_app_data(ssl);
    SSL_SESSION_free(c->resume);
    c->resume = session;
    return 1;
}

struct connection *connection_create(struct ev_loop *loop, const char *host, const char *port, const char *ca,
                                     const struct connection_ops *ops, void *context, const char **why_r)
{
    static char why[256];
    SSL_CTX *tls = tls_client_context(ca);
    if (!tls) {
        *why_r = tls_error_text(NULL, why, sizeof why);
        return NULL;
    }
    struct connection *c = memory_zeroed(1, sizeof(*c));
    *c = (struct connection){.loop = loop, .ops = ops, .context = context, .tls = tls, .fd = -1};
    c->host = memory_strdup(host);
    c->port = memory_strdup(port);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(tls, on_session);
    str_init(&c->out, NULL);
    frame_init(&c->frame, WIRE_LINE_TO_CLIENT);
    ev_io_init(&c->reader, on_io, 0, EV_READ);
    ev_io_init(&c->writer, on_io, 0, EV_WRITE);
    ev_timer_init(&c->timer, on_timer, open_seconds, 0);
    ev_async_init(&c->resolved, on_resolved);
    c->reader.data = c->writer.data = c->timer.data = c->resolved.data = c;
    ev_async_start(loop, &c->resolved);
    ev_unref(loop); /* an idle line must not keep the loop alive */
    return c;
}

void connection_destroy(struct connection *c)
{
    if (!c)
        return;
    connection_reset(c);
    ev_ref(c->loop);
    ev_async_stop(c->loop, &c->resolved);
    SSL_SESSION_free(c->resume);
    SSL_CTX_free(c->tls);
    frame_finish(&c->frame);
    str_finish(&c->out);
    free(c->host);
    free(c->port);
    free(c);
}

static struct resolver *resolver_create(struct connection *c)
{
    struct resolver *r = memory_zeroed(1, sizeof(*r));
    pthread_mutex_init(&r->lock, NULL);
    r->connection = c;
    r->host = memory_strdup(c->host);
    r->port = memory_strdup(c->port);
    return r;
}

void connection_open(struct connection *c)
{
    connection_reset(c);
    c->state = CONNECTION_RESOLVING;
    ev_timer_set(&c->timer, open_seconds, 0);
    ev_timer_start(c->loop, &c->timer);
    c->resolver = resolver_create(c);
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    struct resolver *r = c->resolver;
    if (pthread_create(&thread, &attributes, resolver_run, r)) {
        r->done = true;
        connection_lose(c, "no thread to look up the server's name", false);
    }
    pthread_attr_destroy(&attributes);
}

void connection_close(struct connection *c)
{
    if (c->state == CONNECTION_OPEN)
        (void)SSL_shutdown(c->ssl);
    connection_reset(c);
}

enum connection_state connection_state(const struct connection *c)
{
    return c->state;
}

void connection_send(struct connection *c, const char *bytes, size_t n)
{
    if (c->state != CONNECTION_OPEN)
        return;
    str_add_n(&c->out, bytes, n);
    /* Written at the next turn of the loop: requests made together leave in one record. */
    ev_io_start(c->loop, &c->writer);
}
