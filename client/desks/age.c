#include "client/desks/age.h"

#include <stdio.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, NEAR_SECONDS = 10 * MINUTE };

const char *age_print(char *buf, size_t size, int64_t seconds)
{
    const char *sign = seconds < 0 ? "-" : "";
    char text[AGE_TEXT_SIZE];
    uint64_t s = seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds;
    if (s < HOUR)
        snprintf(text, sizeof(text), "%dm", (int)(s / MINUTE));
    else if (s < DAY)
        snprintf(text, sizeof(text), "%dh%02d", (int)(s / HOUR), (int)(s % HOUR / MINUTE));
    else if (s < 10 * DAY)
        snprintf(text, sizeof(text), "%dd%dh", (int)(s / DAY), (int)(s % DAY / HOUR));
    else
        snprintf(text, sizeof(text), "%dd", (int)MIN(s / DAY, 9999));
    snprintf(buf, size, "%s%s", sign, text);
    return buf;
}

int64_t age_between(struct instant from, struct instant to)
{
    if (instant_is_nil(from) || instant_is_nil(to))
        return NIL;
    return (to.us - from.us) / US_PER_SECOND;
}

const char *age_left(char *buf, size_t size, struct instant due, struct instant now)
{
    char text[AGE_TEXT_SIZE];
    int64_t left = age_between(now, due);
    if (left == NIL)
        return "";
    snprintf(buf, size, "%s%s", left < 0 ? "+" : "", age_print(text, sizeof(text), left < 0 ? -left : left));
    return buf;
}

bool age_is_over(struct instant due, struct instant now)
{
    return !instant_is_nil(due) && due.us < now.us;
}

bool age_is_near(struct instant since, struct instant due, struct instant now)
{
    int64_t left = age_between(now, due), whole = age_between(since, due);
    if (left == NIL || left < 0)
        return false;
    return whole == NIL ? left < NEAR_SECONDS : left < whole / 5;
}
