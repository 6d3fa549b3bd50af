/* Days named by where they stand to today, so that a kept filter means the day it is used on. */
#include "model/filter-private.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

static struct day monday_of(struct day day)
{
    return day_add(day, 1 - day_weekday(day));
}

static struct day month_start(struct day day, int months)
{
    int year, month, date;
    struct day start = day;
    day_split(day, &year, &month, &date);
    month += months;
    if (month < 1) {
        month += 12;
        year--;
    } else if (month > 12) {
        month -= 12;
        year++;
    }
    return day_make(year, month, 1, &start) < 0 ? day : start;
}

static struct day year_start(struct day day, int years)
{
    int year, month, date;
    struct day start = day;
    day_split(day, &year, &month, &date);
    return day_make(year + years, 1, 1, &start) < 0 ? day : start;
}

static void one_day(struct day today, int step, struct day *first_r, struct day *last_r)
{
    *first_r = *last_r = day_add(today, step);
}

static void week(struct day today, int step, struct day *first_r, struct day *last_r)
{
    *first_r = day_add(monday_of(today), 7 * step);
    *last_r = day_add(*first_r, 6);
}

static void month(struct day today, int step, struct day *first_r, struct day *last_r)
{
    *first_r = month_start(today, step);
    *last_r = day_add(month_start(today, step + 1), -1);
}

static void year(struct day today, int step, struct day *first_r, struct day *last_r)
{
    *first_r = year_start(today, step);
    *last_r = day_add(year_start(today, step + 1), -1);
}

static const struct {
    const char *words[4];
    void (*days)(struct day today, int step, struct day *first_r, struct day *last_r);
    int step;
} periods[] = {
    {{"today", "今天", "今日"}, one_day, 0},    {{"yesterday", "昨天", "昨日"}, one_day, -1},
    {{"tomorrow", "明天", "明日"}, one_day, 1}, {{"week", "本周", "本週"}, week, 0},
    {{"last-week", "上周", "上週"}, week, -1},  {{"month", "本月"}, month, 0},
    {{"last-month", "上月"}, month, -1},        {{"year", "今年"}, year, 0},
    {{"last-year", "去年"}, year, -1},
};

bool filter_period(const char *word, struct day today, struct day *first_r, struct day *last_r)
{
    enum { DAYS_MOST = 3660 };
    char *end;
    for (size_t i = 0; i < array_len(periods); i++)
        for (size_t w = 0; w < array_len(periods[i].words) && periods[i].words[w]; w++)
            if (strcmp(word, periods[i].words[w]) == 0)
                return periods[i].days(today, periods[i].step, first_r, last_r), true;
    long days = *word >= '0' && *word <= '9' ? strtol(word, &end, 10) : 0;
    if (days < 1 || days > DAYS_MOST || (strcmp(end, "d") != 0 && strcmp(end, "天") != 0))
        return false;
    *first_r = day_add(today, (int)(1 - days));
    *last_r = today;
    return true;
}

struct day filter_today(const char *zone)
{
    struct day today;
    if (time_zone_day(zone ? zone : "UTC", time_now(), &today) < 0)
        today = day_of(time_now(), 0);
    return today;
}
