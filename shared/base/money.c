#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "base/money.h"

typedef __int128 wide;

/* Digits of whole yuan that are read; the longest amount has 17, and with two decimals it fits a wide. */
enum { YUAN_DIGITS_MAX = 36, MARK_EVERY = 3 };

static int narrow(wide value, int64_t *fen_r)
{
    if (value > INT64_MAX || value <= INT64_MIN)
        return -ERANGE;
    *fen_r = (int64_t)value;
    return 0;
}

/* Steps over a sign of the currency, half or full width. */
static const char *skip_yen(const char *at)
{
    if (strncmp(at, "\xc2\xa5", 2) == 0)
        return at + 2;
    return strncmp(at, "\xef\xbf\xa5", 3) == 0 ? at + 3 : at;
}

/* Reads digits into *value, at most so many; returns how many. */
static int take_digits(const char **at, int max, wide *value)
{
    int n = 0;
    for (; n < max && digit_is(**at); n++)
        *value = *value * 10 + (*(*at)++ - '0');
    return n;
}

/* Whole yuan with or without thousands marks; returns the digits read, -1 when the marks are wrong. */
static int take_yuan(const char **at, wide *value)
{
    int n = take_digits(at, YUAN_DIGITS_MAX, value);
    if (**at == ',' && (n < 1 || n > MARK_EVERY))
        return -1;
    while (**at == ',' && n + MARK_EVERY <= YUAN_DIGITS_MAX) {
        (*at)++;
        if (take_digits(at, MARK_EVERY, value) != MARK_EVERY)
            return -1;
        n += MARK_EVERY;
    }
    return n;
}

int money_parse(const char *text, int64_t *fen_r)
{
    const char *at = skip_yen(text);
    int sign = *at == '-' ? -1 : 1;
    if (*at == '-' || *at == '+')
        at = at == text ? skip_yen(at + 1) : at + 1;
    wide value = 0;
    int yuan = take_yuan(&at, &value), decimals = 0;
    if (*at == '.' && yuan >= 0) {
        at++;
        decimals = take_digits(&at, 2, &value);
        if (decimals == 0)
            return -EINVAL;
    }
    if (yuan < 0 || yuan + decimals == 0)
        return -EINVAL;
    if (digit_is(*at) && yuan >= YUAN_DIGITS_MAX)
        return -ERANGE;
    if (*at)
        return -EINVAL;
    for (; decimals < 2; decimals++)
        value *= 10;
    return narrow(sign * value, fen_r);
}

char *money_print(char *buf, size_t size, int64_t fen)
{
    char digits[MONEY_TEXT_SIZE], text[MONEY_TEXT_SIZE];
    if (fen == NIL) {
        snprintf(buf, size, "%s", "");
        return buf;
    }
    int64_t amount = fen < 0 ? -fen : fen;
    int n = snprintf(digits, sizeof(digits), "%lld", (long long)(amount / 100));
    char *to = text;
    if (fen < 0)
        *to++ = '-';
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    snprintf(buf, size, "%s.%02d", text, (int)(amount % 100));
    return buf;
}

int money_add(int64_t a, int64_t b, int64_t *fen_r)
{
    if (a == NIL || b == NIL)
        return -EINVAL;
    return narrow((wide)a + b, fen_r);
}

/* den > 0; halves away from zero */
static wide divide_half_up(wide value, wide den)
{
    wide size = value < 0 ? -value : value;
    wide quotient = size / den;
    if (size % den * 2 >= den)
        quotient++;
    return value < 0 ? -quotient : quotient;
}

int money_mul_ratio(int64_t fen, int64_t num, int64_t den, int64_t *fen_r)
{
    if (fen == NIL || num == NIL || den == NIL || den == 0)
        return -EINVAL;
    wide product = (wide)fen * num, by = den;
    return narrow(divide_half_up(by < 0 ? -product : product, by < 0 ? -by : by), fen_r);
}

int money_net_of(int64_t gross_fen, int rate_bp, int64_t *net_r, int64_t *tax_r)
{
    int64_t net;
    if (rate_bp < 0)
        return -EINVAL;
    int error = money_mul_ratio(gross_fen, MONEY_RATE_WHOLE, (int64_t)MONEY_RATE_WHOLE + rate_bp, &net);
    if (error < 0)
        return error;
    *net_r = net;
    *tax_r = gross_fen - net; /* net lies between 0 and gross */
    return 0;
}

struct share {
    size_t index;
    wide rest; /* what rounding down took from the part */
};

static int by_rest(const void *a, const void *b)
{
    const struct share *left = a, *right = b;
    if (left->rest != right->rest)
        return left->rest < right->rest ? 1 : -1;
    return left->index < right->index ? -1 : left->index > right->index;
}

/* Sums the weights; 0 or an error. */
static int weigh(const int64_t weights[], size_t n, int64_t *sum_r)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (weights[i] < 0)
            return -EINVAL;
        if (__builtin_add_overflow(sum, weights[i], &sum))
            return -ERANGE;
    }
    *sum_r = sum;
    return sum ? 0 : -EINVAL;
}

int money_split(int64_t total, const int64_t weights[], size_t n, int64_t parts_r[])
{
    int64_t sum;
    int error = total == NIL ? -EINVAL : weigh(weights, n, &sum);
    if (error < 0)
        return error;
    struct share *shares cleanup(cleanup_free) = memory_zeroed(n, sizeof(*shares));
    int64_t sign = total < 0 ? -1 : 1, left = total * sign;
    for (size_t i = 0; i < n; i++) {
        wide product = (wide)(total * sign) * weights[i];
        shares[i] = (struct share){.index = i, .rest = product % sum};
        parts_r[i] = (int64_t)(product / sum) * sign;
        left -= parts_r[i] * sign;
    }
    qsort(shares, n, sizeof(*shares), by_rest);
    for (size_t i = 0; left > 0; i++, left--)
        parts_r[shares[i].index] += sign;
    return 0;
}
