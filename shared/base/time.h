/*
 * Instants (UTC, microseconds), days of the calendar, and the offsets of time zones.
 * All of it is safe in any thread; nothing looks at TZ.
 */
#pragma once

#include "base/util.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Microseconds since 1970-01-01T00:00:00Z; NIL is null. */
struct instant {
    int64_t us;
};

/* Days since 1970-01-01, which was a Thursday; INT32_MIN is null. */
struct day {
    int32_t n;
};

#define INSTANT_NIL ((struct instant){NIL})
#define DAY_NIL ((struct day){INT32_MIN})
#define US_PER_SECOND INT64_C(1000000)
#define SECONDS_PER_DAY INT64_C(86400)

/* Room for what time_print and day_print write, NUL included. */
enum { TIME_TEXT_SIZE = 32, DAY_TEXT_SIZE = 16 };

static inline bool instant_is_nil(struct instant at)
{
    return at.us == NIL;
}

static inline bool day_is_nil(struct day day)
{
    return day.n == INT32_MIN;
}

/* The wall clock. For records take the database's time; this one is for logs, greetings and file names. */
struct instant time_now(void);

/* Milliseconds of a clock that never jumps: for every deadline and timeout. */
int64_t time_monotonic_ms(void);

/*
 * RFC 3339, "2026-03-01T08:30:00Z", "…+08:00", with a fraction of any length cut to microseconds; years 0001 to 9999. A leap
 * second (23:59:60 UTC) means the second after it. 0 or -EINVAL.
 */
int time_parse(const char *text, struct instant *at_r) must_check;

/* RFC 3339 in UTC with Z; the six digits of the fraction only when it is not 0. Null gives "". Returns buf. */
char *time_print(char *buf, size_t size, struct instant at);

/* "YYYY-MM-DD"; 0 or -EINVAL. Null prints as "". */
int day_parse(const char *text, struct day *day_r) must_check;
char *day_print(char *buf, size_t size, struct day day);

/* The date it is at an instant, so many seconds east of UTC; null stays null. */
struct day day_of(struct instant at, int offset_seconds);

/* The instant a day begins, so many seconds east of UTC. */
struct instant day_start(struct day day, int offset_seconds);

/* 1 Monday … 7 Sunday; 0 for null. */
int day_weekday(struct day day);
struct day day_add(struct day day, int days);

/* month 1–12, day 1–31; -EINVAL when there is no such date. */
int day_make(int year, int month, int day, struct day *day_r) must_check;
void day_split(struct day day, int *year_r, int *month_r, int *day_r);

/* 28 to 31; 0 when there is no such month. */
int day_month_length(int year, int month);

/*
 * Seconds east of UTC of an IANA zone ("Asia/Shanghai") at an instant, read from the system's zoneinfo and kept.
 * -EINVAL: no name of a zone; -ENOENT: no such zone here; -EBADMSG: its file cannot be read as TZif.
 */
int time_zone_offset(const char *zone, struct instant at, int *seconds_r) must_check;

/* The date in that zone. */
int time_zone_day(const char *zone, struct instant at, struct day *day_r) must_check;

/* The first instant of a day in that zone (where midnight is skipped, the first that exists). */
int time_zone_day_start(const char *zone, struct day day, struct instant *at_r) must_check;
