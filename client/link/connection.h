/*
 * The line to the server: resolve, connect, TLS, lines in and out, on the caller's libev loop and never blocking (names are resolved
 * by a thread of their own). It knows bytes and lines; what they mean is call.h's business.
 */
#pragma once

#include "base/util.h"

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

struct connection;

enum connection_state {
    CONNECTION_OFF,
    CONNECTION_RESOLVING,
    CONNECTION_CONNECTING,
    CONNECTION_HANDSHAKE,
    CONNECTION_OPEN
};

struct connection_ops {
    void (*open)(void *context);
    /* One whole line, the callee's to change until it returns. */
    void (*line)(void *context, char *line, size_t len);
    /* It is closed, and why, in English for the status line. Not called after connection_close(). `refused`: trying again is no use
     * (the certificate or the name does not fit). */
    void (*lost)(void *context, const char *why, bool refused);
};

/* ca: PEM file or NULL for the system's. NULL and *why_r (static or in OpenSSL's words) when the CA cannot be read. */
struct connection *connection_create(struct ev_loop *loop, const char *host, const char *port, const char *ca,
                                     const struct connection_ops *ops, void *context, const char **why_r);
void connection_destroy(struct connection *connection);

/* open: what was open before is dropped; ends in ops->open or ops->lost. close: at once and without a word, what is queued is dropped. */
void connection_open(struct connection *connection);
void connection_close(struct connection *connection);
enum connection_state connection_state(const struct connection *connection);

/* Queues bytes; they leave as the socket takes them. Ignored unless open. */
void connection_send(struct connection *connection, const char *bytes, size_t n);
