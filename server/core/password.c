#include <argon2.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/random.h"
#include "base/utf8.h"
#include "server/core/password.h"
#include "server/core/request.h"

/* Memory in KiB and passes as OWASP asks for at least. */
enum { MEMORY_KIB = 19456, PASSES = 2, LANES_USED = 1, SALT_SIZE = 16, DIGEST_SIZE = 32, TEXT_SIZE = 160 };

static size_t characters(const char *text)
{
    size_t n = 0, left = strlen(text);
    uint32_t cp;
    for (size_t step; left > 0 && (step = utf8_decode(text, left, &cp)) > 0; text += step, left -= step)
        n++;
    return n;
}

const char *password_fault(const char *password)
{
    if (characters(password) < PASSWORD_MIN)
        return N_("A password has at least 10 characters");
    if (strlen(password) > PASSWORD_MAX)
        return N_("A password has at most 200 bytes");
    return NULL;
}

int password_check(struct request *request, const char *field, const char *password)
{
    const char *fault = password_fault(password);
    return fault ? request_fail(request, ERR_INVALID, field, fault, NULL) : 0;
}

static void hash_into(char *out, const char *password)
{
    unsigned char salt[SALT_SIZE];
    random_bytes(salt, sizeof(salt));
    int failed = argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES_USED, password, strlen(password), salt,
                                       sizeof(salt), DIGEST_SIZE, out, TEXT_SIZE);
    if (failed == ARGON2_MEMORY_ALLOCATION_ERROR)
        memory_exhausted();
    if (failed) {
        log_error("argon2: %s", argon2_error_message(failed));
        abort();
    }
}

char *password_hash(struct arena *arena, const char *password)
{
    char *text = arena_alloc(arena, TEXT_SIZE);
    hash_into(text, password);
    return text;
}

static char nobodys_hash[TEXT_SIZE];

static void make_nobodys_hash(void)
{
    hash_into(nobodys_hash, "a password that nobody has");
}

int password_verify(const char *hash, const char *password)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_nobodys_hash);
    const char *against = hash && *hash ? hash : nobodys_hash;
    int result = argon2id_verify(against, password, strlen(password));
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
        return -ENOMEM;
    return result == ARGON2_OK && against == hash;
}
