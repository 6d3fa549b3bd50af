/* A peer's TLS: handshake, reading, writing. */
#include <openssl/err.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"
#include "server/net/net-private.h"
#include "wire/tls.h"

enum {
    READ_SIZE = 16 * 1024, /* one TLS record */
    READS_PER_TURN = 8
};

static void log_tls_error(struct peer *peer, const char *what)
{
    char text[256];
    log_debug("peer %d/%u: %s: %s", peer->fd, peer->generation, what,
              tls_error_text(peer->ssl, text, sizeof(text)));
}

/* The common name as UTF-8, whatever it is written in; it goes into the trail, so it is clean or not there. malloc'd, NULL: none. */
static char *common_name(X509 *certificate)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    X509_NAME_ENTRY *entry = at < 0 ? NULL : X509_NAME_get_entry(subject, at);
    unsigned char *bytes = NULL;
    int n = entry ? ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(entry)) : -1;
    char *name = NULL;
    if (n > 0 && utf8_check((char *)bytes, (size_t)n, false) == UTF8_OK)
        name = memory_strdup((char *)bytes);
    OPENSSL_free(bytes);
    return name;
}

static void take_certificate(struct peer *peer)
{
    X509 *certificate = SSL_get1_peer_certificate(peer->ssl);
    if (certificate)
        peer->terminal = common_name(certificate);
    X509_free(certificate);
}

static void shake_hands(struct peer *peer)
{
    ERR_clear_error();
    int r = SSL_accept(peer->ssl);
    if (r == 1) {
        peer_watch_writing(peer, false);
        take_certificate(peer);
        peer_enter(peer, PEER_LOGIN);
        peer->net->ops->opened(peer);
        /* The first request may have come with the last flight of the handshake. */
        ev_feed_event(peer->net->loop, &peer->io_read, EV_READ);
        return;
    }
    int why = SSL_get_error(peer->ssl, r);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        peer_watch_writing(peer, why == SSL_ERROR_WANT_WRITE);
        return;
    }
    log_tls_error(peer, "handshake");
    peer->doomed = true;
}

/* The whole queue is out. */
static void flushed(struct peer *peer)
{
    peer->stalled_ms = 0;
    peer->out_start = 0;
    str_finish(&peer->out);
    peer_watch_writing(peer, false);
    if (peer->state == PEER_CLOSING || (peer->ended && !peer->busy))
        peer->doomed = true;
}

static void write_failed(struct peer *peer, int r)
{
    int why = SSL_get_error(peer->ssl, r);
    if (why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ) {
        peer_watch_writing(peer, why == SSL_ERROR_WANT_WRITE);
        return;
    }
    log_tls_error(peer, "write");
    peer->doomed = true;
}

void peer_flush(struct peer *peer)
{
    struct net *net = peer->net;
    if (peer->doomed || peer->state == PEER_HANDSHAKE)
        return;
    while (peer_unsent(peer) > 0) {
        ERR_clear_error();
        int n = SSL_write(peer->ssl, peer->out.data + peer->out_start, (int)peer_unsent(peer));
        if (n <= 0) {
            write_failed(peer, n);
            break;
        }
        peer->out_start += (size_t)n;
        peer->stalled_ms = time_monotonic_ms() + net->limits.stalled_ms;
        net->ops->sent(peer, (size_t)n);
    }
    if (peer_unsent(peer) == 0 && !peer->doomed)
        flushed(peer);
    else if (peer->stalled_ms <= 0)
        peer->stalled_ms = time_monotonic_ms() + net->limits.stalled_ms;
    peer_arm(peer);
    if (!peer->doomed && !peer->reading && !peer->ended && !peer_must_pause(peer)) {
        peer_watch_reading(peer, true);
        /* Lines already here, or inside OpenSSL, cause no event of their own. */
        ev_feed_event(net->loop, &peer->io_read, EV_READ);
    }
}

/* Hands over the lines that are here; false when no more is wanted for now. */
static bool take_lines(struct peer *peer)
{
    while (!peer->doomed && peer->state != PEER_CLOSING) {
        if (peer_must_pause(peer)) {
            peer_watch_reading(peer, false);
            return false;
        }
        char *line;
        size_t len;
        enum frame_result got = frame_next(&peer->frame, &line, &len);
        if (got == FRAME_NONE)
            return true;
        if (peer->state == PEER_LINE)
            peer_enter(peer, PEER_IDLE);
        if (got == FRAME_LINE)
            peer->net->ops->line(peer, line, len);
        else
            peer->net->ops->line_too_long(peer);
    }
    return false;
}

static void read_failed(struct peer *peer, int r)
{
    int why = SSL_get_error(peer->ssl, r);
    if (why == SSL_ERROR_WANT_READ)
        return;
    if (why == SSL_ERROR_WANT_WRITE) {
        peer->stuck = true;
        peer_watch_writing(peer, true);
        return;
    }
    peer_watch_reading(peer, false);
    peer->ended = true;
    /* A clean end of input may have answers under way; everything else is a broken line. */
    if (why != SSL_ERROR_ZERO_RETURN || (!peer->busy && peer_unsent(peer) == 0))
        peer->doomed = true;
    if (why != SSL_ERROR_ZERO_RETURN)
        log_tls_error(peer, "read");
}

/* Reads until nothing is left or the turn is used up. With read_ahead whole records wait inside OpenSSL where epoll cannot
 * see them: then the event is fed again. */
static void read_peer(struct peer *peer)
{
    static char bytes[READ_SIZE];
    for (int i = 0; i < READS_PER_TURN; i++) {
        if (!take_lines(peer))
            return;
        ERR_clear_error();
        int n = SSL_read(peer->ssl, bytes, sizeof(bytes));
        if (n <= 0) {
            read_failed(peer, n);
            return;
        }
        frame_feed(&peer->frame, bytes, (size_t)n);
    }
    if (take_lines(peer) && SSL_has_pending(peer->ssl))
        ev_feed_event(peer->net->loop, &peer->io_read, EV_READ);
}

/* An idle terminal keeps no buffer. */
static void release_frame(struct peer *peer)
{
    if (frame_pending(&peer->frame) > 0 || peer->frame.dropping || peer->frame.in.len > 0)
        return;
    size_t limit = peer->frame.limit;
    frame_finish(&peer->frame);
    frame_init(&peer->frame, limit);
}

void peer_on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct peer *peer = watcher->data;
    if (peer->state == PEER_HANDSHAKE)
        shake_hands(peer);
    else if (peer->state == PEER_CLOSING || peer->ended)
        peer_watch_reading(peer, false);
    else {
        read_peer(peer);
        if (!peer->doomed) {
            release_frame(peer);
            peer_settle(peer);
        }
    }
    if (peer->doomed)
        peer_destroy(peer);
}

void peer_on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct peer *peer = watcher->data;
    bool was_stuck = peer->stuck;
    peer->stuck = false;
    if (peer->state == PEER_HANDSHAKE)
        shake_hands(peer);
    else
        peer_flush(peer);
    if (peer->doomed)
        peer_destroy(peer);
    else if (was_stuck &&
             peer->reading) /* what it has of the other end's bytes already is no event to the loop */
        ev_feed_event(loop, &peer->io_read, EV_READ);
}
