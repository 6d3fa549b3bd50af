/*
 * The only floor that knows sockets: listens, speaks TLS, cuts lines, and keeps a named state with its own timer for each peer.
 * Everything here belongs to the loop's thread. What the lines mean is the business of the ops.
 */
#pragma once

#include "base/util.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ev_loop;
struct net;
struct peer;

/* What a peer is doing, and how long it may (milliseconds in struct net_limits). */
enum peer_state {
    PEER_HANDSHAKE, /* TLS is not up yet */
    PEER_LOGIN,     /* nobody is logged in */
    PEER_IDLE,      /* logged in, nothing under way: counted from the last peer_touch() */
    PEER_LINE,      /* logged in, a line was begun and not ended */
    PEER_BUSY,      /* requests are under way; they have deadlines of their own */
    PEER_CLOSING,   /* the last line is on its way out */
    PEER_STATES
};

struct net_limits {
    int handshake_ms, line_ms, closing_ms, stalled_ms;
    int login_ms, login_all_ms;  /* from the last answer, and in all */
    int connections;             /* all of them */
    int connections_per_address; /* before login */
    size_t line_before_login, line_after_login;
    size_t output_max;   /* bytes unsent above which a peer is cut */
    size_t output_pause; /* bytes unsent above which nothing more is read from it */
};

/* Names a peer safely across threads and time: a late answer to a peer that is gone finds nobody. */
struct peer_id {
    int slot;
    uint32_t generation;
};

struct net_ops {
    void (*opened)(struct peer *peer);                       /* TLS is up */
    void (*line)(struct peer *peer, char *line, size_t len); /* may be changed until return */
    void (*line_too_long)(struct peer *peer);
    void (*sent)(struct peer *peer, size_t bytes); /* so much left the queue */
    /* Its time in this state is over; `bye` follows. */
    void (*expired)(struct peer *peer, enum peer_state state);
    void (*closed)(struct peer *peer); /* last call for this peer */
};

struct net *net_create(struct ev_loop *loop, const struct net_ops *ops,
                       const struct net_limits *limits) must_check;
void net_destroy(struct net *net); /* drops every peer */

/* New peers use this context from now on; takes a reference of its own. */
void net_set_tls(struct net *net, SSL_CTX *tls);

/* Listens on each address the host has; port 0 picks one. The port in use is in *port_r. 0 or -errno. */
int net_listen(struct net *net, const char *host, const char *port, int *port_r) must_check;
void net_stop_listening(struct net *net);

struct peer *net_find(struct net *net, struct peer_id id); /* NULL when it is gone */
size_t net_count(const struct net *net);

/* Calls fn for every peer; fn may close the peer it was given. */
void net_each(struct net *net, void (*fn)(struct peer *peer, void *context), void *context);

struct peer_id peer_id(const struct peer *peer);
enum peer_state peer_state(const struct peer *peer);
const char *peer_address(const struct peer *peer);  /* without the port */
const char *peer_terminal(const struct peer *peer); /* common name of its certificate, NULL: none */
void peer_set_data(struct peer *peer, void *data);
void *peer_data(const struct peer *peer);

/* Puts bytes into the queue; they leave at the end of the loop's turn, so that small ones share a record. */
void peer_send(struct peer *peer, const void *bytes, size_t len);
size_t peer_unsent(const struct peer *peer);

/* Sends `* bye` with code and message, then closes when that is out. code NULL: says nothing. */
void peer_close(struct peer *peer, const char *code, const char *message);

/* Somebody is logged in: larger lines, no count against the address, idle for so long at most (0: for ever). */
void peer_logged_in(struct peer *peer, int64_t idle_ms);
void peer_logged_out(struct peer *peer);

/* Requests are under way or not. At login the timer starts anew when the answer is out. */
void peer_set_busy(struct peer *peer, bool busy);

/* No further line is handed over until it is let go. */
void peer_hold(struct peer *peer, bool hold);

/* The person at the other end did something: idle is counted from now. */
void peer_touch(struct peer *peer);
