/* For the files of the shorthand only: shorthand.c (times, both), shorthand_date.c (days), shorthand_read.c (words and numbers). */
#pragma once

#include "base/time.h"
#include "base/util.h"

/* What is left to read, and today's date for it. */
struct reader {
    const char *at;
    struct day today;
};

void reader_skip(struct reader *r); /* spaces */
bool reader_take(struct reader *r, const char *word);
bool reader_any(struct reader *r, const char *const words[]); /* ended by NULL */
int reader_digits(const struct reader *r);                    /* how many stand next */

/* So many digits, not more; the number, or -1. */
int reader_number(struct reader *r, int least, int most);

/* One or two digits, or as much in characters. */
int reader_small(struct reader *r);

/* A day; only_date: nothing else follows. */
bool reader_date(struct reader *r, bool only_date, struct day *day_r);

/* "3天后", "2 weeks ago", "in 5 days": so many days from today. */
bool reader_days_away(struct reader *r, int *days_r);

enum unit { UNIT_NONE, UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_WEEK };
enum unit reader_unit(struct reader *r);
