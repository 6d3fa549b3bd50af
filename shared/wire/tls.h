/* TLS contexts for both ends. Errors stay in OpenSSL's queue of this thread: ask tls_error_text. */
#pragma once

#include "base/util.h"
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

struct tls_server_options {
    const char *cert;      /* PEM file: the leaf, then what it needs */
    const char *key;       /* PEM file */
    const char *client_ca; /* PEM file, or NULL: terminals that have a certificate must have it from here */
    bool allow_tls12;      /* otherwise 1.3 only */
};

/* NULL on error. Free with SSL_CTX_free. No renegotiation, no early data, AEAD ciphers only. */
SSL_CTX *tls_server_context(const struct tls_server_options *options) must_check;

/* ca is a PEM file; NULL takes the system's. NULL on error. The server's certificate is always verified. */
SSL_CTX *tls_client_context(const char *ca) must_check;

/*
 * Before the handshake: whom we mean to talk to. An IP address is checked as such and sends no SNI, a name is checked
 * and sent. 0 or -EINVAL.
 */
int tls_client_check_name(SSL *ssl, const char *host) must_check;

/*
 * The oldest error of this thread's queue as text, the queue emptied; "unknown TLS error" when there is none. A failed
 * verification is told by its reason when ssl is not NULL. Returns buf.
 */
char *tls_error_text(SSL *ssl, char *buf, size_t size);
