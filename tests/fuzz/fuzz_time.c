/* Times and dates, of the wire and as people type them: what is read is printed so that it is read again. */
#include "tests/fuzz/fuzz.h"

#include "base/time.h"
#include "client/views/shorthand.h"

static const struct instant now = {INT64_C(1763710200) * US_PER_SECOND}; /* a Friday */

static void check_wire(const char *text)
{
    char printed[TIME_TEXT_SIZE], day_text[DAY_TEXT_SIZE];
    struct instant at, again;
    struct day day, same;
    if (time_parse(text, &at) == 0) {
        must(!instant_is_nil(at));
        must(time_parse(time_print(printed, sizeof(printed), at), &again) == 0 && again.us == at.us);
    }
    if (day_parse(text, &day) == 0) {
        int year, month, date;
        must(day_parse(day_print(day_text, sizeof(day_text), day), &same) == 0 && same.n == day.n);
        day_split(day, &year, &month, &date);
        must(day_make(year, month, date, &same) == 0 && same.n == day.n);
        must(day_of(day_start(day, 8 * 3600), 8 * 3600).n == day.n);
    }
}

static void check_typed(const char *text)
{
    char printed[64];
    struct instant at, again;
    struct day day, today = day_of(now, 8 * 3600);
    if (shorthand_date(text, today, &day) == 0)
        must(day.n > today.n - 20000000 && day_weekday(day) >= 1 && day_weekday(day) <= 7);
    if (shorthand_time(text, "Asia/Shanghai", now, &at) == 0) {
        shorthand_print(printed, sizeof(printed), "Asia/Shanghai", at);
        /* Years of four digits are what a form shows and takes. */
        if (at.us > INT64_C(-62000000000) * US_PER_SECOND && at.us < INT64_C(253000000000) * US_PER_SECOND)
            must(shorthand_time(printed, "Asia/Shanghai", now, &again) == 0 && llabs(again.us - at.us) < 60 * US_PER_SECOND);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    int seconds;
    check_wire(text);
    check_typed(text);
    if (size < 64)
        (void)!time_zone_offset(text, now, &seconds);
    free(text);
    return 0;
}
