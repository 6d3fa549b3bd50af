#include <errno.h>

#include "base/hex.h"

void hex_encode(char *out, const void *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) {
        *out++ = digits[at[i] >> 4];
        *out++ = digits[at[i] & 15];
    }
    *out = '\0';
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int hex_decode(void *out, const char *text, size_t n)
{
    unsigned char *to = out;
    if (n % 2)
        return -EINVAL;
    for (size_t i = 0; i < n; i += 2) {
        int high = digit_of(text[i]), low = high < 0 ? -1 : digit_of(text[i + 1]);
        if (low < 0)
            return -EINVAL;
        *to++ = (unsigned char)(high << 4 | low);
    }
    return 0;
}
