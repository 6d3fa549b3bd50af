#include <stdio.h>
#include <time.h>

#include "base/hex.h"
#include "base/random.h"
#include "base/util.h"
#include "base/uuid.h"

enum { UUID_BYTES = 16 };

/* 48 bits of milliseconds, then the fraction of the millisecond in 12 bits (RFC 9562, section 6.2, method 3). */
static void put_time(unsigned char id[UUID_BYTES])
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    unsigned fraction = (unsigned)((uint64_t)(now.tv_nsec % 1000000) * 4096 / 1000000);
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(ms >> (40 - 8 * i));
    id[6] = (unsigned char)(0x70 | fraction >> 8);
    id[7] = (unsigned char)fraction;
}

void uuid_v7(char out[UUID_TEXT_SIZE])
{
    unsigned char id[UUID_BYTES];
    char hex[2 * UUID_BYTES + 1];
    random_bytes(id, sizeof(id));
    put_time(id);
    id[8] = (unsigned char)(0x80 | (id[8] & 0x3f));
    hex_encode(hex, id, sizeof(id));
    snprintf(out, UUID_TEXT_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}
