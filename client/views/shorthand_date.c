/* Days as people type them: words, weekdays, distances, dates of one to three parts; in English and Chinese. */
#include <ctype.h>
#include <string.h>

#include "client/views/shorthand-private.h"

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
        if (!reader_take(r, near_days[i].word))
            continue;
        int days = near_days[i].days;
        if (*r->at == '+' || *r->at == '-') {
            struct reader after = {r->at + 1, r->today};
            int more = reader_number(&after, 1, 4);
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
        if (reader_take(r, numbers[i]))
            return MIN(i + 1, 7);
    return 0;
}

/* Weeks from this one that a word before the weekday says; NO_WEEK: none is said. */
enum { NO_WEEK = 99 };

static int take_week(struct reader *r)
{
    static const char *const this_week[] = {"this", "本", "这", "這", NULL};
    static const char *const next_week[] = {"next", "下", NULL}, *const last_week[] = {"last", "上", NULL};
    int weeks = NO_WEEK;
    if (reader_any(r, this_week))
        weeks = 0;
    else if (reader_take(r, "下下"))
        weeks = 2;
    else if (reader_take(r, "上上"))
        weeks = -2;
    else if (reader_any(r, next_week))
        weeks = 1;
    else if (reader_any(r, last_week))
        weeks = -1;
    (void)(weeks != NO_WEEK && (reader_take(r, "个") || reader_take(r, "個")));
    reader_skip(r);
    return weeks;
}

static int take_weekday_name(struct reader *r)
{
    static const char *const english[][2] = {{"mon", "monday"},   {"tue", "tuesday"}, {"wed", "wednesday"},
                                             {"thu", "thursday"}, {"fri", "friday"},  {"sat", "saturday"},
                                             {"sun", "sunday"}};
    static const char *const week[] = {"星期", "礼拜", "禮拜", "周", "週", NULL};
    for (int i = 0; i < (int)array_len(english); i++)
        if (reader_take(r, english[i][0]) || reader_take(r, english[i][1]))
            return i + 1;
    return reader_any(r, week) ? take_weekday_number(r) : 0;
}

