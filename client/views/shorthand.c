#include "client/views/shorthand.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"

enum { MINUTE = 60, HOUR = 3600 };

/* What is left to read, and today's date for it. */
struct reader {
    const char *at;
    struct day today;
};

static void skip_spaces(struct reader *r)
{
    while (*r->at == ' ')
        r->at++;
}

static bool take(struct reader *r, const char *word)
{
    size_t n = strlen(word);
    if (strncasecmp(r->at, word, n) != 0 ||
        (isalpha((unsigned char)word[n - 1]) && isalpha((unsigned char)r->at[n])))
        return false;
    r->at += n;
    return true;
}

static bool take_any(struct reader *r, const char *const words[])
{
    for (; *words; words++)
        if (take(r, *words))
            return true;
    return false;
}

/* So many digits, not more; the number, or -1. */
static int take_number(struct reader *r, int least, int most)
{
    int n = (int)strspn(r->at, "0123456789");
    if (n < least || n > most)
        return -1;
    int number = atoi(r->at);
    r->at += n;
    return number;
}

/* 0…99 in characters: 三, 零五, 十五, 二十五; -1: none. */
static int take_written(struct reader *r)
{
    static const char *const written[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "两", "兩"};
    int ones = take(r, "零") ? 0 : -1, tens = -1;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; ones <= 0 && i < (int)array_len(written); i++)
            if (take(r, written[i]))
                ones = i > 8 ? 2 : i + 1;
        if (round || !take(r, "十"))
            break;
        tens = ones < 0 ? 1 : ones;
        ones = 0;
    }
    return tens < 0 ? ones : tens * 10 + ones;
}

/* One or two digits, or as much in characters. */
static int take_small(struct reader *r)
{
    return strspn(r->at, "0123456789") ? take_number(r, 1, 2) : take_written(r);
}

static int digits_ahead(const struct reader *r)
{
    return (int)strspn(r->at, "0123456789");
}

/* ---- dates ---- */

static const struct {
    const char *word;
    int days;
} near_days[] = {
    {"today", 0},      {"今天", 0},   {"今日", 0},   {"t", 0},     {"tomorrow", 1}, {"tm", 1},   {"明天", 1},
    {"明日", 1},       {"大后天", 3}, {"大後天", 3}, {"后天", 2},  {"後天", 2},     {"后日", 2}, {"後日", 2},
    {"yesterday", -1}, {"昨天", -1},  {"昨日", -1},  {"前天", -2}, {"前日", -2},
};

static bool take_near_day(struct reader *r, struct day *day_r)
{
    for (size_t i = 0; i < array_len(near_days); i++) {
        if (!take(r, near_days[i].word))
            continue;
        int days = near_days[i].days;
        if (*r->at == '+' || *r->at == '-') {
            struct reader after = {r->at + 1, r->today};
            int more = take_number(&after, 1, 4);
            if (more < 0)
                return false;
            days += *r->at == '-' ? -more : more;
            r->at = after.at;
        }
        *day_r = day_add(r->today, days);
        return true;
    }
    return false;
}

/* 1 Monday … 7 Sunday, or 0. */
static int take_weekday_number(struct reader *r)
{
    static const char *const numbers[] = {"一", "二", "三", "四", "五", "六", "日", "天"};
    for (int i = 0; i < (int)array_len(numbers); i++)
        if (take(r, numbers[i]))
            return MIN(i + 1, 7);
    return 0;
}

