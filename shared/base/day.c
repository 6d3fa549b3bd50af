/* Days of the Gregorian calendar, after Howard Hinnant's "chrono-compatible low-level date algorithms". */
#include <errno.h>
#include <stdio.h>

#include "base/digits.h"
#include "base/time.h"

enum {
    DAYS_PER_ERA = 146097,         /* 400 years */
    DAYS_TO_EPOCH = 719468,        /* from 0000-03-01 to 1970-01-01 */
    EPOCH_WEEKDAY_FROM_MONDAY = 3, /* 1970-01-01 was a Thursday */
    YEAR_MIN = 1,
    YEAR_MAX = 9999,
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int day_month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12)
        return 0;
    return lengths[month - 1] + (month == 2 && is_leap(year));
}

int day_make(int year, int month, int day, struct day *day_r)
{
    if (year < YEAR_MIN || year > YEAR_MAX || day < 1 || day > day_month_length(year, month))
        return -EINVAL;
    int y = year - (month <= 2);
    int era = y / 400, year_of_era = y % 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    day_r->n = era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
    return 0;
}

void day_split(struct day day, int *year_r, int *month_r, int *day_r)
{
    int64_t n = (int64_t)day.n + DAYS_TO_EPOCH;
    int64_t era = floor_div(n, DAYS_PER_ERA);
    int doe = (int)(n - era * DAYS_PER_ERA);
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int shifted = (5 * doy + 2) / 153; /* 0 is March */
    *day_r = doy - (153 * shifted + 2) / 5 + 1;
    *month_r = shifted < 10 ? shifted + 3 : shifted - 9;
    *year_r = (int)(era * 400 + yoe + (*month_r <= 2));
}

int day_parse(const char *text, struct day *day_r)
{
    int year, month, day;
    const char *at = text;
    if (!digits_take(&at, 4, &year) || *at++ != '-' || !digits_take(&at, 2, &month) || *at++ != '-' ||
        !digits_take(&at, 2, &day) || *at)
        return -EINVAL;
    return day_make(year, month, day, day_r);
}

char *day_print(char *buf, size_t size, struct day day)
{
    int year, month, mday;
    if (day_is_nil(day)) {
        snprintf(buf, size, "%s", "");
        return buf;
    }
    day_split(day, &year, &month, &mday);
    snprintf(buf, size, "%04d-%02d-%02d", year, month, mday);
    return buf;
}

struct day day_of(struct instant at, int offset_seconds)
{
    if (instant_is_nil(at))
        return DAY_NIL;
    int64_t second = floor_div(at.us, US_PER_SECOND) + offset_seconds;
    return (struct day){(int32_t)floor_div(second, SECONDS_PER_DAY)};
}

struct instant day_start(struct day day, int offset_seconds)
{
    int64_t us;
    if (day_is_nil(day) ||
        __builtin_mul_overflow(day.n * SECONDS_PER_DAY - offset_seconds, US_PER_SECOND, &us))
        return INSTANT_NIL;
    return (struct instant){us};
}

int day_weekday(struct day day)
{
    if (day_is_nil(day))
        return 0;
    int64_t n = (int64_t)day.n + EPOCH_WEEKDAY_FROM_MONDAY;
    return (int)(n - floor_div(n, 7) * 7) + 1;
}

struct day day_add(struct day day, int days)
{
    int32_t n;
    if (day_is_nil(day) || __builtin_add_overflow(day.n, days, &n))
        return DAY_NIL;
    return (struct day){n};
}
