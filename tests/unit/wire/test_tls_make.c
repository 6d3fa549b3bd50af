#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "base/log.h"
#include "tests/unit/test.h"
#include "tests/unit/wire/tls_dir.h"
#include "wire/tls_cert.h"
#include "wire/tls_make.h"

static const char *const files[] = {"ca.crt", "ca.key", "server.crt", "server.key"};

static int make(const char *const names[], size_t n)
{
    return tls_make_files(tls_dir, names, n);
}

static X509 *read_cert(const char *name)
{
    char path[TLS_PATH_SIZE];
    FILE *file = fopen(tls_path(path, name), "r");
    assert_non_null(file);
    X509 *cert = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(cert);
    return cert;
}

/* The inode of a file: another one means it was made anew. */
static ino_t made(const char *name)
{
    char path[TLS_PATH_SIZE];
    struct stat info;
    assert_int_equal(stat(tls_path(path, name), &info), 0);
    return info.st_ino;
}

/* Holds on to a file's inode, so that a new file cannot get the same number. */
struct hold {
    FILE *file;
    ino_t inode;
};

static struct hold hold(const char *name)
{
    char path[TLS_PATH_SIZE];
    return (struct hold){fopen(tls_path(path, name), "r"), made(name)};
}

static bool replaced(struct hold *held, const char *name)
{
    bool is = made(name) != held->inode;
    fclose(held->file);
    return is;
}

static void files_are_made_with_their_modes(void **state)
{
    mode_t mask = umask(0377); /* whatever the caller's is */
    int error = make(NULL, 0);
    umask(mask);
    assert_int_equal(error, 0);
    for (size_t i = 0; i < array_len(files); i++) {
        char path[TLS_PATH_SIZE];
        struct stat info;
        assert_int_equal(stat(tls_path(path, files[i]), &info), 0);
        assert_int_equal(info.st_mode & 07777, strstr(files[i], ".key") ? 0600 : 0644);
    }
}

static void the_leaf_says_its_names(void **state)
{
    static const char *const names[] = {"yizhan.example", "192.0.2.7", "2001:db8::7",
                                        "0.0.0.0",        "::",        "LOCALHOST"};
    static const char *const good[] = {"localhost",      "127.0.0.1", "::1",
                                       "yizhan.example", "192.0.2.7", "2001:db8::7"};
    static const char *const bad[] = {"example", "www.yizhan.example", "192.0.2.8", "::2",
                                      "0.0.0.0", "Yizhan server"};
    assert_int_equal(make(names, array_len(names)), 0);
    X509 *leaf = read_cert("server.crt");
    for (size_t i = 0; i < array_len(good); i++)
        assert_true(tls_cert_covers(leaf, good[i]));
    for (size_t i = 0; i < array_len(bad); i++)
        assert_false(tls_cert_covers(leaf, bad[i]));
    X509_free(leaf);
}

static void the_extensions_are_right(void **state)
{
    assert_int_equal(make(NULL, 0), 0);
    X509 *authority = read_cert("ca.crt"), *leaf = read_cert("server.crt");
    assert_int_equal(X509_check_ca(authority), 1);
    assert_int_equal(X509_check_ca(leaf), 0);
    assert_true(tls_cert_is_from(leaf, authority));
    assert_false(tls_cert_is_from(authority, leaf));
    assert_int_equal(X509_get_key_usage(authority), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
    assert_int_equal(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
    assert_int_equal(X509_get_extended_key_usage(leaf), XKU_SSL_SERVER);
    assert_non_null(X509_get0_subject_key_id(authority));
    assert_int_equal(
        ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(leaf), X509_get0_subject_key_id(authority)), 0);
    int at = X509_get_ext_by_NID(authority, NID_basic_constraints, -1);
    assert_true(X509_EXTENSION_get_critical(X509_get_ext(authority, at)));
    assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(leaf)), 256);
    assert_true(tls_cert_holds(authority, 3650) && !tls_cert_holds(authority, 3660));
    assert_true(tls_cert_holds(leaf, 824) && !tls_cert_holds(leaf, 826));
    X509_free(authority);
    X509_free(leaf);
}

static void what_is_good_stays(void **state)
{
    static const char *const names[] = {"a.example", "192.0.2.1"};
    ino_t before[4];
    assert_int_equal(make(names, 2), 0);
    for (int i = 0; i < 4; i++)
        before[i] = made(files[i]);
    assert_int_equal(make(names, 2), 0);
    assert_int_equal(make(names, 1), 0); /* fewer names are covered too */
    for (int i = 0; i < 4; i++)
        assert_int_equal(made(files[i]), before[i]);
}

static void a_new_name_makes_a_new_leaf_only(void **state)
{
    static const char *const names[] = {"new.example"};
    assert_int_equal(make(NULL, 0), 0);
    struct hold authority = hold("ca.crt"), leaf = hold("server.crt");
    assert_int_equal(make(names, 1), 0);
    assert_false(replaced(&authority, "ca.crt"));
    assert_true(replaced(&leaf, "server.crt"));
}

static void a_lost_or_broken_file_is_made_anew(void **state)
{
    char path[TLS_PATH_SIZE];
    for (size_t i = 2; i < array_len(files); i++) {
        assert_int_equal(make(NULL, 0), 0);
        struct hold authority = hold("ca.crt"), leaf = hold("server.crt");
        unlink(tls_path(path, files[i]));
        assert_int_equal(make(NULL, 0), 0);
        assert_false(replaced(&authority, "ca.crt"));
        assert_true(replaced(&leaf, "server.crt"));
        leaf = hold("server.crt");
        assert_int_equal(truncate(tls_path(path, files[i]), 40), 0);
        assert_int_equal(make(NULL, 0), 0);
        assert_true(replaced(&leaf, "server.crt"));
    }
}