static bool take_weekday(struct reader *r, struct day *day_r)
{
    static const char *const english[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const week[] = {"星期", "礼拜", "禮拜", "周", "週", NULL};
    struct reader from = *r;
    bool next = take(r, "下");
    int weekday = 0;
    for (int i = 0; !next && !weekday && i < (int)array_len(english); i++)
        weekday = take(r, english[i]) ? i + 1 : 0;
    if (!weekday && take_any(r, week))
        weekday = take_weekday_number(r);
    if (!weekday) {
        *r = from;
        return false;
    }
    int ahead = weekday - day_weekday(r->today);
    if (next)
        ahead += 7;
    else if (ahead < 0)
        ahead += 7;
    *day_r = day_add(r->today, ahead);
    return true;
}

static bool make(struct reader *r, int year, int month, int date, struct day *day_r)
{
    int this_year, this_month, this_date;
    day_split(r->today, &this_year, &this_month, &this_date);
    return day_make(year < 0 ? this_year : year, month < 0 ? this_month : month, date, day_r) == 0;
}

/* 11月25日, 25日, 25号 */
static bool take_chinese_date(struct reader *r, struct day *day_r)
{
    static const char *const day_words[] = {"日", "号", "號", NULL};
    int month = -1, number = take_small(r);
    if (number > 0 && take(r, "月")) {
        month = number;
        number = take_small(r);
        (void)take_any(r, day_words);
        return number > 0 && make(r, -1, month, number, day_r);
    }
    return number > 0 && take_any(r, day_words) && make(r, -1, month, number, day_r);
}

static int take_separator(struct reader *r)
{
    return *r->at && strchr("-/.", *r->at) ? *r->at++ : 0;
}

/* 2026-11-25, 11-25, 11/25 */
static bool take_separated_date(struct reader *r, struct day *day_r)
{
    bool long_year = digits_ahead(r) == 4;
    int first = take_number(r, 1, 4), separator = take_separator(r);
    int second = separator ? take_number(r, 1, 2) : -1;
    if (first < 0 || second < 0)
        return false;
    if (!long_year)
        return first <= 12 && make(r, -1, first, second, day_r);
    int third = take_separator(r) == separator ? take_number(r, 1, 2) : -1;
    return third > 0 && make(r, first, second, third, day_r);
}

/* 20261125; 1125 where only a date can stand, or where a time follows. */
static bool take_packed_date(struct reader *r, bool only_date, struct day *day_r)
{
    int n = digits_ahead(r);
    int number = n == 8 || n == 4 ? take_number(r, 4, 8) : -1;
    if (n == 8)
        return make(r, number / 10000, number / 100 % 100, number % 100, day_r);
    if (n != 4 || (!only_date && *r->at != ' '))
        return false;
    return make(r, -1, number / 100, number % 100, day_r);
}

static bool take_date(struct reader *r, bool only_date, struct day *day_r)
{
    struct reader from = *r;
    if (take_near_day(r, day_r))
        return true;
    *r = from;
    if (take_weekday(r, day_r))
        return true;
    *r = from;
    if (take_chinese_date(r, day_r))
        return true;
    *r = from;
    if (take_separated_date(r, day_r))
        return true;
    *r = from;
    if (take_packed_date(r, only_date, day_r))
        return true;
    *r = from;
    return false;
}

/* ---- times of the day, in seconds ---- */

enum half { HALF_NONE, HALF_MORNING, HALF_AFTERNOON };

static enum half take_half(struct reader *r)
{
    static const char *const morning[] = {"上午", "早上", "凌晨", "早", NULL};
    static const char *const afternoon[] = {"下午", "晚上", "中午", "傍晚", "晚", NULL};
    if (take_any(r, morning))
        return HALF_MORNING;
    return take_any(r, afternoon) ? HALF_AFTERNOON : HALF_NONE;
}

static int take_minutes(struct reader *r)
{
    static const char *const hour_words[] = {"点钟", "點鐘", "点", "點", "时", "時", NULL};
    static const char *const half_words[] = {"半", NULL};
    static const char *const minute_words[] = {"分", NULL};
    if (*r->at == ':') {
        r->at++;
        return take_number(r, 2, 2);
    }
    if (!take_any(r, hour_words))
        return 0;
    if (take_any(r, half_words))
        return 30;
    int minutes = take_small(r);
    (void)take_any(r, minute_words);
    return digits_ahead(r) ? -1 : MAX(minutes, 0);
}

static bool take_clock(struct reader *r, int *seconds_r)
{
    enum half half = take_half(r);
    int n = digits_ahead(r), hour, minutes;
    if (n == 3 || n == 4) {
        int packed = take_number(r, 3, 4);
        hour = packed / 100;
        minutes = packed % 100;
    } else {
        hour = take_small(r);
        minutes = hour < 0 ? -1 : take_minutes(r);
    }
    if (take(r, "pm"))
        half = HALF_AFTERNOON;
    else if (take(r, "am"))
        half = HALF_MORNING;
    if (half == HALF_AFTERNOON && hour > 0 && hour < 12)
        hour += 12;
    if (hour < 0 || hour > 23 || minutes < 0 || minutes > 59)
        return false;
    *seconds_r = hour * HOUR + minutes * MINUTE;
    return true;
}

/* ---- both ---- */

static char *folded(struct arena *arena, const char *typed)
{
    char *text = utf8_nfkc(arena, typed);
    size_t n = text ? strlen(text) : 0;
    while (n && text[n - 1] == ' ')
        text[--n] = '\0';
    return text;
}

static bool at_end(struct reader *r)
{
    skip_spaces(r);
    return !*r->at;
}

int shorthand_date(const char *typed, struct day today, struct day *day_r)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct reader r = {folded(arena, typed), today};
    if (!r.at)
        return -EINVAL;
    skip_spaces(&r);
    if (*r.at == '+' || (*r.at == '-' && isdigit((unsigned char)r.at[1]))) {
        bool back = *r.at++ == '-';
        int days = take_number(&r, 1, 4);
        (void)take(&r, "d");
        if (days < 0 || !at_end(&r))
            return -EINVAL;
        *day_r = day_add(today, back ? -days : days);
        return 0;
    }
    return take_date(&r, true, day_r) && at_end(&r) ? 0 : -EINVAL;
}

