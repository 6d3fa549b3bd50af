/* The reader under shorthand: words, numbers in digits and in characters, units. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "client/views/shorthand-private.h"

void reader_skip(struct reader *r)
{
    while (*r->at == ' ')
        r->at++;
}

bool reader_take(struct reader *r, const char *word)
{
    size_t n = strlen(word);
    if (strncasecmp(r->at, word, n) != 0 ||
        (isalpha((unsigned char)word[n - 1]) && isalpha((unsigned char)r->at[n])))
        return false;
    r->at += n;
    return true;
}

bool reader_any(struct reader *r, const char *const words[])
{
    for (; *words; words++)
        if (reader_take(r, *words))
            return true;
    return false;
}

int reader_number(struct reader *r, int least, int most)
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
    int ones = reader_take(r, "零") ? 0 : -1, tens = -1;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; ones <= 0 && i < (int)array_len(written); i++)
            if (reader_take(r, written[i]))
                ones = i > 8 ? 2 : i + 1;
        if (round || !reader_take(r, "十"))
            break;
        tens = ones < 0 ? 1 : ones;
        ones = 0;
    }
    return tens < 0 ? ones : tens * 10 + ones;
}

int reader_small(struct reader *r)
{
    return strspn(r->at, "0123456789") ? reader_number(r, 1, 2) : take_written(r);
}

int reader_digits(const struct reader *r)
{
    return (int)strspn(r->at, "0123456789");
}

enum unit reader_unit(struct reader *r)
{
    static const char *const minutes[] = {"minutes", "minute", "min", "m", "分钟", "分鐘", "分", NULL};
    static const char *const hours[] = {"hours", "hour", "h",    "个小时", "個小時",
                                        "小时",  "小時", "钟头", "鐘頭",   NULL};
    static const char *const days[] = {"days", "day", "d", "天", "日", NULL};
    static const char *const weeks[] = {"weeks",  "week",   "w",  "个星期", "個星期", "星期",
                                        "个礼拜", "個禮拜", "周", "週",     NULL};
    reader_skip(r);
    if (reader_any(r, minutes))
        return UNIT_MINUTE;
    if (reader_any(r, hours))
        return UNIT_HOUR;
    if (reader_any(r, weeks))
        return UNIT_WEEK;
    return reader_any(r, days) ? UNIT_DAY : UNIT_NONE;
}
