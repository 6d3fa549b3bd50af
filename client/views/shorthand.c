#include "client/views/shorthand.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "client/views/shorthand-private.h"

enum { MINUTE = 60, HOUR = 3600 };

/* ---- times of the day, in seconds ---- */

enum half { HALF_NONE, HALF_MORNING, HALF_AFTERNOON };

static enum half take_half(struct reader *r)
{
    static const char *const morning[] = {"上午", "早上", "凌晨", "早", NULL};
    static const char *const afternoon[] = {"下午", "晚上", "中午", "傍晚", "晚", NULL};
    if (reader_any(r, morning))
        return HALF_MORNING;
    return reader_any(r, afternoon) ? HALF_AFTERNOON : HALF_NONE;
}

static int take_minutes(struct reader *r)
{
    static const char *const hour_words[] = {"点钟", "點鐘", "点", "點", "时", "時", NULL};
    static const char *const half_words[] = {"半", NULL};
    static const char *const quarter_words[] = {"刻", NULL};
    static const char *const minute_words[] = {"分", NULL};
    if (*r->at == ':') {
        r->at++;
        return reader_number(r, 2, 2);
    }
    if (!reader_any(r, hour_words))
        return 0;
    if (reader_any(r, half_words))
        return 30;
    int minutes = reader_small(r);
    if (minutes > 0 && minutes < 4 && reader_any(r, quarter_words))
        return 15 * minutes;
    (void)reader_any(r, minute_words);
    return reader_digits(r) ? -1 : MAX(minutes, 0);
}

/* A word for an hour; what may be the half of a day before a number is none. */
static bool take_named_hour(struct reader *r, int *seconds_r)
{
    static const char *const noon[] = {"noon", "正午", "中午", NULL}, *const midnight[] = {"midnight", "午夜",
                                                                                           "半夜", NULL};
    struct reader from = *r;
    bool at_noon = reader_any(r, noon), found = at_noon || reader_any(r, midnight);
    if (found && (!*r->at || *r->at == ' ')) {
        *seconds_r = at_noon ? 12 * HOUR : 0;
        return true;
    }
    *r = from;
    return false;
}

static bool take_clock(struct reader *r, int *seconds_r)
{
    if (take_named_hour(r, seconds_r))
        return true;
    enum half half = take_half(r);
    int n = reader_digits(r), hour, minutes;
    if (n == 3 || n == 4) {
        int packed = reader_number(r, 3, 4);
        hour = packed / 100;
        minutes = packed % 100;
    } else {
        hour = reader_small(r);
        minutes = hour < 0 ? -1 : take_minutes(r);
    }
    if (reader_take(r, "pm"))
        half = HALF_AFTERNOON;
    else if (reader_take(r, "am"))
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
    reader_skip(r);
    return !*r->at;
}

int shorthand_date(const char *typed, struct day today, struct day *day_r)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct reader r = {folded(arena, typed), today};
    if (!r.at)
        return -EINVAL;
    reader_skip(&r);
    if (*r.at == '+' || (*r.at == '-' && isdigit((unsigned char)r.at[1]))) {
        bool back = *r.at++ == '-';
        int days = reader_number(&r, 1, 4);
        enum unit unit = reader_unit(&r);
        if (days < 0 || unit == UNIT_MINUTE || unit == UNIT_HOUR || !at_end(&r))
            return -EINVAL;
        days *= unit == UNIT_WEEK ? 7 : 1;
        *day_r = day_add(today, back ? -days : days);
        return 0;
    }
    return reader_date(&r, true, day_r) && at_end(&r) ? 0 : -EINVAL;
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

static int64_t seconds_of(enum unit unit)
{
    switch (unit) {
    case UNIT_HOUR: return HOUR;
    case UNIT_DAY: return SECONDS_PER_DAY;
    case UNIT_WEEK: return 7 * SECONDS_PER_DAY;
    default: return MINUTE;
    }
}

/* 2h, 90, 1h30, 半小时 in seconds; -1: none. */
static int64_t take_span(struct reader *r, bool unit_needed)
{
    bool half = reader_take(r, "半");
    int64_t number = half ? 1 : reader_digits(r) ? reader_number(r, 1, 5) : reader_small(r);
    enum unit unit = number < 0 ? UNIT_NONE : reader_unit(r);
    if (number < 0 || (unit == UNIT_NONE && unit_needed))
        return -1;
    int64_t seconds = number * seconds_of(unit) / (half ? 2 : 1);
    if (unit == UNIT_HOUR && reader_digits(r)) {
        int minutes = reader_number(r, 1, 2);
        (void)reader_unit(r);
        return minutes < 0 ? -1 : seconds + minutes * MINUTE;
    }
    return seconds;
}

/* +30m, +2h, +1d, -90: from now. */
static int from_now(struct reader *r, struct instant now, struct instant *at_r)
{
    int sign = *r->at++ == '-' ? -1 : 1;
    int64_t seconds = take_span(r, false);
    if (seconds < 0 || !at_end(r))
        return -EINVAL;
    at_r->us = now.us + sign * seconds * US_PER_SECOND;
    return 0;
}

/* 2小时后, 半小时前, in 90 min, 1h ago: from now. False: it is something else. */
static bool take_away(struct reader *r, struct instant now, struct instant *at_r)
{
    static const char *const after[] = {"后", "後", "之后", "之後", NULL}, *const before[] = {"前", "之前",
                                                                                              "ago", NULL};
    struct reader from = *r;
    bool in = reader_take(r, "in");
    reader_skip(r);
    int64_t seconds = take_span(r, true);
    reader_skip(r);
    bool back = seconds >= 0 && reader_any(r, before);
    if (seconds < 0 || (!back && !in && !reader_any(r, after)) || !at_end(r)) {
        *r = from;
        return false;
    }
    at_r->us = now.us + (back ? -seconds : seconds) * US_PER_SECOND;
    return true;
}

int shorthand_clock(const char *typed, int *seconds_r)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct reader r = {.at = folded(arena, typed)};
    if (!r.at)
        return -EINVAL;
    reader_skip(&r);
    return take_clock(&r, seconds_r) && at_end(&r) ? 0 : -EINVAL;
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
    reader_skip(&r);
    if (*r.at == '+' || *r.at == '-')
        return from_now(&r, now, at_r);
    if (reader_any(&r, now_words)) {
        *at_r = now;
        return at_end(&r) ? 0 : -EINVAL;
    }
    if (take_away(&r, now, at_r))
        return 0;
    bool dated = reader_date(&r, false, &day);
    if (!dated)
        day = r.today;
    reader_skip(&r);
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
