/* Bytes as text: how long base64 will be, and hexadecimal checksums. */
#include "base/arena.h"
#include "base/hex.h"
#include "server/areas/files/files.h"

#include <ctype.h>
#include <string.h>

int64_t base64_raw_size(const char *text)
{
    size_t len = strlen(text), pad = 0;
    while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
        pad++;
    if (len % 4 != 0)
        return -1;
    for (size_t i = 0; i < len - pad; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '+' && text[i] != '/')
            return -1;
    }
    return (int64_t)(len / 4 * 3 - pad);
}

const unsigned char *hex_bytes(struct arena *arena, const char *hex, size_t *len_r)
{
    size_t len = hex ? strlen(hex) : 0;
    unsigned char *bytes = arena_alloc(arena, len / 2 + 1);
    *len_r = 0;
    if (!hex || hex_decode(bytes, hex, len) < 0)
        return NULL;
    *len_r = len / 2;
    return bytes;
}