static void a_key_that_does_not_fit_makes_a_new_pair(void **state)
{
    char from[TLS_PATH_SIZE], to[TLS_PATH_SIZE];
    assert_int_equal(make(NULL, 0), 0);
    struct hold leaf = hold("server.crt");
    assert_int_equal(rename(tls_path(from, "ca.key"), tls_path(to, "server.key")), 0);
    assert_int_equal(make(NULL, 0), 0);
    assert_true(replaced(&leaf, "server.crt"));
    X509 *authority = read_cert("ca.crt"), *now = read_cert("server.crt");
    assert_true(tls_cert_is_from(now, authority));
    X509_free(authority);
    X509_free(now);
}

static void a_good_leaf_needs_no_key_of_its_authority(void **state)
{
    char path[TLS_PATH_SIZE];
    assert_int_equal(make(NULL, 0), 0);
    struct hold authority = hold("ca.crt"), leaf = hold("server.crt");
    unlink(tls_path(path, "ca.key"));
    assert_int_equal(make(NULL, 0), 0);
    assert_false(replaced(&authority, "ca.crt"));
    assert_false(replaced(&leaf, "server.crt"));
    assert_int_not_equal(access(path, F_OK), 0);
}

static void write_cert(const char *name, X509 *cert)
{
    char path[TLS_PATH_SIZE];
    FILE *file = fopen(tls_path(path, name), "w");
    assert_true(PEM_write_X509(file, cert));
    fclose(file);
}

static EVP_PKEY *read_key(const char *name)
{
    char path[TLS_PATH_SIZE];
    FILE *file = fopen(tls_path(path, name), "r");
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    return key;
}

/* Lets a certificate end in so many days, signed again by the authority. */
static void let_end(const char *name, int days)
{
    X509 *cert = read_cert(name);
    EVP_PKEY *key = read_key("ca.key");
    assert_non_null(X509_time_adj_ex(X509_getm_notAfter(cert), days, 60, NULL));
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    write_cert(name, cert);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void a_leaf_that_ends_soon_is_renewed(void **state)
{
    static const struct {
        int days;
        bool renewed;
    } rows[] = {{31, false}, {30, false}, {29, true}, {0, true}, {-1, true}};
    for (size_t i = 0; i < array_len(rows); i++) {
        assert_int_equal(make(NULL, 0), 0);
        let_end("server.crt", rows[i].days);
        struct hold authority = hold("ca.crt"), leaf = hold("server.crt");
        assert_int_equal(make(NULL, 0), 0);
        assert_false(replaced(&authority, "ca.crt"));
        assert_int_equal(replaced(&leaf, "server.crt"), rows[i].renewed);
    }
}

static void an_authority_that_ends_soon_is_renewed_with_its_leaf(void **state)
{
    assert_int_equal(make(NULL, 0), 0);
    let_end("ca.crt", 29);
    struct hold authority = hold("ca.crt"), leaf = hold("server.crt");
    assert_int_equal(make(NULL, 0), 0);
    assert_true(replaced(&authority, "ca.crt"));
    assert_true(replaced(&leaf, "server.crt"));
}

static void what_is_no_name_is_refused(void **state)
{
    static const char *const bad[] = {"",   "a b", "a,IP:1.2.3.4", "*.example", "a..b",  ".a",
                                      "a.", "a/b", "驿站",         "a:b",       "DNS:a", "a\n"};
    for (size_t i = 0; i < array_len(bad); i++)
        assert_int_equal(make(&bad[i], 1), -EINVAL);
    char path[TLS_PATH_SIZE];
    assert_int_not_equal(access(tls_path(path, "ca.crt"), F_OK), 0);
    char long_label[70];
    memset(long_label, 'a', 64);
    long_label[64] = '\0';
    assert_false(tls_name_is_valid(long_label));
    long_label[63] = '\0';
    assert_true(tls_name_is_valid(long_label));
}

static void a_directory_that_cannot_be_is_told(void **state)
{
    assert_int_equal(tls_make_files("/proc/no/such/place", NULL, 0), -ENOENT);
    assert_int_equal(tls_make_files("/dev/null", NULL, 0), -ENOTDIR);
}

static int be_quiet(void **state)
{
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

#define tls_test(name) cmocka_unit_test_setup_teardown(name, tls_dir_make, tls_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        tls_test(files_are_made_with_their_modes),
        tls_test(the_leaf_says_its_names),
        tls_test(the_extensions_are_right),
        tls_test(what_is_good_stays),
        tls_test(a_new_name_makes_a_new_leaf_only),
        tls_test(a_lost_or_broken_file_is_made_anew),
        tls_test(a_key_that_does_not_fit_makes_a_new_pair),
        tls_test(a_good_leaf_needs_no_key_of_its_authority),
        tls_test(a_leaf_that_ends_soon_is_renewed),
        tls_test(an_authority_that_ends_soon_is_renewed_with_its_leaf),
        tls_test(what_is_no_name_is_refused),
        cmocka_unit_test(a_directory_that_cannot_be_is_told),
    };
    return cmocka_run_group_tests(tests, be_quiet, NULL);
}
