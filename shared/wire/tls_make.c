#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/vec.h"
#include "wire/tls_cert.h"
#include "wire/tls_make.h"

enum { MODE_CERT = 0644, MODE_KEY = 0600, MODE_DIR = 0755, HOST_NAME_SIZE = 256 };

/* Names are borrowed. */
struct names {
    VEC(const char *) list;
};

/* 0.0.0.0 and :: are where one listens, not where one is reached. */
static bool is_unspecified(const char *name)
{
    struct in6_addr six;
    struct in_addr four;
    if (inet_pton(AF_INET, name, &four) == 1)
        return four.s_addr == INADDR_ANY;
    return inet_pton(AF_INET6, name, &six) == 1 && IN6_IS_ADDR_UNSPECIFIED(&six);
}

static void add_name(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->list.count; i++) {
        if (strcasecmp(names->list.items[i], name) == 0)
            return;
    }
    if (!is_unspecified(name))
        vec_push(&names->list, name);
}

static int collect_names(struct names *names, const char *host, const char *const more[], size_t n)
{
    static const char *const always[] = {"localhost", "127.0.0.1", "::1"};
    for (size_t i = 0; i < array_len(always); i++)
        add_name(names, always[i]);
    if (tls_name_is_valid(host)) /* a host may be called what no certificate can say */
        add_name(names, host);
    for (size_t i = 0; i < n; i++) {
        if (!tls_name_is_valid(more[i]))
            return -EINVAL;
        add_name(names, more[i]);
    }
    return 0;
}

/* Opens a file of the directory to read; NULL when it is not there or not ours to read. */
static FILE *open_file(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (!file && fd >= 0)
        close(fd);
    return file;
}

static int no_password(char *buf, int size, int writing, void *data)
{
    return 0; /* never ask a person */
}

/* Reads what is there; a missing or broken file leaves NULL. */
static void read_pair(int dir, const char *cert_name, const char *key_name, struct tls_pair *pair_r)
{
    *pair_r = (struct tls_pair){0};
    FILE *file = open_file(dir, cert_name);
    if (file) {
        pair_r->cert = PEM_read_X509(file, NULL, no_password, NULL);
        fclose(file);
    }
    file = open_file(dir, key_name);
    if (file) {
        pair_r->key = PEM_read_PrivateKey(file, NULL, no_password, NULL);
        fclose(file);
    }
    ERR_clear_error();
}

static int write_all(int fd, const char *data, size_t n)
{
    while (n) {
        ssize_t written = write(fd, data, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        data += written;
        n -= (size_t)written;
    }
    return 0;
}

/* A new file of exactly this mode, on the disk when it returns. */
static int create_file(int dir, const char *name, mode_t mode, const char *data, size_t n)
{
    int fd cleanup(cleanup_close) = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    int error = write_all(fd, data, n);
    if (error < 0)
        return error;
    return fchmod(fd, mode) < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* The whole file under its name, or what was there before. */
static int replace_file(int dir, const char *name, mode_t mode, BIO *pem)
{
    char temporary[64];
    char *data;
    long n = BIO_get_mem_data(pem, &data);
    snprintf(temporary, sizeof(temporary), ".%s.new", name);
    unlinkat(dir, temporary, 0); /* of a start that was cut short */
    int error = create_file(dir, temporary, mode, data, (size_t)n);
    if (error == 0 && renameat(dir, temporary, dir, name) < 0)
        error = -errno;
    if (error < 0)
        unlinkat(dir, temporary, 0);
    return error;
}

/* Key first: were we cut between the two, they do not fit and the next start makes both anew. */
static int write_pair(int dir, const char *cert_name, const char *key_name, const struct tls_pair *pair)
{
    BIO *cert = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_secmem());
    int error = -EPROTO;
    if (cert && key && PEM_write_bio_X509(cert, pair->cert) &&
        PEM_write_bio_PrivateKey(key, pair->key, NULL, NULL, 0, NULL, NULL))
        error = replace_file(dir, key_name, MODE_KEY, key);
    if (error == 0)
        error = replace_file(dir, cert_name, MODE_CERT, cert);
    BIO_free(cert);
    BIO_free(key);
    return error;
}

static bool leaf_is_good(const struct tls_pair *leaf, const struct tls_pair *authority,
                         const struct names *names)
{
    if (!authority->cert || !tls_cert_holds(authority->cert, TLS_MAKE_RENEW_DAYS) ||
        !tls_pair_good(leaf, TLS_MAKE_RENEW_DAYS) || !tls_cert_is_from(leaf->cert, authority->cert))
        return false;
    for (size_t i = 0; i < names->list.count; i++) {
        if (!tls_cert_covers(leaf->cert, names->list.items[i]))
            return false;
    }
    return true;
}

static int renew_authority(int dir, struct tls_pair *authority)
{
    bool replaced = authority->cert != NULL;
    tls_pair_finish(authority);
    int error = tls_cert_make_authority(authority);
    if (error == 0)
        error = write_pair(dir, "ca.crt", "ca.key", authority);
    if (error == 0 && replaced)
        log_warn("made a new certificate authority: terminals need the new ca.crt");
    return error;
}

static int renew_leaf(int dir, const struct tls_pair *authority, const struct names *names,
                      struct tls_pair *leaf)
{
    tls_pair_finish(leaf);
    int error = tls_cert_make_leaf(authority, names->list.items, names->list.count, leaf);
    if (error == 0)
        error = write_pair(dir, "server.crt", "server.key", leaf);
    if (error == 0)
        log_info("made a new server certificate");
    return error;
}

/* Someone else's authority without its key is fine as long as the leaf is. */
static int make_in(int dir, const struct names *names)
{
    struct tls_pair authority cleanup(tls_pair_finish), leaf cleanup(tls_pair_finish);
    read_pair(dir, "ca.crt", "ca.key", &authority);
    read_pair(dir, "server.crt", "server.key", &leaf);
    if (leaf_is_good(&leaf, &authority, names))
        return 0;
    int error = 0;
    if (!tls_pair_good(&authority, TLS_MAKE_RENEW_DAYS) || X509_check_ca(authority.cert) != 1)
        error = renew_authority(dir, &authority);
    if (error == 0)
        error = renew_leaf(dir, &authority, names, &leaf);
    return error == 0 && fsync(dir) < 0 ? -errno : error;
}

static int open_dir(const char *path)
{
    if (mkdir(path, MODE_DIR) < 0 && errno != EEXIST)
        return -errno;
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir < 0 ? -errno : dir;
}

int tls_make_files(const char *dir, const char *const names[], size_t n)
{
    char host[HOST_NAME_SIZE] = "";
    struct names all = {0};
    if (gethostname(host, sizeof(host) - 1) < 0)
        host[0] = '\0';
    int error = collect_names(&all, host, names, n);
    if (error == 0) {
        int fd cleanup(cleanup_close) = open_dir(dir);
        error = fd < 0 ? fd : make_in(fd, &all);
    }
    vec_finish(&all.list);
    return error;
}
