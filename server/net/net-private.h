/* Shared by net.c, listener.c and peer.c. */
#pragma once

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "server/net/net.h"
#include "wire/frame.h"

#include <ev.h>

struct listener {
    ev_io io;
    struct net *net;
    int fd;
};

struct net {
    struct ev_loop *loop;
    const struct net_ops *ops;
    struct net_limits limits;
    SSL_CTX *tls;
    VEC(struct listener *) listeners;
    VEC(struct peer *) slots;  /* by descriptor */
    VEC(struct peer_id) dirty; /* have something to send at the end of this turn */
    struct map addresses;      /* address_group() -> number of peers not logged in */
    size_t count;
    uint32_t generation;
    int spare;                /* a descriptor kept free to refuse with, -1: there was none to be had */
    ev_timer rest;            /* runs while nobody is accepted */
    size_t refusals;          /* since the log was told */
    int64_t refusals_told_ms; /* monotonic, 0: never */
    size_t closed_since_trim;
    ev_prepare flusher; /* never started, only fed */
    ev_timer trim;
};

struct peer {
    struct net *net;
    SSL *ssl;
    int fd;
    uint32_t generation;
    enum peer_state state;
    bool logged_in;
    bool counted; /* against its address */
    bool reading; /* the read watcher is on */
    bool writing; /* the write watcher is on */
    bool stuck;   /* TLS has to write before it reads on */
    bool dirty;
    bool doomed; /* freed at the next safe place */
    bool busy;
    bool held;
    bool ended; /* the other end will send no more, but may still wait for answers */
    ev_io io_read, io_write;
    ev_timer timer; /* lazy: fires at or before the nearest deadline */
    /* Monotonic, as every moment here: the loop's own clock is the wall's, and that one may be set while peers sit there. */
    int64_t deadline_ms; /* of the state, 0: none */
    int64_t stalled_ms;  /* of the output, 0: nothing waits */
    int64_t touched_ms;
    int64_t stranger_ms; /* since then nobody is logged in */
    int64_t armed_ms;    /* when the timer fires, 0: it does not run */
    int64_t idle_ms;     /* so long, not until then; 0: for ever */
    struct frame frame;
    struct str out;
    size_t out_start; /* bytes of out that are gone already */
    char *terminal;
    void *data;
    char address[46];
};

/* Takes the descriptor over. */
void peer_create(struct net *net, int fd, const char *address);
void peer_destroy(struct peer *peer);

/* peer.c: states, timers, watchers */
void peer_enter(struct peer *peer, enum peer_state state);
/* The state that follows from what is known; one that stays keeps its timer. */
void peer_settle(struct peer *peer);
void peer_arm(struct peer *peer);
void peer_watch_reading(struct peer *peer, bool on);
void peer_watch_writing(struct peer *peer, bool on);
bool peer_must_pause(const struct peer *peer); /* nothing more is taken from it for now */

/* peer_io.c: TLS */
void peer_flush(struct peer *peer);
void peer_on_readable(struct ev_loop *loop, ev_io *watcher, int events);
void peer_on_writable(struct ev_loop *loop, ev_io *watcher, int events);

/* net.c */
void net_keep_spare(struct net *net); /* where it was given up and there is room again */
bool address_enter(struct net *net, const char *address);
void address_leave(struct net *net, const char *address);