static bool take_weekday(struct reader *r, struct day *day_r)
{
    struct reader from = *r;
    int week = take_week(r), weekday = take_weekday_name(r);
    if (!weekday) {
        *r = from;
        return false;
    }
    int ahead = weekday - day_weekday(r->today);
    if (week != NO_WEEK)
        ahead += 7 * week;
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

/* The last day of this month, or of the next: eom 月底 下月底; a day of it: 下月1号. */
static bool take_month_word(struct reader *r, struct day *day_r)
{
    static const char *const ends[] = {"eom", "月底", "月末", NULL}, *const day_words[] = {"日", "号", "號",
                                                                                           NULL};
    static const char *const nexts[] = {"下个", "下個", "下", NULL}, *const thises[] = {"本", "这个", "這個",
                                                                                        NULL};
    struct reader from = *r;
    int year, month, date, ahead = reader_any(r, nexts);
    day_split(r->today, &year, &month, &date);
    if (!ahead)
        (void)reader_any(r, thises);
    month += ahead;
    year += month > 12;
    month -= month > 12 ? 12 : 0;
    if (reader_any(r, ends))
        return day_make(year, month, day_month_length(year, month), day_r) == 0;
    date = from.at != r->at && reader_take(r, "月") ? reader_small(r) : -1;
    (void)(date > 0 && reader_any(r, day_words));
    return date > 0 && day_make(year, month, date, day_r) == 0;
}

static int take_month_name(struct reader *r)
{
    static const char *const names[][2] = {{"jan", "january"}, {"feb", "february"}, {"mar", "march"},
                                           {"apr", "april"},   {"may", "may"},      {"jun", "june"},
                                           {"jul", "july"},    {"aug", "august"},   {"sep", "september"},
                                           {"oct", "october"}, {"nov", "november"}, {"dec", "december"}};
    for (int i = 0; i < (int)array_len(names); i++)
        if (reader_take(r, names[i][0]) || reader_take(r, names[i][1]))
            return i + 1;
    return 0;
}

/* 25 nov, nov 25, of this year. */
static bool take_named_date(struct reader *r, struct day *day_r)
{
    int month = take_month_name(r), date;
    if (month)
        reader_skip(r);
    date = reader_number(r, 1, 2);
    if (!month) {
        reader_skip(r);
        month = take_month_name(r);
    }
    return month && date > 0 && make(r, -1, month, date, day_r);
}

/* 11月25日, 25日, 25号 */
static bool take_chinese_date(struct reader *r, struct day *day_r)
{
    static const char *const day_words[] = {"日", "号", "號", NULL};
    int month = -1, number = reader_small(r);
    if (number > 0 && reader_take(r, "月")) {
        month = number;
        number = reader_small(r);
        (void)reader_any(r, day_words);
        return number > 0 && make(r, -1, month, number, day_r);
    }
    return number > 0 && reader_any(r, day_words) && make(r, -1, month, number, day_r);
}

static int take_separator(struct reader *r)
{
    return *r->at && strchr("-/.", *r->at) ? *r->at++ : 0;
}

/* 2026-11-25, 11-25, 11/25 */
static bool take_separated_date(struct reader *r, struct day *day_r)
{
    bool long_year = reader_digits(r) == 4;
    int first = reader_number(r, 1, 4), separator = take_separator(r);
    int second = separator ? reader_number(r, 1, 2) : -1;
    if (first < 0 || second < 0)
        return false;
    if (!long_year)
        return first <= 12 && make(r, -1, first, second, day_r);
    int third = take_separator(r) == separator ? reader_number(r, 1, 2) : -1;
    return third > 0 && make(r, first, second, third, day_r);
}

/* 20261125; 1125 where only a date can stand, or where a time follows. */
static bool take_packed_date(struct reader *r, bool only_date, struct day *day_r)
{
    int n = reader_digits(r);
    int number = n == 8 || n == 4 ? reader_number(r, 4, 8) : -1;
    if (n == 8)
        return make(r, number / 10000, number / 100 % 100, number % 100, day_r);
    if (n != 4 || (!only_date && *r->at != ' '))
        return false;
    return make(r, -1, number / 100, number % 100, day_r);
}

bool reader_days_away(struct reader *r, int *days_r)
{
    static const char *const after[] = {"后", "後", "之后", "之後", NULL}, *const before[] = {"前", "之前",
                                                                                              "ago", NULL};
    bool in = reader_take(r, "in");
    reader_skip(r);
    int number = reader_digits(r) ? reader_number(r, 1, 4) : reader_small(r);
    enum unit unit = number < 0 ? UNIT_NONE : reader_unit(r);
    if (unit != UNIT_DAY && unit != UNIT_WEEK)
        return false;
    reader_skip(r);
    bool back = reader_any(r, before);
    if (!back && !in && !reader_any(r, after))
        return false;
    number *= unit == UNIT_WEEK ? 7 : 1;
    *days_r = back ? -number : number;
    return true;
}

static bool take_days_away(struct reader *r, struct day *day_r)
{
    int days;
    if (!reader_days_away(r, &days))
        return false;
    *day_r = day_add(r->today, days);
    return true;
}

bool reader_date(struct reader *r, bool only_date, struct day *day_r)
{
    bool (*const takers[])(struct reader *, struct day *) = {
        take_near_day,     take_days_away,  take_month_word,    take_weekday,
        take_chinese_date, take_named_date, take_separated_date};
    struct reader from = *r;
    for (size_t i = 0; i < array_len(takers); i++) {
        if (takers[i](r, day_r))
            return true;
        *r = from;
    }
    if (take_packed_date(r, only_date, day_r))
        return true;
    *r = from;
    return false;
}
