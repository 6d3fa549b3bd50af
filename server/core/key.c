#include <inttypes.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/map.h"
#include "server/core/key.h"
#include "server/core/request-private.h"
#include "wire/json.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct map under_way;

struct user_key {
    char text[128];
};

static struct user_key user_key(int64_t user_id, const char *key)
{
    struct user_key both;
    snprintf(both.text, sizeof(both.text), "%" PRId64 ":%s", user_id, key);
    return both;
}

bool key_enter(int64_t user_id, const char *key)
{
    struct user_key both = user_key(user_id, key);
    pthread_mutex_lock(&lock);
    bool is_new = !map_get(&under_way, both.text);
    if (is_new)
        map_put(&under_way, both.text, &under_way);
    pthread_mutex_unlock(&lock);
    return is_new;
}

void key_leave(int64_t user_id, const char *key)
{
    pthread_mutex_lock(&lock);
    map_remove(&under_way, user_key(user_id, key).text);
    pthread_mutex_unlock(&lock);
}

const char *key_hash(struct request *request)
{
    json_t *bare = json_copy(request->args);
    json_object_del(bare, "key");
    size_t size = json_dumpb(bare, NULL, 0, JSON_COMPACT | JSON_SORT_KEYS);
    char *text = arena_alloc(request->arena, size + 1);
    size = json_dumpb(bare, text, size, JSON_COMPACT | JSON_SORT_KEYS);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL) ||
        !EVP_DigestUpdate(context, request->verb->name, strlen(request->verb->name) + 1) ||
        !EVP_DigestUpdate(context, text, size) || !EVP_DigestFinal_ex(context, digest, &len))
        memory_exhausted();
    EVP_MD_CTX_free(context);
    json_decref(bare);
    char *hex = arena_alloc(request->arena, 2 * (size_t)len + 1);
    hex_encode(hex, digest, len);
    return hex;
}

static const struct sql insert_key = {"key_store",
                                      "INSERT INTO command_key (user_id, key, verb, hash, answer)"
                                      " VALUES ($1, $2, $3, decode($4, 'hex'), $5)"};

void key_store(struct request *request)
{
    tx_write(request->tx, &insert_key, p_int(request->session->employee_id), p_text(request->key),
             p_text(request->verb->name), p_text(request->state->hash), p_text(request->out.data));
}
