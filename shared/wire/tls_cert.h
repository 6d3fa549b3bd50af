/* Within wire: making certificates and judging them. */
#pragma once

#include "base/util.h"
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

/* A certificate and its key; either may be NULL. */
struct tls_pair {
    X509 *cert;
    EVP_PKEY *key;
};

/* Frees both and leaves NULL. */
void tls_pair_finish(struct tls_pair *pair);

/* Both are there, fit, and hold for so many days more. */
bool tls_pair_good(const struct tls_pair *pair, int days);

/* Each gives a whole pair or leaves NULLs and returns -EPROTO. */
int tls_cert_make_authority(struct tls_pair *pair_r) must_check;
int tls_cert_make_leaf(const struct tls_pair *authority, const char *const names[], size_t n,
                       struct tls_pair *pair_r) must_check;

/* It is valid now and for so many days more; its issuer's signature is by that key. */
bool tls_cert_holds(X509 *cert, int days);
bool tls_cert_is_from(X509 *cert, X509 *authority);

/* name is a DNS name or an IP address. */
bool tls_cert_covers(X509 *cert, const char *name);
bool tls_name_is_address(const char *name);

/* A DNS name without wildcards, or an IP address. */
bool tls_name_is_valid(const char *name);
