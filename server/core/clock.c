#include <stdlib.h>

#include "base/log.h"
#include "server/core/clock.h"

static _Atomic int64_t shift_us;

void clock_init(void)
{
#ifdef YIZHAN_FAULTS
    const char *text = getenv("YIZHAN_NOW");
    struct instant at;
    if (!text || !*text)
        return;
    if (*text == '+' || *text == '-')
        shift_us = strtoll(text, NULL, 10) * US_PER_SECOND;
    else if (time_parse(text, &at) == 0)
        shift_us = at.us - time_now().us;
    else
        log_warn("YIZHAN_NOW is neither a number of seconds nor a time");
#endif
}

#ifdef YIZHAN_FAULTS
void clock_shift(int64_t seconds)
{
    shift_us = seconds * US_PER_SECOND;
}
#endif

struct instant clock_now(void)
{
    return (struct instant){time_now().us + shift_us};
}