int shorthand_at(const char *zone, struct day day, int seconds, struct instant *at_r)
{
    int offset;
    struct instant at = {((int64_t)day.n * SECONDS_PER_DAY + seconds) * US_PER_SECOND}, guess = at;
    for (int round = 0; round < 2; round++) { /* the offset before and after a change of clocks */
        if (time_zone_offset(zone, guess, &offset) < 0)
            return -EINVAL;
        guess.us = at.us - offset * US_PER_SECOND;
    }
    *at_r = guess;
    return 0;
}

/* +30m, +2h, +1d, -90: from now. */
static int from_now(struct reader *r, struct instant now, struct instant *at_r)
{
    int sign = *r->at++ == '-' ? -1 : 1;
    int64_t number = take_number(r, 1, 5), unit = MINUTE;
    static const char *const hours[] = {"h", "小时", "小時", NULL}, *const minutes[] = {"m", "分钟", "分鐘",
                                                                                        "分", NULL};
    if (take_any(r, hours))
        unit = HOUR;
    else if (take(r, "d") || take(r, "天"))
        unit = SECONDS_PER_DAY;
    else
        (void)take_any(r, minutes);
    if (number < 0 || !at_end(r))
        return -EINVAL;
    at_r->us = now.us + sign * number * unit * US_PER_SECOND;
    return 0;
}

int shorthand_time(const char *typed, const char *zone, struct instant now, struct instant *at_r)
{
    static const char *const now_words[] = {"now", "现在", "現在", "此刻", NULL};
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct reader r = {.at = folded(arena, typed)};
    int seconds = 0;
    struct day day;
    if (!r.at || time_zone_day(zone, now, &r.today) < 0)
        return -EINVAL;
    skip_spaces(&r);
    if (*r.at == '+' || *r.at == '-')
        return from_now(&r, now, at_r);
    if (take_any(&r, now_words)) {
        *at_r = now;
        return at_end(&r) ? 0 : -EINVAL;
    }
    bool dated = take_date(&r, false, &day);
    if (!dated)
        day = r.today;
    skip_spaces(&r);
    if ((*r.at || !dated) && !take_clock(&r, &seconds))
        return -EINVAL;
    return at_end(&r) ? shorthand_at(zone, day, seconds, at_r) : -EINVAL;
}

char *shorthand_print(char *buf, size_t size, const char *zone, struct instant at)
{
    int offset = 0, year, month, date;
    if (instant_is_nil(at) || time_zone_offset(zone, at, &offset) < 0) {
        *buf = '\0';
        return buf;
    }
    struct day day = day_of(at, offset);
    int64_t seconds = (at.us - day_start(day, offset).us) / US_PER_SECOND;
    day_split(day, &year, &month, &date);
    snprintf(buf, size, "%04d-%02d-%02d %02d:%02d", year, month, date, (int)(seconds / HOUR),
             (int)(seconds / MINUTE % 60));
    return buf;
}
