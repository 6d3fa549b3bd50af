/* POSIX TZ strings such as "CST6CDT,M3.2.0,M11.1.0" or "<+08>-8". */
#include <errno.h>
#include <string.h>

#include "base/digits.h"
#include "base/time.h"
#include "base/zone.h"

enum { HOURS_OF_OFFSET = 24, HOURS_OF_RULE = 167, DEFAULT_CHANGE = 2 * 3600 };

/* A name: three letters or more, or anything of letters, digits and signs in < >. */
static bool take_name(const char **at)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static const char quoted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
    bool in_quotes = **at == '<';
    *at += in_quotes;
    size_t n = strspn(*at, in_quotes ? quoted : letters);
    *at += n;
    if (in_quotes && *(*at)++ != '>')
        return false;
    return n >= 3;
}

/* One to three digits, at most max. */
static bool take_number(const char **at, int max, int *value_r)
{
    int n = 0, value = 0;
    for (; n < 3 && digit_is(**at); n++)
        value = value * 10 + *(*at)++ - '0';
    *value_r = value;
    return n > 0 && value <= max;
}

/* [+-]h[h][h][:mm[:ss]] in seconds */
static bool take_seconds(const char **at, int max_hours, int32_t *seconds_r)
{
    int hours, minutes = 0, seconds = 0;
    int sign = **at == '-' ? -1 : 1;
    if (**at == '-' || **at == '+')
        (*at)++;
    if (!take_number(at, max_hours, &hours))
        return false;
    if (**at == ':') {
        (*at)++;
        if (!take_number(at, 59, &minutes))
            return false;
        if (**at == ':') {
            (*at)++;
            if (!take_number(at, 59, &seconds))
                return false;
        }
    }
    *seconds_r = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool take_month_day(const char **at, struct zone_date *date)
{
    date->kind = ZONE_DATE_MONTH_DAY;
    return take_number(at, 12, &date->month) && date->month >= 1 && *(*at)++ == '.' &&
           take_number(at, 5, &date->week) && date->week >= 1 && *(*at)++ == '.' &&
           take_number(at, 6, &date->day);
}

static bool take_date(const char **at, struct zone_date *date)
{
    bool good;
    *date = (struct zone_date){.seconds = DEFAULT_CHANGE};
    if (**at == 'M') {
        (*at)++;
        good = take_month_day(at, date);
    } else if (**at == 'J') {
        (*at)++;
        date->kind = ZONE_DATE_JULIAN;
        good = take_number(at, 365, &date->day) && date->day >= 1;
    } else {
        date->kind = ZONE_DATE_DAY;
        good = take_number(at, 365, &date->day);
    }
    if (!good || **at != '/')
        return good;
    (*at)++;
    return take_seconds(at, HOURS_OF_RULE, &date->seconds);
}

/* The daylight half: name [offset] [,start,end]. */
static bool take_daylight(const char **at, struct zone_rule *rule)
{
    rule->has_daylight = true;
    rule->daylight = rule->standard + 3600;
    if (!take_name(at))
        return false;
    if (**at && **at != ',') {
        if (!take_seconds(at, HOURS_OF_OFFSET, &rule->daylight))
            return false;
        rule->daylight = -rule->daylight;
    }
    const char *dates =
        **at ? *at : ",M3.2.0,M11.1.0"; /* POSIX leaves it open; this is what everybody takes */
    if (*dates++ != ',' || !take_date(&dates, &rule->start) || *dates++ != ',' ||
        !take_date(&dates, &rule->end))
        return false;
    *at = dates;
    return true;
}

int zone_rule_parse(const char *text, struct zone_rule *rule_r)
{
    struct zone_rule rule = {0};
    const char *at = text;
    if (!take_name(&at) || !take_seconds(&at, HOURS_OF_OFFSET, &rule.standard))
        return -EBADMSG;
    rule.standard = -rule.standard; /* POSIX counts west of UTC */
    if (*at && (!take_daylight(&at, &rule) || *at))
        return -EBADMSG;
    *rule_r = rule;
    return 0;
}

static int64_t first_of(int year, int month)
{
    struct day day;
    return day_make(year, month, 1, &day) < 0 ? 0 : day.n;
}

static int64_t month_day(const struct zone_date *date, int year)
{
    int64_t first = first_of(year, date->month);
    int weekday = day_weekday((struct day){(int32_t)first}) % 7; /* 0: Sunday */
    int day = (date->day - weekday + 7) % 7 + (date->week - 1) * 7;
    while (day >= day_month_length(year, date->month))
        day -= 7;
    return first + day;
}

/* The second of the local clock, counted as if it were UTC, at which a date of the rule comes in a year. */
static int64_t date_second(const struct zone_date *date, int year)
{
    int64_t day;
    if (date->kind == ZONE_DATE_MONTH_DAY)
        day = month_day(date, year);
    else if (date->kind == ZONE_DATE_DAY)
        day = first_of(year, 1) + date->day;
    else
        day = first_of(year, 1) + date->day - 1 + (date->day >= 60 && day_month_length(year, 2) == 29);
    return day * SECONDS_PER_DAY + date->seconds;
}

/* Four hundred years have a whole number of weeks: any year can be moved into those the calendar here counts. */
static int64_t into_calendar(int64_t second)
{
    static const int64_t era = 146097 * SECONDS_PER_DAY;
    int64_t moved = second % era;
    return moved < 0 ? moved + era : moved;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t second)
{
    if (!rule->has_daylight)
        return rule->standard;
    int year, month, day;
    second = into_calendar(second);
    int64_t local = second + rule->standard;
    day_split((struct day){(int32_t)(local / SECONDS_PER_DAY - (local < 0))}, &year, &month, &day);
    int64_t start = date_second(&rule->start, year) - rule->standard;
    int64_t end = date_second(&rule->end, year) - rule->daylight;
    bool daylight = start < end ? second >= start && second < end : second >= start || second < end;
    return daylight ? rule->daylight : rule->standard;
}
