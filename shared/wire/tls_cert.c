#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "base/random.h"
#include "base/str.h"
#include "wire/tls_cert.h"
#include "wire/tls_make.h"

enum {
    X509_V3 = 2, /* versions are counted from 0 */
    SERIAL_BYTES = 16,
    CLOCK_SLACK_S = 3600, /* a terminal's clock may be behind */
    DAY_S = 24 * 3600,
    NAME_MAX_LEN = 253,
    LABEL_MAX_LEN = 63,
};

void tls_pair_finish(struct tls_pair *pair)
{
    X509_free(pair->cert);
    EVP_PKEY_free(pair->key);
    *pair = (struct tls_pair){0};
}

bool tls_cert_holds(X509 *cert, int days)
{
    time_t then = time(NULL) + (time_t)days * DAY_S;
    return X509_cmp_time(X509_get0_notAfter(cert), &then) > 0 &&
           X509_cmp_current_time(X509_get0_notBefore(cert)) < 0;
}

bool tls_pair_good(const struct tls_pair *pair, int days)
{
    return pair->cert && pair->key && X509_check_private_key(pair->cert, pair->key) == 1 &&
           tls_cert_holds(pair->cert, days);
}

bool tls_cert_is_from(X509 *cert, X509 *authority)
{
    return X509_check_issued(authority, cert) == X509_V_OK &&
           X509_verify(cert, X509_get0_pubkey(authority)) == 1;
}

bool tls_name_is_address(const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

/* Labels of letters, digits, _ and -, parted by single dots. */
static bool is_host_name(const char *name)
{
    static const char label[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    if (strlen(name) > NAME_MAX_LEN)
        return false;
    for (;;) {
        size_t n = strspn(name, label);
        if (n == 0 || n > LABEL_MAX_LEN)
            return false;
        name += n;
        if (!*name)
            return true;
        if (*name++ != '.')
            return false;
    }
}

bool tls_name_is_valid(const char *name)
{
    return tls_name_is_address(name) || is_host_name(name);
}

bool tls_cert_covers(X509 *cert, const char *name)
{
    if (tls_name_is_address(name))
        return X509_check_ip_asc(cert, name, 0) == 1;
    return X509_check_host(cert, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}

static bool set_serial(X509 *cert)
{
    unsigned char bytes[SERIAL_BYTES];
    random_bytes(bytes, sizeof(bytes));
    bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40); /* positive, and of full length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    bool good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
    BN_free(number);
    return good;
}

static bool set_subject(X509 *cert, const char *name)
{
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                                      (const unsigned char *)name, -1, -1, 0) == 1;
}

static bool set_time(X509 *cert, int days)
{
    return X509_gmtime_adj(X509_getm_notBefore(cert), -CLOCK_SLACK_S) &&
           X509_time_adj_ex(X509_getm_notAfter(cert), days, 0, NULL);
}

/* A certificate of its key with everything but issuer, extensions and signature. */
static bool begin_pair(struct tls_pair *pair, const char *subject, int days)
{
    pair->key = EVP_EC_gen("P-256");
    pair->cert = X509_new();
    return pair->key && pair->cert && X509_set_version(pair->cert, X509_V3) && set_serial(pair->cert) &&
           set_time(pair->cert, days) && set_subject(pair->cert, subject) &&
           X509_set_pubkey(pair->cert, pair->key);
}

static bool add_extension(X509 *cert, X509V3_CTX *context, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, nid, value);
    bool good = extension && X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    return good;
}

struct extension {
    int nid;
    const char *value;
};

static bool sign(X509 *cert, const struct tls_pair *issuer, const struct extension extensions[], size_t n)
{
    X509V3_CTX context;
    if (!X509_set_issuer_name(cert, X509_get_subject_name(issuer->cert)))
        return false;
    X509V3_set_ctx(&context, issuer->cert, cert, NULL, NULL, 0);
    for (size_t i = 0; i < n; i++) {
        if (!add_extension(cert, &context, extensions[i].nid, extensions[i].value))
            return false;
    }
    return X509_sign(cert, issuer->key, EVP_sha256()) > 0;
}

static int finish_pair(struct tls_pair *pair, bool good)
{
    if (good)
        return 0;
    tls_pair_finish(pair);
    return -EPROTO;
}

int tls_cert_make_authority(struct tls_pair *pair_r)
{
    static const struct extension extensions[] = {
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
        {NID_key_usage, "critical,keyCertSign,cRLSign"},
        {NID_subject_key_identifier, "hash"},
    };
    unsigned char mark[4]; /* tells one authority from the one before it */
    char hex[2 * sizeof(mark) + 1], subject[64];
    random_bytes(mark, sizeof(mark));
    hex_encode(hex, mark, sizeof(mark));
    snprintf(subject, sizeof(subject), "Yizhan authority %s", hex);
    *pair_r = (struct tls_pair){0};
    return finish_pair(pair_r, begin_pair(pair_r, subject, TLS_MAKE_CA_DAYS) &&
                                   sign(pair_r->cert, pair_r, extensions, array_len(extensions)));
}

int tls_cert_make_leaf(const struct tls_pair *authority, const char *const names[], size_t n,
                       struct tls_pair *pair_r)
{
    struct str san cleanup(cleanup_str);
    str_init(&san, NULL);
    for (size_t i = 0; i < n; i++)
        str_addf(&san, "%s%s:%s", i ? "," : "", tls_name_is_address(names[i]) ? "IP" : "DNS", names[i]);
    const struct extension extensions[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {NID_ext_key_usage, "serverAuth"},
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, "keyid:always"},
        {NID_subject_alt_name, san.data},
    };
    *pair_r = (struct tls_pair){0};
    return finish_pair(pair_r, begin_pair(pair_r, "Yizhan server", TLS_MAKE_LEAF_DAYS) &&
                                   sign(pair_r->cert, authority, extensions, array_len(extensions)));
}
