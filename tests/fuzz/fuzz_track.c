/* What a tracker says: whatever comes, what is taken is a device's name, a time that may be, and a place on the earth or none. */
#include <math.h>

#include "tests/fuzz/fuzz.h"

#include "server/gateway/hook_track.h"

static const struct instant now = {INT64_C(1763710200) * US_PER_SECOND};

static void check_number(double number, double low, double high)
{
    must(isnan(number) || (number >= low && number <= high));
}

static void check(const struct track_report *report)
{
    size_t len = strnlen(report->code, sizeof(report->code));
    must(len > 0 && len <= TRACK_CODE_MAX);
    for (size_t i = 0; i < len; i++)
        must(report->code[i] > ' ' && report->code[i] < 127);
    must(report->at.us >= 0 && report->at.us <= now.us + TRACK_AHEAD_SECONDS * US_PER_SECOND);
    must(isnan(report->place.lon) == isnan(report->place.lat));
    must(isnan(report->place.lon) || point_is_valid(report->place));
    check_number(report->speed, 0, 1000);
    check_number(report->bearing, 0, 360);
    check_number(report->accuracy, 0, 1e6);
    check_number(report->battery, 0, 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned json = fuzz_choice(&data, &size) & 1;
    char *text = fuzz_text(data, size);
    struct track_report report;
    struct track_form form;
    if (json && track_read_json(text, size, now, &report) == 0)
        check(&report);
    if (!json && track_form_parse(text, &form) == 0 &&
        track_read_values(track_form_value, &form, now, &report) == 0)
        check(&report);
    free(text);
    return 0;
}
