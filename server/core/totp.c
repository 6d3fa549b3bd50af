#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/random.h"
#include "server/core/totp.h"

enum { SECRET_BYTES = 20, STEP_SECONDS = 30, DIGITS = 6, STEPS_BESIDE = 1 };

void totp_init(void)
{
    if (oath_init() != OATH_OK)
        abort();
}

char *totp_secret_make(struct arena *arena)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned char bytes[SECRET_BYTES];
    char *text = arena_alloc(arena, SECRET_BYTES * 8 / 5 + 1);
    random_bytes(bytes, sizeof(bytes));
    for (int bit = 0, i = 0; bit < SECRET_BYTES * 8; bit += 5, i++) {
        unsigned pair = (unsigned)bytes[bit / 8] << 8;
        if (bit / 8 + 1 < SECRET_BYTES)
            pair |= bytes[bit / 8 + 1];
        text[i] = letters[pair >> (11 - bit % 8) & 31];
    }
    return text;
}

char *totp_uri(struct arena *arena, const char *user, const char *secret)
{
    return arena_printf(arena,
                        "otpauth://totp/Yizhan:%s?secret=%s&issuer=Yizhan",
                        user, secret);
}

/* The code must be of this very step, so that one cannot be taken for an earlier use of itself. */
static bool is_of_step(const char *key, size_t len, int64_t step, const char *code)
{
    char right[DIGITS + 1];
    if (oath_totp_generate(key, len, (time_t)(step * STEP_SECONDS), STEP_SECONDS, 0, DIGITS, right) !=
        OATH_OK)
        return false;
    unsigned char different = 0;
    for (int i = 0; i < DIGITS; i++)
        different |= (unsigned char)(right[i] ^ code[i]);
    return different == 0;
}

bool totp_verify(const char *secret, const char *code, struct instant now, int64_t last_step, int64_t *step_r)
{
    char *key = NULL;
    size_t len = 0;
    bool right = false;
    if (strlen(code) != DIGITS || oath_base32_decode(secret, strlen(secret), &key, &len) != OATH_OK)
        return false;
    int64_t step = now.us / US_PER_SECOND / STEP_SECONDS;
    for (int64_t at = step - STEPS_BESIDE; at <= step + STEPS_BESIDE && !right; at++) {
        right = (last_step == NIL || at > last_step) && is_of_step(key, len, at, code);
        if (right)
            *step_r = at;
    }
    explicit_bzero(key, len);
    free(key);
    return right;
}
