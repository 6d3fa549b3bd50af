/* The bytes of a draft: mark, who wrote it, when, nonce; what was typed, enciphered; tag. */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/hex.h"
#include "base/random.h"
#include "client/views/draft_file.h"

enum { MAGIC = 8, INSTANCE = 8, TIME = 8, NONCE = 12, HEAD = MAGIC + INSTANCE + TIME + NONCE, TAG = 16 };

static const char magic[MAGIC] = {'Y', 'Z', 'D', 'R', 'A', 'F', 'T', '1'};

static void cleanup_cipher(EVP_CIPHER_CTX **cipher)
{
    EVP_CIPHER_CTX_free(*cipher);
}

static void put_time(unsigned char *out, int64_t us)
{
    for (int i = TIME; i-- > 0; us >>= 8)
        out[i] = (unsigned char)us;
}

static int64_t get_time(const unsigned char *in)
{
    uint64_t us = 0;
    for (int i = 0; i < TIME; i++)
        us = us << 8 | in[i];
    return (int64_t)us;
}

/* Head and name are not secret, but sealed with the rest. */
static bool add_open_part(EVP_CIPHER_CTX *cipher, const unsigned char *head, const char *name)
{
    int n;
    return EVP_CipherUpdate(cipher, NULL, &n, head, HEAD) == 1 &&
           EVP_CipherUpdate(cipher, NULL, &n, (const unsigned char *)name, (int)strlen(name)) == 1;
}

void draft_seal(const unsigned char key[DRAFT_KEY_BYTES], const char *name, const char *instance,
                struct instant at, const char *text, size_t len, struct str *out)
{
    EVP_CIPHER_CTX *cipher cleanup(cleanup_cipher) = EVP_CIPHER_CTX_new();
    unsigned char head[HEAD], tag[TAG];
    int n = 0, more = 0;
    memcpy(head, magic, MAGIC);
    if (hex_decode(head + MAGIC, instance, 2 * (size_t)INSTANCE) < 0)
        memset(head + MAGIC, 0, INSTANCE);
    put_time(head + MAGIC + INSTANCE, at.us);
    random_bytes(head + HEAD - NONCE, NONCE);
    str_clear(out);
    str_reserve(out, HEAD + len + TAG);
    str_add_n(out, head, HEAD);
    bool good = cipher && len <= DRAFT_MAX &&
                EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, head + HEAD - NONCE) == 1 &&
                add_open_part(cipher, head, name) &&
                EVP_EncryptUpdate(cipher, (unsigned char *)out->data + HEAD, &n, (const unsigned char *)text,
                                  (int)len) == 1 &&
                EVP_EncryptFinal_ex(cipher, tag, &more) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG, tag) == 1;
    if (!good)
        memory_exhausted(); /* nothing else can go wrong with these arguments */
    out->len = HEAD + (size_t)n;
    str_add_n(out, tag, TAG);
}

int draft_unseal(const unsigned char key[DRAFT_KEY_BYTES], const char *name, const void *bytes, size_t len,
                 struct str *text, struct instant *at_r, char instance_r[17])
{
    EVP_CIPHER_CTX *cipher cleanup(cleanup_cipher) = EVP_CIPHER_CTX_new();
    const unsigned char *in = bytes;
    int n = 0, more = 0;
    str_clear(text);
    if (len < HEAD + TAG || len > DRAFT_MAX + HEAD + TAG || memcmp(in, magic, MAGIC) != 0)
        return -EBADMSG;
    size_t body = len - HEAD - TAG;
    unsigned char tag[TAG], rest[16];
    memcpy(tag, in + HEAD + body, TAG);
    str_reserve(text, body);
    bool good = cipher && EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, in + HEAD - NONCE) == 1 &&
                add_open_part(cipher, in, name) &&
                EVP_DecryptUpdate(cipher, (unsigned char *)text->data, &n, in + HEAD, (int)body) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
                EVP_DecryptFinal_ex(cipher, rest, &more) == 1;
    if (!good) {
        explicit_bzero(text->data, body);
        str_clear(text);
        return -EBADMSG;
    }
    text->len = (size_t)n;
    text->data[n] = '\0';
    at_r->us = get_time(in + MAGIC + INSTANCE);
    if (instance_r)
        hex_encode(instance_r, in + MAGIC, INSTANCE);
    return 0;
}
