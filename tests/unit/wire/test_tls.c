/* Handshakes in memory between the two contexts, with the files that tls_make makes. */
#include <errno.h>
#include <openssl/err.h>

#include "base/log.h"
#include "tests/unit/test.h"
#include "tests/unit/wire/tls_dir.h"
#include "wire/tls.h"
#include "wire/tls_make.h"

static const char *const names[] = {"yizhan.example", "192.0.2.7"};

static int make_files(void **state)
{
    log_set_level(LOG_LEVEL_ERROR);
    return tls_dir_make(state) ? -1 : tls_make_files(tls_dir, names, array_len(names));
}

static SSL_CTX *server_context(bool allow_tls12, bool client_ca)
{
    char cert[TLS_PATH_SIZE], key[TLS_PATH_SIZE], ca[TLS_PATH_SIZE];
    const struct tls_server_options options = {
        .cert = tls_path(cert, "server.crt"),
        .key = tls_path(key, "server.key"),
        .client_ca = client_ca ? tls_path(ca, "ca.crt") : NULL,
        .allow_tls12 = allow_tls12,
    };
    return tls_server_context(&options);
}

static SSL_CTX *client_context(void)
{
    char ca[TLS_PATH_SIZE];
    return tls_client_context(tls_path(ca, "ca.crt"));
}

struct ends {
    SSL *server, *client;
};

static struct ends connect_ends(SSL_CTX *server, SSL_CTX *client, const char *host)
{
    struct ends ends = {SSL_new(server), SSL_new(client)};
    BIO *a, *b;
    assert_true(BIO_new_bio_pair(&a, 0, &b, 0));
    SSL_set_bio(ends.server, a, a);
    SSL_set_bio(ends.client, b, b);
    SSL_set_accept_state(ends.server);
    SSL_set_connect_state(ends.client);
    if (host)
        assert_int_equal(tls_client_check_name(ends.client, host), 0);
    return ends;
}

