#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "wire/tls.h"
#include "wire/tls_cert.h"

/* For 1.2, where it is allowed at all; the ciphers of 1.3 are all AEAD. */
#define TLS12_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
#define TLS_GROUPS "X25519:P-256:P-384"

/* What both ends want: no old versions, and buffers that suit a connection which is mostly idle. */
static bool set_common(SSL_CTX *ctx, int least_version)
{
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    return SSL_CTX_set_min_proto_version(ctx, least_version) && SSL_CTX_set_cipher_list(ctx, TLS12_CIPHERS) &&
           SSL_CTX_set1_groups_list(ctx, TLS_GROUPS);
}

/* A terminal need not have a certificate; one that shows one must have it from this authority. */
static bool set_client_ca(SSL_CTX *ctx, const char *file)
{
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);
    if (!names)
        return false;
    SSL_CTX_set_client_CA_list(ctx, names);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    return SSL_CTX_load_verify_file(ctx, file);
}

static bool set_server(SSL_CTX *ctx, const struct tls_server_options *options)
{
    static const unsigned char session_context[] = "yizhan";
    SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
    return set_common(ctx, options->allow_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) &&
           SSL_CTX_set_max_early_data(ctx, 0) &&
           SSL_CTX_set_session_id_context(ctx, session_context, sizeof(session_context) - 1) &&
           SSL_CTX_use_certificate_chain_file(ctx, options->cert) == 1 &&
           SSL_CTX_use_PrivateKey_file(ctx, options->key, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_check_private_key(ctx) == 1 &&
           (!options->client_ca || set_client_ca(ctx, options->client_ca));
}

SSL_CTX *tls_server_context(const struct tls_server_options *options)
{
    ERR_clear_error();
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (ctx && set_server(ctx, options))
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

SSL_CTX *tls_client_context(const char *ca)
{
    ERR_clear_error();
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx)
        return NULL;
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    int trusted = ca ? SSL_CTX_load_verify_file(ctx, ca) : SSL_CTX_set_default_verify_paths(ctx);
    if (trusted == 1 && set_common(ctx, TLS1_2_VERSION))
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

int tls_client_check_name(SSL *ssl, const char *host)
{
    if (!*host)
        return -EINVAL; /* OpenSSL takes an empty name as "any" */
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    bool good = tls_name_is_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(param, host)
                                          : SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host);
    return good ? 0 : -EINVAL;
}

char *tls_error_text(SSL *ssl, char *buf, size_t size)
{
    unsigned long error = ERR_get_error();
    long verified = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
    ERR_clear_error();
    if (verified != X509_V_OK)
        snprintf(buf, size, "certificate: %s", X509_verify_cert_error_string(verified));
    else if (ERR_SYSTEM_ERROR(error))
        snprintf(buf, size, "%s", strerror(ERR_GET_REASON(error)));
    else if (error && ERR_reason_error_string(error))
        snprintf(buf, size, "%s", ERR_reason_error_string(error));
    else
        snprintf(buf, size, "unknown TLS error");
    return buf;
}
