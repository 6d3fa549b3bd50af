/* Within base: reading fixed-width numbers without a locale. */
#pragma once

#include <stdbool.h>

static inline bool digit_is(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads exactly n digits (at most 9) and steps over them; false, and *at anywhere, when they are not there. */
static inline bool digits_take(const char **at, int n, int *value_r)
{
    int value = 0;
    for (; n > 0; n--, (*at)++) {
        if (!digit_is(**at))
            return false;
        value = value * 10 + (**at - '0');
    }
    *value_r = value;
    return true;
}
