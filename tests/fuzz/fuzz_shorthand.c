/* Dates and times as people in a hurry type them: whatever comes, what is taken lies near, and is taken again as it is shown. */
#include "tests/fuzz/fuzz.h"

#include "base/time.h"
#include "client/views/shorthand.h"

enum { FARTHEST_DAYS = 4 * 1000 * 1000 }; /* a date of four digits of a year */

static const struct instant now = {INT64_C(1763710200) * US_PER_SECOND}; /* a Friday */
static const char zone[] = "Asia/Shanghai";

static void check_date(const char *text)
{
    char printed[DAY_TEXT_SIZE];
    struct day today, day, again;
    must(time_zone_day(zone, now, &today) == 0);
    if (shorthand_date(text, today, &day) != 0)
        return;
    must(day.n > today.n - FARTHEST_DAYS && day.n < today.n + FARTHEST_DAYS);
    must(shorthand_date(day_print(printed, sizeof(printed), day), today, &again) == 0 && again.n == day.n);
}

static void check_time(const char *text)
{
    char printed[32];
    struct instant at, again;
    int seconds;
    if (shorthand_clock(text, &seconds) == 0)
        must(seconds >= 0 && seconds < SECONDS_PER_DAY && seconds % 60 == 0);
    if (shorthand_time(text, zone, now, &at) != 0)
        return;
    shorthand_print(printed, sizeof(printed), zone, at);
    must(shorthand_time(printed, zone, now, &again) == 0 && at.us - again.us < 60 * US_PER_SECOND &&
         again.us <= at.us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_date(text);
    check_time(text);
    free(text);
    return 0;
}