static bool wants_more(SSL *ssl, int result)
{
    int error = SSL_get_error(ssl, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static bool shake_hands(struct ends *ends)
{
    for (int i = 0; i < 20; i++) {
        int client = SSL_do_handshake(ends->client), server = 0;
        if (client != 1 && !wants_more(ends->client, client))
            return false;
        server = SSL_do_handshake(ends->server);
        if (server != 1 && !wants_more(ends->server, server))
            return false;
        if (client == 1 && server == 1)
            return true;
    }
    return false;
}

static void close_ends(struct ends *ends)
{
    SSL_free(ends->server);
    SSL_free(ends->client);
    ERR_clear_error();
}

/* NULL when the handshake went well, else why it did not, as the client tells it. */
static const char *try_host(const char *host)
{
    static char text[200];
    SSL_CTX *server = server_context(false, false), *client = client_context();
    struct ends ends = connect_ends(server, client, host);
    bool good = shake_hands(&ends);
    tls_error_text(ends.client, text, sizeof(text));
    close_ends(&ends);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    return good ? NULL : text;
}

static void names_and_addresses_of_the_server_are_accepted(void **state)
{
    static const char *const hosts[] = {"localhost",      "127.0.0.1", "::1",
                                        "yizhan.example", "192.0.2.7", "YIZHAN.example"};
    for (size_t i = 0; i < array_len(hosts); i++)
        assert_null(try_host(hosts[i]));
}

static void other_names_and_addresses_are_refused(void **state)
{
    assert_string_equal(try_host("other.example"), "certificate: hostname mismatch");
    assert_string_equal(try_host("sub.yizhan.example"), "certificate: hostname mismatch");
    assert_string_equal(try_host("192.0.2.8"), "certificate: IP address mismatch");
    assert_string_equal(try_host("::2"), "certificate: IP address mismatch");
}

static void a_name_is_sent_and_an_address_is_not(void **state)
{
    SSL_CTX *client = client_context();
    SSL *ssl = SSL_new(client);
    assert_int_equal(tls_client_check_name(ssl, "127.0.0.1"), 0);
    assert_null(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
    assert_int_equal(tls_client_check_name(ssl, "localhost"), 0);
    assert_string_equal(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name), "localhost");
    assert_int_equal(tls_client_check_name(ssl, ""), -EINVAL);
    SSL_free(ssl);
    SSL_CTX_free(client);
}

static void a_strangers_authority_is_refused(void **state)
{
    char ours[64], ca[TLS_PATH_SIZE], text[200];
    strcpy(ours, tls_dir);
    SSL_CTX *server = server_context(false, false);
    tls_dir_make(state);
    assert_int_equal(tls_make_files(tls_dir, NULL, 0), 0);
    SSL_CTX *client = tls_client_context(tls_path(ca, "ca.crt"));
    struct ends ends = connect_ends(server, client, "localhost");
    assert_false(shake_hands(&ends));
    assert_non_null(strstr(tls_error_text(ends.client, text, sizeof(text)), "certificate: "));
    close_ends(&ends);
    SSL_CTX_free(client);
    tls_dir_remove(state);
    strcpy(tls_dir, ours);
    client = tls_client_context(NULL); /* the system's do not know us either */
    ends = connect_ends(server, client, "localhost");
    assert_false(shake_hands(&ends));
    close_ends(&ends);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
}

static bool try_version(bool allow_tls12, int version)
{
    SSL_CTX *server = server_context(allow_tls12, false), *client = client_context();
    SSL_CTX_set_security_level(client, 0);
    SSL_CTX_set_min_proto_version(client, version);
    SSL_CTX_set_max_proto_version(client, version);
    struct ends ends = connect_ends(server, client, "localhost");
    bool good = shake_hands(&ends) && SSL_version(ends.client) == version;
    close_ends(&ends);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    return good;
}

static void old_versions_are_refused(void **state)
{
    assert_true(try_version(false, TLS1_3_VERSION));
    assert_false(try_version(false, TLS1_2_VERSION));
    assert_true(try_version(true, TLS1_2_VERSION));
    assert_true(try_version(true, TLS1_3_VERSION));
    assert_false(try_version(true, TLS1_1_VERSION));
}

static void old_ciphers_are_refused(void **state)
{
    SSL_CTX *server = server_context(true, false), *client = client_context();
    SSL_CTX_set_max_proto_version(client, TLS1_2_VERSION);
    assert_true(SSL_CTX_set_cipher_list(client, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA"));
    struct ends ends = connect_ends(server, client, "localhost");
    assert_false(shake_hands(&ends));
    close_ends(&ends);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

static void bytes_go_both_ways_and_sessions_resume(void **state)
{
    SSL_CTX *server = server_context(false, false), *client = client_context();
    struct ends ends = connect_ends(server, client, "localhost");
    char text[8] = "";
    assert_true(shake_hands(&ends));
    assert_int_equal(SSL_write(ends.server, "hello", 5), 5);
    assert_int_equal(SSL_read(ends.client, text, sizeof(text)), 5);
    assert_string_equal(text, "hello");
    SSL_SESSION *session = SSL_get1_session(ends.client);
    SSL_set_shutdown(ends.client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_set_shutdown(ends.server, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    close_ends(&ends);
    ends = connect_ends(server, client, "localhost");
    assert_true(SSL_set_session(ends.client, session));
    assert_true(shake_hands(&ends));
    assert_true(SSL_session_reused(ends.client));
    SSL_SESSION_free(session);
    close_ends(&ends);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

static bool try_client_cert(const char *cert, const char *key)
{
    SSL_CTX *server = server_context(true, true), *client = client_context();
    if (cert)
        assert_int_equal(SSL_CTX_use_certificate_file(client, cert, SSL_FILETYPE_PEM), 1);
    if (key)
        assert_int_equal(SSL_CTX_use_PrivateKey_file(client, key, SSL_FILETYPE_PEM), 1);
    SSL_CTX_set_max_proto_version(client,
                                  TLS1_2_VERSION); /* where both ends know at the end of the handshake */
    struct ends ends = connect_ends(server, client, "localhost");
    bool good = shake_hands(&ends);
    close_ends(&ends);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
    return good;
}

static void terminals_without_a_certificate_come_in_those_with_a_wrong_one_do_not(void **state)
{
    char cert[TLS_PATH_SIZE], key[TLS_PATH_SIZE];
    assert_true(try_client_cert(NULL, NULL));
    /* a server's certificate is not made for a client */
    assert_false(try_client_cert(tls_path(cert, "server.crt"), tls_path(key, "server.key")));
}

static void files_that_are_missing_or_do_not_fit_are_told(void **state)
{
    char cert[TLS_PATH_SIZE], key[TLS_PATH_SIZE], text[200];
    struct tls_server_options options = {.cert = "/no/such.crt", .key = tls_path(key, "server.key")};
    assert_null(tls_server_context(&options));
    assert_string_equal(tls_error_text(NULL, text, sizeof(text)), "No such file or directory");
    assert_string_equal(tls_error_text(NULL, text, sizeof(text)), "unknown TLS error");
    options.cert = tls_path(cert, "server.crt");
    options.key = tls_path(key, "ca.key");
    assert_null(tls_server_context(&options));
    assert_non_null(strstr(tls_error_text(NULL, text, sizeof(text)), "mismatch"));
    options.key = tls_path(key, "server.key");
    options.client_ca = "/no/such.crt";
    assert_null(tls_server_context(&options));
    assert_null(tls_client_context("/no/such.crt"));
    ERR_clear_error();
}

static void contexts_suit_an_event_loop(void **state)
{
    SSL_CTX *server = server_context(false, false);
    long mode = SSL_CTX_get_mode(server);
    assert_true(mode & SSL_MODE_RELEASE_BUFFERS);
    assert_true(mode & SSL_MODE_ENABLE_PARTIAL_WRITE);
    assert_true(mode & SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    assert_int_equal(SSL_CTX_get_read_ahead(server), 1);
    assert_true(SSL_CTX_get_options(server) & SSL_OP_NO_RENEGOTIATION);
    assert_int_equal(SSL_CTX_get_max_early_data(server), 0);
    SSL_CTX_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_addresses_of_the_server_are_accepted),
        cmocka_unit_test(other_names_and_addresses_are_refused),
        cmocka_unit_test(a_name_is_sent_and_an_address_is_not),
        cmocka_unit_test(a_strangers_authority_is_refused),
        cmocka_unit_test(old_versions_are_refused),
        cmocka_unit_test(old_ciphers_are_refused),
        cmocka_unit_test(bytes_go_both_ways_and_sessions_resume),
        cmocka_unit_test(terminals_without_a_certificate_come_in_those_with_a_wrong_one_do_not),
        cmocka_unit_test(files_that_are_missing_or_do_not_fit_are_told),
        cmocka_unit_test(contexts_suit_an_event_loop),
    };
    return cmocka_run_group_tests(tests, make_files, tls_dir_remove);
}
