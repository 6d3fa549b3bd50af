/* Dates and times as a person in a hurry types them, in a form's language and in Chinese: `t+1 9`, `明天9点半`, `9:30`, `+2h`, `1125`, `下周一 14:00`. */
#pragma once

#include "base/time.h"

/* A date: today `t` 今天, `t+3`, `+3`, `+2w`, tomorrow 明天, 3天后, 2 weeks ago, `mon` 周一 (the next one), next fri 下周五, last mon 上周一, 月底 eom, 下月1号, `1125`,
 * `11-25`, 25 nov, 11月25日, 25号, `2026-11-25`. 0 or -EINVAL. */
int shorthand_date(const char *typed, struct day today, struct day *day_r) must_check;

/* A moment: a date and a time (`9`, `930`, `9:30`, 9点半, 9点一刻, 下午3点, `3pm`, noon 中午), a time of today, a date (its beginning), `now` 现在, or from now:
 * `+30m`, `+2h`, `+1h30`, `-90` (minutes), 半小时后, in 2 hours. 0 or -EINVAL. */
int shorthand_time(const char *typed, const char *zone, struct instant now, struct instant *at_r) must_check;

/* A time of the day alone, in seconds since midnight. 0 or -EINVAL. */
int shorthand_clock(const char *typed, int *seconds_r) must_check;

/* The moment of a local clock's reading; what the clock skips is taken an hour later. */
int shorthand_at(const char *zone, struct day day, int seconds, struct instant *at_r) must_check;

/* "2026-11-25 09:30" of an instant in the zone: what a form shows and takes again. */
char *shorthand_print(char *buf, size_t size, const char *zone, struct instant at);
