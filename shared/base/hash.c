#include <pthread.h>
#include <string.h>

#include "base/hash.h"
#include "base/random.h"

static uint64_t hash_key[2];
static pthread_once_t hash_once = PTHREAD_ONCE_INIT;

static void draw_key(void)
{
    random_bytes(hash_key, sizeof(hash_key));
}

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

static uint64_t sip_end(uint64_t v[4])
{
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_bytes(const void *bytes, size_t n)
{
    pthread_once(&hash_once, draw_key);
    uint64_t v[4] = {
        hash_key[0] ^ 0x736f6d6570736575,
        hash_key[1] ^ 0x646f72616e646f6d,
        hash_key[0] ^ 0x6c7967656e657261,
        hash_key[1] ^ 0x7465646279746573,
    };
    const unsigned char *at = bytes;
    size_t left = n;
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        sip_word(v, word);
    }
    uint64_t tail = (uint64_t)n << 56;
    for (size_t i = 0; i < left; i++)
        tail |= (uint64_t)at[i] << (8 * i);
    sip_word(v, tail);
    return sip_end(v);
}
