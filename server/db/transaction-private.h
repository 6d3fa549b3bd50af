/* The inside of a transaction, for transaction.c and copy.c. */
#pragma once

#include "server/db/connection-private.h"

struct tx {
    struct connection *connection;
    struct arena *arena; /* of the transaction itself, its rows and parameters */
    int64_t deadline_ms;
    const char *scope, *scope_vehicle;
    int64_t self;
    enum tx_fault fault;
    bool begun; /* BEGIN is queued */
    bool over;  /* the connection is no longer ours */
    bool read_only;
    bool commit_sent; /* from here on a loss is TX_UNKNOWN */
    bool committed;
    bool asked; /* a Flush or Sync stands behind all that is queued */
    int round_trips;
    char sqlstate[6];
    const char *constraint, *message;
};

/* True when a statement may be queued; BEGIN goes in front of the first. */
must_check bool tx_ready(struct tx *tx);

/* The first fault stays. */
void tx_fail(struct tx *tx, enum tx_fault fault, const char *message);

/* The socket is dead; or the deadline passed. */
void tx_lose(struct tx *tx);
void tx_expire(struct tx *tx);

/* The connection is given back; if it was cancelled or is dead, without its socket. */
void tx_end(struct tx *tx);

/* A Sync behind all that is queued; false: the socket is dead. Then waits for every answer; faults end up in tx. */
must_check bool tx_sync(struct tx *tx);
void tx_wait(struct tx *tx);
