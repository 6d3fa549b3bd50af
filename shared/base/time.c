#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/digits.h"
#include "base/time.h"

enum { FRACTION_DIGITS = 6 };

struct instant time_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){(int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000};
}

int64_t time_monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* YYYY-MM-DD and what stands between it and the clock. */
static bool take_date(const char **at, struct day *day_r)
{
    int year, month, day;
    if (!digits_take(at, 4, &year) || *(*at)++ != '-' || !digits_take(at, 2, &month) || *(*at)++ != '-' ||
        !digits_take(at, 2, &day) || day_make(year, month, day, day_r) < 0)
        return false;
    char c = *(*at)++;
    return c == 'T' || c == 't' || c == ' ';
}

/* hh:mm:ss; the second may be 60. */
static bool take_clock(const char **at, int *second_of_day_r, bool *leap_r)
{
    int hour, minute, second;
    if (!digits_take(at, 2, &hour) || *(*at)++ != ':' || !digits_take(at, 2, &minute) || *(*at)++ != ':' ||
        !digits_take(at, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    *second_of_day_r = hour * 3600 + minute * 60 + second;
    *leap_r = second == 60;
    return true;
}

/* .digits, cut to microseconds; nothing is 0. */
static bool take_fraction(const char **at, int64_t *us_r)
{
    *us_r = 0;
    if (**at != '.')
        return true;
    (*at)++;
    int n = 0;
    for (; digit_is(**at); (*at)++, n++) {
        if (n < FRACTION_DIGITS)
            *us_r = *us_r * 10 + (**at - '0');
    }
    for (int i = n; i < FRACTION_DIGITS; i++)
        *us_r *= 10;
    return n > 0;
}

/* Z or ±hh:mm. */
static bool take_offset(const char **at, int *seconds_r)
{
    int hour, minute;
    char sign = *(*at)++;
    *seconds_r = 0;
    if (sign == 'Z' || sign == 'z')
        return true;
    if ((sign != '+' && sign != '-') || !digits_take(at, 2, &hour) || *(*at)++ != ':' ||
        !digits_take(at, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *seconds_r = (sign == '-' ? -1 : 1) * (hour * 3600 + minute * 60);
    return true;
}

/* Years 0001 to 9999 in UTC too, so that what is read can be printed. */
static bool second_is_printable(int64_t second)
{
    static const int64_t first = INT64_C(-62135596800), last = INT64_C(253402300799);
    return second >= first && second <= last;
}

int time_parse(const char *text, struct instant *at_r)
{
    const char *at = text;
    struct day day;
    int second_of_day, offset;
    bool leap;
    int64_t us;
    if (!take_date(&at, &day) || !take_clock(&at, &second_of_day, &leap) || !take_fraction(&at, &us) ||
        !take_offset(&at, &offset) || *at)
        return -EINVAL;
    int64_t second = day.n * SECONDS_PER_DAY + second_of_day - offset;
    if (!second_is_printable(second) || (leap && second % SECONDS_PER_DAY != 0))
        return -EINVAL;
    at_r->us = second * US_PER_SECOND + us;
    return 0;
}

char *time_print(char *buf, size_t size, struct instant at)
{
    if (instant_is_nil(at)) {
        snprintf(buf, size, "%s", "");
        return buf;
    }
    struct day day = day_of(at, 0);
    char date[DAY_TEXT_SIZE];
    int64_t us = at.us % (SECONDS_PER_DAY * US_PER_SECOND);
    if (us < 0)
        us += SECONDS_PER_DAY * US_PER_SECOND;
    int second = (int)(us / US_PER_SECOND), fraction = (int)(us % US_PER_SECOND);
    int n = snprintf(buf, size, "%sT%02d:%02d:%02d", day_print(date, sizeof(date), day), second / 3600,
                     second / 60 % 60, second % 60);
    size_t used = MIN((size_t)n, size);
    if (fraction)
        snprintf(buf + used, size - used, ".%06dZ", fraction);
    else
        snprintf(buf + used, size - used, "Z");
    return buf;
}
